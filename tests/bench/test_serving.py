"""What serving may cost, beside an empty function that starts in the same round.

CPU time is compared, and the least of some starts, so that a busy machine does not fail a test;
`make bench` measures the seconds, and what requests take.
"""

import json
from dataclasses import replace

import pytest

from bench import instances, load
from bench.instances import EMPTY, Case
from tests.conftest import FUNCTIONS

STARTS = 3
MOST_MIB = 100
ON_DISK, IN_BUCKET = 2.0, 3.0
"""How many times the CPU time of the empty function's first answer."""
BODY = json.dumps({"experience": [{"description": "taught third grade math"}]}).encode()
REQUESTS = {
    "similar_jobs": load.post("/?limit=10", BODY),
    "top_skills": load.get("/skills/cook"),
    "job_insights": load.get("/salaries/cook"),
}


def least(case):
    """The least CPU time until the first answer, and the most memory then."""
    cpu, memory = [], []
    for _ in range(STARTS):
        with instances.started(case) as instance:
            cpu.append(instance.cpu_seconds())
            memory.append(instance.with_kept_files_mib())
    return min(cpu), max(memory)


@pytest.fixture(scope="module")
def empty():
    cpu, _ = least(Case("empty", EMPTY, "empty", load.post("/", BODY)))
    return cpu


@pytest.fixture(params=FUNCTIONS)
def case(request, staged):
    name = request.param
    return Case(name, staged[name] / "main.py", name, REQUESTS[name])


def test_a_cold_start_from_disk_costs_less_than_two_empty_ones(empty, case, models):
    cpu, memory = least(replace(case, environment={"MODELS_URI": str(models)}))
    assert cpu <= ON_DISK * empty
    assert memory <= MOST_MIB


def test_a_cold_start_from_a_bucket_costs_less_than_three_empty_ones(
    empty, case, emulator, bucket_models
):
    environment = {"MODELS_URI": bucket_models, "STORAGE_EMULATOR_HOST": emulator}
    cpu, memory = least(replace(case, environment=environment))
    assert cpu <= IN_BUCKET * empty
    assert memory <= MOST_MIB


def test_an_instance_tells_of_its_memory_and_kept_files(case, emulator, bucket_models):
    environment = {"MODELS_URI": bucket_models, "STORAGE_EMULATOR_HOST": emulator}
    with instances.started(replace(case, environment=environment)) as instance:
        kept = next(path for path in instance.cache.rglob("*") if path.is_file())
        without_file = instance.with_kept_files_mib()
        beside = kept.with_name("beside")
        beside.write_bytes(bytes(50 * 2**20))
        assert instance.with_kept_files_mib() == pytest.approx(without_file + 50, abs=5)
        assert 20 < instance.resident_mib() < without_file + 50
