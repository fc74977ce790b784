"""`POST /model/submissions`: experience kept for training, with consent; `DELETE` takes it back."""

import os
import re
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import flask
import functions_framework

from shared import deadline, experience, logs, submission, text, web
from shared.errors import RequestError, invalid
from shared.experience import Experience
from shared.storage import Changed, Storage, StorageError, open_storage

KEY_HEADER = "Idempotency-Key"
KEY = re.compile(r"[A-Za-z0-9._~-]{22,128}", re.ASCII)
KEEP_SECONDS = 15
"""How long a caller waits at most for the bucket, however slowly it answers."""
RECEIPT = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)

uri = os.environ.get("SUBMISSIONS_URI", "")
store: Storage | None = open_storage(uri) if uri else None
"""There is no place by default: it would be lost with the instance."""
os.umask(0o077)  # Where it is a directory, no other user of the machine reads what is kept.


def post_submission(request: flask.Request) -> web.Answer:
    """Keeps what a person has done, without what says who it is, and answers a receipt.

    The object is made only where there is none. So a POST that is sent again under its key, by
    the caller or by the storage's client, keeps nothing twice and gets the same receipt.
    """
    sent_key = _key(request)
    body = web.read_json(request)
    person = experience.parse(body)
    if not isinstance(body, Mapping) or body.get("consent") is not True:
        raise _no_consent()
    jobs = [_kept(job) for job in person]
    if not any(text.terms(f"{job.title} {job.description}") for job in jobs):
        raise experience.nothing_usable()
    key = sent_key or secrets.token_urlsafe(32)
    receipt = submission.receipt_of(key, body)
    content = submission.encode(jobs, datetime.now(UTC).date().isoformat())
    try:
        with deadline.ending_at(time.monotonic() + KEEP_SECONDS):
            _store().write(submission.name_of(receipt), content, generation=0)
    except Changed:
        pass  # It is there already, from an earlier try.
    except StorageError as error:
        raise _unavailable(error, idempotency_key=key) from error
    return web.Answer({"results": [{"receipt": receipt}]}, status=201)


def delete_submission(_request: flask.Request, receipt: str) -> web.Answer:
    """Takes away what a receipt stands for."""
    if not RECEIPT.fullmatch(receipt):
        raise _unknown_receipt()
    try:
        with deadline.ending_at(time.monotonic() + KEEP_SECONDS):
            was_there = _store().delete(submission.name_of(receipt))
    except StorageError as error:
        raise _unavailable(error) from error
    if not was_there:
        raise _unknown_receipt()
    return web.Answer(b"", status=204)


def _key(request: flask.Request) -> str | None:
    """What the caller names this submission by, so that it may be sent again."""
    key = request.headers.get(KEY_HEADER)
    if key is None:
        return None
    key = key.strip().removeprefix('"').removesuffix('"')
    if not KEY.fullmatch(key):
        raise invalid(f"{KEY_HEADER}: 22 to 128 random letters and digits, such as a UUID, please.")
    return key


def _kept(job: Experience) -> submission.Job:
    from shared import redaction  # Taking back needs none of it.

    return submission.Job(
        description=redaction.redact(job.description).text,
        title=redaction.redact(job.title).text,
        start=text.year_in(job.start),
        end=text.year_in(job.end),
    )


def _store() -> Storage:
    if store is None:
        raise StorageError("SUBMISSIONS_URI names no place to keep submissions in")
    return store


def _no_consent() -> RequestError:
    return RequestError(
        400,
        "no_consent",
        "consent: must be true, as the person has agreed. Nothing was kept.",
    )


def _unknown_receipt() -> RequestError:
    return RequestError(404, "unknown_receipt", "Nothing is kept under this receipt.")


def _unavailable(error: StorageError, **details: object) -> RequestError:
    """A 503; where something was sent, with the key to send it again under.

    It may be kept all the same, if only the answer was lost. Under the same key it is kept once.
    """
    logs.write("WARNING", "submissions cannot be kept or deleted", error=str(error))
    return RequestError(
        503,
        "submissions_unavailable",
        "Submissions cannot be kept or deleted right now. Try again in a moment.",
        details=details,
        headers={"Retry-After": str(web.RETRY_AFTER_SECONDS)},
    )


service = web.Service(
    ("POST /model/submissions", post_submission),
    ("POST /", post_submission),
    ("DELETE /model/submissions/<path:receipt>", delete_submission),
    ("DELETE /<receipt>", delete_submission),
    headers=(KEY_HEADER,),
)


@functions_framework.http
def submissions(request: flask.Request) -> flask.Response:
    """The entry point."""
    return service(request)
