"""No history of three events breaks a promise; ``make explore`` tries longer ones.

By default the third event comes after some of the states that two events lead to: one for each second event, and more.
"""

from __future__ import annotations

import pytest

from tests.explore.__main__ import explored
from tests.explore.search import Steps
from tests.sampling import sampling

LENGTH = {"one document": 3, "two documents": 2, "one document, not pushed yet": 2}
FEWEST_STEPS = {2: 50, 3: 200}
"""By length; fewer would mean that the search did not try what may happen."""
MOST_STATES = 100
"""After which the third event is tried in a sample, beside the first one for each second event."""


def by_last_event(way: Steps) -> str:
    return way[-1]


@pytest.mark.parametrize("world", LENGTH)
def test_no_short_history_breaks_a_promise(world: str) -> None:
    length = sampling.times(f"events in a history of {world}", LENGTH[world], 3)

    def before_last(ways: list[Steps]) -> list[Steps]:
        taken = "states before the last event of a history"
        return sampling.spread(taken, ways, MOST_STATES, kind=by_last_event, where=world) if length > 2 else ways

    found = explored(world, length, before_last=before_last)
    assert "\n\n".join(map(str, found.stories[:3])) == ""
    assert found.steps > FEWEST_STEPS[length]
