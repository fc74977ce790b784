import random
from dataclasses import replace

import pandas as pd
import pytest

from training.errors import DataError
from training.gathered import Gathered
from training.processing import one_process
from training.processing.clean import COLUMNS

WORK = """dressed wounds of patients after surgery and kept the charts of the ward in order while
teaching two students how to give shots without pain to small children and their parents""".split()


def record(number=0, title="Nurse", description=None, **told):
    source = f"https://jobs.example/{number}"
    words = random.Random(number).sample(WORK, len(WORK))
    text = " ".join(words) if description is None else description
    return Gathered("posting", source, "CC0", "2026-01-01T00:00:00Z", title, text, **told)


@pytest.fixture
def process(tmp_path):
    """Processes lines, or records, and gives the table that is written."""

    def run(*records, files=1):
        paths = []
        for i in range(files):
            path = tmp_path / f"{i}.jsonl"
            lines = [each if isinstance(each, str) else each.encode() for each in records[i::files]]
            path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            paths.append(path)
        run.outcome = one_process.process(paths, tmp_path / "out" / "rows.parquet")
        return pd.read_parquet(tmp_path / "out" / "rows.parquet")

    return run


def test_every_record_is_a_row_in_the_order_of_ids(process):
    made = [record(n) for n in range(20)]
    rows = process(*made, files=3)
    assert list(rows.columns) == list(COLUMNS)
    assert list(rows["id"]) == sorted(each.id for each in made)
    assert set(rows["left_out"]) == {""}
    assert process.outcome.rows == {"": 20}


def test_the_smallest_id_stands_for_its_near_duplicates(process):
    text = " ".join(WORK)
    made = [record(n, description=f"{text} No. {n}") for n in range(6)]
    rows = process(*made, record(7)).set_index("id")
    first, *others = sorted(each.id for each in made)
    assert rows["left_out"][first] == rows["left_out"][record(7).id] == ""
    assert {rows["left_out"][each] for each in others} == {"near-duplicate"}
    assert {rows["duplicate_of"][each] for each in others} == {first}
    assert "left out: 5 (near-duplicate)" in process.outcome.text()


def test_a_near_duplicate_under_another_title_is_used(process):
    rows = process(record(1, description="gave shots"), record(2, "Welder", "gave shots"))
    assert set(rows["left_out"]) == {""}


def test_a_record_that_is_left_out_stands_for_nobody(process):
    text = "Wir suchen Pfleger für unsere Klinik in Berlin"
    rows = process(*(record(n, description=text) for n in range(3)))
    assert set(rows["left_out"]) == {"not in English"}


def test_a_record_gathered_twice_is_one_row_and_no_duplicate(process):
    later = replace(record(1), fetched="2027-01-01T00:00:00Z")
    rows = process(later, record(1), record(2))
    assert len(rows) == 2
    assert set(rows["fetched"]) == {"2026-01-01T00:00:00Z"}
    assert set(rows["left_out"]) == {""}


def test_lines_that_cannot_be_read_are_counted(process):
    rows = process("{", record(1), record(2).encode()[:50])
    assert sorted(rows["left_out"]) == ["", "unreadable", "unreadable"]
    assert process.outcome.text().splitlines() == [
        "processed: 3 records, 1 of them used", "left out: 2 (unreadable)",
    ]  # fmt: skip


def test_nothing_at_all_is_an_empty_table(process):
    rows = process()
    assert rows.empty
    assert list(rows.columns) == list(COLUMNS)


def test_the_order_of_records_does_not_matter(process):
    made = [record(n % 40, description=" ".join(WORK[n % 7 :])) for n in range(60)]
    rows = process(*made)
    assert (rows["left_out"] == "near-duplicate").any()
    pd.testing.assert_frame_equal(rows, process(*reversed(made)))


def test_more_records_than_a_batch(process, monkeypatch):
    made = [record(n) for n in range(23)]
    whole = process(*made, *made)
    monkeypatch.setattr(one_process, "BATCH", 5)
    pd.testing.assert_frame_equal(whole, process(*made, *made))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        one_process.process([tmp_path / "nowhere"], tmp_path / "out")


def test_a_run_that_breaks_off_leaves_the_table_of_the_run_before(process, tmp_path, monkeypatch):
    before = process(record(1))
    monkeypatch.setattr(one_process, "replace", None)
    text = " ".join(WORK)
    with pytest.raises(TypeError):
        process(record(1, description=text), record(2, description=text))
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out" / "rows.parquet"), before)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["rows.parquet"]
