"""A request's body, read in bounded time and memory, whatever the caller says and sends."""

import io
import time

import flask

from shared import deadline, limits
from shared.errors import RequestError

_PIECE_BYTES = 1 << 16
_NOTHING = io.BytesIO()
"""What is left of a body that was read."""


def read(request: flask.Request) -> bytes:
    """The whole body.

    Raises `RequestError`: 413 too large, 408 not here in time, 400 not framed as it says.
    """
    length = request.content_length or 0
    if length > limits.BODY_BYTES:
        raise _too_large()
    with deadline.reading() as until:
        try:
            body = request.stream.read(limits.BODY_BYTES + 1)
            whole = len(body) >= length
        except Exception:
            # Each server has its own errors for a bad chunk or an end that comes too early.
            whole = False
    if not whole:
        raise _too_slow() if time.monotonic() >= until else _not_whole()
    if len(body) > limits.BODY_BYTES:
        raise _too_large()
    request.stream = _NOTHING
    return body


def drain(request: flask.Request) -> None:
    """Reads and forgets what is left, without which the caller may not see the answer.

    The framework would do that with all of it in memory, for as long as the caller likes; and
    where the body is not framed as it says, it would answer with a fault and log the bytes.
    """
    if not _has_body(request) or request.stream is _NOTHING:
        return
    with deadline.reading() as until:
        try:
            while request.stream.read(_PIECE_BYTES) and time.monotonic() < until:
                pass
        except Exception:  # noqa: S110 - as in `read`, and nobody waits for these bytes
            pass
    request.stream = _NOTHING


def _has_body(request: flask.Request) -> bool:
    return bool(request.content_length) or "Transfer-Encoding" in request.headers


def _too_large() -> RequestError:
    return RequestError(413, "too_large", f"At most {limits.BODY_BYTES} bytes, please.")


def _not_whole() -> RequestError:
    return RequestError(400, "invalid_json", "The body did not arrive whole.")


def _too_slow() -> RequestError:
    message = f"The body did not arrive within {limits.BODY_SECONDS} seconds."
    return RequestError(408, "too_slow", message)
