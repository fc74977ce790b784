import json
from dataclasses import asdict

import pytest
from parsel import Selector

from training.gather.job_posting import postings
from training.processing.location import abroad, state

SOURCE, LICENCE, NOW = "https://jobs.example/1", "ask them", "2026-01-01T00:00:00+00:00"
LEAST = {"@type": "JobPosting", "title": "Nurse", "description": "Give shots."}


def gathered(*items, head=""):
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(i)}</script>' for i in items)
    page = Selector(f"<html><head>{head}{scripts}</head></html>", type="html")
    return postings(page, SOURCE, LICENCE, NOW)[0]


def told(part, **item):
    (record,) = gathered({**LEAST, **item})
    return asdict(record)[part]


def test_a_record_says_where_it_is_from():
    (record,) = gathered(LEAST)
    assert (record.kind, record.source, record.licence, record.fetched) == (
        "posting", SOURCE, LICENCE, NOW,
    )  # fmt: skip


def test_a_licence_that_the_page_names_goes_before():
    link = '<link rel="license" href="https://licence.example/page">'
    assert gathered(LEAST, head=link)[0].licence == "https://licence.example/page"
    own = {**LEAST, "license": "https://licence.example/posting"}
    assert gathered(own, head=link)[0].licence == "https://licence.example/posting"


def test_several_on_a_page_are_each_a_record_and_copies_are_one():
    assert [each.title for each in gathered(LEAST, [LEAST, {**LEAST, "title": "Welder"}])] == [
        "Nurse", "Welder",
    ]  # fmt: skip


@pytest.mark.parametrize("item", [{"title": ""}, {"description": None}, {"title": [], "name": {}}])
def test_without_a_title_or_a_description_it_is_none(item):
    assert gathered({**LEAST, **item}) == []


@pytest.mark.parametrize(
    ("salary", "written"),
    [
        ({"currency": "USD", "value": {"minValue": 20, "maxValue": 25.5, "unitText": "HOUR"}},
         "USD 20-25.5 HOUR"),
        ({"currency": "USD", "value": {"value": "52,000.00", "unitText": "YEAR"}},
         "USD 52,000.00 YEAR"),
        ({"currency": "USD", "value": 52000, "unitText": "YEAR"}, "USD 52000 YEAR"),
        ({"currency": "USD", "minValue": 1, "maxValue": 2, "unitText": "DAY"}, "USD 1-2 DAY"),
        ({"currency": "USD", "value": {"maxValue": 90000, "unitText": "YEAR"}},
         "up to USD 90000 YEAR"),
        ({"currency": "USD", "value": {"minValue": 60000, "unitText": "YEAR"}},
         "from USD 60000 YEAR"),
        ([{"currency": "USD", "value": [{"value": 30, "unitText": "HOUR"}]}], "USD 30 HOUR"),
        ("$30 an hour", "$30 an hour"),
        (52000, "52000"),
        ({"currency": "USD"}, ""),
        ({"currency": "USD", "value": {"unitText": "YEAR"}}, ""),
        (None, ""),
    ],
)  # fmt: skip
def test_pay_as_a_person_would_write_it(salary, written):
    assert told("salary", baseSalary=salary) == written


def test_an_estimate_stands_in_for_pay():
    estimate = {"@type": "MonetaryAmountDistribution", "currency": "USD", "duration": "P1Y",
                "percentile25": 50000, "percentile75": 70000, "median": 60000}  # fmt: skip
    assert told("salary", estimatedSalary=[estimate]) == "USD 50000-70000 YEAR"
    assert told("salary", estimatedSalary=[estimate], baseSalary="$30/hr") == "$30/hr"


def address(**parts):
    return {"@type": "Place", "address": {"@type": "PostalAddress", **parts}}


@pytest.mark.parametrize(
    ("item", "written"),
    [
        ({"jobLocation": address(streetAddress="1 Main St", addressLocality="Ames",
                                 addressRegion="IA", postalCode=50010,
                                 addressCountry={"name": "US"})}, "Ames, IA, 50010, US"),
        ({"jobLocation": [address(addressLocality="Ames"), address(addressRegion="TX")]},
         "Ames; TX"),
        ({"jobLocation": {"address": "Ames, Iowa"}}, "Ames, Iowa"),
        ({"jobLocation": "Ames, Iowa"}, "Ames, Iowa"),
        ({"jobLocation": {"name": "Head office"}}, "Head office"),
        ({"jobLocationType": "TELECOMMUTE"}, "Remote"),
        ({"jobLocation": None}, ""),
        ({"jobLocation": [5, {}, {"address": []}]}, "5"),
    ],
)  # fmt: skip
def test_places(item, written):
    assert told("location", **item) == written


@pytest.mark.parametrize(
    ("schooling", "written"),
    [
        ({"credentialCategory": "bachelor degree"}, "bachelor degree"),
        ([{"credentialCategory": "high school"}, "GED"], "high school; GED"),
        ("BSN", "BSN"),
        (None, ""),
    ],
)
def test_schooling(schooling, written):
    assert told("education", educationRequirements=schooling) == written


def test_what_else_is_said_of_the_work_joins_the_description():
    item = {"responsibilities": ["Charts", "Give shots."], "skills": {"name": "care"}}
    assert told("description", **item) == "Give shots.\nCharts\ncare"


def test_names_are_found_in_items():
    assert told("employer", hiringOrganization={"name": ["Clinic"]}) == "Clinic"
    assert told("employer", hiringOrganization="Clinic") == "Clinic"
    assert told("employer", hiringOrganization=[{"@id": "#clinic"}]) == ""


def test_what_is_only_named_stands_elsewhere_on_the_page():
    graph = [
        {"@type": "Organization", "@id": "#org", "name": "Acme Widgets"},
        {"@type": "Place", "@id": "#there", "address": {"addressLocality": "Austin, TX"}},
        {**LEAST, "@type": "JobPosting", "hiringOrganization": {"@id": "#org"},
         "jobLocation": [{"@id": "#there"}, {"@id": "#nowhere"}]},
    ]  # fmt: skip
    (made,) = gathered({"@graph": graph})
    assert (made.employer, made.location) == ("Acme Widgets", "Austin, TX")


@pytest.mark.parametrize(
    ("item", "written"),
    [
        ({"baseSalary": 50000, "salaryCurrency": "EUR"}, "EUR 50000"),
        ({"baseSalary": {"value": {"value": 9, "unitText": "HOUR"}}, "salaryCurrency": "EUR"},
         "EUR 9 HOUR"),
        ({"baseSalary": {"currency": "USD", "value": 50000}, "salaryCurrency": "EUR"}, "USD 50000"),
        ({"salaryCurrency": "EUR"}, ""),
    ],
)  # fmt: skip
def test_the_currency_may_stand_beside_the_pay(item, written):
    assert told("salary", **item) == written


@pytest.mark.parametrize("country", ["US", "usa", "U.S.", {"name": "United States"}, "PR"])
def test_places_in_the_united_states_are_as_they_are_written(country):
    told_of = told("location", jobLocation={"address": {"addressCountry": country}})
    assert told_of == (country["name"] if isinstance(country, dict) else country)


def test_places_in_other_countries_say_so():
    place = {"address": {"addressLocality": "Berlin", "postalCode": "10115",
                         "addressCountry": {"@type": "Country", "name": "DE"}}}  # fmt: skip
    written = told("location", jobLocation=place)
    assert written == "Berlin, 10115, DE (abroad)"
    assert abroad(written)
    assert state(written) is None


def test_a_value_of_a_kind_that_nobody_expects_is_no_error():
    odd = [
        None,
        True,
        5,
        1.5,
        "x",
        [],
        {},
        [[]],
        [{}],
        {"value": {"value": {}}},
        {"address": [[1]]},
    ]
    for part in ("title", "description", "hiringOrganization", "jobLocation", "baseSalary",
                 "educationRequirements", "datePosted", "license", "jobLocationType"):  # fmt: skip
        for value in odd:
            gathered({**LEAST, part: value})
