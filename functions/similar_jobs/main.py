"""`POST /model/similar_jobs`: experience in, every title with its probability out."""

import json
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import flask
import functions_framework
import numpy as np
from numpy.typing import NDArray

from shared import experience, web
from shared.model_store import Loaded, ModelStore
from shared.models import JobModel, first_title, load_similar_jobs

EXPLAINED = 10
"""`explain=1` gives reasons for at most so many titles."""
SURE = 3
"""An answer is confident when the true title is among so many in nine cases of ten."""

NUMBER = "%.12g"
"""Twelve digits of a probability: all that a double has take three times longer to write."""
RESULT = f'{{"probability": {NUMBER}, "title": %s}}'


@dataclass(frozen=True)
class Served:
    """A model, and its titles as JSON has them."""

    model: JobModel
    quoted: list[str]


def load(path: Path, file_name: str) -> Served:
    """What is served of a published `similar_jobs` file."""
    model = load_similar_jobs(path, file_name)
    return Served(model, list(map(json.dumps, model.titles)))


store = ModelStore.from_environment(
    "similar_jobs", load, lambda served, text: first_title(served.model, text)
)


def post_experience(request: flask.Request) -> web.Answer:
    """Ranks the titles for one person by all of their experiences."""
    limit = web.limit(request, default=None)
    explain = web.flag(request, "explain")
    person = experience.parse(web.read_json(request))
    loaded = store.get()
    return _answer(loaded, [job.text for job in person], limit, explain=explain)


def _answer(
    loaded: Loaded[Served], texts: list[str], limit: int | None, *, explain: bool
) -> web.Answer:
    model = loaded.model.model
    probabilities = model.probabilities(texts)
    if probabilities is None:
        raise experience.nothing_usable()
    order = _best(probabilities, limit).tolist()
    ranked = probabilities[order].tolist()
    headers = {web.MODEL_VERSION_HEADER: loaded.version}
    if not explain:
        quoted = loaded.model.quoted
        return web.Answer(_encoded(ranked, [quoted[i] for i in order]), headers)
    results: list[dict[str, object]] = [
        {"probability": float(NUMBER % probability), "title": model.titles[i]}
        for probability, i in zip(ranked, order, strict=True)
    ]
    for result, reasons in zip(results, model.explain(texts, order[:EXPLAINED]), strict=False):
        result["phrases"] = [{"phrase": r.phrase, "weight": r.weight} for r in reasons]
    confidence = _confidence(model, model.likely(probabilities))
    return web.Answer({"results": results, "confidence": confidence}, headers)


def _best(probabilities: NDArray[np.float64], limit: int | None) -> NDArray[np.int64]:
    """The positions of the highest ones, best first; those that are level in their order.

    Titles are sorted, so that this is the order of the alphabet.
    """
    among = np.arange(len(probabilities))
    if limit is not None and limit < len(among):  # To sort them all takes five times longer.
        least = np.partition(probabilities, -limit)[-limit]
        among = np.flatnonzero(probabilities >= least)
    return among[(-probabilities[among]).argsort(kind="stable")[:limit]]


def _encoded(probabilities: list[float], quoted: list[str]) -> bytes:
    """The body in JSON. For a thousand titles, `json.dumps` would take most of a request."""
    values = tuple(chain.from_iterable(zip(probabilities, quoted, strict=True)))
    return f'{{"results": [{", ".join([RESULT] * len(quoted)) % values}]}}'.encode()


def _confidence(model: JobModel, likely: list[int] | None) -> dict[str, object]:
    """Among which titles the true one is in nine cases of ten, and whether these are few."""
    if likely is None:
        return {"confident": None, "likely_titles": None}
    return {
        "confident": len(likely) <= SURE,
        "likely_titles": [model.titles[position] for position in likely],
    }


service = web.Service(
    ("POST /model/similar_jobs", post_experience),
    ("POST /", post_experience),
)


@functions_framework.http
def similar_jobs(request: flask.Request) -> flask.Response:
    """The entry point."""
    return service(request)
