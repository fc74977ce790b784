import hashlib
import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from shared import manifest, model_file
from shared.model_store import ModelStore
from shared.models import first_title, load_similar_jobs
from shared.storage import Changed, DirectoryStorage, StorageError, open_storage
from shared.top_skills import first_skill, load_top_skills
from tests.bucket_proxy import proxied
from tests.conftest import BUCKET, PUBLIC_KEY, SIGNER
from training import __main__ as training
from training import steps
from training.errors import DataError
from training.publish import generation_of, publish, rollback


@pytest.fixture(params=["directory", "bucket"])
def storage(request, tmp_path):
    if request.param == "directory":
        return open_storage(str(tmp_path / "models"))
    request.getfixturevalue("emulator")
    return open_storage(f"gs://{BUCKET}/models")


@pytest.fixture
def directory(tmp_path):
    return DirectoryStorage(tmp_path / "models")


@pytest.fixture
def files(tmp_path):
    """Makes the two files of a version, with given content."""

    def make(content):
        place = tmp_path / f"fitted-{content}"
        place.mkdir(exist_ok=True)
        paths = [place / "top_skills.model", place / "similar_jobs.model"]
        for path in paths:
            path.write_text(f"{path.name} {content}")
        return paths

    return make


KEY = Path(PUBLIC_KEY)


def current(storage):
    return manifest.decode(storage.read("manifest.json"), SIGNER.public)


def test_what_is_published_is_what_functions_load(storage, files, tmp_path):
    made = publish(files("one"), storage, {})
    for name in ("similar_jobs", "top_skills"):
        store = ModelStore(storage, name, lambda path, _: path.read_text(), tmp_path / "cache")
        assert store.get().model == f"{name}.model one"
        assert store.get().version == made.version


def test_a_version_is_named_after_its_content(storage, files):
    one, two = (publish(files(content), storage, {}) for content in ("one", "two"))
    parts = [path.read_bytes() for path in sorted(files("one"))]
    names = ["similar_jobs.model", "top_skills.model"]
    text = "".join(
        name + hashlib.sha256(part).hexdigest() for name, part in zip(names, parts, strict=True)
    )
    assert one.version == hashlib.sha256(text.encode()).hexdigest()[:12]
    assert two.version != one.version


def test_the_manifest_says_what_and_whence(storage, files):
    made = publish(files("one"), storage, {"measures": {"all": {"top1": 0.5}}})
    assert current(storage) == made
    assert made.provenance == {"measures": {"all": {"top1": 0.5}}}
    assert made.previous is None
    assert [file.name for file in made.files] == ["similar_jobs.model", "top_skills.model"]
    for file in made.files:
        content = storage.read(made.path(file.name))
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256)
    assert storage.read(made.path("manifest.json")) == made.encode(SIGNER)


def test_publishing_the_same_again_changes_nothing(storage, files):
    publish(files("one"), storage, {"run": 1})
    text, generation = storage.read("manifest.json"), storage.generation("manifest.json")
    again = publish(files("one")[::-1], storage, {"run": 2})
    assert again.provenance == {"run": 1}
    assert storage.read("manifest.json") == text
    assert storage.generation("manifest.json") == generation


def test_a_new_version_names_the_one_before_and_leaves_its_files(storage, files):
    one = publish(files("one"), storage, {})
    two = publish(files("two"), storage, {})
    assert two.previous == one.version
    assert storage.read(one.path("top_skills.model")) == b"top_skills.model one"


# Going back


def test_going_back_makes_the_version_before_current(storage, files):
    one = publish(files("one"), storage, {})
    two = publish(files("two"), storage, {})
    back = rollback(storage)
    assert back == replace(one, serial=back.serial)
    assert storage.read("manifest.json") == back.encode(SIGNER)
    assert one.serial < two.serial < back.serial


def test_one_can_go_back_as_often_as_there_are_versions(storage, files):
    versions = [publish(files(content), storage, {}).version for content in ("1", "2", "3")]
    assert [rollback(storage).version for _ in range(2)] == versions[1::-1]
    with pytest.raises(DataError, match=f"version {versions[0]} is the first"):
        rollback(storage)
    assert current(storage).version == versions[0]


def test_going_back_ends_with_the_first_version_even_where_it_was_published_again(storage, files):
    a, b, again = [publish(files(content), storage, {}) for content in "aba"]
    assert (again.version, again.previous) == (a.version, b.version)
    assert [rollback(storage).version for _ in range(2)] == [b.version, a.version]
    with pytest.raises(DataError, match="is the first"):
        rollback(storage)


def test_nothing_is_published_over_what_the_caller_has_not_seen(storage, files):
    seen = generation_of(storage)
    theirs = publish(files("theirs"), storage, {})
    with pytest.raises(Changed, match="somebody else"):
        publish(files("mine"), storage, {}, generation=seen)
    assert current(storage) == theirs
    assert publish(files("mine"), storage, {}, generation=generation_of(storage)).version


def test_after_going_back_one_can_publish_again(storage, files):
    one = publish(files("one"), storage, {})
    two = publish(files("two"), storage, {})
    rollback(storage)
    assert publish(files("two"), storage, {}).previous == one.version
    assert current(storage).version == two.version


def test_going_back_where_nothing_is_published_is_an_error(storage):
    with pytest.raises(DataError, match="no models are published"):
        rollback(storage)


def test_going_back_to_what_was_cleared_away_is_an_error(directory, files):
    one = publish(files("one"), directory, {})
    two = publish(files("two"), directory, {})
    (directory.root / one.path("manifest.json")).unlink()
    with pytest.raises(DataError, match=f"version {one.version} is not there any more"):
        rollback(directory)
    assert current(directory) == two


def test_going_back_to_what_another_version_lies_in_the_place_of_is_an_error(directory, files):
    one = publish(files("one"), directory, {})
    two = publish(files("two"), directory, {})
    directory.write(one.path("manifest.json"), directory.read("manifest.json"))
    with pytest.raises(DataError, match=f"in the place of version {one.version} is {two.version}"):
        rollback(directory)
    assert current(directory) == two


def test_a_serial_is_no_lower_where_the_manifest_before_was_lost(directory, files):
    one = publish(files("one"), directory, {})
    directory.delete("manifest.json")
    assert publish(files("two"), directory, {}).serial >= one.serial > 0


# Several at a time, and failures


class Interrupted:
    """A storage on which something else happens before the nth write."""

    def __init__(self, inner, nth, happening):
        self.inner = inner
        self.name = inner.name
        self.left = nth
        self.happening = happening
        self.written = []

    def read(self, name):
        return self.inner.read(name)

    def generation(self, name):
        return self.inner.generation(name)

    def download(self, name, into):
        self.inner.download(name, into)

    def write(self, name, content, *, generation=None):
        self.left -= 1
        if self.left == 0:
            self.happening()
        self.inner.write(name, content, generation=generation)
        self.written.append(name)


def fail():
    raise StorageError("the line is cut")


@pytest.mark.parametrize("before", [[], ["zero"]], ids=["the first ones", "on top of another"])
@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_of_two_publishers_the_second_is_told(directory, files, before, nth):
    for content in before:
        publish(files(content), directory, {})
    theirs = []
    mine = Interrupted(directory, nth, lambda: theirs.append(publish(files("two"), directory, {})))
    with pytest.raises(Changed, match="somebody else"):
        publish(files("one"), mine, {})
    assert [current(directory)] == theirs


@pytest.mark.parametrize("round_", range(5))
def test_of_many_publishers_at_once_one_succeeds_and_nothing_is_mixed(directory, files, round_):
    """Each reads what is there, then all of them write."""
    zero = publish(files("zero"), directory, {})
    barrier = Barrier(8)

    class Together(DirectoryStorage):
        def write(self, name, content, *, generation=None):
            if generation is not None:
                barrier.wait(20)
            super().write(name, content, generation=generation)

    def act(number):
        try:
            return publish(files(str(number)), Together(directory.root), {})
        except Changed:
            return None

    with ThreadPoolExecutor(8) as threads:
        made = [each for each in threads.map(act, range(8)) if each]
    assert [current(directory)] == made
    assert made[0].previous == zero.version
    for file in made[0].files:
        manifest.verify(directory.root / made[0].path(file.name), file)


@pytest.mark.parametrize("hours", [-24 * 365, 24 * 365])
def test_a_publishers_wrong_clock_does_not_matter(directory, files, monkeypatch, hours):
    now = time.time()
    serials = []
    for content, clock in (("one", now), ("two", now + 3600 * hours), ("three", now)):
        with monkeypatch.context() as wrong:
            wrong.setattr(time, "time", lambda clock=clock: clock)
            serials.append(publish(files(content), directory, {}).serial)
    assert serials[0] < serials[1] < serials[2]


def test_going_back_while_somebody_publishes_is_told_too(directory, files):
    for content in ("zero", "one"):
        publish(files(content), directory, {})
    mine = Interrupted(directory, 1, lambda: publish(files("two"), directory, {}))
    with pytest.raises(Changed):
        rollback(mine)
    assert json.loads(directory.read("manifest.json"))["version"] == current(directory).version
    assert directory.read(current(directory).path("top_skills.model")).endswith(b"two")


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_publishing_that_breaks_off_leaves_the_old_version_current(directory, files, nth):
    old = publish(files("zero"), directory, {})
    with pytest.raises(StorageError, match="cut"):
        publish(files("one"), Interrupted(directory, nth, fail), {})
    assert current(directory) == old
    new = publish(files("one"), directory, {})
    assert (current(directory), new.previous) == (new, old.version)


@pytest.fixture
def loses(emulator, monkeypatch):
    """Makes of a number a bucket that loses the answer to the write of that number."""
    with proxied(emulator) as proxy:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", proxy.url)
        bucket = open_storage(f"gs://{BUCKET}/models")
        yield lambda nth: Interrupted(bucket, nth, lambda: setattr(proxy, "lost", 1))
        assert proxy.lost == 0


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_publishing_whose_answer_is_lost_is_published(loses, files, nth):
    bucket = loses(nth)
    assert publish(files("one"), bucket, {}) == current(bucket)


def test_going_back_whose_answer_is_lost_is_gone_back(loses, files):
    bucket = loses(9)
    one = publish(files("one"), bucket, {})
    publish(files("two"), bucket, {})
    back = rollback(bucket)
    assert (back, back.version) == (current(bucket), one.version)


def test_the_manifest_is_written_last(directory, files):
    recorded = Interrupted(directory, 0, fail)
    made = publish(files("one"), recorded, {})
    assert recorded.written[-1] == "manifest.json"
    assert set(recorded.written[:-1]) == {
        made.path(name) for name in ("manifest.json", "similar_jobs.model", "top_skills.model")
    }


def test_a_damaged_manifest_is_not_published_over(directory, files):
    directory.write("manifest.json", b"{")
    with pytest.raises(Exception, match="damaged"):
        publish(files("one"), directory, {})
    assert directory.read("manifest.json") == b"{"


# The command


@pytest.fixture
def fitted(work, tmp_path):
    """A directory with fitted models whose titles carry a word."""

    def make(word):
        place = tmp_path / f"fitted-{word}"
        place.mkdir()
        jobs = load_similar_jobs(work / "similar_jobs.model", "similar_jobs.model")
        titles = [f"{title} {word}" for title in jobs.titles]
        model_file.dump(replace(jobs, titles=titles), place / "similar_jobs.model")
        for name in steps.FITTED[1:]:
            shutil.copy(work / name, place)
        return place

    return make


def run(capsys, *arguments):
    code = training.main([str(each) for each in arguments])
    return (code, *capsys.readouterr())


def test_the_second_of_two_publishers_gets_one_clear_line(
    directory, files, fitted, monkeypatch, capsys
):
    mine = Interrupted(directory, 2, lambda: publish(files("two"), directory, {}))
    monkeypatch.setattr(steps, "open_storage", lambda _uri: mine)
    work = fitted("one")
    code, _, errors = run(capsys, "publish", "--work", work, "--out", directory.root)
    assert code == 1
    assert errors.startswith("error: ")
    assert "manifest.json: somebody else wrote it meanwhile" in errors
    assert errors.count("\n") == 1


def test_going_back_from_the_first_version_gets_one_clear_line(directory, fitted, capsys):
    work = fitted("one")
    code, output, _ = run(capsys, "publish", "--work", work, "--out", directory.root)
    assert code == 0
    assert f"published: version {current(directory).version}" in output
    code, _, errors = run(capsys, "rollback", "--out", directory.root)
    assert code == 1
    assert errors == (
        f"error: version {current(directory).version} is the first: there is none to go back to\n"
    )


def test_models_that_cannot_be_loaded_are_not_published(directory, fitted, capsys):
    work = fitted("one")
    (work / "top_skills.model").write_text("no model")
    code, _, errors = run(capsys, "publish", "--work", work, "--out", directory.root)
    assert (code, errors) == (
        1,
        "error: top_skills.model is not a model file of this release: fit and publish again with "
        "this release\n",
    )
    assert directory.read("manifest.json") is None


def test_publishing_asks_the_models_what_functions_ask_them_again(directory, fitted, capsys):
    work = fitted("one")
    assert run(capsys, "publish", "--work", work, "--out", directory.root)[0] == 0
    checks = current(directory).checks
    assert checks["similar_jobs"].answer.endswith(" one")
    assert checks["top_skills"].answer
    for name, load, probe in (
        ("similar_jobs", load_similar_jobs, first_title),
        ("top_skills", load_top_skills, first_skill),
    ):
        store = ModelStore(directory, name, load, directory.root, 60, KEY, probe=probe)
        assert probe(store.get().model, checks[name].question) == checks[name].answer


def test_publishing_and_going_back_in_a_bucket(emulator, fitted, capsys):
    uri = f"gs://{BUCKET}/models"
    versions = []
    for content in ("one", "two"):
        code, *_ = run(capsys, "publish", "--work", fitted(content), "--out", uri)
        assert code == 0
        versions.append(current(open_storage(uri)).version)
    code, output, _ = run(capsys, "rollback", "--out", uri)
    assert (code, output) == (0, f"rolled back: version {versions[0]} in {uri}\n")
    assert current(open_storage(uri)).version == versions[0]
