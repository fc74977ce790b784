"""What a table of people's jobs, or of postings, tells of titles: the next job, pay, education.

Nothing is told of fewer than `LEAST_PEOPLE`. A person counts once in a group, however many jobs
they had in it, and so does an employer, however much it posts. Salaries are rounded, so that of two
groups, one within the other, nobody can work out what the few in between earn.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from shared.job_insights import SENIORITIES, UNKNOWN
from shared.states import AREAS

LEAST_PEOPLE = 5
ROUNDED_TO = 1_000
"""Dollars."""
PERCENTILES = (10, 25, 50, 75, 90)


def next_jobs(jobs: pd.DataFrame, titles: Sequence[str]) -> list[list[tuple[int, float, int]]]:
    """For each title, where people went from it: the title, the share of people, how many.

    Next is the job that follows and has another title; the share is of all who went on from the
    title, to whichever title. A step to or from a job without a title is none, nor is one between
    two jobs of which neither is known to be the earlier one.
    """
    places = {title: i for i, title in enumerate(titles)}
    gone: dict[str, set[str]] = defaultdict(set)
    steps: dict[tuple[str, str], set[str]] = defaultdict(set)
    ordered = jobs[jobs["order"].notna()].sort_values(["person", "order"], kind="stable")
    columns = (ordered["person"], ordered["title"], ordered["order"])
    before: tuple[str, str, float] = ("", "", 0.0)
    for person, title, order in zip(*columns, strict=True):
        same = person == before[0] and order > before[2]
        if same and title and before[1] and title != before[1]:
            gone[before[1]].add(person)
            steps[before[1], title].add(person)
        before = (person, title, order)
    found: list[list[tuple[int, float, int]]] = [[] for _ in titles]
    for (title, following), people in steps.items():
        if title in places and following in places and len(people) >= LEAST_PEOPLE:
            share = len(people) / len(gone[title])
            found[places[title]].append((places[following], share, len(people)))
    return found


def pay(jobs: pd.DataFrame, titles: Sequence[str]) -> list[list[tuple[int, int, list[int]]]]:
    """For each title, its groups with enough people: area, seniority, figures as in `FIGURES`.

    The groups are of everybody and of each state, and in both of all people and of each seniority.
    """
    places = {title: i for i, title in enumerate(titles)}
    paid = jobs[jobs["salary"].notna() & jobs["title"].isin(places)]
    found: list[list[tuple[int, int, list[int]]]] = [[] for _ in titles]
    for title, of_title in paid.groupby("title"):
        areas = [(UNKNOWN, of_title)]
        areas += [(AREAS.index(str(s)), each) for s, each in of_title.groupby("state")]
        for area, within in areas:
            for seniority, group in _by_seniority(within):
                salaries = group.groupby("person")["salary"].mean()
                if len(salaries) >= LEAST_PEOPLE:
                    figures = [*np.percentile(salaries, PERCENTILES), salaries.mean()]
                    rounded = [round(each / ROUNDED_TO) * ROUNDED_TO for each in figures]
                    row = (area, seniority, [*rounded, len(salaries)])
                    found[places[str(title)]].append(row)
    return found


def education(
    jobs: pd.DataFrame, titles: Sequence[str]
) -> list[list[tuple[int, str, str | None, float, int]]]:
    """For each title: seniority, level, field, the share of people, and how many these are.

    Shares are of the people whose level is known. A person's latest row counts. Fields of too few
    people are told of together, as None, where they are enough together.
    """
    places = {title: i for i, title in enumerate(titles)}
    known = jobs[jobs["level"].notna() & jobs["title"].isin(places)]
    known = known.sort_values("order", kind="stable", na_position="first")
    found: list[list[tuple[int, str, str | None, float, int]]] = [[] for _ in titles]
    for title, of_title in known.groupby("title"):
        for seniority, group in _by_seniority(of_title):
            people = group.drop_duplicates("person", keep="last")
            for level, field, count in _levels(people):
                row = (seniority, level, field, count / len(people), count)
                found[places[str(title)]].append(row)
    return found


def _levels(people: pd.DataFrame) -> Iterable[tuple[str, str | None, int]]:
    for level, of_level in people.groupby("level"):
        counts = of_level["field"].value_counts()
        enough = counts[counts >= LEAST_PEOPLE]
        others = len(of_level) - int(enough.sum())
        yield from ((str(level), str(field), int(count)) for field, count in enough.items())
        if others >= LEAST_PEOPLE:
            yield str(level), None, others


def _by_seniority(jobs: pd.DataFrame) -> Iterable[tuple[int, pd.DataFrame]]:
    yield 0, jobs
    for seniority, group in jobs.groupby("seniority"):
        yield SENIORITIES.index(str(seniority)), group
