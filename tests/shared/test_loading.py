"""How loads wait, fail and follow each other: one at a time, within a stated time."""

import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from shared import manifest, model_store
from shared.errors import ModelsUnavailable
from shared.manifest import Check
from shared.model_store import ModelStore
from shared.storage import DirectoryStorage, StorageError
from tests.conftest import PUBLIC_KEY, ROOT, SIGNER
from tests.waiting import wait_until
from training.publish import publish, rollback

KEY = Path(PUBLIC_KEY)
WAIT_SECONDS = 20
until = partial(wait_until, seconds=WAIT_SECONDS)


class Slow:
    """A storage that is like a bucket, and that waits or fails as it is told."""

    def __init__(self, root):
        self.inner = DirectoryStorage(root)
        self.name = self.inner.name
        self.open = threading.Event()
        self.open.set()
        self.error = None
        self.reads = 0

    def read(self, name):
        self.reads += 1
        self.open.wait(WAIT_SECONDS)
        if self.error:
            raise self.error
        return self.inner.read(name)

    def generation(self, name):
        return self.inner.generation(name)

    def download(self, name, into):
        self.inner.download(name, into)

    def write(self, name, content, *, generation=None):
        self.inner.write(name, content, generation=generation)


@pytest.fixture
def storage(tmp_path):
    storage = Slow(tmp_path / "published")
    put(storage, "first")
    yield storage
    storage.open.set()


def put(storage, content, **options):
    path = storage.inner.root.parent / "thing.model"
    path.write_text(content)
    return publish([path], storage.inner, {}, **options)


def store(storage, cache, load=None, **options):
    options = {"refresh_seconds": -1, "back_off_seconds": 0, "public_key": KEY, **options}
    return ModelStore(
        storage, "thing", load or (lambda path, _: path.read_text()), cache, **options
    )


def logged(capfd):
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


# The first load


def test_those_who_wait_for_a_load_that_fails_share_its_end(storage, tmp_path):
    storage.error = StorageError("out of reach")
    storage.open.clear()
    waiting = store(storage, tmp_path / "cache", back_off_seconds=60)

    def get(_):
        with pytest.raises(ModelsUnavailable, match="out of reach"):
            waiting.get()

    with ThreadPoolExecutor(16) as threads:
        calls = [threads.submit(get, number) for number in range(16)]
        until(lambda: storage.reads == 1)
        storage.open.set()
        for call in calls:
            call.result()
    assert storage.reads == 1


def test_just_after_a_failure_the_answer_is_the_same_at_once_and_then_one_tries(
    storage, tmp_path, clock
):
    storage.error = StorageError("out of reach")
    failing = store(storage, tmp_path / "cache", back_off_seconds=1)
    for _ in range(5):
        clock(0.19)
        with pytest.raises(ModelsUnavailable, match="out of reach"):
            failing.get()
    assert storage.reads == 1
    storage.error = None
    clock(0.25)
    assert failing.get().model == "first"


def test_nobody_waits_longer_than_stated_and_the_load_goes_on(storage, tmp_path):
    storage.open.clear()
    slow = store(storage, tmp_path / "cache", wait_seconds=0.3)
    with pytest.raises(ModelsUnavailable, match=r"not loaded within 0\.3 s; it goes on"):
        slow.get()
    assert not slow._attempt.done.is_set()
    storage.open.set()
    until(lambda: slow._loaded)
    assert slow.get().model == "first"


def test_who_comes_later_waits_only_for_the_rest_of_the_time(storage, tmp_path, clock):
    """One that waited for longer would have the model: storage does not wait for so long."""
    storage.open.clear()
    slow = store(storage, tmp_path / "cache", wait_seconds=3 * WAIT_SECONDS)
    attempt = slow._start()
    clock(3 * WAIT_SECONDS)
    with pytest.raises(ModelsUnavailable, match="it goes on"):
        slow.get()
    assert slow._attempt is attempt


def test_loads_never_overlap_however_long_one_takes(storage, tmp_path):
    storage.open.clear()
    hanging = store(storage, tmp_path / "cache", wait_seconds=0.02, load_seconds=0.05)
    for _ in range(5):
        with pytest.raises(ModelsUnavailable, match="it goes on"):
            hanging.get()
        time.sleep(0.06)
    assert storage.reads == 1
    storage.open.set()
    until(lambda: hanging._loaded)


NO_THREAD = """
import resource, sys, threading
from pathlib import Path
from shared.errors import ModelsUnavailable
from shared.model_store import ModelStore
from shared.storage import DirectoryStorage
store = ModelStore(DirectoryStorage(Path(sys.argv[1])), "thing", lambda path, _: path.read_text(),
                   Path(sys.argv[2]), 60, Path(sys.argv[3]), back_off_seconds=0)
threading.stack_size(4 << 30)
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
try:
    store.get()
except ModelsUnavailable as error:
    print(error)
threading.stack_size(0)
print(store.get().model)
"""


def test_where_no_thread_can_start_the_models_are_unavailable_and_tried_again(storage, tmp_path):
    command = [sys.executable, "-c", NO_THREAD, storage.inner.root, tmp_path / "cache", KEY]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert "thread" in lines[0]
    assert lines[-1] == "first"


@pytest.mark.parametrize(
    "error", [MemoryError(), RecursionError(), KeyError("a bug"), SystemExit(1)], ids=repr
)
def test_whatever_a_load_raises_the_models_are_unavailable_and_tried_again(
    storage, tmp_path, error
):
    ends = [error, None]

    def load(path, _name):
        if end := ends.pop(0):
            raise end
        return path.read_text()

    failing = store(storage, tmp_path / "cache", load)
    with pytest.raises(ModelsUnavailable):
        failing.get()
    assert failing.get().model == "first"


# New versions


def test_no_request_waits_for_a_new_version(storage, tmp_path):
    warm = store(storage, tmp_path / "cache")
    assert warm.get().model == "first"
    until(lambda: warm._attempt.done.is_set())
    put(storage, "second")
    storage.open.clear()
    assert [warm.get().model for _ in range(100)] == ["first"] * 100
    assert not warm._attempt.done.is_set()
    storage.open.set()
    until(lambda: warm.get().model == "second")


def test_a_version_that_fails_its_own_check_is_not_served(storage, tmp_path, capfd):
    def answer(model, question):
        return f"{model} {question}"

    warm = store(storage, tmp_path / "cache", probe=answer)
    assert warm.get().model == "first"
    put(storage, "second", checks={"thing": Check("how?", "third how?")})
    lines = []

    def refused():
        warm.get()
        lines.extend(line for line in logged(capfd) if line["severity"] == "ERROR")
        return lines

    until(refused)
    line = lines[0]
    assert line["message"] == "a new version cannot be taken up; the old one serves on"
    assert "fails its own check" in line["error"]
    assert warm.get().model == "first"
    with pytest.raises(ModelsUnavailable, match="fails its own check"):
        store(storage, tmp_path / "other", probe=answer).get()
    put(storage, "fourth", checks={"thing": Check("how?", "fourth how?")})
    until(lambda: warm.get().model == "fourth")


def test_a_probe_that_raises_leaves_the_old_version_serving(storage, tmp_path, capfd):
    def answer(model, _question):
        if model == "second":
            raise ZeroDivisionError
        return model

    warm = store(storage, tmp_path / "cache", probe=answer)
    assert warm.get().model == "first"
    put(storage, "second", checks={"thing": Check("", "second")})
    until(lambda: warm.get() and "ZeroDivisionError" in capfd.readouterr().out)
    assert warm.get().model == "first"


def test_going_back_to_the_version_that_is_loaded_raises_the_serial_only(storage, tmp_path):
    warm = store(storage, tmp_path / "cache")
    first = warm.get()
    until(lambda: warm._attempt.done.is_set())
    put(storage, "second")
    back = rollback(storage.inner)
    until(lambda: warm.get().serial == back.serial)
    assert warm.get().model is first.model


# Disk and memory


def test_a_cache_that_cannot_be_written_is_done_without(storage, tmp_path, capfd):
    (tmp_path / "cache").write_text("a file")
    warm = store(storage, tmp_path / "cache")
    assert warm.get().model == "first"
    assert "the model is kept in memory" in capfd.readouterr().out
    put(storage, "second")
    until(lambda: warm.get().model == "second")


def test_what_is_wrong_is_wrong_without_a_cache_too(storage, tmp_path):
    (tmp_path / "cache").write_text("a file")
    made = manifest.decode(storage.inner.read("manifest.json"))
    (storage.inner.root / made.path("thing.model")).write_text("fir5t")
    with pytest.raises(ModelsUnavailable, match="SHA-256"):
        store(storage, tmp_path / "cache").get()


def test_a_version_beyond_the_memory_is_refused_before_it_is_downloaded(storage, tmp_path):
    made = manifest.decode(storage.inner.read("manifest.json"))
    huge = replace(made, files=(replace(made.files[0], size=1 << 50),))
    storage.inner.write("manifest.json", huge.encode(SIGNER))
    with pytest.raises(ModelsUnavailable, match=r"are left: deploy with MEMORY=\d+Mi or more"):
        store(storage, tmp_path / "cache").get()


def test_what_a_killed_download_left_goes_once_it_is_old(storage, tmp_path, monkeypatch):
    cache = tmp_path / "cache" / "thing"
    cache.mkdir(parents=True)
    (cache / ".part-of-another").write_text("half a mo")
    assert store(storage, tmp_path / "cache").get().model == "first"
    assert (cache / ".part-of-another").exists()
    monkeypatch.setattr(model_store, "PART_SECONDS", -1)
    put(storage, "second")
    assert store(storage, tmp_path / "cache").get().model == "second"
    assert not (cache / ".part-of-another").exists()
