import pytest

from shared import memory

MIB = 2**20
VERSIONS = {
    "": ("memory.max", "memory.current", "inactive_file", "active_file"),
    "memory": (
        "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file",
        "total_active_file",
    ),
}  # fmt: skip
"""Of control groups: where the root of each is, and its names."""


@pytest.fixture
def group(tmp_path, monkeypatch):
    """Makes the root group of either version, whichever this machine has."""

    def make(most, used, inactive=0, active=0):
        for place, (limit, usage, *cached) in VERSIONS.items():
            root = tmp_path / place
            root.mkdir(exist_ok=True)
            (root / limit).write_text(f"{most}\n")
            (root / usage).write_text(f"{used}\n")
            lines = zip(["anon", *cached, "rss"], [7, inactive, active, 7], strict=True)
            (root / "memory.stat").write_text("".join(f"{name} {n}\n" for name, n in lines))

    monkeypatch.setattr(memory, "GROUPS", tmp_path)
    return make


def test_what_a_group_leaves_is_its_limit_less_what_is_used(group):
    group(96 * MIB, 80 * MIB)
    assert memory.left() == memory.Left(16 * MIB, 96 * MIB)


def test_files_that_could_be_read_again_are_not_used_up(group):
    group(96 * MIB, 80 * MIB, inactive=30 * MIB, active=10 * MIB)
    assert memory.left() == memory.Left(56 * MIB, 96 * MIB)


def test_a_group_without_a_limit_leaves_what_the_machine_has(group):
    group("max", 80 * MIB)
    assert memory.left().most > 96 * MIB


def test_what_this_process_takes_is_not_left_by_the_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "GROUPS", tmp_path)  # where there are none
    before = memory.left()
    taken = b"x" * (64 * MIB)
    after = memory.left()
    assert before.bytes < before.most == after.most
    assert before.bytes - after.bytes == pytest.approx(len(taken), rel=0.1)


def test_what_does_not_fit_says_how_much_would(group):
    group(96 * MIB, 80 * MIB)
    memory.check(16 * MIB, "a model")
    with pytest.raises(memory.ModelsUnavailable, match="MEMORY=128Mi"):
        memory.check(40 * MIB, "a model")
