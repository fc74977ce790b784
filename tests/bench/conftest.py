import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

WORDS = {
    "cook": ["soup", "grill", "oven", "knife", "sauce", "bread", "menu", "pastry"],
    "nurse": ["ward", "patient", "bandage", "dose", "chart", "clinic", "vaccine", "triage"],
    "pilot": ["jet", "runway", "cockpit", "radar", "altitude", "hangar", "flight", "fuel"],
}


@dataclass
class Told:
    """A peer that gives each text the distribution that it was told."""

    titles: list[str]
    answers: dict[str, list[float]]

    def likely(self, _):
        return None

    def probabilities(self, texts):
        (text,) = texts
        return np.array(self.answers[text]) if text in self.answers else None


@pytest.fixture(scope="session")
def told():
    return Told


@pytest.fixture(scope="session")
def table(tmp_path_factory):
    """A table of people's jobs, whose titles are easily told."""
    rows = [
        (title, " ".join(["daily", *words, str(i % 2)]), f"{title}{i // 2}", "ab"[i // 2 % 2])
        for title, own in WORDS.items()
        for i, words in enumerate(itertools.permutations(own, 3))
    ]
    rare = [("juggler", f"daily ball {i}", f"juggler{i}", "a") for i in range(30)]
    path = tmp_path_factory.mktemp("table") / "jobs.parquet"
    columns = ["job", "description", "text_group", "source"]
    pd.DataFrame(rows + rare, columns=columns).to_parquet(path)
    return path
