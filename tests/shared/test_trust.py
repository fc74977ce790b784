"""Whoever can write to the bucket can neither run code in a function nor choose what it serves.

Each attack writes whatever it likes to a real bucket's emulator. A store that starts after it is
without models; one that had loaded before it goes on with what it has.
"""

import gzip
import hashlib
import json
import pickle
from dataclasses import replace
from functools import partial
from pathlib import Path

import joblib
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.cloud.storage import Client

from shared import manifest, model_file
from shared.errors import ModelsUnavailable
from shared.manifest import File
from shared.model_store import ModelStore
from shared.models import load_similar_jobs
from shared.pipeline import ALLOWED
from shared.storage import READ_BYTES, open_storage
from shared.titles import TitleIndex
from shared.top_skills import TopSkills, load_top_skills
from tests.conftest import BUCKET, PUBLIC_KEY, SIGNER
from tests.shared.test_model_file import exploits, write
from tests.waiting import wait_until
from training.publish import publish, rollback
from training.signing import Signer

pytestmark = pytest.mark.usefixtures("without_collection")
KEY = Path(PUBLIC_KEY)
STRANGER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(32)))
WAIT_SECONDS = 20
until = partial(wait_until, seconds=WAIT_SECONDS)


def skills(phrase):
    return TopSkills(
        TitleIndex(["nurse"], {"nurse": 0}), [phrase], np.ones(1, np.float32),
        np.zeros(1, np.int64), np.array([-1], np.int32), [], [], np.zeros(0, np.uint8), {}, [], [],
    )  # fmt: skip


class Owner:
    """Who has the key, and publishes a model whose one skill is a given phrase."""

    def __init__(self, storage, directory):
        self.storage = storage
        self.path = directory / "top_skills.model"

    def publish(self, phrase):
        model_file.dump(skills(phrase), self.path)
        return publish([self.path], self.storage, {})


class Attacker:
    """Who may write whatever, wherever in the bucket; `mark` is where an exploit leaves a trace."""

    def __init__(self, storage, directory):
        self.storage = storage
        self.mark = directory / "mark"
        self.file = directory / "evil"

    @property
    def manifest(self):
        return json.loads(self.storage.read("manifest.json"))

    @property
    def place(self):
        return f"versions/{self.manifest['version']}/top_skills.model"

    def evil_model(self, name="os.system"):
        write(self.file, exploits(self.mark)[name])
        return self.file.read_bytes()

    def forge(self, sign, content=None, **fields):
        """A manifest as it should be, but for what is given, and the model beside it."""
        value = manifest.decode(self.storage.read("manifest.json"))
        if content is not None:
            digest = hashlib.sha256(content).hexdigest()
            fields["files"] = (File("top_skills.model", len(content), digest),)
            fields.setdefault("version", "evil")
            self.storage.write(f"versions/{fields['version']}/top_skills.model", content)
        made = replace(value, serial=value.serial + 1, **fields)
        self.storage.write("manifest.json", made.encode(sign))


@pytest.fixture
def storage(emulator):
    return open_storage(f"gs://{BUCKET}/models")


@pytest.fixture
def owner(storage, tmp_path):
    owner = Owner(storage, tmp_path)
    owner.publish("first")
    owner.publish("second")
    return owner


@pytest.fixture
def attacker(storage, tmp_path, owner):
    return Attacker(storage, tmp_path)


def store(storage, cache, load=load_top_skills, **options):
    return ModelStore(storage, "top_skills", load, cache, -1, KEY, back_off_seconds=0, **options)


def served(store):
    return store.get().model.skills("nurse", 1)[0].phrase


def honest(model):
    """Models that were written by who has the bucket alone: one with other skills."""
    model_file.dump(skills("foreign"), model)
    return model.read_bytes()


def older(attacker):
    """The manifest of the version before, as it was published."""
    return attacker.storage.read(f"versions/{attacker.manifest['previous']}/manifest.json")


def flipped(content):
    """With one bit changed, far inside."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def put(attacker, name, content):
    attacker.storage.write(name, content)


def zip_bomb(attacker, name):
    """Hundreds of megabytes of nothing, stored as an object that is compressed on its way."""
    blob = Client().bucket(BUCKET).blob(f"models/{name}")
    blob.content_encoding = "gzip"
    blob.upload_from_string(gzip.compress(bytes(200 << 20), 9))


IN_THE_MODEL_FILE = {
    "a pickle": lambda a: put(a, a.place, exploits(a.mark)["os.system"]),
    "a pickle in a model file": lambda a: put(a, a.place, a.evil_model()),
    "another model": lambda a: put(a, a.place, honest(a.file)),
    "the model before": lambda a: put(a, a.place, a.storage.read(
        f"versions/{a.manifest['previous']}/top_skills.model")),
    "cut off": lambda a: put(a, a.place, a.storage.read(a.place)[:-1]),
    "nothing": lambda a: put(a, a.place, b""),
    "padded": lambda a: put(a, a.place, a.storage.read(a.place) + b"\0"),
    "padded by a gigabyte's worth": lambda a: put(a, a.place, bytes(64 << 20)),
    "a bit flipped": lambda a: put(a, a.place, flipped(a.storage.read(a.place))),
    "a zip bomb": lambda a: zip_bomb(a, a.place),
}  # fmt: skip
IN_THE_MANIFESTS_PLACE = {
    "a pickle": lambda a: put(a, "manifest.json", exploits(a.mark)["os.system"]),
    "a pickle as text": lambda a: put(a, "manifest.json", exploits(a.mark)["global"]),
    "a joblib file": lambda a: put(a, "manifest.json", pickle.dumps({"format": 2})),
    "digest swapped": lambda a: a.forge(None, a.evil_model()),
    "digest swapped, signed by another": lambda a: a.forge(STRANGER, a.evil_model()),
    "digest swapped under the signature": lambda a: put(a, "manifest.json", a.storage.read(
        "manifest.json").replace(a.manifest["files"][0]["sha256"].encode(), b"0" * 64)),
    "another model, not signed": lambda a: a.forge(None, honest(a.file)),
    "another model, signed by another": lambda a: a.forge(STRANGER, honest(a.file)),
    "a pipeline": lambda a: a.forge(STRANGER, files=(File("top_skills.joblib", 9, "0" * 64),)),
    "a path upwards": lambda a: a.forge(SIGNER, files=(File("../../x", 1, "0" * 64),)),
    "an absolute path": lambda a: a.forge(SIGNER, files=(File("/etc/passwd", 1, "0" * 64),)),
    "a version upwards": lambda a: a.forge(SIGNER, version="../../x"),
    "an absolute version": lambda a: a.forge(SIGNER, version="/etc"),
    "a size that lies": lambda a: a.forge(SIGNER, version="lie", files=(
        File("top_skills.model", 1 << 50, a.manifest["files"][0]["sha256"]),)),
    "huge": lambda a: put(a, "manifest.json", b" " * (READ_BYTES + 1)),
    "a zip bomb": lambda a: zip_bomb(a, "manifest.json"),
    "deep": lambda a: put(a, "manifest.json", b"[" * 100_000),
    "nothing": lambda a: put(a, "manifest.json", b""),
}  # fmt: skip
ATTACKS = {
    **{f"in the model file: {name}": act for name, act in IN_THE_MODEL_FILE.items()},
    **{f"in the manifest's place: {name}": act for name, act in IN_THE_MANIFESTS_PLACE.items()},
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_neither_runs_code_nor_changes_what_is_served(
    name, storage, attacker, tmp_path, capfd
):
    warm = store(storage, tmp_path / "warm")
    assert served(warm) == "second"
    ATTACKS[name](attacker)
    with pytest.raises(ModelsUnavailable):
        store(storage, tmp_path / "cold").get()
    assert not attacker.mark.exists()
    if "model file" in name:
        return  # What is loaded is not read again.
    until(lambda: served(warm) != "second" or "the old one serves on" in capfd.readouterr().out)
    assert served(warm) == "second"
    assert not attacker.mark.exists()


@pytest.mark.parametrize("name", exploits(""))
def test_even_a_signed_file_runs_no_code(name, storage, attacker, tmp_path):
    attacker.forge(SIGNER, attacker.evil_model(name))
    with pytest.raises(ModelsUnavailable, match="which it may not"):
        store(storage, tmp_path / "cold").get()
    assert not attacker.mark.exists()


def test_a_zip_bomb_does_not_swell(storage, attacker, tmp_path):
    zip_bomb(attacker, attacker.place)
    with pytest.raises(ModelsUnavailable, match="more bytes than the"):
        store(storage, tmp_path / "cold").get()
    zip_bomb(attacker, "small")
    assert len(storage.read("small")) < READ_BYTES


# Old versions put back


def test_an_old_manifest_put_back_is_not_followed(storage, owner, attacker, tmp_path, capfd):
    warm = store(storage, tmp_path / "cache")
    assert served(warm) == "second"
    put(attacker, "manifest.json", older(attacker))
    until(lambda: served(warm) != "second" or "put an old one back" in capfd.readouterr().out)
    assert served(warm) == "second"


def test_not_after_a_start_on_the_same_machine_either(storage, owner, attacker, tmp_path):
    assert served(store(storage, tmp_path / "cache")) == "second"
    put(attacker, "manifest.json", older(attacker))
    with pytest.raises(ModelsUnavailable, match="put an old one back"):
        store(storage, tmp_path / "cache").get()


def test_nor_below_the_serial_of_the_deployment(storage, owner, attacker, tmp_path):
    floor = attacker.manifest["serial"]
    assert served(store(storage, tmp_path / "one", serial_floor=floor)) == "second"
    put(attacker, "manifest.json", older(attacker))
    with pytest.raises(ModelsUnavailable, match=f"{floor} has been there"):
        store(storage, tmp_path / "two", serial_floor=floor).get()


def test_a_publication_before_a_rollback_is_not_followed_after_it(
    storage, owner, attacker, tmp_path, capfd
):
    warm = store(storage, tmp_path / "cache")
    taken_back = storage.read("manifest.json")
    assert served(warm) == "second"
    rollback(storage)
    until(lambda: served(warm) == "first")
    put(attacker, "manifest.json", taken_back)
    until(lambda: served(warm) != "first" or "put an old one back" in capfd.readouterr().out)
    assert served(warm) == "first"
    made = owner.publish("third")
    until(lambda: warm.get().version == made.version)


def test_nor_after_a_start_where_the_rollback_led_to_what_was_loaded(
    storage, owner, attacker, tmp_path
):
    rollback(storage)
    warm = store(storage, tmp_path / "cache")
    assert served(warm) == "first"
    owner.publish("third")
    taken_back = storage.read("manifest.json")
    made = rollback(storage)
    until(lambda: warm.get().serial == made.serial)
    put(attacker, "manifest.json", taken_back)
    with pytest.raises(ModelsUnavailable, match="put an old one back"):
        store(storage, tmp_path / "cache").get()


def test_a_serial_is_remembered_for_its_place_and_key_only(storage, owner, emulator, tmp_path):
    assert served(store(storage, tmp_path / "cache")) == "second"
    other = open_storage(f"gs://{BUCKET}/elsewhere")
    made = manifest.decode(storage.read("manifest.json"))
    other.write(made.path("top_skills.model"), storage.read(made.path("top_skills.model")))
    other.write("manifest.json", replace(made, serial=1).encode(SIGNER))
    assert served(store(other, tmp_path / "cache")) == "second"


def test_the_owner_repairs_a_file_by_publishing_it_again(storage, owner, attacker, tmp_path):
    put(attacker, attacker.place, b"")
    owner.publish("second")
    assert served(store(storage, tmp_path / "cold")) == "second"


def test_a_rollback_does_not_sign_what_somebody_else_put_there(storage, owner, attacker):
    before = attacker.manifest["previous"]
    put(attacker, f"versions/{before}/manifest.json", storage.read("manifest.json"))
    with pytest.raises(Exception, match=f"in the place of version {before}"):
        rollback(storage)
    attacker.storage.write(
        f"versions/{before}/manifest.json",
        manifest.decode(storage.read("manifest.json")).encode(STRANGER),
    )
    with pytest.raises(Exception, match="another key"):
        rollback(storage)


# Without a key, and with a pickled pipeline


def test_without_a_key_no_bucket_is_followed_but_an_emulator(storage, owner, tmp_path, monkeypatch):
    monkeypatch.delenv("STORAGE_EMULATOR_HOST")
    options = {"cache": tmp_path / "cache", "refresh_seconds": -1, "back_off_seconds": 0}
    unsigned = ModelStore(storage, "top_skills", load_top_skills, **options)
    with pytest.raises(ModelsUnavailable, match="there is no public key here"):
        unsigned.get()
    monkeypatch.setenv("ALLOW_UNSIGNED_MODELS", "1")
    assert served(unsigned) == "second"


def test_without_a_key_a_warning_says_once_that_nothing_vouches(storage, owner, tmp_path, capfd):
    made = manifest.decode(storage.read("manifest.json"))
    storage.write("manifest.json", replace(made, serial=1).encode())
    unsigned = ModelStore(storage, "top_skills", load_top_skills, tmp_path / "cache", -1)
    assert served(unsigned) == "second"
    storage.write("manifest.json", older(Attacker(storage, tmp_path)))
    until(lambda: served(unsigned) == "first")
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    (line,) = [line for line in lines if line["severity"] == "WARNING"]
    assert "nothing vouches for the models" in line["message"]


@pytest.mark.parametrize(
    ("sign", "allowed", "runs"),
    [(None, "1", False), (STRANGER, "1", False), (SIGNER, "0", False), (SIGNER, "1", True)],
    ids=["not signed", "signed by another", "not allowed", "signed and allowed"],
)
def test_a_pickled_pipeline_runs_only_signed_and_allowed(
    sign, allowed, runs, storage, attacker, tmp_path, monkeypatch
):
    monkeypatch.setenv(ALLOWED, allowed)
    joblib.dump(Opens(attacker.mark), attacker.file)
    content = attacker.file.read_bytes()
    storage.write("versions/evil/similar_jobs.joblib", content)
    file = File("similar_jobs.joblib", len(content), hashlib.sha256(content).hexdigest())
    attacker.forge(sign, version="evil", files=(file,))
    jobs = ModelStore(storage, "similar_jobs", load_similar_jobs, tmp_path / "cache", 60, KEY)
    with pytest.raises(ModelsUnavailable):
        jobs.get()
    assert attacker.mark.exists() is runs


class Opens:
    """Pickles as the making of a directory."""

    def __init__(self, mark):
        self.mark = str(mark)

    def __reduce__(self):
        import os

        return os.mkdir, (self.mark,)
