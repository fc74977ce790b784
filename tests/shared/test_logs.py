"""What the functions write to their logs while they are served, and what they never write."""

import json
from contextlib import ExitStack

import pytest
import requests

from shared import logs
from tests.conftest import FUNCTIONS

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
FIELD = "logging.googleapis.com/trace"
TRACE_HEADERS = [
    {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"},
    {"X-Cloud-Trace-Context": f"{TRACE}/67667974448284343;o=1"},
    {"X-Cloud-Trace-Context": f"{TRACE}/67667974448284343"},
    {"X-Cloud-Trace-Context": TRACE},
    {"traceparent": "nothing", "X-Cloud-Trace-Context": TRACE},
    {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", "X-Cloud-Trace-Context": "f" * 32},
]
WORD = "xylobrontology"
BODY = {"experience": [{"description": f"taught {WORD} and math", "title": WORD}]}


@pytest.fixture(scope="module")
def logging(serve, models):
    """All functions, with logs that no other test writes to."""
    environment = {"MODELS_URI": str(models), "GOOGLE_CLOUD_PROJECT": "a-project"}
    with ExitStack() as running:
        yield {name: running.enter_context(serve(name, **environment)) for name in FUNCTIONS}


def lines(running):
    return [json.loads(line) for line in running.log.read_text().splitlines()]


def line_of(running, answer):
    """The one line of a request; it is written before the answer."""
    wanted = answer.headers["X-Request-Id"]
    (found,) = [line for line in lines(running) if line.get("request_id") == wanted]
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("headers", TRACE_HEADERS, ids=str)
def test_a_line_carries_the_trace_of_either_header(logging, name, headers):
    answer = requests.get(logging[name].url, headers=headers, timeout=30)
    assert line_of(logging[name], answer)[FIELD] == f"projects/a-project/traces/{TRACE}"


@pytest.mark.parametrize("sent", ["", WORD, TRACE[1:], f"{TRACE}0", "g" * 32, f"{TRACE} {WORD}"])
def test_a_header_that_names_no_trace_is_passed_over(logging, sent):
    for header in ("traceparent", "X-Cloud-Trace-Context"):
        answer = requests.get(logging["top_skills"].url, headers={header: sent}, timeout=30)
        assert FIELD not in line_of(logging["top_skills"], answer)


def test_the_trace_stands_alone_where_the_project_is_not_known(monkeypatch):
    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT", raising=False)
    assert logs.trace_field(TRACE) == {FIELD: TRACE}
    assert logs.trace_field(None) == {}


@pytest.mark.parametrize(
    ("name", "method", "path", "status", "route"),
    [
        ("similar_jobs", "POST", "/model/similar_jobs", 200, "/model/similar_jobs"),
        ("similar_jobs", "POST", "/?limit=0", 400, "/"),
        ("similar_jobs", "GET", "/", 405, "none"),
        ("similar_jobs", "OPTIONS", "/", 204, "none"),
        ("top_skills", "GET", f"/model/skills/{WORD}", 404, "/model/skills/<path:title>"),
        ("top_skills", "GET", "/cook", 200, "/<path:title>"),
        ("top_skills", "HEAD", "/titles", 200, "/titles"),
        ("job_insights", "GET", f"/paths/{WORD}", 404, "/paths/<path:title>"),
    ],
)
def test_a_request_is_one_line_with_its_route_and_status(
    logging, name, method, path, status, route
):
    answer = requests.request(method, logging[name].url + path, json=BODY, timeout=30)
    line = line_of(logging[name], answer)
    assert line["severity"] == "INFO"
    assert line["message"] == f"{status} {route}"
    assert line["httpRequest"].pop("latency").endswith("s")
    assert line["httpRequest"] == {"requestMethod": method, "status": status}


def test_a_request_id_that_was_sent_is_in_the_line(logging):
    headers = {"X-Request-Id": "sent-by-a-client"}
    answer = requests.get(logging["top_skills"].url, headers=headers, timeout=30)
    assert answer.headers["X-Request-Id"] == "sent-by-a-client"
    assert line_of(logging["top_skills"], answer)["severity"] == "INFO"


def test_no_line_carries_what_a_user_sent(logging):
    jobs, skills = logging["similar_jobs"], logging["top_skills"]
    json_type = {"Content-Type": "application/json"}
    told = {
        "Origin": f"https://{WORD}.example",
        "Referer": f"https://{WORD}.example/",
        "User-Agent": WORD,
        "Cookie": f"{WORD}={WORD}",
        "Authorization": f"Bearer {WORD}",
        "X-Cloud-Trace-Context": f"{TRACE}/{WORD}",
    }
    sent = [
        ("POST", f"{jobs.url}/model/similar_jobs", {"json": BODY, "headers": told}, 200),
        ("POST", jobs.url, {"json": {"experience": [{"description": WORD}]}}, 422),
        ("POST", jobs.url, {"json": {"experience": WORD}}, 400),
        ("POST", jobs.url, {"json": {WORD: WORD}}, 400),
        ("POST", jobs.url, {"json": {"work": [{"summary": WORD, "position": [WORD]}]}}, 400),
        ("POST", jobs.url, {"data": f'{{"{WORD}": {WORD}}}', "headers": json_type}, 400),
        ("POST", jobs.url, {"data": f'"{WORD}"' * 100_000, "headers": json_type}, 413),
        ("POST", jobs.url, {"data": WORD, "headers": {"Content-Type": f"text/{WORD}"}}, 415),
        ("POST", f"{jobs.url}/?limit={WORD}&{WORD}=1", {"json": BODY}, 400),
        ("POST", f"{jobs.url}/{WORD}", {"json": BODY}, 404),
        (WORD.upper(), jobs.url, {"json": BODY}, 405),
        ("GET", f"{skills.url}/model/skills/{WORD}", {"headers": told}, 404),
        ("GET", f"{skills.url}/skills/cook?limit={WORD}", {}, 400),
        ("GET", f"{skills.url}/{WORD}/cook?details={WORD}", {}, 400),
        ("GET", f"{skills.url}/{WORD * 20}", {}, 400),
        ("GET", f"{skills.url}/?title={WORD}", {}, 404),
        ("GET", f"{skills.url}/titles?q={WORD}", {}, 200),
        ("GET", f"{skills.url}/titles?q={WORD}&offset={WORD}", {}, 400),
        ("POST", f"{skills.url}/robots.txt?{WORD}", {"data": WORD}, 405),
        ("OPTIONS", f"{skills.url}/{WORD}", {"headers": told}, 204),
        (WORD[:12], f"{skills.url}/{WORD}", {}, 405),
    ]
    for method, url, options, status in sent:
        answer = requests.request(method, url, timeout=30, **options)
        assert answer.status_code == status, (method, url)
        line_of(jobs if url.startswith(jobs.url) else skills, answer)
    for running in (jobs, skills):
        written = running.log.read_text()
        assert WORD[:12] not in written.lower()


def test_every_line_is_one_json_object_with_a_severity(logging):
    for running in logging.values():
        requests.request("BREW", running.url, timeout=30)
        found = lines(running)
        assert found
        for line in found:
            assert line["severity"] in ("INFO", "WARNING", "ERROR")
            assert line["message"]


def test_a_line_stays_one_line(capsys):
    logs.write("ERROR", "one\ntwo", error="three\r\nfour\u2028", n=5)
    output = capsys.readouterr().out
    assert output.splitlines() == [output.rstrip("\n")]
    expected = {"severity": "ERROR", "message": "one\ntwo", "error": "three\r\nfour\u2028", "n": 5}
    assert json.loads(output) == expected


def test_where_an_error_came_from_is_told_without_its_message():
    try:
        int(WORD)
    except ValueError as error:
        (frame,) = logs.where(error)
    assert frame.startswith("test_logs.py:")
    assert WORD not in frame
