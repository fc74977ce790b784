"""Cold starts and requests as on a small cloud instance: a share of one CPU, nothing in the cache.

The share is a quota of a control group, so it needs root on Linux. Before each start, the pages of
all that a function reads from disk are dropped: its environment, Python's library, its source and
its models. What stays are pages that other running processes have mapped, such as the C library's.
"""

import os
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from bench import environments, instances, load, serving
from bench.instances import Case
from bench.peers import Comparison
from bench.serving import LIMITED, MIDDLE, STARTS

SHARES = (1.0, 0.333, 0.167)
"""Of one CPU: what Cloud Functions gives with 2 GiB, 512 MiB and 256 MiB."""
CLIENTS = 8
REQUESTS = 160
PERIOD_MICROSECONDS = 100_000
GROUPS = Path("/sys/fs/cgroup")


def possible() -> bool:
    """Whether this process may make control groups."""
    return os.access(GROUPS, os.W_OK)


def measure(work: Path, models: Path) -> Comparison:
    """Medians a CPU share and function, with the multiples of the empty function's."""
    requests = [serving.post(LIMITED, text) for text in serving.texts_of(work)[MIDDLE]]
    rows = []
    with serving.cases_of(work, models) as cases, group() as (place, limit):
        chosen = [case for case in cases if "on disk" not in case.name]
        for _ in range(STARTS):
            for share in SHARES:
                limit(share)
                for case in chosen:
                    forget(case, models)
                    rows.append({"CPU": share, "function": case.name,
                                 **_start(case, place, requests)})  # fmt: skip
    frame = pd.DataFrame(rows).groupby(["CPU", "function"], sort=False).median()
    first = frame.groupby(level="CPU", sort=False).transform("first")
    frame.insert(1, "cold s ×", frame["cold s"] / first["cold s"])
    return Comparison(f"one small instance, cold page cache, medians of {STARTS}", frame)


def _start(case: Case, place: tuple[str, ...], requests: list[bytes]) -> dict[str, float]:
    asked = [case.request] if case.target == "top_skills" else requests
    with instances.started(case, place) as instance:
        memory = instance.with_kept_files_mib()
        load.run(instance.port, asked, clients=1, total=len(asked))
        one = load.run(instance.port, asked, clients=1, total=len(asked))
        many = load.run(instance.port, asked, clients=CLIENTS, total=REQUESTS)
        return {
            "cold s": instance.cold,
            "MiB": memory,
            "1 client, ms": one.seconds / len(asked) * 1e3,
            f"{CLIENTS} clients, requests/s": REQUESTS / many.seconds,
        }


@contextmanager
def group() -> Iterator[tuple[tuple[str, ...], "Limit"]]:
    """A control group: a command that runs commands in it, and its limit."""
    version_1 = (GROUPS / "cpu").is_dir()
    home = (GROUPS / "cpu" if version_1 else GROUPS) / f"career-climber-bench-{os.getpid()}"
    home.mkdir()
    enter = ("sh", "-c", f'echo $$ > {home}/cgroup.procs && exec "$@"', "sh")
    try:
        yield enter, Limit(home, version_1)
    finally:
        home.rmdir()


class Limit:
    """Sets the share of one CPU that a control group gets."""

    def __init__(self, home: Path, version_1: bool) -> None:
        self._home = home
        self._version_1 = version_1

    def __call__(self, share: float) -> None:
        """Of one CPU, whatever their number."""
        quota = round(share * PERIOD_MICROSECONDS)
        if self._version_1:
            (self._home / "cpu.cfs_period_us").write_text(str(PERIOD_MICROSECONDS))
            (self._home / "cpu.cfs_quota_us").write_text(str(quota))
        else:
            (self._home / "cpu.max").write_text(f"{quota} {PERIOD_MICROSECONDS}")


def forget(case: Case, models: Path) -> None:
    """Drops the pages of the files that a start of the function reads."""
    os.sync()  # Pages that are not written yet would stay.
    function = case.target if case.target == "top_skills" else "similar_jobs"
    environment = environments.python_of(function).parent.parent
    library = Path(sysconfig.get_path("stdlib"))
    for directory in (environment, library, case.source.parent, models):
        for path in directory.rglob("*"):
            if path.is_file() and "site-packages" not in path.relative_to(directory).parts[:1]:
                descriptor = os.open(path, os.O_RDONLY)
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(descriptor)
