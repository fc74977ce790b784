"""A request's body, read in bounded time and memory, whatever the caller says and sends."""

import io
import queue
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import flask

from shared import limits
from shared.errors import RequestError

_PIECE_BYTES = 1 << 16


def read(request: flask.Request) -> bytes:
    """The whole body.

    Raises `RequestError`: 413 too large, 408 not here in time, 400 not framed as it says.
    """
    if (request.content_length or 0) > limits.BODY_BYTES:
        raise _too_large()
    with _deadline(request) as late:
        try:
            body = request.stream.read(limits.BODY_BYTES + 1)
        except Exception:
            # Each server has its own errors for a bad chunk or an end that comes too early.
            raise _too_slow() if late.is_set() else _not_whole() from None
    if late.is_set():
        raise _too_slow()
    if len(body) < (request.content_length or 0):
        raise _not_whole()
    if len(body) > limits.BODY_BYTES:
        raise _too_large()
    return body


def drain(request: flask.Request) -> None:
    """Reads and forgets what is left, without which the caller may not see the answer.

    The framework would do that with all of it in memory, for as long as the caller likes; and
    where the body is not framed as it says, it would answer with a fault and log the bytes.
    """
    if not _has_body(request):
        return
    until = time.monotonic() + limits.BODY_SECONDS
    with _deadline(request):
        try:
            while request.stream.read(_PIECE_BYTES) and time.monotonic() < until:
                pass
        except Exception:  # noqa: S110 - as in `read`, and nobody waits for these bytes
            pass
    request.stream = io.BytesIO()


def _has_body(request: flask.Request) -> bool:
    return bool(request.content_length) or "Transfer-Encoding" in request.headers


@contextmanager
def _deadline(request: flask.Request) -> Iterator[threading.Event]:
    """Ends reading after `limits.BODY_SECONDS`, also from a caller who sends now and then.

    Sets the event then. The server's socket is shut for reading: a read that waits for more
    finds the end. Where there is no such socket, reading takes as long as it takes.
    """
    reading = _Reading(request.environ.get("gunicorn.socket"))
    _watcher.watch(reading)
    try:
        yield reading.late
    finally:
        reading.done = True
        reading.connection = None


@dataclass
class _Reading:
    """A body that is being read."""

    connection: socket.socket | None
    until: float = field(default_factory=lambda: time.monotonic() + limits.BODY_SECONDS)
    late: threading.Event = field(default_factory=threading.Event)
    done: bool = False

    def end(self) -> None:
        connection = self.connection
        self.late.set()
        if connection is not None:
            with suppress(OSError):  # of a caller who has gone
                connection.shutdown(socket.SHUT_RD)


class _Watcher:
    """One thread that ends what takes too long. A timer, that is a thread, for each body would take
    more of a request than answering it does.

    All may take equally long, so that they end in the order in which they began.
    """

    def __init__(self) -> None:
        self._readings: queue.SimpleQueue[_Reading] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def watch(self, reading: _Reading) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._start()
        self._readings.put(reading)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            reading = self._readings.get()
            if not reading.done:  # Of the many that are, none is worth a turn of its own.
                time.sleep(max(0.0, reading.until - time.monotonic()))
            if not reading.done:
                reading.end()


_watcher = _Watcher()


def _too_large() -> RequestError:
    return RequestError(413, "too_large", f"At most {limits.BODY_BYTES} bytes, please.")


def _not_whole() -> RequestError:
    return RequestError(400, "invalid_json", "The body did not arrive whole.")


def _too_slow() -> RequestError:
    message = f"The body did not arrive within {limits.BODY_SECONDS} seconds."
    return RequestError(408, "too_slow", message)
