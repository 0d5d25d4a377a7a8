"""Two pushes at once over HTTP: the lock holds, or one more reconcile leaves one open ticket per key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from techmap_sync.errors import TrackerError
from techmap_sync.planning.task import TaskPlan
from tests.sampling import sampling
from tests.sync.build import plan
from tests.sync.drive import push
from tests.sync.test_races import FIVE, HEALING, open_keys
from tests.trackers.interception import before_the_nth_request
from tests.trackers.servers import SERVERS, Server

RETITLED = plan(*(replace(t, title=f"{t.title} now") for t in FIVE.tasks[:3]), *FIVE.tasks[3:])
KEYS = {FIVE.tracking.key, *(spec.key for spec in FIVE.tasks)}


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with SERVERS[request.param]() as server:
        yield server


def race(server: Server, request: int, after: TaskPlan) -> None:
    """Push, while another run pushes from start to end just before the n-th request of this one."""
    server.forget()
    with suppress(TrackerError), before_the_nth_request(request, lambda: push(server.tracker(), after)):
        push(server.tracker(), after)


@pytest.mark.parametrize(("before", "after"), [(None, FIVE), (FIVE, RETITLED)], ids=["first push", "update"])
def test_another_run_before_any_request(server: Server, before: TaskPlan | None, after: TaskPlan) -> None:
    if before is not None:
        push(server.tracker(), before)
    start = server.saved()
    server.forget()
    push(server.tracker(), after)
    requests = sampling.spread(
        "requests before which another run takes place",
        list(enumerate(server.requests, 1)),
        4,
        kind=lambda request: re.sub(r"\d+", "#", request[1].partition("?")[0]),
        where=f"{type(server).__name__} {before is None}",
    )
    for place, name in requests:
        server.restore(start)
        race(server, place, after)
        push(server.tracker(), after, HEALING)
        where = f"another run before request {place}: {name}"
        keys = open_keys(list(server.tickets()))
        assert set(keys) == KEYS, where
        assert max(keys.values()) == 1, where
        server.forget()
        assert push(server.tracker(), after, HEALING) == [], where
        assert not server.writes, where
