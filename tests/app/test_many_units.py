"""A repository of many units most of which are finished: these cost next to nothing."""

from __future__ import annotations

import pytest

from techmap_sync.documents.base import Sources
from techmap_sync.documents.checklist.checklist_family import Checklists
from techmap_sync.documents.units.unit import Unit
from tests.app.run import Program, on_github
from tests.simulators.github import GitHub

MANY = 30
COMMANDS = (("plan",), ("status",), ("reconcile", "--report-only"))
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

    def asked(*command: str) -> list[str]:
        before = len(github.requests)
        assert program(*command, *on_github(github)).code == 0
        return [f"{each.verb} {each.path} {each.query}" for each in github.requests[before:]]

    many = {command: asked(*command) for command in COMMANDS}
    for number in range(3, MANY):
        (program.folder / f"specs/{number:03}-feature-{number}/tasks.md").unlink()
    assert many == {command: asked(*command) for command in COMMANDS}, "finished units cost no request"


def test_finished_units_are_read_whole_only_to_close_their_tickets(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    (program.folder / "techmap-sync.toml").write_text('families = ["spec-kit"]\njobs = 1\n', encoding="utf-8")
    for number in range(6):
        file = program.folder / f"specs/{number:03}-feature-{number}/tasks.md"
        file.parent.mkdir(parents=True)
        text = OPEN.format(n=number)
        file.write_text(text if number < 2 else text.replace("[ ]", "[x]"), encoding="utf-8")
    program("push", "--to", "backlog:b")
    file = program.folder / "specs/000-feature-0/tasks.md"
    file.write_text(file.read_text("utf-8").replace("[ ]", "[x]"), encoding="utf-8")
    read: list[str] = []
    unit_of = Checklists.unit_of

    def counted(family: Checklists, sources: Sources) -> Unit:
        read.append(sources.place)
        return unit_of(family, sources)

    monkeypatch.setattr(Checklists, "unit_of", counted)

    def whole(*command: str) -> set[str]:
        read.clear()
        assert program(*command, "--to", "backlog:b").code in (0, 3)
        return {place.split("-")[-1].partition("/")[0] for place in read}

    for command in COMMANDS:
        assert whole(*command) == {"0", "1"}, "an open one, and one whose ticket is to be closed"
    program("push", "--to", "backlog:b")
    for command in COMMANDS:
        assert whole(*command) == {"1"}, "nothing is to be done about what is finished"
    shown = program("status", "--to", "backlog:b", "--format", "json").json["maps"]
    tasks = {each["map_id"]: [(t["state"], t["in_map"]) for t in each["tasks"]] for each in shown}
    assert tasks["feature-0"] == [("done", True)]
    assert whole("pull") == {"0", "1"}, "a closed ticket may tick what is optional"
