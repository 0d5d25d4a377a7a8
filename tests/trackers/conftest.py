"""A Backlog.md folder in a directory of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from techmap_sync.trackers.backlog.tracker import BacklogTracker, connect
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.github.tracker import GitHubTracker
from techmap_sync.trackers.github.tracker import connect as connect_github
from tests.fakes.clock import Clock
from tests.simulators.github import GitHub, running


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


@pytest.fixture
def github() -> Iterator[GitHub]:
    """A server with one empty repository."""
    with running(GitHub()) as server:
        yield server


@pytest.fixture
def issues(github: GitHub) -> GitHubTracker:
    """The tracker over that repository."""
    return connect_github(github.connection())
