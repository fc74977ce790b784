"""A source of given records, names and jobs."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from training.dataset import build
from training.records import Job, OtherNames, Record, Required

WORDS = "red orange yellow green blue indigo violet black white grey brown pink".split()


@dataclass
class Given:
    rows: list[Record]
    names: list[OtherNames] = field(default_factory=list)
    name: str = "given"
    weight: float = 0.5
    work: Iterable[Job] = ()
    required: Iterable[Required] = ()

    def records(self):
        return iter(self.rows)

    def other_names(self):
        return iter(self.names)

    def jobs(self):
        return iter(self.work)

    def education(self):
        return iter(self.required)


def texts(of, number=12):
    return [f"{of} {word}" for word in WORDS[:number]]


def labelled(**numbers):
    return [Record(text, label=label) for label, n in numbers.items() for text in texts(label, n)]


def table_of(jobs: Iterable[Job]) -> pd.DataFrame:
    """The jobs of a dataset whose texts are of other titles."""
    return build([Given(labelled(one=3, another=3), work=jobs)], 3).jobs
