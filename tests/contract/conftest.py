"""The trackers that the contract is held to. A further one joins by an entry in ``TRACKERS``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from techmap_sync.adapters.backlog import connect
from techmap_sync.adapters.connection import Connection
from techmap_sync.syncing.tracker import Capabilities, Tracker
from tests.trackers.clock import Clock
from tests.trackers.memory import MemoryTracker


@contextmanager
def _memory(_: Path) -> Iterator[Tracker]:
    yield MemoryTracker()


@contextmanager
def _small_memory(_: Path) -> Iterator[Tracker]:
    """A tracker that can do little, so that the suite itself is held to what the capabilities say."""
    little = Capabilities(children=2, close_reasons=False, milestones=False, assignees=False, body_limit=2000)
    yield MemoryTracker(little, edges_listed=False, counts=False)


@contextmanager
def _backlog(folder: Path) -> Iterator[Tracker]:
    yield connect(Connection(target=str(folder / "backlog"), now=Clock()))


TRACKERS: dict[str, Callable[[Path], AbstractContextManager[Tracker]]] = {
    "memory": _memory,
    "small memory": _small_memory,
    "backlog": _backlog,
}


@pytest.fixture(params=TRACKERS)
def tracker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tracker]:
    """An empty project on each tracker in turn."""
    with TRACKERS[request.param](tmp_path) as tracker:
        yield tracker
