import os

import joblib
import numpy as np
import pytest
from sklearn import base
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC

from shared.errors import ModelsUnavailable
from shared.pipeline import ALLOWED, load_pipeline

TEXTS = ["cared for patients", "gave shots to patients", "wrote java", "tested java services"]
TITLES = ["nurse", "nurse", "software engineer", "software engineer"]


def fitted(classifier):
    pipeline = Pipeline([("tfidf", TfidfVectorizer()), ("classifier", classifier)])
    return pipeline.fit(TEXTS, TITLES)


@pytest.fixture
def path(tmp_path):
    joblib.dump(fitted(MultinomialNB(alpha=0.02)), tmp_path / "similar_jobs.joblib")
    return tmp_path / "similar_jobs.joblib"


@pytest.fixture
def allowed(monkeypatch):
    monkeypatch.setenv(ALLOWED, "1")


def test_a_pipeline_answers_what_it_says_itself(path, allowed):
    model = load_pipeline(path)
    assert model.titles == ["nurse", "software engineer"]
    expected = fitted(MultinomialNB(alpha=0.02)).predict_proba(["patients"])[0]
    np.testing.assert_allclose(model.probabilities(["patients"]), expected)


def test_several_texts_give_the_mean_and_not_a_longer_list(path, allowed):
    model = load_pipeline(path)
    both = model.probabilities(["patients", "java"])
    assert both.shape == (2,)
    each = [model.probabilities([text]) for text in ("patients", "java")]
    np.testing.assert_allclose(both, np.mean(each, axis=0))


def test_texts_without_a_word_do_not_count(path, allowed):
    model = load_pipeline(path)
    np.testing.assert_allclose(
        model.probabilities(["", "java", " \n"]), model.probabilities(["java"])
    )
    assert model.probabilities(["", " "]) is None
    assert model.probabilities([]) is None


class NoNumbers(MultinomialNB):
    def predict_proba(self, texts):
        return np.full((texts.shape[0], 2), np.nan)


def test_what_is_no_number_is_no_answer(tmp_path, allowed):
    joblib.dump(fitted(NoNumbers()), tmp_path / "similar_jobs.joblib")
    with pytest.raises(ModelsUnavailable, match="NaN"):
        load_pipeline(tmp_path / "similar_jobs.joblib").probabilities(["java"])


def test_a_pipeline_explains_nothing_and_promises_nothing(path, allowed):
    model = load_pipeline(path)
    assert model.explain(["java"], [0, 1]) == [[], []]
    assert model.likely(model.probabilities(["java"])) is None


@pytest.mark.parametrize("value", [None, "", "0", "true", "yes"])
def test_nothing_is_unpickled_unless_it_is_allowed(tmp_path, monkeypatch, value):
    monkeypatch.delenv(ALLOWED, raising=False)
    if value is not None:
        monkeypatch.setenv(ALLOWED, value)
    joblib.dump(MakesDirectory(str(tmp_path / "mark")), tmp_path / "evil.joblib")
    with pytest.raises(ModelsUnavailable, match=f"{ALLOWED}=1"):
        load_pipeline(tmp_path / "evil.joblib")
    assert not (tmp_path / "mark").exists()


class MakesDirectory:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


@pytest.mark.parametrize(
    "thing",
    [{"a": 1}, [1], "text", MultinomialNB(), fitted(LinearSVC())],
    ids=["dict", "list", "string", "not fitted", "without probabilities"],
)
def test_what_is_no_fitted_classifier_is_refused(tmp_path, allowed, thing):
    joblib.dump(thing, tmp_path / "thing.joblib")
    with pytest.raises(ModelsUnavailable, match="cannot be used"):
        load_pipeline(tmp_path / "thing.joblib")


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x80\x05"])
def test_a_damaged_file_is_refused(tmp_path, allowed, content):
    (tmp_path / "damaged.joblib").write_bytes(content)
    with pytest.raises(ModelsUnavailable, match="cannot be used"):
        load_pipeline(tmp_path / "damaged.joblib")


def test_a_truncated_file_is_refused(path, allowed):
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelsUnavailable, match="cannot be used"):
        load_pipeline(path)


def test_a_pipeline_of_another_scikit_learn_is_refused_and_says_what_to_do(
    tmp_path, allowed, monkeypatch
):
    with monkeypatch.context() as older:
        older.setattr(base, "__version__", "0.19.1")
        joblib.dump(fitted(MultinomialNB()), tmp_path / "old.joblib")
    with pytest.raises(ModelsUnavailable, match=r"requirements\.txt"):
        load_pipeline(tmp_path / "old.joblib")
