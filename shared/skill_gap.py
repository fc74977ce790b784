"""Which skills of a title an experience shows, and by which words.

A name of several words is shown where they all stand near each other, in any order and with any
endings. A name of one word is shown where it stands as it is written or in the plural: "excelled"
is no Excel. One that is an ordinary word as well, such as "go", has to be written as a name: with a
capital, or alone between two commas; but of somebody who writes no capitals, any will do.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from shared import text

NEAR = 2
"""How many other words may stand among those of a name. Stop words are passed over."""

_PARTS = re.compile(r"[,;:/|•\n()]")
_LETTERS = re.compile(r"[^\W_]+")
_INITIALS = re.compile(r"(?<!\w)\w&\w(?![\w+#])")
"""R&D, which is no R, and P&L."""


@dataclass(frozen=True)
class _Line:
    """The words of a line without stop words, their stems, and where each stem stands.

    `capitalized` are the words that have a capital, in lower case; `names` are the words of which
    each may be a name by itself.
    """

    words: list[str]
    names: list[str]
    stems: list[str]
    places: dict[str, list[int]]
    capitalized: frozenset[str]


class Evidence:
    """What somebody wrote of their work, ready to be searched for skills.

    `ordinary` are words that name a skill only where they are written as names.
    """

    def __init__(self, texts: Iterable[str], ordinary: Collection[str]) -> None:
        whole = "\n".join(texts)
        lines = map(_line, whole.split("\n"))
        self._lines = [line for line in lines if line.words]
        self._stems = {stem for line in self._lines for stem in line.stems}
        parts = (text.words(part) for part in _PARTS.split(whole))
        self._alone = {words[0] for words in parts if len(words) == 1}
        self._capitals = whole != whole.lower()
        self._ordinary = set(ordinary)

    @property
    def has_words(self) -> bool:
        """Whether there is anything to go by."""
        return bool(self._lines)

    def shows(self, names: Iterable[str]) -> str | None:
        """The words that show a skill which has these names; None where it is lacking."""
        for name in names:
            words = _telling(name)
            stems = set(map(text.stem, words))
            if not stems or not self._stems.issuperset(stems):
                continue
            for line in self._lines:
                found = self._single(words[0], line) if len(words) == 1 else _near(stems, line)
                if found:
                    return found
        return None

    def _single(self, wanted: str, line: _Line) -> str | None:
        singular = text.without_plural(wanted)
        for word in line.names:
            if text.without_plural(word) == singular and self._is_name(word, line):
                return word
        return None

    def _is_name(self, word: str, line: _Line) -> bool:
        if word not in self._ordinary or not self._capitals:
            return True
        return word in line.capitalized or word in self._alone


def _line(written: str) -> _Line:
    words = _telling(written)
    names = _telling(_INITIALS.sub(" ", written)) if "&" in written else words
    stems = list(map(text.stem, words))
    places: dict[str, list[int]] = {}
    for place, stem in enumerate(stems):
        places.setdefault(stem, []).append(place)
    named = (each for each in _LETTERS.findall(written) if each != each.lower())
    return _Line(words, names, stems, places, frozenset(map(str.lower, named)))


def _telling(written: str) -> list[str]:
    """The words of a text that are no stop words."""
    return [word for word in text.words(written) if word not in text.STOP_WORDS]


def _near(stems: set[str], line: _Line) -> str | None:
    """The fewest words of a line that have all stems, if they are near enough."""
    if not line.places.keys() >= stems:
        return None
    rarest = min((line.places[stem] for stem in stems), key=len)
    for length in range(len(stems), len(stems) + NEAR + 1):
        for place in rarest:
            for start in range(max(0, place - length + 1), place + 1):
                if stems.issubset(line.stems[start : start + length]):
                    return " ".join(line.words[start : start + length])
    return None
