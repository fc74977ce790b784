"""What grows with titles and phrases: bytes, cold start, memory and time of a request.

The models are drawn at random in the published format; no fitting is needed for their size to be
real. Weights a term fall with its rank as they do in fitted models, titles / (1 + rank / r), with r
so that their sum is what training keeps at most. Texts draw words by Zipf's law.
"""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from bench import instances, load
from bench.instances import BUCKET, Case
from bench.peers import Comparison
from shared import model_file
from shared.models import Calibration, SimilarJobs
from shared.storage import open_storage
from shared.vocabulary import Vocabulary
from training.publish import publish
from training.similar_jobs import MOST_WEIGHTS

TITLES = (114, 923, 5_000)
PHRASES = (10_000, 100_000, 1_000_000)
STARTS = 7
WORDS = 144
TEXTS = 40
REQUESTS = 200
MIB = 2**20
PICTURE = Path(__file__).parent.parent / "docs" / "growth.png"
SURE = Calibration(20.0, 0.0, 0.0, np.array([0.0, 1.0]), np.array([0.0, 1.0]))


@dataclass(frozen=True)
class Law:
    """A measure as the sum of `start` and, for each of `of`, a slope times that column."""

    measure: str
    start: float
    of: tuple[str, ...]
    slopes: tuple[float, ...]

    def at(self, frame: pd.DataFrame) -> np.ndarray:
        """What the law says for the rows of a table."""
        return self.start + frame[list(self.of)].to_numpy() @ np.array(self.slopes)

    def __str__(self) -> str:
        terms = [f"{slope:.3g} x {name}" for slope, name in zip(self.slopes, self.of, strict=True)]
        return " + ".join([f"{self.measure} = {self.start:.3g}", *terms])


def compare(picture: bool) -> Comparison:
    """The table with its laws in the heading; `picture` draws docs/growth.png, too."""
    frame = measure()
    fitted = laws(frame)
    if picture:
        draw(frame, fitted, PICTURE)
    return Comparison("growth, " + "; ".join(map(str, fitted)), frame)


def measure(sizes: list[tuple[int, int]] | None = None, starts: int = STARTS) -> pd.DataFrame:
    """A row for each (titles, phrases); starts are interleaved, and their medians taken."""
    source = instances.stage()["similar_jobs"]
    with tempfile.TemporaryDirectory() as scratch, instances.emulator(Path(scratch)) as emulator:
        case = Case("", source, "similar_jobs", b"")
        cases, rows = {}, []
        for titles, phrases in sizes or list(product(TITLES, PHRASES)):
            model = drawn(titles, phrases)
            uri = f"gs://{BUCKET}/{titles}-{phrases}"
            path = Path(scratch, "similar_jobs.model")
            model_file.dump(model, path)
            publish([path], open_storage(uri), {})
            texts = list(drawn_texts(phrases))
            cases[titles, phrases] = replace(
                case, request=_request(texts[0]), environment={"MODELS_URI": uri, **emulator}
            )
            entries = np.mean([_entries(model, text) for text in texts])
            rows.append({"titles": titles, "phrases": phrases, "weights a text": entries,
                         "file MiB": path.stat().st_size / MIB})  # fmt: skip
        found = [
            {"titles": size[0], "phrases": size[1], **_start(cases[size], size[1])}
            for _ in range(starts)
            for size in cases
        ]
    keys = ["titles", "phrases"]
    medians = pd.DataFrame(found).groupby(keys, sort=False).median()
    return pd.DataFrame(rows).set_index(keys).join(medians)


def laws(frame: pd.DataFrame) -> list[Law]:
    """Least squares of what is measured on what it depends on."""
    return [
        _law(frame, "cold s", "file MiB"),
        _law(frame, "MiB", "file MiB"),
        _law(frame.reset_index(), "CPU ms", "titles", "weights a text"),
    ]


def _law(frame: pd.DataFrame, measured: str, *of: str) -> Law:
    columns = np.column_stack([np.ones(len(frame)), frame[list(of)]])
    # Relative errors: a large model must not hide what a small one takes.
    scale = 1 / frame[measured].to_numpy()
    start, *slopes = np.linalg.lstsq(columns * scale[:, None], np.ones(len(frame)), rcond=None)[0]
    return Law(measured, float(start), of, tuple(map(float, slopes)))


def draw(frame: pd.DataFrame, fitted: list[Law], path: Path) -> None:
    """A picture of the table, with the laws as lines."""
    # Imported here: no other measure needs it.
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    cold, memory, request = fitted
    rows = frame.reset_index()
    figure, ((top_left, top_right), (left, right)) = plt.subplots(
        2, 2, figsize=(10, 8), layout="constrained"
    )
    for titles, group in rows.groupby("titles"):
        top_left.plot(group["phrases"], group["file MiB"], "o--", label=f"{titles} titles")
        top_right.plot(group["file MiB"], group["cold s"], "o", label=f"{titles} titles")
        left.plot(group["file MiB"], group["MiB"], "o", label=f"{titles} titles")
        right.plot(group["phrases"], group["CPU ms"], "o", label=f"{titles} titles")
        right.plot(group["phrases"], request.at(group), "k--", linewidth=1)
    line = pd.DataFrame({"file MiB": np.geomspace(*rows["file MiB"].agg(["min", "max"]), 100)})
    for axes, law in ((top_right, cold), (left, memory)):
        axes.plot(line["file MiB"], law.at(line), "k--", linewidth=1, label="law")
    top_left.set(xlabel="phrases", ylabel="published file, MiB", xscale="log")
    top_right.set(xlabel="published file, MiB", ylabel="cold start from a bucket, s")
    left.set(xlabel="published file, MiB", ylabel="memory with the file, MiB")
    right.set(xlabel="phrases", ylabel="CPU time of a request, ms", xscale="log")
    for axes in figure.axes:
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(path, dpi=80)
    plt.close(figure)


def drawn(titles: int, phrases: int, seed: int = 0) -> SimilarJobs:
    """A model of so many titles and phrases; phrase i of `phrases` is the word `w{i}`."""
    random = np.random.default_rng(seed)
    lengths = _lengths(titles, phrases)
    vocabulary, order = Vocabulary.build([f"w{i}" for i in range(phrases)])
    ordered = lengths[order]
    starts = np.concatenate([[0], np.cumsum(ordered)])
    # Every row begins at a title of its own and takes those that follow.
    firsts = random.integers(titles, size=phrases)
    within = np.arange(starts[-1]) - np.repeat(starts[:-1], ordered)
    columns = (np.repeat(firsts, ordered) + within) % titles
    return SimilarJobs(
        titles=[f"title {i:05}" for i in range(titles)],
        vocabulary=vocabulary,
        idf=(1 + np.log(1 + order)).astype(np.float32),
        starts=starts.astype(np.int64),
        columns=columns.astype(np.uint16),
        weights=random.random(len(columns), np.float32).astype(np.float16),
        bias=np.zeros(titles, np.float32),
        calibration=SURE,
        threshold=0.0,
    )


def _lengths(titles: int, phrases: int) -> np.ndarray:
    """How many weights each phrase has, by falling rank; `MOST_WEIGHTS` together, or all."""
    ranks = np.arange(phrases)
    low, high = 1e-3, 1e9
    for _ in range(60):
        middle = np.sqrt(low * high)
        lengths = np.maximum(1, titles / (1 + ranks / middle)).astype(int)
        low, high = (middle, high) if lengths.sum() < MOST_WEIGHTS else (low, middle)
    return lengths


def drawn_texts(phrases: int) -> Iterator[str]:
    """Texts of `WORDS` words, the first ones more often, as in a language."""
    random = np.random.default_rng(1)
    shares = 1 / (10 + np.arange(phrases))
    for _ in range(TEXTS):
        yield " ".join(f"w{i}" for i in random.choice(phrases, WORDS, p=shares / shares.sum()))


def _entries(model: SimilarJobs, text: str) -> int:
    """How many weights a text asks for."""
    positions = model.known_terms(text).positions
    return int((model.starts[positions + 1] - model.starts[positions]).sum())


def _request(text: str) -> bytes:
    body = json.dumps({"experience": [{"description": text}]}).encode()
    return load.post("/?limit=10", body)


def _start(case: Case, phrases: int) -> dict[str, float]:
    requests = [_request(text) for text in drawn_texts(phrases)]
    with instances.started(case) as instance:
        load.run(instance.port, requests, clients=1, total=len(requests))
        before = instance.cpu_seconds()
        answered = load.run(instance.port, requests, clients=1, total=REQUESTS)
        cpu = (instance.cpu_seconds() - before) / REQUESTS
        return {
            "cold s": instance.cold,
            "MiB": instance.with_kept_files_mib(),
            "CPU ms": cpu * 1e3,
            "p50 ms": float(np.median(answered.latencies)) * 1e3,
        }
