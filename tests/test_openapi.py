"""openapi.yaml and the functions say the same: routes, limits, errors, answers."""

import ast
import importlib.util
import json
import re
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import openapi_spec_validator
import pytest
import requests
import yaml
from jsonschema import Draft202012Validator

from shared import headers, job_insights, limits, models, states, top_skills, web
from tests.conftest import ALL_FUNCTIONS, FUNCTIONS
from training import collected

ROOT = Path(__file__).parent.parent
SPEC = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
METHODS = ("get", "head", "options", "post", "put", "patch", "delete", "trace")
PLAIN = {"$ref": "#/components/schemas/SimilarJobs"}
EXPLAINED = {"$ref": "#/components/schemas/ExplainedJobs"}
JOB = {"experience": [{"description": "Trained churn models in Python and scikit-learn"}]}


def resolve(node):
    while set(node) == {"$ref"}:
        target = SPEC
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def conforms(value, schema):
    validator = Draft202012Validator({**schema, "components": SPEC["components"]})
    return validator.is_valid(value)


def operations():
    own = [(item["x-path"], item) for item in SPEC["components"]["pathItems"].values()]
    for path, item in [*SPEC["paths"].items(), *own]:
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def operation_of(name, path, method):
    (found,) = [
        operation
        for each, verb, operation in operations()
        if (each, verb) == (path, method) and name in operation["tags"]
    ]
    return found


def parameters(operation, where):
    return [p for p in map(resolve, operation.get("parameters", [])) if p["in"] == where]


def main_of(name):
    place = ROOT / "functions" / name / "main.py"
    found = importlib.util.spec_from_file_location(f"{name}_for_openapi", place)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def calls(*directories):
    """Each call in the Python files, as the name that is called and its arguments."""
    for directory in directories:
        for path in sorted((ROOT / directory).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield ast.unparse(node.func), node.args


def test_it_is_a_valid_openapi_document():
    openapi_spec_validator.validate(SPEC)


def test_it_has_the_version_of_the_changelog():
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)

    assert newest[1] == SPEC["info"]["version"]


@pytest.mark.parametrize("name", ALL_FUNCTIONS)
def test_its_operations_are_the_routes_of_the_function(name):
    routes = set()
    for route, _ in main_of(name).service.routes:
        method, path = route.split(" ", 1)
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)
        routes |= {(method.lower(), path), ("options", path)}
        routes |= {("head", path)} if method == "GET" else set()

    assert {(method, path) for path, method, op in operations() if name in op["tags"]} == routes


def test_its_trees_are_those_that_no_title_is_taken_from():
    trees = {path.split("/")[1] for path in SPEC["paths"] if not path.startswith("/{")}

    assert trees - {""} == set(web.TREES)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_its_query_parameters_are_those_that_the_function_reads(name):
    read = set()
    for called, arguments in calls(f"functions/{name}"):
        if called in ("web.flag", "web.whole_number"):
            read.add(arguments[1].value)
        elif called == "request.args.get":
            read.add(arguments[0].value)
        elif called == "web.limit":
            read.add("limit")
    written = {
        parameter["name"]
        for _, _, operation in operations()
        if name in operation["tags"]
        for parameter in parameters(operation, "query")
    }

    assert written == read


def test_its_limits_are_those_of_the_code():
    parts = SPEC["components"]
    body = parts["requestBodies"]["Experience"]
    experiences = parts["schemas"]["Experience"]["properties"]["experience"]
    work = parts["schemas"]["JsonResume"]["properties"]["work"]
    suggestions = parts["schemas"]["UnknownTitle"]["properties"]["error"]["properties"]
    skills = parts["parameters"]["SkillsLimit"]["schema"]
    lists = [
        parts["schemas"][each]["properties"]["results"] for each in ("Skills", "DetailedSkills")
    ]
    depth, breadth = (parts["parameters"][each]["schema"] for each in ("Depth", "Breadth"))
    titles = [parts["parameters"][each]["schema"] for each in ("TitleInPath", "TitleInQuery", "Q")]
    titles.append(parts["schemas"]["OptionalTitle"])
    texts = [
        experiences["items"]["properties"]["description"]["maxLength"],
        parts["schemas"]["OptionalText"]["maxLength"],
        body["x-max-characters"],
    ]
    written = {
        "BODY_BYTES": {body["x-max-bytes"]},
        "NESTING": {body["x-max-nesting"]},
        "BODY_SECONDS": {body["x-max-seconds"]},
        "REQUEST_SECONDS": {body["x-max-seconds-altogether"]},
        "EXPERIENCES": {experiences["maxItems"], work["maxItems"]},
        "TEXT_CHARACTERS": set(texts),
        "TITLE_CHARACTERS": {each["maxLength"] for each in titles},
        "DATE_CHARACTERS": {parts["schemas"]["OptionalDate"]["maxLength"]},
        "SKILLS_DEFAULT": {skills["default"]},
        "SKILLS_MOST": {skills["maximum"], *(each["maxItems"] for each in lists)},
        "SUGGESTIONS": {suggestions["suggestions"]["maxItems"]},
        "PATHS_DEPTH": {depth["maximum"]},
        "PATHS_DEPTH_DEFAULT": {depth["default"]},
        "PATHS_BREADTH": {breadth["maximum"], parts["schemas"]["Branches"]["maxItems"]},
        "PATHS_BREADTH_DEFAULT": {breadth["default"]},
    }

    assert written == {name: {getattr(limits, name)} for name in vars(limits) if name.isupper()}


def test_its_explanations_are_as_long_as_the_code_makes_them():
    explained = SPEC["components"]["schemas"]["ExplainedJobs"]["properties"]
    results = explained["results"]
    confident = explained["confidence"]["properties"]["confident"]
    main = main_of("similar_jobs")

    assert results["maxContains"] == main.EXPLAINED
    assert results["items"]["properties"]["phrases"]["maxItems"] == models.REASONS
    assert f"at most {main.SURE} likely titles" in confident["description"]


def test_its_errors_are_those_that_the_code_raises():
    raised = {
        (arguments[0].value, arguments[1].value)
        for called, arguments in calls("shared", "functions")
        if called.split(".")[-1] == "RequestError"
    }
    table = re.findall(r"^\| (\d+) \| `(\w+)` \|", SPEC["info"]["description"], re.MULTILINE)
    answered = set()
    for _, _, operation in operations():
        for status, response in operation["responses"].items():
            for media in resolve(response).get("content", {}).values():
                schema = media["schema"]
                text = json.dumps([schema, *map(resolve, [schema, *schema.get("anyOf", [])])])
                for codes in re.findall(r'"code": {[^{}]*"enum": \[([^]]*)\]', text):
                    answered |= {(int(status), code) for code in re.findall(r"\w+", codes)}

    assert {(int(status), code) for status, code in table} == raised
    assert answered == raised


def test_its_limits_in_words_are_the_same():
    text = resolve(SPEC["components"]["requestBodies"]["Experience"])["description"]
    table = SPEC["info"]["description"]

    assert [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", text)] == [
        1, limits.NESTING, limits.TEXT_CHARACTERS, limits.BODY_SECONDS, limits.REQUEST_SECONDS,
    ]  # fmt: skip
    assert "at most 1 MiB" in " ".join(text.split())
    assert limits.BODY_BYTES == 1 << 20
    assert f"within {limits.BODY_SECONDS} seconds" in table


def test_every_answer_has_the_security_headers_of_the_code():
    for name, response in SPEC["components"]["responses"].items():
        written = {header: resolve(each)["schema"] for header, each in response["headers"].items()}
        assert "Cache-Control" in written, name
        consts = {header: written[header]["const"] for header in headers.SECURITY_HEADERS}
        assert consts == headers.SECURITY_HEADERS, name


def test_its_examples_are_what_its_schemas_say():
    found = []

    def look(node):
        if isinstance(node, dict):
            if "schema" in node:
                found.extend((node["schema"], each["value"])
                             for each in node.get("examples", {}).values())  # fmt: skip
                found.extend((node["schema"], node[key]) for key in ["example"] if key in node)
            for child in node.values():
                look(child)

    look(SPEC["components"])

    assert len(found) > 20
    assert [(s, v) for s, v in found if not conforms(v, s)] == []


def test_its_links_lead_from_what_is_answered_to_what_can_be_asked():
    by_id = {operation["operationId"]: operation for _, _, operation in operations()}
    followed = 0
    for response in SPEC["components"]["responses"].values():
        for link in response.get("links", {}).values():
            (media,) = response["content"].values()
            examples = [each["value"] for each in media.get("examples", {}).values()]
            for example in [*examples, *[media[key] for key in ["example"] if key in media]]:
                followed += 1
                found = parameters(by_id[link["operationId"]], "path")
                assert {each["name"] for each in found} <= set(link["parameters"])
                for each in found:
                    asked_for = pointed_at(example, link["parameters"][each["name"]])
                    assert conforms(asked_for, each["schema"])
    assert followed > 10


def pointed_at(answer, expression):
    for part in expression.removeprefix("$response.body#/").split("/"):
        answer = answer[int(part) if isinstance(answer, list) else part]
    return answer


@pytest.fixture(scope="module")
def without_models(serve, tmp_path_factory):
    """All functions, with a place of models where there are none, and no place of submissions."""
    nowhere = str(tmp_path_factory.mktemp("nothing"))
    with ExitStack() as running:
        found = {name: running.enter_context(serve(name, MODELS_URI=nowhere)) for name in FUNCTIONS}
        yield {**found, "submissions": running.enter_context(serve("submissions"))}


def asked(path, title="data%20scientist"):
    """The path with its title; a title that is a parameter stands there, too."""
    query = f"?title={title}" if path == "/" else ""
    return path.replace("{title}", title) + query


def jobs_request(path, status):
    good = {"method": "post", "path": path, "json": JOB}
    return {
        200: good,
        204: {"method": "options", "path": path},
        400: {"method": "post", "path": path, "json": {}},
        404: {**good, "path": "/nothing/here"},
        405: {**good, "method": "put"},
        413: {**good, "json": {"experience": JOB["experience"] * (limits.EXPERIENCES + 1)}},
        415: {"method": "post", "path": path, "data": "description=cooked"},
        422: {**good, "json": {"experience": [{"description": "?!"}]}},
        503: good,
    }[status]


def title_request(method, path, status):
    if method == "post":
        wrong = {"path": asked(path, "zqxj%2Fzqxj")} if status == 404 else {"path": asked(path)}
        return {**jobs_request(path, status), **wrong}
    if "titles" in path:
        bad = f"{path}?limit=0"
    else:
        bad = asked(path, "x" * (limits.TITLE_CHARACTERS + 1))
    unknown = "/model/nothing" if "titles" in path else asked(path, "zqxj%2Fzqxj")
    return {
        200: {"method": method, "path": asked(path)},
        204: {"method": method, "path": asked(path)},
        400: {"method": method, "path": bad},
        404: {"method": method, "path": unknown},
        405: {"method": "delete", "path": asked(path)},
        503: {"method": method, "path": asked(path)},
    }[status]


def submissions_request(function, path, status):
    if "{receipt}" not in path:
        good = {"method": "post", "path": path, "json": {**JOB, "consent": True}}
        request = jobs_request(path, 200 if status == 201 else status)
        if status in (201, 404, 413, 422, 503):
            request["json"] = {**request["json"], "consent": True}
        return good if status in (201, 503) else request
    receipt = "a" * 43
    if status == 204:
        sent = requests.post(function.url, json={**JOB, "consent": True}, timeout=30).json()
        receipt = sent["results"][0]["receipt"]
    method = "put" if status == 405 else "delete"
    return {"method": method, "path": path.replace("{receipt}", receipt)}


@pytest.mark.parametrize(
    ("path", "method", "status", "name"),
    [
        (path, method, int(status), name)
        for path, method, operation in operations()
        for status in operation["responses"]
        for name in operation["tags"]
        # A fault that nobody knows of yet; and one that takes its time: tests/test_abuse.py
        if status not in ("500", "408")
    ],
)
def test_every_answer_is_had_and_is_as_it_says(served, without_models, path, method, status, name):
    functions = without_models if status == 503 else served
    if (method, status) == ("options", 404):
        request = {"method": method, "path": "/model/nothing"}
    elif name == "similar_jobs":
        request = jobs_request(path, status)
    elif name == "submissions":
        request = submissions_request(functions[name], path, status)
        if method == "options":
            request = {"method": method, "path": path.replace("{receipt}", "a" * 43)}
    else:
        request = title_request(method, path, status)
    url = functions[name].url + request.pop("path")
    answer = requests.request(url=url, timeout=30, **request)

    assert answer.status_code == status
    written = resolve(operation_of(name, path, method)["responses"][str(status)])
    for header, each in written["headers"].items():
        each = resolve(each)
        value = answer.headers[header]
        value = int(value) if each["schema"]["type"] == "integer" else value
        assert conforms(value, each["schema"]), header
    if "content" in written:
        assert answer.headers["Content-Type"] == "application/json"
        schema = written["content"]["application/json"]["schema"]
        Draft202012Validator({**schema, "components": SPEC["components"]}).validate(answer.json())
    else:
        assert answer.content == b""


def test_the_plain_answer_has_nothing_but_the_keys_it_always_had(served):
    url = served["similar_jobs"].url

    assert conforms(requests.post(url, json=JOB, timeout=30).json(), PLAIN)
    assert not conforms(requests.post(f"{url}?explain=1", json=JOB, timeout=30).json(), PLAIN)


def test_an_explained_answer_is_as_it_says(served):
    answer = requests.post(f"{served['similar_jobs'].url}?explain=1", json=JOB, timeout=30).json()
    results = SPEC["components"]["schemas"]["ExplainedJobs"]["properties"]["results"]
    explained = [each for each in answer["results"] if "phrases" in each]

    Draft202012Validator({**EXPLAINED, "components": SPEC["components"]}).validate(answer)
    assert explained == answer["results"][: results["maxContains"]]
    assert max(len(each["phrases"]) for each in explained) > 1


def test_details_are_as_it_says(served):
    answer = requests.get(f"{served['top_skills'].url}/data%20scientist?details=1", timeout=30)

    details = {"$ref": "#/components/schemas/DetailedSkills"}
    assert conforms(answer.json(), details)
    assert len(answer.json()["results"]) == limits.SKILLS_DEFAULT


def test_a_gap_is_as_it_says(served):
    url = f"{served['top_skills'].url}/data%20scientist"
    plain, detailed = (requests.post(f"{url}?details={n}", json=JOB, timeout=30) for n in "01")

    assert conforms(plain.json(), {"$ref": "#/components/schemas/SkillGap"})
    assert conforms(detailed.json(), {"$ref": "#/components/schemas/DetailedSkillGap"})
    assert not conforms(plain.json(), {"$ref": "#/components/schemas/DetailedSkillGap"})


def test_its_kinds_of_skills_are_those_of_the_code():
    schemas = SPEC["components"]["schemas"]
    kinds = {kind for kind, _ in top_skills.KINDS}
    taxonomies = {taxonomy for _, taxonomy in top_skills.KINDS}

    assert set(schemas["Skill"]["properties"]["kind"]["enum"]) == {*kinds, "phrase"}
    assert set(schemas["KnownSkill"]["properties"]["taxonomy"]["enum"]) == taxonomies


def test_its_words_of_insights_are_those_of_the_code():
    schemas = SPEC["components"]["schemas"]
    salary = schemas["Salary"]
    written = {*states.STATES, *states.STATES.values(), "all"}
    sources = {job_insights.OFFICIAL, job_insights.COLLECTED, job_insights.POSTED}

    assert schemas["Seniority"]["enum"] == [*filter(None, job_insights.SENIORITIES)]
    assert set(schemas["Occupation"]["properties"]["basis"]["enum"]) == set(job_insights.LINKS)
    assert set(salary["properties"]["source"]["enum"]) == sources
    assert tuple(schemas["Education"]["properties"]["basis"]["enum"]) == job_insights.BASES
    assert salary["required"] == ["state", "seniority", *job_insights.FIGURES, "source"]
    assert set(SPEC["components"]["parameters"]["State"]["schema"]["enum"]) == written
    least = {
        salary["properties"]["count"]["minimum"],
        schemas["Branches"]["items"]["properties"]["count"]["minimum"],
        schemas["Education"]["properties"]["results"]["items"]["properties"]["count"]["minimum"],
    }
    assert least == {collected.LEAST_PEOPLE}


def test_an_unknown_era_is_refused_as_it_says(served):
    answer = requests.get(f"{served['top_skills'].url}/data%20scientist?era=1800", timeout=30)

    assert answer.status_code == 404
    assert conforms(answer.json(), {"$ref": "#/components/schemas/UnknownEra"})


TEXT = "Cooked lunch for guests"
BODIES = [
    JOB,
    {"experience": [{"description": TEXT, "title": None, "start": "2012", "end": None}]},
    {"experience": [{"description": "", "title": "cook", "level": 3}], "name": [1]},
    {"experience": [{"description": TEXT}], "work": "not read"},
    {"experience": [{"description": "a" * limits.TEXT_CHARACTERS}]},
    {"experience": [{"description": "a" * (limits.TEXT_CHARACTERS + 1)}]},
    {"experience": [{"description": TEXT}] * limits.EXPERIENCES},
    {"experience": [{"description": TEXT}] * (limits.EXPERIENCES + 1)},
    {"experience": []},
    {"experience": None},
    {"experience": {"description": TEXT}},
    {"experience": [TEXT]},
    {"experience": [{}]},
    {"experience": [{"title": "cook"}]},
    {"experience": [{"description": None, "title": "cook"}]},
    {"experience": [{"description": 7}]},
    {"experience": [{"description": TEXT, "title": 7}]},
    {"experience": [{"description": TEXT, "title": "a" * limits.TITLE_CHARACTERS}]},
    {"experience": [{"description": TEXT, "title": "a" * (limits.TITLE_CHARACTERS + 1)}]},
    {"experience": [{"description": TEXT, "start": 2012}]},
    {"experience": [{"description": TEXT, "start": "2" * (limits.DATE_CHARACTERS + 1)}]},
    {"experience": [{"description": TEXT, "end": ["2012"]}]},
    {"experience": [{"description": TEXT}, {}]},
    {"experience": None, "work": [{"summary": TEXT}]},
    {"work": [{"summary": TEXT, "highlights": ["Baked bread", None], "position": "cook"}]},
    {"work": [{"position": "cook", "summary": None, "highlights": None, "startDate": None}]},
    {"work": [{}]},
    {"work": []},
    {"work": [{"highlights": "Baked bread"}]},
    {"work": [{"highlights": [7]}]},
    {"work": [{"summary": TEXT, "endDate": 2012}]},
    {"work": [{"position": {"name": "cook"}}]},
    {"work": [{"summary": TEXT, "position": "a" * (limits.TITLE_CHARACTERS + 1)}]},
    {"work": [{"summary": TEXT, "endDate": "2" * (limits.DATE_CHARACTERS + 1)}]},
    {},
    [],
    None,
    "experience",
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: json.dumps(body)[:70])
def test_a_body_is_taken_just_where_its_schema_takes_it(served, body):
    schema = SPEC["components"]["requestBodies"]["Experience"]["content"]["application/json"]
    expected = (200, 422) if conforms(body, schema["schema"]) else (400, 413)
    for url in (served["similar_jobs"].url, f"{served['top_skills'].url}/cook"):
        answer = requests.post(
            url,
            data=json.dumps(body),
            headers={"Content-Type": "application/json"},
            timeout=30,
        )
        assert answer.status_code in expected


def edges(schema):
    """Values at both sides of each bound: those that are taken, those that are not."""
    schema = resolve(schema)
    if "enum" in schema:
        return schema["enum"], ["", "2", "true"]
    if "pattern" in schema:  # of an era
        return ["2012", "2010-2014"], ["", "12", "2010-", "2011-2015", "2010-2019", "x2012"]
    if schema["type"] == "integer":
        least, most = schema["minimum"], schema.get("maximum")
        more = [most + 1] if most else []
        return [least, most or 10**20], [least - 1, *more, "", "x", "1.5", "-1"]
    longest, shortest = schema["maxLength"], schema.get("minLength", 0)
    return ["é" * longest, "x" * shortest], ["é" * (longest + 1), *([""] if shortest else [])]


@pytest.mark.parametrize(
    ("path", "method", "name", "parameter"),
    [
        (path, method, operation["tags"][0], parameter["name"])
        for path, method, operation in operations()
        for parameter in parameters(operation, "query")
    ],
)
def test_a_parameter_is_taken_just_within_its_bounds(served, path, method, name, parameter):
    operation = operation_of(name, path, method)
    schema = next(
        each["schema"] for each in parameters(operation, "query") if each["name"] == parameter
    )

    def status(value):
        query = {"title": "data scientist", parameter: value}
        url = served[name].url + path.replace("{title}", "data%20scientist")
        body = {"json": JOB} if method == "post" else {}
        return requests.request(method, url, params=query, timeout=30, **body).status_code

    taken, refused = edges(schema)
    assert {status(value) for value in taken} <= {200, 404}
    assert {status(value) for value in refused} == {400}


@pytest.mark.parametrize(
    "title", ["a\nb", "\n", "c++ / c#", "日本語", "%", "..", "zq/xj", "\0", "?"]
)
def test_every_string_may_stand_in_the_path_of_a_title(served, title):
    for path in ("/model/skills/{title}", "/skills/{title}", "/{title}"):
        written = quote(title, safe="").replace(".", "%2E")
        answer = requests.get(
            served["top_skills"].url + path.replace("{title}", written), timeout=30
        )

        assert answer.json().get("error", {"code": "none"})["code"] in ("none", "unknown_title")


def test_a_default_is_what_is_done_without_the_parameter(served):
    def results(name, path, **query):
        url = f"{served[name].url}/model/{path}"
        return requests.get(url, params=query, timeout=30).json()["results"]

    for name, path in (
        ("top_skills", "skills/data scientist"),
        ("top_skills", "titles"),
        ("job_insights", "paths/data analyst"),
    ):
        operation = SPEC["paths"]["/model/" + re.sub("/data .*", "/{title}", path)]["get"]
        defaults = {
            each["name"]: each["schema"]["default"]
            for each in map(resolve, operation["parameters"])
            if "default" in each["schema"]
        }
        assert results(name, path) == results(name, path, **defaults)


def test_the_wait_it_shows_is_the_one_that_is_asked_for():
    assert SPEC["components"]["headers"]["RetryAfter"]["example"] == web.RETRY_AFTER_SECONDS
