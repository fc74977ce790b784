import gc
import io
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Barrier, Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.storage import (
    READ_BYTES,
    Changed,
    DirectoryStorage,
    StorageError,
    open_storage,
    whole_file,
)
from tests.conftest import BUCKET

BYTES = b"\x1f\x8b\x00\xff\r\n" + bytes(range(256)) * 300


@pytest.fixture(params=["directory", "bucket"])
def storage(request, tmp_path):
    if request.param == "directory":
        return open_storage(str(tmp_path / "not" / "there" / "yet"))
    request.getfixturevalue("emulator")
    return open_storage(f"gs://{BUCKET}/some/prefix")


def test_what_is_written_is_read_back(storage):
    storage.write("versions/7/a.model", BYTES)
    assert storage.read("versions/7/a.model") == BYTES


def test_an_empty_file_is_not_a_missing_one(storage):
    storage.write("empty", b"")
    assert storage.read("empty") == b""


def test_a_file_that_is_not_there_reads_as_none(storage):
    assert storage.read("manifest.json") is None
    assert storage.generation("manifest.json") == 0


def test_no_more_is_read_as_a_whole_than_a_small_file_has(storage):
    storage.write("manifest.json", bytes(READ_BYTES))
    assert storage.read("manifest.json") == bytes(READ_BYTES)
    storage.write("manifest.json", bytes(READ_BYTES + 1))
    with pytest.raises(StorageError, match="cannot be right"):
        storage.read("manifest.json")


def test_the_last_write_stands(storage):
    storage.write("manifest.json", b"first, and longer")
    storage.write("manifest.json", b"second")
    assert storage.read("manifest.json") == b"second"


def test_the_generation_changes_with_every_write_and_only_then(storage):
    seen = set()
    for content in (b"one", b"two", b"two"):
        storage.write("manifest.json", content)
        assert storage.generation("manifest.json") == storage.generation("manifest.json")
        seen.add(storage.generation("manifest.json"))
    assert len(seen) == 3
    assert 0 not in seen


def test_writing_one_file_leaves_the_generation_of_others(storage):
    storage.write("a", b"1")
    before = storage.generation("a")
    storage.write("b", b"1")
    assert storage.generation("a") == before


def test_a_download_is_the_file(storage):
    storage.write("a.model", BYTES)
    into = io.BytesIO()
    storage.download("a.model", into)
    assert into.getvalue() == BYTES


def test_downloading_what_is_not_there_is_an_error_that_names_it(storage):
    with pytest.raises(StorageError, match=r"versions/7/a\.model"):
        storage.download("versions/7/a.model", io.BytesIO())


def test_a_write_of_the_present_generation_is_taken(storage):
    storage.write("manifest.json", b"old")
    storage.write("manifest.json", b"new", generation=storage.generation("manifest.json"))
    assert storage.read("manifest.json") == b"new"


def test_what_is_deleted_is_gone_and_said_to_have_been_there(storage):
    storage.write("a/b.json", b"1")
    storage.write("a/c.json", b"2")
    assert storage.delete("a/b.json") is True
    assert storage.read("a/b.json") is None
    assert storage.read("a/c.json") == b"2"
    assert storage.delete("a/b.json") is False


def test_the_names_are_those_of_all_files_in_their_order(storage):
    assert storage.names() == []
    for name in ("b", "a/2.json", "a/1.json", "a-", "ä"):
        storage.write(name, b"")
    assert storage.names() == ["a-", "a/1.json", "a/2.json", "b", "ä"]


def test_what_is_only_half_written_has_no_name_yet(tmp_path):
    storage = open_storage(str(tmp_path))
    with whole_file(tmp_path / "a") as file:
        file.write(b"1")
        assert storage.names() == []
    assert storage.names() == ["a"]


def test_prefixes_of_a_bucket_do_not_meet(emulator):
    for uri in (f"gs://{BUCKET}", f"gs://{BUCKET}/a", f"gs://{BUCKET}/a/b/"):
        open_storage(uri).write("file", uri.encode())
    assert open_storage(f"gs://{BUCKET}/").read("a/file") == f"gs://{BUCKET}/a".encode()
    assert open_storage(f"gs://{BUCKET}/a/").read("b/file") == f"gs://{BUCKET}/a/b/".encode()
    assert open_storage(f"gs://{BUCKET}/a/b").read("file") == f"gs://{BUCKET}/a/b/".encode()


def test_a_uri_without_a_bucket_is_refused():
    with pytest.raises(StorageError, match="names no bucket"):
        open_storage("gs:///models")


# Preconditions. The emulator passes them over, so a proxy in front of it keeps them; that both
# answer as Google's own test bench does is checked by `STORAGE_TESTBENCH` (docs/testing.md).


def test_a_write_over_what_somebody_else_wrote_is_refused(storage):
    storage.write("manifest.json", b"mine")
    seen = storage.generation("manifest.json")
    storage.write("manifest.json", b"theirs")
    with pytest.raises(Changed, match=r"manifest\.json"):
        storage.write("manifest.json", b"mine again", generation=seen)
    assert storage.read("manifest.json") == b"theirs"


def test_creating_what_is_there_is_refused(storage):
    storage.write("manifest.json", b"new", generation=0)
    with pytest.raises(Changed):
        storage.write("manifest.json", b"newer", generation=0)
    assert storage.read("manifest.json") == b"new"


def test_replacing_what_is_gone_is_refused(storage):
    with pytest.raises(Changed):
        storage.write("manifest.json", b"new", generation=12345)
    assert storage.read("manifest.json") is None


def test_of_many_who_write_at_once_one_is_taken(storage):
    storage.write("manifest.json", b"old")
    seen = storage.generation("manifest.json")
    barrier = Barrier(8)

    def write(number):
        barrier.wait(20)
        try:
            storage.write("manifest.json", b"%d" % number, generation=seen)
        except Changed:
            return None
        return b"%d" % number

    with ThreadPoolExecutor(8) as threads:
        taken = [each for each in threads.map(write, range(8)) if each is not None]
    assert taken == [storage.read("manifest.json")]


@dataclass
class StandIn:
    """Answers each request for an object with the next of `statuses`, the last again and again.

    The client's own request for what it may know of the bucket is none of them.
    """

    statuses: list[int] = field(default_factory=lambda: [200])
    queries: list[dict[str, list[str]]] = field(default_factory=list)

    def answer(self, path: str) -> int:
        if not urlsplit(path).path.partition("/b/models")[2].startswith("/o"):
            return 200
        self.queries.append(parse_qs(urlsplit(path).query))
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


@pytest.fixture
def stand_in(monkeypatch) -> Iterator[StandIn]:
    state = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def do_GET(self):
            self.send_response(state.answer(self.path))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
            gc.collect()


@pytest.mark.parametrize("generation", [0, 1790000000000000])
def test_a_bucket_is_asked_for_the_generation_that_was_seen(stand_in, generation):
    open_storage("gs://models/prefix").write("manifest.json", b"{}", generation=generation)
    assert [query["ifGenerationMatch"] for query in stand_in.queries] == [[str(generation)]]


def test_a_bucket_is_asked_for_no_generation_where_any_will_do(stand_in):
    open_storage("gs://models/prefix").write("manifest.json", b"{}")
    assert [query.get("ifGenerationMatch") for query in stand_in.queries] == [None]


def test_a_bucket_that_refuses_the_generation_means_that_somebody_else_wrote(stand_in):
    stand_in.statuses = [412]
    with pytest.raises(Changed, match=r"gs://models/prefix: manifest\.json"):
        open_storage("gs://models/prefix").write("manifest.json", b"{}", generation=7)
    assert len(stand_in.queries) == 1


# The client leaves the connection of the try that failed to the garbage collector.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_a_bucket_that_fails_for_a_moment_is_asked_again(stand_in):
    stand_in.statuses = [503, 200]
    assert open_storage("gs://models/prefix").read("manifest.json") == b"{}"
    assert len(stand_in.queries) == 2


@pytest.mark.parametrize("call", ["read", "generation"])
def test_a_bucket_that_forbids_reading_is_an_error_and_no_missing_file(stand_in, call):
    stand_in.statuses = [403]
    with pytest.raises(StorageError, match=r"gs://models/prefix: manifest\.json: Forbidden"):
        getattr(open_storage("gs://models/prefix"), call)("manifest.json")


def test_a_bucket_that_forbids_writing_is_an_error(stand_in):
    stand_in.statuses = [403]
    with pytest.raises(StorageError, match="Forbidden"):
        open_storage("gs://models/prefix").write("manifest.json", b"{}")


# A directory that cannot be used.


def test_a_file_in_the_place_of_the_directory_is_an_error_that_names_it(tmp_path):
    (tmp_path / "models").write_text("not a directory")
    storage = DirectoryStorage(tmp_path / "models")
    for call in (
        lambda: storage.read("manifest.json"),
        lambda: storage.generation("manifest.json"),
        lambda: storage.download("manifest.json", io.BytesIO()),
        lambda: storage.write("manifest.json", b""),
    ):
        with pytest.raises(StorageError, match=r"models/manifest\.json: (Not a directory|File ex)"):
            call()


# whole_file


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600)])
def test_a_whole_file_may_be_read_by_whom_the_process_lets(tmp_path, mask, mode):
    before = os.umask(mask)
    try:
        open_storage(str(tmp_path)).write("a", b"1")
    finally:
        os.umask(before)
    assert tmp_path.joinpath("a").stat().st_mode & 0o777 == mode


def test_a_whole_file_appears_at_the_end(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with whole_file(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("before", [[], ["file"]], ids=["nothing there", "one there"])
@pytest.mark.parametrize("error", [OSError("disk"), KeyboardInterrupt()], ids=repr)
def test_an_error_while_writing_leaves_what_was_there(tmp_path, before, error):
    for name in before:
        (tmp_path / name).write_bytes(b"old")
    with pytest.raises(type(error)):
        write_half(tmp_path / "file", error)
    assert [path.name for path in tmp_path.iterdir()] == before
    assert all(path.read_bytes() == b"old" for path in tmp_path.iterdir())


def write_half(path, error):
    with whole_file(path) as file:
        file.write(b"half of the n")
        raise error


def test_a_file_that_does_not_pass_the_last_check_is_not_kept(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    checked = []

    def keep(beside):
        checked.append(beside.read_bytes())
        raise ValueError("not the file that was wanted")

    with pytest.raises(ValueError, match="wanted"), whole_file(path, keep) as file:
        file.write(b"new")
    assert checked == [b"new"]
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_moved_leaves_nothing_behind(tmp_path):
    (tmp_path / "file").mkdir()
    with pytest.raises(IsADirectoryError), whole_file(tmp_path / "file") as file:
        file.write(b"new")
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]
