"""The manifest: which files belong to a version of the models, with size and SHA-256.

manifest.json                       the version that is served now
versions/<version>/manifest.json    the same text, kept for going back
versions/<version>/<file>           the files themselves, never changed once written
"""

import dataclasses
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from shared.errors import ModelsUnavailable

FORMAT = 2
"""Raised whenever older functions could not read what is published any more."""
CURRENT = "manifest.json"

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}", re.ASCII)
_FILE = re.compile(r"[0-9a-z_]{1,40}\.[a-z]{1,10}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class File:
    """One published file: `name` within its version, `size` in bytes, `sha256` in hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """One version: its name, when it was made (RFC 3339), the version before it, its files.

    `provenance` is for people and for training: sources, sizes, measures.
    """

    version: str
    created: str
    previous: str | None
    files: tuple[File, ...]
    provenance: dict[str, object]

    def file(self, name: str) -> File:
        """The file of that name, whatever its ending. Raises `ModelsUnavailable` without one."""
        for file in self.files:
            if file.name.partition(".")[0] == name:
                return file
        raise ModelsUnavailable(f"version {self.version} has no {name}; publish one that has")

    def path(self, name: str) -> str:
        """Where a file of this version lies below the models' root."""
        return f"versions/{self.version}/{name}"

    def encode(self) -> bytes:
        """The manifest as JSON text, the same bytes for the same content."""
        value = {"format": FORMAT, **dataclasses.asdict(self)}
        return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()


def decode(text: bytes) -> Manifest:
    """Reads a manifest's text. Raises `ModelsUnavailable` for anything but a good one."""
    try:
        value = json.loads(text)
        if value["format"] != FORMAT:
            raise ModelsUnavailable(
                f"the manifest has format {value['format']!r}, these functions read {FORMAT}: "
                "deploy functions and publish models from the same release"
            )
        files = tuple(_file(item) for item in value["files"])
        version = _matching(_VERSION, value["version"])
        previous = value["previous"] and _matching(_VERSION, value["previous"])
        created = str(value["created"])
        return Manifest(version, created, previous or None, files, dict(value["provenance"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelsUnavailable(f"the manifest is damaged: {type(error).__name__}") from error


def _file(value: dict[str, object]) -> File:
    size = value["size"]
    if not isinstance(size, int) or size < 0:
        raise ValueError("size")
    return File(_matching(_FILE, value["name"]), size, _matching(_SHA256, value["sha256"]))


def _matching(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(pattern.pattern)
    return value


def describe(path: Path) -> File:
    """Size and digest of a file that is about to be published."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return File(path.name, path.stat().st_size, digest)


def verify(path: Path, expected: File) -> None:
    """Raises `ModelsUnavailable` unless the file at `path` is, byte for byte, the expected one."""
    if path.stat().st_size != expected.size:
        raise ModelsUnavailable(
            f"{expected.name}: {path.stat().st_size} bytes where {expected.size} were published"
        )
    if describe(path).sha256 != expected.sha256:
        raise ModelsUnavailable(f"{expected.name}: its SHA-256 is not the published one")
