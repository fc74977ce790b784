"""What is no HTTP is answered in JSON, too.

gunicorn answers that before any code of ours runs: with a page of HTML that quotes what was sent.
It has no setting for the page, and functions-framework takes none for gunicorn, so that the
function that sends it is replaced, before the first connection.
"""

import json
import socket
from http import HTTPStatus

import gunicorn.util

from shared.headers import SECURITY_HEADERS

_BAD_REQUEST = {"code": "bad_request", "message": "This is no HTTP request that can be answered."}
_INTERNAL = {"code": "internal", "message": "Something failed here. The logs know more."}


def answer_in_json() -> None:
    """Lets gunicorn, in this process, answer what it cannot read with an error as ours are."""
    gunicorn.util.write_error = _write_error


def _write_error(connection: socket.socket, status: int, _reason: str, message: str) -> None:
    """Stands in for gunicorn's own; `message` quotes what was sent, and is left out.

    For the server's own faults it is empty. A 500 with a message is a request that gunicorn could
    not understand: the caller gets a 400.
    """
    fault = status == 500 and not message
    status = 400 if status == 500 and message else status
    error = _INTERNAL if fault else _BAD_REQUEST
    body = json.dumps({"error": error, "results": []}).encode()
    headers = {
        **SECURITY_HEADERS,
        "Cache-Control": "no-store",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([*lines, "", ""])
    gunicorn.util.write_nonblock(connection, head.encode("ascii") + body)
