"""Asks the database of known vulnerabilities about what is locked for the functions.

Fails where it knows one, and where the audit itself fails. Where the database cannot be reached,
one line says so, and that is no failure: a machine without it must be able to run the tests.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SECONDS = 120
UNREACHABLE = re.compile(
    r"^requests\.exceptions\.(Connection|Proxy|SSL|ChunkedEncoding)Error\b"
    r"|^requests\.exceptions\.(Connect|Read)Timeout\b"
    r"|\bCould not connect to ",
    re.MULTILINE,
)
"""What pip-audit writes where the network is at fault."""


def main() -> int:
    """1 if any function has a package with a known vulnerability, or could not be audited."""
    code = 0
    for lock in sorted(ROOT.glob("functions/*/requirements.txt")):
        failed, said = judge(*ask(lock))
        print(f"audit of {lock.parent.name}: {said}")
        code = max(code, int(failed))
    return code


def ask(lock: Path) -> tuple[str, str]:
    """What pip-audit says of a lock, as JSON, nothing where it cannot say; and its complaints."""
    tool = Path(sys.executable).parent / "pip-audit"
    options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    try:
        done = subprocess.run(
            [tool, "--requirement", lock, *options],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "", f"Could not connect to the database within {SECONDS} seconds"
    return done.stdout, done.stderr


def judge(report: str, complaints: str) -> tuple[bool, str]:
    """Whether that is a failure, and what to say of it, with a line for each vulnerability."""
    try:
        packages = json.loads(report)["dependencies"]
    except ValueError:
        if UNREACHABLE.search(complaints):
            return False, "NOT DONE, the database cannot be reached"
        *_, last = ["pip-audit says nothing", *filter(str.strip, complaints.splitlines())]
        return True, f"FAILED, {last}"
    skipped = sum("skip_reason" in package for package in packages)
    found = [
        f"\n  {package['name']} {package['version']}: {each['id']}, "
        f"mended in {', '.join(each['fix_versions']) or 'no version'}"
        for package in packages
        for each in package.get("vulns", [])
    ]
    if found:
        return True, f"{len(found)} known vulnerabilities" + "".join(found)
    if skipped == len(packages):
        return False, "NOT DONE, the database cannot be reached or knows none of the packages"
    unknown = f", {skipped} that it does not know" if skipped else ""
    return False, f"no known vulnerability in {len(packages) - skipped} packages{unknown}"


if __name__ == "__main__":
    sys.exit(main())
