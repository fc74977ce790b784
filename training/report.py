"""The report of an evaluation: by group, by title, what is taken for what, and calibration."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pandas as pd

from shared.models import JobModel
from training.evaluate import (
    Bin,
    Measures,
    Prediction,
    Sets,
    conformal_sets,
    measure,
    predict,
    reliability,
)
from training.lengths import at_lengths, lengths_of

PICTURES = ("reliability.png", "confusions.png")
LENGTH_TEXTS = 3_000
"""At most so many texts of all lengths together."""
ENOUGH_TEXTS = 5
"""Texts that a title needs to be listed among the worst: one or two say little."""
WORST_TITLES = 15
COMMONEST = 10
"""So many titles and confusions are shown to people; the JSON has all."""


@dataclass(frozen=True)
class TitleMeasures:
    """The measures over the `texts` texts of one title.

    `given` is how many texts, of whatever title, got it first, and `precision` the share of these
    that are its own; None where it is never given.
    """

    title: str
    texts: int
    top1: float
    top5: float
    given: int
    precision: float | None


@dataclass(frozen=True)
class Confusion:
    """`texts` of the `of` texts of `title` got `answered` as their first title."""

    title: str
    answered: str
    texts: int
    of: int


@dataclass(frozen=True)
class Report:
    """All that is measured; everything but `groups` is over all texts of the test part.

    `titles` are the worst first, `confusions` the commonest first. `sets` is None where the model
    gives none, and all is empty where nothing is held out.
    """

    groups: dict[str, Measures]
    titles: list[TitleMeasures]
    confusions: list[Confusion]
    bins: list[Bin]
    sets: Sets | None

    def encode(self) -> str:
        """The report as JSON text."""
        return json.dumps(asdict(self), indent=1)

    @property
    def measures(self) -> dict[str, dict[str, object]]:
        """The measures of each group, as a manifest has them: those of titles are too many."""
        return {name: asdict(each) for name, each in self.groups.items()}

    @property
    def worst(self) -> list[TitleMeasures]:
        """The titles with enough texts to say so, the worst first."""
        return [each for each in self.titles if each.texts >= ENOUGH_TEXTS]


def decode(text: str) -> Report:
    """Reads what `Report.encode` wrote."""
    value = json.loads(text)
    return Report(
        groups={name: Measures(**each) for name, each in value["groups"].items()},
        titles=[TitleMeasures(**each) for each in value["titles"]],
        confusions=[Confusion(**each) for each in value["confusions"]],
        bins=[Bin(**each) for each in value["bins"]],
        sets=Sets(**value["sets"]) if value["sets"] else None,
    )


def report(model: JobModel, rows: pd.DataFrame) -> Report:
    """Measures a model on `rows`, a dataset's test part, and on its texts at some lengths."""
    if rows.empty:
        return Report({}, [], [], [], None)
    predictions = predict(model, list(zip(rows["title"], rows["text"], strict=True)))
    groups = {"all": predictions}
    for source, places in rows.groupby("source").indices.items():
        groups[f"source {source}"] = [predictions[i] for i in places]
    by_length: dict[str, list[tuple[str, str]]] = {}
    lengths = lengths_of(rows)
    # Not more of a length than are held out: the same again would seem to be further texts.
    most = min(LENGTH_TEXTS, len(lengths) * len(rows))
    for length, title, content in at_lengths(rows, most, lengths):
        by_length.setdefault(f"length {length}", []).append((title, content))
    groups |= {name: predict(model, pairs) for name, pairs in by_length.items()}
    return Report(
        groups={name: measure(each) for name, each in groups.items()},
        titles=by_title(predictions),
        confusions=confusions(predictions),
        bins=reliability(predictions),
        sets=conformal_sets(predictions),
    )


def by_title(predictions: Sequence[Prediction]) -> list[TitleMeasures]:
    """Each title's measures, the worst first; of equals, the one with more texts."""
    texts = Counter(each.title for each in predictions)
    given = Counter(each.first for each in predictions)
    right = Counter(each.title for each in predictions if each.is_right)
    among5 = Counter(each.title for each in predictions if each.in_top5)
    titles = [
        TitleMeasures(
            title=title,
            texts=n,
            top1=right[title] / n,
            top5=among5[title] / n,
            given=given[title],
            precision=right[title] / given[title] if given[title] else None,
        )
        for title, n in texts.items()
    ]
    return sorted(titles, key=lambda each: (each.top1, each.top5, -each.texts, each.title))


def confusions(predictions: Sequence[Prediction]) -> list[Confusion]:
    """What is taken for what, the commonest first; of equals, what befalls more of the title.

    A text without a known word is taken for nothing.
    """
    texts = Counter(each.title for each in predictions)
    pairs = Counter(
        (each.title, each.first) for each in predictions if each.first not in ("", each.title)
    )
    found = [Confusion(title, first, n, texts[title]) for (title, first), n in pairs.items()]
    return sorted(found, key=lambda each: (-each.texts, each.of, each.title, each.answered))


def text(made: Report) -> str:
    """A report for people: blocks with an empty line between them, each but the first headed."""
    if not made.groups:
        return "nothing is held out of so few texts, so nothing is measured"
    blocks = [_table(made), _worst(made), _confusions(made), _calibration(made)]
    return "\n\n".join(block for block in blocks if block)


def _table(made: Report) -> str:
    return _aligned(pd.DataFrame(made.measures).T)


def _worst(made: Report) -> str:
    worst = made.worst
    if not worst:
        return ""
    shown = pd.DataFrame([asdict(each) for each in worst[:WORST_TITLES]])
    shown["precision"] = shown["precision"].astype(float)
    return (
        f"Worst titles of {len(worst)} with {ENOUGH_TEXTS} texts or more "
        "(given: to how many texts)\n" + _aligned(shown.set_index("title").rename_axis(None))
    )


def _confusions(made: Report) -> str:
    if not made.confusions:
        return ""
    lines = [
        f"{each.texts:4} of {each.of:<4} {each.title} -> {each.answered}"
        for each in made.confusions[:COMMONEST]
    ]
    return "\n".join(["Commonest confusions (texts, true title -> answer)", *lines])


def _calibration(made: Report) -> str:
    filled = [each for each in made.bins if each.texts]
    shown = pd.DataFrame(
        [(each.texts, each.said, each.right) for each in filled],
        index=[f"{each.low:.3f} - {each.high:.3f}" for each in filled],
        columns=["texts", "said", "right"],
    )
    heading = "Calibration of the first title (said: its mean probability, right: how often it is)"
    return "\n".join([heading, _aligned(shown), *([sets_line(made.sets)] if made.sets else [])])


def sets_line(sets: Sets) -> str:
    """What the conformal sets are worth, in a sentence."""
    return (
        f"Sets at 90 % hold the true title of {sets.coverage:.3f} of {sets.texts} texts, "
        f"with {sets.size:.1f} titles in the mean."
    )


def _aligned(frame: pd.DataFrame) -> str:
    counts = [name for name in ("texts", "given") if name in frame]
    frame = frame.astype(dict.fromkeys(counts, int))
    return frame.to_string(float_format=lambda value: f"{value:.3f}", na_rep="-")
