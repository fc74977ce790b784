"""`make test` has Java, or says in one line that it is missing."""

import shutil
import subprocess

import pytest

from tests.conftest import ROOT


@pytest.fixture
def java(tmp_path):
    """Runs .ci/java for somebody who is not root, with a `java` that says what is given."""

    def run(says=None):
        for name in ("bash", "grep", "env"):
            if not (tmp_path / name).exists():
                (tmp_path / name).symlink_to(shutil.which(name))
        answers = {"id": "1000"} | ({"java": says} if says else {})
        for name, answer in answers.items():
            (tmp_path / name).write_text(f"#!/usr/bin/env bash\necho '{answer}' >&1\n")
            (tmp_path / name).chmod(0o755)
        return subprocess.run(
            [ROOT / ".ci" / "java"], env={"PATH": str(tmp_path)}, capture_output=True, text=True
        )

    return run


@pytest.mark.parametrize("says", ['openjdk version "17.0.15" 2025-04-15', 'java version "21"'])
def test_java_that_is_new_enough_is_enough(java, says):
    assert java(says).returncode == 0


@pytest.mark.parametrize("says", [None, 'java version "1.8.0_392"', 'openjdk version "11.0.2"'])
def test_what_is_missing_is_one_line(java, says):
    done = java(says)
    assert done.returncode == 1
    assert done.stderr == (
        "error: Java 17 or newer is needed for the tests; on Debian it is in default-jre-headless\n"
    )


def test_make_test_asks_for_it():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert ".ci/java" in makefile.partition("\ntest:")[2].partition("\n\n")[0]
