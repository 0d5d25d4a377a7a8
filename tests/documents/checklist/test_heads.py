"""Below which headings of a checklist boxes are tasks."""

from __future__ import annotations

import pytest

from tests.documents.checklist.units import plan, section, unit_of


@pytest.mark.parametrize(
    "heading",
    [
        "Notes",
        "Acceptance Criteria",
        "Quality Gates",
        "Definition of Done",
        "Review & Acceptance Checklist",
        "Validation Checklist",
        "Success Criteria",
        "Implementation Strategy",
        "Parallel Example: User Story 1",
        "Dependencies & Execution Order",
        "Format",
    ],
)
@pytest.mark.parametrize("family", ["openspec", "kiro"])
def test_boxes_of_other_lists_are_no_tasks(family: str, heading: str) -> None:
    text = {"openspec": section("- [ ] 1.1 Paint it"), "kiro": plan("- [ ] 1. Paint it")}[family]
    unit = unit_of(family, f"{text}\n## {heading}\n\n- [ ] The hull is dry\n  - [x] really\n")
    assert [task.title for task in unit.tasks] == ["Paint it"]
    assert len(unit.not_tasks) == 2
