"""One module per kind of input, each yielding the same records."""

from collections.abc import Callable, Sequence
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


_KINDS: dict[str, tuple[str, Callable[[str, Columns], Source]]] = {
    "starter": ("", lambda _where, _columns: StarterCorpus()),
    "statements": ("", lambda _where, _columns: Statements()),
    "onet": ("DIR", lambda where, _columns: OnetRelease(Path(where))),
    "table": ("FILE", lambda where, columns: Table(Path(where), columns)),
    "postings": ("URI", lambda where, _columns: Postings(where)),
    "submissions": ("URI", lambda where, _columns: Submissions(where)),
}
USAGE = ", ".join(f"{kind}:{where}" if where else kind for kind, (where, _) in _KINDS.items())
"""What `--source` takes."""


def open_sources(specs: Sequence[str], columns: Columns) -> list[Source]:
    """The sources that `--source` names; raises `DataError` for a name that is none."""
    return [_open(spec, columns) for spec in specs]


def _open(spec: str, columns: Columns) -> Source:
    kind, colon, where = spec.partition(":")
    wanted, make = _KINDS.get(kind, (None, None))
    if make is None or bool(wanted) != bool(where) or bool(colon) != bool(where):
        raise DataError(f"--source {spec}: not known; there are {USAGE}")
    return make(where, columns)
