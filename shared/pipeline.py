"""Plain scikit-learn pipelines, as the original had them: servable at their own price.

Unpickling one runs whatever code its file asks for, so an operator has to allow it.
"""

import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.errors import ModelsUnavailable
from shared.models import Reason

ALLOWED = "ALLOW_PICKLED_PIPELINES"


@dataclass(frozen=True)
class PipelineJobs:
    """A fitted classifier of texts with `predict_proba` and `classes_`."""

    titles: list[str]
    pipeline: Any

    def probabilities(self, texts: list[str]) -> NDArray[np.float64] | None:
        """The mean of the rows that `predict_proba` gives for the texts that have any words.

        Raises `ModelsUnavailable` where these are no numbers.
        """
        written = [text for text in texts if text.strip()]
        if not written:
            return None
        rows = np.asarray(self.pipeline.predict_proba(written), np.float64)
        mean: NDArray[np.float64] = rows.mean(axis=0)
        if not np.isfinite(mean).all():
            raise ModelsUnavailable("the pipeline gives no probabilities, but NaN or infinity")
        return mean

    def explain(self, texts: list[str], titles: list[int]) -> list[list[Reason]]:  # noqa: ARG002
        """Nothing: what a pipeline goes by is not known here."""
        return [[] for _ in titles]

    def likely(self, probabilities: NDArray[np.float64]) -> None:  # noqa: ARG002
        """None: a pipeline's probabilities have not been measured."""
        return


def load_pipeline(path: Path) -> PipelineJobs:
    """Unpickles a pipeline. Raises `ModelsUnavailable` where it is not allowed or not usable."""
    if os.environ.get(ALLOWED) != "1":
        raise ModelsUnavailable(
            f"a pickled pipeline can run any code when it is loaded: set {ALLOWED}=1 to accept "
            "whatever lies in the bucket, or publish models made by this project's training"
        )
    import joblib
    from sklearn.exceptions import InconsistentVersionWarning

    with warnings.catch_warnings():
        warnings.simplefilter("error", InconsistentVersionWarning)
        try:
            pipeline = joblib.load(path)
            titles = [str(title) for title in pipeline.classes_]
            pipeline.predict_proba  # noqa: B018
        except Exception as error:  # A pickle may raise anything.
            raise ModelsUnavailable(
                f"the pipeline cannot be used: {type(error).__name__}: {error}; fit and publish it "
                "again with the scikit-learn version in functions/similar_jobs/requirements.txt"
            ) from error
    return PipelineJobs(titles, pipeline)
