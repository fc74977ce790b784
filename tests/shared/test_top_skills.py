from dataclasses import replace

import numpy as np
import pytest

from shared import limits, model_file
from shared.titles import TitleIndex
from shared.top_skills import (
    KINDS,
    KnownSkill,
    Skill,
    TopSkills,
    era_of,
    load_top_skills,
    read_era,
)

FRYING = KnownSkill("fry food", "ESCO", "skill", "http://data.europa.eu/esco/skill/1")
CHARTS = KnownSkill("Charting software", "O*NET", "technology", None)


@pytest.fixture(scope="module")
def skills(work) -> TopSkills:
    return load_top_skills(work / "top_skills.model", "top_skills.model")


@pytest.fixture
def three():
    """Three titles, the last without phrases, and one era of the cook's."""
    return TopSkills(
        index=TitleIndex.build(["nurse", "cook", "pilot"], {}),
        phrases=["grill\nfry", "wards\ncharts\nshots", "", "smoke\ngrill"],
        scores=np.array([1, 0.5, 1, 0.75, 0.25, 1, 0.125], np.float32),
        starts=np.array([0, 2, 5, 5], np.int64),
        known=np.array([-1, 1, -1, 0, -1, -1, 1], np.int32),
        names=[CHARTS.name, FRYING.name],
        ids=["", str(FRYING.id)],
        kinds=np.array([KINDS.index((k.kind, k.taxonomy)) for k in (CHARTS, FRYING)], np.uint8),
        eras={"cook": {"2010-2014": 3}},
        forms=["charts\nelectronic charting", ""],
        ordinary=["charts"],
    )


def test_skills_come_with_their_own_scores_and_meanings(three):
    assert three.skills("cook", 20) == [Skill("grill", 1.0, None), Skill("fry", 0.5, FRYING)]
    assert three.skills("nurse", 2) == [Skill("wards", 1.0, None), Skill("charts", 0.75, CHARTS)]
    assert three.skills("pilot", 20) == []


def test_scores_have_the_digits_that_they_were_published_with(three):
    scores = np.array([1, 0.9261, 1, 0.75, 0.00001234, 1, 0.125], np.float32)
    published = replace(three, scores=scores)
    assert [skill.score for skill in published.skills("cook", 2)] == [1.0, 0.9261]
    assert published.skills("nurse", 3)[2].score == 0.00001234


def test_an_era_has_skills_of_its_own(three):
    assert three.eras_of("cook") == ["2010-2014"]
    assert three.eras_of("nurse") == []
    expected = [Skill("smoke", 1.0, None), Skill("grill", 0.125, FRYING)]
    assert three.skills("cook", 20, "2010-2014") == expected
    assert three.skills("cook", 1, "2010-2014") == expected[:1]


def test_a_model_with_eras_is_read_as_it_was_written(three, tmp_path):
    model_file.dump(three, tmp_path / "a.model")
    loaded = load_top_skills(tmp_path / "a.model", "")
    for title in three.index.titles:
        assert loaded.skills(title, 20) == three.skills(title, 20)
    assert loaded.skills("cook", 20, "2010-2014") == three.skills("cook", 20, "2010-2014")


def test_fitted_skills_are_the_same_on_every_call(skills):
    first = skills.skills("data scientist", 20)
    assert len(first) == 20
    assert skills.skills("data scientist", 20) == first
    assert skills.skills("data scientist", 5) == first[:5]


def test_a_fitted_skill_means_what_it_says(skills):
    known = {s.phrase: s.known for s in skills.skills("data scientist", limits.SKILLS_MOST)}
    assert known["python"] == KnownSkill("Python", "O*NET", "technology", None)
    kinds = {(each.kind, each.taxonomy) for each in known.values() if each}
    assert kinds <= set(KINDS)
    assert None in known.values()


@pytest.mark.parametrize(
    ("year", "era"),
    [(2010, "2010-2014"), (2014, "2010-2014"), (2015, "2015-2019"), (1999, "1995-1999")],
)
def test_an_era_is_five_calendar_years(year, era):
    assert era_of(year) == era
    assert read_era(str(year)) == era
    assert read_era(era) == era


@pytest.mark.parametrize(
    "written",
    ["", "12", "20100", "2010-2015", "2011-2015", "2010-", "-2014", "2010–2014", " 2012", "2012\n",
     "٢٠١٢", "20x2", "2010-2014-2018", "2010 2014"],
)  # fmt: skip
def test_what_is_no_era_is_none(written):
    assert read_era(written) is None
