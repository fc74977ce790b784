"""Both functions under mixed requests while versions come and go and the bucket fails.

SOAK_SECONDS is how long: a quarter of a minute here, half an hour by `make soak`.
"""

import json
import os
import random
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
import requests

from shared import model_file
from shared.models import load_similar_jobs
from shared.storage import open_storage
from shared.titles import TitleIndex
from shared.top_skills import load_top_skills
from tests.bucket_proxy import BROKEN, STATUSES, proxied
from tests.conftest import BUCKET, ROOT
from tests.soak_clients import CLIENTS, TELLTALE, WORK
from training.publish import publish, rollback

SECONDS = float(os.environ.get("SOAK_SECONDS", "15"))
SEED = os.environ.get("SOAK_SEED", "1")
NAMES = ("similar_jobs", "top_skills")
MARKS = ("amber", "birch", "cobalt", "dune", "ember")
TURN_SECONDS = min(60.0, SECONDS / 6)
"""After so long, a version is published or taken back."""
REFRESH_SECONDS = TURN_SECONDS / 6
WEATHER_SECONDS = TURN_SECONDS / 4
"""A third of each is a fault."""
KINDS = [("status", status) for status in STATUSES] + [("fault", fault) for fault in BROKEN]
OBJECTS = ("", "manifest.json", ".model")
MOST_MIB = 200
FLAT_SECONDS = 600
"""From so long on, what memory does between its second quarter and its last tells something."""
MOST_RISE = 0.1
PATIENCE_SECONDS = 60


@dataclass
class Log:
    """What happened beside the requests."""

    versions: dict[str, str] = field(default_factory=dict)
    """Each published version's mark."""
    current: str = ""
    published: int = 0
    rolled_back: int = 0
    met: int = 0
    """Reads that were asked of the bucket during a fault."""
    faulty: float = 0.0
    """Seconds of faults."""
    memory: dict[str, list[tuple[float, float]]] = field(
        default_factory=lambda: {name: [] for name in NAMES}
    )
    """Samples: the time, and MiB."""
    kept: int = 0
    """Model files in one function's cache, at most."""


@pytest.fixture(scope="module")
def variants(models, tmp_path_factory):
    """The models once for each mark, with the mark before every title and phrase."""
    jobs = load_similar_jobs(next(models.rglob("similar_jobs.model")), "similar_jobs.model")
    skills = load_top_skills(next(models.rglob("top_skills.model")), "top_skills.model")
    made = {}
    for mark in MARKS:
        place = tmp_path_factory.mktemp(mark)
        marked = replace(jobs, titles=[f"{mark} {title}" for title in jobs.titles])
        model_file.dump(marked, place / "similar_jobs.model")
        titles = [f"{mark} {title}" for title in skills.index.titles]
        index = TitleIndex(titles, skills.index.names)
        phrases = [
            "\n".join(f"{mark} {phrase}" for phrase in each.split("\n")) if each else ""
            for each in skills.phrases
        ]
        eras = {f"{mark} {title}": each for title, each in skills.eras.items()}
        changed = replace(skills, index=index, phrases=phrases, eras=eras)
        model_file.dump(changed, place / "top_skills.model")
        made[mark] = sorted(place.iterdir())
    return made


def publishing(storage, variants, log, over):
    """Two versions are published, one is taken back, and so on."""
    marks = list(variants)
    # Nothing is there yet, and the functions are asked already.
    over.wait(REFRESH_SECONDS)
    for turn in range(sys.maxsize):
        if turn % 3 == 2:
            made = rollback(storage)
            log.rolled_back += 1
        else:
            mark = marks[log.published % len(marks)]
            made = publish(variants[mark], storage, {})
            log.versions[made.version] = mark
            log.published += 1
        log.current = made.version
        if over.wait(TURN_SECONDS) and log.rolled_back:
            return


def weather(proxy, log, over):
    """A third of the time the bucket fails; first until somebody has met it."""
    chance = random.Random(SEED)
    while not over.is_set():
        kind, value = chance.choice([*KINDS, ("silent", None)])
        before, started = len(proxy.reads), time.monotonic()
        proxy.only = chance.choice(OBJECTS) if log.met else ""
        if kind == "silent":
            proxy.open.clear()
        else:
            setattr(proxy, kind, value)
        over.wait(WEATHER_SECONDS / 3)
        while not log.met and len(proxy.reads) == before and not over.wait(0.1):
            pass
        proxy.status = proxy.fault = None
        proxy.open.set()
        log.met += len(proxy.reads) - before
        log.faulty += time.monotonic() - started
        over.wait(WEATHER_SECONDS * 2 / 3)


def weighing(running, caches, log, over):
    started = time.monotonic()
    while not over.wait(min(1.0, SECONDS / 30)):
        for name in NAMES:
            mib = resident_mib(worker(running[name]))
            log.memory[name].append((time.monotonic() - started, mib))
            log.kept = max(log.kept, len(list(caches[name].rglob(64 * "?"))))


def worker(running):
    """The process that answers; the one that started it listens sooner than it is there."""
    pid = running.process.pid
    until = time.monotonic() + PATIENCE_SECONDS
    while not (children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split()):
        assert time.monotonic() < until
        time.sleep(0.05)
    return int(children[0])


def resident_mib(pid):
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def beside(*calls):
    """Runs the calls in threads until the block is over; what one raises is raised."""
    over = threading.Event()
    raised = []

    def run(call, *arguments):
        try:
            call(*arguments, over)
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=call) for call in calls]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
    for error in raised:
        raise error


def test_whatever_happens_the_functions_answer_and_mix_nothing(
    serve, variants, emulator, tmp_path, monkeypatch
):
    log = Log()
    storage = open_storage(f"gs://{BUCKET}/models")  # Publishers reach the bucket past the faults.
    caches = {name: tmp_path / name for name in NAMES}
    with proxied(emulator) as proxy:
        environment = {
            "MODELS_URI": f"gs://{BUCKET}/models",
            "STORAGE_EMULATOR_HOST": proxy.url,
            "MODELS_REFRESH_SECONDS": str(REFRESH_SECONDS),
        }
        with (
            serve(NAMES[0], **environment, MODELS_CACHE=str(caches[NAMES[0]])) as jobs,
            serve(NAMES[1], **environment, MODELS_CACHE=str(caches[NAMES[1]])) as skills,
        ):
            running = {NAMES[0]: jobs, NAMES[1]: skills}
            workers = {name: worker(each) for name, each in running.items()}
            ports = [running[name].url.rpartition(":")[2] for name in NAMES]
            command = [sys.executable, "-m", "tests.soak_clients", *ports, str(SECONDS), SEED]
            with beside(
                (publishing, storage, variants, log),
                (weather, proxy, log),
                (weighing, running, caches, log),
            ):
                done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
            seen = json.loads(done.stdout)
            print(report(seen, log, len(proxy.reads)))
            assert seen["wrong"] == []
            for name in NAMES:
                takes_up(running[name], log.current)
            assert {name: worker(each) for name, each in running.items()} == workers
            lines = "".join(each.log.read_text() for each in running.values())
    assert TELLTALE not in lines
    assert "Traceback" not in lines
    # It has been what it is meant to be.
    assert log.met > 0
    assert log.rolled_back > 0
    for name in NAMES:
        pairs = dict(seen["marks"][name])
        assert len(pairs) > 1
        assert pairs.items() <= log.versions.items()
        assert len(seen["marks"][name]) == len(pairs)
        mib = np.array([each for _, each in log.memory[name]])
        assert mib.max() < MOST_MIB
        if SECONDS >= FLAT_SECONDS:
            quarters = [np.median(each) for each in np.array_split(mib, 4)]
            assert quarters[3] < quarters[1] * (1 + MOST_RISE)
    assert log.kept <= 2, "old versions stay in the cache"


def slope_of(at, mib):
    """MiB an hour by least squares, without the first quarter, in which all is new."""
    later = at > at[-1] / 4
    return np.polyfit(at[later], mib[later], 1)[0] * 3600


def takes_up(running, version):
    until = time.monotonic() + PATIENCE_SECONDS
    body = {"experience": [{"description": WORK[0]}]}
    while True:
        if "similar_jobs" in running.log.name:
            answer = requests.post(f"{running.url}/?limit=1", json=body, timeout=30)
        else:
            answer = requests.get(f"{running.url}/cook", timeout=30)
        assert answer.status_code == 200
        if answer.headers["X-Model-Version"] == version:
            return
        assert time.monotonic() < until, "the current version is not taken up"
        time.sleep(0.1)


def report(seen, log, reads):
    """What `make soak` prints, and docs/testing.md quotes."""
    lines = [
        f"{SECONDS:g} s, {CLIENTS} clients, seed {SEED}",
        f"{log.published} publications, {log.rolled_back} rollbacks; the bucket failed "
        f"{log.faulty / SECONDS:.0%} of the time, {log.met} of {reads} reads met it",
    ]
    for name in NAMES:
        of = [each for each in seen["statuses"] if each[0] == name]
        count = {status: sum(n for *_, s, n in of if s == status) for status in (200, 503)}
        times = ", ".join(f"{k} {v} ms" for k, v in seen["milliseconds"].get(name, {}).items())
        at, mib = np.array(log.memory[name]).T
        versions = len({version for version, _ in seen["marks"].get(name, [])})
        lines.append(
            f"{name}: {sum(n for *_, n in of)} requests, {count[200]} good answers, "
            f"{count[503]} 503s before the first load, {versions} versions; good answers {times}; "
            f"memory at most {mib.max():.1f} MiB"
            + (f", slope {slope_of(at, mib):+.2f} MiB an hour" if SECONDS >= FLAT_SECONDS else "")
        )
    return "\n".join(lines)
