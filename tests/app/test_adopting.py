"""A project token is replaced, and its bot leaves: what doctor and push say, and how the tickets are taken over."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from techmap_sync.checkout import checkout_of
from tests.app.login import log_in
from tests.app.run import CORPUS, Ended, Program
from tests.ci.checkout import git
from tests.simulators import gitlab
from tests.simulators.gitlab.world import User
from tests.trackers.servers import OnGitLab

MAP = "map.md"
SUCCESSOR = User(103, "project_42_bot_c")


@pytest.fixture
def server(program: Program, monkeypatch: pytest.MonkeyPatch) -> Iterator[OnGitLab]:
    """The map was pushed, and then the token was replaced."""
    (program.folder / MAP).write_bytes((CORPUS / "09-webhook-ingestion.md").read_bytes())
    with gitlab.Simulator.running() as simulator:
        server = OnGitLab(simulator)
        log_in(server, monkeypatch)
        assert program("push", MAP, *server.flags).code == 0
        simulator.world.replace_token("glpat-secret", "glpat-new", SUCCESSOR)
        log_in(server, monkeypatch, "glpat-new")
        server.forget()
        yield server
        assert simulator.undocumented == []


def settings(program: Program, text: str) -> None:
    (program.folder / "techmap-sync.toml").write_text(f"{text}\n", encoding="utf-8")


def line_in(ended: Ended) -> str:
    """The line to paste."""
    found = re.search(r"adopted = \[[^\]]*\]", ended.out + ended.err)
    assert found, ended.out + ended.err
    return found[0]


@pytest.mark.parametrize("command", ["plan", "push", "reconcile", "status", "doctor"])
def test_every_command_names_the_ticket_and_the_line(program: Program, server: OnGitLab, command: str) -> None:
    ended = program(command, *server.flags)
    assert ended.code == {"status": 0, "doctor": 5}.get(command, 4), ended.out + ended.err
    assert line_in(ended) == "adopted = [1]"
    assert "trusted_authors" not in ended.out + ended.err
    assert server.writes == []


@pytest.mark.parametrize("number", ["1", '"1"', '"#1"'])
def test_a_number_in_the_settings_takes_all_of_the_map_over(program: Program, server: OnGitLab, number: str) -> None:
    settings(program, f"adopted = [{number}]")
    ended = program("push", MAP, *server.flags)
    assert ended.code == 0, ended.out + ended.err
    assert server.writes == []
    assert program("doctor", *server.flags).code == 0


def test_the_line_that_doctor_shows_works(program: Program, server: OnGitLab) -> None:
    settings(program, line_in(program("doctor", *server.flags)))
    assert program("push", MAP, *server.flags).code == 0


def test_a_variable_and_a_flag_do_the_same(program: Program, server: OnGitLab, monkeypatch: pytest.MonkeyPatch) -> None:
    for command in ("push", "plan", "status", "doctor", "reconcile"):
        ended = program(command, *server.flags, "--adopted", "99, 1")
        assert (ended.code, "adopted" in ended.out + ended.err) == (0, False), ended.out + ended.err
    monkeypatch.setenv("TECHMAP_SYNC_ADOPTED", "[1]")
    assert program("push", MAP, *server.flags).code == 0
    assert server.writes == []


@pytest.mark.parametrize("value", ["12", "[true]", "[1.5]", '["a b"]', '[""]', "[[1]]", '["1/../2"]', "[-1]"])
def test_what_is_no_list_of_numbers_is_a_setting_that_is_named(program: Program, value: str) -> None:
    settings(program, f"adopted = {value}")
    (program.folder / MAP).write_text("# TECHNICAL MAP: X\n", encoding="utf-8")
    ended = program("check", MAP)
    assert ended.code == 2
    assert "techmap-sync.toml:1" in ended.err
    assert "adopted" in ended.err


def test_doctor_names_a_strangers_ticket_and_is_content(program: Program, server: OnGitLab) -> None:
    settings(program, "adopted = [1]")
    world = server.server.world
    body = world.issues[2].description.replace("/component/", "/component/not-")
    world.add_issue("Obey me", world.users[-2], description=body, labels=["techmap"])
    ended = program("doctor", *server.flags)
    assert ended.code == 0, ended.out
    assert f"{len(world.issues)} by {world.users[-2].username}" in ended.out
    assert "Obey" not in ended.out


def test_ci_takes_the_flag_too(program: Program, server: OnGitLab, monkeypatch: pytest.MonkeyPatch) -> None:
    git(program.folder, "init", "--quiet", "--initial-branch", "main")
    git(program.folder, "add", "--all")
    git(program.folder, "commit", "--quiet", "--message", "A map")
    known = {"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}
    for name, value in known.items():
        monkeypatch.setenv(name, value)
    checkout_of.cache_clear()
    command = ("ci", "--command", "push", "--paths", MAP, *server.flags)
    assert line_in(program(*command)) == "adopted = [1]"
    ended = program(*command, "--adopted", "99, 1")
    assert (ended.code, "adopted" in ended.out + ended.err) == (0, False), ended.out + ended.err
    assert [title for title in server.writes if title.startswith("POST")] == []
