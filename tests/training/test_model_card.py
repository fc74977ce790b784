from dataclasses import replace

import pandas as pd
import pytest

from training.dataset import Dataset
from training.evaluate import Bin, Measures, Sets
from training.model_card import SOURCES, Data, card, decode, describe
from training.records import Source
from training.report import Confusion, Report, TitleMeasures

DATA = Data({"starter": 13_700, "statements": 18_796}, 684, {"no words": 7, "others": 0})
REPORT = Report(
    groups={
        "all": Measures(3_398, 0.2119, 0.461, 0.331, 0.208, 0.026),
        "source starter": Measures(1_404, 0.191, 0.435, 0.309, 0.195, 0.037),
    },
    titles=[
        TitleMeasures("gaffer", 1, 0.0, 0.0, 0, None),
        TitleMeasures("usher", 8, 0.0, 0.125, 3, 0.0),
        TitleMeasures("cook", 9, 1.0, 1.0, 9, 1.0),
    ],
    confusions=[Confusion("usher", "ticket | taker", 5, 8)],
    bins=[Bin(0.0, 1 / 15, 0, None, None), Bin(1 / 15, 2 / 15, 1_204, 0.09, 0.11)],
    sets=Sets(3_398, 0.907, 80.25),
)
SECTIONS = [
    "Model details", "Intended use", "Factors", "Metrics", "Training data", "Evaluation data",
    "Quantitative analyses", "Ethical considerations", "Caveats and recommendations",
]  # fmt: skip


@pytest.fixture
def files(tmp_path):
    """Two models, and one made elsewhere, of known sizes."""
    sizes = {"top_skills.model": 2_000, "similar_jobs.model": 1_234_567, "similar_jobs.joblib": 5}
    for name, size in sizes.items():
        (tmp_path / name).write_bytes(b"x" * size)
    ours, skills, theirs = "similar_jobs.model", "top_skills.model", "similar_jobs.joblib"
    return {
        "ours": [tmp_path / skills, tmp_path / ours],
        "theirs": [tmp_path / theirs, tmp_path / skills],
    }


def sections(text):
    return {part.partition("\n")[0]: part for part in text.split("\n## ")[1:]}


@pytest.mark.parametrize("which", ["ours", "theirs"])
@pytest.mark.parametrize("data", [DATA, None])
@pytest.mark.parametrize("report", [REPORT, Report({}, [], [], [], None), None])
def test_a_card_has_the_sections_of_the_outline_and_the_intended_use(files, which, data, report):
    text = card(files[which], data, report)
    assert list(sections(text)) == SECTIONS
    use = " ".join(sections(text)["Intended use"].split())
    assert "Career exploration" in use
    assert "Out of scope: selecting, ranking or rejecting candidates" in use
    assert "NOTICE.md" in sections(text)["Model details"]


def test_the_same_input_gives_the_same_bytes(files):
    assert card(files["ours"], DATA, REPORT) == card(files["ours"][::-1], DATA, REPORT)


def test_a_card_tells_of_files_and_data(files):
    found = sections(card(files["ours"], DATA, REPORT))
    assert "| `similar_jobs.model` | 1,234,567 |" in found["Model details"]
    assert "| `top_skills.model` | 2,000 |" in found["Model details"]
    assert "32,496 texts of 684 titles:" in found["Training data"]
    assert "| statements | 18,796 | O*NET® task statements |" in found["Training data"]
    assert "Left out: 7 (no words)." in found["Training data"]
    assert "others" not in found["Training data"]
    assert "3,398 texts of 32,496 are held out: one in 10" in found["Evaluation data"]


def test_a_card_tells_of_the_measures(files):
    found = sections(card(files["ours"], DATA, REPORT))["Quantitative analyses"]
    assert "| all | 3,398 | 0.212 | 0.461 | 0.331 | 0.208 | 0.026 |" in found
    assert "| source starter | 1,404 | 0.191 |" in found
    assert "| 0.067 - 0.133 | 1,204 | 0.090 | 0.110 |" in found
    assert "0.000 - 0.067" not in found
    assert "hold the true title of 0.907" in found
    assert "| usher | 8 | 0.000 | 0.125 |" in found
    assert "gaffer" not in found
    assert "| usher | ticket \\| taker | 5 | 8 |" in found


def test_a_card_tells_of_texts_of_other_titles_that_teach(files):
    data = replace(DATA, others=2_331)
    told = "learns from 2,331 texts without a\nlabel"
    assert told in sections(card(files["ours"], data, REPORT))["Training data"]
    assert "learns from" not in card(files["theirs"], data, REPORT)
    assert "learns from" not in card(files["ours"], DATA, REPORT)


def test_a_card_promises_no_more_of_submissions_than_redaction_does(files):
    found = sections(card(files["ours"], Data({"submissions": 9}, 3, {}), REPORT))
    assert "taken out as far as they are found" in found["Training data"]


@pytest.mark.parametrize(("sources", "synthetic"), [({"starter": 9}, True), ({"table": 9}, False)])
def test_that_the_starter_corpus_is_synthetic_is_said_where_it_was_used(files, sources, synthetic):
    text = card(files["ours"], Data(sources, 3, {}), REPORT)
    assert ("is synthetic" in text) is synthetic


def test_of_a_pipeline_made_elsewhere_nothing_is_claimed(files):
    found = sections(card(files["theirs"], DATA, REPORT))
    assert "was not fitted by Career Climber" in found["Model details"]
    assert "TF-IDF" not in found["Model details"]
    assert "| `similar_jobs.joblib` | 5 |" in found["Model details"]
    assert "32,496 texts of 684 titles, of `top_skills` alone:" in found["Training data"]
    assert "the pipeline was not measured here" in found["Evaluation data"]
    assert found["Quantitative analyses"].strip().endswith("\n\nNone.")


def test_a_card_says_when_nothing_is_known(files):
    found = sections(card(files["ours"], None, None))
    assert "Not noted" in found["Training data"]
    assert "published without being measured" in found["Evaluation data"]
    assert found["Quantitative analyses"].strip().endswith("\n\nNone.")
    found = sections(card(files["ours"], DATA, Report({}, [], [], [], None)))
    assert "nothing is held out" in found["Evaluation data"]


def test_data_are_described_by_source():
    rows = pd.DataFrame([("cook", "a"), ("cook", "b"), ("nurse", "a")], columns=["title", "source"])
    others = pd.DataFrame([("pilot", "flew")], columns=["title", "text"])
    data = describe(Dataset(rows, {}, {"no words": 2}, others=others))
    assert data == Data({"a": 2, "b": 1}, titles=2, left_out={"no words": 2}, others=1)
    assert decode(data.encode()) == data


def test_every_source_is_described():
    assert {source.name for source in Source.__subclasses__()} == set(SOURCES)
