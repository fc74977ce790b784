import io
import json
import mmap
import os
import pickle
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from numpy._core.numeric import _frombuffer

from shared import model_file
from shared.errors import ModelsUnavailable
from shared.models import load_similar_jobs
from shared.titles import TitleIndex
from shared.top_skills import Skill, TopSkills, load_top_skills
from shared.vocabulary import Vocabulary


@dataclass(frozen=True)
class Inner:
    numbers: np.ndarray


@dataclass(frozen=True)
class Toy:
    names: list[str]
    inner: Inner
    weights: np.ndarray
    empty: np.ndarray


TOY = Toy(
    ["nurse", "développeur"],
    Inner(np.array([2**64 - 1, 0], np.uint64)),
    np.arange(12, dtype=np.float32).reshape(3, 4),
    np.empty(0, np.int64),
)


@pytest.fixture
def path(tmp_path):
    model_file.dump(TOY, tmp_path / "toy.model")
    return tmp_path / "toy.model"


def load(path):
    return model_file.load(path, Toy, Inner)


def test_a_model_survives(path):
    toy = load(path)
    assert toy.names == TOY.names
    for loaded, dumped in (
        (toy.inner.numbers, TOY.inner.numbers),
        (toy.weights, TOY.weights),
        (toy.empty, TOY.empty),
    ):
        np.testing.assert_array_equal(loaded, dumped)
        assert loaded.dtype == dumped.dtype


def test_arrays_are_mapped_and_not_copied(path):
    toy = load(path)
    for array in (toy.weights, toy.inner.numbers):
        assert isinstance(owner(array), mmap.mmap)
        assert array.ctypes.data % model_file.ALIGN == 0


def test_arrays_cannot_be_written(path):
    with pytest.raises(ValueError, match="read-only"):
        load(path).weights[0, 0] = 7


def test_a_model_outlives_its_file(path):
    toy = load(path)
    path.unlink()
    assert toy.weights.sum() == 66


def test_the_same_model_has_the_same_bytes(path, tmp_path):
    again = Toy(
        ["nurse", "".join(["dé", "veloppeur"])],
        Inner(np.array([2**64 - 1, 0], np.uint64)),
        np.arange(12, dtype=np.float32).reshape(3, 4),
        np.empty(0, np.int64),
    )
    model_file.dump(again, tmp_path / "again.model")
    assert (tmp_path / "again.model").read_bytes() == path.read_bytes()


def test_what_was_loaded_can_be_dumped_again(path, tmp_path):
    model_file.dump(load(path), tmp_path / "again.model")
    assert load(tmp_path / "again.model").weights.tolist() == TOY.weights.tolist()


def test_the_real_models_are_mapped(models):
    version = json.loads((models / "manifest.json").read_text())["version"]
    jobs = load_similar_jobs(models / "versions" / version / "similar_jobs.model", "a.model")
    skills = load_top_skills(models / "versions" / version / "top_skills.model", "a.model")
    for array in (jobs.weights, jobs.columns, jobs.idf, jobs.vocabulary.digests, skills.scores):
        assert isinstance(owner(array), mmap.mmap)


# What is refused


def skills(**changed):
    """The pickle of a good `TopSkills`, but for what is changed; None leaves a field out."""
    index = TitleIndex(["nurse"], {"nurse": 0})
    model = TopSkills(
        index, ["charting"], np.ones(1, np.float32), np.zeros(1, np.int64),
        np.array([-1], np.int32), [], [], np.zeros(0, np.uint8), {}, [], [],
    )  # fmt: skip
    for name, value in changed.items():
        if value is None:
            del vars(model)[name]
        else:
            vars(model)[name] = value
    return pickle.dumps(model, 5)


@pytest.mark.parametrize(
    "changed",
    [
        {"ordinary": None}, {"more": 1}, {"scores": np.ones(1)}, {"scores": [1.0]},
        {"known": np.array([-1], ">i4")}, {"phrases": [b"charting"]}, {"eras": []},
        {"index": "nurse"}, {"index": TitleIndex(("nurse",), {"nurse": 0})},
    ],
    ids=str,
)  # fmt: skip
def test_a_model_with_other_fields_than_its_class_is_refused(tmp_path, changed):
    write(tmp_path / "a.model", skills())
    assert load_top_skills(tmp_path / "a.model", "").skills("nurse", 1)
    write(tmp_path / "a.model", skills(**changed))
    with pytest.raises(ModelsUnavailable, match="fit and publish again with this release"):
        load_top_skills(tmp_path / "a.model", "")


def test_a_model_of_another_class_is_refused(tmp_path):
    model_file.dump(Inner(np.zeros(3)), tmp_path / "inner.model")
    with pytest.raises(ModelsUnavailable, match="holds no Toy"):
        load(tmp_path / "inner.model")


def test_a_class_that_was_not_named_is_refused(path):
    with pytest.raises(ModelsUnavailable, match="Inner, which it may not"):
        model_file.load(path, Toy)


@pytest.mark.parametrize("code", ["M8[s]", "m8", "S3", "U3", "V8"])
def test_an_array_of_anything_but_numbers_is_refused(tmp_path, code):
    model_file.dump(Inner(np.zeros(2, code)), tmp_path / "inner.model")
    with pytest.raises(ModelsUnavailable, match="may not"):
        model_file.load(tmp_path / "inner.model", Inner)


@pytest.mark.parametrize("code", ["?", "f2", "f4", "f8", "u1", "u2", "u4", "u8", "i8", ">u2"])
def test_an_array_of_any_numbers_survives(tmp_path, code):
    model_file.dump(Inner(np.array([0, 1, 1], code)), tmp_path / "inner.model")
    numbers = model_file.load(tmp_path / "inner.model", Inner).numbers
    assert numbers.tolist() == [0, 1, 1]
    assert numbers.dtype == np.dtype(code)


def test_an_array_of_objects_is_refused(tmp_path):
    array = np.array([os.getcwd, "a"], object)
    model_file.dump(Inner(array), tmp_path / "inner.model")
    with pytest.raises(ModelsUnavailable, match="may not"):
        model_file.load(tmp_path / "inner.model", Inner)


class Type:
    """Pickles as a type of numbers with a state as it is given."""

    def __init__(self, *state):
        self.state = state

    def __reduce__(self):
        return np.dtype, ("f8", False, True), self.state


F8 = np.dtype("f8")
STATES = {
    "a part is an array": (3, "<", (F8, (1000,)), None, None, -1, -1, 0),
    "it has fields": (3, "<", None, ("a",), {"a": (F8, 8000)}, 8008, 8, 0),
    "it has a size": (3, "<", None, None, None, 8000, -1, 0),
    "it has flags": (3, "<", None, None, None, -1, -1, 62),
    "it has metadata": (4, "<", None, None, None, -1, -1, 0, {"a": 1}),
    "it has an order of its own": (3, "I", None, None, None, -1, -1, 0),
    "it has none": (),
}


@pytest.mark.parametrize("name", STATES)
def test_a_type_of_numbers_is_not_made_another_one(tmp_path, name):
    array = Call(_frombuffer, bytes(8), Type(*STATES[name]), (1,), "C")
    write(tmp_path / "evil.model", pickle.dumps(Inner(array), 5))
    with pytest.raises(ModelsUnavailable, match="which it may not"):
        model_file.load(tmp_path / "evil.model", Inner)


@pytest.mark.parametrize("dtype", ["f8", "O", None, [("a", "f8")], Inner(1)], ids=str)
def test_an_array_has_a_type_that_was_looked_at(tmp_path, dtype):
    array = Call(_frombuffer, bytes(8), dtype, (1,), "C")
    write(tmp_path / "evil.model", pickle.dumps(Inner(array), 5))
    with pytest.raises(ModelsUnavailable, match="which it may not"):
        model_file.load(tmp_path / "evil.model", Inner)


@pytest.mark.parametrize("shape", [(2,), (1000,), (0,), (1 << 62, 4)], ids=str)
def test_an_array_of_another_size_than_its_bytes_is_refused(tmp_path, shape):
    array = Call(_frombuffer, bytes(8), F8, shape, "C")
    write(tmp_path / "evil.model", pickle.dumps(Inner(array), 5))
    with pytest.raises(ModelsUnavailable, match="damaged"):
        model_file.load(tmp_path / "evil.model", Inner)


class Call:
    """Pickles as the call `function(*arguments)`."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def global_(module, name):
    """The pickle that only asks for `module.name`, dots and all."""
    return (
        pickle.PROTO + b"\x05"
        + pickle.SHORT_BINUNICODE + bytes([len(module)]) + module.encode()
        + pickle.SHORT_BINUNICODE + bytes([len(name)]) + name.encode()
        + pickle.STACK_GLOBAL + pickle.STOP
    )  # fmt: skip


def exploits(mark):
    touch = f"touch {mark}"
    code = f"__import__('os').mkdir({str(mark)!r})"
    return {
        "os.system": pickle.dumps(Call(os.system, touch)),
        "os.system, protocol 0": pickle.dumps(Call(os.system, touch), 0),
        "subprocess": pickle.dumps(Call(subprocess.check_output, ["touch", str(mark)])),
        "eval": pickle.dumps(Call(eval, code)),
        "exec": pickle.dumps(Call(exec, code)),
        "open": pickle.dumps(Call(open, str(mark), "w")),
        "os.mkdir": pickle.dumps(Call(os.mkdir, str(mark))),
        "getattr": pickle.dumps(Call(getattr, "", "format")),
        "import": pickle.dumps(Call(__import__, "antigravity")),
        "hidden in a list": pickle.dumps([1, {"a": (Call(os.system, touch),)}]),
        "hidden in an allowed class": pickle.dumps(Inner(Call(os.system, touch))),
        "hidden in numpy": pickle.dumps(Call(np.load, str(mark), None, True)),
        "instance": b"(S'" + touch.encode() + b"'\nios\nsystem\n.",
        "global": b"cos\nsystem\n(S'" + touch.encode() + b"'\ntR.",
        "through an allowed class": global_(Toy.__module__, "Toy.__init__.__globals__"),
        "through an allowed module": global_(Toy.__module__, "os.system"),
        "through numpy": global_("numpy", "dtype.__class__"),
        "through numpy's private parts": global_("numpy._core.numeric", "sys.modules"),
    }


@pytest.mark.parametrize("name", exploits(""))
def test_a_pickle_that_asks_for_anything_else_is_refused_before_it_is_called(tmp_path, name):
    mark = tmp_path / "mark"
    write(tmp_path / "evil.model", exploits(mark)[name])
    with pytest.raises(ModelsUnavailable, match="which it may not"):
        load(tmp_path / "evil.model")
    assert not mark.exists()


def test_the_exploits_are_real(tmp_path):
    for name in ("os.system", "eval", "os.mkdir", "hidden in a list", "global", "instance"):
        mark = tmp_path / name.replace(" ", "-")
        pickle.loads(exploits(mark)[name])
        assert mark.exists(), name


@pytest.mark.parametrize(
    "content",
    [b"", b"c", b"climber1", b"climber2" + bytes(100), b"\x80\x05N.", bytes(1000), b"[1, 2]" * 99],
    ids=repr,
)
def test_a_file_that_is_no_model_is_refused(tmp_path, content):
    (tmp_path / "a.model").write_bytes(content)
    with pytest.raises(ModelsUnavailable, match=r"a\.model"):
        load(tmp_path / "a.model")


def test_a_file_of_another_release_is_refused_and_says_what_to_do(path):
    path.write_bytes(b"climber0" + path.read_bytes()[8:])
    with pytest.raises(ModelsUnavailable, match="publish again with this release"):
        load(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ModelsUnavailable, match=r"a\.model"):
        load(tmp_path / "a.model")


@pytest.mark.parametrize(
    "index",
    [
        b"", b"{", b"null", b"[]", b"{}", b"7",
        b'{"pickle": [0, 4], "buffers": 7}',
        b'{"pickle": [0], "buffers": []}',
        b'{"pickle": [-64, 4], "buffers": []}',
        b'{"pickle": [0, -4], "buffers": []}',
        b'{"pickle": [0, 1e9], "buffers": []}',
        b'{"pickle": [0, 1000000000], "buffers": []}',
        b'{"pickle": [0, 4], "buffers": [[1000000000, 1]]}',
        b'{"pickle": "ab", "buffers": []}',
    ],
    ids=bytes.decode,
)  # fmt: skip
def test_a_bad_index_is_refused(tmp_path, index):
    write(tmp_path / "a.model", pickle.dumps(TOY), index)
    with pytest.raises(ModelsUnavailable):
        load(tmp_path / "a.model")


def test_random_bytes_after_a_good_start_are_refused(tmp_path):
    random = np.random.default_rng(0)
    for _ in range(200):
        write(tmp_path / "a.model", random.bytes(100))
        with pytest.raises(ModelsUnavailable):
            load(tmp_path / "a.model")


def test_a_truncated_file_is_refused(path):
    whole = path.read_bytes()
    last = whole.rindex(np.float32(11).tobytes()) + 4
    for size in reversed(range(last)):
        os.truncate(path, size)
        with pytest.raises(ModelsUnavailable):
            load(path)


FLIP_EACH_BIT = """
import os, pathlib, resource, sys
from shared import model_file
from shared.errors import ModelsUnavailable
from shared.titles import TitleIndex
from shared.top_skills import TopSkills

resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))  # A bad length may ask for any amount.
path = pathlib.Path(sys.argv[1])
whole = path.read_bytes()
file = os.open(path, os.O_WRONLY)
refused = 0
for bit in range(8 * len(whole)):
    byte = bit // 8
    os.pwrite(file, bytes([whole[byte] ^ 1 << bit % 8]), byte)
    try:
        model = model_file.load(path, TopSkills, TitleIndex)
    except ModelsUnavailable:
        refused += 1
    else:
        assert type(model) is TopSkills
    os.pwrite(file, whole[byte : byte + 1], byte)
print(8 * len(whole), refused)
"""


def test_whatever_bit_is_flipped_the_file_is_a_model_or_unavailable(tmp_path):
    index = TitleIndex(["nurse"], {"nurse": 0, "rn": 0})
    skills = TopSkills(
        index, ["charting\nwards"], np.ones(2, np.float32), np.zeros(1, np.int64),
        np.array([-1, 0], np.int32), ["wards"], [""], np.zeros(1, np.uint8), {}, [""], [],
    )  # fmt: skip
    model_file.dump(skills, tmp_path / "a.model")
    assert load_top_skills(tmp_path / "a.model", "").skills("nurse", 1) == [
        Skill("charting", 1.0, None)
    ]
    command = [sys.executable, "-c", FLIP_EACH_BIT, tmp_path / "a.model"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    flips, refused = map(int, done.stdout.split())
    assert flips > refused > flips / 10


def test_vocabularies_travel_inside_of_models(tmp_path):
    vocabulary, _ = Vocabulary.build(["one", "two"])
    model_file.dump(vocabulary, tmp_path / "a.model")
    loaded = model_file.load(tmp_path / "a.model", Vocabulary)
    assert sorted(loaded.positions(["one", "two", "three"])) == [-1, 0, 1]


def owner(array):
    """What holds the memory of an array."""
    held = array
    while isinstance(held, np.ndarray):
        held = held.base
    return held.obj if isinstance(held, memoryview) else held


def write(path, pickled, index=None):
    """A model file around any pickle."""
    if index is None:
        index = json.dumps({"pickle": [0, len(pickled)], "buffers": []}).encode()
    file = io.BytesIO()
    file.write(model_file.MAGIC + len(index).to_bytes(8, "little") + index + pickled)
    path.write_bytes(file.getvalue())
