import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from shared import limits, model_file, text
from shared.models import load_top_skills
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


def as_rows(lines):
    pairs = [(title, each) for title, texts in lines.items() for each in texts]
    return pd.DataFrame(pairs, columns=["title", "text"]).assign(weight=1.0)


@pytest.fixture(scope="module")
def model():
    return fit(as_rows(LINES), {"nurse": ["care giver"]})


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


def test_the_order_of_rows_does_not_matter(model):
    other = fit(as_rows(LINES).iloc[::-1], {})
    assert all(other.skills(title, 100) == model.skills(title, 100) for title in LINES)


def test_heavier_texts_count_for_more():
    rows = as_rows(LINES)
    charting = rows["text"].str.contains("vitals")
    heavy = fit(rows.assign(weight=np.where(charting, 1.0, 0.01)), {})
    light = fit(rows.assign(weight=np.where(charting, 0.01, 1.0)), {})
    assert place(heavy, "vitals") < place(light, "vitals")


def place(model, word):
    """How far down the first phrase with a word stands."""
    found = phrases(model, "nurse")
    return next((i for i, each in enumerate(found) if word in each.split()), len(found))


# On the starter corpus


def test_every_title_has_twenty_phrases(fitted):
    few = [title for title in fitted.index.titles if len(phrases(fitted, title, 20)) < 20]
    assert few == []


def test_phrases_are_one_to_four_words_and_no_stop_words(fitted):
    for title in fitted.index.titles:
        for phrase in phrases(fitted, title):
            words = phrase.split(" ")
            assert 1 <= len(words) <= 4
            assert phrase == phrase.lower().strip()
            assert not text.STOP_WORDS.intersection(words), (title, phrase)


def test_phrases_stand_in_the_texts_of_their_title(fitted, work):
    rows = Dataset.load(work).rows
    for title in fitted.index.titles[::20]:
        own = rows.loc[rows["title"] == title, "text"]
        lines = [f" {' '.join(text.words(each))} " for each in own]
        for phrase in phrases(fitted, title):
            assert any(f" {phrase} " in line for line in lines), (title, phrase)


def test_no_phrase_stands_twice(fitted):
    for title in fitted.index.titles:
        found = phrases(fitted, title)
        assert len({" ".join(map(text.stem, each.split())) for each in found}) == len(found), title


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
