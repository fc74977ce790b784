"""The same rows from Spark as from one process, on two executors of which one is killed midway."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import ROOT
from tests.linked import linked
from training.gathered import Gathered
from training.processing import one_process
from training.processing.clean import LEFT_OUT

SECONDS = 1_200
CLUSTER = "local-cluster[2,1,1024]"
FILES = 6
RECORDS = 1_200
# Nothing that changes what is done: only how much the machine has to do for so few rows.
DEFAULTS = """
spark.sql.shuffle.partitions 2
spark.sql.codegen.wholeStage false
spark.executor.memory 512m
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.executor.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
"""
WORK = """dressed wounds of patients after surgery and kept the charts of the ward in order while
teaching two students how to give shots without pain to small children and their parents who came
from far away for treatment of diseases that are rare""".split()


def lines():
    """Awkward ones of every kind: near-duplicates, repeats, broken lines, other languages."""
    draw = random.Random(8)
    made = []
    for number in range(RECORDS):
        words = draw.sample(WORK, len(WORK))
        if number % 10 == 0:
            words = [*WORK, draw.choice(["daily", "weekly"])]
        record = Gathered(
            kind="posting", source=f"https://jobs.example/{number}", licence="CC0",
            fetched="2026-01-01T00:00:00Z", title=draw.choice(["Sr. Nurse", "Nurse II", "Welder"]),
            description="<p>" + " ".join(words) + "</p>", location=draw.choice(["Ames, IA", ""]),
            salary=draw.choice(["$40/hr", "60-70k", ""]), education=draw.choice(["BSN", ""]),
            start="2026-01-01",
        )  # fmt: skip
        made.append(record.encode())
        if number % 20 == 0:
            made.append(replace(record, fetched="2025-12-31T00:00:00Z", licence="CC BY").encode())
        if number % 50 == 0:
            made.append(replace(record, description="Wir suchen Pfleger für Berlin").encode())
            made.append(replace(record, title="\ud800 café \u2028", employer="東京\t").encode())
            made.append(record.encode()[: number % 90])
            made.append("a\rb")
    return [line.encode() for line in made] + [b"\xff\xfe broken \xe6\x9d", b"", b"{}"]


@dataclass
class Compared:
    """Both tables, what Spark said, and which of its processes was killed."""

    one: pd.DataFrame
    spark: pd.DataFrame
    outcome: str
    said: str
    executors: int


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    home = tmp_path_factory.mktemp("processing")
    every = lines()
    files = [home / f"{i}.jsonl" for i in range(FILES)]
    for i, path in enumerate(files):
        path.write_bytes(b"".join(line + b"\n" for line in every[i::FILES]))
    (home / "conf").mkdir()
    (home / "conf" / "spark-defaults.conf").write_text(DEFAULTS)
    environment = {
        **os.environ, "SPARK_CONF_DIR": str(home / "conf"), "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_WORKER_DIR": str(home / "workers"), "SPARK_LOCAL_DIRS": str(home / "local"),
    }  # fmt: skip
    options = ["--engine", "spark", "--master", CLUSTER, "--rows", str(home / "rows")]
    command = [sys.executable, "-m", "training", "process", *map(str, files), *options]
    said = home / "said"
    with said.open("wb") as errors:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors
        )
    try:
        outcome = one_process.process(files, home / "rows.parquet").text()
        executors = kill_one_at_work(process)
        printed, _ = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0, said.read_text("utf-8")
    assert printed.decode().strip() == outcome
    return Compared(
        pd.read_parquet(home / "rows.parquet"), pd.read_parquet(home / "rows"), outcome,
        said.read_text("utf-8"), executors,
    )  # fmt: skip


def kill_one_at_work(driver):
    """Kills one of two executors when it has begun to clean; gives how many there were."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        assert driver.poll() is None, "Spark ended before an executor could be killed"
        children = children_of_all()
        executors = [pid for pid in descendants(driver.pid, children)
                     if b"CoarseGrainedExecutorBackend" in command_of(pid)]  # fmt: skip
        cleaning = [
            pid for pid in executors if any(map(is_python_worker, descendants(pid, children)))
        ]
        if len(executors) == 2 and cleaning:
            os.kill(cleaning[0], signal.SIGKILL)
            return len(executors)
        time.sleep(0.2)
    pytest.fail("no two executors came to work")
    return 0


def children_of_all():
    children = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:  # It has ended.
            continue
        children.setdefault(parent, []).append(int(path.parent.name))
    return children


def descendants(pid, children):
    for child in children.get(pid, []):
        yield child
        yield from descendants(child, children)


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def is_python_worker(pid):
    return b"pyspark.daemon" in command_of(pid)


def test_an_executor_was_lost_on_the_way(compared):
    assert compared.executors == 2
    assert "Lost executor" in compared.said


def test_the_rows_are_those_of_one_process_in_the_same_order(compared):
    pd.testing.assert_frame_equal(compared.one, compared.spark)


def test_rows_of_every_kind_were_among_them(compared):
    counts = compared.one["left_out"].value_counts()
    for why in ("", *(each for each in LEFT_OUT if each not in ("no title", "no words"))):
        assert counts[why] > 10, why
    assert compared.one["id"].is_unique
    assert set(compared.one["licence"]) == {"", "CC0", "CC BY"}
    assert "left out" in compared.outcome


# The job that a cluster is given, and what is said where Spark cannot run


def built(home):
    """What the Dockerfile makes, in `home`: step by step, with this Python in place of its base.

    Gives the variables that it sets. Packages are links to those that are installed here.
    """
    text = (ROOT / "training" / "processing" / "Dockerfile").read_text("utf-8")
    steps = re.sub(r"^#.*\n|\\\n", "", text, flags=re.MULTILINE).splitlines()
    python = home / "usr/local/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    python.chmod(0o755)
    variables = {}
    for step in filter(None, steps):
        kind, _, rest = step.partition(" ")
        if kind == "COPY":
            source, target = rest.split()
            place = home / target.lstrip("/")
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place)
            else:
                place.mkdir(parents=True)  # It ends with "/".
                shutil.copy(ROOT / source, place)
        elif rest.startswith("pip install --no-cache-dir -r /"):
            linked(home / rest.rpartition(" /")[2], home / "packages")
        elif kind == "ENV":
            variables |= {name: f"{home}{value}" for name, value in
                          (each.split("=") for each in rest.split())}  # fmt: skip
        else:
            assert kind in ("FROM", "USER") or "groupadd" in rest, step
    return {**variables, "PYTHONPATH": f"{variables['PYTHONPATH']}:{home / 'packages'}"}


def test_the_job_does_the_same_in_its_image_as_spark_submit_starts_it(tmp_path):
    records = tmp_path / "records.jsonl"
    records.write_bytes(b"".join(line + b"\n" for line in lines()[:40]))
    one = one_process.process([records], tmp_path / "rows.parquet")
    submit = Path(find_spec("pyspark").origin).parent / "bin" / "spark-submit"
    environment = {**os.environ, **built(tmp_path / "image"), "SPARK_LOCAL_IP": "127.0.0.1"}
    job = ROOT / "training" / "processing" / "job.py"
    quick = "spark.sql.shuffle.partitions=1"
    done = subprocess.run(
        [submit, "--master", "local[1]", "--conf", quick, job, "--rows", tmp_path / "rows",
         records],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith(one.text())
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "rows.parquet"), pd.read_parquet(tmp_path / "rows")
    )


def test_without_java_one_line_says_so(tmp_path):
    environment = {"PATH": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "training", "process", "x.jsonl", "--engine", "spark"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "error: Spark needs Java 17 or newer, and there is none\n"
