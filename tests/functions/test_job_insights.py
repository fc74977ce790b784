"""What job_insights answers, asked of the staged bundle as it is served."""

from urllib.parse import quote

import pytest
import requests

from shared import limits
from shared.job_insights import FIGURES, load_job_insights
from shared.states import STATES
from tests.conftest import assert_http_error
from tests.people import SCIENTISTS

WAGES = FIGURES[:-1]
OEWS = [
    ("data scientist", None, (67240, 85660, 120230, 158880, 199130, 126800, 262440)),
    ("data scientist", "CA", (77480, 103360, 141590, 186820, 224920, 156000, 39310)),
    ("registered nurse", "TX", (67120, 79170, 95970, 105100, 127950, 95380, 271380)),
    ("accountant", "New York", (63700, 79760, 102640, 134820, 171030, 114070, 109830)),
    ("welder", "ohio", (38990, 45750, 50340, 59510, 70510, 53370, 20330)),
    ("paralegal", "dc", (59770, 72240, 89750, 114920, 131650, 95400, 6400)),
]
"""Figures of OEWS, May 2025, looked up by hand: in the order of FIGURES."""


@pytest.fixture
def url(served):
    return served["job_insights"].url


@pytest.fixture(scope="module")
def model(work):
    return load_job_insights(work / "job_insights.model", "job_insights.model")


def ask(url, kind, title, **parameters):
    path = f"{url}/model/{kind}/{quote(title, safe='')}"
    return requests.get(path, params=parameters, timeout=30)


def answer(url, kind, title, **parameters):
    got = ask(url, kind, title, **parameters)
    assert got.status_code == 200, got.text
    return got.json()


def salaries(url, title, **parameters):
    return answer(url, "salaries", title, **parameters)["results"]


@pytest.mark.parametrize("kind", ["salaries", "paths", "education"])
def test_both_paths_give_the_same(url, kind):
    at_root = requests.get(f"{url}/{kind}/data%20scientist", timeout=30)
    assert at_root.content == ask(url, kind, "data scientist").content


@pytest.mark.parametrize("kind", ["salaries", "paths", "education"])
def test_a_title_is_found_however_it_is_written(url, kind):
    assert answer(url, kind, "Sr. Data Scientists II") == answer(url, kind, "data scientist")


@pytest.mark.parametrize("kind", ["salaries", "paths", "education"])
def test_an_unknown_title_is_404_with_the_nearest_ones(url, kind):
    got = ask(url, kind, "data scientizt zqxj")
    assert_http_error_with_suggestions(got)
    got = ask(url, kind, "x" * (limits.TITLE_CHARACTERS + 1))
    assert_http_error(got, 400, "invalid_request", "title")


def assert_http_error_with_suggestions(got):
    assert got.status_code == 404
    error = got.json()["error"]
    assert error["code"] == "unknown_title"
    assert "data scientist" in error["suggestions"]


# Salaries


@pytest.mark.parametrize(("title", "state", "figures"), OEWS)
def test_official_wages_are_those_of_oews(url, title, state, figures):
    found = salaries(url, title, **({"state": state} if state else {}))
    official = [each for each in found if each["source"] == "OEWS May 2025"]
    assert [tuple(each[name] for name in FIGURES) for each in official] == [figures]
    assert official[0]["seniority"] is None


def test_a_state_is_named_as_it_is_called(url):
    for written in ("CA", "ca", "California", " california "):
        assert {each["state"] for each in salaries(url, "data scientist", state=written)} == {
            "California"
        }
    assert salaries(url, "cook")[0]["state"] == "United States"


@pytest.mark.parametrize("state", ["", "C", "Bavaria", "United States", "ALL", "CA,TX"])
def test_a_state_that_is_none_is_refused(url, state):
    assert_http_error(ask(url, "salaries", "cook", state=state), 400, "invalid_request", "state")


def test_all_gives_every_state_and_not_the_nation(url):
    found = salaries(url, "registered nurse", state="all")
    states = [each["state"] for each in found]
    assert states == sorted(states)
    assert set(STATES.values()) - set(states) == {"Guam"}
    assert [found[states.index("Texas")]] == salaries(url, "registered nurse", state="TX")


def test_the_answer_says_which_occupation_it_speaks_of(url):
    def occupation(title):
        return answer(url, "salaries", title)["occupation"]

    name = {"code": "15-2051", "name": "Data Scientists", "basis": "name"}
    assert occupation("data scientist") == name
    assert occupation("data analyst") == {**name, "basis": "parent"}
    assert occupation("barista")["name"] == "Fast Food and Counter Workers"


def test_figures_rise_from_one_quantile_to_the_next(url, model):
    checked = 0
    for title in model.index.titles:
        for each in model.pay(title):
            known = [each.figures[n] for n in WAGES[:-1] if each.figures[n] is not None]
            assert known == sorted(known)
            assert known
            checked += 1
    assert checked > 5_000


def test_nearly_every_title_has_wages(model):
    without = [title for title in model.index.titles if not model.pay(title)]
    assert "soldier" in without
    assert len(without) < 0.05 * len(model.index.titles)


def test_a_title_without_wages_is_told_apart_from_an_unknown_one(url):
    got = ask(url, "salaries", "soldier")
    assert_http_error(got, 404, "no_data", "'soldier'", "no occupation")
    got = ask(url, "salaries", "actor")
    assert_http_error(got, 404, "no_data", "'actor'", "annual wages", "'Actors'")


def test_a_state_without_wages_is_named(url, model):
    gone = {each.state for each in model.pay("air traffic controller")}
    state = next(name for name in sorted(STATES.values()) if name not in gone)
    got = ask(url, "salaries", "air traffic controller", state=state)
    assert_http_error(got, 404, "no_data", state, "'Air Traffic Controllers'")


def test_collected_salaries_are_told_of_beside_official_ones(url):
    official, *collected = salaries(url, "data scientist")
    assert official["source"] == "OEWS May 2025"
    assert [(each["state"], each["seniority"], each["count"]) for each in collected] == [
        (None, None, SCIENTISTS),
        (None, "senior", 6),
    ]
    everybody = collected[0]
    assert everybody["source"] == "collected"
    assert [everybody[name] for name in WAGES] == [101000, 103000, 106000, 108000, 110000, 106000]


def test_no_group_of_fewer_than_five_is_told_of(url):
    in_states = salaries(url, "data scientist", state="all")
    collected = [each for each in in_states if each["source"] == "collected"]
    assert [(each["state"], each["seniority"], each["count"]) for each in collected] == [
        ("California", None, 8),
        ("California", "senior", 6),
    ]
    texas = salaries(url, "data scientist", state="TX")
    assert [each["source"] for each in texas] == ["OEWS May 2025"]


# Paths


def nodes(branches):
    for each in branches:
        yield each
        yield from nodes(each["children"])


def depth_of(branches):
    return 1 + max((depth_of(each["children"]) for each in branches), default=0) if branches else 0


def test_next_jobs_are_those_that_people_took(url):
    found = answer(url, "paths", "data scientist")
    assert found["basis"] == "observed"
    # 9 went on, 3 of them to a title that is not told of.
    next_ = {"name": "machine learning engineer", "value": 0.6667, "count": 6, "children": []}
    assert found["results"] == {"name": "data scientist", "children": [next_]}


def test_a_tree_of_next_jobs_goes_on(url):
    (scientist,) = answer(url, "paths", "data analyst", depth=2)["results"]["children"]
    assert (scientist["name"], scientist["value"], scientist["count"]) == (
        "data scientist", 1.0, SCIENTISTS,
    )  # fmt: skip
    assert [each["name"] for each in scientist["children"]] == ["machine learning engineer"]
    (alone,) = answer(url, "paths", "data analyst", depth=1)["results"]["children"]
    assert alone["children"] == []


def test_without_histories_titles_are_told_of_whose_work_is_alike(url):
    found = answer(url, "paths", "registered nurse")
    assert found["basis"] == "similarity"
    every = list(nodes(found["results"]["children"]))
    assert {each["count"] for each in every} == {None}
    assert "nurse practitioner" in {each["name"] for each in found["results"]["children"]}
    for branches in ([*found["results"]["children"]], every[0]["children"]):
        values = [each["value"] for each in branches]
        assert values == sorted(values, reverse=True)
        assert all(0 < value <= 1 for value in values)


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_a_tree_is_as_deep_as_was_asked(url, depth):
    tree = answer(url, "paths", "cook", depth=depth, breadth=2)["results"]["children"]
    assert depth_of(tree) == depth


def test_a_tree_is_as_broad_as_was_asked(url):
    for breadth in (1, 3, 10):
        tree = answer(url, "paths", "software engineer", depth=4, breadth=breadth)["results"]
        assert len(tree["children"]) == breadth
        assert max(len(each["children"]) for each in nodes(tree["children"])) == breadth


def test_no_way_leads_back(url):
    def ways(branches, before):
        for each in branches:
            yield (*before, each["name"])
            yield from ways(each["children"], (*before, each["name"]))

    tree = answer(url, "paths", "cook", depth=4, breadth=4)["results"]
    for way in ways(tree["children"], (tree["name"],)):
        assert len(set(way)) == len(way)


@pytest.mark.parametrize(
    ("name", "value"),
    [("depth", "0"), ("depth", "5"), ("breadth", "0"), ("breadth", "11"), ("depth", "x")],
)
def test_a_depth_or_breadth_out_of_bounds_is_refused(url, name, value):
    got = ask(url, "paths", "cook", **{name: value})
    assert_http_error(got, 400, "invalid_request", name)


@pytest.mark.parametrize("kind", ["salaries", "paths", "education"])
def test_limit_keeps_the_first(url, kind):
    def listed(**parameters):
        found = answer(url, kind, "data scientist", **parameters)["results"]
        return found["children"] if kind == "paths" else found

    state = {"state": "all"} if kind == "salaries" else {}
    everything = listed(**state)
    assert listed(limit=1, **state) == everything[:1] != []
    assert listed(limit=1000, **state) == everything
    for wrong in ("0", "-1", "abc", "1.5", ""):
        got = ask(url, kind, "data scientist", limit=wrong)
        assert_http_error(got, 400, "invalid_request", "limit")


# Education


def test_education_is_of_five_people_or_more(url):
    found = answer(url, "education", "data scientist")
    assert found["basis"] == "observed"
    assert found["results"] == [
        {"level": "master", "field": "statistics", "share": 0.5833, "count": 7}
    ]


def test_education_of_one_seniority(url):
    found = answer(url, "education", "data scientist", seniority="senior")["results"]
    assert found == [{"level": "master", "field": "statistics", "share": 1.0, "count": 6}]
    got = ask(url, "education", "data scientist", seniority="junior")
    assert_http_error(got, 404, "no_data", "'junior'")
    for wrong in ("", "Senior", "boss"):
        got = ask(url, "education", "data scientist", seniority=wrong)
        assert_http_error(got, 400, "invalid_request", "seniority")


def test_a_title_without_education_is_told_apart_from_an_unknown_one(url):
    got = ask(url, "education", "cook")
    assert_http_error(got, 404, "no_data", "'cook'", "tell of none")
