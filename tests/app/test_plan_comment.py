"""What goes wrong with the comment on a review costs the comment, and nothing else."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.app.run import Ended, Program
from tests.ci.checkout import TICKETS, Origin
from tests.sampling import sampling
from tests.security.listening import Listening, listening, without_waiting
from tests.turns import in_turn

VARIABLES = {
    "github": {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_REPOSITORY": "octo/maps",
        "GITHUB_REF": "refs/pull/1/merge",
        "GITHUB_TOKEN": "ghs_job_token_1234",
    },
    "gitlab": {
        "GITLAB_CI": "true",
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_PROJECT_ID": "42",
        "CI_MERGE_REQUEST_IID": "1",
        "CI_MERGE_REQUEST_PROJECT_ID": "42",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "42",
        "GITLAB_TOKEN": "glpat-job_token_1234",
    },
}
ADDRESS = {"github": "GITHUB_API_URL", "gitlab": "CI_SERVER_URL"}
TOKENS = {"github": "GITHUB_TOKEN", "gitlab": "GITLAB_TOKEN"}
TO = ["--to", "backlog:./backlog"]
"""Only the comment needs the server."""


@pytest.fixture
def server() -> Iterator[Listening]:
    with listening() as running:
        yield running


pytest_generate_tests = in_turn("kind", ("github", "gitlab"))


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def job(kind: str, program: Program, server: Listening, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A job about a review."""
    monkeypatch.chdir(Origin.begin(program.folder / "repository", "https://nowhere.example/octo/maps").folder)
    for name in ("GH_CONFIG_DIR", "HOME"):
        monkeypatch.setenv(name, str(program.folder))
    without_waiting(monkeypatch)
    event = program.folder / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 1, "head": {"repo": {"full_name": "octo/maps"}}}}))
    here = {ADDRESS[kind]: server.url, "GITHUB_EVENT_PATH": str(event)}
    for name, value in (VARIABLES[kind] | here).items():
        monkeypatch.setenv(name, value)
    return program


def judged(ended: Ended, code: int = 0) -> None:
    assert ended.code == code, ended.err
    assert f"Plan: {TICKETS} to create" in ended.out
    assert "No comment was written" in ended.out
    assert "job_token" not in ended.out + ended.err


Spoil = Callable[[pytest.MonkeyPatch, str], None]
COMMANDS = (["plan", "--comment"], ["ci"])


def no_token(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.delenv(TOKENS[kind])


def odd_token(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setenv(TOKENS[kind], "two words")


def server_away(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv(ADDRESS[kind], f"http://127.0.0.1:{port}")


def unencrypted(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setenv(ADDRESS[kind], "http://git.corp.example")


def no_address(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setenv(ADDRESS[kind], "not an address")


SPOILS: tuple[Spoil, ...] = (no_token, odd_token, server_away, unencrypted, no_address)


@pytest.mark.parametrize(
    ("spoil", "command"), sampling.meeting_in_turn("commands without a way to their review", SPOILS, COMMANDS)
)
def test_without_a_way_to_the_review_there_is_the_plan(
    job: Program, server: Listening, kind: str, spoil: Spoil, command: list[str]
) -> None:
    spoil(job.monkeypatch, kind)
    judged(job(*command, *TO))
    assert [request for request in server.requests if "two words" in request.login] == []


STATUSES = (301, 400, 401, 403, 404, 410, 422, 500, 503)


@pytest.mark.parametrize(
    ("status", "command"), sampling.meeting_in_turn("commands whose comment is refused", STATUSES, COMMANDS)
)
def test_whatever_the_server_refuses(job: Program, server: Listening, status: int, command: list[str]) -> None:
    server.status = status
    judged(job(*command, *TO))
    assert server.requests


ODD = {
    "HTML": b"<html>Sign in</html>",
    "nothing": b" ",
    "null": b"null",
    "a number": b"7",
    "an object": b"{}",
    "a list of numbers": b"[1, 2]",
    "comments of other types": b'[{"id": "x", "user": 3, "body": 4}]',
    "comments without an author": b'[{"id": 1, "user": null, "author": null, "body": null}]',
    "lists for objects": b'[{"id": 1, "user": [], "author": [], "body": []}]',
}


@pytest.mark.parametrize(
    ("odd", "command"), sampling.meeting_in_turn("commands whose comment gets an odd answer", ODD, COMMANDS)
)
def test_odd_answers(job: Program, server: Listening, odd: str, command: list[str]) -> None:
    server.status, server.body = 200, ODD[odd]
    judged(job(*command, *TO))


def test_the_exit_code_is_that_of_the_plan(job: Program) -> None:
    judged(job("plan", "--comment", "--exit-code", *TO), code=3)
    judged(job("ci", "--fail-on", "changes", *TO), code=3)


def test_every_report_says_why_there_is_no_comment(job: Program) -> None:
    for form in ("text", "json", "markdown", "html", "github"):
        ended = job("plan", "--comment", *TO, "--format", form)
        assert ended.code == 0
        said = " ".join(ended.json["remarks"]) if form == "json" else ended.out
        assert "No comment was written" in said, form


BROKEN = "# TECHNICAL MAP: Broken\n\n## New Components\n- [Name]\n\n**Implementation Ready**: Yes\n"


@pytest.mark.parametrize("command", ["plan", "status"])
@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_a_map_with_a_yes_and_an_error_is_called_what_it_is(program: Program, command: str, form: str) -> None:
    Path("map.md").write_text(BROKEN)
    ended = program(command, "map.md", "--format", form, *TO)
    assert "pproved, but has errors" in ended.out
    assert "ot approved" not in ended.out.replace('"not approved": 0', "")
    Path("map.md").write_text(BROKEN.replace("Yes", "No"))
    waiting = program(command, "map.md", "--format", form, *TO)
    assert "pproved, but has errors" not in waiting.out.replace('"approved, but has errors": 0', "")
    assert "ot approved" in waiting.out
