"""The titles that a model knows, found, suggested and completed by whatever name they go by."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from shared.text import normalize
from shared.title_parsing import as_written, key, parse, plain, trade_of, written_out
from shared.title_search import TitleSearch

_OF_SEVERAL = re.compile(r"/|,| (?:and|&) (?!development\b)| or ")
"""What parts several titles; "research and development" is one thing."""
_QUALIFIERS = {"certified", "licensed", "registered", "bilingual", "night", "overnight", "weekend"}
"""Words before a title that a title may go without."""


@dataclass(frozen=True)
class TitleIndex:
    """The titles a model knows, by every name they go by.

    `titles` is sorted; `names` maps a name, as it is written or parsed, to a position in it.
    What searching needs besides is made when it is first needed, and is never stored.
    """

    titles: list[str]
    names: dict[str, int] = field(repr=False)

    @classmethod
    def build(cls, titles: list[str], other_names: dict[str, list[str]]) -> "TitleIndex":
        """An index of `titles`, found by themselves and, where free, by their other names."""
        ordered = sorted(titles)
        positions = {title: i for i, title in enumerate(ordered)}
        own = [(title, title) for title in ordered]
        others = [(t, other) for t, each in sorted(other_names.items()) for other in each]
        names: dict[str, int] = {}
        for written in (plain, trade_of):
            for title, name in own + others:
                names.setdefault(written(name), positions[title])
        names.pop("", None)
        return cls(ordered, names)

    def find(self, raw: str) -> str | None:
        """The title that a raw one means, or None."""
        for name in self._readings(raw):
            found = self.names.get(name)
            if found is not None:
                return self.titles[found]
        return None

    def suggest(self, raw: str, most: int) -> list[str]:
        """At most `most` titles nearest to one that is not known, nearest first.

        Near is what shares its words, rare ones above all, or words spelled alike; where nothing
        is, what begins with it: "jeweler and precious stone and metal worker".
        """
        texts = [parse(raw).name, plain(raw)]
        found = self._search.nearest(texts, most)
        if not found and len(texts[0]) > 2:
            found = self._search.starting(texts)[:most]
        return [self.titles[i] for i in found]

    def complete(self, typed: str) -> list[str]:
        """The titles one may be typing, likeliest first: by their start, by a word's start.

        A title that goes by just this name comes first, then those that begin so. Of the rest,
        whole words come before beginnings of words, and a title's own name before its other names.
        Of equals, the shorter first. Where nothing fits, the nearest titles.
        """
        text = plain(typed)
        if not text:
            return self.titles
        name = parse(text).name or text
        found = self._search.starting(dict.fromkeys([text, written_out(text), name]))
        return [self.titles[i] for i in found or self._search.nearest([name], 10, typing=True)]

    def __getstate__(self) -> dict[str, object]:
        return {"titles": self.titles, "names": self.names}

    @cached_property
    def _search(self) -> TitleSearch:
        return TitleSearch(self.titles, self.names)

    @cached_property
    def _by_key(self) -> dict[str, str]:
        keys: dict[str, str] = {}
        for name, i in self.names.items():  # Titles' own names come before their other names.
            keys.setdefault(key(name), self.titles[i])
        return keys

    def _readings(self, raw: str) -> Iterator[str]:
        """The names by which a raw title may be known, surest first."""
        yield plain(raw)
        # Before `parse`, to which "model maker, wood" is any model maker.
        yield from self._alike(as_written(raw))
        name = parse(raw).name
        yield from self._alike(name)
        yield from self._other_readings(name)
        parts = [part for part in _OF_SEVERAL.split(normalize(raw)) if part.strip()]
        if len(parts) > 1 and "," not in raw:
            for part in parts:
                yield parse(part).name

    def _alike(self, name: str) -> Iterator[str]:
        yield name
        known = self._by_key.get(key(name)) if " " in name else None
        if known is not None:
            yield known

    def _other_readings(self, name: str) -> Iterator[str]:
        words = name.split()
        for small in (" of ", " for "):
            head, found, rest = name.partition(small)
            if found and len(rest.split()) <= 3:
                yield f"{rest} {head}"
        if len(words) > 1:
            yield f"{words[-1]} of {' '.join(words[:-1])}"
        if len(words) > 2 and words[:2] == ["vice", "president"]:
            yield f"vice president of {' '.join(words[2:])}"
        if len(words) > 1 and words[0] in _QUALIFIERS:
            yield " ".join(words[1:])
