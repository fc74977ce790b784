"""What a small model of three titles tells: everything of a nurse, little of a cook and a pilot."""

from dataclasses import replace

import numpy as np
import pytest

from shared.job_insights import (
    COLLECTED,
    FIGURES,
    OFFICIAL,
    POSTED,
    SENIORITIES,
    UNKNOWN,
    Graph,
    Groups,
    JobInsights,
    Occupation,
    Pay,
    Schooling,
    Schools,
    Step,
    first_figure,
)
from shared.states import AREAS, NATION
from shared.titles import TitleIndex

COOK, NURSE, PILOT = range(3)
SENIOR = SENIORITIES.index("senior")
NOBODY = Groups(np.zeros(4, np.int64), np.array([], np.int8), np.array([], np.int8),
                np.zeros((0, len(FIGURES)), np.int32))  # fmt: skip


def groups(starts, *each):
    """Groups of a median alone, from triples of area, seniority and median."""
    areas, seniorities, medians = zip(*each, strict=True)
    figures = np.full((len(each), len(FIGURES)), UNKNOWN, np.int32)
    figures[:, FIGURES.index("median")] = medians
    return Groups(np.array(starts, np.int64), np.array(areas, np.int8),
                  np.array(seniorities, np.int8), figures)  # fmt: skip


def graph(steps):
    """A graph of dicts by title, from the other title to value and count."""
    starts, each = [0], []
    for title in range(3):
        each += [(other, *told) for other, told in steps.get(title, {}).items()]
        starts.append(len(each))
    titles, values, counts = zip(*each, strict=True) if each else ((), (), ())
    return Graph(np.array(starts, np.int64), np.array(titles, np.int32),
                 np.array(values, np.int16), np.array(counts, np.int32))  # fmt: skip


ROUND = {NURSE: {COOK: (6_000, UNKNOWN), PILOT: (4_000, UNKNOWN)},
         COOK: {NURSE: (9_000, UNKNOWN), PILOT: (8_000, UNKNOWN)},
         PILOT: {COOK: (7_000, UNKNOWN)}}  # fmt: skip


@pytest.fixture
def model():
    return JobInsights(
        index=TitleIndex.build(["cook", "nurse", "pilot"], {}),
        codes=["35-2014", "29-1141"],
        names=["Cooks, Restaurant", "Registered Nurses"],
        occupations=np.array([UNKNOWN, 1, 0], np.int32),
        links=np.array([0, 1, 2], np.int8),
        official=groups(
            [0, 1, 3],
            (AREAS.index("Ohio"), 0, 30_000),
            (0, 0, 80_000),
            (AREAS.index("Texas"), 0, 79_000),
        ),
        collected=groups([0, 0, 2, 2], (UNKNOWN, 0, 70_000), (UNKNOWN, SENIOR, 95_000)),
        posted=groups([0, 0, 1, 1], (0, 0, 75_000)),
        observed=graph({NURSE: {PILOT: (2_500, 5)}}),
        alike=graph(ROUND),
        schools=Schools(
            starts=np.array([0, 0, 3, 4], np.int64),
            seniorities=np.array([0, 0, SENIOR, 0], np.int8),
            levels=np.array([0, 1, 0, 2], np.int32),
            fields=np.array([2, UNKNOWN, UNKNOWN, 0], np.int32),
            shares=np.array([7_500, 2_500, 10_000, 10_000], np.int16),
            counts=np.array([15, 5, 6, UNKNOWN], np.int32),
            words=["bachelor", "associate", "nursing"],
        ),
        bases=np.array([0, 0, 1], np.int8),
    )


def test_pay_is_official_and_collected_and_posted(model):
    unknown = dict.fromkeys(FIGURES)
    assert model.pay("nurse") == [
        Pay(NATION, None, unknown | {"median": 80_000}, OFFICIAL),
        Pay("Texas", None, unknown | {"median": 79_000}, OFFICIAL),
        Pay(None, None, unknown | {"median": 70_000}, COLLECTED),
        Pay(None, "senior", unknown | {"median": 95_000}, COLLECTED),
        Pay(NATION, None, unknown | {"median": 75_000}, POSTED),
    ]


def test_a_title_without_an_occupation_has_no_official_pay(model):
    assert model.occupation("cook") is None
    assert model.pay("cook") == []


def test_an_occupation_is_told_with_why_it_is_the_title_s(model):
    assert model.occupation("nurse") == Occupation("29-1141", "Registered Nurses", "parent")
    assert model.occupation("pilot") == Occupation("35-2014", "Cooks, Restaurant", "work")
    (pay,) = model.pay("pilot")
    assert (pay.state, pay.figures["median"]) == ("Ohio", 30_000)


def test_steps_are_those_that_people_took_where_any_were_seen(model):
    basis, observed = model.graph("nurse")
    assert (basis, observed.steps(NURSE)) == ("observed", [Step(PILOT, 0.25, 5)])
    basis, alike = model.graph("cook")
    assert basis == "similarity"
    assert alike.steps(COOK) == [Step(NURSE, 0.9, None), Step(PILOT, 0.8, None)]


def test_no_way_of_a_tree_comes_back_to_a_title_on_it(model):
    def ways(branches, so_far):
        if not branches:
            yield so_far
        for each in branches:
            yield from ways(each["children"], [*so_far, each["name"]])

    tree = replace(model, observed=graph({})).tree("nurse", depth=3, breadth=2)
    assert list(ways(tree, ["nurse"])) == [["nurse", "cook", "pilot"], ["nurse", "pilot", "cook"]]


def test_a_tree_has_so_many_levels_and_branches(model):
    (only,) = model.tree("cook", depth=1, breadth=1)
    assert only == {"name": "nurse", "value": 0.9, "count": None, "children": []}
    assert len(model.tree("cook", depth=1, breadth=5)) == 2
    assert model.tree("cook", depth=0, breadth=5) == []


def test_education_is_of_everybody_or_of_one_seniority(model):
    assert model.education("nurse", None) == (
        "observed",
        [Schooling("bachelor", "nursing", 0.75, 15), Schooling("associate", None, 0.25, 5)],
    )
    assert model.education("nurse", "senior")[1] == [Schooling("bachelor", None, 1.0, 6)]
    assert model.education("nurse", "junior")[1] == []
    assert model.education("cook", None)[1] == []


def test_what_is_required_was_counted_of_nobody(model):
    assert model.education("pilot", None) == (
        "required",
        [Schooling("nursing", "bachelor", 1.0, None)],
    )


@pytest.mark.parametrize(
    ("title", "line"),
    [("nurse", f"{NATION}: 80000; pilot"), ("cook", "nurse"), ("pilot", "Ohio: 30000; cook")],
)
def test_the_first_figure_is_the_first_pay_and_the_first_step(model, title, line):
    assert first_figure(model, title) == line


def test_of_what_nothing_is_known_the_first_figure_is_empty(model):
    bare = replace(model, collected=NOBODY, posted=NOBODY, observed=graph({}), alike=graph({}))
    assert first_figure(bare, "cook") == ""
