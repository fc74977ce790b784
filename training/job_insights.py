"""Makes what `job_insights` tells: pay, where people go next, education.

Of official wages and texts, every title; of what people's jobs and postings tell, where the data
have them.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from shared import limits
from shared.job_insights import (
    BASES,
    FIGURES,
    LINKS,
    UNKNOWN,
    VALUE_ONE,
    Graph,
    Groups,
    JobInsights,
    Schools,
)
from shared.states import AREAS
from shared.titles import TitleIndex
from training import collected, oews, related
from training.dataset import Dataset
from training.occupations import links
from training.oews import Wages, with_annual_wages

LEAST_ALIKE = 0.1
"""Titles that are less alike, from 0 to 1, are not told of."""
STEPS_MOST = limits.PATHS_BREADTH + limits.PATHS_DEPTH - 1
"""Steps kept from each title: some may lead back to titles on the way."""

Row = tuple[int, int, Sequence[int | None]]
"""A group: its area, its seniority, its figures."""


def fit(data: Dataset) -> JobInsights:
    """What is known of the titles of a dataset."""
    index = TitleIndex.build(data.titles, data.names)
    wages = oews.read()
    likenesses = list(related.likenesses(data.rows, index.titles))
    linked = links(index.titles, data.names, likenesses)
    people, posted = (data.jobs[data.jobs["posted"] == each] for each in (False, True))
    told = list(_education(people, posted, data.required, index.titles))
    used = sorted({link.place for link in linked if link})
    places = {place: i for i, place in enumerate(used)}
    return JobInsights(
        index=index,
        codes=[wages[place].code for place in used],
        names=[wages[place].name for place in used],
        occupations=np.array(
            [places[link.place] if link else UNKNOWN for link in linked], np.int32
        ),
        links=np.array([LINKS.index(link.basis) if link else 0 for link in linked], np.int8),
        official=groups(map(_official, (wages[place] for place in used))),
        collected=groups(collected.pay(people, index.titles)),
        posted=groups(collected.pay(posted, index.titles)),
        observed=graph(collected.next_jobs(people, index.titles)),
        alike=graph(map(_alike, likenesses)),
        schools=schools(rows for _, rows in told),
        bases=np.array([BASES.index(basis) for basis, _ in told], np.int8),
    )


def groups(entries: Iterable[Iterable[Row]]) -> Groups:
    """The rows of all entries, one after the other."""
    listed = [list(rows) for rows in entries]
    every = [row for rows in listed for row in rows]
    figures = [[UNKNOWN if n is None else n for n in row[2]] for row in every]
    return Groups(
        _starts(listed),
        np.array([area for area, _, _ in every], np.int8),
        np.array([seniority for _, seniority, _ in every], np.int8),
        np.array(figures, np.int32).reshape(len(every), len(FIGURES)),
    )


def graph(entries: Iterable[Iterable[tuple[int, float, int | None]]]) -> Graph:
    """Each title's steps: where to, the value, and how many people; the largest value first."""
    listed = [sorted(steps, key=lambda step: (-step[1], step[0])) for steps in entries]
    every = [step for steps in listed for step in steps]
    return Graph(
        _starts(listed),
        np.array([title for title, _, _ in every], np.int32),
        np.array([round(value * VALUE_ONE) for _, value, _ in every], np.int16),
        np.array([UNKNOWN if n is None else n for _, _, n in every], np.int32),
    )


School = tuple[int, str, str | None, float, int | None]
"""A seniority, a level of education and its field, the share of people and how many they are."""


def schools(entries: Iterable[Iterable[School]]) -> Schools:
    """Each title's education; the largest share first."""
    listed = [
        sorted(each, key=lambda school: (-school[3], school[1], school[2] or ""))
        for each in entries
    ]
    every = [school for each in listed for school in each]
    words = sorted({word for school in every for word in school[1:3] if word})
    places: dict[str | None, int] = {word: i for i, word in enumerate(words)} | {None: UNKNOWN}
    return Schools(
        _starts(listed),
        np.array([seniority for seniority, *_ in every], np.int8),
        np.array([places[level] for _, level, *_ in every], np.int32),
        np.array([places[field] for _, _, field, *_ in every], np.int32),
        np.array([round(share * VALUE_ONE) for *_, share, _ in every], np.int16),
        np.array([UNKNOWN if n is None else n for *_, n in every], np.int32),
        words,
    )


def _education(
    people: pd.DataFrame, posted: pd.DataFrame, required: dict[str, dict[str, float]],
    titles: Sequence[str],
) -> Iterable[tuple[str, list[School]]]:  # fmt: skip
    """What people of a title have learnt; where that is not known, what the title asks for.

    The latter as O*NET found it, or else as it stands in postings.
    """
    learnt, asked = collected.education(people, titles), collected.education(posted, titles)
    for title, seen, wanted in zip(titles, learnt, asked, strict=True):
        stated: list[School] = [
            (0, level, None, share, None) for level, share in required.get(title, {}).items()
        ]
        found = zip(BASES, (seen, stated, wanted), strict=True)
        yield next((each for each in found if each[1]), (BASES[0], []))


def _starts(listed: Sequence[Sequence[object]]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum([len(each) for each in listed])]).astype(np.int64)


def _official(wages: Wages) -> list[Row]:
    return [(AREAS.index(area), 0, each) for area, each in with_annual_wages(wages).items()]


def _alike(row: np.ndarray) -> list[tuple[int, float, None]]:
    nearest = np.argsort(-row, kind="stable")[:STEPS_MOST].tolist()
    return [(i, float(row[i]), None) for i in nearest if row[i] >= LEAST_ALIKE]
