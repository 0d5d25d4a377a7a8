"""``status``: every form of the same document, for every kind of map."""

from __future__ import annotations

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.app.documents_found import read_maps
from techmap_sync.app.survey import document_of
from techmap_sync.config import load_settings
from techmap_sync.errors import TrackerError
from tests.app.login import log_in
from tests.app.maps import written
from tests.app.run import CORPUS, ROOT, Program
from tests.simulators.github.history import pull_request
from tests.simulators.gitlab.world import Closing
from tests.trackers.servers import SERVERS, OnGitHub, OnGitLab, Server

MAP = "09-webhook-ingestion.md"
SCHEMA = json.loads((ROOT / "config" / "status.schema.json").read_text("utf-8"))


def judged(document: Any) -> Any:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(document)] == []
    return document


@pytest.fixture
def worked(program: Program, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A folder with maps of every kind, after a push and some work: a conflict, drift, a missing file, a broken one.

    It is made once in a process, and copied.
    """
    kept = tmp_path_factory.getbasetemp() / "worked"
    if not kept.exists():
        _work(program)
        shutil.copytree(program.folder, kept)
    else:
        shutil.copytree(kept, program.folder, dirs_exist_ok=True)
    return program


def _work(program: Program) -> None:
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
    done = f"5 documents, {counts['done']} of {counts['total']} tasks done, {counts['blocked']} blocked"
    done += ", 1 drifted, 1 conflict"
    text = worked("status")
    assert text.code == 0
    assert text.out.rstrip().endswith(f"Status: {done}. (backlog:./backlog)")
    assert "━" in text.out or "─" in text.out
    markdown = worked("status", "--format", "markdown").out
    assert f"**Status: {done}." in markdown
    assert re.search(r"- \*\*conflict\*\* TASK-2.4 Modify RepositorySync.*: purpose", markdown)
    assert "<script>" not in markdown


def test_the_text_names_each_ticket_that_drifted_and_the_fields(worked: Program) -> None:
    document, text = worked("status", "--format", "json").json, worked("status").out
    tickets = [t for each in document["maps"] for t in (each["tracking"], *each["tasks"]) if t]
    for word, what in (("drifted", "drifted"), ("conflict", "conflicts")):
        said = [f"  {word}: {t['number']} {t['title']}: {', '.join(t[what])}" for t in tickets if t[what]]
        assert said
        assert set(said) <= {line.replace("\u200b", "") for line in text.splitlines()}


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


def closed_by_a_change(server: Server, number: int) -> str:
    """Let a change close a ticket; return its name."""
    if isinstance(server, OnGitHub):
        issue = server.server.repository.issues[number]
        issue.state, issue.state_reason, issue.closed = "closed", "completed", server.server.clock()
        issue.closer = pull_request(41, "Add <b>it</b>", server.server.repository.full_name)
        return "#41"
    assert isinstance(server, OnGitLab)
    work = server.server.world
    work.issues[number].state, work.issues[number].closed_at = "closed", work.clock()
    work.issues[number].closing = [Closing(41, "Add <b>it</b>", work.clock())]
    return "!41"


def let_pass(server: Server, days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let time pass in which nothing happens."""
    now = server.connection().now()
    if isinstance(server, OnGitLab):
        for issue in server.server.world.issues.values():
            issue.updated_at = now
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int((now + timedelta(days=days)).timestamp())))


@pytest.mark.parametrize("name", SERVERS)
def test_the_work_is_followed_in_every_form(name: str, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    written(program.folder, "Login", ["Parser", "Mailer", "Router"])
    with SERVERS[name]() as server:
        log_in(server, monkeypatch)
        assert program("push", "maps", *server.flags).code == 0
        change = closed_by_a_change(server, 2)
        server.tracker().assign("3", ["sara"], [])
        let_pass(server, 30, monkeypatch)
        (program.folder / "techmap-sync.toml").write_text("stale_days = 14\n", "utf-8")
        document = judged(program("status", "maps", "--format", "json", *server.flags).json)
        tasks = {task["number"]: task for task in document["maps"][0]["tasks"]}
        assert (tasks["2"]["closed_by"]["name"], tasks["2"]["closed_by"]["title"]) == (change, "Add <b>it</b>")
        assert tasks["4"]["stale"] == [{"cause": "unassigned", "days": 30}]
        assert "stale" not in tasks["3"] | tasks["2"]
        assert (document["stale_days"], document["counts"]["stale"]) == (14, 1)
        shown = {form: program("status", "maps", "--format", form, *server.flags).out for form in FORMS}
        assert all("unassigned for 30 days" in text for text in shown.values())
        assert all("1 stale" in text for text in shown.values())
        assert f"closed by {change} Add <b>it</b>" in shown["text"]
        assert "<b>it" not in shown["markdown"] + shown["html"]
        assert f"{change} Add &lt;b&gt;it" in shown["html"]


FORMS = ("text", "markdown", "html")


@pytest.mark.parametrize("name", SERVERS)
def test_nothing_is_asked_or_said_about_standstills_unless_somebody_wants_it(
    name: str, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(program.folder, "Login", ["Parser", "Mailer"])
    with SERVERS[name]() as server:
        log_in(server, monkeypatch)
        assert program("push", "maps", *server.flags).code == 0
        let_pass(server, 300, monkeypatch)
        server.forget()
        document = program("status", "maps", "--format", "json", *server.flags).json
        asked = len(server.requests)
        assert "stale" not in json.dumps(document)
        closed_by_a_change(server, 2)
        server.forget()
        program("status", "maps", *server.flags)
        assert len(server.requests) - asked == 1, "one query for what is closed"


@pytest.mark.parametrize("name", SERVERS)
def test_what_the_server_does_not_tell_of_the_past_leaves_the_rest(
    name: str, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(program.folder, "Login", ["Parser", "Mailer"])
    with SERVERS[name]() as server:
        log_in(server, monkeypatch)
        assert program("push", "maps", *server.flags).code == 0
        closed_by_a_change(server, 2)
        monkeypatch.setattr(f"techmap_sync.trackers.{name}.tracker.{type(server.tracker()).__name__}.history", failing)
        ended = program("status", "maps", "--format", "json", *server.flags)
        assert ended.code == 5
        assert "no answer" in ended.err
        assert ended.json["counts"]["done"] == 1


def failing(*_: object) -> None:
    raise TrackerError("server", "no answer", "try again")


def test_a_folder_says_who_is_missing_since_the_last_change(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    written(program.folder, "Login", ["Parser"])
    assert program("push", "maps").code == 0
    monkeypatch.setenv("TECHMAP_SYNC_STALE_DAYS", "14")
    assert program("status", "maps", "--format", "json").json["counts"]["stale"] == 0
    path = ticket(program.folder / "backlog" / "tasks", "Create-Parser")
    path.write_text(
        re.sub(r"(created|updated)_date: .*\n", r"\1_date: '2020-01-01 10:00'\n", path.read_text("utf-8")), "utf-8"
    )
    (task,) = program("status", "maps", "--format", "json").json["maps"][0]["tasks"]
    assert [each["cause"] for each in task["stale"]] == ["unassigned"]
