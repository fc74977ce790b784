import numpy as np
import pandas as pd
import pytest

from bench import growth
from shared import model_file
from shared.text import fading
from training.similar_jobs import MOST_WEIGHTS


@pytest.mark.parametrize(("titles", "phrases"), [(114, 10_000), (923, 10_000), (5_000, 2_000)])
def test_a_drawn_model_has_that_size_and_the_shape_of_a_fitted_one(titles, phrases, tmp_path):
    model = growth.drawn(titles, phrases)
    lengths = np.diff(model.starts)
    assert len(model.titles) == titles
    assert len(model.vocabulary.digests) == len(lengths) == phrases
    assert lengths.sum() == len(model.weights) == len(model.columns)
    assert lengths.sum() == pytest.approx(min(MOST_WEIGHTS, titles * phrases), rel=0.02)
    assert lengths.min() >= 1
    assert lengths.max() == titles
    first, last = np.argsort(model.vocabulary.positions([f"w{i}" for i in range(phrases)]))[[0, -1]]
    assert {first, last} <= set(range(phrases))
    for row in range(0, phrases, 97):
        columns = model.columns[model.starts[row] : model.starts[row + 1]]
        assert len(set(columns.tolist())) == len(columns)
    model_file.dump(model, tmp_path / "a.model")
    assert (tmp_path / "a.model").stat().st_size == pytest.approx(
        20 * phrases + 4 * lengths.sum(), rel=0.15
    )


def test_frequent_phrases_have_more_weights_than_rare_ones():
    model = growth.drawn(923, 20_000)
    positions = model.vocabulary.positions([f"w{i}" for i in range(20_000)])
    lengths = np.diff(model.starts)[positions]
    assert np.all(np.diff(lengths) <= 0)


def test_drawn_texts_are_known_to_the_model():
    model = growth.drawn(114, 5_000)
    for text in growth.drawn_texts(5_000):
        assert len(text.split()) == growth.WORDS
        known = model.known_terms(text)
        assert known.counts.sum() == pytest.approx(fading(np.arange(growth.WORDS)).sum())
        assert model.probabilities([text]).sum() == pytest.approx(1)


def table(start, *slopes):
    frame = pd.DataFrame(
        {"titles": [114, 923, 5_000, 114, 923], "weights a text": [1e4, 5e4, 1e5, 5e3, 2e4],
         "file MiB": [4.0, 11.0, 30.0, 60.0, 120.0]}
    )  # fmt: skip
    frame["MiB"] = start + slopes[0] * frame["file MiB"]
    frame["cold s"] = 0.3 + 0.01 * frame["file MiB"]
    frame["CPU ms"] = 1 + 2e-4 * frame["titles"] + 1e-5 * frame["weights a text"]
    frame["phrases"] = [1e4, 1e5, 1e6, 1e4, 1e5]
    return frame.set_index(["titles", "phrases"])


def test_a_law_is_found_again():
    frame = table(80, 1.0)
    cold, memory, request = growth.laws(frame)
    assert (memory.start, *memory.slopes) == pytest.approx((80, 1))
    assert (cold.start, *cold.slopes) == pytest.approx((0.3, 0.01))
    assert (request.start, *request.slopes) == pytest.approx((1, 2e-4, 1e-5))
    assert memory.at(frame) == pytest.approx(frame["MiB"].to_numpy())
    assert str(memory) == "MiB = 80 + 1 x file MiB"


def test_the_picture_is_a_png(tmp_path):
    frame = table(80, 1.0)
    growth.draw(frame, growth.laws(frame), tmp_path / "a.png")
    content = (tmp_path / "a.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) > 10_000


def test_a_size_is_measured():
    frame = growth.measure([(50, 1_000)], starts=1)
    (row,) = frame.to_dict("records")
    assert row["cold s"] > 0
    assert row["CPU ms"] > 0
    assert 40 < row["MiB"] < 200
    assert row["file MiB"] == pytest.approx(0.2, rel=0.2)
