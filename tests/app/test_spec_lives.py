"""What happens to a unit of specs over time, on every tracker: ticked, unticked, skipped, retracted, archived."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.app.run import Program, on_github, on_gitlab
from tests.turns import in_turn

OPENSPEC = """## 1. Storage
- [ ] 1.1 Add the table of berths
- [ ] 1.2 Keep the history of berths

## 2. Booking page
- [ ] 2.1 Show free berths
- [ ] 2.2 Book a berth (after 1.1)

## 3. Reports
- [ ] 3.1 Print the month
"""
KIRO = """# Implementation Plan: Berth Alerts

- [ ] 1. Send alerts
  - [ ] 1.1 Choose the channel
- [ ] 2. Show alerts
"""


@dataclass
class Place:
    """A repository with specs, and a tracker."""

    program: Program
    to: Sequence[str]

    def write(self, path: str, text: str) -> Path:
        file = self.program.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def run(self, command: str, *more: str, code: int = 0) -> Any:
        ended = self.program(command, *self.to, "--format", "json", *more)
        assert ended.code == code, ended.out + ended.err
        return ended.json

    def actions(self, *more: str, code: int = 0) -> dict[str, set[str]]:
        """Push, and return what was done to which task."""
        found: dict[str, set[str]] = {}
        for change in self.run("push", *more, code=code)["changes"]:
            if "edge" not in change and change["action"] != "skip":
                found.setdefault(change["key"].rpartition("/")[2], set()).add(change["action"])
        return found

    def states(self) -> dict[str, str]:
        maps = self.run("status")["maps"]
        return {t["key"].rpartition("/")[2]: t["state"] for each in maps for t in each["tasks"] if t["number"]}


pytest_generate_tests = in_turn("place", ("github", "gitlab", "backlog"))


@pytest.fixture
def place(request: pytest.FixtureRequest, program: Program) -> Place:
    (program.folder / "techmap-sync.toml").write_text('families = ["openspec", "kiro"]\njobs = 1\n', encoding="utf-8")
    routes: dict[str, Callable[[Any], list[str]]] = {"github": on_github, "gitlab": on_gitlab}
    to = ["--to", "backlog:./backlog"]
    if request.param in routes:
        to = routes[request.param](request.getfixturevalue(request.param))
    return Place(program, to)


def test_a_unit_lives_from_its_first_push_to_its_archive(place: Place) -> None:
    file = place.write("openspec/changes/book-berths/tasks.md", OPENSPEC)
    first = place.actions()
    assert {key for key, done in first.items() if "create" in done} == {"map", "storage", "booking-page", "reports"}
    assert place.actions() == {}, "a second push writes nothing"

    text = OPENSPEC.replace("[ ] 1.", "[x] 1.")
    file.write_text(text, encoding="utf-8")
    assert place.actions()["storage"] == {"close"}, "a section whose boxes are ticked is done"
    assert place.actions() == {}

    file.write_text(text.replace("[x] 1.2", "[ ] 1.2"), encoding="utf-8")
    assert "storage" not in place.actions(), "losing a tick reopens nothing"

    new = text.replace("- [x] 1.2", "- [ ] 1.3 Keep the history of anchors\n- [x] 1.2")
    file.write_text(new, encoding="utf-8")
    assert place.actions()["storage"] == {"reopen"}, "a new task is work"

    skipped = text.replace("- [ ] 3.1", "- [-] 3.1")
    file.write_text(skipped, encoding="utf-8")
    done = place.actions()
    assert done["reports"] == {"close"}, "what is skipped is closed"
    assert place.actions() == {}

    archived = place.program.folder / "openspec/changes/archive/2026-11-02-book-berths"
    archived.parent.mkdir()
    file.parent.rename(archived)
    done = place.actions()
    assert done["booking-page"] == {"close"}
    assert "create" not in {each for changes in done.values() for each in changes}
    assert place.actions() == {}


def test_a_gate_that_is_closed_again_keeps_everything_as_it_is(place: Place) -> None:
    file = place.write(".kiro/specs/berth-alerts/tasks.md", KIRO)
    gate = place.write(".kiro/specs/berth-alerts/spec.json", json.dumps({"approvals": {"tasks": {"approved": True}}}))
    assert {key for key, done in place.actions().items() if "create" in done} == {"map", "send-alerts", "show-alerts"}
    gate.write_text(json.dumps({"approvals": {"tasks": {"approved": False}}}), encoding="utf-8")
    file.write_text(KIRO + "- [ ] 3. Mute alerts\n", encoding="utf-8")
    document = place.run("push")
    assert document["changes"] == []
    assert "approvals.tasks.approved" in json.dumps(document)


def test_what_is_finished_at_first_sight_makes_no_ticket(place: Place) -> None:
    place.write("openspec/changes/archive/2026-01-02-old/tasks.md", OPENSPEC)
    place.write(".kiro/specs/berth-alerts/tasks.md", re.sub(r"\[ \]", "[x]", KIRO))
    assert place.actions() == {}
    place.write("openspec/changes/book-berths/tasks.md", OPENSPEC.replace("[ ] 1.", "[x] 1."))
    assert set(place.actions()) == {"map", "booking-page", "reports"}, "a finished section neither"
