"""What shortening numbers for size costs: the published model beside what scikit-learn fitted."""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd

from bench.peers import Comparison
from shared import model_file
from shared.models import Calibration, SimilarJobs
from shared.vocabulary import Vocabulary
from training import evaluate, similar_jobs
from training.dataset import Dataset
from training.similar_jobs import Scores
from training.update import HELD_OUT


def served(scores: Scores, published: SimilarJobs) -> SimilarJobs:
    """The numbers that were fitted, in 64 bits, answering with the calibration of `published`."""
    vocabulary, order = Vocabulary.build(list(scores.terms))
    ordered = scores.weights[order]
    ordered.sort_indices()
    return replace(
        published,
        vocabulary=vocabulary,
        idf=scores.idf[order],
        starts=ordered.indptr.astype(np.int64),
        columns=ordered.indices.astype(np.int64),
        weights=ordered.data,
        bias=scores.bias,
    )


def compare(work: Path) -> Comparison:
    """Measures of both on the held-out texts of the dataset in `work`, and what changes most."""
    data = Dataset.load(work)
    calibrated = model_file.load(work / HELD_OUT, SimilarJobs, Vocabulary, Calibration)
    texts = similar_jobs.read(data)
    scores = similar_jobs.fit_scores(texts.without(data.groups_of("test")))
    published = replace(similar_jobs.shorten(scores), calibration=calibrated.calibration)
    whole = served(scores, published)
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
