import json

import pytest
from parsel import Selector

from training.gather.people import address_of_people, page_of_a_person

PERSON = {"@type": "Person", "name": "Jane Roe"}
ME = {"@id": "#me"}
POSTING = {"@type": "JobPosting", "title": "Nurse", "description": "Give shots."}


def found(*items, head="", body=""):
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(i)}</script>' for i in items)
    html = f"<html><head>{head}{scripts}</head><body>{body}</body></html>"
    return page_of_a_person(Selector(html, type="html"))


@pytest.mark.parametrize(
    "items",
    [
        [PERSON],
        [[PERSON]],
        [{"@type": ["Thing", "schema:Person"]}],
        [{"@type": "ProfilePage"}],
        [{"@type": "ProfilePage", "mainEntity": PERSON}, POSTING],
        [{"@type": "WebPage", "mainEntity": PERSON}],
        [{"@graph": [{"@type": "WebPage", "mainEntity": ME}, {**ME, **PERSON}]}],
    ],
)
def test_a_page_is_about_a_person_by_its_main_entity(items):
    assert found(*items)


@pytest.mark.parametrize(
    "items",
    [
        [POSTING],
        [POSTING, PERSON],
        [{**POSTING, "applicationContact": PERSON}],
        [{"@type": "Article", "author": PERSON}],
        [{"@graph": [{"@type": "WebPage", "author": ME}, {**ME, **PERSON}]}],
        [{"@graph": "none"}, {"mainEntity": "none"}, "none", 5, None, {"@type": 5}],
        [],
    ],
)
def test_a_person_who_is_named_on_the_way_does_not_make_it_one(items):
    assert not found(*items)


PEOPLE = "https://schema.org/Person"


@pytest.mark.parametrize(
    ("body", "is_one"),
    [
        (f'<div itemscope itemtype="{PEOPLE}"></div>', True),
        ('<div itemscope itemtype="https://schema.org/JobPosting">'
         f'<i itemprop="applicationContact" itemscope itemtype="{PEOPLE}"></i></div>', False),
        ('<main class="h-resume">', True),
        ('<main class="vcard hresume">', True),
        ('<main class="h-resumed">', False),
    ],
)  # fmt: skip
def test_microdata_and_microformats(body, is_one):
    assert found(body=body) is is_one


@pytest.mark.parametrize(
    ("title", "is_one"),
    [
        ("Resume of Jane Roe", True),
        ("R\u00e9sum\u00e9 of Jane Roe", True),
        ("Curriculum Vitae of J. Roe", True),
        ("CV: Jane Roe", True),
        ("Jane Roe's resume", True),
        ("Jane Roe\u2019s CV | Example", True),
        ("Jane Roe | Resume", True),
        ("Jane Roe - Nurse - CV", True),
        ("Resume writer", False),
        ("Nurse: send your resume to Clinic", False),
        ("CVS Pharmacy technician", False),
        ("Nurse", False),
    ],
)
def test_a_title_says_so(title, is_one):
    assert found(POSTING, head=f"<title>{title}</title>") is is_one
    assert found(POSTING, body=f"<h1>{title}</h1>") is is_one
    assert found(POSTING, head=f'<meta property="og:title" content="{title}">') is is_one


@pytest.mark.parametrize(
    ("posted", "title", "is_one"),
    [
        ("Registered Nurse - CV", "Registered Nurse - CV", False),
        ("CV - Sonographer", "CV - Sonographer | Clinic", False),
        ("CV of Jane Roe", "CV of Jane Roe", True),
        ("Nurse", "Jane Roe - CV", True),
    ],
)
def test_a_ward_is_no_person(posted, title, is_one):
    posting = {"@type": "JobPosting", "title": posted}
    assert found(posting, head=f"<title>{title}</title>") is is_one


def test_metadata_say_so():
    assert found(POSTING, head='<meta property="og:type" content="Profile">')
    assert found(POSTING, head='<meta name="Description" content="Resume of Jane Roe, nurse">')
    assert not found(POSTING, head='<meta name="description" content="Nurse: bring your resume">')


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("/resumes/jane", True), ("/cv", True), ("/cv.html", True), ("/Candidates/7", True),
        ("/jobs/resume-writer", False), ("/cvs/jobs", True), ("/jobs?next=/cv", False),
    ],
)  # fmt: skip
def test_an_address_says_so(path, is_one):
    assert address_of_people(f"https://jobs.example{path}") is is_one
