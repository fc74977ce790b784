from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.text import (
    FADING,
    FADING_WORDS,
    OPENING,
    STOP_WORDS,
    counts,
    fading,
    normalize,
    stem,
    stems,
    terms,
    without_plural,
    wordings,
    words,
    year_in,
)

CHARACTERS = 100_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Managed projects", ["managed", "projects"]),
        ("C++, C# and .NET (ASP.NET)", ["c++", "c#", "and", ".net", "asp.net"]),
        ("Node.js; React.js.", ["node.js", "react.js"]),
        ("R, C and Go", ["r", "c", "and", "go"]),
        ("the nurse's chart", ["the", "nurse's", "chart"]),
        ("end of line.\nNext", ["end", "of", "line", "next"]),
        ("see https://example.com/a?b=c#d or www.example.com", ["see", "or"]),
        ("see HTTPS://Example.com/a?b=c#d or WWW.Example.com", ["see", "or"]),
        ("mail me@example.com now", ["mail", "now"]),
        ("B2B/SaaS 24x7", ["b2b", "saas", "24x7"]),
        ("snake_case and dash-ed", ["snake", "case", "and", "dash", "ed"]),
        ("ＷＩＤＥ ﬁne", ["wide", "fine"]),
        ("Zürich, Montréal", ["zürich", "montréal"]),
        ("управлял проектами", ["управлял", "проектами"]),
        ("a\0b\tc", ["a", "b", "c"]),
        ("\N{FIRE} hot \N{FIRE}", ["hot"]),
        ("", []),
        ("!!! - ...", []),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


def test_a_word_longer_than_words_are_is_passed_over():
    longest = "a" * 40
    assert words(f"agile {longest} {longest}a scrum") == ["agile", longest, "scrum"]


@pytest.mark.parametrize(
    "forms",
    [
        "manage managed managing manages",
        "develop developed developing develops developer developers development",
        "nurse nurses nursing nursed",
        "plan planned planning planner",
        "run running runs",
        "audit audited auditing auditor",
        "patient patients patient's",
    ],
)
def test_forms_of_a_word_have_one_stem(forms):
    assert len({stem(form) for form in forms.split()}) == 1


def test_trades_keep_their_own_stems():
    trades = "c c++ c# r java javascript nurse plumber painter pilot"
    assert len({stem(word) for word in trades.split()}) == len(trades.split())


@pytest.mark.parametrize("word", ["app", "egg", "bus", "r2d2", "c++"])
def test_what_is_short_or_no_plain_word_is_its_own_stem(word):
    assert stem(word) == word


def test_stems_are_those_of_words_that_say_something():
    assert stems("Managed the nurses of a ward") == ["manag", "nurs", "ward"]


@pytest.mark.parametrize(
    ("word", "one"),
    [("models", "model"), ("model", "model"), ("class", "class"), ("sas", "sas"), ("jobs", "job")],
)
def test_of_a_plural_the_s_alone_goes(word, one):
    assert without_plural(word) == one


@pytest.mark.parametrize(
    ("written", "year"),
    [
        ("May 2014 - 2016", 2014),
        ("1999-12-31", 1999),
        ("20145", None),
        ("in 1815", None),
        ("2100", None),
        ("present", None),
        ("", None),
    ],
)
def test_a_year_is_one_of_this_century_or_the_last(written, year):
    assert year_in(written) == year


def test_terms_are_stems_then_pairs_of_neighbours_then_the_others():
    assert terms("Managed agile teams, SQL") == [
        *("manag", "agil", "team", "sql"),
        *("manag agil", "agil team", "team sql"),
        *("=managed", "=agile", "=teams"),
        *("^manag", "^agil", "^team", "^sql"),
        *("~Managed", "~SQL"),
        *("~Managed ~agile", "~teams ~SQL"),
    ]


def test_stop_words_count_as_they_are_written():
    found = [term for term in terms("I was responsible for it. In Oracle") if "~" in term]
    assert found == ["~I", "~In", "~Oracle", "~I ~was", "~it ~In", "~In ~Oracle"]


def test_a_letter_that_is_two_in_lower_case_has_no_capitals():
    assert [
        term for term in terms("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}zmir Rome") if "~" in term
    ] == ["~Rome", "~zmir ~Rome"]


def test_a_text_opens_with_its_first_stems():
    text = " ".join(f"word{i}" for i in range(OPENING + 5))
    assert [term for term in terms(text) if term.startswith("^")] == [
        f"^word{i}" for i in range(OPENING)
    ]


def test_stop_words_are_passed_over_and_what_they_part_are_neighbours():
    assert terms("managed the projects") == terms("managed projects")
    assert terms(" ".join(STOP_WORDS)) == []
    assert terms("The OF and") == []


def test_case_matters_to_words_as_they_are_written_alone():
    lower = terms("managed the projects")
    assert terms("MANAGED the Projects")[: len(lower)] == lower
    assert terms("MANAGED the Projects")[len(lower) :] == [
        *("~MANAGED", "~Projects"),
        *("~MANAGED ~the", "~the ~Projects"),
    ]


def test_what_stands_later_counts_less():
    assert fading(0) == 1
    assert fading(FADING_WORDS) == pytest.approx(2**-FADING)
    assert counts("cooked the soups and Cooked") == pytest.approx(
        {
            "cook": fading(0) + fading(4), "soup": fading(2),
            "cook soup": fading(0), "soup cook": fading(2),
            "=cooked": fading(0) + fading(4), "=soups": fading(2),
            "^cook": fading(0) + fading(4), "^soup": fading(2),
            "~Cooked": fading(4), "~and ~Cooked": fading(3),
        }
    )  # fmt: skip


@given(st.text())
def test_each_term_counts_at_most_as_often_as_it_is_there(text):
    found, often = counts(text), Counter(terms(text))
    assert list(found) == list(often)
    assert all(0 < found[term] <= often[term] for term in often)


def test_width_does_not_matter():
    assert terms("ＭＡＮＡＧＥＤ projects") == terms("MANAGED projects")


def test_wordings_are_the_terms_as_they_are_first_worded():
    found = wordings("Managing projects, managed the projects")
    assert found[stem("managed")] == "managing"
    assert found[f"{stem('managed')} {stem('projects')}"] == "managing projects"
    assert found["=managed"] == "managed"
    assert found["^manag"] == "managing"
    assert found["~Managing ~projects"] == "managing projects"


def test_addresses_are_no_terms_whatever_their_case():
    assert terms("HTTPS://Example.com/Java Www.Example.com") == []


def test_wordings_are_without_stop_words():
    found = wordings("In The office of Oracle")
    assert found["~of ~Oracle"] == "oracle"
    assert not {"~In", "~In ~The"} & set(found)


@given(st.text())
def test_wordings_has_all_terms_but_those_of_stop_words(text):
    found = wordings(text)
    missing = [term for term in terms(text) if term not in found]
    assert set(found) <= set(terms(text))
    assert {word.lstrip("~").lower() for term in missing for word in term.split()} <= STOP_WORDS


@given(st.text())
@example("\ud800")
def test_any_text_has_terms_of_words_and_pairs(text):
    found = terms(text)
    single = [term for term in found if " " not in term and not term.startswith(("=", "^", "~"))]
    inflected = [term for term in found if term.startswith("=")]
    written = [term for term in found if term.startswith("~")]
    others = len(inflected) + min(OPENING, len(single)) + len(written)
    assert len(found) == max(0, 2 * len(single) - 1) + others
    assert all(term == term.strip() and term for term in found)


@given(st.text())
@example("J\N{COMBINING CARON}ava")
@example("\N{SQUARE KB}")
@example("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}stanbul")
def test_normalized_text_has_the_same_terms_but_those_of_capitals(text):
    lower = terms(normalize(text))
    assert lower == terms(text)[: len(lower)]
    assert not any(term.startswith("~") for term in lower)


@given(st.text(), st.text())
def test_lines_are_read_one_after_the_other(first, second):
    assert words(f"{first}\n{second}") == words(first) + words(second)


@pytest.mark.parametrize(
    "piece",
    ["a", "a.", "a'", "a@", "@", "www.", "http://", "(", "a ", "é", "\N{FIRE}", "+", "#", ".net"],
)
def test_hostile_text_is_read_too(piece):
    text = (piece * CHARACTERS)[:CHARACTERS]
    assert len(terms(text)) < CHARACTERS
    assert terms(f"nurse {text}")[:1] == [stem("nurse")]
