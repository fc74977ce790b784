"""An environment with what a requirements file asks for and nothing else, without a network."""

import os
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def linked(requirements: Path, home: Path) -> dict[str, str]:
    """Variables for `python -S`, which then has these packages and those that they need.

    They are links in `home` to those that are installed here, in the versions that are asked for.
    """
    lines = requirements.read_text(encoding="utf-8").splitlines()
    waiting = [(Requirement(each), "") for each in lines if each and not each.startswith("#")]
    seen = set()
    while waiting:
        needed, extra = waiting.pop()
        if needed.marker and not needed.marker.evaluate({"extra": extra}):
            continue
        found = distribution(needed.name)
        assert needed.specifier.contains(found.version, prereleases=True), needed
        for each in needed.extras | {""}:
            if (key := (canonicalize_name(needed.name), each)) not in seen:
                seen.add(key)
                waiting += [(Requirement(one), each) for one in found.requires or []]
        for file in found.files or []:
            if ".." not in file.parts:  # A command beside the packages.
                _link(found.locate_file(""), Path(file), home)
    return {**os.environ, "PYTHONPATH": str(home), "PYTHONDONTWRITEBYTECODE": "1"}


def _link(there: Path, file: Path, home: Path) -> None:
    """Links a package as a whole, a file of what several packages share by itself."""
    for part in [*reversed(file.parents[:-1]), file]:
        if (home / part).is_symlink():
            return
        if not (there / part).is_dir() or (there / part / "__init__.py").exists():
            (home / part).parent.mkdir(parents=True, exist_ok=True)
            (home / part).symlink_to(there / part)
            return
