"""What nobody sends by accident, sent to the staged bundles over sockets as it is.

Each is answered with the right 4xx in JSON, in bounded time and memory; nothing of it comes back
or is logged. What a body may hold in detail: tests/functions, tests/test_openapi.py.
"""

import gzip
import json
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared import headers, limits
from tests.conftest import FUNCTIONS

SECRET = b"zqxsecretzqx"
"""Stands in everything that is sent; no answer and no line of the log may have it."""
PATIENCE_SECONDS = 3 * limits.BODY_SECONDS
"""An answer that takes longer is none. The tests' machine may be busy."""
MEGABYTE = 1 << 20
GOOD = json.dumps({"experience": [{"description": "taught third grade math"}]}).encode()
COMMON = b"Host: x\r\nConnection: close\r\n"
TYPED = b"Content-Type: application/json\r\n"
CHUNKED = COMMON + TYPED + b"Transfer-Encoding: chunked\r\n\r\n"


def send(running, *pieces):
    """Sends the pieces and reads to the end; gives the status, the headers and the body."""
    address = ("127.0.0.1", int(running.url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=PATIENCE_SECONDS) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
        except OSError:
            pass  # It has answered, and does not listen any more.
        with connection.makefile("rb") as answer:
            received = answer.read()
    if received.startswith(b"HTTP/1.1 100 "):
        received = received.partition(b"\r\n\r\n")[2]
    head, _, content = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines)
    return int(first.split()[1]), fields, content


def refused(running, *pieces):
    """Sends the pieces, and sees that they are refused as everything is; gives status and code."""
    status, fields, content = send(running, *pieces)
    assert fields["Content-Type"] == "application/json"
    assert fields["Cache-Control"] == "no-store"
    for name, value in headers.SECURITY_HEADERS.items():
        assert fields[name] == value
    assert SECRET not in content
    assert b"<" not in content
    body = json.loads(content)
    assert set(body) == {"error", "results"}
    assert body["results"] == []
    nothing_logged(running)
    return status, body["error"]["code"]


def nothing_logged(running):
    log = running.log.read_bytes()
    assert SECRET not in log
    assert b"Traceback" not in log
    assert b'"ERROR"' not in log


def request(method=b"POST", path=b"/", body=b"", *, more=b"", content_type=TYPED):
    length = b"Content-Length: %d\r\n" % len(body) if body or method == b"POST" else b""
    head = method + b" " + path + b" HTTP/1.1\r\n" + COMMON + content_type + more + length
    return head + b"\r\n" + body


def text(raw):
    """A body whose description is `raw`, quoted already."""
    return b'{"experience": [{"description": "' + SECRET + raw + b'"}]}'


@pytest.fixture(params=FUNCTIONS)
def function(served, request):
    return served[request.param]


@pytest.fixture
def jobs(served):
    return served["similar_jobs"]


@pytest.fixture
def skills(served):
    return served["top_skills"]


# Bodies

BODIES = {
    "no UTF-8": (text(b"\xff\xfe"), 400, "invalid_json"),
    "a surrogate in UTF-8": (text(b"\xed\xa0\x80"), 400, "invalid_json"),
    "an overlong form": (text(b"\xc0\xaf"), 400, "invalid_json"),
    "half of a pair": (text(rb"\ud800"), 400, "invalid_request"),
    "the halves turned round": (text(rb"\udc00\ud800"), 400, "invalid_request"),
    "NUL": (text(b"\0"), 400, "invalid_json"),
    "control characters": (text(bytes(range(1, 32))), 400, "invalid_json"),
    "NUL, escaped": (text(rb"\u0000"), 422, "nothing_usable"),
    "control characters, escaped": (text(rb"\u0001\u001b\u009b\u007f"), 422, "nothing_usable"),
    "right to left": (text("\u202e\u2066\u200f\u061c".encode()), 422, "nothing_usable"),
    "one letter, 10 MB of it": (text(b"a" * 10 * MEGABYTE), 413, "too_large"),
    "one letter, all that may be": (text(b"a" * (limits.BODY_BYTES - 99)), 413, "too_large"),
    "a million {": (b"{" * 1_000_000, 400, "invalid_json"),
    "objects in objects": (b'{"a":' * 170_000 + b"1" + b"}" * 170_000, 400, "invalid_json"),
    "too deep": (b"[" * 21 + b"]" * 21, 400, "invalid_request"),
    "a name twice": (b'{"experience": [], "experience": []}', 400, "invalid_json"),
    "100,000 names": (b"{%s}" % b",".join(b'"%d":0' % n for n in range(99_999)), 400,
                      "invalid_request"),
    "a number for a text": (b'{"experience": [{"description": 7}]}', 400, "invalid_request"),
    "a number too long": (b'{"experience": %s}' % (b"9" * 100_000), 400, "invalid_json"),
    "a number too large": (b'{"experience": 1e999}', 400, "invalid_request"),
    "NaN": (b'{"experience": NaN}', 400, "invalid_json"),
    "Infinity": (b'{"experience": [-Infinity]}', 400, "invalid_json"),
    "markup": (text(b"<zqxj onzqxj=zqxj>"), 422, "nothing_usable"),
    "nothing": (b"", 400, "invalid_json"),
    "a pickle": (b"cos\nsystem\n(S'echo " + SECRET + b"'\ntR.", 400, "invalid_json"),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_refused(jobs, name):
    body, status, code = BODIES[name]
    assert refused(jobs, request(body=body)) == (status, code)


@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_refused_in_chunks_of_unknown_length(jobs, name):
    body, status, code = BODIES[name]
    pieces = [body[i : i + 65_537] for i in range(0, len(body), 65_537)]
    chunks = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces]
    head = b"POST / HTTP/1.1\r\n" + CHUNKED
    assert refused(jobs, head, *chunks, b"0\r\n\r\n") == (status, code)


@pytest.mark.parametrize(
    "content_type",
    [
        b"",
        b"Content-Type: \r\n",
        b"Content-Type: text/html\r\n",
        b"Content-Type: text/plain; charset=utf-8\r\n",
        b"Content-Type: application/json; charset=utf-16\r\n",
        b"Content-Type: application/x-www-form-urlencoded\r\n",
        b"Content-Type: multipart/form-data; boundary=" + SECRET + b"\r\n",
        b"Content-Type: application/" + SECRET + b"\r\n",
        b"Content-Type: \xff<script>\r\n",
    ],
)
def test_another_media_type_is_refused(jobs, content_type):
    answer = refused(jobs, request(body=GOOD, content_type=content_type))
    assert answer == (415, "unsupported_media_type")


@pytest.mark.parametrize("coding", [b"gzip", b"br", b"deflate", b"zstd", b"gzip, gzip", SECRET])
def test_a_compressed_body_is_refused_before_it_is_unpacked(jobs, coding):
    bomb = gzip.compress(b"a" * 100 * MEGABYTE, 1)
    answer = refused(jobs, request(body=bomb, more=b"Content-Encoding: " + coding + b"\r\n"))
    assert answer == (415, "unsupported_media_type")


# Methods and paths


@pytest.mark.parametrize(
    "method",
    b"PUT PATCH DELETE TRACE CONNECT PROPFIND PURGE BREW ZQXSECRETZQX A!B".split(),
)
def test_another_method_is_refused(function, method):
    for path in (b"/", b"/model/similar_jobs", b"/model/titles", b"/cook"):
        known = path == b"/" or ("similar" in function.log.name) == ("similar" in path.decode())
        expected = (405, "method_not_allowed") if known else (404, "unknown_path")
        if "job_insights" in function.log.name:
            expected = (404, "unknown_path")
        more = b"Cookie: " + SECRET + b"\r\n"
        assert refused(function, request(method, path, more=more)) == expected
    assert b"ZQXSECRET" not in function.log.read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        b"/zqxj%00zqxj",
        b"/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        b"/../../../../etc/passwd",
        b"/..%2f..%5c..%2fzqxj",
        b"/%ff%fe",
        b"/%c0%ae%c0%ae/",
        b"/%ed%a0%80",
        b"/%zz%%%",
        b"//zqxj//zqxj",
        b"/zqxj;zqxj=1;",
        b"/zqxj%0d%0aSet-Cookie:%20a=b",
        b"/%3Cscript%3Ealert(1)%3C/script%3E",
        b"/<script>alert(1)</script>",
        b"/%E2%80%AEzqxj",
        b"/" + b"%25" * 60 + b"32",
        b"/zqxj" + b"/" * 190,
        b"http://" + SECRET + b".example/zqxj",
        b"/" + SECRET + b"?" + b"&".join(b"p%d=1" % n for n in range(20_000)),
    ],
    ids=lambda path: path[:40].decode("ascii"),
)
def test_an_absurd_path_is_not_found(served, path):
    assert refused(served["similar_jobs"], request(b"GET", path)) == (404, "unknown_path")
    assert refused(served["top_skills"], request(b"GET", path)) == (404, "unknown_title")


@pytest.mark.parametrize("length", [8192, 1_000_000])
def test_a_path_of_any_length_is_read_in_bounded_time(served, length):
    path = b"/" + SECRET + b"a" * length
    assert refused(served["similar_jobs"], request(b"GET", path)) == (404, "unknown_path")
    for each in (path, b"/titles?q=" + path, b"/?title=" + path):
        answer = refused(served["top_skills"], request(b"GET", each))
        assert answer == (400, "invalid_request")


def test_a_line_feed_in_a_header_is_no_header_of_ours(jobs):
    more = b"Origin: https://front.example\r\nX-Request-Id: 12345678%0d%0aX-Evil: 1\r\n"
    _, fields, _ = send(jobs, request(b"GET", b"/%0d%0aX-Evil:%201", more=more))
    assert "X-Evil" not in fields
    assert re.fullmatch("[0-9a-f]{32}", fields["X-Request-Id"])


# What is no HTTP

NO_HTTP = {
    "no method": b" / HTTP/1.1\r\n" + COMMON + b"\r\n",
    "a small method": b"get / HTTP/1.1\r\n" + COMMON + b"\r\n",
    "markup for a method": b"<" + SECRET + b"> / HTTP/1.1\r\n" + COMMON + b"\r\n",
    "no path": b"GET  HTTP/1.1\r\n" + COMMON + b"\r\n",
    "a space in a path": b"GET /a " + SECRET + b" HTTP/1.1\r\n" + COMMON + b"\r\n",
    "NUL in a path": b"GET /a\0" + SECRET + b" HTTP/1.1\r\n" + COMMON + b"\r\n",
    "bytes in a path": b"GET /\xc3\xa9\xff" + SECRET + b" HTTP/1.1\r\n" + COMMON + b"\r\n",
    "HTTP 9.9": b"GET / HTTP/9.9\r\n" + COMMON + b"\r\n",
    "HTTP 2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + SECRET + b"\r\n\r\n",
    "PROXY": b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\nGET / HTTP/1.1\r\n" + COMMON + b"\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: " + SECRET + b"\r\n" + COMMON + b"\r\n",
    "a space in a name": b"GET / HTTP/1.1\r\n" + COMMON + SECRET + b" <b>: 1\r\n\r\n",
    "a folded header": b"GET / HTTP/1.1\r\n" + COMMON + b"A: b\r\n " + SECRET + b"\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\n" + COMMON + b"A: \0" + SECRET + b"\r\n\r\n",
    "a length of letters": request(more=b"Content-Length: " + SECRET + b"\r\n"),
    "a length below 0": b"POST / HTTP/1.1\r\n" + COMMON + b"Content-Length: -1\r\n\r\n",
    "two lengths": request(body=GOOD, more=b"Content-Length: 2\r\n"),
    "a length and chunks": request(body=GOOD, more=b"Transfer-Encoding: chunked\r\n"),
    "a strange coding": b"POST / HTTP/1.1\r\n" + COMMON + b"Transfer-Encoding: a\r\n\r\n",
    "a strange expectation": request(body=GOOD, more=b"Expect: " + SECRET + b"\r\n"),
    "a path of the proxy's": request(b"GET", b"/a", more=b"SCRIPT_NAME: /" + SECRET + b"\r\n"),
    "a long header": request(b"GET", more=b"A: " + SECRET + b"a" * 100_000 + b"\r\n"),
    "many headers": request(b"GET", more=b"".join(b"A-%d: 1\r\n" % n for n in range(1000))),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_HTTP)
def test_what_is_no_http_is_refused_in_json_too(function, name):
    status, code = refused(function, NO_HTTP[name])
    assert code == "bad_request"
    own = {"a long header": 431, "many headers": 431, "a strange expectation": 417}
    own["a strange coding"] = 501
    assert status == own.get(name, 400)


# Bodies that are not what is said of them

NOT_WHOLE = {
    "no size of a chunk": b"%s\r\n%s\r\n0\r\n\r\n" % (SECRET, GOOD),
    "a size below 0": b"-1\r\n\r\n",
    "a chunk longer than said": b"2\r\n%s0\r\n\r\n" % GOOD,
    "a chunk that ends in markup": b"2\r\n{}<b>\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("name", NOT_WHOLE)
def test_chunks_that_are_none_are_refused_wherever_they_go(served, name):
    head = b"POST / HTTP/1.1\r\n" + CHUNKED
    assert refused(served["similar_jobs"], head + NOT_WHOLE[name]) == (400, "invalid_json")
    for function, running in served.items():
        answer = refused(running, head.replace(b"POST", b"PUT") + NOT_WHOLE[name])
        nowhere = function == "job_insights"
        assert answer == ((404, "unknown_path") if nowhere else (405, "method_not_allowed"))
    at_title = head.replace(b"POST /", b"POST /cook")
    assert refused(served["top_skills"], at_title + NOT_WHOLE[name]) == (400, "invalid_json")


def test_more_than_was_said_is_not_taken_for_another_request(jobs):
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n" + TYPED
    status, _, content = send(jobs, head + b"\r\n{}" + SECRET + b" / HTTP/1.1\r\n\r\n")
    assert status == 400
    assert content.endswith(b'"This is no HTTP request that can be answered."}, "results": []}')
    assert SECRET not in content
    nothing_logged(jobs)


def trickle(running, head):
    """Sends the head, then a byte now and then, longer than anybody waits."""
    address = ("127.0.0.1", int(running.url.rpartition(":")[2]))
    started = time.monotonic()
    with socket.create_connection(address, timeout=0.5) as connection:
        connection.sendall(head)
        while time.monotonic() < started + PATIENCE_SECONDS:
            try:
                connection.sendall(b" ")
                if received := connection.recv(65_536):
                    return int(received.split()[1]), time.monotonic() - started
            except TimeoutError:
                continue
    return None, time.monotonic() - started


def stall(running, head):
    started = time.monotonic()
    return *refused(running, head), time.monotonic() - started


def test_a_body_that_does_not_come_is_waited_for_so_long_and_no_longer(served):
    jobs, skills = served["similar_jobs"], served["top_skills"]
    typed = b" / HTTP/1.1\r\n" + COMMON + TYPED
    long = typed + b"Content-Length: 1000\r\n\r\n{"
    longest = typed + b"Content-Length: 99999999999999999999\r\n\r\n{"
    chunk = typed + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{"
    with ThreadPoolExecutor(8) as pool:
        stalled = [
            (pool.submit(stall, running, method + head), status, code)
            for running, method, head, status, code in (
                (jobs, b"POST", long, 408, "too_slow"),
                (jobs, b"POST", chunk, 408, "too_slow"),
                (jobs, b"POST", longest, 413, "too_large"),
                (jobs, b"PUT", chunk, 405, "method_not_allowed"),
                (skills, b"PUT", long, 405, "method_not_allowed"),
                (skills, b"POST", chunk, 400, "invalid_request"),
            )
        ]
        trickled = pool.submit(trickle, jobs, b"POST" + long)
        for future, status, code in stalled:
            *answer, seconds = future.result()
            assert answer == [status, code]
            assert seconds >= limits.BODY_SECONDS
        status, seconds = trickled.result()
        assert status == 408
        assert seconds >= limits.BODY_SECONDS
    for running in served.values():
        nothing_logged(running)


# Memory


def peak(running):
    """The most memory that the function's process ever had, in bytes."""
    task = Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children")
    worker = task.read_text().split()[0]
    status = Path(f"/proc/{worker}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def test_memory_is_bounded_whatever_is_sent(served):
    block = b"a" * MEGABYTE
    size = 64 * MEGABYTE
    for running in served.values():
        for name in BODIES:  # What reading a body as large as may be takes once, it has taken.
            send(running, request(body=BODIES[name][0]))
        before = peak(running)
        for method in (b"POST", b"PUT"):
            head = method + b" / HTTP/1.1\r\n" + COMMON + TYPED
            with_length = head + b"Content-Length: %d\r\n\r\n" % size
            refused(running, with_length, *[block] * 64)
            chunk = b"%x\r\n%s\r\n" % (MEGABYTE, block)
            chunked = head + b"Transfer-Encoding: chunked\r\n\r\n"
            refused(running, chunked, *[chunk] * 64, b"0\r\n\r\n")
        for _ in range(3):
            for name in BODIES:
                send(running, request(body=BODIES[name][0]))
        assert peak(running) - before < size // 4
