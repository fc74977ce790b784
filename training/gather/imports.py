"""Files that somebody has → gathered records: JSON Resume, tables, O*NET releases."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from shared.redaction import redact
from shared.states import find_state
from training.errors import DataError
from training.gathered import Gathered
from training.sources.onet import OnetRelease
from training.sources.table import Columns, Table, year_of

ONET_LICENCE = "CC BY 4.0, U.S. Department of Labor"


def json_resume(path: Path, licence: str) -> Iterator[Gathered]:
    """The jobs of a JSON Resume (https://jsonresume.org/schema), without the person.

    Name, contact and everything else that is not about the work is left in the file; its own name,
    which is often the person's, is not kept, and personal details in texts are taken out as far as
    they are found. Raises `DataError` where it is none.
    """
    try:
        resume = json.loads(path.read_text(encoding="utf-8-sig"))
        jobs = resume["work"]
        schools = resume.get("education") or []
        if not isinstance(jobs, list) or not isinstance(schools, list):
            raise TypeError
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DataError(f"{path} is no JSON Resume: it has no list `work`") from None
    person = _digest(path, "")
    schooling = "; ".join(
        f"{_text(each, 'studyType')} in {_text(each, 'area')}" for each in schools
        if isinstance(each, dict)
    )  # fmt: skip
    for job in jobs:
        if isinstance(job, dict):
            highlights = job.get("highlights")
            lines = [_text(job, "summary"), *(highlights if isinstance(highlights, list) else [])]
            told = "\n".join(each for each in lines if isinstance(each, str) and each)
            yield Gathered(
                kind="resume", source=f"resume:{person}", licence=licence, fetched=_now(),
                title=_text(job, "position"), location=_text(job, "location"),
                description=redact(told).text,
                education=schooling, start=_text(job, "startDate"), end=_text(job, "endDate"),
                person=person,
            )  # fmt: skip


def table(path: Path, columns: Columns, licence: str, kind: str = "table") -> Iterator[Gathered]:
    """The rows of a CSV or Parquet table that have a title. Raises `DataError`.

    They are jobs of people, of whom a digest is kept; or postings, with `kind` "posting".
    """
    now = _now()
    for number, cells in enumerate(Table(path, columns).cells()):
        row = defaultdict(str, cells)
        schooling = [each for each in (row["education"], row["field"]) if each]
        yield Gathered(
            kind=kind, source=f"table:{path.name}#{number}", licence=licence, fetched=now,
            title=row["title"].strip(), description=row["description"],
            employer=row["employer"] if kind == "posting" else "",
            location=find_state(row["state"]) or row["state"], salary=row["salary"],
            education=" in ".join(schooling), start=_year(row["start"]), end=_year(row["end"]),
            person=_digest(path, row["person"]) if row["person"].strip() else "",
        )  # fmt: skip


def onet(directory: Path) -> Iterator[Gathered]:
    """The statements of an O*NET text release, titled with their occupations."""
    now = _now()
    for record in OnetRelease(directory).records():
        yield Gathered(
            kind="onet", source=f"onet:{directory.name}", licence=ONET_LICENCE, fetched=now,
            title=record.occupation, description=record.text,
        )  # fmt: skip


def _text(of: dict[str, object], key: str) -> str:
    value = of.get(key)
    return value.strip() if isinstance(value, str) else ""


def _year(written: str) -> str:
    year = year_of(written) if written else None
    return "" if year is None else str(year)


def _digest(path: Path, person: str) -> str:
    """Tells people apart and does not say who they are, whatever a table calls them by."""
    return hashlib.sha256(f"{path.resolve()}\n{person}".encode("utf-8", "replace")).hexdigest()[:16]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
