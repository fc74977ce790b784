"""Requests that schemathesis makes of openapi.yaml, sent to the staged bundles: all its checks.

FUZZ_EXAMPLES is how many it tries of each operation in each phase. `make fuzz` tries thousands.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import ALL_FUNCTIONS

ROOT = Path(__file__).parent.parent
CONFIGURATION = ROOT / "schemathesis.toml"
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10"))
SEED = os.environ.get("FUZZ_SEED", "1")
AT_LEAST = {"similar_jobs": 300, "top_skills": 500, "job_insights": 500, "submissions": 200}
"""Cases that are made of the examples and bounds alone, and that a short run has as well."""


def document_of(name):
    """openapi.yaml with the paths that are the function's own in the place of another one's."""
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    own = {
        item["x-path"]: item
        for item in document["components"].pop("pathItems").values()
        if name in item["options"]["tags"]
    }
    return {**document, "paths": {**document["paths"], **own}}


def strict(place):
    """A configuration with what holds everywhere, and without what addresses have in common."""
    text, _, _ = CONFIGURATION.read_text(encoding="utf-8").partition("[[operations]]")
    place.write_text(text, encoding="utf-8")
    return place


@pytest.mark.parametrize("name", ALL_FUNCTIONS)
def test_no_request_gets_an_answer_that_the_document_does_not_have(served, tmp_path, name):
    document = tmp_path / "openapi.yaml"
    document.write_text(yaml.safe_dump(document_of(name)))
    done = subprocess.run(
        [
            Path(sys.executable).parent / "schemathesis",
            *("--config-file", strict(tmp_path / "strict.toml"), "run", document),
            *("--url", served[name].url, "--include-tag", name),
            *("--checks", "all", "--continue-on-failure"),
            *("--max-examples", str(EXAMPLES), "--seed", SEED, "--warnings", "off"),
            *("--generation-database", "none", "--suppress-health-check", "all"),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONWARNINGS": "ignore", "COLUMNS": "200"},
    )
    # A line may be as long as a body.
    report = f"seed {SEED}\n" + "\n".join(line[:300] for line in done.stdout.splitlines()[-200:])
    assert done.returncode == 0, report
    cases = int(re.search(r"(\d+) generated", done.stdout)[1])
    print(f"{name}: {cases} requests, seed {SEED}")
    assert cases >= AT_LEAST[name], report
    log = served[name].log.read_text()
    assert '"ERROR"' not in log
    assert "Traceback" not in log
