"""A page of a list that is too large is asked for in smaller pages: no row is lost, and none comes twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from techmap_sync.errors import TicketRefused
from techmap_sync.sync.tracker import Tracker
from techmap_sync.trackers.answers import SIZES, smaller
from techmap_sync.trackers.http import AnswerTooLarge
from tests.sampling import sampling
from tests.simulators.gitlab.world import SARA
from tests.trackers.servers import SERVERS, OnGitHub, OnGitLab, Server

LABEL = "techmap"
ISSUES = 230
ROOM = 300_000
"""Bytes that an answer may have here; small ones of a hundred issues have half of it."""


LISTS = [*SERVERS, "gitlab with numbered pages"]
LARGE = [
    [1, 2, 3, 4, 5, 6, 7, 8],
    [120, 121, 122, 123, 160, 161, 162, 163],
    [*range(201, 231)],
    [150, 151, 152, 153, 154, 155],
    [*range(1, 231, 9)],
]
"""Numbers of issues with a long text."""


@pytest.fixture(params=LISTS)
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr("techmap_sync.trackers.session.MOST_BYTES", ROOM)
    with SERVERS[request.param.partition(" ")[0]]() as server:
        if isinstance(server, OnGitLab):
            server.server.checks_answers = False
            server.server.world.keyset = " " not in request.param
        yield server


def fill(server: Server, *large: int, size: int = 60_000) -> None:
    """Write issues, some with a long text: their numbers."""
    for number in range(1, ISSUES + 1):
        body = "x" * (size if number in large else 10)
        if isinstance(server, OnGitHub):
            server.server.add_issue(f"Part {number}", LABEL, body=body)
        elif isinstance(server, OnGitLab):
            issue = server.server.world.add_issue(f"Part {number}", SARA, labels=[LABEL])
            issue.description = body


def numbers(tracker: Tracker) -> list[int]:
    return [int(ticket.number) for ticket in tracker.snapshot(LABEL).tickets]


@pytest.mark.parametrize(
    ("large", "server"),
    sampling.meeting_in_turn("places of long texts in a list", LARGE, LISTS),
    indirect=["server"],
    ids=str,
)
def test_no_row_of_a_large_page_is_lost_or_comes_twice(server: Server, large: list[int]) -> None:
    fill(server, *large)
    assert numbers(server.tracker()) == list(range(1, ISSUES + 1))


def test_one_row_that_is_too_large_by_itself_ends_the_list(server: Server) -> None:
    fill(server, 5, size=ROOM + 1)
    with pytest.raises(AnswerTooLarge):
        server.tracker().snapshot(LABEL)
    assert len(server.lists) <= len(SIZES) + 6


def test_one_ticket_that_is_too_large_to_be_read_is_its_own_matter(server: Server) -> None:
    fill(server, 5, size=ROOM + 1)
    with pytest.raises(TicketRefused):
        server.tracker().get("5")
    assert server.tracker().get("6") is not None


def test_smaller_pages_begin_where_the_larger_one_did() -> None:
    query: dict[str, object] | None = {"per_page": "100", "page": "3", "labels": LABEL}
    sizes = []
    while query := smaller(query or {}):
        size, page = int(str(query["per_page"])), int(str(query["page"]))
        assert (page - 1) * size == 200
        assert query["labels"] == LABEL
        sizes.append(size)
    assert sizes == list(SIZES[1:])
    assert smaller({"cursor": "abc"}) == {"cursor": "abc", "per_page": 50}
