"""What top_skills answers, asked of the staged bundle as it is served."""

from urllib.parse import quote

import pandas as pd
import pytest
import requests

from shared import limits, manifest, model_file
from shared.storage import open_storage
from shared.top_skills import load_top_skills
from tests.conftest import assert_http_error
from training import __main__ as training
from training import skill_taxonomy, top_skills
from training.dataset import Dataset
from training.publish import publish

PATHS = ["/model/skills/{}", "/skills/{}", "/{}", "/?title={}"]
NO_WHOLE_NUMBERS = ["-1", "+1", "1.5", "1.0", "abc", "", " ", "1e3", "0x1", "1_0", "1,0", "-0"]
NO_WHOLE_NUMBERS += ["١", "１", "²", "½", "∞", "1 2", "1\n", "NaN", "null", "-" + "9" * 50]


@pytest.fixture
def url(served):
    return served["top_skills"].url


@pytest.fixture(scope="module")
def model(work):
    return load_top_skills(work / "top_skills.model", "top_skills.model")


def get(url, **parameters):
    return requests.get(url, params=parameters, timeout=30)


def skills(url, title, **parameters):
    return results(get(f"{url}/model/skills/{quote(title, safe='')}", **parameters))


def detailed_skills(url, title, **parameters):
    answer = get(f"{url}/model/skills/{quote(title, safe='')}", details=1, **parameters)
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"results", "eras"}
    return answer.json()["results"]


def results(answer):
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert set(body) == {"results"}
    return body["results"]


@pytest.mark.parametrize("path", PATHS)
def test_every_path_gives_the_same_20_phrases(url, path):
    answer = get(url + path.format("data%20scientist"))
    found = results(answer)
    assert len(found) == 20
    assert all(type(phrase) is str and phrase.strip() == phrase != "" for phrase in found)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.content == get(f"{url}/model/skills/data%20scientist").content


def test_every_title_has_20_different_phrases(url, model):
    for title in model.index.titles:
        found = skills(url, title)
        assert len(set(found)) == len(found) == 20, title


def test_the_phrases_are_those_of_the_title(url):
    assert "python" in skills(url, "data scientist", limit=100)
    assert not set(skills(url, "data scientist")) & set(skills(url, "welder"))


def test_the_phrases_are_the_same_on_every_call_and_in_every_process(url, serve, models):
    once = skills(url, "data scientist", limit=100)
    assert skills(url, "data scientist", limit=100) == once
    with serve("top_skills", MODELS_URI=str(models), PYTHONHASHSEED="7") as another:
        assert skills(another.url, "data scientist", limit=100) == once


def test_limit_keeps_the_strongest(url):
    most = skills(url, "data scientist", limit=100)
    assert len(set(most)) == len(most) == 100
    assert skills(url, "data scientist") == most[:20]
    for n in (1, 2, 19, 21, 99):
        assert skills(url, "data scientist", limit=n) == most[:n]


@pytest.mark.parametrize("text", ["0", "101", "1000", "9" * 40, *NO_WHOLE_NUMBERS])
def test_a_limit_that_is_no_whole_number_from_1_to_100_is_refused(url, text):
    for path in PATHS:
        answer = get(url + path.format("cook"), limit=text)
        assert_http_error(answer, 400, "invalid_request", "limit", "1 to 100")


def test_details_add_the_strength_of_each_phrase(url):
    detailed = detailed_skills(url, "data scientist", limit=100)
    assert all(set(each) == {"phrase", "score", "kind", "skill"} for each in detailed)
    assert [each["phrase"] for each in detailed] == skills(url, "data scientist", limit=100)
    scores = [each["score"] for each in detailed]
    assert scores == sorted(scores, reverse=True)
    assert 1 >= scores[0] > scores[-1] >= 0
    assert len(detailed_skills(url, "data scientist")) == 20
    assert skills(url, "data scientist", details=0) == skills(url, "data scientist")


@pytest.mark.parametrize("text", ["", "2", "-1", "true", "yes", "01", "١"])
def test_details_are_asked_for_by_1_and_nothing_else(url, text):
    answer = get(f"{url}/model/skills/cook", details=text)
    assert_http_error(answer, 400, "invalid_request", "details")


def test_details_tell_the_skill_that_a_phrase_stands_for(url):
    detailed = {each["phrase"]: each for each in detailed_skills(url, "data scientist", limit=100)}
    python = detailed["python"]
    assert python["kind"] == "technology"
    assert python["skill"] == {"name": "Python", "taxonomy": "O*NET", "id": None}
    returns = {each["phrase"]: each for each in detailed_skills(url, "accountant", limit=100)}
    skill = returns["tax returns"]["skill"]
    assert (returns["tax returns"]["kind"], skill["taxonomy"]) == ("skill", "ESCO")
    assert skill["id"].startswith("http://data.europa.eu/esco/skill/")
    unknown = [each for each in detailed.values() if each["skill"] is None]
    assert {each["kind"] for each in unknown} == {"phrase"}


# Eras


@pytest.fixture(scope="module")
def dated(serve, work, tmp_path_factory):
    """The function, with models of cooks and nurses whose work changed in 2010."""
    home = tmp_path_factory.mktemp("dated")
    verbs = "ran served cleaned stocked".split()
    old = {"cook": "wood ovens", "nurse": "paper charts"}
    new = {"cook": "induction ranges", "nurse": "electronic charts"}
    always = {"cook": "soup stock", "nurse": "flu shots"}
    rows = [
        (title, f"{verb} {always[title]} and {words[title]} in place a{i} of {verb}s", start, end)
        for title in always
        for words, start, end in ((old, "May 2005", "2009"), (new, "06/2010", "Present"))
        for i in range(30)
        for verb in verbs
    ]
    table = pd.DataFrame(rows, columns=["title", "description", "start", "end"])
    table.to_csv(home / "table.csv", index=False)
    places = ["--work", str(home / "work"), "--out", str(home / "models")]
    assert training.main(["dataset", "--source", f"table:{home / 'table.csv'}", *places[:2]]) == 0
    data = Dataset.load(home / "work")
    fitted = top_skills.fit(data.rows, data.names, skill_taxonomy.load())
    model_file.dump(fitted, home / "top_skills.model")
    publish([home / "top_skills.model"], open_storage(str(home / "models")), {})
    with serve("top_skills", MODELS_URI=str(home / "models")) as running:
        yield running.url


@pytest.mark.parametrize("path", PATHS)
def test_an_era_is_asked_for_by_its_name_or_a_year(dated, path):
    for era, mine, other in (
        ("2005-2009", "wood ovens", "induction ranges"),
        ("2010-2014", "induction ranges", "wood ovens"),
    ):
        found = results(get(dated + path.format("cook"), era=era))
        assert mine in found
        assert other not in found
        for year in range(int(era[:4]), int(era[5:]) + 1):
            assert results(get(dated + path.format("cook"), era=year)) == found


def test_details_and_limit_go_with_an_era(dated):
    plain = skills(dated, "nurse", era=2012)
    assert skills(dated, "nurse", era=2012, limit=1) == plain[:1]
    detailed = get(f"{dated}/nurse", era=2012, details=1).json()
    assert [each["phrase"] for each in detailed["results"]] == plain
    assert detailed["eras"] == ["2005-2009", "2010-2014"]
    assert get(f"{dated}/nurse", details=1).json()["eras"] == ["2005-2009", "2010-2014"]


def test_an_era_without_texts_is_404_and_names_those_that_there_are(dated):
    for path in PATHS:
        answer = get(dated + path.format("cook"), era="2015-2019")
        assert_http_error(answer, 404, "unknown_era", "2005-2009, 2010-2014")
        assert answer.json()["error"]["eras"] == ["2005-2009", "2010-2014"]


def test_without_dates_there_is_no_era(url):
    answer = get(f"{url}/cook", era=2012)
    assert_http_error(answer, 404, "unknown_era", "there are none")
    assert answer.json()["error"]["eras"] == []
    assert get(f"{url}/cook", details=1).json()["eras"] == []


def test_an_unknown_title_is_said_to_be_so_in_any_era(dated):
    assert_http_error(get(f"{dated}/zzxqj", era=2012), 404, "unknown_title")


@pytest.mark.parametrize("era", ["", "12", "2010-2015", "2011-2015", "now", "2012 ", "٢٠١٢"])
def test_what_is_no_era_is_refused(url, era):
    for path in PATHS:
        assert_http_error(get(url + path.format("cook"), era=era), 400, "invalid_request", "era")


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("Sr. Data Scientists II", "data scientist"),
        ("Senior Data Scientist II", "data scientist"),
        ("  DATA   scientist\t", "data scientist"),
        ("ｄａｔａ　ｓｃｉｅｎｔｉｓｔ", "data scientist"),
        ("Data Scientist (Remote)", "data scientist"),
        ("UX/UI designer", "ux designer"),
        ("UI / UX Designer", "ux designer"),
        ("C++ developer", "software engineer"),
        ("C# Developer", "net engineer"),
        (".NET developer", "net engineer"),
        ("Manager, Accounting", "accounting manager"),
    ],
)
def test_a_title_is_found_after_the_normalisation_of_training(url, raw, title):
    expected = skills(url, title)
    assert skills(url, raw) == expected
    assert results(get(url, title=raw)) == expected
    for path in PATHS[:3]:
        assert results(get(url + path.format(quote(raw, safe="")))) == expected
        assert results(get(url + path.format(quote(raw, safe="/+,")))) == expected


@pytest.mark.parametrize("title", ["dta scientist", "Datascientist", "Chief Data Scientist of X"])
def test_an_unknown_title_is_404_with_the_nearest_ones(url, model, title):
    for path in PATHS:
        answer = get(url + path.format(quote(title)))
        assert_http_error(answer, 404, "unknown_title")
        suggestions = answer.json()["error"]["suggestions"]
        assert "data scientist" in suggestions
        assert len(set(suggestions)) == len(suggestions) <= limits.SUGGESTIONS
        assert set(suggestions) <= set(model.index.titles)


@pytest.mark.parametrize(
    "title",
    ["zzxqj", "développeur", "数据科学家", "🙂", "\x00", "..", "%2F", "<b>", "a" * 200, "/?#"],
)
def test_what_resembles_no_title_is_404_all_the_same(url, title):
    answer = get(f"{url}/model/skills/{quote(title, safe='')}")
    assert_http_error(answer, 404, "unknown_title")
    assert type(answer.json()["error"]["suggestions"]) is list
    assert_http_error(get(url, title=title), 404, "unknown_title")


def test_bytes_that_are_no_utf8_are_a_title_that_is_not_known(url):
    for path in PATHS:
        assert_http_error(get(url + path.format("%ff%fe")), 404, "unknown_title")


def test_a_title_too_long_is_refused(url):
    for path in PATHS:
        answer = get(url + path.format("a" * (limits.TITLE_CHARACTERS + 1)))
        assert_http_error(answer, 400, "invalid_request", "title", str(limits.TITLE_CHARACTERS))


@pytest.mark.parametrize("path", ["", "/", "/?title=", "/?Title=cook"])
def test_the_root_without_a_title_says_what_is_missing(url, path):
    assert_http_error(get(url + path), 400, "invalid_request", "title")


@pytest.mark.parametrize(
    "path", ["/model", "/model/skills", "/model/skills/", "/skills", "/titles/x"]
)
def test_other_paths_are_404(url, path):
    assert get(url + path).status_code == 404


def test_an_empty_title_is_not_the_rest_of_the_path(serve, tmp_path):
    lines = {"model": "posed for photo shoots", "skills": "juggled burning torches"}
    rows = pd.DataFrame([(t, f"{x} {i}") for t, x in lines.items() for i in range(3)])
    rows = rows.set_axis(["title", "text"], axis=1)
    rows = rows.assign(source="given", weight=1.0, group=rows["text"], start=None, end=None)
    fitted = top_skills.fit(rows, {}, skill_taxonomy.load())
    model_file.dump(fitted, tmp_path / "top_skills.model")
    publish([tmp_path / "top_skills.model"], open_storage(str(tmp_path / "models")), {})
    with serve("top_skills", MODELS_URI=str(tmp_path / "models")) as running:
        assert "photo shoots" in results(get(f"{running.url}/model"))
        for path in ("/model/skills/", "/model/skills///", "/skills//"):
            assert get(running.url + path).status_code == 404
            answer = requests.post(running.url + path, json={"experience": []}, timeout=30)
            assert answer.status_code in (400, 404)
        assert "photo shoots" in results(get(f"{running.url}/skills//model"))


def test_the_version_of_the_models_is_in_a_header(url, models):
    published = manifest.decode((models / "manifest.json").read_bytes())
    for path in ("/model/skills/cook", "/cook", "/titles", "/?title=cook"):
        assert get(url + path).headers["X-Model-Version"] == published.version


@pytest.mark.parametrize("path", ["/model/titles", "/titles"])
def test_titles_are_all_that_the_model_knows(url, model, path):
    found = results(get(url + path))
    assert found == model.index.titles == sorted(found)
    assert {"data scientist", "cook", "nurse practitioner"} <= set(found)


def test_limit_and_offset_turn_the_pages_of_titles(url, model):
    titles = model.index.titles
    assert results(get(f"{url}/titles", limit=3)) == titles[:3]
    assert results(get(f"{url}/titles", offset=0)) == titles
    assert results(get(f"{url}/titles", offset=7, limit=3)) == titles[7:10]
    assert results(get(f"{url}/titles", offset=len(titles) - 1, limit=3)) == titles[-1:]
    assert results(get(f"{url}/titles", offset=len(titles))) == []
    assert results(get(f"{url}/titles", offset="9" * 40)) == []
    assert results(get(f"{url}/titles", limit="9" * 40)) == titles


@pytest.mark.parametrize("text", ["0", *NO_WHOLE_NUMBERS])
def test_a_limit_of_titles_that_is_no_whole_number_from_1_is_refused(url, text):
    for path in ("/titles", "/model/titles"):
        assert_http_error(get(url + path, limit=text), 400, "invalid_request", "limit")


@pytest.mark.parametrize("text", NO_WHOLE_NUMBERS)
def test_an_offset_that_is_no_whole_number_from_0_is_refused(url, text):
    assert_http_error(get(f"{url}/titles", offset=text), 400, "invalid_request", "offset")


@pytest.mark.parametrize("typed", ["data s", "DATA S", " data  s", "data scientist"])
def test_q_completes_what_was_typed_so_far(url, typed):
    assert results(get(f"{url}/titles", q=typed))[0] == "data scientist"


def test_q_finds_the_start_of_any_word_and_pages_too(url):
    found = results(get(f"{url}/model/titles", q="sci"))
    assert "scientist" in found
    assert "data scientist" in found
    assert results(get(f"{url}/model/titles", q="sci", limit=2, offset=1)) == found[1:3]


def test_q_of_nothing_completes_to_everything(url, model):
    assert results(get(f"{url}/titles", q="")) == model.index.titles
    assert results(get(f"{url}/titles", q=" ")) == model.index.titles


def test_q_that_begins_no_title_finds_none(url):
    assert results(get(f"{url}/titles", q="zzxqj")) == []


def test_q_too_long_is_refused(url):
    answer = get(f"{url}/titles", q="a" * (limits.TITLE_CHARACTERS + 1))
    assert_http_error(answer, 400, "invalid_request", "q")


# The gap between an experience and a title

WORK = """Trained churn models in Python and compared them with logistic regressions.
Wrote SQL for the sales team, excelled at explaining results to customers."""


def gap(url, title, *descriptions, **parameters):
    body = {"experience": [{"description": each} for each in descriptions]}
    path = f"{url}/model/skills/{quote(title, safe='')}"
    answer = requests.post(path, json=body, params=parameters, timeout=30)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json()["results"]


def test_a_gap_has_the_phrases_of_the_title_in_their_order(url):
    for limit in (1, 20, 100):
        found = gap(url, "data scientist", WORK, limit=limit)
        assert [each["phrase"] for each in found] == skills(url, "data scientist", limit=limit)
        assert all(each["shown"] == (each["shown_by"] is not None) for each in found)


def test_a_gap_tells_what_is_shown_by_which_words_and_what_is_lacking(url):
    every = gap(url, "data scientist", WORK, limit=100)
    found = {each["phrase"]: each["shown_by"] for each in every}
    assert found["python"] == "python"
    assert found["sql"] == "sql"
    assert found["logistic regression"] == "logistic regressions"
    assert found["tensorflow"] is None
    assert 0 < sum(each is not None for each in found.values()) < len(found)


def test_every_job_and_its_title_count(url):
    jobs = [{"description": "taught math"}, {"description": "", "title": "Python pro"}]
    body = {"experience": jobs}
    answer = requests.post(f"{url}/data%20scientist", json=body, timeout=30)
    shown = {each["phrase"] for each in results(answer) if each["shown"]}
    assert shown == {"python"}


@pytest.mark.parametrize("path", PATHS)
def test_every_path_gives_the_same_gap(url, path):
    body = {"experience": [{"description": WORK}]}
    answer = requests.post(url + path.format("data%20scientist"), json=body, timeout=30)
    assert results(answer) == gap(url, "data scientist", WORK)


@pytest.mark.parametrize("path", ["", "/", "/?title="])
def test_a_gap_at_the_root_without_a_title_says_what_is_missing(url, path):
    body = {"experience": [{"description": WORK}]}
    answer = requests.post(url + path, json=body, timeout=30)
    assert_http_error(answer, 400, "invalid_request", "title")


def test_a_skill_is_shown_by_its_other_names(url):
    found = {
        each["phrase"]: each["shown_by"]
        for each in gap(url, "cloud engineer", "Amazon Web Services, daily", limit=100)
    }
    assert found["aws"] == "amazon web services"


def test_a_gap_has_details_too(url):
    for plain, detailed in zip(
        gap(url, "data scientist", WORK),
        gap(url, "data scientist", WORK, details=1),
        strict=True,
    ):
        assert set(detailed) == {"phrase", "score", "kind", "skill", "shown", "shown_by"}
        assert plain.items() <= detailed.items()


def test_a_gap_of_an_unknown_title_or_of_no_words_is_refused(url):
    body = {"experience": [{"description": WORK}]}
    answer = requests.post(f"{url}/data%20scientizt%20zqxj", json=body, timeout=30)
    assert_http_error(answer, 404, "unknown_title")
    assert "data scientist" in answer.json()["error"]["suggestions"]
    answer = requests.post(f"{url}/cook", json={"experience": [{"description": "?!"}]}, timeout=30)
    assert_http_error(answer, 422, "nothing_usable")


def test_a_gap_of_an_era_is_of_its_skills(dated):
    found = gap(dated, "cook", "Cleaned induction ranges", era="2012")
    assert [each["phrase"] for each in found] == skills(dated, "cook", era="2012")
    assert {each["phrase"]: each["shown"] for each in found}["induction ranges"]


def test_a_long_text_takes_no_time_without_end(url):
    long = ("machine and so on and on learning of other things " * 3000)[: limits.TEXT_CHARACTERS]
    assert len(gap(url, "data scientist", long, limit=100)) == 100
