"""New tickets join the board of the settings; nothing on it is ever moved, and no failure stops a push."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app.login import log_in
from tests.app.maps import written
from tests.app.run import Program
from tests.simulators.github.boards import BoardOfOwner
from tests.trackers.servers import SERVERS, Loss, OnGitHub


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OnGitHub]:
    with SERVERS["github"]() as server:
        assert isinstance(server, OnGitHub)
        fields = {"Priority": ["High", "Medium", "Low"], "Phase": ["Build", "Later"], "Status": ["Todo"]}
        server.server.world.board = BoardOfOwner("octo", 7, fields=fields)
        log_in(server, monkeypatch)
        yield server


@pytest.fixture
def program(program: Program) -> Program:
    asks(program, "octo/7")
    written(program.folder, "Login", ["Parser", "Mailer"])
    return program


def asks(program: Program, board: str) -> None:
    (program.folder / "techmap-sync.toml").write_text(f'[github]\nproject = "{board}"\n', "utf-8")


def board(server: OnGitHub) -> BoardOfOwner:
    assert server.server.world.board
    return server.server.world.board


def test_new_tickets_join_with_the_fields_that_are_named_like_ours(program: Program, server: OnGitHub) -> None:
    assert "join the board octo/7" in program("plan", "maps", *server.flags).out
    assert program("push", "maps", *server.flags).code == 0
    assert sorted(board(server).items) == [1, 2, 3]
    assert board(server).items[1] == {}
    assert {item["Phase"] for number, item in board(server).items.items() if number > 1} == {"Build"}
    assert all("Priority" in item for number, item in board(server).items.items() if number > 1)
    server.forget()
    again = program("push", "maps", *server.flags)
    assert "no changes" in again.out
    assert "board" not in again.out
    assert [request for request in server.requests if "graphql" in request] == []


def test_what_people_moved_or_took_off_stays_so_and_only_new_tickets_join(program: Program, server: OnGitHub) -> None:
    assert program("push", "maps", *server.flags).code == 0
    board(server).items.pop(2)
    board(server).items[3]["Priority"] = "moved"
    written(program.folder, "Login", ["Parser", "Mailer", "Router"])
    assert program("push", "maps", *server.flags).code == 0
    assert sorted(board(server).items) == [1, 3, 4]
    assert board(server).items[3]["Priority"] == "moved"


def test_tickets_that_are_older_than_the_setting_do_not_join(program: Program, server: OnGitHub) -> None:
    asks(program, "")
    assert program("push", "maps", *server.flags).code == 0
    assert board(server).items == {}
    asks(program, "octo/7")
    assert program("push", "maps", *server.flags).code == 0
    written(program.folder, "Login", ["Parser", "Mailer", "Router"])
    assert program("push", "maps", *server.flags).code == 0
    assert sorted(board(server).items) == [4]


@pytest.mark.parametrize("wrong", ["right", "name", "number"])
def test_a_board_that_cannot_be_written_is_said_once_and_stops_nothing(
    wrong: str, program: Program, server: OnGitHub
) -> None:
    written(program.folder, "Search", ["Cache"])
    board(server).writable = wrong != "right"
    asks(program, {"right": "octo/7", "name": "not a board", "number": "octo/8"}[wrong])
    pushed = program("push", "maps", *server.flags)
    assert pushed.code == 0, pushed.err
    assert len([line for line in pushed.out.splitlines() if "not on the board" in line]) == 1
    assert len(server.tickets()) == 5
    assert board(server).items == {}
    assert "no changes" in program("push", "maps", *server.flags).out


def test_a_ticket_whose_run_ended_before_it_joined_joins_in_the_next(program: Program, server: OnGitHub) -> None:
    assert program("push", "maps", "--max-writes", "2", *server.flags).code == 5
    assert board(server).items == {}
    assert program("push", "maps", *server.flags).code == 0
    assert {2, 3} <= board(server).items.keys()


def test_a_lost_answer_is_asked_for_again(program: Program, server: OnGitHub) -> None:
    assert program("push", "maps", *server.flags).code == 0
    place = next(n for n, request in enumerate(server.server.requests, 1) if "addProjectV2" in str(request.body))
    board(server).items.clear()
    with SERVERS["github"]() as other:
        assert isinstance(other, OnGitHub)
        other.server.world.board = BoardOfOwner("octo", 7)
        log_in(other, program.monkeypatch)
        other.lose_answer(place, after=True, how=Loss.BAD_GATEWAY)
        assert program("push", "maps", *other.flags).code == 0
        assert sorted(board(other).items) == [1, 2, 3]


def test_doctor_says_whether_the_board_was_found(program: Program, server: OnGitHub) -> None:
    assert "new tickets join Roadmap; fields that are set: Priority, Phase" in program("doctor", *server.flags).out
    asks(program, "octo/8")
    doctor = program("doctor", *server.flags)
    assert doctor.code != 0
    assert "github.project" in doctor.out
