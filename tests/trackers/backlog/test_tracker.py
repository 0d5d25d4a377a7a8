"""What the backlog tracker makes of files that people and agents have edited, broken or moved."""

from __future__ import annotations

import difflib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from techmap_sync.errors import TrackerError
from techmap_sync.planning.task import Priority
from techmap_sync.sync.policy import Side
from techmap_sync.sync.tracker import Edge, EdgeKind, Patch, State
from techmap_sync.trackers.backlog.tracker import BacklogTracker, connect
from techmap_sync.trackers.connection import Connection
from tests.fakes.clock import Clock
from tests.sync.build import POLICY, key, plan, task
from tests.sync.drive import push
from tests.trackers.backlog_files import EDITED_BY_PEOPLE, LABEL, OURS, only_task, put

NAME = "tasks/task-1 - Create-TokenService.md"


@pytest.fixture
def edited(folder: Path) -> Path:
    put(folder, "config.yml", "project_name: x\n")
    return put(folder, NAME, EDITED_BY_PEOPLE)


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def test_what_people_wrote_is_read(backlog: BacklogTracker, edited: Path) -> None:
    (ticket,) = backlog.snapshot(LABEL).tickets
    assert (ticket.number, ticket.title, ticket.body) == ("TASK-1", "Create TokenService", "Purpose")
    assert ticket.labels == {LABEL, "by hand"}
    assert ticket.assignees == {"sara"}
    assert ticket.blocked_by == frozenset({"TASK-7", "TASK-3"})
    assert (ticket.comments, ticket.started) == (2, True)


def test_a_write_touches_the_lines_of_its_own_keys_only(backlog: BacklogTracker, edited: Path) -> None:
    backlog.update("TASK-1", Patch(title="Modify TokenService", body="New\ntext"))
    backlog.add_labels("TASK-1", {"new"})
    backlog.remove_labels("TASK-1", {"by hand"})
    assert changed_lines(EDITED_BY_PEOPLE, edited.read_text()) == [
        '-title:   "Create TokenService"   # keep this name',
        "+title: Modify TokenService",
        '-labels: [ techmap, "by hand" ]',
        "+updated_date: '2026-11-22 10:00'",
        "+labels:",
        "+  - techmap",
        "+  - new",
        "-Purpose",
        "+New",
        "+text",
    ]


def test_a_priority_that_people_removed_stays_away_when_the_map_says_another(
    backlog: BacklogTracker, folder: Path
) -> None:
    high, low = (plan(task("Store", priority=priority)) for priority in (Priority.HIGH, Priority.LOW))
    push(backlog, high)
    path = next(path for path in (folder / "tasks").iterdir() if "Store" in path.name)
    text = path.read_text()
    assert text.count("priority: high\n") == 1
    path.write_text(text.replace("priority: high\n", ""))
    push(backlog, low)
    there = path.read_text()
    assert "\npriority: " not in there
    assert "priority:high" in there
    push(backlog, low, replace(POLICY, resolve={key("Store"): Side.MAP}))
    assert "\npriority: low\n" in path.read_text()


def test_an_edge_is_known_however_it_is_spelt(backlog: BacklogTracker, folder: Path, edited: Path) -> None:
    put(folder, "tasks/task-7 - x.md", "---\nid: task-007\ntitle: x\n---\n")
    backlog.link(Edge(EdgeKind.BLOCKED_BY, "TASK-1", "TASK-7"))
    assert edited.read_text() == EDITED_BY_PEOPLE
    backlog.unlink(Edge(EdgeKind.BLOCKED_BY, "TASK-1", "TASK-7"))
    assert "dependencies:\n  - '3'\nx-points" in edited.read_text()


@pytest.mark.parametrize("place", ["completed", "archive/tasks"])
def test_a_task_that_was_put_away_is_closed_and_can_be_changed_there(
    backlog: BacklogTracker, folder: Path, edited: Path, place: str
) -> None:
    path = folder / place / edited.name
    path.parent.mkdir(parents=True)
    edited.rename(path)
    (ticket,) = backlog.snapshot(LABEL).tickets
    assert (ticket.state, ticket.started) == (State.CLOSED, False)
    assert backlog.update("TASK-1", Patch(body="New", state=State.CLOSED)).state is State.CLOSED
    assert "New" in path.read_text()
    assert "status: In Progress" in path.read_text()


@pytest.mark.parametrize("place", ["completed", "archive/tasks"])
def test_a_task_that_is_reopened_comes_back(backlog: BacklogTracker, folder: Path, edited: Path, place: str) -> None:
    (folder / place).mkdir(parents=True)
    edited.rename(folder / place / edited.name)
    ticket = backlog.update("TASK-1", Patch(state=State.OPEN))
    assert ticket.state is State.OPEN
    assert "status: To Do" in edited.read_text()
    assert backlog.get("TASK-1") == ticket


def test_numbers_of_tasks_that_were_put_away_or_are_broken_are_not_given_again(
    backlog: BacklogTracker, folder: Path, edited: Path
) -> None:
    put(folder, "completed/task-4 - x.md", "---\nid: TASK-4\n---\n")
    put(folder, "archive/tasks/task-5 - x.md", "---\nid: TASK-5\n---\n")
    put(folder, "tasks/task-6 - x.md", b"\xff\xfe")
    assert backlog.create(OURS).number == "TASK-7"


def test_a_file_with_cr_lf_keeps_them(backlog: BacklogTracker, edited: Path) -> None:
    text = EDITED_BY_PEOPLE.replace("\n", "\r\n")
    edited.write_bytes(text.encode())
    assert backlog.snapshot(LABEL).tickets[0].body == "Purpose"
    backlog.update("TASK-1", Patch(body="Two\r\nlines"))
    after = edited.read_bytes().decode()
    assert after.count("\n") == after.count("\r\n")
    assert "BEGIN -->\r\nTwo\r\nlines\r\n<!--" in after
    assert backlog.update("TASK-1", Patch(body="Two\nlines")).body == "Two\nlines"


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ("", ""),
        ("\n## Description\n\nBy hand.\n", "By hand."),
        ("\n## Description\n\nBy hand.\n\n## Acceptance Criteria\n- [ ] x\n", "By hand."),
        ("\n## Acceptance Criteria\n- [ ] x\n", ""),
        ("Only text.\n", ""),
        ("\nİİİ\n## Description\nBy hand.", "By hand."),
        ("\n## Description", ""),
    ],
)
def test_a_task_without_description_markers_gets_them_when_its_text_changes(
    backlog: BacklogTracker, edited: Path, content: str, body: str
) -> None:
    front = "---\nid: TASK-1\ntitle: x\nlabels:\n  - techmap\n---\n"
    edited.write_text(front + content)
    assert backlog.snapshot(LABEL).tickets[0].body == body
    assert backlog.update("TASK-1", Patch(body="New")).body == "New"
    after = edited.read_text()
    section = "\n## Description\n\n<!-- SECTION:DESCRIPTION:BEGIN -->\nNew\n<!-- SECTION:DESCRIPTION:END -->"
    assert section in after
    rest = content.replace(body, "").replace("## Description", "").strip()
    assert after.partition("\n---\n")[2].replace(section, "").strip() == rest


def test_half_a_pair_of_markers_is_read_but_never_written(backlog: BacklogTracker, edited: Path) -> None:
    text = EDITED_BY_PEOPLE.replace("<!-- SECTION:DESCRIPTION:END -->\n", "")
    edited.write_text(text)
    assert len(backlog.snapshot(LABEL).tickets) == 1
    with pytest.raises(TrackerError) as caught:
        backlog.update("TASK-1", Patch(body="New"))
    assert str(edited) in caught.value.what
    assert caught.value.hint
    assert edited.read_text() == text


BROKEN = {
    "no front matter": "techmap\n",
    "no end": "---\nid: TASK-1\nlabels: [techmap]\n",
    "bad yaml": "---\nid: TASK-1\nlabels: [techmap\n---\n",
    "a tab": "---\nid: TASK-1\n\tlabels: [techmap]\n---\n",
    "a list": "---\n- id: techmap\n---\n",
    "no id": "---\nlabels: [techmap]\n---\n",
    "an id that is a path": "---\n'id' : \"TASK-1/../../x\"\nlabels: [techmap]\n---\n",
    "not utf-8": b"---\nid: TASK-1\nlabels: [techmap]\ntitle: \xff\n---\n",
    "nul": b"---\nid: TASK-1\nlabels: [techmap]\ntitle: \0\n---\n",
    "deep": "---\nid: TASK-1\nx: " + "[" * 400 + "\nlabels: [techmap]\n---\n",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_that_may_be_ours_stops_everything(
    backlog: BacklogTracker, edited: Path, content: str | bytes
) -> None:
    put(edited.parent, edited.name, content)
    for ask in (lambda: backlog.snapshot(LABEL), lambda: backlog.get("TASK-1")):
        with pytest.raises(TrackerError) as caught:
            ask()
        assert str(edited) in caught.value.what
        assert caught.value.hint
        assert "\n" not in caught.value.what


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_of_somebody_else_is_passed_over(
    backlog: BacklogTracker, edited: Path, content: str | bytes
) -> None:
    raw = content if isinstance(content, bytes) else content.encode()
    put(edited.parent, "task-2 - x.md", raw.replace(b"techmap", b"other").replace(b"TASK-1", b"TASK-2"))
    put(edited.parent, "README.md", "How we use techmap")
    assert [ticket.number for ticket in backlog.snapshot(LABEL).tickets] == ["TASK-1"]
    assert backlog.update("TASK-1", Patch(body="New")).body == "New"


@pytest.mark.parametrize("place", ["tasks", "completed", "archive/tasks"])
def test_a_number_that_stands_for_several_tasks_stops_everything(
    backlog: BacklogTracker, folder: Path, edited: Path, place: str
) -> None:
    other = put(folder, f"{place}/task-01 - Other.md", "---\nid: task-01\ntitle: Other\n---\n")
    for ask in (lambda: backlog.snapshot(LABEL), lambda: backlog.update("TASK-1", Patch(body="New"))):
        with pytest.raises(TrackerError) as caught:
            ask()
        assert str(other) in caught.value.what
        assert str(edited) in caught.value.what


def test_a_doubled_number_of_somebody_elses_tasks_is_passed_over(
    backlog: BacklogTracker, folder: Path, edited: Path
) -> None:
    put(folder, "tasks/task-2 - a.md", "---\nid: TASK-2\n---\n")
    put(folder, "archive/tasks/task-2 - b.md", "---\nid: TASK-2\n---\n")
    assert len(backlog.snapshot(LABEL).tickets) == 1


def test_a_broken_file_with_our_trace_stops_the_second_witness(backlog: BacklogTracker, folder: Path) -> None:
    put(folder, "tasks/task-1 - x.md", "---\nid: [\n---\n")
    put(folder, "tasks/task-2 - x.md", "---\nid: TASK-2\n---\n")
    assert [ticket.number for ticket in backlog.own_tickets().tickets] == ["TASK-2"]
    broken = put(folder, "tasks/task-1 - x.md", "---\nid: [\n---\n<!-- techmap-sync begin -->")
    with pytest.raises(TrackerError) as caught:
        backlog.own_tickets()
    assert str(broken) in caught.value.what


def test_a_check_up_names_everything_that_is_wrong(backlog: BacklogTracker, folder: Path) -> None:
    assert [finding.ok for finding in backlog.examine()] == [True] * 4
    assert not folder.exists()
    put(folder, "config.yml", "statuses: [One]\n")
    broken = put(folder, "tasks/task-1 - a.md", "---\nid: [\n---\n")
    doubled = put(folder, "completed/task-1 - b.md", "---\nid: TASK-1\n---\n")
    found = {finding.what: finding for finding in backlog.examine()}
    assert [name for name, finding in found.items() if not finding.ok] == ["config", "task files", "numbers"]
    assert str(broken) in found["task files"].detail
    assert str(doubled) in found["numbers"].detail


def test_a_key_that_cannot_be_changed_alone_is_left(backlog: BacklogTracker, edited: Path) -> None:
    text = "---\n{id: TASK-1, title: x, labels: [techmap]}\n---\n"
    edited.write_text(text)
    with pytest.raises(TrackerError) as caught:
        backlog.update("TASK-1", Patch(title="y"))
    assert str(edited) in caught.value.what
    assert edited.read_text() == text


def test_a_changed_prefix_hides_no_ticket(backlog: BacklogTracker, folder: Path, edited: Path) -> None:
    put(folder, "config.yml", "task_prefix: job\n")
    assert [ticket.number for ticket in backlog.snapshot(LABEL).tickets] == ["TASK-1"]
    assert backlog.create(OURS).number == "JOB-1"


@pytest.mark.parametrize(
    "config", ["task_prefix: ../x", "statuses: [", "statuses: [One]", "statuses: Done", b"\xff", "- x"]
)
def test_a_broken_config_is_named(backlog: BacklogTracker, folder: Path, config: str | bytes) -> None:
    path = put(folder, "config.yml", config)
    with pytest.raises(TrackerError) as caught:
        backlog.snapshot(LABEL)
    assert str(path) in caught.value.what
    assert caught.value.tracker == backlog.name


def test_a_place_that_is_something_else_is_refused_before_anything_is_written(tmp_path: Path, clock: Clock) -> None:
    put(tmp_path, "src/main.py", "")
    for target in (tmp_path / "src", tmp_path / "src" / "main.py"):
        tracker = connect(Connection(str(target), clock, 30))
        with pytest.raises(TrackerError):
            tracker.snapshot(LABEL)
        with pytest.raises(TrackerError):
            tracker.create(OURS)
    assert [path.name for path in (tmp_path / "src").iterdir()] == ["main.py"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is unreadable to this user")
def test_an_unreadable_folder_is_named(backlog: BacklogTracker, folder: Path, edited: Path) -> None:
    edited.parent.chmod(0)
    with pytest.raises(TrackerError) as caught:
        backlog.snapshot(LABEL)
    edited.parent.chmod(0o755)
    assert str(edited.parent) in caught.value.what


def test_a_folder_where_a_file_stands_is_named(backlog: BacklogTracker, folder: Path) -> None:
    put(folder, "config.yml", "project_name: x\n")
    tasks = put(folder, "tasks", "")
    with pytest.raises(TrackerError) as caught:
        backlog.snapshot(LABEL)
    assert str(tasks) in caught.value.what


def test_the_label_is_found_in_whatever_way_yaml_spells_it(backlog: BacklogTracker, edited: Path) -> None:
    label = "карта 🗺"
    backlog.add_labels("TASK-1", {label})
    spelt = label.encode("unicode_escape").decode().replace("\\U000", "\\U000")
    edited.write_text(edited.read_text().replace(f"'{label}'", f'"{spelt}"'))
    assert len(backlog.snapshot(label).tickets) == 1


def test_a_file_is_the_only_one_written(backlog: BacklogTracker, folder: Path) -> None:
    backlog.create(OURS)
    backlog.update("TASK-1", Patch(body="New"))
    assert only_task(folder).name == "task-1 - Create-TokenService.md"
