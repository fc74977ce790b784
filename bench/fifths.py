"""Models of a table, asked by HTTP for jobs left out of it: `python -m bench.fifths TABLE`.

The table is one of people's jobs: bench/resumes.py says which columns it has. Each fifth of its
groups is left out once: `training build` gets the others, and the staged function is asked for the
fifth's labelled jobs, as they are and cut to each length. Only titles count that the others have in
`LEAST_ROWS` rows. Measures are means over draws of at most `TITLE_JOBS` jobs a title, beside how
far the draws differ. A fifth takes a quarter of an hour on two cores.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import requests

from bench import instances, linear, peers, serving
from bench.instances import ROOT, Case
from bench.resumes import TITLE_JOBS
from training import evaluate
from training.evaluate import Prediction
from training.lengths import WORDS

FIFTHS = 5
LEAST_ROWS = 20
SEED = 20261127
DRAWS = 50
PATIENCE_SECONDS = 60
WHOLE = "as they are"

Pairs = list[tuple[str, str]]
"""Titles and texts."""
Told = dict[tuple[str, str], list[Prediction]]
"""What each peer says of jobs of each length."""


@dataclass(frozen=True)
class Served:
    """A peer behind HTTP: `similar_jobs` as it runs on a port, on a connection that is kept."""

    titles: list[str]
    url: str
    session: requests.Session

    @classmethod
    def at(cls, port: int, text: str) -> "Served":
        """The function on a port; `text` is one that it knows words of."""
        asked = cls([], f"http://127.0.0.1:{port}/", requests.Session())
        return replace(asked, titles=list(asked.distribution(text)))

    def distribution(self, text: str) -> dict[str, float] | None:
        """Probabilities by title; None where the function says that the text tells it nothing."""
        body = {"experience": [{"description": text}]}
        answer = self.session.post(self.url, json=body, timeout=PATIENCE_SECONDS)
        if answer.status_code == requests.codes.unprocessable_entity:
            return None
        answer.raise_for_status()
        return {each["title"]: each["probability"] for each in answer.json()["results"]}

    def probabilities(self, texts: list[str]) -> np.ndarray | None:
        """The distribution of one text, shape (titles,)."""
        (text,) = texts
        found = self.distribution(text)
        return None if found is None else np.array([found[title] for title in self.titles])

    def likely(self, _: np.ndarray) -> None:
        """None: no set was measured."""


def main() -> None:
    """Prints the measures of each fifth as it ends, then the means over fifths."""
    parser = argparse.ArgumentParser(prog="python -m bench.fifths", description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--label-column", default="title_original114", metavar="C")
    parser.add_argument("--fifths", type=int, nargs="*", default=range(FIFTHS), metavar="N")
    options = parser.parse_args()
    table = pd.read_parquet(options.table)
    each = {}
    for fifth in options.fifths:
        each[fifth] = measured(ask(table, options.label_column, fifth))
        _print(f"fifth {fifth}", each[fifth])
    _print("mean of these", pd.concat(each).groupby(level=[1, 2], sort=False).mean())


def _print(heading: str, measures: pd.DataFrame) -> None:
    text = measures.to_string(float_format=lambda value: f"{value:.4f}")
    print(f"\n{heading}\n{text}", flush=True)


def measured(told: Told) -> pd.DataFrame:
    """The measures, a row a peer and length. `said` is the first title's mean probability.

    Of top-1 there is also the standard deviation of the draws.
    """
    rows = {}
    for key, predictions in told.items():
        drawn = pd.DataFrame([_measures(each) for each in draws(predictions)])
        rows[key] = {"jobs": len(predictions), **drawn.mean(), "top1_sd": drawn["top1"].std()}
    return pd.DataFrame(rows).T


def _measures(predictions: list[Prediction]) -> dict[str, float]:
    said = float(np.mean([each.probability for each in predictions]))
    return {**asdict(evaluate.measure(predictions)), "said": said}


def draws(predictions: list[Prediction]) -> Iterator[list[Prediction]]:
    """At most `TITLE_JOBS` predictions of a title, drawn `DRAWS` times."""
    rows = pd.DataFrame({"title": [each.title for each in predictions], "told": predictions})
    for i in range(DRAWS):
        yield list(peers.at_most(rows, TITLE_JOBS, draw=i)["told"])


def ask(table: pd.DataFrame, label: str, fifth: int) -> Told:
    """What models of the other fifths say of this one's jobs."""
    others, left_out = parted(table, fifth)
    jobs = measurable(left_out, others, label)
    pairs = list(zip(jobs["title"], jobs["text"], strict=True))
    plain = linear.fit(labelled(others, label))
    told = {("linear model", WHOLE): evaluate.predict(plain, pairs)}
    with tempfile.TemporaryDirectory(prefix="bench-") as home:
        models = build(others, label, Path(home))
        function = instances.stage()["similar_jobs"]  # With the key that models were signed with.
        for name, predictions in by_http(function, models, at_lengths(pairs)):
            told["career climber", name] = predictions
    return told


def parted(table: pd.DataFrame, fifth: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of the other fifths, and those of this one: parts of groups, drawn at random."""
    groups = np.array(sorted(table["text_group"].unique()))
    np.random.default_rng(SEED).shuffle(groups)
    is_left_out = table["text_group"].isin(np.array_split(groups, FIFTHS)[fifth])
    return table[~is_left_out], table[is_left_out]


def labelled(table: pd.DataFrame, label: str) -> pd.DataFrame:
    """The rows that have a label, with the columns `title`, `text` and `group`."""
    columns = {label: "title", "description": "text", "text_group": "group"}
    return table[list(columns)].rename(columns=columns).dropna()


def measurable(left_out: pd.DataFrame, others: pd.DataFrame, label: str) -> pd.DataFrame:
    """The labelled jobs of `left_out` that count."""
    rows = others[label].value_counts()
    jobs = labelled(left_out, label)
    return jobs[jobs["title"].isin(rows[rows >= LEAST_ROWS].index)]


def build(table: pd.DataFrame, label: str, home: Path) -> Path:
    """The directory of models that the product's own command makes of a table."""
    path, models = home / "table.parquet", home / "models"
    table.to_parquet(path)
    command = [sys.executable, "-m", "training", "build", "--source", f"table:{path}",
               "--label-column", label, "--work", home / "work", "--out", models]  # fmt: skip
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return models


def at_lengths(pairs: Pairs) -> dict[str, Pairs]:
    """The pairs with whole texts, and with the first words of these."""
    cut = {
        f"{name} of {words}": [(title, " ".join(text.split()[:words])) for title, text in pairs]
        for name, words in WORDS.items()
    }
    return {WHOLE: pairs, **cut}


def by_http(
    function: Path, models: Path, jobs: Mapping[str, Pairs]
) -> Iterator[tuple[str, list[Prediction]]]:
    """What the function, a staged main.py, says of jobs at each length, started once."""
    text = jobs[WHOLE][0][1]
    first = serving.post(serving.LIMITED, text)
    case = Case("", function, "similar_jobs", first, {"MODELS_URI": str(models)})
    with instances.started(case) as instance:
        peer = Served.at(instance.port, text)
        for name, pairs in jobs.items():
            yield name, evaluate.predict(peer, pairs)


if __name__ == "__main__":
    main()
