"""What one would try first on a table: a plain linear model on words and pairs.

TF-IDF of word 1-2-grams in at least four texts, logistic regression by stochastic gradient descent,
one title against the rest, titles balanced, at most 2,500 texts of each. One temperature makes
probabilities of its scores (Guo et al. 2017, https://arxiv.org/abs/1706.04599).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import GroupShuffleSplit
from sklearn.pipeline import Pipeline

TITLE_TEXTS = 2_500
SHARPNESS = (0.01, 10.0)


@dataclass(frozen=True)
class LinearJobs:
    """A peer: the softmax of `sharpness` (1 / temperature) times the pipeline's scores."""

    titles: list[str]
    pipeline: Pipeline
    sharpness: float

    def probabilities(self, texts: list[str]) -> np.ndarray:
        """The mean of the texts' distributions, shape (titles,)."""
        scores = self.pipeline.decision_function(texts)
        mean: np.ndarray = softmax(self.sharpness * scores, axis=1).mean(axis=0)
        return mean

    def likely(self, _: np.ndarray) -> None:
        """None: no set was measured."""


def fit(rows: pd.DataFrame) -> LinearJobs:
    """The recipe on rows with the columns `title`, `text` and `group`, of at least three titles.

    The temperature is that of nine tenths of the groups on the last one.
    """
    split = GroupShuffleSplit(1, test_size=0.1, random_state=0)
    ((most, rest),) = split.split(rows, groups=rows["group"])
    sharpness = _sharpness(_fitted(rows.iloc[most]), rows.iloc[rest])
    pipeline = _fitted(rows)
    # Its transpose is multiplied with one text after another, and would be copied for each.
    pipeline["sgd"].coef_ = np.asfortranarray(pipeline["sgd"].coef_)
    return LinearJobs([str(title) for title in pipeline.classes_], pipeline, sharpness)


def _fitted(rows: pd.DataFrame) -> Pipeline:
    rows = rows.groupby("title").head(TITLE_TEXTS)
    pipeline = Pipeline(
        [
            ("tfidf", TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=4)),
            ("sgd", SGDClassifier(loss="log_loss", alpha=1.2e-5, class_weight="balanced",
                                  random_state=0)),
        ]
    )  # fmt: skip
    return pipeline.fit(rows["text"], rows["title"])


def _sharpness(pipeline: Pipeline, rows: pd.DataFrame) -> float:
    """What gives the rows' titles the highest likelihood; titles that it does not know apart."""
    rows = rows[rows["title"].isin(pipeline.classes_)]
    scores = pipeline.decision_function(rows["text"])
    own = np.searchsorted(pipeline.classes_, rows["title"])
    each = np.arange(len(rows))

    def loss(sharpness: float) -> float:
        return -float(log_softmax(sharpness * scores, axis=1)[each, own].mean())

    return float(minimize_scalar(loss, bounds=SHARPNESS).x)
