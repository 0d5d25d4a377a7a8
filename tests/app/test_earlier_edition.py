"""Tickets as the first edition of the rules wrote them: in a folder, in memory and on servers.

``tests/recorded/edition-1`` has them; both servers hold the same. What people did is kept, whatever form they get.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
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
from tests.app.login import log_in
from tests.app.run import ROOT, Program
from tests.fakes.memory import MemoryTracker
from tests.planning.maps import plan_of, read
from tests.simulators.github import Account
from tests.simulators.gitlab.world import BOT
from tests.sync.build import POLICY
from tests.sync.drive import key_of, planned, push
from tests.trackers.servers import SERVERS, OnGitHub, OnGitLab, Server

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


# --- on servers ---


def store(server: Server, rows: list[dict[str, Any]]) -> None:
    """Let a server have the recorded tickets, by the account of the token."""
    if isinstance(server, OnGitHub):
        for row in rows:
            issue = server.server.add_issue(row["title"], *row["labels"], author=Account("octo"), body=row["body"])
            issue.parent = int(row["parent"]) if "parent" in row else None
            issue.blocked_by = list(map(int, row.get("blocked_by", ())))
    if isinstance(server, OnGitLab):
        world = server.server.world
        for row in rows:
            world.add_issue(row["title"], BOT, description=row["body"], labels=list(row["labels"]))
        for row in rows:
            ends = [(row[name], "relates_to") for name in ("parent",) if name in row]
            for source, kind in (*ends, *((other, "blocks") for other in row.get("blocked_by", ()))):
                world.add_link(int(source), int(row["number"]), kind)


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with SERVERS[request.param]() as server:
        log_in(server, monkeypatch)
        rows = json.loads((RECORDED / "servers.json").read_text("utf-8"))
        store(server, rows)
        assert [ticket.number for ticket in server.tickets()] == [row["number"] for row in rows]
        server.forget()
        yield server


@pytest.fixture
def two(program: Program) -> Program:
    """The maps of those tickets."""
    (program.folder / "docs" / "maps").mkdir(parents=True)
    for path in MAPS:
        if path.name[:2] in ("02", "11"):
            shutil.copy(path, program.folder / "docs" / "maps")
    (program.folder / "techmap-sync.toml").write_text(
        'maps = ["docs/maps"]\nsource = "example.org/team/app"\n', "utf-8"
    )
    return program


@pytest.mark.parametrize("command", ["plan", "push", "reconcile"])
def test_on_a_server_nothing_is_written_and_few_requests_are_sent(two: Program, server: Server, command: str) -> None:
    ended = two(command, *server.flags)
    assert (ended.code, ended.out.count("push --refresh")) == (0, 2), ended.out + ended.err
    assert server.writes == []
    assert command == "reconcile" or len(server.requests) <= len(server.lists) + 3


def test_on_a_server_a_refresh_keeps_all_that_people_did(two: Program, server: Server) -> None:
    (two.folder / "docs" / "maps" / "11-mobile-offline-sync.md").unlink()
    before = {ticket.number: ticket for ticket in server.tickets() if "/02-" in ticket.body}
    for ticket in before.values():
        people(server, ticket.number, f"{ticket.body.replace('- [ ]', '- [x]')}\n\nAda was here {ticket.number}\n")
    assert two("push", *server.flags, "--refresh").code == 0
    after = {ticket.number: ticket for ticket in server.tickets() if "/02-" in ticket.body}
    assert all(f"Ada was here {number}" in after[number].body for number in before)
    assert all(key_of(after[number]) == key_of(ticket) for number, ticket in before.items()), "a ticket lost its task"
    assert len({key_of(ticket) for ticket in after.values()}) == len(after), "a ticket was made twice"
    assert all(ticket.parent == before[number].parent for number, ticket in after.items() if number in before)
    assert sum(after[number].title != ticket.title for number, ticket in before.items()) > len(before) / 2
    server.forget()
    for flags in ((), ("--refresh",)):
        ended = two("push", *server.flags, *flags)
        assert (ended.code, "Plan: no changes." in ended.out) == (0, True), ended.out + ended.err
    assert server.writes == []


def people(server: Server, number: str, body: str) -> None:
    """Let somebody edit a ticket in the browser."""
    if isinstance(server, OnGitHub):
        server.server.repository.issues[int(number)].body = body
    if isinstance(server, OnGitLab):
        server.server.world.issues[int(number)].description = body
