import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import text, vocabulary
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


WORDS = ["the", "managing", "Managed", "agile,", "c++", "管理", "\ud800", "a/b", "me@here.org"]
WORDS += ["agile/scrum" * 20, "!", "The", "Oracle", "İzmir"]


@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join) | st.text(), st.data())
def test_counts_are_those_of_a_texts_known_terms(content, data):
    terms = text.terms(content)
    known = data.draw(st.sets(st.sampled_from(terms), min_size=1)) if terms else {"x"}
    vocabulary, _ = Vocabulary.build(sorted(known))
    counts = text.counts(content)
    found = vocabulary.positions(list(counts)).tolist()
    expected = {at: n for at, n in zip(found, counts.values(), strict=True) if at >= 0}
    counted = vocabulary.count(content)
    assert dict(zip(counted.positions, counted.counts, strict=True)) == pytest.approx(expected)
    assert list(counted.positions) == sorted(expected)
    assert len(counted) == len(expected)


def test_stop_words_alone_have_no_terms_whatever_their_case():
    vocabulary, _ = Vocabulary.build(["~It", "~It ~Was", "~Was ~safe"])
    assert len(vocabulary.count("It Was")) == 0
    assert len(vocabulary.count("It Was safe")) == 3


@pytest.mark.parametrize("marks", [0, 2_000])
def test_ever_new_pieces_of_text_do_not_fill_the_memory(monkeypatch, marks):
    monkeypatch.setattr(vocabulary, "_MOST_REMEMBERED", 1_000)
    known, _ = Vocabulary.build(["1"])
    tracemalloc.start()
    for i in range(4_096, 8_192):
        known.count("/".join(f"{i:b}") + "!" * marks)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000 * 1_500  # What a short piece takes, twice.


def test_a_pair_is_told_from_its_words_and_from_the_same_the_other_way_round():
    terms = ["java", "scrum", "java scrum", "scrum java", "java java", "javascrum"]
    vocabulary, _ = Vocabulary.build(terms)
    assert len(set(vocabulary.positions(terms).tolist())) == len(terms)
    (scrum_java,) = vocabulary.positions(["scrum java"])
    assert scrum_java not in vocabulary.count("java scrum").positions


def test_a_vocabulary_outlasts_releases():
    for term, digest in (("agile", AGILE), ("agile scrum", AGILE * ODD + SCRUM)):
        vocabulary, _ = Vocabulary.build([term])
        assert vocabulary.digests.tolist() == [digest % 2**64]
        assert vocabulary.digests.dtype == np.dtype("<u8")


AGILE = int.from_bytes(bytes.fromhex("5dd1749670b1e280"), "little")
"""BLAKE2b of "agile", 8 bytes: `printf agile | b2sum -l 64`."""
SCRUM = int.from_bytes(bytes.fromhex("2f256aac210e96c9"), "little")
ODD = 0x9E3779B97F4A7C15
