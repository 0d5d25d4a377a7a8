"""How many requests a push takes on GitHub and GitLab, and which edges it makes, leaves and does not make again."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import pytest

from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.apply import apply
from techmap_sync.sync.match import DesiredMap
from techmap_sync.sync.observe import observe
from techmap_sync.sync.tracker import EdgeKind, Ticket
from tests.sync.build import POLICY, key, origin, plan, task
from tests.sync.drive import decided, key_of, planned, push
from tests.sync.test_crash import THIRTY
from tests.trackers.servers import SERVERS, Loss, Server

LABELS = ("techmap", "priority:medium")
EDGES = sum(len(spec.blocked_by) for spec in THIRTY.tasks)


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with SERVERS[request.param]() as server:
        yield server


def reads(server: Server) -> int:
    """How many requests neither wrote nor listed tickets."""
    return len(server.requests) - len(server.writes) - len(server.lists)


def ticket_of(server: Server, name: str) -> Ticket:
    return next(ticket for ticket in server.tickets() if key_of(ticket) == key(name))


def test_a_first_push_takes_one_write_for_each_thing_and_few_reads(server: Server) -> None:
    push(server.tracker(), THIRTY)
    tickets, parents, ledger = len(THIRTY.tasks) + 1, len(THIRTY.tasks), 1
    assert len(server.tickets()) == tickets
    assert sum(len(ticket.blocked_by or ()) for ticket in server.tickets()) == EDGES
    assert len(server.writes) <= tickets + EDGES + parents + len(LABELS) + ledger
    assert reads(server) <= 8
    assert len(server.lists) <= 4, "before, for the second witness, to ask for features, and for the lock"


def test_a_second_push_takes_a_list_for_each_hundred_and_three_others_and_writes_nothing(server: Server) -> None:
    push(server.tracker(), THIRTY)
    start = server.saved()
    for others in (0, 69, 70, 269):
        server.restore(start)
        server.add_unmanaged(others, "techmap")
        server.forget()
        assert push(server.tracker(), THIRTY) == []
        assert not server.writes
        assert len(server.lists) == math.ceil((31 + others) / 100), others
        assert reads(server) <= 3


def test_a_change_takes_a_read_and_a_write(server: Server) -> None:
    push(server.tracker(), THIRTY)
    server.forget()
    push(server.tracker(), replace(THIRTY, tasks=(task("Part00", sections={"purpose": "New."}), *THIRTY.tasks[1:])))
    assert len(server.writes) == 2, "the ticket, and the ledger"
    assert reads(server) <= 3 + 2
    assert len(server.lists) == 1


def test_an_edge_that_a_kill_prevented_is_added_and_one_that_people_removed_stays_removed(server: Server) -> None:
    made = plan(task("Store"), task("Service", blocked_by=("Store",)), task("Tests", blocked_by=("Service",)))
    changes = planned(server.tracker(), made)
    before = [change for change in changes.writes if change.edge is not EdgeKind.BLOCKED_BY]
    assert len(list(islice(apply(changes, server.tracker(), POLICY), len(before)))) == len(before)
    assert len(server.tickets()) == 4
    assert not any(ticket.blocked_by for ticket in server.tickets())
    push(server.tracker(), made)
    store, service, tests = (ticket_of(server, name) for name in ("Store", "Service", "Tests"))
    assert (service.blocked_by, tests.blocked_by) == ({store.number}, {service.number})
    server.unlink(service.number, store.number)
    server.forget()
    push(server.tracker(), made)
    longer = plan(*made.tasks, task("Docs", blocked_by=("Service",)))
    push(server.tracker(), longer)
    assert ticket_of(server, "Service").blocked_by == set()
    assert ticket_of(server, "Docs").blocked_by == {service.number}
    assert ticket_of(server, "Tests").blocked_by == {service.number}


def test_a_link_that_a_human_removed_is_noticed_by_reconcile_and_not_made_again(server: Server) -> None:
    made = plan(task("Store"), task("Service", blocked_by=("Store",)), task("Tests", blocked_by=("Service", "Store")))
    push(server.tracker(), made)
    store, tests = ticket_of(server, "Store"), ticket_of(server, "Tests")
    assert all_edges_compared(server, made) == []
    server.unlink(tests.number, store.number)
    server.forget()
    (said,) = all_edges_compared(server, made)
    assert said[:2] == ("skip", key("Tests"))
    assert f'blocked by #{store.number} "Create Store"' in said[2]
    assert not server.writes


def all_edges_compared(server: Server, made: TaskPlan) -> list[tuple[str, str, str]]:
    """What reconcile, which reads the edges of every ticket, has to say of a map."""
    tracker = server.tracker()
    found = observe(tracker, [made], POLICY, all_edges=True)
    desired = DesiredMap(made.map_id, origin(repr(made)), made)
    (only,) = decided([desired], found, tracker.capabilities).maps
    return [(change.action.value, change.key, change.reason) for change in only.changes.changes]


@pytest.mark.parametrize("took_effect", [True, False])
@pytest.mark.parametrize("how", Loss)
def test_a_create_whose_answer_is_lost_makes_one_ticket_in_the_same_run(
    server: Server, how: Loss, took_effect: bool
) -> None:
    made = plan(task("Store"))
    start = server.saved()
    push(server.tracker(), made)
    creates = [n for n, name in enumerate(server.requests, 1) if name.startswith("POST") and name.endswith("/issues")]
    assert len(creates) == 2
    for place in creates:
        server.restore(start)
        server.lose_answer(place, after=took_effect, how=how)
        push(server.tracker(timeout=0.3), made)
        assert sorted(map(key_of, server.tickets())) == sorted([made.tracking.key, key("Store")])


def test_a_list_that_comes_back_empty_before_a_later_push_is_no_reason_to_create(server: Server) -> None:
    """The ledger and the second witness know better."""
    made = plan(task("Store"), task("Service"))
    push(server.tracker(), made)
    server.forget()
    tracker = server.tracker()
    server.answer_empty(_place_of_the_listing(server))
    changes = planned(tracker, made)
    assert [len(each.refusals) for each in changes.maps] == [1]
    assert "are missing from the listing" in changes.maps[0].refusals[0]


def _place_of_the_listing(server: Server) -> int:
    """Which request of a run is the one for the list of tickets."""
    planned(server.tracker(), plan(task("Store"), task("Service")))
    place = next(n for n, name in enumerate(server.requests, 1) if name == server.lists[0])
    server.forget()
    return place
