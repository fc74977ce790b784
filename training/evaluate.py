"""Measures of a `similar_jobs` model on texts it was not fitted on.

top-1, top-5: the share of texts whose title is the first, or among the first five. MRR: the mean
of 1/rank. Macro-F1: the mean over titles of F1 of the first title. ECE: expected calibration
error, the mean gap between the first title's probability and how often it is right, over 15 bins
of equal width, weighted by texts (Guo et al. 2017, https://arxiv.org/abs/1706.04599).
Coverage: the share of texts whose conformal set holds their title.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import f1_score

from shared.models import JobModel
from training.progress import progress

ECE_BINS = 15


@dataclass(frozen=True)
class Measures:
    """The measures over `texts` texts."""

    texts: int
    top1: float
    top5: float
    mrr: float
    macro_f1: float
    ece: float


@dataclass(frozen=True)
class Prediction:
    """What a model says of one text: the rank of the true title (from 1) and its first title.

    `first` is "" for a text without a known word. `set_size` is the number of titles among which
    the true one should be nine times of ten, `in_set` whether it is; None and False where the model
    does not say.
    """

    title: str
    first: str
    probability: float
    rank: int
    set_size: int | None = None
    in_set: bool = False

    @property
    def is_right(self) -> bool:
        """Whether the first title is the true one."""
        return self.first == self.title

    @property
    def in_top5(self) -> bool:
        """Whether the true title is among the first five."""
        return self.rank <= 5


@dataclass(frozen=True)
class Bin:
    """The texts whose first title got a probability from `low` to below `high` (the last: to 1).

    `said` is the mean of these probabilities, `right` the share of the texts for which the title
    was right; both are None without any text.
    """

    low: float
    high: float
    texts: int
    said: float | None
    right: float | None


@dataclass(frozen=True)
class Sets:
    """Of the conformal sets of `texts` texts: how many hold the true title, and the mean size."""

    texts: int
    coverage: float
    size: float


def predict(model: JobModel, pairs: Sequence[tuple[str, str]]) -> list[Prediction]:
    """Predictions for pairs of title and text. An unusable text or unknown title ranks last."""
    positions = {title: i for i, title in enumerate(model.titles)}
    predictions = []
    for title, content in progress(pairs, desc="evaluating", unit=" texts"):
        probabilities = model.probabilities([content])
        if probabilities is None:
            predictions.append(Prediction(title, "", 0.0, len(positions) + 1))
            continue
        first = int(probabilities.argmax())
        own = probabilities[positions[title]] if title in positions else -1.0
        likely = model.likely(probabilities)
        predictions.append(
            Prediction(
                title=title,
                first=model.titles[first],
                probability=float(probabilities[first]),
                rank=1 + int((probabilities > own).sum()),
                set_size=None if likely is None else len(likely),
                in_set=positions.get(title) in (likely or []),
            )
        )
    return predictions


def measure(predictions: Sequence[Prediction]) -> Measures:
    """All measures of some predictions; at least one."""
    ranks = np.array([each.rank for each in predictions])
    truth = [each.title for each in predictions]
    first = [each.first for each in predictions]
    confidence, right = _told(predictions)
    macro_f1 = f1_score(truth, first, average="macro", labels=sorted(set(truth)), zero_division=0)
    return Measures(
        texts=len(predictions),
        top1=float(right.mean()),
        top5=float(np.mean([each.in_top5 for each in predictions])),
        mrr=float((1 / ranks).mean()),
        macro_f1=float(macro_f1),
        ece=expected_calibration_error(confidence, right),
    )


def reliability(predictions: Sequence[Prediction]) -> list[Bin]:
    """The bins of a reliability diagram, `ECE_BINS` of equal width from 0 to 1."""
    confidence, right = _told(predictions)
    bins = _bins(confidence)
    texts = np.bincount(bins, minlength=ECE_BINS).tolist()
    said = np.bincount(bins, confidence, ECE_BINS).tolist()
    correct = np.bincount(bins, right, ECE_BINS).tolist()
    return [
        Bin(
            low=i / ECE_BINS,
            high=(i + 1) / ECE_BINS,
            texts=texts[i],
            said=said[i] / texts[i] if texts[i] else None,
            right=correct[i] / texts[i] if texts[i] else None,
        )
        for i in range(ECE_BINS)
    ]


def conformal_sets(predictions: Sequence[Prediction]) -> Sets | None:
    """Coverage and size of the sets; None where the model gives none."""
    sizes = [each.set_size for each in predictions if each.set_size is not None]
    if not sizes:
        return None
    held = sum(each.in_set for each in predictions)
    return Sets(len(sizes), held / len(sizes), sum(sizes) / len(sizes))


def expected_calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """ECE of first titles' probabilities, shape (texts,), and whether they are right."""
    gaps = np.bincount(_bins(confidence), confidence - right, ECE_BINS)
    return float(np.abs(gaps).sum() / len(right))


def _told(predictions: Sequence[Prediction]) -> tuple[np.ndarray, np.ndarray]:
    """The first titles' probabilities, shape (texts,), and whether these titles are right."""
    confidence = np.array([each.probability for each in predictions])
    return confidence, np.array([each.is_right for each in predictions])


def _bins(confidence: np.ndarray) -> np.ndarray:
    return np.minimum((confidence * ECE_BINS).astype(int), ECE_BINS - 1)
