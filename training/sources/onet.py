"""A full O*NET text release (https://www.onetcenter.org/database.html): `--source onet:DIR`."""

import csv
from collections.abc import Iterator
from pathlib import Path

from training.errors import DataError
from training.records import OtherNames, Record, Required, Source

OCCUPATIONS = "Occupation Data.txt"
STATEMENTS = "Task Statements.txt"
EMERGING = "Emerging Tasks.txt"
REPORTED = "Sample of Reported Titles.txt"
ALTERNATE = "Alternate Titles.txt"
TECHNOLOGIES = "Technology Skills.txt"
EDUCATION = "Education, Training, and Experience.txt"
REQUIRED_LEVEL = "RL"
LEVELS = {
    "1": "less than high school", "2": "high school", "3": "certificate", "4": "some college",
    "5": "associate", "6": "bachelor", "7": "post-bachelor certificate", "8": "master",
    "9": "post-master certificate", "10": "first professional degree", "11": "doctorate",
    "12": "post-doctoral training",
}  # fmt: skip
"""O*NET's categories of the required level of education."""


class OnetRelease(Source):
    """Statements, descriptions and names of all occupations of a release."""

    name = "onet"
    weight = 0.3

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def records(self) -> Iterator[Record]:
        """One record a statement, one an occupation's description."""
        names = self._occupations()
        for row in self._rows(OCCUPATIONS, "O*NET-SOC Code", "Description"):
            yield Record(row[1], occupation=names[row[0]])
        for file in (STATEMENTS, EMERGING):
            for code, statement in self._rows(file, "O*NET-SOC Code", "Task"):
                if code in names:
                    yield Record(statement, occupation=names[code])

    def other_names(self) -> Iterator[OtherNames]:
        """The reported titles, then the alternate ones."""
        names = self._occupations()
        for file, column in ((REPORTED, "Reported Job Title"), (ALTERNATE, "Alternate Title")):
            for code, title in self._rows(file, "O*NET-SOC Code", column):
                if code in names:
                    yield OtherNames((title,), occupation=names[code])

    def technologies(self) -> Iterator[tuple[str, str]]:
        """Pairs of an occupation and a technology that it uses."""
        names = self._occupations()
        for code, technology in self._rows(TECHNOLOGIES, "O*NET-SOC Code", "Example"):
            if code in names:
                yield names[code], technology

    def education(self) -> Iterator[Required]:
        """What those who answered say that the job requires; nothing where the file is not there.

        What O*NET recommends to suppress is left out.
        """
        names = self._occupations()
        columns = ("O*NET-SOC Code", "Scale ID", "Category", "Data Value", "Recommend Suppress")
        rows = self._rows(EDUCATION, *columns) if (self._directory / EDUCATION).exists() else ()
        for code, scale, category, percent, suppress in rows:
            if scale == REQUIRED_LEVEL and suppress != "Y" and code in names:
                try:
                    level, share = LEVELS[category], float(percent) / 100
                except (ValueError, KeyError):
                    raise DataError(
                        f"{self._directory / EDUCATION}: {category!r}, {percent!r} is no category "
                        "from 1 to 12 with its per cent"
                    ) from None
                if share:
                    yield Required(names[code], level, share)

    def _occupations(self) -> dict[str, str]:
        return dict(self._rows(OCCUPATIONS, "O*NET-SOC Code", "Title"))

    def _rows(self, file: str, *columns: str) -> Iterator[tuple[str, ...]]:
        path = self._directory / file
        if not path.is_file():
            raise DataError(f"{path} is missing; onet: wants the folder of a text release")
        try:
            yield from _read(path, columns)
        except UnicodeDecodeError:
            raise DataError(f"{path} is not in UTF-8") from None


def _read(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        missing = [c for c in columns if c not in (reader.fieldnames or ())]
        if missing:
            raise DataError(f"{path} has no column {missing[0]!r}")
        for row in reader:
            values = tuple(row[column] for column in columns)
            if None in values:
                raise DataError(f"{path}, line {reader.line_num}: columns are missing")
            yield values
