"""Cold starts, memory and warm requests of functions, each beside an empty function.

All are started in turn, round by round, so that a busy machine slows all alike.
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import joblib
import pandas as pd

from bench import original
from shared import manifest
from shared.storage import open_storage
from training.dataset import Dataset
from training.publish import publish

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
ROUNDS = 7
WARM_REQUESTS = 300
BUCKET = "bench"
DESCRIPTION = " ".join(
    ["organizing projects with agile and scrum methodologies and reporting budgets to sponsors"]
    * 12
)
"""144 words, as long as the middle job of a resume."""
BODY = json.dumps({"experience": [{"description": DESCRIPTION}]}).encode()


@dataclass(frozen=True)
class Case:
    """A function to be measured: its source, what it is asked, and its environment."""

    name: str
    source: Path
    target: str
    query: str = ""
    environment: dict[str, str] = field(default_factory=dict)


def measure(work: Path, models: Path) -> pd.DataFrame:
    """Medians per case, and as multiples of the empty function's."""
    with tempfile.TemporaryDirectory() as scratch, _emulator(Path(scratch)) as emulator:
        cases = _cases(work, models, Path(scratch), emulator)
        rounds = [_round(case, Path(scratch)) for _ in range(ROUNDS) for case in cases]
    frame = pd.DataFrame(rounds).groupby("function", sort=False).median()
    for column in list(frame):
        frame[f"{column} ×"] = frame[column] / frame[column].iloc[0]
    return frame


def _cases(work: Path, models: Path, scratch: Path, emulator: str) -> list[Case]:
    ours = ROOT / "build" / "similar_jobs" / "main.py"
    subprocess.run([ROOT / "deploy.sh", "--stage-only"], check=True)
    recipe = scratch / "similar_jobs.joblib"
    joblib.dump(original.fit(Dataset.load(work).rows), recipe)
    publish([recipe], open_storage(str(scratch / "original")), {})
    directory = {"MODELS_URI": str(models)}
    bucket = {"MODELS_URI": f"gs://{BUCKET}/models", "STORAGE_EMULATOR_HOST": emulator}
    pickled = {"MODELS_URI": str(scratch / "original"), "ALLOW_PICKLED_PIPELINES": "1"}
    os.environ["STORAGE_EMULATOR_HOST"] = emulator
    current = manifest.decode((models / manifest.CURRENT).read_bytes())
    files = [models / current.path(file.name) for file in current.files]
    publish(files, open_storage(bucket["MODELS_URI"]), {})
    return [
        Case("empty function", ROOT / "bench/functions/empty/main.py", "empty"),
        Case("models on disk, limit=10", ours, "similar_jobs", "?limit=10", directory),
        Case("models on disk, all titles", ours, "similar_jobs", "", directory),
        Case("models in a bucket, limit=10", ours, "similar_jobs", "?limit=10", bucket),
        Case("original recipe, on disk", ours, "similar_jobs", "?limit=10", pickled),
    ]


def _round(case: Case, scratch: Path) -> dict[str, object]:
    port = _free_port()
    started = time.perf_counter()
    command = [BIN / "functions-framework", "--source", case.source, "--target", case.target,
               "--host", "127.0.0.1", "--port", str(port)]  # fmt: skip
    cache = tempfile.mkdtemp(dir=scratch)
    environment = {"PATH": os.environ["PATH"], "MODELS_CACHE": cache, **case.environment}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}/{case.query}"
        _first_answer(url, process)
        cold = time.perf_counter() - started
        memory = _resident_mib(process.pid)
        warm = [_ask(url) for _ in range(WARM_REQUESTS)]
    finally:
        process.terminate()
        process.wait()
    return {"function": case.name, "cold s": cold, "MiB": memory,
            "warm ms": statistics.median(warm) * 1e3}  # fmt: skip


def _first_answer(url: str, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        try:
            _ask(url)
            return
        except ConnectionError:
            time.sleep(0.002)
        except OSError as error:
            if not isinstance(getattr(error, "reason", None), ConnectionError):
                raise
            time.sleep(0.002)
    raise RuntimeError("the function ended before it answered")


def _ask(url: str) -> float:
    """Seconds that one request takes."""
    started = time.perf_counter()
    request = urllib.request.Request(url, BODY, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        answer.read()
    return time.perf_counter() - started


def _resident_mib(parent: int) -> float:
    """Resident memory of the largest process of a function's: its worker."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return max(_resident(int(pid)) for pid in children) / 2**20


def _resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def _emulator(scratch: Path) -> Iterator[str]:
    port = _free_port()
    command = [BIN / "gcp-storage-emulator", "-d", scratch / "bucket", "start",
               "--port", str(port), "--default-bucket", BUCKET]  # fmt: skip
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, **quiet)
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
