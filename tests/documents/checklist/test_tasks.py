"""Tasks of a checklist: numbers, marks, states and what they are below."""

from __future__ import annotations

import pytest

from tests.documents.checklist.units import facts, phase, plan, section, unit_of


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


@pytest.mark.parametrize(("sign", "state"), [("-", "in progress"), ("~", "queued"), (" ", None)])
def test_signs_of_kiro_are_open_tasks_with_a_word(sign: str, state: str | None) -> None:
    (task,) = unit_of("kiro", plan(f"- [{sign}] 1. A")).tasks
    assert (task.done, task.state, task.planned) == (False, state, True)


def test_one_number_twice_is_two_tasks_and_said() -> None:
    unit = unit_of("openspec", section("- [ ] 1.1 A", "- [ ] 1.1 B"))
    assert [task.title for task in unit.tasks] == ["A", "B"]
    assert ("duplicate-id", "1.1") in [(notice.rule, notice.subject) for notice in unit.diagnostics]
