"""Where published files lie: a Cloud Storage bucket or a directory, read and written alike.

A `Storage` takes names relative to its root, such as `versions/7/manifest.json`.
"""

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeVar

from shared import deadline
from shared.errors import CareerClimberError

if TYPE_CHECKING:
    from google.cloud.storage import Bucket

_T = TypeVar("_T")

READ_BYTES = 1 << 20
"""How large a file may be that is read as a whole."""
ATTEMPT_SECONDS = 5
"""How long one try may wait for the bucket's next bytes."""
RETRY_SECONDS = 10
"""How long tries go on for one file: a user waits meanwhile."""
PART = ".part-"
"""What the name of a file begins with that is not whole yet."""


class StorageError(CareerClimberError):
    """A file could not be read or written. The message names it."""


class Changed(StorageError):
    """Somebody else wrote the file since it was read."""


class Sink(Protocol):
    """What a file is downloaded into: the part of a binary file that writes."""

    def write(self, content: bytes, /) -> int:
        """Takes the next bytes."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Goes to where the next bytes belong."""

    def truncate(self, size: int | None = None, /) -> int:
        """Cuts off what is behind the present position."""


class Storage(Protocol):
    """Files by name. Every method raises `StorageError`."""

    name: str
    """What tells this place from others, for messages."""

    def read(self, name: str) -> bytes | None:
        """The whole of a small file, or None where there is none. More than READ_BYTES fail."""

    def generation(self, name: str) -> int:
        """A number that changes whenever the file is written; 0 where there is none."""

    def download(self, name: str, into: Sink) -> None:
        """Writes the file's bytes to `into`."""

    def write(self, name: str, content: bytes, *, generation: int | None = None) -> None:
        """Writes a file; with `generation`, only if that is still the present one (0: none)."""

    def delete(self, name: str) -> bool:
        """Takes a file away; False where there was none."""

    def names(self) -> list[str]:
        """The names of all files, sorted; empty where there is not even the place."""


def open_storage(uri: str) -> Storage:
    """The storage behind `gs://bucket/prefix`, or behind a directory's path."""
    if not uri.startswith("gs://"):
        return DirectoryStorage(Path(uri))
    bucket, _, prefix = uri.removeprefix("gs://").partition("/")
    if not bucket:
        raise StorageError(f"{uri} names no bucket")
    return BucketStorage(bucket, prefix.strip("/"))


class DirectoryStorage:
    """Files below a directory. A file's generation is its inode and its time of change."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.name = str(root)

    def read(self, name: str) -> bytes | None:
        path = self.root / name
        try:
            with path.open("rb") as file:
                content = file.read(READ_BYTES + 1)
                _check_small(path, len(content))
                return content
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}") from error

    def generation(self, name: str) -> int:
        path = self.root / name
        try:
            status = path.stat()
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}") from error
        # Two writes may fall into one tick of the file system's clock, but not into one inode.
        return status.st_ino << 64 | status.st_mtime_ns

    def download(self, name: str, into: Sink) -> None:
        path = self.root / name
        try:
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    into.write(block)
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}") from error

    def write(self, name: str, content: bytes, *, generation: int | None = None) -> None:
        path = self.root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with _alone(path.parent):
                if generation is not None and self.generation(name) != generation:
                    raise Changed(f"{path}: somebody else wrote it meanwhile")
                with whole_file(path) as file:
                    file.write(content)
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}") from error

    def delete(self, name: str) -> bool:
        path = self.root / name
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}") from error
        return True

    def names(self) -> list[str]:
        try:
            files = [path for path in self.root.rglob("*") if path.is_file()]
        except OSError as error:
            raise StorageError(f"{self.root}: {error.strerror}") from error
        # What is being written has a name of its own until it is whole.
        whole = (path for path in files if not path.name.startswith(PART))
        return sorted(path.relative_to(self.root).as_posix() for path in whole)


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """While others wait who are about to write there, in this process or another one."""
    import fcntl  # Not everywhere, and only who publishes into a directory needs it.

    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _check_small(name: object, size: int) -> None:
    if size > READ_BYTES:
        raise StorageError(f"{name}: more than {READ_BYTES} bytes, which cannot be right")


class _Small(io.BytesIO):
    """Takes no more than READ_BYTES, so that nobody fills the memory by a huge file."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def write(self, content: Any) -> int:
        _check_small(self._name, self.tell() + len(content))
        return super().write(content)


class BucketStorage:
    """Objects of a Cloud Storage bucket below a prefix."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self.name = f"gs://{bucket}/{prefix}"
        self._prefix = f"{prefix}/" if prefix else ""
        self._bucket_name = bucket
        self._opened: Bucket | None = None

    def read(self, name: str) -> bytes | None:
        from google.api_core.exceptions import NotFound

        def call(blob: Any, **options: Any) -> bytes | None:
            into = _Small(f"{self.name}: {name}")
            try:
                # Raw: what is stored compressed stays so, and cannot swell.
                blob.download_to_file(into, raw_download=True, **options)
            except NotFound:
                return None
            return into.getvalue()

        return self._call(name, call)

    def generation(self, name: str) -> int:
        from google.api_core.exceptions import NotFound

        def call(blob: Any, **options: Any) -> int:
            try:
                blob.reload(**options)
            except NotFound:
                return 0
            return int(blob.generation)

        return self._call(name, call)

    def download(self, name: str, into: Sink) -> None:
        def call(blob: Any, **options: Any) -> None:
            into.seek(0)
            into.truncate()
            blob.download_to_file(into, raw_download=True, **options)

        self._call(name, call)

    def write(self, name: str, content: bytes, *, generation: int | None = None) -> None:
        def call(blob: Any, **options: Any) -> None:
            blob.upload_from_string(content, if_generation_match=generation, **options)

        self._call(name, call)

    def delete(self, name: str) -> bool:
        from google.api_core.exceptions import NotFound

        def call(blob: Any, retry: Any, **options: Any) -> bool:
            failed: list[Exception] = []
            delete = retry(partial(blob.delete, retry=None, **options), on_error=failed.append)
            try:
                delete()
            except NotFound:
                # A try before may have deleted it, and only its answer was lost.
                return bool(failed)
            return True

        return self._call(name, call)

    def names(self) -> list[str]:
        def call(blob: Any, **options: Any) -> list[str]:
            found = blob.bucket.list_blobs(prefix=self._prefix or None, **options)
            return sorted(each.name.removeprefix(self._prefix) for each in found)

        return self._call("", call)

    def _call(self, name: str, call: Callable[..., _T]) -> _T:
        from google.api_core.exceptions import GoogleAPIError, PreconditionFailed
        from google.auth.exceptions import GoogleAuthError
        from google.cloud.storage.retry import DEFAULT_RETRY
        from requests import RequestException

        retry = DEFAULT_RETRY.with_timeout(max(0.0, min(RETRY_SECONDS, deadline.seconds_left())))
        try:
            blob = self._bucket().blob(self._prefix + name)
            return call(blob, timeout=ATTEMPT_SECONDS, retry=retry)
        except PreconditionFailed as error:
            raise Changed(f"{self.name}: {name}: somebody else wrote it meanwhile") from error
        except (GoogleAPIError, GoogleAuthError, RequestException, OSError, ValueError) as error:
            raise StorageError(f"{self.name}: {name}: {type(error).__name__}: {error}") from error

    def _bucket(self) -> "Bucket":
        if self._opened is None:
            # For its traces, which nobody collects, the client would ask for the bucket's
            # metadata beside the first request, and our account may only read objects.
            os.environ.setdefault("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
            # Imported here: a function that reads a directory does not pay for it.
            from google.cloud import storage

            from shared import answers

            answers.end_in_time()
            self._opened = storage.Client().bucket(self._bucket_name)
        return self._opened


class whole_file:
    """A context that writes beside `path` and moves there on success: readers see all or nothing.

    `keep` is a last check before the move; whatever it raises leaves `path` as it was.
    """

    def __init__(self, path: Path, keep: Callable[[Path], None] | None = None) -> None:
        self._path = path
        self._keep = keep

    def __enter__(self) -> BinaryIO:
        # Not by tempfile: nobody else may read its files, and another user may serve what is kept.
        self._beside = self._path.with_name(f"{PART}{os.urandom(8).hex()}")
        self._file: BinaryIO = self._beside.open("x+b")
        return self._file

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            self._file.close()
            if kind is None:
                if self._keep:
                    self._keep(self._beside)
                os.replace(self._beside, self._path)
        finally:
            self._beside.unlink(missing_ok=True)
