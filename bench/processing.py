"""What processing costs: `python -m bench.processing TABLE`, a table of people's jobs.

Its rows are gathered and repeated to as many as are asked for. With `--spark` the rows of Spark on
two executors, one of which is killed midway, are compared with those of one process, too.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from pyarrow import parquet

from training.gather import imports
from training.gathered import Gathered
from training.sources.table import Columns

SIZES = (10_000, 91_410, 1_000_000)
CLUSTER = "local-cluster[2,1,1024]"


@dataclass(frozen=True)
class Cost:
    """Of one run: wall-clock and CPU seconds, and the most memory of a process in MiB."""

    seconds: float
    cpu: float
    memory: float


def main() -> None:
    """Prints a row of a table for each size."""
    parser = argparse.ArgumentParser(prog="python -m bench.processing", description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--rows", type=int, nargs="*", default=SIZES)
    parser.add_argument(
        "--spark", action="store_true", help="compare with Spark, on the first size"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as home:
        gathered, rows = Path(home) / "records.jsonl", Path(home) / "rows.parquet"
        print("| rows | seconds | CPU s | CPU s per million | MiB | used |\n| --- |" + " --- |" * 5)
        for size in options.rows:
            _write(options.table, size, gathered)
            cost, said = _run(["process", str(gathered), "--rows", str(rows)])
            used = said.splitlines()[0].split()[3]
            print(f"| {size:,} | {cost.seconds:.0f} | {cost.cpu:.0f} | "
                  f"{cost.cpu / size * 1e6:.0f} | {cost.memory:.0f} | {int(used):,} |",
                  flush=True)  # fmt: skip
            if options.spark and size == options.rows[0]:
                _compare(gathered, rows, Path(home) / "spark", cost.cpu / 2)


def _write(table: Path, size: int, out: Path) -> None:
    with out.open("w", encoding="utf-8") as file:
        for record in islice(_repeated(table), size):
            file.write(record.encode() + "\n")


def _repeated(table: Path) -> Iterator[Gathered]:
    time_over = 0
    while True:
        for record in imports.table(table, Columns(), "for measuring only"):
            yield replace(record, source=f"{record.source}, {time_over}")
        time_over += 1


def _run(options: list[str]) -> tuple[Cost, str]:
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen([sys.executable, "-m", "training", *options], stdout=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        said.seek(0)
        cost = Cost(
            time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
        )
        return cost, said.read()


def _compare(gathered: Path, rows: Path, out: Path, midway: float) -> None:
    """Says whether Spark makes the same rows; kills an executor after so many CPU seconds."""
    started = time.perf_counter()
    options = ["--engine", "spark", "--master", CLUSTER, "--rows", str(out)]
    process = subprocess.Popen(
        [sys.executable, "-m", "training", "process", str(gathered), *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"},
    )  # fmt: skip
    # Midway in the cleaning, by its CPU time: what is made by then is lost with who made it.
    while sum(map(_cpu, _running(process.pid, b"pyspark.daemon"))) < midway:
        assert process.poll() is None, process.communicate()[1]
        time.sleep(1)
    executors = _running(process.pid, b"CoarseGrainedExecutorBackend")
    assert len(executors) == 2
    os.kill(executors[0], signal.SIGKILL)
    said, errors = process.communicate()
    assert process.returncode == 0, errors
    one, other = (parquet.read_table(path) for path in (rows, out))
    verdict = "equal" if one.equals(other) else "DIFFERENT"
    print(f"Spark, {CLUSTER}, an executor killed: {time.perf_counter() - started:.0f} s, "
          f"{'one' if 'Lost executor' in errors else 'NONE'} lost, rows {verdict}: "
          f"{json.dumps(said.splitlines())}", flush=True)  # fmt: skip


def _running(driver: int, command: bytes) -> list[int]:
    """Processes that a driver and its children have started, by what is in their command."""
    found, waiting = [], [driver]
    while waiting:
        pid = waiting.pop()
        try:
            if command in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
            for thread in Path(f"/proc/{pid}/task").iterdir():
                waiting += map(int, (thread / "children").read_text().split())
        except OSError:  # It has ended.
            continue
    return found


def _cpu(pid: int) -> float:
    """Seconds that a process has used, and those that it has started and that have ended."""
    try:
        used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]
    except OSError:
        return 0.0
    return sum(map(int, used)) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
