import numpy as np
import pandas as pd
import pytest

from training.related import likenesses

TEXTS = {
    "chef": ["grilled fish and soups", "wrote menus and grilled meat"],
    "cook": ["grilled meat and soups", "cleaned the grill", "cooked soups for menus"],
    "welder": ["welded steel pipes", "cut steel plates", "cleaned pipes"],
    "zoologist": ["watched lemurs"],
}
TITLES = sorted(TEXTS)


@pytest.fixture(scope="module")
def rows():
    return pd.DataFrame(
        [(title, each) for title, texts in TEXTS.items() for each in texts],
        columns=["title", "text"],
    )


@pytest.fixture(scope="module")
def found(rows):
    return np.array(list(likenesses(rows, TITLES)))


def test_the_work_of_a_cook_is_more_like_a_chefs_than_a_welders(found):
    chef, cook, welder, _ = range(4)
    assert found[cook].argmax() == chef
    assert found[cook][chef] > found[cook][welder] > 0


def test_it_is_the_same_both_ways_from_0_to_1_and_0_for_itself(found):
    np.testing.assert_allclose(found, found.T)
    assert found.min() >= 0
    assert found.max() <= 1 + 1e-9
    assert not found.diagonal().any()


def test_a_title_whose_words_nobody_shares_is_like_none(found):
    assert not found[3].any()


def test_the_order_of_texts_changes_nothing(rows, found):
    turned = np.array(list(likenesses(rows[::-1], TITLES)))
    np.testing.assert_allclose(turned, found)
