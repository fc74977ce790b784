"""Measures of a `similar_jobs` model on texts it was not fitted on.

top-1, top-5: the share of texts whose title is the first, or among the first five. MRR: the mean
of 1/rank. Macro-F1: the mean over titles of F1 of the first title. ECE: expected calibration
error, the mean gap between the first title's probability and how often it is right, over 15 bins
of equal width, weighted by texts (Guo et al. 2017, https://arxiv.org/abs/1706.04599).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score

from shared.models import JobModel
from training.lengths import at_lengths, lengths_of
from training.progress import progress

ECE_BINS = 15
LENGTH_TEXTS = 3_000


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
    """What a model says of one text: the rank of the true title (from 1) and its first title."""

    title: str
    first: str
    probability: float
    rank: int


def predict(model: JobModel, pairs: Sequence[tuple[str, str]]) -> list[Prediction]:
    """Predictions for pairs of title and text. An unusable text or unknown title ranks last."""
    positions = {title: i for i, title in enumerate(model.titles)}
    predictions = []
    for title, content in progress(pairs, desc="evaluating", unit=" texts"):
        probabilities = model.probabilities([content])
        if probabilities is None:
            predictions.append(Prediction(title, "", 0.0, len(positions)))
            continue
        first = int(probabilities.argmax())
        own = probabilities[positions[title]] if title in positions else -1.0
        rank = 1 + int((probabilities > own).sum())
        predictions.append(
            Prediction(title, model.titles[first], float(probabilities[first]), rank)
        )
    return predictions


def measure(predictions: Sequence[Prediction]) -> Measures:
    """All measures of some predictions; at least one."""
    ranks = np.array([each.rank for each in predictions])
    truth = [each.title for each in predictions]
    first = [each.first for each in predictions]
    right = np.array([t == f for t, f in zip(truth, first, strict=True)])
    confidence = np.array([each.probability for each in predictions])
    macro_f1 = f1_score(truth, first, average="macro", labels=sorted(set(truth)), zero_division=0)
    return Measures(
        texts=len(predictions),
        top1=float(right.mean()),
        top5=float((ranks <= 5).mean()),
        mrr=float((1 / ranks).mean()),
        macro_f1=float(macro_f1),
        ece=expected_calibration_error(confidence, right),
    )


def expected_calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """ECE of first titles' probabilities, shape (texts,), and whether they are right."""
    bins = np.minimum((confidence * ECE_BINS).astype(int), ECE_BINS - 1)
    gaps = np.bincount(bins, confidence - right, ECE_BINS)
    return float(np.abs(gaps).sum() / len(right))


def report(model: JobModel, rows: pd.DataFrame) -> dict[str, dict[str, object]]:
    """Measures overall, per source, and at each length; `rows` is a dataset's test part.

    Empty where nothing is held out.
    """
    if rows.empty:
        return {}
    groups = {"all": list(zip(rows["title"], rows["text"], strict=True))}
    for source, each in rows.groupby("source"):
        groups[f"source {source}"] = list(zip(each["title"], each["text"], strict=True))
    for length, title, content in at_lengths(rows, LENGTH_TEXTS, lengths_of(rows)):
        groups.setdefault(f"length {length}", []).append((title, content))
    return {name: asdict(measure(predict(model, pairs))) for name, pairs in groups.items()}


def table(measures: dict[str, dict[str, object]]) -> str:
    """A report for people."""
    if not measures:
        return "nothing is held out of so few texts, so nothing is measured"
    frame = pd.DataFrame(measures).T
    frame["texts"] = frame["texts"].astype(int)
    return frame.to_string(float_format=lambda value: f"{value:.3f}")
