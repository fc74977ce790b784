"""Texts at realistic lengths: what a visitor types, a paragraph, a whole resume."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

WORDS = {"line": 15, "paragraph": 80, "resume": 400}
"""The lengths at which models are calibrated and measured, in words."""
LINE_WORDS = 40
"""Texts up to this long are single lines, of which people write several a job."""
TITLE_TEXTS = 60
"""At most so many texts a title are drawn from: a table's commonest titles do not decide alone."""


def at_lengths(rows: pd.DataFrame, most: int) -> Iterator[tuple[str, str, str]]:
    """`most` texts drawn from a dataset's rows: triples of length's name, title and text.

    A long text is cut to the length; lines of the same title are joined until they reach it.
    """
    random = np.random.default_rng(0)
    rows = rows.sample(frac=1, random_state=0).groupby("title").head(TITLE_TEXTS)
    by_title = {title: [text.split() for text in each] for title, each in _texts(rows)}
    titles = random.choice(rows["title"].to_numpy(), most)
    for i, title in enumerate(titles):
        name = list(WORDS)[i % len(WORDS)]
        yield name, title, " ".join(_draw(by_title[title], WORDS[name], random))


def _texts(rows: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    yield from ((str(title), each) for title, each in rows.groupby("title")["text"])


def _draw(texts: list[list[str]], words: int, random: np.random.Generator) -> list[str]:
    drawn: list[str] = []
    for i in random.permutation(len(texts)):
        drawn += texts[i]
        if len(drawn) >= words or len(texts[i]) > LINE_WORDS:
            break
    return drawn[:words]
