"""What functions-framework has no settings for, of gunicorn, the server that it starts."""

import gunicorn.config
from gunicorn.http.message import Request
from gunicorn.http.parser import Parser

from shared import deadline

_read_head = Parser.__next__


def open_no_control_socket() -> None:
    """Lets gunicorn, in this process, begin without the socket that `gunicornc` talks to.

    Nobody uses it in an instance. It would be one more way in, take a thread and asyncio's import,
    and complain where several functions start in one home directory at once, as by `make run`.
    """
    gunicorn.config.ControlSocketDisable.default = True


def end_heads_that_do_not_come() -> None:
    """Lets gunicorn, in this process, wait for a request's head as long as for its body.

    It would wait for ever: as many callers as there are threads, who send half a head each, would
    keep all others out. They get no answer, for they have asked nothing.
    """
    Parser.__next__ = _read_head_in_time


def _read_head_in_time(parser: Parser) -> Request:
    with deadline.reading(parser.unreader.sock):
        return _read_head(parser)
