"""The tickets of a checklist."""

from __future__ import annotations

import pytest

from tests.documents.checklist.units import unit_of


@pytest.mark.parametrize("heading", ["## 1.", "## 1. ✅", "## 1) "])
def test_a_ticket_always_has_a_title(heading: str) -> None:
    unit = unit_of("openspec", f"{heading}\n\n- [ ] 1.1 A\n")
    assert [ticket.title for ticket in unit.tickets] == [unit.title]
