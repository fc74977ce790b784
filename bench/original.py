"""The original's recipe, refitted: the baseline of every comparison.

TF-IDF of word 1-3-grams in at least five texts, English stop words, every title resampled to
2,500 texts, multinomial Naive Bayes with alpha 0.02. Skills have a recipe of their own.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import Pipeline

TITLE_TEXTS = 2_500
SKILLS_TEXTS = 5_000
SKILLS_RANKED = 100
SKILLS = 20


def fit(rows: pd.DataFrame) -> Pipeline:
    """The recipe on a dataset's rows, as a plain pipeline."""
    vectorizer = TfidfVectorizer(ngram_range=(1, 3), min_df=5, stop_words="english")
    vectors = vectorizer.fit_transform(rows["text"])
    weights = _resampled(rows, TITLE_TEXTS)
    classifier = MultinomialNB(alpha=0.02).fit(vectors, rows["title"], sample_weight=weights)
    return Pipeline([("tfidf", vectorizer), ("bayes", classifier)])


def skills(rows: pd.DataFrame) -> dict[str, list[str]]:
    """The recipe's 20 phrases of each title, strongest first.

    TF-IDF of word trigrams, every title resampled to 5,000 texts; of the 100 trigrams with the
    highest `feature_log_prob_` those that add more than one new word to the ones before.
    """
    vectorizer = TfidfVectorizer(ngram_range=(3, 3), stop_words="english")
    vectors = vectorizer.fit_transform(rows["text"])
    weights = _resampled(rows, SKILLS_TEXTS)
    classifier = MultinomialNB().fit(vectors, rows["title"], sample_weight=weights)
    names = vectorizer.get_feature_names_out()
    return {
        str(title): _with_new_words(names[np.argsort(-row, kind="stable")[:SKILLS_RANKED]])
        for title, row in zip(classifier.classes_, classifier.feature_log_prob_, strict=True)
    }


def _with_new_words(trigrams: Iterable[str]) -> list[str]:
    chosen: list[str] = []
    seen: set[str] = set()
    for trigram in trigrams:
        words = set(trigram.split())
        if len(words - seen) > 1:
            chosen.append(trigram)
            seen |= words
    return chosen[:SKILLS]


def _resampled(rows: pd.DataFrame, texts: int) -> np.ndarray:
    """How often each text is drawn when every title draws so many of its own.

    Drawing a text n times and giving it the weight n are the same to Naive Bayes.
    """
    random = np.random.default_rng(0)
    places = pd.Series(np.arange(len(rows))).groupby(rows["title"].to_numpy())
    drawn = np.concatenate([random.choice(each, texts) for _, each in places])
    return np.bincount(drawn, minlength=len(rows))
