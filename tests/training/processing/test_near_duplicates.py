import random

import pytest

from shared.text import words
from training.processing.near_duplicates import NONE, alike, signature

WORDS = [f"word{i}x" for i in range(2_000)]
TEXT = random.Random(1).choices(WORDS, k=200)


def changed(times, seed):
    """`TEXT` with so many words put in other words' places, far apart."""
    chosen = random.Random(seed)
    copy = list(TEXT)
    for place in range(times):
        copy[place * len(copy) // max(times, 1)] = chosen.choice(["other", "strange", "new"])
    return copy


def is_found(one, other):
    """Whether two texts would be compared, and found alike."""
    a, b = signature("nurse", one), signature("nurse", other)
    return bool(set(a.keys) & set(b.keys)) and alike(a.sample, b.sample)


def test_a_few_other_words_make_a_near_duplicate():
    # Each touches three runs: 5 words of 200 leave 188 of 213 runs in common, 88 %.
    found = [is_found(TEXT, changed(5, seed)) for seed in range(40)]
    assert sum(found) >= 36


def test_many_other_words_make_another_text():
    # 20 words of 200 leave 140 of 260 runs in common, 54 %.
    found = [is_found(TEXT, changed(20, seed)) for seed in range(40)]
    assert sum(found) <= 1


def test_case_punctuation_and_numbers_do_not_count():
    assert is_found(words("Led 5 teams; cut costs by 20%."), words("led 12 TEAMS, cut costs by 3"))


def test_texts_shorter_than_a_run_are_compared_as_they_are():
    assert is_found(["taught", "physics"], ["taught", "physics"])
    assert not is_found(["taught", "physics"], ["taught", "chemistry"])


def test_texts_of_different_titles_are_not_compared():
    assert not set(signature("nurse", TEXT).keys) & set(signature("welder", TEXT).keys)


def test_without_words_there_is_nothing_to_compare():
    assert signature("nurse", ["2020", "12"]) == signature("nurse", []) == NONE


@pytest.mark.parametrize("scope", ["nurse", "ingénieur", "\ud800"])
def test_a_signature_is_the_same_on_every_machine(scope):
    made = signature(scope, ["wrote", "code", "in", "rust"])
    assert len(made.keys) == 8
    assert len(made.sample) == 64
    if scope == "nurse":
        assert (made.keys[0], made.sample[:4].hex()) == (5560662904331390528, "c3b94f63")
