import re

import pandas as pd
import pytest

from bench import pages, serving
from bench.peers import Comparison

FRAME = pd.DataFrame(
    {"s": [0.14321, 1234.5], "×": [1.0, 2.0]}, index=pd.Index(["empty", "ours"], name="function")
)


def test_a_table_is_put_into_its_place_and_no_other():
    text = (
        "a\n<!-- bench: cold starts -->\nold\n<!-- /bench -->\n"
        "b\n<!-- bench: cold -->\n<!-- /bench -->\n"
    )
    had = pages.replaced(text, Comparison("cold starts, medians of 7", FRAME))
    assert had == (
        "a\n<!-- bench: cold starts -->\n"
        "| function | s | × |\n| --- | --- | --- |\n| empty | 0.143 | 1.00 |\n"
        "| ours | 1,234 | 2.00 |\n"
        "<!-- /bench -->\nb\n<!-- bench: cold -->\n<!-- /bench -->\n"
    )
    assert pages.replaced(had, Comparison("cold starts, again", FRAME)) == had
    assert pages.replaced(text, Comparison("warm requests", FRAME)) == text


def test_a_label_stands_once():
    index = pd.MultiIndex.from_tuples([(30, 1), (30, 8), (144, 8)], names=["words", "clients"])
    lines = pages.markdown(pd.DataFrame({"ms": [1.0, 2.0, 3.0]}, index=index)).splitlines()
    assert lines[2:] == ["| 30 | 1 | 1.00 |", "|  | 8 | 2.00 |", "| 144 | 8 | 3.00 |"]


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: page.name)
def test_a_page_has_tables_in_its_places(page):
    places = re.findall(
        r"<!-- bench: (.*?) -->\n(.*?)<!-- /bench -->", page.read_text(encoding="utf-8"), re.DOTALL
    )
    assert places
    for name, table in places:
        assert table.count("\n") > 3, name


def rows(name):
    """The header and the rows of a table in README."""
    place = rf"<!-- bench: {name} -->\n(.*?)<!-- /bench -->"
    table = re.search(place, pages.PAGES[0].read_text(encoding="utf-8"), re.DOTALL)[1]
    header, _, *found = [line.strip("| ").split(" | ") for line in table.splitlines()]
    return header, found


def test_readme_shows_the_functions_that_are_started():
    header, found = rows("cold starts")
    assert header == ["function", *serving.COLD]
    assert [row[0] for row in found] == list(serving.CASES)


def test_readme_shows_the_requests_that_are_measured():
    header, found = rows(f"warm requests of {serving.MIDDLE} words")
    assert header == ["clients", "function", *serving.WARM]
    assert [row[-len(serving.WARM) - 1] for row in found] == list(serving.KINDS) * 2
