"""Models from storage: verified, kept on disk, loaded once, replaced when a new version comes."""

import os
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from shared import logs, manifest
from shared.errors import CareerClimberError, ModelsUnavailable
from shared.manifest import File, Manifest
from shared.storage import DirectoryStorage, Storage, open_storage, whole_file

T = TypeVar("T")

REFRESH_SECONDS = 60.0
"""How old the knowledge of the current version may grow before a request has it looked up."""


@dataclass(frozen=True)
class Loaded(Generic[T]):
    """A model and the version it came with."""

    model: T
    version: str


class ModelStore(Generic[T]):
    """One model of the current version, for any number of threads.

    `name` is the model's file without its ending; `load(path, file_name)` makes a model of it.
    `get` loads on the first call, once however many call at a time. Later calls answer from
    memory; every `refresh_seconds` one of them starts a look for a new version beside itself,
    which takes over when it is whole.
    """

    def __init__(
        self,
        storage: Storage,
        name: str,
        load: Callable[[Path, str], T],
        cache: Path,
        refresh_seconds: float = REFRESH_SECONDS,
    ) -> None:
        self._storage = storage
        self._name = name
        self._load = load
        self._cache = cache / name
        self._refresh_seconds = refresh_seconds
        self._first = threading.Lock()
        self._refreshing = threading.Lock()
        self._loaded: Loaded[T] | None = None
        self._looked = 0.0

    @classmethod
    def from_environment(cls, name: str, load: Callable[[Path, str], T]) -> "ModelStore[T]":
        """The store that `MODELS_URI`, `MODELS_CACHE` and `MODELS_REFRESH_SECONDS` describe."""
        default = Path(tempfile.gettempdir()) / "career-climber-models"
        return cls(
            open_storage(os.environ.get("MODELS_URI", "models")),
            name,
            load,
            Path(os.environ.get("MODELS_CACHE", default)),
            float(os.environ.get("MODELS_REFRESH_SECONDS", REFRESH_SECONDS)),
        )

    def get(self) -> Loaded[T]:
        """The model. Raises `ModelsUnavailable`; the next call then tries again."""
        loaded = self._loaded
        if loaded is None:
            with self._first:
                if self._loaded is None:
                    self._loaded = self._load_current()
                return self._loaded
        if time.monotonic() - self._looked > self._refresh_seconds:
            self._refresh_beside()
        return loaded

    def _refresh_beside(self) -> None:
        if self._refreshing.acquire(blocking=False):
            threading.Thread(target=self._refresh, daemon=True).start()

    def _refresh(self) -> None:
        try:
            self._loaded = self._load_current()
        except CareerClimberError as error:
            logs.write("ERROR", "a new version cannot be taken up; the old one serves on",
                       error=str(error), type=type(error).__name__)  # fmt: skip
        finally:
            self._looked = time.monotonic()
            self._refreshing.release()

    def _load_current(self) -> Loaded[T]:
        started = time.perf_counter()
        try:
            text = self._storage.read(manifest.CURRENT)
            if text is None:
                raise ModelsUnavailable("no models are published there yet")
            current = manifest.decode(text)
            if self._loaded and self._loaded.version == current.version:
                self._looked = time.monotonic()
                return self._loaded
            file = current.file(self._name)
            path = self._fetch(current, file)
            loaded = Loaded(self._load(path, file.name), current.version)
        except ModelsUnavailable:
            raise
        except (CareerClimberError, OSError) as error:
            raise ModelsUnavailable(str(error)) from error
        self._looked = time.monotonic()
        seconds = round(time.perf_counter() - started, 3)
        logs.write("INFO", "loaded", file=file.name, version=loaded.version, seconds=seconds)
        return loaded

    def _fetch(self, current: Manifest, file: File) -> Path:
        """The verified file on this machine, downloaded unless an earlier start left it."""
        if isinstance(self._storage, DirectoryStorage):
            in_place = self._storage.root / current.path(file.name)
            manifest.verify(in_place, file)
            return in_place
        kept = self._cache / file.sha256
        try:
            manifest.verify(kept, file)
        except (OSError, ModelsUnavailable):
            self._cache.mkdir(parents=True, exist_ok=True, mode=0o700)
            with whole_file(kept, lambda path: manifest.verify(path, file)) as beside:
                self._storage.download(current.path(file.name), beside)
            self._forget_all_but(kept)
        return kept

    def _forget_all_but(self, kept: Path) -> None:
        """Older versions go: on Cloud Functions what lies in /tmp is memory that is paid for."""
        for path in self._cache.iterdir():
            if path != kept and not path.name.startswith(".part-"):
                path.unlink(missing_ok=True)
