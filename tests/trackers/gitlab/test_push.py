"""Whole pushes to GitLab: nothing twice, nothing lost, whatever breaks on the way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from techmap_sync.errors import TrackerError
from techmap_sync.sync.tracker import EdgeKind
from techmap_sync.trackers.gitlab.tracker import connect
from tests.sampling import sampling
from tests.simulators.gitlab import Simulator, faults
from tests.simulators.gitlab.faults import Fault
from tests.sync.build import plan, task
from tests.sync.drive import push

PLAN = plan(task("Store"), task("Service", blocked_by=("Store",)), task("Page", blocked_by=("Service", "Store")))
TIERS: dict[str, dict[str, Any]] = {
    "premium": {},
    "free": {"premium": False},
    "community edition, older": {"premium": False, "enterprise": False, "keyset": False, "paragraphs_only": False},
}
FAULTS: dict[str, Callable[[], Fault]] = {
    "a bad gateway before the effect": lambda: faults.bad_gateway(after_effect=False),
    "a bad gateway after the effect": faults.bad_gateway,
    "a refusal": faults.forbidden,
    "too many requests": faults.too_many,
}


def held(server: Simulator) -> tuple[list[str], list[tuple[str, str, str]]]:
    """Titles of the issues, and the links between them."""
    titles = {number: issue.title for number, issue in server.world.issues.items()}
    links = [(titles[link.source], link.type, titles[link.target]) for link in server.world.links.values()]
    return sorted(titles.values()), sorted(links)


@pytest.mark.parametrize("tier", TIERS.values(), ids=TIERS.keys())
def test_the_second_push_writes_nothing(tier: dict[str, Any]) -> None:
    with Simulator.running(**tier) as server:
        push(connect(server.connection()), PLAN)
        server.asked.clear()
        push(connect(server.connection()), PLAN)
        assert server.writes == []
        assert len(server.asked) <= 1 + 3
        assert server.undocumented == []


@pytest.mark.parametrize("premium", [True, False])
def test_edges_become_links_of_the_type_that_the_tier_has(premium: bool) -> None:
    with Simulator.running(premium=premium) as server:
        push(connect(server.connection()), PLAN)
        blocking = [
            ("Create Service", "blocks", "Create Page"),
            ("Create Store", "blocks", "Create Page"),
            ("Create Store", "blocks", "Create Service"),
        ]
        related = [
            ("Create Page", "relates_to", "Create Service"),
            ("Create Page", "relates_to", "Create Store"),
            ("Create Service", "relates_to", "Create Store"),
        ]
        children = [("Implement Login", "relates_to", f"Create {name}") for name in ("Page", "Service", "Store")]
        assert held(server)[1] == sorted([*(blocking if premium else related), *children])


@pytest.mark.parametrize("name", FAULTS)
def test_whatever_one_request_runs_into_the_next_push_ends_the_same(name: str) -> None:
    with Simulator.running() as server:
        push(connect(server.connection()), PLAN)
        wanted, asked = held(server), list(enumerate(server.asked, 1))
    requests = sampling.spread(
        "requests to GitLab that run into a fault", asked, 6, kind=lambda request: request[1].split()[0], where=name
    )
    for number, request in requests:
        with Simulator.running() as server:
            server.faults = {number: FAULTS[name]()}
            with suppress(TrackerError):
                push(connect(server.connection()), PLAN)
            push(connect(server.connection()), PLAN)
            assert held(server) == wanted, f"request {number}: {request}"
            assert server.undocumented == []


def test_an_edge_where_a_person_has_linked_the_two_is_skipped_and_their_link_stays() -> None:
    with Simulator.running() as server:
        tracker = connect(server.connection())
        push(tracker, plan(task("Store"), task("Service")))
        store, service = (
            next(issue.iid for issue in server.world.issues.values() if issue.title == f"Create {name}")
            for name in ("Store", "Service")
        )
        theirs = server.world.add_link(store, service)
        outcomes = push(tracker, plan(task("Store"), task("Service", blocked_by=("Store",))))
        skipped = [outcome for outcome in outcomes if outcome.change.edge is EdgeKind.BLOCKED_BY]
        (detail,) = (outcome.detail for outcome in skipped)
        assert detail.startswith(f"{service} and {store} are linked")
        assert server.world.links[theirs.id] == theirs
