"""``epics.md``: which epics and stories there are, and what each of them waits for."""

from __future__ import annotations

import pytest

from techmap_sync.documents.story.story_family import read_stories
from tests.documents.story.epics import EPICS, WORDS, leaves, only, story, written


@pytest.mark.parametrize(
    ("said", "edges"),
    [
        ("**Prerequisites:** Story 1.1", ["1.1"]),
        ("Prerequisites: Stories 1.1 and 1.3", ["1.1", "1.3"]),
        ("**Prerequisites:** None", []),
        ("**Dependencies:** 1.1, 1.3", ["1.1", "1.3"]),
        ("**Prerequisites:** Epic 1, version 2.10.1", []),
        ("Depends on Story 1.1.", ["1.1"]),
        ("This is like Story 1.1", []),
        ("- Blocked by: Story 1.1", ["1.1"]),
        ("**Prerequisites:** Story 1.2", []),
    ],
)
def test_epics_say_what_a_story_waits_for(said: str, edges: list[str]) -> None:
    epics = f"# Epics\n\n## Epic 1: Parcels\n\n### Story 1.1: A\n\n### Story 1.2: B\n\n{said}\n\n### Story 1.3: C\n"
    assert list(only({EPICS: epics}).tasks[1].depends_on) == edges


def test_an_id_in_a_comment_is_that_of_the_epic_above_it() -> None:
    epics = (
        "# Epics\n\n```\n## Epic 1\n<!-- id: no -->\n```\n\n"
        "## Epic 1: A\n<!-- id: parcels -->\n### Story 1.1: A\n\n## Epic 2: B\n### Story 2.1: B\n"
    )
    assert [unit.unit for unit in read_stories({EPICS: epics}, WORDS)] == ["parcels", "epic-2"]
    assert only({"docs/epics/epic-3.md": "<!-- id: boats -->\n# Epic 3: A\n## Story 3.1: A\n"}).unit == "boats"


def test_a_plan_of_epics_alone_releases_nothing() -> None:
    unit = only({EPICS: "## Epic 1: Parcels\n### Story 1.1: Weigh\n### Story 1.2: Print\n"})
    assert (unit.title, unit.approved, unit.finished) == ("Parcels", False, False)
    assert [ticket.approved for ticket in unit.tickets] == [False, False]


@pytest.mark.parametrize(
    "heading",
    [
        "# Story 1.1: Weigh it",
        "# Story 1.1 - Weigh it",
        "# 1.1 Weigh it",
        "# 1.1: Weigh it",
        "## Story 1.1 — Weigh it",
        "# 📦 Story 1.1: Weigh it",
        "# STORY 1.1: Weigh it",
        "# Story 1.1: **Weigh it**",
        "# User Story 1.1: Weigh it",
        "# Historia 1.1: Weigh it",
        "# 故事 1.1：Weigh it",
        "# ストーリー1.1: Weigh it",
        "# Epic 1 - Story 1.1: Weigh it",
        "Story 1.1: Weigh it\n===",
    ],
)
def test_a_heading_says_number_and_title(heading: str) -> None:
    unit = story(written("- [ ] Do it\n", f"{heading}\n\nStatus: done\n"), "docs/stories/1.1.x.md")
    assert (unit.tasks[0].id, unit.tasks[0].title) == ("1.1", "Weigh it")


def test_a_status_below_the_sections_is_not_the_storys() -> None:
    text = written("- [ ] Do it\n\n## Dev Notes\n\nStatus: done\n\n## QA Results\n\nStatus: done\n")
    assert story(text).tasks[0].state == "approved"


@pytest.mark.parametrize(
    "heading",
    [
        "Tasks / Subtasks",
        "Tasks/Subtasks",
        "Tasks",
        "tasks / subtasks",
        "Tasks and Subtasks",
        "5. Tasks / Subtasks",
        "Tasks / Subtasks (for the developer)",
        "📋 Tasks / Subtasks",
        "**Tasks / Subtasks**",
        "タスク / サブタスク",
        "任务",
    ],
)
def test_the_section_of_tasks_has_many_names(heading: str) -> None:
    unit = story(f"# Story 1.1: Weigh it\n\nStatus: Approved\n\n## {heading}\n\n- [ ] Do it\n")
    assert [task.title for task in leaves(unit)] == ["Do it"]


@pytest.mark.parametrize(
    "heading",
    [
        "Quality Gates",
        "Definition of Done",
        "Story Definition of Done (DoD) Checklist",
        "Dev Notes",
        "Testing",
        "QA Results",
        "Dev Agent Record",
        "Acceptance Criteria",
        "Change Log",
        "Tasks that others have done",
        "Completion Notes List",
    ],
)
def test_boxes_of_other_sections_are_no_tasks(heading: str) -> None:
    text = written(f"- [ ] Do it\n\n## {heading}\n\n- [ ] Task 9: Not this\n  - [ ] 9.1: Nor this\n")
    unit = story(text)
    assert [task.title for task in leaves(unit)] == ["Do it"]
    assert len(unit.not_tasks) == 2
    assert [n.rule for n in unit.diagnostics] == ["box-outside-a-task-list"] * 2


def test_gates_among_the_tasks_are_no_tasks_and_other_sub_headings_are() -> None:
    tasks = (
        "- [ ] Do it\n\n### Review Follow-ups (AI)\n\n- [ ] Fix it\n\n"
        "### Quality gates\n\n- [ ] Lint\n\n#### Backend\n\n- [ ] Types\n\n"
        "### More\n\n- [ ] Last\n\n**Acceptance criteria:**\n\n- [ ] Accepted\n"
    )
    unit = story(written(tasks))
    assert [task.title for task in leaves(unit)] == ["Do it", "Fix it", "Last"]
    assert list(unit.not_tasks) == ["Lint", "Types", "Accepted"]


def test_tasks_as_headings_hold_the_boxes_below_them() -> None:
    tasks = (
        "### Task 1: Weigh it (AC: 1)\n\n- [ ] Read the scale\n- [x] Store it\n\n"
        "### Task 2: Print it\n\n- [ ] 2.1: Label\n"
    )
    unit = story(written(tasks))
    assert [(t.id, t.title, t.parent) for t in leaves(unit)] == [
        ("1.1/1", "Weigh it", "1.1"),
        (None, "Read the scale", "1.1/1"),
        (None, "Store it", "1.1/1"),
        ("1.1/2", "Print it", "1.1"),
        ("1.1/2.1", "Label", "1.1/2"),
    ]
    assert unit.tickets[0].items == ("Read the scale", "Store it", "1.1/2.1")


@pytest.mark.parametrize(
    "criteria",
    [
        "### AC1: One\nGiven\n### AC2: Two\n### AC3: Three\n",
        "1. One\n2. Two\n   - detail\n3. Three\n",
        "- AC1: One\n- AC2: Two\n- AC3: Three\n",
        "**AC1:** One\n\n**AC2:** Two\n\n**AC3:** Three\n",
        "1. One\n1. Two\n1. Three\n",
        "1. One\n   1. inner\n2. Two\n3. Three\n",
        "- [ ] AC1: One\n- [x] AC2: Two\n- [ ] AC3: Three\n",
        "1) One\n2) Two\n\n### Errors\n\n3) Three\n",
        "1. One\n2. Two\n\n```\n9. Nine\n```\n\n3. Three\n",
    ],
)
def test_criteria_are_numbered_in_many_ways(criteria: str) -> None:
    unit = story(
        written("- [ ] Do it\n", f"# Story 1.1: Weigh it\n\nStatus: Approved\n\n## Acceptance Criteria\n\n{criteria}")
    )
    assert [(one.id, one.text) for one in unit.requirements] == [("AC1", "One"), ("AC2", "Two"), ("AC3", "Three")]
    assert list(unit.tasks[0].requirements) == ["AC1", "AC2", "AC3"]


@pytest.mark.parametrize("key", ["status", "Status", "Story Status", "Estado"])
def test_front_matter_says_the_status(key: str) -> None:
    unit = story(f"---\n{key}: done\n---\n" + written("- [ ] Do it\n", "# Story 1.1: Weigh it\n"))
    assert unit.tickets[0].done


def test_tables_of_other_sections_say_nothing_about_the_status() -> None:
    log = "## Change Log\n\n| Version | Status |\n|---|---|\n| 1 | Done |\n"
    review = "## QA Results\n\n| Status | Done |\n|---|---|\n| Gate | PASS |\n"
    unit = story(written(f"- [ ] Do it\n\n{log}\n{review}"))
    assert (unit.tickets[0].approved, unit.tickets[0].done) == (True, False)
    unit = story(written(f"- [ ] Do it\n\n{log}\n{review}", "# Story 1.1: Weigh it\n"))
    assert not unit.tickets[0].approved
