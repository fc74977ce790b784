"""Text → terms: the one way in which training and serving read what people write.

A term is the stem of one word, or of two words that follow each other; a word as it is spelled,
"=managed", where that is not its stem; a stem among a text's first ones, "^manag"; a word as it is
written, "~Oracle", where it has capitals, or two neighbours of which one has, "~for ~Oracle".
Everything that is no word is passed over. So are stop words, except as they are written beside
other words: how people begin a sentence tells of them, too. What stands later counts less. `terms`
takes time linear in the text's length.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Place = TypeVar("Place", float, "NDArray[np.float64]")

_NOISE = re.compile(r"(?i:https?://|www\.)\S{1,2000}|\S{1,64}@\S{1,255}")
_MAYBE_NOISE = re.compile(r"://|www\.|@", re.IGNORECASE)
"""In nearly no text, and found much sooner."""
_WORD = re.compile(r"\.(?i:net)\b|[^\W_]+(?:[.'’][^\W_]+)*(?:\+\+|\#)?")
_SUFFIXES = re.compile(
    r"(?<=\w{3})(?:ations?|ating|ated|ates?|ators?|ements?|ments?|ings?|ied|ies|edly|ed|"
    r"ers?|ors?|ions?|ally|ly|es|s|e|y|al|ic|ive|able)$"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)", re.ASCII)
_LONGEST_WORD = 40
FADING, FADING_WORDS = 0.4, 20
"""How much less what stands later counts: people begin with what matters (docs/models.md)."""
OPENING = 15
"""How many of a text's first stems are terms of their own."""

STOP_WORDS = frozenset(
    """a about above across after again all also am an and any are as at be because been before
    being below between both but by can did do does doing down during each etc few for from
    further had has have having he her here hers him his how i if in into is it its itself just me
    more most my myself no nor not now of off on once only or other our ours out over own per same
    she should so some such than that the their theirs them then there these they this those
    through to too under until up upon us very via was we were what when where which while who
    whom why will with within without would you your yours""".split()
)


def normalize(text: str) -> str:
    """Compatibility forms folded (NFKC), lower case; normalized text stays as it is."""
    if text.isascii():
        return text.lower()
    # Twice: lower case may leave a letter and its mark apart, which NFKC then joins.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())


def pieces(text: str) -> list[str]:
    """A text, in compatibility forms, in the pieces that spaces part it into.

    No word and no address goes beyond its piece: the words of a text are those of its pieces. Most
    pieces are one word, and come again in other texts.
    """
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).split()


def words(text: str) -> list[str]:
    """The words of a text in their order and in lower case, without web and mail addresses.

    Keeps what tells trades apart: "c++", "c#", ".net", "node.js", single letters.
    """
    return _find(normalize(text))


def _find(text: str) -> list[str]:
    if _MAYBE_NOISE.search(text):
        text = _NOISE.sub(" ", text)
    return [word for word in _WORD.findall(text) if len(word) <= _LONGEST_WORD]


def _written(text: str) -> list[tuple[str, str]]:
    """The words of a text, each as it is written and in lower case."""
    if text.isascii():
        return [(word, word.lower()) for word in _find(text)]
    # The pieces at once where that is plain: it takes a fifth of the time.
    lower, written = words(text), _find(unicodedata.normalize("NFKC", text))
    if lower == [word.lower() for word in written]:
        return list(zip(written, lower, strict=True))
    return [both for piece in pieces(text) for both in _written_in(piece)]


def _written_in(piece: str) -> list[tuple[str, str]]:
    lower, written = words(piece), _find(piece)
    # In lower case a letter and its mark may be one letter, or the other way round.
    return list(zip(written if len(written) == len(lower) else lower, lower, strict=True))


def year_in(text: str) -> int | None:
    """The first year from 1900 to 2099 that a text names."""
    found = _YEAR.search(text)
    return int(found[0]) if found else None


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word without its commonest English endings, so that "managed" meets "managing"."""
    word = word.removesuffix("'s").removesuffix("’s")
    if not word.isalpha():
        return word
    short = _SUFFIXES.sub("", word)
    return short[:-1] if len(short) > 3 and short[-1] == short[-2] else short


def without_plural(word: str) -> str:
    """A word without the "s" of its plural, if it has one: what else is said stays as it is."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def stems(text: str) -> list[str]:
    """The stems of a text's words in their order, without those of stop words."""
    return [stem(word) for word in words(text) if word not in STOP_WORDS]


@dataclass(frozen=True)
class Word:
    """A word of a text as its terms need it; the last three are None of stop words.

    `first` is the further term that the word has where it is among a text's first `OPENING` words,
    stop words not counted. `spelled` is None where the word is its own stem.
    """

    written: str
    has_capitals: bool
    stem: str | None = None
    first: str | None = None
    spelled: str | None = None


def read(piece: str) -> list[Word]:
    """The words of one of a text's `pieces`."""
    return [_word(written, word) for written, word in _written(piece)]


def _word(written: str, word: str) -> Word:
    if word in STOP_WORDS:
        return Word(_as_written(written), written != word)
    its_stem = stem(word)
    spelled = _spelled(word) if word != its_stem else None
    return Word(_as_written(written), written != word, its_stem, _first(its_stem), spelled)


def terms(text: str) -> list[str]:
    """The terms of a text: each stem, each pair of neighbours, then the others."""
    return [term for term, _, _ in _placed_terms(text)]


def counts(text: str) -> dict[str, float]:
    """Each term of a text, and how much it counts: the sum of `fading` over where it stands."""
    found: dict[str, float] = defaultdict(float)
    for term, place, _ in _placed_terms(text):
        found[term] += fading(place)
    return found


def fading(place: Place) -> Place:
    """How much a term counts where so many words stand before it; 1 at the beginning."""
    faded: Place = (1.0 + place / FADING_WORDS) ** -FADING
    return faded


def wordings(text: str) -> dict[str, str]:
    """Each term of a text as it is first worded there: "manag project" → "managed projects".

    Stop words are no part of a wording; terms of nothing else have none.
    """
    found: dict[str, str] = {}
    for term, _, its_words in _placed_terms(text):
        wording = " ".join(word for word in its_words if word not in STOP_WORDS)
        if wording:
            found.setdefault(term, wording)
    return found


def _placed_terms(text: str) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """Each of a text's terms, how many words stand before it, and its words in lower case."""
    written = _written(text)
    kept = [
        (stem(word), place, word)
        for place, (_, word) in enumerate(written)
        if word not in STOP_WORDS
    ]
    if not kept:
        return
    for its_stem, place, word in kept:
        yield its_stem, place, (word,)
    for (one_stem, place, one), (other_stem, _, other) in pairwise(kept):
        yield f"{one_stem} {other_stem}", place, (one, other)
    for its_stem, place, word in kept:
        if word != its_stem:
            yield _spelled(word), place, (word,)
    for its_stem, place, word in kept[:OPENING]:
        yield _first(its_stem), place, (word,)
    for place, (as_is, word) in enumerate(written):
        if as_is != word:
            yield _as_written(as_is), place, (word,)
    for place, ((one_as_is, one), (other_as_is, other)) in enumerate(pairwise(written)):
        if one_as_is != one or other_as_is != other:
            yield f"{_as_written(one_as_is)} {_as_written(other_as_is)}", place, (one, other)


def _spelled(word: str) -> str:
    return f"={word}"


def _as_written(word: str) -> str:
    return f"~{word}"


def _first(its_stem: str) -> str:
    return f"^{its_stem}"
