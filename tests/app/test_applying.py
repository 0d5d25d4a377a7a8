"""What is printed of a push that failed, was refused, or stopped early: every count agrees, no line is untrue."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import patch

import pytest

from techmap_sync.cli.console import Screen
from techmap_sync.sync.change_set import ChangeSet, seconds_to_apply
from techmap_sync.sync.tracker import Capabilities
from tests.app.login import log_in
from tests.app.run import READY, Program
from tests.simulators import github, gitlab
from tests.simulators.gitlab.world import BOT
from tests.trackers.servers import SERVERS, OnGitHub, OnGitLab, Server
from tests.turns import in_turn

MAP = READY[0]
STATUSES = ("created", "updated", "closed", "reopened", "linked", "unlinked", "skipped", "failed", "left")


pytest_generate_tests = in_turn("server", SERVERS)


@pytest.fixture
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with SERVERS[request.param]() as server:
        log_in(server, monkeypatch)
        yield server


def counts(line: str) -> dict[str, int]:
    return {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", line)}


def the_line(out: str, word: str) -> str:
    (line,) = (line for line in out.splitlines() if line.startswith(f"{word}:"))
    return line


def planned(out: str) -> int:
    """Sum of what the plan says it will write."""
    said = counts(the_line(out, "Plan").replace("to create", "created").replace("link to", "unlinked to"))
    return sum(number for word, number in said.items() if word not in ("skipped", "conflict", "conflicts", "to")) + sum(
        int(number) for number in re.findall(r"(\d+) to (?:update|close|reopen)", the_line(out, "Plan"))
    )


def refuse(server: Server, title: str) -> None:
    if isinstance(server, OnGitHub):
        server.server.refuses = [github.Refused(frozenset({github.At.CREATE}), title, 422, "flagged as spam")]
    elif isinstance(server, OnGitLab):
        server.server.refuses = [gitlab.Refused(frozenset({gitlab.At.CREATE}), title, 400, "flagged as spam")]


def some_title(program: Program, server: Server) -> str:
    changes = program("plan", MAP, *server.flags, "--format", "json").json["changes"]
    return str([change["title"] for change in changes if change["action"] == "create"][3])


def test_a_refused_ticket_is_named_and_counted_and_the_run_ends_with_5(program: Program, server: Server) -> None:
    title = some_title(program, server)
    refuse(server, title)
    ended = program("push", MAP, *server.flags)
    assert ended.code == 5
    done = the_line(ended.out, "Done")
    assert counts(done)["failed"] == 1
    assert counts(done)["left"] >= 1
    assert sum(counts(done)[word] for word in STATUSES if word in counts(done)) == planned(ended.out)
    (error,) = (line for line in ended.err.splitlines() if line.startswith("error:"))
    assert title.replace("\u200b", "") in error
    assert "flagged as spam" in error
    if isinstance(server, OnGitHub | OnGitLab):
        server.server.refuses = []
    again = program("push", MAP, *server.flags)
    assert again.code == 0, again.err
    assert program("plan", MAP, *server.flags, "--exit-code").code == 0


@pytest.mark.parametrize("form", ["json", "markdown"])
def test_other_forms_tell_it_too(program: Program, server: Server, form: str) -> None:
    refuse(server, some_title(program, server))
    ended = program("push", MAP, *server.flags, "--format", form)
    assert ended.code == 5
    if form == "json":
        assert ended.json["complete"] is False
        (failed,) = (each for each in ended.json["outcomes"] if each["status"] == "failed")
        assert "flagged as spam" in failed["detail"]
        assert failed["title"] in [each["title"] for each in ended.json["remaining"]]
    else:
        assert "**failed**" in ended.out
        assert "1 failed" in ended.out


def test_a_push_that_failed_as_a_whole_never_says_that_nothing_was_left_to_do(program: Program, server: Server) -> None:
    server.lose_answer(10, after=False)
    if isinstance(server, OnGitHub):
        server.server.repository.archived = True
    elif isinstance(server, OnGitLab):
        server.server.world.archived = True
    ended = program("push", MAP, *server.flags)
    assert ended.code == 5
    assert "nothing was left to do" not in ended.out
    assert counts(the_line(ended.out, "Done"))["left"] == planned(ended.out)


@pytest.mark.parametrize("command", ["plan", "push"])
def test_a_refused_plan_lists_nothing_as_if_it_would_happen(program: Program, server: Server, command: str) -> None:
    (program.folder / "techmap-sync.toml").write_text("[limits]\nmax_creates = 3\n", "utf-8")
    ended = program(command, MAP, *server.flags)
    assert ended.code == 4
    assert "no changes" not in ended.out
    assert "Refused: 1 map" in the_line(ended.out, "Plan")
    assert not [line for line in ended.out.splitlines() if re.match(r"\s+[+~] ", line)]
    assert "to create" in ended.out, "what was not written is counted"
    told = program("plan", MAP, *server.flags, "--format", "json").json
    assert told["changes"] == []
    assert told["counts"]["create"] == 0
    assert len(told["refused"]) > 3
    assert not server.tickets()


def test_only_the_ledger_is_no_update_in_plan_or_done(program: Program, server: Server) -> None:
    (program.folder / "map.md").write_bytes(MAP.read_bytes())
    program("push", "map.md", *server.flags)
    text = (program.folder / "map.md").read_text("utf-8")
    (program.folder / "map.md").write_text(text + "\n", "utf-8")
    ended = program("push", "map.md", *server.flags)
    assert "only bookkeeping" in the_line(ended.out, "Plan")
    assert "only bookkeeping" in the_line(ended.out, "Done")


def test_a_run_that_stops_early_counts_what_is_left(program: Program, server: Server) -> None:
    ended = program("push", MAP, *server.flags, "--max-writes", "7")
    done = counts(the_line(ended.out, "Done"))
    assert ended.code == 5
    assert sum(done[word] for word in STATUSES if word in done) == planned(ended.out)
    assert f"changes, {done['left']} left" in ended.err


def without_rights(server: Server) -> None:
    if isinstance(server, OnGitHub):
        token = server.connection().token.value
        server.server.accounts[token] = replace(server.server.accounts[token], may_label=False)
        server.server.repository.label("techmap")
    elif isinstance(server, OnGitLab):
        server.server.world.members[BOT] = 10
        server.server.world.labels["techmap"] = "#6699cc"


def test_without_the_right_to_set_labels_nothing_is_written(program: Program, server: Server) -> None:
    without_rights(server)
    ended = program("push", MAP, *server.flags)
    assert ended.code == 5
    assert not server.writes
    assert not server.tickets()
    assert "may not set labels" in ended.err
    assert "nothing was left to do" not in ended.out


def test_a_role_that_comes_by_a_shared_group_is_enough(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    with SERVERS["gitlab"]() as server:
        assert isinstance(server, OnGitLab)
        log_in(server, monkeypatch)
        server.server.world.shown_role = 10
        assert program("push", MAP, *server.flags).code == 0


def test_the_time_that_a_push_will_take_is_told_within_a_tenth(program: Program, server: Server) -> None:
    def told(change_set: ChangeSet, capabilities: Capabilities) -> float:
        seconds.append(seconds_to_apply(change_set, capabilities))
        return seconds[-1]

    seconds: list[float] = []
    with patch("techmap_sync.app.applying.seconds_to_apply", told):
        before = server.connection().now()
        assert program("push", MAP, *server.flags).code == 0
    taken = (server.connection().now() - before).total_seconds()
    assert seconds[0] == pytest.approx(taken, rel=0.1)


def test_plan_says_how_long_a_push_will_take(program: Program, server: Server) -> None:
    told = re.search(r"about (\d+) s for these writes", program("plan", MAP, *server.flags).err)
    before = server.connection().now()
    assert program("push", MAP, *server.flags).code == 0
    taken = (server.connection().now() - before).total_seconds()
    assert told
    assert int(told[1]) == pytest.approx(taken, rel=0.1, abs=1)
    assert "for these writes" not in program("plan", MAP, *server.flags).err


Asked = list[str]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What a person is asked, who says no."""
    questions: Asked = []

    def agrees(_: Screen, question: str) -> bool:
        questions.append(question)
        return False

    monkeypatch.setattr(Screen, "agrees", agrees)
    return questions


@pytest.mark.parametrize("command", ["push", "reconcile"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_before_its_first_ticket_a_server_is_asked_about_and_a_no_writes_nothing(
    program: Program, server: Server, asked: Asked, command: str, form: str
) -> None:
    (program.folder / "docs").mkdir()
    shutil.copy(MAP, program.folder / "docs")
    (program.folder / "techmap-sync.toml").write_text('maps = ["docs"]\n', "utf-8")
    report = program.folder / "report.json"
    ended = program(command, *server.flags, "--format", form, "--report", f"json={report}")
    assert ended.code == 0
    assert not server.tickets()
    document = json.loads(report.read_text("utf-8"))
    assert asked == [f"Create {document['counts']['create']} tickets in {server.flags[1].partition(':')[2]}?"]
    assert "outcomes" not in document, "it is a plan"
    assert "Nothing was written" in ended.err
    assert "Done:" not in ended.out


def test_fewer_writes_are_asked_about_where_fewer_are_made(program: Program, server: Server, asked: Asked) -> None:
    program("push", MAP, *server.flags, "--max-writes", "1")
    assert asked
    assert asked[0].startswith("Create 1 ticket in ")


def test_nobody_is_asked_a_second_time_or_who_said_yes(program: Program, server: Server, asked: Asked) -> None:
    assert program("push", MAP, *server.flags, "--yes", "--max-writes", "3").code == 5
    assert server.tickets()
    assert program("push", MAP, *server.flags, "--max-writes", "3").code == 5
    assert program("push", MAP, *server.flags).code == 0
    assert asked == []


def test_a_reviewed_plan_and_a_folder_need_no_yes(program: Program, server: Server, asked: Asked) -> None:
    assert program("plan", MAP, *server.flags, "--out", "plan.json").code == 0
    assert program("push", MAP, *server.flags, "--plan", "plan.json").code == 0
    assert program("push", MAP, "--to", "backlog:./backlog").code == 0
    assert asked == []


def test_the_signs_are_explained_in_the_first_plan_alone(program: Program) -> None:
    first, again = program("plan", MAP), (program("push", MAP), program("plan", MAP))[1]
    (line,) = (line for line in first.out.splitlines() if line.startswith("legend:"))
    assert "+ create" in line
    assert "~ update" in line
    assert "legend:" not in again.out


def test_a_push_says_where_the_tracking_ticket_of_each_map_can_be_read(program: Program, server: Server) -> None:
    for _ in range(2):
        ended = program("push", *READY[:2], *server.flags, "--yes")
        assert ended.code == 0, ended.err
        said = re.findall(r"(?m)^see +http\S+/issues/(\d+)$", ended.out)
        tracking = [ticket.number for ticket in server.tickets() if ticket.title.startswith("Implement ")]
        assert said == (tracking if "created" in ended.out else [])
    assert len(tracking) == 2


def test_a_plan_for_a_review_links_the_tickets_that_it_changes(program: Program, server: Server) -> None:
    shutil.copy(MAP, program.folder / "map.md")
    assert program("push", "map.md", *server.flags, "--yes").code == 0
    path = program.folder / "map.md"
    path.write_text(
        path.read_text("utf-8").replace("TwoFactorController`: HTTP", "TwoFactorController`: HTTPS"), "utf-8"
    )
    plan = program("plan", "map.md", *server.flags, "--format", "markdown").out
    changed = re.findall(r"\*\*update\*\* \[#(\d+)\]\(http\S+/issues/(\d+)\)", plan)
    assert changed
    assert all(shown == linked for shown, linked in changed)
    assert "see " not in program("push", "map.md", "--to", "backlog:./backlog").out.partition("Done:")[2]
