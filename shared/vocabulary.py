"""Terms → positions, in a form that is searched where it lies and never rebuilt."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Vocabulary:
    """The 64-bit BLAKE2b digests of a model's terms, ascending, shape (terms,).

    A term's position is that of its digest. Two terms of a vocabulary with the same digest are
    refused when it is built; an unknown term passes for a known one with a chance of
    terms / 2**64, that is never.
    """

    digests: NDArray[np.uint64]

    @classmethod
    def build(cls, terms: list[str]) -> tuple["Vocabulary", NDArray[np.int64]]:
        """A vocabulary, and which of `terms` stands at each position, shape (terms,)."""
        digests = _digests(terms)
        order = np.argsort(digests)
        ordered = digests[order]
        if np.any(ordered[1:] == ordered[:-1]):
            raise ValueError("two terms have the same digest")
        return cls(ordered), order

    def positions(self, terms: list[str]) -> NDArray[np.int64]:
        """Each term's position, -1 where it is unknown; shape (terms,)."""
        if not terms:
            return np.empty(0, np.int64)
        digests = _digests(terms)
        found = np.searchsorted(self.digests, digests)
        found[found == len(self.digests)] = 0
        return np.where(self.digests[found] == digests, found, -1)


def _digests(terms: list[str]) -> NDArray[np.uint64]:
    blake2b = hashlib.blake2b
    joined = b"".join(
        [blake2b(term.encode("utf-8", "replace"), digest_size=8).digest() for term in terms]
    )
    return np.frombuffer(joined, "<u8")
