import json
import os
import shutil
import subprocess
import sys

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from shared import manifest
from shared.errors import ModelsUnavailable
from shared.model_store import ModelStore
from shared.models import load_similar_jobs
from shared.pipeline import ALLOWED
from shared.storage import open_storage
from shared.top_skills import load_top_skills
from tests.conftest import ROOT, assert_one_line
from training import __main__ as training
from training import skill_taxonomy
from training.errors import DataError

TRADES = {
    "Sr. Nurses II": "patients wards wounds shots charts bandages vitals doctors",
    "Welder (Contract)": "steel torch seams pipes blueprints sparks tanks grinder",
    "Cook": "grill soups knives menus ovens dishes spices kitchen",
}
EVERYWHERE = "team shift safety customers schedule training supplies reports".split()
STEPS = ["build", "dataset", "fit", "evaluate", "publish", "rollback"]


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A small table of titles as people write them, some of whose rows are not easily told."""
    random = np.random.default_rng(0)
    everything = " ".join([*TRADES.values(), *EVERYWHERE]).split()
    rows = []
    for title, words in TRADES.items():
        for i in range(40):
            own = random.choice(words.split(), i % 3)
            rows.append((title, f"work {i}: {' '.join([*own, *random.choice(everything, 3)])}"))
    path = tmp_path_factory.mktemp("table") / "resumes.csv"
    pd.DataFrame(rows, columns=["job", "what"]).to_csv(path, index=False)
    return path


def command(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "training", *map(str, arguments)],
        env={**os.environ, **environment}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def built(table, tmp_path_factory):
    """What `build` leaves of the small table: the directory, and what was printed."""
    directory = tmp_path_factory.mktemp("built")
    columns = ("--title-column", "job", "--description-column", "what")
    places = ("--work", directory / "work", "--out", directory / "models")
    done = command("build", "--source", f"table:{table}", *columns, *places, PYTHONHASHSEED="1")
    assert done.returncode == 0, done.stderr
    return directory, done


def run(capsys, *arguments):
    code = training.main([str(each) for each in arguments])
    return (code, *capsys.readouterr())


# Help


@pytest.mark.parametrize("step", STEPS)
def test_every_step_has_help(capsys, step):
    with pytest.raises(SystemExit) as ended:
        training.main([step, "--help"])
    output = capsys.readouterr().out
    assert ended.value.code == 0
    assert output.startswith(f"usage: python -m training {step}")
    purpose = getattr(training, f"step_{step}").__doc__
    assert purpose in " ".join(output.split())


def test_help_names_every_step():
    done = command("--help")
    assert done.returncode == 0
    for step in STEPS:
        assert f"    {step} " in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [[], ["what"], ["build", "--what"], ["rollback", "--json"], ["fit", "--min-rows", "x"]],
)
def test_a_command_that_there_is_not_is_explained(capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        training.main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m training" in capsys.readouterr().err


# From a table to answers


def test_a_build_ends_with_a_summary_and_without_complaints(built):
    directory, done = built
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0].startswith("dataset: 120 texts of 3 titles")
    assert sum(line.startswith("fitted: ") for line in lines) == 3
    assert any(line.split()[:2] == ["texts", "top1"] for line in lines)
    assert lines[-2].startswith("published: version ")
    assert lines[-2].endswith(str(directory / "models"))
    assert lines[-1].startswith("built in ")


def test_what_is_built_answers(built):
    directory, _ = built
    storage = open_storage(str(directory / "models"))
    jobs = ModelStore(storage, "similar_jobs", load_similar_jobs, directory / "cache").get().model
    assert jobs.titles == ["cook", "nurse", "welder"]
    assert jobs.titles[int(np.argmax(jobs.probabilities(["soups and menus"])))] == "cook"
    skills = ModelStore(storage, "top_skills", load_top_skills, directory / "cache").get().model
    assert skills.index.find("Senior Welders") == "welder"
    phrases = " ".join(skill.phrase for skill in skills.skills("welder", 20)).split()
    assert set(TRADES["Welder (Contract)"].split()) & set(phrases)


def test_measures_are_published_with_the_models(built):
    directory, _ = built
    manifest = json.loads((directory / "models" / "manifest.json").read_text())
    report = json.loads((directory / "work" / "report.json").read_text())
    assert manifest["provenance"]["measures"] == report["groups"]
    assert report["groups"]["all"]["texts"] > 0


def published_card(models):
    made = manifest.decode((models / manifest.CURRENT).read_bytes())
    return (models / made.path("model_card.md")).read_text("utf-8")


def test_a_model_card_is_published_with_the_models(built):
    directory, _ = built
    card = published_card(directory / "models")
    held_out = json.loads((directory / "work" / "report.json").read_text())["groups"]["all"]
    assert "| table | 120 |" in card
    assert "120 texts of 3 titles" in card
    assert f"| all | {held_out['texts']} | {held_out['top1']:.3f} |" in card
    for name in ("similar_jobs.model", "top_skills.model"):
        size = (directory / "work" / name).stat().st_size
        assert f"| `{name}` | {size:,} |" in card


def test_publishing_the_same_again_is_the_same_version(built, tmp_path):
    work = shutil.copytree(built[0] / "work", tmp_path / "work")
    out = shutil.copytree(built[0] / "models", tmp_path / "models")
    before = (out / manifest.CURRENT).read_bytes()
    for step in (["evaluate"], ["publish", "--out", out]):
        done = command(*step, "--work", work)
        assert (done.returncode, done.stderr) == (0, "")
    assert (out / manifest.CURRENT).read_bytes() == before


def test_models_are_not_published_with_the_measures_of_those_before(built, tmp_path):
    work = shutil.copytree(built[0] / "work", tmp_path / "work")
    for step in (["fit"], ["publish", "--out", str(tmp_path / "out")]):
        assert training.main([*step, "--work", str(work)]) == 0
    made = manifest.decode((tmp_path / "out" / manifest.CURRENT).read_bytes())
    assert "measures" not in made.provenance
    assert "published without being measured" in published_card(tmp_path / "out")


def test_the_same_data_make_the_same_version_step_by_step(built, table, tmp_path):
    directory, _ = built
    work, out = ("--work", tmp_path / "work"), ("--out", tmp_path / "models")
    columns = ("--title-column", "job", "--description-column", "what")
    for arguments in (
        ("dataset", "--source", f"table:{table}", *columns, *work),
        ("fit", *work),
        ("evaluate", *work),
        ("publish", *work, *out),
    ):
        done = command(*arguments, PYTHONHASHSEED="2")
        assert (done.returncode, done.stderr) == (0, "")
    versions = [
        json.loads((place / "models" / "manifest.json").read_text())["version"]
        for place in (directory, tmp_path)
    ]
    assert versions[0] == versions[1]


def test_evaluate_prints_json(built, capsys):
    directory, _ = built
    code, output, errors = run(capsys, "evaluate", "--json", "--work", directory / "work")
    assert (code, errors) == (0, "")
    report = json.loads(output)
    assert set(report) == {"groups", "titles", "confusions", "bins", "sets"}
    assert report["groups"]["all"]["texts"] == report["groups"]["source table"]["texts"]
    assert {each["title"] for each in report["titles"]} == {"cook", "nurse", "welder"}
    assert len(report["bins"]) == 15
    assert report["sets"]["texts"] == report["groups"]["all"]["texts"]


def test_evaluate_prints_a_table_and_where_the_pictures_are(built, capsys):
    directory, _ = built
    code, output, _ = run(capsys, "evaluate", "--work", directory / "work")
    assert code == 0
    assert "source table" in output
    drawn = [line.removeprefix("drawn: ") for line in output.splitlines() if "drawn: " in line]
    assert drawn == [
        str(directory / "work" / f"{name}.png") for name in ("reliability", "confusions")
    ]
    assert all(os.path.getsize(path) for path in drawn)


def test_only_evaluation_loads_what_draws():
    code = "import sys; from training import __main__; print('matplotlib' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


# Steps that miss something


@pytest.mark.parametrize("step", ["fit", "evaluate"])
def test_without_a_dataset_the_step_to_run_is_named(capsys, tmp_path, step):
    assert_one_line(run(capsys, step, "--work", tmp_path), "run the step `dataset` first")


def test_without_a_fit_the_step_to_run_is_named(capsys, built, tmp_path):
    directory, _ = built
    for name in ("dataset.parquet", "others.parquet", "jobs.parquet", "names.json"):
        (tmp_path / name).write_bytes((directory / "work" / name).read_bytes())
    assert_one_line(run(capsys, "evaluate", "--work", tmp_path), "run the step `fit` first")
    result = run(capsys, "publish", "--work", tmp_path, "--out", tmp_path / "models")
    assert_one_line(result, "run the step `fit` first")


@pytest.mark.parametrize("name", ["data.json", "report.json", "dataset.json"])
def test_what_was_not_all_noted_of_a_fit_is_one_clear_line(capsys, built, tmp_path, name):
    shutil.copytree(built[0] / "work", tmp_path / "work")
    (tmp_path / "work" / name).write_text('{"texts": 12, "sour')
    result = run(capsys, "publish", "--work", tmp_path / "work", "--out", tmp_path / "models")
    assert_one_line(result, f"{name} is damaged")
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize(
    "name", ["similar_jobs.model", "top_skills.model", "job_insights.model", "held_out.model"]
)
def test_a_model_that_was_not_all_written_is_not_published(capsys, built, tmp_path, name):
    shutil.copytree(built[0] / "work", tmp_path / "work")
    os.truncate(tmp_path / "work" / name, os.path.getsize(tmp_path / "work" / name) // 2)
    result = run(capsys, "publish", "--work", tmp_path / "work", "--out", tmp_path / "models")
    assert_one_line(result, f"{name} is damaged")
    assert not (tmp_path / "models").exists()


def test_a_model_of_another_dataset_is_not_measured(capsys, built, table, tmp_path):
    shutil.copytree(built[0] / "work", tmp_path / "work")
    columns = ("--title-column", "job", "--description-column", "what")
    work = ("--work", tmp_path / "work")
    assert run(capsys, "dataset", "--source", f"table:{table}", *columns, *work)[0] == 0
    assert_one_line(run(capsys, "evaluate", *work), "run the step `fit` first")
    assert not (tmp_path / "models").exists()
    assert not list((tmp_path / "work").glob("*.png"))


def test_a_model_of_before_is_not_measured_on_a_dataset_that_was_not_all_written(
    capsys, built, table, tmp_path
):
    shutil.copytree(built[0] / "work", tmp_path / "work")
    (tmp_path / "work" / "jobs.parquet").unlink()
    (tmp_path / "work" / "jobs.parquet").mkdir()
    columns = ("--title-column", "job", "--description-column", "what")
    work = ("--work", tmp_path / "work")
    assert_one_line(run(capsys, "dataset", "--source", f"table:{table}", *columns, *work), "jobs")
    (tmp_path / "work" / "jobs.parquet").rmdir()
    shutil.copy(built[0] / "work" / "jobs.parquet", tmp_path / "work")
    assert_one_line(run(capsys, "evaluate", *work), "run the step `fit` first")


def test_models_of_two_datasets_are_not_published_together(capsys, built, monkeypatch, tmp_path):
    shutil.copytree(built[0] / "work", tmp_path / "work")
    monkeypatch.setattr(skill_taxonomy, "load", fail)
    work = ("--work", tmp_path / "work")
    assert_one_line(run(capsys, "fit", *work), "no wheel")
    assert (tmp_path / "work" / "similar_jobs.model").exists()
    result = run(capsys, "publish", *work, "--out", tmp_path / "models")
    assert_one_line(result, "top_skills.model is missing: run the step `fit` first")


def fail():
    raise DataError("no wheel")


def test_build_prints_json_alone(table, tmp_path):
    columns = ("--title-column", "job", "--description-column", "what")
    places = ("--work", tmp_path / "work", "--out", tmp_path / "models")
    done = command("build", "--source", f"table:{table}", *columns, *places, "--json")
    assert json.loads(done.stdout) == json.loads((tmp_path / "work" / "report.json").read_text())
    assert "published: version" in done.stderr


def test_nothing_published_cannot_be_rolled_back(capsys, tmp_path):
    assert_one_line(run(capsys, "rollback", "--out", tmp_path), "no models are published")


def test_places_that_cannot_be_written_are_one_clear_line(capsys, built, table, tmp_path):
    directory, _ = built
    (tmp_path / "file").write_text("in the way")
    columns = ("--title-column", "job", "--description-column", "what")
    source = ("--source", f"table:{table}")
    result = run(capsys, "dataset", *source, *columns, "--work", tmp_path / "file")
    assert_one_line(result, str(tmp_path / "file"))
    result = run(capsys, "publish", "--work", directory / "work", "--out", tmp_path / "file")
    assert_one_line(result, str(tmp_path / "file"))


def test_a_place_without_a_bucket_is_one_clear_line(capsys, built):
    directory, _ = built
    result = run(capsys, "publish", "--work", directory / "work", "--out", "gs://")
    assert_one_line(result, "gs:// names no bucket")


# A plain pipeline


@pytest.fixture
def pipeline(tmp_path):
    rows = [(title, word) for title, words in TRADES.items() for word in words.split()]
    titles, texts = zip(*rows, strict=True)
    fitted = make_pipeline(TfidfVectorizer(), MultinomialNB(alpha=0.02)).fit(texts, titles)
    joblib.dump(fitted, tmp_path / "original.pkl")
    return fitted, tmp_path / "original.pkl"


def test_a_plain_pipeline_is_published_in_the_place_of_ours(
    built, pipeline, capsys, tmp_path, monkeypatch
):
    directory, _ = built
    fitted, path = pipeline
    out = tmp_path / "models"
    work = ("--work", directory / "work", "--out", out)
    code, *_ = run(capsys, "publish", "--pipeline", path, *work)
    assert code == 0
    names = [file["name"] for file in json.loads((out / "manifest.json").read_text())["files"]]
    assert names == [
        "job_insights.model",
        "model_card.md",
        "similar_jobs.joblib",
        "top_skills.model",
    ]
    store = ModelStore(open_storage(str(out)), "similar_jobs", load_similar_jobs, tmp_path)
    with pytest.raises(ModelsUnavailable, match=ALLOWED):
        store.get()
    monkeypatch.setenv(ALLOWED, "1")
    # Another store: the first one does not try again so soon.
    store = ModelStore(open_storage(str(out)), "similar_jobs", load_similar_jobs, tmp_path)
    model = store.get().model
    assert model.titles == sorted(TRADES)
    expected = fitted.predict_proba(["steel"])[0]
    np.testing.assert_allclose(model.probabilities(["steel"]), expected)


def test_a_pipeline_is_not_published_with_the_measures_of_another_model(built, pipeline, tmp_path):
    out = tmp_path / "out"
    work = shutil.copytree(built[0] / "work", tmp_path / "copy")
    options = ["--work", str(work), "--out", str(out)]
    for more, measured in ((["--pipeline", str(pipeline[1])], False), ([], True)):
        assert training.main(["publish", *options, *more]) == 0
        made = manifest.decode((out / manifest.CURRENT).read_bytes())
        assert ("measures" in made.provenance) is measured
        assert ("| all |" in published_card(out)) is measured
        assert ("not fitted by Career Climber" in published_card(out)) is not measured


def test_a_pipeline_that_is_not_there_is_one_clear_line(built, capsys, tmp_path):
    directory, _ = built
    places = ("--work", directory / "work", "--out", tmp_path / "models")
    result = run(capsys, "publish", "--pipeline", tmp_path / "nowhere.pkl", *places)
    assert_one_line(result, "nowhere.pkl")
    assert not (tmp_path / "models").exists()
