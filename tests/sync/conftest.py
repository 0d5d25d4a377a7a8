"""What many tests of the sync core start from."""

from __future__ import annotations

import pytest

from tests.fakes.memory import MemoryTracker
from tests.sync.build import THREE
from tests.sync.drive import push


@pytest.fixture
def tracker() -> MemoryTracker:
    """A tracker to which a map of three tasks was pushed."""
    tracker = MemoryTracker()
    push(tracker, THREE)
    tracker.requests.clear()
    return tracker
