"""A table of titles and descriptions in CSV or Parquet: `--source table:FILE`."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd
from dateutil import parser

from training.errors import DataError
from training.records import OtherNames, Record

EARLIEST, LATEST = 1900, 2099
"""Years of anybody's work; others are slips of the pen."""


@dataclass(frozen=True)
class Columns:
    """Which column is what. With `label`, titles are taken as they stand there.

    `group`, `start` and `end` are read where the table has them.
    """

    title: str = "title"
    description: str = "description"
    label: str | None = None
    group: str = "text_group"
    start: str = "start"
    end: str = "end"


class Table:
    """The rows of a table that have a title and a description."""

    name = "table"
    weight = 1.0

    def __init__(self, path: Path, columns: Columns) -> None:
        self._path = path
        self._columns = columns

    def records(self) -> Iterator[Record]:
        """One record a row."""
        columns = self._columns
        title = columns.label or columns.title
        frame = self._read(title, columns.description).dropna(subset=[title, columns.description])
        kind = "label" if columns.label else "title"
        groups, starts, ends = (
            frame[each] if each in frame else pd.Series(None, frame.index, dtype=object)
            for each in (columns.group, columns.start, columns.end)
        )
        rows = zip(frame[title], frame[columns.description], groups, starts, ends, strict=True)
        for name, description, group, start, end in rows:
            known = "" if pd.isna(group) else str(group)
            years = {"start": _year(start), "end": _year(end)}
            yield Record(str(description), group=known, **years, **{kind: str(name).strip()})

    def other_names(self) -> Iterator[OtherNames]:
        """None: a table says nothing of names."""
        return iter(())

    def _read(self, *needed: str) -> pd.DataFrame:
        if not self._path.is_file():
            raise DataError(f"{self._path}: there is no such file")
        try:
            if self._path.suffix == ".parquet":
                frame = pd.read_parquet(self._path)
            else:
                frame = pd.read_csv(self._path, dtype=str)
        except pd.errors.EmptyDataError:
            raise DataError(f"{self._path} is empty") from None
        except (ValueError, OSError) as error:
            first = str(error).splitlines()[0]
            raise DataError(f"{self._path} cannot be read as a table: {first}") from None
        for column in needed:
            if column not in frame:
                there = ", ".join(map(str, frame.columns))
                raise DataError(f"{self._path} has no column {column!r}; it has {there}")
        if frame.empty:
            raise DataError(f"{self._path} is empty")
        return frame


def _year(value: object) -> int | None:
    """The year of a date, however it is written; None of what is none, such as "Present"."""
    if isinstance(value, datetime.date):
        return None if pd.isna(value) else value.year
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if pd.isna(value) else _year_of(str(value))


@lru_cache(maxsize=100_000)
def _year_of(written: str) -> int | None:
    found = set()
    for default in (2000, 2001):  # A date without a year takes the default's.
        day = datetime.datetime(default, 1, 1)
        try:
            found.add(parser.parse(written, default=day, ignoretz=True).year)
        except (parser.ParserError, OverflowError):
            return None
    year = found.pop()
    return year if not found and EARLIEST <= year <= LATEST else None
