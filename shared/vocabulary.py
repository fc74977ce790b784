"""Terms → positions, in a form that is searched where it lies and never rebuilt."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared import text

_MOST_REMEMBERED = 50_000
_LONGEST_REMEMBERED = 40
"""In characters: longer pieces of texts do not come again, and would take memory."""
_FIRST_OF_PAIR = np.uint64(0x9E3779B97F4A7C15)
"""Odd, so that no two digests become the same by it; large, so that order tells."""


@dataclass(frozen=True)
class Counted:
    """The known terms of a text: their positions, ascending, and how much each counts there."""

    positions: NDArray[np.int64]
    counts: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.positions)


@dataclass(frozen=True)
class Vocabulary:
    """The 64-bit digests of a model's terms, ascending, shape (terms,).

    A word's digest is its BLAKE2b. A pair's is that of its first word times a constant plus that of
    its second: a text's pairs cost no hashing of their own.

    A term's position is that of its digest. Two terms of a vocabulary with the same digest are
    refused when it is built; an unknown term passes for a known one with a chance of
    terms / 2**64, that is never.
    """

    digests: NDArray[np.uint64]

    @classmethod
    def build(cls, terms: list[str]) -> tuple["Vocabulary", NDArray[np.int64]]:
        """A vocabulary, and which of `terms` stands at each position, shape (terms,)."""
        digests = _digests_of_terms(terms)
        order = np.argsort(digests)
        ordered = digests[order]
        if np.any(ordered[1:] == ordered[:-1]):
            raise ValueError("two terms have the same digest")
        return cls(ordered), order

    def positions(self, terms: list[str]) -> NDArray[np.int64]:
        """Each term's position, -1 where it is unknown; shape (terms,)."""
        found, is_known = self._find(_digests_of_terms(terms))
        return np.where(is_known, found, -1)

    def count(self, content: str) -> Counted:
        """The known ones of a text's terms, as `text.counts` counts them."""
        digests, counts = _digests_of_text(content)
        order = np.argsort(digests)  # Equal ones stand together then, and are found sooner.
        found, is_known = self._find(digests[order])
        known = found[is_known]
        if not len(known):
            return Counted(known, np.array([]))
        firsts = np.flatnonzero(np.concatenate([[True], known[1:] != known[:-1]]))
        return Counted(known[firsts], np.add.reduceat(counts[order][is_known], firsts))

    def _find(self, digests: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Where each would be in the vocabulary, and whether it is there."""
        found = np.searchsorted(self.digests, digests)
        return found, self.digests.take(found, mode="clip") == digests


def _digests_of_terms(terms: list[str]) -> NDArray[np.uint64]:
    """A term with a space is a pair: what stands before the first one, and what stands after it."""
    parted = [term.partition(" ") for term in terms]
    firsts = _digests([first for first, _, _ in parted])
    seconds = _digests([second for _, _, second in parted])
    is_pair = np.array([space != "" for _, space, _ in parted], bool)
    return np.where(is_pair, _pairs(firsts, seconds), firsts)


def _pairs(firsts: NDArray[np.uint64], seconds: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return firsts * _FIRST_OF_PAIR + seconds  # Modulo 2**64.


class _Read(dict[str, bytes]):
    """What a piece of a text is read as: a row for each word, of five numbers of 64 bits.

    These are the digests of its stem, its spelling, its stem as one of a text's first ones and
    itself as it is written, then whether it has capitals. A stop word has no stem.

    Those that were read are remembered, so that a text of known words costs a look-up for each. One
    look-up, and one small object: more of them are slow, for they are all over the memory.
    """

    def __missing__(self, piece: str) -> bytes:
        rows = b"".join(_row(word) for word in text.read(piece))
        if len(piece) <= _LONGEST_REMEMBERED:
            if len(self) >= _MOST_REMEMBERED:
                self.clear()
            self[piece] = rows
        return rows


_NONE = bytes(8)
"""In the place of a digest where there is no term: a term has it as seldom as another's."""
_read = _Read()


def _row(word: text.Word) -> bytes:
    terms = (word.stem, word.spelled, word.first, word.written)
    digests = [_digest(term) if term else _NONE for term in terms]
    return b"".join([*digests, word.has_capitals.to_bytes(8, "little")])


def _digests_of_text(content: str) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
    """Those of `text.terms`, in another order, and some that are `_NONE`; how much each counts."""
    rows = np.frombuffer(b"".join(map(_read.__getitem__, text.pieces(content))), "<u8")
    rows = rows.reshape(-1, 5)
    each = text.fading(np.arange(len(rows), dtype=np.float64))
    every_stem, every_spelled, every_first, written, capitals = rows.T
    is_kept = every_stem != 0
    stems, spelled, first = (of[is_kept] for of in (every_stem, every_spelled, every_first))
    if not len(stems):
        return np.array([], np.uint64), np.array([])
    of_stems = each[is_kept]
    has_capitals = capitals.astype(bool)
    either = has_capitals[:-1] | has_capitals[1:]
    digests, counts = zip(
        (stems, of_stems),
        (_pairs(stems[:-1], stems[1:]), of_stems[:-1]),
        (spelled, of_stems),
        (first[: text.OPENING], of_stems[: text.OPENING]),
        (written[has_capitals], each[has_capitals]),
        (_pairs(written[:-1], written[1:])[either], each[:-1][either]),
        strict=True,
    )
    return np.concatenate(digests), np.concatenate(counts)


def _digests(words: list[str]) -> NDArray[np.uint64]:
    return np.frombuffer(b"".join([_digest(word) for word in words]), "<u8")


def _digest(word: str) -> bytes:
    return hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest()
