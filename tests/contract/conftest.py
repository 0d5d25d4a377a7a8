"""The trackers that the contract is held to. A further one joins by an entry in ``TRACKERS``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from techmap_sync.sync.tracker import Capabilities, Tracker
from techmap_sync.trackers.backlog.tracker import connect
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.github.tracker import connect as connect_github
from techmap_sync.trackers.gitlab.tracker import connect as connect_gitlab
from tests.fakes.clock import Clock
from tests.fakes.memory import MemoryTracker
from tests.simulators import gitlab
from tests.simulators.github import GitHub, running
from tests.simulators.github.boards import BoardOfOwner


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
    yield connect(Connection(target=str(folder / "backlog"), now=Clock(), timeout=30))


@contextmanager
def _gitlab(_: Path) -> Iterator[Tracker]:
    """A project of Premium, whose settings name an iteration and an epic."""
    with gitlab.Simulator.running() as simulator:
        simulator.world.iterations, simulator.world.epics = {3: "Sprint 7"}, {80: "Payments"}
        yield connect_gitlab(simulator.connection(settings={"iteration": "sprint 7", "epic": "Payments"}))
        assert simulator.undocumented == []


@contextmanager
def _github(_: Path) -> Iterator[Tracker]:
    with running(GitHub()) as server:
        yield connect_github(server.connection())


@contextmanager
def _github_organization(_: Path) -> Iterator[Tracker]:
    """A repository whose organization has types, a field for priorities and a board, which the settings name."""
    with running(GitHub()) as server:
        server.repository.issue_types = ["Bug", "Task"]
        server.repository.priority_options = ["Urgent", "High", "Medium", "Low"]
        server.world.board = BoardOfOwner("octo", 7)
        settings = {"type": "task", "priority_field": "priority", "project": "octo/7"}
        yield connect_github(server.connection(settings=settings))


@contextmanager
def _github_enterprise(_: Path) -> Iterator[Tracker]:
    """A release that has neither sub-issues nor dependencies."""
    with running(GitHub(enterprise="3.18.0", missing=frozenset({"sub_issue", "dependencies"}))) as server:
        yield connect_github(server.connection())


Trackers = dict[str, Callable[[Path], AbstractContextManager[Tracker]]]
TRACKERS: Trackers = {
    "memory": _memory,
    "small memory": _small_memory,
    "backlog": _backlog,
    "gitlab": _gitlab,
    "github": _github,
    "github organization": _github_organization,
    "github enterprise": _github_enterprise,
}


LIVE = pytest.StashKey[Trackers]()
"""What takes the place of these where a real server is held to the contract (``tests/live``)."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try each test on each tracker."""
    if "tracker" in metafunc.fixturenames:
        trackers = metafunc.config.stash.get(LIVE, TRACKERS)
        metafunc.parametrize("tracker", trackers.values(), ids=list(trackers), indirect=True)


@pytest.fixture
def tracker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tracker]:
    """An empty project on each tracker in turn."""
    with request.param(tmp_path) as tracker:
        yield tracker
