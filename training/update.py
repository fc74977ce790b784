"""Whether a new version may take the place of the one that is served, and how the data drifted.

Both are asked about the same texts: those that were held out of both. What people send in is not
among them, or who sends much could decide what is good.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from shared import manifest
from shared.manifest import Manifest
from shared.models import JobModel, load_similar_jobs
from shared.storage import Storage
from training import data_version
from training.data_version import DataVersion, Profile
from training.errors import DataError
from training.evaluate import Prediction, predict
from training.sources import submissions

HELD_OUT = "held_out.model"
MARGIN = 0.01
"""So much may top-1, top-5 and MRR fall over all texts, and so large a share of titles may go."""
GROUP_MARGIN = 0.04
"""So much may MRR fall over the texts of one group of titles."""
CHANCE = 2.0
"""A fall of fewer standard errors is taken for chance, however large: few texts say little."""
GROUP_TEXTS = 50
"""Groups of fewer texts are taken together, and by themselves where they fall beyond all chance."""
RARE_TEXTS = 5
"""Groups of fewer texts are not looked at by themselves at all."""
RARE_CHANCE = 4.0
"""As `CHANCE`, for a rare group by itself: there are some hundred, and chance has a try at each.
Two in a hundred fall by more than 2 standard errors, three in 100,000 by more than 4."""
OTHERS = "(others)"
PUBLISHED, KEPT, UNCHANGED = "published", "kept", "unchanged"
WITHOUT_NEW = "tried again without what was sent in since"
MEASURES = ("top1", "top5", "mrr")
NAMED = 10
"""So many titles are named at most, of those that moved or would go."""


@dataclass(frozen=True)
class Serving:
    """The version that is served, with what it takes to compare another one with it."""

    manifest: Manifest
    data: DataVersion
    held_out: JobModel


@dataclass(frozen=True)
class Compared:
    """The served version's measure and the new one's, over all `texts` texts and by group."""

    texts: int
    overall: dict[str, tuple[float, float]]
    groups: dict[str, tuple[int, float, float]]
    titles_gone: list[str]
    reasons: list[str]
    """Why the new one must not take over; empty where it may."""


@dataclass(frozen=True)
class Drift:
    """How far what is read now is from what it is compared with, by Jensen-Shannon divergence.

    That is from 0, the same shares, to 1, nothing in common.
    """

    against: str
    texts: int
    titles: float
    words: float
    lengths: float


@dataclass(frozen=True)
class Report:
    """What an update did, and why."""

    decision: str
    """`PUBLISHED`, `KEPT` or `UNCHANGED`."""
    reasons: list[str]
    served: str | None
    version: str | None
    data: dict[str, object]
    withdrawn: int
    """Submissions that the version before was made with, and that are gone."""
    compared: Compared | None
    drift: dict[str, Drift]
    titles_moved: dict[str, float]
    """Titles whose share of the texts changed most, by how much."""

    def encode(self) -> str:
        """As JSON text."""
        return json.dumps(asdict(self), indent=1)

    def text(self) -> str:
        """For people, a few lines."""
        lines = [f"{self.decision}: {self.version or self.served}"]
        lines += [f"  {reason}" for reason in self.reasons]
        if self.withdrawn:
            lines.append(f"submissions taken back since: {self.withdrawn}")
        if self.compared:
            lines.append(f"on {self.compared.texts} held-out texts, served and new:")
            lines += [
                f"  {name:5} {then:.3f} {now:.3f}"
                for name, (then, now) in self.compared.overall.items()
            ]
        for name, each in self.drift.items():
            lines.append(
                f"drift of {name} ({each.texts} texts) against {each.against}: titles "
                f"{each.titles:.3f}, words {each.words:.3f}, lengths {each.lengths:.3f}"
            )
        return "\n".join(lines)


def report(
    decision: str,
    served: Serving | None,
    made: DataVersion,
    compared: Compared | None = None,
    version: str | None = None,
) -> Report:
    """The report of one try."""
    return Report(
        decision=decision,
        reasons=compared.reasons if compared else [],
        served=served.manifest.version if served else None,
        version=version,
        data=made.summary,
        withdrawn=0,
        compared=compared,
        drift=drift(served.data, made) if served else {},
        titles_moved=titles_moved(served.data, made) if served else {},
    )


def serving(storage: Storage, current: Manifest, work: Path) -> Serving:
    """Fetches what is compared with into `work`. Raises `DataError` where it was not published."""
    names = {file.name for file in current.files}
    if not {HELD_OUT, data_version.FILE} <= names:
        raise DataError(
            f"version {current.version} says nothing of its data, so that nothing can be compared "
            "with it: publish once with `python -m training build`"
        )
    home = work / "serving"
    home.mkdir(parents=True, exist_ok=True)
    for file in current.files:
        if file.name in (HELD_OUT, data_version.FILE):
            with (home / file.name).open("w+b") as into:
                storage.download(current.path(file.name), into)
            manifest.verify(home / file.name, file)
    data = data_version.decode((home / data_version.FILE).read_text(encoding="utf-8"))
    return Serving(current, data, load_similar_jobs(home / HELD_OUT, HELD_OUT))


def compare(served: Serving, held_out: JobModel, test: pd.DataFrame) -> Compared:
    """Asks both versions; `test` is the new dataset's held-out part."""
    both = pd.Series(data_version.held_out(test), test.index).isin(served.data.held_out)
    known = both & (test["source"] != submissions.NAME)
    pairs = list(zip(test.loc[known, "title"], test.loc[known, "text"], strict=True))
    before = set(served.held_out.titles)
    gone = sorted(before - set(held_out.titles))
    return judge(predict(served.held_out, pairs), predict(held_out, pairs), gone, len(before))


def judge(
    then: Sequence[Prediction], now: Sequence[Prediction], gone: list[str], titles: int
) -> Compared:
    """Compares what both versions say of the same texts; `gone` are some of the served `titles`."""
    if not then:
        nothing = (
            "no text is held out of both versions, nothing to compare on: "
            "`python -m training build` publishes without comparing"
        )
        return Compared(0, {}, {}, gone, [nothing])
    old, new = _values(then), _values(now)
    names = pd.Series([each.title.rpartition(" ")[2] for each in then])
    groups = names.where(names.map(names.value_counts()) >= GROUP_TEXTS, OTHERS)
    overall = {name: (float(old[name].mean()), float(new[name].mean())) for name in MEASURES}
    by_group = {
        str(name): (len(rows), *_mrr(old, new, rows))
        for name, rows in old.groupby(groups).groups.items()
    }
    reasons = [
        f"{name} falls from {overall[name][0]:.3f} to {overall[name][1]:.3f}, by more than {MARGIN}"
        for name in MEASURES
        if _falls(old[name] - new[name], MARGIN)
    ]
    reasons += _falls_of_groups(old, new, names, groups)
    if len(gone) > MARGIN * titles:
        reasons.append(f"{len(gone)} of {titles} titles would go: {', '.join(gone[:NAMED])}")
    return Compared(len(then), overall, by_group, gone, reasons)


def _falls_of_groups(
    old: pd.DataFrame, new: pd.DataFrame, names: pd.Series, groups: pd.Series
) -> Iterator[str]:
    """What is said of the groups that lose too much, also of rare ones among the others."""
    lost = old["mrr"] - new["mrr"]
    spread = float(lost.std(ddof=0))
    for name, each in lost.groupby(groups):
        if _falls(each, GROUP_MARGIN, CHANCE, spread if len(each) < GROUP_TEXTS else 0.0):
            yield _fall(str(name), old, new, each.index)
    for name, each in lost[groups == OTHERS].groupby(names):
        if len(each) >= RARE_TEXTS and _falls(each, GROUP_MARGIN, RARE_CHANCE, spread):
            yield _fall(str(name), old, new, each.index)


def _fall(name: str, old: pd.DataFrame, new: pd.DataFrame, rows: pd.Index) -> str:
    before, after = _mrr(old, new, rows)
    return (
        f"mrr of the {len(rows)} texts of '{name}' falls from {before:.3f} to {after:.3f}, by more "
        f"than {GROUP_MARGIN}"
    )


def _mrr(old: pd.DataFrame, new: pd.DataFrame, rows: pd.Index) -> tuple[float, float]:
    """Of some texts, the served version's and the new one's."""
    return float(old.loc[rows, "mrr"].mean()), float(new.loc[rows, "mrr"].mean())


def _values(predictions: Sequence[Prediction]) -> pd.DataFrame:
    """What each text adds to each measure."""
    values = [(each.is_right, each.in_top5, 1 / each.rank) for each in predictions]
    return pd.DataFrame(values, columns=list(MEASURES), dtype=float)


def _falls(
    lost: pd.Series, margin: float, chance: float = CHANCE, least_spread: float = 0.0
) -> bool:
    """Whether texts lose more than the margin in the mean, and not by chance: they are pairs.

    A few texts may differ less among each other, by chance, than texts do: `least_spread` is the
    standard deviation that is taken at least.
    """
    error = max(float(lost.std(ddof=0)), least_spread) / len(lost) ** 0.5
    return float(lost.mean()) > max(margin, chance * error)


def drift(served: DataVersion, made: DataVersion) -> dict[str, Drift]:
    """How far each source is from what it was; one that is new, from all that was read then."""
    everything = _together(list(served.profiles.values()))
    found = {}
    for name, now in made.profiles.items():
        # What people send in is compared with what is trained on, too: do they work as it says?
        then = served.profiles.get(name)
        found[name] = _drift(then or everything, now, "itself" if then else "all sources")
        if name == submissions.NAME and then:
            found[f"{name}, as a whole"] = _drift(everything, now, "all sources")
    return found


def titles_moved(served: DataVersion, made: DataVersion) -> dict[str, float]:
    """The titles whose share of all texts changed most, by how much; the largest change first."""
    then, now = (_shares(_together(list(each.profiles.values())).titles) for each in (served, made))
    changes = {
        title: round(now.get(title, 0.0) - then.get(title, 0.0), 6)
        for title in sorted(then.keys() | now.keys())
    }
    most = sorted(changes, key=lambda title: -abs(changes[title]))[:NAMED]
    return {title: changes[title] for title in most if changes[title]}


def _drift(then: Profile, now: Profile, against: str) -> Drift:
    return Drift(
        against=against,
        texts=now.texts,
        titles=divergence(then.titles, now.titles),
        words=divergence(then.words, now.words),
        lengths=divergence(then.lengths, now.lengths),
    )


def divergence(then: dict[str, int], now: dict[str, int]) -> float:
    """The Jensen-Shannon divergence of two counts, to the base 2: from 0 to 1."""
    names = sorted(then.keys() | now.keys())
    one, other = (np.array([shares.get(n, 0.0) for n in names]) for shares in
                  (_shares(then), _shares(now)))  # fmt: skip
    middle = (one + other) / 2
    return round(max(0.0, (_information(one, middle) + _information(other, middle)) / 2), 6)


def _information(shares: np.ndarray, of: np.ndarray) -> float:
    there = shares > 0
    return float((shares[there] * np.log2(shares[there] / of[there])).sum())


def _shares(counts: dict[str, int]) -> dict[str, float]:
    total = sum(counts.values())
    return {name: number / total for name, number in counts.items()}


def _together(profiles: Sequence[Profile]) -> Profile:
    def summed(part: str) -> dict[str, int]:
        total: dict[str, int] = {}
        for each in profiles:
            for name, number in getattr(each, part).items():
                total[name] = total.get(name, 0) + number
        return total

    texts = sum(each.texts for each in profiles)
    return Profile(texts, summed("titles"), summed("words"), summed("lengths"))
