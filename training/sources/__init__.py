"""One module per kind of input, each yielding the same records."""

from collections.abc import Sequence
from pathlib import Path

from training.errors import DataError
from training.records import Source
from training.sources.onet import OnetRelease
from training.sources.postings import Postings
from training.sources.starter import StarterCorpus
from training.sources.statements import Statements
from training.sources.submissions import Submissions
from training.sources.table import Columns, Table

DEFAULT = ("starter", "statements")


def open_sources(specs: Sequence[str], columns: Columns) -> list[Source]:
    """The sources that `--source` names; raises `DataError` for a name that is none."""
    return [_open(spec, columns) for spec in specs]


def _open(spec: str, columns: Columns) -> Source:
    kind, _, where = spec.partition(":")
    if spec == "starter":
        return StarterCorpus()
    if spec == "statements":
        return Statements()
    if kind == "onet" and where:
        return OnetRelease(Path(where))
    if kind == "table" and where:
        return Table(Path(where), columns)
    if kind == "postings" and where:
        return Postings(where)
    if kind == "submissions" and where:
        return Submissions(where)
    raise DataError(
        f"--source {spec}: not known; there are starter, statements, onet:DIR, table:FILE, "
        "postings:URI and submissions:URI"
    )
