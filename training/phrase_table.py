"""The phrases of a dataset's texts, counted, and what speaks for each one's being a skill."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from shared import text
from shared.top_skills import KnownSkill
from training.phrases import openers, phrases
from training.progress import progress
from training.skill_taxonomy import AMBIGUOUS_LETTERS, Meaning, SkillTaxonomy

KNOWN = {"technology": 1.6, "knowledge": 1.6, "skill": 1.2}
"""The evidence of a known skill; an unknown phrase of several words has 1."""
KNOWN_WORD = 0.6
"""A known word that is no technology: many are ordinary words as well."""
NAMED_WORD = 0.8
"""A word that is written with a capital: a product, a method, a certificate."""
WORD = 0.05
"""Any other word: "patients", "lumber"."""
NAMED_SHARE = 0.6
"""What is written with a capital so often is a name."""
NAMED_TEXTS = 3
"""A name in fewer texts is an employer's or a place's."""
WHERE_SHARE = 0.15
"""A name that "at" stands before so often is one, too."""
WHERE = 0.1
"""What is left of the evidence then."""
WORDED_SHARE = 0.2
"""How many of a stem's texts must word it as the skill does."""
HEADLESS = 0.5
"""A phrase in one text only that ends with a word that no skills end with."""
PHRASES_A_TEXT = 8
"""Where texts have more phrases, one that a single text has is rather chance."""


@dataclass(frozen=True)
class Counts:
    """The phrases that some texts have, by their places, in how many, and how many texts there are.

    `numbers` weigh each text; `texts` do not. Near-copies count as one.
    """

    places: np.ndarray
    numbers: np.ndarray
    texts: np.ndarray
    total: float
    total_texts: float


@dataclass(frozen=True)
class PhraseTable:
    """An entry a phrase in `stems`, `wordings`, `known` and `evidence`.

    `having` tells which texts have which phrase, of ones, shape (texts, phrases); `weights` has
    what each text counts, `shares` what of a text is no copy of others of its title.
    """

    stems: list[str]
    wordings: list[str]
    known: list[KnownSkill | None]
    evidence: np.ndarray
    having: sparse.csr_matrix
    weights: np.ndarray
    shares: np.ndarray

    @classmethod
    def read(cls, rows: pd.DataFrame, taxonomy: SkillTaxonomy) -> "PhraseTable":
        """The phrases of a dataset's rows."""
        read = _read(rows["text"], taxonomy)
        times = read.times()
        stems = sorted(times)
        meant = [_meaning(times[s], taxonomy.meanings.get(s), read.named(s)) for s in stems]
        technologies = [bool(m and m.skill.kind == "technology") for m, _ in meant]
        having = _pooled(read, stems, technologies)
        crowd = min(1.0, PHRASES_A_TEXT * len(rows) / max(1, having.nnz))
        wordings: list[str] = []
        known: list[KnownSkill | None] = []
        evidence: list[float] = []
        of_texts = _texts_with(having, rows["group"])
        for stem, (meaning, wording), texts in zip(stems, meant, of_texts, strict=True):
            wordings.append(wording)
            known.append(meaning and meaning.skill)
            if meaning:
                evidence.append(_evidence_of_known(meaning.skill, stem))
                continue
            named = read.named(stem) >= NAMED_SHARE and texts >= NAMED_TEXTS
            alone = crowd * (1.0 if stem.rpartition(" ")[2] in taxonomy.heads else HEADLESS)
            evidence.append(
                _evidence_of_unknown(wording, named=named)
                * (alone if texts <= 1 else 1.0)
                * (WHERE if read.is_where(stem) else 1.0)
            )
        copies = rows.groupby(["title", "group"])["group"].transform("size").to_numpy()
        weights = rows["weight"].to_numpy(np.float64)
        return cls(stems, wordings, known, np.array(evidence), having, weights, 1 / copies)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {stem: i for i, stem in enumerate(self.stems)}

    def places(self, stems: list[str]) -> list[int]:
        """The places of phrases; those that are none are passed over."""
        return [self._places[each] for each in stems if each in self._places]

    def count(self, texts: np.ndarray) -> Counts:
        """The phrases of the texts at these places, which are of one title."""
        having = self.having[texts]
        shares = self.shares[texts]
        numbers = np.asarray((shares * self.weights[texts]) @ having).ravel()
        unweighted = np.asarray(shares @ having).ravel()
        places = np.flatnonzero(unweighted)
        return Counts(
            places,
            numbers[places],
            unweighted[places],
            float(shares @ self.weights[texts]),
            float(shares.sum()),
        )


@dataclass(frozen=True)
class _Read:
    """Each phrase as it is worded, which texts have it so, how often it is written as a name.

    The last of `worded` tells where what may be a name is not written as one.
    """

    worded: list[tuple[str, str, bool]]
    having: sparse.csr_matrix
    as_name: Counter[str]
    not_as_name: Counter[str]
    where: Counter[str]

    def named(self, stem: str) -> float:
        """The share of a phrase's places, but for the starts of sentences, that have capitals."""
        times = self.as_name[stem]
        return times / max(1, times + self.not_as_name[stem])

    def is_where(self, stem: str) -> bool:
        """Whether a phrase is so often said to be where somebody worked that it is no skill."""
        return self.where[stem] >= WHERE_SHARE * max(1, self.as_name[stem])

    def times(self) -> dict[str, dict[str, float]]:
        """How many texts have each wording of each phrase."""
        found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        texts = np.asarray(self.having.sum(axis=0)).ravel().tolist()
        for (stem, wording, _), n in zip(self.worded, texts, strict=True):
            found[stem][wording] += n
        return found


def _read(texts: pd.Series, taxonomy: SkillTaxonomy) -> _Read:
    opening = openers(texts)
    maybe_names = {
        form
        for form, meaning in taxonomy.meanings.items()
        if meaning.skill.kind == "technology" and len(meaning.words) == 1
    }
    places: dict[tuple[str, str, bool], int] = {}
    as_name: Counter[str] = Counter()
    not_as_name: Counter[str] = Counter()
    where: Counter[str] = Counter()
    columns, starts = array("q"), array("q", [0])
    for content in progress(texts, desc="reading phrases", unit=" texts"):
        found = set()
        for phrase in phrases(content, taxonomy, opening):
            no_name = phrase.is_name is False and phrase.stems in maybe_names
            worded = (phrase.stems, phrase.wording, no_name)
            found.add(places.setdefault(worded, len(places)))
            if phrase.is_name is not None:
                (as_name if phrase.is_name else not_as_name)[phrase.stems] += 1
            if phrase.is_name and phrase.is_where:
                where[phrase.stems] += 1
        columns.extend(sorted(found))
        starts.append(len(columns))
    entries = (np.ones(len(columns), np.float32), np.array(columns), np.array(starts))
    having = sparse.csr_matrix(entries, shape=(len(texts), len(places)))
    return _Read(list(places), having, as_name, not_as_name, where)


def _pooled(read: _Read, stems: list[str], technologies: list[bool]) -> sparse.csr_matrix:
    """Which texts have which phrase, however it is worded; shape (texts, phrases).

    Technologies that are mostly written as names count only where they are: "slack" is no Slack.
    """
    places = {stem: i for i, stem in enumerate(stems)}
    owners = np.array([places[stem] for stem, _, _ in read.worded], np.int64)
    names = {
        stem
        for stem, is_technology in zip(stems, technologies, strict=True)
        if is_technology and read.named(stem) >= NAMED_SHARE
    }
    meant = [not (no_name and stem in names) for stem, _, no_name in read.worded]
    entries = (np.array(meant, np.float32), (np.arange(len(owners)), owners))
    pooling = sparse.csr_matrix(entries, shape=(len(owners), len(stems)))
    pooling.eliminate_zeros()
    having = read.having @ pooling
    having.data[:] = 1
    return having


def _texts_with(having: sparse.csr_matrix, groups: pd.Series) -> np.ndarray:
    """How many different texts have each phrase, shape (phrases,); near-copies count as one."""
    owners = pd.factorize(groups)[0]
    entries = (np.ones(len(owners), np.float32), (owners, np.arange(len(owners))))
    in_groups = sparse.csr_matrix(entries) @ having
    in_groups.data[:] = 1
    return np.asarray(in_groups.sum(axis=0)).ravel()


def _meaning(
    times: Mapping[str, float], meaning: Meaning | None, named: float
) -> tuple[Meaning | None, str]:
    """What a phrase stands for, if anything, and its commonest wording.

    Of a single word the stem is not enough, "statistical" is not "statistics", nor is it of a
    technology: who adapts plans does not know Adaptive Planning. A short word is a name as it is:
    "ADLs" are no "ADL".
    """
    if meaning and meaning.ambiguous and named < NAMED_SHARE:
        meaning = None
    if meaning and (len(meaning.words) == 1 or meaning.skill.kind == "technology"):
        if meaning.ambiguous and len(" ".join(meaning.words)) <= AMBIGUOUS_LETTERS:
            commonest = _commonest(times)
            return meaning if meaning.words == (commonest,) else None, commonest
        singular = _singular(meaning.words)
        same = {w: n for w, n in times.items() if _singular(text.words(w)) == singular}
        if sum(same.values()) >= WORDED_SHARE * sum(times.values()):
            return meaning, _commonest(same)
        meaning = None
    return meaning, _commonest(times)


def _singular(words: Iterable[str]) -> list[str]:
    return [text.without_plural(word) for word in words]


def _commonest(times: Mapping[str, float]) -> str:
    return min(times, key=lambda wording: (-times[wording], wording))


def _evidence_of_known(skill: KnownSkill, stem: str) -> float:
    if " " not in stem and skill.kind != "technology":
        return KNOWN_WORD
    return KNOWN[skill.kind]


def _evidence_of_unknown(wording: str, *, named: bool) -> float:
    if len(text.words(wording)) > 1:
        return 1.0
    if wording.endswith("ed") and not named:  # What was done to something.
        return 0.0
    return NAMED_WORD if named else WORD
