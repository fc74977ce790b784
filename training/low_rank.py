"""Weights of low rank that two tasks share: titles of texts, and words of other texts' titles.

A text's TF-IDF terms become `RANK` numbers, linear in them. From these, softmax regression tells
the titles of some texts, and logistic regressions the words that the titles of others have, all
learnt together: what sets texts of other titles apart helps to tell the titles (multi-task
learning, Caruana 1997). Most terms are left out at random each time a text is read (dropout), or
the texts would be learnt by heart. Both maps are linear: their product is one matrix of weights.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit, softmax

RANK = 128
PASSES = 6
BATCH = 256
"""Texts with a title a step; those of other titles are dealt out to as many steps."""
LEFT_OUT = 0.7
"""The share of a text's terms that is left out."""
RATE = 0.015
"""Adam's step at the beginning; it falls to nothing linearly."""
MEAN_DECAY, SQUARE_DECAY = 0.9, 0.999
"""Adam's own (Kingma and Ba 2015)."""

Floats = NDArray[np.float32]


def fit(
    vectors: sparse.csr_matrix,
    owners: NDArray[np.int64],
    weights: Floats,
    other_vectors: sparse.csr_matrix,
    other_words: sparse.csr_matrix,
    titles: int,
) -> Floats:
    """Weights of each title's terms, shape (titles, terms), that sum to 0 over the titles.

    `vectors` has shape (texts, terms); `owners` are the titles' positions and `weights` how much
    each text counts, both of shape (texts,). `other_vectors` has shape (others, terms), and
    `other_words`, of shape (others, words), is 1 where the title of such a text has a word.
    """
    random = np.random.default_rng(0)
    terms, words = vectors.shape[1], other_words.shape[1]
    to_numbers = random.normal(0, 0.05, (terms, RANK)).astype(np.float32)
    to_titles, to_words = (
        random.uniform(-1, 1, (RANK, outputs)).astype(np.float32) / np.float32(np.sqrt(RANK))
        for outputs in (titles, words)
    )
    title_bias, word_bias = np.zeros(titles, np.float32), np.zeros(words, np.float32)
    learner = _Adam([to_numbers, to_titles, to_words, title_bias, word_bias])
    weights = weights / weights.mean()
    steps = max(1, len(owners) // BATCH)
    for step in range(PASSES * steps):
        if step % steps == 0:
            some = _dealt(random, len(owners), steps)
            others = _dealt(random, other_words.shape[0], steps)
        mine, theirs = some[step % steps], others[step % steps]
        read = _with_some_left_out(
            sparse.vstack([vectors[mine], other_vectors[theirs]], format="csr"), random
        )
        numbers = read @ to_numbers
        of_titles, of_words = numbers[: len(mine)], numbers[len(mine) :]
        title_errors = softmax(of_titles @ to_titles + title_bias, axis=1)
        title_errors[np.arange(len(mine)), owners[mine]] -= 1
        title_errors *= (weights[mine] / max(1, len(mine)))[:, None]
        word_errors = expit(of_words @ to_words + word_bias) - other_words[theirs].toarray()
        word_errors /= max(1, len(theirs))
        errors = np.vstack([title_errors @ to_titles.T, word_errors @ to_words.T])
        learner.step(
            [
                read.T @ errors,
                of_titles.T @ title_errors,
                of_words.T @ word_errors,
                title_errors.sum(axis=0),
                word_errors.sum(axis=0),
            ],
            RATE * (1 - step / (PASSES * steps)),
        )
    to_titles -= to_titles.mean(axis=1, keepdims=True)
    return (to_numbers @ to_titles).T


def _dealt(random: np.random.Generator, texts: int, steps: int) -> list[NDArray[np.int64]]:
    return np.array_split(random.permutation(texts), steps)


def _with_some_left_out(
    vectors: sparse.csr_matrix, random: np.random.Generator
) -> sparse.csr_matrix:
    kept = random.random(vectors.nnz, dtype=np.float32) >= LEFT_OUT
    starts = np.concatenate([[0], np.cumsum(kept)])[vectors.indptr]
    data = vectors.data[kept] / np.float32(1 - LEFT_OUT)
    return sparse.csr_matrix((data, vectors.indices[kept], starts), shape=vectors.shape)


class _Adam:
    def __init__(self, values: list[Floats]) -> None:
        self._values = values
        self._means = [np.zeros_like(each) for each in values]
        self._squares = [np.zeros_like(each) for each in values]
        self._steps = 0

    def step(self, slopes: list[Floats], rate: float) -> None:
        """Changes the values in place."""
        self._steps += 1
        rate *= np.sqrt(1 - SQUARE_DECAY**self._steps) / (1 - MEAN_DECAY**self._steps)
        for value, mean, square, slope in zip(
            self._values, self._means, self._squares, slopes, strict=True
        ):
            mean *= MEAN_DECAY
            mean += (1 - MEAN_DECAY) * slope
            square *= SQUARE_DECAY
            square += (1 - SQUARE_DECAY) * np.square(slope)
            value -= rate * mean / (np.sqrt(square) + 1e-8)
