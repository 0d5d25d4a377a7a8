"""Tickets are assigned to the owners of the files that they are about: ``assignees = "codeowners"``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from techmap_sync.sync.tracker import Ticket
from techmap_sync.trackers.backlog.tracker import connect
from techmap_sync.trackers.connection import Connection
from tests.app.login import log_in
from tests.app.maps import written
from tests.app.run import Program
from tests.fakes.clock import Clock
from tests.trackers.servers import SERVERS, OnGitHub, Server
from tests.turns import in_turn

SETTINGS = 'assignees = "codeowners"\n'


@pytest.fixture
def program(program: Program) -> Program:
    (program.folder / "techmap-sync.toml").write_text(SETTINGS, "utf-8")
    written(program.folder, "Login", ["Parser", "Mailer"])
    return program


pytest_generate_tests = in_turn("server", SERVERS)


@pytest.fixture
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with SERVERS[request.param]() as server:
        log_in(server, monkeypatch)
        yield server


def owners(program: Program, text: str, path: str = "CODEOWNERS") -> None:
    (program.folder / path).parent.mkdir(exist_ok=True)
    (program.folder / path).write_text(text, "utf-8")


def named(tickets: tuple[Ticket, ...], name: str) -> Ticket:
    return next(ticket for ticket in tickets if ticket.title.startswith(f"Create {name}"))


def test_owners_are_assigned_followed_and_said(program: Program, server: Server) -> None:
    owners(program, "* @sara\napp/mailer.py @tom\n")
    assert program("push", "maps", *server.flags).code == 0
    assert named(server.tickets(), "Parser").assignees == {"sara"}
    assert named(server.tickets(), "Mailer").assignees == {"tom"}
    assert not server.tickets()[0].assignees
    owners(program, "* @tom\n")
    plan = program("plan", "maps", *server.flags)
    assert "-sara +tom" in plan.out
    assert program("push", "maps", *server.flags).code == 0
    assert named(server.tickets(), "Parser").assignees == {"tom"}
    server.forget()
    assert "no changes" in program("push", "maps", *server.flags).out
    assert server.writes == []


def test_teams_and_addresses_are_named_in_the_ticket_and_nobody_is_called(program: Program, server: Server) -> None:
    owners(program, "* @sara @octo/mail docs@example.org\n")
    assert program("push", "maps", *server.flags).code == 0
    body = named(server.tickets(), "Parser").body
    assert "Owners" in body
    assert "`@octo/mail`" in body
    assert "`docs@example.org`" in body
    assert "@octo/mail" not in server.tickets()[0].body
    assert "no changes" in program("push", "maps", *server.flags).out


def test_whoever_cannot_be_assigned_is_named_once_in_a_run(program: Program, server: Server) -> None:
    written(program.folder, "Search", ["Cache", "Router"])
    owners(program, "* @ghost @sara\n")
    for _ in range(2):
        plan = program("plan", "maps", *server.flags)
        lines = [line for line in plan.out.splitlines() if "can be assigned to ghost" in line]
        assert len(lines) == 1, plan.out
        assert program("push", "maps", *server.flags).code == 0
    assert {frozenset(t.assignees) for t in server.tickets() if t.title.startswith("Create")} == {frozenset({"sara"})}


def test_whom_the_server_drops_silently_is_said_and_not_believed(program: Program, server: Server) -> None:
    owners(program, "* @mallory @sara\n")
    if isinstance(server, OnGitHub):
        server.server.repository.assignable.append("mallory")
        server.server.repository.dropped.append("mallory")
    pushed = program("push", "maps", *server.flags)
    assert pushed.code == 0, pushed.err
    assert "the assignee mallory" in pushed.out
    assert "no changes" in program("push", "maps", *server.flags).out


def test_a_server_with_one_assignee_gets_the_first_owner(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    with SERVERS["gitlab"]() as server:
        server.server.world.premium = False  # type: ignore[attr-defined]
        log_in(server, monkeypatch)
        owners(program, "* @tom @sara\n")
        assert program("push", "maps", *server.flags).code == 0
        assert named(server.tickets(), "Parser").assignees == {"tom"}
        assert "`@sara`" in named(server.tickets(), "Parser").body
        assert "no changes" in program("push", "maps", *server.flags).out


def in_folder(program: Program) -> Callable[[], tuple[Ticket, ...]]:
    tracker = connect(Connection(target=str(program.folder / "board"), now=Clock(), timeout=30))
    return lambda: tracker.snapshot("techmap").tickets


def test_a_folder_takes_any_name(program: Program) -> None:
    owners(program, "* @anybody\n", ".github/CODEOWNERS")
    assert program("push", "maps", "--to", "backlog:board").code == 0
    assert named(in_folder(program)(), "Parser").assignees == {"anybody"}
    owners(program, "* @other\n", ".github/CODEOWNERS")
    assert program("push", "maps", "--to", "backlog:board").code == 0
    assert named(in_folder(program)(), "Parser").assignees == {"other"}
    assert "no changes" in program("push", "maps", "--to", "backlog:board").out


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda folder: None, "no CODEOWNERS"),
        (lambda folder: (folder / "CODEOWNERS").symlink_to("/etc/passwd"), "leads out"),
        (lambda folder: (folder / "CODEOWNERS").mkdir(), "folder"),
        (lambda folder: (folder / "CODEOWNERS").write_bytes(b"#" * (3 * 1024 * 1024 + 1)), "larger"),
    ],
)
def test_owners_that_cannot_be_read_are_said_once_and_take_nothing_away(
    program: Program, make: Callable[[Path], object], word: str
) -> None:
    owners(program, "* @sara\n")
    assert program("push", "maps", "--to", "backlog:board").code == 0
    (program.folder / "CODEOWNERS").unlink()
    make(program.folder)
    pushed = program("push", "maps", "--to", "backlog:board")
    assert pushed.code == 0, pushed.err
    assert len([line for line in pushed.out.splitlines() if word in line]) == 1
    assert named(in_folder(program)(), "Parser").assignees == {"sara"}


def test_owners_of_a_folder_are_those_of_its_files(program: Program) -> None:
    path = program.folder / "maps" / "login.md"
    path.write_text(path.read_text("utf-8").replace("`app/parser.py`", "`app/parse/`"), "utf-8")
    owners(program, "app/parse/* @sara\n")
    assert program("push", "maps", "--to", "backlog:board").code == 0
    assert named(in_folder(program)(), "Parser").assignees == {"sara"}


def test_accounts_of_another_server_are_named_and_not_assigned(program: Program) -> None:
    from tests.app.run import clone

    clone(program.folder, "https://gitlab.com/octo/app.git")
    owners(program, "* @sara\n")
    with SERVERS["github"]() as server:
        log_in(server, program.monkeypatch)
        assert program("push", "maps", "--allow", "uncommitted", *server.flags).code == 0
        assert not named(server.tickets(), "Parser").assignees
        assert "`@sara`" in named(server.tickets(), "Parser").body


def test_doctor_says_whether_owners_can_be_read(program: Program) -> None:
    missing = program("doctor", "--to", "backlog:board")
    assert missing.code != 0
    assert "no CODEOWNERS" in missing.out
    owners(program, "* @sara\n")
    assert "CODEOWNERS is read" in program("doctor", "--to", "backlog:board").out
