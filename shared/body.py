"""A request's body, read in bounded time and memory, whatever the caller says and sends."""

import io
import threading
import time
from contextlib import AbstractContextManager

import flask

from shared import deadline, limits
from shared.errors import RequestError

_PIECE_BYTES = 1 << 16


def read(request: flask.Request) -> bytes:
    """The whole body.

    Raises `RequestError`: 413 too large, 408 not here in time, 400 not framed as it says.
    """
    if (request.content_length or 0) > limits.BODY_BYTES:
        raise _too_large()
    with _in_time(request) as late:
        try:
            body = request.stream.read(limits.BODY_BYTES + 1)
        except Exception:
            # Each server has its own errors for a bad chunk or an end that comes too early.
            raise _too_slow() if late.is_set() else _not_whole() from None
    if late.is_set():
        raise _too_slow()
    if len(body) < (request.content_length or 0):
        raise _not_whole()
    if len(body) > limits.BODY_BYTES:
        raise _too_large()
    return body


def drain(request: flask.Request) -> None:
    """Reads and forgets what is left, without which the caller may not see the answer.

    The framework would do that with all of it in memory, for as long as the caller likes; and
    where the body is not framed as it says, it would answer with a fault and log the bytes.
    """
    if not _has_body(request):
        return
    until = time.monotonic() + limits.BODY_SECONDS
    with _in_time(request):
        try:
            while request.stream.read(_PIECE_BYTES) and time.monotonic() < until:
                pass
        except Exception:  # noqa: S110 - as in `read`, and nobody waits for these bytes
            pass
    request.stream = io.BytesIO()


def _in_time(request: flask.Request) -> AbstractContextManager[threading.Event]:
    return deadline.reading(request.environ.get("gunicorn.socket"))


def _has_body(request: flask.Request) -> bool:
    return bool(request.content_length) or "Transfer-Encoding" in request.headers


def _too_large() -> RequestError:
    return RequestError(413, "too_large", f"At most {limits.BODY_BYTES} bytes, please.")


def _not_whole() -> RequestError:
    return RequestError(400, "invalid_json", "The body did not arrive whole.")


def _too_slow() -> RequestError:
    message = f"The body did not arrive within {limits.BODY_SECONDS} seconds."
    return RequestError(408, "too_slow", message)
