"""Settings of gunicorn, the server that functions-framework starts and passes no settings to."""

import gunicorn.config


def open_no_control_socket() -> None:
    """Lets gunicorn, in this process, begin without the socket that `gunicornc` talks to.

    Nobody uses it in an instance. It would be one more way in, take a thread and asyncio's import,
    and complain where several functions start in one home directory at once, as by `make run`.
    """
    gunicorn.config.ControlSocketDisable.default = True
