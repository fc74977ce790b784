"""Fits the model behind `similar_jobs`: scores that are linear in TF-IDF terms, then calibrated.

There are two ways to get the scores, each the better one on its kind of data (docs/models.md):

- prototypes, for a few lines a title: the centroid of a title's texts (Rocchio: the mean of unit
  vectors) plus the vector of all its texts taken as one, compared with a text by cosine, and a
  little of weights of low rank, in which a title learns from the lines of all others;
- a linear model, for many long texts a title: logistic regression, one title against the rest, by
  stochastic gradient descent; a little of what the starter corpus has of a title; and, learnt from
  texts of other titles, a little of what tells that a title has a word ("engineer"), and of weights
  of low rank that tell words and titles alike. It also reads words as they are spelled and as they
  are written, with capitals, and how a text begins.

In both, a title's names count as well: people also write what they are. All parts of a way are
linear in the same terms, so that serving has one matrix; its smallest weights are cut.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy import optimize, sparse
from scipy.special import logsumexp, softmax
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.isotonic import isotonic_regression
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import normalize

from shared import text
from shared.models import LEAST_SPREAD, Calibration, SimilarJobs, first_factor
from shared.title_parsing import parse
from shared.vocabulary import Vocabulary
from training import low_rank
from training.dataset import Dataset
from training.lengths import at_lengths, lengths_of
from training.progress import progress
from training.records import group_of
from training.seed import SEED
from training.sources import starter

LINEAR_FROM = 2_500
"""What the terms of a title count together, in the mean, from which on the linear model is the
better one."""
ALPHA = 1.2e-5
CORPUS = 15.0
"""How much the cosine with a title's lines of the starter corpus counts beside what is learnt."""
EPOCHS = 6
TITLE_TEXTS = 2_500
"""Of how many texts a title the linear model learns; more of them teach it little."""
EVEN_TEXTS = 150
"""A title with more texts weighs as much as one with so many: frequent titles must not be what all
others are learnt against."""
TITLE_WORDS = 0.25
"""How much the words of a title count beside its own weights."""
WORD_TEXTS = 20
"""In how many of the other titles' texts a title's word must stand."""
WORD_EPOCHS = 5
LOW_RANK = 0.2
"""How much the weights count that texts of other titles share, beside a title's own."""
MOST_WEIGHTS = 2_500_000
PROTOTYPES_LOW_RANK = 0.04
"""How much the weights count that titles share, beside the prototypes."""
PROTOTYPES_MORE_WEIGHTS = 1.5
"""How many weights are kept of both, as a multiple of those that the prototypes have."""
NAMES = 4.0
"""How much the cosine with a title's names counts beside what the linear model learns."""
PROTOTYPES_NAMES = 0.25
"""And beside the prototypes."""
LINEAR_TEXTS = 4
"""In how many texts a term must stand for the linear model."""
PAIR_TEXTS = 5
"""In how many texts a pair of words must stand for the prototypes."""
CALIBRATION_FOLDS = 10
"""Models of nine tenths know nearly as much as the one of all texts: calibrated on those of three
quarters, it was less sure than right (docs/models.md)."""
CALIBRATION_ROWS = 30_000
"""So many held-out rows are enough: a large dataset needs only some of the folds. Of fewer, models
are less true about themselves (docs/models.md)."""
CALIBRATION_TEXTS = 10_000
"""Drawn from all these rows together, of each length."""
CONFORMAL_MISSES = 0.1
CURVE_POINTS = 20
RIGHT_RANGE = (0.01, 0.99)
BOUNDS = ((-5.0, 8.0), (-2.0, 2.0), (-2.0, 1.0))
"""Of ln sharpness, rise and evenness: titles that are never mistaken would have no end."""
NO_CALIBRATION = Calibration(1.0, 0.0, 0.0, np.array([0.0, 1.0]), np.array([0.0, 1.0]))


@dataclass(frozen=True)
class Texts:
    """Texts to learn from, and how much each term counts in each (`text.counts`).

    `rows` are those of a dataset, `counts` has shape (rows, terms); `others` are its texts of other
    titles, `other_counts` has shape (others, terms); `names` has a row a name of a title, its own
    first, with the columns `title` and `text`, `name_counts` has shape (names, terms). Nothing is
    to be learnt from the groups that are `left_out`, wherever else their texts stand.
    """

    rows: pd.DataFrame
    others: pd.DataFrame
    names: pd.DataFrame
    terms: np.ndarray
    counts: sparse.csr_matrix
    other_counts: sparse.csr_matrix
    name_counts: sparse.csr_matrix
    left_out: frozenset[str] = frozenset()

    def without(self, groups: Iterable[str]) -> "Texts":
        """Those of no group in `groups`."""
        groups = set(groups)
        rows = ~self.rows["group"].isin(groups).to_numpy()
        others = ~self.others["group"].isin(groups).to_numpy()
        return replace(
            self,
            rows=self.rows[rows],
            others=self.others[others],
            counts=self.counts[rows],
            other_counts=self.other_counts[others],
            left_out=self.left_out.union(groups),
        )

    def of_terms(self, kept: np.ndarray) -> "Texts":
        """The same with some terms alone; `kept` tells of each term whether it is one."""
        return replace(
            self,
            terms=self.terms[kept],
            counts=self.counts[:, kept],
            other_counts=self.other_counts[:, kept],
            name_counts=self.name_counts[:, kept],
        )


def read(data: Dataset) -> Texts:
    """Reads all terms of a dataset's rows and names, and counts them in its other texts."""
    vectorizer = DictVectorizer()
    names = pd.DataFrame(
        [(title, name) for title in data.titles for name in (title, *data.names.get(title, ()))],
        columns=["title", "text"],
    )
    texts = progress(data.rows["text"], desc="reading terms", unit=" texts")
    counts = vectorizer.fit_transform(map(text.counts, chain(texts, names["text"])))
    terms = vectorizer.get_feature_names_out()
    others = progress(data.others["text"], desc="reading others", unit=" texts")
    return Texts(
        data.rows, data.others, names, terms,
        counts[: len(data.rows)], _count(others, terms), counts[len(data.rows) :],
    )  # fmt: skip


def _count(texts: Iterable[str], terms: np.ndarray) -> sparse.csr_matrix:
    """How much the terms count in each text, shape (texts, terms)."""
    of_none = dict.fromkeys(terms, 0.0)
    vectorizer = DictVectorizer(sort=False).fit([of_none])
    # The first row is of no text: there may be no texts.
    return vectorizer.transform(chain([{}], map(text.counts, texts)))[1:]


def fit(texts: Texts) -> SimilarJobs:
    """Fits and calibrates."""
    model = shorten(fit_scores(texts))
    scored = _score_held_out(texts, model.titles, lengths_of(texts.rows))
    calibration, threshold = calibrate(scored)
    return replace(model, calibration=calibration, threshold=threshold)


def refit(model: SimilarJobs, texts: Texts) -> SimilarJobs:
    """The model fitted anew on texts of which it knows a part, with the calibration it has.

    Calibrating is most of the work, and a few more texts do not change how sure to be.
    """
    fitted = shorten(fit_scores(texts))
    return replace(fitted, calibration=model.calibration, threshold=model.threshold)


@dataclass(frozen=True)
class Scores:
    """Scores that are linear in TF-IDF terms, in the numbers that were fitted.

    `idf` has shape (terms,), `weights` (terms, titles), `bias` (titles,).
    """

    titles: list[str]
    terms: np.ndarray
    idf: np.ndarray
    weights: sparse.csr_matrix
    bias: np.ndarray


def fit_scores(texts: Texts) -> Scores:
    """Fits scores in whichever of the two ways suits the texts."""
    titles = sorted(set(texts.rows["title"]))
    is_stem = _is_stem(texts.terms)
    different = ~texts.rows.duplicated(["title", "text"]).to_numpy()
    if (different @ texts.counts)[is_stem].sum() / len(titles) < LINEAR_FROM:
        # Prototypes of a few lines are the better for stems and their pairs alone.
        stems = texts.of_terms(is_stem)
        return _fit_prototypes(titles, stems.of_terms(_frequent(stems, 1, PAIR_TEXTS)))
    return _fit_linear(titles, texts.of_terms(_frequent(texts, LINEAR_TEXTS, LINEAR_TEXTS)))


def _is_stem(terms: np.ndarray) -> np.ndarray:
    """Whether a term is a stem or a pair of them: nothing that is as spelled or as written."""
    return np.array([not term.startswith(("=", "~", "^")) for term in terms])


def _frequent(texts: Texts, stem_texts: int, pair_texts: int) -> np.ndarray:
    """Whether a term is a pair in at least `pair_texts` texts, or another in `stem_texts`.

    Names of titles are texts here: a podiatrist's lines need not have the word.
    """
    standing = np.concatenate([texts.counts.indices, texts.name_counts.indices])
    texts_with = np.bincount(standing, minlength=len(texts.terms))
    is_pair = np.array([" " in term for term in texts.terms])
    return texts_with >= np.where(is_pair, pair_texts, stem_texts)


def _fit_prototypes(titles: list[str], texts: Texts) -> Scores:
    tfidf = TfidfTransformer()
    vectors = tfidf.fit_transform(texts.counts.log1p())
    members = _members(texts.rows, titles)
    centroids = normalize(members @ vectors)
    pooled = members @ texts.counts
    # At least one place each: terms of lines that weigh little would else count for little, too.
    pooled.data = np.maximum(pooled.data, 1.0)
    prototypes = centroids + tfidf.transform(pooled.log1p())
    prototypes += PROTOTYPES_NAMES * _named(titles, texts, tfidf)
    # In 64 bits: rounded as they are published, weights are then the same on any machine.
    shared = low_rank.fit(vectors, texts.rows["title"], texts.rows["weight"], low_rank.LINES)
    weights = prototypes.toarray() + PROTOTYPES_LOW_RANK * shared
    kept = _largest(weights, int(PROTOTYPES_MORE_WEIGHTS * prototypes.nnz)).T.tocsr()
    return Scores(titles, texts.terms, tfidf.idf_, kept, np.zeros(len(titles)))


def _named(titles: list[str], texts: Texts, tfidf: TfidfTransformer) -> sparse.csr_matrix:
    """The vector of each title's own name plus the centroid of all its names, (titles, terms)."""
    of_titles = texts.names["title"].isin(titles).to_numpy()
    names, counts = texts.names[of_titles], texts.name_counts[of_titles]
    stems = counts.multiply(_is_stem(texts.terms)).tocsr()
    stems.eliminate_zeros()
    vectors = tfidf.transform(stems.log1p())
    own = ~names.duplicated("title").to_numpy()  # In the order of titles, as the centroids are.
    return vectors[own] + normalize(_members(names.assign(weight=1.0), titles) @ vectors)


def _members(rows: pd.DataFrame, titles: list[str]) -> sparse.csr_matrix:
    """The weight of each text in its title, shape (titles, texts)."""
    positions = {title: i for i, title in enumerate(titles)}
    owners = [positions[title] for title in rows["title"]]
    entries = (rows["weight"].to_numpy(), (owners, np.arange(len(rows))))
    return sparse.csr_matrix(entries, shape=(len(titles), len(rows)))


def _fit_linear(titles: list[str], texts: Texts) -> Scores:
    tfidf = TfidfTransformer()
    # Numbers of 32 bits, which are as good and faster.
    vectors = tfidf.fit_transform(texts.counts.log1p()).astype(np.float32)
    learned = _at_most(texts.rows["title"], TITLE_TEXTS)
    rows, of_rows = texts.rows.iloc[learned], vectors[learned]
    even, balanced = _weights_of(rows)
    weights, bias = _against_the_rest(of_rows, rows["title"], even, balanced)
    corpus = tfidf.transform(_in_the_corpus(titles, texts).log1p())
    known = CORPUS * corpus + NAMES * _named(titles, texts, tfidf)
    mean_texts = normalize(_members(texts.rows, titles), norm="l1") @ vectors
    weights += known.toarray()
    # What a usual text has in common with a title says nothing: not all titles are in the corpus.
    bias -= np.asarray((mean_texts @ known.T).mean(axis=0))[0]
    if len(texts.others):
        of_others = tfidf.transform(texts.other_counts.log1p()).astype(np.float32)
        others = texts.others["title"]
        weights += TITLE_WORDS * _words_against_the_rest(titles, of_others, others)
        counted = even * rows["title"].map(balanced)
        weights += LOW_RANK * low_rank.fit(
            of_rows, rows["title"], counted, low_rank.LONG_TEXTS, (of_others, others)
        )
    kept = _largest(weights, MOST_WEIGHTS).T.tocsr()
    return Scores(titles, texts.terms, tfidf.idf_, kept, bias)


def _in_the_corpus(titles: list[str], texts: Texts) -> sparse.csr_matrix:
    """How much the terms that are stems count in all lines that the starter corpus has of a title.

    The shape is (titles, terms); a title that it does not know has none. The corpus may be a source
    of the texts, too: a line that is left out of them, to be foretold, is left out here.
    """
    lines = pd.DataFrame(
        [(title, line) for title in titles for line in starter.lines_of(title)],
        columns=["title", "text"],
    )
    if texts.left_out:
        lines = lines[~lines["text"].map(group_of).isin(texts.left_out)]
    counts = _members(lines.assign(weight=1.0), titles) @ _count(lines["text"], texts.terms)
    counts = counts.multiply(_is_stem(texts.terms)).tocsr()
    counts.eliminate_zeros()
    return counts


def _at_most(titles: pd.Series, texts: int) -> np.ndarray:
    """The positions of at most so many texts a title, in any order."""
    order = np.random.default_rng(SEED).permutation(len(titles))
    nth = titles.iloc[order].groupby(titles.iloc[order]).cumcount()
    return order[nth.to_numpy() < texts]


def _weights_of(rows: pd.DataFrame) -> tuple[pd.Series, dict[str, float]]:
    """How much each text counts, 1 in the mean, and what balances the titles beside that."""
    sizes = rows["weight"].groupby(rows["title"]).transform("sum")
    weights = rows["weight"] * np.minimum(1.0, EVEN_TEXTS / sizes)
    weights /= weights.mean()
    each = weights.groupby(rows["title"]).sum()
    return weights, dict(len(rows) / len(each) / each)


def _against_the_rest(
    vectors: sparse.csr_matrix, titles: pd.Series, weights: pd.Series, balanced: dict[str, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Weights of shape (titles, terms) and bias of shape (titles,)."""
    classifier = _logistic_regression(balanced, EPOCHS)
    classifier.fit(vectors, titles, sample_weight=weights)
    return _of_both_titles(classifier.coef_, classifier.intercept_)


def _words_against_the_rest(
    titles: list[str], vectors: sparse.csr_matrix, others: pd.Series
) -> np.ndarray:
    """The weights of each title's words, in the mean of them, shape (titles, terms).

    A word's weights tell texts whose title has it from those of all other titles: a word that all
    have, or too few, has none. `vectors` are those texts' own, `others` their titles. The names of
    both are compared, as the titles of a table may be labels of any spelling ("Data Engineers").
    """
    learned = _at_most(others, TITLE_TEXTS)
    names = [parse(title).name or title for title in titles]
    words = CountVectorizer(tokenizer=str.split, token_pattern=None, binary=True).fit(names)
    has = words.transform(others.iloc[learned]).tocsc()
    texts_with = np.diff(has.indptr)
    known = np.flatnonzero((texts_with >= WORD_TEXTS) & (texts_with < len(learned)))
    if not len(known):
        return np.zeros((len(titles), vectors.shape[1]))
    texts = vectors[learned]
    weights = Parallel(n_jobs=-1, prefer="threads")(
        delayed(_word_against_the_rest)(texts, has[:, [word]].toarray()[:, 0], len(known))
        for word in known
    )
    of_titles = normalize(words.transform(names)[:, known], norm="l1")
    return of_titles @ np.reshape(weights, (len(known), vectors.shape[1]))


def _word_against_the_rest(vectors: sparse.csr_matrix, has: np.ndarray, words: int) -> np.ndarray:
    """The weights of one word of so many, shape (terms,); `has` is 1 where the title has it."""
    balanced = {0: 1.0, 1: len(has) / words / has.sum()}
    return _logistic_regression(balanced, WORD_EPOCHS).fit(vectors, has).coef_[0]


def _logistic_regression(weights: dict[Any, float], epochs: int) -> SGDClassifier:
    """By stochastic gradient descent; `weights` are those of the classes."""
    return SGDClassifier(
        loss="log_loss", alpha=ALPHA, class_weight=weights, max_iter=epochs, tol=None,
        random_state=SEED, n_jobs=-1,
    )  # fmt: skip


def _of_both_titles(weights: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A row a title; of two titles scikit-learn gives the second one's alone."""
    if len(weights) > 1:
        return weights, bias
    return np.vstack([-weights, weights]), np.concatenate([-bias, bias])


def _largest(weights: np.ndarray, most: int) -> sparse.csr_matrix:
    """So many weights of largest size; the others are cut to 0."""
    sizes = np.abs(weights)
    if sizes.size <= most:
        return sparse.csr_matrix(weights)
    least = np.partition(sizes, sizes.size - most, axis=None)[sizes.size - most]
    return sparse.csr_matrix(np.where(sizes >= least, weights, 0.0))


def shorten(scores: Scores) -> SimilarJobs:
    """The model as it is published: the right order of titles, no calibration yet.

    Weights stay as large as they were fitted: a calibration that is learnt on some folds' scores
    has to hold for others of the same scale.
    """
    vocabulary, order = Vocabulary.build(list(scores.terms))
    ordered = scores.weights[order]
    ordered.sort_indices()
    return SimilarJobs(
        titles=scores.titles,
        vocabulary=vocabulary,
        idf=scores.idf[order].astype(np.float32),
        starts=ordered.indptr.astype(np.int64),
        columns=ordered.indices.astype(np.uint16),
        weights=ordered.data.astype(np.float16),
        bias=scores.bias.astype(np.float32),
        calibration=NO_CALIBRATION,
        threshold=0.0,
    )


@dataclass(frozen=True)
class Scored:
    """Held-out texts: the names of their lengths and how many of their terms are known, each of
    shape (texts,), their scores, shape (texts, titles), and the positions of their true titles,
    shape (texts,).
    """

    lengths: np.ndarray
    known: np.ndarray
    scores: np.ndarray
    owners: np.ndarray


def _score_held_out(texts: Texts, titles: list[str], lengths: list[str]) -> Scored:
    """Texts at these lengths, each scored by a model fitted on the other folds' texts."""
    rows = texts.rows
    folds = min(CALIBRATION_FOLDS, rows["group"].nunique())
    enough = min(folds, math.ceil(CALIBRATION_ROWS * folds / len(rows)))
    splits = GroupKFold(folds, shuffle=True, random_state=SEED).split(rows, groups=rows["group"])
    positions = {title: i for i, title in enumerate(titles)}
    names, known, scores, owners = [], [], [], []
    for _, held_out in progress(
        islice(splits, enough), desc="calibrating", total=enough, unit=" folds"
    ):
        rest = texts.without(rows["group"].iloc[held_out])
        if rest.rows["title"].nunique() < 2:  # All texts of the other title are held out.
            continue
        model = shorten(fit_scores(rest))
        columns = [positions[title] for title in model.titles]
        # Of a row no more than one text of each length: others would be much the same.
        most = len(lengths) * min(CALIBRATION_TEXTS // enough, len(held_out))
        drawn = at_lengths(rows.iloc[held_out], most, lengths)
        for name, title, content in drawn:
            terms = model.known_terms(content)
            if terms:
                each = model.scores(terms)
                names.append(name)
                known.append(len(terms))
                # A title that the fold has not seen scores as the least likely one.
                scores.append(np.full(len(titles), each.min()))
                scores[-1][columns] = each
                owners.append(positions[title])
    return Scored(np.array(names), np.array(known), np.array(scores), np.array(owners))


def calibrate(scored: Scored) -> tuple[Calibration, float]:
    """The calibration that fits held-out texts, and the threshold of the conformal set.

    Texts of one length cannot tell what another does: they are fitted with a rise of 0.
    Where no held-out text has a known term, nothing is calibrated and every title is likely.
    """
    if not len(scored.owners):
        return NO_CALIBRATION, 0.0
    rises = len(np.unique(scored.lengths)) > 1
    texts = np.arange(len(scored.owners))
    spread = np.maximum(scored.scores.max(axis=1) - scored.scores.mean(axis=1), LEAST_SPREAD)

    def logits(x: np.ndarray) -> np.ndarray:
        factors = first_factor(np.exp(x[0]), x[1] * rises, x[2], scored.known, spread)
        return factors[:, None] * scored.scores

    def loss(x: np.ndarray) -> float:
        each = logits(x)
        return float((logsumexp(each, axis=1) - each[texts, scored.owners]).mean())

    start = [np.log(5 / np.sqrt(np.median(spread))), 0.5, -0.5]
    best = optimize.minimize(
        loss, start, method="Nelder-Mead", bounds=BOUNDS, options={"maxfev": 150}
    )
    first = softmax(logits(best.x), axis=1).max(axis=1)
    curve = _curve(first, scored.scores.argmax(axis=1) == scored.owners)
    rise = float(best.x[1] * rises)
    fitted = Calibration(float(np.exp(best.x[0])), rise, float(best.x[2]), *curve)
    scales = [
        fitted.scale(scores, known)
        for scores, known in zip(scored.scores, scored.known, strict=True)
    ]
    probabilities = softmax(np.array(scales)[:, None] * scored.scores, axis=1)
    return fitted, _threshold(probabilities[texts, scored.owners], scored.lengths)


def _threshold(of_true: np.ndarray, lengths: np.ndarray) -> float:
    """What the true titles' probabilities reach in nine of ten texts of each length, or more."""
    return min(_reached(of_true[lengths == length]) for length in np.unique(lengths))


def _reached(probabilities: np.ndarray) -> float:
    """By the smallest but as many as may miss; by 0, where there are too few to say."""
    missing = int((len(probabilities) + 1) * CONFORMAL_MISSES)
    return float(np.sort(probabilities)[missing - 1]) if missing else 0.0


def _curve(said: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How often the first title is right, by the probability it is given: ascending points."""
    order = np.argsort(said, kind="stable")
    low, high = RIGHT_RANGE
    fitted = isotonic_regression(right[order].astype(float), y_min=low, y_max=high)
    points = min(CURVE_POINTS, len(said))
    levels, first = np.unique(
        [part.mean() for part in np.array_split(said[order], points)], return_index=True
    )
    return levels, np.array([part.mean() for part in np.array_split(fitted, points)])[first]
