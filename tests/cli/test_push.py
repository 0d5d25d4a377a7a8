"""From real maps to real files: what the README promises."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.app.run import CORPUS, NOT_READY, READY, Program
from tests.cli.one_map import edited, files_below
from tests.sampling import sampling
from tests.trackers.backlog_files import PROGRAM


def tickets(folder: Path) -> list[Path]:
    return sorted((folder / "backlog" / "tasks").glob("*.md"))


@pytest.fixture
def pushed(program: Program) -> Program:
    """The two-factor map, pushed once."""
    edited(program, "", "")
    program.has_run("push", "map.md")
    return program


EVERY = sampling.meeting_in_turn("maps through a command", sorted(CORPUS.glob("*.md")), ("check", "plan", "push"))


@pytest.mark.parametrize(("path", "command"), EVERY, ids=lambda value: getattr(value, "stem", value))
def test_every_map_of_the_corpus_goes_through_every_command(program: Program, command: str, path: Path) -> None:
    ended = program(command, path)
    assert ended.code == 0, ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("path", NOT_READY, ids=lambda path: path.stem)
def test_a_map_that_is_not_ready_yields_no_ticket_but_the_reason_with_its_line(program: Program, path: Path) -> None:
    ended = program("push", path, "--format", "json").json
    line = next(n for n, text in enumerate(path.read_text("utf-8").splitlines(), 1) if "Implementation Ready" in text)
    assert ended["changes"] == []
    assert f"{path}:{line}: " in ended["maps"][0]["reasons"][0]
    assert not tickets(program.folder)


@pytest.mark.parametrize("path", NOT_READY, ids=lambda path: path.stem)
def test_a_map_that_is_not_ready_is_a_failure_only_on_request(program: Program, path: Path) -> None:
    assert program("plan", path).code == 0
    assert program("plan", path, "--require-approved").code == 1


def test_all_ready_maps_in_one_folder_make_as_many_tickets_as_planned(program: Program) -> None:
    some = sampling.spread("ready maps in one folder", READY, 3)
    plan = program("plan", *some, "--format", "json").json
    assert program("push", *some).code == 0
    made = tickets(program.folder)
    ids = [path.name.partition(" - ")[0] for path in made]
    assert len(made) == plan["counts"]["create"]
    assert len(set(ids)) == len(ids)
    tracking = [path for path in made if "." not in path.name.partition(" - ")[0]]
    assert len(tracking) == len(some)


def test_a_second_push_writes_no_byte(pushed: Program) -> None:
    before = files_below(pushed.folder)
    ended = pushed("push", "map.md")
    assert ended.code == 0
    assert "Plan: no changes. (backlog:./backlog)" in ended.out
    assert files_below(pushed.folder) == before


EDITS = {
    "one test bullet more: its tests ticket and the tracking ticket": (
        "- Five wrong codes delete the challenge\n",
        "- Five wrong codes delete the challenge\n- Six wrong codes lock nobody out\n",
        {"update": ["test/integration", "tracking/map"]},
    ),
    "one component more: one creation, and the tracking ticket": (
        "- `TwoFactorController`: HTTP",
        "- `QrCodeRenderer`: draws what the telephone reads\n- `TwoFactorController`: HTTP",
        {"create": ["component/qrcoderenderer"], "update": ["tracking/map"]},
    ),
    "a typo in a data flow line that names no component: the tracking ticket": (
        "The client sends the code with the challenge id",
        "The client sends the code together with the challenge id",
        {"update": ["tracking/map"]},
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_the_map_changes_just(pushed: Program, name: str) -> None:
    old, new, expected = EDITS[name]
    edited(pushed, old, new)
    plan = pushed("plan", "map.md", "--format", "json").json
    seen: dict[str, list[str]] = {}
    for change in plan["changes"]:
        if change["action"] != "link":
            seen.setdefault(change["action"], []).append(change["key"].removeprefix("two-factor-login-with-totp/"))
    assert {action: sorted(keys) for action, keys in seen.items()} == expected
    before = files_below(pushed.folder / "backlog")
    assert pushed("push", "map.md").code == 0
    after = files_below(pushed.folder / "backlog")
    touched = [name for name in after if after[name] != before.get(name)]
    assert len(touched) == len({change["key"] for change in plan["changes"]})
    assert pushed("plan", "map.md", "--format", "json").json["changes"] == []


def test_a_task_that_is_gone_is_shown_as_a_closing(pushed: Program) -> None:
    edited(pushed, "### Performance Tests\n- `POST /auth/challenge` stays", "### Performance Tests\nNone\n\nIt stays")
    ended = pushed("plan", "map.md")
    assert "  - close    TASK-1.16  Performance tests: Two-Factor Login with TOTP" in ended.out
    assert "1 to close" in ended.out


def test_json_is_the_only_thing_on_stdout_and_is_versioned(program: Program) -> None:
    document = program("push", *READY[:2], "--format", "json").json
    assert document["schema"] == 1
    assert document["complete"] is True
    assert set(document) >= {"schema", "maps", "changes", "counts", "digest", "outcomes", "complete"}
    assert set(document["maps"][0]) == {"family", "map_id", "path", "approved", "standing", "reasons"}
    assert set(document["changes"][0]) >= {"action", "key", "title", "ticket", "fields", "reason"}
    actions = {"create", "update", "close", "reopen", "link", "unlink", "skip", "conflict"}
    assert set(document["counts"]) == actions
    assert all(outcome["ticket"] for outcome in document["outcomes"])


def test_a_human_edit_survives_every_push(pushed: Program) -> None:
    path = next(path for path in tickets(pushed.folder) if "- [ ] Five wrong codes" in path.read_text("utf-8"))
    text = path.read_text(encoding="utf-8").replace(
        "<!-- techmap-sync end -->", "<!-- techmap-sync end -->\n\nSee the notes of Tuesday."
    )
    path.write_text(text.replace("- [ ] Five wrong codes", "- [x] Five wrong codes"), encoding="utf-8")
    old, new, _ = EDITS["one test bullet more: its tests ticket and the tracking ticket"]
    edited(pushed, old, new)
    assert pushed("push", "map.md").code == 0
    after = path.read_text(encoding="utf-8")
    assert "See the notes of Tuesday." in after
    assert "- [x] Five wrong codes delete the challenge" in after
    assert "- [ ] Six wrong codes lock nobody out" in after


def test_the_same_map_from_another_folder_is_the_same_map(pushed: Program) -> None:
    (pushed.folder / "elsewhere").mkdir()
    shutil.move(pushed.folder / "map.md", pushed.folder / "elsewhere" / "map.md")
    assert pushed("plan", "elsewhere/map.md", "--format", "json").json["counts"]["create"] == 0


def test_no_ticket_holds_a_path_of_this_machine(pushed: Program) -> None:
    assert all(str(pushed.folder) not in path.read_text("utf-8") for path in tickets(pushed.folder))


@pytest.mark.skipif(PROGRAM is None, reason="the CLI of Backlog.md is missing: npm install backlog.md")
def test_backlog_md_opens_what_was_pushed(program: Program) -> None:
    """The real CLI lists titles, labels, parents, dependencies and priorities, and its doctor finds nothing wrong."""
    assert PROGRAM is not None
    some = sampling.spread("maps that Backlog.md opens", READY, 2)
    assert program("push", *some).code == 0
    environment = {**os.environ, "NO_COLOR": "1"}

    def run(*arguments: str) -> str:
        command = [PROGRAM, *arguments]
        done = subprocess.run(command, cwd=program.folder, capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    listing = run("task", "list", "--plain")
    plan = json.loads(program("plan", *some, "--format", "json").out)
    assert plan["changes"] == []
    assert listing.count(" - ") >= len(tickets(program.folder))
    (path,) = (path for path in tickets(program.folder) if "Integration-tests-Two-Factor" in path.name)
    ticket = run("task", path.name.partition(" ")[0].upper(), "--plain")
    assert "Integration tests: Two-Factor Login with TOTP" in ticket
    assert "Priority: Medium" in ticket
    assert "Labels: phase:test, priority:medium, techmap, test" in ticket
    assert "Parent: TASK-1" in ticket
    assert "─ TASK-1.2 - Create RecoveryCodeService: issues" in ticket
    assert "No duplicate IDs" in run("doctor")
