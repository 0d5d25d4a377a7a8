"""The recorded histories in small parts, for faults that tests of single modules do not notice.

A part takes some hundredths of a second, and each reaches other lines: so the parts that reach a fault are tried in
little time, and one that notices it ends the trial. pytest collects this file only where it is named.
"""

from __future__ import annotations

import pytest

from tests.explore.test_history_records import CASES, differs

PARTS = 10
"""Of the histories that begin with the same event."""


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(("world", "first"), CASES)
def test_what_is_recorded_happens(world: str, first: str, part: int) -> None:
    assert not differs(world, first, slice(part, None, PARTS))
