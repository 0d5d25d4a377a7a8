"""The planner writes the backlog that a good lead would write."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from pathlib import Path

import pytest

from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import TaskPlan
from tests.planning.maps import READY, backlog_text, body_text, plan_of, read, read_file

HERE = Path(__file__).parent


def golden(name: str, text: str) -> None:
    """Hold a text to its golden file; UPDATE_GOLDEN=1 writes it anew."""
    path = HERE / "golden" / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_task_list(path: Path) -> None:
    golden(f"{path.stem}.tasks.txt", backlog_text(plan_of(read_file(path))))


@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_three_bodies(path: Path) -> None:
    plan = plan_of(read_file(path), path=f"docs/maps/{path.name}", text=path.read_text("utf-8"))
    first = next(task.key for task in plan.tasks if task.kind is Kind.COMPONENT)
    tests = next(task.key for task in plan.tasks if task.kind is Kind.TEST)
    for name, key in (("component", first), ("tests", tests), ("tracking", plan.tracking.key)):
        golden(f"{path.stem}.{name}.md", body_text(plan, key))


def plain(text: str) -> str:
    """Only letters and digits: Markdown, invisible characters and case do not count."""
    return re.sub(r"[\W_]+", "", text).casefold()


def gold_items(path: Path) -> list[str]:
    gold = json.loads(path.with_suffix(".gold.json").read_text("utf-8"))
    return [item for part in ("changes", "tests", "deployment") for items in gold[part].values() for item in items]


def lines_of(plan: TaskPlan) -> dict[str, list[str]]:
    """Title, checklist lines and the labels above them of every ticket."""
    return {
        task.key: [
            plain(task.title),
            *(plain(line) for s in task.sections for line in re.findall(r"^(?:- (?:\[.\] )?|\*\*)(.*)", s.text, re.M)),
        ]
        for task in plan.tasks
    }


@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_every_item_stands_in_exactly_one_ticket(path: Path) -> None:
    found = read_file(path)
    tickets = lines_of(plan_of(found))
    headings = {group.heading for group in (*found.changes, *found.tests, *found.deployment)}
    for item in gold_items(path):
        if item in headings:  # code without a word above it: the ticket is called so, and its box would say no more
            continue
        holders = [key for key, lines in tickets.items() if any(line.startswith(plain(item)) for line in lines)]
        assert len(holders) == 1, f"{item}: {holders}"


def test_every_ready_map_becomes_a_backlog_that_one_can_oversee(capsys: pytest.CaptureFixture[str]) -> None:
    """8 to 25 tickets; tests and deployment steps wait for something; at most half are high, no priority holds more
    than 80 %. Unit tests and the rollback wait only for what they name."""
    rows = ["map                              tickets  waiting  high  medium  low"]
    for path in READY:
        plan = plan_of(read_file(path))
        early = (f"{plan.map_id}/test/unit", f"{plan.map_id}/deployment/rollback")
        late = [task for task in plan.tasks if task.kind in (Kind.TEST, Kind.DEPLOYMENT) and task.key not in early]
        waiting = sum(bool(task.blocked_by) for task in late) / len(late)
        tickets = len(plan.tasks) + 1
        number = Counter(str(task.priority) for task in plan.tasks)
        share = {name: number[name] / tickets for name in ("high", "medium", "low")}
        high, medium, low = (f"{share[name]:.0%}" for name in ("high", "medium", "low"))
        rows.append(f"{path.stem:<32} {tickets:>7} {waiting:>8.0%} {high:>5} {medium:>7} {low:>4}")
        assert 8 <= tickets <= 25, rows[-1]
        assert waiting == 1, rows[-1]
        assert number["high"] <= len(plan.tasks) / 2, rows[-1]
        assert max(share.values()) <= 0.8, rows[-1]
    golden("table.txt", "\n".join(rows) + "\n")
    with capsys.disabled():
        print("\n" + "\n".join(rows))


def test_what_a_component_lists_as_changes_is_a_box_and_makes_edges() -> None:
    text = (
        "# TECHNICAL MAP: Throttle\n\n## Components\n### New Components\n- `Bucket`: counts\n"
        "### Modified Components\n- `Gateway`: routes\n\n"
        "## Component Specifications\n### Bucket\n**Methods**:\n- `take(n)`\n"
        "### Gateway\n**Changes**:\n- call `Bucket.take`\n- [x] map refusal to 429\n"
    )
    plan = plan_of(read(text), text=text)
    gateway = next(task for task in plan.tasks if task.key.endswith("gateway"))
    assert "- [ ] call `Bucket.take`" in body_text(plan, gateway.key)
    assert "- [x] map refusal to 429" in body_text(plan, gateway.key)
    assert [key.rpartition("/")[2] for key in gateway.blocked_by] == ["bucket"]
