"""Whose manifests are followed: Ed25519 signatures, and the public key in a function's bundle.

A signed manifest is a JSON object whose last member is the signature of every byte before it:

    {"created": ..., "version": "7"
    ,"signature": "128 hexadecimal digits"}
"""

import os
import re
from pathlib import Path

from shared.errors import ModelsUnavailable

PUBLIC_KEY = Path(__file__).with_name("models.pub")
"""Written where the first version is published, staged with the modules beside it."""
PUBLIC_KEY_VARIABLE = "MODELS_PUBLIC_KEY"
UNSIGNED_ALLOWED = "ALLOW_UNSIGNED_MODELS"
EMULATOR = "STORAGE_EMULATOR_HOST"
"""Names a bucket that stands in for Google's, on the machine of who develops."""

_PURPOSE = b"career climber: models manifest\n"
"""Goes before what is signed: a signature that was made for anything else does not fit."""
_END = re.compile(rb'\n,"signature": "([0-9a-f]{128})"}\n', re.ASCII)
_END_BYTES = len(b'\n,"signature": ""}\n') + 128
_KEY = re.compile(r"[0-9a-f]{64}\n?", re.ASCII)


def public_key_file() -> Path | None:
    """The file with the key that manifests must be signed by; None where there is none.

    `MODELS_PUBLIC_KEY` names it, and then it has to be there; else it lies beside this module.
    """
    named = os.environ.get(PUBLIC_KEY_VARIABLE)
    if named:
        return Path(named)
    return PUBLIC_KEY if PUBLIC_KEY.exists() else None


def unsigned_allowed() -> bool:
    """Whether models of a bucket may be followed without a public key."""
    return os.environ.get(UNSIGNED_ALLOWED) == "1" or bool(os.environ.get(EMULATOR))


def read_public_key(path: Path) -> bytes:
    """The 32 bytes of a key. Raises `ModelsUnavailable` for a file that has none."""
    try:
        text = path.read_text("ascii")
    except (OSError, ValueError) as error:
        raise ModelsUnavailable(f"the public key {path} cannot be read: {error}") from error
    if not _KEY.fullmatch(text):
        raise ModelsUnavailable(f"{path} holds no public key, which is 64 hexadecimal digits")
    return bytes.fromhex(text)


def message(content: bytes) -> bytes:
    """What is signed for a manifest: its content, and what it is for."""
    return _PURPOSE + content


def attach(content: bytes, signature: bytes) -> bytes:
    """A signed manifest's text. `content` is a JSON object without its closing brace."""
    return content + b'\n,"signature": "' + signature.hex().encode() + b'"}\n'


def check(text: bytes, public_key: bytes) -> None:
    """Raises `ModelsUnavailable` unless the text is signed by that key, whole and unchanged."""
    # Imported here: where nothing is signed, nobody pays for it.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    end = _END.fullmatch(text, max(0, len(text) - _END_BYTES))
    if not end:
        raise ModelsUnavailable(
            "the manifest is not signed, and only the models of the one whose public key is in "
            f"{PUBLIC_KEY.name} are served: publish with `python -m training publish` and its key"
        )
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
        key.verify(bytes.fromhex(end[1].decode()), message(text[: end.start()]))
    except InvalidSignature:
        raise ModelsUnavailable(
            "the manifest was changed, or signed by another key than the one in "
            f"{PUBLIC_KEY.name}: publish with the key that belongs to it, or deploy from the "
            "checkout that published these models"
        ) from None
