"""Eight clients that ask both functions for the good and the bad, and read every answer closely.

    python -m tests.soak_clients SIMILAR_JOBS_PORT TOP_SKILLS_PORT SECONDS SEED

A process of its own, so that what it measures is not the work of the bucket. It prints what it has
seen as JSON; `tests/test_soak.py` judges that. In the models it meets, every title and every phrase
begins with the mark of its version, so that each answer shows of which version it is.
"""

import http.client
import json
import random
import socket
import sys
import threading
import time
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field

CLIENTS = 8
PAUSE_SECONDS = 0.03
"""What a client waits before it asks again, on average."""
PATIENCE_SECONDS = 60
VERSIONS = 2
"""So many each function has to show before the end, were the machine as slow as it may."""
TELLTALE = "zqxjsoakzqxj"
"""In whatever is sent, and in no log."""
WORK = (
    "taught third grade math", "wrote java microservices and deployed them to kubernetes",
    "answered phones and scheduled appointments", "cared for patients after surgery",
    "prepared meals for a hundred guests", "kept the books and closed every month",
    "repaired engines of trucks", "organizing projects with agile and scrum methodologies",
)  # fmt: skip
TITLES = ("cook", "registered%20nurse", "data%20scientist", "Sr.%20Accountant%20II", "electrician")
HANGS_UP = 0
"""In the place of a status: the client leaves in the middle of its request."""


@dataclass(frozen=True)
class Ask:
    """A request as it goes over the wire, and the status that it is to get.

    `shows` says that its answer has titles or phrases; without models it may get a 503 instead
    where it `needs_models`.
    """

    kind: str
    function: str
    content: bytes
    status: int
    shows: bool = False
    needs_models: bool = False


@dataclass
class Seen:
    """What all clients have seen, and the lock that they write it under."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    statuses: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    marks: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    first: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)

    def enough(self, functions):
        with self.lock:
            return all(len(self.marks[each]) >= VERSIONS for each in functions)


def wire(method, path, body=b"", content_type="application/json"):
    head = f"{method} {path} HTTP/1.1\r\nHost: soak\r\nContent-Type: {content_type}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def experience(chance):
    lines = chance.sample(WORK, chance.randint(1, 3))
    return [{"description": f"{line} {TELLTALE}"} for line in lines]


def body_of(chance):
    return json.dumps({"experience": experience(chance)}).encode()


def resume(chance):
    work = [{"position": "clerk", "summary": each["description"]} for each in experience(chance)]
    return json.dumps({"work": work}).encode()


def good(chance):
    jobs, skills, title = "similar_jobs", "top_skills", chance.choice(TITLES)
    return chance.choice(
        [
            Ask("limit", jobs, wire("POST", "/?limit=10", body_of(chance)), 200, True, True),
            Ask("all titles", jobs, wire("POST", "/model/similar_jobs", body_of(chance)), 200,
                True, True),
            Ask("explain", jobs, wire("POST", "/?limit=3&explain=1", body_of(chance)), 200, True,
                True),
            Ask("resume", jobs, wire("POST", "/?limit=5", resume(chance)), 200, True, True),
            Ask("skills", skills, wire("GET", f"/model/skills/{title}"), 200, True, True),
            Ask("details", skills, wire("GET", f"/{title}?limit=5&details=1"), 200, True, True),
            Ask("gap", skills, wire("POST", "/cook?limit=9", body_of(chance)), 200, True, True),
            Ask("titles", skills, wire("GET", "/model/titles?limit=50"), 200, True, True),
            Ask("completed", skills, wire("GET", "/titles?q=nur"), 200, True, True),
        ]
    )  # fmt: skip


def bad(chance):
    jobs, skills, body = "similar_jobs", "top_skills", body_of(chance)
    either = chance.choice([jobs, skills])
    return chance.choice(
        [
            Ask("no JSON", jobs, wire("POST", "/", f"{{{TELLTALE}".encode()), 400),
            Ask("wrong type", jobs, wire("POST", "/", b'{"experience": 7}'), 400),
            Ask("no UTF-8", jobs, wire("POST", "/", b'{"experience": "\xff\xfe"}'), 400),
            Ask("a million {", jobs, wire("POST", "/", b"{" * 1_000_000), 400),
            Ask("too large", jobs, wire("POST", "/", b"a" * (2 << 20)), 413),
            Ask("media type", jobs, wire("POST", "/", body, "text/html"), 415),
            Ask("nothing usable", jobs, wire("POST", "/", b'{"work": [{"summary": "?"}]}'), 422,
                needs_models=True),
            Ask("limit of 0", jobs, wire("POST", "/?limit=0", body), 400),
            Ask("path", jobs, wire("GET", f"/{TELLTALE}"), 404),
            Ask("unknown title", skills, wire("GET", f"/model/skills/{TELLTALE}"), 404,
                needs_models=True),
            Ask("title too long", skills, wire("GET", f"/{TELLTALE * 30}"), 400),
            Ask("limit of 1000", skills, wire("GET", "/cook?limit=1000"), 400),
            Ask("NUL in a path", skills, wire("GET", f"/{TELLTALE}%00"), 404, needs_models=True),
            Ask("method", either, wire("PUT", "/", body), 405),
            Ask("no HTTP", either, f"<{TELLTALE}>\r\n\r\n".encode(), 400),
            Ask("a long header", either, b"GET / HTTP/1.1\r\nA: " + b"a" * 100_000 + b"\r\n\r\n",
                431),
            Ask("hangs up", either, wire("POST", "/", body)[:-20], HANGS_UP),
        ]
    )  # fmt: skip


class Client:
    """One of the eight. It keeps a connection to each function while the function does."""

    def __init__(self, ports, seen, chance):
        self.ports = ports
        self.seen = seen
        self.chance = chance
        self.kept = {}

    def run(self, until):
        latest = until + PATIENCE_SECONDS
        while (now := time.monotonic()) < until or (now < latest and not self.enough()):
            ask = good(self.chance) if self.chance.random() < 0.6 else bad(self.chance)
            try:
                self.ask(ask)
            except Exception as error:  # Whatever it is, it is no answer.
                self.note_wrong(ask, f"{type(error).__name__}: {error}")
            time.sleep(self.chance.uniform(0, 2 * PAUSE_SECONDS))
        for connection in self.kept.values():
            connection.close()

    def enough(self):
        return self.seen.enough(self.ports)

    def ask(self, ask):
        started = time.monotonic()
        if ask.status == HANGS_UP:
            with self.connected(ask) as connection:
                connection.sendall(ask.content)
            status, headers, body = HANGS_UP, {}, b""
        else:
            status, headers, body = self.answer(ask)
        self.judge(ask, started, status, headers, body)

    def answer(self, ask):
        kept = self.kept.pop(ask.function, None)
        if kept:
            # The function may have ended the connection meanwhile: as any client, it asks again.
            with suppress(ConnectionError):
                return self.exchange(ask, kept)
            kept.close()
        return self.exchange(ask, self.connected(ask))

    def connected(self, ask):
        address = ("127.0.0.1", self.ports[ask.function])
        connection = socket.create_connection(address, PATIENCE_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def exchange(self, ask, connection):
        try:
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(ask.content)  # It may have answered, and listen no more.
            with http.client.HTTPResponse(connection) as answer:
                answer.begin()
                body = answer.read()
                stays = not answer.will_close and ask.status == 200
        except BaseException:
            connection.close()
            raise
        if stays:
            self.kept[ask.function] = connection
        else:
            connection.close()
        return answer.status, answer.headers, body

    def judge(self, ask, started, status, headers, body):
        seen, now = self.seen, time.monotonic()
        with seen.lock:
            seen.statuses[ask.function, ask.kind, status] += 1
            first = seen.first.get(ask.function)
            if status == 200:
                seen.first.setdefault(ask.function, now)
                if first is not None and started > first:
                    seen.seconds[ask.function].append(now - started)
        if status == 503 and ask.needs_models and (first is None or started < first):
            if not headers["Retry-After"]:
                self.note_wrong(ask, "503 without Retry-After")
        elif status != ask.status:
            self.note_wrong(ask, f"{status} {body[:300]!r}")
        elif status >= 400:
            refusal = json.loads(body)
            if refusal["results"] or TELLTALE.encode() in body:
                self.note_wrong(ask, f"{status} {body[:300]!r}")
        if ask.shows and status == 200:
            self.note_version(ask, headers["X-Model-Version"], json.loads(body)["results"])

    def note_version(self, ask, version, results):
        shown = {said(each).partition(" ")[0] for each in results}
        if len(shown) != 1:
            self.note_wrong(ask, f"shows the versions {sorted(shown)}")
        with self.seen.lock:
            self.seen.marks[ask.function].update((version, mark) for mark in shown)

    def note_wrong(self, ask, what):
        with self.seen.lock:
            self.seen.wrong.append(f"{ask.function}, {ask.kind}: {what}")


def said(result):
    """The title or phrase of a result."""
    return result if isinstance(result, str) else result.get("title") or result["phrase"]


def percentile(values, share):
    ordered = sorted(values)
    return ordered[int(share * (len(ordered) - 1))] if ordered else None


def main(jobs, skills, seconds, seed):
    ports = {"similar_jobs": int(jobs), "top_skills": int(skills)}
    seen = Seen()
    until = time.monotonic() + float(seconds)
    clients = [Client(ports, seen, random.Random(f"{seed} {i}")) for i in range(CLIENTS)]
    threads = [threading.Thread(target=client.run, args=(until,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report = {
        "statuses": [[*key, count] for key, count in sorted(seen.statuses.items())],
        "marks": {function: sorted(pairs) for function, pairs in seen.marks.items()},
        "milliseconds": {
            function: {name: round(1e3 * percentile(each, share), 1)
                       for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))}
            for function, each in seen.seconds.items()
        },
        "wrong": seen.wrong[:50],
        "wrong_count": len(seen.wrong),
    }  # fmt: skip
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
