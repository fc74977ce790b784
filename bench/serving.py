"""Cold starts, memory and warm requests of the functions, beside an empty function.

Everything is measured in turn, round by round, so that a busy machine slows all alike; what
counts are the multiples of the empty function. Texts are held-out lines of the dataset, joined.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from urllib.parse import quote

import joblib
import numpy as np
import pandas as pd

from bench import instances, load, original
from bench.instances import BUCKET, EMPTY, Case
from bench.peers import Comparison
from shared import manifest
from shared.storage import open_storage
from training.dataset import Dataset
from training.publish import publish

STARTS = 7
ROUNDS = 10
REQUESTS = {1: 30, 8: 160}
"""By number of clients, how many requests they send in a round."""
WORDS = (30, 144, 300)
"""144 words are as long as the middle job of a resume."""
TEXTS = 40
MIDDLE = 144
SKILLS = "/skills/" + quote("data scientist")
LIMITED, COMPLETE = "/?limit=10", "/"

CASES = (
    "empty function",
    "similar_jobs, on disk",
    "similar_jobs, in a bucket",
    "top_skills, on disk",
    "top_skills, in a bucket",
    "original recipe, on disk",
)
"""What is started."""
KINDS = (
    "empty function",
    "similar_jobs, limit=10",
    "similar_jobs, all titles",
    "top_skills",
    "original recipe, limit=10",
)
"""What is asked."""
COLD = ("cold s", "cold s ×", "MiB", "MiB ×")
WARM = ("CPU ms", "CPU ×", "p50 ms", "p50 ×", "p99 ms", "p99 / p50", "requests/s")


@dataclass(frozen=True)
class Warm:
    """Requests to be measured on a case that has started: a name, and the bodies by words."""

    name: str
    case: str
    requests: dict[int, list[bytes]]


@dataclass(frozen=True)
class Round:
    """What one turn of requests took: latencies, and the function's CPU time in seconds."""

    words: int
    clients: int
    function: str
    load: load.Load
    cpu: float


def measure(work: Path, models: Path) -> list[Comparison]:
    """The tables of cold starts and of warm requests."""
    with cases_of(work, models) as cases:
        cold = cold_starts(cases)
        warm = warm_requests(cases, texts_of(work))
    return [
        Comparison(f"cold starts, medians of {STARTS}", cold),
        Comparison(f"warm requests of {MIDDLE} words, no two the same", warm.loc[MIDDLE]),
        Comparison("warm requests, no two texts the same", warm),
    ]


def texts_of(work: Path) -> dict[int, list[str]]:
    """By number of words, texts of so many."""
    words = " ".join(Dataset.load(work).part("test")["text"].sample(frac=1, random_state=0)).split()
    return {n: [" ".join(words[i * n : (i + 1) * n]) for i in range(TEXTS)] for n in WORDS}


def post(path: str, text: str) -> bytes:
    """The request of `similar_jobs` for one experience."""
    return load.post(path, json.dumps({"experience": [{"description": text}]}).encode())


@contextmanager
def cases_of(work: Path, models: Path) -> Iterator[list[Case]]:
    """The functions with models on disk and in a bucket, between the empty one and the recipe."""
    with tempfile.TemporaryDirectory() as scratch, instances.emulator(Path(scratch)) as emulator:
        first = post(LIMITED, texts_of(work)[MIDDLE][0])
        staged = instances.stage()
        jobs = Case("", staged["similar_jobs"], "similar_jobs", first)
        skills = Case("", staged["top_skills"], "top_skills", load.get(SKILLS))
        recipe = Path(scratch, "similar_jobs.joblib")
        joblib.dump(original.fit(Dataset.load(work).rows), recipe)
        publish([recipe], open_storage(f"{scratch}/original"), {})
        disk = {"MODELS_URI": str(models)}
        bucket = {"MODELS_URI": f"gs://{BUCKET}/models", **emulator}
        pickled = {"MODELS_URI": f"{scratch}/original", "ALLOW_PICKLED_PIPELINES": "1"}
        publish(files_of(models), open_storage(bucket["MODELS_URI"]), {})
        yield [
            replace(case, name=name, environment=environment)
            for name, (case, environment) in zip(
                CASES,
                [
                    (Case("", EMPTY, "empty", first), {}),
                    (jobs, disk),
                    (jobs, bucket),
                    (skills, disk),
                    (skills, bucket),
                    (jobs, pickled),
                ],
                strict=True,
            )
        ]


def files_of(models: Path) -> list[Path]:
    """The files of the current version in a directory of published models."""
    current = manifest.decode((models / manifest.CURRENT).read_bytes())
    return [models / current.path(file.name) for file in current.files]


def cold_starts(cases: list[Case], starts: int = STARTS) -> pd.DataFrame:
    """Medians a case, and the multiples of the first one's."""
    rows = []
    for _ in range(starts):
        for case in cases:
            with instances.started(case) as instance:
                rows.append({"function": case.name, "cold s": instance.cold,
                             "MiB": instance.resident_mib()})  # fmt: skip
    frame = pd.DataFrame(rows).groupby("function", sort=False).median()
    return with_multiples(frame, list(frame))


def with_multiples(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """With a column beside each of `columns`: how many times what the first row has."""
    ordered = [(c, frame[c]) for c in frame if c not in columns]
    for column in columns:
        ordered += [(column, frame[column]), (f"{column} ×", frame[column] / frame[column].iloc[0])]
    return pd.DataFrame(dict(ordered))


def warm_requests(cases: list[Case], texts: dict[int, list[str]]) -> pd.DataFrame:
    """Percentiles of the time of a request, a row a function, length of text, number of clients."""
    by_name = {case.name: case for case in cases}
    limited, complete = (
        {n: [post(path, text) for text in each] for n, each in texts.items()}
        for path in (LIMITED, COMPLETE)
    )
    kinds = [
        Warm(name, case, requests)
        for name, (case, requests) in zip(
            KINDS,
            [
                ("empty function", limited),
                ("similar_jobs, on disk", limited),
                ("similar_jobs, on disk", complete),
                ("top_skills, on disk", {MIDDLE: [load.get(SKILLS)]}),
                ("original recipe, on disk", limited),
            ],
            strict=True,
        )
    ]
    rounds = []
    with ExitStack() as stack:
        running = {
            name: stack.enter_context(instances.started(by_name[name]))
            for name in sorted({kind.case for kind in kinds})
        }
        for kind in kinds:
            for requests in kind.requests.values():
                load.run(running[kind.case].port, requests, clients=8, total=len(requests))
        for _ in range(ROUNDS):
            for words, (clients, total), kind in product(WORDS, REQUESTS.items(), kinds):
                if words in kind.requests:
                    instance = running[kind.case]
                    before = instance.cpu_seconds()
                    found = load.run(instance.port, kind.requests[words], clients, total)
                    cpu = instance.cpu_seconds() - before
                    rounds.append(Round(words, clients, kind.name, found, cpu))
    return _percentiles(rounds)


def _percentiles(rounds: list[Round]) -> pd.DataFrame:
    keys = ["words", "clients", "function"]
    rows = []
    for key in dict.fromkeys((each.words, each.clients, each.function) for each in rounds):
        each = [one for one in rounds if (one.words, one.clients, one.function) == key]
        latencies = np.concatenate([one.load.latencies for one in each]) * 1e3
        p50, p99 = np.percentile(latencies, [50, 99])
        cpu = sum(one.cpu for one in each) / len(latencies) * 1e3
        rate = len(latencies) / sum(one.load.seconds for one in each)
        rows.append({**dict(zip(keys, key, strict=True)), "CPU ms": cpu, "p50 ms": p50,
                     "p99 ms": p99, "p99 / p50": p99 / p50, "requests/s": rate})  # fmt: skip
    frame = pd.DataFrame(rows).set_index(keys)
    first = frame.groupby(level=["words", "clients"], sort=False).transform("first")
    frame.insert(1, "CPU ×", frame["CPU ms"] / first["CPU ms"])
    frame.insert(3, "p50 ×", frame["p50 ms"] / first["p50 ms"])
    return frame
