import numpy as np
import pandas as pd
import pytest

from bench import minilm
from bench.minilm import Embeddings

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def by_letters(texts):
    """Unit vectors of how often each letter stands in a text."""
    counts = np.array([[text.count(letter) for letter in LETTERS] for text in texts], float)
    return counts / np.linalg.norm(counts, axis=1, keepdims=True)


def rows(**texts):
    told = [(title, text, 1.0) for title, each in texts.items() for text in each]
    return pd.DataFrame(told, columns=["title", "text", "weight"])


TWO = rows(cook=["soup", "soups", "oops"], nurse=["ward", "wards", "draw"])
THREE = pd.concat([TWO, rows(pilot=["jet", "jets", "fleet"])])


def test_each_text_is_encoded_once():
    asked = []
    embeddings = Embeddings(lambda texts: asked.extend(texts) or by_letters(texts))
    first = embeddings.of(["ab", "b", "ab"])
    assert np.array_equal(first, by_letters(["ab", "b", "ab"]))
    assert np.array_equal(embeddings.of(["c", "b"]), by_letters(["c", "b"]))
    assert asked == ["ab", "b", "c"]


@pytest.mark.parametrize("data", [TWO, THREE])
@pytest.mark.parametrize("fit", [minilm.learned, minilm.zero_shot])
def test_a_text_is_of_the_title_with_like_vectors(fit, data):
    peer = fit(data, Embeddings(by_letters))
    assert peer.titles == sorted(set(data["title"]))
    found = peer.probabilities(["wad"])
    assert found.shape == (len(peer.titles),)
    assert found.sum() == pytest.approx(1)
    assert peer.titles[found.argmax()] == "nurse"


def test_a_centroid_counts_texts_by_their_weights():
    data = rows(cook=["a", "b"], nurse=["c"])
    even = minilm.zero_shot(data, Embeddings(by_letters)).probabilities(["b"])
    data.loc[data["text"] == "b", "weight"] = 0.3
    less = minilm.zero_shot(data, Embeddings(by_letters)).probabilities(["b"])
    assert less[0] < even[0]
