"""`python -m local` as a process of its own: what `make run` ends with."""

import json
import os
import random
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from tests.conftest import ALL_FUNCTIONS, PUBLIC_KEY, ROOT
from tests.waiting import wait_until

BODY = {"experience": [{"description": "taught third grade math"}]}
PATIENCE_SECONDS = 60
until = partial(wait_until, seconds=PATIENCE_SECONDS)
PORTS = 1 + len(ALL_FUNCTIONS)


def free_ports():
    """The first of as many free ports in a row as are needed.

    Lower ones than those that clients' connections get, which come and go.
    """
    while True:
        first = random.randrange(20_000, 30_000)
        if not any(map(listens, range(first, first + PORTS))):
            return first


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def environment(port, models):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    models = {"MODELS_URI": str(models), "MODELS_PUBLIC_KEY": PUBLIC_KEY}
    kept = {"SUBMISSIONS_URI": str(submissions_of(models["MODELS_URI"]))}
    return {"PATH": path, "PORT": str(port), **models, **kept}


def submissions_of(models):
    """Where the tests' submissions are kept, rather than in the checkout."""
    return Path(models).parent / "submissions"


@contextmanager
def local(models, output):
    """A `python -m local` that was just started: its port and its process."""
    port = free_ports()
    command = [sys.executable, "-m", "local"]
    both = {"env": environment(port, models), "cwd": ROOT, "stderr": subprocess.STDOUT}
    with output.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, **both)
    try:
        yield port, process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(PATIENCE_SECONDS)


def wait_until_ready(process, output):
    until(lambda: process.poll() is not None or "Ready at" in output.read_text())
    assert process.poll() is None, output.read_text()


@pytest.fixture(scope="module")
def running(models, tmp_path_factory):
    """One for the tests that only ask: the URL of its gateway, and its output."""
    output = tmp_path_factory.mktemp("local") / "output"
    with local(models, output) as (port, process):
        wait_until_ready(process, output)
        yield f"http://127.0.0.1:{port}", output


@pytest.fixture
def url(running):
    return running[0]


def answer_of(command):
    """What a `curl` command gets, by curl itself or, where there is none, by its like."""
    if shutil.which("curl"):
        return subprocess.run(shlex.split(command), capture_output=True, check=True).stdout
    words = iter(shlex.split(command)[1:])
    asked = {"method": "GET", "headers": {}}
    for word in words:
        if word == "-XPOST":
            asked["method"] = "POST"
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            asked["headers"][name] = value
        elif word == "-d":
            asked["data"] = next(words)
        else:
            asked["url"] = f"http://{word}"
    return requests.request(timeout=30, **asked).content


def test_the_two_requests_it_prints_are_answered(running):
    printed = [line.strip() for line in running[1].read_text().splitlines()]
    similar_jobs, top_skills = [line for line in printed if line.startswith("curl ")]
    host = running[0].removeprefix("http://")
    assert f"{host}/model/similar_jobs | python -m json.tool | head -22" in similar_jobs
    assert f"{host}/model/skills/data%20scientist" in top_skills
    found = json.loads(answer_of(similar_jobs.partition(" | ")[0]))["results"]
    assert sum(each["probability"] for each in found) == pytest.approx(1)
    assert any("project manager" in each["title"] for each in found[:3])
    assert len(json.loads(answer_of(top_skills))["results"]) == 20


def test_each_function_has_a_port_of_its_own_too(running, url):
    printed = running[1].read_text()
    port = int(url.rpartition(":")[2])
    for i, name in enumerate(ALL_FUNCTIONS, 1):
        assert f"{name}: http://127.0.0.1:{port + i}\n" in printed
    direct = requests.post(f"http://127.0.0.1:{port + 1}/", json=BODY, timeout=30)
    assert direct.json() == requests.post(f"{url}/model/similar_jobs", json=BODY, timeout=30).json()
    direct = requests.get(f"http://127.0.0.1:{port + 2}/cook", timeout=30)
    assert direct.json() == requests.get(f"{url}/model/skills/cook", timeout=30).json()


def test_submissions_are_kept_in_a_directory_and_taken_back(url, models):
    kept = submissions_of(models)
    body = {"experience": [{"title": "teacher", **BODY["experience"][0]}], "consent": True}
    sent = requests.post(f"{url}/model/submissions", json=body, timeout=30)
    assert sent.status_code == 201
    assert len(list(kept.iterdir())) == 1
    receipt = sent.json()["results"][0]["receipt"]
    gone = requests.delete(f"{url}/model/submissions/{receipt}", timeout=30)
    assert gone.status_code == 204
    assert list(kept.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/model/skills/UX/UI%20designer", "ux designer"),
        ("/model/skills/UX%2FUI%20designer?limit=20", "ux designer"),
        ("/model/skills/C%2B%2B%20developer", "software engineer"),
        ("/model/skills/C%23%20developer", "net engineer"),
        ("/model/skills/Sr.%20Data%20Scientists%20II", "data scientist"),
        ("/model/skills/%EF%BD%83ook", "cook"),
    ],
)
def test_titles_come_through_as_they_were_sent(url, path, title):
    expected = requests.get(f"{url}/model/skills/{quote(title)}", timeout=30)
    assert expected.status_code == 200
    assert requests.get(url + path, timeout=30).json() == expected.json()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/model/titles?limit=3", 200),
        ("HEAD", "/model/titles?limit=3", 200),
        ("GET", "/model/titles?limit=0", 400),
        ("GET", "/model/skills/zzxqj", 404),
        ("GET", "/model/salaries/cook?state=CA", 200),
        ("GET", "/model/paths/cook", 200),
        ("GET", "/model/education/cook", 404),
        ("GET", "/model/similar_jobs", 405),
        ("BREW", "/model/similar_jobs", 405),
        ("DELETE", "/model/skills/cook", 405),
        ("POST", "/model/similar_jobs", 415),
        ("OPTIONS", "/model/similar_jobs", 204),
    ],
)
def test_statuses_and_headers_come_through(url, method, path, status):
    sent = {"X-Request-Id": "sent-by-a-client", "Origin": "https://front.example"}
    answer = requests.request(method, url + path, headers=sent, timeout=30)
    assert answer.status_code == status
    assert answer.headers["X-Request-Id"] == "sent-by-a-client"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert ("Allow" in answer.headers) == (status in (204, 405))
    assert ("X-Model-Version" in answer.headers) == (status == 200)
    if status != 204:
        assert answer.headers["Content-Type"] == "application/json"
    if method == "HEAD":
        content = requests.get(url + path, timeout=30).content
        assert int(answer.headers["Content-Length"]) == len(content)


@pytest.mark.parametrize("path", ["/nothing", "/model/skillsets", "/favicon.ico"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_other_paths_are_404_in_json(url, path, method):
    answer = requests.request(method, url + path, data=b"x", timeout=30)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["error"]["code"] == "unknown_path"
    assert answer.json()["results"] == []


def test_a_page_of_another_origin_can_read_errors_of_the_gateway(url):
    answer = requests.get(f"{url}/nothing", headers={"Origin": "https://a.example"}, timeout=30)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(answer.headers["X-Request-Id"]) == 32


def exchange(url, sent):
    """Sends bytes as they are, and gives back what comes until the end."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(1 << 16), b""))


def test_a_chunked_body_comes_through(url):
    headers = {"Content-Type": "application/json"}
    body = json.dumps(BODY).encode()
    chunked = requests.post(
        f"{url}/model/similar_jobs", data=iter([body[:9], body[9:]]), headers=headers, timeout=30
    )
    whole = requests.post(f"{url}/model/similar_jobs", data=body, headers=headers, timeout=30)
    assert chunked.status_code == 200
    assert chunked.content == whole.content


def test_a_connection_goes_on_after_an_error(url):
    with requests.Session() as session:
        refused = session.post(f"{url}/nothing", data=b"GET / HTTP/1.1\r\n\r\n", timeout=30)
        assert refused.status_code == 404
        too_large = session.post(
            f"{url}/model/similar_jobs",
            data=b" " * (1 << 21),
            headers={"Content-Type": "application/json"},
            timeout=30,
        )
        assert too_large.status_code == 413
        assert session.get(f"{url}/model/titles", timeout=30).status_code == 200


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"GET /model/skills/a b HTTP/1.1\r\n\r\n",
        b"GET /model/titles HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /model/titles HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"POST /model/similar_jobs HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /model/similar_jobs HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n",
        b"POST /model/similar_jobs HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"POST /model/similar_jobs HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"POST /model/similar_jobs HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=lambda request_: str(request_[:60]),
)
def test_what_is_no_http_gets_json_and_no_trace_on_the_terminal(running, request_):
    url, output = running
    answer = exchange(url, request_)
    body = json.loads(answer.rpartition(b"\r\n\r\n")[2])
    assert body["error"]["code"] == "bad_request"
    assert body["results"] == []
    assert "Traceback" not in output.read_text()


def test_who_goes_away_before_the_answer_leaves_no_trace_on_the_terminal(running):
    url, output = running
    host, port = url.removeprefix("http://").split(":")
    before = requests_logged(output)
    for _ in range(3):
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            at_once = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
            connection.sendall(b"GET /model/titles HTTP/1.1\r\n\r\n")
    until(lambda: requests_logged(output) == before + 3)
    requests.get(f"{url}/model/titles", timeout=30)
    assert "Traceback" not in output.read_text()


def requests_logged(output):
    return output.read_text().count('"message": "200 /model/titles"')


def test_letters_that_were_not_percent_encoded_are_understood(url):
    answer = exchange(url, "GET /model/skills/ｃook HTTP/1.0\r\n\r\n".encode())
    expected = requests.get(f"{url}/model/skills/cook", timeout=30).json()
    assert json.loads(answer.rpartition(b"\r\n\r\n")[2]) == expected


def below(pid):
    """The processes started by one, and by those, by their ids."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # It ended meanwhile.
        parents.setdefault(int(fields[1]), []).append(int(status.parent.name))
    found = list(parents.get(pid, []))
    for child in found:
        found += parents.get(child, [])
    return found


def lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize(
    "signals",
    [[signal.SIGINT], [signal.SIGTERM], [signal.SIGHUP], [signal.SIGINT] * 3],
    ids=["Ctrl-C", "SIGTERM", "SIGHUP", "Ctrl-C again and again"],
)
def test_a_signal_stops_everything(models, tmp_path, signals):
    output = tmp_path / "output"
    with local(models, output) as (port, process):
        wait_until_ready(process, output)
        assert requests.get(f"http://127.0.0.1:{port}/model/titles", timeout=30).ok
        started = below(process.pid)
        assert len(started) >= len(ALL_FUNCTIONS)
        for each in signals:
            process.send_signal(each)
        assert process.wait(PATIENCE_SECONDS) == 0
        assert [pid for pid in started if lives(pid)] == []
        assert not any(listens(each) for each in range(port, port + PORTS))
    assert output.read_text().endswith("stopped\n")
    assert "Traceback" not in output.read_text()


def test_a_signal_in_the_middle_of_the_start_stops_everything(models, tmp_path):
    output = tmp_path / "output"
    with local(models, output) as (port, process):
        started = []
        until(lambda: started.extend(below(process.pid)) or started)
        process.send_signal(signal.SIGINT)
        while process.poll() is None:
            started += below(process.pid)
        assert process.returncode == 0
        until(lambda: not any(lives(pid) for pid in started))
        assert not any(listens(each) for each in range(port, port + PORTS))
    assert output.read_text() == "stopped\n"


@pytest.mark.parametrize("port", ["abc", "", "0", "65535", "-1", "²"])
def test_what_is_no_port_is_one_clear_line(models, port):
    command = [sys.executable, "-m", "local"]
    both = {"env": {**environment(0, models), "PORT": port}, "timeout": PATIENCE_SECONDS}
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, **both)
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: PORT must be a number from 1 to")
    assert ended.stderr.count("\n") == 1


def test_help_starts_nothing(models):
    command = [sys.executable, "-m", "local", "--help"]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert ended.returncode == 0
    assert "PORT" in ended.stdout


@pytest.mark.parametrize("taken", range(PORTS))
def test_a_port_in_use_is_one_clear_line(models, taken):
    port = free_ports()
    command = [sys.executable, "-m", "local"]
    both = {"env": environment(port, models), "cwd": ROOT, "timeout": PATIENCE_SECONDS}
    with socket.create_server(("127.0.0.1", port + taken)):
        ended = subprocess.run(command, capture_output=True, text=True, **both)
    assert ended.returncode == 1
    assert ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"error: port {port + taken} is in use")
    assert "PORT" in line
