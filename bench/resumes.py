"""`similar_jobs` beside its peers on a table of people's jobs, which the user gives.

The table is parted as `training build --source table:FILE --label-column C` does it, and nothing
of its training part is measured. Of a title's held-out jobs one of each group counts, and at most
`TITLE_JOBS`. With a column `source`, each source is measured apart, too.
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from bench import linear, minilm, peers
from bench.minilm import Embeddings
from bench.peers import Among, Comparison, Peer
from shared.models import load_similar_jobs
from training import dataset, similar_jobs
from training.dataset import LEAST_ROWS, Dataset
from training.errors import DataError
from training.sources import DEFAULT
from training.sources.table import Columns, Table

Defaults = Mapping[str, Peer]
TITLE_JOBS = 60
LEAST_GROUPS = 20
"""Different texts to learn from that a title needs to be measured."""
EMBEDDED_TEXTS = 200
"""Of how many texts a title the logistic regression on embeddings learns: embedding is slow."""


def read(path: Path, label: str) -> Dataset:
    """The table as a dataset whose `source` is the table's own, where it has that column."""
    data = dataset.build([Table(path, Columns(label=label))], LEAST_ROWS)
    table = pd.read_parquet(path)
    if "source" not in table:
        return data
    source_of = dict(zip(table["description"], table["source"], strict=True))
    rows = data.rows.assign(source=data.rows["text"].map(source_of))
    return Dataset(rows, data.names, data.left_out, others=data.others)


def compare_recipes(data: Dataset, embeddings: Embeddings) -> Comparison:
    """All peers, fitted on the training part of a table."""
    train = data.part("train")
    texts = similar_jobs.read(data).without(data.groups_of("test"))
    groups = train.groupby("title")["group"].nunique()
    learnable = set(groups[groups >= LEAST_GROUPS].index)
    held_out = held_out_jobs(data)
    held_out = held_out[held_out["title"].isin(learnable)]
    embedded = peers.at_most(train, EMBEDDED_TEXTS)
    embeddings.of([*embedded["text"], *held_out["text"]])
    compared: dict[str, Peer] = {
        "career climber": similar_jobs.fit(texts),
        "original recipe": peers.original_recipe(train),
        "linear model": linear.fit(train),
        "MiniLM, logistic regression": minilm.learned(embedded, embeddings),
    }
    heading = (
        f"similar jobs, a table's own recipe: {len(held_out)} held-out jobs of the "
        f"{held_out['title'].nunique()} titles with {LEAST_GROUPS} texts or more to learn from, "
        f"among {train['title'].nunique()} titles; {len(train)} jobs to learn from "
        f"(MiniLM: at most {EMBEDDED_TEXTS} a title, {len(embedded)})"
    )
    return Comparison(heading, peers.measure(compared, held_out))


def fit_defaults(work: Path, embeddings: Embeddings) -> Defaults:
    """The peers fitted on all of the default data in `work`.

    Raises `DataError` where the data in `work` are others: they may hold jobs of the table.
    """
    rows = Dataset.load(work).rows
    others = set(rows["source"]) - set(DEFAULT)
    if others:
        raise DataError(f"{work} was built from other than default data: {sorted(others)}")
    return {
        "career climber": load_similar_jobs(work / "similar_jobs.model", "similar_jobs.model"),
        "original recipe": peers.original_recipe(rows),
        "MiniLM, nearest centroid": minilm.zero_shot(rows, embeddings),
    }


def compare_defaults(data: Dataset, defaults: Defaults, embeddings: Embeddings) -> Comparison:
    """Models that never saw a job of the table, ranking its titles alone."""
    held_out = held_out_jobs(data)
    embeddings.of(list(held_out["text"]))
    compared = {name: Among.of(peer, data.titles) for name, peer in defaults.items()}
    known = max(len(each.titles) for each in compared.values())
    heading = (
        f"similar jobs, default models that never saw a resume: {len(held_out)} held-out jobs of "
        f"{held_out['title'].nunique()} titles, among {len(data.titles)} titles, "
        f"{known} of them known"
    )
    return Comparison(heading, peers.measure(compared, held_out))


def held_out_jobs(data: Dataset) -> pd.DataFrame:
    """The jobs to be measured: one of a title and group, at most `TITLE_JOBS` of a title."""
    return peers.at_most(data.part("test").drop_duplicates(["title", "group"]), TITLE_JOBS)
