"""Titles as people type them, found, suggested and completed in the index of the starter corpus."""

import csv
import pickle
from pathlib import Path

import pytest

from shared.title_parsing import parse
from shared.titles import TitleIndex
from training.sources import starter

TYPED = Path(__file__).with_name("titles_typed.tsv")
ENTRIES = starter.read()


@pytest.fixture(scope="module")
def index():
    return TitleIndex.build([e.title for e in ENTRIES], {e.title: list(e.also) for e in ENTRIES})


def typed():
    with TYPED.open(encoding="utf-8", newline="") as file:
        return [(raw, title) for raw, title in csv.reader(file, delimiter="\t")]


@pytest.mark.parametrize(("raw", "title"), typed())
def test_what_people_type_is_found(index, raw, title):
    assert (index.find(raw) or "") == title


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.title)
def test_a_title_of_the_corpus_is_found_by_its_name_and_under_ranks(index, entry):
    assert index.find(entry.title) == entry.title
    assert index.find(f"  {entry.title.upper()} (Remote)") == entry.title


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.title)
def test_an_other_name_means_the_same_under_ranks(index, entry):
    for name in entry.also:
        if parse(name).seniority is None:
            assert index.find(f"Sr. {name.title()} II (Remote)") == index.find(name), name


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("rn", "registered nurse"),
        ("data s", "data scientist"),
        ("dev", "software engineer"),
        ("nurs", "registered nurse"),
        ("teach", "teacher"),
        ("java dev", "java software engineer"),
        ("sr dat", "data analyst"),
        ("scientist data", "data scientist"),
        ("c++", "software engineer"),
        ("dat scentist", "data scientist"),
        ("accuntan", "accountant"),
        ("acountant", "accountant"),
        ("nurce", "registered nurse"),
    ],
)
def test_the_title_meant_is_completed_first(index, typed, first):
    assert index.complete(typed)[0] == first


@pytest.mark.parametrize(
    ("raw", "first"),
    [
        ("dat scentist", "data scientist"),
        ("Datascientist", "data scientist"),
        ("acountant", "accountant"),
        ("nurce", "registered nurse"),
        ("softwre enginer", "software engineer"),
        ("plumbing guy", "plumber"),
    ],
)
def test_the_title_meant_is_suggested_first(index, raw, first):
    assert index.suggest(raw, 5)[0] == first


def test_a_title_comes_before_its_longer_cousins_and_whole_words_before_beginnings(index):
    found = index.complete("teacher")
    assert found[:2] == ["teacher", "teacher assistant"]
    found = index.complete("dev")
    assert found.index("web developer") < found.index("business development")


def test_what_resembles_nothing_has_no_suggestions(index):
    for raw in ("zzxqj", "", "数据科学家", "🙂", "\x00"):
        assert index.suggest(raw, 5) == []
    assert index.complete("zzxqj") == []


def test_what_is_stored_is_searched_alike(index):
    stored = pickle.dumps(index)
    assert pickle.loads(stored).complete("dat") == index.complete("dat")
