"""What a person has sent in with consent, as it is kept: one JSON object each.

<SHA-256 of the receipt>.json    the texts without personal details, and the years of the work

The receipt is known to the sender alone. Whoever sees the object's name cannot tell the receipt.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from shared.errors import CareerClimberError

FORMAT = 1


class SubmissionDamaged(CareerClimberError):
    """An object that is no submission. The message names it."""


@dataclass(frozen=True)
class Job:
    """One job: texts that are redacted already; years, None where they are not known."""

    description: str
    title: str
    start: int | None
    end: int | None


def receipt_of(key: str, body: object) -> str:
    """The receipt for a body sent with a key: the same for the same two, 43 characters.

    Who does not know the key cannot tell the receipt: a key is random.
    """
    sent = json.dumps([key, body], sort_keys=True).encode()
    return base64.urlsafe_b64encode(hashlib.sha256(sent).digest()).decode().rstrip("=")


def name_of(receipt: str) -> str:
    """The name of the object that a receipt stands for."""
    return f"{hashlib.sha256(receipt.encode()).hexdigest()}.json"


def encode(jobs: Sequence[Job], received: str) -> bytes:
    """The object; `received` is the day, in RFC 3339's form."""
    value = {
        "format": FORMAT,
        "consent": True,
        "received": received,
        "experience": [asdict(job) for job in jobs],
    }
    return json.dumps(value, indent=1).encode()


def decode(name: str, content: bytes) -> list[Job]:
    """The jobs of an object. Raises `SubmissionDamaged`."""
    try:
        value = json.loads(content)
        if value["format"] != FORMAT or value["consent"] is not True:
            raise ValueError("of another format")
        return [
            Job(str(each["description"]), str(each["title"]), _year(each["start"]),
                _year(each["end"]))
            for each in value["experience"]
        ]  # fmt: skip
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SubmissionDamaged(f"{name} is no submission: {type(error).__name__}") from error


def _year(value: object) -> int | None:
    if value is not None and not isinstance(value, int):
        raise TypeError("no year")
    return value
