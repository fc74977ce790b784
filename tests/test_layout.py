"""The arrows between the project's parts go one way: functions → shared ← training."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import FUNCTIONS, PUBLIC_KEY

ROOT = Path(__file__).parent.parent
PARTS = ("bench", "functions", "local", "shared", "tests", "training")
MAY_IMPORT = {
    "functions": {"shared"},
    "shared": {"shared"},
    "training": {"shared", "training"},
    "local": {"local"},
}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_a_part_imports_only_what_it_may(part):
    modules = sorted((ROOT / part).rglob("*.py"))
    assert modules
    found = {
        (path.name, name) for path in modules for name in imported(path)
        if name.partition(".")[0] in set(PARTS) - MAY_IMPORT[part]
    }  # fmt: skip
    assert not found


def pins(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith(("#", "-"))}


def test_every_requirement_is_pinned():
    for path in [
        ROOT / "requirements.txt",
        ROOT / "bench" / "requirements.txt",
        ROOT / "training" / "requirements.txt",
        *ROOT.glob("training/processing/requirements*.txt"),
        *ROOT.glob("functions/*/requirements.in"),
    ]:
        assert pins(path)
        assert not [line for line in pins(path) if "==" not in line]


def test_the_functions_run_on_the_same_versions():
    versions = {}
    training = ROOT / "training" / "requirements.txt"
    for path in [training, *ROOT.glob("functions/*/requirements.in")]:
        for name, version in (line.split("==") for line in pins(path)):
            assert versions.setdefault(name, version) == version


NOT_FOR_ANSWERING = {"sklearn", "scipy", "joblib", "pandas", "google.cloud.storage", "training"}


ASKED = {"similar_jobs": "/", "top_skills": "/titles", "job_insights": "/paths/cook"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_answer_from_a_directory_imports_nothing_heavy(name, staged, models):
    code = f"""
import sys
from functions_framework import create_app
client = create_app({name!r}, {str(staged[name] / "main.py")!r}).test_client()
body = {{"experience": [{{"description": "drove a truck"}}]}}
post = {name!r} == "similar_jobs"
answer = client.post("/", json=body) if post else client.get({ASKED[name]!r})
assert answer.status_code == 200, answer.data
print([name for name in {sorted(NOT_FOR_ANSWERING)!r} if name in sys.modules])
"""
    environment = {
        "MODELS_URI": str(models),
        "MODELS_PUBLIC_KEY": PUBLIC_KEY,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "[]"
