"""What the tickets of a unit say."""

from __future__ import annotations

from techmap_sync.documents.base import Sources
from techmap_sync.documents.headings.headings_family import read_plan
from techmap_sync.documents.units.document import document_of
from techmap_sync.documents.work import Work
from tests.families.gold import grammar

PATH = "docs/plans/2026-03-14-rota.md"


def work(text: str) -> Work:
    text = f"# Rota Implementation Plan\n\n### Task 1: Feed\n\n{text}"
    return document_of(read_plan(PATH, text, grammar("plans")), Sources(text, PATH, PATH)).works[0]


def test_what_is_written_below_a_step_belongs_to_it() -> None:
    found = work("**Step 1: See `it` fail**\n\nRun: `pytest`\n\n```python\nx = 1\n```\n\n**Step 2: Commit**\n\n---\n")
    assert [item.markdown for item in found.items] == ["See `it` fail", "Commit"]
    assert [item.detail for item in found.items] == ["Run: `pytest`\n\n```python\nx = 1\n```", ""]


def test_what_is_said_above_the_steps_introduces_them_without_the_list_of_files() -> None:
    files = "**Files:**\n- Create: `a.py`\n- Test: `test_a.py`\n"
    found = work(f"Keep it pure.\n\n{files}\n**Interfaces:**\n- `feed()`\n\n- [x] one\n")
    assert found.detail == "Keep it pure.\n\n\n**Interfaces:**\n- `feed()`"
    assert found.locations == ("a.py", "test_a.py")
    assert [item.done for item in found.items] == [True]


def test_code_of_more_than_twenty_lines_is_linked() -> None:
    short, long = "x = 1\n" * 20, "x = 1\n" * 21
    assert work(f"- [ ] one\n\n```\n{short}```\n").items[0].detail == f"```\n{short}```"
    linked = work(f"- [ ] one\n\nAs here:\n\n```\n{long}```\nDone.\n").items[0].detail
    assert linked == f"As here:\n\n[{PATH}, 9-31](2026-03-14-rota.md#L9-L31)\nDone."


def test_a_task_without_steps_says_what_is_written_below_its_heading() -> None:
    assert work("Say how to print it.\n").detail == "Say how to print it."
