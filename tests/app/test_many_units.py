"""A repository of many units most of which are finished: these cost next to nothing."""

from __future__ import annotations

from tests.app.run import Program, on_github
from tests.simulators.github import GitHub

OPEN = "# Tasks: Feature {n}\n\n## Phase 1: Build\n\n- [ ] T001 Build part {n}\n- [x] T002 Draw part {n}\n"


def test_of_300_units_of_which_290_are_finished_ten_are_pushed(program: Program, github: GitHub) -> None:
    (program.folder / "techmap-sync.toml").write_text('families = ["spec-kit"]\njobs = 1\n', encoding="utf-8")
    for number in range(300):
        file = program.folder / f"specs/{number:03}-feature-{number}/tasks.md"
        file.parent.mkdir(parents=True)
        text = OPEN.format(n=number)
        file.write_text(text if number < 10 else text.replace("[ ]", "[x]"), encoding="utf-8")
    pushed = program("push", *on_github(github), "--format", "json").json
    created = [change for change in pushed["changes"] if change["action"] == "create"]
    assert {change["map_id"] for change in created} == {f"feature-{number}" for number in range(10)}
    assert len(created) == 20
    before = len(github.requests)
    program("plan", *on_github(github))
    many = len(github.requests) - before
    for number in range(10, 300):
        (program.folder / f"specs/{number:03}-feature-{number}/tasks.md").unlink()
    before = len(github.requests)
    program("plan", *on_github(github))
    assert many == len(github.requests) - before, "finished units cost no request"
