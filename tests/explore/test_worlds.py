"""No history of three events breaks a promise; ``make explore`` tries longer ones."""

from __future__ import annotations

import pytest

from tests.explore.__main__ import WORLDS, explored
from tests.sampling import sampling

LENGTH = {"one document": 3, "two documents": 3, "one document, not pushed yet": 2}


@pytest.mark.parametrize("world", WORLDS)
def test_no_short_history_breaks_a_promise(world: str) -> None:
    found = explored(world, sampling.times(f"events in a history of {world}", LENGTH[world], 3))
    assert "\n\n".join(map(str, found.stories[:3])) == ""
    assert found.steps > 200, "the search tried what may happen"
