"""Texts that are nearly the same, found without comparing each with each: MinHash in bands.

A text's signature estimates which share of its runs of words another text has, too. Texts that are
nearly the same agree in a whole band of their signatures nearly always, so that only those are
compared that have a band, a *key*, in common: of two texts that share nine runs of ten, 99 of 100
pairs have one.

In each group of records with a key in common, the one with the smallest id stands for the group. A
record is a near-duplicate if it resembles one that stands for a group of its own. So what is a
duplicate does not depend on the order in which records come, nor on how they are parted among
machines.
"""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

RUN = 3
"""Words."""
BANDS, ROWS = 8, 8
ALIKE = 0.8
"""Share of the signatures in common (which estimates the share of runs), from which on texts are
nearly the same."""


def _numbers(name: str) -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
    """The same in every version of everything: duplicates must not depend on it."""
    digests = [hashlib.sha256(f"{name} {i}".encode()).digest() for i in range(BANDS * ROWS)]
    return np.array([int.from_bytes(each[:8], "big") | 1 for each in digests], dtype=np.uint64)


_MULTIPLY, _ADD = _numbers("multiply"), _numbers("add")


@dataclass(frozen=True)
class Signature:
    """`keys` has a number a band, `sample` a byte a hash of the signature."""

    keys: tuple[int, ...]
    sample: bytes


NONE = Signature((), b"")


def signature(scope: str, words: Sequence[str]) -> Signature:
    """Of a text's words, without numbers, among the texts of the same `scope`."""
    words = [word for word in words if not word.isdigit()]
    if not words:
        return NONE
    codes = np.array([zlib.crc32(word.encode()) for word in words], dtype=np.uint64)
    codes = np.pad(codes, (0, max(0, RUN - len(codes))))
    runs = sliding_window_view(codes, RUN) @ _MULTIPLY[:RUN]
    least = np.min((runs[:, None] * _MULTIPLY + _ADD) >> np.uint64(32), axis=0).astype("<u4")
    return Signature(
        tuple(_key(scope, band, row) for band, row in enumerate(least.reshape(BANDS, ROWS))),
        (least & 0xFF).astype(np.uint8).tobytes(),
    )


def alike(one: bytes, other: bytes) -> bool:
    """Whether the texts of two samples are nearly the same."""
    same = sum(a == b for a, b in zip(one, other, strict=True))
    return same >= ALIKE * len(one)


def _key(scope: str, band: int, row: "np.ndarray[tuple[int], np.dtype[np.uint32]]") -> int:
    """A signed 64-bit number, which is what databases keep."""
    content = f"{band} {scope} ".encode("utf-8", "replace") + row.tobytes()
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big", signed=True)
