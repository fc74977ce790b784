import pickle
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.text import normalize
from shared.titles import Title, TitleIndex, parse, singular


@pytest.mark.parametrize(
    ("raw", "name", "seniority", "level"),
    [
        ("Sr. Data Scientists II", "data scientist", "senior", 2),
        ("Senior Data Scientist", "data scientist", "senior", None),
        ("Data Scientist 3", "data scientist", None, 3),
        ("UX/UI designer", "ux designer", None, None),
        ("C++ developer", "c++ engineer", None, None),
        ("C# Developer", "c# engineer", None, None),
        (".NET Developer", "net engineer", None, None),
        ("Node.js Developer", "node.js engineer", None, None),
        ("Manager, Accounting", "accounting manager", None, None),
        ("Mgr., HR", "human resources manager", None, None),
        ("RN, BSN", "registered nurse", None, None),
        ("Project Manager - Contract", "project manager", None, None),
        ("Web Designer (Remote)", "web designer", None, None),
        ("Accountant [temp", "accountant", None, None),
        ("School Principal", "school principal", None, None),
        ("Principal Scientist", "scientist", "principal", None),
        ("Head Chef", "head chef", None, None),
        ("Lead Generation Specialist", "lead generation specialist", None, None),
        ("Chief Executive Officer", "chief executive officer", None, None),
        ("Lab Tech II", "lab technician", None, 2),
        ("Entry-Level Accountant", "accountant", "junior", None),
        ("Mid Level Software Engineer", "software engineer", "mid", None),
        ("Sr. Business Analyst III (Contract) - Remote", "business analyst", "senior", 3),
        ("QA Testers", "quality assurance tester", None, None),
        ("Sales  Representatives\n", "sales representative", None, None),
        ("Salesmen", "salesman", None, None),
        ("Director of Operations", "director of operations", None, None),
        ("Medical Coder", "medical coder", None, None),
        ("Développeur PHP", "développeur php", None, None),
        ("программист", "программист", None, None),
        ("ＤＡＴＡ　ＳＣＩＥＮＴＩＳＴ", "data scientist", None, None),
        ("Director - Marketing", "marketing director", None, None),
        ("Manager Quality Control", "quality control manager", None, None),
        ("Chief Financial Officer", "chief financial officer", None, None),
        ("Tech Lead", "technical lead", None, None),
        ("Database Administrator Team Lead", "database administrator", "lead", None),
        ("Contract Manager", "contract manager", None, None),
        ("Contract Java Developer", "java software engineer", None, None),
        ("General Contractor", "general contractor", None, None),
        ("Remote Sensing Analyst", "remote sensing analyst", None, None),
        ("Associate Product Designer", "product designer", "junior", None),
        ("Associate Director", "associate director", None, None),
        ("Staff Accountant", "staff accountant", None, None),
        ("Welder Apprentice", "welder", "trainee", None),
        ("Marketing Intern", "marketing intern", "intern", None),
        ("Support Engineer, Level 3", "support engineer", None, 3),
        ("Capital Markets Analyst", "capital markets analyst", None, None),
        ("Medical Resident", "medical resident", None, None),
        ("Printer Technician", "printer technician", None, None),
        ("Managed Care Nurse", "managed care nurse", None, None),
        ("Adminstrative Assitant", "administrative assistant", None, None),
        ("Computer Programmer", "software engineer", None, None),
        ("Lecturer 2016 to present", "lecturer", None, None),
        ("Planner 1234567", "planner", None, None),
        ("Professor of Botany", "professor", None, None),
        ("911 Dispatcher", "911 dispatcher", None, None),
        ("Senior", "senior", None, None),
        ("II", "ii", None, None),
        ("", "", None, None),
        ("!!! - (?)", "", None, None),
    ],
)
def test_titles_are_taken_apart(raw, name, seniority, level):
    assert parse(raw) == Title(name, seniority, level)


@pytest.mark.parametrize(
    "alike",
    [
        "Software Engineer|software developer|Software Engineers|SOFTWARE-ENGINEER|swe",
        "Front End Developer|Front-End Engineer|Frontend Dev|front end developers",
        "Human Resources Manager|HR Manager|HR Mgr|Manager, Human Resources",
        "Systems Administrator|System Admin|Sysadmin|Sys Admins",
        "R&D Engineer|R & D Engineers|Research and Development Engineer",
        "Registered Nurse|RN|Nurse, Registered|Registered Nurses",
    ],
)
def test_ways_to_write_a_title_have_one_name(alike):
    assert len({parse(raw).name for raw in alike.split("|")}) == 1


@pytest.mark.parametrize(
    "different",
    [
        "software engineer|software tester|software architect|software sales",
        "c engineer|c++ engineer|c# engineer",
        "project manager|program manager|product manager|projectionist",
        "java engineer|javascript engineer",
        "nurse|nursery|nursing assistant",
        "school principal|principal scientist|scientist's assistant",
    ],
)
def test_different_titles_keep_different_names(different):
    names = {parse(raw).name for raw in different.split("|")}
    assert len(names) == different.count("|") + 1


WORDS = """senior junior lead principal chief head intern sr jr manager engineer developer dev devs
    tech techs data nurse nurses rn bsn pm qa hr i ii 3 of and for the contract remote temp c++ c#
    .net net/web ux/ui men women driver's drivers' classes boxes companies sales operations level
    entry-level mid-level administrator analytics vp mgrs executive chef generation tier (remote)
    [temp] L'Oréal r&d | - / , & : @ – . ! ? '""".split()
typed = st.lists(st.sampled_from(WORDS)).map(" ".join)


@given(st.text() | typed | typed.map(str.upper))
@example("\ud800")
@example("(" * 1000)
@example(", " * 1000)
@example("J\N{COMBINING CARON}ava")
def test_any_title_is_taken_apart_and_its_name_stands_for_itself(raw):
    name = parse(raw).name
    assert parse(name).name == name
    assert name == " ".join(name.lower().split())


def test_a_name_is_its_own_name():
    pieces = """senior lead intern manager engineer developer software java .net ( ) , - / & at ii
    3 team level contract remote of in professor 2019 to present tech lead men r&d c# us rn 12345
    associate staff director accounting dev admin system graduate chief officer""".split()
    draw = random.Random(5)
    for _ in range(5000):
        raw = " ".join(draw.choices(pieces, k=draw.randint(1, 8)))
        name = parse(raw).name
        assert parse(name).name == name, raw


@pytest.mark.parametrize(
    ("occupations", "one"),
    [
        ("Waiters and Waitresses", "waiter and waitress"),
        ("Software Developers", "software developer"),
        ("Chief Executives", "chief executive"),
        ("Registered Nurses", "registered nurse"),
        ("Librarians and Media Collections Specialists",
         "librarian and media collections specialist"),
        ("Gambling and Sports Book Writers and Runners",
         "gambling and sports book writer and runner"),
        ("Kite Makers, Except Industrial", "kite maker, except industrial"),
        ("Geoscientists, Except Hydrologists and Geographers",
         "geoscientist, except hydrologists and geographers"),
        ("Geological Technicians, Except Hydrologic Technicians",
         "geological technician, except hydrologic technicians"),
        ("Fishers of Men", "fisher of men"),
        ("Midwives", "midwife"),
        ("Sign Painters and Kite Architects", "sign painter and kite architect"),
        ("Umpires, Referees, and Other Sports Officials",
         "umpire, referee, and other sports official"),
        ("Tour Guides and Escorts", "tour guide and escort"),
        ("Helpers--Production Workers", "helper--production worker"),
        ("Textile, Garment, and Related Materials Pressers, Except Shoes and Hats",
         "textile, garment, and related materials presser, except shoes and hats"),
        ("First-Line Supervisors of Mechanics, Installers, and Repairers",
         "first-line supervisor of mechanics, installers, and repairers"),
        ("Agents and Business Managers of Artists, Performers, and Athletes",
         "agent and business manager of artists, performers, and athletes"),
    ],
)  # fmt: skip
def test_an_occupation_is_told_of_one_person(occupations, one):
    assert singular(occupations) == one


# Finding

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
