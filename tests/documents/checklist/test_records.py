"""Below which headings of a checklist boxes are tasks."""

from __future__ import annotations

import pytest

from tests.documents.checklist.units import phase, plan, section, unit_of


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


@pytest.mark.parametrize(
    "text",
    [
        "- [P] T001 = parallel",
        "`- [ ] T001 Paint it`",
        "> - [ ] T001 Paint it",
        "    - [ ] T001 indented code",
        "- T001 Paint it",
        "- [ ]T001",
        "- [ ] (T001)",
        "<!-- - [ ] T001 Paint it -->",
        "````\n```\n- [ ] T001 Paint it\n```\n- [ ] T002 Paint it\n````",
        "~~~\n- [ ] T001 Paint it\n~~~",
        "- text\n\n  ```\n  - [ ] T001 Paint it\n  ```",
        "| [ ] | T001 | Paint it |\n|---|---|---|",
    ],
)
def test_what_only_looks_like_a_task_is_none(text: str) -> None:
    unit = unit_of("spec-kit", phase(text, "", "text", "", "- [ ] T099 Sail"))
    assert [task.id for task in unit.tasks] == ["T099"]


@pytest.mark.parametrize("indent", ["  ", "   ", "    ", "\t"])
def test_details_below_a_task_are_kept_whatever_their_indentation(indent: str) -> None:
    (task,) = unit_of(
        "kiro", plan("- [ ] 1. A", f"{indent}- Paint `a/b.py`", f"{indent}- _Requirements: 1.2, 3.4_")
    ).tasks
    assert task.requirements == ("1.2", "3.4") and task.locations == ("a/b.py",)
    assert task.details[0] == "- Paint `a/b.py`"
