"""Tickets as the first edition of the rules wrote them, in a folder and in memory (``tests/recorded/edition-1``).

What people did to them is kept, whatever form they get.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.documents.text import decode
from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.change_set import MapChanges
from techmap_sync.sync.comparison import ticked, unticked
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tracker import Standing, State, Ticket
from tests.app.run import ROOT, Program
from tests.fakes.memory import MemoryTracker
from tests.planning.maps import plan_of, read
from tests.sync.build import POLICY
from tests.sync.drive import key_of, planned, push

RECORDED = ROOT / "tests" / "recorded" / "edition-1"
REFRESH = replace(POLICY, refresh=True)
MAPS = sorted((RECORDED / "docs" / "maps").glob("*.md"))


TICKETS = json.loads((RECORDED / "tickets.json").read_text("utf-8"))


def recorded(path: Path) -> MemoryTracker:
    """The tickets of a map."""
    tracker = MemoryTracker()
    tracker.tickets = {row["number"]: ticket_of(row) for row in TICKETS[path.stem]}
    tracker.created = len(tracker.tickets)
    return tracker


def ticket_of(row: dict[str, Any]) -> Ticket:
    sets = {name: frozenset(row.get(name, ())) for name in ("labels", "assignees", "blocked_by")}
    return Ticket(**{**row, **sets, "standing": Standing[row["standing"]], "state": State(row["state"])})


def of(path: Path, edit: str = "") -> tuple[TaskPlan, str]:
    text = decode(path.read_bytes()).replace("## Data Flow", f"## Data Flow{edit}")
    return plan_of(read(text), path=f"docs/maps/{path.name}", text=text), text


def changes(tracker: MemoryTracker, path: Path, policy: SyncPolicy = POLICY) -> MapChanges:
    plan, text = of(path)
    (only,) = planned(tracker, plan, policy, text).maps
    assert not only.refusals
    return only


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_nothing_is_written_until_somebody_asks(path: Path) -> None:
    tracker = recorded(path)
    assert list(changes(tracker, path).writes) == []


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_refreshed_they_have_the_form_of_today_and_all_that_people_did(path: Path) -> None:
    tracker, (plan, text) = recorded(path), of(path)
    before = dict(tracker.tickets)
    for number, ticket in before.items():
        tracker.edit(number, body=f"{ticket.body.replace('- [ ]', '- [x]')}\n\nAda was here {number}\n")
    done = {box for ticket in before.values() for box in unticked([ticket.body])}
    push(tracker, plan, REFRESH, text)
    for number in before:
        assert f"Ada was here {number}" in tracker.tickets[number].body
    keys = {key_of(ticket): number for number, ticket in tracker.tickets.items()}
    assert all(keys[key_of(ticket)] == number for number, ticket in before.items()), "a ticket lost its task"
    assert {spec.key for spec in plan.tasks if not spec.done} <= keys.keys()
    ticked_now = {words(box) for ticket in tracker.tickets.values() for box in ticked([ticket.body])}
    wanted = {words(box) for spec in plan.tasks for section in spec.sections for box in unticked([section.text])}
    kept = [box for box in wanted if any(box.startswith(words(former)) for former in done)]
    assert kept
    assert [box for box in kept if box not in ticked_now] == []
    assert list(changes(tracker, path).writes) == list(changes(tracker, path, REFRESH).writes) == []


def words(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


@pytest.fixture
def folder(program: Program) -> Program:
    shutil.copytree(RECORDED, program.folder, dirs_exist_ok=True)
    return program


def files(program: Program) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in (program.folder / "backlog" / "tasks").glob("*.md")}


def test_the_command_writes_nothing_says_why_and_refreshes_when_asked(folder: Program) -> None:
    before = files(folder)
    ended = folder("push", "--to", "backlog:backlog")
    assert ended.code == 0
    assert ended.out.count("push --refresh") == len(MAPS)
    assert files(folder) == before
    assert folder("push", "--to", "backlog:backlog", "--refresh").code == 0
    assert files(folder) != before
    again = folder("push", "--to", "backlog:backlog")
    assert again.code == 0
    assert "--refresh" not in again.out
    assert "Plan: no changes." in again.out


def test_the_next_change_of_a_map_brings_its_tickets_up_to_date() -> None:
    path, tracker = MAPS[0], recorded(MAPS[0])
    plan, text = of(path, edit="\n\n### Input Data\nMore of it.")
    push(tracker, plan, text=text)
    (only,) = planned(tracker, plan, text=text).maps
    assert list(only.writes) == []
    assert only.base.edition == plan.edition
