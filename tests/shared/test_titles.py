import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text import normalize
from shared.titles import TitleIndex
from tests.shared.typed_titles import typed

TITLES = [
    "accountant",
    "accounting manager",
    "c++ engineer",
    "data scientist",
    "développeur",
    "midwife",
    "net engineer",
    "project manager",
    "school principal",
    "software engineer",
    "ux designer",
    "waiter and waitress",
]
OTHER_NAMES = {
    "software engineer": ["application programmer", "SWE"],
    "ux designer": ["interaction designer", "accountant"],
    "project manager": ["scrum lead", "interaction designer"],
}


@pytest.fixture(scope="module")
def index():
    return TitleIndex.build(TITLES, OTHER_NAMES)


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("data scientist", "data scientist"),
        ("Sr. Data Scientists II", "data scientist"),
        ("  DATA\tscientist ", "data scientist"),
        ("UX/UI designer", "ux designer"),
        ("C++ developer", "c++ engineer"),
        (".NET Developer", "net engineer"),
        ("Manager, Accounting", "accounting manager"),
        ("Project Manager - Contract", "project manager"),
        ("School Principal", "school principal"),
        ("DÉVELOPPEUR", "développeur"),
        ("De\N{COMBINING ACUTE ACCENT}veloppeur", "développeur"),
        ("Application Programmers", "software engineer"),
        ("swe", "software engineer"),
        ("Midwives", "midwife"),
        ("Waiters and Waitresses", "waiter and waitress"),
    ],
)
def test_a_title_is_found_however_it_is_written(index, raw, title):
    assert index.find(raw) == title


@pytest.mark.parametrize("raw", ["", " ", "!!!", "astronaut", "data", "scientist", "\ud800", "🙂"])
def test_what_is_no_known_title_is_not_found(index, raw):
    assert index.find(raw) is None


def test_names_without_a_word_do_not_stand_for_every_text_without_one():
    index = TitleIndex.build(["nurse", "???"], {"nurse": ["!!!", ""]})
    assert index.find("") is None
    assert index.find("...") is None


@given(st.text() | typed)
def test_finding_suggesting_and_completing_never_fail(raw):
    index = TitleIndex.build(TITLES, OTHER_NAMES)
    assert index.find(raw) in [None, *TITLES]
    assert set(index.suggest(raw, 3)) <= set(TITLES)
    assert set(index.complete(raw)) <= set(TITLES)


def plain(title):
    return " ".join(normalize(title).split())


@given(st.lists((st.text() | typed).filter(plain), unique_by=plain, min_size=1))
def test_every_title_is_found_by_itself(titles):
    index = TitleIndex.build(titles, {})
    assert index.titles == sorted(titles)
    assert [index.find(title) for title in titles] == titles


def test_titles_that_differ_in_rank_only_are_found_by_themselves():
    labels = ["Data Scientist", "Senior Data Scientist", "Lead Data Scientist"]
    index = TitleIndex.build(labels, {})
    for label in labels:
        assert index.find(label) == index.find(label.upper()) == label
    assert index.find("Junior Data Scientist") == "Data Scientist"


@pytest.mark.parametrize(
    "raw", ["Model Makers, Wood", "Senior model maker, wood", "Model Maker, Wood II"]
)
def test_what_stands_after_a_comma_tells_titles_apart(raw):
    index = TitleIndex.build(["model maker, metal and plastic", "model maker, wood"], {})
    assert index.find(raw) == "model maker, wood"


def test_the_first_word_of_a_list_is_a_name_only_where_it_is_a_trade():
    titles = [
        "art, drama, and music teacher, postsecondary",
        "computer, automated teller, and office machine repairer",
        "coil winder, taper, and finisher",
        "lifeguard, ski patrol, and other recreational protective service worker",
    ]
    index = TitleIndex.build(titles, {})
    for raw in ("art", "computer", "Art & Photography", "Computer and Information Systems Manager"):
        assert index.find(raw) is None
    assert [index.find(raw) for raw in ("Coil Winders", "lifeguard")] == titles[2:]


def test_what_somebody_has_may_be_written_with_an_apostrophe():
    index = TitleIndex.build(["caregiver"], {"caregiver": ["nurse aide"]})
    for raw in ("Nurse's Aide", "Nurse’s Aide", "Nurses' Aide"):
        assert index.find(raw) == "caregiver"


def test_a_title_comes_before_other_names_and_the_first_of_these_before_the_next(index):
    assert index.find("accountant") == "accountant"
    assert index.find("interaction designer") == "project manager"


def test_another_name_comes_before_a_title_without_what_tells_it_apart():
    titles = ["high school teacher", "history teacher, postsecondary"]
    index = TitleIndex.build(titles, {"high school teacher": ["history teacher"]})
    assert index.find("History Teacher") == "high school teacher"
    assert index.find("history teachers, postsecondary") == "history teacher, postsecondary"
    assert TitleIndex.build(titles, {}).find("History Teacher") == titles[1]


@pytest.mark.parametrize(
    ("others", "raw", "title"),
    [
        (["development director"], "Learning and Development Director", None),
        (["planning director"], "Grants and Planning Director", "fundraiser"),
        (["rails developer"], "Rail Engineer", None),
        (["rails developer"], "Rails Developers", "fundraiser"),
        (["vice president of sales"], "VP Sales", "fundraiser"),
    ],
)
def test_other_readings_of_a_title_mean_the_same(others, raw, title):
    assert TitleIndex.build(["fundraiser"], {"fundraiser": others}).find(raw) == title


def test_an_index_does_not_depend_on_the_order_of_its_titles(index):
    other = TitleIndex.build(TITLES[::-1], dict(reversed(OTHER_NAMES.items())))
    assert other == index
    assert pickle.dumps(other, 5) == pickle.dumps(index, 5)


def test_searching_leaves_what_is_stored_as_it_is():
    index = TitleIndex.build(TITLES, OTHER_NAMES)
    before = pickle.dumps(index, 5)
    index.find("sotware enginer")
    index.suggest("sotware enginer", 3)
    index.complete("so")
    assert pickle.dumps(index, 5) == before


# Suggesting


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("data scientst", "data scientist"),
        ("dta scientist", "data scientist"),
        ("sofware enginer", "software engineer"),
        ("acountant", "accountant"),
        ("projekt manager", "project manager"),
        ("data science", "data scientist"),
        ("principal of a school", "school principal"),
        ("aplication programmer", "software engineer"),
    ],
)
def test_the_title_that_was_meant_is_suggested_first(index, raw, title):
    assert title in [index.find(raw), *index.suggest(raw, 1)]


@pytest.mark.parametrize("raw", ["Jeweler", "Referee", "Umpires"])
def test_a_long_title_is_suggested_by_one_of_its_words(raw):
    titles = [
        "jeweler and precious stone and metal worker",
        "umpire, referee, and other sports official",
    ]
    assert TitleIndex.build(titles, {}).suggest(raw, 5) == [titles[raw != "Jeweler"]]


def test_no_more_is_suggested_than_was_asked_for_and_nothing_twice(index):
    for most in (1, 2, 5):
        suggested = index.suggest("software project manager of accounting", most)
        assert 1 <= len(suggested) <= most
        assert len(set(suggested)) == len(suggested)


@pytest.mark.parametrize("raw", ["", "!!!", "qqqqqqqq", "xkcdxkcd zzyzx", "🙂"])
def test_nothing_is_suggested_for_what_is_near_to_nothing(index, raw):
    assert index.suggest(raw, 5) == []


# Completing


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("data", "data scientist"),
        ("Dat", "data scientist"),
        ("softw", "software engineer"),
        ("princ", "school principal"),
        ("ux d", "ux designer"),
        ("appl", "software engineer"),
        ("c++", "c++ engineer"),
        ("dév", "développeur"),
        ("sofware", "software engineer"),
    ],
)
def test_what_was_typed_so_far_is_completed(index, typed, first):
    assert index.complete(typed)[0] == first


def test_the_word_that_is_being_typed_may_be_another_s_beginning():
    titles = ["design engineer", "designer", "engineer", "graphic designer"]
    index = TitleIndex.build(titles, {})
    assert index.complete("grafic design")[0] == "graphic designer"
    assert index.complete("grafic designer")[0] == "graphic designer"
    assert index.suggest("design of sets", 1) == ["design engineer"]


def test_a_title_that_starts_so_comes_before_one_that_holds_it(index):
    completed = index.complete("acc")
    assert set(completed[:2]) == {"accountant", "accounting manager"}


FITTING = (
    ("zoologist", "data"),
    ("data mining scientist", None),
    ("welder", "datacenters"),
    ("database engineer", None),
    ("big data engineer", None),
    ("buyer", "data wrangling"),
    ("cook", "head of data"),
    ("senior database engineer", None),
    ("actor", "dataflow expert"),
    ("attorney", "graph database expert"),
)
"""Titles with another name each, where that is what fits what is typed: the best fit first."""


def test_how_well_a_name_fits_decides_which_title_comes_first():
    names = {title: [other] for title, other in FITTING if other}
    index = TitleIndex.build([title for title, _ in FITTING], names)
    assert index.complete("data") == [title for title, _ in FITTING]


@pytest.mark.parametrize("typed", ["", " ", "\t"])
def test_nothing_typed_is_completed_to_every_title(index, typed):
    assert index.complete(typed) == TITLES


def test_one_letter_is_the_start_of_a_name_and_each_title_is_given_once(index):
    # "swe" and "scrum lead" are other names; "data scientist" has a word with this letter.
    assert index.complete("s") == ["software engineer", "school principal", "project manager"]
