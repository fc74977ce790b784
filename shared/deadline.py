"""How long a thread waits: for what a caller sends, and for the servers that it asks."""

import math
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from shared import limits


class _Reading(threading.local):
    """When this thread's reading ends, on the monotonic clock; None while there is no bound."""

    until: float | None = None


class _Asking(threading.local):
    """When this thread's patience with servers ends, on the monotonic clock."""

    until: float = math.inf


_reading = _Reading()
_asking = _Asking()


@contextmanager
def reading() -> Iterator[float]:
    """Gives what this thread receives in it `limits.BODY_SECONDS`, and says when they are over."""
    _reading.until = until = time.monotonic() + limits.BODY_SECONDS
    try:
        yield until
    finally:
        _reading.until = None


def receive(connection: socket.socket, most: int) -> bytes:
    """What has come, or comes in time, also from a caller who sends now and then; then the end.

    Most often it is there already, so that nobody need be waited for and no clock be set.
    """
    until = _reading.until
    if until is None:
        return connection.recv(most)
    left = until - time.monotonic()
    if left > 0:
        with suppress(BlockingIOError):
            return connection.recv(most, socket.MSG_DONTWAIT)
        connection.settimeout(left)
        try:
            with suppress(TimeoutError):
                return connection.recv(most)
        finally:
            connection.settimeout(None)
    with suppress(OSError):  # of a caller who has gone
        connection.shutdown(socket.SHUT_RD)  # so that nobody waits for the rest after us
    return b""


@contextmanager
def ending_at(end: float) -> Iterator[None]:
    """Within it, what this thread asks of a bucket fails at `end`, on the monotonic clock.

    A directory cannot be made to: whoever reads from one waits as long as the system does.
    """
    _asking.until = end
    try:
        yield
    finally:
        _asking.until = math.inf


def seconds_left() -> float:
    """How long this thread may still wait for a bucket."""
    return _asking.until - time.monotonic()
