"""``plan``: what it shows, and a push that is held to it."""

from __future__ import annotations

import pytest

from tests.app.run import READY, Program
from tests.cli.one_map import edited, files_below, ticket


def test_a_plan_writes_nothing(program: Program) -> None:
    edited(program)
    before = files_below(program.folder)
    assert program("plan", "map.md", "--exit-code").code == 3
    assert files_below(program.folder) == before


def test_the_same_plan_has_the_same_digest(program: Program) -> None:
    first, second = (program("plan", READY[0], "--format", "json").json["digest"] for _ in range(2))
    assert first == second


def test_a_reviewed_plan_is_applied_exactly(program: Program) -> None:
    edited(program)
    assert program("plan", "map.md", "--out", "plan.json").code == 0
    assert program("push", "map.md", "--plan", "plan.json").code == 0
    assert program("push", "map.md", "--plan", "plan.json").code == 0, "what is already applied passes"


def test_a_stale_plan_is_refused_before_the_first_write(program: Program) -> None:
    edited(program)
    program("plan", "map.md", "--out", "plan.json")
    edited(program, "- `TwoFactorController`: HTTP", "- `QrCode`: draws\n- `TwoFactorController`: HTTP")
    ended = program("push", "map.md", "--plan", "plan.json")
    assert ended.code == 4
    assert "the plan is stale: " in ended.err
    assert "create Create QrCode" in ended.err
    assert not (program.folder / "backlog").exists()


def test_whom_the_reviewed_plan_does_not_show_is_not_assigned(program: Program) -> None:
    edited(program)
    settings = program.folder / "techmap-sync.toml"
    settings.write_text('assignees = ["sara", "tom"]\n', "utf-8")
    assert "assigned to sara, tom" in program("plan", "map.md", "--out", "plan.json").out
    settings.write_text('assignees = ["sara", "mallory"]\n', "utf-8")
    ended = program("push", "map.md", "--plan", "plan.json")
    assert ended.code == 4
    assert "the plan is stale: " in ended.err
    assert not (program.folder / "backlog").exists()
    settings.write_text('assignees = ["@Tom"]\n', "utf-8")
    assert program("push", "map.md", "--plan", "plan.json").code == 0


def test_a_human_edit_after_the_review_makes_the_plan_stale(program: Program) -> None:
    edited(program)
    program.has_run("push", "map.md")
    edited(program, "Checks time-based codes", "Verifies time-based codes")
    program("plan", "map.md", "--out", "plan.json")
    path = ticket(program, "1.1")
    path.write_text(path.read_text("utf-8").replace("Checks time-based codes", "My words"), encoding="utf-8")
    ended = program("push", "map.md", "--plan", "plan.json")
    assert "My words" in path.read_text("utf-8")
    assert ended.code == 0, "the conflict is shown, and nothing that was not reviewed is written"


@pytest.mark.parametrize("content", [None, "{}", "no json", '{"tracker": 1, "changes": [{}]}'])
def test_a_file_that_is_no_plan_is_one_clear_message(program: Program, content: str | None) -> None:
    edited(program)
    if content is not None:
        (program.folder / "plan.json").write_text(content)
    ended = program("push", "map.md", "--plan", "plan.json")
    assert ended.code == 2
    assert "plan --out FILE" in ended.err
