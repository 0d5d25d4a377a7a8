"""A repository of many units most of which are finished: these cost next to nothing."""

from __future__ import annotations

from tests.app.run import Program, on_github
from tests.simulators.github import GitHub

MANY = 60
OPEN = "# Tasks: Feature {n}\n\n## Phase 1: Build\n\n- [ ] T001 Build part {n}\n- [x] T002 Draw part {n}\n"


def test_finished_units_make_no_ticket_and_cost_no_request(program: Program, github: GitHub) -> None:
    (program.folder / "techmap-sync.toml").write_text('families = ["spec-kit"]\njobs = 1\n', encoding="utf-8")
    for number in range(MANY):
        file = program.folder / f"specs/{number:03}-feature-{number}/tasks.md"
        file.parent.mkdir(parents=True)
        text = OPEN.format(n=number)
        file.write_text(text if number < 3 else text.replace("[ ]", "[x]"), encoding="utf-8")
    pushed = program("push", *on_github(github), "--format", "json").json
    created = [change for change in pushed["changes"] if change["action"] == "create"]
    assert {change["map_id"] for change in created} == {f"feature-{number}" for number in range(3)}
    assert len(created) == 6
    before = len(github.requests)
    program("plan", *on_github(github))
    many = [f"{each.verb} {each.path} {each.query}" for each in github.requests[before:]]
    for number in range(3, MANY):
        (program.folder / f"specs/{number:03}-feature-{number}/tasks.md").unlink()
    before = len(github.requests)
    program("plan", *on_github(github))
    few = [f"{each.verb} {each.path} {each.query}" for each in github.requests[before:]]
    assert many == few, "finished units cost no request"
