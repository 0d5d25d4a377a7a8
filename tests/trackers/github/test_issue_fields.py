"""Types and priority fields of an organization: found by name, written, read back, and never believed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from techmap_sync.sync.tracker import Draft, Patch, Ticket
from techmap_sync.trackers.github.issue_fields import IssueFields
from techmap_sync.trackers.github.tracker import connect
from tests.app.login import log_in
from tests.app.maps import written
from tests.app.run import Program
from tests.simulators.github import Account, GitHub
from tests.simulators.github.server import TOKEN
from tests.trackers.servers import SERVERS, OnGitHub

SETTINGS = '[github]\ntype = "task"\npriority_field = "priority"\n'
BOTH = {"type": "task", "priority_field": "priority"}
OPTIONS = ["Urgent", "High", "Medium", "Low"]
EMPTY: dict[str, object] = {"issue_field_values": []}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OnGitHub]:
    with SERVERS["github"]() as server:
        assert isinstance(server, OnGitHub)
        server.server.repository.issue_types = ["Bug", "Task"]
        server.server.repository.priority_options = list(OPTIONS)
        log_in(server, monkeypatch)
        yield server


@pytest.fixture
def program(program: Program) -> Program:
    (program.folder / "techmap-sync.toml").write_text(SETTINGS, "utf-8")
    written(program.folder, "Login", ["Parser", "Mailer"])
    return program


def settled(program: Program, server: OnGitHub) -> None:
    server.forget()
    assert "no changes" in program("push", "maps", *server.flags).out
    assert server.writes == []


def test_tickets_have_type_and_field_beside_their_labels(program: Program, server: OnGitHub) -> None:
    assert program("push", "maps", *server.flags).code == 0
    for issue in server.server.repository.issues.values():
        assert issue.type == "Task"
        priorities = [label.partition(":")[2] for label in issue.labels if label.startswith("priority:")]
        assert [(issue.priority or "").lower()] == (priorities or [""])
    settled(program, server)


@pytest.mark.parametrize("may_push", [True, False])
def test_a_setting_that_comes_later_reaches_open_tickets_and_the_plan_says_so(
    program: Program, server: OnGitHub, may_push: bool
) -> None:
    (program.folder / "techmap-sync.toml").write_text("", "utf-8")
    assert program("push", "maps", *server.flags).code == 0
    (program.folder / "techmap-sync.toml").write_text(SETTINGS, "utf-8")
    server.server.accounts[TOKEN] = Account("octo", may_push=may_push)
    plan = program("plan", "maps", *server.flags)
    assert plan.out.count("~ type: ") == 3
    assert plan.out.count("~ priority field: ") == 2
    assert program("push", "maps", *server.flags).code == 0
    filled = {issue.number: (issue.type, bool(issue.priority)) for issue in server.server.repository.issues.values()}
    assert filled == (
        {1: ("Task", False), 2: ("Task", True), 3: ("Task", True)}
        if may_push
        else dict.fromkeys((1, 2, 3), (None, False))
    )
    settled(program, server)


@pytest.mark.parametrize("lacks", ["types", "push access", "installation"])
def test_labels_are_enough_where_fields_are_dropped(program: Program, server: OnGitHub, lacks: str) -> None:
    if lacks == "types":
        server.server.repository.issue_types = []
        server.server.repository.priority_options = []
    else:
        server.server.accounts[TOKEN] = Account("octo", may_push=False, is_installation=lacks == "installation")
    pushed = program("push", "maps", *server.flags)
    assert pushed.code == 0, pushed.err
    assert ("the type Task" in pushed.out) is (lacks != "types")
    assert {issue.type for issue in server.server.repository.issues.values()} == {None}
    settled(program, server)


def test_a_type_and_a_priority_that_people_choose_stay(program: Program, server: OnGitHub) -> None:
    assert program("push", "maps", *server.flags).code == 0
    issue = server.server.repository.issues[2]
    issue.type, issue.priority = "Bug", "Urgent"
    plan = program("plan", "maps", *server.flags)
    assert "no changes" in plan.out
    assert "type" in plan.out
    assert program("push", "maps", *server.flags).code == 0
    assert (issue.type, issue.priority) == ("Bug", "Urgent")


def prioritised(program: Program, priority: str) -> None:
    """The author says how urgent Parser is."""
    path = written(program.folder, "Login", ["Parser", "Mailer"])
    said = f"**Location**: `app/parser.py`  \n**Priority**: {priority}  \n"
    path.write_text(path.read_text("utf-8").replace("**Location**: `app/parser.py`  \n", said), "utf-8")


def test_a_priority_that_people_emptied_stays_empty_when_the_map_says_another(
    program: Program, server: OnGitHub
) -> None:
    prioritised(program, "High")
    assert program("push", "maps", *server.flags).code == 0
    issue = server.server.repository.issues[2]
    assert issue.priority == "High"
    issue.priority = None
    prioritised(program, "Low")
    pushed = program("push", "maps", *server.flags)
    assert (issue.priority, "priority:high" in issue.labels) == (None, True), pushed.out
    assert "conflict" in pushed.out
    assert program("push", "maps", *server.flags, "--resolve", "map", "login/component/parser").code == 0
    assert (issue.priority, "priority:low" in issue.labels) == ("Low", True)
    settled(program, server)


def test_a_priority_that_github_dropped_was_not_emptied_by_people(program: Program, server: OnGitHub) -> None:
    server.server.accounts[TOKEN] = Account("octo", may_push=False)
    prioritised(program, "High")
    assert program("push", "maps", *server.flags).code == 0
    issue = server.server.repository.issues[2]
    assert issue.priority is None
    prioritised(program, "Low")
    pushed = program("push", "maps", *server.flags)
    assert "conflict" not in pushed.out
    assert "priority:low" in issue.labels
    settled(program, server)


@pytest.mark.parametrize(("row", "said"), [({}, None), ({"issue_field_values": None}, None), (EMPTY, "")])
def test_a_row_that_shows_no_fields_does_not_say_that_one_is_empty(
    github: GitHub, row: dict[str, object], said: str | None
) -> None:
    github.repository.priority_options = list(OPTIONS)
    tracker = connect(github.connection())
    fields = IssueFields(tracker.client, {"priority_field": "priority"})
    assert fields.priority is not None
    assert fields.shown(Ticket("1", "Title", "Body"), row).priority == said


def test_doctor_says_what_was_found_and_what_was_not(program: Program, server: OnGitHub) -> None:
    assert "tickets are of type Task" in program("doctor", *server.flags).out
    server.server.repository.issue_types = ["Bug"]
    server.server.repository.priority_options = ["One", "Two"]
    doctor = program("doctor", *server.flags)
    assert doctor.code != 0
    assert "github.type" in doctor.out
    assert "github.priority_field" in doctor.out


def test_without_the_settings_nothing_is_asked_or_sent(github: GitHub) -> None:
    github.repository.issue_types, github.repository.priority_options = ["Task"], list(OPTIONS)
    tracker = connect(github.connection())
    ticket: Ticket = tracker.create(Draft("Title", "Body", frozenset({"techmap"}), priority="high", type="Task"))
    tracker.update(ticket.number, Patch(priority="low", type="Task"))
    assert not tracker.capabilities.native_priority
    assert (ticket.type, ticket.priority) == ("", None)
    asked = [request.path for request in github.requests]
    assert not [path for path in asked if "issue-types" in path or "issue-fields" in path]
    assert github.repository.issues[1].type is None
