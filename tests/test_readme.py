"""What README shows is what happens.

A `console` block is one command after `$ ` and its answer, and is really run. When the models have
changed, `REFRESH_README=1 pytest tests/test_readme.py` writes the new answers into README.md.
"""

import ast
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import functions_framework
import pytest
import requests

from shared import limits
from tests.conftest import ALL_FUNCTIONS, START_SECONDS, free_port
from training import wheel
from training.__main__ import parser
from training.sources import starter, statements

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
PAGES = ("README.md", "NOTICE.md", "CHANGELOG.md", "SECURITY.md", "docs/data.md")
CONSOLE = re.compile(r"^```console\n\$ (.*)\n((?:(?!```).*\n)*)```$", re.MULTILINE)
COMMANDS = [command for command, _ in CONSOLE.findall(TEXT)]
DECIMAL = re.compile(r"\d+\.\d+")
CLOSE = 0.005


def section(title):
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)[1]


def text_block(title):
    return re.search(r"^```text\n(.*?)^```$", section(title), re.MULTILINE | re.DOTALL)[1]


def same(shown, had):
    """Whether two answers have the same text, and numbers that agree to two decimals."""
    numbers = zip(DECIMAL.findall(shown), DECIMAL.findall(had), strict=False)
    return DECIMAL.split(shown) == DECIMAL.split(had) and all(
        abs(float(one) - float(other)) <= CLOSE for one, other in numbers
    )


def free_ports_in_a_row():
    """The first of them: for the gateway and the functions behind it."""
    while True:
        port = free_port()
        with ExitStack() as probes, suppress(OSError, OverflowError):
            for after in range(1, 1 + len(ALL_FUNCTIONS)):
                probes.enter_context(socket.socket()).bind(("127.0.0.1", port + after))
            return port


@pytest.fixture(scope="module")
def local(default_models, tmp_path_factory):
    """`python -m local` on the default models: its port, and what it printed."""
    port = free_ports_in_a_row()
    log = tmp_path_factory.mktemp("local") / "log"
    environment = {**os.environ, "PORT": str(port), "MODELS_URI": str(default_models)}
    environment["SUBMISSIONS_URI"] = str(log.parent / "submissions")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local"], cwd=ROOT, env=environment,
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + START_SECONDS
        while "data%20scientist" not in log.read_text("utf-8"):
            assert process.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.05)
        yield port, log.read_text("utf-8")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


@pytest.fixture
def run(local, default_models):
    """Runs a command of README in a shell as a reader has it, and gives what it prints."""
    port, _ = local

    def run(command):
        command = command.replace("127.0.0.1:8080", f"127.0.0.1:{port}")
        command = command.replace(".venv/bin/python", "python")
        work = f"training evaluate --work '{default_models.parent / 'work'}'"
        command = command.replace("training evaluate", work)
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        result = subprocess.run(
            ["bash", "-c", command], cwd=ROOT, env={**os.environ, "PATH": path},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        return result.stdout

    return run


def test_its_answers_are_those_of_the_two_requests_and_of_the_evaluation():
    assert ["curl" in command for command in COMMANDS] == [True, True, False]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[:40])
def test_a_command_answers_what_is_shown(run, command):
    text = README.read_text(encoding="utf-8")
    shown = dict(CONSOLE.findall(text))[command]
    had = run(command)
    if same(shown, had):
        return
    block = f"```console\n$ {command}\n{had}```"
    if os.environ.get("REFRESH_README") != "1":
        pytest.fail(
            "README.md shows another answer than there is now. Paste this over it, or run\n"
            "REFRESH_README=1 .venv/bin/python -m pytest tests/test_readme.py\n\n" + block,
            pytrace=False,
        )
    old = f"```console\n$ {command}\n{shown}```"
    README.write_text(text.replace(old, block), encoding="utf-8")


def test_its_requests_are_those_that_make_run_prints(local):
    port, log = local
    printed = re.findall(r"^  (curl .*)$", log, re.MULTILINE)

    assert len(printed) == 2
    for request in printed:
        request = request.replace(f":{port}", ":8080")
        assert any(command.startswith(request) for command in COMMANDS), request


def test_a_title_gets_the_same_answer_however_it_is_written(local):
    port, _ = local
    written = re.findall(r"`(\S+%20\S+)`", section("Ask it"))
    skills = [
        requests.get(f"http://127.0.0.1:{port}/model/skills/{each}", timeout=30).json()["results"]
        for each in ("data%20scientist", *written)
    ]

    assert len(skills) == 2
    assert skills[0] == skills[1]


def settings_read_in(paths):
    """The environment variables that Python files read, each with its default, as it is written."""
    read = {}
    for path in paths:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            node.targets[0].id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        }

        def value(node, constants=constants):
            return constants.get(getattr(node, "id", ""), getattr(node, "value", None))

        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "os.environ.get":
                name, *default = map(value, node.args)
                read[name] = default[0] if default else None
            elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
                read[value(node.slice)] = None
    return read


def test_its_settings_are_those_that_are_read():
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", section("Configuration"), re.MULTILINE)
    ours = settings_read_in(
        path for name in ("shared", "functions", "local") for path in (ROOT / name).rglob("*.py")
    )
    framework = settings_read_in(Path(functions_framework.__file__).parent.rglob("*.py"))
    written = dict(rows)

    assert None not in ours
    assert set(ours) <= set(written)
    assert set(written) <= set(ours) | set(framework)
    for name, default in ours.items():
        if default is not None and default != "":
            number = f"{default:g}" if isinstance(default, float) else default
            assert written[name] == f"`{number}`"


def test_every_place_of_its_layout_is_there():
    place = []
    found = []
    for line in text_block("How it is laid out").splitlines():
        indent, names = re.match(r"( *)([^\s,]+(?:, [^\s,]+)*)", line).groups()
        for name in names.split(", "):
            place = [*place[: len(indent) // 2], name]
            found.append(ROOT.joinpath(*place))

    assert len(found) > 15
    assert [path for path in found if not path.exists()] == []


@pytest.mark.parametrize("package", ["shared", "training"])
def test_every_module_is_in_its_layout(package):
    modules = {path.name for path in (ROOT / package).glob("[!_]*.py")}
    listed = re.search(rf"^{package}/.*?(?=^\w)", text_block("How it is laid out"), re.M | re.S)[0]
    assert modules == set(re.findall(r"\w+\.py", listed))


def test_every_training_command_in_it_is_one():
    commands = re.findall(r"python -m training ([^`\n|]*)", TEXT)

    steps = {"build", "dataset", "fit", "evaluate", "publish", "rollback"}
    assert {command.split()[0] for command in commands} >= steps
    commands += [f"build {each}" for each in re.findall(r"`(--[^`]*)`", section("Train your own"))]
    for command in commands:
        parser().parse_args(shlex.split(command, comments=True))


def test_the_sizes_of_the_data_are_as_it_says():
    records = list(statements.Statements().records())
    occupations = len({each.occupation for each in records})
    notice = (ROOT / "NOTICE.md").read_text(encoding="utf-8")

    assert f"in {occupations} occupations" in " ".join(section("The models").split())
    assert f"{len(records):,} task statements of {occupations} occupations" in notice
    for package, version in (each.requirement.split("==") for each in (wheel.LAISER, wheel.OEWS)):
        assert re.search(rf"\[{package}\]\(\S+\) {re.escape(version)} \|", notice)


def test_every_make_target_in_it_is_one():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    wanted = set(re.findall(r"(?:`|^)make ([a-z]+)", TEXT, re.MULTILINE))

    assert {"run", "test"} <= wanted <= targets


def test_the_title_it_adds_is_read(tmp_path):
    (tmp_path / "beekeeper.txt").write_text(text_block("Add a title"), encoding="utf-8")
    occupations = {each.occupation for each in statements.Statements().records()}

    (title,) = starter.read(tmp_path)
    assert (title.title, len(title.also), len(title.lines)) == ("beekeeper", 2, 3)
    assert set(title.occupations) <= occupations


@pytest.mark.parametrize("page", PAGES)
def test_every_relative_link_leads_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)", text)

    assert [
        each
        for each in links
        if "://" not in each and not (ROOT / page).parent.joinpath(each).exists()
    ] == []
    assert any("://" not in each for each in links)


def test_its_limits_of_skills_are_those_of_the_code():
    api = section("API")

    assert f"| {limits.SKILLS_DEFAULT} phrases" in api
    assert f"up to {limits.SKILLS_MOST} skills" in api
