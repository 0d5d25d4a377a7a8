"""A push that is killed at each of its requests in turn, over the tracker in memory; tests do the same over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy

from benchmarks.numbers import Number
from benchmarks.table import Row
from techmap_sync.errors import TrackerError
from tests.syncing.drive import planned, push, state
from tests.syncing.test_crash import FAULTS, SCENARIOS, prepared
from tests.trackers.memory import Killed

TEXT = (
    "Each request of a push in turn is killed before its effect, killed after it, or gets no answer before or after "
    "it; then the push runs again. Here over a tracker in memory; `tests/adapters/test_crash_over_http.py` does "
    "the same with every request of a push of 30 tasks over HTTP against both simulated servers."
)


def rows(scenario: str = "first push") -> list[Row]:
    """Try all faults at all requests of a scenario."""
    ends = [end for fault in FAULTS for end in _ends(scenario, fault)]
    what = f"{scenario} of 30 tasks, killed or left without an answer {len(ends):,} times"
    good = f"{what}: ended in the state of an undisturbed push, with nothing left to write"
    return [Row(good, sum(ends), least=len(ends), floor=len(ends), shows=Number.KILLED)]


def _ends(scenario: str, fault: str) -> Iterator[bool]:
    """Yield for each request whether the run after the fault ended well."""
    before, after = SCENARIOS[scenario]
    start = prepared(before)
    undisturbed = deepcopy(start)
    push(undisturbed, after)
    wanted = state(undisturbed)
    for request in range(1, len(undisturbed.requests) + 1):
        tracker = deepcopy(start)
        tracker.faults[request] = FAULTS[fault]()
        with suppress(Killed, TrackerError):
            push(tracker, after)
        tracker.faults.clear()
        push(tracker, after)
        yield state(tracker) == wanted and not planned(tracker, after).writes
