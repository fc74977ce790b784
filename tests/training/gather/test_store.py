import json
import sqlite3

import pytest

from training.errors import DataError
from training.gather.store import FILE, INDEX, Store
from training.gathered import Gathered


def record(number):
    return Gathered("posting", f"https://jobs.example/{number}", "", "", "Nurse", "Gave shots")


def ids(directory):
    return [json.loads(line)["id"] for line in (directory / FILE).read_text("utf-8").splitlines()]


def test_a_record_is_added_once(tmp_path):
    with Store(tmp_path) as store:
        assert store.add(record(1))
        assert not store.add(record(1))
    with Store(tmp_path) as store:
        assert not store.add(record(1))
        assert store.add(record(2))
        assert store.added == 1
    assert ids(tmp_path) == [record(1).id, record(2).id]


def test_a_line_that_was_not_written_whole_is_cut_off(tmp_path):
    with Store(tmp_path) as store:
        store.add(record(1))
    with (tmp_path / FILE).open("ab") as file:
        file.write(record(2).encode().encode()[:-5])
    with Store(tmp_path) as store:
        assert store.add(record(2))
    assert ids(tmp_path) == [record(1).id, record(2).id]


@pytest.mark.parametrize("lost", ["all", "the last"])
def test_an_index_that_lags_behind_catches_up(tmp_path, lost):
    with Store(tmp_path) as store:
        store.add(record(1))
        size = (tmp_path / FILE).stat().st_size
        store.add(record(2))
    if lost == "all":
        (tmp_path / INDEX).unlink()
    else:
        index = sqlite3.connect(tmp_path / INDEX)
        index.execute("delete from ids where id = ?", (record(2).id,))
        index.execute("update read set bytes = ?", (size,))
        index.commit()
        index.close()
    with Store(tmp_path) as store:
        assert not store.add(record(1))
        assert not store.add(record(2))
    assert ids(tmp_path) == [record(1).id, record(2).id]


@pytest.mark.parametrize("left", [b"", "first"])
def test_records_that_were_taken_out_may_come_again(tmp_path, left):
    with Store(tmp_path) as store:
        store.add(record(1))
        store.add(record(2))
    first = (tmp_path / FILE).read_bytes().splitlines(keepends=True)[0]
    (tmp_path / FILE).write_bytes(first if left == "first" else left)
    with Store(tmp_path) as store:
        assert store.add(record(2))
        assert store.add(record(1)) == (left != "first")
    assert set(ids(tmp_path)) == {record(1).id, record(2).id}


@pytest.mark.parametrize("line", [b"{}\n", b"[1]\n", b"half a li\n"])
def test_a_damaged_line_is_named(tmp_path, line):
    (tmp_path / FILE).write_bytes(line)
    with pytest.raises(DataError, match=r"records\.jsonl: a line is no gathered record"):
        Store(tmp_path).__enter__()
    (tmp_path / FILE).write_bytes(b"")
    with Store(tmp_path) as store:
        assert store.add(record(1))


def test_one_process_at_a_time(tmp_path):
    with Store(tmp_path), pytest.raises(DataError, match="another process"), Store(tmp_path):
        pass
    with Store(tmp_path) as store:
        assert store.add(record(1))
