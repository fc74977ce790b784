"""What a title pays, where it leads, what its people have learnt: data for pictures.

`GET /model/salaries/<title>`, `GET /model/paths/<title>`, `GET /model/education/<title>`.
"""

from dataclasses import asdict

import flask
import functions_framework

from shared import limits, web
from shared.errors import RequestError, invalid
from shared.job_insights import SENIORITIES, JobInsights, Pay, first_figure, load_job_insights
from shared.known_title import known_title
from shared.model_store import Loaded, ModelStore
from shared.states import NATION, find_state

ALL = "all"

store = ModelStore.from_environment("job_insights", load_job_insights, first_figure)


def get_salaries(request: flask.Request, title: str) -> web.Answer:
    """What a title pays: in the nation, in a state, or in all of them."""
    state = _state(request)
    limit = web.limit(request, default=None)
    loaded, known = _known(title)
    everywhere = loaded.model.pay(known)
    pay = [each for each in everywhere if _is_in(each, state)]
    if not pay:
        raise _no_pay(loaded.model, known, state if everywhere else None)
    occupation = loaded.model.occupation(known)
    body = {
        "results": [
            {"state": each.state, "seniority": each.seniority, **each.figures,
             "source": each.source}
            for each in pay[:limit]
        ],
        "occupation": occupation and asdict(occupation),
    }  # fmt: skip
    return web.kept_answer(body, loaded.version)


def get_paths(request: flask.Request, title: str) -> web.Answer:
    """Where people go from a title, as a tree."""
    depth = web.whole_number(
        request, "depth", limits.PATHS_DEPTH_DEFAULT, least=1, most=limits.PATHS_DEPTH
    )
    breadth = web.whole_number(
        request, "breadth", limits.PATHS_BREADTH_DEFAULT, least=1, most=limits.PATHS_BREADTH
    )
    limit = web.limit(request, default=None)
    loaded, known = _known(title)
    children = loaded.model.tree(known, depth, breadth)[:limit]
    if not children:
        raise _no_data(
            f"No way on from {known!r} is known: nobody was seen to take a next job, and no other "
            "title's work is alike."
        )
    basis, _ = loaded.model.graph(known)
    body = {"results": {"name": known, "children": children}, "basis": basis}
    return web.kept_answer(body, loaded.version)


def get_education(request: flask.Request, title: str) -> web.Answer:
    """The education of a title's people, or of those of one seniority."""
    seniority = request.args.get("seniority")
    if seniority is not None and seniority not in SENIORITIES:
        raise invalid(f"seniority: one of {', '.join(filter(None, SENIORITIES))}, please.")
    limit = web.limit(request, default=None)
    loaded, known = _known(title)
    basis, education = loaded.model.education(known, seniority)
    if not education:
        raise _no_data(
            f"No education of {known!r} is known"
            + (f" at the level {seniority!r}" if seniority else "")
            + ": the data that the models were made from tell of none, or of too little."
        )
    body = {"results": [asdict(each) for each in education[:limit]], "basis": basis}
    return web.kept_answer(body, loaded.version)


def _known(title: str) -> tuple[Loaded[JobInsights], str]:
    """The model, and the title of it that a caller means; a 404 where there is none."""
    web.check_text(title, "title", limits.TITLE_CHARACTERS)
    loaded = store.get()
    return loaded, known_title(loaded.model.index, title)


def _state(request: flask.Request) -> str | None:
    """A state's name, `ALL`, or None where the nation is meant."""
    written = request.args.get("state")
    if written is None or written == ALL:
        return written
    state = find_state(written)
    if state is None:
        raise invalid(
            "state: a state of the United States by its name or two letters, or all, please."
        )
    return state


def _is_in(pay: Pay, state: str | None) -> bool:
    if state is None:
        return pay.state in (NATION, None)
    return pay.state == state or (state == ALL and pay.state not in (NATION, None))


def _no_pay(model: JobInsights, title: str, state: str | None) -> RequestError:
    """What is missing; `state` is None where nothing is known anywhere."""
    occupation = model.occupation(title)
    where = "" if state is None else " in any state" if state == ALL else f" in {state}"
    if occupation:
        return _no_data(
            f"No annual wages of {title!r} are known{where}: there are no official ones of "
            f"{occupation.name!r}, which counts this work, and too few people or postings with "
            "salaries in the data."
        )
    if where:
        return _no_data(f"No wages of {title!r} are known{where}, but some elsewhere.")
    return _no_data(
        f"No wages of {title!r} are known: no occupation of the official statistics counts this "
        "work, and there are too few people or postings with salaries in the data."
    )


def _no_data(message: str) -> RequestError:
    return RequestError(404, "no_data", message)


service = web.Service(
    ("GET /model/salaries/<path:title>", get_salaries),
    ("GET /model/paths/<path:title>", get_paths),
    ("GET /model/education/<path:title>", get_education),
    ("GET /salaries/<path:title>", get_salaries),
    ("GET /paths/<path:title>", get_paths),
    ("GET /education/<path:title>", get_education),
)


@functions_framework.http
def job_insights(request: flask.Request) -> flask.Response:
    """The entry point."""
    return service(request)
