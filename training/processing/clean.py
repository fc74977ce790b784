"""The one definition of cleaning: a gathered record → a row that training and figures can use."""

from dataclasses import dataclass, fields
from functools import lru_cache

from shared import text
from shared.title_parsing import Title, parse
from training.gathered import Gathered, decode
from training.processing import near_duplicates
from training.processing.education import Education, education, of_person
from training.processing.language import UNDETERMINED, language
from training.processing.location import abroad, state
from training.processing.near_duplicates import Signature
from training.processing.plain_text import one_line, plain_text
from training.processing.salary import NOTHING, yearly

UNREADABLE = "unreadable"
NO_TITLE = "no title"
NO_TEXT = "no words"
OTHER_LANGUAGE = "not in English"
DUPLICATE = "near-duplicate"
LEFT_OUT = (UNREADABLE, NO_TITLE, NO_TEXT, OTHER_LANGUAGE, DUPLICATE)
"""Why rows are left out, in this order of precedence."""


@dataclass(frozen=True)
class Row:
    """`name`, `seniority` and `level` are the title taken apart, `start` and `end` years.

    `low` and `high` are US dollars a year, of full-time work. What is not known is None. `left_out`
    says why a row is not used, "" where it is; `duplicate_of` is the id of a record that resembles
    it and goes before.
    """

    id: str
    kind: str
    source: str
    licence: str
    fetched: str
    hash: str
    title: str
    name: str
    seniority: str | None
    level: int | None
    text: str
    language: str
    employer: str
    person: str
    location: str
    state: str | None
    low: int | None
    high: int | None
    education: str | None
    field: str | None
    start: int | None
    end: int | None
    left_out: str
    duplicate_of: str | None = None

    def values(self) -> tuple[str | int | None, ...]:
        """In the order of `COLUMNS`."""
        return tuple(vars(self).values())


COLUMNS = {field.name: int if "int" in str(field.type) else str for field in fields(Row)}
"""Of a table of rows, in order."""


def clean_line(line: str) -> tuple[Row, Signature]:
    """Cleans a line of a file of gathered records. Never raises: a broken line is a row, too."""
    try:
        return clean(decode(line))
    except (ValueError, RecursionError):
        broken = Gathered("", "", "", "", "", line)
        return _unreadable(broken), near_duplicates.NONE


def clean(record: Gathered) -> tuple[Row, Signature]:
    """The row of a record, and what finds its near-duplicates among the rows that are used."""
    title = one_line(record.title)
    known = _taken_apart(title)
    content = plain_text(record.description)
    location = one_line(record.location.replace("\n", "; "))
    spoken = language(content)
    # "$" in Toronto is no US dollar.
    pay = yearly(one_line(record.salary), not abroad(location)) if record.salary else NOTHING
    read = education if record.kind == "posting" else of_person
    schooling = read(one_line(record.education)) if record.education else Education()
    words = text.words(content)
    left_out = _why_not(known.name, words, spoken)
    row = Row(
        id=record.id, kind=record.kind, source=one_line(record.source),
        licence=one_line(record.licence), fetched=one_line(record.fetched), hash=record.hash,
        title=title, name=known.name, seniority=known.seniority, level=known.level,
        text=content, language=spoken, employer=one_line(record.employer),
        person=one_line(record.person), location=location, state=state(location), low=pay.low,
        high=pay.high, education=schooling.level or None, field=schooling.field or None,
        start=text.year_in(record.start), end=text.year_in(record.end), left_out=left_out,
    )  # fmt: skip
    return row, near_duplicates.NONE if left_out else near_duplicates.signature(row.name, words)


@lru_cache(maxsize=50_000)
def _taken_apart(title: str) -> Title:
    """Many records have one of few titles, and this is a third of the work."""
    return parse(title)


def _why_not(name: str, words: list[str], spoken: str) -> str:
    if not name:
        return NO_TITLE
    if all(word in text.STOP_WORDS for word in words):
        return NO_TEXT
    return OTHER_LANGUAGE if spoken not in ("en", UNDETERMINED) else ""


def _unreadable(broken: Gathered) -> Row:
    """What was there is not kept: half a line says nothing that could be trusted."""
    return Row(
        id=broken.id, kind="", source="", licence="", fetched="", hash=broken.hash, title="",
        name="", seniority=None, level=None, text="", language=UNDETERMINED, employer="",
        person="", location="", state=None, low=None, high=None, education=None, field=None,
        start=None, end=None, left_out=UNREADABLE,
    )  # fmt: skip
