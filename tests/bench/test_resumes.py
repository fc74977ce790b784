import numpy as np
import pandas as pd
import pytest

from bench import resumes
from bench.minilm import Embeddings
from tests.bench.conftest import WORDS
from training import __main__ as training
from training.dataset import Dataset
from training.errors import DataError


@pytest.fixture(scope="module")
def data(table):
    return resumes.read(table, "job")


def test_a_table_is_parted_as_training_does_it(table, data, tmp_path):
    command = ["dataset", "--work", str(tmp_path), "--source", f"table:{table}"]
    assert training.main([*command, "--label-column", "job"]) == 0
    own = Dataset.load(tmp_path).rows
    for column in ("title", "text", "group", "part"):
        assert list(data.rows[column]) == list(own[column])


def test_a_text_keeps_the_source_that_the_table_names(table, data):
    told = pd.read_parquet(table).set_index("description")["source"]
    assert list(data.rows["source"]) == list(told[data.rows["text"]])


def test_a_table_without_sources_is_one_source(table, tmp_path):
    pd.read_parquet(table).drop(columns="source").to_parquet(tmp_path / "jobs.parquet")
    data = resumes.read(tmp_path / "jobs.parquet", "job")
    assert set(data.rows["source"]) == {"table"}


def test_held_out_jobs_are_one_of_a_title_and_group_and_so_many_of_a_title(data, monkeypatch):
    jobs = resumes.held_out_jobs(data)
    assert set(jobs["part"]) == {"test"}
    groups = data.part("test").groupby("title")["group"].nunique()
    assert jobs["title"].value_counts().to_dict() == groups.to_dict()
    assert not jobs.duplicated(["title", "group"]).any()
    monkeypatch.setattr(resumes, "TITLE_JOBS", 2)
    assert resumes.held_out_jobs(data)["title"].value_counts().max() == 2


def by_word(texts):
    every = sorted({word for each in WORDS.values() for word in each})
    vectors = np.array([[word in text for word in every] for text in texts], float)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1)


def test_recipes_are_fitted_on_one_part_and_measured_on_learnable_titles_of_the_other(
    data, monkeypatch
):
    monkeypatch.setattr(resumes, "LEAST_GROUPS", 40)
    monkeypatch.setattr(resumes, "EMBEDDED_TEXTS", 50)
    asked = []
    embeddings = Embeddings(lambda texts: asked.extend(texts) or by_word(texts))
    made = resumes.compare_recipes(data, embeddings)
    held_out = resumes.held_out_jobs(data)
    measured = held_out[held_out["title"] != "juggler"]
    assert len(measured) < len(held_out)
    assert set(made.measures.xs("all", level=1)["texts"]) == {len(measured)}
    assert set(made.measures.index.get_level_values(1)) == {"all", "source a", "source b"}
    assert (made.measures["top1"] > 0.9).all()
    train = data.part("train")["title"].value_counts().clip(upper=50)
    assert len(set(asked)) == train.sum() + len(measured)


def test_default_models_are_not_those_of_other_data(data, tmp_path):
    data.save(tmp_path)
    with pytest.raises(DataError, match="other than default data"):
        resumes.fit_defaults(tmp_path, Embeddings(by_word))
