"""docs/faults.md: every test that it names is there, and what it says of times is so."""

import ast
import re

from shared import model_store, storage
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "faults.md").read_text("utf-8")
ROWS = [line[1:-1].split("|") for line in PAGE.splitlines() if line.startswith("| ")][2:]


def functions(path):
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_row_names_a_test_that_is_there():
    assert len(ROWS) > 20
    for row in ROWS:
        assert len(row) == 5, row
        path, name = re.fullmatch(r"`(tests/[a-z_/]+\.py)::(test_\w+)`", row[4].strip()).groups()
        assert name in functions(path), name


def test_every_test_of_faults_is_named():
    for name in functions("tests/shared/test_faults.py"):
        assert not name.startswith("test_") or f"::{name}`" in PAGE, name


def test_the_times_are_those_of_the_code():
    assert f"{model_store.WAIT_SECONDS:g} seconds at most** (`WAIT_SECONDS`" in PAGE
    assert (model_store.LOAD_SECONDS, model_store.BACK_OFF_SECONDS) == (120, 1)
    assert f"first, for {storage.RETRY_SECONDS} s" in PAGE
    submissions = (ROOT / "functions" / "submissions" / "main.py").read_text("utf-8")
    (keep,) = re.findall(r"^KEEP_SECONDS = (\d+)$", submissions, re.MULTILINE)
    assert f"{keep} seconds at most (`KEEP_SECONDS`)" in PAGE
