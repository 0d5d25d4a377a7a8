"""Short histories end alike on every tracker, but for what a tracker cannot hold."""

from __future__ import annotations

from typing import Any

import pytest

from tests.explore.everywhere import BEGINNINGS, CASES, LACKS, TRACKERS, Lack, difference
from tests.sampling import sampling


def test_every_event_happens_on_every_tracker() -> None:
    assert TRACKERS.keys() == LACKS.keys()
    for tracker in TRACKERS:
        for name, beginning in BEGINNINGS.items():
            played = {event for case in CASES if case[:2] == (tracker, name) for event in case[2]}
            assert played == (set() if (tracker, name) == ("folder", "earlier edition") else {*beginning.events})


def tracker_of(case: Any) -> str:
    return str(case[0])


@pytest.mark.parametrize(
    ("tracker", "beginning", "events"),
    sampling.spread("short histories on other trackers", CASES[::7], 2, kind=tracker_of),
    ids=str,
)
def test_a_history_ends_as_in_memory(tracker: str, beginning: str, events: tuple[str, ...]) -> None:
    assert difference(tracker, beginning, events) == ""


def test_what_a_tracker_lacks_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LACKS, "folder", Lack.NOTHING)
    assert "after push" in difference("folder", "today", ("retire",))
