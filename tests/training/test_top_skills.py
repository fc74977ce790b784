import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from shared import limits, model_file, text
from shared.top_skills import load_top_skills
from training import skill_taxonomy, top_skills
from training.dataset import Dataset
from training.top_skills import fit

LINES = {
    "nurse": [
        "Gave flu shots and dressed wounds",
        "Charted vitals; gave flu shots",
        "Responsible for flu shots, vitals and patient care",
        "Trained staff in patient care",
    ],
    "welder": [
        "Welded steel tanks with arc welding",
        "Inspected steel tanks and read blueprints",
        "Trained staff in arc welding",
        "Responsible for arc welding of steel tanks",
    ],
    "data scientist": [
        "Built machine learning models in R and Python",
        "Trained staff in machine learning",
        "Deployed machine learning models, responsible for R packages",
        "Data scientist for a data science team",
    ],
    "pilot": ["Responsible", "Trained staff", "Trained staff daily"],
}


def as_rows(lines, **columns):
    pairs = [(title, each) for title, texts in lines.items() for each in texts]
    rows = pd.DataFrame(pairs, columns=["title", "text"])
    undated = {"start": None, "end": None}
    return rows.assign(
        **{"weight": 1.0, "group": rows["text"], "source": "given", **undated, **columns}
    )


@pytest.fixture(scope="module")
def taxonomy():
    return skill_taxonomy.load()


@pytest.fixture(scope="module")
def model(taxonomy):
    return fit(as_rows(LINES), {"nurse": ["care giver"]}, taxonomy)


@pytest.fixture(scope="module")
def fitted(work):
    return load_top_skills(work / "top_skills.model", "top_skills.model")


def phrases(model, title, most=limits.SKILLS_MOST):
    return [skill.phrase for skill in model.skills(title, most)]


def test_the_phrases_of_a_title_come_from_its_texts(model):
    assert "flu shots" in phrases(model, "nurse", 3)
    assert {"arc welding", "steel tanks"} & set(phrases(model, "welder", 3))
    assert "machine learning" in " ".join(phrases(model, "data scientist", 3))


def test_what_many_titles_do_is_nobodys_skill(model):
    for title in LINES:
        found = " ".join(phrases(model, title)).split()
        assert not {"responsible", "staff", "trained"} & set(found)


def test_a_title_is_no_skill_of_its_own(model):
    assert "data scientist" not in phrases(model, "data scientist")


def test_single_letters_that_are_tools_are_kept(model):
    assert "r" in " ".join(phrases(model, "data scientist")).split()


def test_a_title_without_phrases_has_none(model):
    assert phrases(model, "pilot") == []


def test_titles_are_found_by_their_other_names(model):
    assert model.index.find("Care Givers") == "nurse"
    assert model.index.titles == sorted(LINES)


def test_a_model_can_be_published(model, tmp_path):
    model_file.dump(model, tmp_path / "top_skills.model")
    loaded = load_top_skills(tmp_path / "top_skills.model", "top_skills.model")
    assert all(loaded.skills(title, 100) == model.skills(title, 100) for title in LINES)


def test_the_order_of_rows_does_not_matter(model, taxonomy):
    other = fit(as_rows(LINES).iloc[::-1], {}, taxonomy)
    assert all(other.skills(title, 100) == model.skills(title, 100) for title in LINES)


def test_heavier_texts_count_for_more(taxonomy):
    rows = as_rows(LINES)
    charting = rows["text"].str.contains("vitals")
    heavy = fit(rows.assign(weight=np.where(charting, 1.0, 0.01)), {}, taxonomy)
    light = fit(rows.assign(weight=np.where(charting, 0.01, 1.0)), {}, taxonomy)
    assert place(heavy, "vitals") < place(light, "vitals")


def deviance(number, expected):
    return number * np.log(number / expected) - (number - expected)


def scores(model, *era):
    """Of the phrases of "smith"; the strongest one's is 1."""
    return {skill.phrase: skill.score for skill in model.skills("smith", 100, *era)}


def ran(what, numbers):
    return [f"ran {what} {i}" for i in numbers]


def test_scores_are_those_computed_by_hand(taxonomy):
    found = scores(fit(as_rows({
        "smith": [*ran("Kubernetes", range(4)), *ran("Docker", range(2))],
        "grocer": [*ran("Docker", [2]), *ran("errands", range(5))],
    }), {}, taxonomy))  # fmt: skip
    # Each title has 6 texts and is taken to have 10 more; what the mean title has counts times the
    # root of 2, for there are two.
    kubernetes = deviance(4, 6 * 2**0.5 * (4 / 16) / 2)
    docker = deviance(2, 6 * 2**0.5 * (2 / 16 + 1 / 16) / 2)
    assert found == {"kubernetes": 1, "docker": pytest.approx(docker / kubernetes, rel=1e-3)}


def place(model, word):
    """How far down the first phrase with a word stands."""
    found = phrases(model, "nurse")
    return next((i for i, each in enumerate(found) if word in each.split()), len(found))


def lists(taxonomy, lines, title, **columns):
    """The phrases of a title beside those of two others."""
    others = {other: [f"{word} {other}s {i}" for i in range(6) for word in ("sold", "bought")]
              for other in ("grocer", "jeweller")}  # fmt: skip
    return phrases(fit(as_rows({title: lines, **others}, **columns), {}, taxonomy), title)


SENT_IN = ["carved marble angels", "carved marble angels daily", "we carved marble angels"]


@pytest.mark.parametrize(
    ("source", "groups", "shown"),
    [
        ("submissions", ["a", "b", "c"], True),
        ("submissions", ["a", "b", "b"], False),
        ("submissions", ["a", "a", "a"], False),
        ("given", ["a", "a", "a"], True),
    ],
)
def test_what_only_a_few_people_have_sent_in_is_shown_to_nobody(taxonomy, source, groups, shown):
    rows = as_rows({**LINES, "mason": [*SENT_IN, "moved stone slabs", "ran Kubernetes"]})
    sent = rows["text"].isin([*SENT_IN, "ran Kubernetes"])
    rows.loc[sent, "source"] = source
    rows.loc[rows["text"].isin(SENT_IN), "group"] = groups
    found = phrases(fit(rows, {}, taxonomy), "mason")
    assert ("marble angels" in " ".join(found)) == shown
    assert "stone slabs" in found
    assert "kubernetes" in [each.lower() for each in found]  # It tells of nobody: O*NET has it.


def test_what_another_source_has_is_shown_however_few_have_sent_it_in(taxonomy):
    rows = as_rows({**LINES, "mason": [*SENT_IN, "moved stone slabs"]})
    rows.loc[rows["text"].isin(SENT_IN[:2]), "source"] = "submissions"
    assert "marble angels" in " ".join(phrases(fit(rows, {}, taxonomy), "mason"))


def test_copies_of_a_text_count_once(taxonomy):
    lines = ["moved stone slabs", "cut stone slabs", *["polished glass beads"] * 5]
    found = lists(taxonomy, lines, "mason")
    assert found.index("stone slabs") < found.index("glass beads")


@pytest.mark.parametrize(
    ("lines", "listed", "repeated"),
    [
        (
            ["with Microsoft Excel", "with Excel daily", "in MS Excel and Excel"],
            "excel",
            "microsoft",
        ),
        (["of brick wall", "of brick walls", "on the brick wall"], "brick wall", "walls"),
        (["in quoin slab trim", "of quoin slab trim"], "quoin slab trim", "quoin slab"),
        (["about black powder mill", "by bpm", "a black powder mill"], "black powder mill", "bpm"),
    ],
    ids=["known by two names", "inflections", "a part", "an abbreviation"],
)
def test_near_duplicates_are_listed_once(taxonomy, lines, listed, repeated):
    found = lists(taxonomy, lines, "mason")
    assert listed in found
    assert [each for each in found if repeated in each and each != listed] == []


def test_where_people_worked_is_no_skill_of_theirs(taxonomy):
    def place_after(word):
        stones = "granite slate marble basalt".split()
        lines = [f"cut {stone} {word} Quarrystone for {stone} walls" for stone in stones]
        return lists(taxonomy, lines, "mason").index("quarrystone")

    assert place_after("using") == 0
    assert place_after("at") > 0


def known_of(model, title, phrase):
    found = [each for each in model.skills(title, limits.SKILLS_MOST) if each.phrase == phrase]
    return [each.known and each.known.name for each in found]


@pytest.mark.parametrize(
    ("lines", "phrase", "wanted"),
    [
        (["Wrote adapt plans for cities", "Drew adapt plans"], "adapt plans", None),
        (["Led Adaptive Planning", "Moved it to Adaptive Planning"], "adaptive planning", "A"),
        (["Helped residents with ADLs", "Charted ADLs", "Scored an ADL"], "adls", None),
        (["Worked at the front desk", "Ran a front desk"], "front desk", None),
    ],
)
def test_what_is_worded_otherwise_is_no_technology(taxonomy, lines, phrase, wanted):
    model = fit(as_rows({"planner": lines, **LINES}), {}, taxonomy)
    (known,) = known_of(model, "planner", phrase)
    assert (known and known[0]) == wanted


def test_a_word_is_a_technology_only_where_it_is_written_as_a_name(taxonomy):
    lines = {
        "mechanic": ["Set the slack on brakes", "Took up slack", "Checked slack in belts"],
        "engineer": [
            f"Sent {what} to Slack" for what in ("alerts", "logs", "news", "builds", "files")
        ],
    }
    model = fit(as_rows({**lines, **LINES}), {}, taxonomy)
    assert known_of(model, "engineer", "slack") == ["Slack"]
    assert known_of(model, "mechanic", "slack") == []


def test_what_few_texts_have_is_passed_over_where_there_is_enough_else(taxonomy):
    nouns = [f"{one}{other}" for one in "bdfgklmnprst" for other in "acehijoqu"]
    lines = [f"by {noun}ix {noun}um and on {place}" for noun in nouns for place in "xyz"]
    found = lists(taxonomy, [*lines, "by zyzzy tool"], "machinist")
    assert len(found) == limits.SKILLS_MOST
    assert "zyzzy tool" not in found
    assert "zyzzy tool" in lists(taxonomy, [*lines[:30], "by zyzzy tool"], "machinist")


# Eras


def dated(lines_by_years):
    spans = [years for years, lines in lines_by_years for _ in lines]
    rows = as_rows({"smith": [line for _, lines in lines_by_years for line in lines],
                    "grocer": ["sold leeks", "sold figs", "sold kale"]})  # fmt: skip
    spans += [(None, None)] * 3
    years = pd.DataFrame(spans, columns=["start", "end"], dtype="Int16")
    return pd.concat([rows.drop(columns=["start", "end"]), years], axis=1)


def forging(what, times=top_skills.ERA_TEXTS):
    return [f"on anvil {i}a: {what} and horse shoes" for i in range(times)]


def smith(taxonomy, *lines_by_years):
    fitted = fit(dated(lines_by_years), {}, taxonomy)
    eras = fitted.eras_of("smith")
    return {era: [each.phrase for each in fitted.skills("smith", 20, era)] for era in eras}


def test_an_era_lists_first_what_is_special_to_it(taxonomy):
    found = smith(
        taxonomy,
        ((2001, 2003), forging("charcoal fires")),
        ((2005, None), forging("gas burners")),
    )
    assert list(found) == ["2000-2004", "2005-2009"]
    assert found["2000-2004"][0] == "charcoal fires"
    assert found["2005-2009"][0] == "gas burners"
    assert all("horse shoes" in phrases for phrases in found.values())
    assert not {"gas burners", "charcoal fires"} <= set(found["2000-2004"])


def test_a_skill_that_grew_stands_before_one_that_every_era_has_more_of(taxonomy):
    found = smith(
        taxonomy,
        ((2001, 2003), [*forging("gas burners", 2), *forging("bellows", 48)]),
        ((2005, 2006), [*forging("gas burners in sheds", 40), *forging("bellows in sheds", 10)]),
    )
    assert found["2005-2009"].index("gas burners") < found["2005-2009"].index("horse shoes")
    assert found["2000-2004"][0] != "gas burners"


def test_scores_of_an_era_are_those_computed_by_hand(taxonomy):
    early = [*ran("Docker", range(10)), *ran("it", range(40))]
    late = [*ran("Docker", range(20, 30)), *ran("Kubernetes", range(20)), *ran("it", range(50, 70))]
    rows = dated([((2001, 2003), early), ((2005, 2006), late)])
    found = scores(fit(rows, {}, taxonomy), "2005-2009")
    # Of the 100 texts 20 have each; 10 are added. Of the era's 50, 10 have Docker, as many as of
    # the other 50; 10 are added to what the eras have of each, too.
    of_era = 50 * 2**0.5 * (20 / 110) / 2
    kubernetes = deviance(20, of_era) * ((20 + 10) / (20 / 2 + 10)) ** 2
    docker = deviance(10, of_era)
    assert found == {"kubernetes": 1, "docker": pytest.approx(docker / kubernetes, rel=1e-3)}


def test_what_few_texts_of_an_era_have_is_not_of_the_era(taxonomy):
    times = top_skills.LEAST_TEXTS
    lines = [*forging("gas burners"), *forging("power hammers in sheds", times)]
    lines += forging("plasma cutters in yards", times - 1)
    (found,) = smith(taxonomy, ((2001, 2003), lines)).values()
    assert "power hammers" in found
    assert "plasma cutters" not in found


@pytest.mark.parametrize(
    ("years", "eras"),
    [
        ((2003, 2006), ["2000-2004", "2005-2009"]),
        ((2004, 2010), ["2000-2004", "2005-2009", "2010-2014"]),
        ((2006, 2003), ["2000-2004", "2005-2009"]),
        ((2007, None), ["2005-2009"]),
        ((None, 2007), ["2005-2009"]),
        ((None, None), []),
    ],
)
def test_a_text_counts_in_each_era_that_its_job_overlaps(taxonomy, years, eras):
    assert list(smith(taxonomy, (years, forging("gas burners")))) == eras


def test_an_era_with_too_few_different_texts_is_none(taxonomy):
    few = forging("gas burners", top_skills.ERA_TEXTS - 1)
    assert smith(taxonomy, ((2001, 2001), [*few, few[0], few[1]])) == {}


# On the starter corpus


def test_every_title_has_twenty_phrases(fitted):
    few = [title for title in fitted.index.titles if len(phrases(fitted, title, 20)) < 20]
    assert few == []


def test_phrases_are_one_to_four_words_and_begin_and_end_with_no_stop_word(fitted):
    for title in fitted.index.titles:
        for skill in fitted.skills(title, limits.SKILLS_MOST):
            words = text.words(skill.phrase)
            assert 1 <= len(words) <= 4
            assert skill.phrase == skill.phrase.lower().strip()
            stops = text.STOP_WORDS.intersection((words[0], words[-1]))
            assert skill.known or not stops, (title, skill.phrase)


def test_phrases_stand_in_the_texts_of_their_title(fitted, work):
    rows = Dataset.load(work).rows
    for title in fitted.index.titles[::20]:
        own = rows.loc[rows["title"] == title, "text"]
        lines = [f" {stems(each)} " for each in own]
        for phrase in phrases(fitted, title):
            assert any(f" {stems(phrase)} " in line for line in lines), (title, phrase)


def stems(content):
    return " ".join(map(text.stem, text.words(content)))


def test_no_phrase_stands_twice(fitted):
    for title in fitted.index.titles:
        found = phrases(fitted, title)
        assert len(set(map(stems, found))) == len(found), title


def test_no_known_technology_stands_twice(fitted):
    for title in fitted.index.titles:
        known = [skill.known for skill in fitted.skills(title, limits.SKILLS_MOST)]
        technologies = [each for each in known if each and each.kind == "technology"]
        assert len(set(technologies)) == len(technologies), title


def test_letters_that_are_listed_are_languages(fitted):
    letters = {p for t in fitted.index.titles for p in phrases(fitted, t) if len(p) == 1}
    assert letters <= {"r", "c"}
    assert letters


def test_scores_fall_from_one(fitted):
    for title in fitted.index.titles:
        scores = [skill.score for skill in fitted.skills(title, limits.SKILLS_MOST)]
        assert scores[0] == 1
        assert all(1 >= one >= next_ > 0 for one, next_ in pairwise(scores))


def test_titles_do_not_share_their_strongest_phrases(fitted):
    strongest = [phrases(fitted, title, 1)[0] for title in fitted.index.titles]
    assert len(set(strongest)) > 0.8 * len(strongest)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("data scientist", {"python", "r", "regression", "machine", "statistics", "sql"}),
        ("registered nurse", {"patient", "patients", "medications", "iv", "vitals", "charting"}),
        ("electrician", {"wiring", "conduit", "panels", "circuits", "electrical", "breakers"}),
    ],
)
def test_phrases_speak_of_the_trade(fitted, title, words):
    found = set(" ".join(phrases(fitted, title, 20)).split())
    assert len(found & words) >= 2, sorted(found)


def test_published_names_are_those_of_the_corpus(fitted, work):
    names = json.loads((work / "names.json").read_text())["names"]
    unknown = [
        (title, name)
        for title, others in names.items()
        for name in others
        if fitted.index.find(name) is None
    ]
    assert unknown == []
