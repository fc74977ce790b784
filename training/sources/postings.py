"""What `python -m training process` has written: `--source postings:FILE`, or in a bucket."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import dataset

from shared.storage import open_storage
from training.errors import DataError
from training.processing.salary import Pay
from training.records import Job, Record, Source

COLUMNS = ("kind", "title", "text", "start", "end", "left_out")
JOB_COLUMNS = ("id", "kind", "source", "title", "employer", "person", "state", "low", "high",
               "education", "field", "start", "duplicate_of")  # fmt: skip

SUFFIX = ".parquet"
_LEGAL_FORM = re.compile(
    r"(?: (?:inc|incorporated|llc|l l c|llp|ltd|limited|corp|corporation|co|company|plc|gmbh))+$"
)


class Postings(Source):
    """The rows that are not left out: postings, and what was imported beside them."""

    name = "postings"
    weight = 0.5
    """An employer writes of work otherwise than who does it."""

    def __init__(self, uri: str) -> None:
        self._uri = uri

    def records(self) -> Iterator[Record]:
        """One record a row, read in batches."""
        for kind, title, text, start, end, left_out in self._rows(COLUMNS):
            if not left_out:
                named = {"occupation" if kind == "onet" else "title": title}
                yield Record(text, start=start, end=end, **named)

    def jobs(self) -> Iterator[Job]:
        """What postings offer and ask for, and the jobs of people that were imported.

        Also of rows that are left out: what teaches nothing of the work may say something of its
        pay. The middle of a range counts, nothing where only one end of it is said.
        """
        for values in self._rows(JOB_COLUMNS):
            row = dict(zip(JOB_COLUMNS, values, strict=True))
            if row["kind"] not in ("posting", "resume", "table"):
                continue
            posted = row["kind"] == "posting"
            yield Job(
                person=_employer(row) if posted else row["person"] or _first_of_its_like(row),
                title=row["title"],
                order=row["start"] if posted or row["person"] else None,
                salary=Pay(row["low"], row["high"]).middle,
                state=row["state"],
                level=row["education"],
                field=row["field"],
                posted=posted,
            )

    def _rows(self, columns: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
        try:
            for path in self._tables():
                table = dataset.dataset(path, format="parquet")
                for batch in table.to_batches(columns=list(columns)):
                    yield from zip(*(batch[name].to_pylist() for name in columns), strict=True)
        except (OSError, pa.ArrowInvalid, KeyError) as error:
            first = str(error).splitlines()[0]
            raise DataError(
                f"{self._uri} is not what `python -m training process` writes: {first}"
            ) from None

    def _tables(self) -> Iterator[Path]:
        """The file or directory; of a bucket one file after the other, while it is read."""
        if not self._uri.startswith("gs://"):
            yield Path(self._uri)
            return
        place, _, last = self._uri.rstrip("/").rpartition("/")
        is_file = last.endswith(SUFFIX)
        storage = open_storage(place if is_file else self._uri)
        names = [last] if is_file else [n for n in storage.names() if n.endswith(SUFFIX)]
        if not names:
            raise DataError(f"{self._uri} has no files that end with {SUFFIX}")
        for name in names:
            with tempfile.NamedTemporaryFile(suffix=SUFFIX) as file:
                storage.download(name, file)
                file.flush()
                yield Path(file.name)


def _employer(row: dict[str, Any]) -> str:
    """Who speaks in a posting: the employer, however often it is posted and in whichever spelling.

    Where none is named, all postings of a site are one's; in a table, each that is no copy.
    """
    name = " ".join(re.sub(r"[^\w&+]+", " ", row["employer"].casefold()).split())
    if name:
        return f"employer {_LEGAL_FORM.sub('', name)}"
    site = urlsplit(row["source"]).hostname
    return f"site {site}" if site else _first_of_its_like(row)


def _first_of_its_like(row: dict[str, Any]) -> str:
    return str(row["duplicate_of"] or row["id"])
