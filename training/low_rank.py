"""Weights of low rank that two tasks share: titles of texts, and words of other texts' titles.

A text's TF-IDF terms become `RANK` numbers, linear in them. From these, softmax regression tells
the titles of some texts, and logistic regressions the words that the titles of others have, all
learnt together: what sets texts of other titles apart helps to tell the titles (multi-task
learning, Caruana 1997). Most terms are left out at random each time a text is read (dropout), or
the texts would be learnt by heart. Both maps are linear: their product is one matrix of weights.
"""

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit, softmax
from sklearn.feature_extraction.text import CountVectorizer

LEAST_TEXTS = 40
"""In how many texts a term must stand: rarer ones have no weights of low rank."""
WORDS = 400
"""The commonest words and pairs of other titles, which are told from their texts."""
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
    titles: pd.Series,
    weights: pd.Series,
    other_vectors: sparse.csr_matrix,
    other_titles: pd.Series,
) -> Floats:
    """Weights of terms, shape (titles, terms), that sum to 0 over the titles, which are sorted.

    `vectors` has shape (texts, terms); `titles` are those of the texts and `weights` how much each
    counts. `other_vectors` has shape (others, terms).
    """
    in_texts = np.concatenate([vectors.indices, other_vectors.indices])
    frequent = np.bincount(in_texts, minlength=vectors.shape[1]) >= LEAST_TEXTS
    words = CountVectorizer(
        tokenizer=str.split, token_pattern=None, ngram_range=(1, 2), binary=True,
        max_features=WORDS, dtype=np.float32,
    )  # fmt: skip
    names, owners = np.unique(titles, return_inverse=True)
    fitted = np.zeros((len(names), vectors.shape[1]), np.float32)
    fitted[:, frequent] = _learn(
        vectors[:, frequent],
        np.eye(len(names), dtype=np.float32)[owners],
        (weights / weights.mean()).to_numpy(np.float32),
        other_vectors[:, frequent],
        words.fit_transform(other_titles),
    )
    return fitted


def _learn(
    vectors: sparse.csr_matrix,
    titles: Floats,
    weights: Floats,
    other_vectors: sparse.csr_matrix,
    words: sparse.csr_matrix,
) -> Floats:
    """The same of all terms; `titles` and `words` have a row a text, 1 where it has one."""
    random = np.random.default_rng(0)
    maps = _Maps(random, vectors.shape[1], titles.shape[1], words.shape[1])
    adam = _Adam(maps.values)
    steps = max(1, len(titles) // BATCH)
    for done in range(PASSES * steps):
        if done % steps == 0:
            some = _dealt(random, len(titles), steps)
            others = _dealt(random, words.shape[0], steps)
        mine, theirs = some[done % steps], others[done % steps]
        both = sparse.vstack([vectors[mine], other_vectors[theirs]], format="csr")
        slopes = maps.slopes(
            _with_some_left_out(both, random), titles[mine], weights[mine], words[theirs].toarray()
        )
        adam.step(slopes, RATE * (1 - done / (PASSES * steps)))
    return maps.weights()


def _dealt(random: np.random.Generator, texts: int, steps: int) -> list[NDArray[np.int64]]:
    return np.array_split(random.permutation(texts), steps)


def _with_some_left_out(
    vectors: sparse.csr_matrix, random: np.random.Generator
) -> sparse.csr_matrix:
    kept = random.random(vectors.nnz, dtype=np.float32) >= LEFT_OUT
    starts = np.concatenate([[0], np.cumsum(kept)])[vectors.indptr]
    data = vectors.data[kept] / np.float32(1 - LEFT_OUT)
    return sparse.csr_matrix((data, vectors.indices[kept], starts), shape=vectors.shape)


class _Maps:
    """From terms to numbers, and from these to titles and to words."""

    def __init__(self, random: np.random.Generator, terms: int, titles: int, words: int) -> None:
        self._to_numbers = random.normal(0, 0.05, (terms, RANK)).astype(np.float32)
        self._to_titles, self._to_words = (
            (random.uniform(-1, 1, (RANK, outputs)) / np.sqrt(RANK)).astype(np.float32)
            for outputs in (titles, words)
        )
        self._title_bias, self._word_bias = (np.zeros(n, np.float32) for n in (titles, words))

    @property
    def values(self) -> list[Floats]:
        return [
            self._to_numbers, self._to_titles, self._to_words, self._title_bias, self._word_bias
        ]  # fmt: skip

    def slopes(
        self, read: sparse.csr_matrix, titles: Floats, weights: Floats, words: Floats
    ) -> list[Floats]:
        """The slope of the loss by each of `values`.

        The loss is the mean cross-entropy of titles, weighted, and that of words, summed over them.
        The first rows of `read` are texts that have a title, the others have words.
        """
        numbers = read @ self._to_numbers
        mine, theirs = numbers[: len(titles)], numbers[len(titles) :]
        title_errors = softmax(mine @ self._to_titles + self._title_bias, axis=1) - titles
        title_errors *= (weights / len(titles))[:, None]
        word_errors = expit(theirs @ self._to_words + self._word_bias) - words
        word_errors /= max(1, len(words))
        errors = np.vstack([title_errors @ self._to_titles.T, word_errors @ self._to_words.T])
        return [
            read.T @ errors,
            mine.T @ title_errors,
            theirs.T @ word_errors,
            title_errors.sum(axis=0),
            word_errors.sum(axis=0),
        ]

    def weights(self) -> Floats:
        """Of each title's terms, shape (titles, terms)."""
        centred = self._to_titles - self._to_titles.mean(axis=1, keepdims=True)
        return (self._to_numbers @ centred).T


class _Adam:
    """Changes values step by step; `values` are changed in place."""

    def __init__(self, values: list[Floats]) -> None:
        self._values = values
        self._means = [np.zeros_like(each) for each in values]
        self._squares = [np.zeros_like(each) for each in values]
        self._steps = 0

    def step(self, slopes: list[Floats], rate: float) -> None:
        self._steps += 1
        rate *= math.sqrt(1 - SQUARE_DECAY**self._steps) / (1 - MEAN_DECAY**self._steps)
        for value, mean, square, slope in zip(
            self._values, self._means, self._squares, slopes, strict=True
        ):
            mean *= MEAN_DECAY
            mean += (1 - MEAN_DECAY) * slope
            square *= SQUARE_DECAY
            square += (1 - SQUARE_DECAY) * np.square(slope)
            value -= rate * mean / (np.sqrt(square) + 1e-8)
