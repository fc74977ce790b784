"""What a version of the models was made from: `dataset.json`, published beside them.

It has what is needed to make the same bytes again from the same data, to compare the next version
on the same held-out texts, and to tell how the data have drifted. It holds no text.
"""

import hashlib
import json
import platform
from collections import Counter
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from shared import text
from training.dataset import Dataset
from training.errors import DataError
from training.seed import SEED

FILE = "dataset.json"
ROOT = Path(__file__).parent.parent
CODE = ("shared/*.py", "training/**/*.py")
PACKAGES = ("numpy", "pandas", "scikit-learn", "scipy")
"""Those whose versions may change what is fitted."""
PROFILE_WORDS = 1_000
PROFILE_TEXTS = 5
"""A word stands in a profile if so many texts have it: it is nobody's own."""


@dataclass(frozen=True)
class Profile:
    """What `texts` texts are like: how many have a title, a word, or a length.

    Lengths are by powers of two of words: "5" is from 16 to 31 words.
    """

    texts: int
    titles: dict[str, int]
    words: dict[str, int]
    lengths: dict[str, int]


@dataclass(frozen=True)
class DataVersion:
    """`version` is a digest of the dataset, and `sources` are those of its sources' rows.

    `code` is a digest of our modules, `held_out` has one of each text held out with its title,
    `submissions` the names of those that were read, and `profiles` are by source.
    """

    version: str
    code: str
    python: str
    packages: dict[str, str]
    seed: int
    sources: dict[str, str]
    submissions: list[str]
    held_out: list[str]
    profiles: dict[str, Profile]

    def encode(self) -> str:
        """As JSON text, the same for the same content."""
        return json.dumps(asdict(self), indent=1, sort_keys=True)

    @property
    def summary(self) -> dict[str, object]:
        """What the manifest has of it: all that says how to make the same models again."""
        whole = asdict(self)
        kept = ("version", "code", "python", "packages", "seed", "sources")
        return {name: whole[name] for name in kept}

    def makes_the_same(self, other: "DataVersion") -> bool:
        """Whether training on both makes the same files."""
        return self.summary == other.summary


def decode(content: str) -> DataVersion:
    """Reads what `DataVersion.encode` wrote. Raises `DataError` for anything else."""
    try:
        value = json.loads(content)
        value["profiles"] = {name: Profile(**each) for name, each in value["profiles"].items()}
        return DataVersion(**value)
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{FILE} is damaged or of another release: {error}") from error


def describe(data: Dataset) -> DataVersion:
    """Describes a dataset, the code that is running and what it runs on."""
    by_source = {str(name): rows for name, rows in data.rows.groupby("source")}
    # Pay, paths and education are made of the jobs and of what titles ask for, not of the texts.
    known = json.dumps([data.names, data.titles, data.required], sort_keys=True)
    content = _digest(data.rows) + _digest(data.others) + _digest(data.jobs) + known
    return DataVersion(
        version=hashlib.sha256(content.encode()).hexdigest()[:12],
        code=_code(),
        python=platform.python_version(),
        packages={name: version(name) for name in PACKAGES},
        seed=SEED,
        sources={name: _digest(rows) for name, rows in by_source.items()},
        submissions=data.submissions,
        held_out=sorted(set(held_out(data.part("test")))),
        profiles={name: profile(rows) for name, rows in by_source.items()},
    )


def held_out(rows: pd.DataFrame) -> list[str]:
    """A digest of each row's title and group: the same text under another title is another one."""
    pairs = zip(rows["title"], rows["group"], strict=True)
    return [hashlib.sha256(f"{title}\0{group}".encode()).hexdigest()[:16] for title, group in pairs]


def profile(rows: pd.DataFrame) -> Profile:
    """What a dataset's rows are like."""
    words: Counter[str] = Counter()
    lengths: Counter[int] = Counter()
    for content in rows["text"]:
        found = text.stems(content)
        words.update(set(found))
        lengths[len(content.split()).bit_length()] += 1
    common = [(word, n) for word, n in words.items() if n >= PROFILE_TEXTS]
    common.sort(key=lambda each: (-each[1], each[0]))
    return Profile(
        texts=len(rows),
        titles={str(t): int(n) for t, n in rows["title"].value_counts().sort_index().items()},
        words=dict(common[:PROFILE_WORDS]),
        lengths={str(length): n for length, n in sorted(lengths.items())},
    )


def _digest(rows: pd.DataFrame) -> str:
    """The SHA-256 of rows in their order."""
    digest = hashlib.sha256()
    for row in rows.itertuples(index=False):
        values = [None if pd.isna(each) else each for each in row]
        digest.update(json.dumps(values, default=str).encode())
    return digest.hexdigest()


def _code() -> str:
    digest = hashlib.sha256()
    for path in sorted(path for pattern in CODE for path in ROOT.glob(pattern)):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
