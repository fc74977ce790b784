"""The tables of `make bench` in the project's pages.

A page has a table between two comments, of which the first names it by the heading up to its comma:

    <!-- bench: cold starts -->
    <!-- /bench -->
"""

import re
from pathlib import Path

import pandas as pd

from bench.peers import Comparison

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", ROOT / "docs" / "serving.md")


def write(table: Comparison) -> None:
    """Puts a table wherever a page has a place for it."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        page.write_text(replaced(text, table), encoding="utf-8")


def replaced(text: str, table: Comparison) -> str:
    """The page with this table in its place, if it has one."""
    name = re.escape(table.heading.partition(",")[0])
    place = re.compile(rf"(<!-- bench: {name} -->\n).*?(<!-- /bench -->)", re.DOTALL)
    return place.sub(lambda found: found[1] + markdown(table.measures) + found[2], text)


def markdown(frame: pd.DataFrame) -> str:
    """A table as Markdown; a label that is that of the row above is left out."""
    levels = [name or "" for name in frame.index.names]
    header = [*levels, *frame.columns]
    lines = [_line(header), _line(["---"] * len(header))]
    above: list[str] = [""] * len(levels)
    for label, row in zip(frame.index, frame.to_numpy(), strict=True):
        labels = [str(each) for each in (label if isinstance(label, tuple) else (label,))]
        shown = [
            "" if labels[: i + 1] == above[: i + 1] and i < len(labels) - 1 else each
            for i, each in enumerate(labels)
        ]
        above = labels
        lines.append(_line([*shown, *map(_number, row)]))
    return "\n".join(lines) + "\n"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _number(value: float) -> str:
    """Three digits that count; whole numbers from a hundred on."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:#.3g}"
