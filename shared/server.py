"""What functions-framework has no settings for, of gunicorn, the server that it starts."""

import gunicorn.config
from gunicorn.http.message import Request
from gunicorn.http.parser import Parser
from gunicorn.http.unreader import SocketUnreader

from shared import deadline

_read_head = Parser.__next__


def open_no_control_socket() -> None:
    """Lets gunicorn, in this process, begin without the socket that `gunicornc` talks to.

    Nobody uses it in an instance. It would be one more way in, take a thread and asyncio's import,
    and complain where several functions start in one home directory at once, as by `make run`.
    """
    gunicorn.config.ControlSocketDisable.default = True


def end_reading_in_time() -> None:
    """Makes gunicorn, in this process, stop reading a request's head or body when `deadline` says.

    By itself it waits for ever: as many callers as there are threads, who send half a head each,
    would keep all others out. They get no answer, for they have asked nothing.
    """
    Parser.__next__ = _read_head_in_time
    SocketUnreader.chunk = _receive_in_time


def _read_head_in_time(parser: Parser) -> Request:
    with deadline.reading():
        return _read_head(parser)


def _receive_in_time(unreader: SocketUnreader, size_hint: int | None = None) -> bytes:
    """In place of gunicorn's own, with its bounds on how much is received at a time."""
    most = max(unreader.mxchunk, min(size_hint or 0, unreader.max_body_chunk))
    return deadline.receive(unreader.sock, most)
