"""O*NET task statements from the package index: 18,796 statements of 923 occupations.

The statements (CC BY 4.0, U.S. Department of Labor) come in the wheel that `training.wheel` reads.
"""

from collections.abc import Iterator

from training import wheel
from training.records import Record, Source

TABLE = "task_taxonomy.csv"


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
