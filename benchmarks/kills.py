"""A push that is killed at each of its requests in turn, over the tracker in memory; tests do the same over HTTP."""

from __future__ import annotations

from benchmarks.numbers import Number
from benchmarks.table import Row
from tests.faults import AS_SEEN
from tests.sampling import Sampling
from tests.sync.test_crash import pushed_twice

TEXT = (
    "Each request of a push in turn is killed, or gets no answer before or after its effect; then the push runs again. "
    "Killed after the effect of one request is killed before the next. Here over a tracker in memory; "
    "`tests/trackers/test_crash_over_http.py` does the same with every request of a push of 30 tasks over "
    "HTTP against both simulated servers."
)


def rows(scenario: str = "first push") -> list[Row]:
    """Try all faults at all requests of a scenario."""
    every = Sampling(everything=True)
    ends = [end.ended_well for fault in AS_SEEN for end in pushed_twice(scenario, fault, every)]
    what = f"{scenario} of 30 tasks, killed or left without an answer {len(ends):,} times"
    good = f"{what}: ended in the state of an undisturbed push, with nothing left to write"
    return [Row(good, sum(ends), least=len(ends), floor=len(ends), shows=Number.KILLED)]
