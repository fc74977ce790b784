from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench import occupations
from bench.minilm import Embeddings
from training.errors import DataError

RELEASE = Path(__file__).parent.parent / "fixtures" / "onet"
LIGHT, WAITER, KITE = (
    "Lighthouse Keepers",
    "Waiters and Waitresses",
    "Kite Makers, Except Industrial",
)


@pytest.fixture
def peer(told):
    return told(
        ["harbour cat", "keeper of the light", "Lighthouse Keeper", "server"],
        {
            "lit the lamp": [0.4, 0.1, 0.3, 0.2],
            "served soup": [0.1, 0.1, 0.1, 0.7],
            "made kites": [0.4, 0.3, 0.2, 0.1],
        },
    )


JOBS = pd.DataFrame(
    [
        ("Lamp Warden", "lit the lamp", "livecareer"),
        (" SERVER ", "served soup", "livecareer"),
        ("Kite Craftsman", "made kites", "livecareer"),
        ("Lamp Warden", "said nothing", "livecareer"),
        ("Lamp Warden, Night", "lit the lamp", "livecareer"),
        ("Server", "served soup", "other"),
        ("Server", None, "livecareer"),
        (None, "served soup", "livecareer"),
    ],
    columns=["title", "description", "source"],
)


def test_an_occupation_goes_by_its_name_in_both_numbers_and_by_the_titles_of_its_people():
    names = occupations.occupations_by_name(RELEASE)
    for name in ("lighthouse keepers", "lighthouse keeper", "lamp warden", "keeper of the light"):
        assert names[name] == {LIGHT}
    assert names["server"] == names["waiters and waitresses"] == {WAITER}
    assert names["kite craftsman"] == {KITE}
    assert "nobody" not in names


def test_a_name_may_belong_to_several_occupations(tmp_path):
    for file in RELEASE.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with (tmp_path / "Alternate Titles.txt").open("a") as more:
        more.write("99-1003.00\tServer\tn/a\t09\n")
    assert occupations.occupations_by_name(tmp_path)["server"] == {WAITER, KITE}


def test_only_described_jobs_of_the_broad_source_that_are_titled_as_onet_writes_count():
    names = occupations.occupations_by_name(RELEASE)
    jobs = occupations.named_jobs(JOBS, names)
    assert list(jobs["name"]) == ["lamp warden", "server", "kite craftsman", "lamp warden"]
    with pytest.raises(DataError, match="livecareer"):
        occupations.named_jobs(JOBS.assign(source="other"), names)


def test_a_rank_is_of_the_first_title_that_stands_for_an_occupation_of_the_job(peer):
    names = occupations.occupations_by_name(RELEASE)
    jobs = occupations.named_jobs(JOBS, names)
    assert list(occupations.ranks(peer, jobs, names)) == [2, 1, np.inf, np.inf]


def test_misses_count_in_every_measure(peer, tmp_path):
    JOBS.to_parquet(tmp_path / "jobs.parquet")
    embeddings = Embeddings(lambda texts: np.zeros((len(texts), 1)))
    made = occupations.compare(tmp_path / "jobs.parquet", RELEASE, {"told": peer}, embeddings)
    assert made.measures.loc["told"].to_dict() == {"top1": 1 / 4, "top5": 2 / 4, "mrr": 1.5 / 4}
    assert "4 jobs, 1 of them of no occupation" in made.heading
