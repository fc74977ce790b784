"""A table of titles and descriptions in CSV or Parquet: `--source table:FILE`."""

import argparse
import datetime
import math
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from dateutil import parser

from shared.states import find_state
from training.errors import DataError
from training.processing.education import of_person
from training.processing.location import state as state_of
from training.processing.salary import yearly
from training.records import Job, Record, Source

EARLIEST, LATEST = 1900, 2099
"""Years of anybody's work; others are slips of the pen."""
LEAST_SALARY, MOST_SALARY = 1_000, 10_000_000
"""Dollars of a year's work that a bare number may say; others are slips of the pen."""
PARQUET = (".parquet", ".pq")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_SPAN = re.compile(r"\s+[-–—]\s+|\s+to\s+")
_MONTH_AND_YEAR = re.compile(r"([A-Za-z]{3,9})(?:-|\s?')(\d\d)")
"""As Excel writes a month: "Mar-19". Otherwise the number would be a day."""
_DOTTED = re.compile(r"((?:\d\d?\.){1,2})\d{4}|\d{4}(?:\.\d\d?){1,2}")
"""With points the day stands first, "01.05.2016", or is left out, "05.2016"."""
# `processing.plain_text` knows more, by packages that a scheduled update goes without.
_TAG = re.compile(r"</?(?:p|br|li|ul|ol|div|span|strong|td|tr)(?:\s[^<>]*)?/?>", re.IGNORECASE)


@dataclass(frozen=True)
class Columns:
    """Which column is what. With `label`, titles are taken as they stand there.

    All but `title`, `description` and `label` are read where the table has them.
    """

    title: str = "title"
    description: str = "description"
    label: str | None = None
    group: str = "text_group"
    start: str = "start"
    end: str = "end"
    person: str = "person"
    order: str = "order"
    salary: str = "salary"
    state: str = "state"
    employer: str = "employer"
    education: str = "education"
    field: str = "field"

    @classmethod
    def named_by(cls, options: argparse.Namespace) -> "Columns":
        """Those that a command's options name: `--title-column` and its like."""
        given = {each.name: f"{each.name}_column" for each in fields(cls)}
        return cls(**{n: getattr(options, o) for n, o in given.items() if hasattr(options, o)})


class Table(Source):
    """The rows of a table of titles and descriptions."""

    name = "table"
    weight = 1.0

    def __init__(self, path: Path, columns: Columns) -> None:
        self._path = path
        self._columns = columns

    def records(self) -> Iterator[Record]:
        """One record a row; a row without a label, but with a title, is one of another title.

        What lacks a name or a description is one, too, to be counted among what is left out.
        """
        columns = self._columns
        frame = self._read(columns.label or columns.title, columns.description)
        none = pd.Series(None, frame.index, dtype=object)
        cells = (columns.title, columns.description, columns.group, columns.start, columns.end)
        labels = frame[columns.label] if columns.label else none
        for label, title, description, group, start, end in zip(
            labels, *(frame.get(each, none) for each in cells), strict=True
        ):
            named = _named(label, title, labelled=columns.label is not None)
            content, known = ("" if pd.isna(each) else str(each) for each in (description, group))
            years = {"start": year_of(start), "end": year_of(end)}
            yield Record(content, group=known, **years, **named)
        self._warn(self._lacking(frame), self._misread(frame))

    def jobs(self) -> Iterator[Job]:
        """One job a row, in a table that tells of people, pay or education.

        Without a column of persons, each row is somebody else's. A row without a title is a job as
        well: it parts those before it from those after it.
        """
        columns = self._columns
        title = columns.label or columns.title
        frame = self._read(title)
        wanted = (columns.person, columns.salary, columns.education)
        if not any(each in frame for each in wanted):
            return
        none = pd.Series(None, frame.index, dtype=object)
        cells = [frame.get(each, none) for each in (*wanted, columns.state, columns.field)]
        kind = "label" if columns.label else "title"
        for i, (name, order, person, salary, level, state, field) in enumerate(
            zip(frame[title], self._orders(frame), *cells, strict=True)
        ):
            yield Job(
                person=_text(person) or f"row {i}",
                order=order if _text(person) else None,
                salary=_dollars(salary),
                state=_state(_text(state) or ""),
                level=_level(_text(level)),
                field=_text(field, lower=True),
                **{kind: _text(name) or ""},
            )

    def cells(self) -> Iterator[dict[str, str]]:
        """What each row with a title says in the columns there are, by the names in `Columns`."""
        columns = asdict(self._columns)
        frame = self._read(columns["title"]).dropna(subset=[columns["title"]])
        there = {name: frame[column] for name, column in columns.items() if column in frame}
        self._warn(self._lacking(frame))
        for values in zip(*there.values(), strict=True):
            yield dict(zip(there, map(_written, values), strict=True))

    def _warn(self, *warnings: Iterator[str]) -> None:
        """Tells of what would be missed in silence."""
        for warning in chain(*warnings):
            print(f"{self._path}: {warning}", file=sys.stderr)

    def _lacking(self, frame: pd.DataFrame) -> Iterator[str]:
        """Columns that somebody has named: others need not be there."""
        for each in fields(Columns):
            column = getattr(self._columns, each.name)
            if column != each.default and column not in frame:
                yield f"there is no column {column!r}"

    def _misread(self, frame: pd.DataFrame) -> Iterator[str]:
        """What of a table is not understood."""
        columns = self._columns
        written = [each for each in frame.get(columns.start, ()) if _text(each)]
        unread = [each for each in written if _date(each) is None]
        if len(unread) > len(written) / 2:
            yield f"{len(unread)} of {len(written)} starts have no year, such as {unread[0]!r}"
        marked = sum(bool(_TAG.search(str(each))) for each in frame[columns.description])
        if marked:
            yield (
                f"{marked} descriptions have HTML tags, which are read as words: `gather --table` "
                "and `process` take them out (docs/processing.md)"
            )

    def _orders(self, frame: pd.DataFrame) -> list[float | None]:
        """When each job came among those of its person: by the column, or else by its start.

        Resumes begin with the latest job: a column against which the starts run is turned round.
        """
        columns = self._columns
        starts = [_month(each) for each in frame.get(columns.start, [None] * len(frame))]
        if columns.order not in frame:
            return starts
        orders = pd.to_numeric(frame[columns.order], errors="coerce").tolist()
        if all(map(math.isnan, orders)):
            return starts
        jobs = pd.DataFrame({"order": orders, "start": starts}, dtype=float)
        if columns.person in frame:
            jobs["person"] = frame[columns.person].tolist()
            steps = jobs.dropna().sort_values(["person", "order"]).groupby("person")["start"].diff()
            turn = -1.0 if (steps < 0).sum() > (steps > 0).sum() else 1.0
        else:
            turn = 1.0
        return [None if math.isnan(each) else turn * each for each in orders]

    def _read(self, *needed: str) -> pd.DataFrame:
        if not self._path.is_file():
            raise DataError(f"{self._path}: there is no such file")
        try:
            if self._path.suffix.lower() in PARQUET:
                frame = _flat(pd.read_parquet(self._path))
            else:
                frame = pd.read_csv(self._path, dtype=str)
                if not isinstance(frame.index, pd.RangeIndex):  # It took the first cells for that.
                    raise ValueError("rows have more cells than the first line names")
        except pd.errors.EmptyDataError:
            raise DataError(f"{self._path} is empty") from None
        except (ValueError, OSError) as error:
            first = str(error).splitlines()[0]
            raise DataError(
                f"{self._path} cannot be read as a table, of commas and in UTF-8 if it is no "
                f"Parquet: {first}"
            ) from None
        for column in needed:
            if column not in frame:
                there = ", ".join(map(str, frame.columns))
                raise DataError(f"{self._path} has no column {column!r}; it has {there}")
        if frame.empty:
            raise DataError(f"{self._path} is empty")
        return frame


def _named(label: object, title: object, *, labelled: bool) -> dict[str, Any]:
    """How a row's record is named; nothing for a row of no name."""
    if known := _text(label):
        return {"label": known}
    return {"title": known, "other": labelled} if (known := _text(title)) else {}


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """A table whose cells are no lists and no bytes: items on lines, bytes as UTF-8."""
    nested = [name for name in frame if pd.api.types.is_object_dtype(frame[name])]
    return frame.assign(**{name: frame[name].map(_of_one_value) for name in nested})


def _of_one_value(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.ndarray):
        return "\n".join(str(_of_one_value(each)) for each in value)
    if isinstance(value, dict):
        raise ValueError("a cell has fields of its own")
    return value


def year_of(value: object) -> int | None:
    """The year of a date, however it is written; None of what is none, such as "Present"."""
    date = _date(value)
    return date[0] if date else None


def _month(value: object) -> float | None:
    """A date in years, exact to the month; the year alone where nothing else is written."""
    date = _date(value)
    return date[0] + (date[1] - 1) / 12 if date else None


def _date(value: object) -> tuple[int, int] | None:
    """Year and month; of a span of time, "Mar 2019 - present", those of its beginning."""
    if isinstance(value, datetime.date):
        return None if pd.isna(value) else (value.year, value.month)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if pd.isna(value) else _date_of(_SPAN.split(str(value).strip(), maxsplit=1)[0])


@lru_cache(maxsize=100_000)
def _date_of(written: str) -> tuple[int, int] | None:
    if short := _MONTH_AND_YEAR.fullmatch(written):
        written = f"1 {short[1]} {short[2]}"
    if dotted := _DOTTED.fullmatch(written):
        written = written.replace(".", "-")
    day_first = bool(dotted and dotted[1])
    found = set()
    for default in (2000, 2001):  # A date without a year takes the default's.
        day = datetime.datetime(default, 1, 1)
        try:
            date = parser.parse(written, default=day, dayfirst=day_first, ignoretz=True)
        except (parser.ParserError, OverflowError):
            return None
        found.add((date.year, date.month))
    first = found.pop()
    return first if not found and EARLIEST <= first[0] <= LATEST else None


def _text(value: object, *, lower: bool = False) -> str | None:
    """What a cell says, None where it says nothing."""
    written = " ".join(_written(value).split())
    return (written.lower() if lower else written) or None


def _written(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # A column of whole numbers with gaps.
    return "" if pd.isna(value) else str(value)


def _dollars(value: object) -> float | None:
    """Of a year: a bare number, or what `salary.yearly` reads; the middle of a range.

    None of what is none, or only one end of a range.
    """
    written = _text(value) or ""
    plain = written.replace(",", "")
    if _NUMBER.fullmatch(plain):
        return float(plain) if LEAST_SALARY <= float(plain) <= MOST_SALARY else None
    return yearly(written).middle


def _state(written: str) -> str | None:
    """The state of a cell that is its name or letters, in whichever case, or a place in it."""
    return find_state(written) or state_of(written)


@lru_cache(maxsize=100_000)
def _level(written: str | None) -> str | None:
    """The highest level that a cell names; what names none stays, in lower case."""
    return written and (of_person(written).level or written.lower().replace(".", ""))
