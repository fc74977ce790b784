"""Pay from several sources: official wages, what people in the data earn (tests/people.py) and what
employers offer."""

import re

import pytest
from playwright.sync_api import expect

from tests.local.test_local import local, wait_until_ready
from tests.web.visits import whole

CAPTION = "Collected from people's records"


@pytest.fixture(scope="module")
def site_of_people(models, libraries, tmp_path_factory):
    """The address of a page on models of a table of people."""
    output = tmp_path_factory.mktemp("site") / "output"
    with local(models, output) as (port, process):
        wait_until_ready(process, output)
        yield f"http://127.0.0.1:{port}/"


def cells(row):
    return [re.sub(r"\D", "", each) for each in row.locator("td").all_inner_texts() if each]


def quantiles(pay):
    return [str(pay[name]) for name in ("lower_quantile", "median", "upper_quantile")]


def collected(page, site, **parameters):
    url = f"{site}model/salaries/data%20scientist"
    pay = page.request.get(url, params=parameters).json()["results"]
    return [each for each in pay if each["source"] == "collected" and not each["seniority"]]


def test_collected_pay_stands_beside_official_pay_and_no_state_twice(
    open_page, site_of_people, keep
):
    page = open_page("#title=data+scientist", at=site_of_people)
    whole(page)
    expect(page.locator("#wages .figure")).to_contain_text(
        "is the median in the United States (OEWS May 2025)"
    )
    page.get_by_role("button", name=re.compile("^Show all")).click()
    places = page.locator("#wages .wages-table tbody th").all_inner_texts()
    assert places.count("California") == 1
    assert len(set(places)) == len(places) > 50

    beside = page.locator("#wages table", has_text=f"{CAPTION}: ").locator("tbody tr")
    assert beside.locator("th").all_inner_texts() == ["Any place", "California"]
    (anywhere,) = collected(page, site_of_people)
    (california,) = collected(page, site_of_people, state="CA")
    assert cells(beside.nth(0)) == quantiles(anywhere)
    assert cells(beside.nth(1)) == quantiles(california)
    expect(page.locator("#wages table", has_text="by seniority")).to_contain_text("senior")
    keep(page, "two-sources")


def test_pay_that_was_only_collected_is_not_called_that_of_the_nation(open_page, site_of_people):
    page = open_page(at=site_of_people)

    def only_collected(route):
        answer = route.fetch()
        body = answer.json()
        pay = [each for each in body["results"] if each["source"] == "collected"]
        route.fulfill(response=answer, json={"results": pay, "occupation": None})

    page.route("**/model/salaries/**", only_collected)
    page.goto(f"{site_of_people}#title=data+scientist")
    whole(page)
    (anywhere,) = collected(page, site_of_people)
    figure = page.locator("#wages .figure")
    expect(figure).to_contain_text(f"the median of {anywhere['count']} people whose records tell")
    expect(page.locator("#wages")).not_to_contain_text("United States")
    rows = page.locator("#wages .wages-table tbody tr")
    assert rows.locator("th").all_inner_texts() == ["Any place", "California"]
    assert page.locator("#wages table", has_text=f"{CAPTION}: ").count() == 0
    expect(page.locator("#wages .content > .hint")).to_contain_text("Source: people's records.")


def test_what_employers_offer_is_told_apart_from_what_people_earn(open_page, site_of_people):
    page = open_page(at=site_of_people)
    offered = {"median": 99_000, "lower_quantile": 91_000, "count": 7, "source": "postings"}
    alone = False

    def with_postings(route):
        answer = route.fetch()
        body = answer.json()
        people = [each for each in body["results"] if each["source"] == "collected"]
        more = [{**each, **offered} for each in people]
        results = more if alone else [*body["results"], *more]
        route.fulfill(response=answer, json={**body, "results": results})

    page.route("**/model/salaries/**", with_postings)
    page.goto(f"{site_of_people}#title=data+scientist")
    whole(page)
    caption = "Offered by employers in postings"
    beside = page.locator("#wages table", has_text=f"{caption}: ").locator("tbody tr")
    assert beside.locator("th").all_inner_texts() == ["Any place", "California"]
    assert cells(beside.nth(0))[:2] == ["91000", "99000"]
    expect(page.locator("#wages table", has_text=f"{caption}, by seniority")).to_be_visible()
    people = page.locator("#wages table", has_text=f"{CAPTION}: ").locator("tbody tr")
    assert cells(people.nth(0)) == quantiles(collected(page, site_of_people)[0])

    alone = True
    page.reload()
    whole(page)
    figure = page.locator("#wages .figure")
    expect(figure).to_contain_text("$99,000 a year is the median in the postings of 7 employers")
    expect(page.locator("#wages .content > .hint")).to_contain_text("Source: postings.")
    assert page.locator("#wages table", has_text=f"{caption}: ").count() == 0
