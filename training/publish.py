"""Puts a version where the functions find it, and takes it back."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from shared import manifest
from shared.manifest import Manifest
from shared.storage import Storage
from training.errors import DataError
from training.progress import progress


def publish(files: Sequence[Path], storage: Storage, provenance: dict[str, object]) -> Manifest:
    """Publishes files as a version and makes it the current one; returns its manifest.

    The files are written first and the manifest last, only if nobody else published meanwhile
    (`shared.storage.Changed` then), so that a reader sees the old version or the new one. The
    version's name is a digest of its files: publishing the same again changes nothing.
    """
    described = tuple(manifest.describe(path) for path in sorted(files))
    digest = hashlib.sha256("".join(f"{f.name}{f.sha256}" for f in described).encode())
    generation = storage.generation(manifest.CURRENT)
    text = storage.read(manifest.CURRENT)
    previous = manifest.decode(text) if text else None
    version = digest.hexdigest()[:12]
    if previous and previous.version == version:
        return previous
    created = datetime.now(UTC).isoformat(timespec="seconds")
    before = previous.version if previous else None
    made = Manifest(version, created, before, described, provenance)
    for path in progress(sorted(files), desc="publishing", unit=" files"):
        storage.write(made.path(path.name), path.read_bytes())
    storage.write(made.path(manifest.CURRENT), made.encode())
    storage.write(manifest.CURRENT, made.encode(), generation=generation)
    return made


def rollback(storage: Storage) -> Manifest:
    """Makes the version before the current one current again; returns its manifest."""
    generation = storage.generation(manifest.CURRENT)
    text = storage.read(manifest.CURRENT)
    if text is None:
        raise DataError("no models are published there")
    current = manifest.decode(text)
    if current.previous is None:
        raise DataError(f"version {current.version} is the first: there is none to go back to")
    kept = storage.read(f"versions/{current.previous}/{manifest.CURRENT}")
    if kept is None:
        raise DataError(f"version {current.previous} is not there any more")
    storage.write(manifest.CURRENT, kept, generation=generation)
    return manifest.decode(kept)
