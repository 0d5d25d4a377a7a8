"""Whatever happens to one document or its tickets, those of another family say what they would say alone."""

from __future__ import annotations

from functools import cache

import pytest

from tests.explore.__main__ import explored
from tests.explore.papers import PAPERS
from tests.explore.search import named
from tests.explore.side_by_side import SideBySide, author_events, people_events
from tests.sampling import sampling
from tests.sync.drive import key_of
from tests.sync.scene import FREE


@cache
def pushed() -> SideBySide:
    return SideBySide.pushed()


def test_the_documents_collide_and_no_ticket_belongs_to_two() -> None:
    tickets = pushed().together.tracker.tickets.values()
    keys = [key_of(ticket) for ticket in tickets]
    titles = [ticket.title for ticket in tickets]
    assert len(set(keys)) == len(keys)
    assert len(set(titles)) < len(titles), "else nothing could be mistaken for something else"
    assert {*pushed().homes.values()} == PAPERS.keys()


def test_one_event_touches_no_other_family() -> None:
    names = [event.name for make in (author_events, people_events) for event in make(pushed())]
    for name in sampling.spread("events among families side by side", names, 8):
        world = pushed().copy()
        happened = [e for make in (author_events, people_events) for e in make(world) if e.name == name]
        with named(name):
            happened[0].act(world)
            world.push(FREE)


@pytest.mark.skipif(not sampling.everything, reason="a minute; make test-all")
def test_no_history_of_three_events_touches_another_family() -> None:
    found = explored("families side by side", 3)
    assert "\n\n".join(map(str, found.stories[:3])) == ""
    assert found.steps > 6_000
