"""What similar_jobs answers, asked of the staged bundle as it is served."""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import permutations

import joblib
import pytest
import requests
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from shared import limits, manifest, model_file
from shared.models import load_similar_jobs
from shared.storage import open_storage
from tests.conftest import ROOT, assert_http_error, post
from training import __main__ as training
from training import steps
from training.publish import publish

SCRUM = "organizing projects with agile and scrum methodologies"
JAVA = "wrote java microservices and deployed them to kubernetes"
MATH = "taught third grade math"
BODY = {"experience": [{"description": SCRUM}]}
JSON = {"Content-Type": "application/json"}

NO_WHOLE_NUMBERS = ["0", "-1", "+1", "1.5", "1.0", "abc", "", " ", "1e3", "0x1", "1_0", "1,0", "00"]
NO_WHOLE_NUMBERS += ["١", "１", "²", "½", "∞", "1 2", "1\n", "NaN", "null", "-" + "9" * 50]


@pytest.fixture
def url(served):
    return served["similar_jobs"].url


@pytest.fixture
def path(url):
    return f"{url}/model/similar_jobs"


def person(*descriptions):
    return {"experience": [{"description": each} for each in descriptions]}


def results(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def probabilities(answer):
    return {each["title"]: each["probability"] for each in results(answer)}


def send(url, body, **headers):
    return requests.post(url, data=body, headers={**JSON, **headers}, timeout=30)


@pytest.mark.parametrize("path", ["/model/similar_jobs", "/", "", "/?unknown=parameter"])
def test_every_path_gives_the_same_answer(url, path):
    answer = post(url + path, BODY)
    assert answer.content == post(f"{url}/model/similar_jobs", BODY).content
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"


def test_the_plain_answer_has_exactly_the_keys_of_the_original(path):
    body = post(path, BODY).json()
    assert set(body) == {"results"}
    for each in body["results"]:
        assert set(each) == {"probability", "title"}
        assert type(each["probability"]) is float
        assert type(each["title"]) is str


def test_every_title_of_the_model_is_there_once(path, work):
    model = load_similar_jobs(work / "similar_jobs.model", "similar_jobs.model")
    assert sorted(each["title"] for each in results(post(path, BODY))) == sorted(model.titles)


@pytest.mark.parametrize("texts", [[SCRUM], [MATH], [SCRUM, JAVA, MATH], [f"{SCRUM} {JAVA} " * 99]])
def test_probabilities_are_between_0_and_1_and_sum_to_1(path, texts):
    found = [each["probability"] for each in results(post(path, person(*texts)))]
    assert sum(found) == pytest.approx(1, abs=1e-9)
    assert min(found) >= 0
    assert max(found) <= 1


def test_titles_are_sorted_by_probability_and_ties_by_title(path):
    found = results(post(path, person("scrum")))
    assert found == sorted(found, key=lambda each: (-each["probability"], each["title"]))
    assert len({each["probability"] for each in found}) < len(found)


def test_titles_may_have_any_characters(serve, work, tmp_path):
    model = load_similar_jobs(work / "similar_jobs.model", "similar_jobs.model")
    odd = ['a "b" \\', "café\n管理", "%s %d", "{title}", *model.titles[4:]]
    model_file.dump(replace(model, titles=odd), tmp_path / "similar_jobs.model")
    storage = open_storage(str(tmp_path / "models"))
    publish([tmp_path / "similar_jobs.model"], storage, {})
    with serve("similar_jobs", MODELS_URI=str(tmp_path / "models")) as running:
        answer = post(running.url, BODY)
        assert {each["title"] for each in results(answer)} == set(odd)
        assert probabilities(answer) == pytest.approx(
            dict(zip(odd, model.probabilities([SCRUM]), strict=True)), rel=1e-11
        )


def test_people_who_ask_at_the_same_time_get_their_own_answers(path):
    bodies = [person(text) for text in (SCRUM, JAVA, MATH)] * 8
    alone = [post(path, body).json() for body in bodies[:3]]
    with ThreadPoolExecutor(len(bodies)) as pool:
        answers = list(pool.map(lambda body: post(path, body).json(), bodies))
    assert answers == alone * 8


def test_an_explanation_is_added_only_when_it_is_asked_for(path):
    plain = results(post(path, BODY))
    assert post(f"{path}?explain=0", BODY).json() == {"results": plain}
    explained = results(post(f"{path}?explain=1", BODY))
    for each, same in zip(explained, plain, strict=True):
        assert {key: each[key] for key in same} == same
    phrases = [each["phrase"] for each in explained[0]["phrases"]]
    assert phrases
    assert set(" ".join(phrases).split()) <= set(SCRUM.split())


@pytest.mark.parametrize("text", ["", "2", "true", "01"])
def test_an_explanation_is_asked_for_by_1_and_nothing_else(path, text):
    assert_http_error(post(f"{path}?explain={text}", BODY), 400, "invalid_request", "explain")


def test_the_same_request_gets_the_same_bytes(path):
    assert post(path, BODY).content == post(path, BODY).content


@pytest.mark.parametrize(
    ("text", "words"),
    [(SCRUM, "project manager|scrum master"), (JAVA, "engineer|developer"), (MATH, "teacher")],
)
def test_the_work_described_is_among_the_first_three(path, text, words):
    first = [each["title"] for each in results(post(f"{path}?limit=3", person(text)))]
    assert any(word in title for title in first for word in words.split("|")), first


def test_several_experiences_give_one_distribution_for_the_person(path):
    both = probabilities(post(path, person(SCRUM, MATH)))
    scrum, math = (probabilities(post(path, person(each))) for each in (SCRUM, MATH))
    assert set(both) == set(scrum)
    assert sum(both.values()) == pytest.approx(1, abs=1e-9)
    assert scrum["scrum master"] > both["scrum master"] > math["scrum master"]
    teacher = "elementary school teacher"
    assert math[teacher] > both[teacher] > scrum[teacher]


def test_the_order_of_experiences_does_not_matter(path):
    first = probabilities(post(path, person(SCRUM, JAVA, MATH)))
    for each in permutations([SCRUM, JAVA, MATH]):
        assert probabilities(post(path, person(*each))) == pytest.approx(first, abs=1e-12)


def test_an_experience_given_twice_says_no_more_than_once(path):
    once, twice = (probabilities(post(path, person(*[JAVA] * n))) for n in (1, 2))
    assert twice == pytest.approx(once, abs=1e-12)


def test_an_experience_without_a_known_word_leaves_it_to_the_others(path):
    alone = probabilities(post(path, person(MATH)))
    assert probabilities(post(path, person("", "zzxqj", MATH))) == pytest.approx(alone, abs=1e-12)


def test_title_and_dates_may_be_told_too(path):
    item = {"description": SCRUM, "title": "PM", "start": "2016-01", "end": None, "employer": 7}
    answer = post(path, {"experience": [item], "name": "somebody"})
    assert set(answer.json()) == {"results"}
    assert results(answer)


def test_a_title_stands_in_for_an_empty_description(path):
    item = {"description": " ", "title": "substitute teacher"}
    assert results(post(path, {"experience": [item]}))[0]["title"] == "substitute teacher"


def test_a_json_resume_is_taken_as_it_is(path):
    resume = {
        "basics": {"name": "somebody"},
        "work": [
            {
                "name": "A company",
                "position": "Teacher",
                "startDate": "2015-08-01",
                "endDate": "2016-06-30",
                "summary": MATH,
                "highlights": ["organized the school library", "coached the chess club"],
            },
            {"position": "scrum master"},
        ],
        "skills": [],
    }
    text = f"{MATH}\norganized the school library\ncoached the chess club"
    assert post(path, resume).json() == post(path, person(text, "scrum master")).json()


@pytest.mark.parametrize("n", [1, 3, 50, 200])
def test_limit_keeps_the_first(path, n):
    assert results(post(f"{path}?limit={n}", BODY)) == results(post(path, BODY))[:n]


@pytest.mark.parametrize("n", ["100000", "9" * 12, "9" * 40])
def test_a_limit_beyond_the_titles_keeps_them_all(path, n):
    assert results(post(f"{path}?limit={n}", BODY)) == results(post(path, BODY))


@pytest.mark.parametrize("text", NO_WHOLE_NUMBERS)
def test_a_limit_that_is_no_whole_number_from_1_is_refused(url, text):
    for path in ("/model/similar_jobs", "/"):
        answer = requests.post(url + path, json=BODY, params={"limit": text}, timeout=30)
        assert_http_error(answer, 400, "invalid_request", "limit")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (None, "experience"),
        ([], "experience"),
        ("text", "experience"),
        (1, "experience"),
        ({}, "experience"),
        ({"Experience": [{"description": SCRUM}]}, "experience"),
        ({"experience": None}, "experience"),
        ({"experience": []}, "experience"),
        ({"experience": {"description": SCRUM}}, "experience"),
        ({"experience": SCRUM}, "experience"),
        ({"experience": [SCRUM]}, "experience[0]"),
        ({"experience": [{"description": SCRUM}, None]}, "experience[1]"),
        ({"experience": [{}]}, "experience[0].description"),
        ({"experience": [{"title": "cook"}]}, "experience[0].description"),
        ({"experience": [{"description": None}]}, "experience[0].description"),
        ({"experience": [{"description": 7}]}, "experience[0].description"),
        ({"experience": [{"description": [SCRUM]}]}, "experience[0].description"),
        ({"experience": [{"description": SCRUM, "title": 7}]}, "experience[0].title"),
        ({"experience": [{"description": SCRUM, "start": 2016}]}, "experience[0].start"),
        ({"experience": [{"description": SCRUM, "end": True}]}, "experience[0].end"),
        ({"work": {}}, "work"),
        ({"work": []}, "work"),
        ({"work": [SCRUM]}, "work[0]"),
        ({"work": [{"summary": 7}]}, "work[0].summary"),
        ({"work": [{"position": []}]}, "work[0].position"),
        ({"work": [{"highlights": SCRUM}]}, "work[0].highlights"),
        ({"work": [{"highlights": [7]}]}, "work[0].highlights"),
        ({"work": [{"startDate": 2016}]}, "work[0].startDate"),
        ({"work": [{"endDate": {}}]}, "work[0].endDate"),
    ],
)
def test_a_body_of_another_shape_is_refused_by_the_name_of_the_field(path, body, field):
    assert_http_error(send(path, json.dumps(body)), 400, "invalid_request", field)


GOOD = json.dumps(BODY).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"nothing",
        b"NaN",
        b"experience=organizing",
        GOOD + b"x",
        GOOD + GOOD,
        GOOD.replace(b'"', b"'"),
        GOOD.replace(b"]", b",]"),
        GOOD.replace(b"agile", b"agile\x00"),
        GOOD.replace(b"agile", b"agile\n"),
        GOOD.replace(b"agile", b"agile\xff"),
        GOOD.replace(b"agile", b"agile\xed\xa0\x80"),
        b"\xef\xbb\xbf" + GOOD,
        GOOD.decode().encode("utf-16"),
        GOOD.decode().encode("utf-32-le"),
        b'{"experience": NaN}',
        b'{"experience": [], "n": Infinity}',
        b'{"experience": [], "n": -Infinity}',
        b'{"experience": [], "experience": []}',
        b'{"experience": [{"description": "a", "description": "b"}]}',
        b'{"experience": [], "n": ' + b"1" * 5000 + b"}",
        b"{" * 1_000_000,
        b"[" * 1_000_000,
        b'{"a":' * 200_000,
        b"[" * 500_000 + b"]" * 500_000,
    ],
    ids=lambda body: str(body[:50]),
)
def test_what_is_no_strict_json_is_refused(path, body):
    assert_http_error(send(path, body), 400, "invalid_json")


def test_half_of_a_surrogate_pair_is_refused_by_the_name_of_the_field(path):
    for text in (r"\ud800", r"\udc00 agile", r"\ude00\ud83d"):
        answer = send(path, GOOD.replace(b"agile", text.encode()))
        assert_http_error(answer, 400, "invalid_request", "experience[0].description")


def test_json_is_nested_as_deep_as_is_taken_and_no_deeper(path):
    def nested(levels):
        return b"[" * levels + b"]" * levels

    assert_http_error(send(path, nested(limits.NESTING)), 400, "invalid_request", "experience")
    assert_http_error(send(path, nested(limits.NESTING + 1)), 400, "invalid_request", "nested")


@pytest.mark.parametrize(
    "text",
    ["développé des microservices java", "written in java \U0001f600", "\x00java", "\u202ejava"],
)
def test_any_character_may_stand_in_a_text(path, text):
    assert sum(probabilities(post(path, person(text))).values()) == pytest.approx(1, abs=1e-9)
    as_utf8 = json.dumps(person(text), ensure_ascii=False).encode()
    assert send(path, as_utf8).content == post(path, person(text)).content


def blocks(size):
    for start in range(0, size, 1 << 16):
        yield b" " * min(1 << 16, size - start)


@pytest.mark.parametrize("body", [bytes, blocks], ids=["with its length", "chunked"])
@pytest.mark.parametrize("size", [limits.BODY_BYTES + 1, 3 * limits.BODY_BYTES])
def test_a_body_too_large_is_refused_and_the_connection_goes_on(path, body, size):
    with requests.Session() as session:
        answer = session.post(path, data=body(size), headers=JSON, timeout=30)
        assert_http_error(answer, 413, "too_large")
        assert results(session.post(path, json=BODY, timeout=30))


def test_a_body_as_large_as_may_be_is_read(path):
    body = b" " * (limits.BODY_BYTES - len(GOOD)) + GOOD
    assert send(path, body).content == post(path, BODY).content
    chunked = send(path, iter([body[: 1 << 19], body[1 << 19 :]]))
    assert chunked.content == post(path, BODY).content


def test_there_are_only_so_many_experiences(path):
    assert results(post(path, person(*[MATH] * limits.EXPERIENCES)))
    answer = post(path, person(*[MATH] * (limits.EXPERIENCES + 1)))
    assert_http_error(answer, 413, "too_large", "experience", str(limits.EXPERIENCES))


@pytest.mark.parametrize("parts", [1, 4])
def test_there_is_only_so_much_text(path, parts):
    text = "math " * (limits.TEXT_CHARACTERS // 5 // parts)
    assert results(post(path, person(*[text] * parts)))
    answer = post(path, person(*[text] * (parts - 1), f"{text}!"))
    assert_http_error(answer, 413, "too_large", "experience", str(limits.TEXT_CHARACTERS))


@pytest.mark.parametrize(
    "media_type",
    [
        None,
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/json, text/plain",
        "application/json; charset=latin-1",
        "application/json; charset=utf-16",
    ],
)
def test_another_media_type_than_json_is_refused(path, media_type):
    headers = {} if media_type is None else {"Content-Type": media_type}
    answer = requests.post(path, data=GOOD, headers=headers, timeout=30)
    assert_http_error(answer, 415, "unsupported_media_type", "application/json")


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json; charset=utf-8",
        'application/json; charset="UTF-8"',
        "Application/JSON;charset=utf8",
        "application/vnd.api+json",
    ],
)
def test_json_is_known_however_it_is_written(path, media_type):
    answer = requests.post(path, data=GOOD, headers={"Content-Type": media_type}, timeout=30)
    assert answer.content == post(path, BODY).content


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "GZIP"])
def test_a_compressed_body_is_refused(path, coding):
    answer = send(path, gzip.compress(GOOD), **{"Content-Encoding": coding})
    assert_http_error(answer, 415, "unsupported_media_type", "compression")


@pytest.mark.parametrize(
    "body",
    [
        person(""),
        person(" \n\t"),
        person("", ""),
        person("zzxqj"),
        person("!?. --- 🙂"),
        person("the of and"),
        person("m" * limits.TEXT_CHARACTERS),
        {"work": [{}]},
        {"work": [{"summary": None, "highlights": [None, ""], "position": ""}]},
    ],
    ids=lambda body: str(body)[:50],
)
def test_a_text_without_a_known_word_is_422(path, body):
    assert_http_error(post(path, body), 422, "nothing_usable")


def test_the_version_of_the_models_is_in_a_header(path, models):
    published = manifest.decode((models / "manifest.json").read_bytes())
    assert post(path, BODY).headers["X-Model-Version"] == published.version


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/model", "/model/", "/similar_jobs", "/model/similar_jobs/x", "/%00", "/%ff"],
)
def test_other_paths_are_unknown(url, path):
    for method in ("GET", "POST", "DELETE"):
        answer = requests.request(method, url + path, json=BODY, timeout=30)
        assert_http_error(answer, 404, "unknown_path")


@pytest.fixture(scope="module")
def pipeline_models(work, tmp_path_factory):
    """A plain scikit-learn pipeline, published as a user would."""
    titles = {"data_scientist": "data scientist", "welder": "welder", "pharmacist": "pharmacist"}
    texts, labels = [], []
    for name, title in titles.items():
        lines = (ROOT / "training" / "starter" / f"{name}.txt").read_text("utf-8").splitlines()
        written = [line for line in lines if len(line.split()) > 4]
        texts += written
        labels += [title] * len(written)
    pipeline = make_pipeline(TfidfVectorizer(), MultinomialNB()).fit(texts, labels)
    home = tmp_path_factory.mktemp("pipeline")
    joblib.dump(pipeline, home / "mine.joblib")
    for name in steps.FITTED[1:]:
        (home / name).write_bytes((work / name).read_bytes())
    options = ["--pipeline", str(home / "mine.joblib"), "--work", str(home)]
    assert training.main(["publish", *options, "--out", str(home / "models")]) == 0
    return home / "models", pipeline


def test_a_plain_scikit_learn_pipeline_is_served_where_it_is_allowed(serve, pipeline_models):
    models, pipeline = pipeline_models
    text = "welded steel beams and repaired pipes"
    with serve("similar_jobs", MODELS_URI=str(models), ALLOW_PICKLED_PIPELINES="1") as running:
        answer = post(running.url, person(text))
        expected = dict(zip(pipeline.classes_, pipeline.predict_proba([text])[0], strict=True))
        assert probabilities(answer) == pytest.approx(expected, abs=1e-12)
        assert results(answer)[0]["title"] == "welder"
        assert post(f"{running.url}?explain=1", person(text)).status_code == 200
        both = probabilities(post(running.url, person(text, "dispensed medicine")))
        assert sum(both.values()) == pytest.approx(1, abs=1e-9)
        assert_http_error(post(running.url, person(" ")), 422, "nothing_usable")


def test_a_plain_scikit_learn_pipeline_is_refused_where_it_is_not_allowed(serve, pipeline_models):
    for allowed in ({}, {"ALLOW_PICKLED_PIPELINES": "0"}):
        with serve("similar_jobs", MODELS_URI=str(pipeline_models[0]), **allowed) as running:
            assert_http_error(post(running.url, BODY), 503, "models_unavailable")
            assert "ALLOW_PICKLED_PIPELINES=1" in running.log.read_text()
