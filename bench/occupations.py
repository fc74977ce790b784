"""`similar_jobs` beside its peers on jobs whose title as written means O*NET occupations.

A name is an occupation's own, in the plural or the singular, or one of the titles that O*NET lists
as reported or alternate; a name may belong to several occupations. A title of a model stands for
the occupations whose name it is. An answer is right where it stands for one of the job's
occupations; a job for whose occupations no title stands is a miss.
"""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from bench.minilm import Embeddings
from bench.peers import Comparison, Peer
from shared.title_parsing import singular
from training.errors import DataError
from training.sources.onet import OnetRelease

BROAD = "livecareer"
"""The source of the table whose jobs are of all trades."""

Names = Mapping[str, set[str]]
"""Occupations by name in lower case."""


def compare(
    table: Path, onet: Path, defaults: Mapping[str, Peer], embeddings: Embeddings
) -> Comparison:
    """top-1, top-5 and MRR of the first title that stands for an occupation of the job."""
    names = occupations_by_name(onet)
    jobs = named_jobs(pd.read_parquet(table), names)
    embeddings.of(list(jobs["description"]))
    ranked = {name: ranks(peer, jobs, names) for name, peer in defaults.items()}
    titles = sorted({title for peer in defaults.values() for title in peer.titles})
    stood_for = set().union(*(names.get(title.lower(), set()) for title in titles))
    unknown = sum(not (names[name] & stood_for) for name in jobs["name"])
    heading = (
        f"similar jobs, default models that never saw a resume, by O*NET occupation: {len(jobs)} "
        f"jobs, {unknown} of them of no occupation that one of {len(titles)} titles stands for"
    )
    measures = {name: _measure(each) for name, each in ranked.items()}
    return Comparison(heading, pd.DataFrame(measures).T)


def occupations_by_name(release: Path) -> Names:
    """The occupations that each name of a release belongs to."""
    onet = OnetRelease(release)
    names: dict[str, set[str]] = defaultdict(set)
    for occupation in {record.occupation for record in onet.records()}:
        for own in (occupation.lower(), singular(occupation)):
            names[own].add(occupation)
    for other in onet.other_names():
        for name in other.names:
            names[name.lower()].add(other.occupation)
    return dict(names)


def named_jobs(table: pd.DataFrame, names: Names) -> pd.DataFrame:
    """The described jobs of the broad source whose title is a name; it is in the column `name`.

    Raises `DataError` where there are none.
    """
    jobs = table[table["source"] == BROAD].dropna(subset=["title", "description"])
    jobs = jobs.assign(name=jobs["title"].str.strip().str.lower())
    jobs = jobs[jobs["name"].isin(names)]
    if jobs.empty:
        raise DataError(f"no job of the source {BROAD!r} has a title that O*NET knows")
    return jobs


def ranks(peer: Peer, jobs: pd.DataFrame, names: Names) -> np.ndarray:
    """Each job's rank of the first title that is right, shape (jobs,), infinite for a miss."""
    stands_for = [names.get(title.lower(), set()) for title in peer.titles]
    found = []
    for name, description in zip(jobs["name"], jobs["description"], strict=True):
        probabilities = peer.probabilities([description])
        best_first = () if probabilities is None else np.argsort(-probabilities, kind="stable")
        right = (rank for rank, i in enumerate(best_first, 1) if stands_for[i] & names[name])
        found.append(next(right, np.inf))
    return np.array(found)


def _measure(ranked: np.ndarray) -> dict[str, float]:
    return {
        "top1": float((ranked == 1).mean()),
        "top5": float((ranked <= 5).mean()),
        "mrr": float((1 / ranked).mean()),
    }
