"""What is known of titles besides their skills, as it is published: pay, next jobs, education.

It is made in `training`; how it is told is here. Arrays are mapped, so that a start reads none of
them, and an answer only what it is about.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared import model_file
from shared.states import AREAS
from shared.titles import TitleIndex

UNKNOWN = -1
"""Stands in arrays of whole numbers for what is not known."""
SENIORITIES = (
    None, "intern", "trainee", "junior", "mid", "senior", "staff", "lead", "principal", "chief",
    "head",
)  # fmt: skip
"""None is everybody, whatever their seniority."""
FIGURES = ("p10", "lower_quantile", "median", "upper_quantile", "p90", "mean", "count")
"""What is known of a group's pay, US dollars a year, and how many people, or employers, it has."""
OFFICIAL = "OEWS May 2025"
COLLECTED = "collected"
POSTED = "postings"
VALUE_ONE = 10_000
"""A share of 1 in the whole numbers that are published."""
BASES = ("observed", "required", "postings")
"""Of education: what people have, what O*NET says that is required, what postings ask for."""
LINKS = ("name", "parent", "work")
"""Why a title is linked to its occupation: by name, by what counts it, by work that is alike."""


@dataclass(frozen=True)
class Occupation:
    """An occupation of OEWS: its SOC code and name; `basis` is one of `LINKS`."""

    code: str
    name: str
    basis: str


@dataclass(frozen=True)
class Pay:
    """One group's figures, by the names in `FIGURES`; None where unknown."""

    state: str | None
    seniority: str | None
    figures: dict[str, int | None]
    source: str


@dataclass(frozen=True)
class Groups:
    """Groups of people with figures of their pay; those of entry i are `starts[i]:starts[i + 1]`.

    `areas` are places in `AREAS`, `UNKNOWN` for people of any place; `seniorities` are places in
    `SENIORITIES`. `figures` has shape (groups, len(FIGURES)).
    """

    starts: NDArray[np.int64]
    areas: NDArray[np.int8]
    seniorities: NDArray[np.int8]
    figures: NDArray[np.int32]

    def of(self, entry: int, source: str) -> Iterator[Pay]:
        """The groups of an entry."""
        for i in range(int(self.starts[entry]), int(self.starts[entry + 1])):
            area = int(self.areas[i])
            figures = [None if n == UNKNOWN else n for n in self.figures[i].tolist()]
            yield Pay(
                None if area == UNKNOWN else AREAS[area],
                SENIORITIES[self.seniorities[i]],
                dict(zip(FIGURES, figures, strict=True)),
                source,
            )


@dataclass(frozen=True)
class Step:
    """From a title to another: how many go there, None where that is only likely by the work.

    `value` is their share of those who went anywhere, or how alike the work is, from 0 to 1.
    """

    title: int
    value: float
    count: int | None


@dataclass(frozen=True)
class Graph:
    """Steps from each title, the largest value first.

    Those of title i are `starts[i]:starts[i + 1]`. `values` are in ten thousandths; `counts` are
    `UNKNOWN` where nobody was seen to go.
    """

    starts: NDArray[np.int64]
    titles: NDArray[np.int32]
    values: NDArray[np.int16]
    counts: NDArray[np.int32]

    def steps(self, title: int) -> list[Step]:
        """The steps from a title."""
        span = slice(int(self.starts[title]), int(self.starts[title + 1]))
        values = [value / VALUE_ONE for value in self.values[span].tolist()]
        counts = [None if n == UNKNOWN else n for n in self.counts[span].tolist()]
        return list(map(Step, self.titles[span].tolist(), values, counts))


@dataclass(frozen=True)
class Schooling:
    """A level of education, and how many people have it, or how many employers ask for it.

    None where that is not known. `field` is None for all fields that are not told of by themselves.
    `share` is from 0 to 1.
    """

    level: str
    field: str | None
    share: float
    count: int | None


@dataclass(frozen=True)
class Schools:
    """Levels of education, the largest share first; title i has those of `starts[i]:starts[i + 1]`.

    `seniorities` are places in `SENIORITIES`; `levels` and `fields` are places in `words`,
    `UNKNOWN` for no field. `shares` are in ten thousandths; `counts` are `UNKNOWN` where O*NET says
    that the level is required.
    """

    starts: NDArray[np.int64]
    seniorities: NDArray[np.int8]
    levels: NDArray[np.int32]
    fields: NDArray[np.int32]
    shares: NDArray[np.int16]
    counts: NDArray[np.int32]
    words: list[str]

    def of(self, title: int, seniority: str | None) -> list[Schooling]:
        """The levels of a title's people of that seniority, or of everybody."""
        span = range(int(self.starts[title]), int(self.starts[title + 1]))
        place = SENIORITIES.index(seniority)
        return [self._schooling(i) for i in span if self.seniorities[i] == place]

    def _schooling(self, i: int) -> Schooling:
        field, count = int(self.fields[i]), int(self.counts[i])
        return Schooling(
            self.words[self.levels[i]],
            None if field == UNKNOWN else self.words[field],
            int(self.shares[i]) / VALUE_ONE,
            None if count == UNKNOWN else count,
        )


@dataclass(frozen=True)
class JobInsights:
    """What is known of each title of `index`, in its order.

    `occupations` is a title's place in `codes` and `names`, `UNKNOWN` where it has none; `links` is
    why, a place in `LINKS`. `official` has an entry an occupation, `collected` one a title, of what
    people earn, and `posted` one a title, of what employers offer. `observed` are the jobs people
    took next, `alike` the titles whose work is most alike. `bases` are places in `BASES`: where a
    title's `schools` are from.
    """

    index: TitleIndex
    codes: list[str]
    names: list[str]
    occupations: NDArray[np.int32]
    links: NDArray[np.int8]
    official: Groups
    collected: Groups
    posted: Groups
    observed: Graph
    alike: Graph
    schools: Schools
    bases: NDArray[np.int8]

    def occupation(self, title: str) -> Occupation | None:
        """The occupation that official wages of a title speak of."""
        i = self.index.titles.index(title)
        place = int(self.occupations[i])
        if place == UNKNOWN:
            return None
        return Occupation(self.codes[place], self.names[place], LINKS[self.links[i]])

    def pay(self, title: str) -> list[Pay]:
        """All that is known of a title's pay, of the nation and of each state."""
        i = self.index.titles.index(title)
        place = int(self.occupations[i])
        official = [] if place == UNKNOWN else self.official.of(place, OFFICIAL)
        collected = [*self.collected.of(i, COLLECTED), *self.posted.of(i, POSTED)]
        return [*official, *collected]

    def graph(self, title: str) -> tuple[str, Graph]:
        """The steps to tell from a title on: "observed" where any were, else "similarity"."""
        if self.observed.steps(self.index.titles.index(title)):
            return "observed", self.observed
        return "similarity", self.alike

    def education(self, title: str, seniority: str | None) -> tuple[str, list[Schooling]]:
        """The education of a title's people, or what is asked of them: which of `BASES`, and it."""
        i = self.index.titles.index(title)
        return BASES[self.bases[i]], self.schools.of(i, seniority)

    def tree(self, title: str, depth: int, breadth: int) -> list[dict[str, object]]:
        """The steps from a title, the steps from there, and so on, `depth` times.

        At most `breadth` from each title; none leads back to a title on its own way.
        """
        _, graph = self.graph(title)
        steps = cache(graph.steps)  # Many ways lead through the same titles.

        def branches(way: tuple[int, ...], depth: int) -> list[dict[str, object]]:
            if not depth:
                return []
            new = [step for step in steps(way[-1]) if step.title not in way]
            return [
                {
                    "name": self.index.titles[step.title],
                    "value": step.value,
                    "count": step.count,
                    "children": branches((*way, step.title), depth - 1),
                }
                for step in new[:breadth]
            ]

        return branches((self.index.titles.index(title),), depth)


def first_figure(model: JobInsights, title: str) -> str:
    """One line of what is known of a title that the model knows."""
    pay = [f"{each.state}: {each.figures['median']}" for each in model.pay(title)[:1]]
    next_ = [str(branch["name"]) for branch in model.tree(title, 1, 1)]
    return "; ".join(pay + next_)


def load_job_insights(path: Path, _file_name: str) -> JobInsights:
    """A published `job_insights` file."""
    return model_file.load(path, JobInsights, TitleIndex, Groups, Graph, Schools)
