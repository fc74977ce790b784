"""Text → terms: the one way in which training and serving read what people write.

A term is the stem of one word, or of two words that follow each other; a word as it is written,
"=managed", where that is not its stem; or a stem among a text's first ones, "^manag". Stop words
and everything that is no word are passed over. `terms` takes time linear in the text's length.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

_NOISE = re.compile(r"https?://\S{1,2000}|www\.\S{1,2000}|\S{1,64}@\S{1,255}")
_MAYBE_NOISE = re.compile(r"://|www\.|@")
"""In nearly no text, and found much sooner."""
_WORD = re.compile(r"\.net\b|[^\W_]+(?:[.'’][^\W_]+)*(?:\+\+|\#)?")
_SUFFIXES = re.compile(
    r"(?<=\w{3})(?:ations?|ating|ated|ates?|ators?|ements?|ments?|ings?|ied|ies|edly|ed|"
    r"ers?|ors?|ions?|ally|ly|es|s|e|y|al|ic|ive|able)$"
)
_LONGEST_WORD = 40
OPENING = 15
"""How many of a text's first stems are terms of their own: people begin with what matters."""

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
    """A text, normalized, in the pieces that spaces part it into.

    No word and no address goes beyond its piece: the words of a text are those of its pieces. Most
    pieces are one word, and come again in other texts.
    """
    return normalize(text).split()


def words(text: str) -> list[str]:
    """The words of a text in their order, without web and mail addresses.

    Keeps what tells trades apart: "c++", "c#", ".net", "node.js", single letters.
    """
    normal = normalize(text)
    if _MAYBE_NOISE.search(normal):
        normal = _NOISE.sub(" ", normal)
    found = _WORD.findall(normal)
    return [word for word in found if len(word) <= _LONGEST_WORD]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word without its commonest English endings, so that "managed" meets "managing"."""
    word = word.removesuffix("'s").removesuffix("’s")
    if len(word) < 4 or not word.isalpha():
        return word
    short = _SUFFIXES.sub("", word)
    return short[:-1] if len(short) > 3 and short[-1] == short[-2] else short


def stems(text: str) -> list[str]:
    """The stems of a text's words in their order, without those of stop words."""
    return _kept_words(text)[1]


def singles(piece: str) -> list[tuple[str, str | None, str]]:
    """The terms of one of a text's `pieces` that are not pairs, for each word that counts.

    Its stem; the word as it is written, where that is not its stem; its stem as one of a text's
    first ones, which only those of the first `OPENING` words of the whole text are.
    """
    kept, each = _kept_words(piece)
    return [
        (its_stem, _written(word) if word != its_stem else None, _first(its_stem))
        for word, its_stem in zip(kept, each, strict=True)
    ]


def terms(text: str) -> list[str]:
    """The terms of a text: each stem, each pair of neighbours, then the others."""
    kept, each = _kept_words(text)
    return each + _pairs(each) + _others(_inflected(kept, each), each)


def wordings(text: str) -> dict[str, str]:
    """Each term of a text as it is first worded there: "manag project" → "managed projects"."""
    kept, each = _kept_words(text)
    inflected = _inflected(kept, each)
    worded = kept + _pairs(kept) + inflected + kept[:OPENING]
    found: dict[str, str] = {}
    for term, wording in zip(each + _pairs(each) + _others(inflected, each), worded, strict=True):
        found.setdefault(term, wording)
    return found


def _kept_words(text: str) -> tuple[list[str], list[str]]:
    """The words of a text that are no stop words, and their stems."""
    kept = [word for word in words(text) if word not in STOP_WORDS]
    return kept, [stem(word) for word in kept]


def _inflected(kept: list[str], each: list[str]) -> list[str]:
    return [word for word, its_stem in zip(kept, each, strict=True) if word != its_stem]


def _others(inflected: list[str], each: list[str]) -> list[str]:
    return [*map(_written, inflected), *map(_first, each[:OPENING])]


def _written(word: str) -> str:
    return f"={word}"


def _first(its_stem: str) -> str:
    return f"^{its_stem}"


def _pairs(each: list[str]) -> list[str]:
    return [f"{first} {second}" for first, second in pairwise(each)]
