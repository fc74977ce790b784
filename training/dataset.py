"""Records of all sources → one table of labelled texts, parted into training and test."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pandas as pd

from shared import text
from shared.title_parsing import parse, singular
from shared.titles import TitleIndex
from training.errors import DataError
from training.progress import progress
from training.records import Record, Required, Source, group_of
from training.sources import submissions
from training.sources.starter import titles_by_occupation

TEST_SHARE = 0.1
LEAST_ROWS = 3
"""Different texts that a title needs, so that most folds of the calibration have some."""
COLUMNS = ["title", "text", "source", "weight", "group", "start", "end", "part"]
OTHER_COLUMNS = ["title", "text", "group", "part"]
JOB_COLUMNS = {
    "person": str, "title": str, "seniority": str, "order": float, "salary": float, "state": str,
    "level": str, "field": str, "posted": bool,
}  # fmt: skip


_parse = lru_cache(maxsize=100_000)(parse)


def no_jobs() -> pd.DataFrame:
    """A table of jobs without any."""
    return pd.DataFrame(columns=list(JOB_COLUMNS)).astype(JOB_COLUMNS)


def no_others() -> pd.DataFrame:
    """A table of texts of other titles without any."""
    return pd.DataFrame(columns=OTHER_COLUMNS, dtype=str)


@dataclass(frozen=True)
class Dataset:
    """`rows` has a row a text, with the columns of `COLUMNS`; `part` is "train" or "test".

    `start` and `end` are years, null where they are not known.
    `others` has a row a text, with `OTHER_COLUMNS`, whose title is none of those to tell apart: it
    has no label, or its title has too few texts. What the words of titles mean is learnt from it.
    `names` are other names by title; `left_out` counts rows by why they are not used.
    `jobs` has a row a job of a person, or one that an employer posted, with `JOB_COLUMNS`, null
    where not known: also those that have no text, or a title that has too few. `required` are the
    shares of levels of education that a title asks for. `submissions` are the names of those that
    were read.
    """

    rows: pd.DataFrame
    names: dict[str, list[str]]
    left_out: dict[str, int]
    jobs: pd.DataFrame = field(default_factory=no_jobs)
    required: dict[str, dict[str, float]] = field(default_factory=dict)
    submissions: list[str] = field(default_factory=list)
    others: pd.DataFrame = field(default_factory=no_others)

    def part(self, name: str) -> pd.DataFrame:
        """The rows of one part."""
        return self.rows[self.rows["part"] == name]

    def groups_of(self, name: str) -> set[str]:
        """The groups of one part: of its rows, and of its texts of other titles."""
        parts = (self.part(name), self.others[self.others["part"] == name])
        return {group for part in parts for group in part["group"]}

    @property
    def titles(self) -> list[str]:
        """All titles, sorted."""
        return sorted(set(self.rows["title"]))

    def save(self, directory: Path) -> None:
        """Writes `dataset.parquet`, `others.parquet`, `jobs.parquet` and `names.json`."""
        directory.mkdir(parents=True, exist_ok=True)
        self.rows.to_parquet(directory / "dataset.parquet", index=False)
        self.others.to_parquet(directory / "others.parquet", index=False)
        self.jobs.to_parquet(directory / "jobs.parquet", index=False)
        extra = {
            "names": self.names,
            "left_out": self.left_out,
            "required": self.required,
            "submissions": self.submissions,
        }
        (directory / "names.json").write_text(json.dumps(extra, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> "Dataset":
        """Reads what `save` wrote. Raises `DataError` where that does not lie there."""
        try:
            rows = pd.read_parquet(directory / "dataset.parquet")
            others = pd.read_parquet(directory / "others.parquet")
            jobs = pd.read_parquet(directory / "jobs.parquet")
            extra = json.loads((directory / "names.json").read_text(encoding="utf-8"))
            return cls(
                rows, extra["names"], extra["left_out"], jobs, extra["required"],
                extra["submissions"], others,
            )  # fmt: skip
        except FileNotFoundError:
            raise DataError(f"{directory} has no dataset: run the step `dataset` first") from None
        except (ValueError, KeyError, OSError) as error:
            first = str(error).partition("\n")[0]
            raise DataError(
                f"the dataset in {directory} cannot be read: {first}: run the step `dataset` again"
            ) from error


def build(sources: Iterable[Source], min_rows: int) -> Dataset:
    """Gathers all sources. Titles with fewer than `min_rows` different texts are left out.

    Raises `DataError` where fewer than two titles remain, or `min_rows` is too low to learn from.
    """
    if min_rows < LEAST_ROWS:
        raise DataError(f"--min-rows {min_rows}: must be {LEAST_ROWS} or more")
    sources = list(sources)
    covered = titles_by_occupation() if any(s.name == "starter" for s in sources) else {}
    texts = _texts(sources, covered)
    spellings = _Spellings(texts.ready)
    names = _names(sources, covered, spellings)
    rows = texts.rows.assign(title=texts.rows["title"].map(spellings.of))
    rows, unknown = _with_known_titles(rows, names)
    rows, copied = _without_copies(rows, texts.unlabelled)
    many = rows["title"].map(rows.groupby("title")["group"].nunique()) >= min_rows
    kept = rows[many].reset_index(drop=True)
    if kept["title"].nunique() < 2:
        raise DataError(
            f"fewer than two titles have {min_rows} different texts or more: nothing to learn"
        )
    kept["part"] = _parts(kept)
    titles = set(kept["title"])
    return Dataset(
        rows=kept,
        names={title: each for title, each in names.items() if title in titles},
        left_out={
            "no title or no words": texts.empty,
            "title with too few texts": int((~many).sum()),
            "submitted title that no other source has": unknown,
            "submitted text that another source has": copied,
        },
        jobs=_jobs(sources, spellings),
        required=_required(sources, covered, spellings),
        submissions=sorted(
            n for s in sources if isinstance(s, submissions.Submissions) for n in s.read
        ),
        others=_others(texts.unlabelled, rows[~many], kept),
    )


@dataclass(frozen=True)
class _Texts:
    """The texts of all sources: of titles, as rows of all `COLUMNS` but `part`, and of none.

    `unlabelled` are title, text and group of each. `ready` are the titles that a source has ready
    made. `empty` is how many texts have no title or no words.
    """

    rows: pd.DataFrame
    unlabelled: list[tuple[str, str, str]]
    ready: Iterable[str]
    empty: int


def _texts(sources: Iterable[Source], covered: dict[str, list[str]]) -> _Texts:
    rows: list[tuple[str, str, str, float, str, int | None, int | None]] = []
    unlabelled: list[tuple[str, str, str]] = []
    ready: dict[str, None] = {}
    empty = 0
    for source in sources:
        for record in progress(source.records(), desc=f"reading {source.name}", unit=" texts"):
            titles = _titles(record, covered)
            if not titles or not text.terms(record.text):
                empty += 1
                continue
            group = record.group or group_of(record.text)
            if record.other:
                unlabelled.append((titles[0], record.text, group))
                continue
            if not record.title:
                ready.update(dict.fromkeys(titles))
            for title in titles:
                rows.append((title, record.text, source.name, source.weight, group,
                             record.start, record.end))  # fmt: skip
    frame = pd.DataFrame(rows, columns=COLUMNS[:-1]).astype({"start": "Int16", "end": "Int16"})
    return _Texts(frame, unlabelled, ready, empty)


class _Spellings:
    """The one spelling of titles that are the same: of the first source that has it ready made.

    Titles that are ready to be used are the same where they differ in capitals alone. A parsed one
    is the ready one that is parsed like it: "web engineer", if a source has "web developer".
    """

    def __init__(self, ready: Iterable[str]) -> None:
        self._of: dict[str, str] = {}
        for title in ready:
            self._of.setdefault(text.normalize(title), title)
        for title in list(self._of.values()):
            parsed = _parse(title)
            if parsed.seniority is None and parsed.level is None:
                self._of.setdefault(parsed.name, title)

    def of(self, title: str) -> str:
        """How a title is spelled; one that no source has ready stays as it is."""
        return self._of.get(text.normalize(title), title)


def _others(
    unlabelled: list[tuple[str, str, str]], few: pd.DataFrame, kept: pd.DataFrame
) -> pd.DataFrame:
    """The texts without a label, given as title, text and group, and those of too `few`.

    Their titles are parsed, as words of theirs are compared. A group that is learnt from among the
    rows that are `kept` is so here: the groups held out here are left out there as well.
    """
    given = pd.DataFrame(unlabelled, columns=OTHER_COLUMNS[:-1])
    few = few[OTHER_COLUMNS[:-1]].assign(title=[_parse(t).name or t for t in few["title"]])
    others = pd.concat([given, few], ignore_index=True)
    learned = kept.loc[kept["part"] == "train", "group"]
    others["part"] = others["group"].map(_part).mask(others["group"].isin(learned), "train")
    return others.astype(no_others().dtypes)


def _names(
    sources: Iterable[Source], covered: dict[str, list[str]], spellings: _Spellings
) -> dict[str, list[str]]:
    """Other names by title, of all sources."""
    names: dict[str, list[str]] = {}
    for source in sources:
        for other in source.other_names():
            for title in [other.label] if other.label else _of(other.occupation, covered):
                names.setdefault(spellings.of(title), []).extend(other.names)
    return names


def _jobs(sources: Iterable[Source], spellings: _Spellings) -> pd.DataFrame:
    """The jobs of all sources; people of two of them are never the same, employers may be."""
    rows = []
    for i, source in enumerate(sources):
        for job in source.jobs():
            parsed = _parse(job.title)
            whose = job.person if job.posted else f"{i} {job.person}"
            title = spellings.of(job.label or parsed.name)
            rows.append((whose, title, parsed.seniority, job.order,
                         job.salary, job.state, job.level, job.field, job.posted))  # fmt: skip
    return pd.DataFrame(rows, columns=list(JOB_COLUMNS)).astype(JOB_COLUMNS) if rows else no_jobs()


def _required(
    sources: Iterable[Source], covered: dict[str, list[str]], spellings: _Spellings
) -> dict[str, dict[str, float]]:
    """What titles ask for; of one that several occupations belong to, the mean of those."""
    listed: dict[str, list[Required]] = {}
    for source in sources:
        for each in source.education():
            for title in _of(each.occupation, covered):
                listed.setdefault(title, []).append(each)
    required = {}
    for title, every in listed.items():
        occupations = len({each.occupation for each in every})
        shares: dict[str, float] = {}
        for each in every:
            shares[each.level] = shares.get(each.level, 0.0) + each.share / occupations
        required[spellings.of(title)] = shares
    return required


def _with_known_titles(
    frame: pd.DataFrame, names: dict[str, list[str]]
) -> tuple[pd.DataFrame, int]:
    """Gives submissions the titles that other sources know by such a name; leaves out the rest.

    Titles and names are shown to everybody: nobody makes one by sending it in. Also returns how
    many rows are left out. Where there is no other source, all stay as they are.
    """
    submitted = frame["source"] == submissions.NAME
    if submitted.all() or not submitted.any():
        return frame, 0
    titles = set(frame.loc[~submitted, "title"])
    index = TitleIndex.build(sorted(titles), {t: n for t, n in names.items() if t in titles})
    frame.loc[submitted, "title"] = frame.loc[submitted, "title"].map(index.find)
    known = frame["title"].notna()
    return frame[known].reset_index(drop=True), int((~known).sum())


def _without_copies(
    frame: pd.DataFrame, unlabelled: list[tuple[str, str, str]]
) -> tuple[pd.DataFrame, int]:
    """Leaves out submitted texts that another source has; also returns how many they are.

    A submission is one group, whatever its texts' own are: beside another text, one that is held
    out there would be learnt from, and the sender's word would raise what is measured.
    """
    submitted = frame["source"] == submissions.NAME
    if not submitted.any():
        return frame, 0
    own = frame["text"].map(group_of)
    others = {*own[~submitted], *(group_of(content) for _, content, _ in unlabelled)}
    copies = submitted & own.isin(others)
    return frame[~copies].reset_index(drop=True), int(copies.sum())


def _titles(record: Record, covered: dict[str, list[str]]) -> list[str]:
    if record.occupation:
        return _of(record.occupation, covered)
    name = record.label or _parse(record.title).name
    return [name] if name else []


def _of(occupation: str, covered: dict[str, list[str]]) -> list[str]:
    """An occupation that no title covers is a title of its own."""
    return covered.get(occupation) or [singular(occupation)]


def _parts(frame: pd.DataFrame) -> pd.Series:
    """Each row's part. Nothing is held out that would leave a title too few texts to learn from."""
    parts = frame["group"].map(_part)
    to_learn = frame["group"].where(parts == "train").groupby(frame["title"]).transform("nunique")
    needed = frame.loc[to_learn < LEAST_ROWS, "group"]
    return parts.mask(frame["group"].isin(needed), "train")


def _part(group: str) -> str:
    """A group's part, the same in every run and whatever else there is."""
    digest = int(hashlib.sha256(f"part:{group}".encode()).hexdigest()[:8], 16)
    return "test" if digest < TEST_SHARE * 2**32 else "train"
