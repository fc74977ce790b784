"""What the tests' bucket answers on the wire, by the rules of Cloud Storage's JSON API.

With STORAGE_TESTBENCH these tests ask Google's own test bench instead: where it passes them too,
both answer alike. `make testbench` runs them on both.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
import requests

from tests.conftest import BUCKET

BOUNDARY = "between"
CONTENT = bytes(range(256)) * 300


class Bucket:
    """Raw requests to the bucket at a URL."""

    def __init__(self, url):
        self.url = url

    def object(self, name):
        return f"{self.url}/storage/v1/b/{BUCKET}/o/{quote(name, safe='')}"

    def put(self, name, content, **query):
        """A multipart upload, as the client makes it."""
        parts = (
            f"--{BOUNDARY}\r\nContent-Type: application/json\r\n\r\n".encode(),
            json.dumps({"name": name}).encode(),
            f"\r\n--{BOUNDARY}\r\nContent-Type: application/octet-stream\r\n\r\n".encode(),
            content,
            f"\r\n--{BOUNDARY}--\r\n".encode(),
        )
        return requests.post(
            f"{self.url}/upload/storage/v1/b/{BUCKET}/o",
            params={"uploadType": "multipart", **query},
            data=b"".join(parts),
            headers={"Content-Type": f"multipart/related; boundary={BOUNDARY}"},
            timeout=30,
        )

    def get(self, name, **headers):
        return requests.get(self.object(name), params={"alt": "media"}, headers=headers, timeout=30)

    def described(self, name):
        return requests.get(self.object(name), timeout=30)

    def delete(self, name, **query):
        return requests.delete(self.object(name), params=query, timeout=30)


@pytest.fixture
def bucket(emulator):
    return Bucket(emulator)


@pytest.mark.parametrize("name", ["a", "some/prefix/manifest.json", "a b+c%d#é"])
def test_what_is_written_is_there(bucket, name):
    written = bucket.put(name, CONTENT)
    assert written.status_code == 200
    assert written.json()["name"] == name
    assert bucket.get(name).content == CONTENT
    described = bucket.described(name).json()
    assert described["generation"] == written.json()["generation"]
    assert int(described["size"]) == len(CONTENT)
    assert described["md5Hash"] == written.json()["md5Hash"]


def test_what_was_never_written_is_not_there(bucket):
    for answer in (bucket.get("a"), bucket.described("a"), bucket.delete("a")):
        assert answer.status_code == 404


def test_a_generation_is_a_number_that_rises(bucket):
    seen = [int(bucket.put("a", b"%d" % n).json()["generation"]) for n in range(5)]
    assert seen == sorted(set(seen))
    assert seen[0] > 0


def test_a_write_where_nothing_is_to_be_succeeds_once(bucket):
    assert bucket.put("a", b"first", ifGenerationMatch=0).status_code == 200
    assert bucket.put("a", b"second", ifGenerationMatch=0).status_code == 412
    assert bucket.get("a").content == b"first"


def test_a_write_in_the_place_of_a_generation_succeeds_once(bucket):
    generation = bucket.put("a", b"first").json()["generation"]
    second = bucket.put("a", b"second", ifGenerationMatch=generation)
    assert second.status_code == 200
    assert second.json()["generation"] != generation
    assert bucket.put("a", b"third", ifGenerationMatch=generation).status_code == 412
    assert bucket.get("a").content == b"second"


def test_a_write_in_the_place_of_what_is_not_there_fails(bucket):
    assert bucket.put("a", b"first", ifGenerationMatch=7).status_code == 412
    assert bucket.get("a").status_code == 404


def test_a_precondition_is_of_one_object(bucket):
    bucket.put("a", b"first")
    assert bucket.put("b", b"first", ifGenerationMatch=0).status_code == 200


def test_a_deletion_goes_by_its_precondition_too(bucket):
    generation = bucket.put("a", b"first").json()["generation"]
    bucket.put("a", b"second")
    assert bucket.delete("a", ifGenerationMatch=generation).status_code == 412
    assert bucket.get("a").content == b"second"
    generation = bucket.described("a").json()["generation"]
    assert bucket.delete("a", ifGenerationMatch=generation).status_code in (200, 204)
    assert bucket.get("a").status_code == 404


def test_after_a_deletion_nothing_is_there_and_the_generation_goes_on(bucket):
    before = int(bucket.put("a", b"first").json()["generation"])
    bucket.delete("a")
    again = bucket.put("a", b"first", ifGenerationMatch=0)
    assert again.status_code == 200
    assert int(again.json()["generation"]) > before


def test_of_many_writes_at_once_one_succeeds(bucket):
    generation = bucket.put("a", b"first").json()["generation"]

    def write(number):
        content = b"by %d" % number
        return bucket.put("a", content, ifGenerationMatch=generation).status_code, content

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(write, range(8)))
    assert sorted(status for status, _ in answers) == [200] + [412] * 7
    assert bucket.get("a").content == dict(answers)[200]


def test_a_range_is_a_part(bucket):
    bucket.put("a", CONTENT)
    answer = bucket.get("a", Range="bytes=10-19")
    assert answer.status_code == 206
    assert answer.content == CONTENT[10:20]
