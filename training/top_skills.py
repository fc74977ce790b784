"""Fits the phrases behind `top_skills`.

A candidate is a run of one to four words between stop words, punctuation and action words
(words that mostly begin a line: "managed", "built"). Its score for a title is the number of the
title's texts that have it, times the log of how few titles do; a single word that many titles
share can only stand inside a longer phrase. Phrases that add no new word to stronger ones go.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from shared import limits, text
from shared.models import TopSkills
from shared.titles import TitleIndex, parse
from training.progress import progress

LONGEST = 4
OPENERS_AT_LEAST = 3
OPENERS_SHARE = 0.3
COMMON_SHARE = 0.2
"""A word in the texts of more titles than this share says nothing by itself."""
WORDS_SHARE = 0.25
"""How much the words of a phrase count beside the phrase as a whole."""
ONCE_SHARE = 0.3
"""How much a phrase of several words counts that stands in one text only: mostly chance."""

_BREAK = re.compile(r"[,;:()\[\]{}!?\"“”|/•\n]+|\.(?=\s|$)|\s[-–—]\s|&")
_FILLERS = frozenset(
    """new daily weekly monthly various several multiple different many per including using used
    use based year years month months week weeks day days hour hours minute minutes percent
    million thousand hundred dozen two three four five six seven eight nine ten twelve twenty
    thirty forty fifty first second third every least along well every one like get got make made
    part parts set sets full time good high low large small big end general related appropriate
    necessary needed required specific proper properly ensure ensuring provide provided environment
    responsible responsibilities duties skills knowledge experience proficient familiar certified
    certification certifications tools e.g i.e such own never without keep kept keeping old
    help helped working worked work works job jobs people person way things thing local
    across around near back next last late early during whole entire annual annually
    average approximately nearly almost roughly up out over under""".split()
)


@dataclass(frozen=True)
class _Texts:
    """How many of a title's texts, by weight, have a phrase: `counts[title][phrase]`."""

    counts: dict[str, Counter[str]]
    titles_with: Counter[str]
    texts_with: Counter[str]


def fit(rows: pd.DataFrame, names: dict[str, list[str]]) -> TopSkills:
    """The strongest phrases of each title of a dataset's rows."""
    openers = _openers(rows["text"])
    texts = _count(rows, openers)
    index = TitleIndex.build(sorted(texts.counts), names)
    phrases: list[str] = []
    scores: list[float] = []
    starts: list[int] = []
    for title in progress(index.titles, desc="choosing skills", unit=" titles"):
        chosen = _choose(_scored(title, texts), limits.SKILLS_MOST)
        strongest = chosen[0][1] if chosen else 1.0
        starts.append(len(scores))
        phrases.append("\n".join(phrase for phrase, _ in chosen))
        scores += [round(score / strongest, 4) for _, score in chosen]
    return TopSkills(index, phrases, np.array(scores, np.float32), np.array(starts, np.int64))


def _openers(texts: pd.Series) -> frozenset[str]:
    """The words that mostly begin a line: what people did, rather than what they know."""
    first: Counter[str] = Counter()
    anywhere: Counter[str] = Counter()
    for content in texts:
        for line in content.splitlines():
            words = text.words(line)
            anywhere.update(words)
            first.update(words[:1])
    return frozenset(
        word
        for word, n in first.items()
        if n >= OPENERS_AT_LEAST and n / anywhere[word] > OPENERS_SHARE
    )


def _count(rows: pd.DataFrame, openers: frozenset[str]) -> _Texts:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    texts_with: Counter[str] = Counter()
    triples = zip(rows["title"], rows["text"], rows["weight"], strict=True)
    for title, content, weight in progress(
        triples, desc="reading phrases", total=len(rows), unit=" texts"
    ):
        found = set(candidates(content, openers))
        texts_with.update(found)
        for phrase in found:
            counts[title][phrase] += weight
    titles_with = Counter(phrase for each in counts.values() for phrase in each)
    return _Texts(dict(counts), titles_with, texts_with)


def candidates(content: str, openers: frozenset[str]) -> Iterator[str]:
    """The phrases of a text."""
    for segment in _BREAK.split(text.normalize(content)):
        run: list[str] = []
        for word in [*text.words(segment), ""]:
            if word and not _is_break(word, openers):
                run.append(word)
                continue
            for i in range(len(run)):
                for j in range(i + 1, min(i + LONGEST, len(run)) + 1):
                    yield " ".join(run[i:j])
            run = []


def _is_break(word: str, openers: frozenset[str]) -> bool:
    return (
        word in text.STOP_WORDS
        or word in openers
        or word in _FILLERS
        or word[0].isdigit()
        or (len(word) > 5 and word.endswith(("ing", "ed")) and word[:-3] + "ed" in openers)
    )


def _scored(title: str, texts: _Texts) -> list[tuple[str, float]]:
    own = texts.counts[title]
    total = len(texts.counts)
    title_words = set(map(text.stem, parse(title).name.split()))

    def strength(phrase: str) -> float:
        chance = ONCE_SHARE if " " in phrase and texts.texts_with[phrase] == 1 else 1.0
        return chance * own[phrase] * float(np.log(total / texts.titles_with[phrase]))

    scored = []
    for phrase in own:
        words = phrase.split()
        if len(words) == 1 and texts.titles_with[phrase] > COMMON_SHARE * total:
            continue
        if len(words) == 1 and len(phrase) == 1 and phrase not in ("r", "c"):
            continue
        if set(map(text.stem, words)) <= title_words:
            continue
        of_words = sum(strength(word) for word in words) / len(words) if len(words) > 1 else 0.0
        scored.append((phrase, strength(phrase) + WORDS_SHARE * of_words))
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))


def _choose(scored: list[tuple[str, float]], most: int) -> list[tuple[str, float]]:
    """The strongest phrases, none of which only repeats words that a stronger one has."""
    chosen: list[tuple[str, float]] = []
    used: Counter[str] = Counter()
    for phrase, score in scored:
        stems = [text.stem(word) for word in phrase.split()]
        new = sum(used[stem] == 0 for stem in stems)
        if new == 0 or (len(stems) > 2 and new < 2):
            continue
        if any(used[stem] >= 2 for stem in stems):
            continue
        used.update(stems)
        chosen.append((phrase, score))
        if len(chosen) == most:
            break
    return chosen
