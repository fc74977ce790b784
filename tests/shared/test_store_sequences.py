"""The store under any sequence of publishing, rollback, faults, restarts and requests."""

import tempfile
import time
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from shared.errors import ModelsUnavailable
from shared.model_store import ModelStore
from shared.storage import DirectoryStorage, StorageError
from tests.conftest import PUBLIC_KEY
from training.publish import publish, rollback

NAME = "jobs"
PATIENCE_SECONDS = 20
FAULTS = (
    "out of reach", "breaks off", "flips a bit", "pads", "nothing there", "tears the manifest",
    "cannot be loaded",
)  # fmt: skip


class Faulty:
    """A storage that does what its `fault` says; what writes to it sees none."""

    def __init__(self, inner):
        self.inner = inner
        self.fault = None

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def read(self, name):
        if self.fault == "out of reach":
            raise StorageError("out of reach")
        content = self.inner.read(name)
        if self.fault == "tears the manifest" and content is not None:
            return content[: len(content) // 2]
        return None if self.fault == "nothing there" else content

    def download(self, name, into):
        content = self.inner.read(name)
        if self.fault in ("out of reach", "nothing there") or content is None:
            raise StorageError("no such file")
        if self.fault == "flips a bit":
            content = bytes([content[0] ^ 1]) + content[1:]
        if self.fault == "pads":
            content += b"\0"
        if self.fault == "breaks off":
            into.write(content[: len(content) // 2])
            raise StorageError("broke off")
        into.write(content)


class Sequences(RuleBasedStateMachine):
    """What is answered is always one version, whole; and the current one where nothing is wrong."""

    def __init__(self):
        super().__init__()
        # A store that was left behind may still be writing into its cache.
        self.home = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.root = Path(self.home.name)
        self.storage = Faulty(DirectoryStorage(self.root / "published"))
        self.contents = {}
        self.before = []  # Versions that rollback goes back to, the newest last.
        self.current = None
        self.restart(cache_is_kept=False)

    def teardown(self):
        self.storage.fault = None
        self.home.cleanup()

    @initialize()
    def begin(self):
        self.publish(0)

    @rule(which=st.integers(0, 3))
    def publish(self, which):
        path = self.root / f"{NAME}.model"
        path.write_bytes(b"model %d " % which * 1000)
        self.go_to(publish([path], self.storage.inner, {}), path.read_bytes())

    def go_to(self, made, content):
        if self.current not in (None, made.version):
            self.before.append(self.current)
        self.current = made.version
        self.contents[made.version] = content

    @precondition(lambda self: self.before)
    @rule()
    def roll_back(self):
        made = rollback(self.storage.inner)
        assert made.version in self.contents
        assert made.version != self.current
        self.current = made.version
        self.before = self.before if made.previous else []

    @rule(fault=st.sampled_from(FAULTS))
    def break_down(self, fault):
        self.storage.fault = fault

    @rule()
    def recover(self):
        self.storage.fault = None

    @rule(cache_is_kept=st.booleans())
    def restart(self, cache_is_kept):
        if not cache_is_kept:
            self.cache = Path(tempfile.mkdtemp(dir=self.root))
        self.store = ModelStore(
            self.storage, NAME, self.load, self.cache, 0.0, public_key=Path(PUBLIC_KEY),
            back_off_seconds=0, wait_seconds=5, load_seconds=5,
        )  # fmt: skip
        self.has_answered = False

    def load(self, path, _file_name):
        if self.storage.fault == "cannot be loaded":
            raise ValueError("no model")
        return path.read_bytes()

    @rule()
    def request(self):
        try:
            loaded = self.store.get()
        except ModelsUnavailable:
            assert self.storage.fault is not None
            assert not self.has_answered
            return
        self.has_answered = True
        assert loaded.model == self.contents[loaded.version]

    @precondition(lambda self: self.storage.fault is None)
    @rule()
    def request_until_current(self):
        until = time.monotonic() + PATIENCE_SECONDS
        while (loaded := self.get_again(until)).version != self.current:
            assert time.monotonic() < until, "the current version is not taken up"
            assert loaded.model == self.contents[loaded.version]
            time.sleep(0.005)
        self.has_answered = True
        assert loaded.model == self.contents[self.current]

    def get_again(self, until):
        """What is answered; a first attempt that began in a fault may end after it."""
        while True:
            try:
                return self.store.get()
            except ModelsUnavailable:
                assert not self.has_answered
                assert time.monotonic() < until
                time.sleep(0.005)


TestSequences = Sequences.TestCase
TestSequences.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
