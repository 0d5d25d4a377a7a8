"""Ticking changes one byte for each box, and only where the line is as it was asked for."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from random import Random
from typing import Any

import pytest

from techmap_sync.app.pull_ticks import OpenBox, open_boxes, tick, ticked_lines
from tests.app.run import Ended, Program, on_github, on_gitlab
from tests.simulators.github import GitHub
from tests.simulators.gitlab import Simulator as GitLab

BOXES = (
    "- [ ] one\n* [ ] two\n+ [ ]  three\n1. [ ] four\n10) [ ] five\n   - [ ] six\n\t- [ ] seven\n> - [ ] eight\n"
    "- - [ ] nine\n1. * [ ] ten"
)
NO_BOXES = [
    "- [x] a", "- [X] a", "- [] a", "- [-] a", "- [~] a", "-[ ] a", "[ ] a",
    "- a [ ] b", "a - [ ] b", "- [ ]a", "- [ ]", "- [  ] a",
    "# [ ] a", "| [ ] | a", "-\u00a0[ ] a", "- [\u00a0] a", "- [\t] a", "- **[ ]** a", "404 [ ] a", "- `[ ]` a",
]  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "\n", "\n\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_box_is_found_and_ticked_whatever_ends_the_lines(end: str, last: str, mark: str) -> None:
    content = (mark + BOXES + last).replace("\n", end).encode()
    found = open_boxes(content)
    assert [box.text.strip() for box in found.values()] == [
        b"one", b"two", b"three", b"four", b"five", b"six", b"seven", b"eight", b"nine", b"ten"
    ]  # fmt: skip
    ticked = tick(content, found.values())
    assert ticked.content == content.replace(b"[ ]", b"[x]") and not ticked.refused


@pytest.mark.parametrize("line", NO_BOXES)
def test_what_is_no_open_box_is_none(line: str) -> None:
    assert not open_boxes(line.encode())
    assert tick(line.encode(), [OpenBox(1, b" a")]).refused


@pytest.mark.parametrize(
    "box", [OpenBox(1, b" two"), OpenBox(2, b" one"), OpenBox(0, b" one"), OpenBox(9, b" one"), OpenBox(1, b" one ")]
)
def test_what_no_longer_matches_is_refused_and_the_rest_is_ticked(box: OpenBox) -> None:
    ticked = tick(b"- [ ] one\n- [ ] two", [box, OpenBox(2, b" two")])
    assert ticked.content == b"- [ ] one\n- [x] two"
    assert ticked.refused == (box,)


def test_a_box_that_is_named_twice_is_ticked_once() -> None:
    box = OpenBox(1, b" [ ] a")
    assert tick(b"- [ ] [ ] a", [box, box]).content == b"- [x] [ ] a"


@pytest.mark.parametrize("seed", range(20))
def test_nothing_but_the_boxes_changes(seed: int) -> None:
    known = [*BOXES.encode().split(b"\n"), *map(str.encode, NO_BOXES), b"\xff\x00", b""]
    lines = Random(seed).choices(known, k=12)
    content = b"\n".join(lines)
    found = open_boxes(content)
    ticked = tick(content, found.values())
    changed = [n for n, byte in enumerate(ticked.content) if byte != content[n]]
    assert len(ticked.content) == len(content)
    assert len(changed) == len(found) and all(content[n : n + 1] == b" " for n in changed)
    assert not open_boxes(ticked.content)
    assert ticked_lines(ticked.content) == ticked_lines(content) | found.keys()
    assert tick(ticked.content, found.values()).refused == tuple(found.values())


def test_long_lines_take_linear_time() -> None:
    content = b"- " * 200_000 + b"\n" + b" " * 400_000 + b"- [ ] a"
    assert list(open_boxes(content)) == [2]


MAP = """# TECHNICAL MAP: Parcel scale

## Components Overview

### New Components
- [ ] `Scale`: weighs
- `Printer`: prints labels

## Database Changes
- [ ] Add column `weight` to `parcels`
- [ ] Add table `scales`
  - [ ] with an index
- Drop nothing

```
- [ ] Add column `weight` to `parcels`
```

## Testing Strategy

### Unit Tests
1. [ ] Weighs *zero*
2. [ ] Weighs **too much**

---

**Implementation Ready**: Yes
"""
DATABASE, TESTS, SCALE, PRINTER = "Change-database", "Unit-tests", "Create-Scale", "Create-Printer"


@pytest.fixture
def pushed(program: Program) -> Program:
    """A map that was pushed to a Backlog.md folder."""
    (program.folder / "map.md").write_text(MAP, encoding="utf-8", newline="")
    program.has_run("push", "map.md")
    return program


def ticket(program: Program, name: str) -> Path:
    (path,) = (program.folder / "backlog" / "tasks").glob(f"* - {name}*.md")
    return path


def edited(path: Path, *pairs: tuple[str, str]) -> None:
    text = path.read_bytes().decode()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_bytes(text.encode())


def completed(program: Program, *names: str) -> None:
    for name in names:
        edited(ticket(program, name), ("status: To Do", "status: Done"))


def content(program: Program) -> bytes:
    return (program.folder / "map.md").read_bytes()


def ticked(*texts: str, text: str = MAP) -> bytes:
    for each in texts:
        assert f"[ ] {each}" in text
        text = text.replace(f"[ ] {each}", f"[x] {each}", 1)
    return text.encode()


def lines(ended: Ended) -> list[int]:
    return [tick["line"] for file in ended.json["files"] for tick in file["ticks"]]


def test_boxes_are_shown_first_and_ticked_on_request(pushed: Program) -> None:
    completed(pushed, DATABASE, TESTS, SCALE)
    shown = pushed("pull", "map.md")
    assert shown.code == 0 and content(pushed) == MAP.encode()
    assert [line for line in shown.out.splitlines() if line.startswith("+- ")] == [
        "+- [x] `Scale`: weighs", "+- [x] Add column `weight` to `parcels`", "+- [x] Add table `scales`"
    ]  # fmt: skip
    assert "5 boxes in 1 file" in shown.out and "--write" in shown.out
    written = pushed("pull", "map.md", "--write")
    assert written.code == 0 and "ticked 5 boxes" in written.out
    assert content(pushed) == ticked("`Scale`", "Add column", "Add table", "Weighs *zero*", "Weighs **too")
    again = pushed("pull", "map.md", "--write", "--format", "json")
    assert again.json["counts"]["boxes"] == 0


def test_check_ends_with_3_as_long_as_something_would_change(pushed: Program) -> None:
    assert pushed("pull", "map.md", "--check").code == 0
    completed(pushed, TESTS)
    assert pushed("pull", "map.md", "--check").code == 3
    assert content(pushed) == MAP.encode()
    assert pushed("pull", "map.md", "--write").code == 0
    assert pushed("pull", "map.md", "--check").code == 0
    assert pushed("pull", "map.md", "--check", "--write").code == 2


def test_no_ticket_is_made_or_reopened_afterwards(pushed: Program) -> None:
    completed(pushed, DATABASE, TESTS, SCALE)
    tickets = {path.name: path.read_bytes() for path in (pushed.folder / "backlog").rglob("*.md")}
    assert pushed("pull", "map.md", "--write").code == 0
    assert {path.name: path.read_bytes() for path in (pushed.folder / "backlog").rglob("*.md")} == tickets
    plan = pushed("plan", "map.md", "--format", "json").json
    assert {change["action"] for change in plan["changes"]} <= {"update", "unlink"}
    assert pushed("push", "map.md").code == 0
    assert pushed("plan", "map.md", "--exit-code").code == 0
    assert pushed("pull", "map.md", "--check").code == 0


@pytest.mark.parametrize(
    "change",
    [("status: To Do", "status: In Progress"), ("- [ ] Add column", "- [x] Add column")],
    ids=["in progress", "one box ticked"],
)
def test_an_open_ticket_ticks_nothing(pushed: Program, change: tuple[str, str]) -> None:
    edited(ticket(pushed, DATABASE), change)
    assert pushed("pull", "map.md", "--check").code == 0


def test_a_text_that_changed_since_is_left_with_the_reason(pushed: Program) -> None:
    completed(pushed, DATABASE, SCALE)
    new = (("Add table `scales`", "Add tables `scales` and `units`"), ("`Scale`: weighs", "`Scale`: weighs and prints"))
    edited(pushed.folder / "map.md", *new)
    before = content(pushed)
    ended = pushed("pull", "map.md", "--write", "--format", "json")
    assert content(pushed) == ticked("Add column", text=before.decode())
    assert sorted(left["line"] for left in ended.json["left"] if left["line"]) == [6, 11]


def test_a_text_that_a_human_changed_in_the_ticket_is_left(pushed: Program) -> None:
    edited(ticket(pushed, DATABASE), ("Add table `scales`", "Add half of it"), ("status: To Do", "status: Done"))
    edited(
        ticket(pushed, SCALE),
        ("title: 'Create Scale: weighs'", "title: Look at Scale"),
        ("status: To Do", "status: Done"),
    )
    ended = pushed("pull", "map.md", "--write", "--format", "json")
    assert content(pushed) == ticked("Add column")
    assert sorted(left["line"] for left in ended.json["left"] if left["line"]) == [6, 11]


def test_lines_that_moved_are_found_where_they_are_now(pushed: Program) -> None:
    completed(pushed, TESTS)
    edited(pushed.folder / "map.md", ("## Database", "## Out of Scope\n- [ ] Weighs *zero*\n\n## Database"))
    edited(
        pushed.folder / "map.md",
        ("1. [ ] Weighs *zero*\n2. [ ] Weighs **too much**", "1. [ ] New\n2. [ ] Weighs *zero*"),
    )
    before = content(pushed).decode()
    assert pushed("pull", "map.md", "--write").code == 0
    assert content(pushed) == before.replace("2. [ ] Weighs", "2. [x] Weighs").encode()


def test_a_follow_up_ticks_what_is_in_it(pushed: Program) -> None:
    completed(pushed, TESTS)
    assert pushed("pull", "map.md", "--write").code == 0
    edited(pushed.folder / "map.md", ("2. [x] Weighs", "2. [ ] Weighs nothing\n3. [x] Weighs"))
    assert pushed("push", "map.md").code == 0
    assert pushed("pull", "map.md", "--check").code == 0
    edited(next((pushed.folder / "backlog" / "tasks").glob("*follow-up*")), ("status: To Do", "status: Done"))
    assert lines(pushed("pull", "map.md", "--format", "json")) == [23]


def test_what_has_no_box_is_named(pushed: Program) -> None:
    completed(pushed, PRINTER, DATABASE)
    left = pushed("pull", "map.md", "--format", "json").json["left"]
    assert [(each["text"], each["line"]) for each in left] == [
        ("Create Printer: prints labels", 0),
        ("Drop nothing", 0),
    ]
    assert "2 completed tasks" in pushed("pull", "map.md").out


def test_a_map_that_is_not_approved_any_more_stays_as_it_is(pushed: Program) -> None:
    completed(pushed, DATABASE)
    edited(pushed.folder / "map.md", ("**Implementation Ready**: Yes", "**Implementation Ready**: No"))
    ended = pushed("pull", "map.md", "--check", "--format", "json")
    assert ended.code == 0 and [left["text"] for left in ended.json["left"]] == [""]
    assert not ended.json["files"]


@pytest.mark.parametrize(("end", "mark"), [("\r\n", "\ufeff"), ("\n", "")], ids=["CRLF with a mark", "LF"])
def test_line_ends_marks_and_a_missing_last_line_end_stay(program: Program, end: str, mark: str) -> None:
    text = (mark + MAP.rstrip()).replace("\n", end)
    (program.folder / "map.md").write_bytes(text.encode())
    assert program("push", "map.md").code == 0
    completed(program, TESTS)
    assert program("pull", "map.md", "--write").code == 0
    assert content(program) == ticked("Weighs *zero*", "Weighs **too", text=text)


def test_a_file_keeps_its_mode_and_its_links(pushed: Program) -> None:
    completed(pushed, TESTS)
    path = pushed.folder / "map.md"
    path.chmod(0o640)
    os.link(path, pushed.folder / "other.txt")
    assert pushed("pull", "map.md", "--write").code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert (pushed.folder / "other.txt").read_bytes() == content(pushed) != MAP.encode()


def test_a_link_within_the_repository_is_followed_and_one_outside_is_not(
    pushed: Program, tmp_path_factory: pytest.TempPathFactory
) -> None:
    completed(pushed, TESTS)
    (pushed.folder / ".git").mkdir()
    inside, outside = pushed.folder / "inner.md", tmp_path_factory.mktemp("outside") / "map.md"
    (pushed.folder / "map.md").rename(inside)
    (pushed.folder / "map.md").symlink_to("inner.md")
    assert pushed("pull", "map.md", "--write").code == 0
    assert (pushed.folder / "map.md").is_symlink()
    assert inside.read_bytes() == ticked("Weighs *zero*", "Weighs **too")
    outside.write_text(MAP)
    (pushed.folder / "map.md").unlink()
    (pushed.folder / "map.md").symlink_to(outside)
    assert pushed("pull", "map.md", "--write").code == 1
    assert outside.read_text() == MAP


def test_a_file_that_changes_meanwhile_is_not_touched(pushed: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    from techmap_sync.app import pull_ticks

    completed(pushed, TESTS)
    plan_pull = pull_ticks.plan_pull

    def slow(*arguments: object) -> object:
        found = plan_pull(*arguments)  # type: ignore[arg-type]
        edited(pushed.folder / "map.md", ("Weighs *zero*", "Weighs *nothing*"))
        return found

    monkeypatch.setattr("techmap_sync.cli.pull.plan_pull", slow)
    ended = pushed("pull", "map.md", "--write")
    assert ended.code != 0 and "has changed" in ended.err
    assert content(pushed) == MAP.replace("Weighs *zero*", "Weighs *nothing*").encode()


def test_a_file_that_may_not_be_written_is_said(pushed: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    completed(pushed, TESTS)
    opened = os.open

    def refuse(path: Any, flags: int, *arguments: Any, **values: Any) -> int:
        if str(path).endswith("map.md") and flags & os.O_RDWR:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, flags, *arguments, **values)

    monkeypatch.setattr("techmap_sync.files.os.open", refuse)
    ended = pushed("pull", "map.md", "--write")
    assert ended.code == 2 and "map.md" in ended.err and "permission" in ended.err
    assert content(pushed) == MAP.encode()


def test_control_characters_reach_no_terminal(program: Program) -> None:
    text = MAP.replace("Weighs *zero*", "Weighs \x1b[31mred\u202e *zero*")
    (program.folder / "map.md").write_text(text, encoding="utf-8")
    assert program("push", "map.md").code == 0
    completed(program, TESTS)
    ended = program("pull", "map.md")
    assert "\x1b" not in ended.out and "\u202e" not in ended.out
    assert program("pull", "map.md", "--write").code == 0
    assert content(program) == ticked("Weighs \x1b", "Weighs **too", text=text)


@pytest.mark.parametrize(("reason", "boxes"), [("completed", 2), ("duplicate", 0)])
def test_on_github_only_the_reason_completed_ticks(program: Program, github: GitHub, reason: str, boxes: int) -> None:
    (program.folder / "map.md").write_text(MAP, encoding="utf-8")
    assert program("push", "map.md", *on_github(github)).code == 0
    (issue,) = (each for each in github.repository.issues.values() if each.title.startswith("Unit tests"))
    issue.state, issue.state_reason = "closed", reason
    ended = program("pull", "map.md", "--write", "--format", "json", *on_github(github))
    assert ended.json["counts"]["boxes"] == boxes
    assert (content(program) != MAP.encode()) is bool(boxes)


def test_on_gitlab_a_closed_issue_ticks(program: Program, gitlab: GitLab) -> None:
    (program.folder / "map.md").write_text(MAP, encoding="utf-8")
    assert program("push", "map.md", *on_gitlab(gitlab)).code == 0
    (issue,) = (each for each in gitlab.world.issues.values() if each.title.startswith("Unit tests"))
    issue.state = "closed"
    assert program("pull", "map.md", "--write", *on_gitlab(gitlab)).code == 0
    assert content(program) == ticked("Weighs *zero*", "Weighs **too")


def test_a_ticket_that_a_removed_task_closed_ticks_nothing(pushed: Program) -> None:
    removed = MAP.replace("### Unit Tests\n1. [ ] Weighs *zero*\n2. [ ] Weighs **too much**\n", "")
    (pushed.folder / "map.md").write_text(removed, encoding="utf-8")
    assert pushed("push", "map.md", "--allow", "closes").code == 0
    (pushed.folder / "map.md").write_text(MAP, encoding="utf-8")
    assert pushed("pull", "map.md", "--check").code == 0


PLAN = """# Kennel Rota Implementation Plan

### Task 1: Show the rota of today

- [ ] **Step 1: Write the failing test**

### Task 2: Print the rota of tomorrow

- [ ] **Step 1: Print it**
"""


def test_a_ticket_that_was_closed_because_the_document_says_done_ticks_nothing(program: Program) -> None:
    """What nobody ticked comes back only from people; the heading of a plan says done, and its steps say nothing."""
    path = program.folder / "docs" / "plans" / "2026-03-14-kennel-rota.md"
    path.parent.mkdir(parents=True)
    path.write_text(PLAN, encoding="utf-8")
    settings = program.folder / "techmap-sync.toml"
    settings.write_text('families = ["technical-map", "plans"]\n', encoding="utf-8")
    assert program("push", str(path)).code == 0
    path.write_text(PLAN.replace("rota of today", "rota of today ✅ DONE"), encoding="utf-8")
    assert program("push", str(path)).code == 0
    edited(ticket(program, "Print"), ("status: To Do", "status: Done"))
    assert lines(program("pull", str(path), "--format", "json")) == [9]


def test_from_another_folder_paths_are_those_of_the_repository(
    pushed: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    completed(pushed, TESTS)
    (pushed.folder / ".git").mkdir()
    (pushed.folder / "inner").mkdir()
    monkeypatch.chdir(pushed.folder / "inner")
    ended = pushed("pull", "../map.md", "--to", "backlog:../backlog", "--write", "--format", "json")
    assert [file["path"] for file in ended.json["files"]] == ["map.md"]
    assert content(pushed) == ticked("Weighs *zero*", "Weighs **too")
