import pandas as pd
import pytest

from bench import original, skills
from training import skill_taxonomy

HELD_OUT = pd.DataFrame(
    [
        ("cook", "Seared steaks and made soup stock"),
        ("cook", "Made soup stocks"),
        ("cook", "Chopped onions"),
        ("nurse", "Gave flu shots on wards"),
    ],
    columns=["title", "text"],
)


def stems(**lists):
    return {title: [skills.stemmed(phrase) for phrase in each] for title, each in lists.items()}


def test_a_title_is_recovered_by_words_of_its_own_texts():
    right = stems(cook=["soup stock"], nurse=["flu shots"], pilot=["jets"])
    assert skills.recovered(right, HELD_OUT) == {"recovered": 1.0, "recovered in 5": 1.0}
    wrong = stems(cook=["flu shots"], nurse=["soup stock"])
    assert skills.recovered(wrong, HELD_OUT)["recovered"] == 0.0


def test_a_text_is_covered_by_whole_words_in_sequence():
    lists = stems(cook=["soup stock", "steak", "stock soup", "on"], nurse=["wards flu"])
    assert skills.covered(lists, HELD_OUT) == {
        "covered": pytest.approx((2 / 3 + 0) / 2),
        "phrases a text": pytest.approx((3 / 3 + 0) / 2),
    }


def test_a_phrase_is_shared_with_the_other_titles_that_list_it():
    lists = {"a": ["x", "y"], "b": ["x"], "c": ["x"], **{f"t{i}": [f"z{i}"] for i in range(37)}}
    found = skills.shared(lists)
    assert found["shared with"] == pytest.approx(3 * 2 / 41)
    assert found["common"] == pytest.approx(3 / 41)


def test_a_phrase_names_a_technology_that_stands_in_it():
    lists = stems(a=["advanced python code", "anaconda eats"], b=["sql"], c=["soup"])
    technologies = {"a": {"python"}, "b": {"sql"}, "other": {"soup"}}
    assert skills.named(lists, technologies) == pytest.approx((1 / 2 + 1) / 2)


def test_a_phrase_is_well_formed_with_one_to_four_words():
    assert skills.well_formed({"a": ["x", "a b c d", "a b c d e", "2012 plan"]}) == 0.5


def test_all_measures_are_had_of_both_ways():
    taxonomy = skill_taxonomy.load()
    lists = {"cook": ["soup stock"], "nurse": ["microsoft excel"]}
    found = skills.measure(lists, HELD_OUT, taxonomy, {})
    assert found["technologies"] == 0.5
    assert "own technologies" not in found
    own = skills.measure(lists, HELD_OUT, taxonomy, {"nurse": {"excel"}})
    assert own["own technologies"] == 1.0


def test_the_original_lists_trigrams_that_add_more_than_one_new_word():
    lines = ["python machine learning models"] * 3 + ["python machine learning python code tests"]
    rows = pd.DataFrame({"title": ["a"] * 4 + ["b"], "text": [*lines, "flu shots wards patients"]})
    found = original.skills(rows)
    assert {"machine", "learning"} < set(found["a"][0].split())
    assert all(len(each.split()) == 3 for each in found["a"])
    seen = set()
    for each in found["a"]:
        assert len(set(each.split()) - seen) > 1
        seen |= set(each.split())
