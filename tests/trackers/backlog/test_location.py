"""Where a folder is, what its config decides, and how its files are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from techmap_sync.sync.tracker import Draft, Patch, State
from techmap_sync.trackers.backlog.tracker import BacklogTracker, connect
from techmap_sync.trackers.connection import Connection
from tests.fakes.clock import Clock
from tests.trackers.backlog_files import LABEL, OURS, only_task, put


@pytest.mark.parametrize("name", ['a "b" \\ c', "line\nbreak", "数据", '"'])
def test_any_project_name_makes_a_readable_config(folder: Path, clock: Clock, name: str) -> None:
    tracker = connect(Connection(str(folder), clock, 30, project=name))
    tracker.create(OURS)
    assert len(tracker.snapshot(LABEL).tickets) == 1


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Create TokenService", "Create-TokenService"),
        ("it's # : [x] {y} é🎉 .. con", "its-x-y-é🎉-..-con"),
        ("...leading", "...leading"),
        ("CON", "CON"),
        ("../../etc/passwd", "..-..-etc-passwd"),
        ("-- a <b> --", "a-b"),
        ("???", "untitled"),
        ("nul\0 bell\a", "nul-bell"),
    ],
)
def test_files_are_named_as_the_cli_names_them(backlog: BacklogTracker, folder: Path, title: str, name: str) -> None:
    backlog.create(Draft(title, ""))
    assert only_task(folder).name == f"task-1 - {name}.md"


@pytest.mark.parametrize("title", ["a" * 300, "é" * 300, "👩" * 300, "/" * 10_000])
def test_no_name_is_longer_than_a_file_system_takes(backlog: BacklogTracker, folder: Path, title: str) -> None:
    backlog.create(Draft(title, ""))
    name = only_task(folder).name
    assert len(name.encode()) <= 255
    assert name.startswith("task-1 - ")
    assert name.endswith(".md")


def test_a_config_names_statuses_prefix_and_digits(backlog: BacklogTracker, folder: Path) -> None:
    config = "statuses: [Open, Doing, Review, Shipped]\ntask_prefix: 'job'\nzero_padded_ids: 3\n"
    put(folder, "config.yml", config)
    number = backlog.create(OURS).number
    child = backlog.create(Draft("Child", "", parent=number))
    assert (number, child.number, child.parent) == ("JOB-1", "JOB-1.1", "JOB-1")
    assert {path.name for path in (folder / "tasks").iterdir()} == {
        "job-001 - Create-TokenService.md",
        "job-001.01 - Child.md",
    }
    path = folder / "tasks" / "job-001 - Create-TokenService.md"
    assert "id: JOB-001\n" in path.read_text()
    assert "status: Open\n" in path.read_text()
    assert backlog.update("1", Patch(state=State.CLOSED)).state is State.CLOSED
    assert "status: Shipped\n" in path.read_text()
    assert (folder / "config.yml").read_text() == config


def test_a_default_status_is_where_work_begins(backlog: BacklogTracker, folder: Path) -> None:
    put(folder, "config.yml", "statuses: [Idea, Ready, Doing, Done]\ndefault_status: ready\n")
    ticket = backlog.create(OURS)
    assert "status: Ready\n" in only_task(folder).read_text()
    assert not ticket.started


@pytest.mark.parametrize("status", ["In Progress", "in review", "somebody's own word"])
def test_any_status_between_first_and_last_is_open_and_started(
    backlog: BacklogTracker, folder: Path, status: str
) -> None:
    number = backlog.create(OURS).number
    path = only_task(folder)
    path.write_text(path.read_text().replace("status: To Do", f"status: {status}"))
    ticket = backlog.get(number)
    assert ticket is not None
    assert (ticket.state, ticket.started) == (State.OPEN, True)
    backlog.update(number, Patch(body="New", state=State.OPEN))
    assert f"status: {status}\n" in path.read_text()


def test_without_a_target_it_is_the_folder_that_the_cli_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.chdir(tmp_path)
    assert connect(Connection("", clock, 30)).name == "backlog:./backlog"
    put(tmp_path, ".backlog/config.yml", "project_name: x\n")
    assert connect(Connection("", clock, 30)).name == "backlog:./.backlog"
    put(tmp_path, "backlog.config.yml", "project_name: x\nbacklog_directory: docs/tickets\ntask_prefix: job\n")
    tracker = connect(Connection("", clock, 30))
    assert tracker.name == "backlog:./docs/tickets"
    assert tracker.create(OURS).number == "JOB-1"
    assert not (tmp_path / "docs/tickets/config.yml").exists()
