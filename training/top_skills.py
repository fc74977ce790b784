"""Chooses the phrases behind `top_skills`.

A phrase's score for a title says how much more often the title's texts have it than is to be
expected. Where n texts have it for e expected, it is the Poisson deviance n · ln(n/e) - (n - e)
(Dunning 1993, https://aclanthology.org/J93-1003/), times what speaks for the phrase's being a skill
at all (`PhraseTable.evidence`). Expected is a multiple of what the mean title has: nothing is
listed that is hardly commoner here than elsewhere. A phrase of several words also gets a share of
what its words have. Then phrases are taken in the order of their scores, without those that repeat
stronger ones.

In an era, the texts of that era count alone, and a score is multiplied by how much more often they
have the phrase than the title's texts of all eras do.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from shared import limits, text
from shared.title_parsing import parse
from shared.titles import TitleIndex
from shared.top_skills import KINDS, KnownSkill, TopSkills, era_of
from training.phrase_table import Counts, PhraseTable
from training.progress import progress
from training.skill_taxonomy import SkillTaxonomy
from training.sources import submissions

SMOOTHING = 10
"""Texts without any phrase that a title is taken to have besides its own."""
LEAST_LIFT = 3.0
"""How much commoner than in the mean title a phrase has to be; less where titles are few."""
WORDS_SHARE = 0.2
"""What a phrase gets of the mean score of its words."""
SELDOM = 0.5
"""What counts an unknown phrase of several words that only one text of the title has."""
LEAST_TEXTS = 3
"""What fewer texts have is often an employer or a place; titles with enough else pass it over.
What fewer people have sent in, and no other source has, is never shown."""
LEAST_EVIDENCE = 0.5
"""A phrase needs so much to count towards a full list; single words that no taxonomy knows have
less."""
NESTED_SHARE = 0.7
"""A phrase that stands within a longer one so often is a part of it."""
SAME_WORD = 2
"""So many phrases of a title may share a word; of known skills, one more."""
ERA_TEXTS = 50
"""Different texts that a title needs in an era."""
ERA_PRIOR = 10
"""Texts with a phrase, and expected ones, that each era is taken to have besides its own."""
ERA_POWER = 2
"""What a phrase's being special to its era counts beside its being the title's skill."""

Ranking = list[tuple[int, float]]
"""Phrases, by their places in the table, with their scores, strongest first."""


def fit(rows: pd.DataFrame, names: dict[str, list[str]], taxonomy: SkillTaxonomy) -> TopSkills:
    """The strongest phrases of each title of a dataset's rows, and of each of its eras."""
    table = PhraseTable.read(rows, taxonomy)
    index = TitleIndex.build(sorted(set(rows["title"])), names)
    texts = rows.groupby(rows["title"].to_numpy()).indices
    counted = [table.count(texts[title]) for title in index.titles]
    lift = min(LEAST_LIFT, len(counted) ** 0.5)
    expected = lift * _mean_rates(counted, len(table.stems))
    rankings: list[Ranking] = []
    sent_in = (rows["source"] == submissions.NAME).to_numpy()
    for title, counts in zip(index.titles, progress(counted, desc="choosing skills"), strict=True):
        scores = _scores(counts, expected, table)
        scores[np.isin(counts.places, _of_few_people(texts[title], sent_in, table))] = 0.0
        rankings.append(_choose(title, counts.places, scores, table))
    eras: dict[str, dict[str, int]] = {}
    for title, era, within, others in _eras(rows, texts, table):
        scores = _scores(within, expected, table) * _lift(within, others)
        scores[within.texts < LEAST_TEXTS] = 0.0
        eras.setdefault(title, {})[era] = len(rankings)
        rankings.append(_choose(title, within.places, scores, table))
    return _published(index, rankings, eras, table, taxonomy)


def _of_few_people(texts: np.ndarray, sent_in: np.ndarray, table: PhraseTable) -> np.ndarray:
    """The places of phrases that nobody is shown: only a few people have sent them in.

    Those that a taxonomy knows say nothing of whoever sent them. `texts` are those of a title,
    `sent_in` tells of each text of all titles whether it was sent in.
    """
    if not sent_in[texts].any():  # Nearly all titles, and counting takes a while.
        return np.array([], int)
    own = table.count(texts[~sent_in[texts]])
    sent = table.count(texts[sent_in[texts]])
    few = sent.places[sent.texts < LEAST_TEXTS]
    unknown = np.array([table.known[place] is None for place in few], bool)
    return np.setdiff1d(few[unknown], own.places)


def _mean_rates(counted: Iterable[Counts], phrases: int) -> np.ndarray:
    """The mean over titles of the share of texts that have a phrase, shape (phrases,)."""
    rates = np.zeros(phrases)
    titles = 0
    for counts in counted:
        rates[counts.places] += counts.numbers / _smoothed(counts)
        titles += 1
    return rates / titles


def _smoothed(counts: Counts) -> float:
    return counts.total * (1 + SMOOTHING / counts.total_texts)


def _scores(counts: Counts, expected: np.ndarray, table: PhraseTable) -> np.ndarray:
    """The score of each of a title's phrases, 0 for those that it is not to list."""
    e = counts.total * expected[counts.places]
    n = counts.numbers
    deviance = np.where(n > e, n * np.log(n / e) - (n - e), 0.0)
    scores = deviance * table.evidence[counts.places]
    place = {p: i for i, p in enumerate(counts.places.tolist())}
    for i, stems in enumerate(table.stems[p] for p in counts.places):
        words = stems.split()
        known = table.known[counts.places[i]]
        if len(words) > 1 and known is None:
            of_words = [deviance[place[p]] for p in table.places(words) if p in place]
            scores[i] += WORDS_SHARE * table.evidence[counts.places[i]] * sum(of_words) / len(words)
            scores[i] *= SELDOM if counts.texts[i] < 2 else 1.0
    scores[_nested(counts, place, table)] = 0.0
    often = counts.texts >= LEAST_TEXTS
    telling = table.evidence[counts.places] >= LEAST_EVIDENCE
    if np.count_nonzero(often & telling & (scores > 0)) >= limits.SKILLS_MOST:
        scores[~often] = 0.0
    return scores


def _nested(counts: Counts, place: dict[int, int], table: PhraseTable) -> list[int]:
    """The unknown phrases that mostly stand within one that is a word longer."""
    inside = set()
    for i, stems in enumerate(table.stems[p] for p in counts.places):
        words = stems.split()
        if len(words) < 2 or counts.texts[i] < 2:
            continue
        for part in table.places([" ".join(words[1:]), " ".join(words[:-1])]):
            at = place.get(part)
            if (
                at is not None
                and table.known[part] is None
                and counts.texts[i] >= NESTED_SHARE * counts.texts[at]
            ):
                inside.add(at)
    return sorted(inside)


def _eras(
    rows: pd.DataFrame, texts: dict[str, np.ndarray], table: PhraseTable
) -> Iterator[tuple[str, str, Counts, Counts]]:
    """Each title's eras with enough texts: what is counted within, and in its other eras."""
    spans = [_eras_of(*years) for years in zip(rows["start"], rows["end"], strict=True)]
    for title in sorted(texts):
        dated = [i for i in texts[title] if spans[i]]
        for era in sorted({era for i in dated for era in spans[i]}):
            inside = np.array([era in spans[i] for i in dated])
            within = table.count(np.array(dated)[inside])
            if within.total_texts >= ERA_TEXTS:
                yield title, era, within, table.count(np.array(dated)[~inside])


def _eras_of(start: float, end: float) -> list[str]:
    """The eras of the years from start to end; of one that is unknown, those of the other."""
    known = [int(year) for year in (start, end) if not pd.isna(year)]
    if not known:
        return []
    return sorted({era_of(year) for year in range(min(known), max(known) + 1)})


def _lift(within: Counts, others: Counts) -> np.ndarray:
    """How much more often an era's texts have each phrase than the title's texts of all eras.

    The number over the expected one, drawn towards 1 by `ERA_PRIOR` texts on both sides: the
    posterior mean of a Poisson rate with a gamma prior.
    """
    elsewhere = dict(zip(others.places.tolist(), others.texts.tolist(), strict=True))
    out = np.array([elsewhere.get(p, 0.0) for p in within.places.tolist()])
    share = within.total_texts / (within.total_texts + others.total_texts)
    lift: np.ndarray = (within.texts + ERA_PRIOR) / ((within.texts + out) * share + ERA_PRIOR)
    return lift**ERA_POWER


def _choose(title: str, places: np.ndarray, scores: np.ndarray, table: PhraseTable) -> Ranking:
    """The strongest phrases, none of which repeats a stronger one."""
    words = [table.wordings[p] for p in places]
    order = sorted(np.flatnonzero(scores > 0), key=lambda i: (-scores[i], words[i]))
    chosen: Ranking = []
    listed = _Listed(title)
    for i in order:
        if listed.takes(table.stems[places[i]], words[i], table.known[places[i]]):
            chosen.append((int(places[i]), float(scores[i])))
            if len(chosen) == limits.SKILLS_MOST:
                break
    return chosen


class _Listed:
    """What a title's chosen phrases have said already.

    `_initials` are those of phrases of several words, which a single word may stand for.
    """

    def __init__(self, title: str) -> None:
        self._title = set(map(text.stem, parse(title).name.split()))
        self._phrases: list[str] = []
        self._words: Counter[str] = Counter()
        self._skills: set[KnownSkill] = set()
        self._single: set[str] = set()
        self._initials: set[str] = set()

    def takes(self, stems: str, wording: str, known: KnownSkill | None) -> bool:
        """Whether a phrase says something new, which is then noted."""
        words = stems.split()
        initials = "".join(word[0] for word in text.words(wording))
        mine, theirs = (initials, self._single) if len(words) > 1 else (wording, self._initials)
        if mine in theirs or self._is_repeated(stems, words, known):
            return False
        self._phrases.append(stems)
        self._words.update(words)
        (self._initials if len(words) > 1 else self._single).add(mine)
        if known and known.kind != "skill":
            self._skills.add(known)
        return True

    def _is_repeated(self, stems: str, words: list[str], known: KnownSkill | None) -> bool:
        own = known is not None and known.kind != "skill"
        new = sum(self._words[word] == 0 for word in words)
        if new == 0 or (not own and self._title.issuperset(words)) or known in self._skills:
            return True
        most = SAME_WORD + (known is not None)
        if any(self._words[word] >= most for word in words):
            return True
        if known:
            return False
        longer = any(f" {phrase} " in f" {stems} " for phrase in self._phrases)
        return longer or (len(words) > 2 and new < 2)


def _published(
    index: TitleIndex,
    rankings: list[Ranking],
    eras: dict[str, dict[str, int]],
    table: PhraseTable,
    taxonomy: SkillTaxonomy,
) -> TopSkills:
    listed = [place for ranking in rankings for place, _ in ranking]
    catalog = sorted(
        {known for place in listed if (known := table.known[place])},
        key=lambda known: (known.name, known.taxonomy, known.kind),
    )
    positions = {known: i for i, known in enumerate(catalog)}
    forms: dict[KnownSkill, list[str]] = {known: [] for known in catalog}
    for meaning in taxonomy.meanings.values():
        if meaning.skill in forms and not meaning.ordinary:
            forms[meaning.skill].append(" ".join(meaning.words))
    lengths = [len(ranking) for ranking in rankings]
    shares = [score / ranking[0][1] for ranking in rankings for _, score in ranking]
    return TopSkills(
        index=index,
        phrases=["\n".join(table.wordings[place] for place, _ in each) for each in rankings],
        scores=np.array([float(f"{share:.4g}") for share in shares], np.float32),
        starts=np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64),
        known=np.array([positions.get(table.known[p], -1) for p in listed], np.int32),
        names=[each.name for each in catalog],
        ids=[each.id or "" for each in catalog],
        forms=["\n".join(forms[each]) for each in catalog],
        ordinary=sorted(_ordinary(taxonomy)),
        kinds=np.array([KINDS.index((each.kind, each.taxonomy)) for each in catalog], np.uint8),
        eras=eras,
    )


def _ordinary(taxonomy: SkillTaxonomy) -> Iterator[str]:
    """The words that mean a skill only where they are written as names."""
    return (each.words[0] for each in taxonomy.meanings.values() if each.ordinary)
