"""Models from storage: verified, kept on disk, loaded once, replaced when a new version comes."""

import hashlib
import math
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

from shared import deadline, logs, manifest, memory, signature
from shared.errors import CareerClimberError, ModelsUnavailable
from shared.manifest import File, Manifest
from shared.storage import PART, DirectoryStorage, Storage, open_storage, whole_file

T = TypeVar("T")

REFRESH_SECONDS = 60.0
"""How old the knowledge of the current version may grow before a request has it looked up."""
WAIT_SECONDS = 20.0
"""How long requests wait at most for the first load; it goes on beside them."""
LOAD_SECONDS = 120.0
"""What is not read from the bucket after so long is given up; then another load may begin."""
BACK_OFF_SECONDS = 1.0
"""After a load that failed, requests are told so at once for so long; then one tries again."""
ROOM_BYTES = 32 << 20
"""What a load takes of memory beside the model: the bucket's client takes 24 MiB, measured. Once it
is there, the room is for requests."""
PIPELINE_BYTES = 128 << 20
"""What scikit-learn takes, where a pickled pipeline needs it."""
NOT_LOADED = "the models cannot be loaded; there are none to answer from"
NOT_TAKEN_UP = "a new version cannot be taken up; the old one serves on"
SERIAL = "serial-"
"""What the name of a file in the cache begins with that holds a serial."""
PART_SECONDS = 3600
"""What a download that was killed has left in the cache goes after so long."""


@dataclass(frozen=True)
class Loaded(Generic[T]):
    """A model, the version it came with, and the serial of that publication."""

    model: T
    version: str
    serial: int


@dataclass
class _Attempt:
    """One load, in a thread of its own; the only one until `over`, on the monotonic clock."""

    started: float
    over: float = math.inf
    done: threading.Event = field(default_factory=threading.Event)
    error: BaseException | None = None


class ModelStore(Generic[T]):
    """One model of the current version, for any number of threads.

    `name` is the model's file without its ending; `load(path, file_name)` makes a model of it, and
    `probe(model, question)` answers the question that was asked of it before it was published.
    `get` loads on the first call, once however many call at a time. Later calls answer from
    memory; every `refresh_seconds` one of them starts a look for a new version beside itself,
    which takes over when it is whole and answers as it should.

    `public_key` is the file with the key that manifests must be signed by. Without it, nothing
    vouches for what is published, and only a directory is followed, or what
    `signature.unsigned_allowed` says. A publication whose serial is below `serial_floor`, or below
    that of one loaded before, is an old one that somebody has put back, and is refused.
    """

    def __init__(
        self,
        storage: Storage,
        name: str,
        load: Callable[[Path, str], T],
        cache: Path,
        refresh_seconds: float = REFRESH_SECONDS,
        public_key: Path | None = None,
        serial_floor: int = 0,
        *,
        probe: Callable[[T, str], str] | None = None,
        wait_seconds: float = WAIT_SECONDS,
        load_seconds: float = LOAD_SECONDS,
        back_off_seconds: float = BACK_OFF_SECONDS,
    ) -> None:
        self._storage = storage
        self._name = name
        self._load = load
        self._cache = cache / name
        self._refresh_seconds = refresh_seconds
        self._public_key = public_key
        self._serial_floor = serial_floor
        self._probe = probe
        self._wait_seconds = wait_seconds
        self._load_seconds = load_seconds
        self._back_off_seconds = back_off_seconds
        self._lock = threading.Lock()
        self._attempt: _Attempt | None = None
        self._loaded: Loaded[T] | None = None
        self._looked = 0.0
        self._warned = False

    @classmethod
    def from_environment(
        cls, name: str, load: Callable[[Path, str], T], probe: Callable[[T, str], str] | None = None
    ) -> "ModelStore[T]":
        """The store that the variables whose names begin with `MODELS_` describe."""
        default = Path(tempfile.gettempdir()) / "career-climber-models"
        return cls(
            open_storage(os.environ.get("MODELS_URI", "models")),
            name,
            load,
            Path(os.environ.get("MODELS_CACHE", default)),
            float(os.environ.get("MODELS_REFRESH_SECONDS") or REFRESH_SECONDS),
            signature.public_key_file(),
            int(os.environ.get("MODELS_SERIAL_FLOOR") or 0),
            probe=probe,
        )

    def get(self) -> Loaded[T]:
        """The model. Raises `ModelsUnavailable`, after `wait_seconds` at the latest."""
        loaded = self._loaded
        if loaded is None:
            return self._wait_for_first()
        if time.monotonic() - self._looked > self._refresh_seconds:
            self._start()
        return loaded

    def _wait_for_first(self) -> Loaded[T]:
        """Whoever waits for the same load shares its end, and those who come just after it, too."""
        attempt = self._start()
        attempt.done.wait(max(0.0, attempt.started + self._wait_seconds - time.monotonic()))
        loaded, error = self._loaded, attempt.error
        if loaded is not None:
            return loaded
        if error is None:
            raise ModelsUnavailable(f"not loaded within {self._wait_seconds:g} s; it goes on")
        raise ModelsUnavailable(str(error)) from error

    def _start(self) -> _Attempt:
        """The load that is under way or failed just now, or else a new one."""
        with self._lock:
            now = time.monotonic()
            if self._attempt and now < self._attempt.over:
                return self._attempt
            attempt = self._attempt = _Attempt(now)
        thread = threading.Thread(
            target=self._run, args=(attempt,), name=f"load {self._name}", daemon=True
        )
        try:
            thread.start()
        except RuntimeError as error:  # Neither memory nor processes are left for it.
            self._end(attempt, error)
        return attempt

    def _run(self, attempt: _Attempt) -> None:
        try:
            with deadline.ending_at(attempt.started + self._load_seconds):
                loaded = self._load_current()
        except BaseException as error:  # Whatever it is: what is served stays, a next one tries.
            self._end(attempt, error)
        else:
            self._loaded = loaded
            self._end(attempt, None)

    def _end(self, attempt: _Attempt, error: BaseException | None) -> None:
        try:
            if error:
                message = NOT_TAKEN_UP if self._loaded else NOT_LOADED
                logs.write("ERROR", message, error=_text(error), type=type(error).__name__)
        finally:
            now = self._looked = time.monotonic()
            attempt.error = error
            attempt.over = now + self._back_off_seconds if error else now
            attempt.done.set()

    def _load_current(self) -> Loaded[T]:
        started = time.perf_counter()
        if not self._loaded:
            memory.check(ROOM_BYTES, "loading models")
        key = self._key()
        text = self._storage.read(manifest.CURRENT)
        if text is None:
            raise ModelsUnavailable(f"no models are published in {self._storage.name} yet")
        current = manifest.decode(text, key)
        serials = _Serials(self._cache, self._storage.name, key)
        self._check_serial(current, serials)
        if self._loaded and self._loaded.version == current.version:
            if self._loaded.serial == current.serial:
                return self._loaded
            self._keep_serial(current, serials)
            return replace(self._loaded, serial=current.serial)
        file = current.file(self._name)
        with self._file(current, file) as path:
            loaded = Loaded(self._load(path, file.name), current.version, current.serial)
            self._check_answers(loaded.model, current)
        self._keep_serial(current, serials)
        seconds = round(time.perf_counter() - started, 3)
        logs.write("INFO", "loaded", file=file.name, version=loaded.version, seconds=seconds)
        return loaded

    def _key(self) -> bytes | None:
        if self._public_key is not None:
            return signature.read_public_key(self._public_key)
        if not (isinstance(self._storage, DirectoryStorage) or signature.unsigned_allowed()):
            raise ModelsUnavailable(
                f"nothing vouches for {self._storage.name}: there is no public key here: "
                "deploy from the checkout that published (SECURITY.md), or with "
                f"{signature.UNSIGNED_ALLOWED}=1 where you trust everybody who can write there"
            )
        if not self._warned:
            self._warned = True
            logs.write("WARNING", "nothing vouches for the models: there is no public key here, so "
                       "whoever can write to their place decides what is answered (SECURITY.md)",
                       storage=self._storage.name)  # fmt: skip
        return None

    def _check_serial(self, current: Manifest, serials: "_Serials") -> None:
        """Raises `ModelsUnavailable` for a publication that others have followed already."""
        loaded = self._loaded.serial if self._loaded else 0
        least = max(self._serial_floor, loaded, serials.read())
        if current.serial < least:
            raise ModelsUnavailable(
                f"the manifest is of publication {current.serial}, and {least} has been there: "
                "somebody put an old one back; publish again, or go back by "
                "`python -m training rollback`"
            )

    def _keep_serial(self, current: Manifest, serials: "_Serials") -> None:
        if not isinstance(self._storage, DirectoryStorage):
            serials.keep(current.serial)

    def _check_answers(self, model: T, current: Manifest) -> None:
        """Raises `ModelsUnavailable` where the model does not answer as before it was published."""
        check = current.checks.get(self._name)
        if check is None or self._probe is None:
            return
        answer = self._probe(model, check.question)
        if answer != check.answer:
            raise ModelsUnavailable(
                f"version {current.version} fails its own check: {self._name} answers another "
                "title or phrase than it did when it was published; publish it again with the "
                "packages in functions/*/requirements.txt"
            )

    @contextmanager
    def _file(self, current: Manifest, file: File) -> Iterator[Path]:
        """The verified file on this machine, downloaded unless an earlier start left it."""
        if isinstance(self._storage, DirectoryStorage):
            in_place = self._storage.root / current.path(file.name)
            manifest.verify(in_place, file)
            _check_room(file, copies=1)
            yield in_place
            return
        kept = self._cache / file.sha256
        is_kept = _is_ours(self._cache) and _is(kept, file)
        _check_room(file, copies=1 if is_kept else 2)
        if not is_kept:
            try:
                self._keep(current, file, kept)
            except (OSError, _DiskError) as error:
                logs.write("WARNING", "the cache cannot be written; the model is kept in memory",
                           error=_text(error))  # fmt: skip
                with self._in_memory(current, file) as path:
                    yield path
                return
        yield kept

    def _keep(self, current: Manifest, file: File, kept: Path) -> None:
        self._cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not _is_ours(self._cache):
            raise PermissionError(f"{self._cache} is somebody else's, who could replace models")
        with whole_file(kept, lambda path: manifest.verify(path, file)) as beside:
            self._storage.download(current.path(file.name), _Bounded(beside, file))
        self._forget_all_but(kept)

    @contextmanager
    def _in_memory(self, current: Manifest, file: File) -> Iterator[Path]:
        if not hasattr(os, "memfd_create"):
            raise ModelsUnavailable("the cache cannot be written, and this system has no memfd")
        with os.fdopen(os.memfd_create(file.name), "w+b") as inside:
            self._storage.download(current.path(file.name), _Bounded(inside, file))
            inside.flush()
            path = Path(f"/proc/self/fd/{inside.fileno()}")
            manifest.verify(path, file)
            yield path

    def _forget_all_but(self, kept: Path) -> None:
        """Older versions go: on Cloud Functions what lies in /tmp is memory that is paid for."""
        for path in self._cache.iterdir():
            if path == kept or path.name.startswith(SERIAL):
                continue
            if path.name.startswith(PART) and _age(path) < PART_SECONDS:
                continue  # Another process is at it.
            with suppress(IsADirectoryError, PermissionError):  # It is not ours.
                path.unlink(missing_ok=True)


def _text(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _is(path: Path, file: File) -> bool:
    try:
        manifest.verify(path, file)
    except (OSError, ModelsUnavailable):
        return False
    return True


def _is_ours(cache: Path) -> bool:
    """Whether nobody else can put another file where one was verified: /tmp is for everybody."""
    try:
        inside, above = cache.stat(), cache.parent.stat()
    except OSError:
        return False
    us = os.geteuid()
    return inside.st_uid == us and not inside.st_mode & 0o022 and above.st_uid in (us, 0)


def _age(path: Path) -> float:
    try:
        return abs(time.time() - path.stat().st_mtime)
    except FileNotFoundError:
        return 0.0


def _check_room(file: File, *, copies: int) -> None:
    """Raises `ModelsUnavailable` for a file that would have the kernel end this process.

    A model takes as much as its file at most, measured; a file that is still to come takes it once
    more, for it may lie in memory.
    """
    beside = PIPELINE_BYTES if file.name.endswith(".joblib") else 0
    memory.check(copies * file.size + beside + ROOM_BYTES, file.name)


class _Serials:
    """The highest serial that was loaded from a place on this machine, beside the kept files.

    For each place and key a file of its own: they number their publications by themselves.
    """

    def __init__(self, directory: Path, place: str, key: bytes | None) -> None:
        digest = hashlib.sha256((key or b"") + place.encode()).hexdigest()
        self._path = directory / f"{SERIAL}{digest[:16]}"

    def read(self) -> int:
        try:
            return int(self._path.read_text("ascii"))
        except (OSError, ValueError):
            return 0

    def keep(self, serial: int) -> None:
        """Where the disk does not take it, this process remembers by itself."""
        try:
            if serial > self.read():
                with whole_file(self._path) as file:
                    file.write(str(serial).encode())
        except OSError:
            return


class _DiskError(CareerClimberError):
    """The disk, and not the storage, is at fault."""


class _Bounded:
    """Writes on to `into`, no more bytes than were published as `file`."""

    def __init__(self, into: BinaryIO, file: File) -> None:
        self._into = into
        self._file = file

    def write(self, content: Any) -> int:
        return self._to_disk(lambda: self._write(content))

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._to_disk(lambda: self._into.seek(offset, whence))

    def truncate(self, size: int | None = None) -> int:
        return self._to_disk(lambda: self._into.truncate(size))

    def _write(self, content: Any) -> int:
        if self._into.tell() + len(content) > self._file.size:
            raise ModelsUnavailable(
                f"{self._file.name}: more bytes than the {self._file.size} that were published"
            )
        return self._into.write(content)

    def _to_disk(self, act: Callable[[], int]) -> int:
        try:
            return act()
        except OSError as error:
            raise _DiskError(str(error)) from error
