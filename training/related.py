"""Which titles' work is alike, by what their texts say.

A title is the sum of two unit vectors of TF-IDF stems: the mean of its texts, and all of them taken
as one text. The likeness of two titles is the cosine of their sums, from 0 to 1.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.preprocessing import normalize

from shared import text
from training.progress import progress

LEAST_TEXTS = 2
"""A stem of one text alone makes no two titles alike."""
AT_A_TIME = 256
"""Rows that are made together: faster than each alone, and less memory than all."""


def likenesses(rows: pd.DataFrame, titles: list[str]) -> Iterator[np.ndarray]:
    """For each title, how like it every title is, shape (titles,); 0 for itself."""
    vectors = _vectors(rows, titles)
    for start in range(0, len(titles), AT_A_TIME):
        block = (vectors[start : start + AT_A_TIME] @ vectors.T).toarray()
        for i, row in enumerate(block, start):
            row[i] = 0.0
            yield row


def _vectors(rows: pd.DataFrame, titles: list[str]) -> sparse.csr_matrix:
    vectorizer = CountVectorizer(analyzer=text.stems, dtype=np.float64)
    counts = vectorizer.fit_transform(progress(rows["text"], desc="reading work", unit=" texts"))
    counts = counts[:, np.bincount(counts.indices, minlength=counts.shape[1]) >= LEAST_TEXTS]
    positions = {title: i for i, title in enumerate(titles)}
    owners = [positions[title] for title in rows["title"]]
    ones = np.ones(len(owners))
    members = sparse.csr_matrix((ones, (owners, range(len(owners)))), (len(titles), len(owners)))
    mean = normalize(members @ TfidfTransformer(sublinear_tf=True).fit_transform(counts))
    pooled = TfidfTransformer(sublinear_tf=True).fit_transform(members @ counts)
    return normalize(mean + pooled).tocsr()
