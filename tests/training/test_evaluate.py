from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from training.evaluate import (
    ECE_BINS,
    Prediction,
    expected_calibration_error,
    measure,
    predict,
    report,
    table,
)

TITLES = ["cook", "nurse", "pilot", "welder"]


@dataclass
class Told:
    """A model that gives each text the distribution that it was told."""

    answers: dict[str, list[float]]

    @property
    def titles(self):
        return TITLES

    def probabilities(self, texts):
        (text,) = texts
        return np.array(self.answers[text]) if text in self.answers else None


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
    assert predict(MODEL, [("cook", "???")]) == [Prediction("cook", "", 0.0, 4)]


def test_a_title_that_the_model_does_not_know_ranks_after_all_it_knows():
    assert predict(MODEL, [("sailor", "grilled")]) == [Prediction("sailor", "cook", 0.7, 5)]


def test_measures_are_those_computed_by_hand():
    predictions = [
        Prediction("cook", "cook", 0.7, 1),
        Prediction("nurse", "cook", 0.5, 2),
        Prediction("pilot", "pilot", 0.4, 1),
        Prediction("welder", "cook", 0.4, 10),
    ]
    measured = measure(predictions)
    assert measured.texts == 4
    assert measured.top1 == 2 / 4
    assert measured.top5 == 3 / 4
    assert measured.mrr == pytest.approx((1 + 1 / 2 + 1 + 1 / 10) / 4)
    # cook: precision 1/3, recall 1; pilot: both 1; nurse and welder: 0.
    assert measured.macro_f1 == pytest.approx((1 / 2 + 1) / 4)
    # 0.4 twice, half of them right; 0.5 once, wrong; 0.7 once, right.
    assert measured.ece == pytest.approx((abs(0.8 - 1) + 0.5 + 0.3) / 4)


def test_titles_that_are_only_guessed_do_not_enter_macro_f1():
    predictions = [Prediction("cook", "cook", 0.7, 1), Prediction("cook", "nurse", 0.7, 2)]
    assert measure(predictions).macro_f1 == pytest.approx(2 / 3)


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


@pytest.fixture
def rows():
    texts = {"cook": "grilled", "nurse": "bandaged", "pilot": "flew"}
    pairs = [(title, text, source) for title, text in texts.items() for source in ("a", "b")]
    rows = pd.DataFrame([*pairs, ("welder", "flew", "b")], columns=["title", "text", "source"])
    return rows.assign(weight=1.0, part="test", group=[str(i) for i in range(len(rows))])


def test_a_report_tells_of_all_texts_each_source_and_lengths(rows):
    measures = report(MODEL, rows)
    assert measures["all"]["texts"] == 7
    assert measures["source a"]["texts"] == 3
    assert measures["source b"]["texts"] == 4
    assert measures["source b"]["top1"] == 1 / 4
    assert any(name.startswith("length ") for name in measures)


def test_a_report_is_the_same_each_time(rows):
    assert report(MODEL, rows) == report(MODEL, rows)


def test_where_nothing_is_held_out_nothing_is_measured(rows):
    assert report(MODEL, rows[:0]) == {}
    assert "nothing is held out" in table({})


def test_a_table_has_a_line_for_each_group(rows):
    measures = report(MODEL, rows)
    lines = table(measures).splitlines()
    assert len(lines) == 1 + len(measures)
    assert lines[0].split() == ["texts", "top1", "top5", "mrr", "macro_f1", "ece"]
    assert lines[1].split()[:3] == ["all", "7", "0.286"]
