"""A small HTTP gateway: the original's paths on one port, each passed on to its function.

What is below no function's paths is the page's, if web/ has such a file.
"""

import http.client
import json
import os
import socket
import string
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

from local import page

FUNCTIONS = {
    "similar_jobs": ("/model/similar_jobs",),
    "top_skills": ("/model/skills", "/model/titles"),
    "job_insights": ("/model/salaries", "/model/paths", "/model/education"),
    "submissions": ("/model/submissions",),
}
"""Each function and the paths, with all below them, that are passed on to it."""

_HOP_BY_HOP = {
    "connection", "keep-alive", "transfer-encoding", "te", "upgrade", "expect", "server", "date",
    "content-length",
}  # fmt: skip


def gateway(address: tuple[str, int], ports: dict[str, int]) -> ThreadingHTTPServer:
    """A server that passes requests on to the functions listening on `ports` of its host."""

    class Handler(_Gateway):
        upstream = (address[0], ports)

    return _Server(address, Handler)


class _Server(ThreadingHTTPServer):
    def handle_error(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Somebody who goes away before the answer is no fault: the page does with each key."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Gateway(BaseHTTPRequestHandler):
    upstream: tuple[str, dict[str, int]]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # Or the second answer of a connection waits 40 ms.

    def _pass_on(self) -> None:
        path = self.path.partition("?")[0]
        host, ports = self.upstream
        try:
            # Read in any case: what is left of a body would pass for the next request.
            body = self._body()
            for name, prefixes in FUNCTIONS.items():
                if any(path == p or path.startswith(p + "/") for p in prefixes):
                    self._ask(host, ports[name], body)
                    return
        except ValueError:
            self.send_error(400)
            return
        file = page.find(path)
        if file is not None:
            self._serve(file)
            return
        self._refuse(404, "unknown_path", "There is nothing at this path.")

    def __getattr__(self, name: str) -> Callable[[], None]:
        """`do_GET` and all its like, whatever the method: the functions say what is allowed."""
        if name.startswith("do_"):
            return self._pass_on
        raise AttributeError(name)

    def _body(self) -> bytes:
        """The whole body. Raises ValueError where its length, or that of a chunk, is none."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(iter(self._chunk, b""))
        return self.rfile.read(_length(self.headers.get("Content-Length", "0"), 10))

    def _chunk(self) -> bytes:
        size = self.rfile.readline().decode("latin-1").partition(";")[0].strip()
        chunk = self.rfile.read(_length(size, 16))
        while self.rfile.readline().strip():
            pass  # What may follow the last one, up to an empty line.
        return chunk

    def _ask(self, host: str, port: int, body: bytes) -> None:
        """Asks a function and answers what it answers."""
        connection = http.client.HTTPConnection(host, port, timeout=60)
        try:
            target = quote(self.path.encode("latin-1"), safe=string.punctuation)
            connection.putrequest(self.command, target, skip_host=True)
            for name, value in self.headers.items():
                if name.lower() not in _HOP_BY_HOP:
                    connection.putheader(name, value)
            if body or "Content-Length" in self.headers:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self._refuse(502, "function_unreachable", "The function does not answer.")
            return
        finally:
            connection.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self._finish(content, answer.headers.get("Content-Length"))

    def _serve(self, file: page.File) -> None:
        if self.command not in page.METHODS:
            allowed = ", ".join(page.METHODS)
            self._refuse(405, "method_not_allowed", f"Allowed here: {allowed}.", Allow=allowed)
            return
        self.send_response(200)
        for name, value in {"Content-Type": file.media_type, **page.HEADERS}.items():
            self.send_header(name, value)
        self._finish(file.content, None)

    def send_error(self, code: int, *_args: object, **_more: object) -> None:
        """What is no HTTP gets JSON, too, and the end of its connection."""
        self.close_connection = True
        self._refuse(code, "bad_request", "This is no HTTP request that can be passed on.")

    def _refuse(self, status: int, code: str, message: str, **headers: str) -> None:
        body = {"error": {"code": code, "message": message}, "results": []}
        self.send_response(status)
        headers = {
            "Content-Type": "application/json",
            "X-Request-Id": os.urandom(16).hex(),
            "Cache-Control": "no-store",
            "Access-Control-Allow-Origin": "*",
            **headers,
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self._finish(json.dumps(body).encode(), None)

    def _finish(self, content: bytes, length: str | None) -> None:
        if self.close_connection:
            self.send_header("Connection", "close")
        if length or content:
            self.send_header("Content-Length", length or str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the functions log, without anybody's text."""


def _length(text: str, base: int) -> int:
    if not text.isascii() or not text.isalnum():
        raise ValueError(text)
    return int(text, base)
