"""A proxy that adds headers to requests, and passes on each byte of the answers and how they end.

Google's storage test bench makes faults for requests with headers that our client cannot be told to
send.
"""

import socket
import struct
import threading
from contextlib import contextmanager, suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer

PATIENCE_SECONDS = 60


class HeaderProxy(ThreadingTCPServer):
    """Passes on to `upstream`, `host:port`, what has no body, which is all that functions send.

    `headers` are added where the path has `only` in it; `met` counts these requests.
    """

    daemon_threads = True

    def __init__(self, upstream):
        super().__init__(("127.0.0.1", 0), _Handler)
        host, _, port = upstream.rpartition(":")
        self.upstream = (host, int(port))
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.headers = {}
        self.only = ""
        self.met = 0

    def handle_error(self, _request, _address):
        """The other side may leave at any time."""


class _Handler(StreamRequestHandler):
    server: HeaderProxy

    def handle(self):
        first, *lines = self.head()
        lines = [line for line in lines if not line.lower().startswith(b"connection:")]
        lines.append(b"Connection: close\r\n")  # So that the next request has a head of its own.
        if self.server.headers and self.server.only.encode() in first:
            self.server.met += 1
            lines += [f"{n}: {v}\r\n".encode() for n, v in self.server.headers.items()]
        with socket.create_connection(self.server.upstream, PATIENCE_SECONDS) as upstream:
            upstream.sendall(b"".join([first, *lines, b"\r\n"]))
            try:
                while content := upstream.recv(1 << 16):
                    self.request.sendall(content)
            except ConnectionResetError:
                reset = struct.pack("ii", 1, 0)
                with suppress(OSError):  # It may be the client's end that was reset.
                    self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)

    def head(self):
        return list(iter(self.rfile.readline, b"\r\n"))


@contextmanager
def adding_headers(upstream):
    proxy = HeaderProxy(upstream)
    thread = threading.Thread(target=proxy.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        thread.join()
        proxy.server_close()
