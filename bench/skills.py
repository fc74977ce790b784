"""`top_skills` beside the original's recipe: both choose on the training part, in one run.

Each title lists its first 20 phrases. A phrase stands in a text where its words do, as stems and
in sequence.

- recovered: the share of titles that a judge ranks first, or among the first five, for the title's
  phrases read as one text. The judge is multinomial Naive Bayes on single stems, fitted on the
  held-out texts alone, every title alike; only titles that have held-out texts are asked.
- covered: the share of a title's held-out texts in which one of its phrases stands; and how many
  do in the mean. Means over titles.
- shared: of how many other titles a phrase is, in the mean over titles' phrases; and the share of
  phrases that more than 5 % of all titles list.
- technologies: the share of a title's phrases that name one of O*NET's technologies, or of those
  that the title's own O*NET occupations use. Means over titles.
- well formed: the share of phrases of one to four words, of which none is a number.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB

from bench import original
from shared import limits, text
from training import skill_taxonomy, top_skills
from training.dataset import Dataset
from training.skill_taxonomy import LONGEST, SkillTaxonomy
from training.sources.onet import OnetRelease
from training.sources.starter import titles_by_occupation

Lists = Mapping[str, list[str]]
COMMON_SHARE = 0.05
JUDGE_ALPHA = 0.1
"""Additive smoothing of the judge: held-out parts are small."""


def compare(work: Path, onet: Path | None = None) -> pd.DataFrame:
    """The measures, a row for each way; `onet` is a full O*NET release."""
    data = Dataset.load(work)
    train, test = data.part("train"), data.part("test")
    taxonomy = skill_taxonomy.load()
    model = top_skills.fit(train, data.names, taxonomy)
    ours = {
        title: [skill.phrase for skill in model.skills(title, limits.SKILLS_DEFAULT)]
        for title in model.index.titles
    }
    own = technologies_by_title(onet, taxonomy, model.index.titles) if onet else {}
    return pd.DataFrame(
        {
            name: measure(lists, test, taxonomy, own)
            for name, lists in (
                ("career climber", ours),
                ("original recipe", original.skills(train)),
            )
        }
    ).T


def measure(
    lists: Lists, held_out: pd.DataFrame, taxonomy: SkillTaxonomy, own: Mapping[str, set[str]]
) -> dict[str, float]:
    """All measures of some titles' phrases; `own` are forms of technologies by title."""
    stems = {title: [stemmed(phrase) for phrase in each] for title, each in lists.items()}
    every = frozenset().union(*taxonomy.technologies.values())
    measures = {
        **recovered(stems, held_out),
        **covered(stems, held_out),
        **shared(stems),
        "technologies": named(stems, dict.fromkeys(stems, every)),
    }
    if own:
        measures["own technologies"] = named(stems, own)
    return measures | {"well formed": well_formed(lists)}


def recovered(lists: Lists, held_out: pd.DataFrame) -> dict[str, float]:
    """Shares of the titles that the judge ranks first and among the first five."""
    vectorizer = CountVectorizer(analyzer=str.split)
    vectors = vectorizer.fit_transform(map(stemmed, held_out["text"]))
    judge = MultinomialNB(alpha=JUDGE_ALPHA, fit_prior=False).fit(vectors, held_out["title"])
    titles = [title for title in judge.classes_ if title in lists]
    asked = vectorizer.transform(" ".join(lists[title]) for title in titles)
    logits = judge.predict_log_proba(asked)
    own = logits[np.arange(len(titles)), np.searchsorted(judge.classes_, titles)]
    ranks = 1 + (logits > own[:, None]).sum(axis=1)
    return {
        "recovered": float((ranks == 1).mean()),
        "recovered in 5": float((ranks <= 5).mean()),
    }


def covered(lists: Lists, held_out: pd.DataFrame) -> dict[str, float]:
    """The mean share of held-out texts that have a phrase of their title, and how many."""
    numbers = defaultdict(list)
    for title, content in zip(held_out["title"], held_out["text"], strict=True):
        if title in lists:
            padded = f" {stemmed(content)} "
            numbers[title].append(sum(f" {phrase} " in padded for phrase in lists[title]))
    return {
        "covered": float(np.mean([np.mean(np.array(each) > 0) for each in numbers.values()])),
        "phrases a text": float(np.mean([np.mean(each) for each in numbers.values()])),
    }


def shared(lists: Lists) -> dict[str, float]:
    """How many other titles list a phrase in the mean, and the share of common phrases."""
    titles = Counter(phrase for each in lists.values() for phrase in set(each))
    others = np.array([titles[phrase] - 1 for each in lists.values() for phrase in each])
    return {
        "shared with": float(others.mean()),
        "common": float((others + 1 > COMMON_SHARE * len(lists)).mean()),
    }


def named(lists: Lists, technologies: Mapping[str, Iterable[str]]) -> float:
    """The mean share of a title's phrases in which one of its `technologies` stands."""
    shares = [
        np.mean([_names_one(phrase, technologies[title]) for phrase in each])
        for title, each in lists.items()
        if each and title in technologies
    ]
    return float(np.mean(shares))


def _names_one(phrase: str, technologies: Iterable[str]) -> bool:
    words = phrase.split()
    return any(
        " ".join(words[start:end]) in technologies
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
    )


def well_formed(lists: Lists) -> float:
    """The share of phrases of one to four words, none of which is a number."""
    each = [phrase.split() for phrases in lists.values() for phrase in phrases]
    good = [1 <= len(words) <= LONGEST and not any(w.isdigit() for w in words) for words in each]
    return float(np.mean(good))


def technologies_by_title(
    release: Path, taxonomy: SkillTaxonomy, titles: Iterable[str]
) -> dict[str, set[str]]:
    """Forms of the technologies that the O*NET occupations of titles use."""
    known = set(titles)
    found: dict[str, set[str]] = defaultdict(set)
    titles_of = titles_by_occupation()
    for occupation, name in OnetRelease(release).technologies():
        for title in titles_of.get(occupation, []):
            if title in known:
                found[title] |= taxonomy.technologies.get(name, frozenset())
    return dict(found)


def stemmed(content: str) -> str:
    """Its words as stems, with single spaces between."""
    return " ".join(map(text.stem, text.words(content)))
