"""Bad days of the bucket and of the machine: cold, warm, and while a new version comes.

A real bucket's emulator behind a proxy that makes the faults, the real storage client, a real disk.
`docs/faults.md` has a row for each.
"""

import gc
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from shared import storage as storage_module
from shared.errors import ModelsUnavailable
from shared.model_store import ModelStore
from shared.storage import open_storage
from tests.bucket_proxy import BROKEN, DRIPPING, STATUSES, proxied
from tests.conftest import BUCKET, PUBLIC_KEY, ROOT, free_port
from tests.waiting import wait_until
from training.publish import publish

KEY = Path(PUBLIC_KEY)
URI = f"gs://{BUCKET}/models"
WAIT_SECONDS = 30
until = partial(wait_until, seconds=WAIT_SECONDS)
BUDGET_SECONDS = 0.7
"""What a request waits at most here; it is `model_store.WAIT_SECONDS` in a function."""
BUSY_SECONDS = 20
"""What a busy machine may add. `test_loading.py` shows by a clock of its own that the budget holds;
here it is seen that nothing waits for a fault to end."""
FAULTS = [("status", status) for status in STATUSES] + [("fault", fault) for fault in BROKEN]
OBJECTS = ("manifest.json", "thing.model")

# The client leaves the connection of a try that failed to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture
def no_load_is_left():
    """Waits for the loads that were given up, and then for the sockets they left behind."""
    yield
    for thread in threading.enumerate():
        if thread.name.startswith("load "):
            thread.join(WAIT_SECONDS)
            assert not thread.is_alive()
    gc.collect()


@pytest.fixture
def proxy(no_load_is_left, emulator, monkeypatch):
    with proxied(emulator) as running:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", running.url)
        monkeypatch.setattr(storage_module, "ATTEMPT_SECONDS", 0.3)
        monkeypatch.setattr(storage_module, "RETRY_SECONDS", 0.5)
        yield running


@pytest.fixture
def put(proxy, tmp_path):
    """Publishes a model past the proxy's faults."""

    def run(content):
        path = tmp_path / "thing.model"
        path.write_bytes(content * 3000)
        return publish([path], open_storage(URI), {})

    return run


def store(cache, **options):
    options = {"wait_seconds": BUDGET_SECONDS, "load_seconds": 3, "back_off_seconds": 0, **options}

    def load(path, _name):
        return path.read_bytes()

    return ModelStore(open_storage(URI), "thing", load, cache, -1, KEY, **options)


def set_fault(proxy, kind, value, only):
    proxy.only = only
    setattr(proxy, kind, value)


def end_fault(proxy):
    proxy.status = proxy.fault = None
    proxy.open.set()


def assert_unavailable_in_time(store):
    started = time.monotonic()
    with pytest.raises(ModelsUnavailable):
        store.get()
    assert time.monotonic() - started < BUDGET_SECONDS + BUSY_SECONDS


def comes(store, content):
    """Whether the model comes; raises nothing."""

    def arrived():
        try:
            return store.get().model.startswith(content)
        except ModelsUnavailable:
            return False

    return arrived


@pytest.mark.parametrize("only", OBJECTS)
@pytest.mark.parametrize(("kind", "value"), FAULTS)
def test_the_bucket_fails(kind, value, only, proxy, put, tmp_path):
    put(b"first ")
    set_fault(proxy, kind, value, only)
    cold = store(tmp_path / "cold")
    assert_unavailable_in_time(cold)
    end_fault(proxy)
    until(comes(cold, b"first"))
    # Warm, and while a new version comes.
    set_fault(proxy, kind, value, only)
    end = time.monotonic() + 0.3
    while time.monotonic() < end:
        assert cold.get().model.startswith(b"first")
    end_fault(proxy)
    put(b"second")
    set_fault(proxy, kind, value, only)
    assert [cold.get().model[:6] for _ in range(50)] in ([b"first "] * 50, [b"second"] * 50)
    end_fault(proxy)
    until(comes(cold, b"second"))


@pytest.mark.parametrize("only", OBJECTS)
@pytest.mark.parametrize("fault", DRIPPING)
def test_a_load_that_drips_ends_and_the_healed_bucket_is_used(fault, only, proxy, put, tmp_path):
    """What has begun to drip goes on to. Every load that meets it ends; the next one is whole."""
    put(b"first ")
    set_fault(proxy, "fault", fault, only)
    options = {"wait_seconds": 0.1, "load_seconds": 0.4}
    cold = store(tmp_path / "cold", **options)
    attempts = {}
    while len(attempts) < 6:
        with pytest.raises(ModelsUnavailable):
            cold.get()
        attempts[id(cold._attempt)] = cold._attempt
    assert all(attempt.done.wait(BUSY_SECONDS) for attempt in attempts.values())
    end_fault(proxy)
    until(comes(cold, b"first"))


def test_the_bucket_is_silent(proxy, put, tmp_path):
    """It takes the connection and answers nothing."""
    put(b"first ")
    proxy.open.clear()
    cold = store(tmp_path / "cold")
    assert_unavailable_in_time(cold)
    end_fault(proxy)
    until(comes(cold, b"first"))
    proxy.open.clear()
    assert {cold.get().model[:5] for _ in range(50)} == {b"first"}


def test_the_bucket_is_unreachable(no_load_is_left, emulator, tmp_path, monkeypatch, put):
    put(b"first ")
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{free_port()}")
    cold = store(tmp_path / "cold")
    assert_unavailable_in_time(cold)
    with proxied(emulator, int(os.environ["STORAGE_EMULATOR_HOST"].rpartition(":")[2])):
        until(comes(cold, b"first"))
    assert cold.get().model.startswith(b"first")


def test_the_buckets_name_is_not_known(no_load_is_left, tmp_path, monkeypatch):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://nowhere.invalid")
    monkeypatch.setattr(storage_module, "RETRY_SECONDS", 1)
    assert_unavailable_in_time(store(tmp_path / "cold"))


def test_the_disk_is_full(proxy, put, tmp_path):
    """A real one, of 16 KiB; the model has 18 kB."""
    mount = tmp_path / "disk"
    mount.mkdir()
    made = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", mount]
    if subprocess.run(made, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        put(b"first ")
        warm = store(mount)
        assert comes(warm, b"first")()
        put(b"second")
        until(comes(warm, b"second"))
        assert not list(mount.rglob(".part-*"))
    finally:
        subprocess.run(["umount", mount], check=True)


def test_the_disk_is_read_only(proxy, put, capfd):
    put(b"first ")
    warm = store(Path("/proc/models"))
    assert comes(warm, b"first")()
    assert "the model is kept in memory" in capfd.readouterr().out
    put(b"second")
    until(comes(warm, b"second"))


KILLED = """
import sys
from pathlib import Path
from shared.model_store import ModelStore
from shared.storage import open_storage
store = ModelStore(open_storage(sys.argv[1]), "thing", lambda path, _: path.read_bytes(),
                   Path(sys.argv[2]), 60, Path(sys.argv[3]))
print(store.get().model[:5].decode())
"""


def test_the_process_is_killed_in_the_middle_of_a_download(proxy, put, tmp_path):
    put(b"first ")
    command = [sys.executable, "-c", KILLED, URI, tmp_path / "cache", KEY]
    set_fault(proxy, "fault", "stalls", "thing.model")
    first = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    until(lambda: list((tmp_path / "cache").rglob(".part-*")))
    first.send_signal(signal.SIGKILL)
    assert first.wait(WAIT_SECONDS) == -signal.SIGKILL
    first.stdout.close()
    end_fault(proxy)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[0])["message"] == "loaded"
    assert done.stdout.splitlines()[1] == "first"


TOO_LARGE = """
import resource, sys
from pathlib import Path
from shared import model_store
from shared.errors import ModelsUnavailable
from shared.storage import open_storage
def load(path, _):
    content = path.read_bytes()
    return content if len(content) == 18_000 else content * 200_000
store = model_store.ModelStore(open_storage(sys.argv[1]), "thing", load, Path(sys.argv[2]), -1,
                               Path(sys.argv[3]), back_off_seconds=0)
try:
    print(store.get().model[:5].decode(), flush=True)
except ModelsUnavailable as error:
    print("unavailable", error)
if sys.stdin.readline():
    import time
    for _ in range(50):
        assert store.get().model[:5] == b"first"
        time.sleep(0.02)
    print("still first")
"""


def test_the_memory_is_too_small(proxy, put, tmp_path):
    """Cold and while such a version comes: an error, and no end of the process."""
    command = [sys.executable, "-c", TOO_LARGE, URI, tmp_path / "cache", KEY]
    limited = ["bash", "-c", 'ulimit -v 3000000; exec "$@"', "bash", *command]
    put(b"first ")
    options = {"cwd": ROOT, "stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(limited, **options) as warm:
        assert json.loads(warm.stdout.readline())["message"] == "loaded"
        assert warm.stdout.readline() == "first\n"
        put(b"too large ")
        output, _ = warm.communicate("go on\n", WAIT_SECONDS)
        assert output.splitlines()[-1] == "still first"
        assert "MemoryError" in output
        assert warm.returncode == 0
    cold = subprocess.run(limited, cwd=ROOT, capture_output=True, text=True, input="", check=True)
    assert "unavailable" in cold.stdout


@contextmanager
def memory_group(mib):
    """A control group of the kernel's with so much memory; gives the file that takes processes."""
    groups = Path("/sys/fs/cgroup")
    old = groups / "memory"
    place = (old if old.is_dir() else groups) / f"models-{os.getpid()}"
    limit = place / ("memory.limit_in_bytes" if old.is_dir() else "memory.max")
    try:
        place.mkdir()
        limit.write_text(str(mib << 20))
    except OSError as error:
        with suppress(OSError):
            place.rmdir()
        pytest.skip(f"no control group may be made here: {error}")
    try:
        yield place / "cgroup.procs"
    finally:
        place.rmdir()


@contextmanager
def memory_disk(mount):
    """A temporary directory that is memory, as in the cloud."""
    mount.mkdir()
    made = ["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", mount]
    if subprocess.run(made, capture_output=True).returncode:
        pytest.skip("only root may mount a disk")
    try:
        yield mount
    finally:
        subprocess.run(["umount", mount], check=True)


IN_A_GROUP = """
import os, sys
from pathlib import Path
Path(sys.argv[4]).write_text(str(os.getpid()))
from shared.errors import ModelsUnavailable
from shared.model_store import ModelStore
from shared.storage import open_storage
store = ModelStore(open_storage(sys.argv[1]), "thing", lambda path, _: path.read_bytes(),
                   Path(sys.argv[2]), -1, Path(sys.argv[3]), back_off_seconds=0)
def answer():
    try:
        return store.get().model[:5].decode()
    except ModelsUnavailable:
        return "503"
print(answer(), flush=True)
sys.stdin.readline()
answer()
store._attempt.done.wait(30)
print(answer(), flush=True)
"""


def test_no_load_is_ended_by_the_kernel(emulator, tmp_path):
    """Real groups with too little memory: to begin at all, for a new version, for a first one."""

    def put(content, mib):
        path = tmp_path / "thing.model"
        path.write_bytes(content * (mib << 17))  # of 8 bytes
        publish([path], open_storage(URI), {})

    def start(cache, group):
        return subprocess.Popen(
            [sys.executable, "-c", IN_A_GROUP, URI, cache, KEY, group],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ends(process):
        output, _ = process.communicate("go on\n", WAIT_SECONDS)
        assert process.returncode == 0
        answers = [line for line in output.splitlines() if not line.startswith("{")]
        return answers, [json.loads(line) for line in output.splitlines() if line.startswith("{")]

    put(b"first   ", 1)
    with memory_disk(tmp_path / "memory") as disk:
        with memory_group(48) as group, start(disk / "least", group) as process:
            answers, lines = ends(process)
            assert set(answers) == {"503"}
            # 128 where Python has to compile what it imports.
            assert re.search("deploy with MEMORY=(64|128)Mi or more", lines[0]["error"])
            assert lines[0]["severity"] == "ERROR"
        with memory_group(128) as group:
            with start(disk / "warm", group) as process:
                assert json.loads(process.stdout.readline())["message"] == "loaded"
                assert process.stdout.readline() == "first\n"
                put(b"too much", 64)
                answers, lines = ends(process)
                assert set(answers) == {"first"}
                assert "deploy with MEMORY=" in lines[0]["error"]
                assert lines[0]["severity"] == "ERROR"
            with start(disk / "cold", group) as process:
                assert set(ends(process)[0]) == {"503"}
        assert not list(disk.rglob(".part-*"))


def test_a_wrong_clock_does_not_matter(proxy, put, tmp_path, monkeypatch):
    """Loading goes by the monotonic clock; publishing has its own test."""
    monkeypatch.setattr(time, "time", lambda: 0.0)
    put(b"first ")
    warm = store(tmp_path / "cache")
    assert comes(warm, b"first")()
    monkeypatch.setattr(time, "time", lambda: 4e9)
    put(b"second")
    until(comes(warm, b"second"))
