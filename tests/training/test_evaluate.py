from dataclasses import dataclass

import numpy as np
import pytest

from training.evaluate import (
    ECE_BINS,
    Bin,
    Prediction,
    Sets,
    conformal_sets,
    expected_calibration_error,
    measure,
    predict,
    reliability,
)

TITLES = ["cook", "nurse", "pilot", "welder"]


@dataclass
class Told:
    """A model that gives each text the distribution that it was told.

    What reaches the threshold is likely.
    """

    answers: dict[str, list[float]]
    threshold: float | None = None

    @property
    def titles(self):
        return TITLES

    def probabilities(self, texts):
        (text,) = texts
        return np.array(self.answers[text]) if text in self.answers else None

    def likely(self, probabilities):
        if self.threshold is None:
            return None
        return np.flatnonzero(probabilities >= self.threshold).tolist()


MODEL = Told(
    {
        "grilled": [0.7, 0.1, 0.1, 0.1],
        "bandaged": [0.5, 0.3, 0.15, 0.05],
        "flew": [0.4, 0.3, 0.2, 0.1],
    }
)


def test_a_prediction_is_the_first_title_and_the_rank_of_the_true_one():
    pairs = [("cook", "grilled"), ("nurse", "bandaged"), ("pilot", "flew"), ("welder", "flew")]
    assert predict(MODEL, pairs) == [
        Prediction("cook", "cook", 0.7, 1),
        Prediction("nurse", "cook", 0.5, 2),
        Prediction("pilot", "cook", 0.4, 3),
        Prediction("welder", "cook", 0.4, 4),
    ]


def test_a_text_without_known_words_ranks_its_title_last():
    assert predict(MODEL, [("cook", "???")]) == [Prediction("cook", "", 0.0, 5)]


def test_a_title_that_the_model_does_not_know_ranks_after_all_it_knows():
    assert predict(MODEL, [("sailor", "grilled")]) == [Prediction("sailor", "cook", 0.7, 5)]


def test_measures_are_those_computed_by_hand():
    predictions = [
        Prediction("cook", "cook", 0.7, 1),
        Prediction("nurse", "cook", 0.5, 5),
        Prediction("pilot", "pilot", 0.4, 1),
        Prediction("welder", "cook", 0.4, 6),
    ]
    measured = measure(predictions)
    assert measured.texts == 4
    assert measured.top1 == 2 / 4
    assert measured.top5 == 3 / 4
    assert measured.mrr == pytest.approx((1 + 1 / 5 + 1 + 1 / 6) / 4)
    # cook: precision 1/3, recall 1; pilot: both 1; nurse and welder: 0.
    assert measured.macro_f1 == pytest.approx((1 / 2 + 1) / 4)
    # 0.4 twice, half of them right; 0.5 once, wrong; 0.7 once, right.
    assert measured.ece == pytest.approx((abs(0.8 - 1) + 0.5 + 0.3) / 4)


def test_titles_that_are_only_guessed_do_not_enter_macro_f1():
    answers = [("cook", "cook"), ("cook", "nurse"), ("pilot", "pilot")]
    predictions = [Prediction(title, first, 0.7, 1) for title, first in answers]
    assert measure(predictions).macro_f1 == pytest.approx((2 / 3 + 1) / 2)


@pytest.mark.parametrize(
    ("confidence", "right", "error"),
    [
        ([1.0, 1.0], [True, True], 0.0),
        ([1.0, 1.0], [False, False], 1.0),
        ([0.5, 0.5], [True, False], 0.0),
        ([0.0], [False], 0.0),
        ([0.9, 0.1], [False, True], 0.9),
        ([0.75, 0.77], [True, False], 0.26),
    ],
)
def test_calibration_error(confidence, right, error):
    found = expected_calibration_error(np.array(confidence), np.array(right))
    assert found == pytest.approx(error)


def test_calibration_error_falls_where_probabilities_are_true():
    random = np.random.default_rng(0)
    confidence = random.random(20_000)
    right = random.random(20_000) < confidence
    assert expected_calibration_error(confidence, right) < 0.02
    assert expected_calibration_error(confidence**3, right) > 0.2
    assert ECE_BINS == 15


def test_each_prediction_tells_of_its_set():
    model = Told(MODEL.answers, threshold=0.15)
    pairs = [("cook", "grilled"), ("pilot", "bandaged"), ("welder", "flew"), ("sailor", "flew")]
    found = [(each.set_size, each.in_set) for each in predict(model, [*pairs, ("cook", "???")])]
    assert found == [(1, True), (3, True), (3, False), (3, False), (None, False)]


def test_sets_cover_what_was_counted_by_hand():
    predictions = [
        Prediction("cook", "cook", 0.7, 1, 1, True),
        Prediction("nurse", "cook", 0.5, 2, 3, True),
        Prediction("pilot", "cook", 0.4, 3, 5, False),
        Prediction("welder", "", 0.0, 4),
    ]
    assert conformal_sets(predictions) == Sets(texts=3, coverage=2 / 3, size=3.0)


def test_a_model_without_sets_has_no_coverage():
    assert conformal_sets(predict(MODEL, [("cook", "grilled")])) is None


def test_the_bins_of_a_reliability_diagram_are_those_counted_by_hand():
    told = [(0.41, True), (0.45, False), (0.41, False), (1.0, True), (0.0, False)]
    bins = reliability([Prediction("cook", "cook" if r else "nurse", p, 1) for p, r in told])
    assert len(bins) == ECE_BINS
    assert [i for i, each in enumerate(bins) if each.texts] == [0, 6, 14]
    assert bins[0] == Bin(0, 1 / 15, 1, 0.0, 0.0)
    assert bins[6] == Bin(6 / 15, 7 / 15, 3, pytest.approx(1.27 / 3), pytest.approx(1 / 3))
    assert bins[14] == Bin(14 / 15, 1, 1, 1.0, 1.0)
    assert (bins[1].said, bins[1].right) == (None, None)


def test_the_bins_and_the_calibration_error_tell_the_same():
    random = np.random.default_rng(0)
    said = random.random(500)
    right = random.random(500) < said**2
    bins = reliability(
        [
            Prediction("cook", "cook" if r else "nurse", p, 1)
            for p, r in zip(said, right, strict=True)
        ]
    )
    gap = sum(each.texts * abs(each.said - each.right) for each in bins if each.texts) / 500
    assert gap == pytest.approx(expected_calibration_error(said, right))
