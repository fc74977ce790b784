"""The records that are gathered: one line of JSON each, every value a text as it was found."""

import hashlib
import json
from dataclasses import MISSING, asdict, dataclass, fields
from functools import cached_property

KINDS = ("posting", "resume", "table", "onet")


@dataclass(frozen=True)
class Gathered:
    """A posting, a job of a resume, a row of a table or a statement of O*NET.

    `source` is the address or file, `licence` a note on what may be done with it, `fetched` when
    it was read (UTC, ISO 8601). `location` may have several places with ";" in between. `salary`
    has the currency, the amounts and the unit, as a person or schema.org writes them. `person` is a
    digest that tells apart whose jobs they are, of a resume and where a table says it.
    """

    kind: str
    source: str
    licence: str
    fetched: str
    title: str
    description: str
    employer: str = ""
    location: str = ""
    salary: str = ""
    education: str = ""
    start: str = ""
    end: str = ""
    person: str = ""

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the content, whatever the place, the time and the licence, whoever it is."""
        told = (self.title, self.description, self.employer, self.location, self.salary,
                self.education, self.start, self.end)  # fmt: skip
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    @property
    def id(self) -> str:
        """The same for what is found in the same place again unchanged."""
        return hashlib.sha256(f"{self.source}\n{self.hash}".encode("utf-8", "replace")).hexdigest()[
            :24
        ]

    def encode(self) -> str:
        """As a line, without its end."""
        return json.dumps({"id": self.id, "hash": self.hash, **asdict(self)})


_FIELDS = {field.name for field in fields(Gathered)}
_NEEDED = {field.name for field in fields(Gathered) if field.default is MISSING}


def decode(line: str) -> Gathered:
    """A line that `encode` made. Raises `ValueError` for any other."""
    found = json.loads(line)
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise ValueError("no gathered record")
    if found.get("kind") not in KINDS or not found.keys() >= _NEEDED:
        raise ValueError("no gathered record")
    return Gathered(**{name: found[name] for name in _FIELDS & found.keys()})
