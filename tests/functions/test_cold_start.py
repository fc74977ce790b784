"""The first request of an instance, and new versions while it runs, with models in a bucket.

The functions reach the bucket's emulator through a proxy that counts what they read.
"""

import http.client
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import count
from urllib.parse import urlsplit

import pytest
import requests

from shared import manifest, model_file
from shared.manifest import File
from shared.model_store import BACK_OFF_SECONDS, SERIAL
from shared.models import load_similar_jobs
from shared.storage import open_storage
from tests.bucket_proxy import proxied
from tests.conftest import BUCKET, FUNCTIONS, SIGNER, free_port
from tests.waiting import wait_until
from training.publish import publish

URI = f"gs://{BUCKET}/models"
BODY = json.dumps({"experience": [{"description": "taught third grade math"}]})
JSON = {"Content-Type": "application/json"}
GOOD = {
    "similar_jobs": ("POST", "/?limit=5", BODY),
    "top_skills": ("GET", "/cook", None),
    "job_insights": ("GET", "/salaries/cook", None),
}
"""A request of each function that needs its models."""
NEEDS_NO_MODELS = {
    "similar_jobs": [("POST", "/?limit=0"), ("POST", "/"), ("GET", "/"), ("POST", "/nothing")],
    "top_skills": [("GET", "/cook?limit=0"), ("GET", "/titles?offset=x"), ("GET", "/")],
    "job_insights": [
        ("GET", "/salaries/cook?state=x"),
        ("GET", "/paths/cook?depth=0"),
        ("GET", "/"),
    ],
}
PATIENCE_SECONDS = 30
until = partial(wait_until, seconds=PATIENCE_SECONDS)


@pytest.fixture
def proxy(emulator):
    with proxied(emulator, free_port()) as running:
        yield running


@pytest.fixture
def start(serve, proxy):
    """Starts a function whose models are in the bucket behind the proxy."""

    def run(name, **environment):
        return serve(name, MODELS_URI=URI, STORAGE_EMULATOR_HOST=proxy.url, **environment)

    return run


def ask_again(running, name):
    """Asks once a load that failed is far enough behind for another one."""
    time.sleep(BACK_OFF_SECONDS + 0.05)
    return ask(running, name)


def ask(running, name):
    method, path, body = GOOD[name]
    return requests.request(method, running.url + path, data=body, headers=JSON, timeout=60)


def current():
    return manifest.decode(open_storage(URI).read("manifest.json"))


def files_below(directory):
    """The kept models below a directory: all files but for those that hold a serial."""
    files = [path for path in directory.rglob("*") if path.is_file()]
    return [path for path in files if not path.name.startswith(SERIAL)]


def assert_unavailable(answer):
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert set(body) == {"error", "results"}
    assert body["results"] == []
    assert body["error"]["code"] == "models_unavailable"
    assert "X-Model-Version" not in answer.headers


def logged(running):
    return [json.loads(line) for line in running.log.read_text().splitlines()]


def assert_logged(running, answer, words):
    """The answer's line says what the operator has to know."""
    wanted = answer.headers["X-Request-Id"]
    (line,) = [each for each in logged(running) if each.get("request_id") == wanted]
    assert line["severity"] == "WARNING"
    assert line["message"].startswith("503 ")
    assert words in line["error"]


@pytest.fixture(scope="module", autouse=True)
def out_of_reach(serve):
    """A function whose bucket's port is taken but silent, and a request to it.

    It tries again for many seconds before it gives up: the other tests run meanwhile.
    """
    with socket.socket() as silent, ThreadPoolExecutor() as pool:
        silent.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with serve("similar_jobs", MODELS_URI=URI, STORAGE_EMULATOR_HOST=url) as running:
            yield silent, running, pool.submit(ask, running, "similar_jobs")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_sixteen_first_requests_at_once_see_one_download(name, start, proxy, bucket_models):
    method, path, body = GOOD[name]
    with start(name, THREADS="16") as running:
        address = urlsplit(running.url).netloc
        clients = [http.client.HTTPConnection(address, timeout=60) for _ in range(16)]
        proxy.open.clear()
        for client in clients:
            client.request(method, path, body, JSON)
        until(lambda: proxy.reads)
        proxy.open.set()
        answers = [client.getresponse() for client in clients]
        assert [answer.status for answer in answers] == [200] * 16
        assert len({answer.read() for answer in answers}) == 1
        for client in clients:
            client.close()
        assert proxy.count("manifest.json") == 1
        assert proxy.count(f"{name}.model") == 1
        assert [line["message"] for line in logged(running)].count("loaded") == 1


@pytest.mark.parametrize("name", FUNCTIONS)
def test_nothing_is_read_before_it_is_needed_and_then_only_ones_own(
    name, start, proxy, bucket_models
):
    with start(name) as running:
        for method, path in [("OPTIONS", "/"), ("PUT", "/"), *NEEDS_NO_MODELS[name]]:
            answer = requests.request(method, running.url + path, timeout=60)
            assert answer.status_code == 204 or 400 <= answer.status_code < 500
        assert proxy.reads == []
        for _ in range(3):
            answer = ask(running, name)
            assert answer.status_code == 200
            assert answer.headers["X-Model-Version"] == current().version
        assert proxy.reads == [
            "models/manifest.json",
            f"models/versions/{current().version}/{name}.model",
        ]


def test_a_second_start_on_the_same_machine_uses_the_file_of_the_first(
    start, proxy, bucket_models, tmp_path
):
    answers = []
    for starts in (1, 2):
        with start("similar_jobs", MODELS_CACHE=str(tmp_path)) as running:
            answers.append(ask(running, "similar_jobs"))
        assert answers[-1].status_code == 200
        assert proxy.count("manifest.json") == starts
        assert proxy.count("similar_jobs.model") == 1
    assert answers[0].content == answers[1].content


def test_a_kept_file_that_was_damaged_is_fetched_again(start, proxy, bucket_models, tmp_path):
    for starts in (1, 2):
        with start("top_skills", MODELS_CACHE=str(tmp_path)) as running:
            assert ask(running, "top_skills").status_code == 200
        assert proxy.count("top_skills.model") == starts
        (kept,) = files_below(tmp_path)
        manifest.verify(kept, current().file("top_skills"))
        kept.write_bytes(flipped(kept.read_bytes()))


def test_models_that_are_published_late_are_served_without_a_restart(start, request):
    with start("top_skills") as running:
        for _ in range(2):
            answer = ask_again(running, "top_skills")
            assert_unavailable(answer)
            assert_logged(running, answer, "no models are published")
        request.getfixturevalue("bucket_models")
        answer = ask_again(running, "top_skills")
        assert answer.status_code == 200
        assert answer.headers["X-Model-Version"] == current().version


def test_a_bucket_that_refuses_is_asked_again_by_the_next_request(start, proxy, bucket_models):
    with start("top_skills") as running:
        for status, words in [(403, "Forbidden"), (400, "BadRequest")]:
            proxy.status = status
            answer = ask_again(running, "top_skills")
            assert_unavailable(answer)
            assert "gs://" not in answer.text
            assert_logged(running, answer, words)
        proxy.status = None
        assert ask_again(running, "top_skills").status_code == 200


def flipped(content):
    """With one bit changed, far inside."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def test_a_damaged_file_is_never_served_nor_kept(start, proxy, bucket_models, tmp_path):
    storage, file = open_storage(URI), current().file("similar_jobs")
    place = current().path(file.name)
    content = storage.read(place)
    damaged = [
        (content[:-1], "bytes where"),
        (content[:0], "bytes where"),
        (content + b"\0", "more bytes than"),
        (flipped(content), "SHA-256"),
    ]
    with start("similar_jobs", MODELS_CACHE=str(tmp_path)) as running:
        for tries, (damage, words) in enumerate(damaged, 1):
            storage.write(place, damage)
            answer = ask_again(running, "similar_jobs")
            assert_unavailable(answer)
            assert_logged(running, answer, words)
            assert files_below(tmp_path) == []
            assert proxy.count(file.name) == tries
        storage.write(place, content)
        assert ask_again(running, "similar_jobs").status_code == 200
        (kept,) = files_below(tmp_path)
        manifest.verify(kept, file)


def test_a_damaged_manifest_is_never_followed(start, proxy, bucket_models, tmp_path):
    storage = open_storage(URI)
    good = storage.read("manifest.json")
    outside = replace(current(), files=(File("../../manifest.json", 1, "0" * 64),))
    newer = {**json.loads(good), "format": 999}
    with start("top_skills", MODELS_CACHE=str(tmp_path)) as running:
        for text, words in [
            (b"", "damaged"),
            (good[:-9], "damaged"),
            (b"[]", "damaged"),
            (outside.encode(SIGNER), "damaged"),
            (current().encode(), "not signed"),
            (json.dumps(newer).encode(), "format 999"),
        ]:
            storage.write("manifest.json", text)
            answer = ask_again(running, "top_skills")
            assert_unavailable(answer)
            assert_logged(running, answer, words)
        assert set(proxy.reads) == {"models/manifest.json"}
        storage.write("manifest.json", good)
        assert ask_again(running, "top_skills").status_code == 200


@pytest.fixture
def publish_next(work, tmp_path):
    """Publishes a version of similar_jobs whose titles carry its number; gives its name."""
    numbers = count(2)

    def run():
        model = load_similar_jobs(work / "similar_jobs.model", "similar_jobs.model")
        number = next(numbers)
        path = tmp_path / "similar_jobs.model"
        model_file.dump(replace(model, titles=[f"{each} {number}" for each in model.titles]), path)
        return publish([path, work / "top_skills.model"], open_storage(URI), {}).version

    return run


def test_a_new_version_is_taken_up_without_a_failed_answer(
    start, bucket_models, publish_next, tmp_path
):
    cache = tmp_path / "cache"
    with start("similar_jobs", MODELS_REFRESH_SECONDS="0.1", MODELS_CACHE=str(cache)) as running:
        answers = [ask(running, "similar_jobs")]
        published = [answers[0].headers["X-Model-Version"], publish_next(), publish_next()]
        assert published[0] != published[2] == current().version

        def arrived():
            answers.append(ask(running, "similar_jobs"))
            return answers[-1].headers.get("X-Model-Version") == current().version

        until(arrived)
        published.append(publish_next())
        until(arrived)
        assert {answer.status_code for answer in answers} == {200}
        order = [published.index(answer.headers["X-Model-Version"]) for answer in answers]
        assert order == sorted(order)
        by_version = {(a.headers["X-Model-Version"], a.content) for a in answers}
        assert len(by_version) == len(set(order)) == len({content for _, content in by_version})
        until(lambda: len(files_below(cache)) == 1)
        manifest.verify(files_below(cache)[0], current().file("similar_jobs"))


def test_a_broken_new_version_leaves_the_old_one_serving(
    start, proxy, bucket_models, publish_next, tmp_path
):
    storage = open_storage(URI)
    with start("similar_jobs", MODELS_REFRESH_SECONDS="0.1") as running:
        first = ask(running, "similar_jobs")
        assert first.status_code == 200

        def refused(words):
            answer = ask(running, "similar_jobs")
            assert answer.status_code == 200
            assert answer.content == first.content
            assert answer.headers["X-Model-Version"] == first.headers["X-Model-Version"]
            return any(
                line["severity"] == "ERROR" and words in line["error"]
                for line in logged(running)
                if "cannot be taken up" in line["message"]
            )

        proxy.status = 403
        until(lambda: refused("Forbidden"))
        proxy.status = None
        good = storage.read("manifest.json")
        storage.write("manifest.json", b"{")
        until(lambda: refused("manifest is damaged"))
        storage.write("manifest.json", good)
        publish_next()
        place = current().path("similar_jobs.model")
        content = storage.read(place)
        storage.write(place, flipped(content))
        until(lambda: refused("SHA-256"))
        nonsense = tmp_path / "similar_jobs.model"
        nonsense.write_bytes(b"no model at all")
        publish([nonsense], storage, {})
        until(lambda: refused("is not a model file"))
        version = publish_next()
        until(lambda: ask(running, "similar_jobs").headers["X-Model-Version"] == version)


def test_a_bucket_out_of_reach_is_a_503_until_it_can_be_reached(
    out_of_reach, emulator, bucket_models
):
    silent, running, request = out_of_reach
    answer = request.result()
    assert_unavailable(answer)
    assert_logged(running, answer, "manifest.json")
    port = silent.getsockname()[1]
    silent.close()
    with proxied(emulator, port):
        assert ask_again(running, "similar_jobs").status_code == 200
