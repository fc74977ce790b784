"""Where gathered records are kept: `records.jsonl`, each record once, whatever happens."""

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from training.errors import DataError
from training.gathered import Gathered

FILE = "records.jsonl"
INDEX = "index.db"


class Store:
    """A directory that one process at a time adds to. Use it in a `with` statement.

    Records are only ever appended. The index of their ids can lag behind the file, where a process
    was killed in between: it is brought up to it when the store is opened.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.added = 0

    def __enter__(self) -> "Store":
        """Raises `DataError` where another process adds to it, or a line of it is damaged."""
        self._directory.mkdir(parents=True, exist_ok=True)
        self._file = (self._directory / FILE).open("a+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise DataError(f"{self._directory}: another process gathers into it") from None
        self._index = sqlite3.connect(self._directory / INDEX, isolation_level=None)
        self._index.executescript(
            "pragma journal_mode = wal; pragma synchronous = off;"
            "create table if not exists ids (id text primary key) without rowid;"
            "create table if not exists read (bytes integer);"
        )
        try:
            self._catch_up()
        except DataError:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._index.close()
        self._file.close()

    def add(self, record: Gathered) -> bool:
        """Whether the record is new. It is in the file when this returns."""
        if self._index.execute("select 1 from ids where id = ?", (record.id,)).fetchone():
            return False
        self._file.write(record.encode().encode() + b"\n")
        self._file.flush()
        self._note([record.id], self._file.tell())
        self.added += 1
        return True

    def _catch_up(self) -> None:
        """Indexes what the index lacks, and cuts off a last line that was not written whole."""
        row = self._index.execute("select bytes from read").fetchone()
        size = os.fstat(self._file.fileno()).st_size
        known = row[0] if row else 0
        if size < known:  # Somebody took records out: what is not there may come again.
            self._index.execute("delete from ids")
            known = 0
        self._file.seek(known)
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            known += len(line)
            self._note([_id(line, self._directory / FILE)], known)
        self._file.truncate(known)
        self._file.seek(known)

    def _note(self, ids: Iterable[str], read: int) -> None:
        self._index.execute("begin")
        self._index.executemany("insert or ignore into ids values (?)", ((id,) for id in ids))
        self._index.execute("delete from read")
        self._index.execute("insert into read values (?)", (read,))
        self._index.execute("commit")


def _id(line: bytes, path: Path) -> str:
    try:
        return str(json.loads(line)["id"])
    except (ValueError, TypeError, KeyError):
        start = line[:40].decode("utf-8", "replace").rstrip()
        raise DataError(f"{path}: a line is no gathered record: {start!r}; take it out") from None
