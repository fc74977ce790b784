"""A career site of a few hundred pages, as awkward as real ones; every request to it is noted.

Each page has an `ETag`, and is not sent again to who has it.
"""

import gzip
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

JOBS = 160
LISTED = 40
"""Of another kind, which no sitemap names: a listing leads to them, ten a page."""
RETRY_AFTER = 1
"""Seconds."""


@dataclass(frozen=True)
class Asked:
    """A request: its path with the query, its headers, when it came and what was answered."""

    path: str
    headers: dict[str, str]
    time: float
    status: int

    @property
    def host(self) -> str:
        return self.headers["Host"].partition(":")[0]


@dataclass
class Site:
    """`expected` are the titles that a visitor would count, each once.

    `robots` are the status of robots.txt and what it says beside the usual; `added` are postings
    beside the site's own, by their paths. `answers` go before all: a status, a body and headers by
    path, or None where the connection just ends.
    """

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    expected: set[str] = field(default_factory=set)
    robots: tuple[int, str] = (200, "")
    refused: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    added: dict[str, dict[str, object]] = field(default_factory=dict)
    answers: dict[str, tuple[int, bytes, dict[str, str]] | None] = field(default_factory=dict)
    at_once: int = 0
    most_at_once: int = 0
    hold: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.hold.set()
        for number in range(JOBS):
            self.expected |= set(titles_of(number))
        self.expected |= {f"listed job {number}" for number in range(LISTED)}

    def paths(self, *, status: int | None = None) -> list[str]:
        return [each.path for each in self.asked if status in (None, each.status)]


def titles_of(number: int) -> list[str]:
    """The postings that a visitor finds on /jobs/NUMBER."""
    kind = KINDS[number % len(KINDS)]
    if kind == "several":
        return [f"job {number} {part}" for part in "abc"]
    return [] if kind in NO_POSTING else [f"job {number}"]


def posting(title: str, **more: object) -> dict[str, object]:
    return {
        "@context": "https://schema.org/", "@type": "JobPosting", "title": title,
        "description": f"&lt;p&gt;You do the work of {title}.&lt;/p&gt;",
        "datePosted": "2026-01-15", "validThrough": "2026-03-01T00:00",
        "hiringOrganization": {"@type": "Organization", "name": "Example & Sons"},
        "jobLocation": {"@type": "Place", "address": {
            "@type": "PostalAddress", "addressLocality": "Austin", "addressRegion": "TX",
            "addressCountry": {"@type": "Country", "name": "US"}}},
        "baseSalary": {"@type": "MonetaryAmount", "currency": "USD", "value": {
            "@type": "QuantitativeValue", "minValue": 20, "maxValue": 25.5, "unitText": "HOUR"}},
        "educationRequirements": {"@type": "EducationalOccupationalCredential",
                                  "credentialCategory": "bachelor degree"},
        **more,
    }  # fmt: skip


def page(*scripts: str, body: str = "", head: str = "") -> str:
    marked = "".join(f'<script type="application/ld+json">{each}</script>' for each in scripts)
    return f"<!doctype html><html><head>{head}{marked}</head><body>{body}</body></html>"


def microdata(title: str) -> str:
    return f"""<div itemscope itemtype="http://schema.org/JobPosting"><h1 itemprop="title">{title}
    </h1><div itemprop="description"><p>You do the work of {title}.</p></div>
    <span itemprop="hiringOrganization" itemscope itemtype="http://schema.org/Organization">
    <b itemprop="name">Example &amp; Sons</b></span><meta itemprop="datePosted" content="2026-01-15"
    ><span itemprop="jobLocation" itemscope itemtype="http://schema.org/Place"><span
    itemprop="address" itemscope itemtype="http://schema.org/PostalAddress"><i
    itemprop="addressLocality">Austin</i>, <i itemprop="addressRegion">TX</i></span></span></div>"""


def _ordinary(title: str) -> str:
    return page(json.dumps(posting(title)))


def _repairable(title: str) -> str:
    text = json.dumps(posting(title), indent=1)
    return page("<!-- " + text.replace('"\n}', '",\n}\n').replace("You do", "You\n do") + "; -->")


def _twice(title: str) -> str:
    again = posting(title, description=f"You do the work of {title}.")
    return page(json.dumps(again), json.dumps(again), body="<p>Apply now</p>")


PAGES = {
    "ordinary": _ordinary,
    "graph": lambda title: page(json.dumps({"@graph": [{"@type": "WebSite"}, posting(title)]})),
    "microdata": lambda title: page(body=microdata(title)),
    "repairable": _repairable,
    "twice": _twice,
    "main entity": lambda title: page(
        json.dumps(
            [{"@type": "ItemPage", "mainEntity": posting(title, **{"@type": ["JobPosting"]})}]
        )
    ),
    "broken and microdata": lambda title: page('{"@type": "JobPosting",', body=microdata(title)),
    "slow down": _ordinary,
    "latin-1": lambda title: page(json.dumps(posting(title, employer="Café"), ensure_ascii=False)),
    "broken": lambda title: page(f'{{"@type": "JobPosting", "title": "{title}'),
    "no posting": lambda _: page(
        json.dumps({"@type": "Organization", "name": "Example & Sons"}), body="<p>About us</p>"
    ),
    "noindex": lambda title: page(
        json.dumps(posting(title)), head='<meta name="ROBOTS" content="noindex">'
    ),
}
NAME = "Jane Quillfeather"
PERSON = {"@context": "https://schema.org", "@type": "Person", "name": NAME}
ADVERT = json.dumps(posting("a job beside a resume"))
PEOPLE = {
    "/team/json-ld": page(json.dumps(PERSON)),
    "/team/compressed": page(json.dumps(PERSON), body="<p>Welder</p>"),
    "/team/microdata": page(body=f"""<div itemscope itemtype="https://schema.org/Person"><b
        itemprop="name">{NAME}</b></div>"""),
    "/team/profile": page(json.dumps({"@type": "ProfilePage", "mainEntity": PERSON}), ADVERT),
    "/team/title": page(ADVERT, head=f"<title>Resume of {NAME}</title>"),
    "/team/h-resume": page(ADVERT, body=f'<div class="x h-resume"><p>{NAME}</p></div>'),
}  # fmt: skip
"""Pages about a person, whose addresses do not tell; beside some there is a posting."""
NO_POSTING = {"broken", "no posting", "moved", "moved away", "moved into private", "circle", "gone",
              "pdf", "noindex", "moved to a resume"}  # fmt: skip
KINDS = [
    *PAGES, "several", "moved", "moved away", "moved into private", "moved to a resume", "circle",
    "gone", "pdf",
]  # fmt: skip


PDFS = {str(number) for number in range(JOBS) if KINDS[number % len(KINDS)] == "pdf"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        site = self.site
        site.at_once += 1
        site.most_at_once = max(site.most_at_once, site.at_once)
        site.hold.wait(60)
        if site.answers.get(self.path, ()) is None:
            site.at_once -= 1
            site.asked.append(Asked(self.path, dict(self.headers), time.monotonic(), 0))
            self.close_connection = True
            return
        status, body, headers = self._answer()
        tag = f'"{sha256(body).hexdigest()[:16]}"'
        if status == 200:
            headers["ETag"] = tag
            if self.headers.get("If-None-Match") == tag:
                status, body = 304, b""
        site.at_once -= 1
        site.asked.append(Asked(self.path, dict(self.headers), time.monotonic(), status))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self) -> tuple[int, bytes, dict[str, str]]:
        url = urlsplit(self.path)
        first, _, rest = url.path.strip("/").partition("/")
        html = {"Content-Type": "text/html; charset=utf-8"}
        if answer := self.site.answers.get(self.path):
            status, body, headers = answer
            return status, body, dict(headers)
        if url.path in STATIC:
            kind, make = STATIC[url.path]
            status = self.site.robots[0] if url.path == "/robots.txt" else 200
            return status, make(self.site), {"Content-Type": kind}
        if url.path in self.site.added:
            return 200, page(json.dumps(self.site.added[url.path])).encode(), html
        if url.path in PEOPLE:
            if url.path != "/team/compressed":
                return 200, PEOPLE[url.path].encode(), html
            body = gzip.compress(PEOPLE[url.path].encode(), mtime=0)
            return 200, body, {**html, "Content-Encoding": "gzip"}
        if url.path == "/listing":
            return 200, listing(int(parse_qs(url.query).get("page", ["1"])[0])).encode(), html
        if first == "listed":
            return 200, _ordinary(f"listed job {rest}").encode(), html
        if first == "jobs" and rest.isdigit() and int(rest) < JOBS:
            return self._job(int(rest), html)
        return 404, b"no such page", html

    def _job(self, number: int, html: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        kind = KINDS[number % len(KINDS)]
        away = f"http://localhost:{self.server.server_address[1]}/jobs/{number - 1}"
        to = {
            "moved": f"/jobs/{number - 13}?", "moved away": away, "circle": self.path,
            "moved into private": "/private/salaries", "moved to a resume": "/resumes/jane-roe",
        }  # fmt: skip
        if kind in to:
            return 301 if kind == "moved" else 302, b"", {"Location": to[kind].rstrip("?")}
        if kind == "gone":
            return 410, b"taken", html
        if kind == "pdf":
            return 200, b"%PDF-1.4 \x00\xff", {"Content-Type": "application/pdf"}
        if kind == "slow down" and number < 30 and self.path not in self.site.refused:
            self.site.refused.add(self.path)
            status = 429 if number < len(KINDS) else 503
            return status, b"", {"Retry-After": str(RETRY_AFTER)}
        title = f"job {number}" + (" changed" if self.path in self.site.changed else "")
        if kind == "several":
            names = [f"{title} {part}" for part in "abc"]
            return 200, page(json.dumps(list(map(posting, names)))).encode(), html
        if kind == "latin-1":
            return (
                200,
                PAGES[kind](title).encode("latin-1"),
                {"Content-Type": "text/html; charset=latin-1"},
            )
        return 200, PAGES[kind](title).encode(), html

    def log_message(self, *arguments: object) -> None:
        """The site notes what is asked by itself."""


def listing(number: int) -> str:
    jobs = range((number - 1) * 10, min(number * 10, LISTED))
    links = "".join(f'<li><a href="/listed/{job}#apply">Job {job}</a></li>' for job in jobs)
    more = f'<a href="/listing?page={number + 1}">Next</a>' if number * 10 < LISTED else ""
    return page(
        body=f"""<ul>{links}</ul>{more}<a href="/listing?page=1">First</a><a href="/private/list">
        Staff</a><a href="/cv/john.html">A CV</a><a href="mailto:jobs@site.example">Mail</a><a
        href="https://[broken">?</a><a href="/listed/0" rel="nofollow">Ad</a><a
        href="http://localhost/elsewhere">Partner</a><a href="/listed/ad" rel="nofollow">Ad</a>"""
    )


def _robots(site: Site) -> bytes:
    return (
        "User-agent: *\nDisallow: /\n\nUser-agent: CareerClimberBot\nDisallow: /private/\n"
        f"{site.robots[1]}\n\n"
        f"Sitemap: {site.url}/sitemaps.xml\n"
    ).encode()


def _index(site: Site) -> bytes:
    places = "".join(f"<sitemap><loc>{site.url}/{name}</loc></sitemap>"
                     for name in ("half.xml", "other-half.xml.gz", "nowhere.xml"))  # fmt: skip
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}' \
        "</sitemapindex>".encode()  # fmt: skip


def _sitemap(site: Site, numbers: Iterator[int], *more: str) -> bytes:
    places = [f"{site.url}/jobs/{number}" for number in numbers]
    places += [f"{site.url}{path}" for path in more]
    urls = "".join(f"<url><loc> {place} </loc></url>" for place in places)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


STATIC = {
    "/robots.txt": ("text/plain", _robots),
    "/sitemaps.xml": ("application/xml", _index),
    "/half.xml": ("text/xml", lambda site: _sitemap(
        site, range(0, JOBS, 2), "/jobs/0", "/private/1", "/resumes/jane-roe", "/candidates/7",
        *PEOPLE)),
    "/other-half.xml.gz": ("application/gzip", lambda site: gzip.compress(
        _sitemap(site, range(1, JOBS, 2), "/private/salaries"), mtime=0)),
}  # fmt: skip


@contextmanager
def career_site() -> Iterator[Site]:
    """The site on a free port."""
    site = Site()
    handler = type("SiteHandler", (Handler,), {"site": site})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()
