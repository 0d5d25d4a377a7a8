"""Checklists as teams really write them: other marks, numbers, languages and places."""

from __future__ import annotations

import pytest

from techmap_sync.documents.checklist.task_lists import read_checklist
from techmap_sync.documents.units.unit import Task, Unit
from tests.families.gold import grammar

FOLDERS = {"spec-kit": "specs/007-canoe", "openspec": "openspec/changes/add-canoe", "kiro": ".kiro/specs/canoe"}


def unit_of(family: str, text: str, **files: str) -> Unit:
    return read_checklist(FOLDERS[family], {"tasks.md": text, **files}, grammar(family))


def phase(*boxes: str) -> str:
    return "# Tasks: Canoe\n\n## Phase 1: Setup\n\n" + "\n".join(boxes) + "\n"


def section(*boxes: str) -> str:
    return "## 1. Storage\n\n" + "\n".join(boxes) + "\n"


def plan(*boxes: str) -> str:
    return "# Implementation Plan\n\n## Tasks\n\n" + "\n".join(boxes) + "\n"


def facts(task: Task) -> tuple[object, ...]:
    return task.id, task.title, task.done, task.state, task.optional, task.parallel


@pytest.mark.parametrize(
    ("box", "wanted"),
    [
        ("- [ ] T001 Paint it", ("T001", "Paint it", False, None, False, False)),
        ("- [X] T0012 Paint it", ("T0012", "Paint it", True, None, False, False)),
        ("* [x] T003a Paint it", ("T003a", "Paint it", True, None, False, False)),
        ("+ [ ] T031-MIN Paint it", ("T031-MIN", "Paint it", False, None, False, False)),
        ("- [ ] **T034**: Paint it", ("T034", "Paint it", False, None, False, False)),
        ("- [ ] **T034** [P] [US2] Paint it", ("T034", "Paint it", False, None, False, True)),
        ("- [ ] T034: [US1] [P] Paint it", ("T034", "Paint it", False, None, False, True)),
        ("- [ ] T034 [P][US1] Paint it", ("T034", "Paint it", False, None, False, True)),
        ("- [-] T004 Paint it", ("T004", "Paint it", False, "skipped", False, False)),
        ("- [ ] T004 SKIP: Paint it", ("T004", "Paint it", False, "skipped", False, False)),
        ("- [x] T004 Paint it — DEFERRED", ("T004", "Paint it", True, "deferred", False, False)),
        ("- [x] T004 Paint it (DEFERRED)", ("T004", "Paint it", True, "deferred", False, False)),
        ("- [ ] ~~T004 Paint it~~", ("T004", "Paint it", False, "skipped", False, False)),
        ("- [ ] T004 Paint it (optional)", ("T004", "Paint it", False, None, True, False)),
        ("1. [ ] T004 Paint it", ("T004", "Paint it", False, None, False, False)),
        ("- [ ] T000 Paint it", ("T000", "Paint it", False, None, False, False)),
        ("- [ ] T004 Paint [it](https://example.org)", ("T004", "Paint it", False, None, False, False)),
        ("- [ ] T004 Paint T005's hull", ("T004", "Paint T005's hull", False, None, False, False)),
    ],
)
def test_a_task_of_spec_kit_says_what_its_marks_say(box: str, wanted: tuple[object, ...]) -> None:
    (task,) = unit_of("spec-kit", phase(box)).tasks
    assert facts(task) == wanted


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


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize("family", FOLDERS)
def test_line_ends_and_a_mark_change_nothing(family: str, end: str) -> None:
    text = {
        "spec-kit": phase("- [ ] T001 Paint it", "- [x] T002 Sail (depends on T001)"),
        "openspec": section("- [ ] 1.1 Paint it", "- [x] 1.2 Sail"),
        "kiro": plan("- [ ] 1. Paint it", "  - [x] 1.1 Hull", "    - _Requirements: 1.2_"),
    }[family]
    assert unit_of(family, "\ufeff" + text.replace("\n", end)) == unit_of(family, text)


@pytest.mark.parametrize(
    ("boxes", "wanted"),
    [
        (
            ["- [ ] 1. A", "  - [ ] 1.1 B", "  - [ ]* 1.2 C"],
            [("1", None, False), ("1.1", "1", False), ("1.2", "1", True)],
        ),
        (["- [ ] 1. A", "- [ ] 1.1 B", "- [ ] 2. C"], [("1", None, False), ("1.1", "1", False), ("2", None, False)]),
        (["- [ ] 0. A", "  - [ ] 0.1 B"], [("0", None, False), ("0.1", "0", False)]),
        (["- [ ] 1. A", "  - [ ] 1.1* B"], [("1", None, False), ("1.1", "1", True)]),
        (["- [ ]* 1. A", "  - [ ] 1.1 B"], [("1", None, True), ("1.1", "1", True)]),
        (["- [ ] A", "  - [ ] B"], [(None, None, False), (None, "A", False)]),
        (["- [ ] 1) A", "  - [ ] 1.1) B"], [("1", None, False), ("1.1", "1", False)]),
        (["- [ ] Task 1: A", "  - [ ] Task 1.1: B"], [("1", None, False), ("1.1", "1", False)]),
        (
            ["- [ ] 1. A", "    - [ ] 1.1 B", "        - [ ] 1.1.1 C"],
            [("1", None, False), ("1.1", "1", False), ("1.1.1", "1.1", False)],
        ),
        (["- [ ] 1. A", "\t- [ ] 1.1 B"], [("1", None, False), ("1.1", "1", False)]),
        (["- [ ] 1. A", "   - [ ] 1.1 B"], [("1", None, False), ("1.1", "1", False)]),
        (["- [ ] A", "    - [ ] B", "    - [x] C"], [(None, None, False), (None, "A", False), (None, "A", False)]),
        (["* [ ] **1. A**", "  * [ ] **1.1** B"], [("1", None, False), ("1.1", "1", False)]),
    ],
)
def test_tasks_of_kiro_nest_by_number_and_then_by_place(boxes: list[str], wanted: list[tuple[object, ...]]) -> None:
    unit = unit_of("kiro", plan(*boxes))
    assert [(task.id, task.parent, task.optional) for task in unit.tasks] == wanted


@pytest.mark.parametrize("indent", ["  ", "   ", "    ", "\t"])
def test_details_below_a_task_are_kept_whatever_their_indentation(indent: str) -> None:
    (task,) = unit_of(
        "kiro", plan("- [ ] 1. A", f"{indent}- Paint `a/b.py`", f"{indent}- _Requirements: 1.2, 3.4_")
    ).tasks
    assert task.requirements == ("1.2", "3.4") and task.locations == ("a/b.py",)
    assert task.details[0] == "- Paint `a/b.py`"


@pytest.mark.parametrize(("sign", "state"), [("-", "in progress"), ("~", "queued"), (" ", None)])
def test_signs_of_kiro_are_open_tasks_with_a_word(sign: str, state: str | None) -> None:
    (task,) = unit_of("kiro", plan(f"- [{sign}] 1. A")).tasks
    assert (task.done, task.state, task.planned) == (False, state, True)


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("# 実装計画", "Canoe"),
        ("# Implementation Plan: Canoe hire", "Canoe hire"),
        ("# 实施计划：独木舟", "独木舟"),
        ("# Canoe hire - Implementation Plan", "Canoe hire"),
        ("# Implementation Plan", "Canoe"),
        ("", "Canoe"),
    ],
)
def test_a_unit_has_the_title_of_its_feature(heading: str, title: str) -> None:
    assert unit_of("kiro", f"{heading}\n\n- [ ] 1. A\n").title == title


def test_one_number_twice_is_two_tasks_and_said() -> None:
    unit = unit_of("openspec", section("- [ ] 1.1 A", "- [ ] 1.1 B"))
    assert [task.title for task in unit.tasks] == ["A", "B"]
    assert ("duplicate-id", "1.1") in [(notice.rule, notice.subject) for notice in unit.diagnostics]


@pytest.mark.parametrize("family", FOLDERS)
@pytest.mark.parametrize(
    "text", ["", "\x00", "# " * 5000, "- [ ] " * 3000, "```", "<!--", "---\nid: [\n---\n- [ ] 1. A", "\ufeff"]
)
def test_no_text_makes_reading_fail(family: str, text: str) -> None:
    assert unit_of(family, text).family == family


@pytest.mark.parametrize(
    "spec", ["{", "[]", '{"approvals": 3}', '{"approvals": {"tasks": {"approved": "true"}}}', "null", "\ufeff{}"]
)
def test_a_gate_that_does_not_say_yes_says_no(spec: str) -> None:
    unit = unit_of("kiro", plan("- [ ] 1. A"), **{"spec.json": spec})
    assert not unit.approved and unit.reasons


@pytest.mark.parametrize("heading", ["## 1.", "## 1. ✅", "## 1) "])
def test_a_ticket_always_has_a_title(heading: str) -> None:
    unit = unit_of("openspec", f"{heading}\n\n- [ ] 1.1 A\n")
    assert [ticket.title for ticket in unit.tickets] == [unit.title]
