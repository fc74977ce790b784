"""Virtual environments with a function's requirements and nothing else, as an instance has."""

import fcntl
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parent.parent
KEPT = ROOT / ".cache" / "venvs"
INSTALL = ROOT / ".ci" / "install"


def python_of(function: str) -> Path:
    """The interpreter of the function's environment, which is made where it is missing.

    Environments are kept in .cache by the digest of what they are made of; functions with the same
    requirements share one.
    """
    requirements = ROOT / "functions" / function / "requirements.txt"
    made_of = requirements.read_bytes() + INSTALL.read_bytes() + sys.version.encode()
    digest = sha256(made_of).hexdigest()[:12]
    home = KEPT / digest
    python = home / "bin" / "python"
    with one_at_a_time("venvs"):
        if not (home / "installed").exists():
            shutil.rmtree(home, ignore_errors=True)
            venv.create(home)
            subprocess.run([INSTALL, home, "--require-hashes", "-r", requirements], check=True)
            pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python]
            subprocess.run([*pip, "check"], check=True)
            (home / "installed").touch()
    return python


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Holds the lock of this name: no two processes make the same thing in the checkout."""
    lock = ROOT / ".cache" / f"{name}.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
