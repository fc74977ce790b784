"""Which occupation of OEWS counts a title's work, and what OEWS says of it."""

import numpy as np
import pytest

from shared.job_insights import FIGURES
from shared.states import AREAS, NATION, STATES, find_state
from shared.title_parsing import singular
from training import oews
from training.occupations import ALIKE, links
from training.oews_parents import OCCUPATIONS, TITLES
from training.sources import starter
from training.sources.statements import Statements

NOT_COUNTED = {
    "assistant", "assistant director", "associate", "fisherman", "legislator", "soldier",
}  # fmt: skip
"""Titles of the default models that no occupation counts: OEWS has no soldiers, say."""


def linked(*titles, names=None, likenesses=None):
    rows = likenesses or [np.zeros(len(titles))] * len(titles)
    found = links(list(titles), names or {}, rows)
    return [(oews.read()[each.place].name, each.basis) if each else None for each in found]


def test_the_wages_are_all_there():
    wages = oews.read()
    assert len(wages) > 800
    assert [each.code for each in wages] == sorted(each.code for each in wages)
    assert len({each.name for each in wages}) == len(wages)
    assert {area for each in wages for area in each.figures} == set(AREAS)
    assert all(len(row) == len(FIGURES) for each in wages for row in each.figures.values())


def test_wages_that_are_not_released_are_none():
    actors = next(each for each in oews.read() if each.name == "Actors")
    *annual, employment = actors.figures[NATION]
    assert annual == [None] * 6
    assert employment > 0
    assert oews.with_annual_wages(actors) == {}


def test_the_parents_are_occupations_of_oews_and_their_children_of_onet():
    names = {each.name for each in oews.read()}
    onet = {each.occupation for each in Statements().records()}
    children = [child for each in OCCUPATIONS.values() for child in each.split("; ")]
    assert set(OCCUPATIONS) | set(TITLES) <= names
    assert len(set(children)) == len(children)
    assert set(children) <= onet - names
    lower = {name.lower() for name in names}
    left = {each for each in onet if each.lower() not in lower} - set(children)
    assert left == {"Legislators", "Fishing and Hunting Workers"}


def test_the_titles_with_parents_are_of_the_corpus():
    titles = [title for each in TITLES.values() for title in each.split("; ")]
    assert len(set(titles)) == len(titles)
    assert set(titles) <= {entry.title for entry in starter.read()}


def test_every_default_title_is_counted_or_known_not_to_be():
    covered = starter.titles_by_occupation()
    onet = {each.occupation for each in Statements().records()} - set(covered)
    titles = sorted({*(entry.title for entry in starter.read()), *map(singular, onet)})
    found = linked(*titles)
    assert {title for title, each in zip(titles, found, strict=True) if not each} == NOT_COUNTED


@pytest.mark.parametrize(
    ("title", "link"),
    [
        ("data scientist", ("Data Scientists", "name")),
        ("accountant", ("Accountants and Auditors", "name")),
        ("data engineer", ("Database Architects", "parent")),
        ("waiter and waitress", ("Waiters and Waitresses", "name")),
        ("critical care nurse", ("Registered Nurses", "parent")),
        ("etl developer", ("Database Architects", "parent")),
        ("analyst", ("Management Analysts", "parent")),
        ("accounting", ("Bookkeeping, Accounting, and Auditing Clerks", "parent")),
        ("assistant", None),
        ("lighthouse keeper", None),
    ],
)
def test_a_title_is_counted_by_its_name_or_its_parent(title, link):
    assert linked(title) == [link]


def test_another_name_of_a_title_finds_its_occupation():
    names = {"lighthouse keeper": ["wick trimmer", "Security Guard"]}
    assert linked("lighthouse keeper", names=names) == [("Security Guards", "name")]


def test_a_title_without_a_name_there_is_counted_where_alike_work_is():
    def found(likeness):
        rows = [np.array([0.0, likeness, 0.9]), np.zeros(3), np.zeros(3)]
        return linked("lighthouse keeper", "cook", "soldier", likenesses=rows)[0]

    assert found(ALIKE) == ("Cooks, Restaurant", "work")
    assert found(ALIKE - 0.01) is None


@pytest.mark.parametrize("abbreviation", STATES)
def test_a_state_is_found_by_its_name_and_letters(abbreviation):
    name = STATES[abbreviation]
    for written in (abbreviation, abbreviation.lower(), name, name.upper(), f" {name} "):
        assert find_state(written) == name


@pytest.mark.parametrize("written", ["", " ", "X", "Bavaria", "United States", "New  "])
def test_what_is_no_state_is_none(written):
    assert find_state(written) is None
