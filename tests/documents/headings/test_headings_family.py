"""Plans as people really write them: other places for DONE, missing words, other levels."""

from __future__ import annotations

import pytest

from techmap_sync.documents.headings.headings_family import read_plan
from techmap_sync.documents.units.unit import Unit
from tests.families.gold import grammar


def plan(text: str) -> Unit:
    return read_plan("docs/plans/2026-03-14-rota.md", text, grammar("plans"))


@pytest.mark.parametrize(
    ("heading", "title", "done", "state"),
    [
        ("### Task 1: A", "A", False, None),
        ("## Task 1: A", "A", False, None),
        ("### Task 1. A ✅", "A", True, None),
        ("### ✅ Task 1: A", "A", True, None),
        ("### Task 1: A (DONE)", "A", True, None),
        ("### Task 1: A (✅ DONE)", "A", True, None),
        ("### Task 1: A [DONE]", "A", True, None),
        ("### Task 1: A — COMPLETE", "A", True, None),
        ("### Task 1: A (until it is done)", "A (until it is done)", False, None),
        ("### Task 1: Be done with it", "Be done with it", False, None),
        ("### ~~Task 1: A~~", "A", False, "removed"),
        ("### Task 1: A [SKIPPED]", "A", False, "skipped"),
        ("### Task 1: DEFERRED - A", "A", False, "deferred"),
        ("### Task 1", "Task 1", False, None),
        ("### Task 1: `rota.py`", "rota.py", False, None),
    ],
)
def test_a_heading_says_what_it_is_about_and_whether_it_is_done(
    heading: str, title: str, done: bool, state: str | None
) -> None:
    unit = plan(f"# Rota Implementation Plan\n\n{heading}\n\n- [x] **Step 1: Write it**\n")
    (task,) = unit.tasks
    assert (task.title, task.done, task.state) == (title, done, state)
    assert [step.title for step in task.steps] == ["Write it"]
    assert all(ticket.title for ticket in unit.tickets)


@pytest.mark.parametrize(
    "heading", ["### Tasks 1-3: A", "### Tasking 1", "### Step 1: A", "### 1. A", "Task 1: A", "> ### Task 1: A"]
)
def test_other_headings_are_no_tasks(heading: str) -> None:
    assert not plan(f"# Rota\n\n{heading}\n\n- [ ] one\n").tasks


@pytest.mark.parametrize(
    "text", ["", "### Task 1: A\n" * 2000, "```\n### Task 1: A", "\ufeff\x00", "### Task 1:" + " A" * 9000]
)
def test_no_text_makes_reading_fail(text: str) -> None:
    assert plan(text).family == "plans"


def test_one_number_twice_is_two_tasks_and_said() -> None:
    unit = plan("## Phase 1: P\n### Task 1: A\n## Phase 2: Q\n### Task 1: B\n")
    assert [(task.title, task.phase) for task in unit.tasks] == [("A", "Phase 1: P"), ("B", "Phase 2: Q")]
    assert [notice.rule for notice in unit.diagnostics] == ["duplicate-id"]


@pytest.mark.parametrize(
    "lines",
    [
        "**Step 1: Write it**\n\n**Step 2: Run it**\n",
        "Step 1: Write it\n\nStep 2 - Run it\n",
        "#### Step 1: Write it\n\n#### Step 2: Run it\n",
        "- **Step 1:** Write it\n- **Step 2:** Run it\n",
        "- [ ] Step 1: Write it\n- [ ] Step 2: Run it\n",
        "- [ ] Write it\n- [ ] Run it\n\nStep 3: only boxes count where there are some\n",
    ],
)
def test_steps_are_boxes_or_lines_that_say_which_step_they_are(lines: str) -> None:
    (task,) = plan(f"# Rota Implementation Plan\n\n### Task 1: A\n\n{lines}").tasks
    assert [step.title for step in task.steps] == ["Write it", "Run it"]


def test_a_ticked_step_is_done_and_its_task_is_not() -> None:
    (task,) = plan("### Task 1: A\n- [x] one\n- [X] two\n- [ ] three\n").tasks
    assert ([step.done for step in task.steps], task.done) == ([True, True, False], False)


def test_a_command_in_a_step_is_no_file_of_the_task() -> None:
    text = "### Task 1: A\n\n**Files:**\n- Create: `a.py`\n\n**Step 1: Run it**\n\nRun: `pytest tests/a.py`\n"
    assert plan(text).tasks[0].locations == ("a.py",)
