"""Answers of servers that this process asks, in bounded time however slowly their bytes come.

A client's timeout bounds the wait for the next bytes alone: a server that sends one now and then
could hold a thread for ever.
"""

import http.client
import io
import math
import socket
from typing import Any

from urllib3.connection import HTTPConnection

from shared.deadline import seconds_left


def end_in_time() -> None:
    """Lets urllib3, in this process, keep to `deadline.ending_at` in whatever it reads."""
    HTTPConnection.response_class = _Answer


class _Answer(http.client.HTTPResponse):
    """An answer whose head and body are read in time."""

    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp = io.BufferedReader(_InTime(self.fp.detach(), sock))


class _InTime(io.RawIOBase):
    """What comes from a socket. Raises `TimeoutError` once no time is left."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._patience = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int | None:
        left = seconds_left()
        if left <= 0:
            raise TimeoutError("the answer takes too long")
        if left < math.inf:
            self._sock.settimeout(min(left, self._patience or left))
        return self._raw.readinto(into)

    def close(self) -> None:
        self._raw.close()
        super().close()
