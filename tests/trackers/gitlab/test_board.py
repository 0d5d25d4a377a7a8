"""New issues join the iteration and the epic of the settings; what people planned stays; no failure stops a push."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app.login import log_in
from tests.app.maps import written
from tests.app.run import Program
from tests.simulators.gitlab.world import World
from tests.trackers.servers import SERVERS, Loss, OnGitLab

BOTH = 'iteration = "sprint 7"\nepic = "Payments"\n'


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OnGitLab]:
    with SERVERS["gitlab"]() as server:
        assert isinstance(server, OnGitLab)
        server.server.world.iterations = {3: "Sprint 7", 4: "Sprint 77", 5: None}
        server.server.world.current = 5
        server.server.world.epics = {80: "Payments", 81: "Payments, later"}
        log_in(server, monkeypatch)
        yield server


@pytest.fixture
def program(program: Program) -> Program:
    asks(program, BOTH)
    written(program.folder, "Login", ["Parser", "Mailer"])
    return program


def asks(program: Program, settings: str) -> None:
    (program.folder / "techmap-sync.toml").write_text(f"[gitlab]\n{settings}", "utf-8")


def world(server: OnGitLab) -> World:
    return server.server.world


def planned(server: OnGitLab) -> dict[int, tuple[int | None, int | None]]:
    return {issue.iid: (issue.iteration, issue.epic) for issue in world(server).issues.values()}


def test_new_tickets_join_and_the_plan_says_so(program: Program, server: OnGitLab) -> None:
    assert "join the iteration sprint 7 and the epic Payments" in program("plan", "maps", *server.flags).out
    server.forget()
    assert program("push", "maps", *server.flags).code == 0
    assert planned(server) == dict.fromkeys((1, 2, 3), (3, 80))
    server.forget()
    assert "no changes" in program("push", "maps", *server.flags).out
    assert server.writes == []


def test_what_people_planned_stays_and_only_new_tickets_join(program: Program, server: OnGitLab) -> None:
    assert program("push", "maps", *server.flags).code == 0
    world(server).issues[2].iteration, world(server).issues[3].epic = None, 81
    written(program.folder, "Login", ["Parser", "Mailer", "Router"])
    assert program("push", "maps", *server.flags).code == 0
    assert planned(server) == {1: (3, 80), 2: (None, 80), 3: (3, 81), 4: (3, 80)}


def test_a_ticket_that_somebody_planned_before_it_could_join_is_left_alone(program: Program, server: OnGitLab) -> None:
    assert program("push", "maps", "--max-writes", "2", *server.flags).code == 5
    world(server).issues[2].iteration = 4
    assert program("push", "maps", *server.flags).code == 0
    assert planned(server)[2] == (4, 80)


def test_the_iteration_of_today_needs_no_name(program: Program, server: OnGitLab) -> None:
    asks(program, 'iteration = "current"\n')
    assert program("push", "maps", *server.flags).code == 0
    assert planned(server)[2] == (5, None)


@pytest.mark.parametrize("wrong", ["licence", "edition", "names", "several", "dropped"])
def test_what_cannot_be_done_is_said_once_and_stops_nothing(wrong: str, program: Program, server: OnGitLab) -> None:
    written(program.folder, "Search", ["Cache"])
    world(server).premium = wrong not in ("licence", "edition")
    world(server).enterprise = wrong != "edition"
    world(server).drops_plans = wrong == "dropped"
    if wrong == "names":
        asks(program, 'iteration = "Sprint 8"\nepic = "\\"Nothing\\""\n')
    if wrong == "several":
        world(server).iterations[6], world(server).epics[82] = "SPRINT 7", "payments"
    pushed = program("push", "maps", *server.flags)
    assert pushed.code == 0, pushed.err
    said = [line for line in pushed.out.splitlines() if "not in the iteration" in line]
    assert len(said) == 1
    assert "not in the epic" in said[0]
    assert set(planned(server).values()) == {(None, None)}
    assert len(server.tickets()) == 5
    assert "no changes" in program("push", "maps", *server.flags).out


def test_one_that_is_missing_does_not_keep_the_other_away(program: Program, server: OnGitLab) -> None:
    world(server).epics = {}
    pushed = program("push", "maps", *server.flags)
    assert "not in the epic" in pushed.out
    assert "not in the iteration" not in pushed.out
    assert planned(server)[2] == (3, None)


def test_a_lost_answer_is_asked_for_again(program: Program, server: OnGitLab) -> None:
    assert program("push", "maps", *server.flags).code == 0
    places = [n for n, asked in enumerate(server.requests, 1) if asked.startswith("POST /api/graphql")]
    with SERVERS["gitlab"]() as other:
        assert isinstance(other, OnGitLab)
        world(other).iterations, world(other).epics = {3: "Sprint 7"}, {80: "Payments"}
        log_in(other, program.monkeypatch)
        other.lose_answer(places[-1], after=True, how=Loss.BAD_GATEWAY)
        assert program("push", "maps", *other.flags).code == 0
        assert planned(other) == dict.fromkeys((1, 2, 3), (3, 80))


def test_doctor_says_what_was_found(program: Program, server: OnGitLab) -> None:
    assert "new tickets join Payments" in program("doctor", *server.flags).out
    asks(program, 'iteration = "Sprint 8"\n')
    doctor = program("doctor", *server.flags)
    assert doctor.code != 0
    assert "there is no iteration of this name" in doctor.out


def test_without_the_settings_nothing_is_asked_or_sent(program: Program, server: OnGitLab) -> None:
    asks(program, "")
    assert program("push", "maps", *server.flags).code == 0
    assert set(planned(server).values()) == {(None, None)}
    assert "join" not in program("plan", "maps", *server.flags).out
