import json
from dataclasses import replace

import pytest

from training.gathered import Gathered, decode
from training.processing.clean import clean, clean_line
from training.processing.near_duplicates import NONE

pytestmark = pytest.mark.usefixtures("without_collection")
POSTING = Gathered(
    kind="posting", source="https://jobs.example/1", licence="all rights with the site",
    fetched="2026-01-02T03:04:05Z", title="Sr. Registered Nurse II &amp; Charge",
    description="<p>Care for patients.</p><ul><li>Give shots</li></ul>",
    employer=" Clinic\n&amp; Co ", location="Austin, TX, 78701, US", salary="USD 40-50 HOUR",
    education="bachelor degree in nursing", start="2026-01-01", end="01/31/2026",
)  # fmt: skip


def test_a_record_becomes_a_row():
    row, _ = clean(replace(POSTING, title="Sr. Registered Nurse II"))
    assert (row.title, row.name, row.seniority, row.level) == (
        "Sr. Registered Nurse II", "registered nurse", "senior", 2,
    )  # fmt: skip
    assert row.text == "Care for patients.\nGive shots"
    assert row.employer == "Clinic & Co"
    assert (row.location, row.state) == ("Austin, TX, 78701, US", "Texas")
    assert (row.low, row.high) == (83_200, 104_000)
    assert (row.education, row.field) == ("bachelor", "nursing")
    assert (row.start, row.end) == (2026, 2026)
    assert (row.left_out, row.duplicate_of) == ("", None)


def test_it_keeps_where_it_is_from():
    row, _ = clean(POSTING)
    assert (row.kind, row.source, row.licence, row.fetched) == (
        POSTING.kind, POSTING.source, POSTING.licence, POSTING.fetched,
    )  # fmt: skip
    assert (row.id, row.hash) == (POSTING.id, POSTING.hash)


def test_what_is_not_said_is_none():
    row, _ = clean(Gathered("table", "t", "", "", "Nurse", "Gave shots"))
    found = (row.seniority, row.level, row.state, row.low, row.high, row.education, row.field)
    assert {*found, row.start, row.end} == {None}


def test_dollars_are_american_where_the_place_is():
    def pay(**told):
        row, _ = clean(replace(POSTING, **told))
        return row.low

    assert pay(location="Toronto, ON, CA", salary="$90,000 a year") is None
    assert pay(location="Toronto, ON, CA", salary="USD 90000 YEAR") == 90_000
    assert pay(location="", salary="$90,000 a year") == 90_000


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"title": " <b></b> "}, "no title"),
        ({"title": "…"}, "no title"),
        ({"description": "<p>&nbsp;</p>"}, "no words"),
        ({"description": "and the of to"}, "no words"),
        ({"description": "Wir suchen Pfleger für unsere Klinik in Berlin"}, "not in English"),
    ],
)
def test_why_a_row_is_left_out(told, why):
    row, signature = clean(replace(POSTING, **told))
    assert row.left_out == why
    assert signature == NONE


BROKEN = [
    "", "{", "null", "[]", "{}", '"text"', "[" * 100_000, "\x00", POSTING.encode()[:-20],
    json.dumps({**json.loads(POSTING.encode()), "title": 5}),
    json.dumps({**json.loads(POSTING.encode()), "kind": "rumour"}),
]  # fmt: skip


@pytest.mark.parametrize("line", BROKEN, ids=range(len(BROKEN)))
def test_a_line_that_cannot_be_read_is_a_row_that_is_left_out(line):
    row, signature = clean_line(line)
    assert row.left_out == "unreadable"
    assert signature == NONE
    assert row.id == clean_line(line)[0].id


def test_different_lines_that_cannot_be_read_are_different_rows():
    assert len({clean_line(line)[0].id for line in BROKEN}) == len(BROKEN)


# Gathered records


def test_a_gathered_record_is_read_as_it_was_written():
    line = replace(POSTING, description="two\nlines, ünïcode, \ud800").encode()
    assert "\n" not in line
    assert decode(line).encode() == line


def test_its_id_is_of_the_place_and_the_content():
    assert replace(POSTING, fetched="2027-01-01T00:00:00Z", licence="CC0").id == POSTING.id
    assert replace(POSTING, source="https://jobs.example/2").id != POSTING.id
    assert replace(POSTING, salary="").id != POSTING.id
    assert replace(POSTING, source="https://jobs.example/2").hash == POSTING.hash
