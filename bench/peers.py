"""What all models are to a comparison of `similar_jobs`, and how it is made."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from bench import original
from shared.pipeline import PipelineJobs
from training import evaluate


class Peer(Protocol):
    """The part of `shared.models.JobModel` that is measured."""

    @property
    def titles(self) -> list[str]:
        """Every title, in the order of the probabilities."""

    def probabilities(self, texts: list[str]) -> np.ndarray | None:
        """One distribution over `titles`, shape (titles,); None where the texts say nothing."""

    def likely(self, probabilities: np.ndarray) -> list[int] | None:
        """The positions of the conformal set at 90 %; None where the peer has none."""


@dataclass(frozen=True)
class Comparison:
    """What is measured on which texts, and the measures, a row a peer (and a group of texts)."""

    heading: str
    measures: pd.DataFrame


@dataclass(frozen=True)
class Among:
    """A peer that ranks only some of its titles: `titles`, at `positions` of its own."""

    peer: Peer
    titles: list[str]
    positions: list[int]

    @classmethod
    def of(cls, peer: Peer, titles: list[str]) -> "Among":
        """The peer among those of `titles` that it knows."""
        known = [title for title in titles if title in set(peer.titles)]
        return cls(peer, known, [peer.titles.index(title) for title in known])

    def probabilities(self, texts: list[str]) -> np.ndarray | None:
        """The peer's distribution, given that it is one of `titles`."""
        every = self.peer.probabilities(texts)
        some = None if every is None else every[self.positions]
        return None if some is None or not some.sum() else some / some.sum()

    def likely(self, _: np.ndarray) -> None:
        """None: a set among all titles is none among some."""


def original_recipe(rows: pd.DataFrame) -> Peer:
    """The original's recipe, fitted on a dataset's rows."""
    pipeline = original.fit(rows)
    bayes = pipeline["bayes"]
    # Its transpose is multiplied with one text after another, and would be copied for each.
    bayes.feature_log_prob_ = np.asfortranarray(bayes.feature_log_prob_)
    return PipelineJobs([str(title) for title in pipeline.classes_], pipeline)


def measure(peers: Mapping[str, Peer], rows: pd.DataFrame) -> pd.DataFrame:
    """The measures of each peer on a dataset's rows: all, and where there are more, per source."""
    found = {}
    pairs = list(zip(rows["title"], rows["text"], strict=True))
    sources = sorted(set(rows["source"]))
    for name, peer in peers.items():
        predictions = evaluate.predict(peer, pairs)
        found[name, "all"] = evaluate.measure(predictions)
        for source in sources if len(sources) > 1 else ():
            of_source = [
                each for each, own in zip(predictions, rows["source"], strict=True) if own == source
            ]
            found[name, f"source {source}"] = evaluate.measure(of_source)
    frame = pd.DataFrame({key: asdict(each) for key, each in found.items()}).T
    return frame.astype({"texts": int})


def at_most(rows: pd.DataFrame, texts: int, draw: int = 0) -> pd.DataFrame:
    """So many texts of each title, drawn at random but the same in every run; draws differ."""
    return rows.sample(frac=1, random_state=draw).groupby("title").head(texts)
