"""`POST /model/similar_jobs`: experience in, every title with its probability out."""

import flask
import functions_framework

from shared import experience, web
from shared.model_store import ModelStore
from shared.models import load_similar_jobs

store = ModelStore.from_environment("similar_jobs", load_similar_jobs)


def post_experience(request: flask.Request) -> web.Answer:
    """Ranks the titles for one person by all of their experiences."""
    limit = web.limit(request, default=None)
    person = experience.parse(web.read_json(request))
    loaded = store.get()
    probabilities = loaded.model.probabilities([job.text for job in person])
    if probabilities is None:
        raise experience.nothing_usable()
    ranked = sorted(
        zip(probabilities.tolist(), loaded.model.titles, strict=True),
        key=lambda pair: (-pair[0], pair[1]),
    )
    results = [{"probability": p, "title": title} for p, title in ranked[:limit]]
    return web.Answer({"results": results}, {web.MODEL_VERSION_HEADER: loaded.version})


service = web.Service(
    ("POST /model/similar_jobs", post_experience),
    ("POST /", post_experience),
)


@functions_framework.http
def similar_jobs(request: flask.Request) -> flask.Response:
    """The entry point."""
    return service(request)
