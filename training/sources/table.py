"""A table of titles and descriptions in CSV or Parquet: `--source table:FILE`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from training.errors import DataError
from training.records import OtherNames, Record


@dataclass(frozen=True)
class Columns:
    """Which column is what. With `label`, titles are taken as they stand there."""

    title: str = "title"
    description: str = "description"
    label: str | None = None
    group: str = "text_group"


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
        groups = frame[columns.group] if columns.group in frame else [""] * len(frame)
        kind = "label" if columns.label else "title"
        rows = zip(frame[title], frame[columns.description], groups, strict=True)
        for name, description, group in rows:
            known = "" if pd.isna(group) else str(group)
            yield Record(str(description), group=known, **{kind: str(name).strip()})

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
