import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.title_parsing import Title, parse, singular
from tests.shared.typed_titles import typed


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
