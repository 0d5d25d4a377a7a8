"""Stories as teams really write them: other forms of numbers, statuses, criteria and task lists."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from techmap_sync.documents.story.artifacts import artifacts_in
from techmap_sync.documents.story.story_units import read_stories
from techmap_sync.documents.units.unit import Task, Unit
from tests.families.gold import grammar

WORDS = grammar("bmad")
V6 = "_bmad-output/implementation-artifacts"
EPICS = "_bmad-output/planning-artifacts/epics.md"
SPRINT = f"{V6}/sprint-status.yaml"


def story(text: str, name: str = "docs/stories/1.1.weigh-the-parcel.md") -> Unit:
    return only({name: text})


def only(files: Mapping[str, str]) -> Unit:
    (unit,) = read_stories(files, WORDS)
    return unit


def written(tasks: str, head: str = "# Story 1.1: Weigh the parcel\n\nStatus: Approved\n") -> str:
    return f"{head}\n## Tasks / Subtasks\n\n{tasks}"


def leaves(unit: Unit) -> list[Task]:
    return [task for task in unit.tasks if task.kind is None]


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


def test_a_status_that_nobody_knows_or_that_is_missing_is_said_and_releases_nothing() -> None:
    unknown = story(written("- [ ] Do it\n", "# Story 1.1: Weigh it\n\nStatus: at the pier\n"))
    missing = story(written("- [ ] Do it\n", "# Story 1.1: Weigh it\n"))
    assert "unknown-story-status" in {notice.rule for notice in unknown.diagnostics}
    assert "story-without-status" in {notice.rule for notice in missing.diagnostics}
    assert not unknown.approved and not missing.approved


def test_a_status_below_the_sections_is_not_the_storys() -> None:
    text = written("- [ ] Do it\n\n## Dev Notes\n\nStatus: done\n\n## QA Results\n\nStatus: done\n")
    assert story(text).tasks[0].state == "approved"


@pytest.mark.parametrize("said", ["skipped", "cancelled", "deferred"])
def test_a_story_that_is_given_up_is_not_planned(said: str) -> None:
    unit = story(written("- [ ] Do it\n", f"# Story 1.1: Weigh it\n\nStatus: {said}\n"))
    (ticket,) = unit.tickets
    assert ticket.not_planned and not ticket.items and not ticket.approved


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


def test_a_box_that_is_not_indented_is_below_its_number() -> None:
    unit = story(written("- [ ] Task 1: Weigh it\n- [ ] 1.1: Read the scale\n- [ ] Task 2: Print it\n"))
    assert [(task.id, task.parent) for task in leaves(unit)][1] == ("1.1/1.1", "1.1/1")
    assert unit.tickets[0].items == ("1.1/1.1", "1.1/2")


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


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_mark_at_the_beginning_change_nothing(ends: str, mark: str) -> None:
    text = written("- [x] Task 1: Weigh it (AC: 1)\n  - [ ] 1.1: Read", "# Story 1.1: Weigh it\n\nStatus: Approved\n")
    assert story(mark + text.replace("\n", ends)) == story(text)


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


def test_numbers_with_two_digits_are_in_the_order_of_numbers() -> None:
    files = {
        f"docs/stories/{n}.x.md": written("", f"# Story {n}: T{n}\n\nStatus: Approved\n")
        for n in ("2.10", "2.9", "10.1", "2.1")
    }
    units = read_stories(files, WORDS)
    assert [[ticket.id for ticket in unit.tickets] for unit in units] == [["2.1", "2.9", "2.10"], ["10.1"]]


def test_one_number_twice_is_two_stories_and_said() -> None:
    text = written("- [ ] Do it\n")
    unit = only({"docs/stories/1.1.a.md": text, "docs/stories/1.1.b.md": text.replace("Weigh", "Ship")})
    assert [ticket.title for ticket in unit.tickets] == ["Weigh the parcel", "Ship the parcel"]
    assert "duplicate-id" in {notice.rule for notice in unit.diagnostics}


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


def test_an_edge_to_another_epic_and_a_circle_are_said() -> None:
    epics = (
        "## Epic 1: A\n### Story 1.1: A\nPrerequisites: Story 1.2\n"
        "### Story 1.2: B\nPrerequisites: Story 1.1, Story 2.1\n## Epic 2: B\n### Story 2.1: C\n"
    )
    one, _ = read_stories({EPICS: epics}, WORDS)
    rules = [notice.rule for notice in one.diagnostics]
    assert rules.count("circle-of-dependencies") == 2 and "dependency-on-another-unit" in rules
    assert all(not ticket.waits_for for ticket in one.tickets)


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
    "name",
    [
        "docs/stories/README.md",
        "docs/stories/2026-01-15-weekly.md",
        f"{V6}/epic-1-retro-2026-02-01.md",
        f"{V6}/tech-spec-parcels.md",
        "docs/stories/index.md",
        f"{V6}/1-1-validation-report.md",
        "docs/story/1.1.x.md",
        "stories/1.1.x.md",
    ],
)
def test_other_files_of_the_folder_are_no_stories(name: str) -> None:
    text = "# Report of the week\n\nStatus: done\n\n## Checklist\n\n- [ ] Task 1: Weigh it\n"
    assert read_stories({name: text}, WORDS) == ()
    assert not artifacts_in(["docs/story/1.1.x.md"], WORDS).paths


def test_all_stories_done_is_finished_whatever_their_boxes_say() -> None:
    unit = story(written("- [ ] Do it\n", "# Story 1.1: Weigh it\n\nStatus: done\n"))
    assert unit.finished and unit.tickets[0].done
    assert ("parent-against-children", "1.1") in [(n.rule, n.subject) for n in unit.diagnostics]


def test_leaves_can_be_tickets() -> None:
    text = written(
        "- [x] Task 1: Weigh it\n  - [x] 1.1: Read\n  - [ ] 1.2: Store (depends on 1.1)\n"
        "- [ ] Task 2: Print (depends on Task 1)\n"
    )
    (unit,) = read_stories({"docs/stories/1.1.x.md": text}, WORDS, "task")
    assert [(t.title, t.done, t.waits_for) for t in unit.tickets] == [
        ("Read", True, ()),
        ("Store", False, ("Read",)),
        ("Print", False, ("Store",)),
    ]


@pytest.mark.parametrize("box", ["A (AC: " + "1, " * 500, "A (AC: " + "1 " * 90 + "x)", "A (AC:" + " " * 500 + "1"])
def test_a_long_list_of_criteria_is_read_at_once(box: str) -> None:
    """Were there two ways to read each of its signs, this would take longer than anybody waits."""
    assert len(leaves(story(written(f"- [ ] {box}\n")))) == 1
