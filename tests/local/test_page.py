"""What the gateway answers where the page is, and the page as it is uploaded."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
import requests

from local import bundle, gateway, vendor
from local.page import WEB
from shared import limits
from tests.conftest import ROOT
from tests.local.test_local import exchange, local, wait_until_ready

POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """Of a gateway whose functions have no models: the page needs none."""
    place = tmp_path_factory.mktemp("local")
    with local(place / "models", place / "output") as (port, process):
        wait_until_ready(process, place / "output")
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    "name", ["EXPERIENCES", "TEXT_CHARACTERS", "TITLE_CHARACTERS", "DATE_CHARACTERS"]
)
def test_the_pages_limits_are_those_of_the_functions(name):
    script = (WEB / "js" / "experience.js").read_text("utf-8").replace("_000", "000")
    assert f"const {name} = {getattr(limits, name)};" in script


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/?from=mail", "text/html; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
        ("/js/main.js", "text/javascript; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
    ],
)
def test_a_file_of_the_page_is_served_as_what_it_is(url, path, media_type):
    answer = requests.get(url + path, timeout=30)
    file = path.partition("?")[0].lstrip("/") or "index.html"
    assert answer.status_code == 200
    assert answer.content == (WEB / file).read_bytes()
    assert answer.headers["Content-Type"] == media_type
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    head = requests.head(url + path, timeout=30)
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(answer.content)


@pytest.mark.parametrize(
    "path",
    [
        "/../README.md", "/%2e%2e/README.md", "/js/..%2f..%2fREADME.md", "//etc/hostname",
        "/js", "/js/", "/index", "/%00", "/" + "a" * 5_000,
    ],
)  # fmt: skip
def test_nothing_else_is_served(url, path):
    answer = exchange(url, f"GET {path} HTTP/1.0\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"unknown_path" in answer


def test_the_page_takes_nothing(url):
    answer = requests.post(url, data=b"x", timeout=30)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"
    assert answer.json()["error"]["code"] == "method_not_allowed"


def test_a_library_that_is_not_what_it_was_is_refused(tmp_path):
    package = replace(vendor.PAGE[1], sha512="A" * 86 + "==")
    with pytest.raises(vendor.VendorError, match="is not the file it was"):
        vendor.fetch((package,), tmp_path)
    assert not vendor.folder(package, tmp_path).exists()


def test_a_library_that_there_is_not_is_one_clear_line(tmp_path):
    with pytest.raises(vendor.VendorError, match=r"npm could not download d3@0\.0\.999: .+"):
        vendor.fetch((replace(vendor.PAGE[0], version="0.0.999"),), tmp_path)


def test_the_page_loads_the_files_that_are_fetched(libraries):
    script = (WEB / "js" / "vendor.js").read_text("utf-8")
    loaded = set(re.findall(r'at\("([^"]+)"\)', script))
    assert len(loaded) == 6
    assert {path.partition("/")[0] for path in loaded} == {
        vendor.folder(package, WEB).name for package in vendor.PAGE
    }
    assert [path for path in loaded if not (WEB / "vendor" / path).is_file()] == []


def test_the_page_asks_the_functions_that_there_are():
    config = (WEB / "js" / "config.js").read_text("utf-8")
    assert set(re.findall(r'^  (\w+): "",$', config, re.MULTILINE)) == set(gateway.FUNCTIONS)


def test_every_path_the_page_asks_is_a_functions():
    requests_ = (WEB / "js" / "requests.js").read_text("utf-8")
    asked = re.findall(r'"(\w+)",\s*[`"](/model/\w+)', requests_)
    assert len(asked) == 9
    for name, path in asked:
        assert path in gateway.FUNCTIONS[name]


def test_a_bundle_knows_where_each_function_is_and_may_ask_nobody_else(libraries, tmp_path):
    (WEB / "notes~").touch()
    try:
        addresses = {
            name: f"https://{name.replace('_', '-')}.example" for name in gateway.FUNCTIONS
        }
        words = [f"{name}={address}" for name, address in addresses.items()]
        command = [sys.executable, "-m", "local.bundle", str(tmp_path / "web"), *words]
        subprocess.run(command, cwd=ROOT, check=True)
    finally:
        (WEB / "notes~").unlink()
    config = (tmp_path / "web" / "js" / "config.js").read_text("utf-8")
    assert dict(re.findall(r'^  (\w+): "(.+)",$', config, re.MULTILINE)) == addresses
    policy = POLICY.search((tmp_path / "web" / "index.html").read_text("utf-8"))[1]
    (connect,) = (each for each in policy.split("; ") if each.startswith("connect-src"))
    assert connect.split()[1:] == ["'self'", *sorted(addresses.values())]
    files = {path.relative_to(tmp_path / "web") for path in (tmp_path / "web").rglob("*")}
    assert files == {path.relative_to(WEB) for path in WEB.rglob("*")}


@pytest.mark.parametrize(
    ("addresses", "message"),
    [
        ({"top_skills": "nowhere"}, "'nowhere' is not an address"),
        ({"top_skills": "https://a.example; script-src *"}, "is not an address"),
        ({"top_jobs": "https://a.example"}, "the page asks no function 'top_jobs'"),
    ],
)
def test_a_bundle_that_could_not_work_is_none(libraries, tmp_path, addresses, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        bundle.bundle(tmp_path / "web", addresses)
    assert not (tmp_path / "web").exists()


def test_what_was_in_the_bundle_before_does_not_stay(libraries, tmp_path):
    shutil.copytree(WEB / "js", tmp_path / "web")
    (tmp_path / "web" / "old.js").touch()
    bundle.bundle(tmp_path / "web", {})
    assert not (tmp_path / "web" / "old.js").exists()
