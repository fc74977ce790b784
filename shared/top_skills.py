"""The skills of titles as they are published: exactly what answering needs, as plain arrays.

They are chosen in `training`; how they are told is here.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared import model_file
from shared.titles import TitleIndex

ERA_YEARS = 5
KINDS = (
    ("technology", "O*NET"),
    ("knowledge", "ESCO"),
    ("knowledge", "O*NET"),
    ("skill", "ESCO"),
    ("skill", "O*NET"),
)
"""Each kind of known skill, with the taxonomy that names it."""

_ERA = re.compile(r"([0-9]{4})(?:-([0-9]{4}))?", re.ASCII)


@dataclass(frozen=True)
class KnownSkill:
    """A skill of ESCO or O*NET: `kind` and `taxonomy` are a pair of `KINDS`.

    `id` is its URI in ESCO, None where there is none.
    """

    name: str
    taxonomy: str
    kind: str
    id: str | None


@dataclass(frozen=True)
class Skill:
    """A phrase, how strongly it speaks for its title, from 0 to 1, and the skill it stands for."""

    phrase: str
    score: float
    known: KnownSkill | None


@dataclass(frozen=True)
class TopSkills:
    """Rankings of phrases, strongest first: one a title in the index's order, then those of eras.

    `phrases` has one text a ranking, its phrases on lines. `scores` and `known` belong to the
    phrases of all rankings one after the other; those of ranking i start at `starts[i]`. `known` is
    the place of a phrase's skill in `names`, `ids` ("" for none) and `kinds` (places in `KINDS`),
    -1 where it has none. `eras` are each title's eras, each with the place of its ranking; a title
    without any is not in it. `forms` has one text a skill, its names on lines; `ordinary` are words
    that name a skill only where they are written as names.
    """

    index: TitleIndex
    phrases: list[str]
    scores: NDArray[np.float32]
    starts: NDArray[np.int64]
    known: NDArray[np.int32]
    names: list[str]
    ids: list[str]
    kinds: NDArray[np.uint8]
    eras: dict[str, dict[str, int]]
    forms: list[str]
    ordinary: list[str]

    def skills(self, title: str, most: int, era: str | None = None) -> list[Skill]:
        """The first skills of a title that the index knows, of all its texts or of an era's."""
        phrases, span = self._ranking(title, most, era)
        known = map(self._known_skill, self.known[span].tolist())
        # By way of the digits that float32 is written with: 0.9261, and not 0.9261000156.
        scores = [float(str(score)) for score in self.scores[span]]
        return [Skill(*each) for each in zip(phrases, scores, known, strict=True)]

    def names_of(self, title: str, most: int, era: str | None = None) -> list[list[str]]:
        """What each of `skills` may be called: its phrase, then its other names."""
        phrases, span = self._ranking(title, most, era)
        return [
            [phrase, *(self.forms[place].split("\n") if place >= 0 else ())]
            for phrase, place in zip(phrases, self.known[span].tolist(), strict=True)
        ]

    def _ranking(self, title: str, most: int, era: str | None) -> tuple[list[str], slice]:
        """The first phrases, and where what belongs to them stands."""
        i = self.eras[title][era] if era else self.index.titles.index(title)
        phrases = self.phrases[i].split("\n")[:most] if self.phrases[i] else []
        return phrases, slice(self.starts[i], self.starts[i] + len(phrases))

    def eras_of(self, title: str) -> list[str]:
        """The eras of a title, the earliest first."""
        return sorted(self.eras.get(title, {}))

    def _known_skill(self, place: int) -> KnownSkill | None:
        if place < 0:
            return None
        kind, taxonomy = KINDS[self.kinds[place]]
        return KnownSkill(self.names[place], taxonomy, kind, self.ids[place] or None)


def era_of(year: int) -> str:
    """The era that a year belongs to: five calendar years, named "2010-2014"."""
    first = year - year % ERA_YEARS
    return f"{first:04}-{first + ERA_YEARS - 1:04}"


def read_era(written: str) -> str | None:
    """The era that is meant by its name or by a year of it; None where it is neither."""
    found = _ERA.fullmatch(written)
    if not found:
        return None
    era = era_of(int(found[1]))
    return era if found[2] is None or era == written else None


def first_skill(model: TopSkills, title: str) -> str:
    """The strongest phrase of a title that the model knows."""
    return "".join(skill.phrase for skill in model.skills(title, 1))


def load_top_skills(path: Path, _file_name: str) -> TopSkills:
    """A published `top_skills` file."""
    return model_file.load(path, TopSkills, TitleIndex)
