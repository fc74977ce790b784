"""Waiting for what comes by itself, and not for ever."""

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], object], seconds: float) -> None:
    """Returns once the condition holds; fails where it does not within so many seconds."""
    latest = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < latest, "it never came to be"
        time.sleep(0.01)
