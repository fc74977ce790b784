"""The starter corpus: `training/starter/<title>.txt`, lines as people write them on resumes.

A file starts with three fields, then has a blank line, then one line of experience a line:

    title: data engineer
    also: etl developer; big data engineer
    onet: Data Warehousing Specialists

`also` are the title's other names, `onet` the O*NET occupations whose work it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.title_parsing import singular
from shared.titles import TitleIndex
from training.errors import DataError
from training.records import OtherNames, Record, Source

DIRECTORY = Path(__file__).parent.parent / "starter"


@dataclass(frozen=True)
class StarterTitle:
    """One file of the corpus."""

    title: str
    also: tuple[str, ...]
    occupations: tuple[str, ...]
    lines: tuple[str, ...]


class StarterCorpus(Source):
    """The corpus as a source."""

    name = "starter"
    weight = 1.0

    def records(self) -> Iterator[Record]:
        """One record a line."""
        for entry in read():
            for line in entry.lines:
                yield Record(line, label=entry.title)

    def other_names(self) -> Iterator[OtherNames]:
        """The `also` of each title, and what O*NET calls the work that is its alone."""
        for entry in read():
            yield OtherNames(entry.also, label=entry.title)
        for occupation, titles in titles_by_occupation().items():
            if len(titles) == 1:
                yield OtherNames((singular(occupation),), label=titles[0])


@cache
def read(directory: Path = DIRECTORY) -> tuple[StarterTitle, ...]:
    """All files, ordered by name. Raises `DataError` that names a file not of the form above."""
    return tuple(_read_file(path) for path in sorted(directory.glob("*.txt")))


def lines_of(title: str) -> tuple[str, ...]:
    """The lines of the title that a raw one means ("Cooks (Part-time)"); none of an unknown one."""
    index, lines = _lines_by_title()
    known = index.find(title)
    return lines[known] if known else ()


@cache
def _lines_by_title() -> tuple[TitleIndex, dict[str, tuple[str, ...]]]:
    lines = {entry.title: entry.lines for entry in read()}
    return TitleIndex.build(list(lines), {e.title: list(e.also) for e in read()}), lines


def titles_by_occupation() -> dict[str, list[str]]:
    """Which titles the work of an O*NET occupation belongs to: those that name it first."""
    claims: dict[str, list[tuple[int, str]]] = {}
    for entry in read():
        for rank, occupation in enumerate(entry.occupations):
            claims.setdefault(occupation, []).append((rank, entry.title))
    return {
        occupation: [title for rank, title in each if rank == min(each)[0]]
        for occupation, each in claims.items()
    }


def _read_file(path: Path) -> StarterTitle:
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    fields = dict(line.split(":", 1) for line in head.splitlines() if ":" in line)
    if list(fields) != ["title", "also", "onet"]:
        raise DataError(f"{path}: must start with the lines title:, also: and onet:")
    return StarterTitle(
        fields["title"].strip(),
        _list(fields["also"]),
        _list(fields["onet"]),
        tuple(line.strip() for line in body.splitlines() if line.strip()),
    )


def _list(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(";") if item.strip())
