"""The default models on short lines as a visitor types them."""

import csv
from pathlib import Path

import pytest

from shared.model_store import ModelStore
from shared.models import load_similar_jobs
from shared.storage import DirectoryStorage
from tests.conftest import PUBLIC_KEY

MEASURE = Path(__file__).parent.parent / "training" / "measures" / "short_lines.tsv"
WITHIN = 3
SHARE = 0.9


@pytest.fixture(scope="module")
def model(default_models, tmp_path_factory):
    storage = DirectoryStorage(default_models)
    cache = tmp_path_factory.mktemp("cache")
    store = ModelStore(
        storage, "similar_jobs", load_similar_jobs, cache, public_key=Path(PUBLIC_KEY)
    )
    return store.get().model


@pytest.fixture(scope="module")
def first_titles(model):
    def first(line):
        by_title = zip(model.probabilities([line]), model.titles, strict=True)
        return [title for _, title in sorted(by_title, reverse=True)[:WITHIN]]

    return first


def test_nine_lines_of_ten_have_their_title_among_the_first_three(first_titles):
    with MEASURE.open(encoding="utf-8", newline="") as file:
        lines = [
            (row["line"], set(row["titles"].split("|")))
            for row in csv.DictReader(file, delimiter="\t")
        ]
    assert len(lines) == 100
    missed = [line for line, titles in lines if not titles & set(first_titles(line))]
    assert len(missed) <= (1 - SHARE) * len(lines), missed


@pytest.mark.parametrize(
    ("line", "titles"),
    [
        (
            "organizing projects with agile and scrum methodologies",
            {"project manager", "technical project manager", "it project manager"},
        ),
        (
            "wrote java microservices and deployed them to kubernetes",
            {"java software engineer", "software engineer", "j2ee engineer"},
        ),
        ("taught third grade math", {"elementary school teacher", "teacher"}),
        ("flew commercial passenger jets", {"airline pilot"}),
    ],
)
def test_what_a_visitor_would_try_first_is_among_the_first_three(first_titles, line, titles):
    assert titles & set(first_titles(line))


def test_who_writes_a_title_alone_finds_it(model, first_titles):
    missed = [title for title in model.titles if title not in first_titles(title)]
    assert len(missed) <= 0.02 * len(model.titles), missed
