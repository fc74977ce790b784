import subprocess
import sys
from pathlib import Path

import pytest

from bench import load
from bench.instances import EMPTY, Case, Instance

SHORT_THREADS = """
import threading
print("started", flush=True)
while True:
    threading.Thread(target=int).start()
"""


@pytest.fixture
def short_threads():
    """An instance whose threads end as soon as they have begun."""
    command = [sys.executable, "-c", SHORT_THREADS]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        yield Instance(Case("", EMPTY, "", load.get("/")), 0, process.pid, 0.0, Path())
        process.kill()


def test_threads_may_end_while_the_time_they_had_is_summed(short_threads):
    assert all(short_threads.cpu_seconds() > 0 for _ in range(2_000))
