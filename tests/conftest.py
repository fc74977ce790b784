"""Real parts for all tests: fitted models, functions-framework processes, a bucket emulator."""

import gc
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from gcp_storage_emulator.server import create_server
from hypothesis import settings

from bench import environments
from local import vendor
from shared.storage import open_storage
from tests import people
from tests.bucket_proxy import proxied
from training import signing

ROOT = Path(__file__).parent.parent
FUNCTIONS = ("similar_jobs", "top_skills", "job_insights")
"""Those that answer from models."""
ALL_FUNCTIONS = (*FUNCTIONS, "submissions")
START_SECONDS = 60
BUCKET = "test-models"
TESTBENCH = os.environ.get("STORAGE_TESTBENCH")
collect_ignore = [] if TESTBENCH else ["test_testbench.py"]  # They are for `make testbench`.
MODELS_ARE_MADE_OF = (
    "shared/*.py", "training/**/*.py", "training/starter/*.txt", "training/sources/*.txt",
    "requirements.txt", "training/requirements.txt", "functions/*/requirements.in",
)  # fmt: skip

LONGEST = (
    "test_readme", "test_spark", "test_deploy", "test_fuzz", "test_cold_start", "test_main",
    "test_crawl", "test_update", "test_attacks", "test_access", "test_supply", "test_soak",
)  # fmt: skip
"""The files that take longest."""

# A key of the tests' own signs what they publish and serve. It lasts, as models in .cache do.
KEYS = ROOT / ".cache" / "test-keys"
os.environ["SIGNING_KEY"] = str(KEYS / "signing.pem")
os.environ["MODELS_PUBLIC_KEY"] = PUBLIC_KEY = str(KEYS / "models.pub")
KEYS.mkdir(parents=True, exist_ok=True)
with environments.one_at_a_time("test-keys"):
    SIGNER = signing.signer()

# No test depends on how fast the machine is.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files come first: of several workers, none is left alone with one at the end."""
    place = {name: i for i, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONGEST)))


@dataclass(frozen=True)
class Running:
    """A functions-framework process: where it answers, and where its output goes."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path


def built(name: str, tables: dict[str, str], *options: str) -> Path:
    """Where `training build` with these options has left its `work` and `models`.

    `tables` are texts of tables that it reads as well, by the names of their files. What is built
    is kept in .cache, and built again when anything changed that it is made of: training takes a
    good part of what all tests take.
    """
    home = ROOT / ".cache" / name
    home.mkdir(parents=True, exist_ok=True)
    digest = sha256(sys.version.encode() + Path(PUBLIC_KEY).read_bytes())
    for pattern in MODELS_ARE_MADE_OF:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    for table in tables.values():
        digest.update(table.encode())
    made_of = home / "made_of"
    with environments.one_at_a_time(name):
        if not made_of.exists() or made_of.read_text() != digest.hexdigest():
            made_of.unlink(missing_ok=True)
            # What is left of before may be signed by another key, or not at all.
            shutil.rmtree(home / "models", ignore_errors=True)
            places = ["--work", home / "work", "--out", home / "models"]
            for file, table in tables.items():
                (home / file).write_text(table, encoding="utf-8")
                places += ["--source", f"table:{home / file}"]
            command = [sys.executable, "-m", "training", "build", *options, *places]
            subprocess.run(command, check=True, cwd=ROOT)
            made_of.write_text(digest.hexdigest())
    return home


@pytest.fixture(scope="session")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The leavings of every training step on the starter corpus: a dataset and fitted models.

    The table of `tests.people` adds no text.
    """
    tables = {"people.csv": people.jobs().to_csv(index=False)}
    home = built("test-starter", tables, "--source", "starter")
    directory = tmp_path_factory.mktemp("training") / "work"
    shutil.copytree(home / "work", directory)
    shutil.copytree(home / "models", directory / "models")
    return directory


@pytest.fixture(scope="session")
def models(work: Path) -> Path:
    """A directory with real published models. Copy it before changing anything in it."""
    return work / "models"


@pytest.fixture(scope="session")
def default_models() -> Path:
    """The models that `make run` serves, beside the leavings of their training in `../work`."""
    return built("test-default", {}) / "models"


@pytest.fixture
def own_models(models: Path, tmp_path: Path) -> Path:
    """A copy of `models` that a test may change."""
    return Path(shutil.copytree(models, tmp_path / "models"))


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each function's staged bundle, as it is uploaded; a copy of these tests' own."""
    bundles = tmp_path_factory.mktemp("staged")
    with environments.one_at_a_time("build"):
        subprocess.run([ROOT / "deploy.sh", "--stage-only"], check=True, cwd=ROOT)
        for name in ALL_FUNCTIONS:
            shutil.copytree(ROOT / "build" / name, bundles / name)
    return {name: bundles / name for name in ALL_FUNCTIONS}


@pytest.fixture(scope="session")
def libraries() -> None:
    """What the page loads of others, in its place in the checkout."""
    with environments.one_at_a_time("web-vendor"):
        vendor.fetch(vendor.PAGE, ROOT / "web" / "vendor")


@pytest.fixture(scope="session")
def clean_python() -> Callable[[str], Path]:
    """The interpreter of a virtual environment that has only a function's requirements."""
    return environments.python_of


@pytest.fixture(scope="session")
def serve(
    staged: dict[str, Path],
    clean_python: Callable[[str], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., "contextmanager[Running]"]:
    """A context manager: `with serve("top_skills", MODELS_URI=...) as running:`.

    Runs the staged bundle under functions-framework on a free port, with nothing but the given
    environment.
    """

    @contextmanager
    def run(name: str, **environment: str) -> Iterator[Running]:
        port = free_port()
        python = clean_python(name)
        log = tmp_path_factory.mktemp("logs") / f"{name}.log"
        command = [
            python.parent / "functions-framework", "--source", staged[name] / "main.py",
            "--target", name, "--host", "127.0.0.1", "--port", str(port),
        ]  # fmt: skip
        cache = tmp_path_factory.mktemp("cache")
        full = {
            "PATH": os.environ["PATH"],
            "MODELS_CACHE": str(cache),
            "MODELS_PUBLIC_KEY": PUBLIC_KEY,
            **environment,
        }
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, env=full, stdout=output, stderr=subprocess.STDOUT, cwd=cache
            )
        try:
            wait_for(port, process, log)
            yield Running(f"http://127.0.0.1:{port}", process, log)
        finally:
            process.terminate()
            process.wait(20)

    return run


@pytest.fixture(scope="session")
def served(
    serve: Callable[..., "contextmanager[Running]"],
    models: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Running]]:
    """All functions running on `models`, for tests that only send requests."""
    settings = {
        "similar_jobs": {"CORS_ORIGINS": "https://front.example"},
        "submissions": {"SUBMISSIONS_URI": str(tmp_path_factory.mktemp("submissions"))},
    }
    with ExitStack() as running:
        yield {
            name: running.enter_context(
                serve(name, MODELS_URI=str(models), **settings.get(name, {}))
            )
            for name in ALL_FUNCTIONS
        }


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty bucket behind a Cloud Storage emulator; gives the emulator's URL.

    `STORAGE_EMULATOR_HOST` is set for this process; hand it to functions by yourself.
    `STORAGE_TESTBENCH` names the address of Google's own test bench, to be used instead.
    """
    if TESTBENCH:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", TESTBENCH)
        empty_bucket(TESTBENCH)
        yield TESTBENCH
        return
    port = free_port()
    server = create_server("127.0.0.1", port, in_memory=True, default_bucket=BUCKET)
    server.start()
    try:
        with proxied(f"http://127.0.0.1:{port}") as keeps_generations:
            monkeypatch.setenv("STORAGE_EMULATOR_HOST", keeps_generations.url)
            yield keeps_generations.url
    finally:
        server.stop()


@pytest.fixture(scope="module")
def without_collection() -> Iterator[None]:
    """For what is nested to the limit of recursion: no garbage is collected amid it.

    Finalizers, as the storage client has, need a few calls more than are left there, and pytest
    fails whatever test runs when one fails. It happened to one run of many.
    """
    gc.disable()
    yield
    gc.enable()


def empty_bucket(url: str) -> None:
    buckets = f"{url}/storage/v1/b"
    requests.post(buckets, params={"project": "test"}, json={"name": BUCKET}, timeout=30)
    objects = f"{buckets}/{BUCKET}/o"
    for each in requests.get(objects, timeout=30).json().get("items", []):
        requests.delete(f"{objects}/{quote(each['name'], safe='')}", timeout=30)


@pytest.fixture
def bucket_models(emulator: str, models: Path) -> str:
    """The published models in the emulated bucket; gives their URI."""
    uri = f"gs://{BUCKET}/models"
    storage = open_storage(uri)
    files = [path for path in sorted(models.rglob("*")) if path.is_file()]
    for path in sorted(files, key=lambda path: path == models / "manifest.json"):
        storage.write(str(path.relative_to(models)), path.read_bytes())
    return uri


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Until something listens on `port`; fails with the process's output otherwise."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    pytest.fail(f"nothing listens on {port}: {log.read_text()}")


def post(url: str, body: object, **options: object) -> requests.Response:
    return requests.post(url, json=body, timeout=30, **options)  # type: ignore[arg-type]


def assert_http_error(answer, status, code, *words):
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"error", "results"}
    assert body["results"] == []
    assert body["error"]["code"] == code
    for word in words:
        assert word in body["error"]["message"]


def assert_one_line(result, message):
    code, _, errors = result
    assert code == 1
    assert errors.startswith("error: ")
    assert message in errors
    assert errors.count("\n") == 1
