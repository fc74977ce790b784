"""What holds for every answer of every function, asked of the staged bundles as they are served.

What cannot be had from them, such as a fault of our own, is asked of a `Service` itself.
"""

import json
import re

import flask
import pytest
import requests

from shared import web
from shared.errors import ModelsUnavailable, invalid
from tests.conftest import FUNCTIONS

BODY = {"experience": [{"description": "taught third grade math"}]}
ORIGIN = "https://front.example"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"]
METHODS += ["PROPFIND", "M-SEARCH", "BREW", "FOO123"]
ROUTES = {
    ("similar_jobs", "/model/similar_jobs"): ["OPTIONS", "POST"],
    ("similar_jobs", "/"): ["OPTIONS", "POST"],
    ("top_skills", "/model/skills/cook"): ["GET", "HEAD", "OPTIONS", "POST"],
    ("top_skills", "/skills/cook"): ["GET", "HEAD", "OPTIONS", "POST"],
    ("top_skills", "/cook"): ["GET", "HEAD", "OPTIONS", "POST"],
    ("top_skills", "/"): ["GET", "HEAD", "OPTIONS", "POST"],
    ("top_skills", "/model/titles"): ["GET", "HEAD", "OPTIONS"],
    ("top_skills", "/titles"): ["GET", "HEAD", "OPTIONS"],
    ("job_insights", "/model/salaries/cook"): ["GET", "HEAD", "OPTIONS"],
    ("job_insights", "/model/paths/cook"): ["GET", "HEAD", "OPTIONS"],
    ("job_insights", "/model/education/cook"): ["GET", "HEAD", "OPTIONS"],
    ("job_insights", "/salaries/cook"): ["GET", "HEAD", "OPTIONS"],
    ("job_insights", "/paths/cook"): ["GET", "HEAD", "OPTIONS"],
    ("job_insights", "/education/cook"): ["GET", "HEAD", "OPTIONS"],
}

JSON = {"Content-Type": "application/json"}
ANSWERS = [
    ("similar_jobs", "POST", "/model/similar_jobs", {"json": BODY}, 200, None),
    ("similar_jobs", "POST", "/", {"json": {}}, 400, "invalid_request"),
    ("similar_jobs", "POST", "/?limit=0", {"json": BODY}, 400, "invalid_request"),
    ("similar_jobs", "POST", "/", {"data": b"{", "headers": JSON}, 400, "invalid_json"),
    ("similar_jobs", "POST", "/nothing", {"json": BODY}, 404, "unknown_path"),
    ("similar_jobs", "GET", "/robots.txt", {}, 404, "unknown_path"),
    ("similar_jobs", "POST", "/robots.txt", {"json": BODY}, 404, "unknown_path"),
    ("similar_jobs", "GET", "/favicon.ico", {}, 404, "unknown_path"),
    ("similar_jobs", "GET", "//x", {}, 404, "unknown_path"),
    ("similar_jobs", "GET", "/x//y", {}, 404, "unknown_path"),
    ("similar_jobs", "GET", "/%2e%2e/%2e%2e/etc/passwd", {}, 404, "unknown_path"),
    ("similar_jobs", "GET", "/<script>alert(1)</script>", {}, 404, "unknown_path"),
    ("similar_jobs", "PUT", "/", {"json": BODY}, 405, "method_not_allowed"),
    ("similar_jobs", "GET", "/", {"data": b" " * (1 << 21)}, 405, "method_not_allowed"),
    ("similar_jobs", "POST", "/", {"data": b" " * (1 << 21), "headers": JSON}, 413, "too_large"),
    ("similar_jobs", "POST", "/", {"data": b"x=y"}, 415, "unsupported_media_type"),
    ("similar_jobs", "POST", "/", {"json": {"work": [{}]}}, 422, "nothing_usable"),
    ("top_skills", "GET", "/model/skills/cook", {}, 200, None),
    ("top_skills", "GET", "/titles", {}, 200, None),
    ("top_skills", "GET", "/", {}, 400, "invalid_request"),
    ("top_skills", "GET", "/cook?limit=0", {}, 400, "invalid_request"),
    ("top_skills", "GET", "/zzxqj", {}, 404, "unknown_title"),
    ("top_skills", "GET", "/robots.txt", {}, 404, "unknown_title"),
    ("top_skills", "GET", "/favicon.ico", {}, 404, "unknown_title"),
    ("top_skills", "GET", "//zzxqj", {}, 404, "unknown_title"),
    ("top_skills", "GET", "/zzxqj//", {}, 404, "unknown_title"),
    ("top_skills", "GET", "/%2e%2e/%2e%2e/etc/passwd", {}, 404, "unknown_title"),
    ("top_skills", "GET", "/skills/<script>alert(1)</script>", {}, 404, "unknown_title"),
    ("top_skills", "GET", "/paths/cook", {}, 404, "unknown_path"),
    ("top_skills", "GET", "/titles/cook", {}, 404, "unknown_path"),
    ("top_skills", "POST", "/model/similar_jobs", {"json": BODY}, 404, "unknown_path"),
    ("top_skills", "PUT", "/model/salaries/cook", {"json": BODY}, 404, "unknown_path"),
    ("top_skills", "GET", "/paths", {}, 404, "unknown_title"),
    ("top_skills", "GET", "/titles/", {}, 200, None),
    ("top_skills", "GET", "/model/skills/%2Fzzxqj", {}, 404, "unknown_title"),
    ("job_insights", "GET", "/model/salaries/cook", {}, 200, None),
    ("job_insights", "GET", "/paths/cook?depth=0", {}, 400, "invalid_request"),
    ("job_insights", "GET", "/salaries/zzxqj", {}, 404, "unknown_title"),
    ("job_insights", "GET", "/education/cook", {}, 404, "no_data"),
    ("job_insights", "GET", "/cook", {}, 404, "unknown_path"),
    ("job_insights", "POST", "/salaries/cook", {"json": BODY}, 405, "method_not_allowed"),
    ("top_skills", "POST", "/cook", {"json": BODY}, 200, None),
    ("top_skills", "POST", "/robots.txt", {"json": BODY}, 404, "unknown_title"),
    ("top_skills", "POST", "/robots.txt", {"data": b"x"}, 415, "unsupported_media_type"),
    ("top_skills", "POST", "/titles", {"json": BODY}, 405, "method_not_allowed"),
    ("top_skills", "PUT", "/cook", {"json": BODY}, 405, "method_not_allowed"),
]
PREFLIGHT = ("top_skills", "OPTIONS", "/", {}, 204, None)


def each(answer):
    name, method, path, _, status, _ = answer
    return f"{name}-{method}-{path}-{status}"


def ask(served, name, method, path, **options):
    return requests.request(method, served[name].url + path, timeout=30, **options)


@pytest.mark.parametrize("answer", ANSWERS, ids=each)
def test_every_answer_is_json_with_its_status_and_code(served, answer):
    name, method, path, options, status, code = answer
    got = ask(served, name, method, path, **options)
    assert got.status_code == status
    assert got.headers["Content-Type"] == "application/json"
    body = got.json()
    if code is None:
        assert set(body) - {"occupation"} == {"results"}
        return
    assert set(body) == {"error", "results"}
    assert body["results"] == []
    assert body["error"]["code"] == code
    assert body["error"]["message"].endswith(".")
    more = {"suggestions"} if code == "unknown_title" else set()
    assert set(body["error"]) == {"code", "message"} | more
    assert "Traceback" not in got.text
    assert "<" not in got.text


@pytest.mark.parametrize("answer", [*ANSWERS, PREFLIGHT], ids=each)
def test_every_answer_has_a_request_id_and_the_security_headers(served, answer):
    name, method, path, options, _, _ = answer
    headers = ask(served, name, method, path, **options).headers
    assert re.fullmatch("[0-9a-f]{32}", headers["X-Request-Id"])
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert int(headers["Strict-Transport-Security"].removeprefix("max-age=")) >= 365 * 24 * 3600
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("answer", [*ANSWERS, PREFLIGHT], ids=each)
def test_only_what_is_the_same_for_all_is_kept_by_caches(served, answer):
    name, method, path, options, status, _ = answer
    kept = status == 200 and method == "GET"
    cached = ask(served, name, method, path, **options).headers["Cache-Control"]
    assert cached == ("public, max-age=300" if kept else "no-store")


@pytest.mark.parametrize("route", ROUTES, ids="".join)
def test_every_other_method_is_405_and_says_which_are_allowed(served, route):
    allowed = ROUTES[route]
    for method in METHODS:
        if method in allowed:
            continue
        answer = ask(served, route[0], method, route[1])
        assert answer.status_code == 405, method
        assert answer.headers["Allow"] == ", ".join(allowed)
        assert answer.headers["Content-Type"] == "application/json"
        if method != "HEAD":
            assert answer.json()["error"]["code"] == "method_not_allowed"
            assert answer.json()["results"] == []


@pytest.mark.parametrize("route", [each for each in ROUTES if "HEAD" in ROUTES[each]], ids="".join)
@pytest.mark.parametrize("query", ["?title=cook", "?title=zzxqj", "?limit=0"])
def test_head_is_get_without_the_body(served, route, query):
    name, path = route
    head, got = (ask(served, name, method, path + query) for method in ("HEAD", "GET"))
    assert head.status_code == got.status_code
    assert head.content == b""
    for own in (head, got):
        own.headers.pop("Date")
        own.headers.pop("X-Request-Id")
    assert head.headers == got.headers
    assert int(head.headers["Content-Length"]) == len(got.content)


@pytest.mark.parametrize("route", ROUTES, ids="".join)
def test_a_preflight_is_answered_on_every_route(served, route):
    name, path = route
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    answer = ask(served, name, "OPTIONS", path, headers=asked)
    assert answer.status_code == 204
    assert answer.content == b""
    assert "Content-Type" not in answer.headers
    assert answer.headers["Allow"] == ", ".join(ROUTES[route])
    assert answer.headers["Access-Control-Allow-Methods"] == ", ".join(ROUTES[route])
    assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"]
    assert int(answer.headers["Access-Control-Max-Age"]) > 0


def test_a_preflight_of_an_unknown_path_is_404(served):
    answer = ask(served, "similar_jobs", "OPTIONS", "/nothing", headers={"Origin": ORIGIN})
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "unknown_path"


@pytest.mark.parametrize(
    ("method", "body"), [("POST", BODY), ("POST", {}), ("GET", None), ("OPTIONS", None)]
)
def test_an_allowed_origin_may_read_any_answer(served, method, body):
    answer = ask(served, "similar_jobs", method, "/", json=body, headers={"Origin": ORIGIN})
    headers = answer.headers
    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    for exposed in ("X-Request-Id", "X-Model-Version", "Retry-After"):
        assert exposed in headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in headers
    assert headers["Vary"] == "Origin"


@pytest.mark.parametrize(
    "origin",
    [
        *(None, "null", "*", "", "https://evil.example", "http://front.example", f"{ORIGIN}/"),
        *(f"{ORIGIN}.evil.example", f"{ORIGIN}:8443", ORIGIN.upper(), f"{ORIGIN} null"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
def test_another_origin_may_not(served, origin, method):
    sent = {} if origin is None else {"Origin": origin}
    headers = ask(served, "similar_jobs", method, "/", json=BODY, headers=sent).headers
    assert "Access-Control-Allow-Origin" not in headers
    assert headers["Vary"] == "Origin"


def test_no_origin_is_allowed_unless_one_is_named(served):
    for method in ("GET", "OPTIONS"):
        answer = ask(served, "top_skills", method, "/titles", headers={"Origin": ORIGIN})
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("sent", ["8letters", "a.B_c-0123456789", "f" * 64])
def test_a_request_id_is_echoed(served, name, sent):
    for method in ("GET", "POST", "OPTIONS", "BREW"):
        answer = ask(served, name, method, "/", headers={"X-Request-Id": sent})
        assert answer.headers["X-Request-Id"] == sent


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    "sent", ["", "short", "f" * 65, "with a space", "<script>", "naïve-id", '"quoted"']
)
def test_a_request_id_that_might_do_harm_is_replaced(served, name, sent):
    headers = {"X-Request-Id": sent.encode("latin-1")}
    ids = {ask(served, name, "GET", "/", headers=headers).headers["X-Request-Id"] for _ in "12"}
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)
    assert len(ids) == 2


def request(service, path="/", method="GET", **options):
    with flask.Flask("test").test_request_context(path, method=method, **options):
        return service(flask.request)


def fail(error):
    def handler(request, **parts):
        raise error

    return handler


def test_a_fault_of_our_own_is_a_500_that_tells_nothing(capsys):
    service = web.Service(("GET /<path:title>", fail(KeyError("what a user wrote"))))
    answer = request(service, "/what a user wrote")
    assert answer.status_code == 500
    assert answer.mimetype == "application/json"
    assert answer.json["error"]["code"] == "internal"
    assert answer.json["results"] == []
    assert "KeyError" not in answer.get_data(as_text=True)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    output = capsys.readouterr().out
    assert "what a user wrote" not in output
    line = json.loads(output)
    assert line["severity"] == "ERROR"
    assert line["type"] == "KeyError"
    assert line["where"][-1].startswith("test_web.py:")
    assert line["request_id"] == answer.headers["X-Request-Id"]


def test_models_that_cannot_be_had_are_a_503_whose_cause_is_for_the_log_alone(capsys):
    service = web.Service(("GET /", fail(ModelsUnavailable("gs://ours/models: Forbidden"))))
    answer = request(service)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json["error"]["code"] == "models_unavailable"
    assert "gs://" not in answer.get_data(as_text=True)
    line = json.loads(capsys.readouterr().out)
    assert line["severity"] == "WARNING"
    assert line["error"] == "gs://ours/models: Forbidden"


def test_any_origin_may_be_allowed(monkeypatch):
    service = web.Service(("GET /", fail(invalid("Nothing."))))
    monkeypatch.setenv("CORS_ORIGINS", "*")
    answer = request(service, headers={"Origin": "https://anybody.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_several_origins_may_be_allowed(monkeypatch):
    service = web.Service(("GET /", fail(invalid("Nothing."))))
    monkeypatch.setenv("CORS_ORIGINS", f"{ORIGIN} https://other.example")
    for origin in (ORIGIN, "https://other.example"):
        answer = request(service, headers={"Origin": origin})
        assert answer.headers["Access-Control-Allow-Origin"] == origin
