"""What can be wrong with a GitLab project, each told in one sentence with what to do."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from techmap_sync.errors import OutcomeUnclear, TrackerError, UsageProblem
from techmap_sync.sync.tracker import Draft, Edge, EdgeKind, Patch
from techmap_sync.trackers.connection import Secret
from techmap_sync.trackers.gitlab.tracker import connect
from tests.simulators.gitlab import Simulator, faults
from tests.simulators.gitlab.world import BOT, GUEST, Token


@pytest.fixture
def server() -> Iterator[Simulator]:
    with Simulator.running() as simulator:
        simulator.world.tokens |= {"reader": Token(BOT, ("read_api",)), "guest": Token(GUEST)}
        yield simulator


def problem(server: Simulator, **connection: Any) -> TrackerError:
    tracker = connect(server.connection(**connection))
    with pytest.raises(TrackerError) as caught:
        tracker.snapshot("techmap")
    return caught.value


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def without_issues(server: Simulator) -> None:
    server.world.issues_enabled = False


def moved(server: Simulator) -> None:
    server.world.old_path, server.world.path = server.world.path, "other/place"


@pytest.mark.parametrize(
    ("connection", "break_it", "what", "hint"),
    [
        (
            {"token": Secret("wrong")},
            None,
            "not accept the token",
            "expired",
        ),
        (
            {"target": "group/other"},
            None,
            "no project group/other at URL",
            "the path after gitlab:",
        ),
        (
            {},
            without_issues,
            "group/project has no issues",
            "General, Visibility, project features, Issues",
        ),
        (
            {"target": "group/project"},
            moved,
            "moved to other/place",
            "write gitlab:other/place",
        ),
    ],
)
def test_a_project_that_cannot_be_used_is_told_in_one_sentence(
    server: Simulator, connection: dict[str, Any], break_it: Callable[[Simulator], None] | None, what: str, hint: str
) -> None:
    if break_it:
        break_it(server)
        connection = {"target": "group/project"} | connection
    error = problem(server, **connection)
    assert what.replace("URL", server.url) in error.what
    assert hint in error.hint
    assert server.writes == []


@pytest.mark.parametrize("target", ["", "/"])
def test_a_project_that_is_not_named_is_said_before_anything_is_sent(server: Simulator, target: str) -> None:
    with pytest.raises(UsageProblem, match="no project"):
        connect(server.connection(target=target))


@pytest.mark.parametrize("token", ["", "two words", "glpat-x\nglpat-y", "glpat-ü"])
def test_a_token_that_is_none_is_said_before_anything_is_sent(server: Simulator, token: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        connect(server.connection(token=Secret(token)))
    assert token == "" or token not in repr(caught.value)
    assert token or "GITLAB_TOKEN" in caught.value.hint


def test_a_token_that_may_only_read_is_told_when_it_has_to_write(server: Simulator) -> None:
    tracker = connect(server.connection(token=Secret("reader")))
    assert tracker.snapshot("techmap").tickets == ()
    with pytest.raises(TrackerError) as caught:
        tracker.create(Draft("Title", ""))
    assert "insufficient_scope" in caught.value.what
    assert "scope api" in caught.value.hint
    assert not isinstance(caught.value, OutcomeUnclear)


def test_a_project_is_found_by_its_number_as_ci_gives_it(server: Simulator) -> None:
    tracker = connect(server.connection(target="42"))
    assert tracker.create(Draft("Title", "")).number == "1"
    assert tracker.name == "gitlab:42"


def test_a_project_that_moves_during_a_run_stays_where_its_number_is(server: Simulator) -> None:
    tracker = connect(server.connection())
    tracker.create(Draft("Title", ""))
    moved(server)
    assert tracker.create(Draft("Title", "")).number == "2"


def test_a_server_that_cannot_be_reached_is_named(server: Simulator) -> None:
    port = free_port()
    error = problem(server, api_url=f"http://127.0.0.1:{port}")
    assert error.what == f"127.0.0.1:{port} cannot be reached"
    assert "network" in error.hint


def test_a_server_that_does_not_answer_in_time_is_named(server: Simulator) -> None:
    server.fail(*[faults.silence()] * 4)
    error = problem(server, timeout=0.05)
    assert error.what.endswith("did not answer in time")


def test_a_write_that_cannot_have_arrived_is_no_unclear_one(server: Simulator) -> None:
    with Simulator.running() as other:
        tracker = connect(other.connection())
        tracker.create(Draft("Title", ""))
    with pytest.raises(TrackerError) as caught:
        tracker.create(Draft("Title", ""))
    assert caught.value.what.endswith("cannot be reached")


def test_a_proxy_that_does_not_let_us_through_is_told(server: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = f"http://user:secret@127.0.0.1:{free_port()}"
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    error = problem(server, api_url="https://gitlab.invalid")
    assert "proxy" in error.what
    assert "gitlab.invalid" in error.what
    assert "HTTPS_PROXY" in error.hint
    chain = repr([error, error.__cause__, error.__context__])
    assert "secret" not in chain


def test_something_that_is_no_gitlab_is_told(server: Simulator) -> None:
    server.fail(*[faults.web_page()] * 4)
    assert "as GitLab does" in problem(server).what


def test_a_token_shows_in_no_error_even_if_the_server_repeats_it(server: Simulator) -> None:
    server.fail(faults.Fault(400, '{"message": "bad header glpat-secret"}'))
    error = problem(server)
    assert error.what.endswith("(status 400): bad header ***")
    assert "glpat-secret" not in repr(connect(server.connection(sleep=print)).__dict__)


def test_a_project_that_is_hidden_during_a_run_is_no_missing_ticket(server: Simulator) -> None:
    tracker = connect(server.connection())
    tracker.create(Draft("Title", ""))
    del server.world.members[BOT]
    with pytest.raises(TrackerError) as caught:
        tracker.get("1")
    assert "project" in caught.value.what
    assert "hidden" in caught.value.what


@pytest.mark.parametrize("number", ["", "x", "1/links", "-1", "99"])
def test_a_number_that_is_none_names_no_ticket(server: Simulator, number: str) -> None:
    tracker = connect(server.connection())
    assert tracker.get(number) is None
    with pytest.raises(TrackerError):
        tracker.update(number, Patch(body="New"))
    with pytest.raises(TrackerError):
        tracker.update(number, Patch())
    with pytest.raises(TrackerError):
        tracker.unlink(Edge(EdgeKind.BLOCKED_BY, number, "1"))


def test_an_answer_about_another_ticket_is_unclear(server: Simulator) -> None:
    tracker = connect(server.connection())
    tracker.create(Draft("Title", ""))
    server.fail(faults.Fault(200, '{"iid": 7, "title": "Title", "description": "", "state": "opened", "labels": []}'))
    with pytest.raises(OutcomeUnclear):
        tracker.update("1", Patch(body="New"))


def test_a_title_that_was_stored_in_another_way_is_told(server: Simulator) -> None:
    server.world.paragraphs_only = False
    tracker = connect(server.connection())
    tracker.create(Draft("Title", ""))
    server.fail(faults.Fault(200, '{"iid": 1, "title": "Another", "description": "", "state": "opened", "labels": []}'))
    with pytest.raises(TrackerError) as caught:
        tracker.update("1", Patch(title="New"))
    assert "title" in caught.value.what
    assert caught.value.what.endswith('ticket 1: "Another"')


@pytest.mark.parametrize(
    ("status", "body", "what"),
    [
        (405, '{"message": "405 Non GET methods are not allowed for moved projects"}', "moved"),
        (413, "<html></html>", "too long"),
        (
            400,
            '{"message": {"title": ["is too long", "is odd"], "base": ["no"]}}',
            "(status 400): title is too long, is odd; base no",
        ),
        (
            403,
            '{"error": "x", "error_description": "Not this."}',
            ": Not this.",
        ),
    ],
)
def test_a_refusal_is_told_in_gitlabs_words(server: Simulator, status: int, body: str, what: str) -> None:
    tracker = connect(server.connection())
    tracker.create(Draft("Title", ""))
    server.fail(faults.Fault(status, body))
    with pytest.raises(TrackerError) as caught:
        tracker.create(Draft("Title", ""))
    assert what in caught.value.what
    assert not isinstance(caught.value, OutcomeUnclear)


def test_a_server_without_safe_connections_is_told(server: Simulator) -> None:
    address = server.url.replace("http://", "https://")
    error = problem(server, api_url=address)
    assert "secure connection" in error.what
