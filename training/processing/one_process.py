"""The engine for one machine: reads line by line, and keeps on disk what has to wait.

Near-duplicates are found, and rows put into order, by sorting in SQLite, whose memory is bounded.
So however many records there are, no more than a few batches of them are in memory.
"""

import json
import os
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from training.errors import DataError
from training.processing.clean import COLUMNS, DUPLICATE, Row, clean_line
from training.processing.near_duplicates import Signature, alike
from training.processing.outcome import Outcome
from training.progress import progress

BATCH = 2_000
"""Rows that are in memory at a time, and in a group of the written table."""
_PAGES_KIB = 32 * 1024
_SCHEMA = pa.schema([(name, pa.int32() if kind is int else pa.string())
                     for name, kind in COLUMNS.items()])  # fmt: skip
_TABLES = """
    create table spool (id text, fetched text, licence text, row text);
    create table samples (n integer primary key, id text, sample blob);
    create table bands (key integer, id text, n integer);
    create table found (id text, first text);
"""


def process(inputs: Sequence[Path], out: Path) -> Outcome:
    """Writes the rows of all files, ordered by id, to a Parquet table.

    Of a record that was gathered twice, the one fetched first is kept. `out` is replaced when all
    is done. Raises `DataError` for a file that is not there, and where the temporary disk is full.
    """
    for path in inputs:
        if not path.is_file():
            raise DataError(f"{path}: there is no such file")
    if out.is_dir():
        raise DataError(f"{out} is a directory: one process writes a file")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="career-climber-") as scratch:
        database = sqlite3.connect(Path(scratch) / "spool.db", isolation_level=None)
        try:
            # Nobody but this process reads it, and it ends with the process.
            database.executescript(
                "pragma journal_mode = off; pragma synchronous = off; pragma temp_store = file;"
                f"pragma cache_size = -{_PAGES_KIB};{_TABLES}"
            )
            _spool(database, progress(_lines(inputs), desc="cleaning", unit=" records"))
            _find_duplicates(database)
            return _write(database, out)
        except sqlite3.Error as error:
            raise DataError(
                f"{scratch}: {error}; what waits there needs some 4 KB a record (TMPDIR)"
            ) from None
        finally:
            database.close()


def _lines(inputs: Sequence[Path]) -> Iterator[str]:
    for path in inputs:
        with path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
            for line in lines:
                yield line.removesuffix("\n")


def _spool(database: sqlite3.Connection, lines: Iterable[str]) -> None:
    cleaned = map(clean_line, lines)
    n = 0
    while batch := list(islice(cleaned, BATCH)):
        database.execute("begin")
        database.executemany("insert into spool values (?, ?, ?, ?)", map(_spooled, batch))
        signed = [(n + i, row.id, each) for i, (row, each) in enumerate(batch) if each.keys]
        database.executemany(
            "insert into samples values (?, ?, ?)", ((n, id, each.sample) for n, id, each in signed)
        )
        database.executemany("insert into bands values (?, ?, ?)", _bands(signed))
        database.execute("commit")
        n += len(batch)


def _spooled(cleaned: tuple[Row, Signature]) -> tuple[str, str, str, str]:
    row, _ = cleaned
    return row.id, row.fetched, row.licence, json.dumps(row.values())


def _bands(signed: list[tuple[int, str, Signature]]) -> Iterator[tuple[int, str, int]]:
    for n, id, each in signed:
        for key in each.keys:
            yield key, id, n


def _find_duplicates(database: sqlite3.Connection) -> None:
    """Compares each record with the one that stands for its group: that of the smallest id."""
    ordered = database.execute("select key, id, n from bands order by key, id")
    pairs = _duplicates(ordered, database)
    while batch := list(islice(pairs, BATCH)):
        database.executemany("insert into found values (?, ?)", batch)


def _duplicates(
    ordered: Iterable[tuple[int, str, int]], database: sqlite3.Connection
) -> Iterator[tuple[str, str]]:
    def sample(n: int) -> bytes:
        found: tuple[bytes] = database.execute(
            "select sample from samples where n = ?", (n,)
        ).fetchone()
        return found[0]

    for _, group in groupby(ordered, itemgetter(0)):
        members = iter(group)
        _, first, first_n = next(members)
        first_sample = None
        for _, id, n in members:
            if id != first:
                first_sample = first_sample or sample(first_n)
                if alike(first_sample, sample(n)):
                    yield id, first


def _write(database: sqlite3.Connection, out: Path) -> Outcome:
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    counts: Counter[str] = Counter()
    try:
        with parquet.ParquetWriter(beside, _SCHEMA) as writer:
            rows = _rows(database)
            while batch := list(islice(rows, BATCH)):
                counts.update(row.left_out for row in batch)
                columns = zip(*map(Row.values, batch), strict=True)
                arrays = [pa.array(column, field.type)
                          for column, field in zip(columns, _SCHEMA, strict=True)]  # fmt: skip
                writer.write_table(pa.table(arrays, schema=_SCHEMA))
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)
    return Outcome(counts)


def _rows(database: sqlite3.Connection) -> Iterator[Row]:
    """All rows in the order of their ids, each once, near-duplicates marked."""
    spooled = database.execute("select id, row from spool order by id, fetched, licence")
    found = database.execute("select id, min(first) from found group by id order by id")
    next_found = found.fetchone()
    for id, group in groupby(spooled, itemgetter(0)):
        row = Row(*json.loads(next(group)[1]))
        if next_found and next_found[0] == id:
            row = replace(row, left_out=DUPLICATE, duplicate_of=next_found[1])
            next_found = found.fetchone()
        yield row
