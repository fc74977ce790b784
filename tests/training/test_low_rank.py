from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from training import low_rank

TERMS = 20
"""The first half speaks for one title, the other half for the other one."""
SEEN = 3
"""So many terms of each half stand in texts that have one of the titles."""
SMALL_BATCHES = replace(low_rank.LONG_TEXTS, batch=8)


def drawn(number, known, seed):
    """Vectors of texts, each of four terms of one half, and which half: 0 or 1."""
    random = np.random.default_rng(seed)
    halves = np.arange(number) % 2
    vectors = np.zeros((number, TERMS), np.float32)
    for text, half in enumerate(halves):
        vectors[text, half * TERMS // 2 + random.choice(known, 4)] = 0.5
    return sparse.csr_matrix(vectors), halves


@pytest.fixture
def texts():
    return drawn(400, SEEN, 0)


@pytest.fixture
def others():
    return drawn(400, TERMS // 2, 1)


def titles_of(halves):
    return pd.Series(np.array(["cook", "nurse"])[halves])


def weights_of(texts, others, weights=None, other_titles=None, settings=SMALL_BATCHES):
    vectors, halves = texts
    other_vectors, other_halves = others
    if other_titles is None:
        other_titles = np.array(["deck hand", "law clerk"])[other_halves]
    if weights is None:
        weights = np.ones(len(halves))
    return low_rank.fit(
        vectors,
        titles_of(halves),
        pd.Series(weights),
        settings,
        (other_vectors, pd.Series(other_titles)),
    )


def test_terms_speak_for_the_titles_of_the_texts_that_have_them(texts, others):
    weights = weights_of(texts, others)
    assert weights.shape == (2, TERMS)
    assert weights.dtype == np.float32
    assert (weights[0, :SEEN] > 1).all()
    assert (weights[1, TERMS // 2 : TERMS // 2 + SEEN] > 1).all()
    np.testing.assert_allclose(weights.sum(axis=0), 0, atol=1e-5)


def test_words_of_other_titles_tell_of_terms_that_no_text_has(texts, others):
    unseen = np.arange(SEEN, TERMS // 2)
    taught = weights_of(texts, others)
    assert (taught[0, unseen] > 0.5).all()
    assert (taught[1, TERMS // 2 + unseen] > 0.5).all()
    # Words that have nothing to do with the texts tell nothing.
    shuffled = np.random.default_rng(0).choice(["deck hand", "law clerk"], 400)
    untaught = weights_of(texts, others, other_titles=shuffled)
    assert abs(untaught[0, unseen].mean()) < taught[0, unseen].mean() / 4


def test_pairs_of_words_are_told_apart_by_their_order(texts, others):
    in_both_orders = np.array(["deck hand", "hand deck"])[others[1]]
    weights = weights_of(texts, others, other_titles=in_both_orders)
    assert (weights[0, SEEN : TERMS // 2] > 0.5).all()


def test_what_is_left_of_a_text_is_as_much_as_the_text():
    vectors = sparse.csr_matrix(np.ones((2, 100_000), np.float32))
    left = low_rank.dropout(vectors, 0.7, np.random.default_rng(0))
    assert left.nnz == pytest.approx(vectors.nnz * 0.3, rel=0.02)
    np.testing.assert_allclose(left.sum(axis=1), vectors.shape[1], rtol=0.02)


def test_a_text_that_counts_for_nothing_teaches_nothing(texts, others):
    vectors, owners = texts
    weights = np.where(np.arange(len(owners)) < 300, 1.0, 0.0)
    otherwise = np.where(weights > 0, owners, 1 - owners)
    one, other = (weights_of((vectors, each), others, weights) for each in (owners, otherwise))
    np.testing.assert_array_equal(one, other)
    assert (one != weights_of((vectors, otherwise), others)).any()


def test_weights_count_only_beside_each_other(texts, others):
    ones, hundreds = (weights_of(texts, others, np.full(400, weight)) for weight in (1.0, 100.0))
    np.testing.assert_array_equal(ones, hundreds)


def test_rare_terms_have_no_weights(texts, others):
    weights = weights_of(texts, others, settings=replace(SMALL_BATCHES, least_texts=150))
    assert weights[:, :SEEN].all()
    assert not weights[:, SEEN : TERMS // 2].any()


def test_no_terms_have_no_weights(texts, others):
    none = [(vectors[:, :0], halves) for vectors, halves in (texts, others)]
    assert weights_of(*none).shape == (2, 0)


def test_fewer_texts_than_a_batch_are_learnt_from(texts, others):
    weights = weights_of(texts, others, settings=replace(SMALL_BATCHES, batch=1_000))
    assert weights[0, :SEEN].min() > 0 > weights[1, :SEEN].max()


@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_without_other_texts_titles_alone_are_learnt_in_the_precision_of_the_vectors(
    texts, precision
):
    vectors, halves = texts
    of_texts = vectors.astype(precision)
    weights = low_rank.fit(of_texts, titles_of(halves), pd.Series(np.ones(400)), SMALL_BATCHES)
    assert weights.dtype == precision
    assert (weights[0, :SEEN] > 1).all()
    assert (weights[1, TERMS // 2 : TERMS // 2 + SEEN] > 1).all()
    assert not weights[:, SEEN : TERMS // 2].any()
