"""All ready maps of the corpus on GitHub and GitLab: pushed, pushed again, edited, pushed and reconciled."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.app.login import log_in
from tests.app.run import READY, Ended, Program
from tests.sampling import sampling
from tests.trackers.servers import SERVERS, Server

NOTHING = "Plan: no changes."
OTHERS = 3
"""Requests besides those for pages of tickets that an unchanged map may take."""


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that the program can log in to."""
    with SERVERS[request.param]() as server:
        log_in(server, monkeypatch)
        yield server


@pytest.fixture
def maps(program: Program) -> Path:
    """The ready maps in a folder of their own."""
    folder = program.folder / "maps"
    folder.mkdir()
    for path in sampling.spread("maps on servers", READY, 8):
        shutil.copy(path, folder)
    (program.folder / "techmap-sync.toml").write_text('maps = ["maps"]\n', "utf-8")
    return folder


def pushed(program: Program, server: Server) -> list[Ended]:
    """Push until everything is there: GitHub allows 500 tickets and links an hour."""
    runs = [program("push", *server.flags)]
    while runs[-1].code == 5 and len(runs) < 9:
        assert "run again in" in runs[-1].err
        server.connection().sleep(timedelta(hours=1).total_seconds())
        runs.append(program("push", *server.flags))
    return runs


def other_requests(server: Server) -> int:
    """How many requests were none for a page of tickets."""
    return len(server.requests) - len(server.lists)


def test_pushed_again_edited_and_reconciled(program: Program, server: Server, maps: Path) -> None:
    runs = pushed(program, server)
    assert [run.code for run in runs] == [5] * (len(runs) - 1) + [0]
    count = len(server.tickets())
    pages = math.ceil(count / 100)
    assert pages >= 2

    for command in ("push", "reconcile"):
        server.forget()
        ended = program(command, *server.flags)
        assert (ended.code, NOTHING in ended.out) == (0, True), ended.out + ended.err
        assert not server.writes
        assert len(server.lists) == pages
        assert command == "reconcile" or other_requests(server) <= OTHERS

    edited = maps / READY[0].name
    before = {ticket.number: ticket for ticket in server.tickets()}
    edited.write_text(_with_new_purpose(edited.read_text("utf-8")), "utf-8")
    server.forget()
    assert program("push", *server.flags).code == 0
    changed = [ticket for ticket in server.tickets() if ticket != before[ticket.number]]
    assert len(changed) == 2, "the ticket of the component, and the ledger"
    assert any("What nobody had thought of" in ticket.body for ticket in changed)
    assert len(server.writes) == 2
    assert other_requests(server) <= OTHERS + 2 * (1 + 1)
    assert len(server.lists) == pages

    server.forget()
    ended = program("reconcile", *server.flags)
    assert (ended.code, NOTHING in ended.out) == (0, True), ended.out + ended.err
    assert not server.writes
    assert len(server.tickets()) == count


def _with_new_purpose(text: str) -> str:
    """Change what one component is for."""
    lines = text.split("\n")
    place = next(n for n, line in enumerate(lines) if line.startswith("**Purpose**"))
    lines[place] = f"{lines[place].rstrip()} What nobody had thought of."
    return "\n".join(lines)
