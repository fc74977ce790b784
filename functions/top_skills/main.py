"""`GET /model/skills/<title>`: a title's skills; `GET /model/titles`: the titles there are."""

from collections.abc import Sequence

import flask
import functions_framework

from shared import limits, web
from shared.errors import RequestError, invalid
from shared.known_title import known_title
from shared.model_store import Loaded, ModelStore
from shared.top_skills import Skill, TopSkills, first_skill, load_top_skills, read_era

store = ModelStore.from_environment("top_skills", load_top_skills, first_skill)


def get_skills(request: flask.Request, title: str) -> web.Answer:
    """The skills of the title in the path; with `era`, those of five years."""
    era = _era(request)
    limit = web.limit(request, limits.SKILLS_DEFAULT, most=limits.SKILLS_MOST)
    details = web.flag(request, "details")
    web.check_text(title, "title", limits.TITLE_CHARACTERS)
    loaded = store.get()
    known = known_title(loaded.model.index, title)
    eras = loaded.model.eras_of(known)
    if era and era not in eras:
        raise _unknown_era(eras)
    skills = loaded.model.skills(known, limit or limits.SKILLS_DEFAULT, era)
    if details:
        return _answer(loaded, [_detailed(skill) for skill in skills], eras=eras)
    return _answer(loaded, [skill.phrase for skill in skills])


def get_skills_of_parameter(request: flask.Request) -> web.Answer:
    """The skills of the title in the query parameter `title`."""
    title = request.args.get("title")
    if not title:
        raise invalid("title: name one in the path or as a parameter.")
    return get_skills(request, title)


def get_titles(request: flask.Request) -> web.Answer:
    """The titles there are, or those that `q` may be the beginning of."""
    typed = web.check_text(request.args.get("q", ""), "q", limits.TITLE_CHARACTERS)
    limit = web.limit(request, default=None)
    offset = web.whole_number(request, "offset", 0, least=0) or 0
    loaded = store.get()
    titles = loaded.model.index.complete(typed)
    return _answer(loaded, titles[offset:][:limit])


def _era(request: flask.Request) -> str | None:
    written = request.args.get("era")
    if written is None:
        return None
    era = read_era(written)
    if era is None:
        raise invalid("era: a year such as 2012, or five years such as 2010-2014, please.")
    return era


def _detailed(skill: Skill) -> dict[str, object]:
    known = skill.known
    named = known and {"name": known.name, "taxonomy": known.taxonomy, "id": known.id}
    return {
        "phrase": skill.phrase,
        "score": skill.score,
        "kind": known.kind if known else "phrase",
        "skill": named,
    }


def _answer(
    loaded: Loaded[TopSkills], results: Sequence[object], **more: Sequence[object]
) -> web.Answer:
    return web.kept_answer({"results": results, **more}, loaded.version)


def _unknown_era(eras: list[str]) -> RequestError:
    there = f"there are {', '.join(eras)}" if eras else "there are none, for want of dated texts"
    message = f"Skills of that era are not known; of this title's eras {there}."
    return RequestError(404, "unknown_era", message, details={"eras": eras})


service = web.Service(
    ("GET /model/skills/<path:title>", get_skills),
    ("GET /model/titles", get_titles),
    ("GET /skills/<path:title>", get_skills),
    ("GET /titles", get_titles),
    ("GET /", get_skills_of_parameter),
    ("GET /<path:title>", get_skills),
)


@functions_framework.http
def top_skills(request: flask.Request) -> flask.Response:
    """The entry point."""
    return service(request)
