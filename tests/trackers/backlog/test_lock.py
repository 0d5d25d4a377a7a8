"""Writers that meet, and writers that are killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from techmap_sync.errors import TrackerError
from techmap_sync.sync.tracker import Patch
from techmap_sync.trackers.backlog import lock
from techmap_sync.trackers.backlog.tracker import BacklogTracker
from tests.trackers.backlog_files import LABEL, OURS, only_task, put, state_of

PROGRAM = """
import sys
from datetime import UTC, datetime
from techmap_sync.trackers.backlog.tracker import connect
from techmap_sync.trackers.connection import Connection
from techmap_sync.sync.tracker import Draft, Patch

tracker = connect(Connection(sys.argv[1], lambda: datetime(2026, 11, 22, tzinfo=UTC), 30))
sys.stdin.readline()
for count in range(int(sys.argv[3])):
    ticket = tracker.create(Draft(sys.argv[2], "", frozenset({"techmap"})))
    tracker.add_labels("TASK-1", {f"{sys.argv[2]}-{count}"})
"""


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start another process, which waits for a line on its input."""
    command = [sys.executable, "-c", PROGRAM, str(folder), *arguments]
    root = str(Path(__file__).parents[3])
    return subprocess.Popen(command, stdin=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": root})


def test_two_processes_never_share_a_number_and_lose_no_label(backlog: BacklogTracker, folder: Path) -> None:
    processes = [started(folder, name, "15") for name in ("a", "b")]
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    for process in processes:
        assert process.stdin
        process.stdin.close()
    tickets = backlog.snapshot(LABEL).by_number()
    assert Counter(ticket.title for ticket in tickets.values()) == {"a": 15, "b": 15}
    assert set(tickets) == {f"TASK-{number}" for number in range(1, 31)}
    assert tickets["TASK-1"].labels == {LABEL} | {f"{name}-{count}" for name in "ab" for count in range(15)}


def test_a_writer_that_cannot_have_its_turn_says_so(backlog: BacklogTracker, folder: Path) -> None:
    backlog.create(OURS)
    with lock.among_ourselves(folder, 0), pytest.raises(TrackerError) as caught:
        backlog.create(OURS)
    assert "another process" in caught.value.what
    assert len(backlog.snapshot(LABEL).tickets) == 1


@pytest.mark.parametrize("name", ["create", "task-task-1"])
def test_a_lock_of_the_cli_is_waited_for(backlog: BacklogTracker, folder: Path, name: str) -> None:
    backlog.create(OURS)
    before = state_of(folder)
    (folder / ".locks" / name).mkdir(parents=True)
    with pytest.raises(TrackerError):
        backlog.create(OURS) if name == "create" else backlog.update("TASK-1", Patch(body="New"))
    assert state_of(folder) == before


def test_a_lock_that_a_dead_process_left_behind_is_cleared_away(backlog: BacklogTracker, folder: Path) -> None:
    left = folder / ".locks" / "create"
    put(folder, "config.yml", "project_name: x\n")
    left.mkdir(parents=True)
    os.utime(left, (0, 0))
    assert backlog.create(OURS).number == "TASK-1"
    assert not left.exists()


def test_the_lock_for_new_tasks_lies_in_the_git_directory_as_the_cli_has_it(
    backlog: BacklogTracker, folder: Path
) -> None:
    locks = folder.parent / ".git" / "backlog.md" / "locks"
    (locks / "create").mkdir(parents=True)
    with pytest.raises(TrackerError):
        backlog.create(OURS)
    (locks / "create").rmdir()
    assert backlog.create(OURS).number == "TASK-1"


def test_work_trees_share_the_lock_of_their_repository(backlog: BacklogTracker, folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "main" / ".git" / "worktrees" / "project"
    put(own, "commondir", "../..\n")
    put(folder.parent, ".git", f"gitdir: {own}\n")
    (tmp_path / "main" / ".git" / "backlog.md" / "locks" / "create").mkdir(parents=True)
    with pytest.raises(TrackerError):
        backlog.create(OURS)


def test_a_writer_killed_before_the_file_is_in_place_leaves_the_old_one_whole(
    backlog: BacklogTracker, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backlog.create(OURS)
    before = only_task(folder).read_bytes()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", killed)
        with pytest.raises(KeyboardInterrupt):
            backlog.update("TASK-1", Patch(body="New"))
        with pytest.raises(KeyboardInterrupt):
            backlog.create(OURS)
    assert [path.read_bytes() for path in (folder / "tasks").glob("*.md")] == [before]
    assert backlog.update("TASK-1", Patch(body="New")).body == "New"
    assert backlog.create(OURS).number == "TASK-2"
    assert len(list((folder / "tasks").iterdir())) == 2


def test_no_write_leaves_the_folder_by_a_link(backlog: BacklogTracker, folder: Path, tmp_path: Path) -> None:
    backlog.create(OURS)
    outside = put(tmp_path, "outside.txt", "precious")
    (folder / "tasks" / ".techmap-sync.tmp").symlink_to(outside)
    backlog.update("TASK-1", Patch(body="New"))
    assert outside.read_text() == "precious"
