import json

import pytest
from parsel import Selector

from training.gather.structured_data import has_type, items

pytestmark = pytest.mark.usefixtures("without_collection")
POSTING = {"@type": "JobPosting", "title": "Nurse"}


def found(html):
    return items(Selector(html, type="html"), "JobPosting")


def script(text, kind="application/ld+json"):
    return f'<html><head><script type="{kind}">{text}</script></head></html>'


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(POSTING),
        json.dumps([POSTING]),
        json.dumps({"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, POSTING]}),
        json.dumps({"@type": "ItemList", "itemListElement": [{"position": 1, "item": POSTING}]}),
        # What sites get wrong and can be understood.
        '{"@type": "JobPosting", "title": "Nurse",}',
        '\ufeff<!-- {"@type": "JobPosting", "title": "Nurse"} -->',
        '//<![CDATA[\n{"@type": "JobPosting", "title": "Nurse"}\n//]]>',
        '{"@type": "JobPosting", /* the name, */ "title": "Nurse"};',
        '{\n// the name:\n"@type": "JobPosting", "title": "Nurse"}',
    ],
)
def test_json_ld_in_the_ways_of_sites(text):
    assert found(script(text)) == ([POSTING], 0)


def test_line_breaks_within_texts_are_read():
    (item,), broken = found(script('{"@type": "JobPosting", "title": "Night\n\tNurse"}'))
    assert (item["title"], broken) == ("Night\n\tNurse", 0)


def test_what_looks_like_an_error_within_a_text_stays():
    text = 'see https://x.example/a, } or [1,] /* or */ "quoted",}'
    (item,), _ = found(script(json.dumps({**POSTING, "title": text})[:-1] + ",}"))
    assert item["title"] == text


@pytest.mark.parametrize(
    "text", ["", "{", "<p>", '{"@type": "JobPosting" "title": "Nurse"}', "[" * 100_000, "undefined"]
)
def test_what_cannot_be_read_is_counted(text):
    assert found(script(text) + script(json.dumps(POSTING)))[1] == (1 if text else 0)
    assert found(script(text) + script(json.dumps(POSTING)))[0] == [POSTING]


def test_other_scripts_and_other_types_are_none():
    assert found(script(json.dumps(POSTING), "text/javascript")) == ([], 0)
    assert found(script(json.dumps({"@type": "Person", "name": "Jane"}))) == ([], 0)


@pytest.mark.parametrize(
    "kind", ["JobPosting", "http://schema.org/JobPosting", "schema:JobPosting", ["X", "JobPosting"]]
)
def test_a_type_is_known_however_it_is_named(kind):
    assert has_type({"@type": kind}, "JobPosting")


@pytest.mark.parametrize(
    "item", [None, 5, "JobPosting", {}, {"@type": None}, {"@type": "NoJobPosting"}]
)
def test_what_has_another_type(item):
    assert not has_type(item, "JobPosting")


MICRODATA = """
<div itemscope itemtype="https://schema.org/JobPosting" itemref="elsewhere">
  <h1 itemprop="title">Night <b>nurse</b></h1>
  <a itemprop="url" href="/1">here</a> <time itemprop="datePosted" datetime="2026-01-01">now</time>
  <div itemprop="hiringOrganization" itemscope itemtype="https://schema.org/Organization">
    <span itemprop="name">Clinic</span></div>
  <span itemprop="skills">shots</span><span itemprop="skills">charts</span>
  <div itemprop="description"><p>Care.</p><ul><li>Shots</li></ul></div>
  <span><span itemprop="employmentType" content="FULL_TIME">full time</span></span>
</div><p id="elsewhere" itemprop="validThrough">2026-02-01</p><p itemprop="title">of nothing</p>"""


def test_microdata_is_read_as_json_ld_has_it():
    (item,), broken = found(MICRODATA)
    assert broken == 0
    assert item == {
        "@type": ["https://schema.org/JobPosting"],
        "title": "Night <b>nurse</b>", "url": "/1", "datePosted": "2026-01-01",
        "hiringOrganization": {"@type": ["https://schema.org/Organization"], "name": "Clinic"},
        "skills": ["shots", "charts"], "description": "<p>Care.</p><ul><li>Shots</li></ul>",
        "employmentType": "FULL_TIME", "validThrough": "2026-02-01",
    }  # fmt: skip


def test_microdata_that_refers_to_itself_comes_to_an_end():
    html = '<div id="a" itemscope itemtype="JobPosting" itemref="a"><i itemprop="title">x</i></div>'
    assert found(html)[0]
