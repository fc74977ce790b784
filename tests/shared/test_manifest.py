import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import manifest
from shared.errors import ModelsUnavailable
from shared.manifest import FORMAT, NUMBERS_BELOW, File, Manifest

pytestmark = pytest.mark.usefixtures("without_collection")
FILES = (File("similar_jobs.model", 7, "0" * 64), File("top_skills.model", 0, "f" * 64))
GOOD = Manifest("1f2e3d", 7, "2026-11-23T20:00:00+00:00", None, FILES, {"sources": ["starter"]})


def test_a_manifest_survives_encoding_and_decoding():
    assert manifest.decode(GOOD.encode()) == GOOD


names = st.from_regex(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}", fullmatch=True).filter(str.isascii)
files = st.builds(
    File,
    st.from_regex(r"[0-9a-z_]{1,40}\.[a-z]{1,10}", fullmatch=True).filter(str.isascii),
    st.integers(0, 1 << 40),
    st.binary().map(lambda content: sha256(content).hexdigest()),
)
manifests = st.builds(
    Manifest,
    names,
    st.integers(0, NUMBERS_BELOW - 1),
    st.datetimes().map(lambda time: time.isoformat()),
    st.none() | names,
    st.lists(files, max_size=3).map(tuple),
    st.dictionaries(st.text(), st.none() | st.booleans() | st.text() | st.floats(0, 1)),
)


@given(manifests)
def test_every_manifest_survives_encoding_and_decoding(made):
    assert manifest.decode(made.encode()) == made


def test_the_same_content_has_the_same_bytes():
    one = Manifest("1", 7, "now", "0", FILES, {"a": 1, "b": {"c": 2, "d": 3}})
    other = Manifest("1", 7, "now", "0", FILES, {"b": {"d": 3, "c": 2}, "a": 1})
    assert one.encode() == other.encode()


def test_files_are_found_whatever_their_ending():
    made = Manifest("1", 7, "now", None, (File("similar_jobs.joblib", 1, "0" * 64),), {})
    assert made.file("similar_jobs").name == "similar_jobs.joblib"
    assert made.path("similar_jobs.joblib") == "versions/1/similar_jobs.joblib"


@pytest.mark.parametrize("name", ["similar", "similar_jobs.model", "top_skill", ""])
def test_a_file_that_a_version_does_not_have_is_unavailable(name):
    with pytest.raises(ModelsUnavailable, match="1f2e3d has no"):
        GOOD.file(name)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"7",
        b'"manifest"',
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        GOOD.encode()[:-20],
    ],
    ids=lambda text: repr(text[:12]),
)
def test_a_damaged_manifest_is_refused(text):
    with pytest.raises(ModelsUnavailable, match="damaged"):
        manifest.decode(text)


@pytest.mark.parametrize(
    "missing", ["version", "serial", "created", "previous", "files", "provenance"]
)
def test_a_manifest_that_lacks_a_field_is_refused(missing):
    value = json.loads(GOOD.encode())
    del value[missing]
    with pytest.raises(ModelsUnavailable, match="damaged"):
        manifest.decode(json.dumps(value).encode())


@pytest.mark.parametrize("number", [FORMAT + 1, FORMAT - 1, str(FORMAT), None])
def test_another_format_is_refused_and_says_what_to_do(number):
    value = {**json.loads(GOOD.encode()), "format": number}
    with pytest.raises(ModelsUnavailable, match="from the same release"):
        manifest.decode(json.dumps(value).encode())


def test_a_format_that_is_no_number_is_not_quoted():
    value = {**json.loads(GOOD.encode()), "format": "A" * 900_000}
    with pytest.raises(ModelsUnavailable, match="has format str, these") as caught:
        manifest.decode(json.dumps(value).encode())
    assert len(str(caught.value)) < 200


BAD_PATHS = ["../../x", "..", ".", "", "/etc/passwd", "a/b", "a\\b", "a\n", "ａ", "a" * 65, 7, None]


@pytest.mark.parametrize("version", BAD_PATHS)
def test_a_version_that_is_no_plain_name_is_refused(version):
    with pytest.raises(ModelsUnavailable, match="damaged"):
        manifest.decode(changed(version=version))


@pytest.mark.parametrize("previous", ["../../x", "..", "/etc/passwd", "a/b", "a\n", 7])
def test_a_previous_version_that_is_no_plain_name_is_refused(previous):
    with pytest.raises(ModelsUnavailable, match="damaged"):
        manifest.decode(changed(previous=previous))


@pytest.mark.parametrize("name", [*BAD_PATHS, "a", ".model", "../a.model", "A.model", "a.model\n"])
def test_a_file_name_that_is_no_plain_name_is_refused(name):
    with pytest.raises(ModelsUnavailable, match="damaged"):
        manifest.decode(changed(files=[{"name": name, "size": 1, "sha256": "0" * 64}]))


@pytest.mark.parametrize("digest", ["", "0" * 63, "0" * 65, "G" * 64, "A" * 64, "0" * 64 + "\n", 0])
def test_a_digest_that_is_none_is_refused(digest):
    with pytest.raises(ModelsUnavailable, match="damaged"):
        manifest.decode(changed(files=[{"name": "a.model", "size": 1, "sha256": digest}]))


@pytest.mark.parametrize("size", [-1, 1.5, "1", None, [1], True, NUMBERS_BELOW, 10**400])
def test_a_size_or_serial_that_is_none_is_refused(size):
    with pytest.raises(ModelsUnavailable, match="damaged"):
        manifest.decode(changed(files=[{"name": "a.model", "size": size, "sha256": "0" * 64}]))
    with pytest.raises(ModelsUnavailable, match="damaged"):
        manifest.decode(changed(serial=size))


@pytest.mark.parametrize("files", [7, None, ["a.model"], [None], {"a.model": {}}])
def test_files_that_are_no_list_of_files_are_refused(files):
    with pytest.raises(ModelsUnavailable, match="damaged"):
        manifest.decode(changed(files=files))


def test_a_file_is_described_by_its_name_size_and_digest(tmp_path):
    path = tmp_path / "a.model"
    path.write_bytes(b"content")
    described = manifest.describe(path)
    assert described == File("a.model", 7, sha256(b"content").hexdigest())
    manifest.verify(path, described)


@pytest.mark.parametrize("content", [b"", b"conten", b"contents", b"Content"])
def test_a_file_of_another_size_or_content_does_not_pass(tmp_path, content):
    expected = File("a.model", 7, sha256(b"content").hexdigest())
    path = tmp_path / "kept"
    path.write_bytes(content)
    with pytest.raises(ModelsUnavailable, match=r"a\.model"):
        manifest.verify(path, expected)


def changed(**fields):
    return json.dumps({**json.loads(GOOD.encode()), **fields}).encode()
