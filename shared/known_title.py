"""The title that a caller means, or the 404 that says it is not known."""

from shared import limits
from shared.errors import RequestError
from shared.titles import TitleIndex


def known_title(index: TitleIndex, title: str) -> str:
    """The title of the index; raises `RequestError` 404 with the nearest titles."""
    known = index.find(title)
    if known is None:
        raise RequestError(
            404,
            "unknown_title",
            "This title is not known.",
            details={"suggestions": index.suggest(title, limits.SUGGESTIONS)},
        )
    return known
