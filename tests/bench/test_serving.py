"""What the bench says of cold starts and memory, and what memory serving may take.

How fast a start is depends on the machine and on what else it does: no test asserts it. `make
bench` measures it beside an empty function, and README has its figures.
"""

import json
from dataclasses import replace

import pytest

from bench import instances, load, serving
from bench.instances import EMPTY, Case
from tests.conftest import FUNCTIONS

MOST_MIB = 100
BODY = json.dumps({"experience": [{"description": "taught third grade math"}]}).encode()
REQUESTS = {
    "similar_jobs": load.post("/?limit=10", BODY),
    "top_skills": load.get("/skills/cook"),
    "job_insights": load.get("/salaries/cook"),
}


@pytest.fixture(params=FUNCTIONS)
def case(request, staged):
    name = request.param
    return Case(name, staged[name] / "main.py", name, REQUESTS[name])


def test_cold_starts_are_measured_beside_an_empty_function(case, emulator, bucket_models, models):
    on_disk = {"MODELS_URI": str(models)}
    in_bucket = {"MODELS_URI": bucket_models, "STORAGE_EMULATOR_HOST": emulator}
    cases = [
        Case("empty", EMPTY, "empty", load.post("/", BODY)),
        replace(case, name="on disk", environment=on_disk),
        replace(case, name="in a bucket", environment=in_bucket),
    ]
    found = serving.cold_starts(cases, starts=1)
    assert list(found.index) == ["empty", "on disk", "in a bucket"]
    assert list(found) == list(serving.COLD)
    assert (found > 0).all(axis=None)
    assert found.loc["empty", ["cold s ×", "MiB ×"]].tolist() == [1, 1]
    assert found["cold s ×"].tolist() == (found["cold s"] / found["cold s"].iloc[0]).tolist()


@pytest.mark.parametrize("place", ["on disk", "in a bucket"])
def test_an_instance_takes_little_memory(place, case, emulator, bucket_models, models):
    uri = str(models) if place == "on disk" else bucket_models
    environment = {"MODELS_URI": uri, "STORAGE_EMULATOR_HOST": emulator}
    with instances.started(replace(case, environment=environment)) as instance:
        assert instance.cpu_seconds() > 0
        assert instance.with_kept_files_mib() <= MOST_MIB


def test_an_instance_tells_of_its_memory_and_kept_files(case, emulator, bucket_models):
    environment = {"MODELS_URI": bucket_models, "STORAGE_EMULATOR_HOST": emulator}
    with instances.started(replace(case, environment=environment)) as instance:
        kept = next(path for path in instance.cache.rglob("*") if path.is_file())
        without_file = instance.with_kept_files_mib()
        beside = kept.with_name("beside")
        beside.write_bytes(bytes(50 * 2**20))
        assert instance.with_kept_files_mib() == pytest.approx(without_file + 50, abs=5)
        assert 20 < instance.resident_mib() < without_file + 50
