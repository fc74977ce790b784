"""The pictures of a report, as PNG files: a reliability diagram, and what is taken for what."""

import logging
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from scipy.stats import binomtest

from training.report import PICTURES, Confusion, Report

RELIABILITY, CONFUSIONS = PICTURES
DOTS_PER_INCH = 120
MOST_TITLES = 20
"""As many titles as a matrix can name and be read."""
LABEL = 42
"""Letters of a title before it is cut."""

# Its first start on a machine looks for fonts, and says so on standard error when that takes long.
logging.getLogger("matplotlib").setLevel(logging.ERROR)


def draw(made: Report, directory: Path) -> list[Path]:
    """Draws what a report has into `directory`, and nothing else stays there; returns the files."""
    for name in PICTURES:
        (directory / name).unlink(missing_ok=True)
    figures = {}
    if made.bins:
        figures[directory / RELIABILITY] = reliability(made)
    if made.confusions:
        figures[directory / CONFUSIONS] = confusions(made)
    for path, figure in figures.items():
        figure.savefig(path, dpi=DOTS_PER_INCH)
    return list(figures)


def reliability(made: Report) -> Figure:
    """How often the first title is right at each probability, above how many texts get it."""
    filled = [each for each in made.bins if each.texts]
    said = np.array([each.said for each in filled])
    right = np.array([each.right for each in filled])
    texts = np.array([each.texts for each in filled])
    between = [
        binomtest(round(share * n), n).proportion_ci(method="wilson")
        for share, n in zip(right, texts, strict=True)
    ]
    figure = Figure(figsize=(7, 8), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    overall = made.groups["all"]
    figure.suptitle(
        f"Reliability of the first title: {overall.texts:,} held-out texts, ECE {overall.ece:.3f}"
    )
    upper.plot([0, 1], [0, 1], "--", color="grey", label="as often as said")
    upper.vlines(
        said, [each.low for each in between], [each.high for each in between],
        color="tab:blue", alpha=0.5, label="95 % interval (Wilson)",
    )  # fmt: skip
    upper.plot(said, right, "o", color="tab:blue", label="texts of a bin")
    upper.set(xlim=(0, 1), ylim=(0, 1), ylabel="first title right (share of texts)")
    upper.legend(loc="upper left")
    bars = lower.bar(
        [each.low for each in filled], texts, [each.high - each.low for each in filled],
        align="edge", color="tab:blue", edgecolor="white",
    )  # fmt: skip
    lower.bar_label(bars, [f"{n:,}" for n in texts], fontsize=8, padding=2)
    lower.margins(y=0.2)
    lower.set(xlabel="probability of the first title", ylabel="texts in bin")
    for axes in (upper, lower):
        axes.grid(alpha=0.3)
        axes.set_axisbelow(True)
    return figure


def confusions(made: Report) -> Figure:
    """A matrix of true titles and answers, for the titles of the commonest confusions."""
    titles = most_confused(made.confusions)
    counts = matrix(made, titles)
    shares = counts / counts.sum(axis=1, keepdims=True).clip(1)
    size = 5 + 0.36 * len(titles)
    figure = Figure(figsize=(size + 1.5, size), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    labels = [_short(title) for title in titles]
    axes.set_xticks(range(len(titles) + 1), [*labels, "any other title"], rotation=90)
    axes.set_yticks(range(len(titles)), labels)
    axes.axvline(len(titles) - 0.5, color="grey")
    for i in range(len(titles)):
        axes.add_patch(Rectangle((i - 0.5, i - 0.5), 1, 1, fill=False, edgecolor="tab:orange"))
    for (row, column), n in np.ndenumerate(counts):
        if n:
            colour = "white" if shares[row, column] > 0.6 else "black"
            axes.text(column, row, f"{n:,}", ha="center", va="center", color=colour, fontsize=9)
    axes.set(xlabel="first title of the answer", ylabel="true title")
    figure.suptitle(
        f"Held-out texts of the {len(titles)} most confused titles\nnumbers: texts; framed: right"
    )
    figure.colorbar(image, label="share of the true title's texts")
    return figure


def most_confused(found: list[Confusion]) -> list[str]:
    """At most `MOST_TITLES` titles of the commonest confusions, those of a confusion together."""
    titles: list[str] = []
    for each in found:
        new = [title for title in (each.title, each.answered) if title not in titles]
        if len(titles) + len(new) <= MOST_TITLES:
            titles += new
    return titles


def matrix(made: Report, titles: list[str]) -> np.ndarray:
    """Texts by true title and answer, shape (titles, titles + 1); the last column: other answers.

    A text without an answer is in no column.
    """
    places = {title: i for i, title in enumerate(titles)}
    counts = np.zeros((len(titles), len(titles) + 1), int)
    for own in made.titles:
        if own.title in places:
            place = places[own.title]
            counts[place, place] = round(own.top1 * own.texts)
    for each in made.confusions:
        if each.title in places:
            counts[places[each.title], places.get(each.answered, -1)] += each.texts
    return counts


def _short(title: str) -> str:
    cut = title if len(title) <= LABEL else title[: LABEL - 1].rstrip() + "…"
    return cut.replace("$", r"\$")  # what stands between two of them would be read as a formula
