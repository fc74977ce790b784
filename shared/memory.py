"""How much memory this process may still take, as far as the system says.

Files in a temporary directory that is memory, as in the cloud, are in what a control group counts;
files that it could read again from a disk are not counted here.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.errors import ModelsUnavailable

GROUPS = Path("/sys/fs/cgroup")
STEP_MIB = 64
"""What is asked for is a multiple of it."""


@dataclass(frozen=True)
class Left:
    """Bytes that may still be taken, of so many in all."""

    bytes: int
    most: int


def left() -> Left:
    """What the tightest of this process's control groups, or else the machine, leaves to it.

    Others may have their part of it, so it is a bound and no promise: beyond it, the kernel ends
    the process, and a restart would come to the same end.
    """
    page = os.sysconf("SC_PAGE_SIZE")
    machine = page * os.sysconf("SC_PHYS_PAGES")
    own = page * _resident_pages()
    return min([Left(machine - own, machine), *_groups(own)], key=lambda each: each.bytes)


def check(needed: int, what: str) -> None:
    """Raises `ModelsUnavailable` where so many bytes are not left for `what`."""
    found = left()
    if needed > found.bytes:
        wanted = (found.most - found.bytes + needed) / 2**20
        raise ModelsUnavailable(
            f"{what} takes up to {needed >> 20} MiB of memory, and {max(0, found.bytes) >> 20} of "
            f"{found.most >> 20} are left: deploy with MEMORY={_rounded(wanted)}Mi or more, or "
            "publish a smaller model"
        )


def _rounded(mib: float) -> int:
    return int(-(-mib // STEP_MIB) * STEP_MIB)


def _groups(own: int) -> Iterator[Left]:
    for group in _directories():
        for limit, usage, cached in _NAMES:
            most = _number(group / limit)
            if most is not None:
                used = _number(group / usage)
                yield Left(most - (own if used is None else used - _sum(group, cached)), most)


_NAMES = (
    ("memory.max", "memory.current", ("inactive_file", "active_file")),
    (
        "memory.limit_in_bytes", "memory.usage_in_bytes",
        ("total_inactive_file", "total_active_file"),
    ),
)  # fmt: skip
"""Of each version of control groups: limit, usage, and which lines of `memory.stat` are files."""


def _directories() -> Iterator[Path]:
    """This process's groups and those around them, where they are to be seen.

    A container may see its own group as the root, and be told another path.
    """
    for line in _text(Path("/proc/self/cgroup")).splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        root = GROUPS / "memory" if controllers else GROUPS
        group = root / path.lstrip("/")
        while group != root and root in group.parents:
            yield group
            group = group.parent
        yield root


def _sum(group: Path, names: tuple[str, ...]) -> int:
    lines = (line.split() for line in _text(group / "memory.stat").splitlines())
    return sum(int(line[1]) for line in lines if line[0] in names)


def _number(path: Path) -> int | None:
    try:
        return int(_text(path))
    except ValueError:  # "max", say
        return None


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, ValueError):
        return ""


def _resident_pages() -> int:
    words = _text(Path("/proc/self/statm")).split()
    return int(words[1]) if len(words) > 1 else 0
