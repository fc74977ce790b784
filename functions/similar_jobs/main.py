"""`POST /model/similar_jobs`: experience in, every title with its probability out."""

import flask
import functions_framework

from shared import experience, web
from shared.model_store import ModelStore
from shared.models import JobModel, load_similar_jobs

EXPLAINED = 10
"""`explain=1` gives reasons for at most so many titles."""
SURE = 3
"""An answer is confident when the true title is among so many in nine cases of ten."""

store = ModelStore.from_environment("similar_jobs", load_similar_jobs)


def post_experience(request: flask.Request) -> web.Answer:
    """Ranks the titles for one person by all of their experiences."""
    limit = web.limit(request, default=None)
    explain = web.flag(request, "explain")
    person = experience.parse(web.read_json(request))
    texts = [job.text for job in person]
    loaded = store.get()
    probabilities = loaded.model.probabilities(texts)
    if probabilities is None:
        raise experience.nothing_usable()
    # Titles are sorted: those that are level stay in the order of the alphabet.
    order = (-probabilities).argsort(kind="stable")[:limit]
    results: list[dict[str, object]] = [
        {"probability": probability, "title": loaded.model.titles[position]}
        for probability, position in zip(probabilities[order].tolist(), order.tolist(), strict=True)
    ]
    body: dict[str, object] = {"results": results}
    if explain:
        _add_phrases(results[:EXPLAINED], loaded.model, texts)
        body["confidence"] = _confidence(loaded.model, loaded.model.likely(probabilities))
    return web.Answer(body, {web.MODEL_VERSION_HEADER: loaded.version})


def _add_phrases(results: list[dict[str, object]], model: JobModel, texts: list[str]) -> None:
    """Adds to each result the phrases of the texts that speak most for its title."""
    positions = [model.titles.index(str(result["title"])) for result in results]
    for result, reasons in zip(results, model.explain(texts, positions), strict=True):
        result["phrases"] = [{"phrase": r.phrase, "weight": r.weight} for r in reasons]


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
