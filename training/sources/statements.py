"""O*NET task statements from the package index: 18,796 statements of 923 occupations.

The statements (CC BY 4.0, U.S. Department of Labor) come in the wheel that `training.wheel` reads.
What else people call an occupation stands in `occupation_names.txt`, written for this project:

    Skincare Specialists: esthetician; aesthetician
"""

from collections.abc import Iterator
from pathlib import Path

from training import wheel
from training.records import OtherNames, Record, Source

TABLE = "task_taxonomy.csv"
NAMES = Path(__file__).with_name("occupation_names.txt")


class Statements(Source):
    """The statements as a source."""

    name = "statements"
    weight = 0.3

    def records(self) -> Iterator[Record]:
        """One record a statement."""
        for row in wheel.rows(TABLE):
            if row["taxonomy"] == "onet_task":
                occupation = row["description"].split(" | ", 1)[0]
                yield Record(row["name"], occupation=occupation)

    def other_names(self) -> Iterator[OtherNames]:
        """Names of occupations that are no title of the starter corpus, which has its own."""
        for line in NAMES.read_text(encoding="utf-8").splitlines():
            occupation, names = line.split(": ")
            yield OtherNames(tuple(names.split("; ")), occupation=occupation)
