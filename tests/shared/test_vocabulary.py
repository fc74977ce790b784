from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.vocabulary import Vocabulary

TERMS = ["agile", "agil scrum", "c++", "développeur", "管理", "", "\ud800", "a" * 10_000]


@given(st.lists(st.text(), unique=True, min_size=1), st.lists(st.text()))
def test_each_term_has_a_position_of_its_own_and_no_other_term_has_one(terms, others):
    vocabulary, order = Vocabulary.build(terms)
    by_term = dict(zip(terms, vocabulary.positions(terms), strict=True))
    assert sorted(by_term.values()) == list(range(len(terms)))
    assert [terms[i] for i in order] == sorted(terms, key=by_term.__getitem__)
    expected = [by_term.get(term, -1) for term in others]
    assert vocabulary.positions(others).tolist() == expected


def test_positions_come_in_the_order_of_the_question():
    vocabulary, _ = Vocabulary.build(TERMS)
    forth = vocabulary.positions(TERMS)
    np.testing.assert_array_equal(vocabulary.positions(TERMS[::-1]), forth[::-1])
    assert vocabulary.positions(["c++", "unknown", "c++"]).tolist() == [forth[2], -1, forth[2]]


def test_no_terms_have_no_positions():
    vocabulary, _ = Vocabulary.build(TERMS)
    assert vocabulary.positions([]).shape == (0,)


def test_positions_do_not_depend_on_the_order_in_which_a_vocabulary_was_built():
    one, _ = Vocabulary.build(TERMS)
    other, _ = Vocabulary.build(TERMS[::-1])
    np.testing.assert_array_equal(one.digests, other.digests)


def test_digests_ascend():
    vocabulary, _ = Vocabulary.build([str(i) for i in range(1000)])
    assert np.all(vocabulary.digests[1:] > vocabulary.digests[:-1])


def test_a_term_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match="same digest"):
        Vocabulary.build(["agile", "scrum", "agile"])


WORDS = ["a", "b", "c", "agile", "scrum", "c++", "管理", "\ud800"]


OTHERS = st.lists(st.sampled_from(["=agile", "^agil", "^管理"]))


@given(st.lists(st.sampled_from(WORDS)), OTHERS, st.data())
def test_counts_are_those_of_the_known_words_and_pairs_and_others(words, others, data):
    terms = words + [" ".join(pair) for pair in pairwise(words)] + others
    known = data.draw(st.sets(st.sampled_from(terms), min_size=1)) if terms else {"x"}
    vocabulary, _ = Vocabulary.build(sorted(known))
    expected = Counter(
        position for position in vocabulary.positions(terms).tolist() if position >= 0
    )
    counts = vocabulary.count(words, others)
    assert counts == expected
    assert list(counts) == sorted(counts)


def test_a_pair_is_told_from_its_words_and_from_the_same_the_other_way_round():
    terms = ["agile", "scrum", "agile scrum", "scrum agile", "agile agile", "agilescrum"]
    vocabulary, _ = Vocabulary.build(terms)
    assert len(set(vocabulary.positions(terms).tolist())) == len(terms)
    (scrum_agile,) = vocabulary.positions(["scrum agile"])
    assert scrum_agile not in vocabulary.count(["agile", "scrum"], [])


def test_a_vocabulary_outlasts_releases():
    for term, digest in (("agile", AGILE), ("agile scrum", AGILE * ODD + SCRUM)):
        vocabulary, _ = Vocabulary.build([term])
        assert vocabulary.digests.tolist() == [digest % 2**64]
        assert vocabulary.digests.dtype == np.dtype("<u8")


AGILE = int.from_bytes(bytes.fromhex("5dd1749670b1e280"), "little")
"""BLAKE2b of "agile", 8 bytes: `printf agile | b2sum -l 64`."""
SCRUM = int.from_bytes(bytes.fromhex("2f256aac210e96c9"), "little")
ODD = 0x9E3779B97F4A7C15
