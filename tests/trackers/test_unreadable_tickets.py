"""A ticket at which the server fails whenever it is read: it fails alone, is named, and the next run ends clean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.errors import TicketRefused, TrackerError
from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import Outcome, Status
from techmap_sync.sync.changes import Skip
from techmap_sync.trackers.backlog.tracker import BacklogTracker, connect
from techmap_sync.trackers.connection import Connection
from tests.fakes.clock import Clock
from tests.simulators import github, gitlab
from tests.sync.build import POLICY, key, plan, task
from tests.sync.drive import by_key, planned, push
from tests.trackers.servers import SERVERS, OnGitHub, OnGitLab, Server

NAMES = [f"Part{n}" for n in range(6)]
LOST, TITLE = key("Part3"), "Create Part3"
FIRST = plan(*(task(name) for name in NAMES))
UPDATED = plan(*(task(name, sections={"purpose": "More."}) for name in NAMES))
LABELLED = plan(*(task(name, labels=frozenset({"new"})) for name in NAMES))
LINKED = plan(*(task(name, blocked_by=(NAMES[n - 1],) if n else ()) for n, name in enumerate(NAMES)))


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with SERVERS[request.param]() as server:
        push(server.tracker(), FIRST)
        yield server


def fail_at(server: Server, *titles: str, status: int = 500) -> None:
    """Let the server fail at each read of some tickets."""
    if isinstance(server, OnGitHub):
        at = frozenset({github.At.READ})
        server.server.refuses = [github.Refused(at, title, status, "Server Error") for title in titles]
        numbers = {n for n, issue in server.server.repository.issues.items() if issue.title in titles}
        server.server.world.forbidden = numbers
    elif isinstance(server, OnGitLab):
        read = frozenset({gitlab.At.READ})
        server.server.refuses = [gitlab.Refused(read, title, status, "500 Internal Server Error") for title in titles]


def number_of(server: Server, title: str = TITLE) -> str:
    return next(ticket.number for ticket in server.tickets() if ticket.title == title)


def hide_from_lists(server: Server) -> Any:
    """Take off the label by which the ticket is listed, as a person may."""
    if isinstance(server, OnGitHub):
        server.server.repository.issues[int(number_of(server))].labels.clear()
    elif isinstance(server, OnGitLab):
        server.server.world.issues[int(number_of(server))].labels.clear()


def failed(outcomes: list[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.status is Status.FAILED]


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 520])
def test_it_is_an_error_of_this_ticket_that_names_it(server: Server, status: int) -> None:
    fail_at(server, TITLE, status=status)
    with pytest.raises(TicketRefused) as caught:
        server.tracker().get(number_of(server))
    assert number_of(server) in caught.value.what
    assert str(status) in caught.value.what


def test_so_is_an_answer_that_is_something_else(server: Server) -> None:
    if isinstance(server, OnGitLab):
        server.server.checks_answers = False
    fail_at(server, TITLE, status=200)
    with pytest.raises(TicketRefused) as caught:
        server.tracker().get(number_of(server))
    assert number_of(server) in caught.value.what


@pytest.mark.parametrize("wanted", [UPDATED, LABELLED, LINKED], ids=["texts", "labels", "links"])
def test_the_others_are_written_and_the_next_run_ends_clean(server: Server, wanted: TaskPlan) -> None:
    before = server.saved()
    push(server.tracker(), wanted)
    clean = by_key(server.tickets())
    server.restore(before)
    fail_at(server, TITLE)
    outcomes = push(server.tracker(), wanted)
    assert {LOST} >= {outcome.change.key for outcome in failed(outcomes)}
    written = by_key(server.tickets())
    others = {each for each in clean if each != LOST and not each.endswith("/tracking/map")}
    assert {each: written[each] for each in others} == {each: clean[each] for each in others}
    fail_at(server)
    push(server.tracker(), wanted)
    assert by_key(server.tickets()) == clean
    assert not planned(server.tracker(), wanted).writes


def test_one_that_no_list_shows_is_not_made_again(server: Server) -> None:
    hide_from_lists(server)
    fail_at(server, TITLE)
    change_set = planned(server.tracker(), UPDATED)
    (skip,) = (change for change in change_set.changes if isinstance(change, Skip) and change.key == LOST)
    assert number_of(server) in skip.reason
    push(server.tracker(), UPDATED)
    assert len(server.tickets()) == len(NAMES) + 1
    assert sum("More." in ticket.body for ticket in server.tickets()) == len(NAMES) - 1


def test_many_in_a_row_are_a_server_that_fails(server: Server) -> None:
    fail_at(server, *(f"Create {name}" for name in NAMES))
    before = len(server.writes)
    with pytest.raises(TrackerError) as caught:
        push(server.tracker(), UPDATED)
    assert not isinstance(caught.value, TicketRefused)
    assert len(server.writes) == before


def test_two_in_a_row_are_two_tickets(server: Server) -> None:
    fail_at(server, TITLE, "Create Part4")
    outcomes = push(server.tracker(), UPDATED)
    assert {outcome.change.key for outcome in failed(outcomes)} == {LOST, key("Part4")}


def test_a_broken_file_of_a_folder_fails_alone_too(tmp_path: Path) -> None:
    def tracker() -> BacklogTracker:
        return connect(Connection(target=str(tmp_path / "backlog"), now=Clock(), timeout=30))

    push(tracker(), FIRST)
    running = tracker()
    change_set = planned(running, UPDATED)
    (file,) = (tmp_path / "backlog" / "tasks").glob("* - Create-Part3.md")
    whole = file.read_bytes()
    file.write_bytes(b"<<<<<<< ours\n" + whole)
    (outcome,) = failed(list(apply(change_set, running, POLICY)))
    assert outcome.change.key == LOST
    assert file.name in outcome.detail
    assert running.ends([outcome.ticket])[outcome.ticket].withheld
    file.write_bytes(whole)
    push(tracker(), UPDATED)
    assert not planned(tracker(), UPDATED).writes
    assert file.read_text("utf-8").count("More.") == 1
