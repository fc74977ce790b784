"""The attacks of `tests/shared/test_trust.py` on staged functions, seen from outside.

One function has no models yet, another has loaded some. Each attack is written to the bucket that
both read, and both are asked.
"""

import hashlib
import json
import time
from functools import partial
from pathlib import Path

import joblib
import pytest
import requests

from shared.manifest import File
from shared.model_store import BACK_OFF_SECONDS
from shared.pipeline import ALLOWED
from shared.storage import open_storage
from tests.conftest import BUCKET, SIGNER
from tests.shared.test_trust import ATTACKS, Attacker, Opens, Owner, older, put
from tests.waiting import wait_until
from training.publish import publish

URI = f"gs://{BUCKET}/models"
PATIENCE_SECONDS = 60
until = partial(wait_until, seconds=PATIENCE_SECONDS)
BOMB_MIB = 200
EXPERIENCE = {"experience": [{"description": "taught third grade math"}]}

REFUSED = {
    "in the model file: a pickle": "bytes where",
    "in the model file: a pickle in a model file": "bytes",
    "in the model file: another model": "SHA-256",
    "in the model file: cut off": "bytes where",
    "in the model file: padded": "more bytes than",
    "in the model file: a bit flipped": "SHA-256",
    "in the model file: a zip bomb": "more bytes than",
    "in the manifest's place: a pickle": "damaged",
    "in the manifest's place: digest swapped": "not signed",
    "in the manifest's place: digest swapped, signed by another": "another key",
    "in the manifest's place: digest swapped under the signature": "changed",
    "in the manifest's place: a path upwards": "damaged",
    "in the manifest's place: an absolute path": "damaged",
    "in the manifest's place: a version upwards": "damaged",
    "in the manifest's place: a zip bomb": "damaged",
    "in the manifest's place: an old version": "put an old one back",
}
"""What an operator reads of each."""


@pytest.fixture
def storage(emulator):
    return open_storage(URI)


@pytest.fixture
def owner(storage, tmp_path):
    owner = Owner(storage, tmp_path)
    owner.publish("first")
    owner.publish("second")
    return owner


@pytest.fixture
def attacker(storage, owner, tmp_path):
    return Attacker(storage, tmp_path)


@pytest.fixture
def start(serve, emulator):
    def run(name, **environment):
        environment = {"MODELS_REFRESH_SECONDS": "0.1", **environment}
        return serve(name, MODELS_URI=URI, STORAGE_EMULATOR_HOST=emulator, **environment)

    return run


def replayed(attacker):
    put(attacker, "manifest.json", older(attacker))


def errors(running):
    """What the log says of loads that failed, the last one last."""
    lines = [json.loads(line) for line in running.log.read_text().splitlines()]
    return [line["error"] for line in lines if "error" in line]


def skills(running):
    return requests.get(f"{running.url}/nurse", timeout=60)


def refuses(running, words):
    """Asks until a load of now has failed, which the log gives as the cause."""
    seen = len(errors(running))
    latest = time.monotonic() + PATIENCE_SECONDS
    time.sleep(BACK_OFF_SECONDS)
    while True:
        answer = skills(running)
        if any(words in error for error in errors(running)[seen:]):
            return answer
        assert time.monotonic() < latest, f"not refused by {words}: {errors(running)[-1:]}"
        time.sleep(0.05)


def assert_unavailable(answer):
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    body = answer.json()
    assert body["error"]["code"] == "models_unavailable"
    assert body["results"] == []
    assert "gs://" not in answer.text


def peak_mib(running):
    """The most memory that the process that answers ever had."""
    pid = running.process.pid
    worker = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]
    status = Path(f"/proc/{worker}/status").read_text().split()
    return int(status[status.index("VmHWM:") + 1]) / 1024


def test_no_attack_runs_code_or_chooses_what_a_function_answers(start, storage, owner, attacker):
    attacks = {**ATTACKS, "in the manifest's place: an old version": replayed}
    good = {name: storage.read(name) for name in ("manifest.json", attacker.place)}
    floor = str(attacker.manifest["serial"])
    with (
        start("top_skills", MODELS_SERIAL_FLOOR=floor) as cold,
        start("top_skills") as warm,
    ):
        assert skills(warm).json()["results"] == ["second"]
        for name, words in REFUSED.items():
            attacks[name](attacker)
            assert_unavailable(refuses(cold, words))
            if "manifest" in name:  # The model that is loaded is not read again.
                assert refuses(warm, words).json()["results"] == ["second"]
            assert not attacker.mark.exists(), name
            for place, content in good.items():
                storage.write(place, content)
        assert peak_mib(cold) < BOMB_MIB
        assert peak_mib(warm) < BOMB_MIB
        time.sleep(BACK_OFF_SECONDS)
        assert skills(cold).json()["results"] == ["second"]
        made = owner.publish("third")
        until(lambda: skills(warm).headers["X-Model-Version"] == made.version)
        assert skills(warm).json()["results"] == ["third"]


@pytest.mark.parametrize(
    ("sign", "environment", "words"),
    [(None, {ALLOWED: "1"}, "not signed"), (SIGNER, {}, ALLOWED)],
    ids=["not signed", "not allowed"],
)
def test_no_pickled_pipeline_runs_code(sign, environment, words, start, storage, attacker):
    joblib.dump(Opens(attacker.mark), attacker.file)
    content = attacker.file.read_bytes()
    storage.write("versions/evil/similar_jobs.joblib", content)
    file = File("similar_jobs.joblib", len(content), hashlib.sha256(content).hexdigest())
    attacker.forge(sign, version="evil", files=(file,))
    with start("similar_jobs", **environment) as running:
        assert_unavailable(requests.post(running.url, json=EXPERIENCE, timeout=60))
        until(lambda: any(words in error for error in errors(running)))
        assert not attacker.mark.exists()


def test_the_exploit_would_work(start, storage, attacker, tmp_path):
    """Signed and allowed, the same file does run its code."""
    file = tmp_path / "similar_jobs.joblib"
    joblib.dump(Opens(attacker.mark), file)
    publish([file], storage, {})
    with start("similar_jobs", **{ALLOWED: "1"}) as running:
        assert_unavailable(requests.post(running.url, json=EXPERIENCE, timeout=60))
        until(attacker.mark.exists)
