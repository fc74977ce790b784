"""A proxy in front of a bucket's emulator: it keeps generations, counts reads, and makes faults."""

import http.client
import json
import socket
import struct
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, unquote, urlsplit

PATIENCE_SECONDS = 30
DRIP_SECONDS = 0.2
STATUSES = (403, 404, 429, 500, 503)
DRIPPING = ("drips for ever", "drips its head")
"""What goes on after the fault is over: who has met it is not released by the bucket's healing."""
BROKEN = ("reset", "cut off", "stalls", "drips", "corrupted")
"""What may happen in the middle of a file."""


class BucketProxy(ThreadingHTTPServer):
    """Passes on to `upstream`; `reads` are the names of the objects that were asked for.

    The emulator takes every write; here, one whose precondition (`ifGenerationMatch`) does not
    hold gets 412, as Cloud Storage answers.

    While `status` is set, it answers reads with that. While `open` is not set, it lets reads wait.
    While `fault` is one of BROKEN or DRIPPING, that happens to what is read, most in the middle of
    it. `only` bounds both to objects whose names end so.

    While `write_status` is set, it answers everything that changes something with that. So many
    of the next changes as `lost` says are made, and their answers are lost. While `drips_writes` is
    set, changes are not made, and answers to them never end.
    """

    daemon_threads = True

    def __init__(self, upstream, port):
        super().__init__(("127.0.0.1", port), _Handler)
        self.upstream = urlsplit(upstream).netloc
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.reads = []
        self.status = None
        self.write_status = None
        self.lost = 0
        self.drips_writes = False
        self.fault = None
        self.only = ""
        self.open = threading.Event()
        self.open.set()
        self.over = threading.Event()
        self.writing = threading.Lock()

    def count(self, name):
        return [each.rpartition("/")[2] for each in self.reads].count(name)

    def handle_error(self, _request, _address):
        """The other side may leave at any time."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: BucketProxy

    def do_GET(self):
        name = unquote(urlsplit(self.path).path.partition("/o/")[2])
        self.server.reads.append(name)
        self.server.open.wait(PATIENCE_SECONDS)
        affected = name.endswith(self.server.only)
        if affected and self.server.status:
            self.answer(self.server.status, {}, b"")
            return
        status, headers, content = self.upstream()
        if affected and self.server.fault:
            self.break_off(status, headers, content)
        else:
            self.answer(status, headers, content)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.server.drips_writes:
            self.close_connection = True
            self.drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000)
            return
        with self.server.writing:
            if self.server.write_status:
                self.answer(self.server.write_status, {}, b"")
            elif self.server.lost and self.allowed(body):
                self.server.lost -= 1
                self.upstream(body)
                self.close_connection = True
            elif self.allowed(body):
                self.answer(*self.upstream(body))
            else:
                self.answer(412, {"Content-Type": "application/json"}, b'{"error": {"code": 412}}')

    do_PUT = do_DELETE = do_POST  # noqa: N815

    def allowed(self, body):
        """Whether the object has the generation that the request wants it to have."""
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        if "ifGenerationMatch" not in query:
            return True
        bucket, _, rest = url.path.partition("/b/")[2].partition("/")
        if rest.startswith("o/"):
            name = unquote(rest.removeprefix("o/"))
        else:
            name = query["name"][0] if "name" in query else _named(body)
        path = f"/storage/v1/b/{bucket}/o/{quote(name, safe='')}"
        status, _, content = self.upstream(method="GET", path=path)
        present = json.loads(content)["generation"] if status == 200 else "0"
        return query["ifGenerationMatch"] == [str(present)]

    def upstream(self, body=None, method=None, path=None):
        connection = http.client.HTTPConnection(self.server.upstream)
        headers = {} if path else dict(self.headers)
        connection.request(method or self.command, path or self.path, body, headers)
        answer = connection.getresponse()
        found = answer.status, dict(answer.getheaders()), answer.read()
        connection.close()
        return found

    def answer(self, status, headers, content, send=None):
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content if send is None else send)

    def break_off(self, status, headers, content):
        half = content[: len(content) // 2]
        self.close_connection = True
        match self.server.fault:
            case "corrupted":
                self.answer(
                    status, headers, half[:-1] + bytes([half[-1] ^ 1]) + content[len(half) :]
                )
            case "cut off":
                self.answer(status, headers, content, half)
            case "reset":
                self.answer(status, headers, content, half)
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
            case "stalls":
                self.answer(status, headers, content, half)
                self.server.over.wait(PATIENCE_SECONDS)
            case "drips":
                self.answer(status, headers, content, half)
                for position in range(len(half), len(content)):
                    if self.server.over.is_set() or self.server.fault is None:
                        return
                    self.wfile.write(content[position : position + 1])
                    time.sleep(DRIP_SECONDS)
            case "drips for ever":
                self.answer(status, headers, content, half)
                self.drip(content[len(half) :])
            case "drips its head":
                self.drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000)

    def drip(self, content):
        for byte in content:
            if self.server.over.wait(DRIP_SECONDS):
                return
            self.wfile.write(bytes([byte]))

    def log_message(self, *_):
        pass


def _named(body):
    """The name in the first part of a multipart upload."""
    start = body.index(b"{")
    return json.JSONDecoder().raw_decode(body[start:].decode("utf-8", "replace"))[0]["name"]


@contextmanager
def proxied(upstream, port=0):
    proxy = BucketProxy(upstream, port)
    thread = threading.Thread(target=proxy.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield proxy
    finally:
        proxy.over.set()
        proxy.open.set()
        proxy.shutdown()
        thread.join()
        proxy.server_close()
