"""Puts a version where the functions find it, and takes it back. Both sign the manifest."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from shared import manifest
from shared.errors import ModelsUnavailable
from shared.manifest import Check, Manifest
from shared.storage import Changed, Storage
from training import signing
from training.errors import DataError
from training.progress import progress


def publish(
    files: Sequence[Path],
    storage: Storage,
    provenance: dict[str, object],
    checks: dict[str, Check] | None = None,
    generation: int | None = None,
) -> Manifest:
    """Publishes files as a version and makes it the current one; returns its manifest.

    The files are written first and the manifest last, only if nobody else published meanwhile
    (`shared.storage.Changed` then), so that a reader sees the old version or the new one. Meanwhile
    is since `generation`, which the caller has decided on, or from now on. The version's name is a
    digest of its files: publishing the same again only writes them again.
    """
    described = tuple(manifest.describe(path) for path in sorted(files))
    digest = hashlib.sha256("".join(f"{f.name}{f.sha256}" for f in described).encode())
    since = generation_of(storage) if generation is None else generation
    previous = current(storage)
    signer = signing.signer()
    version = digest.hexdigest()[:12]
    created = datetime.now(UTC).isoformat(timespec="seconds")
    before = previous.version if previous else None
    serial = _next_serial(previous)
    made = Manifest(version, serial, created, before, described, provenance, checks or {})
    for path in progress(sorted(files), desc="publishing", unit=" files"):
        storage.write(made.path(path.name), path.read_bytes())
    if previous and previous.version == version:
        return previous
    text = made.encode(signer)
    _keep(storage, made, text)
    _write_current(storage, text, since)
    return made


def rollback(storage: Storage) -> Manifest:
    """Makes the version before the current one current again; returns its manifest.

    That is a publication of its own, with a serial of its own: a manifest that was current once
    is never followed again.
    """
    generation = generation_of(storage)
    found = current(storage)
    if found is None:
        raise DataError("no models are published there")
    if found.previous is None:
        raise DataError(f"version {found.version} is the first: there is none to go back to")
    kept = _read(storage, f"versions/{found.previous}/{manifest.CURRENT}")
    if kept is None:
        raise DataError(f"version {found.previous} is not there any more")
    if kept.version != found.previous:
        raise DataError(f"in the place of version {found.previous} is {kept.version}")
    made = replace(kept, serial=_next_serial(found))
    _write_current(storage, made.encode(signing.signer()), generation)
    return made


def serial(storage: Storage) -> int:
    """The serial of what is published. Raises `DataError` where there is nothing."""
    found = current(storage)
    if found is None:
        raise DataError("no models are published there")
    return found.serial


def generation_of(storage: Storage) -> int:
    """Which manifest is current, as the storage counts them."""
    return storage.generation(manifest.CURRENT)


def current(storage: Storage) -> Manifest | None:
    """What is published; None where there is nothing, or only what an older release published."""
    try:
        return _read(storage, manifest.CURRENT)
    except manifest.OtherFormat as error:
        if error.older:
            return None
        raise


def _keep(storage: Storage, made: Manifest, text: bytes) -> None:
    """Keeps how a version was first published, to go back to: what came before it stays so."""
    name = made.path(manifest.CURRENT)
    try:
        kept = _read(storage, name)
    except (DataError, manifest.OtherFormat):
        kept = None
    if kept is None or kept.version != made.version:
        storage.write(name, text)


def _write_current(storage: Storage, text: bytes, generation: int) -> None:
    """Raises `Changed` where somebody else wrote it since `generation`."""
    try:
        storage.write(manifest.CURRENT, text, generation=generation)
    except Changed:
        # Where the answer was lost, it was ourselves, and the client's next try found that.
        if storage.read(manifest.CURRENT) != text:
            raise


def _read(storage: Storage, name: str) -> Manifest | None:
    """Raises `DataError` for a manifest that our functions would not follow."""
    text = storage.read(name)
    if text is None:
        return None
    try:
        key = signing.public_key()
        made = manifest.decode(text, key)
        if key is None:
            raise DataError("there is no key here that vouches for it (SECURITY.md)")
        return made
    except manifest.OtherFormat:
        raise
    except (ModelsUnavailable, DataError) as error:
        raise DataError(
            f"{storage.name}/{name}: {error}. If it is to be replaced all the same, delete it and "
            "publish again"
        ) from error


def _next_serial(current: Manifest | None) -> int:
    """By the clock, so that it rises even where the manifest before was lost; never by less."""
    return max(int(time.time()), current.serial + 1 if current else 0)
