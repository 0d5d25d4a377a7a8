"""Assignees and milestones that a server does not have: named, left out, and no reason to make no ticket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app.login import log_in
from tests.app.run import READY, Program
from tests.planning.maps import plan_of, read_file
from tests.simulators import github, gitlab
from tests.trackers.servers import SERVERS, OnGitHub, OnGitLab, Server
from tests.turns import in_turn

MAP = READY[0]
TICKETS = 1 + len(plan_of(read_file(MAP)).tasks)


pytest_generate_tests = in_turn("server", SERVERS)


@pytest.fixture
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with SERVERS[request.param]() as server:
        log_in(server, monkeypatch)
        yield server


def settings(program: Program, text: str) -> None:
    (program.folder / "techmap-sync.toml").write_text(text, "utf-8")


def test_an_unknown_assignee_is_named_and_left_out(program: Program, server: Server) -> None:
    settings(program, 'assignees = ["ghost", "sara"]\n')
    plan = program("plan", MAP, *server.flags)
    assert [line for line in plan.out.splitlines() if "ghost" in line and "assignees in the settings" in line]
    assert len([line for line in plan.out.splitlines() if "ghost" in line]) == 1
    pushed = program("push", MAP, *server.flags)
    assert pushed.code == 0, pushed.err
    assert len(server.tickets()) == TICKETS
    assert all(ticket.assignees == {"sara"} for ticket in server.tickets()[1:])
    assert "ghost" not in program("plan", MAP, *server.flags).out
    doctor = program("doctor", *server.flags)
    assert "ghost" in doctor.out
    assert doctor.code != 0


def test_a_known_assignee_costs_no_word(program: Program, server: Server) -> None:
    settings(program, 'assignees = ["@sara"]\n')
    planned = program("plan", MAP, *server.flags).out
    assert planned.count("sara") == planned.count("(assigned to sara)") > 0, "no more than who gets the tickets"
    assert program("push", MAP, *server.flags).code == 0
    assert "sara" not in program("doctor", *server.flags).out


def test_a_missing_milestone_is_named_and_one_that_cannot_be_made_is_left_out(program: Program, server: Server) -> None:
    settings(program, 'milestone = "v9"\n')
    assert 'no milestone "v9"' in program("plan", MAP, *server.flags).out
    assert "v9" in program("doctor", *server.flags).out
    refuse_milestones(server)
    pushed = program("push", MAP, *server.flags)
    assert pushed.code == 0, pushed.err
    assert "without milestone" in pushed.out
    assert len(server.tickets()) == TICKETS


def test_a_milestone_that_cannot_be_made_stops_no_update_and_comes_when_it_can(
    program: Program, server: Server
) -> None:
    assert program("push", MAP, *server.flags).code == 0
    settings(program, 'milestone = "v9"\n')
    refuse_milestones(server)
    for _ in range(2):
        pushed = program("push", MAP, *server.flags)
        assert pushed.code == 0, pushed.err
        assert "without milestone" in pushed.out
    take_milestones(server)
    taken = program("push", MAP, *server.flags)
    assert taken.code == 0
    assert '-> "v9"' in taken.out
    assert "without milestone" not in taken.out
    assert "no changes" in program("push", MAP, *server.flags).out


def take_milestones(server: Server) -> None:
    assert isinstance(server, OnGitHub | OnGitLab)
    server.server.refuses = []


def refuse_milestones(server: Server) -> None:
    if isinstance(server, OnGitHub):
        server.server.refuses = [github.Refused(frozenset({github.At.MILESTONE}), "v9", 403, "Must have push access")]
    elif isinstance(server, OnGitLab):
        server.server.refuses = [gitlab.Refused(frozenset({gitlab.At.MILESTONE}), "v9", 403, "403 Forbidden")]


def test_whom_a_server_drops_silently_is_said_with_the_ticket(program: Program, server: Server) -> None:
    settings(program, 'assignees = ["sara", "mallory"]\n')
    if isinstance(server, OnGitHub):
        server.server.repository.assignable.append("mallory")
        server.server.repository.dropped.append("mallory")
    pushed = program("push", MAP, *server.flags)
    assert pushed.code == 0, pushed.err
    assert "the assignee mallory" in pushed.out
    assert len(server.tickets()) == TICKETS
