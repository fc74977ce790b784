"""Fits the model behind `similar_jobs`.

Two prototypes a title, on the same TF-IDF terms: the centroid of its texts (Rocchio: the mean of
unit vectors) and the vector of all its texts taken as one. A text is compared with the sum of
both by cosine. That is linear in the text, sparse, and needs few texts a title: measured against
Naive Bayes, smoothed language models and log-loss linear models in docs/models.md.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import optimize, sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.preprocessing import normalize

from shared import text
from shared.models import SimilarJobs
from shared.vocabulary import Vocabulary
from training.progress import progress

CALIBRATION_FOLDS = 3
CALIBRATION_LENGTHS = (1, 3, 10)
"""Lines a text: one typed by a visitor, a paragraph, a whole resume."""
CALIBRATION_TEXTS = 4_000
PAIR_TEXTS = 5
"""In how many texts a pair of words must stand to be a term."""


def fit(rows: pd.DataFrame) -> SimilarJobs:
    """Fits and calibrates on a dataset's rows."""
    model = _fit_scores(rows)
    sharpness, growth = _calibrate(rows)
    return replace(model, sharpness=sharpness, growth=growth)


def _fit_scores(rows: pd.DataFrame) -> SimilarJobs:
    """A model with the right order of titles, whose probabilities mean nothing yet."""
    terms, counts = _count(rows["text"])
    tfidf = TfidfTransformer(sublinear_tf=True)
    vectors = tfidf.fit_transform(counts)
    titles = sorted(set(rows["title"]))
    members = _members(rows, titles)
    centroids = normalize(members @ vectors)
    pooled = members @ counts
    pooled.data = np.maximum(pooled.data, 1.0)
    weights = (centroids + tfidf.transform(pooled)).T.tocsr()
    return _as_published(titles, terms, tfidf.idf_, weights)


def _count(texts: pd.Series) -> tuple[list[str], sparse.csr_matrix]:
    """The terms and how often each text has them, shape (texts, terms)."""
    vectorizer = CountVectorizer(analyzer=text.terms, dtype=np.float64)
    counts = vectorizer.fit_transform(progress(texts, desc="reading terms", unit=" texts"))
    terms = vectorizer.get_feature_names_out()
    texts_with = np.bincount(counts.indices, minlength=len(terms))
    kept = np.array([" " not in term for term in terms]) | (texts_with >= PAIR_TEXTS)
    return list(terms[kept]), counts[:, kept]


def _members(rows: pd.DataFrame, titles: list[str]) -> sparse.csr_matrix:
    """The weight of each text in its title, shape (titles, texts)."""
    positions = {title: i for i, title in enumerate(titles)}
    owners = [positions[title] for title in rows["title"]]
    entries = (rows["weight"].to_numpy(), (owners, np.arange(len(rows))))
    return sparse.csr_matrix(entries, shape=(len(titles), len(rows)))


def _as_published(
    titles: list[str], terms: list[str], idf: np.ndarray, weights: sparse.csr_matrix
) -> SimilarJobs:
    vocabulary, order = Vocabulary.build(terms)
    ordered = weights[order]
    ordered.sort_indices()
    return SimilarJobs(
        titles=titles,
        vocabulary=vocabulary,
        idf=idf[order].astype(np.float32),
        starts=ordered.indptr.astype(np.int64),
        columns=ordered.indices.astype(np.uint16),
        weights=ordered.data.astype(np.float32),
        bias=np.zeros(len(titles), np.float32),
        sharpness=1.0,
        growth=0.0,
    )


def _calibrate(rows: pd.DataFrame) -> tuple[float, float]:
    """Sharpness and growth that make held-out texts of all lengths most likely.

    Each fold is scored by a model that has not seen it; titles weigh by their texts.
    """
    folds = StratifiedGroupKFold(CALIBRATION_FOLDS, shuffle=True, random_state=0)
    scored: list[tuple[int, np.ndarray, int]] = []
    splits = folds.split(rows, rows["title"], rows["group"])
    for train, held_out in progress(
        splits, desc="calibrating", total=CALIBRATION_FOLDS, unit=" folds"
    ):
        model = _fit_scores(rows.iloc[train])
        positions = {title: i for i, title in enumerate(model.titles)}
        for title, content in lengthened(rows.iloc[held_out], CALIBRATION_TEXTS):
            known = model.known_terms(content)
            if known and title in positions:
                scored.append((len(known), model.logits(known), positions[title]))

    def loss(parameters: np.ndarray) -> float:
        sharpness, growth = np.exp(parameters[0]), parameters[1]
        total = 0.0
        for known, scores, owner in scored:
            logits = sharpness * known**growth * scores
            top = logits.max()
            total += top + np.log(np.exp(logits - top).sum()) - logits[owner]
        return total / len(scored)

    best = optimize.minimize(
        loss, [np.log(10.0), 0.2], method="Nelder-Mead", options={"maxfev": 60}
    )
    return float(np.exp(best.x[0])), float(best.x[1])


def lengthened(rows: pd.DataFrame, most: int) -> list[tuple[str, str]]:
    """Pairs of title and text at realistic lengths: 1, 3 and 10 of a title's texts joined."""
    random = np.random.default_rng(0)
    by_title = {title: list(each) for title, each in rows.groupby("title")["text"]}
    picked = random.choice(rows["title"].to_numpy(), most)
    pairs = []
    for i, title in enumerate(picked):
        texts = by_title[title]
        n = min(CALIBRATION_LENGTHS[i % len(CALIBRATION_LENGTHS)], len(texts))
        pairs.append((title, "\n".join(texts[k] for k in random.permutation(len(texts))[:n])))
    return pairs
