"""From a request's body to experiences."""

import pytest

from shared import limits
from shared.errors import RequestError
from shared.experience import Experience, nothing_usable, parse


def refused(body):
    with pytest.raises(RequestError) as caught:
        parse(body)
    return caught.value


def test_the_body_of_the_original_is_read():
    assert parse({"experience": [{"description": "baked bread"}]}) == [Experience("baked bread")]


def test_experiences_keep_their_order_and_what_else_is_told():
    items = [
        {"description": "baked bread", "title": "Baker", "start": "2010-05", "end": "2012-01"},
        {"description": "sold bread", "title": None, "start": None, "end": None, "town": 7},
    ]
    assert parse({"experience": items, "name": "somebody"}) == [
        Experience("baked bread", "Baker", "2010-05", "2012-01"),
        Experience("sold bread"),
    ]


def test_a_json_resume_is_read():
    work = {
        "name": "A bakery",
        "position": "Baker",
        "startDate": "2010-05",
        "endDate": "2012-01",
        "summary": "baked bread",
        "highlights": ["baked cakes", None, "", "sold both"],
    }
    expected = Experience("baked bread\nbaked cakes\nsold both", "Baker", "2010-05", "2012-01")
    assert parse({"basics": {}, "work": [work, {}]}) == [expected, Experience("")]


def test_a_json_resume_may_lack_anything():
    work = {"position": None, "summary": None, "highlights": None, "startDate": None}
    assert parse({"work": [work, {"highlights": []}]}) == [Experience("")] * 2


def test_the_original_body_comes_first_where_both_are_sent():
    body = {"work": "whatever", "experience": [{"description": "baked bread"}]}
    assert parse(body) == [Experience("baked bread")]


@pytest.mark.parametrize(
    ("description", "title", "text"),
    [
        ("baked bread", "Baker", "baked bread"),
        ("", "Baker", "Baker"),
        (" \n", "Baker", "Baker"),
        ("", "", ""),
    ],
)
def test_the_text_is_the_description_or_else_the_title(description, title, text):
    assert Experience(description, title).text == text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (None, "experience"),
        ([], "experience"),
        ({}, "experience"),
        ({"experience": {}}, "experience"),
        ({"experience": []}, "experience"),
        ({"experience": [{"description": "x"}, 7]}, "experience[1]"),
        ({"experience": [{"title": "x"}]}, "experience[0].description"),
        ({"experience": [{"description": False}]}, "experience[0].description"),
        ({"experience": [{"description": None}]}, "experience[0].description"),
        ({"experience": [{"description": "x", "title": {}}]}, "experience[0].title"),
        ({"experience": [{"description": "x", "start": 0}]}, "experience[0].start"),
        ({"experience": [{"description": "x", "end": []}]}, "experience[0].end"),
        ({"experience": [{"description": "x\ud800"}]}, "experience[0].description"),
        ({"experience": [{"description": "x", "title": "\udfff"}]}, "experience[0].title"),
        ({"work": "x"}, "work"),
        ({"work": []}, "work"),
        ({"work": [None]}, "work[0]"),
        ({"work": [{}, {"summary": 7}]}, "work[1].summary"),
        ({"work": [{"highlights": {}}]}, "work[0].highlights"),
        ({"work": [{"highlights": ["x", 7]}]}, "work[0].highlights"),
        ({"work": [{"highlights": ["\ud800"]}]}, "work[0].highlights"),
        ({"work": [{"position": 7}]}, "work[0].position"),
        ({"work": [{"startDate": 7}]}, "work[0].startDate"),
        ({"work": [{"endDate": 7}]}, "work[0].endDate"),
    ],
)
def test_a_wrong_shape_is_a_400_that_begins_with_the_field(body, field):
    error = refused(body)
    assert (error.status, error.code) == (400, "invalid_request")
    if body:
        assert error.message.startswith(f"{field}:")
    else:
        assert field in error.message


def test_no_message_quotes_what_was_sent():
    for body in (
        {"experience": "zzxqj"},
        {"zzxqj": []},
        {"experience": ["zzxqj"]},
        {"experience": [{"description": {"zzxqj": "zzxqj"}}]},
    ):
        assert "zzxqj" not in refused(body).message


def test_there_are_only_so_many_experiences():
    for name in ("experience", "work"):
        items = [{"description": "x"}] * limits.EXPERIENCES
        assert len(parse({name: items})) == limits.EXPERIENCES
        error = refused({name: [*items, items[0]]})
        assert (error.status, error.code) == (413, "too_large")
        assert error.message.startswith(f"{name}:")


def test_there_is_only_so_much_text_in_all_experiences_together():
    half = {"description": "x" * (limits.TEXT_CHARACTERS // 2)}
    assert len(parse({"experience": [half, half]})) == 2
    error = refused({"experience": [half, half, {"description": "x"}]})
    assert (error.status, error.code) == (413, "too_large")
    assert error.message.startswith("experience:")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"experience": [{"description": "{}"}]}, "experience[0].description"),
        ({"work": [{"summary": "{}"}]}, "work[0].summary"),
        ({"work": [{"highlights": ["{}"]}]}, "work[0].highlights"),
    ],
)
def test_one_text_too_long_is_a_413_that_names_it(body, field):
    def filled(value, characters):
        if isinstance(value, dict):
            return {key: filled(item, characters) for key, item in value.items()}
        if isinstance(value, list):
            return [filled(item, characters) for item in value]
        return value.format("x" * characters)

    assert len(parse(filled(body, limits.TEXT_CHARACTERS))) == 1
    error = refused(filled(body, limits.TEXT_CHARACTERS + 1))
    assert (error.status, error.code) == (413, "too_large")
    assert error.message.startswith(f"{field}:")


@pytest.mark.parametrize(
    ("name", "key", "most"),
    [
        ("experience", "title", limits.TITLE_CHARACTERS),
        ("experience", "start", limits.DATE_CHARACTERS),
        ("experience", "end", limits.DATE_CHARACTERS),
        ("work", "position", limits.TITLE_CHARACTERS),
        ("work", "startDate", limits.DATE_CHARACTERS),
        ("work", "endDate", limits.DATE_CHARACTERS),
    ],
)
def test_a_title_or_date_too_long_is_a_400_that_names_it(name, key, most):
    parse({name: [{"description": "x", key: "x" * most}]})
    error = refused({name: [{"description": "x", key: "x" * (most + 1)}]})
    assert (error.status, error.code) == (400, "invalid_request")
    assert error.message == f"{name}[0].{key}: at most {most} characters, please."


@pytest.mark.parametrize("key", ["title", "start", "end"])
def test_titles_and_dates_count_in_the_text_of_all_experiences(key):
    most = {"description": "x" * (limits.TEXT_CHARACTERS - 1)}
    assert len(parse({"experience": [most, {"description": "", key: "1"}]})) == 2
    error = refused({"experience": [most, {"description": "", key: "12"}]})
    assert (error.status, error.code) == (413, "too_large")
    most[key] = "12"
    assert refused({"experience": [most]}).status == 413


def test_summary_and_highlights_count_together():
    half = "x" * (limits.TEXT_CHARACTERS // 2)
    assert refused({"work": [{"summary": half, "highlights": [half, half]}]}).status == 413


def test_nothing_usable_is_a_422():
    error = nothing_usable()
    assert (error.status, error.code) == (422, "nothing_usable")
