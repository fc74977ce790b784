import pandas as pd
import pytest

from bench import peers
from bench.peers import Among


@pytest.fixture
def peer(told):
    return told(
        ["cook", "nurse", "pilot", "welder"],
        {"grilled": [0.6, 0.1, 0.1, 0.2], "flew": [0.5, 0.0, 0.5, 0.0]},
    )


def test_among_some_titles_the_others_have_no_part_in_the_distribution(peer):
    some = Among.of(peer, ["welder", "cook", "juggler"])
    assert some.titles == ["welder", "cook"]
    assert some.probabilities(["grilled"]) == pytest.approx([0.25, 0.75])


def test_among_titles_that_get_nothing_there_is_no_answer(peer):
    some = Among.of(peer, ["nurse", "welder"])
    assert some.probabilities(["flew"]) is None
    assert some.probabilities(["unheard of"]) is None


ROWS = pd.DataFrame(
    [("cook", "grilled", "a"), ("nurse", "grilled", "b"), ("cook", "flew", "b")],
    columns=["title", "text", "source"],
)


def test_measures_are_of_all_texts_and_of_each_source(peer):
    found = peers.measure({"told": peer}, ROWS)
    assert list(found.index) == [("told", "all"), ("told", "source a"), ("told", "source b")]
    assert list(found["texts"]) == [3, 1, 2]
    assert list(found["top1"]) == pytest.approx([2 / 3, 1.0, 0.5])


def test_one_source_is_not_measured_twice(peer):
    found = peers.measure({"told": peer, "other": peer}, ROWS.assign(source="table"))
    assert list(found.index) == [("told", "all"), ("other", "all")]


def test_at_most_so_many_texts_a_title_are_drawn_the_same_each_time():
    rows = pd.DataFrame({"title": ["cook"] * 50 + ["nurse"] * 2, "text": map(str, range(52))})
    drawn = peers.at_most(rows, 10)
    assert drawn["title"].value_counts().to_dict() == {"cook": 10, "nurse": 2}
    assert not set(map(str, range(10))) <= set(drawn["text"])
    assert drawn.equals(peers.at_most(rows, 10))
