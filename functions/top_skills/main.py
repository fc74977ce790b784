"""`GET /model/skills/<title>`: a title's skills; `GET /model/titles`: the titles there are.

`POST /model/skills/<title>`: which of its skills an experience shows, and which it lacks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import flask
import functions_framework

from shared import experience, limits, web
from shared.errors import RequestError, invalid
from shared.known_title import known_title
from shared.model_store import Loaded, ModelStore
from shared.skill_gap import Evidence
from shared.top_skills import Skill, TopSkills, first_skill, load_top_skills, read_era

store = ModelStore.from_environment("top_skills", load_top_skills, first_skill)


@dataclass(frozen=True)
class _Asked:
    """What a request asks for: a title's strongest skills, of all its texts or of an era's."""

    title: str
    era: str | None
    limit: int
    details: bool


def get_skills(request: flask.Request, title: str) -> web.Answer:
    """The skills of the title in the path; with `era`, those of five years."""
    asked = _asked(request, title)
    loaded = store.get()
    known, eras = _find(loaded.model, asked)
    skills = loaded.model.skills(known, asked.limit, asked.era)
    if asked.details:
        return _answer(loaded, [_detailed(skill) for skill in skills], eras=eras)
    return _answer(loaded, [skill.phrase for skill in skills])


def get_skills_of_parameter(request: flask.Request) -> web.Answer:
    """The skills of the title in the query parameter `title`."""
    return get_skills(request, _title_parameter(request))


def post_experience(request: flask.Request, title: str) -> web.Answer:
    """The skills of the title in the path, each with the words of the experience that show it."""
    asked = _asked(request, title)
    person = experience.parse(web.read_json(request))
    loaded = store.get()
    known, eras = _find(loaded.model, asked)
    texts = (f"{job.title}\n{job.description}" for job in person)
    evidence = Evidence(texts, loaded.model.ordinary)
    if not evidence.has_words:
        raise experience.nothing_usable()
    skills = loaded.model.skills(known, asked.limit, asked.era)
    results = []
    for skill, names in zip(
        skills, loaded.model.names_of(known, asked.limit, asked.era), strict=True
    ):
        shown_by = evidence.shows(names)
        shown = {"shown": shown_by is not None, "shown_by": shown_by}
        told = _detailed(skill) if asked.details else {"phrase": skill.phrase}
        results.append({**told, **shown})
    body = {"results": results, **({"eras": eras} if asked.details else {})}
    return web.Answer(body, {web.MODEL_VERSION_HEADER: loaded.version})


def post_experience_of_parameter(request: flask.Request) -> web.Answer:
    """As `post_experience`, of the title in the query parameter `title`."""
    return post_experience(request, _title_parameter(request))


def get_titles(request: flask.Request) -> web.Answer:
    """The titles there are, or those that `q` may be the beginning of."""
    typed = web.check_text(request.args.get("q", ""), "q", limits.TITLE_CHARACTERS)
    limit = web.limit(request, default=None)
    offset = web.whole_number(request, "offset", 0, least=0)
    loaded = store.get()
    titles = loaded.model.index.complete(typed)
    return _answer(loaded, titles[offset:][:limit])


def _title_parameter(request: flask.Request) -> str:
    title = request.args.get("title")
    if not title:
        raise invalid("title: name one in the path or as a parameter.")
    return title


def _asked(request: flask.Request, title: str) -> _Asked:
    era = _era(request)
    limit = web.limit(request, limits.SKILLS_DEFAULT, most=limits.SKILLS_MOST)
    details = web.flag(request, "details")
    web.check_text(title, "title", limits.TITLE_CHARACTERS)
    return _Asked(title, era, limit, details)


def _find(model: TopSkills, asked: _Asked) -> tuple[str, list[str]]:
    """The title that is meant, and its eras, of which the one that is asked for is one."""
    known = known_title(model.index, asked.title)
    eras = model.eras_of(known)
    if asked.era and asked.era not in eras:
        raise _unknown_era(eras)
    return known, eras


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
    ("POST /model/skills/<path:title>", post_experience),
    ("POST /skills/<path:title>", post_experience),
    ("POST /", post_experience_of_parameter),
    ("POST /<path:title>", post_experience),
)


@functions_framework.http
def top_skills(request: flask.Request) -> flask.Response:
    """The entry point."""
    return service(request)
