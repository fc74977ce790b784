"""The wheel of `laiser` (BSD-3): O*NET task statements and the skills of ESCO and O*NET.

It is downloaded by pip, checked against its hash and never installed. Its tables are taken out of
it once.
"""

import csv
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from training.errors import DataError

REQUIREMENT = "laiser==1.0"
SHA256 = "3892957419a28a0a3171746557c9b684d15f600cc21fc72102cc9302eb18cb60"
FOLDER = "laiser/public"
TABLES = ("task_taxonomy.csv", "faiss_skills.csv", "knowledge_taxonomy.csv")
CACHE = Path(".cache/sources")


def rows(table: str) -> Iterator[dict[str, str]]:
    """The rows of one of `TABLES`. Raises `DataError` where the wheel cannot be had."""
    kept = CACHE / SHA256[:16]
    if not kept.exists():
        _take_out(kept)
    yield from csv.DictReader(io.StringIO((kept / table).read_text(encoding="utf-8"), newline=""))


def _take_out(kept: Path) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as directory:
        wheel = _download(Path(directory))
        beside = Path(directory) / "tables"
        beside.mkdir()
        with zipfile.ZipFile(wheel) as archive:
            for table in TABLES:
                (beside / table).write_bytes(archive.read(f"{FOLDER}/{table}"))
        try:
            beside.rename(kept)
        except OSError:  # Another process was faster.
            if not kept.exists():
                raise


def _download(directory: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
               "--disable-pip-version-check", "--dest", str(directory), REQUIREMENT]  # fmt: skip
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(directory.glob("*.whl"))
    if result.returncode or not wheels:
        last = (result.stderr.strip().splitlines() or ["no wheel came"])[-1]
        raise DataError(f"pip could not download {REQUIREMENT}: {last}")
    if hashlib.sha256(wheels[0].read_bytes()).hexdigest() != SHA256:
        raise DataError(f"{REQUIREMENT} is not the file it was: its SHA-256 differs")
    return wheels[0]
