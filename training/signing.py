"""The key that publications are signed with: made once, kept out of the repository.

The private half is what makes somebody a publisher. The public half, in `shared/models.pub`, goes
into each function's bundle, which then serves no models but those that the private half signed.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from shared import signature
from training.errors import DataError

VARIABLE = "SIGNING_KEY"
DEFAULT = Path(__file__).parent.parent / ".keys" / "signing.pem"


@dataclass(frozen=True)
class Signer:
    """A private key; `public` is its other half."""

    key: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """32 bytes."""
        return self.key.public_key().public_bytes_raw()

    def __call__(self, content: bytes) -> bytes:
        """The text of a manifest whose content, a JSON object without closing brace, this is."""
        return signature.attach(content, self.key.sign(signature.message(content)))


def private_file() -> Path:
    """Where the private key lies or will lie."""
    return Path(os.environ.get(VARIABLE) or DEFAULT)


def public_file() -> Path:
    """Where the public key lies or will lie."""
    return Path(os.environ.get(signature.PUBLIC_KEY_VARIABLE) or signature.PUBLIC_KEY)


def public_key() -> bytes | None:
    """The public half, from whichever file there is; None before the first publication."""
    if public_file().exists():
        return signature.read_public_key(public_file())
    return _read(private_file()).public if private_file().exists() else None


def signer() -> Signer:
    """The key, made now where there is none at all. Raises `DataError` where only half is there."""
    private, public = private_file(), public_file()
    if not private.exists() and public.exists():
        raise DataError(
            f"{public} says whose models are served, and {private} with the key to sign them is "
            f"missing: get it from who published first and set {VARIABLE}, or remove {public} to "
            "begin with a key of your own, then publish and deploy again (SECURITY.md)"
        )
    if not private.exists():
        _make(private)
    made = _read(private)
    if not public.exists():
        public.parent.mkdir(parents=True, exist_ok=True)
        public.write_text(made.public.hex() + "\n", encoding="ascii")
    elif signature.read_public_key(public) != made.public:
        raise DataError(
            f"{private} is not the key whose public half is {public}: set {VARIABLE} to the one "
            f"that is, or remove {public}, then publish and deploy again (SECURITY.md)"
        )
    return made


def _make(path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
    except FileExistsError:
        return  # Somebody else's first publication made it just now.
    print(f"made {path}, the key that signs publications: keep it secret, and keep it "
          "(SECURITY.md)", file=sys.stderr)  # fmt: skip


def _read(path: Path) -> Signer:
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise DataError(f"{path} holds no private key that can be used: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise DataError(f"{path} holds no Ed25519 key; make one with `openssl genpkey "
                        "-algorithm ed25519`")  # fmt: skip
    return Signer(key)
