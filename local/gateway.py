"""A small HTTP gateway: the original's paths on one port, each passed on to its function."""

import http.client
import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FUNCTIONS = {
    "similar_jobs": ("/model/similar_jobs",),
    "top_skills": ("/model/skills", "/model/titles"),
}
"""Each function and the paths, with all below them, that are passed on to it."""

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "server", "date"}


def gateway(address: tuple[str, int], ports: dict[str, int]) -> ThreadingHTTPServer:
    """A server that passes requests on to the functions listening on `ports` of its host."""

    class Handler(_Gateway):
        upstream = (address[0], ports)

    return ThreadingHTTPServer(address, Handler)


class _Gateway(BaseHTTPRequestHandler):
    upstream: tuple[str, dict[str, int]]
    protocol_version = "HTTP/1.1"

    def _pass_on(self) -> None:
        path = self.path.partition("?")[0]
        host, ports = self.upstream
        for name, prefixes in FUNCTIONS.items():
            if any(path == p or path.startswith(p + "/") for p in prefixes):
                self._ask(host, ports[name])
                return
        self._refuse(404, "unknown_path", "There is nothing at this path.")

    def __getattr__(self, name: str) -> Callable[[], None]:
        """`do_GET` and all its like, whatever the method: the functions say what is allowed."""
        if name.startswith("do_"):
            return self._pass_on
        raise AttributeError(name)

    def _ask(self, host: str, port: int) -> None:
        connection = http.client.HTTPConnection(host, port, timeout=60)
        try:
            connection.putrequest(self.command, self.path, skip_host=True)
            for name, value in self.headers.items():
                if name.lower() not in _HOP_BY_HOP:
                    connection.putheader(name, value)
            length = self.headers.get("Content-Length", "0")
            body = self.rfile.read(int(length) if length.isdigit() else 0)
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
            if name.lower() not in _HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        self._finish(content, answer.headers.get("Content-Length"))

    def _refuse(self, status: int, code: str, message: str) -> None:
        body = {"error": {"code": code, "message": message}, "results": []}
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self._finish(json.dumps(body).encode(), None)

    def _finish(self, content: bytes, length: str | None) -> None:
        self.send_header("Content-Length", length or str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the functions log, without anybody's text."""
