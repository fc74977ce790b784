import numpy as np
import pandas as pd
import pytest

from bench import linear


@pytest.fixture(scope="module")
def rows(table):
    columns = {"job": "title", "description": "text", "text_group": "group"}
    return pd.read_parquet(table).rename(columns=columns)


def test_a_text_is_of_the_title_with_its_words(rows):
    peer = linear.fit(rows)
    assert peer.titles == ["cook", "juggler", "nurse", "pilot"]
    found = peer.probabilities(["daily soup grill"])
    assert peer.titles[found.argmax()] == "cook"
    assert found.sum() == pytest.approx(1)


def test_where_half_of_a_title_cannot_be_told_it_is_half_sure(rows):
    random = np.random.default_rng(0)
    mixed = rows[rows["title"].isin(["cook", "nurse", "pilot"])].copy()
    strangers = mixed.sample(frac=0.5, random_state=0).index
    mixed.loc[strangers, "title"] = random.permutation(mixed.loc[strangers, "title"])
    sure, unsure = linear.fit(rows), linear.fit(mixed)
    text = ["daily soup grill oven"]
    assert sure.probabilities(text).max() > 0.95
    assert 0.4 < unsure.probabilities(text).max() < 0.9


def test_a_title_that_nine_tenths_do_not_have_says_nothing_of_how_sure_to_be(rows):
    peers = []
    for place in rows["group"][::12]:
        alone = pd.DataFrame(
            [{"title": "zookeeper", "text": "lions", "group": f"{place}, after it"}]
        )
        peers.append(linear.fit(pd.concat([rows, alone])))
    assert {peer.titles[-1] for peer in peers} == {"zookeeper"}
    assert all(peer.probabilities(["daily soup grill oven"]).max() > 0.95 for peer in peers)
