import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared import manifest
from shared.errors import ModelsUnavailable
from shared.model_store import PART_SECONDS, REFRESH_SECONDS, SERIAL, ModelStore
from shared.storage import PART, DirectoryStorage, StorageError, open_storage
from tests.conftest import BUCKET, PUBLIC_KEY
from training.publish import publish, rollback

THREADS = 16
FIRST, SECOND = b"the first model" * 1000, b"a second, other model" * 1000
WAIT_SECONDS = 20
KEY = Path(PUBLIC_KEY)


class Recorded:
    """A storage that counts, and that fails when it is told to: bucket-like, so cached."""

    def __init__(self, root):
        self.inner = DirectoryStorage(root)
        self.name = self.inner.name
        self.reads = 0
        self.downloads = 0
        self.fails = False
        self.breaks_off = False

    def read(self, name):
        self.reads += 1
        if self.fails:
            raise StorageError("out of reach")
        return self.inner.read(name)

    def generation(self, name):
        return self.inner.generation(name)

    def download(self, name, into):
        self.downloads += 1
        if self.breaks_off:
            into.write(b"half a mo")
            raise StorageError("broke off")
        self.inner.download(name, into)

    def write(self, name, content, *, generation=None):
        self.inner.write(name, content, generation=generation)


class Loader:
    """Reads a file's bytes, as a model; remembers what it was called with."""

    def __init__(self):
        self.paths = []
        self.names = []

    def __call__(self, path, name):
        self.paths.append(path)
        self.names.append(name)
        return Model(path.read_bytes())


class Model:
    def __init__(self, content):
        self.content = content


@pytest.fixture
def storage(tmp_path):
    storage = Recorded(tmp_path / "published")
    put(storage, FIRST)
    return storage


@pytest.fixture
def loader():
    return Loader()


@pytest.fixture
def store(storage, loader, tmp_path):
    return ModelStore(
        storage, "thing", loader, tmp_path / "cache", public_key=KEY, back_off_seconds=0
    )


@pytest.fixture
def curious(storage, loader, tmp_path):
    """A store that looks for a new version at every call."""
    return ModelStore(storage, "thing", loader, tmp_path / "cache", -1, KEY, back_off_seconds=0)


def put(storage, content, name="thing.model", **others):
    directory = storage.inner.root.parent / "to publish"
    directory.mkdir(exist_ok=True)
    for file, each in {name: content, **others}.items():
        (directory / file).write_bytes(each)
    return publish([directory / file for file in (name, *others)], storage, {})


def until(condition, of):
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if condition(value := of()):
            return value
        time.sleep(0.01)
    pytest.fail("it never came to be")


def test_nothing_is_read_before_a_model_is_asked_for(store, storage, loader, tmp_path):
    assert storage.downloads == len(loader.paths) == 0
    assert not (tmp_path / "cache").exists()


def test_a_model_comes_with_its_version(store, storage, loader):
    loaded = store.get()
    assert loaded.model.content == FIRST
    assert loaded.version == json.loads(storage.read("manifest.json"))["version"]
    assert loader.names == ["thing.model"]


def test_many_first_calls_at_once_are_one_load(store, storage, loader):
    barrier = threading.Barrier(THREADS)

    def first(_):
        barrier.wait(WAIT_SECONDS)
        return store.get()

    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(first, range(THREADS)))
    assert storage.downloads == len(loader.paths) == 1
    assert all(answer is answers[0] for answer in answers)


def test_later_calls_answer_from_memory(store, storage):
    first = store.get()
    reads = storage.reads
    storage.fails = True
    assert store.get() is store.get() is first
    assert storage.reads == reads


def test_a_bucket_is_loaded_as_a_directory_is(emulator, loader, tmp_path):
    storage = open_storage(f"gs://{BUCKET}/models")
    (tmp_path / "thing.model").write_bytes(FIRST)
    made = publish([tmp_path / "thing.model"], storage, {})
    loaded = ModelStore(
        storage, "thing", loader, tmp_path / "cache", public_key=KEY, back_off_seconds=0
    ).get()
    assert (loaded.model.content, loaded.version) == (FIRST, made.version)
    assert loader.paths[0].is_relative_to(tmp_path / "cache")


# Failures


def test_a_failed_load_is_an_error_and_the_next_call_tries_again(store, storage, loader):
    storage.fails = True
    for _ in range(2):
        with pytest.raises(ModelsUnavailable, match="out of reach"):
            store.get()
    storage.fails = False
    assert store.get().model.content == FIRST
    assert len(loader.paths) == 1


def test_a_download_that_breaks_off_leaves_nothing_and_is_tried_again(store, storage, tmp_path):
    storage.breaks_off = True
    with pytest.raises(ModelsUnavailable, match="broke off"):
        store.get()
    assert kept(tmp_path) == []
    storage.breaks_off = False
    assert store.get().model.content == FIRST


def test_a_model_that_cannot_be_loaded_is_an_error_and_tried_again(storage, tmp_path):
    answers = iter([ModelsUnavailable("damaged"), OSError("no memory"), "the model"])

    def load(_path, _name):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    store = ModelStore(
        storage, "thing", load, tmp_path / "cache", public_key=KEY, back_off_seconds=0
    )
    for message in ("damaged", "no memory"):
        with pytest.raises(ModelsUnavailable, match=message):
            store.get()
    assert store.get().model == "the model"


@pytest.mark.parametrize("published", [b"short", b"x" * len(FIRST), FIRST + b"more", b""])
def test_a_file_that_is_not_what_was_published_is_not_taken(store, storage, tmp_path, published):
    file(storage).write_bytes(published)
    with pytest.raises(ModelsUnavailable, match=r"thing\.model"):
        store.get()
    assert kept(tmp_path) == []
    file(storage).write_bytes(FIRST)
    assert store.get().model.content == FIRST


def test_a_file_that_is_gone_is_unavailable(store, storage):
    file(storage).unlink()
    with pytest.raises(ModelsUnavailable, match=r"thing\.model"):
        store.get()


def test_where_nothing_is_published_the_models_are_unavailable(loader, tmp_path):
    store = ModelStore(
        Recorded(tmp_path / "nowhere"), "thing", loader, tmp_path / "cache", public_key=KEY
    )
    with pytest.raises(ModelsUnavailable, match="no models are published"):
        store.get()


def test_a_version_without_the_model_is_unavailable(storage, loader, tmp_path):
    with pytest.raises(ModelsUnavailable, match="has no other_thing"):
        ModelStore(
            storage, "other_thing", loader, tmp_path / "cache", public_key=KEY, back_off_seconds=0
        ).get()


def test_a_damaged_manifest_is_unavailable(store, storage):
    storage.write("manifest.json", b"{")
    with pytest.raises(ModelsUnavailable, match="damaged"):
        store.get()


# The cache


def test_a_second_start_reuses_what_the_first_one_kept(store, storage, loader, tmp_path):
    store.get()
    again = ModelStore(
        storage, "thing", loader, tmp_path / "cache", public_key=KEY, back_off_seconds=0
    ).get()
    assert again.model.content == FIRST
    assert storage.downloads == 1


@pytest.mark.parametrize("left", [FIRST[:100], b"", b"x" * len(FIRST)])
def test_a_damaged_file_in_the_cache_is_fetched_again(store, storage, loader, tmp_path, left):
    store.get()
    (path,) = kept(tmp_path)
    path.write_bytes(left)
    again = ModelStore(
        storage, "thing", loader, tmp_path / "cache", public_key=KEY, back_off_seconds=0
    ).get()
    assert again.model.content == FIRST
    assert path.read_bytes() == FIRST
    assert storage.downloads == 2


def test_what_somebody_else_could_replace_is_not_used(store, storage, loader, tmp_path):
    store.get()
    (path,) = kept(tmp_path)
    path.parent.chmod(0o777)
    again = ModelStore(
        storage, "thing", loader, tmp_path / "cache", public_key=KEY, back_off_seconds=0
    ).get()
    assert again.model.content == FIRST
    assert storage.downloads == 2
    assert loader.paths[-1] != path


def test_a_directory_that_strayed_into_the_cache_costs_nothing(store, storage, loader, tmp_path):
    (tmp_path / "cache" / "thing" / "stray").mkdir(parents=True, mode=0o700)
    assert store.get().model.content == FIRST
    assert storage.downloads == 1


def test_only_the_model_itself_is_fetched(storage, loader, tmp_path):
    put(storage, FIRST, **{"other.model": SECOND})
    ModelStore(
        storage, "thing", loader, tmp_path / "cache", public_key=KEY, back_off_seconds=0
    ).get()
    assert [path.read_bytes() for path in kept(tmp_path)] == [FIRST]


def test_a_directory_is_used_in_place(loader, storage, tmp_path):
    loaded = ModelStore(
        storage.inner, "thing", loader, tmp_path / "cache", public_key=KEY, back_off_seconds=0
    ).get()
    assert loaded.model.content == FIRST
    assert loader.paths == [file(storage)]
    assert not (tmp_path / "cache").exists()


def test_a_damaged_file_in_a_directory_is_unavailable(loader, storage, tmp_path):
    file(storage).write_bytes(FIRST[:-1])
    with pytest.raises(ModelsUnavailable, match="bytes where"):
        ModelStore(
            storage.inner, "thing", loader, tmp_path / "cache", public_key=KEY, back_off_seconds=0
        ).get()


@pytest.mark.parametrize("age", [0, 2 * PART_SECONDS])
def test_what_another_process_is_writing_stays(store, tmp_path, age):
    part = tmp_path / "cache" / "thing" / f"{PART}abc"
    part.parent.mkdir(parents=True, mode=0o700)
    part.write_bytes(b"half")
    os.utime(part, (time.time() - age,) * 2)
    store.get()
    assert part.exists() == (age == 0)


# New versions


def test_an_old_manifest_that_is_put_back_in_a_directory_is_not_followed(
    storage, loader, tmp_path, capfd
):
    first = storage.inner.read(manifest.CURRENT)
    put(storage, SECOND)
    store = ModelStore(
        storage.inner, "thing", loader, tmp_path / "cache", -1, KEY, back_off_seconds=0
    )
    assert store.get().model.content == SECOND
    storage.inner.write(manifest.CURRENT, first)
    until(
        lambda said: "somebody put an old one back" in said,
        lambda: f"{store.get().version} {capfd.readouterr().out}",
    )
    assert store.get().model.content == SECOND
    assert len(loader.paths) == 1


def test_a_new_version_takes_over(curious, storage, tmp_path):
    first = curious.get()
    made = put(storage, SECOND)
    new = until(lambda loaded: loaded.version == made.version, curious.get)
    assert new.model.content == SECOND
    assert first.model.content == FIRST
    assert until(lambda paths: len(paths) == 1, lambda: kept(tmp_path))[0].read_bytes() == SECOND


def test_going_back_takes_over_too(curious, storage):
    put(storage, SECOND)
    assert curious.get().model.content == SECOND
    rollback(storage)
    until(lambda loaded: loaded.model.content == FIRST, curious.get)


def test_a_look_that_finds_nothing_new_keeps_the_model(curious, storage, loader):
    first = curious.get()
    reads = storage.reads
    until(lambda _: storage.reads > reads + 3, curious.get)
    assert curious.get() is first
    assert storage.downloads == len(loader.paths) == 1


def test_a_new_version_is_not_looked_for_before_its_time(store, storage):
    store.get()
    put(storage, SECOND)
    reads = storage.reads
    assert store.get().model.content == FIRST
    assert storage.reads == reads


def test_a_new_version_is_looked_for_once_its_time_has_come(store, storage, clock):
    store.get()
    put(storage, SECOND)
    clock(REFRESH_SECONDS + 1)
    until(lambda loaded: loaded.model.content == SECOND, store.get)
    put(storage, b"third")
    reads = storage.reads
    clock(REFRESH_SECONDS - 1)
    assert store.get().model.content == SECOND
    assert storage.reads == reads


def test_a_look_that_failed_is_not_repeated_before_its_time(store, storage, clock, capfd):
    store.get()
    storage.fails = True
    reads = storage.reads
    clock(REFRESH_SECONDS + 1)
    store.get()
    until(lambda _: store._attempt.done.is_set(), lambda: None)
    assert storage.reads == reads + 1
    clock(REFRESH_SECONDS - 1)
    for _ in range(50):
        store.get()
    assert storage.reads == reads + 1
    assert store._attempt.done.is_set()


def test_a_broken_new_version_leaves_the_old_one_serving(curious, storage, capfd):
    curious.get()
    put(storage, SECOND)
    file(storage).write_bytes(SECOND[:-1])
    downloads = storage.downloads
    until(lambda _: storage.downloads > downloads + 1, curious.get)
    assert curious.get().model.content == FIRST
    errors = [line for line in logged(capfd) if line["severity"] == "ERROR"]
    assert "the old one serves on" in errors[0]["message"]
    file(storage).write_bytes(SECOND)
    until(lambda loaded: loaded.model.content == SECOND, curious.get)


def test_a_storage_out_of_reach_leaves_the_model_serving(curious, storage):
    curious.get()
    storage.fails = True
    reads = storage.reads
    until(lambda _: storage.reads > reads + 2, curious.get)
    assert curious.get().model.content == FIRST
    storage.fails = False
    put(storage, SECOND)
    until(lambda loaded: loaded.model.content == SECOND, curious.get)


def test_a_load_is_logged_with_its_version(store, capfd):
    version = store.get().version
    (line,) = logged(capfd)
    assert line["severity"] == "INFO"
    assert (line["file"], line["version"]) == ("thing.model", version)


# The environment


def test_the_environment_says_where_the_models_are(storage, loader, tmp_path, monkeypatch):
    monkeypatch.setenv("MODELS_URI", str(storage.inner.root))
    assert ModelStore.from_environment("thing", loader).get().model.content == FIRST
    assert loader.paths == [file(storage)]


def test_the_environment_says_where_copies_are_kept(emulator, loader, tmp_path, monkeypatch):
    uri = f"gs://{BUCKET}/models"
    (tmp_path / "thing.model").write_bytes(FIRST)
    publish([tmp_path / "thing.model"], open_storage(uri), {})
    monkeypatch.setenv("MODELS_URI", uri)
    monkeypatch.setenv("MODELS_CACHE", str(tmp_path / "elsewhere"))
    ModelStore.from_environment("thing", loader).get()
    assert loader.paths[0].is_relative_to(tmp_path / "elsewhere")


def test_the_environment_says_how_often_to_look(storage, loader, monkeypatch):
    monkeypatch.setenv("MODELS_URI", str(storage.inner.root))
    monkeypatch.setenv("MODELS_REFRESH_SECONDS", "0")
    store = ModelStore.from_environment("thing", loader)
    store.get()
    put(storage, SECOND)
    until(lambda loaded: loaded.model.content == SECOND, store.get)


def file(storage):
    """The one published file of the current version."""
    version = json.loads(storage.read("manifest.json"))["version"]
    return storage.inner.root / "versions" / version / "thing.model"


def kept(tmp_path):
    """The files in the cache, but for the number of the last publication."""
    files = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    return [path for path in files if not path.name.startswith(SERIAL)]


def logged(capfd):
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]
