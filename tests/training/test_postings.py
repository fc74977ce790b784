"""From gathered files to a dataset: `gather`, `process`, `dataset --source postings:FILE`."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import assert_one_line
from training.__main__ import main
from training.dataset import Dataset
from training.records import Record
from training.sources import open_sources
from training.sources.table import Columns

ONET = Path(__file__).parent.parent / "fixtures" / "onet"
JOBS = {
    "Sr. Nurse": ["dressed wounds", "gave shots to children", "took blood pressure", "led a ward"],
    "Welder II": ["welded pipes", "cut steel plates", "read blueprints of tanks", "ground seams"],
}


@pytest.fixture
def work(tmp_path):
    """What gathering and processing leave, of a resume and a release of O*NET."""
    jobs = [{"position": title, "summary": f"<p>{line}</p>", "startDate": "2019-02"}
            for title, lines in JOBS.items() for line in [*lines, f"{lines[0]} 7"]]  # fmt: skip
    (tmp_path / "resume.json").write_text(json.dumps({"work": jobs}))
    out = ["--out", str(tmp_path)]
    files = ["--json-resume", str(tmp_path / "resume.json"), "--onet", str(ONET)]
    assert main(["gather", *files, *out]) == 0
    records, rows = str(tmp_path / "records.jsonl"), str(tmp_path / "rows.parquet")
    assert main(["process", records, "--rows", rows]) == 0
    return tmp_path


def records(path):
    (source,) = open_sources([f"postings:{path}"], Columns())
    assert list(source.other_names()) == []
    return list(source.records())


def test_rows_that_are_used_become_records(work):
    found = records(work / "rows.parquet")
    assert Record("ground seams", title="Welder II", start=2019) in found
    of_resume = [each for each in found if each.title]
    assert len(of_resume) == 8
    assert {each.occupation for each in found if each.occupation} >= {"Lighthouse Keepers"}


def test_a_directory_of_tables_is_read_alike(work):
    rows = pd.read_parquet(work / "rows.parquet")
    (work / "rows").mkdir()
    rows[:5].to_parquet(work / "rows" / "part-0.parquet")
    rows[5:].to_parquet(work / "rows" / "part-1.parquet")
    (work / "rows" / "_SUCCESS").touch()
    assert records(work / "rows") == records(work / "rows.parquet")


def test_a_dataset_is_built_of_them(work):
    source = f"postings:{work / 'rows.parquet'}"
    assert main(["dataset", "--source", source, "--work", str(work / "work")]) == 0
    rows = Dataset.load(work / "work").rows
    assert {"nurse", "welder"} <= set(rows["title"])
    assert set(rows["source"]) == {"postings"}


@pytest.mark.parametrize("spec", ["nowhere.parquet", "empty", "table.parquet", "text.parquet"])
def test_what_is_no_such_table_is_one_clear_line(tmp_path, capsys, spec):
    (tmp_path / "empty").mkdir()
    pd.DataFrame({"title": ["Nurse"]}).to_parquet(tmp_path / "table.parquet")
    (tmp_path / "text.parquet").write_text("no table")
    code = main(["dataset", "--source", f"postings:{tmp_path / spec}", "--work", str(tmp_path)])
    assert_one_line((code, *capsys.readouterr()), "is not what `python -m training process` writes")


def test_other_steps_import_neither_scrapy_nor_spark():
    code = (
        "import sys; from training.__main__ import parser; parser(); import training.dataset; "
        "print([each for each in ('scrapy', 'twisted', 'pyspark') if each in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
