"""The records that every kind of input yields."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from shared import text


@dataclass(frozen=True)
class Record:
    """A piece of text about the work of one title.

    At most one of three says whose work it is: `label`, a title ready to be used; `title`, as
    somebody wrote it, still to be parsed; `occupation`, an O*NET occupation's name.
    `group` joins near-copies, which never part between training and test; "" to have it made
    from the text. `start` and `end` are the years of the work, None where they are not known.
    `other` says of a `title` that it is none of those to tell apart.
    """

    text: str
    label: str = ""
    title: str = ""
    occupation: str = ""
    other: bool = False
    group: str = ""
    start: int | None = None
    end: int | None = None


def group_of(content: str) -> str:
    """The group of near-copies that a text is in: the same words in the same order, but numbers."""
    words = " ".join(word for word in text.words(content) if not word.isdigit())
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:16]


@dataclass(frozen=True)
class OtherNames:
    """Names by which people also call a label or an O*NET occupation."""

    names: tuple[str, ...]
    label: str = ""
    occupation: str = ""


@dataclass(frozen=True)
class Job:
    """A job that somebody held: `title` as it was written, or `label` ready to be used, if any.

    `person` tells people apart; of a job that is `posted`, and so offered, it tells employers
    apart. `order` rises from a person's earliest job to the latest, None where it is not known.
    `salary` is in US dollars a year, `state` a name in `shared.states`, `level` and `field` are of
    the person's education, or of that which is asked for; None where they are not known.
    """

    person: str
    title: str = ""
    label: str = ""
    order: float | None = None
    salary: float | None = None
    state: str | None = None
    level: str | None = None
    field: str | None = None
    posted: bool = False


@dataclass(frozen=True)
class Required:
    """The share of an occupation's jobs, from 0 to 1, that ask for a level of education."""

    occupation: str
    level: str
    share: float


class Source(Protocol):
    """One kind of input. Its methods raise `DataError`."""

    name: str
    weight: float
    """How much one record counts in training, 1 for what people write on resumes."""

    def records(self) -> Iterator[Record]:
        """Its records, in the same order each time."""

    def other_names(self) -> Iterator[OtherNames]:
        """What it knows of titles' other names: nothing, unless a kind says so."""
        return iter(())

    def jobs(self) -> Iterator[Job]:
        """The jobs it knows of single people: none, unless a kind says so."""
        return iter(())

    def education(self) -> Iterator[Required]:
        """The education that it knows occupations to ask for: none, unless a kind says so."""
        return iter(())
