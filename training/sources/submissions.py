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
        groups: dict[str, str] = {}
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
            used = [job for job in jobs if job.title.strip() and job.description.strip()]
            if not used:
                continue
            copies = [group_of(job.description) for job in used]
            group = next((groups[each] for each in copies if each in groups), copies[0])
            groups.update(dict.fromkeys(copies, group))
            for job in used:
                yield Record(
                    job.description, title=job.title, group=group, start=job.start, end=job.end
                )
