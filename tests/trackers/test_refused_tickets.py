"""One of many tickets refused, in every way a server knows: the others are written, and the next run ends clean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from techmap_sync.errors import TrackerError
from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.change_set import Outcome, Status
from techmap_sync.sync.tracker import Ends
from tests.sampling import sampling
from tests.simulators import github, gitlab
from tests.sync.build import key, plan, task
from tests.sync.drive import by_key, planned, push
from tests.trackers.servers import SERVERS, OnGitHub, OnGitLab, Server

NAMES = [f"Part{n:02}" for n in range(30)][-sampling.times("tasks of a map of which one is refused", 16, 30) :]
REFUSED, TITLE = key("Part17"), "Create Part17"
WAITING = {"Part17": ("Part16",), "Part18": ("Part17",), "Part25": ("Part24",)}
FIRST = plan(*(task(name) for name in NAMES))
AFTER: dict[str, TaskPlan] = {
    "create": FIRST,
    "update": plan(
        *(task(name, sections={"purpose": "More."} if name in WAITING else None) for name in NAMES),
    ),
    "label": plan(*(task(name, labels=frozenset({"new"} if name in WAITING else ())) for name in NAMES)),
    "link": plan(*(task(name, blocked_by=WAITING.get(name, ())) for name in NAMES)),
}
GITHUB = [
    (400, "Your issue has been flagged as spam"),
    (403, "This issue has been locked\x1b[31m and limited\nto collaborators"),
    (403, "This issue was converted to a discussion"),
    (403, "Must have admin rights to Repository."),
    (403, "Resource not accessible by integration"),
    (404, "Not Found"),
    (409, "Conflict"),
    (410, "This issue was deleted"),
    (422, "Validation Failed"),
    (451, "Repository access blocked"),
]
GITLAB: list[tuple[int, object]] = [
    (400, {"error": "Your issue has been recognized as spam and has been discarded."}),
    (400, {"title": ["is too long\x1b[31m\n(maximum is 255 characters)"]}),
    (403, "403 Forbidden"),
    (403, "You are not allowed to edit this locked issue"),
    (404, "404 Not found"),
    (409, "Conflict: needs_captcha_response"),
    (410, "410 Gone"),
    (413, "413 Request Entity Too Large"),
    (422, "Cannot process"),
    (423, "423 Locked"),
]
AT = {
    "create": (github.At.CREATE, gitlab.At.CREATE),
    "update": (github.At.UPDATE, gitlab.At.UPDATE),
    "label": (github.At.LABEL, gitlab.At.LABEL),
    "link": (github.At.BLOCKED_BY, gitlab.At.LINK),
}


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with SERVERS[request.param]() as server:
        yield server


def ways(server: Server) -> list[tuple[int, Any]]:
    return list(GITHUB) if isinstance(server, OnGitHub) else list(GITLAB)


def sampled_ways(server: Server, stage: str) -> list[tuple[int, Any]]:
    """Return the ways to refuse at one stage; those of all stages together are all ways."""
    stages, every = list(AT), ways(server)
    cases = sorted(product(stages, range(len(every))), key=lambda case: (case[1] - stages.index(case[0])) % len(stages))
    taken = sampling.covering(f"ways to refuse a ticket by {type(server).__name__}", cases, together=1)
    return [way for place, way in enumerate(every) if (stage, place) in taken]


def refuse(server: Server, stage: str, status: int, message: Any) -> None:
    if isinstance(server, OnGitHub):
        server.server.refuses = [github.Refused(frozenset({AT[stage][0]}), TITLE, status, message)]
    elif isinstance(server, OnGitLab):
        server.server.refuses = [gitlab.Refused(frozenset({AT[stage][1]}), TITLE, status, message)]


def allow(server: Server) -> None:
    if isinstance(server, OnGitHub | OnGitLab):
        server.server.refuses = []


def failed(outcomes: list[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.status is Status.FAILED]


@pytest.mark.parametrize("stage", AT)
def test_one_of_many_tickets_is_refused_and_the_others_are_written(server: Server, stage: str) -> None:
    if stage != "create":
        push(server.tracker(), FIRST)
    before, wanted = server.saved(), AFTER[stage]
    push(server.tracker(), wanted)
    clean = by_key(server.tickets())
    server.restore(before)
    for status, message in sampled_ways(server, stage):
        refuse(server, stage, status, message)
        outcomes = push(server.tracker(), wanted)
        where = f"{status} {message}"
        assert failed(outcomes), where
        for outcome in failed(outcomes):
            assert REFUSED in (outcome.change.key, outcome.change.target), where
            assert outcome.detail, where
            assert outcome.detail.isprintable(), where
        written = by_key(server.tickets())
        others = {key for key in clean if key != REFUSED and REFUSED not in (clean[key].blocked_by or ())}
        ledgers = {key for key in clean if key.endswith("/tracking/map")}
        assert {key: written[key] for key in others - ledgers} == {key: clean[key] for key in others - ledgers}, where
        allow(server)
        push(server.tracker(), wanted)
        assert by_key(server.tickets()) == clean, where
        assert not planned(server.tracker(), wanted).writes, where
        server.restore(before)


def test_what_is_about_the_whole_project_ends_the_run(server: Server) -> None:
    push(server.tracker(), FIRST)
    if isinstance(server, OnGitHub):
        server.server.repository.archived = True
    elif isinstance(server, OnGitLab):
        server.server.world.archived = True
    server.forget()
    with pytest.raises(TrackerError, match="archived"):
        push(server.tracker(), AFTER["update"])
    assert len(server.writes) <= 1


def test_words_of_a_server_never_hold_the_token(server: Server) -> None:
    token = server.connection().token.value
    refuse(
        server, "create", 422 if isinstance(server, OnGitHub) else 400, f"no {token} and glpat-abcdefgh12345678 here"
    )
    (outcome,) = failed(push(server.tracker(), FIRST))
    assert token not in outcome.detail + outcome.hint
    assert "glpat" not in outcome.detail


def test_a_ticket_that_disappears_while_it_is_linked_fails_alone(server: Server) -> None:
    push(server.tracker(), FIRST)
    wanted = plan(
        *(
            replace(spec, blocked_by=(key(NAMES[1]),)) if spec.key in (REFUSED, key("Part18")) else spec
            for spec in FIRST.tasks
        )
    )
    refuse(server, "link", 404, "Not Found")
    outcomes = push(server.tracker(), wanted)
    assert {outcome.change.key for outcome in failed(outcomes)} == {REFUSED}
    assert by_key(server.tickets())[key("Part18")].blocked_by == {key(NAMES[1])}


@pytest.mark.parametrize("status", [403, 404, 410, 451])
def test_edges_of_one_ticket_that_are_refused_cost_no_other(server: Server, status: int) -> None:
    """They stay unknown, and those of the others are read."""
    push(server.tracker(), AFTER["link"])
    numbers = {ticket.title: ticket.number for ticket in server.tickets()}
    if isinstance(server, OnGitHub):
        server.server.refuses = [github.Refused(frozenset({github.At.READ}), TITLE, status, "no")]
        server.server.world.forbidden = {int(numbers[TITLE])}
    elif isinstance(server, OnGitLab):
        server.server.refuses = [gitlab.Refused(frozenset({gitlab.At.READ}), TITLE, status, "no")]
    tracker = server.tracker()
    tracker.snapshot("techmap")
    ends = tracker.ends([numbers["Create Part18"], numbers[TITLE], numbers["Create Part25"]])
    assert ends[numbers["Create Part18"]].blocked_by == {numbers[TITLE]}
    assert ends[numbers["Create Part25"]].blocked_by == {numbers["Create Part24"]}
    assert not ends.get(numbers[TITLE], Ends()).blocked_by


@pytest.mark.parametrize("kind", ["FORBIDDEN", "INSUFFICIENT_SCOPES", "SERVICE_UNAVAILABLE", ""])
def test_a_query_that_is_refused_as_a_whole_is_asked_one_by_one(kind: str) -> None:
    with SERVERS["github"]() as server:
        assert isinstance(server, OnGitHub)
        push(server.tracker(), AFTER["link"])
        server.server.world.query_error = kind or "odd"
        numbers = {ticket.title: ticket.number for ticket in server.tickets()}
        tracker = server.tracker()
        tracker.snapshot("techmap")
        ends = tracker.ends([numbers["Create Part18"], numbers["Create Part25"]])
        assert ends[numbers["Create Part18"]].blocked_by == {numbers[TITLE]}
