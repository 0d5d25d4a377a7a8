"""A simulated GitLab with one empty project, and the tracker over it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from techmap_sync.trackers.gitlab.tracker import GitLabTracker, connect
from tests.simulators.gitlab import Simulator


@pytest.fixture
def server() -> Iterator[Simulator]:
    with Simulator.running() as simulator:
        yield simulator
        assert simulator.undocumented == []


@pytest.fixture
def tracker(server: Simulator) -> GitLabTracker:
    return connect(server.connection())
