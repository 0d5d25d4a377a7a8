"""No history of three events breaks a promise; ``make explore`` tries longer ones."""

from __future__ import annotations

import pytest

from tests.explore.__main__ import explored
from tests.sampling import sampling

LENGTH = {"one document": 3, "two documents": 2, "one document, not pushed yet": 2}
FEWEST_STEPS = {2: 50, 3: 200}
"""By length; fewer would mean that the search did not try what may happen."""


@pytest.mark.parametrize("world", LENGTH)
def test_no_short_history_breaks_a_promise(world: str) -> None:
    length = sampling.times(f"events in a history of {world}", LENGTH[world], 3)
    found = explored(world, length)
    assert "\n\n".join(map(str, found.stories[:3])) == ""
    assert found.steps > FEWEST_STEPS[length]
