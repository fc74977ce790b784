"""The faults that Google's own storage test bench makes, at a staged function: cold and warm.

`make testbench` runs these; they need the test bench's address in STORAGE_TESTBENCH. What is to
come of each fault is what docs/faults.md says.
"""

import json
import time
from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest
import requests

from shared import model_file
from shared.model_store import WAIT_SECONDS
from shared.models import load_similar_jobs
from shared.storage import open_storage
from tests.conftest import BUCKET, TESTBENCH
from tests.header_proxy import adding_headers
from tests.waiting import wait_until
from training.publish import publish

NAME = "similar_jobs"
GET = "storage.objects.get"
MANIFEST, MODEL = "manifest.json", f"{NAME}.model"
BODY = {"experience": [{"description": "taught third grade math"}]}
BUSY_SECONDS = 10
"""What a busy machine may add to a request."""
PATIENCE_SECONDS = 90
until = partial(wait_until, seconds=PATIENCE_SECONDS)
OFTEN = 1000
"""As if for ever."""

BOTH = (MANIFEST, MODEL)
REFUSED = [(f"return-{status}", only, GET) for status in (403, 404) for only in BOTH]
"""Faults, the object that they befall, and the method that the test bench is to make them for."""
FLEETING = [
    *[(f"return-{status}", only, GET) for status in (429, 500, 503) for only in BOTH],
    *[("return-reset-connection", only, GET) for only in BOTH],
    *[("return-broken-stream", only, GET) for only in BOTH],
    *[("return-broken-stream-after-16K", MODEL, GET)],
    *[("stall-for-30s-after-0K", MANIFEST, GET), ("stall-for-30s-after-16K", MODEL, GET)],
]
"""Trying again helps, where they come once."""
LASTING = [
    *[("return-corrupted-data", only, None) for only in BOTH],
    *[("stall-always", only, None) for only in BOTH],
]
"""Without a method it makes them for each request."""
GONE_ON_WITH = [("stall-at-256KiB", MODEL, None), ("return-503-after-256K", MODEL, None)]
"""They befall who begins at the beginning, and our client goes on where it was."""


@pytest.fixture(scope="module")
def versions(models, tmp_path_factory):
    """The file of the real model, and that of the same one with other titles."""
    path = next(models.rglob(MODEL))
    model = load_similar_jobs(path, MODEL)
    other = tmp_path_factory.mktemp("other") / MODEL
    model_file.dump(replace(model, titles=[f"other {title}" for title in model.titles]), other)
    return path, other


@pytest.fixture
def place(monkeypatch):
    """A place in the test bench's bucket that is this test's own."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", TESTBENCH)
    buckets = f"{TESTBENCH}/storage/v1/b"
    requests.post(buckets, params={"project": "test"}, json={"name": BUCKET}, timeout=30)
    return f"gs://{BUCKET}/{uuid4().hex}"


@pytest.fixture
def proxy():
    with adding_headers(TESTBENCH.removeprefix("http://")) as running:
        yield running


@pytest.fixture
def start(serve, proxy, place, versions):
    """Starts the function cold, with one version published."""

    def run():
        publish([versions[0]], open_storage(place), {})
        return serve(
            NAME, MODELS_URI=place, STORAGE_EMULATOR_HOST=proxy.url, MODELS_REFRESH_SECONDS="0.2"
        )

    return run


def break_down(proxy, fault, only, method, times=OFTEN):
    proxy.only, proxy.met = only, 0
    if method is None:
        proxy.headers = {"x-goog-emulator-instructions": fault}
        return
    instructions = {"instructions": {method: [fault] * times}}
    made = requests.post(f"{TESTBENCH}/retry_test", json=instructions, timeout=30)
    assert made.status_code == 200, made.text
    proxy.headers = {"x-retry-test-id": made.json()["id"]}


def ask(running):
    started = time.monotonic()
    answer = requests.post(f"{running.url}/?limit=1", json=BODY, timeout=PATIENCE_SECONDS)
    assert time.monotonic() - started < WAIT_SECONDS + BUSY_SECONDS
    if answer.status_code == 503:
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.json()["error"]["code"] == "models_unavailable"
    else:
        assert answer.status_code == 200, answer.text
    return answer


def comes(running):
    """Asks until there is an answer; its title."""
    until(lambda: ask(running).status_code == 200)
    return title(ask(running))


def title(answer):
    return answer.json()["results"][0]["title"]


def lines(running):
    return [json.loads(line) for line in running.log.read_text().splitlines()]


@pytest.mark.parametrize(("fault", "only", "method"), [*REFUSED, *FLEETING, *LASTING])
def test_while_a_fault_lasts_the_old_answers_or_none(
    fault, only, method, start, proxy, place, versions
):
    with start() as running:
        break_down(proxy, fault, only, method)
        cold = ask(running)
        assert cold.status_code == 503
        (told,) = [line for line in lines(running)
                   if line.get("request_id") == cold.headers["X-Request-Id"]]  # fmt: skip
        assert told["severity"] == "WARNING"
        assert told["error"]

        until(lambda: proxy.met)
        proxy.headers = {}
        first = comes(running)

        break_down(proxy, fault, only, method)
        published = publish([versions[1]], open_storage(place), {})

        def told_while_the_old_one_answers():
            assert title(ask(running)) == first
            return any(line["severity"] == "ERROR" for line in lines(running))

        until(lambda: told_while_the_old_one_answers() and proxy.met)
        proxy.headers = {}
        until(lambda: title(ask(running)) != first)
        answer = ask(running)
        assert title(answer) == f"other {first}"
        assert answer.headers["X-Model-Version"] == published.version
        assert "Traceback" not in running.log.read_text()


@pytest.mark.parametrize(("fault", "only", "method"), [*FLEETING, *GONE_ON_WITH])
def test_after_a_fault_that_passes_the_first_request_is_answered(fault, only, method, start, proxy):
    with start() as running:
        break_down(proxy, fault, only, method, times=1)
        assert ask(running).status_code == 200
        assert proxy.met > 1
