"""A Backlog.md folder in a directory of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from techmap_sync.adapters.backlog import BacklogTracker, connect
from techmap_sync.adapters.connection import Connection
from tests.trackers.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the folder is, once something was written."""
    return tmp_path / "project" / "backlog"


@pytest.fixture
def backlog(folder: Path, clock: Clock) -> BacklogTracker:
    return connect(Connection(str(folder), clock, timeout=0.2))
