"""HTTP for all functions: which handler a path has, JSON in and out, errors, CORS, request ids.

A request's way is `Service.__call__`, top to bottom. Handlers are plain functions that take the
request and the parts of its path, and return an `Answer` or raise.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

import flask
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, PathConverter, Rule

from shared import body, limits, logs, malformed, server
from shared.errors import ModelsUnavailable, RequestError, invalid
from shared.headers import SECURITY_HEADERS

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

RETRY_AFTER_SECONDS = 5
KEPT_SECONDS = 300
PREFLIGHT_SECONDS = 3600
REQUEST_ID_HEADER = "X-Request-Id"
MODEL_VERSION_HEADER = "X-Model-Version"
TREES = ("model", "skills", "titles", "salaries", "paths", "education")
"""What the paths of all functions begin with. Below these nothing is a title by itself."""

Default = TypeVar("Default", int, None)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_WHOLE_NUMBER = re.compile(r"[0-9]{1,100}", re.ASCII)
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"}
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Answer:
    """What a handler answers: the JSON body, as an object or already encoded, and headers.

    Without a body, `b""`, there is no media type either.
    """

    body: Mapping[str, object] | bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


def kept_answer(body: Mapping[str, object], version: str) -> Answer:
    """An answer that models of that version give to everybody, and that anybody may keep."""
    headers = {
        MODEL_VERSION_HEADER: version,
        "Cache-Control": f"public, max-age={KEPT_SECONDS}",
    }
    return Answer(body, headers)


Handler = Callable[..., Answer]
"""Called as `handler(request, **parts_of_the_path)`."""


class _Path(PathConverter):
    """The rest of a path, with what werkzeug's own one stops at: line feeds, a slash at first."""

    regex = "(?s:.+?)"
    part_isolating = False


class Service:
    """One function's routes as the callable that functions-framework wants.

    `routes` are pairs of (`"METHOD /path/<path:part>"`, handler). A request has the methods of the
    path that fits best, and no others, even where a wider path has more. `headers` are what pages
    of other origins may send beside what every function takes.
    """

    def __init__(self, *routes: tuple[str, Handler], headers: Sequence[str] = ()) -> None:
        self.routes = routes
        self._headers = ", ".join(["Content-Type", REQUEST_ID_HEADER, *headers])
        self._handlers: dict[str, dict[str, Handler]] = {}
        for route, handler in routes:
            method, path = route.split(" ", 1)
            self._handlers.setdefault(path, {})[method] = handler
        rules = [Rule(path, endpoint=path) for path in self._handlers]
        converters = {"path": _Path}
        urls = Map(rules, converters=converters, strict_slashes=False, merge_slashes=False)
        self._urls = urls.bind("")
        malformed.answer_in_json()
        server.open_no_control_socket()
        server.end_reading_in_time()
        if flask.has_app_context():
            self._take_over(flask.current_app)

    def _take_over(self, app: flask.Flask) -> None:
        """Requests come straight here.

        The framework's own way to its one function would cost each as much as ours, and it would
        answer some by itself (/robots.txt, //).
        """
        app.wsgi_app = self._wsgi_app  # type: ignore[method-assign]

    def _wsgi_app(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        answer = self._answer(flask.Request(environ))
        status = f"{answer.status} {HTTPStatus(answer.status).phrase}"
        start_response(status, list(answer.headers.items()))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def __call__(self, request: flask.Request) -> flask.Response:
        """Answers a request where the framework has it come to its function; never raises."""
        answer = self._answer(request)
        return _Response(answer.body, answer.status, answer.headers)

    def _answer(self, request: flask.Request) -> "_Whole":
        started = time.perf_counter()
        request_id = _request_id(request)
        route = "none"
        fields: dict[str, object] = {}
        try:
            if request.method == "OPTIONS":
                answer = self._preflight(request)
            else:
                handler, parts, route = self._match(request)
                answer = handler(request, **parts)
            whole = _whole(request, answer, request_id)
        except RequestError as error:
            whole = _whole(request, _refusal(error), request_id)
        except ModelsUnavailable as error:
            fields = {"error": str(error), "type": type(error).__name__}
            whole = _whole(request, _refusal(_unavailable()), request_id)
        except Exception as error:
            fields = {"type": type(error).__name__, "where": logs.where(error)}
            whole = _whole(request, _refusal(_failed()), request_id)
        body.drain(request)
        _log(request, whole.status, route, request_id, started, fields)
        return whole

    def _match(self, request: flask.Request) -> tuple[Handler, dict[str, str], str]:
        handlers, parts, path = self._find(request)
        handler = handlers.get("GET" if request.method == "HEAD" else request.method)
        if handler is None:
            allowed = _allowed(handlers)
            raise RequestError(
                405,
                "method_not_allowed",
                f"Allowed here: {', '.join(allowed)}.",
                headers={"Allow": ", ".join(allowed)},
            )
        return handler, parts, path

    def _find(self, request: flask.Request) -> tuple[dict[str, Handler], dict[str, str], str]:
        """The handlers of the request's path, by method; the path's parts; the path as routed."""
        try:
            rule, parts = self._urls.match(request.path, return_rule=True)
        except NotFound:
            raise _unknown_path() from None
        if rule.rule.startswith("/<") and _is_below_a_tree(request.path):
            raise _unknown_path()
        return self._handlers[rule.rule], dict(parts), rule.rule

    def _preflight(self, request: flask.Request) -> Answer:
        methods = ", ".join(_allowed(self._find(request)[0]))
        headers = {
            "Allow": methods,
            "Access-Control-Allow-Methods": methods,
            "Access-Control-Allow-Headers": self._headers,
            "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
        }
        return Answer(b"", headers, 204)


def read_json(request: flask.Request) -> object:
    """The request's body as JSON.

    Raises `RequestError`: 415 not JSON's media type, 413 too large, 408 too slow, 400 not strict
    JSON (RFC 8259: UTF-8, no NaN, names unique in their object).
    """
    _check_media_type(request)
    encoded = body.read(request)
    try:
        value = json.loads(
            encoded.decode("utf-8"),
            object_pairs_hook=_unique_names,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError):
        raise RequestError(400, "invalid_json", "The body is not valid JSON in UTF-8.") from None
    _check_nesting(value, limits.NESTING)
    return value


def limit(request: flask.Request, default: Default, most: int | None = None) -> int | Default:
    """The query parameter `limit`: a whole number from 1 to `most`, else a 400."""
    return whole_number(request, "limit", default, least=1, most=most)


def whole_number(
    request: flask.Request, name: str, default: Default, *, least: int, most: int | None = None
) -> int | Default:
    """A query parameter that is a whole number from `least` to `most`, else a 400."""
    text = request.args.get(name)
    if text is None:
        return default
    number = int(text) if _WHOLE_NUMBER.fullmatch(text) else -1
    if number < least or (most is not None and number > most):
        upper = f" to {most}" if most is not None else ""
        raise invalid(f"{name}: a whole number from {least}{upper}, please.")
    return number


def flag(request: flask.Request, name: str) -> bool:
    """A query parameter that is 1 or 0 (the default), else a 400."""
    text = request.args.get(name, "0")
    if text not in ("0", "1"):
        raise invalid(f"{name}: 0 or 1, please.")
    return text == "1"


def check_text(text: str, name: str, most: int | None = None) -> str:
    """`text` itself, or a 400 that names the field where it is too long or no valid Unicode."""
    if most is not None and len(text) > most:
        raise invalid(f"{name}: at most {most} characters, please.")
    if _SURROGATE.search(text):
        raise invalid(f"{name}: has half of a surrogate pair, which is no character.")
    return text


def _is_below_a_tree(path: str) -> bool:
    tree, _, below = path[1:].partition("/")
    return bool(below) and tree in TREES


def _request_id(request: flask.Request) -> str:
    sent = request.environ.get("HTTP_X_REQUEST_ID", "")
    return sent if _REQUEST_ID.fullmatch(sent) else os.urandom(16).hex()


def _check_media_type(request: flask.Request) -> None:
    if not request.is_json:
        raise RequestError(415, "unsupported_media_type", "Send Content-Type: application/json.")
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise RequestError(415, "unsupported_media_type", "Send application/json in UTF-8.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise RequestError(415, "unsupported_media_type", "Send the body without compression.")


def _unique_names(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return value


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _check_nesting(value: object, left: int) -> None:
    if not isinstance(value, (dict, list)):
        return
    if left == 0:
        raise invalid(f"The body is nested deeper than {limits.NESTING} levels.")
    for item in value.values() if isinstance(value, dict) else value:
        _check_nesting(item, left - 1)


@dataclass(frozen=True)
class _Whole:
    """An answer as it is sent."""

    body: bytes
    headers: dict[str, str]
    status: int


def _whole(request: flask.Request, answer: Answer, request_id: str) -> _Whole:
    """The answer with the headers that every one has."""
    content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
    headers = {
        **(_described(content) if content else {}),
        **SECURITY_HEADERS,
        "Cache-Control": "no-store",
        **answer.headers,
        REQUEST_ID_HEADER: request_id,
        "Vary": "Origin",
        **_origin_headers(request),
    }
    return _Whole(content, headers, answer.status)


def _described(content: bytes) -> dict[str, str]:
    return {"Content-Type": "application/json", "Content-Length": str(len(content))}


class _Response(flask.Response):
    """Of no media type but the one in its headers."""

    default_mimetype = None


def _refusal(error: RequestError) -> Answer:
    content = {
        "error": {"code": error.code, "message": error.message, **error.details},
        "results": [],
    }
    return Answer(content, error.headers, error.status)


def _failed() -> RequestError:
    return RequestError(500, "internal", "Something failed here. The logs know more.")


def _unknown_path() -> RequestError:
    return RequestError(404, "unknown_path", "There is nothing at this path.")


def _unavailable() -> RequestError:
    return RequestError(
        503,
        "models_unavailable",
        "The models cannot be had right now. Try again in a moment.",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def _allowed(handlers: Iterable[str]) -> list[str]:
    """The methods that a path answers which has handlers for these."""
    head = {"HEAD"} if "GET" in handlers else set()
    return sorted({"OPTIONS", *head, *handlers})


def _origin_headers(request: flask.Request) -> dict[str, str]:
    """What lets the pages of an allowed origin read the answer."""
    allowed = os.environ.get("CORS_ORIGINS", "").split()
    origin = request.environ.get("HTTP_ORIGIN")
    if "*" in allowed:
        origin = "*"
    elif not origin or origin not in allowed:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": (
            f"{REQUEST_ID_HEADER}, {MODEL_VERSION_HEADER}, Retry-After"
        ),
    }


def _log(
    request: flask.Request,
    status: int,
    route: str,
    request_id: str,
    started: float,
    fields: dict[str, object],
) -> None:
    severity = "INFO" if status < 500 else "WARNING" if status == 503 else "ERROR"
    sent = request.environ
    trace = logs.trace_field(sent.get("HTTP_TRACEPARENT"))
    trace = trace or logs.trace_field(sent.get("HTTP_X_CLOUD_TRACE_CONTEXT"))
    logs.write(
        severity,
        f"{status} {route}",
        httpRequest={
            # A made-up method may be anything.
            "requestMethod": request.method if request.method in _METHODS else "?",
            "status": status,
            "latency": f"{time.perf_counter() - started:.6f}s",
        },
        request_id=request_id,
        **trace,
        **fields,
    )
