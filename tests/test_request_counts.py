"""What each kind of run sends to each server, to the request: one more is a regression."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.counts import Count, counted, filled
from benchmarks.plans import edited, map_of
from techmap_sync.sync.tracker import Snapshot, Tracker
from tests.trackers.servers import SERVERS, Server

MADE = map_of(29)


def as_it_is(tracker: Tracker) -> Tracker:
    return tracker


class _Chatty:
    """Asks once too often."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tracker, name)

    def snapshot(self, label: str) -> Snapshot:
        self._tracker.get("1")
        return self._tracker.snapshot(label)


Around = Callable[[Tracker], Tracker]


def first_push(server: Server, around: Around) -> Count:
    return counted(server, [MADE], around=around)


def unchanged_push(server: Server, around: Around) -> Count:
    filled(server, [MADE])
    return counted(server, [MADE], around=around)


def three_edits(server: Server, around: Around) -> Count:
    filled(server, [MADE])
    return counted(server, [edited(MADE, 3)], around=around)


def reconcile(server: Server, around: Around) -> Count:
    filled(server, [MADE])
    return counted(server, [MADE], reconcile=True, around=around)


SCENARIOS = (first_push, unchanged_push, three_edits, reconcile)
COUNTS = {
    "github": (Count(42, 34), Count(2, 0), Count(10, 4), Count(3, 0)),
    "gitlab": (Count(44, 37), Count(3, 0), Count(11, 4), Count(4, 0)),
}
"""For each scenario, with 30 tickets of which two wait for another. A change for the better belongs here."""


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("place", range(len(SCENARIOS)), ids=[each.__name__ for each in SCENARIOS])
def test_a_run_sends_what_it_sent_before(name: str, place: int) -> None:
    with SERVERS[name]() as server:
        assert SCENARIOS[place](server, as_it_is) == COUNTS[name][place]


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("place", range(len(SCENARIOS)), ids=[each.__name__ for each in SCENARIOS])
def test_a_request_too_many_is_noticed(name: str, place: int) -> None:
    with SERVERS[name]() as server:
        assert SCENARIOS[place](server, _Chatty) != COUNTS[name][place]
