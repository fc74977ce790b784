"""What a function's bundle brings along: locked by hash, audited, listed."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ALL_FUNCTIONS, ROOT

PYTHONS = ("3.11", "3.12", "3.13")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def lock_of(name):
    return (ROOT / "functions" / name / "requirements.txt").read_text("utf-8")


def locked(text):
    """Each requirement of a lock with its hashes."""
    entries = re.sub(r"\\\n", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    return [(Requirement(line.split(" --hash")[0]), HASH.findall(line)) for line in entries if line]


def pins(requirements):
    """Package → version, as they hold for this interpreter."""
    holding = [each for each in requirements if each.marker is None or each.marker.evaluate()]
    return {canonicalize_name(each.name): str(each.specifier)[2:] for each in holding}


@pytest.mark.parametrize("name", ALL_FUNCTIONS)
def test_each_package_is_locked_by_version_and_hash(name):
    entries = locked(lock_of(name))
    assert len(entries) > 20
    for requirement, hashes in entries:
        assert re.fullmatch(r"==[0-9][0-9a-z.]*", str(requirement.specifier)), requirement
        assert hashes, requirement


@pytest.mark.parametrize("name", ALL_FUNCTIONS)
def test_the_lock_names_no_place_to_fetch_from(name):
    assert "://" not in lock_of(name)
    assert not re.search(r"^-", lock_of(name), re.MULTILINE)


@pytest.mark.parametrize("name", ALL_FUNCTIONS)
def test_the_lock_has_what_is_asked_for(name):
    asked = (ROOT / "functions" / name / "requirements.in").read_text("utf-8")
    lines = [line for line in asked.splitlines() if line and not line.startswith("#")]
    assert (
        pins(map(Requirement, lines)).items() <= pins(r for r, _ in locked(lock_of(name))).items()
    )


def test_the_functions_lock_the_same_versions():
    versions: dict[str, set[str]] = {}
    for name in ALL_FUNCTIONS:
        for requirement, _ in locked(lock_of(name)):
            key = f"{requirement.name}; {requirement.marker}"
            versions.setdefault(key, set()).add(str(requirement.specifier))
    assert {key: each for key, each in versions.items() if len(each) > 1} == {}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", ALL_FUNCTIONS)
def test_each_python_gets_one_version_of_each_package(name, python):
    environment = {"python_version": python, "python_full_version": f"{python}.1"}
    found = [
        canonicalize_name(requirement.name)
        for requirement, _ in locked(lock_of(name))
        if requirement.marker is None or requirement.marker.evaluate(environment)
    ]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("name", ALL_FUNCTIONS)
def test_the_lock_is_all_that_a_bundle_needs(name, clean_python):
    """It installs with all hashes compared, and pip's `check` misses nothing: `clean_python`."""
    listed = "from importlib.metadata import distributions as d; import json; "
    listed += "print(json.dumps([[each.metadata['Name'], each.version] for each in d()]))"
    output = subprocess.run(
        [clean_python(name), "-c", listed], capture_output=True, text=True, check=True
    )
    there = {canonicalize_name(each): version for each, version in json.loads(output.stdout)}
    assert there == pins(requirement for requirement, _ in locked(lock_of(name)))


def test_pip_refuses_what_has_another_hash(tmp_path):
    (entry,) = re.findall(r"^blinker==.*\n(?: .*\n)+", lock_of("top_skills"), re.MULTILINE)
    lock = tmp_path / "requirements.txt"
    lock.write_text(re.sub(r"sha256:[0-9a-f]", "sha256:", entry).replace("sha256:", "sha256:0"))
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "-r", lock]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr


# SBOM


@pytest.mark.parametrize("name", ALL_FUNCTIONS)
def test_the_bill_of_materials_names_each_package(name, tmp_path):
    options = "--output-reproducible --output-format JSON"  # As `make sbom` has them.
    assert options in (ROOT / "Makefile").read_text("utf-8")
    bill = tmp_path / "bill.json"
    lock = ROOT / "functions" / name / "requirements.txt"
    tool = Path(sys.executable).parent / "cyclonedx-py"
    command = [tool, "requirements", lock, *options.split(), "--output-file", bill]
    subprocess.run(command, check=True, capture_output=True)
    written = json.loads(bill.read_text())
    assert written["bomFormat"] == "CycloneDX"
    named = {(each["name"], each["version"]) for each in written["components"]}
    assert named == {(r.name, str(r.specifier)[2:]) for r, _ in locked(lock_of(name))}


# The audit


@pytest.fixture(scope="module")
def audit():
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CLEAN = {"name": "flask", "version": "3.1.3", "vulns": []}
SKIPPED = {"name": "numpy", "skip_reason": "Dependency not found on the index"}
VULNERABLE = {"name": "flask", "version": "0.5", "vulns": [
    {"id": "PYSEC-2018-66", "fix_versions": ["0.12.3"], "aliases": [], "description": "…"},
]}  # fmt: skip


@pytest.mark.parametrize(
    ("packages", "known", "said"),
    [
        ([CLEAN, CLEAN], False, "no known vulnerability in 2 packages"),
        ([CLEAN, SKIPPED], False, "no known vulnerability in 1 packages, 1 that it does not know"),
        ([SKIPPED, SKIPPED], False, "NOT DONE"),
        ([VULNERABLE, SKIPPED], True, "flask 0.5: PYSEC-2018-66, mended in 0.12.3"),
    ],
)
def test_the_audit_fails_for_what_is_known_and_says_what_is_not(audit, packages, known, said):
    report = json.dumps({"dependencies": packages, "fixes": []})
    found, line = audit.judge(report, "Found 1 known vulnerability in 1 package")
    assert found is known
    assert said in line


def test_an_audit_that_cannot_be_done_says_so_in_a_line_and_is_no_failure(audit):
    nowhere = {"PATH": "/usr/bin:/bin", "HTTPS_PROXY": "http://127.0.0.1:9", "HOME": "/nonexistent"}
    done = subprocess.run(
        [sys.executable, ROOT / ".ci" / "audit.py"], env=nowhere, capture_output=True, text=True
    )
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == len(ALL_FUNCTIONS)
    assert all("NOT DONE, the database cannot" in line for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("complaint", "failed", "said"),
    [
        ("  File …\nrequests.exceptions.ConnectionError: refused\n", False, "NOT DONE"),
        ("  File …\nrequests.exceptions.ReadTimeout: read timed out\n", False, "NOT DONE"),
        ("  File …\nrequests.exceptions.SSLError: self-signed certificate\n", False, "NOT DONE"),
        ("ERROR:pip_audit._cli:Could not connect to the feed\nERROR:Tip\n", False, "NOT DONE"),
        ("usage: …\npip-audit: error: no such option\n\n", True, "FAILED, pip-audit: error: no"),
        ("  File …\nrequests.exceptions.HTTPError: 401\nServiceError", True, "FAILED, Service"),
        ("", True, "FAILED"),
    ],
)  # fmt: skip
def test_an_audit_that_fails_for_another_reason_than_the_network_fails(
    audit, complaint, failed, said
):
    found, line = audit.judge("", complaint)
    assert found is failed
    assert line.startswith(said)


def test_a_lock_that_cannot_be_read_fails_the_audit(audit, tmp_path):
    lock = tmp_path / "requirements.txt"
    lock.write_text("flask=\n")
    found, line = audit.judge(*audit.ask(lock))
    assert found
    assert line.startswith("FAILED")
    assert "\n" not in line
