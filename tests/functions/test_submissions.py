"""The staged submissions bundle with a real store: what is kept, and under which receipt."""

import json
import re
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import requests

from shared import limits, submission
from shared.storage import open_storage
from shared.web import RETRY_AFTER_SECONDS
from tests.bucket_proxy import proxied
from tests.conftest import BUCKET, assert_http_error, free_port, post

URI = f"gs://{BUCKET}/kept"
JOB = {
    "title": "Line cook",
    "description": "Ran the grill for Sarah Whitfield, s.whitfield@example.com, (217) 555-0148",
    "start": "May 2012",
    "end": "Present",
}
BODY = {"experience": [JOB], "consent": True}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return open_storage(str(tmp_path_factory.mktemp("kept")))


@pytest.fixture(scope="module")
def running(serve, place):
    with serve("submissions", SUBMISSIONS_URI=place.name) as function:
        yield function


@pytest.fixture
def proxy(emulator):
    with proxied(emulator, free_port()) as between:
        yield between


@pytest.fixture
def in_bucket(serve, proxy):
    with serve("submissions", SUBMISSIONS_URI=URI, STORAGE_EMULATOR_HOST=proxy.url) as function:
        yield function


@pytest.fixture
def bucket(emulator):
    return open_storage(URI)


def receipt_of(answer):
    assert answer.status_code == 201, answer.text
    ((receipt,),) = [each.values() for each in answer.json()["results"]]
    return receipt


def kept_under(storage, receipt):
    content = storage.read(submission.name_of(receipt))
    return content and submission.decode("", content)


def delete(running, receipt):
    return requests.delete(f"{running.url}/model/submissions/{receipt}", timeout=30)


def key():
    return {"Idempotency-Key": str(uuid.uuid4())}


# Keeping


@pytest.mark.parametrize("path", ["/", "/model/submissions"])
def test_what_is_sent_with_consent_is_kept_without_personal_details(running, place, path):
    receipt = receipt_of(post(running.url + path, BODY))
    expected = submission.Job("Ran the grill for […], […], […]", "Line cook", 2012, None)
    assert kept_under(place, receipt) == [expected]


def test_what_is_kept_says_when_and_nothing_more(running, place):
    before = datetime.now(UTC).date()
    receipt = receipt_of(post(running.url, {**BODY, "name": "Ann", "basics": {"name": "Ann"}}))
    kept = json.loads(place.read(submission.name_of(receipt)))
    assert kept.keys() == {"format", "consent", "received", "experience"}
    assert kept["consent"] is True
    assert date.fromisoformat(kept["received"]) - before < timedelta(days=2)
    assert kept["experience"][0].keys() == {"title", "description", "start", "end"}


def test_what_is_kept_in_a_directory_is_read_by_its_owner_alone(running, place):
    name = submission.name_of(receipt_of(post(running.url, BODY)))
    assert Path(place.name, name).stat().st_mode & 0o077 == 0


def test_a_json_resume_is_kept_as_well(running, place):
    work = [{"position": "Cook", "summary": "Cooked lunch", "highlights": ["Baked bread"]}]
    receipt = receipt_of(post(running.url, {"work": work, "consent": True}))
    assert kept_under(place, receipt) == [
        submission.Job("Cooked lunch\nBaked bread", "Cook", None, None)
    ]


@pytest.mark.parametrize(
    ("written", "year"),
    [("2016-05-01", 2016), ("06/2010", 2010), ("May 1999", 1999), ("Present", None),
     ("12345", None), ("s.w@example.com", None), ("", None)],
)  # fmt: skip
def test_of_dates_only_the_year_is_kept(running, place, written, year):
    body = {"experience": [{**JOB, "start": written}], "consent": True}
    (job,) = kept_under(place, receipt_of(post(running.url, body)))
    assert job.start == year


@pytest.mark.parametrize(
    "consent", [{}, *({"consent": c} for c in (False, None, 1, "true", [True]))]
)
def test_without_consent_nothing_is_kept(running, place, consent):
    before = place.names()
    answer = post(running.url, {"experience": [JOB], **consent})
    assert_http_error(answer, 400, "no_consent", "consent")
    assert place.names() == before


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ([], 400, "invalid_request"),
        ({"consent": True}, 400, "invalid_request"),
        ({"consent": True, "experience": [{}]}, 400, "invalid_request"),
        ({"consent": True, "experience": [JOB] * (limits.EXPERIENCES + 1)}, 413, "too_large"),
        ({"consent": True, "experience": [{"description": "the (217) 555-0148"}]}, 422,
         "nothing_usable"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_not_kept(running, place, body, status, code):
    before = place.names()
    assert_http_error(post(running.url, body), status, code)
    assert place.names() == before


# The receipt


def test_a_receipt_takes_back_what_it_was_given_for_and_nothing_else(running, place):
    first, second = (receipt_of(post(running.url, BODY)) for _ in "12")
    answer = delete(running, first)
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Type" not in answer.headers
    assert kept_under(place, first) is None
    assert kept_under(place, second)
    assert_http_error(delete(running, first), 404, "unknown_receipt")
    assert requests.delete(f"{running.url}/{second}", timeout=30).status_code == 204


@pytest.mark.parametrize("receipt", ["a" * 43, "x", "a" * 44, "%2e%2e", "é" * 43, "a" * 42 + "."])
def test_a_receipt_that_nobody_was_given_is_unknown(running, place, receipt):
    before = place.names()
    assert_http_error(delete(running, receipt), 404, "unknown_receipt")
    assert place.names() == before


def test_the_name_of_what_is_kept_is_no_receipt(running, place):
    receipt_of(post(running.url, BODY))
    for name in place.names():
        assert_http_error(delete(running, name), 404, "unknown_receipt")
        assert_http_error(delete(running, name[:43]), 404, "unknown_receipt")


def test_receipts_are_long_and_random_and_stand_nowhere(running, place):
    receipts = [receipt_of(post(running.url, BODY, headers=key())) for _ in range(5)]
    receipts += [receipt_of(post(running.url, BODY)) for _ in range(5)]
    delete(running, receipts[0])
    assert len(set(receipts)) == len(receipts)
    kept = b"".join(name.encode() + place.read(name) for name in place.names())
    for receipt in receipts:
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", receipt)
        assert receipt.encode() not in kept
        assert receipt not in running.log.read_text()


def test_no_log_line_has_what_was_sent(running):
    post(running.url, {"experience": [{"description": "zqxj cooked"}], "consent": True})
    assert "zqxj" not in running.log.read_text()


# Sending again


def test_what_is_sent_again_under_its_key_is_kept_once_and_has_the_same_receipt(running, place):
    before = place.names()
    headers = key()
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: post(running.url, BODY, headers=headers), range(8)))
    (receipt,) = {receipt_of(each) for each in sent}
    assert set(place.names()) - set(before) == {submission.name_of(receipt)}
    assert delete(running, receipt).status_code == 204
    assert place.names() == before


def test_the_same_key_for_something_else_is_something_else(running, place):
    headers = key()
    other = {"experience": [{"title": "baker", "description": "Baked bread"}], "consent": True}
    first, second = (receipt_of(post(running.url, body, headers=headers)) for body in (BODY, other))
    assert first != second
    assert kept_under(place, second)[0].title == "baker"


def test_who_does_not_know_the_key_cannot_tell_the_receipt():
    keys = [str(uuid.uuid4()) for _ in range(3)]
    assert len({submission.receipt_of(each, BODY) for each in keys}) == 3
    assert submission.receipt_of(keys[0], BODY) == submission.receipt_of(keys[0], dict(BODY))


@pytest.mark.parametrize(
    "sent", ["1", "a" * 21, "a" * 129, "with spaces, and more of them", "é" * 30]
)
def test_a_key_that_may_be_guessed_is_refused(running, place, sent):
    before = place.names()
    answer = post(running.url, BODY, headers={"Idempotency-Key": sent.encode("latin-1")})
    assert_http_error(answer, 400, "invalid_request", "Idempotency-Key")
    assert place.names() == before


# The bucket


def test_in_a_bucket_it_is_kept_and_taken_back(in_bucket, bucket, proxy):
    receipt = receipt_of(post(in_bucket.url, BODY))
    assert bucket.names() == [submission.name_of(receipt)]
    assert kept_under(bucket, receipt)[0].title == "Line cook"
    assert delete(in_bucket, receipt).status_code == 204
    assert bucket.names() == []
    assert_http_error(delete(in_bucket, receipt), 404, "unknown_receipt")
    assert proxy.reads == []


def test_a_write_whose_answer_is_lost_is_one_write(in_bucket, bucket, proxy):
    proxy.lost = 1
    receipt = receipt_of(post(in_bucket.url, BODY))
    assert proxy.lost == 0
    assert bucket.names() == [submission.name_of(receipt)]


def test_what_is_taken_back_by_a_try_whose_answer_is_lost_is_not_said_to_be_unknown(
    in_bucket, bucket, proxy
):
    receipt = receipt_of(post(in_bucket.url, BODY))
    proxy.lost = 1
    assert delete(in_bucket, receipt).status_code == 204
    assert proxy.lost == 0
    assert bucket.names() == []
    assert_http_error(delete(in_bucket, receipt), 404, "unknown_receipt")


def test_where_the_bucket_refuses_it_is_a_503_and_the_key_it_names_completes_it(
    in_bucket, bucket, proxy
):
    proxy.write_status = 403
    refused = post(in_bucket.url, BODY)
    assert_http_error(refused, 503, "submissions_unavailable")
    assert refused.headers["Retry-After"] == str(RETRY_AFTER_SECONDS)
    again = {"Idempotency-Key": refused.json()["error"]["idempotency_key"]}
    proxy.write_status = None
    assert bucket.names() == []
    receipts = {receipt_of(post(in_bucket.url, BODY, headers=again)) for _ in "12"}
    assert bucket.names() == [submission.name_of(each) for each in receipts]


def test_where_the_bucket_is_down_nothing_is_lost_silently(in_bucket, bucket, proxy):
    receipt = receipt_of(post(in_bucket.url, BODY))
    proxy.write_status = 503
    with ThreadPoolExecutor(2) as pool:
        posted = pool.submit(post, in_bucket.url, BODY, headers=key())
        deleted = delete(in_bucket, receipt)
    for answer in (posted.result(), deleted):
        assert_http_error(answer, 503, "submissions_unavailable")
        assert answer.headers["Retry-After"] == str(RETRY_AFTER_SECONDS)
    assert "WARNING" in in_bucket.log.read_text()
    proxy.write_status = None
    assert kept_under(bucket, receipt)
    assert delete(in_bucket, receipt).status_code == 204


def test_a_bucket_that_answers_for_ever_holds_nobody(in_bucket, bucket, proxy):
    receipt = receipt_of(post(in_bucket.url, BODY))
    proxy.drips_writes = True
    started = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        posted = pool.submit(post, in_bucket.url, BODY, headers=key())
        deleted = delete(in_bucket, receipt)
    for answer in (posted.result(), deleted):
        assert_http_error(answer, 503, "submissions_unavailable")
    # Such an answer takes twenty minutes.
    assert time.monotonic() - started < 120
    proxy.drips_writes = False
    assert delete(in_bucket, receipt).status_code == 204


# Configuration


def test_without_a_place_nothing_is_taken_and_a_page_may_send_a_key(serve):
    origin = "https://front.example"
    with serve("submissions", CORS_ORIGINS=origin) as function:
        assert_http_error(post(function.url, BODY), 503, "submissions_unavailable")
        assert_http_error(delete(function, "a" * 43), 503, "submissions_unavailable")
        assert "SUBMISSIONS_URI" in function.log.read_text()
        answer = requests.options(function.url, headers={"Origin": origin}, timeout=30)
    assert answer.headers["Access-Control-Allow-Headers"].split(", ") == [
        "Content-Type", "X-Request-Id", "Idempotency-Key",
    ]  # fmt: skip


def test_starting_and_taking_back_import_nothing_heavy(staged, tmp_path):
    heavy = ["google.cloud.storage", "numpy", "faker", "phonenumbers"]
    code = f"""
import sys
from functions_framework import create_app
client = create_app("submissions", {str(staged["submissions"] / "main.py")!r}).test_client()
assert client.delete("/" + "a" * 43).status_code == 404
print([name for name in {heavy!r} if name in sys.modules])
body = {{"experience": [{{"description": "drove a truck"}}], "consent": True}}
assert client.post("/", json=body).status_code == 201
print([name for name in {heavy!r} if name in sys.modules])
"""
    environment = {"SUBMISSIONS_URI": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    printed = [line for line in result.stdout.splitlines() if line.startswith("[")]
    assert printed == ["[]", "['faker']"]
