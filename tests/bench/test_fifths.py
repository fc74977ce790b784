import sys

import numpy as np
import pandas as pd
import pytest

from bench import fifths
from shared.models import load_similar_jobs
from training.evaluate import Prediction

LABEL = "job"


@pytest.fixture(scope="module")
def jobs(table):
    return pd.read_parquet(table)


def test_each_group_is_left_out_once(jobs):
    parts = [fifths.parted(jobs, i) for i in range(fifths.FIFTHS)]
    for others, left_out in parts:
        assert len(others) + len(left_out) == len(jobs)
        assert not set(others["text_group"]) & set(left_out["text_group"])
    assert sorted(i for _, left_out in parts for i in left_out.index) == list(jobs.index)


def test_jobs_count_whose_title_has_rows_enough_to_learn_from(jobs):
    others, left_out = fifths.parted(jobs, 0)
    few = others.groupby(LABEL).head(fifths.LEAST_ROWS)
    assert set(fifths.measurable(left_out, few, LABEL)["title"]) == set(left_out[LABEL])
    cooks = few[few[LABEL] == "cook"]
    found = fifths.measurable(left_out, few.drop(cooks.index[:1]), LABEL)
    assert set(found["title"]) == set(left_out[LABEL]) - {"cook"}
    assert set(found["text"]) <= set(left_out["description"])


def test_a_row_without_a_label_is_neither_learnt_nor_asked(jobs):
    unlabelled = jobs.assign(job=jobs[LABEL].where(jobs[LABEL] != "nurse"))
    assert set(fifths.labelled(unlabelled, LABEL)["title"]) == {"cook", "pilot", "juggler"}


def test_measures_are_of_so_many_jobs_a_title(monkeypatch):
    right = [Prediction("cook", "cook", 1.0, 1)] * 90
    wrong = [Prediction("nurse", "cook", 1.0, 2)] * 30
    monkeypatch.setattr(fifths, "TITLE_JOBS", 10)
    for drawn in fifths.draws(right + wrong):
        assert sorted(each.title for each in drawn) == ["cook"] * 10 + ["nurse"] * 10
    some = [Prediction("cook", each, 1.0, 1) for each in ["cook"] * 45 + ["nurse"] * 45]
    first = [sum(each.is_right for each in drawn) / 10 for drawn in fifths.draws(some)]
    assert len(first) == fifths.DRAWS
    (row,) = fifths.measured({("told", "whole"): some}).to_dict("records")
    assert row["jobs"] == 90
    assert row["texts"] == 10
    assert row["said"] == 1
    assert row["top1"] == pytest.approx(np.mean(first))
    assert np.std(first) > 0
    assert row["top1_sd"] == pytest.approx(np.std(first, ddof=1))


def test_the_staged_function_is_asked_for_jobs_that_its_models_never_saw(
    jobs, staged, tmp_path, monkeypatch, capsys
):
    """It says what the models in it say, and the command prints what comes of it."""
    function = staged["similar_jobs"] / "main.py"
    asked = []
    by_http = fifths.by_http

    def listening(function, models, jobs):
        (path,) = models.glob("versions/*/similar_jobs.model")
        model = load_similar_jobs(path, path.name)
        more = {name: [*pairs, ("cook", "?!")] for name, pairs in jobs.items()}
        for name, found in by_http(function, models, more):
            yield name, as_the_model(model, jobs[name], found)

    def as_the_model(model, pairs, found):
        for (title, text), each in zip(pairs, found[:-1], strict=True):
            own = model.probabilities([text])
            assert each.title == title
            assert each.first == model.titles[own.argmax()]
            assert each.probability == pytest.approx(own.max(), rel=1e-6)
        assert found[-1].first == ""
        asked.append(pairs)
        return found[:-1]

    monkeypatch.setattr(fifths, "by_http", listening)
    monkeypatch.setattr(fifths.instances, "stage", lambda: {"similar_jobs": function})
    jobs.to_parquet(tmp_path / "jobs.parquet")
    options = [str(tmp_path / "jobs.parquet"), "--label-column", LABEL, "--fifths", "3"]
    monkeypatch.setattr(sys, "argv", ["bench.fifths", *options])
    fifths.main()
    others, left_out = fifths.parted(jobs, 3)
    assert [len(pairs) for pairs in asked] == [len(left_out)] * 4
    assert not {text for _, text in asked[0]} & set(others["description"])
    one, mean = capsys.readouterr().out.split("\nmean of these\n")
    assert one.split("\n", 2)[2].strip() == mean.strip()
    rows = [line.split() for line in mean.splitlines()[1:]]
    assert len(rows) == 5
    assert all(float(row[-7]) > 0.9 for row in rows if "are" in row)


def test_the_mean_is_that_of_the_fifths(table, monkeypatch, capsys):
    right, wrong = Prediction("cook", "cook", 1.0, 1), Prediction("cook", "nurse", 1.0, 2)
    told = {0: [right] * 3, 4: [wrong] * 5}
    monkeypatch.setattr(fifths, "ask", lambda _table, _label, fifth: {("a", "b"): told[fifth]})
    monkeypatch.setattr(sys, "argv", ["bench.fifths", str(table), "--fifths", "0", "4"])
    fifths.main()
    columns, row = map(str.split, capsys.readouterr().out.splitlines()[-2:])
    found = dict(zip(columns, map(float, row[2:]), strict=True))
    assert (found["jobs"], found["top1"], found["top5"], found["mrr"]) == (4, 0.5, 1, 0.75)


def test_jobs_are_cut_to_the_first_words_of_each_length():
    text = " ".join(map(str, range(500)))
    found = fifths.at_lengths([("cook", text)])
    assert found.pop(fifths.WHOLE) == [("cook", text)]
    for words, each in zip(fifths.WORDS.values(), found.values(), strict=True):
        assert each == [("cook", " ".join(map(str, range(words))))]
