import json
import threading
from dataclasses import replace
from random import Random

import joblib
import numpy as np
import pytest
from scipy import sparse
from scipy.special import softmax
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from bench import whole
from shared import models as serving
from shared import text
from shared.errors import ModelsUnavailable
from shared.models import (
    FACTOR_RANGE,
    REASONS,
    Calibration,
    SimilarJobs,
    load_similar_jobs,
)
from shared.pipeline import ALLOWED
from shared.top_skills import TopSkills, load_top_skills
from shared.vocabulary import Vocabulary
from training import evaluate
from training import similar_jobs as recipe
from training.dataset import Dataset

SHORTENED = 0.005
"""How much a probability may change where numbers are shortened for size."""
MEASURED = 0.002
"""How much top-1, top-5 and ECE may change by that."""
ODD = [
    "",
    " \n\t",
    "the and of with",
    "!!! ??? ...",
    "\N{FIRE}\N{ROCKET}\N{PILE OF POO}",
    "managed\0projects\0with\0agile",
    "agile " + "a" * 10_000 + " scrum",
    "a" * 10_000,
    "\N{RIGHT-TO-LEFT OVERRIDE}managed projects",
    "ניהול פרויקטים project management",
    "管理项目",
    "ＭＡＮＡＧＥＤ　ＰＲＯＪＥＣＴＳ",
    "\ud800 lone surrogate nurse",
    "nurse " * 500,
    "c++ c# .net node.js",
    "https://example.com/nurse someone@example.com",
    "Zürich naïve façade nurse",
    "1 2 3 4 5 2026",
]


@pytest.fixture(scope="module")
def jobs(work) -> SimilarJobs:
    return load_similar_jobs(work / "similar_jobs.model", "similar_jobs.model")


@pytest.fixture(scope="module")
def skills(work) -> TopSkills:
    return load_top_skills(work / "top_skills.model", "top_skills.model")


ODD_PIECES = [
    "nurse", "agile", "managed projects", "c++", "node.js", "O'Brien's", "", " ", "\n", "\t",
    "\0", "\x07\x1b[0m", "\N{ZERO WIDTH SPACE}", "\N{RIGHT-TO-LEFT OVERRIDE}", "\ud83d",
    "\N{FIRE}", "管理", "プロジェクト", "проект", "ניהול", "Zürich", "naïve", "ﬁnance",
    "ＮＵＲＳＥ", "e\u0301lan", "İ", "the", "of", "1999", "-", "_", "...", "a@b.example",
    "https://example.com/x", "x" * 60, "!" * 50,
]  # fmt: skip


def odd_texts(number):
    """Texts of such pieces: with and without spaces between, some with one of them very often."""
    random = Random(0)
    for i in range(number):
        pieces = random.choices(ODD_PIECES, k=random.randint(1, 30))
        pieces += [random.choice(ODD_PIECES)] * (1_000 if i % 50 == 0 else random.randint(0, 5))
        yield random.choice(["", " ", "\n"]).join(pieces)


@pytest.fixture(scope="module")
def data(work):
    return Dataset.load(work)


@pytest.fixture(scope="module")
def rows(data):
    return data.rows


@pytest.fixture(scope="module")
def texts(rows):
    lines = list(rows["text"][::8])
    joined = ["\n".join(lines[i : i + 12]) for i in range(0, len(lines), 12)]
    return [*lines, *joined, "\n".join(lines[:400]), *odd_texts(1_500), *ODD]


class Reference:
    """What the docstring of SimilarJobs says, by scikit-learn, of what scikit-learn fitted."""

    def __init__(self, fitted, calibration):
        self.vectorizer = DictVectorizer(sort=False).fit([dict.fromkeys(fitted.terms, 0.0)])
        self.tfidf = TfidfTransformer()
        self.tfidf.idf_ = fitted.idf
        self.weights = fitted.weights
        self.bias = fitted.bias
        self.calibration = calibration

    def vectors(self, texts):
        """TF-IDF over the model's terms, shape (texts, terms), and each text's known terms."""
        counts = self.vectorizer.transform(map(text.counts, texts))
        return self.tfidf.transform(counts.log1p()), np.diff(counts.indptr)

    def probabilities(self, texts):
        """Shape (texts, titles), and which texts have known terms."""
        vectors, lengths = self.vectors(texts)
        scores = (vectors @ self.weights).toarray() + self.bias
        factors = list(map(self.calibration.scale, scores, lengths))
        return softmax(np.array(factors)[:, None] * scores, axis=1), lengths > 0


@pytest.fixture(scope="module", params=["prototypes", "linear"])
def fit(request, jobs, data):
    """A published model, and what scikit-learn had fitted.

    Titles that are single letters have enough words each for the linear model.
    """
    if request.param == "linear":
        data = replace(data, rows=data.rows.assign(title=data.rows["title"].str[0]))
    texts = recipe.read(data)
    scores = recipe.fit_scores(texts)
    calibrated = recipe.fit(texts) if request.param == "linear" else jobs
    published = replace(
        recipe.shorten(scores),
        calibration=calibrated.calibration,
        threshold=calibrated.threshold,
    )
    assert np.any(scores.bias) == (request.param == "linear")
    return published, scores


@pytest.fixture(scope="module")
def reference(jobs, data):
    return Reference(recipe.fit_scores(recipe.read(data)), jobs.calibration)


def largest_difference(model, expected, usable, texts):
    largest = 0.0
    for content, row, any_known in zip(texts, expected, usable, strict=True):
        probabilities = model.probabilities([content])
        assert (probabilities is not None) == any_known
        if any_known:
            largest = max(largest, np.abs(probabilities - row).max())
    return largest


def test_probabilities_are_those_that_scikit_learn_gets(fit, texts):
    published, fitted = fit
    expected, usable = Reference(fitted, published.calibration).probabilities(texts)
    assert len(texts) > 3_000
    assert usable.sum() > 2_500
    assert not usable.all()
    assert expected[usable].max() > 0.5
    assert largest_difference(whole.served(fitted, published), expected, usable, texts) < 1e-6
    assert 1e-6 < largest_difference(published, expected, usable, texts) < SHORTENED


def test_shortened_numbers_rank_and_calibrate_as_whole_ones_do(fit, rows):
    published, fitted = fit
    some = rows[::4]
    titles = some["title"] if len(published.titles) > 26 else some["title"].str[0]
    pairs = list(zip(titles, some["text"], strict=True))
    short, full = (
        evaluate.measure(evaluate.predict(model, pairs))
        for model in (published, whole.served(fitted, published))
    )
    assert full.top1 > 0.5
    for measure in ("top1", "top5", "ece"):
        assert abs(getattr(short, measure) - getattr(full, measure)) <= MEASURED


def test_several_texts_give_the_geometric_mean_of_those_that_can_be_used(jobs, reference, texts):
    some = [texts[3], "", texts[40], "the and of", texts[-20]]
    expected, usable = reference.probabilities(some)
    mean = np.exp(np.log(expected[usable]).mean(axis=0))
    np.testing.assert_allclose(jobs.probabilities(some), mean / mean.sum(), rtol=0, atol=SHORTENED)


@pytest.mark.parametrize("content", ODD, ids=lambda each: ascii(each[:12]))
def test_odd_texts_give_a_distribution_or_nothing(jobs, content):
    probabilities = jobs.probabilities([content])
    if probabilities is not None:
        assert probabilities.shape == (len(jobs.titles),)
        assert probabilities.min() >= 0
        assert probabilities.sum() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("unusable", [[], [""], ["the and of"], ["", "!!!"], ["zzqqxxj"]])
def test_without_a_known_word_there_is_no_distribution(jobs, unusable):
    assert jobs.probabilities(unusable) is None


def test_the_order_of_texts_does_not_matter(jobs, texts):
    some = texts[:5]
    np.testing.assert_allclose(
        jobs.probabilities(some), jobs.probabilities(some[::-1]), rtol=0, atol=1e-12
    )


def test_one_text_is_read_at_a_time(jobs):
    reading = threading.Thread(target=jobs.probabilities, args=(["managed agile projects"],))
    with serving._computing:
        reading.start()
        reading.join(0.5)
        assert reading.is_alive()
    reading.join()


def test_titles_are_sorted_and_stand_once(jobs, skills):
    for titles in (jobs.titles, skills.index.titles):
        assert titles == sorted(set(titles))
    assert jobs.titles == skills.index.titles


def test_a_model_that_can_be_computed_by_hand():
    vocabulary, order = Vocabulary.build([text.stem(word) for word in ("grill", "soup", "ward")])
    weights = np.array([[0.5, 0.0], [0.25, 0.0], [0.0, 1.0]])[order]
    rows = sparse.csr_matrix(weights)
    straight = np.array([0.0, 1.0])
    model = SimilarJobs(
        titles=["cook", "nurse"],
        vocabulary=vocabulary,
        idf=np.array([1.0, 2.0, 2.0], np.float32)[order],
        starts=rows.indptr.astype(np.int64),
        columns=rows.indices.astype(np.uint16),
        weights=rows.data.astype(np.float16),
        bias=np.array([0.1, -0.1], np.float32),
        calibration=Calibration(3.0, 0.0, 0.0, straight, straight),
        threshold=0.0,
    )
    # "soup" stands first and after three words, "grill" after two; their IDFs are 2 and 1. Then
    # both are scaled to length 1.
    soup = np.log(1 + 1 + (1 + 3 / 20) ** -0.4) * 2
    grill = np.log(1 + (1 + 2 / 20) ** -0.4) * 1
    length = np.hypot(soup, grill)
    cook = (0.25 * soup + 0.5 * grill) / length + 0.1
    expected = softmax([3 * cook, 3 * -0.1])
    np.testing.assert_allclose(model.probabilities(["soup, the grill; soup!"]), expected, atol=1e-6)


# Calibration


@pytest.fixture(scope="module")
def calibration(jobs):
    return jobs.calibration


def test_calibration_keeps_the_order_of_titles(calibration):
    random = np.random.default_rng(0)
    for known in (1, 10, 300):
        assert calibration.scale(random.normal(size=300), known) > 0


def test_the_first_factor_rises_with_the_terms_and_levels_off():
    calibration = Calibration(3.0, 2.0, -0.5, np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    scores = np.array([8.0, 2.0, 2.0])  # A spread of 4.
    factors = [calibration.first_scale(scores, known) for known in (20, 60, 10**9)]
    np.testing.assert_allclose(factors, [3 / 4 / 2, 3 * 9 / 16 / 2, 3 / 2])


def test_calibration_gives_the_first_title_the_share_that_was_right():
    calibration = Calibration(1.0, 0.0, 0.0, np.array([0.0, 1.0]), np.array([0.1, 0.9]))
    random = np.random.default_rng(0)
    for size in (3, 30):
        scores = random.normal(size=size)
        said = softmax(calibration.first_scale(scores, 5) * scores).max()
        given = softmax(calibration.scale(scores, 5) * scores).max()
        assert given == pytest.approx(0.1 + 0.8 * said, abs=1e-6)


def test_a_title_next_to_which_no_other_counts_is_made_as_unsure_as_may_be():
    calibration = Calibration(1.0, 0.0, 0.0, np.array([0.0, 1.0]), np.array([0.1, 0.9]))
    scores = np.array([0.0, -740.0])  # exp(-740) has hardly a digit left.
    assert calibration.scale(scores, 1) == pytest.approx(FACTOR_RANGE[0])


@pytest.mark.parametrize("scores", [np.zeros(5), np.full(5, 1e-9), np.array([1.0, 1.0, 0.0])])
def test_titles_that_are_level_stay_so(calibration, scores):
    probabilities = softmax(calibration.scale(scores, 3) * scores)
    assert np.all(np.isfinite(probabilities))
    assert probabilities[0] == pytest.approx(probabilities[1])


# Why: phrases and the conformal set


def test_a_reason_weighs_what_its_term_adds_to_the_logit_above_the_mean(jobs, reference, texts):
    checked = 0
    for content in texts[:40]:
        vectors, lengths = reference.vectors([content])
        if not lengths[0]:
            continue
        probabilities = jobs.probabilities([content])
        first = int(np.argmax(probabilities))
        scores = (vectors @ reference.weights).toarray()[0] + reference.bias
        scale = jobs.calibration.scale(scores, lengths[0])
        rows = scale * reference.weights.multiply(vectors.T).toarray()
        shares = rows[:, first] - rows.mean(axis=1)
        for reason in jobs.explain([content], [first])[0]:
            assert np.abs(shares - reason.weight).min() < SHORTENED
            checked += 1
    assert checked > 60


def test_reasons_are_phrases_of_the_text_strongest_first(jobs, texts):
    for content in texts[:40]:
        words = set(text.words(content))
        for reasons in jobs.explain([content], list(range(0, len(jobs.titles), 40))):
            weights = [reason.weight for reason in reasons]
            assert weights == sorted(weights, reverse=True)
            assert all(weight > 0 for weight in weights)
            assert len(reasons) <= REASONS
            for reason in reasons:
                assert words.issuperset(reason.phrase.split())


def test_the_strongest_reason_speaks_for_the_title(jobs):
    position = jobs.titles.index("data scientist")
    content = "trained machine learning models in python and answered the phone"
    (reasons,) = jobs.explain([content], [position])
    assert set(reasons[0].phrase.split()) <= {"machine", "learning", "models", "python", "trained"}


def test_each_reason_has_a_word_that_no_stronger_one_has(jobs, texts):
    for content in texts[:40]:
        for reasons in jobs.explain([content], list(range(0, len(jobs.titles), 40))):
            said = set()
            for reason in reasons:
                assert not said.issuperset(reason.phrase.split())
                said.update(reason.phrase.split())


def test_a_reason_counts_in_the_mean_of_the_texts_with_a_known_word(jobs):
    content = "trained machine learning models in python"
    position = jobs.titles.index("data scientist")
    (once,) = jobs.explain([content], [position])
    (again,) = jobs.explain([content, "", content], [position])
    assert [each.phrase for each in again] == [each.phrase for each in once]
    assert [each.weight for each in again] == pytest.approx([each.weight for each in once])


def test_the_likely_titles_are_the_most_probable_ones(jobs, texts):
    for content in texts[:40]:
        probabilities = jobs.probabilities([content])
        if probabilities is None:
            continue
        likely = jobs.likely(probabilities)
        assert len(likely) >= 1
        assert list(probabilities[likely]) == sorted(probabilities, reverse=True)[: len(likely)]
        others = np.delete(probabilities, likely)
        assert np.all(others < jobs.threshold)


def test_there_is_a_likely_title_even_where_none_is_probable(jobs):
    even = np.full(len(jobs.titles), 1 / len(jobs.titles)) * jobs.threshold / 2
    assert len(jobs.likely(even)) == 1


# Loading


def test_our_own_file_is_told_from_a_pipeline_by_its_ending(work, tmp_path):
    (tmp_path / "0123").write_bytes((work / "similar_jobs.model").read_bytes())
    assert isinstance(load_similar_jobs(tmp_path / "0123", "similar_jobs.model"), SimilarJobs)
    with pytest.raises(ModelsUnavailable, match=ALLOWED):
        load_similar_jobs(tmp_path / "0123", "similar_jobs.joblib")


def test_one_model_is_not_taken_for_the_other(work):
    with pytest.raises(ModelsUnavailable):
        load_similar_jobs(work / "top_skills.model", "similar_jobs.model")
    with pytest.raises(ModelsUnavailable):
        load_top_skills(work / "similar_jobs.model", "top_skills.model")


def test_a_pipeline_is_loaded_where_it_is_allowed(tmp_path, monkeypatch):
    monkeypatch.setenv(ALLOWED, "1")
    pipeline = make_pipeline(CountVectorizer(), MultinomialNB())
    pipeline.fit(["cared for patients", "wrote java"], ["nurse", "software engineer"])
    joblib.dump(pipeline, tmp_path / "similar_jobs.joblib")
    model = load_similar_jobs(tmp_path / "similar_jobs.joblib", "similar_jobs.joblib")
    assert model.titles == ["nurse", "software engineer"]
    expected = pipeline.predict_proba(["java"])[0]
    np.testing.assert_allclose(model.probabilities(["java"]), expected)


def test_what_is_published_names_the_files(models):
    manifest = json.loads((models / "manifest.json").read_text())
    names = [file["name"] for file in manifest["files"]]
    assert names == [
        "dataset.json",
        "held_out.model",
        "job_insights.model",
        "model_card.md",
        "similar_jobs.model",
        "top_skills.model",
    ]
