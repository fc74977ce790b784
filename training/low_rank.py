"""Weights of low rank: what titles share is learnt once for all of them, from other texts, too.

A linear map takes a text's TF-IDF terms to a latent vector of a few numbers. From it, softmax
regression tells the titles of some texts, and logistic regressions tell the words in the titles of
others, where there are any. All are learnt together: what sets the texts of other titles apart
helps to tell the titles (multi-task learning, Caruana 1997). Dropout leaves out many terms each
time a text is read, or the texts would be learnt by heart. As both maps are linear, their product
is one matrix of weights. It is computed in the precision of the vectors.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit, softmax
from sklearn.feature_extraction.text import CountVectorizer

from training.seed import SEED


@dataclass(frozen=True)
class Settings:
    """What is learnt, and how (docs/models.md says of which texts).

    A term has to stand in `least_texts` texts, rarer ones have no weights of low rank. The latent
    vector has `rank` numbers. Each text is read `passes` times, `batch` texts with a title a step
    (those of other titles are dealt out to as many steps); `left_out` is the share of terms that
    dropout takes. `rate` is Adam's learning rate at the beginning; it falls linearly to nothing.
    """

    least_texts: int
    rank: int
    passes: int
    batch: int
    left_out: float
    rate: float


LONG_TEXTS = Settings(least_texts=40, rank=128, passes=6, batch=256, left_out=0.7, rate=0.015)
LINES = Settings(least_texts=3, rank=256, passes=3, batch=512, left_out=0.5, rate=0.01)
WORDS = 800
"""The commonest words and pairs of other titles, which are told from their texts."""
MEAN_DECAY, SQUARE_DECAY = 0.9, 0.999
"""Adam's own (Kingma and Ba 2015)."""

Floats = NDArray[np.floating[Any]]


def fit(
    vectors: sparse.csr_matrix,
    titles: pd.Series,
    weights: pd.Series,
    settings: Settings,
    others: tuple[sparse.csr_matrix, pd.Series] | None = None,
) -> Floats:
    """Weights of terms, shape (titles, terms), that sum to 0 over the titles, which are sorted.

    `vectors` has shape (texts, terms); `titles` are those of the texts and `weights` how much each
    counts. `others` are the vectors of other texts, shape (others, terms), and their titles.
    """
    other_vectors, other_titles = others or (vectors[:0], titles[:0])
    in_texts = np.concatenate([vectors.indices, other_vectors.indices])
    frequent = np.bincount(in_texts, minlength=vectors.shape[1]) >= settings.least_texts
    names, owners = np.unique(titles, return_inverse=True)
    fitted = np.zeros((len(names), vectors.shape[1]), vectors.dtype)
    fitted[:, frequent] = _learn(
        vectors[:, frequent],
        owners,
        (weights / weights.mean()).to_numpy(vectors.dtype),
        other_vectors[:, frequent],
        _words_of(other_titles, vectors.dtype),
        settings,
    )
    return fitted


def _words_of(titles: pd.Series, dtype: np.dtype[Any]) -> sparse.csr_matrix:
    """Which words each title has: 1 where it has one, shape (titles, words)."""
    if titles.empty:
        return sparse.csr_matrix((0, 0), dtype=dtype)
    words = CountVectorizer(
        tokenizer=str.split, token_pattern=None, ngram_range=(1, 2), binary=True,
        max_features=WORDS, dtype=dtype,
    )  # fmt: skip
    return words.fit_transform(titles)


def _learn(
    vectors: sparse.csr_matrix,
    owners: NDArray[np.int64],
    weights: Floats,
    other_vectors: sparse.csr_matrix,
    words: sparse.csr_matrix,
    settings: Settings,
) -> Floats:
    """The same of all terms; `owners` are the positions of the texts' titles, none without a text.

    `words` has a row for each of the other texts, 1 where its title has a word.
    """
    random = np.random.default_rng(SEED)
    titles = np.eye(owners.max() + 1, dtype=vectors.dtype)
    shape = (vectors.shape[1], settings.rank, len(titles), words.shape[1])
    maps = _Maps(random, *shape, vectors.dtype)
    adam = _Adam(maps.values)
    steps = max(1, len(owners) // settings.batch)
    for done in range(settings.passes * steps):
        if done % steps == 0:
            some = _dealt(random, len(owners), steps)
            others = _dealt(random, words.shape[0], steps)
        mine, theirs = some[done % steps], others[done % steps]
        both = sparse.vstack([vectors[mine], other_vectors[theirs]], format="csr")
        read = dropout(both, settings.left_out, random)
        gradients = maps.gradients(
            read, titles[owners[mine]], weights[mine], words[theirs].toarray()
        )
        adam.step(gradients, settings.rate * (1 - done / (settings.passes * steps)))
    return maps.weights()


def _dealt(random: np.random.Generator, texts: int, steps: int) -> list[NDArray[np.int64]]:
    return np.array_split(random.permutation(texts), steps)


def dropout(
    vectors: sparse.csr_matrix, left_out: float, random: np.random.Generator
) -> sparse.csr_matrix:
    """The vectors without the share `left_out` of their terms; the others make up for these."""
    kept = random.random(vectors.nnz, dtype=np.float32) >= left_out
    starts = np.concatenate([[0], np.cumsum(kept)])[vectors.indptr]
    data = vectors.data[kept] / vectors.dtype.type(1 - left_out)
    return sparse.csr_matrix((data, vectors.indices[kept], starts), shape=vectors.shape)


class _Maps:
    """From terms to latent vectors, and from these to titles and to words."""

    def __init__(
        self,
        random: np.random.Generator,
        terms: int,
        rank: int,
        titles: int,
        words: int,
        dtype: np.dtype[Any],
    ) -> None:
        self._to_latent = random.normal(0, 0.05, (terms, rank)).astype(dtype)
        self._to_titles, self._to_words = (
            (random.uniform(-1, 1, (rank, outputs)) / np.sqrt(rank)).astype(dtype)
            for outputs in (titles, words)
        )
        self._title_bias, self._word_bias = (np.zeros(n, dtype) for n in (titles, words))

    @property
    def values(self) -> list[Floats]:
        return [
            self._to_latent, self._to_titles, self._to_words, self._title_bias, self._word_bias
        ]  # fmt: skip

    def gradients(
        self, read: sparse.csr_matrix, titles: Floats, weights: Floats, words: Floats
    ) -> list[Floats]:
        """The gradient of the loss with respect to each of `values`.

        The loss is the mean cross-entropy of titles, weighted, and that of words, summed over them.
        The first rows of `read` are texts that have a title, the others have words. `titles` and
        `words` have a row for each, 1 where it has one.
        """
        latent = read @ self._to_latent
        mine, theirs = latent[: len(titles)], latent[len(titles) :]
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
        return (self._to_latent @ centred).T


class _Adam:
    """Changes values step by step; `values` are changed in place."""

    def __init__(self, values: list[Floats]) -> None:
        self._values = values
        self._means = [np.zeros_like(each) for each in values]
        self._squares = [np.zeros_like(each) for each in values]
        self._steps = 0

    def step(self, gradients: list[Floats], rate: float) -> None:
        self._steps += 1
        rate *= math.sqrt(1 - SQUARE_DECAY**self._steps) / (1 - MEAN_DECAY**self._steps)
        for value, mean, square, gradient in zip(
            self._values, self._means, self._squares, gradients, strict=True
        ):
            mean *= MEAN_DECAY
            mean += (1 - MEAN_DECAY) * gradient
            square *= SQUARE_DECAY
            square += (1 - SQUARE_DECAY) * np.square(gradient)
            value -= rate * mean / (np.sqrt(square) + 1e-8)
