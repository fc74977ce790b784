import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared import manifest, signature
from shared.errors import ModelsUnavailable
from shared.manifest import FORMAT, File, Manifest
from tests.conftest import SIGNER
from training.signing import Signer

MADE = Manifest("1f", 7, "now", None, (File("a.model", 1, "0" * 64),), {"a": 'b"}\n'})
SIGNED = MADE.encode(SIGNER)
OTHER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(32)))


def decode(text):
    return manifest.decode(text, SIGNER.public)


def test_a_signed_manifest_is_json_and_is_followed():
    assert decode(SIGNED) == MADE
    assert json.loads(SIGNED)["version"] == "1f"


def test_the_same_manifest_has_the_same_signature():
    assert MADE.encode(SIGNER) == SIGNED


def test_where_there_is_no_public_key_anything_is_followed():
    assert manifest.decode(SIGNED) == manifest.decode(MADE.encode()) == MADE


def test_a_manifest_that_is_not_signed_is_refused_and_says_what_to_do():
    with pytest.raises(ModelsUnavailable, match=r"not signed.*python -m training publish"):
        decode(MADE.encode())


def test_a_manifest_that_somebody_else_signed_is_refused_and_says_what_to_do():
    with pytest.raises(ModelsUnavailable, match=r"another key.*deploy from the checkout"):
        decode(MADE.encode(OTHER))


def test_whatever_bit_is_flipped_the_manifest_is_refused():
    for bit in range(8 * len(SIGNED)):
        text = bytearray(SIGNED)
        text[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ModelsUnavailable):
            decode(bytes(text))


@pytest.mark.parametrize(
    "text",
    [
        SIGNED[:-1],
        SIGNED + b"\n",
        b" " + SIGNED,
        SIGNED[:-2] + b',"version": "2"}\n',
        SIGNED.replace(b'"version": "1f"', b'"version": "2f"'),
        SIGNED[:-1] + SIGNED[-1:].upper() + SIGNED,
        MADE.encode()[:-3] + SIGNED[-149:],
        SIGNED[:-3].upper() + SIGNED[-3:],
    ],
    ids=range(8),
)
def test_a_signed_manifest_to_which_anything_was_done_is_refused(text):
    with pytest.raises(ModelsUnavailable):
        decode(text)


def test_a_signature_made_for_anything_else_does_not_fit():
    content = MADE.encode().removesuffix(b"\n}\n")
    assert signature.attach(content, SIGNER.key.sign(signature.message(content))) == SIGNED
    with pytest.raises(ModelsUnavailable, match="another key"):
        decode(signature.attach(content, SIGNER.key.sign(content)))


def test_a_manifest_of_another_format_says_so_whoever_signed_it():
    text = SIGNED.replace(f'"format": {FORMAT}'.encode(), b'"format": 1')
    with pytest.raises(ModelsUnavailable, match=r"format 1.*PUBLISH=always"):
        decode(text)


# The public key's file


def test_the_public_key_lies_beside_the_modules_or_where_the_environment_says(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("MODELS_PUBLIC_KEY", "/some/where")
    assert str(signature.public_key_file()) == "/some/where"
    monkeypatch.delenv("MODELS_PUBLIC_KEY")
    monkeypatch.setattr(signature, "PUBLIC_KEY", tmp_path / "models.pub")
    assert signature.public_key_file() is None
    (tmp_path / "models.pub").touch()
    assert signature.public_key_file() == tmp_path / "models.pub"


@pytest.mark.parametrize(
    "text", ["", "0" * 63, "0" * 65, "G" * 64, "A" * 64, "\x80", "0" * 64 + "\n\n"]
)
def test_a_file_that_holds_no_key_makes_the_models_unavailable(tmp_path, text):
    (tmp_path / "models.pub").write_text(text, "latin-1")
    with pytest.raises(ModelsUnavailable, match=r"models\.pub"):
        signature.read_public_key(tmp_path / "models.pub")


def test_a_key_file_that_is_named_has_to_be_there(tmp_path):
    with pytest.raises(ModelsUnavailable, match="cannot be read"):
        signature.read_public_key(tmp_path / "models.pub")
