"""deploy.sh: what it stages, what it would run, how it stops; and the page that describes it."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest

from local import gateway
from shared import limits, manifest, model_store
from shared.storage import open_storage
from tests.conftest import ALL_FUNCTIONS, FUNCTIONS, PUBLIC_KEY
from tests.linked import linked
from training import __main__ as training
from training import publish, steps, wheel
from training.sources import starter

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "operating.md").read_text("utf-8")
SETTING = re.compile(r"^([A-Z_]+)=\$\{\1:-(.*)\} # (.+)$", re.MULTILINE)
GCLOUD_SECONDS = 120
AS_IT_IS = {"PUBLISH": "never", "MODELS_SERIAL_FLOOR": "0"}
"""The bucket is left alone, and nobody asks what is in it."""
LEFT_OUT = ("__pycache__", "models.pub")
"""What may lie in the checkout and is none of the tests' business."""

# Stands for gcloud where the real one would need a project: notes its arguments, then answers as
# if everything were there already (EXISTS=1) but the service ABSENT, or nothing; what contains
# FAILS fails, FAIL_TIMES times at most.
FAKE_GCLOUD = f"""#!{sys.executable} -IS
import json, os, sys
words, calls = " ".join(sys.argv[1:]), os.environ["CALLS"]
with open(calls, "a+") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
    file.seek(0)
    times = sum(os.environ.get("FAILS", "\\0") in " ".join(json.loads(line)) for line in file)
if os.environ.get("FAILS", "\\0") in words and times <= int(os.environ.get("FAIL_TIMES", "99")):
    sys.exit("ERROR: (gcloud) the server said no")
if words.startswith("config get project"):
    print(os.environ.get("CONFIGURED", ""))
elif words.startswith("functions describe"):
    print(f"https://{{sys.argv[3]}}.example")
elif words.startswith("run services list") and (
    not os.environ.get("EXISTS") or "name=" + os.environ.get("ABSENT", " ") in words
):
    print("[]")
elif words.startswith("iam roles describe") and "value(deleted)" in words:
    print(os.environ.get("ROLE_DELETED", ""))
elif "json(lifecycle_config)" in words:
    with open("functions/submissions/lifecycle.json") as file:
        rules = json.loads(os.environ.get("RULES", file.read()))
    print(json.dumps({{"lifecycle_config": rules}}, indent=2))
elif " get-iam-policy " in words:
    print(json.dumps({{"bindings": [{{"members": os.environ.get("MEMBERS", "").split()}}]}}))
elif words.startswith("compute backend-services list") and os.environ.get("EXISTS"):
    print("top-skills")
elif words.startswith("storage objects list") and os.environ.get("EXISTS"):
    print("models/manifest.json")
elif " describe " in words and not os.environ.get("EXISTS"):
    sys.exit("ERROR: (gcloud) not found")
elif words.startswith(("run services describe", "run services list")):
    boost = {{"run.googleapis.com/startup-cpu-boost": "true"}}
    floor = {{"name": "MODELS_SERIAL_FLOOR", "value": os.environ.get("DEPLOYED_FLOOR", "0")}}
    traffic = json.loads(os.environ.get("TRAFFIC", '{{"latestRevision": true, "percent": 100}}'))
    env = [{{"name": "THREADS", "value": "8"}}, floor]
    print(json.dumps({{"a": boost, "env": env, "traffic": [traffic]}}, indent=2))
"""

# Stands for every command of the page: notes its name and arguments.
RECORDER = f"""#!{sys.executable} -IS
import json, os, sys
with open(os.environ["CALLS"], "a") as file:
    file.write(json.dumps([os.path.basename(sys.argv[0]), *sys.argv[1:]]) + "\\n")
"""


@dataclass
class Tree:
    """A copy of what deploy.sh needs of the repository, to be changed and staged at will."""

    root: Path
    bin: Path
    environment: dict[str, str] = field(default_factory=dict)

    def deploy(self, *arguments, **settings):
        path = f"{self.bin}{os.pathsep}{os.environ['PATH']}"
        keys = {name: os.environ[name] for name in ("SIGNING_KEY", "MODELS_PUBLIC_KEY")}
        environment = {"PATH": path, "HOME": str(self.root), "CALLS": str(self.root / "calls")}
        return subprocess.run(
            [self.root / "deploy.sh", *arguments],
            env={**environment, **keys, **self.environment, **settings},
            capture_output=True,
            text=True,
        )

    def calls(self) -> list[list[str]]:
        """The arguments of each call of the stand-in for gcloud."""
        file = self.root / "calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def staged(self, function: str) -> set[str]:
        bundle = self.root / "build" / function
        return {str(path.relative_to(bundle)) for path in bundle.rglob("*") if not path.is_dir()}


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "tree"
    for name in ("functions", "shared"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns(*LEFT_OUT))
    shutil.copy(ROOT / "deploy.sh", root)
    shutil.copy(PUBLIC_KEY, root / "shared" / "models.pub")
    (tmp_path / "bin").mkdir()
    return Tree(root, tmp_path / "bin")


@pytest.fixture
def fake_gcloud(tree):
    """Puts the stand-in for gcloud first in the tree's PATH."""
    executable(tree.bin / "gcloud", FAKE_GCLOUD)


@pytest.fixture
def publishable(tree, work, emulator):
    """Lets the tree publish the fitted models into the emulated bucket; gives their URI."""
    (tree.root / ".venv").symlink_to(sys.prefix)
    shutil.copytree(ROOT / "training", tree.root / "training")
    (tree.root / ".cache").mkdir()
    (tree.root / ".cache" / "training").symlink_to(work)
    uri = "gs://test-models/models"
    tree.environment |= {"STORAGE_EMULATOR_HOST": emulator, "MODELS_URI": uri}
    return uri


@pytest.fixture(scope="session")
def gcloud(tmp_path_factory):
    """Runs the real gcloud without any account or configuration."""
    if shutil.which("gcloud") is None:
        pytest.skip(
            "gcloud is not installed, and it is no package of Debian or of Python's index: "
            "https://cloud.google.com/sdk/docs/install"
        )

    def run(*arguments, **settings):
        home = tmp_path_factory.mktemp("gcloud")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "CLOUDSDK_CONFIG": str(home),
            "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
            "CLOUDSDK_CORE_CHECK_GCE_METADATA": "false",
            "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "true",
            **settings,
        }
        return subprocess.run(
            ["gcloud", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=GCLOUD_SECONDS,
        )

    return run


def executable(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def commands(output: str) -> list[list[str]]:
    return [shlex.split(line) for line in output.splitlines()]


def gcloud_commands(output: str) -> list[list[str]]:
    return [command[1:] for command in commands(output) if command[0] == "gcloud"]


def deployments(output: str) -> dict[str, list[str]]:
    """The arguments of `functions deploy`, by the name of the function in the cloud."""
    found = [c for c in gcloud_commands(output) if c[:2] == ["functions", "deploy"]]
    return {command[2]: command[3:] for command in found}


def value(arguments: Iterable[str], flag: str) -> str:
    (found,) = (each.partition("=")[2] for each in arguments if each.startswith(flag + "="))
    return found


def environment(arguments: Iterable[str]) -> dict[str, str]:
    """What a function will find in its environment."""
    text = value(arguments, "--set-env-vars")
    assert text.startswith("^@^")
    return dict(pair.split("=", 1) for pair in text.removeprefix("^@^").split("@"))


def for_one_function(distinct: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Without what is done to the other functions that answer from models in the same way."""
    return [command for command in distinct if not {"top-skills", "job-insights"} & set(command)]


def not_accepted(gcloud, distinct: Iterable[tuple[str, ...]], **settings) -> list[str]:
    """What gcloud says to those commands that fail for anything but want of an account.

    gcloud's own linter reads many in the time in which one is tried; it misreads some, and those
    that it does not pass are tried.
    """

    def complaint(command: tuple[str, ...]) -> str | None:
        done = gcloud(*command, **settings)
        if done.returncode == 1 and "not currently have an active account" in done.stderr:
            return None
        return f"{shlex.join(command)}: status {done.returncode}: {done.stderr}"

    with ThreadPoolExecutor(2) as pool:
        return [each for each in pool.map(complaint, not_linted(gcloud, list(distinct))) if each]


def not_linted(gcloud, distinct: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The commands that gcloud's linter does not pass: all, where this gcloud has none."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump([{"command_string": shlex.join(["gcloud", *each])} for each in distinct], file)
        file.flush()
        done = gcloud("meta", "lint-gcloud-commands", f"--commands-file={file.name}")
    found = json.loads(done.stdout) if done.returncode == 0 else []
    if len(found) != len(distinct):
        return distinct
    return [
        command for command, said in zip(distinct, found, strict=True) if not said.get("success")
    ]


# Staging


def test_a_bundle_is_the_function_its_requirements_and_the_shared_modules(tree):
    for clutter in (
        "shared/__pycache__/web.pyc", "shared/notes.txt", "shared/more/inner.py",
        "functions/top_skills/__pycache__/main.pyc", "functions/top_skills/try.py",
        "functions/top_skills/.env",
    ):  # fmt: skip
        (tree.root / clutter).parent.mkdir(exist_ok=True)
        (tree.root / clutter).touch()
    assert tree.deploy("--stage-only").returncode == 0
    modules = {path.name for path in (ROOT / "shared").glob("*.py")}
    for function in FUNCTIONS:
        expected = {"main.py", "requirements.txt", *(f"shared/{name}" for name in modules)}
        assert tree.staged(function) == {*expected, "shared/models.pub"}
        staged_key = tree.root / "build" / function / "shared" / "models.pub"
        assert staged_key.read_text() == Path(PUBLIC_KEY).read_text()
        for name in expected:
            source = (
                ROOT / name if name.startswith("shared/") else ROOT / "functions" / function / name
            )
            assert (tree.root / "build" / function / name).read_bytes() == source.read_bytes()


def test_a_linked_module_is_staged_as_a_file(tree):
    target = tree.root / "shared" / "web.py"
    target.rename(tree.root / "elsewhere.py")
    target.symlink_to(tree.root / "elsewhere.py")
    tree.deploy("--stage-only")
    staged = tree.root / "build" / "similar_jobs" / "shared" / "web.py"
    assert not staged.is_symlink()
    assert staged.read_bytes() == target.read_bytes()


def test_what_was_staged_before_does_not_stay(tree):
    tree.deploy("--stage-only")
    (tree.root / "build" / "top_skills" / "shared" / "old.py").touch()
    tree.deploy("--stage-only")
    assert "shared/old.py" not in tree.staged("top_skills")


def test_only_the_function_named_is_staged(tree):
    tree.deploy("--stage-only", "top_skills")
    assert [path.name for path in (tree.root / "build").iterdir()] == ["top_skills"]


def test_staging_needs_no_setting_of_the_cloud(tree):
    assert tree.deploy("--stage-only", MODELS_URI="models").returncode == 0


def test_gcloud_uploads_exactly_what_is_staged(tree, gcloud):
    tree.deploy("--stage-only")
    for function in FUNCTIONS:
        listed = gcloud("meta", "list-files-for-upload", tree.root / "build" / function)
        assert set(listed.stdout.splitlines()) == tree.staged(function)


def test_requirements_are_pinned_and_agree():
    pins: dict[str, str] = {}
    for function in ALL_FUNCTIONS:
        for line in (ROOT / "functions" / function / "requirements.in").read_text().splitlines():
            if line and not line.startswith("#"):
                name, version = re.fullmatch(r"([a-z0-9-]+)==([0-9][0-9.]*)", line).groups()
                assert pins.setdefault(name, version) == version


# Dry run


def test_a_dry_run_runs_nothing_and_changes_nothing(tree, fake_gcloud):
    before = sorted(tree.root.rglob("*"))
    done = tree.deploy("--dry-run")
    assert done.returncode == 0
    assert deployments(done.stdout).keys() == {n.replace("_", "-") for n in ALL_FUNCTIONS}
    assert tree.calls() == []
    assert sorted(tree.root.rglob("*")) == before


def test_a_dry_run_needs_no_gcloud(tree):
    for tool in ("bash", "dirname"):
        (tree.bin / tool).symlink_to(shutil.which(tool))
    assert tree.deploy("--dry-run", PATH=str(tree.bin)).returncode == 0


def test_by_default_nobody_else_may_call_and_no_page_may(tree):
    for arguments in deployments(tree.deploy("--dry-run", *FUNCTIONS).stdout).values():
        assert "--no-allow-unauthenticated" in arguments
        assert "--allow-unauthenticated" not in arguments
        assert environment(arguments).keys() == {
            "MODELS_URI", "MODELS_REFRESH_SECONDS", "THREADS", "GOOGLE_CLOUD_PROJECT",
        }  # fmt: skip


def test_public_access_and_origins_are_given_when_asked_for(tree):
    origins = "https://one.example https://two.example"
    done = tree.deploy("--dry-run", PUBLIC="1", CORS_ORIGINS=origins)
    for arguments in deployments(done.stdout).values():
        assert "--allow-unauthenticated" in arguments
        assert "--no-allow-unauthenticated" not in arguments
        assert environment(arguments)["CORS_ORIGINS"] == origins


@pytest.mark.parametrize("settings", [{}, {"CONCURRENCY": "3"}])
def test_an_instance_has_a_thread_for_each_request_it_takes(tree, settings):
    for arguments in deployments(tree.deploy("--dry-run", **settings).stdout).values():
        assert environment(arguments)["THREADS"] == value(arguments, "--concurrency")
        assert value(arguments, "--concurrency") == settings.get("CONCURRENCY", "8")


def test_every_setting_reaches_the_commands(tree):
    settings = {
        "PROJECT": "a-project", "REGION": "europe-west1", "MODELS_URI": "gs://a-bucket/a/prefix/",
        "SERVICE_ACCOUNT": "an-account", "BUILD_SERVICE_ACCOUNT": "build@example.org",
        "RUNTIME": "python312", "MEMORY": "1Gi", "CPU": "2", "CONCURRENCY": "5",
        "MIN_INSTANCES": "1", "MAX_INSTANCES": "7", "TIMEOUT": "90s",
        "MODELS_REFRESH_SECONDS": "120", "MODELS_SERIAL_FLOOR": "1795",
        "ALLOW_PICKLED_PIPELINES": "1", "ALLOW_UNSIGNED_MODELS": "0",
        "INGRESS": "internal-only", "RATE_LIMIT": "60", "BAN_SECONDS": "600",
        "PUBLIC": "1", "CORS_ORIGINS": "*", "PUBLISH": "always",
        "SUBMISSIONS_URI": "gs://sent-in", "SUBMISSIONS_ACCOUNT": "sent-in", "SUBMISSIONS_KEY": "k",
        "UPDATE_ACCOUNT": "an-updater", "UPDATE_SOURCES": "starter", "SCHEDULE": "0 1 * * *",
        "WEB_URI": "gs://b-bucket/page/", "API_URL": "https://api.example.org",
    }  # fmt: skip
    assert settings.keys() == {name for name, _, _ in SETTING.findall(script())}
    done = tree.deploy("--dry-run", "top_skills", **settings)
    assert deployments(done.stdout) == {
        "top-skills": [
            "--gen2", "--region=europe-west1", "--runtime=python312",
            "--source=build/top_skills", "--entry-point=top_skills", "--trigger-http",
            "--service-account=an-account@a-project.iam.gserviceaccount.com",
            "--memory=1Gi", "--cpu=2", "--concurrency=5", "--min-instances=1",
            "--max-instances=7", "--timeout=90s", "--ingress-settings=internal-only",
            "--set-env-vars=^@^MODELS_URI=gs://a-bucket/a/prefix@MODELS_REFRESH_SECONDS=120"
            "@THREADS=5@GOOGLE_CLOUD_PROJECT=a-project@MODELS_SERIAL_FLOOR=1795"
            "@ALLOW_PICKLED_PIPELINES=1@CORS_ORIGINS=*",
            "--serve-all-traffic-latest-revision", "--format=none", "--allow-unauthenticated",
            "--build-service-account=projects/a-project/serviceAccounts/build@example.org",
            "--project=a-project", "--quiet",
        ]
    }  # fmt: skip
    gcloud_lines = gcloud_commands(done.stdout)
    assert all("--project=a-project" in line for line in gcloud_lines)
    assert ["storage", "buckets", "create", "gs://a-bucket"] in [line[:4] for line in gcloud_lines]
    (publish,) = (line for line in commands(done.stdout) if "training" in line)
    assert publish[-2:] == ["--out", "gs://a-bucket/a/prefix"]


def test_the_functions_account_may_read_one_bucket_and_nothing_else(tree):
    output = tree.deploy("--dry-run", *FUNCTIONS, PROJECT="a-project").stdout
    (grant,) = (c for c in gcloud_commands(output) if any("--role" in word for word in c))
    assert grant[:4] == [
        "storage", "buckets", "add-iam-policy-binding", "gs://a-project-career-climber",
    ]  # fmt: skip
    assert value(grant, "--role") == "roles/storage.objectViewer"
    account = "career-climber@a-project.iam.gserviceaccount.com"
    assert value(grant, "--member") == f"serviceAccount:{account}"
    for arguments in deployments(output).values():
        assert value(arguments, "--service-account") == account


def test_the_entry_point_is_what_the_bundle_has(tree):
    tree.deploy("--stage-only")
    for name, arguments in deployments(tree.deploy("--dry-run").stdout).items():
        assert re.fullmatch("[a-z][a-z-]+", name)
        main = (tree.root / value(arguments, "--source") / "main.py").read_text()
        assert f"\ndef {value(arguments, '--entry-point')}(request" in main


def test_functions_look_for_new_models_as_often_as_their_code_does_by_default(tree):
    for arguments in deployments(tree.deploy("--dry-run", *FUNCTIONS).stdout).values():
        seconds = float(environment(arguments)["MODELS_REFRESH_SECONDS"])
        assert seconds == model_store.REFRESH_SECONDS


def test_through_a_link_nothing_is_done(tree, tmp_path):
    link = tmp_path / "elsewhere" / "deploy.sh"
    link.parent.mkdir()
    link.symlink_to(tree.root / "deploy.sh")
    done = subprocess.run([link, "--dry-run"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "in its checkout" in done.stderr


@pytest.mark.parametrize(
    ("setting", "looks", "publishes"),
    [("missing", True, True), ("always", False, True), ("never", False, False)],
)
def test_publishing_follows_its_setting(tree, setting, looks, publishes):
    output = tree.deploy("--dry-run", PUBLISH=setting).stdout
    assert ("storage objects list" in output) is looks
    assert ("-m training publish" in output) is publishes


@pytest.mark.parametrize(
    ("arguments", "settings", "named"),
    [
        (["similar_job"], {}, "similar_job"),
        (["similar_jobs top_skills"], {}, "similar_jobs top_skills"),
        (["../functions/top_skills"], {}, "../functions/top_skills"),
        ([""], {}, "''"),
        (["--dryrun"], {}, "--dryrun"),
        (["top_skills", "--public"], {}, "--public"),
        ([], {"PUBLIC": "yes"}, "PUBLIC"),
        ([], {"CONCURRENCY": "0"}, "CONCURRENCY"),
        ([], {"CONCURRENCY": "many"}, "CONCURRENCY"),
        ([], {"PUBLISH": "1"}, "PUBLISH"),
        ([], {"RATE_LIMIT": "0"}, "RATE_LIMIT"),
        ([], {"BAN_SECONDS": "5m"}, "BAN_SECONDS"),
        ([], {"MODELS_URI": "models"}, "MODELS_URI"),
        ([], {"SUBMISSIONS_URI": "submissions"}, "SUBMISSIONS_URI"),
        (["schedule"], {"SCHEDULE": "every monday"}, "SCHEDULE"),
        (["schedule"], {"UPDATE_SOURCES": "starter@SIGNING_KEY=x"}, "UPDATE_SOURCES"),
        (["schedule", "top_skills"], {}, "schedule"),
        ([], {"MODELS_REFRESH_SECONDS": "1@PUBLIC=1"}, "MODELS_REFRESH_SECONDS"),
        (["web"], {"WEB_URI": "web"}, "WEB_URI"),
        (["web"], {"API_URL": "api.example.org"}, "API_URL"),
        (["web"], {"API_URL": "https://api.example.org/path"}, "API_URL"),
        ([], {"MODELS_SERIAL_FLOOR": "-1"}, "MODELS_SERIAL_FLOOR"),
        ([], {"ALLOW_PICKLED_PIPELINES": "true"}, "ALLOW_PICKLED_PIPELINES"),
        ([], {"ALLOW_UNSIGNED_MODELS": "yes"}, "ALLOW_UNSIGNED_MODELS"),
        ([], {"ALLOW_UNSIGNED_MODELS": "1", "ALLOW_PICKLED_PIPELINES": "1"}, "any code"),
        (["floor", "top_skills"], {}, "floor"),
        (["--stage-only", "floor"], {}, "floor"),
        ([], {"CORS_ORIGINS": "https://one.example,https://two.example"}, "CORS_ORIGINS"),
        ([], {"CORS_ORIGINS": "https://one.example@THREADS=99"}, "CORS_ORIGINS"),
    ],
)
def test_what_is_unknown_is_refused_in_one_line(tree, fake_gcloud, arguments, settings, named):
    done = tree.deploy(*arguments, **settings)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert named in line
    assert done.stdout == ""
    assert tree.calls() == []
    assert not (tree.root / "build").exists()


def test_help_names_every_setting_and_its_default(tree):
    done = tree.deploy("--help")
    assert done.returncode == 0
    for name, default, meaning in SETTING.findall(script()):
        assert f"  {name}={default}\n      {meaning}\n" in done.stdout


# The page


def uploads(output: str) -> list[list[str]]:
    return [c[2:] for c in gcloud_commands(output) if c[:2] == ["storage", "rsync"]]


def test_the_page_is_uploaded_libraries_first_and_kept_as_long_as_it_may(tree):
    done = tree.deploy("--dry-run", "web", PROJECT="a-project", WEB_URI="gs://b-bucket/page/")
    assert deployments(done.stdout) == {}
    libraries, page = uploads(done.stdout)
    assert libraries[:2] == ["build/web/vendor", "gs://b-bucket/page/vendor"]
    assert value(libraries, "--cache-control") == "public, max-age=31536000, immutable"
    assert page[:2] == ["build/web", "gs://b-bucket/page"]
    assert value(page, "--cache-control") == "no-cache"
    assert value(page, "--exclude") == "^vendor/"
    assert "--delete-unmatched-destination-objects" in page


@pytest.mark.parametrize("public", ["0", "1"])
def test_the_page_is_for_everybody_only_where_that_is_asked_for(tree, public):
    done = tree.deploy("--dry-run", "web", PUBLIC=public)
    assert ("--member=allUsers" in done.stdout) is (public == "1")
    assert ("only you can see the page" in done.stderr) is (public == "0")


@pytest.mark.parametrize(("members", "closes"), [("allUsers user:a@b.example", True), ("", False)])
def test_a_page_that_everybody_could_see_is_closed_again(tree, fake_gcloud, members, closes):
    executable(tree.root / ".venv" / "bin" / "python", "#!/bin/sh\n")
    done = tree.deploy("web", PROJECT="a-project", EXISTS="1", MEMBERS=members)
    assert done.returncode == 0, done.stderr
    removed = [call for call in tree.calls() if "remove-iam-policy-binding" in call]
    assert [value(call, "--member") for call in removed] == ["allUsers"] * closes


@pytest.mark.parametrize("setting", ["MODELS_URI", "SUBMISSIONS_URI"])
def test_the_page_never_goes_to_the_bucket_of_something_else(tree, fake_gcloud, setting):
    settings = {setting: "gs://one/kept", "WEB_URI": "gs://one/web", "PROJECT": "a-project"}
    done = tree.deploy("web", "top_skills", **settings)
    assert done.returncode == 2
    assert "gs://one has models or submissions" in done.stderr
    assert tree.calls() == []


@pytest.mark.parametrize("api", ["", "https://api.example.org"])
def test_the_page_asks_the_load_balancer_or_each_function(tree, api):
    done = tree.deploy("--dry-run", "web", API_URL=api)
    (bundle,) = (line for line in commands(done.stdout) if "local.bundle" in line)
    names = sorted(path.parent.name for path in (ROOT / "functions").glob("*/main.py"))
    assert bundle[:4] == [".venv/bin/python", "-m", "local.bundle", "build/web"]
    assert sorted(bundle[4:]) == [
        f"{name}={api or 'https://' + name.replace('_', '-') + '.example'}" for name in names
    ]
    assert ("functions describe" in done.stdout) is (api == "")


def test_the_page_is_staged_as_it_is_uploaded(tree, libraries):
    (tree.root / ".venv").symlink_to(sys.prefix)
    for name in ("local", "web"):
        shutil.copytree(ROOT / name, tree.root / name, ignore=shutil.ignore_patterns(*LEFT_OUT))
    done = tree.deploy("--stage-only", "web")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tree.root / "build").iterdir()] == ["web"]
    staged = tree.staged("web")
    assert {"index.html", "style.css", "js/main.js", "js/config.js"} <= staged
    assert any(path.startswith("vendor/d3-") for path in staged)


# The real gcloud


def test_gcloud_accepts_every_command(tree, gcloud):
    asked_for = {
        "PUBLIC": "1", "CORS_ORIGINS": "https://one.example https://two.example",
        "BUILD_SERVICE_ACCOUNT": "build@example.org", "ALLOW_PICKLED_PIPELINES": "1",
    }  # fmt: skip
    lines = gcloud_commands(tree.deploy("--dry-run").stdout)
    for ingress in ("all", "internal-only", "internal-and-gclb"):
        output = tree.deploy("--dry-run", "similar_jobs", INGRESS=ingress, **asked_for).stdout
        lines += gcloud_commands(output)
    lines += gcloud_commands(tree.deploy("--dry-run", "floor").stdout)
    for public in ("0", "1"):
        web = gcloud_commands(tree.deploy("--dry-run", "web", PUBLIC=public).stdout)
        lines += [each for each in web if each[1] != "rsync"]  # It wants what is uploaded.
    lines += gcloud_commands(
        tree.deploy("--dry-run", "submissions", SUBMISSIONS_KEY=KMS_KEY).stdout
    )
    lines += gcloud_commands(tree.deploy("--dry-run", "schedule").stdout)
    lines += [[*each[:2], "update", *each[3:]] for each in lines
              if each[:3] == ["scheduler", "jobs", "create"]]  # fmt: skip
    # Where a dry run finds what is there, it would be these.
    lines += [[*each[:2], "remove-iam-policy-binding", *each[3:]]
              for each in lines if "--member=allUsers" in each]  # fmt: skip
    role = ["careerClimberSubmissions", "--project=my-project"]
    lines += [["iam", "roles", "undelete", *role, "--quiet"],
              ["iam", "roles", "describe", *role, "--format=value(deleted)"]]  # fmt: skip
    bucket = "gs://my-project-career-climber-submissions"
    lines += [["storage", "buckets", "describe", bucket, "--format=json(lifecycle_config)"],
              ["storage", "buckets", "update", bucket, "--lifecycle-file=a.json"]]  # fmt: skip
    lines += [[*LIMIT.split(), "update", *each[4:]]
              for each in lines if each[:4] == [*LIMIT.split(), "create"]]  # fmt: skip
    attach = ["compute", "backend-services", "update", "similar-jobs", "--global"]
    lines.append([*attach, "--security-policy=career-climber", "--project=my-project"])
    distinct = dict.fromkeys(map(tuple, lines))
    assert not_accepted(gcloud, for_one_function(distinct)) == []


def test_gcloud_would_not_accept_a_wrong_flag_or_value(gcloud):
    wrong = [
        ("functions", "deploy", "top-skills", "--cpu-boost"),
        ("functions", "deploy", "top-skills", "--ingress-settings=some"),
        ("functions", "deploy", "top-skills", "--region=us-central1", "--cpu=1"),
    ]
    assert len(not_accepted(gcloud, wrong)) == len(wrong)


def test_without_a_project_one_line_asks_for_it(tree, gcloud, tmp_path):
    config = {"CLOUDSDK_CONFIG": str(tmp_path), "CLOUDSDK_CORE_CHECK_GCE_METADATA": "false"}
    done = tree.deploy(**config)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: which project?")


# Whole runs, with a stand-in for gcloud


def test_a_first_run_does_what_the_dry_run_said_and_shows_the_urls(tree, fake_gcloud, publishable):
    settings = {"PROJECT": "a-project", "PUBLIC": "1", "CORS_ORIGINS": "https://a.example *"}
    said = gcloud_commands(tree.deploy("--dry-run", **settings).stdout)
    done = tree.deploy(**settings)
    assert done.returncode == 0, done.stderr
    floor = f"@MODELS_SERIAL_FLOOR={publish.serial(open_storage(publishable))}"
    assert sum(floor in word for call in tree.calls() for word in call) == len(FUNCTIONS)
    assert [[word.replace(floor, "") for word in call] for call in tree.calls()] == said
    assert done.stdout.splitlines()[-4:] == [
        "job_insights: https://job-insights.example",
        "similar_jobs: https://similar-jobs.example",
        "submissions: https://submissions.example",
        "top_skills: https://top-skills.example",
    ]
    assert all(map(tree.staged, FUNCTIONS))
    current = manifest.decode(open_storage(publishable).read(manifest.CURRENT))
    assert {file.name for file in current.files} == {
        *steps.FITTED, *steps.COMPARED, "model_card.md",
    }  # fmt: skip


def test_a_second_run_makes_nothing_again(tree, fake_gcloud, publishable):
    done = tree.deploy("top_skills", PROJECT="a-project", EXISTS="1", MODELS_SERIAL_FLOOR="5")
    assert done.returncode == 0, done.stderr
    assert [" ".join(call[:3]) for call in tree.calls()] == [
        "services enable artifactregistry.googleapis.com",
        "iam service-accounts describe",
        "storage buckets describe",
        "storage buckets add-iam-policy-binding",
        "storage objects list",
        "functions deploy top-skills",
        "run services describe",
        "functions describe top-skills",
    ]
    assert open_storage(publishable).read(manifest.CURRENT) is None


def test_models_that_cannot_be_seen_are_not_taken_for_missing(tree, fake_gcloud, publishable):
    settings = {"PROJECT": "a-project", "EXISTS": "1", "MODELS_SERIAL_FLOOR": "0"}
    done = tree.deploy("top_skills", **settings, FAILS="storage objects")
    assert done.returncode == 1
    assert "roles/storage.admin" in done.stderr.splitlines()[-1]
    assert open_storage(publishable).read(manifest.CURRENT) is None


def test_where_the_serial_cannot_be_read_nothing_is_deployed_unless_that_is_said(
    tree, fake_gcloud, publishable
):
    done = tree.deploy("top_skills", PROJECT="a-project", EXISTS="1")
    assert done.returncode == 1
    assert "no models are published there" in done.stderr
    assert "MODELS_SERIAL_FLOOR=0" in done.stderr.splitlines()[-1]
    assert not any(call[:2] == ["functions", "deploy"] for call in tree.calls())
    said = tree.deploy("top_skills", PROJECT="a-project", EXISTS="1", MODELS_SERIAL_FLOOR="0")
    assert said.returncode == 0, said.stderr


def test_without_its_environment_one_line_says_how_to_make_it(tree, fake_gcloud):
    done = tree.deploy("top_skills", PROJECT="a-project", EXISTS="1")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "make .venv/installed" in line


def test_the_floor_rises_to_what_is_current_and_never_falls_by_itself(
    tree, fake_gcloud, publishable
):
    settings = {"PROJECT": "a-project", "EXISTS": "1"}
    assert tree.deploy("top_skills", PUBLISH="always", MODELS_SERIAL_FLOOR="0", **settings
                       ).returncode == 0  # fmt: skip
    serial = publish.serial(open_storage(publishable))
    done = tree.deploy("floor", **settings, DEPLOYED_FLOOR=str(serial - 1))
    assert done.returncode == 0, done.stderr
    assert floors(tree) == {name.replace("_", "-"): str(serial) for name in FUNCTIONS}
    calls = len(tree.calls())
    for arguments in (["floor"], ["top_skills"]):
        done = tree.deploy(*arguments, **settings, DEPLOYED_FLOOR=str(serial + 1))
        assert done.returncode == 1
        assert "somebody has put an old one back" in done.stderr
    assert not any("update" in c or c[:2] == ["functions", "deploy"] for c in tree.calls()[calls:])


def floors(tree: Tree) -> dict[str, str]:
    """What `floor` has set, by the name of the function in the cloud."""
    raised = [call for call in tree.calls() if call[:3] == ["run", "services", "update"]]
    return {call[3]: value(call, "--update-env-vars").partition("=")[2] for call in raised}


FLOOR = {"PROJECT": "a-project", "EXISTS": "1", "MODELS_SERIAL_FLOOR": "7", "DEPLOYED_FLOOR": "7"}


def test_the_floor_rises_where_a_function_is_deployed(tree, fake_gcloud):
    done = tree.deploy("floor", **FLOOR, ABSENT="job-insights")
    assert done.returncode == 0, done.stderr
    assert floors(tree) == {"similar-jobs": "7", "top-skills": "7"}
    assert "job_insights" not in done.stdout
    assert tree.deploy("floor", **{**FLOOR, "EXISTS": ""}).returncode == 1


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"MODELS_SERIAL_FLOOR": "6"}, "would lower"),
        ({"MODELS_SERIAL_FLOOR": "0"}, "would lower"),
        ({"TRAFFIC": '{"percent": 100, "revisionName": "old"}'}, "--to-latest"),
        ({"TRAFFIC": '{"latestRevision": true, "percent": 50, "revisionName": "new"}'}, "chosen"),
        ({"MODELS_SERIAL_FLOOR": "", "ALLOW_UNSIGNED_MODELS": "1"}, "set MODELS_SERIAL_FLOOR"),
    ],
)
def test_a_floor_that_would_not_rise_is_not_set(tree, fake_gcloud, settings, says):
    if "ALLOW_UNSIGNED_MODELS" in settings:
        (tree.root / "shared" / "models.pub").unlink()
    done = tree.deploy("floor", **{**FLOOR, **settings})
    assert done.returncode == 1
    assert says in done.stderr.splitlines()[-1]
    assert floors(tree) == {}


def test_what_cannot_be_seen_to_be_deployed_is_not_replaced(tree, fake_gcloud, publishable):
    settings = {"PROJECT": "a-project", "EXISTS": "1", "DEPLOYED_FLOOR": "7"}
    assert tree.deploy("top_skills", PUBLISH="always", MODELS_SERIAL_FLOOR="7", **settings
                       ).returncode == 0  # fmt: skip
    calls = len(tree.calls())
    done = tree.deploy("top_skills", **settings, FAILS="run services list")
    assert done.returncode == 1
    assert "roles/run.viewer in a-project" in done.stderr.splitlines()[-1]
    assert not any(call[:2] == ["functions", "deploy"] for call in tree.calls()[calls:])


def test_without_a_public_key_nothing_is_deployed_unless_that_is_said(tree, fake_gcloud):
    (tree.root / "shared" / "models.pub").unlink()
    settings = {"PROJECT": "a-project", "PUBLISH": "never"}
    done = tree.deploy("top_skills", **settings)
    assert done.returncode == 1
    assert "ALLOW_UNSIGNED_MODELS=1" in done.stderr.splitlines()[-1]
    assert not any(call[:2] == ["functions", "deploy"] for call in tree.calls())
    assert tree.deploy("submissions", **settings).returncode == 0
    done = tree.deploy("top_skills", **settings, ALLOW_UNSIGNED_MODELS="1")
    assert done.returncode == 0
    assert "there is no shared/models.pub" in done.stderr
    (deployed,) = (c for c in tree.calls() if c[:3] == ["functions", "deploy", "top-skills"])
    assert environment(deployed)["ALLOW_UNSIGNED_MODELS"] == "1"
    assert "shared/models.pub" not in tree.staged("top_skills")


def test_a_bundle_that_is_staged_without_a_public_key_comes_with_a_warning(tree):
    (tree.root / "shared" / "models.pub").unlink()
    done = tree.deploy("--stage-only", "top_skills")
    assert done.returncode == 0
    assert "there is no shared/models.pub" in done.stderr


def test_the_first_publication_of_all_makes_the_key_that_is_deployed(
    tree, fake_gcloud, publishable
):
    (tree.root / "shared" / "models.pub").unlink()
    done = tree.deploy(PROJECT="a-project", SIGNING_KEY="", MODELS_PUBLIC_KEY="")
    assert done.returncode == 0, done.stderr
    assert "keep it secret" in done.stderr
    private = tree.root / ".keys" / "signing.pem"
    assert private.stat().st_mode & 0o777 == 0o600
    key = bytes.fromhex((tree.root / "build/top_skills/shared/models.pub").read_text())
    manifest.decode(open_storage(publishable).read(manifest.CURRENT), key)


LIMIT = "compute security-policies rules"


@pytest.mark.parametrize(("exists", "verb"), [("", "create"), ("1", "update")])
def test_a_load_balancer_limits_the_requests_of_each_address(tree, fake_gcloud, exists, verb):
    settings = {"INGRESS": "internal-and-gclb", "RATE_LIMIT": "60", "BAN_SECONDS": "600"}
    settings |= {"PROJECT": "a-project", **AS_IT_IS, "EXISTS": exists}
    done = tree.deploy("top_skills", **settings)
    assert done.returncode == 0, done.stderr
    assert ("not behind a load balancer yet" in done.stdout) is (verb == "create")
    (rule,) = (call for call in tree.calls() if " ".join(call).startswith(f"{LIMIT} {verb}"))
    assert value(rule, "--action") == "rate-based-ban"
    assert value(rule, "--enforce-on-key") == "IP"
    assert value(rule, "--exceed-action") == "deny-429"
    assert value(rule, "--rate-limit-threshold-count") == "60"
    assert value(rule, "--rate-limit-threshold-interval-sec") == "60"
    assert value(rule, "--ban-duration-sec") == "600"
    backends = [c for c in tree.calls() if c[1:4] == ["backend-services", "update", "top-skills"]]
    assert [value(call, "--security-policy") for call in backends] == ["career-climber"] * bool(
        exists
    )


def test_a_load_balancer_that_cannot_be_seen_is_not_taken_for_none(tree, fake_gcloud):
    settings = {"INGRESS": "internal-and-gclb", "PROJECT": "a-project", **AS_IT_IS}
    done = tree.deploy("top_skills", **settings, EXISTS="1", FAILS="backend-services list")
    assert done.returncode == 1
    assert "roles/compute.securityAdmin" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("ingress", ["all", "internal-only"])
def test_without_a_load_balancer_no_address_is_limited(tree, fake_gcloud, ingress):
    settings = {"INGRESS": ingress, "PROJECT": "a-project", **AS_IT_IS}
    assert tree.deploy("top_skills", **settings).returncode == 0
    assert not [call for call in tree.calls() if call[0] == "compute"]


@pytest.mark.parametrize(
    ("account", "flag"),
    [
        ("", "--clear-build-service-account"),
        ("a@b.example", "--build-service-account=projects/a-project/serviceAccounts/a@b.example"),
    ],
)
def test_the_account_that_builds_goes_back_to_its_default(tree, account, flag):
    settings = {"PROJECT": "a-project", "BUILD_SERVICE_ACCOUNT": account}
    for arguments in deployments(tree.deploy("--dry-run", **settings).stdout).values():
        assert [word for word in arguments if "build-service-account" in word] == [flag]


def test_a_request_is_ended_when_the_functions_say_so():
    (default,) = (value for name, value, _ in SETTING.findall(script()) if name == "TIMEOUT")
    assert default == f"{limits.REQUEST_SECONDS}s"


def test_the_project_is_the_configured_one_unless_named(tree, fake_gcloud):
    settings = {"CONFIGURED": "configured-project", "EXISTS": "1", **AS_IT_IS}
    assert tree.deploy("top_skills", **settings).returncode == 0
    assert all("--project=configured-project" in call for call in tree.calls()[1:])


def test_a_grant_to_a_new_account_is_tried_again(tree, fake_gcloud):
    script_without_pauses(tree)
    settings = {"FAILS": "add-iam-policy-binding", "FAIL_TIMES": "3", **AS_IT_IS}
    assert tree.deploy("top_skills", PROJECT="a-project", **settings).returncode == 0
    assert sum("add-iam-policy-binding" in call for call in tree.calls()) == 4


@pytest.mark.parametrize(
    ("fails", "hint"),
    [
        ("services enable", "gcloud auth login"),
        ("service-accounts create", "roles/iam.serviceAccountAdmin"),
        ("buckets create", "MODELS_URI=gs://another-name/models"),
        ("add-iam-policy-binding", "roles/storage.admin"),
        ("functions deploy top-skills", "docs/operating.md"),
        ("run services update", "roles/run.developer"),
        ("functions describe", "run this again"),
    ],
)
def test_the_first_command_that_fails_is_the_last_and_a_hint_follows(
    tree, fake_gcloud, fails, hint
):
    script_without_pauses(tree)
    settings = {"PROJECT": "a-project", **AS_IT_IS, "FAILS": fails}
    done = tree.deploy("top_skills", "similar_jobs", **settings)
    assert done.returncode == 1
    assert fails in " ".join(tree.calls()[-1])
    *said, line = done.stderr.splitlines()
    assert "ERROR: (gcloud) the server said no" in said
    assert re.fullmatch(r"error: 'gcloud .* \.\.\.' failed: .+", line)
    assert hint in line
    assert "https://" not in done.stdout


def test_functions_are_not_deployed_when_there_are_no_models_for_them(tree, fake_gcloud):
    done = tree.deploy(PROJECT="a-project")
    assert done.returncode == 1
    assert "make models/manifest.json" in done.stderr.splitlines()[-1]
    assert "gcloud auth application-default login" in done.stderr.splitlines()[-1]
    assert not any("deploy" in call for call in tree.calls())


def test_without_gcloud_one_line_says_where_to_get_it(tree):
    for tool in ("bash", "dirname", "rm", "mkdir", "cp"):
        (tree.bin / tool).symlink_to(shutil.which(tool))
    done = tree.deploy(PATH=str(tree.bin))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "error: gcloud is not installed: see https://cloud.google.com/sdk/docs/install"
    ]


# Submissions


KMS_KEY = "projects/a-project/locations/us/keyRings/a-ring/cryptoKeys/a-key"


def test_submissions_may_add_and_delete_in_a_bucket_of_their_own_and_nothing_else(tree):
    output = tree.deploy("--dry-run", PROJECT="a-project").stdout
    lines = gcloud_commands(output)
    grants = [each for each in lines if any(word.startswith("--member=") for word in each)]
    given = {value(each, "--member"): (each[3], value(each, "--role")) for each in grants}
    account = "career-climber-submissions@a-project.iam.gserviceaccount.com"
    assert len(given) == len(grants) == 2
    assert given[f"serviceAccount:{account}"] == (
        "gs://a-project-career-climber-submissions",
        "projects/a-project/roles/careerClimberSubmissions",
    )
    (role,) = (each for each in lines if each[:3] == ["iam", "roles", "create"])
    assert value(role, "--permissions") == "storage.objects.create,storage.objects.delete"
    arguments = deployments(output)["submissions"]
    assert value(arguments, "--service-account") == account
    assert environment(arguments) == {
        "SUBMISSIONS_URI": "gs://a-project-career-climber-submissions/kept",
        "THREADS": "8",
        "GOOGLE_CLOUD_PROJECT": "a-project",
    }


def test_what_is_taken_back_cannot_be_had_back_and_nothing_stays_for_ever(tree):
    lines = gcloud_commands(tree.deploy("--dry-run", "submissions", PROJECT="a-project").stdout)
    buckets = [each for each in lines if each[:2] == ["storage", "buckets"]]
    assert all("submissions" in each[3] for each in buckets)
    (create,) = (each for each in buckets if each[2] == "create")
    assert value(create, "--soft-delete-duration") == "0"
    (update,) = (each for each in buckets if each[2] == "update")
    for both in ("--public-access-prevention", "--uniform-bucket-level-access"):
        assert both in create
        assert both in update
    assert {"--clear-soft-delete", "--no-versioning"} <= set(update)
    rules = json.loads((ROOT / value(create, "--lifecycle-file")).read_text())
    days = 365
    assert rules == {"rule": [{"action": {"type": "Delete"}, "condition": {"age": days}}]}
    for page in ("SECURITY.md", "docs/data.md"):
        assert f"{days} days" in (ROOT / page).read_text("utf-8")


def test_submissions_are_encrypted_with_the_key_that_is_named(tree):
    output = tree.deploy("--dry-run", "submissions", SUBMISSIONS_KEY=KMS_KEY).stdout
    (create,) = (c for c in gcloud_commands(output) if c[:3] == ["storage", "buckets", "create"])
    assert value(create, "--default-encryption-key") == KMS_KEY
    assert f"--authorize-cmek={KMS_KEY}" in output


@pytest.mark.parametrize(("key", "given"), [(KMS_KEY, [KMS_KEY]), ("", [])])
def test_a_bucket_that_is_there_gets_the_key_that_is_named(tree, fake_gcloud, key, given):
    settings = {"PROJECT": "a-project", "EXISTS": "1", "SUBMISSIONS_KEY": key}
    done = tree.deploy("submissions", **settings)
    assert done.returncode == 0, done.stderr
    words = [word for call in tree.calls() for word in call]
    assert "create" not in words
    (update,) = (each for each in tree.calls() if each[:3] == ["storage", "buckets", "update"])
    flags = [word.partition("=") for word in update]
    assert [to for flag, _, to in flags if flag == "--default-encryption-key"] == given
    assert [word for word in words if "--authorize-cmek" in word] == [
        f"--authorize-cmek={each}" for each in given
    ]


@pytest.mark.parametrize("rules", ["null", '{"rule": [{"action": {"type": "Delete"}}]}'])
def test_a_bucket_that_was_made_for_something_else_is_left_alone(tree, fake_gcloud, rules):
    done = tree.deploy("submissions", PROJECT="a-project", EXISTS="1", RULES=rules)
    assert done.returncode == 1
    assert "was not made for submissions" in done.stderr
    command = shlex.split(done.stderr.partition(" at once: ")[2])
    assert command[:4] == ["gcloud", "storage", "buckets", "update"]
    assert (ROOT / value(command, "--lifecycle-file")).exists()
    assert not any("update" in call for call in tree.calls())


@pytest.mark.parametrize("deleted", ["True", ""])
def test_a_role_that_was_deleted_is_had_back(tree, fake_gcloud, deleted):
    done = tree.deploy("submissions", PROJECT="a-project", EXISTS="1", ROLE_DELETED=deleted)
    assert done.returncode == 0, done.stderr
    roles = [call[2] for call in tree.calls() if call[:2] == ["iam", "roles"]]
    assert roles == ["describe", "describe"] + ["undelete"] * bool(deleted)


def test_submissions_and_models_never_share_a_bucket(tree, fake_gcloud):
    settings = {"MODELS_URI": "gs://one/models", "SUBMISSIONS_URI": "gs://one/submissions"}
    done = tree.deploy("submissions", PROJECT="a-project", **settings)
    assert done.returncode == 2
    assert "one bucket" in done.stderr
    assert tree.calls() == []


# The schedule


def test_the_schedule_runs_the_update_with_no_more_rights_than_it_needs(tree, tmp_path):
    output = tree.deploy("--dry-run", "schedule", PROJECT="a-project").stdout
    lines = gcloud_commands(output)
    member = "serviceAccount:career-climber-update@a-project.iam.gserviceaccount.com"
    grants = [each for each in lines if f"--member={member}" in each]
    assert {
        each[each.index("add-iam-policy-binding") + 1]: value(each, "--role") for each in grants
    } == {
        "gs://a-project-career-climber": "roles/storage.objectUser",
        "gs://a-project-career-climber-submissions": "roles/storage.objectViewer",
        "career-climber-signing": "roles/secretmanager.secretAccessor",
        "career-climber-update": "roles/run.invoker",
    }
    assert not deployments(output)
    (job,) = (each for each in lines if each[:3] == ["run", "jobs", "deploy"])
    options = environment(job)["UPDATE_OPTIONS"]
    # As the job's shell has it.
    (tmp_path / "python").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (tmp_path / "python").chmod(0o755)
    command = (ROOT / "training" / "Procfile").read_text().removeprefix("web: ")
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    said = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True,
                          env={"PATH": path, "UPDATE_OPTIONS": options}).stdout.split()  # fmt: skip
    assert said[:2] == ["-m", "training"]
    parsed = training.parser().parse_args(said[2:])
    assert parsed.step == training.step_update
    assert parsed.out == "gs://a-project-career-climber/models"
    assert parsed.source == [
        "starter", "statements", "submissions:gs://a-project-career-climber-submissions/kept",
    ]  # fmt: skip
    (started,) = (each for each in lines if each[:3] == ["scheduler", "jobs", "create"])
    assert value(started, "--schedule") == "0 4 * * 1"
    assert value(started, "--uri").endswith("/a-project/locations/us-central1/jobs/"
                                            "career-climber-update:run")  # fmt: skip


def test_the_job_has_all_that_an_update_needs(tree, tmp_path):
    shutil.copytree(ROOT / "training", tree.root / "training")
    assert tree.deploy("--stage-only", "schedule").returncode == 0
    job = tree.root / "build" / "update"
    assert {path.name for path in job.iterdir()} == {
        "Procfile", "requirements.txt", "shared", "training",
    }  # fmt: skip
    assert not list(job.rglob("*.pyc"))
    # It runs with these packages alone, as in the job's image.
    environment = linked(job / "requirements.txt", tmp_path / "packages")
    assert not {"flask", "lxml", "pytest", "scrapy"} & set(os.listdir(tmp_path / "packages"))
    for each in (wheel.LAISER, wheel.OEWS):
        each.file("")  # They are fetched here, where there is pip.
    (job / ".cache").mkdir()
    (job / ".cache" / "sources").symlink_to(wheel.CACHE.resolve())
    rows = [(each.title, line) for each in starter.read()[:3] for line in each.lines]
    pd.DataFrame(rows, columns=["title", "description"]).to_csv(job / "t.csv", index=False)
    process = (ROOT / "training" / "Procfile").read_text().removeprefix("web: python").strip()
    options = f"--source table:{job / 't.csv'} --out {tmp_path / 'models'}"
    command = f"{sys.executable} -S {process}"
    done = subprocess.run(["sh", "-c", command], cwd=job, capture_output=True, text=True,
                          env={**environment, "UPDATE_OPTIONS": options})  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "published: " in done.stdout


# The operator's page


def test_the_page_has_every_setting_with_its_default():
    documented = re.findall(r"^\| `([A-Z_]+)` \| (?:`(.*?)` )?\| ", PAGE, re.MULTILINE)
    assert documented == [(name, default) for name, default, _ in SETTING.findall(script())]


def test_the_page_has_the_limits_of_the_code():
    row = r"^\| [^|]+ \| ([0-9,]+)[^|]*\|[^|]*\| [^|`]*`(\w+)` in `shared/limits.py` \|$"
    rows = re.findall(row, PAGE, re.MULTILINE)
    documented = {name: int(number.replace(",", "")) for number, name in rows}
    assert documented.keys() == {
        "BODY_BYTES", "EXPERIENCES", "TEXT_CHARACTERS", "TITLE_CHARACTERS", "DATE_CHARACTERS",
        "NESTING", "BODY_SECONDS", "REQUEST_SECONDS", "SKILLS_MOST",
    }  # fmt: skip
    assert documented == {name: getattr(limits, name) for name in documented}


def test_the_pages_example_adds_up():
    def amounts(row: str) -> list[float]:
        (cells,) = re.findall(rf"^\| {row} \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
        return [float(re.split("[:= ]", cell)[-1]) for cell in cells]

    parts = [amounts(row) for row in ("CPU", "memory", "requests", "data out")]
    assert [round(sum(column), 2) for column in zip(*parts, strict=True)] == amounts("sum")
    most = r"= (\S+), so (\d+) functions with (\d+) each at most (\S+) a\s"
    ((each, functions, instances, bound),) = re.findall(most, PAGE)
    assert f"MAX_INSTANCES:-{instances}}}" in script()
    assert int(functions) == len(ALL_FUNCTIONS)
    assert f"{float(each) * int(functions) * int(instances):,.0f}" == bound


def test_the_pages_commands_are_whole_and_accepted(tree, gcloud, tmp_path):
    page = tmp_path / "page"
    for name in ("bin/gcloud", "bin/make", "bin/curl", "deploy.sh", ".venv/bin/python"):
        executable(page / name, RECORDER)
    blocks = "\n".join(re.findall(r"^```bash\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
    calls = page / "calls"
    path = f"{page / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-eu", "-c", blocks],
        env={"PATH": path, "CALLS": str(calls)},
        cwd=page,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    recorded = [json.loads(line) for line in calls.read_text().splitlines()]
    for name, *arguments in recorded:
        if name == "python":
            assert arguments[:2] == ["-m", "training"]
            training.parser().parse_args(arguments[2:])
    distinct = dict.fromkeys(
        tuple(arguments)
        for name, *arguments in recorded
        # Logging in and configuring ask nobody.
        if name == "gcloud" and arguments[0] not in ("auth", "config")
    )
    tried = for_one_function(distinct)
    assert len(tried) > 30
    # As the page's `gcloud config set project` leaves it.
    assert not_accepted(gcloud, tried, CLOUDSDK_CORE_PROJECT="my-project") == []


def test_the_page_opens_and_closes_every_function():
    for verb in ("add", "remove"):
        named = re.findall(rf"{verb}-invoker-policy-binding (\S+) ", PAGE)
        assert set(named) == {name.replace("_", "-") for name in ALL_FUNCTIONS}


def test_the_pages_load_balancer_sends_every_path_to_its_function():
    (written,) = re.findall(r"--path-rules='(.*)'", PAGE)
    (default,) = set(re.findall(r"--default-service=(\S+)", PAGE))
    rules = dict(rule.split("=") for rule in written.split(","))
    assert rules == {
        path: service
        for name, prefixes in gateway.FUNCTIONS.items()
        if (service := name.replace("_", "-")) != default
        for prefix in prefixes
        for path in (prefix, f"{prefix}/*")
    }
    loops = re.findall(r"^for SERVICE in (.*); do$", PAGE, re.MULTILINE)
    assert len(loops) == 2
    assert {frozenset(each.split()) for each in loops} == {frozenset({default, *rules.values()})}


def test_the_pages_deployments_are_possible(tree):
    lines = re.findall(r"(?:[A-Z_]+=\S+ )*\./deploy\.sh(?: [a-z_-]+)*", PAGE)
    settings = {name for name, _, _ in SETTING.findall(script())}
    assert len(lines) > 5
    for line in lines:
        assert set(re.findall(r"([A-Z_]+)=", line)) <= settings
        command = ["bash", "-c", f"{line} --dry-run"]
        assert subprocess.run(command, cwd=tree.root, capture_output=True).returncode == 0, line


def script() -> str:
    return (ROOT / "deploy.sh").read_text("utf-8")


def script_without_pauses(tree: Tree) -> None:
    text, changed = re.subn("^GRANT_PAUSE=5", "GRANT_PAUSE=0", script(), flags=re.MULTILINE)
    assert changed == 1
    (tree.root / "deploy.sh").write_text(text)
