"""Titles → the occupations of OEWS that count their work.

By name where OEWS or O*NET have the title, or one of its other names; then by the table of parents.
What is left is linked to the occupation of the title whose work is most alike, if it is alike
enough.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from shared.title_parsing import singular
from shared.titles import TitleIndex
from training import oews
from training.oews_parents import OCCUPATIONS, TITLES
from training.sources import starter

ALIKE = 0.6
"""How alike two titles have to be. Of the default titles that have one so near, three in four are
of the same minor group of occupations (SOC) as it is; of those with 0.5 to 0.6, two in five."""


@dataclass(frozen=True)
class Link:
    """The place of an occupation in `oews.read`, and why: one of `shared.job_insights.LINKS`."""

    place: int
    basis: str


def links(
    titles: list[str], names: dict[str, list[str]], likenesses: Iterable[np.ndarray]
) -> list[Link | None]:
    """Each title's link, None where there is none.

    `names` are other names by title; `likenesses` has a row a title, as `related.likenesses`.
    """
    index, known = _reference()

    def by_name(title: str) -> Link | None:
        found = (index.find(name) for name in (title, *names.get(title, ())))
        return next((known[each] for each in found if each in known), None)

    linked = [by_name(title) for title in titles]
    return [link or _by_work(row, linked) for link, row in zip(linked, likenesses, strict=True)]


@cache
def _reference() -> tuple[TitleIndex, dict[str, Link]]:
    """Titles whose occupation is known, with those; the surest come first.

    The index has the starter corpus's other titles, too: "assistant" is no "assistant to the CEO".
    """
    places = {each.name: i for i, each in enumerate(oews.read())}
    parents = {
        child: Link(places[parent], "parent")
        for parent, children in OCCUPATIONS.items()
        for child in children.split("; ")
    }
    by_occupation = parents | {name: Link(place, "name") for name, place in places.items()}
    known = {
        title: Link(places[parent], "parent")
        for parent, titles in TITLES.items()
        for title in titles.split("; ")
    }
    others: dict[str, list[str]] = {}
    unlinked = []
    for entry in starter.read():
        found = (by_occupation.get(each) for each in entry.occupations)
        link = known.get(entry.title) or next((each for each in found if each), None)
        if link:
            known[entry.title] = link
            others[entry.title] = list(entry.also)
        else:
            unlinked.append(entry.title)
    for occupation, link in by_occupation.items():
        known.setdefault(singular(occupation), link)
    return TitleIndex.build([*known, *unlinked], others), known


def _by_work(row: np.ndarray, linked: list[Link | None]) -> Link | None:
    known = np.where([link is not None for link in linked], row, 0.0)
    nearest = int(known.argmax())
    link = linked[nearest]
    return Link(link.place, "work") if link and known[nearest] >= ALIKE else None
