"""How much memory this process may still take, as far as the system says."""

import os
from pathlib import Path

LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
"""Where a container's limit in bytes stands, by the version of control groups."""


def left() -> int:
    """Bytes between what this process has and what the container or the machine has at most.

    Others may have their part of it, so it is a bound and no promise: beyond it, the kernel ends
    the process, and a restart would come to the same end.
    """
    page = os.sysconf("SC_PAGE_SIZE")
    most = [page * os.sysconf("SC_PHYS_PAGES"), *filter(None, map(_limit, LIMITS))]
    return min(most) - page * _resident_pages()


def _limit(path: Path) -> int | None:
    try:
        return int(path.read_text("ascii"))
    except (OSError, ValueError):  # "max", say
        return None


def _resident_pages() -> int:
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
