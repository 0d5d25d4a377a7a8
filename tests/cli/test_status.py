"""``status``: every form of the same document, for every kind of map."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.app.documents_found import read_maps
from techmap_sync.app.survey import document_of
from techmap_sync.config import load_settings
from tests.app.run import CORPUS, ROOT, Program

MAP = "09-webhook-ingestion.md"
SCHEMA = json.loads((ROOT / "config" / "status.schema.json").read_text("utf-8"))


def judged(document: Any) -> Any:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(document)] == []
    return document


@pytest.fixture
def worked(program: Program) -> Program:
    """A folder with maps of every kind, after a push and some work: a conflict, drift, a missing file, a broken one."""
    maps = program.folder / "maps"
    maps.mkdir()
    for name in (MAP, "08-cli-profiles.md", "11-mobile-offline-sync.md", "12-ledger-id-widening.md"):
        shutil.copy(CORPUS / name, maps)
    assert program("push", "maps").code == 0
    (maps / "08-cli-profiles.md").unlink()
    edited(maps / "11-mobile-offline-sync.md", "**Status**: TECHNICAL MAP", "**Status**: SUPERSEDED")
    edited(maps / MAP, "Becomes the safety net.", "Is the safety net.")
    tasks = program.folder / "backlog" / "tasks"
    edited(ticket(tasks, "Modify-RepositorySync"), "Becomes the safety net.", "</pre><script>alert(1)</script>")
    edited(ticket(tasks, "Create-DeliveryReceiver"), "Create DeliveryReceiver: checks", "My DeliveryReceiver: checks")
    (maps / "broken.md").write_bytes(b"# TECHNICAL MAP: \xff")
    (program.folder / "techmap-sync.toml").write_text('maps = ["maps"]\n')
    return program


def ticket(tasks: Path, name: str) -> Path:
    (path,) = tasks.glob(f"* - {name}*.md")
    return path


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_every_map_has_its_place_and_the_exit_is_nought(worked: Program) -> None:
    ended = worked("status", "--format", "json")
    assert ended.code == 0
    document = judged(ended.json)
    gates = {each["path"].rpartition("/")[2]: each["gate"] for each in document["maps"]}
    assert gates == {
        MAP: "approved",
        "08-cli-profiles.md": "missing",
        "11-mobile-offline-sync.md": "retired",
        "12-ledger-id-widening.md": "not approved",
        "broken.md": "unread",
    }
    reasons = {each["gate"]: " ".join(each["reasons"]) for each in document["maps"]}
    assert "SUPERSEDED" in reasons["retired"]
    assert "its file is missing" in reasons["missing"]
    assert '"Implementation Ready" says' in reasons["not approved"]
    assert "UTF-8" in reasons["unread"]
    nowhere = {"approved, but has errors": 0, "outside": 0}
    assert document["counts"]["gates"] == dict.fromkeys(gates.values(), 1) | nowhere


def test_a_conflict_comes_with_both_texts_and_the_commands_that_settle_it(worked: Program) -> None:
    document = worked("status", "--format", "json").json
    (conflict,) = [c for each in document["maps"] for c in each["changes"] if c["action"] == "conflict"]
    (edit,) = conflict["edits"]
    assert "<script>" in edit["before"]
    assert "Is the safety net." in edit["after"]
    command = conflict["settle"]["map"].split()
    assert command[0] == "techmap-sync"
    assert worked(*command[1:]).code == 0
    after = worked("status", "--format", "json").json
    assert (document["counts"]["conflicts"], after["counts"]["conflicts"]) == (1, 0)
    assert document["counts"]["drifted"] == after["counts"]["drifted"] == 1


def test_status_shows_the_changes_of_a_plan(worked: Program) -> None:
    planned = worked("plan", "--format", "json").json
    told = worked("status", "maps", "--format", "json").json
    shown = [(c["action"], c["key"], c["ticket"]) for each in told["maps"] for c in each["changes"]]
    assert shown == [(c["action"], c["key"], c["ticket"]) for c in planned["changes"]]
    assert told["counts"]["changes"] == planned["counts"]


def test_text_and_markdown_say_the_same_numbers(worked: Program) -> None:
    counts = worked("status", "--format", "json").json["counts"]
    done = f"5 maps, {counts['done']} of {counts['total']} tasks done, {counts['blocked']} blocked"
    done += ", 1 drifted, 1 conflict"
    text = worked("status")
    assert text.code == 0
    assert text.out.rstrip().endswith(f"Status: {done}. (backlog:./backlog)")
    assert "━" in text.out or "─" in text.out
    markdown = worked("status", "--format", "markdown").out
    assert f"**Status: {done}." in markdown
    assert re.search(r"- \*\*conflict\*\* TASK-2.4 Modify RepositorySync.*: purpose", markdown)
    assert "<script>" not in markdown


def test_every_number_of_the_page_is_the_documents(worked: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764086400")
    document = worked("status", "--format", "json").json
    assert document["generated"] == "2025-11-25T16:00:00+00:00"
    assert worked("status", "--format", "html", "-o", "report.html").out == ""
    page = (worked.folder / "report.html").read_text("utf-8")
    head, _, rest = page.partition("</header>")
    tiles = {name: int(number) for name, number in re.findall(r'data-count="(\w+)">(\d+)<', head)}
    assert tiles == {name: document["counts"][name] for name in tiles}
    assert tiles.keys() == {"done", "total", "started", "blocked", "planned", "drifted", "conflicts"}
    cells = [int(number) for number in re.findall(r'<td class="r[^"]*" data-count="\w+">(\d+)<', rest)]
    states = ("done", "started", "open", "planned", "dropped")
    assert cells == [each["counts"][state] for each in document["maps"] for state in states]
    assert len(re.findall(r'<li id="m\d+t\d+" data-s', page)) == sum(len(each["tasks"]) for each in document["maps"])
    assert len(re.findall(r'<path d="[^"]+" data-e=', page)) == sum(len(each["edges"]) for each in document["maps"])
    assert "<script>alert" not in page


def test_a_plan_and_a_push_write_the_page_too(worked: Program) -> None:
    page = worked("plan", "--format", "html").out
    assert "<h1>What a push would write</h1>" in page
    assert '<details class="changes" open>' in page
    assert worked("push", "--report", "html=pushed.html").code == 1, "broken.md"
    assert (worked.folder / "pushed.html").read_text("utf-8").startswith("<!doctype html>")


def test_only_a_tracker_that_fails_makes_it_fail(program: Program) -> None:
    shutil.copy(CORPUS / MAP, program.folder)
    (program.folder / "backlog" / "tasks").mkdir(parents=True)
    (program.folder / "backlog" / "tasks" / "task-1 - x.md").write_text("---\nid: [\nlabels: [techmap]\n---\n")
    ended = program("status", MAP)
    assert ended.code == 5
    assert ended.err.startswith("error: ")


def test_a_page_that_cannot_be_written_is_one_clear_message(program: Program) -> None:
    shutil.copy(CORPUS / MAP, program.folder)
    ended = program("status", MAP, "-o", "nowhere/report.html")
    assert ended.code == 2
    assert "cannot write nowhere/report.html" in ended.err


def test_without_a_tracker_the_page_still_says_which_maps_there_are() -> None:
    """As in a pull request from a fork, which gets no token."""
    files = read_maps([str(CORPUS / MAP), str(CORPUS / "12-ledger-id-widening.md")], load_settings(None, {}))
    document = judged(document_of((), files, "github:octo/app", "plan"))
    assert [(each["gate"], each["tasks"]) for each in document["maps"]] == [("approved", []), ("not approved", [])]
