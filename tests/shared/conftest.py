"""What tests of the store share."""

import time
from types import SimpleNamespace

import pytest

from shared import model_store


@pytest.fixture
def clock(monkeypatch):
    """The store's clock stands until it is moved on; gives the function that does that."""
    now = [1000.0]
    stood = SimpleNamespace(monotonic=lambda: now[0], perf_counter=time.perf_counter)
    monkeypatch.setattr(model_store, "time", stood)
    return lambda seconds: now.__setitem__(0, now[0] + seconds)
