"""The model of titles as it is published: exactly what answering needs, as plain arrays.

It is fitted in `training`; how it answers is here.
"""

import math
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from shared import model_file, text
from shared.errors import ModelsUnavailable
from shared.vocabulary import Counted, Vocabulary

Numbers = TypeVar("Numbers", float, NDArray[np.float64])

HALF_TOLD = 20
"""After so many terms a text has told half of what more of them could add (docs/models.md)."""
LEAST_SPREAD = 1e-6
FACTOR_RANGE = (0.05, 20.0)
NEWTON_STEPS = 50
LAST_STEP = 1e-6
REASONS = 5
"""At most so many phrases explain a title."""

_computing = threading.Lock()
"""One text is read at a time. Its steps are so short that threads which take turns at the
interpreter's lock, as numpy's calls let go of it, would slow each other twofold."""


class JobModel(Protocol):
    """What `similar_jobs` answers from."""

    @property
    def titles(self) -> list[str]:
        """Every title, in the order of the probabilities."""

    def probabilities(self, texts: list[str]) -> NDArray[np.float64] | None:
        """One distribution over `titles` for the person who did all of `texts`.

        Shape (titles,), summing to 1; None where no text has a term that the model knows.
        """

    def explain(self, texts: list[str], titles: list[int]) -> "list[list[Reason]]":
        """For each position in `titles`, the phrases of the texts that speak most for it."""

    def likely(self, probabilities: NDArray[np.float64]) -> list[int] | None:
        """The positions of the titles among which the true one is nine times of ten.

        None where the model has not been measured for that.
        """


@dataclass(frozen=True)
class Reason:
    """A phrase of a text, and how much it adds to a title's logit above the mean of all titles."""

    phrase: str
    weight: float


@dataclass(frozen=True)
class Calibration:
    """Makes logits of scores: one positive factor a text, so that the order of titles stays.

    First the factor is sharpness · (k / (k + HALF_TOLD))**rise · spread**evenness, with k the
    number of distinct known terms and spread the largest score less their mean; these three are
    fitted by likelihood. Then it is changed so that the first title gets the share of held-out
    texts that were right at its probability: `said` → `right`, ascending points of a piecewise
    linear curve, fitted by isotonic regression.
    """

    sharpness: float
    rise: float
    evenness: float
    said: NDArray[np.float64]
    right: NDArray[np.float64]

    def scale(self, scores: NDArray[np.float64], known: int) -> float:
        """The factor for a text with these scores, shape (titles,), and so many known terms."""
        scale = self.first_scale(scores, known)
        below = scale * (scores - scores.max())
        exponentials = np.exp(below)
        said = 1 / exponentials.sum()
        wanted = float(np.interp(said, self.said, self.right))
        return scale * _sharpened(below, exponentials, wanted)

    def first_scale(self, scores: NDArray[np.float64], known: int) -> float:
        """The factor before the curve."""
        spread = max(float(scores.max() - scores.sum() / len(scores)), LEAST_SPREAD)
        return first_factor(self.sharpness, self.rise, self.evenness, float(known), spread)


def first_factor(
    sharpness: float, rise: float, evenness: float, known: Numbers, spread: Numbers
) -> Numbers:
    """The factor before the curve, for a text or for several, shape (texts,)."""
    told: Numbers = (known / (known + HALF_TOLD)) ** rise
    spread_out: Numbers = spread**evenness
    return sharpness * told * spread_out


def _sharpened(
    below: NDArray[np.float64], exponentials: NDArray[np.float64], wanted: float
) -> float:
    """The factor of the logits that makes the largest probability `wanted`.

    `below` are the logits minus their maximum, `exponentials` is exp(`below`). Newton's method on
    the convex log of the sum of exponentials begins at 1, which is near, and converges
    quadratically. It stays within `FACTOR_RANGE`: where several titles share the first place, no
    factor reaches `wanted`.
    """
    factor = 1.0
    for _ in range(NEWTON_STEPS):
        total = exponentials.sum()
        slope = float((below @ exponentials) / total)
        # In floats of Python, which do not warn: where one title is all there is, it is infinite.
        step = (math.log(total) + math.log(wanted)) / slope if slope else 0.0
        factor = min(max(factor - step, FACTOR_RANGE[0]), FACTOR_RANGE[1])
        if abs(step) < LAST_STEP * factor:
            break
        exponentials = np.exp(factor * below)
    return factor


@dataclass(frozen=True)
class SimilarJobs:
    """A linear model on TF-IDF terms, its probabilities calibrated by length of text.

    For a text whose terms count n: x = ln(1 + n) · idf, scaled to unit length; the score of title
    c is x · W[:, c] + bias[c]. The calibration makes probabilities of the scores; `threshold` is
    the probability that the true title of nine in ten held-out texts reaches, of each length that
    was tried: split conformal prediction with the score 1 - p (Angelopoulos and Bates 2021,
    https://arxiv.org/abs/2107.07511), for the length at which most is missed.

    W is sparse and stored by term (CSR): term t has the entries `starts[t]` to `starts[t + 1]` of
    `columns` (positions in `titles`) and `weights`.
    """

    titles: list[str]
    vocabulary: Vocabulary
    idf: NDArray[np.float32]
    starts: NDArray[np.int64]
    columns: NDArray[np.uint16]
    weights: NDArray[np.float16]
    bias: NDArray[np.float32]
    calibration: Calibration
    threshold: float

    def probabilities(self, texts: list[str]) -> NDArray[np.float64] | None:
        """The geometric mean of the distributions of the texts that have a known term.

        Of the rules in docs/models.md it foretells people's latest title best from earlier jobs.
        """
        with _computing:
            each = [self.logits(known) for known in map(self.known_terms, texts) if known]
            return _softmax(sum(each[1:], start=each[0]) / len(each)) if each else None

    def logits(self, known: Counted) -> NDArray[np.float64]:
        """The calibrated score of each title, shape (titles,); `known` is not empty."""
        scores = self.scores(known)
        return scores * self.calibration.scale(scores, len(known))

    def likely(self, probabilities: NDArray[np.float64]) -> list[int]:
        """The conformal set at 90 %: positions of titles by falling probability, at least one."""
        order = np.argsort(-probabilities, kind="stable")
        inside = int((probabilities >= self.threshold).sum())
        first: list[int] = order[: max(1, inside)].tolist()
        return first

    def explain(self, texts: list[str], titles: list[int]) -> list[list[Reason]]:
        """At most `REASONS` a title, strongest first; only those that speak for it.

        A phrase's weight is its share of the title's logit, mean over the texts that count.
        """
        weights: list[dict[str, float]] = [defaultdict(float) for _ in titles]
        counted = 0
        for content in texts:
            known = self.known_terms(content)
            if not known:
                continue
            counted += 1
            wordings = self._wordings(content)
            scale = self.calibration.scale(self.scores(known), len(known))
            for position, row in self._shares(known, scale):
                if position in wordings:
                    for i, title in enumerate(titles):
                        weights[i][wordings[position]] += float(row[title])
        return [[Reason(phrase, w / counted) for phrase, w in _strongest(each)] for each in weights]

    def _wordings(self, content: str) -> dict[int, str]:
        found = text.wordings(content)
        positions = self.vocabulary.positions(list(found)).tolist()
        return dict(zip(positions, found.values(), strict=True))

    def _shares(self, known: Counted, scale: float) -> Iterator[tuple[int, NDArray[np.float64]]]:
        """Each known term and what it adds to every title's logit, less the mean."""
        for position, value in zip(known.positions, self._tf_idf(known), strict=True):
            row = self._times_weights(np.array([position]), np.array([value]))
            yield int(position), scale * (row - row.mean())

    def known_terms(self, text_: str) -> Counted:
        """The terms of a text that the model knows."""
        return self.vocabulary.count(text_)

    def scores(self, known: Counted) -> NDArray[np.float64]:
        """The score of each title, shape (titles,); `known` is not empty."""
        return self._times_weights(known.positions, self._tf_idf(known)) + self.bias

    def _tf_idf(self, known: Counted) -> NDArray[np.float64]:
        """The text by its known terms, of unit length."""
        x = np.log1p(known.counts) * self.idf.take(known.positions).astype(np.float64)
        return x / math.sqrt(x @ x)

    def _times_weights(
        self, positions: NDArray[np.int64], x: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        firsts = self.starts[positions]
        lengths = self.starts[positions + 1] - firsts
        ends = np.cumsum(lengths)
        entries = np.repeat(firsts - (ends - lengths), lengths)
        entries += np.arange(len(entries))
        products = np.repeat(x, lengths)
        products *= self.weights.take(entries)
        summed = np.bincount(self.columns.take(entries), products, len(self.titles))
        return summed.astype(np.float64, copy=False)


def first_title(model: JobModel, text: str) -> str:
    """The title that fits a text best. Raises `ModelsUnavailable` where the model has no answer."""
    probabilities = model.probabilities([text])
    if probabilities is None:
        return ""
    if probabilities.shape != (len(model.titles),) or not np.isclose(probabilities.sum(), 1):
        raise ModelsUnavailable("similar_jobs gives no distribution over its titles")
    return model.titles[int(probabilities.argmax())]


def load_similar_jobs(path: Path, file_name: str) -> JobModel:
    """A published `similar_jobs` file: ours, or a plain scikit-learn pipeline."""
    if file_name.endswith(".joblib"):
        from shared.pipeline import load_pipeline

        return load_pipeline(path)
    return model_file.load(path, SimilarJobs, Vocabulary, Calibration)


def _strongest(weights: dict[str, float]) -> list[tuple[str, float]]:
    """The strongest phrases, without those that only repeat a word of a stronger one."""
    chosen: list[tuple[str, float]] = []
    used: set[str] = set()
    for phrase, weight in sorted(weights.items(), key=lambda pair: (-pair[1], pair[0])):
        if weight <= 0 or len(chosen) == REASONS:
            break
        if not used.issuperset(phrase.split()):
            used.update(phrase.split())
            chosen.append((phrase, weight))
    return chosen


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    exponentials = np.exp(logits - logits.max())
    shares: NDArray[np.float64] = exponentials / exponentials.sum()
    return shares
