"""The faults that the search has to find are there to be planted; ``make planted`` lets it find them."""

from __future__ import annotations

from pathlib import Path

import techmap_sync
from tests.explore.planted import faults

PACKAGE = Path(techmap_sync.__file__).parent


def test_each_fault_changes_one_place_of_the_package() -> None:
    assert len(faults()) == 10
    for fault in faults():
        assert (PACKAGE / fault["file"]).read_text("utf-8").count(fault["old"]) == 1, fault["what"]
        assert fault["old"] != fault["new"]
