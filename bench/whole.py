"""What shortening numbers for size costs: the published model beside what scikit-learn fitted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from bench.peers import Comparison
from shared import model_file
from shared.models import Calibration, SimilarJobs
from shared.vocabulary import Vocabulary
from training import evaluate
from training import similar_jobs as recipe
from training.dataset import Dataset


@dataclass(frozen=True)
class Fitted:
    """A linear model as scikit-learn fitted it, in 64 bits and the order of its vocabulary.

    `terms` and `idf` have shape (terms,), `weights` (terms, titles), `bias` (titles,).
    """

    titles: list[str]
    terms: list[str]
    idf: np.ndarray
    weights: sparse.csr_matrix
    bias: np.ndarray

    def served(self, published: SimilarJobs) -> SimilarJobs:
        """The same numbers, whole, answering as `published` does and with its calibration."""
        vocabulary, order = Vocabulary.build(self.terms)
        ordered = self.weights[order]
        ordered.sort_indices()
        return replace(
            published,
            vocabulary=vocabulary,
            idf=self.idf[order],
            starts=ordered.indptr.astype(np.int64),
            columns=ordered.indices.astype(np.int64),
            weights=ordered.data,
            bias=self.bias,
        )


@contextmanager
def kept() -> Iterator[list[Fitted]]:
    """While a model is fitted: what `training.similar_jobs` had before it shortened the numbers."""
    found: list[Fitted] = []
    shorten = recipe._as_published

    def keep(
        titles: list[str], terms: Any, idf: np.ndarray, weights: sparse.csr_matrix, bias: np.ndarray
    ) -> SimilarJobs:
        largest = np.abs(weights.data).max()
        found.append(Fitted(titles, list(terms), idf, weights / largest, bias / largest))
        return shorten(titles, terms, idf, weights, bias)

    recipe._as_published = keep
    try:
        yield found
    finally:
        recipe._as_published = shorten


def compare(work: Path) -> Comparison:
    """Measures of both on the held-out texts of the dataset in `work`, and what changes most."""
    data = Dataset.load(work)
    calibrated = model_file.load(work / "held_out.model", SimilarJobs, Vocabulary, Calibration)
    with kept() as fitted:
        model = recipe._fit_scores(data.part("train"))
    published = replace(model, calibration=calibrated.calibration)
    whole = fitted[0].served(published)
    pairs = list(zip(data.part("test")["title"], data.part("test")["text"], strict=True))
    measures = {
        name: asdict(evaluate.measure(evaluate.predict(model, pairs)))
        for name, model in (("64 bits", whole), ("as published", published))
    }
    frame = pd.DataFrame(measures).T[["texts", "top1", "top5", "ece"]]
    frame.loc["change"] = (frame.loc["as published"] - frame.loc["64 bits"]).abs()
    change = largest_change(whole, published, [text for _, text in pairs])
    frame["largest change"] = [0.0, change, change]
    return Comparison("numbers shortened for size, held-out texts", frame.astype({"texts": int}))


def largest_change(one: SimilarJobs, other: SimilarJobs, texts: list[str]) -> float:
    """The largest difference of a probability, over texts and titles."""
    changes = [0.0]
    for text in texts:
        first, second = one.probabilities([text]), other.probabilities([text])
        if (first is None) != (second is None):
            return 1.0
        if first is not None and second is not None:
            changes.append(float(np.abs(first - second).max()))
    return max(changes)
