"""Searching titles by what was typed, whole or not, well spelled or not.

Names are few (some thousand), so a name is found by looking through all of them in one pass of
plain string search, and a misspelled word by the pairs of letters it shares with known words.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from math import log

SMALL_WORDS = {"of", "and", "the", "for", "in", "to", "a", "an", "on", "at", "with", "or"}
_ENOUGH = 0.4
"""Names less alike than this, from 0 to 1, are not worth suggesting."""
_MOST_WORDS = 8
_LONGEST_WORD = 24


class TitleSearch:
    """The names of titles, ready to be searched.

    `titles` is sorted; `names` maps each name to the position of its title.
    """

    def __init__(self, titles: list[str], names: dict[str, int]):
        # In the order in which names that fit equally well come: shorter ones first.
        self._names = sorted(names, key=lambda name: (name.count(" "), len(name), name))
        self._of = [names[name] for name in self._names]
        self._own = [titles[names[name]] == name for name in self._names]
        self._padded = [f" {name} " for name in self._names]
        holding: dict[str, list[int]] = defaultdict(list)
        for entry, name in enumerate(self._names):
            for word in set(_words(name)) - SMALL_WORDS:
                holding[word].append(entry)
        self._holding = dict(holding)
        self._weights = {w: 1 + log(len(names) / len(e)) for w, e in self._holding.items()}
        self._total = [0.0] * len(names)
        for word, entries in self._holding.items():
            for entry in entries:
                self._total[entry] += self._weights[word]
        pairs: dict[str, list[str]] = defaultdict(list)
        for word in self._holding:
            for pair in _pairs(word):
                pairs[pair].append(word)
        self._by_pair = dict(pairs)

    def starting(self, texts: Iterable[str]) -> list[int]:
        """The positions of titles that have a name in which one of `texts` starts a word.

        `texts` are at most three, the likeliest reading first.
        """
        best: dict[int, tuple[int, int]] = {}
        for reading, text in enumerate(texts):
            for entry in self._holding_start(text):
                tier = self._tier(entry, text) * 3 + reading
                title = self._of[entry]
                # Of the entries of one tier the first is the best.
                if title not in best or tier < best[title][0]:
                    best[title] = (tier, entry)
        return sorted(best, key=best.__getitem__)

    def _holding_start(self, text: str) -> list[int]:
        start = f" {text}"
        if len(text) == 1:  # One letter is the start of a name; inside it would fit nearly all.
            return [i for i, name in enumerate(self._padded) if name.startswith(start)]
        found = [i for i, name in enumerate(self._padded) if start in name]
        words = text.split()[:_MOST_WORDS]
        if len(words) > 1 and not found:
            found = list(range(len(self._padded)))
            for start in (f" {word}" for word in words):
                found = [i for i in found if start in self._padded[i]]
                if not found:
                    break
        return found

    def _tier(self, entry: int, text: str) -> int:
        """How well a name fits, 0 best. Another name of one word is as good as a title's own."""
        name, own = self._names[entry], self._own[entry]
        if name == text:
            return 0
        starts, whole = name.startswith(text), f" {text} " in self._padded[entry]
        if starts and (own or " " not in name):
            return 1 if whole else 2
        if whole:
            return 3 if own else 4 if starts else 5
        if own:
            return 6
        return 7 if starts else 8

    def nearest(self, texts: Iterable[str], most: int, *, typing: bool = False) -> list[int]:
        """The positions of at most `most` titles with the names most like one of `texts`.

        While one is `typing`, the last word may be the beginning of another.
        """
        best: dict[int, tuple[float, bool, int]] = {}
        for text in dict.fromkeys(texts):
            for entry, score in self._scores(text, typing).items():
                if score < _ENOUGH:
                    continue
                rank = (-round(score, 6), not self._own[entry], entry)
                title = self._of[entry]
                if title not in best or rank < best[title]:
                    best[title] = rank
        return sorted(best, key=best.__getitem__)[:most]

    def _scores(self, text: str, typing: bool) -> dict[int, float]:
        """How alike each name is, from 0 to 1: the weight of the words both have, in both."""
        found: dict[int, float] = defaultdict(float)
        asked = 0.0
        words = [word for word in _words(text) if word not in SMALL_WORDS][:_MOST_WORDS]
        known = self._known(words)
        for i, word in enumerate(known, 1):
            alike = self._words_alike(word[:_LONGEST_WORD])
            if typing and i == len(known):
                alike += self._words_begun(word)
            asked += max((self._weights[w] for w, _ in alike), default=1 + log(len(self._names)))
            nearest: dict[int, float] = {}
            for other, likeness in alike:
                share = likeness * self._weights[other]
                for entry in self._holding[other]:
                    nearest[entry] = max(share, nearest.get(entry, 0.0))
            for entry, share in nearest.items():
                found[entry] += share
        return {e: min(1.0, 2 * share / (asked + self._total[e])) for e, share in found.items()}

    def _known(self, words: list[str]) -> list[str]:
        """The words, with those that were run together taken apart, and the other way round."""
        known: list[str] = []
        for word in words:
            if known and known[-1] + word in self._holding and word not in self._holding:
                known[-1] += word
                continue
            known += [word] if word in self._holding else self._apart(word)
        return known

    def _apart(self, word: str) -> list[str]:
        for i in range(3, min(len(word), _LONGEST_WORD) - 2):
            if word[:i] in self._holding and word[i:] in self._holding:
                return [word[:i], word[i:]]
        return [word]

    def _words_alike(self, word: str) -> tuple[tuple[str, float], ...]:
        """The known words that one may mean, with how alike they are, from 0 to 1."""
        if word in self._holding:
            return ((word, 1.0),)
        if len(word) < 3:
            return ()
        shared = Counter(w for pair in _pairs(word) for w in self._by_pair.get(pair, ()))
        mistakes = 1 if len(word) < 6 else 2 if len(word) < 10 else 3
        likely = sorted(shared, key=lambda w: (-2 * shared[w] / (len(w) + len(word)), w))[:25]
        found = []
        for other in likely:
            far = distance(word, other, mistakes)
            if other.startswith(word) or (len(word) > 4 and other[: len(word) - 1] == word[:-1]):
                far = min(far, 1)
            elif far > mistakes and len(other) > len(word) > 4:
                far = distance(word, other[: len(word)], 1) + 1
            if far <= mistakes:
                found.append((other, 1 - far / (len(word) + 1)))
        return tuple(found)

    def _words_begun(self, word: str) -> tuple[tuple[str, float], ...]:
        """The words that a known one is the beginning of, with how alike they are."""
        if word not in self._holding:  # `_words_alike` has these.
            return ()
        begun = (other for other in self._holding if other.startswith(word) and other != word)
        return tuple((other, 1 - 1 / (len(word) + 1)) for other in begun)


def distance(one: str, other: str, most: int) -> int:
    """Letters to insert, leave out, change or swap with their neighbour; `most` + 1 beyond it."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, against in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return min(last[-1], most + 1)


def _words(name: str) -> list[str]:
    return name.replace(",", " ").split()


def _pairs(word: str) -> set[str]:
    marked = f"^{word}$"
    return {marked[i : i + 2] for i in range(len(marked) - 1)}
