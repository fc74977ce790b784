"""From gathered files to a dataset: `gather`, `process`, `dataset --source postings:FILE`."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from shared.job_insights import UNKNOWN
from shared.storage import open_storage
from tests.conftest import BUCKET, assert_one_line
from tests.training.given import table_of
from training.__main__ import main
from training.collected import education, next_jobs, pay
from training.dataset import Dataset
from training.records import Job, Record
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


@pytest.fixture
def jobs(tmp_path):
    """The jobs of rows of a table that was gathered and processed."""

    def made(*rows, option="--postings", **columns):
        pd.DataFrame(rows or columns).to_csv(tmp_path / "t.csv", index=False)
        command = ["gather", option, str(tmp_path / "t.csv"), "--out", str(tmp_path / "g")]
        assert main(command) == 0
        records, rows = str(tmp_path / "g" / "records.jsonl"), str(tmp_path / "r.parquet")
        assert main(["process", records, "--rows", rows]) == 0
        return list(open_sources([f"postings:{rows}"], Columns())[0].jobs())

    return made


def posting(number, salary="$50,000 - $70,000", **more):
    """Each of an employer of its own."""
    words = f"welds {'very ' * number}thick plates of ships at {number} yards"
    least = {"title": "Senior Welder", "employer": f"Yard {number}, Inc.", "state": "OH"}
    asked = {"salary": salary, "education": "high school diploma"}
    return {**least, "description": words, **asked, **more}


def groups(jobs):
    frame = table_of(jobs)
    assert set(frame["posted"]) == {True}
    (found,) = pay(frame, ["welder"])
    (asked,) = education(frame, ["welder"])
    assert next_jobs(frame, ["welder"]) == [[]]
    return found, asked


def test_pay_place_and_schooling_of_postings_are_those_of_employers(jobs):
    made = jobs(*(posting(n) for n in range(5)), posting(6, None, education="BSN"))
    assert Job("employer yard 0", "Senior Welder", salary=60_000, state="Ohio",
               level="high school", posted=True) in made  # fmt: skip
    found, asked = groups(made)
    assert [(area == UNKNOWN, figures[2], figures[-1]) for area, _, figures in found] == [
        (True, 60_000, 5), (True, 60_000, 5), (False, 60_000, 5), (False, 60_000, 5),
    ]  # fmt: skip
    assert asked[0] == (0, "high school", None, 5 / 6, 5)


def test_a_hundred_postings_of_one_employer_are_one_voice(jobs):
    many = [posting(n, "$90,000", employer=("Yard 0, Inc.", "YARD 0 INC", "Yard 0")[n % 3])
            for n in range(100)]  # fmt: skip
    four = [posting(n) for n in range(1, 4)]
    assert groups(jobs(*many, *four)) == ([], [])
    found, _ = groups(jobs(*many, *four, posting(4)))
    assert {figures[2] for _, _, figures in found} == {60_000}
    assert {figures[-1] for _, _, figures in found} == {5}


def test_copies_of_a_posting_that_names_no_employer_are_one_voice(jobs):
    same = [{**posting(1), "employer": None} for _ in range(9)]
    assert groups(jobs(*same)) == ([], [])
    others = [{**posting(n), "employer": None, "description": f"{'abcdef'[n]} welds {n} " * 9}
              for n in range(2, 6)]  # fmt: skip
    assert groups(jobs(*same, *others))[0][0][2][-1] == 5


def test_a_site_speaks_once_for_all_postings_that_name_no_employer(tmp_path):
    row = {"id": "1", "kind": "posting", "title": "Welder", "employer": "", "person": "",
           "state": None, "low": 50_000, "high": 50_000, "education": None, "field": None,
           "start": 2026, "duplicate_of": None}  # fmt: skip
    rows = [{**row, "id": str(n), "source": f"https://jobs.example/{n}"} for n in range(9)]
    pd.DataFrame(rows).to_parquet(tmp_path / "rows.parquet")
    (source,) = open_sources([f"postings:{tmp_path / 'rows.parquet'}"], Columns())
    assert {job.person for job in source.jobs()} == {"site jobs.example"}


def test_one_end_of_a_range_is_no_pay(jobs):
    assert {job.salary for job in jobs(posting(1, "up to $90,000"))} == {None}


def test_people_of_tables_and_resumes_are_no_employers(jobs, work):
    rows = [{"title": title, "person": "p", "start": year, "salary": "60k", "education": "BA, MBA"}
            for title, year in (("Nurse", 2019), ("Welder", 2021))]  # fmt: skip
    nurse, welder = sorted(jobs(*rows, option="--table"), key=lambda job: job.title)
    assert nurse.person == welder.person
    assert (nurse.order, welder.order, nurse.level) == (2019, 2021, "master")
    assert not nurse.posted
    (source,) = open_sources([f"postings:{work / 'rows.parquet'}"], Columns())
    of_resume = list(source.jobs())
    assert len({job.person for job in of_resume}) == 1
    assert not [job for job in of_resume if job.posted]


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


def test_tables_in_a_bucket_are_read_alike(work, emulator):
    rows, bucket = pd.read_parquet(work / "rows.parquet"), open_storage(f"gs://{BUCKET}/processed")
    bucket.write("part-0.parquet", rows[:5].to_parquet())
    bucket.write("part-1.parquet", rows[5:].to_parquet())
    bucket.write("_SUCCESS", b"")
    (source,) = open_sources([f"postings:gs://{BUCKET}/processed"], Columns())
    assert list(source.records()) == records(work / "rows.parquet")
    assert len(list(source.jobs())) == 10
    first = f"gs://{BUCKET}/processed/part-0.parquet"
    assert records(first) == records(work / "rows.parquet")[: len(records(first))]
    assert 0 < len(records(first)) < 6


def test_a_place_in_a_bucket_without_tables_is_one_clear_line(emulator, tmp_path, capsys):
    source = f"postings:gs://{BUCKET}/empty"
    code = main(["dataset", "--source", source, "--work", str(tmp_path)])
    assert_one_line((code, *capsys.readouterr()), "has no files that end with .parquet")


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
