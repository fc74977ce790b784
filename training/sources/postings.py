"""What `python -m training process` has written: `--source postings:FILE`."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from pyarrow import dataset

from training.errors import DataError
from training.records import Record, Source

COLUMNS = ["kind", "title", "text", "start", "end", "left_out"]


class Postings(Source):
    """The rows that are not left out: postings, and what was imported beside them."""

    name = "postings"
    weight = 0.5
    """An employer writes of work otherwise than who does it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def records(self) -> Iterator[Record]:
        """One record a row, read in batches."""
        try:
            table = dataset.dataset(self._path, format="parquet")
            for batch in table.to_batches(columns=COLUMNS):
                for kind, title, text, start, end, left_out in zip(
                    *(batch[name].to_pylist() for name in COLUMNS), strict=True
                ):
                    if not left_out:
                        named = {"occupation" if kind == "onet" else "title": title}
                        yield Record(text, start=start, end=end, **named)
        except (OSError, pa.ArrowInvalid, KeyError) as error:
            first = str(error).splitlines()[0]
            raise DataError(
                f"{self._path} is not what `python -m training process` writes: {first}"
            ) from None
