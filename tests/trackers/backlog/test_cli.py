"""The backlog tracker and the real CLI of Backlog.md take turns on one folder."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from techmap_sync.sync.tracker import Draft, Edge, EdgeKind, Patch, State
from techmap_sync.trackers.backlog.tracker import BacklogTracker, connect
from techmap_sync.trackers.connection import Connection
from tests.contract.texts import BODIES, TITLES
from tests.fakes.clock import Clock
from tests.sampling import sampling
from tests.trackers.backlog_files import LABEL, OURS, PROGRAM, VARIABLE, WRITTEN_BY_THE_CLI

Run = Callable[..., str]
THEIRS = sampling.times("tasks that the CLI of Backlog.md makes while we make others", 2, 4)


pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason=f"the CLI of Backlog.md is missing: `npm install backlog.md@1.52`, or name it in {VARIABLE}"
)


@pytest.fixture
def cli(folder: Path) -> Run:
    """The CLI, run in the project's directory."""
    project = folder.parent
    project.mkdir()
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(project.parent), "NO_COLOR": "1"}

    def run(*arguments: str) -> str:
        assert PROGRAM
        command = [PROGRAM, *arguments]
        done = subprocess.run(
            command, cwd=project, env=environment, check=False, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    return run


def without_times(text: str) -> str:
    return re.sub(r"'\d{4}-\d\d-\d\d \d\d:\d\d'", "'time'", text)


def test_the_cli_lists_what_we_wrote_and_finds_no_fault(backlog: BacklogTracker, cli: Run) -> None:
    parent = backlog.create(OURS)
    child = backlog.create(Draft("Child", "Text", frozenset({LABEL}), "high", parent=parent.number))
    done = backlog.create(Draft("Finished", "Text"))
    backlog.link(Edge(EdgeKind.BLOCKED_BY, child.number, done.number))
    backlog.update(done.number, Patch(state=State.CLOSED))
    listing = cli("task", "list", "--plain")
    assert re.search(r"To Do:\n.*TASK-1 - Create TokenService\n.*Done:\n.*TASK-2 - Finished", listing, re.S)
    view = cli("task", "view", "TASK-1.1", "--plain")
    assert "Parent: TASK-1 - Create TokenService" in view
    assert "TASK-2 - Finished" in view
    assert "No duplicate IDs" in cli("doctor")


def test_the_cli_writes_the_very_file_that_we_write(backlog: BacklogTracker, folder: Path, cli: Run) -> None:
    backlog.create(Draft("Two-factor sign-in", ""))
    title = 'Create "TokenService": issue / verify'
    options = ["-d", "Purpose\n\n- [ ] issue", "-l", f"priority:high,{LABEL}", "--priority", "high", "-m", "v1"]
    cli("task", "create", title, *options, "-p", "TASK-1", "-a", "@sara")
    (written,) = (folder / "tasks").glob("task-1.1 *")
    assert written.name == "task-1.1 - Create-TokenService-issue-verify.md"
    assert without_times(written.read_text()) == without_times(WRITTEN_BY_THE_CLI)


@pytest.mark.parametrize("option", ["--defaults", "--no-git"])
def test_the_cli_makes_the_very_folder_that_we_make(
    backlog: BacklogTracker, folder: Path, cli: Run, tmp_path: Path, option: str
) -> None:
    if option == "--defaults":
        subprocess.run(["git", "init", "--quiet", str(folder.parent)], check=True)
    cli("init", "project", "--defaults", option, "--integration-mode", "none")
    theirs = folder.rename(tmp_path / "theirs")
    backlog.create(OURS)
    assert (folder / "config.yml").read_text() == (theirs / "config.yml").read_text()
    assert {path.name for path in folder.iterdir()} - {".locks"} == {path.name for path in theirs.iterdir()}


def test_the_marker_and_our_text_outlive_edits_by_the_cli(backlog: BacklogTracker, folder: Path, cli: Run) -> None:
    body = '<!-- begin -->\nPurpose\n\n- [ ] issue\n\n<!-- techmap-sync {"key":"m/component/x"} -->\n<!-- end -->'
    backlog.create(Draft("Create TokenService", body, frozenset({LABEL})))
    cli("task", "edit", "1", "-t", "Renamed", "-s", "In Progress", "--add-label", "theirs", "--append-notes", "Half")
    cli("task", "edit", "1", "--ac", "It works", "--comment", "Hello", "-a", "@tom", "--plan", "First this")
    ticket = backlog.get("TASK-1")
    assert ticket is not None
    assert (ticket.title, ticket.body) == ("Renamed", body)
    assert ticket.labels == {LABEL, "theirs"}
    assert ticket.assignees == {"tom"}
    assert (ticket.started, ticket.comments) == (True, 1)
    backlog.update("TASK-1", Patch(body=body.replace("Purpose", "New purpose")))
    view = cli("task", "view", "1", "--plain")
    assert all(words in view for words in ("New purpose", "It works", "Hello", "First this", "Half", "In Progress"))
    assert "Description:" in view


def test_the_cli_and_we_never_give_one_number_twice(folder: Path, clock: Clock, cli: Run) -> None:
    backlog = connect(Connection(str(folder), clock, timeout=60))
    backlog.create(OURS)
    with ThreadPoolExecutor() as pool:
        theirs = [pool.submit(cli, "task", "create", f"Theirs {count}") for count in range(THEIRS)]
        for _ in range(40):
            backlog.create(OURS)
        for run in theirs:
            run.result()
    assert len(backlog.own_tickets().by_number()) == len(list((folder / "tasks").iterdir())) == 41 + THEIRS


def test_tasks_that_the_cli_puts_away_stay_in_sight(backlog: BacklogTracker, folder: Path, cli: Run) -> None:
    for _ in range(3):
        backlog.create(OURS)
    cli("task", "edit", "1", "-s", "Done")
    cli("task", "complete", "1")
    cli("task", "archive", "2")
    states = [ticket.state for ticket in backlog.snapshot(LABEL).tickets]
    assert states == [State.CLOSED, State.CLOSED, State.OPEN]
    backlog.update("TASK-1", Patch(body="New", state=State.OPEN))
    assert "TASK-1 - Create" in cli("task", "list", "--plain")
    cli("task", "create", "Theirs")
    assert backlog.create(OURS).number == "TASK-5"


def test_the_cli_shows_hostile_texts_and_keeps_them_apart(backlog: BacklogTracker, folder: Path, cli: Run) -> None:
    text = "\n\n".join(BODIES.values())
    backlog.create(Draft("Hostile", text, frozenset({LABEL})))
    for title in TITLES:
        backlog.create(Draft(title, "Text"))
    cli("task", "edit", "1", "--append-notes", "Notes of a person")
    view = cli("task", "view", "1", "--plain")
    assert "Notes of a person" in view
    assert "No acceptance criteria defined" in view
    assert "Status: ○ To Do" in view
    ticket = backlog.get("TASK-1")
    assert ticket is not None
    assert [line.strip() for line in ticket.body.split("\n") if line.strip()] == [
        line.strip() for line in text.split("\n") if line.strip()
    ]
    listing = cli("task", "list", "--plain")
    assert all(f"TASK-{number} - {title}" in listing for number, title in enumerate(TITLES, start=2))
    assert "No duplicate IDs" in cli("doctor")
