import struct

import numpy as np
import pytest

from training.evaluate import Prediction, measure, reliability
from training.pictures import LABEL, MOST_TITLES, draw, matrix, most_confused
from training.pictures import confusions as confusions_figure
from training.pictures import reliability as reliability_figure
from training.report import Confusion, Report, by_title, confusions


def reported(predictions):
    return Report(
        groups={"all": measure(predictions)},
        titles=by_title(predictions),
        confusions=confusions(predictions),
        bins=reliability(predictions),
        sets=None,
    )


LONG = "farmworkers, farm, ranch, and aquacultural animals"
REPORT = reported(
    [
        *[Prediction("cook", "cook", 0.7, 1)] * 3,
        *[Prediction("cook", LONG, 0.5, 2)] * 2,
        *[Prediction(LONG, "cook", 0.5, 9)] * 2,
        Prediction(LONG, "pilot", 0.4, 3),
        Prediction("pilot", "nurse", 0.4, 4),
        Prediction("pilot", "", 0.0, 9),
    ]
)
RIGHT = reported([Prediction("cook", "cook", 0.7, 1)])


def written(figure):
    """All words on a figure."""
    figure.canvas.draw()
    return [each.get_text() for each in figure.findobj(lambda part: hasattr(part, "get_text"))]


@pytest.mark.parametrize(
    ("report", "names"),
    [
        (REPORT, ["reliability.png", "confusions.png"]),
        (RIGHT, ["reliability.png"]),
        (Report({}, [], [], [], None), []),
    ],
    ids=["with confusions", "without", "nothing held out"],
)
def test_what_there_is_is_drawn(report, names, tmp_path):
    drawn = draw(report, tmp_path)
    assert drawn == [tmp_path / name for name in names]
    for path in drawn:
        head = path.read_bytes()[:24]
        assert head.startswith(b"\x89PNG")
        assert min(struct.unpack(">II", head[16:])) > 400


def test_a_picture_of_the_report_before_does_not_stay(tmp_path):
    draw(REPORT, tmp_path)
    assert draw(RIGHT, tmp_path) == list(tmp_path.iterdir()) == [tmp_path / "reliability.png"]
    draw(Report({}, [], [], [], None), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_reliability_diagram_has_a_point_and_a_number_of_texts_for_each_bin_with_texts():
    figure = reliability_figure(REPORT)
    upper, lower = figure.axes
    points = [line.get_xydata().tolist() for line in upper.lines if line.get_marker() == "o"]
    filled = [each for each in REPORT.bins if each.texts]
    assert points == [[[each.said, each.right] for each in filled]]
    assert [each.texts for each in filled] == [1, 2, 4, 3]
    assert [text.get_text() for text in lower.texts] == ["1", "2", "4", "3"]
    assert lower.get_xlabel() == "probability of the first title"
    assert upper.get_ylabel() == "first title right (share of texts)"
    assert "10 held-out texts" in figure.get_suptitle()


def test_a_matrix_has_what_was_counted_by_hand():
    np.testing.assert_array_equal(
        matrix(REPORT, ["cook", LONG, "pilot"]),
        [
            [3, 2, 0, 0],
            [2, 0, 1, 0],
            [0, 0, 0, 1],
        ],
    )


def test_a_picture_of_confusions_names_titles_and_axes():
    figure = confusions_figure(REPORT)
    words = written(figure)
    for word in ("cook", "pilot", "nurse", "any other title", "true title", "3"):
        assert word in words, word
    (cut,) = {word for word in words if word.startswith("farmworkers")}
    assert cut.endswith("…")
    assert len(cut) <= LABEL


def test_the_titles_of_a_confusion_stand_together_and_are_not_too_many():
    pairs = [("a", "b"), ("c", "d"), ("b", "a"), ("a", "e")]
    assert most_confused([Confusion(*pair, 1, 1) for pair in pairs]) == ["a", "b", "c", "d", "e"]
    chain = [Confusion(f"{i}", f"{i + 1}", 1, 1) for i in range(0, 90, 2)]
    assert most_confused(chain) == [f"{i}" for i in range(MOST_TITLES)]


def test_a_title_is_no_formula(tmp_path):
    report = reported([Prediction("$100_^ to $200_^ a day", "cook", 0.4, 2)])
    assert len(draw(report, tmp_path)) == 2
