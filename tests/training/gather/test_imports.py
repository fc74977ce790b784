import json
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import assert_one_line
from training.__main__ import main

ONET = Path(__file__).parents[2] / "fixtures" / "onet"
RESUME = {
    "basics": {"name": "Jane Roe", "email": "jane@roe.example", "phone": "555 0100"},
    "work": [
        {"position": "Nurse", "name": "Clinic", "summary": "Gave shots.",
         "highlights": ["Led a ward", 5], "startDate": "2019-02", "endDate": "2021-03-01"},
        {"position": "Aide", "summary": 7}, "nothing",
    ],
    "education": [{"studyType": "Bachelor", "area": "Nursing", "institution": "State"}, None],
    "references": [{"name": "John Doe"}],
}  # fmt: skip


@pytest.fixture
def gather(tmp_path, capsys):
    """Runs the step `gather`; gives the exit code, the standard output and error."""

    def run(*options):
        code = main(["gather", "--out", str(tmp_path / "out"), *map(str, options)])
        return (code, *capsys.readouterr())

    return run


@pytest.fixture
def records(tmp_path):
    def read():
        lines = (tmp_path / "out" / "records.jsonl").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines]

    return read


def test_a_json_resume_becomes_jobs_without_the_person(gather, records, tmp_path):
    path = tmp_path / "resume.json"
    path.write_text(json.dumps(RESUME))
    code, output, _ = gather("--json-resume", path, "--licence", "consent of 2026-01-01")
    assert (code, output.split()[1]) == (0, "2")
    first, second = records()
    assert {part: first[part] for part in ("kind", "title", "description", "start", "end")} == {
        "kind": "resume", "title": "Nurse", "description": "Gave shots.\nLed a ward",
        "start": "2019-02", "end": "2021-03-01",
    }  # fmt: skip
    assert first["education"] == "Bachelor in Nursing"
    assert first["licence"] == "consent of 2026-01-01"
    assert second["description"] == ""
    assert not [word for word in ("Jane", "Roe", "555", "Doe", "State") if word in str(records())]


def test_a_table_becomes_records(gather, records, tmp_path):
    rows = {"job": ["Nurse", "Welder", None], "what": ["gave shots", "welded pipes", "nothing"],
            "start": ["May 2016", "", ""]}  # fmt: skip
    pd.DataFrame(rows).to_csv(tmp_path / "t.csv", index=False)
    options = ("--title-column", "job", "--description-column", "what")
    assert gather("--table", tmp_path / "t.csv", *options)[0] == 0
    assert [(each["source"], each["title"], each["start"]) for each in records()] == [
        ("table:t.csv#0", "Nurse", "2016"), ("table:t.csv#1", "Welder", ""),
    ]  # fmt: skip


def test_a_table_of_postings_keeps_pay_place_and_schooling(gather, records, tmp_path):
    rows = {"title": ["Nurse", "Welder"], "description": ["<p>shots</p>", None],
            "company": ["Clinic", None], "state": ["oh", "Austin, TX"], "salary": ["$40/hr", 52000],
            "education": ["M.S.", None], "field": ["Nursing", None]}  # fmt: skip
    pd.DataFrame(rows).to_csv(tmp_path / "t.csv", index=False)
    assert gather("--postings", tmp_path / "t.csv", "--employer-column", "company")[0] == 0
    nurse, welder = records()
    kept = ("kind", "employer", "location", "salary", "education", "person")
    assert {part: nurse[part] for part in kept} == {
        "kind": "posting", "employer": "Clinic", "location": "Ohio", "salary": "$40/hr",
        "education": "M.S. in Nursing", "person": "",
    }  # fmt: skip
    assert (welder["description"], welder["location"], welder["salary"]) == (
        "", "Austin, TX", "52000",
    )  # fmt: skip


def test_of_a_table_of_people_nothing_says_who_they_are(gather, records, tmp_path):
    rows = {"title": ["Nurse"] * 3, "person": ["Jane Roe", "John Doe", "Jane Roe"],
            "employer": ["Clinic"] * 3}  # fmt: skip
    pd.DataFrame(rows).to_csv(tmp_path / "t.csv", index=False)
    assert gather("--table", tmp_path / "t.csv")[0] == 0
    first, second, third = records()
    assert first["person"] == third["person"] != second["person"]
    assert not [word for word in ("Jane", "Roe", "Doe", "Clinic") if word in str(records())]


def test_a_release_of_onet_becomes_records_with_its_licence(gather, records):
    assert gather("--onet", ONET)[0] == 0
    assert {each["kind"] for each in records()} == {"onet"}
    assert {each["licence"] for each in records()} == {"CC BY 4.0, U.S. Department of Labor"}
    assert {each["source"] for each in records()} == {"onet:onet"}


def test_what_is_there_is_not_gathered_again(gather, records, tmp_path):
    path = tmp_path / "resume.json"
    path.write_text(json.dumps(RESUME))
    gather("--json-resume", path)
    before = records()
    _, output, _ = gather("--json-resume", path, "--onet", ONET)
    assert records()[:2] == before
    assert len(records()) == 2 + int(output.split()[1])


def test_nothing_of_a_resume_says_whose_it_is(gather, records, tmp_path):
    path = tmp_path / "Jane_Quillfeather.json"
    summary = "Led a ward. Call Jane Quillfeather at jane@q.example or 512-555-0188."
    path.write_text(json.dumps({"work": [{"position": "Nurse", "summary": summary}]}))
    assert gather("--json-resume", path)[0] == 0
    (record,) = records()
    assert record["description"].startswith("Led a ward. Call […]")
    assert not [w for w in ("Quillfeather", "jane@", "0188") if w in str(record)]


def test_resumes_of_two_people_may_have_one_name(gather, records, tmp_path):
    paths = [tmp_path / each / "resume.json" for each in "ab"]
    for path in paths:
        path.parent.mkdir()
        path.write_text('{"work": [{"position": "Cashier", "startDate": "2020"}]}')
    gather("--json-resume", paths[0], "--json-resume", paths[1])
    assert len({each["person"] for each in records()}) == len(records()) == 2


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"work": {}}', '{"work": null}', "\xff", '{"work": [], "education": 5}',
     pytest.param("[" * 100_000, id="deep")],
)  # fmt: skip
def test_what_is_no_json_resume_is_one_clear_line(gather, tmp_path, text):
    (tmp_path / "r.json").write_text(text, encoding="latin-1")
    assert_one_line(gather("--json-resume", tmp_path / "r.json"), "r.json is no JSON Resume")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "nothing to gather"),
        (["https://jobs.example/"], "--contact C is missing"),
        (["https://jobs.example/", "--contact", "me", "--delay", "0"], "--delay must be more"),
        (["https://jobs.example/", "--contact", "me", "--budget", "0"], "--budget 1 or more"),
        (["--contact", "me", "ftp://jobs.example/"], "ftp://jobs.example/ is no address of a page"),
        (["--contact", "me", "--sitemap", "jobs"], "jobs is no address of a page"),
    ],
)
def test_what_cannot_be_gathered_is_one_clear_line(gather, options, message):
    assert_one_line(gather(*options), message)
