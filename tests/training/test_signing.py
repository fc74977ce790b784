import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared import manifest
from shared.model_store import ModelStore
from shared.storage import DirectoryStorage
from tests.conftest import ROOT, SIGNER, assert_one_line
from training import __main__ as training
from training import signing
from training.errors import DataError
from training.publish import publish, rollback


@pytest.fixture
def keys(tmp_path, monkeypatch):
    """A place for keys in which there are none; gives both files."""
    private, public = tmp_path / "keys" / "signing.pem", tmp_path / "shared" / "models.pub"
    monkeypatch.setenv("SIGNING_KEY", str(private))
    monkeypatch.setenv("MODELS_PUBLIC_KEY", str(public))
    return private, public


@pytest.fixture
def storage(tmp_path):
    return DirectoryStorage(tmp_path / "models")


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "thing.model"
    path.write_bytes(b"a model")
    return path


def read(storage, public):
    loaded = ModelStore(
        storage, "thing", lambda path, _: path.read_bytes(), storage.root, 60, public
    )
    return loaded.get().model


def test_the_first_publication_makes_a_key_that_nobody_else_can_read(keys, storage, model, capfd):
    private, public = keys
    publish([model], storage, {})
    assert private.stat().st_mode & 0o777 == 0o600
    assert private.parent.stat().st_mode & 0o777 == 0o700
    assert read(storage, public) == b"a model"
    assert f"made {private}" in capfd.readouterr().err


def test_the_key_is_made_once(keys, storage, model):
    publish([model], storage, {})
    texts = [path.read_bytes() for path in keys]
    model.write_bytes(b"another")
    publish([model], storage, {})
    rollback(storage)
    assert [path.read_bytes() for path in keys] == texts


def test_the_private_key_alone_is_enough(keys, storage, model):
    public = keys[1]
    publish([model], storage, {})
    text = public.read_text()
    public.unlink()
    model.write_bytes(b"another")
    publish([model], storage, {})
    assert public.read_text() == text


def test_without_the_private_key_nothing_is_published(keys, storage, model):
    private = keys[0]
    publish([model], storage, {})
    before = storage.read("manifest.json")
    private.unlink()
    model.write_bytes(b"another")
    for act in (lambda: publish([model], storage, {}), lambda: rollback(storage)):
        with pytest.raises(DataError):
            act()
    with pytest.raises(DataError, match=r"signing\.pem.*SIGNING_KEY.*SECURITY\.md"):
        publish([model], storage, {})
    assert storage.read("manifest.json") == before
    assert not private.exists()


def test_a_private_key_that_is_not_the_public_ones_is_refused(keys, storage, model):
    keys[1].parent.mkdir()
    keys[1].write_text(SIGNER.public.hex())
    private = Ed25519PrivateKey.generate()
    keys[0].parent.mkdir()
    keys[0].write_bytes(pem(private))
    with pytest.raises(DataError, match="is not the key whose public half"):
        publish([model], storage, {})
    assert storage.read("manifest.json") is None


@pytest.mark.parametrize(
    "content",
    [b"", b"-----BEGIN PRIVATE KEY-----", lambda: pem(X25519PrivateKey.generate())],
    ids=["empty", "cut off", "another kind"],
)
def test_a_file_that_holds_no_signing_key_is_refused(keys, storage, model, content):
    keys[0].parent.mkdir()
    keys[0].write_bytes(content() if callable(content) else content)
    with pytest.raises(DataError, match=r"signing\.pem holds no"):
        publish([model], storage, {})


def test_a_checkout_without_a_key_does_not_publish_over_what_another_one_signed(
    keys, storage, model, monkeypatch
):
    with monkeypatch.context() as others:
        others.setenv("SIGNING_KEY", str(keys[0].with_name("others.pem")))
        others.setenv("MODELS_PUBLIC_KEY", str(keys[1].with_name("others.pub")))
        publish([model], storage, {})
    before = storage.read("manifest.json")
    with pytest.raises(DataError, match=r"no key here.*delete it and publish again"):
        publish([model], storage, {})
    assert not keys[0].exists()
    assert not keys[1].exists()
    signing.signer()
    with pytest.raises(DataError, match="another key"):
        publish([model], storage, {})
    assert storage.read("manifest.json") == before
    (storage.root / "manifest.json").unlink()
    publish([model], storage, {})
    assert read(storage, keys[1]) == b"a model"


def test_what_an_older_release_published_is_published_over(storage, model):
    storage.write("manifest.json", b'{"format": 1, "version": "7"}')
    made = publish([model], storage, {})
    assert made.previous is None
    assert manifest.decode(storage.read("manifest.json"), SIGNER.public) == made


def test_what_a_newer_release_published_is_not(storage, model):
    newer = manifest.FORMAT + 1
    storage.write("manifest.json", b'{"format": %d}' % newer)
    with pytest.raises(manifest.OtherFormat, match=f"format {newer}"):
        publish([model], storage, {})


def test_a_key_of_openssls_making_will_do(keys, storage, model):
    keys[0].parent.mkdir()
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", keys[0]], check=True)
    publish([model], storage, {})
    assert read(storage, keys[1]) == b"a model"


def test_the_command_says_in_one_line_that_the_key_is_missing(keys, storage, model, capsys):
    publish([model], storage, {})
    model.write_bytes(b"another")
    publish([model], storage, {})
    keys[0].unlink()
    capsys.readouterr()
    arguments = ["rollback", "--out", str(storage.root)]
    assert_one_line((training.main(arguments), *capsys.readouterr()), "set SIGNING_KEY")


def test_by_default_the_keys_lie_in_the_checkout_and_git_does_not_see_them(monkeypatch):
    monkeypatch.delenv("SIGNING_KEY")
    monkeypatch.delenv("MODELS_PUBLIC_KEY")
    places = [signing.private_file(), signing.public_file()]
    assert places == [ROOT / ".keys" / "signing.pem", ROOT / "shared" / "models.pub"]
    ignored = subprocess.run(["git", "check-ignore", *places], cwd=ROOT, capture_output=True)
    assert len(ignored.stdout.splitlines()) == 2


def test_serving_from_a_directory_without_a_key_does_not_pay_for_cryptography(tmp_path):
    code = "import sys, shared.model_store, shared.web; print('cryptography' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "False\n"


def pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
