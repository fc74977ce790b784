"""The tree of errors: one base, so that a caller can catch all of ours and nothing else."""


class CareerClimberError(Exception):
    """Base of every error this project raises on purpose."""


class ModelsUnavailable(CareerClimberError):
    """The models cannot be had now: storage out of reach, damaged file, wrong version.

    The message is for the operator's log and is never shown to a caller.
    """


class RequestError(CareerClimberError):
    """A request that is answered with an error.

    `status` is the HTTP status, `code` the stable name a client may test for, `message` a
    sentence for people. `details` joins `code` and `message` in the body's `error`; `headers`
    join the answer's.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details or {}
        self.headers = headers or {}


def invalid(message: str) -> RequestError:
    """A 400 for a body or parameter of the wrong shape; `message` names the field."""
    return RequestError(400, "invalid_request", message)
