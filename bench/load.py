"""Requests from a fixed number of clients, each on one connection that is kept.

A client sends its next request when it has the last one's answer. One thread drives all of them,
so that they take little from the cores that they share with the function.
"""

import selectors
import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Load:
    """How long each request took, in seconds, and all of them together."""

    latencies: np.ndarray
    seconds: float


def post(path: str, body: bytes) -> bytes:
    """A POST of JSON as it goes over the wire."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def get(path: str) -> bytes:
    """A GET as it goes over the wire."""
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()


def run(port: int, requests: Sequence[bytes], clients: int, total: int) -> Load:
    """Sends `total` requests, `requests` in turn. Raises `RuntimeError` unless all are a 200."""
    latencies: list[float] = []
    with ExitStack() as stack:
        each = [stack.enter_context(_Client(port)) for _ in range(clients)]
        selector = stack.enter_context(selectors.DefaultSelector())
        started = time.perf_counter()
        for i, client in enumerate(each):
            selector.register(client.socket, selectors.EVENT_READ, client)
            client.send(requests[i % len(requests)])
        sent = clients
        while len(latencies) < total:
            events = selector.select(PATIENCE_SECONDS)
            if not events:
                raise RuntimeError("a request was not answered")
            for key, _ in events:
                if not key.data.receive():
                    continue
                latencies.append(time.perf_counter() - key.data.sent)
                if sent < total:
                    key.data.send(requests[sent % len(requests)])
                    sent += 1
        seconds = time.perf_counter() - started
    return Load(np.array(latencies), seconds)


class _Client:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> "_Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, request: bytes) -> None:
        self._answer = bytearray()
        self.sent = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Reads what has come; whether that is the whole answer."""
        received = self.socket.recv(1 << 17)
        if not received:
            raise ConnectionError("the function closed the connection")
        self._answer += received
        head = self._answer.find(b"\r\n\r\n")
        if head < 0:
            return False
        if not self._answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(self._answer.decode(errors="replace"))
        lower = bytes(self._answer[:head]).lower()
        length = int(lower.partition(b"content-length:")[2].split(b"\r\n")[0])
        return len(self._answer) == head + 4 + length
