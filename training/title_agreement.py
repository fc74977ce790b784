"""How far `parse` agrees with a table of titles and what somebody else renamed them to.

The table is a CSV with the columns `original_job` and `new_job`. An empty new name is taken to
say that the title stays as it is. Rules are chosen on one half of the rows (`choose`); the other
(`report`) says what they are worth.
"""

import csv
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from zlib import crc32

from shared.title_parsing import parse
from shared.titles import TitleIndex
from training.errors import DataError
from training.sources import starter

HALVES = ("choose", "report")
SAME, FINER, COARSER, OTHER = "same name", "ours is finer", "ours is coarser", "another name"
KEPT, CHANGED = "left as it is", "changed"
TYPED = (
    "rn",
    "dev",
    "data s",
    "soft",
    "a",
    "dat scentist",
    "acountant",
    "nurce",
    "enginering managr of devlopers",
)


def read(table: Path) -> list[tuple[str, str]]:
    """Original and new names. Raises `DataError` where a column is missing or nothing is in it."""
    # cp1252 has bytes without a meaning, which such tables hold too.
    with table.open(encoding="cp1252", errors="replace", newline="") as file:
        rows = csv.DictReader(file)
        if not {"original_job", "new_job"} <= set(rows.fieldnames or ()):
            raise DataError(f"{table}: needs the columns original_job and new_job")
        pairs = [(row["original_job"], (row["new_job"] or "").strip()) for row in rows]
    if not pairs:
        raise DataError(f"{table}: has no rows")
    return pairs


def half(original: str) -> str:
    """The half of the table that a row belongs to, the same in every run."""
    return HALVES[crc32(original.encode("utf-8", "replace")) % 2]


def kind(original: str, new: str) -> str:
    """How `parse` compares with the table for one row."""
    ours = parse(original).name
    if not new:
        return KEPT if ours == " ".join(original.replace("&", " and ").split()) else CHANGED
    theirs = parse(new).name
    if ours == theirs:
        return SAME
    words, others = set(ours.split()), set(theirs.split())
    return FINER if words > others else COARSER if words < others else OTHER


def report(table: Path) -> str:
    """The shares of each kind, in each half, as a table to read."""
    kinds: dict[str, Counter[str]] = {name: Counter() for name in HALVES}
    for original, new in read(table):
        kinds[half(original)][kind(original, new)] += 1
    lines = [f"{'':<18}{'choose':>16}{'report':>16}"]
    for title, each in (
        ("renamed", (SAME, FINER, COARSER, OTHER)),
        ("not renamed", (KEPT, CHANGED)),
    ):
        totals = {name: sum(kinds[name][k] for k in each) for name in HALVES}
        lines.append(f"{title:<18}" + "".join(f"{totals[name]:>16}" for name in HALVES))
        for k in each:
            shares = [
                f"{kinds[name][k]:>8} {kinds[name][k] / max(1, totals[name]):7.3f}"
                for name in HALVES
            ]
            lines.append(f"  {k:<16}" + "".join(shares))
    return "\n".join(lines)


def speed(titles: int = 1_000, names: int = 8_000) -> str:
    """How long searching takes in an index of so many titles and names, made of the corpus."""
    index = _large_index(titles, names)
    lines = [
        f"{len(index.titles)} titles, {len(index.names)} names; "
        "milliseconds of processor time, median of 15"
    ]
    started = time.thread_time()
    index.suggest("first search", 5)
    lines.append(f"  first search {1e3 * (time.thread_time() - started):.1f}")
    for typed in TYPED:
        lines.append(
            f"  {typed:<31} complete {_milliseconds(partial(index.complete, typed)):6.2f}"
            f"   suggest {_milliseconds(partial(index.suggest, typed, 5)):6.2f}"
        )
    return "\n".join(lines)


def _large_index(titles: int, names: int) -> TitleIndex:
    """The corpus' titles, again and again with another word before them until there are enough."""
    entries = starter.read()
    kinds = ["", *sorted({entry.title.split()[0] for entry in entries})]
    others: dict[str, list[str]] = {}
    for word in kinds:
        for entry in entries:
            if len(others) < titles:
                others[f"{word} {entry.title}".strip()] = [
                    f"{word} {other}".strip() for other in entry.also
                ]
    each = names // titles
    return TitleIndex.build(list(others), {t: o[: each - 1] for t, o in others.items()})


def _milliseconds(call: Callable[[], object]) -> float:
    times = []
    for _ in range(15):
        started = time.thread_time()
        call()
        times.append(time.thread_time() - started)
    return 1e3 * median(times)
