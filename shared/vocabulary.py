"""Terms → positions, in a form that is searched where it lies and never rebuilt."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_FIRST_OF_PAIR = np.uint64(0x9E3779B97F4A7C15)
"""Odd, so that no two digests become the same by it; large, so that order tells."""


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
        return self._find(_digests_of_terms(terms))

    def count(self, stems: list[str], others: list[str]) -> dict[int, int]:
        """The positions of the known ones of `stems`, their pairs of neighbours and `others`.

        Ascending, each with its count. For what `text.singles` gives that is the same as counting
        `positions` of `text.terms`, in less time.
        """
        singles = _digests(stems)
        pairs = _pairs(singles[:-1], singles[1:])
        every = np.concatenate([singles, pairs, _digests(others)])
        digests, counts = np.unique(every, return_counts=True)
        found = self._find(digests)
        known = found >= 0
        return dict(zip(found[known].tolist(), counts[known].tolist(), strict=True))

    def _find(self, digests: NDArray[np.uint64]) -> NDArray[np.int64]:
        found = np.searchsorted(self.digests, digests)
        found[found == len(self.digests)] = 0
        return np.where(self.digests[found] == digests, found, -1)


def _digests_of_terms(terms: list[str]) -> NDArray[np.uint64]:
    """A term with a space is a pair: what stands before the first one, and what stands after it."""
    parted = [term.partition(" ") for term in terms]
    firsts = _digests([first for first, _, _ in parted])
    seconds = _digests([second for _, _, second in parted])
    is_pair = np.array([space != "" for _, space, _ in parted], bool)
    return np.where(is_pair, _pairs(firsts, seconds), firsts)


def _pairs(firsts: NDArray[np.uint64], seconds: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return firsts * _FIRST_OF_PAIR + seconds  # Modulo 2**64.


def _digests(words: list[str]) -> NDArray[np.uint64]:
    return np.frombuffer(b"".join([_digest(word) for word in words]), "<u8")


@lru_cache(maxsize=50_000)
def _digest(word: str) -> bytes:
    return hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest()
