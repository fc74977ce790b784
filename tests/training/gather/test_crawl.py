"""The real spider in a process of its own on `career_site`: interrupted, resumed, run again."""

import gzip
import json
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.training.gather.career_site import (
    JOBS,
    KINDS,
    LISTED,
    NAME,
    PDFS,
    PEOPLE,
    PERSON,
    RETRY_AFTER,
    career_site,
    page,
    posting,
)

SECONDS = 1_200
"""Of a run that hangs; a busy machine takes many times what an idle one does."""
CONTACT = "https://crawler.example/about"


@dataclass
class Run:
    """A run of `gather`: its exit code and what it printed."""

    code: int
    output: str


@dataclass
class Crawl:
    """The site, and a directory that runs gather into."""

    site: object
    out: Path
    runs: list[Run] = field(default_factory=list)

    def start(self, *options):
        command = [sys.executable, "-m", "training", "gather", "--contact", CONTACT,
                   "--delay", "0.001", "--out", self.out, *options]  # fmt: skip
        return subprocess.Popen(
            list(map(str, command)), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True,
        )  # fmt: skip

    def run(self, *options, after=None, send=None):
        """Runs to the end, or sends a signal when the site was asked so often."""
        before = len(self.site.asked)
        with self.start(*options) as process:
            try:
                deadline = time.monotonic() + SECONDS
                while after and len(self.site.asked) < before + after:
                    assert process.poll() is None, process.communicate()[0]
                    assert time.monotonic() < deadline
                    time.sleep(0.005)
                if send:
                    process.send_signal(send)
                output, _ = process.communicate(timeout=SECONDS)
            finally:
                process.kill()
        self.runs.append(Run(process.returncode, output))
        return self.runs[-1]

    @property
    def records(self):
        lines = (self.out / "records.jsonl").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def titles(self):
        return Counter(each["title"] for each in self.records)


@pytest.fixture(scope="module")
def site():
    with career_site() as site:
        yield site


@pytest.fixture(scope="module")
def crawl(site, tmp_path_factory):
    """The whole site, interrupted twice: by a signal, and by its budget."""
    crawl = Crawl(site, tmp_path_factory.mktemp("gathered"))
    every = ["--sitemap", f"{site.url}/robots.txt", "--listing", f"{site.url}/listing"]
    crawl.run(*every, after=60, send=signal.SIGINT)
    crawl.run(*every, "--budget", 70)
    crawl.run(*every)
    crawl.every = every
    crawl.first = list(site.asked)
    return crawl


def paths(asked):
    return [each.path for each in asked]


def test_it_was_interrupted_and_went_on(crawl):
    assert [run.code for run in crawl.runs] == [0, 0, 0], crawl.runs
    ends = [run.output.splitlines()[0] for run in crawl.runs]
    assert ends == [
        "crawl: interrupted; the same command goes on from here",
        "crawl: budget; the same command goes on from here",
        "crawl: finished",
    ]


def test_every_posting_is_gathered_once(crawl, site):
    assert crawl.titles() == Counter(site.expected)


def test_no_page_is_asked_for_twice(crawl):
    often = Counter(paths(crawl.first))
    again = {path for path, times in often.items() if times > 1}
    refused = {each.path for each in crawl.first if each.status in (429, 503)}
    assert len(refused) == 2
    # A run begins with robots.txt. What was refused is asked for once more.
    assert again == {"/robots.txt", *refused}
    assert {often[path] for path in refused} == {2}


def test_nothing_forbidden_is_asked_for(crawl):
    assert len(paths(crawl.first)) > 180
    assert [each for each in paths(crawl.first) if each.startswith("/private")] == []


def test_nobodys_resume_is_asked_for(crawl):
    people = ("/resumes", "/cv", "/candidates")
    assert [each for each in paths(crawl.first) if each.startswith(people)] == []


def test_no_other_site_is_asked(crawl):
    assert {each.host for each in crawl.first} == {"127.0.0.1"}


def test_links_that_are_not_to_be_followed_are_not(crawl):
    assert "/listed/ad" not in paths(crawl.first)
    assert len([each for each in paths(crawl.first) if each.startswith("/listed/")]) == LISTED


def test_it_says_who_it_is(crawl):
    agents = {each.headers["User-Agent"] for each in crawl.first}
    assert agents == {f"CareerClimberBot/0.1 (+{CONTACT})"}


def test_it_sends_one_request_at_a_time(crawl, site):
    assert site.most_at_once == 1


def test_a_site_that_asks_for_a_pause_gets_it(crawl):
    refusals = [i for i, each in enumerate(crawl.first) if each.status in (429, 503)]
    for i in refusals:
        assert crawl.first[i + 1].time - crawl.first[i].time >= RETRY_AFTER


def test_the_budget_is_kept(crawl):
    starts = [i for i, path in enumerate(paths(crawl.first)) if path == "/robots.txt"]
    # As a rule of the site and as a sitemap in the first run, as a rule in each other one.
    *_, second, third = starts
    assert third - second - 1 <= 70


def test_a_record_has_all_that_the_posting_says(crawl, site):
    (record,) = [each for each in crawl.records if each["title"] == "job 0"]
    assert len(record.pop("id")) == 24
    assert len(record.pop("hash")) == 64
    assert record.pop("fetched").endswith("+00:00")
    assert record == {
        "kind": "posting", "source": f"{site.url}/jobs/0",
        "licence": "not known: ask who published it", "title": "job 0",
        "description": "&lt;p&gt;You do the work of job 0.&lt;/p&gt;",
        "employer": "Example & Sons", "location": "Austin, TX, US",
        "salary": "USD 20-25.5 HOUR", "education": "bachelor degree",
        "start": "2026-01-15", "end": "2026-03-01T00:00", "person": "",
    }  # fmt: skip


def test_broken_scripts_are_counted(crawl):
    assert counted(crawl, "scripts of JSON-LD") == 2 * JOBS // len(KINDS)


def counted(crawl, what):
    return sum(int(n) for run in crawl.runs for n in re.findall(rf"(\d+) {what}", run.output))


def test_nothing_of_a_page_about_a_person_is_kept(crawl):
    assert set(PEOPLE) <= set(paths(crawl.first))
    assert counted(crawl, "pages about a person") == len(PEOPLE)
    kept = [path.read_bytes() for path in crawl.out.rglob("*") if path.is_file()]
    # Pages are kept compressed, each file of its own.
    kept += [gzip.decompress(each) for each in kept if each.startswith(b"\x1f\x8b")]
    assert sum(b"job 0" in each for each in kept) > 1
    assert not [each for each in kept if NAME.encode() in each or b"beside a resume" in each]


def test_a_later_crawl_asks_for_what_has_changed_only(crawl, site):
    site.changed.add("/jobs/20")
    before = len(site.asked)
    run = crawl.run(*crawl.every)
    asked = site.asked[before:]
    assert run.output.splitlines()[0] == "crawl: finished"
    sent = [each.path for each in asked if each.status == 200]
    # What is about a person or may be, as any PDF, was not kept: it cannot be asked for changes.
    assert sorted(sent) == sorted(["/jobs/20", *PEOPLE, *(f"/jobs/{number}" for number in PDFS)])
    assert len([each for each in asked if each.status == 304]) > 140
    assert crawl.titles() == Counter(site.expected | {"job 20 changed"})


def test_a_crawl_that_was_killed_loses_nothing(site, tmp_path):
    crawl = Crawl(site, tmp_path)
    listing = ["--listing", f"{site.url}/listing"]
    killed = crawl.run(*listing, after=20, send=signal.SIGKILL)
    assert killed.code == -signal.SIGKILL
    with (tmp_path / "records.jsonl").open("a") as file:
        file.write('{"id": "half a li')
    crawl.run(*listing)
    assert crawl.titles() == Counter(f"listed job {number}" for number in range(LISTED))


def test_two_runs_do_not_share_a_directory(site, tmp_path):
    crawl = Crawl(site, tmp_path)
    site.hold.clear()
    with crawl.start(f"{site.url}/jobs/0") as first:
        try:
            deadline = time.monotonic() + SECONDS
            while not site.at_once:
                assert time.monotonic() < deadline
                time.sleep(0.005)
            second = crawl.run(f"{site.url}/jobs/0")
            assert second.code == 1
            assert "another process gathers into it" in second.output
        finally:
            site.hold.set()
            first.communicate(timeout=SECONDS)


def test_all_that_waits_for_robots_txt_obeys_it(site, tmp_path):
    crawl = Crawl(site, tmp_path)
    before = len(site.asked)
    private = [f"{site.url}/private/{number}" for number in range(6)]
    run = crawl.run(*private, f"{site.url}/listed/9")
    assert paths(site.asked[before:]) == ["/robots.txt", "/listed/9"]
    assert "6 forbidden by robots.txt" in run.output


def test_the_delay_of_robots_txt_is_kept_and_a_site_whose_robots_txt_fails_is_left_alone(tmp_path):
    with career_site() as slow, career_site() as failing:
        slow.robots = (200, "Crawl-delay: 0.5")
        failing.robots = (500, "")
        crawl = Crawl(slow, tmp_path)
        pages = [f"{slow.url}/listed/{number}" for number in range(5)]
        run = crawl.run(*pages, f"{failing.url}/listed/9", "--licence", "asked on 2026-01-01")
        times = [each.time for each in slow.asked if each.path != "/robots.txt"]
        assert len(times) == 5
        # The first may have come late, the last cannot have come early.
        assert times[-1] - times[0] >= 4 * 0.5 - 1
        assert {each.path for each in failing.asked} == {"/robots.txt"}
    assert crawl.titles() == Counter(f"listed job {number}" for number in range(5))
    assert {each["licence"] for each in crawl.records} == {"asked on 2026-01-01"}
    assert "1 forbidden by robots.txt" in run.output


HTML = {"Content-Type": "text/html"}
CLOSED = b"User-agent: *\nDisallow: /\n"


@pytest.fixture
def small(tmp_path):
    """A site to change, and a directory to gather into."""
    with career_site() as site:
        yield Crawl(site, tmp_path)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        (200, CLOSED + b"#" * 6 * 2**20, {"Content-Type": "text/plain"}),
        (302, b"", {"Location": "/robots.txt"}),
    ],
    ids=["no answer", "too long", "in a circle"],
)
def test_a_site_whose_robots_txt_cannot_be_read_is_left_alone(small, answer):
    small.site.answers["/robots.txt"] = answer
    run = small.run(f"{small.site.url}/listed/1")
    assert set(paths(small.site.asked)) == {"/robots.txt"}
    assert "1 forbidden by robots.txt" in run.output


def test_robots_txt_may_be_moved_to_another_site(small):
    elsewhere = small.site.url.replace("127.0.0.1", "localhost")
    small.site.answers["/robots.txt"] = (301, b"", {"Location": f"{elsewhere}/rules"})
    small.site.answers["/rules"] = (200, CLOSED, {"Content-Type": "text/plain"})
    run = small.run(f"{small.site.url}/listed/1")
    assert paths(small.site.asked) == ["/robots.txt", "/rules"]
    assert "1 forbidden by robots.txt" in run.output


def test_a_pause_that_is_no_number_is_none(small):
    small.site.answers["/listed/1"] = (429, b"", {"Retry-After": "\xb2"})
    run = small.run(f"{small.site.url}/listed/1")
    assert "1 could not be read (429: 1)" in run.output


def test_a_crawl_that_reads_nothing_fails_and_says_why(small):
    site = small.site
    site.answers["/drops"] = None
    run = small.run(f"{site.url}/nowhere", f"{site.url}/nothing", f"{site.url}/drops")
    assert run.code == 1
    assert "3 could not be read (404: 2, DownloadFailedError: 1)" in run.output
    assert run.output.splitlines()[-1].startswith("error: nothing could be read")


def test_what_could_not_be_read_of_some_is_told(small):
    site = small.site
    site.answers["/none.xml"] = (
        200,
        b"<html>no sitemap</html>",
        {"Content-Type": "application/xml"},
    )
    away = f"<urlset><url><loc>{site.url.replace('127.0.0.1', 'localhost')}/x</loc></url></urlset>"
    site.answers["/away.xml"] = (200, away.encode(), {"Content-Type": "application/xml"})
    sitemaps = [f"{site.url}/none.xml", f"{site.url}/away.xml"]
    run = small.run(f"{site.url}/listed/1", f"{site.url}/gone", "--sitemap", sitemaps[0],
                    "--sitemap", sitemaps[1])  # fmt: skip
    assert run.code == 0
    assert (
        "1 could not be read (404: 1); 1 on other sites, left out; 1 sitemaps that name no page"
        in run.output
    )
    assert small.titles() == {"listed job 1": 1}


@pytest.mark.parametrize("name", ["large.xml", "large.xml.gz"])
def test_sitemaps_may_be_as_large_as_their_protocol_has_it(small, name):
    place = f"<url><loc>{small.site.url}/listed/1</loc></url><!--{'-x' * 3 * 2**20}-->"
    sitemap = f"<urlset>{place}</urlset>".encode()
    body = gzip.compress(sitemap) if name.endswith("gz") else sitemap
    kind = "application/gzip" if name.endswith("gz") else "application/xml"
    small.site.answers[f"/{name}"] = (200, body, {"Content-Type": kind})
    small.run("--sitemap", f"{small.site.url}/{name}")
    assert small.titles() == {"listed job 1": 1}


def test_nothing_is_kept_that_is_neither_a_page_nor_a_sitemap(small):
    person = page(json.dumps(PERSON)).encode()
    for kind in ("text/plain", "application/xml", "application/json", "application/pdf"):
        small.site.answers[f"/{kind}"] = (200, person, {"Content-Type": kind})
    run = small.run("--listing", *(f"{small.site.url}{path}" for path in small.site.answers))
    assert run.code == 0
    assert len(small.site.asked) == 1 + len(small.site.answers)
    kept = [path.read_bytes() for path in small.out.rglob("*") if path.is_file()]
    kept += [gzip.decompress(each) for each in kept if each.startswith(b"\x1f\x8b")]
    assert any(b"CareerClimberBot" in each for each in kept)
    assert not [each for each in kept if NAME.encode() in each]


@pytest.mark.parametrize(
    ("meta", "header", "taken"),
    [
        ("", "", True),
        ('<meta name="robots" content="index, follow, max-image-preview:none">', "", True),
        ('<meta name="ROBOTS" content="nosnippet,NONE">', "", False),
        ('<meta name="CareerClimberBot" content="noindex">', "", False),
        ('<meta name="description" content="noindex">', "", True),
        ("", "max-snippet: 5, noindex", False),
        ("", "otherbot: noindex", False),
        ("", "unavailable_after: 2027-01-01, none", False),
    ],
)
def test_what_a_page_asks_of_robots(small, meta, header, taken):
    body = page(json.dumps(posting("welder")), head=meta).encode()
    headers = {**HTML, "X-Robots-Tag": header} if header else HTML
    small.site.answers["/one"] = (200, body, headers)
    small.run(f"{small.site.url}/one")
    assert bool(small.titles()) == taken
