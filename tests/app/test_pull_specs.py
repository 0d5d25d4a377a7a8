"""``pull`` for specs: completed tickets tick the boxes of every family."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.run import Program, on_github, on_gitlab
from tests.app.test_specs import copied, tasks_file, with_families
from tests.families.gold import Gold, golds
from tests.simulators.github import GitHub
from tests.simulators.gitlab import Simulator as GitLab

GOLDS = [golds("spec-kit")[0], golds("spec-kit")[1], golds("openspec")[2], golds("kiro")[0], golds("kiro")[1]]


def completed(program: Program) -> None:
    for path in (program.folder / "backlog" / "tasks").glob("*"):
        path.write_text(path.read_text("utf-8").replace("status: To Do", "status: Done", 1), "utf-8")


def opened(program: Program, gold: Gold) -> Path:
    copied(program, gold.repository)
    with_families(program, gold.family)
    path = tasks_file(program, gold.family)
    program.has_run("push")
    return path


def changed_lines(before: bytes, after: bytes) -> list[int]:
    pairs = zip(before.split(b"\n"), after.split(b"\n"), strict=True)
    return [number for number, (old, new) in enumerate(pairs, 1) if old != new]


@pytest.mark.parametrize("gold", GOLDS, ids=str)
def test_all_tickets_completed_tick_everything_that_is_required(program: Program, gold: Gold) -> None:
    path = opened(program, gold)
    before = path.read_bytes()
    completed(program)
    shown = program("show", path.parent, "--format", "json").json
    out = {task["line"] for task in shown["tasks"] if task["optional"] or task["kind"] == "checkpoint"}
    ended = program("pull", "--write", "--format", "json")
    left = {each["text"] for each in ended.json["left"]}
    after = path.read_bytes()
    lines = changed_lines(before, after)
    assert lines and len(before) == len(after) and not out & set(lines)
    new = after.split(b"\n")
    assert all(new[n - 1].replace(b"[x]", b"[ ]", 1) == before.split(b"\n")[n - 1] for n in lines)
    again = program("show", path.parent, "--format", "json").json
    items = {item for ticket in again["tickets"] for item in ticket["items"] if item not in ticket["optional_items"]}
    still_open = {
        task["title"] for task in again["tasks"] if (task["id"] or task["title"]) in items and not task["done"]
    }
    assert still_open <= left and (again["finished"] or left)
    assert [t["id"] for t in again["tasks"]] == [t["id"] for t in shown["tasks"]]
    tickets = len(list((program.folder / "backlog" / "tasks").glob("*")))
    assert program("push").code == 0
    assert len(list((program.folder / "backlog" / "tasks").glob("*"))) == tickets
    assert program("pull", "--check").code == 0


def test_a_reworded_or_renumbered_task_is_told_apart(program: Program) -> None:
    path = opened(program, golds("spec-kit")[0])
    completed(program)
    text = path.read_text("utf-8")
    (first, second) = [line for line in text.split("\n") if line.startswith("- [ ] T0")][:2]
    text = text.replace(first, first.replace("- [ ] T0", "- [ ] T9")).replace(second, f"{second} and paint it")
    path.write_text(text, "utf-8")
    assert program("pull", "--write").code == 0
    after = path.read_text("utf-8")
    assert f"{second} and paint it" in after
    assert first.replace("- [ ] T0", "- [x] T9") in after


def test_a_finished_task_of_a_plan_ticks_its_steps_and_leaves_the_heading(program: Program) -> None:
    gold = golds("plans")[0]
    path = opened(program, gold)
    before = path.read_bytes()
    completed(program)
    assert program("pull", "--write").code == 0
    after = path.read_bytes()
    lines = changed_lines(before, after)
    steps = sum(task["steps"] for task in gold.answer["tasks"])
    assert len(lines) == steps and all(b"- [x]" in after.split(b"\n")[line - 1] for line in lines)
    again = program("pull", "--check", "--format", "json")
    assert again.code == 0 and not again.json["left"]
    assert program("push").code == 0


@pytest.mark.parametrize("name", ["github", "gitlab"])
def test_a_closed_issue_ticks_its_section_on_both_servers(
    program: Program, github: GitHub, gitlab: GitLab, name: str
) -> None:
    gold = golds("openspec")[0]
    copied(program, gold.repository)
    with_families(program, gold.family)
    path = tasks_file(program, gold.family)
    flags = on_github(github) if name == "github" else on_gitlab(gitlab)
    assert program("push", *flags).code == 0
    ticket = next(ticket for ticket in gold.answer["tickets"] if not ticket["done"])
    issues = github.repository.issues.values() if name == "github" else gitlab.world.issues.values()
    issue = next(issue for issue in issues if issue.title == ticket["title"])
    issue.state, issue.state_reason = "closed", "completed"  # type: ignore[union-attr]
    assert program("pull", "--check", *flags).code == 3
    ended = program("pull", "--write", "--format", "json", *flags)
    ticked = [one for file in ended.json["files"] for one in file["ticks"]]
    lines = path.read_text("utf-8").split("\n")
    assert {one["key"].rpartition("/")[2] for one in ticked} == {ticket["title"].casefold().replace(" ", "-")}
    assert ticked and all("[x]" in lines[one["line"] - 1] for one in ticked)
    titles = [issue.title for issue in issues]
    assert program("push", *flags).code == 0
    assert program("pull", "--check", *flags).code == 0
    assert [issue.title for issue in issues] == titles
