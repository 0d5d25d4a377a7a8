"""The words of stories: numbers in names, statuses, and what a box says."""

from __future__ import annotations

import pytest

from tests.documents.story.epics import SPRINT, V6, leaves, only, story, written


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("docs/stories/4.2a.claim.md", "4.2a"),
        ("docs/stories/1B.2.claim.md", "1B.2"),
        ("docs/stories/1-2-claim.md", "1.2"),
        (f"{V6}/1-2a-claim.md", "1.2a"),
        ("docs/stories/story-1.2-claim.md", "1.2"),
        ("docs/stories/1.2.story.md", "1.2"),
        ("docs/stories/epic-1/1.2.md", "1.2"),
        (f"{V6}/0-1-3-d-view.md", "0.1"),
        ("docs/stories/12-10-claim.md", "12.10"),
    ],
)
def test_a_number_is_read_from_a_name(name: str, number: str) -> None:
    unit = story("## Status\nApproved\n\n## Tasks / Subtasks\n- [ ] Do it\n", name)
    assert [task.id for task in unit.tasks if task.kind] == [number]
    assert unit.unit == f"epic-{number.partition('.')[0]}"


@pytest.mark.parametrize(
    ("status", "state", "released", "done"),
    [
        ("Status: done", "done", True, True),
        ("**Status:** Done", "done", True, True),
        ("**Status**: Draft", "draft", False, False),
        ("## Status\n\nInProgress", "inprogress", True, False),
        ("## Status: Ready for Review", "ready for review", True, False),
        ("## Status\n**Approved**", "approved", True, False),
        ("- Status: ready-for-dev", "ready-for-dev", True, False),
        ("| Field | Value |\n|---|---|\n| Epic | 1 |\n| **Status** | Done |", "done", True, True),
        ("| Status | `Approved` |\n|---|---|\n| Epic | 1 |", "approved", True, False),
        ("| Epic | Story | Status |\n|---|---|---|\n| 1 | 1.1 | In Progress |", "in progress", True, False),
        ("## Status\n\n| Status | Owner |\n|---|---|\n| Draft | Tom |", "draft", False, False),
        ("| Status | |\n|---|---|\n| Draft | |\n\nStatus: done", "draft", False, False),
        ("Status: ✅ Done (2026-03-04)", "done", True, True),
        ("Status: Draft - approved by nobody", "draft", False, False),
        ("Status: Ready for Done", "ready for done", True, False),
        ("Status: not done", "not done", False, False),
        ("Status: undone", "undone", False, False),
        ("Status: drafted", "drafted", False, False),
        ("", None, False, False),
        ("Status: TODO", "todo", False, False),
        ("状态：done", "done", True, True),
        ("Status:\tCompleted.", "completed", True, True),
    ],
)
def test_a_status_says_whether_a_story_is_released_and_done(
    status: str, state: str | None, released: bool, done: bool
) -> None:
    unit = story(written("- [x] Do it\n", f"# Story 1.1: Weigh it\n\n{status}\n"))
    (ticket,) = unit.tickets
    assert (unit.tasks[0].state, ticket.approved, unit.approved, ticket.done) == (state, released, released, done)


@pytest.mark.parametrize(
    ("box", "ident", "title", "criteria"),
    [
        ("Task 1: Weigh it (AC: #1, #2)", "1.1/1", "Weigh it", ["AC1", "AC2"]),
        ("Task 1: Weigh it (AC: 1-3)", "1.1/1", "Weigh it", ["AC1", "AC2", "AC3"]),
        ("Task 1 (AC: 1): Weigh it", "1.1/1", "Weigh it", ["AC1"]),
        ("**Task 1: Weigh it** (AC1, AC2)", "1.1/1", "Weigh it", ["AC1", "AC2"]),
        ("Weigh it (ACs: 1 and 2)", None, "Weigh it", ["AC1", "AC2"]),
        ("Weigh it (AC #2)", None, "Weigh it", ["AC2"]),
        ("Weigh it [AC: 2]", None, "Weigh it", ["AC2"]),
        ("Weigh it (AC: all)", None, "Weigh it", ["AC1", "AC2"]),
        ("1. Weigh it", "1.1/1", "Weigh it", []),
        ("1.1 Weigh it", "1.1/1.1", "Weigh it", []),
        ("Subtask 1.1: Weigh it", "1.1/1.1", "Weigh it", []),
        ("Weigh it on the AC (mains) scale", None, "Weigh it on the AC (mains) scale", []),
        ("404 parcels", None, "404 parcels", []),
        ("Task 0: Weigh it", "1.1/0", "Weigh it", []),
        ("[AI-Review][High] Weigh it", None, "Weigh it", []),
        ("Weigh it (optional)", None, "Weigh it", []),
        ("~~Weigh it~~", None, "Weigh it", []),
    ],
)
def test_a_box_says_number_title_and_criteria(box: str, ident: str | None, title: str, criteria: list[str]) -> None:
    text = "# Story 1.1: Weigh it\n\nStatus: Approved\n\n## Acceptance Criteria\n\n1. One\n2. Two\n"
    unit = story(written(f"- [ ] {box}\n", text))
    (task,) = leaves(unit)
    assert (task.id, task.title, list(task.requirements)) == (ident, title, criteria)


@pytest.mark.parametrize("box", ["A (AC: " + "1, " * 500, "A (AC: " + "1 " * 90 + "x)", "A (AC:" + " " * 500 + "1"])
def test_a_long_list_of_criteria_is_read_at_once(box: str) -> None:
    """Were there two ways to read each of its signs, this would take longer than anybody waits."""
    assert len(leaves(story(written(f"- [ ] {box}\n")))) == 1


def test_statuses_of_the_sprint_come_before_those_of_files() -> None:
    files = {
        f"{V6}/1-1-weigh.md": written("- [ ] Do it\n", "# Story 1.1: Weigh it\n\nStatus: done\n"),
        SPRINT: "development_status:\n  epic-1: in-progress\n"
        "  '1-1-weigh': backlog   # soon\n  1-2-print-it: {status: review}\n"
        "  epic-1-retrospective: optional\n",
    }
    unit = only(files)
    assert [(t.id, t.title, t.approved, t.done) for t in unit.tickets] == [
        ("1.1", "Weigh it", False, False),
        ("1.2", "Print it", True, False),
    ]
    assert unit.reasons == ("stories past backlog: 1.2",)


@pytest.mark.parametrize(
    "yaml", ["development_status: [", "- a", "", "x: 1", "a: &a [*a]\n" * 3, "development_status: 3"]
)
def test_statuses_that_cannot_be_read_release_nothing(yaml: str) -> None:
    files = {f"{V6}/1-1-weigh.md": written("- [ ] Do it\n"), SPRINT: yaml}
    unit = only(files)
    assert not unit.approved and not unit.tickets[0].approved
    assert ("unreadable-status", SPRINT) in [(n.rule, n.subject) for n in unit.diagnostics]
