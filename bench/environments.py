"""Virtual environments with a function's requirements and nothing else, as an instance has."""

import shutil
import subprocess
import sys
import venv
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parent.parent
KEPT = ROOT / ".cache" / "venvs"


def python_of(function: str) -> Path:
    """The interpreter of the function's environment, which is made where it is missing.

    Environments are kept in .cache by the digest of what they are made of; functions with the same
    requirements share one.
    """
    requirements = ROOT / "functions" / function / "requirements.txt"
    digest = sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    home = KEPT / digest
    python = home / "bin" / "python"
    if not (home / "installed").exists():
        shutil.rmtree(home, ignore_errors=True)
        venv.create(home, with_pip=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", requirements], check=True)
        subprocess.run([python, "-m", "pip", "check"], check=True)
        (home / "installed").touch()
    return python
