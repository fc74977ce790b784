"""Fits the model behind `similar_jobs`: scores that are linear in TF-IDF terms, then calibrated.

There are two ways to get the scores, each the better one on its kind of data (docs/models.md):

- prototypes, for a few lines a title: the centroid of a title's texts (Rocchio: the mean of unit
  vectors) plus the vector of all its texts taken as one, compared with a text by cosine;
- a linear model, for many long texts a title: logistic regression, one title against the rest,
  by averaged stochastic gradient descent, its smallest weights cut.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import optimize, sparse
from scipy.special import log_softmax
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import normalize

from shared import text
from shared.models import SimilarJobs
from shared.vocabulary import Vocabulary
from training.lengths import at_lengths
from training.progress import progress

LINEAR_FROM = 5_000
"""Terms a title, in the mean, from which on the linear model is the better one."""
ALPHA = 4e-6
EPOCHS = 10
TITLE_TEXTS = 2_500
"""Of how many texts a title the linear model learns; more of them teach it little."""
MOST_WEIGHTS = 2_500_000
LINEAR_TEXTS = 4
"""In how many texts a term must stand for the linear model."""
PAIR_TEXTS = 5
"""In how many texts a pair of words must stand for the prototypes."""
CALIBRATION_FOLDS = 3
CALIBRATION_TEXTS = 4_000
CONFORMAL_MISSES = 0.1


def fit(rows: pd.DataFrame) -> SimilarJobs:
    """Fits and calibrates on a dataset's rows."""
    model = _fit_scores(rows)
    sharpness, growth, threshold = _calibrate(rows)
    return replace(model, sharpness=sharpness, growth=growth, threshold=threshold)


def _fit_scores(rows: pd.DataFrame) -> SimilarJobs:
    """A model with the right order of titles, whose probabilities mean nothing yet."""
    titles = sorted(set(rows["title"]))
    terms, counts = _count(rows["text"])
    if counts.sum() / len(titles) < LINEAR_FROM:
        return _fit_prototypes(rows, titles, *_frequent(terms, counts, 1, PAIR_TEXTS))
    return _fit_linear(rows, titles, *_frequent(terms, counts, LINEAR_TEXTS, LINEAR_TEXTS))


def _count(texts: pd.Series) -> tuple[np.ndarray, sparse.csr_matrix]:
    """The terms, and how often each text has them, shape (texts, terms)."""
    vectorizer = CountVectorizer(analyzer=text.terms, dtype=np.float64)
    counts = vectorizer.fit_transform(progress(texts, desc="reading terms", unit=" texts"))
    return vectorizer.get_feature_names_out(), counts


def _frequent(
    terms: np.ndarray, counts: sparse.csr_matrix, stem_texts: int, pair_texts: int
) -> tuple[np.ndarray, sparse.csr_matrix]:
    """Stems and pairs of words in at least so many texts."""
    texts_with = np.bincount(counts.indices, minlength=len(terms))
    is_pair = np.array([" " in term for term in terms])
    kept = texts_with >= np.where(is_pair, pair_texts, stem_texts)
    return terms[kept], counts[:, kept]


def _fit_prototypes(
    rows: pd.DataFrame, titles: list[str], terms: np.ndarray, counts: sparse.csr_matrix
) -> SimilarJobs:
    tfidf = TfidfTransformer(sublinear_tf=True)
    vectors = tfidf.fit_transform(counts)
    members = _members(rows, titles)
    centroids = normalize(members @ vectors)
    pooled = members @ counts
    pooled.data = np.maximum(pooled.data, 1.0)
    weights = (centroids + tfidf.transform(pooled)).T.tocsr()
    return _as_published(titles, terms, tfidf.idf_, weights, np.zeros(len(titles)))


def _members(rows: pd.DataFrame, titles: list[str]) -> sparse.csr_matrix:
    """The weight of each text in its title, shape (titles, texts)."""
    positions = {title: i for i, title in enumerate(titles)}
    owners = [positions[title] for title in rows["title"]]
    entries = (rows["weight"].to_numpy(), (owners, np.arange(len(rows))))
    return sparse.csr_matrix(entries, shape=(len(titles), len(rows)))


def _fit_linear(
    rows: pd.DataFrame, titles: list[str], terms: np.ndarray, counts: sparse.csr_matrix
) -> SimilarJobs:
    tfidf = TfidfTransformer(sublinear_tf=True)
    vectors = tfidf.fit_transform(counts)
    order = np.random.default_rng(0).permutation(len(rows))
    nth = rows["title"].iloc[order].groupby(rows["title"].iloc[order]).cumcount()
    learned = order[nth.to_numpy() < TITLE_TEXTS]
    classifier = SGDClassifier(
        loss="log_loss", alpha=ALPHA, class_weight="balanced", average=True,
        max_iter=EPOCHS, tol=None, random_state=0, n_jobs=-1,
    )  # fmt: skip
    chosen = rows.iloc[learned]
    classifier.fit(vectors[learned], chosen["title"], sample_weight=chosen["weight"])
    weights, bias = classifier.coef_, classifier.intercept_
    if len(titles) == 2:  # scikit-learn then gives the second title's row alone
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return _as_published(titles, terms, tfidf.idf_, _largest(weights).T.tocsr(), bias)


def _largest(weights: np.ndarray) -> sparse.csr_matrix:
    """The `MOST_WEIGHTS` weights of largest size; the others are cut to 0."""
    sizes = np.abs(weights)
    if sizes.size <= MOST_WEIGHTS:
        return sparse.csr_matrix(weights)
    least = np.partition(sizes, sizes.size - MOST_WEIGHTS, axis=None)[sizes.size - MOST_WEIGHTS]
    return sparse.csr_matrix(np.where(sizes >= least, weights, 0.0))


def _as_published(
    titles: list[str],
    terms: np.ndarray,
    idf: np.ndarray,
    weights: sparse.csr_matrix,
    bias: np.ndarray,
) -> SimilarJobs:
    vocabulary, order = Vocabulary.build(list(terms))
    ordered = weights[order]
    ordered.sort_indices()
    return SimilarJobs(
        titles=titles,
        vocabulary=vocabulary,
        idf=idf[order].astype(np.float32),
        starts=ordered.indptr.astype(np.int64),
        columns=ordered.indices.astype(np.uint16),
        weights=ordered.data.astype(np.float16),
        bias=bias.astype(np.float32),
        sharpness=1.0,
        growth=0.0,
        threshold=0.0,
    )


def _calibrate(rows: pd.DataFrame) -> tuple[float, float, float]:
    """Sharpness and growth that make held-out texts of all lengths most likely; and threshold.

    Each fold is scored by a model that has not seen it.
    """
    folds = GroupKFold(CALIBRATION_FOLDS, shuffle=True, random_state=0)
    scored: list[tuple[int, np.ndarray, int]] = []
    splits = folds.split(rows, groups=rows["group"])
    for train, held_out in progress(
        splits, desc="calibrating", total=CALIBRATION_FOLDS, unit=" folds"
    ):
        model = _fit_scores(rows.iloc[train])
        positions = {title: i for i, title in enumerate(model.titles)}
        for _, title, content in at_lengths(rows.iloc[held_out], CALIBRATION_TEXTS):
            known = model.known_terms(content)
            if known and title in positions:
                scored.append((len(known), model.logits(known), positions[title]))

    def likelihoods(parameters: np.ndarray) -> np.ndarray:
        """The log probability of each text's true title, shape (texts,)."""
        sharpness, growth = np.exp(parameters[0]), parameters[1]
        return np.array(
            [
                log_softmax(sharpness * known**growth * scores)[owner]
                for known, scores, owner in scored
            ]
        )

    start = [np.log(5.0), 0.1]
    best = optimize.minimize(
        lambda x: -likelihoods(x).mean(), start, method="Nelder-Mead", options={"maxfev": 60}
    )
    ordered = np.sort(np.exp(likelihoods(best.x)))
    threshold = ordered[int((len(ordered) + 1) * CONFORMAL_MISSES) - 1]
    return float(np.exp(best.x[0])), float(best.x[1]), float(threshold)
