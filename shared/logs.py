"""Logs as Cloud Logging reads them: one JSON object a line on standard output.

No field ever carries what a user sent: callers pass routes, not paths, and types, not messages
of unexpected errors. Field names: https://cloud.google.com/logging/docs/structured-logging
"""

import json
import os
import re
import sys
import traceback

_TRACE = re.compile(r"(?:00-)?([0-9a-f]{32})(?:[-/;].*)?", re.ASCII)


def write(severity: str, message: str, **fields: object) -> None:
    """Writes one line; `severity` is one of Cloud Logging's names, such as ERROR."""
    line = json.dumps({"severity": severity, "message": message, **fields})
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def trace_field(header: str | None) -> dict[str, object]:
    """The field by which Cloud Logging joins lines of one request, from either trace header.

    `header` is the value of `traceparent` or `X-Cloud-Trace-Context`.
    """
    match = header and _TRACE.fullmatch(header)
    if not match:
        return {}
    project = os.environ.get("GOOGLE_CLOUD_PROJECT", "")
    trace = f"projects/{project}/traces/{match[1]}" if project else match[1]
    return {"logging.googleapis.com/trace": trace}


def where(error: BaseException) -> list[str]:
    """The frames an error came through, without its message, which may quote a user's text."""
    return [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
