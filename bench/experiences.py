"""How to make one distribution of several experiences: rules beside each other.

A resume's earlier jobs are to foretell its latest title, whose own text no rule sees.
"""

from collections.abc import Container, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from shared.models import JobModel, load_similar_jobs
from training.dataset import Dataset
from training.update import HELD_OUT

LEAST_JOBS = 3
MOST_EARLIER = 5
LEAST = 1e-12


def compare(work: Path, table: Path, label: str) -> pd.DataFrame:
    """top-1, top-5, MRR and mean negative log likelihood, a row a rule.

    `table` is a Parquet file with the columns resume, position (counted from the latest job),
    description, text_group and `label`. Only people count whose latest job is of the held-out
    part of the dataset in `work`, on which its model was fitted.
    """
    model = load_similar_jobs(work / HELD_OUT, HELD_OUT)
    test = set(Dataset.load(work).part("test")["group"])
    positions = {title: i for i, title in enumerate(model.titles)}
    scores: dict[str, list[tuple[int, float]]] = {}
    for title, earlier in _people(pd.read_parquet(table), label, test, positions):
        for name, distribution in _distributions(model, earlier):
            own = distribution[positions[title]]
            rank = 1 + int((distribution > own).sum())
            scores.setdefault(name, []).append((rank, -float(np.log(max(own, LEAST)))))
    return pd.DataFrame({name: _summary(each) for name, each in scores.items()}).T


def _people(
    frame: pd.DataFrame, label: str, test: set[str], titles: Container[str]
) -> Iterator[tuple[str, list[str]]]:
    told = frame.dropna(subset=["description"]).sort_values(["resume", "position"])
    for _, jobs in told.groupby("resume"):
        latest = jobs.iloc[0]
        if (
            len(jobs) >= LEAST_JOBS
            and latest[label] in titles
            and str(latest["text_group"]) in test
        ):
            yield latest[label], list(jobs["description"].iloc[1 : 1 + MOST_EARLIER])


def _distributions(model: JobModel, earlier: list[str]) -> Iterator[tuple[str, np.ndarray]]:
    each = [p for p in (model.probabilities([job]) for job in earlier) if p is not None]
    if not each:
        return
    rows = np.array(each)
    yield "mean", rows.mean(axis=0)
    for name, share in (("", 1.0), (", fading by 0.85", 0.85), (", fading by 0.5", 0.5)):
        weights = share ** np.arange(len(rows))
        logs = weights @ np.log(np.maximum(rows, LEAST)) / weights.sum()
        yield f"geometric mean{name}", np.exp(logs) / np.exp(logs).sum()
    yield "latest job alone", rows[0]
    joined = model.probabilities(["\n".join(earlier)])
    if joined is not None:
        yield "texts joined", joined


def _summary(scored: list[tuple[int, float]]) -> dict[str, float]:
    ranks = np.array([rank for rank, _ in scored])
    return {
        "people": len(scored),
        "top1": float((ranks == 1).mean()),
        "top5": float((ranks <= 5).mean()),
        "mrr": float((1 / ranks).mean()),
        "loss": float(np.mean([loss for _, loss in scored])),
    }
