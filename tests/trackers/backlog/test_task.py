"""What the backlog tracker writes and reads, file by file."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from techmap_sync.errors import TrackerError
from techmap_sync.sync.tracker import Draft, Edge, EdgeKind, Patch, State
from techmap_sync.trackers.backlog.tracker import BacklogTracker
from tests.fakes.clock import Clock
from tests.trackers.backlog_files import LABEL, OURS, WRITTEN_BY_THE_CLI, only_task, put, state_of


def test_reading_writes_nothing(backlog: BacklogTracker, folder: Path) -> None:
    assert backlog.snapshot(LABEL).tickets == ()
    assert backlog.get("TASK-1") is None
    with pytest.raises(TrackerError):
        backlog.update("TASK-1", Patch(title="x"))
    assert not folder.exists()


def test_the_first_task_makes_the_folder_as_backlog_init_does(backlog: BacklogTracker, folder: Path) -> None:
    backlog.create(OURS)
    folders = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_dir()}
    assert folders >= {"tasks", "completed", "drafts", "docs", "decisions", "milestones", "archive/tasks"}
    config = (folder / "config.yml").read_text()
    assert config.startswith('project_name: "project"\n')
    assert 'statuses: ["To Do", "In Progress", "Done"]\n' in config


def test_a_task_is_written_as_the_cli_writes_it(backlog: BacklogTracker, folder: Path) -> None:
    parent = backlog.create(Draft("Two-factor sign-in", "", frozenset({LABEL})))
    backlog.create(
        Draft(
            'Create "TokenService": issue / verify',
            "Purpose\n\n- [ ] issue",
            frozenset({LABEL, "priority:high"}),
            priority="high",
            milestone="v1",
            assignees=("sara",),
            parent=parent.number,
        )
    )
    path = folder / "tasks" / "task-1.1 - Create-TokenService-issue-verify.md"
    assert path.read_text() == WRITTEN_BY_THE_CLI


def test_a_task_without_text_has_no_description(backlog: BacklogTracker, folder: Path) -> None:
    backlog.create(Draft("Title", ""))
    assert only_task(folder).read_text().endswith("ordinal: 1000\n---\n\n\n")


def test_a_new_title_keeps_the_name_of_the_file_as_the_cli_does(backlog: BacklogTracker, folder: Path) -> None:
    number = backlog.create(OURS).number
    backlog.update(number, Patch(title="Modify TokenService"))
    assert only_task(folder).name == "task-1 - Create-TokenService.md"


def test_children_have_the_number_of_their_parent(backlog: BacklogTracker) -> None:
    first = backlog.create(OURS).number
    child = backlog.create(Draft("Child", "", parent=first)).number
    grandchild = backlog.create(Draft("Grandchild", "", parent=child)).number
    sibling = backlog.create(Draft("Sibling", "", parent=first)).number
    second = backlog.create(OURS).number
    assert [first, child, grandchild, sibling, second] == ["TASK-1", "TASK-1.1", "TASK-1.1.1", "TASK-1.2", "TASK-2"]


def test_snapshots_are_in_the_order_of_the_numbers(backlog: BacklogTracker) -> None:
    for _ in range(11):
        backlog.create(OURS)
    backlog.create(Draft("Child", "", frozenset({LABEL}), parent="TASK-2"))
    numbers = [ticket.number for ticket in backlog.snapshot(LABEL).tickets]
    assert numbers == ["TASK-1", "TASK-2", "TASK-2.1", *(f"TASK-{n}" for n in range(3, 12))]


def test_the_time_of_a_change_is_in_utc_and_only_of_real_changes(
    backlog: BacklogTracker, folder: Path, clock: Clock
) -> None:
    number = backlog.create(OURS).number
    clock.pass_minutes(5)
    backlog.update(number, Patch(title=OURS.title, body=OURS.body, state=State.OPEN))
    assert "updated_date" not in only_task(folder).read_text()
    backlog.update(number, Patch(body="New"))
    assert "created_date: '2026-11-22 10:00'\nupdated_date: '2026-11-22 10:05'\n" in only_task(folder).read_text()


def test_a_write_that_changes_nothing_touches_nothing(backlog: BacklogTracker, folder: Path, clock: Clock) -> None:
    first, second = backlog.create(OURS).number, backlog.create(OURS).number
    edge = Edge(EdgeKind.BLOCKED_BY, second, first)
    backlog.link(edge)
    backlog.update(second, Patch(priority="low", state=State.CLOSED))
    before = state_of(folder)
    clock.pass_minutes(60)
    backlog.update(second, Patch(OURS.title, "Purpose", "low", state=State.CLOSED))
    backlog.add_labels(second, {LABEL})
    backlog.remove_labels(second, {"never there"})
    backlog.link(edge)
    backlog.unlink(Edge(EdgeKind.BLOCKED_BY, first, second))
    assert state_of(folder) == before


def test_a_write_keeps_the_permissions_of_a_file(backlog: BacklogTracker, folder: Path) -> None:
    number = backlog.create(OURS).number
    only_task(folder).chmod(0o640)
    backlog.update(number, Patch(body="New"))
    assert stat.S_IMODE(only_task(folder).stat().st_mode) == 0o640


def test_a_milestone_is_named_by_its_id_where_there_is_a_file_of_it(backlog: BacklogTracker, folder: Path) -> None:
    put(folder, "config.yml", "project_name: x\n")
    put(folder, "milestones/m-0 - v2.md", '---\nid: m-0\ntitle: "v2"\n---\n')
    put(folder, "milestones/m-1 - broken.md", "---\nid: [\n---\n")
    assert backlog.create(Draft("Title", "", milestone="V2")).milestone == "v2"
    assert "milestone: m-0\n" in only_task(folder).read_text()
    assert backlog.update("TASK-1", Patch(milestone="v3")).milestone == "v3"
