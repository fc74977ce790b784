"""What people have sent in with consent: `--source submissions:DIR` or `submissions:gs://…`.

Read anew each time, so that what was taken back is not in the next dataset.
"""

import sys
from collections.abc import Collection, Iterator

from shared import submission
from shared.storage import open_storage
from shared.submission import SubmissionDamaged
from training.records import Record, Source, group_of

NAME = "submissions"


class Submissions(Source):
    """The jobs of all submissions that have a title; with `only`, of those of these names."""

    name = NAME
    weight = 1.0

    def __init__(self, uri: str, only: Collection[str] | None = None) -> None:
        self._storage = open_storage(uri)
        self.only = only
        self.read: list[str] = []
        """The names of the submissions that `records` has yielded from."""

    def records(self) -> Iterator[Record]:
        """One record a job, in the order of the submissions' names. Damaged ones are told of.

        The jobs of one submission are one group, and so are those that share a text: somebody who
        sends much, or the same again, is not several people.
        """
        self.read = []
        sent = list(self._sent())
        groups = _joined([[group_of(job.description) for job in jobs] for jobs in sent])
        for jobs in sent:
            for job in jobs:
                group = groups[group_of(job.description)]
                yield Record(
                    job.description, title=job.title, group=group, start=job.start, end=job.end
                )

    def _sent(self) -> Iterator[list[submission.Job]]:
        """The jobs of each submission that have a title and a text."""
        for name in self._storage.names():
            if self.only is not None and name not in self.only:
                continue
            content = self._storage.read(name)
            if content is None:  # taken back just now
                continue
            try:
                jobs = submission.decode(name, content)
            except SubmissionDamaged as error:
                print(f"left out: {error}", file=sys.stderr)
                continue
            self.read.append(name)
            yield [job for job in jobs if job.title.strip() and job.description.strip()]


def _joined(sets: list[list[str]]) -> dict[str, str]:
    """One name for all that stand in one set, or in sets that have something in common."""
    names: dict[str, str] = {}

    def name_of(one: str) -> str:
        while names.setdefault(one, one) != one:
            one = names[one]
        return one

    for together in sets:
        for one in together:
            names[name_of(one)] = name_of(together[0])
    return {one: name_of(one) for one in names}
