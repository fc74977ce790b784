"""A function as a process of its own: started, asked for the first time, weighed, ended."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import environments, load

ROOT = Path(__file__).parent.parent
EMPTY = ROOT / "bench" / "functions" / "empty" / "main.py"
BUCKET = "bench"
PASSED_ON = ("PATH", "MODELS_PUBLIC_KEY")
"""What a function sees of this process's environment: what is published here is trusted there."""


@dataclass(frozen=True)
class Case:
    """A function to be measured: its source, its first request, and its environment."""

    name: str
    source: Path
    target: str
    request: bytes
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Instance:
    """A function that has answered `case.request` after `cold` seconds."""

    case: Case
    port: int
    pid: int
    cold: float
    cache: Path

    def resident_mib(self) -> float:
        """Resident memory of the process that answers."""
        return max(_resident_mib(pid) for pid in _with_children(self.pid)[1:])

    def cpu_seconds(self) -> float:
        """What its threads that live have had of a CPU until now."""
        processes = [Path(f"/proc/{pid}/task") for pid in _with_children(self.pid)]
        return sum(_cpu_seconds(thread) for each in processes for thread in each.iterdir())

    def with_kept_files_mib(self) -> float:
        """Memory of all its processes, and the kept model files: in the cloud they are memory.

        Pages that processes share count once, and so do those of kept files that are mapped.
        """
        kept = {str(path): path.stat().st_size for path in self.cache.rglob("*") if path.is_file()}
        processes = sum(_pss_mib(pid, without=set(kept)) for pid in _with_children(self.pid))
        return processes + sum(kept.values()) / 2**20


@contextmanager
def started(case: Case, prefix: tuple[str, ...] = ()) -> Iterator[Instance]:
    """Starts a function, without any kept model file; `prefix` is a command that runs commands."""
    port = free_port()
    # The empty function and the others run in one environment, so that only they differ.
    function = case.target if case.target == "top_skills" else "similar_jobs"
    python = environments.python_of(function)
    framework = python.parent / "functions-framework"
    command = [*prefix, python, framework, "--source", case.source, "--target", case.target,
               "--host", "127.0.0.1", "--port", str(port)]  # fmt: skip
    with tempfile.TemporaryDirectory() as cache:
        passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        environment = {**passed_on, "MODELS_CACHE": cache, **case.environment}
        start = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            _first_answer(port, case.request, process)
            cold = time.perf_counter() - start
            yield Instance(case, port, process.pid, cold, Path(cache))
        finally:
            process.terminate()
            process.wait()


def _first_answer(port: int, request: bytes, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        try:
            load.run(port, [request], clients=1, total=1)
            return
        except ConnectionError:
            time.sleep(0.002)
    raise RuntimeError("the function ended before it answered")


def _with_children(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *map(int, children)]


def _cpu_seconds(thread: Path) -> float:
    """What a thread has had of a CPU; nothing, if it has ended since it was listed."""
    try:
        return int((thread / "schedstat").read_text().split()[0]) / 1e9
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def _resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _pss_mib(pid: int, without: set[str]) -> float:
    """Resident memory, shared pages by their share, except of these mapped files."""
    kib, file = 0, ""
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        words = line.split()
        if not words[0].endswith(":"):
            file = words[5] if len(words) > 5 else ""
        elif words[0] == "Pss:" and file not in without:
            kib += int(words[1])
    return kib / 1024


def stage() -> dict[str, Path]:
    """Each function's main.py as it is deployed."""
    subprocess.run([ROOT / "deploy.sh", "--stage-only"], check=True)
    return {path.parent.name: path for path in (ROOT / "build").glob("*/main.py")}


@contextmanager
def emulator(scratch: Path) -> Iterator[dict[str, str]]:
    """A Cloud Storage emulator with the bucket `BUCKET`; the environment that leads to it."""
    port = free_port()
    command = [Path(sys.executable).parent / "gcp-storage-emulator", "-d", scratch / "bucket",
               "start", "--port", str(port), "--default-bucket", BUCKET]  # fmt: skip
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, **quiet)
    try:
        while not _listens(port):
            time.sleep(0.05)
        environment = {"STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{port}"}
        os.environ.update(environment)
        yield environment
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
