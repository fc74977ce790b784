"""Texts at realistic lengths: what a visitor types, a paragraph, a whole resume."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from training.seed import SEED

WORDS = {"line": 15, "paragraph": 80, "resume": 400}
"""The lengths at which models are calibrated and measured, in words."""
LINE_WORDS = 40
"""Texts up to this long are single lines, of which people write several a job."""
LONG_TEXTS = 1_000
"""From so many long texts on, models are also calibrated on paragraphs and resumes, however many
lines there are beside them."""
TITLE_TEXTS = 30
"""At most so many texts of a title are drawn in one turn, so that a table's commonest titles, which
are also the easiest, do not decide alone how sure to be."""


def lengths_of(rows: pd.DataFrame) -> list[str]:
    """The lengths at which a dataset's rows can teach how sure to be.

    Single lines say nothing of longer texts: joined, the lines of several people are a better
    sample of a title than one person's text ever is. Calibrated on joined lines, the default
    model gave the first title 0.50 in the mean on real resumes, of which 0.23 were right
    (docs/models.md). Long texts of another source beside lines can: calibrated on lines alone, the
    model said 0.33 where 0.49 were right.
    """
    long = (rows["text"].str.split().str.len() > LINE_WORDS).sum()
    return list(WORDS) if long >= min(LONG_TEXTS, len(rows) / 2) else ["line"]


def at_lengths(
    rows: pd.DataFrame, most: int, lengths: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    """`most` texts drawn from a dataset's rows: triples of length's name, title and text.

    Draws go in turns. In each, a title starts up to `TITLE_TEXTS` texts; the next turn starts at
    its next rows, or at the same ones with another length. A long text is cut to the length. Lines
    of one title are joined until they reach it; a "line" is one line, and where most rows are
    lines, none are joined.
    """
    random = np.random.default_rng(SEED)
    rows = rows.sample(frac=1, random_state=SEED)
    titles = list(rows["title"])
    texts = [text.split() for text in rows["text"]]
    is_line = [len(words) <= LINE_WORDS for words in texts]
    stay_single = "line" in lengths and sum(is_line) > len(texts) / 2
    of_titles = rows.groupby("title").indices.values()
    places = [(of, i) for of in of_titles for i in range(min(TITLE_TEXTS, len(of)))]
    random.shuffle(places)
    for i in range(most):
        turn, place = divmod(i, len(places))
        of, begins = places[place]
        first = of[(turn * min(TITLE_TEXTS, len(of)) + begins) % len(of)]
        name = lengths[(place + turn) % len(lengths)]
        if stay_single and is_line[first]:
            name = "line"
        following = (texts[other] for other in random.permutation(of) if other != first)
        yield name, titles[first], " ".join(_joined([texts[first], *following], name))


def _joined(texts: list[list[str]], name: str) -> list[str]:
    joined: list[str] = []
    for words in texts:
        joined += words
        if name == "line" or len(joined) >= WORDS[name] or len(words) > LINE_WORDS:
            break
    return joined[: WORDS[name]]
