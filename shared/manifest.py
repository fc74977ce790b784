"""The manifest: which files belong to a version of the models, with size and SHA-256.

manifest.json                       the version that is served now
versions/<version>/manifest.json    how it was first published, kept for going back
versions/<version>/<file>           the files themselves, never changed once written

Who signs the manifest vouches for all of it, the files' digests included.
"""

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from shared import signature
from shared.errors import ModelsUnavailable

FORMAT = 3
"""Raised whenever older functions could not read what is published any more, or read it wrongly."""
CURRENT = "manifest.json"
NUMBERS_BELOW = 1 << 53
"""Sizes and serials stay below: every reader of JSON keeps them exact up to there."""

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}", re.ASCII)
_FILE = re.compile(r"[0-9a-z_]{1,40}\.[a-z]{1,10}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class OtherFormat(ModelsUnavailable):
    """The manifest is of another release, an older one or not."""

    def __init__(self, found: object) -> None:
        # Anything but a number may be as long as a manifest may be.
        said = found if isinstance(found, int) else type(found).__name__
        super().__init__(
            f"the manifest has format {said}, these functions read {FORMAT}: deploy functions "
            "and publish models from the same release (PUBLISH=always ./deploy.sh does both)"
        )
        self.older = isinstance(found, int) and found < FORMAT


@dataclass(frozen=True)
class File:
    """One published file: `name` within its version, `size` in bytes, `sha256` in hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Check:
    """What a model was asked before it was published, and what it answered."""

    question: str
    answer: str


@dataclass(frozen=True)
class Manifest:
    """One version: its name, when it was made (RFC 3339), the version before it, its files.

    `serial` rises with every publication, also with one that goes back to an older version.
    `checks` are by the name of the model, its file's without the ending.
    `provenance` is for people and for training: sources, sizes, measures.
    """

    version: str
    serial: int
    created: str
    previous: str | None
    files: tuple[File, ...]
    provenance: dict[str, object]
    checks: dict[str, Check] = field(default_factory=dict)

    def file(self, name: str) -> File:
        """The file of that name, whatever its ending. Raises `ModelsUnavailable` without one."""
        for file in self.files:
            if file.name.partition(".")[0] == name:
                return file
        raise ModelsUnavailable(f"version {self.version} has no {name}; publish one that has")

    def path(self, name: str) -> str:
        """Where a file of this version lies below the models' root."""
        return f"versions/{self.version}/{name}"

    def encode(self, sign: Callable[[bytes], bytes] | None = None) -> bytes:
        """The manifest as JSON text, the same bytes for the same content.

        `sign` completes the text, which it gets without the closing brace, by a signature.
        """
        value = {"format": FORMAT, **dataclasses.asdict(self)}
        content = json.dumps(value, indent=1, sort_keys=True).removesuffix("\n}").encode()
        return sign(content) if sign else content + b"\n}\n"


def decode(text: bytes, public_key: bytes | None = None) -> Manifest:
    """Reads a manifest's text. Raises `ModelsUnavailable` for anything but a good one.

    With a `public_key`, only one that was signed by its other half is good.
    """
    try:
        value = json.loads(text)
        if value["format"] != FORMAT:
            raise OtherFormat(value["format"])
        if public_key is not None:
            signature.check(text, public_key)
        files = tuple(_file(item) for item in value["files"])
        version = _matching(_VERSION, value["version"])
        serial = _whole_number(value["serial"])
        previous = value["previous"] and _matching(_VERSION, value["previous"])
        created = str(value["created"])
        checks = {
            name: Check(str(check["question"]), str(check["answer"]))
            for name, check in value["checks"].items()
        }
        provenance = dict(value["provenance"])
        return Manifest(version, serial, created, previous or None, files, provenance, checks)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelsUnavailable(f"the manifest is damaged: {type(error).__name__}") from error


def _file(value: dict[str, object]) -> File:
    size = _whole_number(value["size"])
    return File(_matching(_FILE, value["name"]), size, _matching(_SHA256, value["sha256"]))


def _whole_number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < NUMBERS_BELOW:
        raise ValueError("no whole number in its range")
    return value


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
