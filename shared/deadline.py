"""How long a caller may take to send what a thread waits for."""

import queue
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from shared import limits


@contextmanager
def reading(connection: socket.socket | None) -> Iterator[threading.Event]:
    """Ends reading after `limits.BODY_SECONDS`, also from a caller who sends now and then.

    Sets the event then. The server's socket is shut for reading: a read that waits for more
    finds the end. Where there is no such socket, reading takes as long as it takes.
    """
    read = _Reading(connection)
    _watcher.watch(read)
    try:
        yield read.late
    finally:
        read.done = True
        read.connection = None


@dataclass
class _Reading:
    """Something that is being read."""

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
    """One thread that ends what takes too long. A timer, that is a thread, for each request would
    take more of it than answering does.

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
