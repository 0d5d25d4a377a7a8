"""Links that people took away: they stay away, and every report says so in one line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.planning.task import SectionName, TaskPlan, TaskSpec
from techmap_sync.sync.block import Held
from techmap_sync.sync.changes import Action, Create, Link, Skip, SkipLink, Unlink
from techmap_sync.sync.links import Wanted, edges_to_read, without_room
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.policy import Side
from techmap_sync.sync.tickets import Departed, Former, Holdings, Stray
from techmap_sync.sync.tracker import Capabilities, Edge, EdgeKind, State, Ticket
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, TRACKING, held, holdings_of, key, plan, section, task
from tests.sync.drive import planned, push

STORE, SERVICE = task("Store"), task("Service", blocked_by=("Store",))
TWO = plan(STORE, SERVICE)
SERVICE_ALONE = replace(SERVICE, blocked_by=())


@pytest.fixture
def tracker() -> MemoryTracker:
    tracker = MemoryTracker()
    push(tracker, TWO)
    return tracker


def said(tracker: MemoryTracker) -> list[tuple[Action, str, str, str]]:
    return [(c.action, c.key, c.target, c.reason) for c in planned(tracker, TWO).changes]


def test_a_ticket_that_a_human_took_out_of_the_children_stays_out_and_it_is_said(tracker: MemoryTracker) -> None:
    tracker.unlink(Edge(EdgeKind.CHILD_OF, "2", "1"))
    reason = 'a human removed that it is a child of "Implement Login", kept so'
    reason += f"; push --resolve tracker {STORE.key} accepts it"
    assert said(tracker) == [(Action.SKIP, STORE.key, TRACKING, reason)]


def test_a_ticket_that_a_human_gave_another_parent_keeps_it_and_it_is_said(tracker: MemoryTracker) -> None:
    tracker.tickets["9"] = replace(tracker.tickets["2"], number="9", body="An epic.", labels=frozenset(), parent=None)
    tracker.edit("2", parent="9")
    assert [(action, target) for action, _, target, _ in said(tracker)] == [(Action.SKIP, TRACKING)]
    push(tracker, TWO)
    assert tracker.tickets["2"].parent == "9"


def test_a_blocked_by_that_a_human_removed_stays_away_and_it_is_said(tracker: MemoryTracker) -> None:
    tracker.unlink(Edge(EdgeKind.BLOCKED_BY, "3", "2"))
    reason = 'a human removed that it is blocked by #2 "Create Store", kept so'
    reason += f"; push --resolve tracker {SERVICE.key} accepts it"
    assert said(tracker) == [(Action.SKIP, SERVICE.key, STORE.key, reason)]


def test_of_closed_tickets_no_lost_link_is_told(tracker: MemoryTracker) -> None:
    tracker.unlink(Edge(EdgeKind.CHILD_OF, "3", "1"))
    tracker.unlink(Edge(EdgeKind.BLOCKED_BY, "3", "2"))
    tracker.edit("3", state=State.CLOSED)
    assert said(tracker) == []


def test_settings_that_hide_a_task_take_no_link_from_its_ticket(tracker: MemoryTracker) -> None:
    hidden, text = plan(SERVICE_ALONE), repr(TWO)
    for policy in (POLICY, replace(POLICY, close_copies=True)):
        changes = planned(tracker, hidden, policy, text=text).changes
        assert [(c.action, c.key) for c in changes if c.edge] == []
        push(tracker, hidden, policy, text=text)
    assert tracker.tickets["3"].blocked_by == {"2"}
    push(tracker, TWO)
    assert said(tracker) == []
    tracker.unlink(Edge(EdgeKind.BLOCKED_BY, "3", "2"))
    assert "a human removed" in said(tracker)[0][3], "the ledger still knows that we made it"


def test_a_task_that_its_author_removed_blocks_nothing_any_more(tracker: MemoryTracker) -> None:
    tracker.edit("2", assignees=frozenset({"ada"}))
    push(tracker, plan(SERVICE_ALONE))
    assert tracker.tickets["2"].state is State.OPEN
    assert tracker.tickets["3"].blocked_by == frozenset()


# Each rule by itself.

MAILER = task("Mailer", blocked_by=("Store", "Service"))
FOUR = plan(STORE, SERVICE, MAILER, task("Tests"))


def edge(waiting: str, other: str) -> tuple[str, str]:
    return key(waiting), key(other)


def ticket(name: str, number: str, **changed: object) -> Held:
    return held(task(name), number, **changed)


def wanting(holdings: Holdings, able: Capabilities | None = None, wanted: TaskPlan = TWO, **more: object) -> Wanted:
    settings = {"skipped": frozenset(), "refused": frozenset()} | more
    return Wanted(wanted, holdings, able or Capabilities(), **settings)  # type: ignore[arg-type]


def links(wanted: Wanted) -> list[tuple[Action, str, str]]:
    return [(c.action, c.key.rpartition("/")[2], c.target.rpartition("/")[2]) for c in wanted.changes() if c.target]


def test_removals_make_room_for_what_is_added_and_come_in_order() -> None:
    old = frozenset({edge("Service", "Tests"), edge("Mailer", "Tests"), edge("Store", "Tests")})
    children = frozenset(spec.key for spec in FOUR.tasks)
    names = ("Store", "Service", "Mailer", "Tests")
    tickets = [ticket(name, str(number), parent="1", blocked_by=None) for number, name in enumerate(names, 2)]
    assert links(wanting(holdings_of(Ledger(edges=old, children=children), *tickets), wanted=FOUR)) == [
        (Action.UNLINK, "Mailer", "Tests"),
        (Action.UNLINK, "Service", "Tests"),
        (Action.UNLINK, "Store", "Tests"),
        (Action.LINK, "Service", "Store"),
        (Action.LINK, "Mailer", "Store"),
        (Action.LINK, "Mailer", "Service"),
    ]


def test_what_the_tracker_refused_or_has_no_room_for_is_not_tried() -> None:
    holdings = holdings_of(Ledger(children=frozenset({STORE.key, SERVICE.key})))
    one = frozenset({edge("Service", "Store")})
    assert links(wanting(holdings)) == [(Action.LINK, "Service", "Store")]
    assert links(wanting(holdings, refused=one)) == []
    assert links(wanting(holdings, no_room=one)) == []


def test_a_tracker_without_links_gets_none() -> None:
    holdings = holdings_of(Ledger(children=frozenset({STORE.key, SERVICE.key})))
    assert links(wanting(holdings, Capabilities(blocking_links=False, native_blocking=False))) == []


def test_a_child_that_is_made_as_one_needs_no_link() -> None:
    there = holdings_of(Ledger(), ticket("Store", "2"))
    first = [(Action.LINK, "Store", "map"), (Action.LINK, "Service", "map"), (Action.LINK, "Service", "Store")]
    assert links(wanting(there)) == first
    born = wanting(there, Capabilities(parent_at_creation=True))
    assert links(born) == [first[0], first[2]], "a ticket that is there is linked"
    create = Create(SERVICE.key, "", spec=SERVICE)
    assert born.applied_children((create,)) == {SERVICE.key}
    assert born.applied_children(()) == frozenset(), "it is not made after all"
    assert wanting(there).applied_children((create,)) == frozenset()
    child = Link(STORE.key, "", edge=EdgeKind.CHILD_OF, target=TRACKING)
    waits = Link(STORE.key, "", edge=EdgeKind.BLOCKED_BY, target=SERVICE.key)
    gone = Unlink(SERVICE.key, "", edge=EdgeKind.CHILD_OF, target=TRACKING)
    assert born.applied_children((child, waits, gone)) == {STORE.key}


def test_children_in_the_ledger_count_while_their_ticket_is_there_or_a_person_took_it() -> None:
    released = {key("Released"): Stray(Ticket("7", "mine", ""), "its marker is gone")}
    names = frozenset({STORE.key, key("Released"), key("Deleted")})
    by_hand = ticket("Service", "3", parent="1")
    holdings = holdings_of(Ledger(children=names), ticket("Store", "2"), by_hand, unreadable=released)
    assert wanting(holdings).applied_children(()) == {STORE.key, SERVICE.key, key("Released")}
    without_tracking = replace(holdings, tracking=None)
    assert wanting(without_tracking).applied_children(()) == frozenset()


def test_the_ledger_lists_the_edges_that_are_made_there_or_kept() -> None:
    ledger = Ledger(edges=frozenset({edge("Service", "Store"), edge("Old", "Store"), edge("Gone", "Store")}))
    there = [ticket("Store", "2"), ticket("Service", "3"), ticket("Mailer", "4", blocked_by=frozenset({"2"}))]
    holdings = holdings_of(ledger, *there)
    kept = frozenset({key("Old"), key("Gone")})
    added = Link(MAILER.key, "", edge=EdgeKind.BLOCKED_BY, target=SERVICE.key)
    child = Link(MAILER.key, "", edge=EdgeKind.CHILD_OF, target=TRACKING)
    wanted = wanting(holdings, wanted=FOUR, kept=kept)
    before = {edge("Service", "Store"), edge("Mailer", "Store"), edge("Old", "Store"), edge("Gone", "Store")}
    assert wanted.applied_blocking(()) == before
    assert wanted.applied_blocking((added, child)) == {*before, edge("Mailer", "Service")}
    left = replace(holdings, departed={key("Gone"): Departed("beta", "beta/component/Gone", "9")})
    assert wanting(left, wanted=FOUR, kept=kept).applied_blocking(()) == before - {edge("Gone", "Store")}


FORMER = Former("alpha", "alpha/component/Store", "alpha/tracking/map", "31", was_child=True)
UNLISTED = Capabilities(parents_listed=False)
ARRIVALS: dict[str, tuple[Former, dict[str, object], Capabilities, bool]] = {
    "its former parent": (FORMER, {"parent": "31"}, Capabilities(), True),
    "no parent": (FORMER, {}, Capabilities(), False),
    "another parent": (FORMER, {"parent": "9"}, Capabilities(), False),
    "a parent that is not listed": (FORMER, {}, UNLISTED, True),
    "none that is not listed": (replace(FORMER, was_child=False), {}, UNLISTED, False),
    "another parent that was read": (FORMER, {"parent": "9"}, UNLISTED, False),
    "its former parent that was read": (replace(FORMER, was_child=False), {"parent": "31"}, UNLISTED, True),
    "a map without a tracking ticket": (replace(FORMER, tracking=""), {"parent": ""}, Capabilities(), False),
}


@pytest.mark.parametrize("has", ARRIVALS)
def test_a_ticket_from_another_map_leaves_the_parent_it_had_there(has: str) -> None:
    former, changed, able, leaves = ARRIVALS[has]
    holdings = holdings_of(Ledger(), ticket("Store", "2", **changed), arrived={STORE.key: former})
    removed = [c for c in wanting(holdings, able).changes() if isinstance(c, Unlink)]
    assert [(c.key, c.target, c.ticket, c.reason) for c in removed] == (
        [(STORE.key, "alpha/tracking/map", "2", 'child of ticket 31 of map "alpha"')] if leaves else []
    )


def test_a_ticket_that_arrived_earlier_or_is_gone_leaves_nothing() -> None:
    here = holdings_of(Ledger(children=frozenset({STORE.key})), ticket("Store", "2", parent="31"))
    assert Action.UNLINK not in {a for a, _, _ in links(wanting(replace(here, arrived={STORE.key: FORMER})))}
    gone = holdings_of(Ledger(), arrived={STORE.key: FORMER})
    assert Action.UNLINK not in {a for a, _, _ in links(wanting(gone))}


def test_a_parent_that_was_not_read_is_not_missing() -> None:
    ledger = Ledger(children=frozenset({STORE.key, SERVICE.key}))

    def missed(able: Capabilities, **changed: object) -> list[str]:
        store = ticket("Store", "2", **changed)
        wanted = wanting(holdings_of(ledger, store), able, skipped=frozenset({SERVICE.key}))
        return [name for action, name, target in links(wanted) if (action, target) == (Action.SKIP, "map")]

    assert missed(Capabilities(), blocked_by=None) == ["Store"]
    assert missed(UNLISTED, blocked_by=None) == []
    assert missed(UNLISTED, blocked_by=frozenset()) == ["Store"]
    assert missed(Capabilities(), parent="1") == []


def test_an_edge_whose_ticket_is_gone_was_not_removed_by_a_person() -> None:
    ledger = Ledger(edges=frozenset({edge("Service", "Store")}), children=frozenset({STORE.key, SERVICE.key}))
    none: frozenset[str] = frozenset()
    store, service = ticket("Store", "2", parent="1"), ticket("Service", "3", parent="1", blocked_by=none)
    assert links(wanting(holdings_of(ledger, store, service))) == [(Action.SKIP, "Service", "Store")]
    assert links(wanting(holdings_of(ledger, service))) == []
    assert links(wanting(holdings_of(ledger, store))) == []


def test_a_link_says_the_short_name_the_number_and_the_rule() -> None:
    short = replace(STORE, short_name="Store!")
    waiting = replace(SERVICE, blocked_because=("explicit",))
    holdings = holdings_of(Ledger(), ticket("Store", "2"))
    (link,) = (c for c in wanting(holdings, wanted=plan(short, waiting)).changes() if c.edge is EdgeKind.BLOCKED_BY)
    assert isinstance(link, Link)
    assert (link.reason, link.rule, link.ticket) == ('blocked by #2 "Store!"', "explicit", "")
    (link,) = (c for c in wanting(holdings_of(Ledger())).changes() if c.edge is EdgeKind.BLOCKED_BY)
    assert isinstance(link, Link)
    assert (link.reason, link.rule) == ('blocked by "Create Store"', "")


def test_a_removed_edge_is_accepted_while_the_map_wants_it_and_the_tracker_lacks_it() -> None:
    both = edge("Service", "Store")
    parent = (STORE.key, TRACKING)
    ledger = Ledger(declined=frozenset({both, parent, edge("Store", "Mailer")}))
    none: frozenset[str] = frozenset()
    store, service = ticket("Store", "2"), ticket("Service", "3", blocked_by=none)
    assert wanting(holdings_of(ledger, store, service)).declined == {both, parent}
    linked = replace(service, ticket=replace(service.ticket, blocked_by=frozenset({"2"})))
    child = replace(store, ticket=replace(store.ticket, parent="1"))
    assert wanting(holdings_of(ledger, child, linked)).declined == frozenset()
    assert wanting(holdings_of(ledger, service)).declined == {both}, "no ticket that could have a parent"
    alone = plan(STORE, SERVICE_ALONE)
    assert wanting(holdings_of(ledger, store, service), wanted=alone).declined == {parent}


def test_a_missing_ticket_is_accepted_by_its_key_alone() -> None:
    numbers = {STORE.key: "2", SERVICE.key: "3", key("Old"): "4"}
    ledger = Ledger(numbers, accepted=frozenset({SERVICE.key, key("Old")}))
    resolved = {STORE.key: Side.TRACKER, MAILER.key: Side.TRACKER}
    skipped = frozenset({STORE.key, SERVICE.key})
    assert wanting(holdings_of(ledger), skipped=skipped, resolved=resolved).accepted == {STORE.key, SERVICE.key}
    by_map = {STORE.key: Side.MAP}
    assert wanting(holdings_of(ledger), skipped=skipped, resolved=by_map).accepted == {SERVICE.key}
    fewer = frozenset({SERVICE.key})
    assert wanting(holdings_of(ledger), skipped=fewer, resolved=resolved).accepted == {SERVICE.key}
    there = holdings_of(ledger, ticket("Store", "2"))
    assert wanting(there, skipped=skipped, resolved=resolved).accepted == {SERVICE.key}


def test_only_the_edges_of_the_ticket_that_is_named_are_linked_again() -> None:
    none: frozenset[str] = frozenset()
    ledger = Ledger(edges=frozenset({edge("Service", "Store")}), children=frozenset({STORE.key, SERVICE.key}))
    there = holdings_of(ledger, ticket("Store", "2"), ticket("Service", "3", parent="1", blocked_by=none))
    again = wanting(there, resolved={SERVICE.key: Side.MAP})
    assert links(again) == [(Action.LINK, "Service", "Store"), (Action.SKIP, "Store", "map")]
    both = wanting(there, resolved={SERVICE.key: Side.MAP, STORE.key: Side.MAP})
    assert links(both) == [(Action.LINK, "Store", "map"), (Action.LINK, "Service", "Store")]


IN_TEXT = {
    "no links": (
        Capabilities(blocking_links=False, native_blocking=False),
        'this server has no "blocked by": each ticket\'s text says it instead',
    ),
    "related": (
        Capabilities(native_blocking=False),
        "links say only that tickets are related here: each ticket's text says what it is blocked by",
    ),
    "few links": (
        Capabilities(links=1),
        "1 links are in the tickets' texts: a ticket of this server may have 1 links",
    ),
    "few blockers": (
        Capabilities(blockers=1, blocking=2),
        "1 links are in the tickets' texts: a ticket of this server may wait for 1 others, and 2 may wait for it",
    ),
}


@pytest.mark.parametrize("what", IN_TEXT)
def test_what_only_texts_can_say_is_told_with_the_limit(what: str) -> None:
    able, reason = IN_TEXT[what]
    no_room = frozenset({edge("Mailer", "Service")})
    wanted = wanting(holdings_of(Ledger()), able, wanted=FOUR, no_room=no_room)
    (skip,) = (c for c in wanted.changes() if isinstance(c, Skip))
    assert (skip.reason, skip.key, skip.lasting) == (reason, TRACKING, True)


@pytest.mark.parametrize("what", ["no links", "related"])
def test_without_links_that_say_who_waits_each_is_in_a_text(what: str) -> None:
    able, reason = IN_TEXT[what]
    assert notes(wanting(holdings_of(Ledger()), able, wanted=FOUR)) == [(TRACKING, "1", reason, True)]


def test_a_link_that_has_room_is_in_no_text() -> None:
    wanted = wanting(holdings_of(Ledger()), Capabilities(blockers=1), wanted=FOUR)
    assert not [c for c in wanted.changes() if isinstance(c, Skip)]


def test_edges_are_read_in_order_where_something_changes_and_they_are_not_known() -> None:
    unread = [
        ticket(name, str(n), blocked_by=None) for n, name in enumerate(("Store", "Mailer", "Service", "Tests"), 2)
    ]

    def read(ledger: Ledger, *tickets: Held) -> list[str]:
        return [each.number for each in edges_to_read(FOUR, holdings_of(ledger, *tickets))]

    every = frozenset({edge("Service", "Store"), edge("Mailer", "Store"), edge("Mailer", "Service")})
    assert read(Ledger(), *unread) == ["3", "4"]
    assert read(Ledger(edges=every), *unread) == []
    assert read(Ledger(edges=every - {edge("Service", "Store")}), *unread) == ["4"]
    one = frozenset({edge("Service", "Store")})
    assert read(Ledger(edges=every - one, refused=one), *unread) == []
    assert read(Ledger(edges=every | {edge("Tests", "Store")}), *unread) == ["5"]
    known = [replace(each, ticket=replace(each.ticket, blocked_by=frozenset())) for each in unread]
    assert read(Ledger(), *known) == []


ROOM: dict[str, tuple[Capabilities, Ledger, dict[str, frozenset[str]], set[tuple[str, str]]]] = {
    "no limit": (Capabilities(), Ledger(), {}, set()),
    "one blocker": (Capabilities(blockers=1), Ledger(), {}, {edge("Mailer", "Service")}),
    "two blockers": (Capabilities(blockers=2), Ledger(), {}, set()),
    "one that waits": (Capabilities(blocking=1), Ledger(), {}, {edge("Mailer", "Store")}),
    "two that wait": (Capabilities(blocking=2), Ledger(), {}, set()),
    "one link beside the parent": (
        Capabilities(links=2),
        Ledger(),
        {},
        {edge("Mailer", "Store"), edge("Mailer", "Service")},
    ),
    "two links beside the parent": (Capabilities(links=3), Ledger(), {}, set()),
    "one link without parents": (
        Capabilities(links=1, children=0),
        Ledger(),
        {},
        {edge("Mailer", "Store"), edge("Mailer", "Service")},
    ),
    "one of each": (
        Capabilities(links=1, blockers=1, blocking=1, children=0),
        Ledger(),
        {},
        {edge("Mailer", "Store"), edge("Mailer", "Service")},
    ),
    "two links without parents": (Capabilities(links=2, children=0), Ledger(), {}, set()),
    "two links and a parent of earlier": (
        Capabilities(links=2, children=0),
        Ledger(children=frozenset({MAILER.key})),
        {},
        {edge("Mailer", "Service")},
    ),
    "one child": (
        Capabilities(links=2, children=1),
        Ledger(),
        {},
        {edge("Mailer", "Store"), edge("Mailer", "Service")},
    ),
    "applied edges keep their place": (
        Capabilities(blockers=1),
        Ledger(edges=frozenset({edge("Mailer", "Service")})),
        {},
        {edge("Mailer", "Store")},
    ),
    "links of people count": (
        Capabilities(blockers=2),
        Ledger(),
        {"Mailer": frozenset({"77"})},
        {edge("Mailer", "Service")},
    ),
    "a link of people that the map asks for counts once": (
        Capabilities(blockers=2),
        Ledger(),
        {"Mailer": frozenset({"2"})},
        set(),
    ),
    "links of people to our tickets count": (
        Capabilities(blocking=1),
        Ledger(),
        {"Tests": frozenset({"2"})},
        {edge("Service", "Store"), edge("Mailer", "Store")},
    ),
    "our own links are none of people": (
        Capabilities(blockers=2),
        Ledger(edges=frozenset({edge("Mailer", "Store")})),
        {"Mailer": frozenset({"2"})},
        set(),
    ),
    "links that the map no longer wants are none of people": (
        Capabilities(blocking=1),
        Ledger(edges=frozenset({edge("Tests", "Service")})),
        {"Tests": frozenset({"3"})},
        {edge("Mailer", "Store")},
    ),
    "those of another ticket are": (
        Capabilities(blocking=1),
        Ledger(edges=frozenset({edge("Store", "Service")})),
        {"Tests": frozenset({"3"})},
        {edge("Mailer", "Store"), edge("Mailer", "Service")},
    ),
}
"""What a tracker can hold, the ledger, links in the tracker by name, and the edges that have no room."""


@pytest.mark.parametrize("what", ROOM)
def test_edges_without_room_are_the_last_of_the_plan(what: str) -> None:
    able, ledger, there, left_out = ROOM[what]
    names = ("Store", "Service", "Mailer", "Tests")
    tickets = [ticket(name, str(n), blocked_by=there.get(name)) for n, name in enumerate(names, 2)]
    assert without_room(FOUR, holdings_of(ledger, *tickets), able) == left_out


def test_a_task_without_a_ticket_has_no_links_of_people() -> None:
    assert without_room(FOUR, holdings_of(Ledger()), Capabilities(blockers=1)) == {edge("Mailer", "Service")}


# The same on three tasks of which each waits for the one before it, by whole changes.

TESTS = task("Tests", blocked_by=("Service",))
CHAIN = plan(STORE, SERVICE, TESTS)
SERVICE_STORE, TESTS_SERVICE = (SERVICE.key, STORE.key), (TESTS.key, SERVICE.key)
ALL = frozenset({STORE.key, SERVICE.key, TESTS.key})
TICKETS = {STORE.key: "2", SERVICE.key: "3", TESTS.key: "4"}
SETTLED = Ledger(TICKETS, frozenset({SERVICE_STORE, TESTS_SERVICE}), ALL)
"""All links are made."""
TRACKER = Capabilities()


def wanted(holdings: Holdings, able: Capabilities = TRACKER, of: TaskPlan = CHAIN, **more: object) -> Wanted:
    return wanting(holdings, able, of, **more)


def chained(spec: TaskSpec, *blocked_by: str, parent: str | None = "1", **changed: object) -> Held:
    return held(spec, TICKETS[spec.key], **{"parent": parent, "blocked_by": frozenset(blocked_by)} | changed)


LINKED = (chained(STORE), chained(SERVICE, "2"), chained(TESTS, "3"))
LOOSE = tuple(chained(spec, parent=None) for spec in (STORE, SERVICE, TESTS))


def unread(spec: TaskSpec) -> Held:
    """A ticket of which the listing shows neither its parent nor what it waits for."""
    return chained(spec, parent=None, blocked_by=None)


def child_link(spec: TaskSpec, number: str = "") -> Link:
    reason = 'child of "Implement Login"'
    return Link(spec.key, spec.title, number, reason, edge=EdgeKind.CHILD_OF, target=TRACKING)


def waits(spec: TaskSpec, number: str, reason: str, other: TaskSpec, rule: str = "") -> Link:
    return Link(spec.key, spec.title, number, reason, edge=EdgeKind.BLOCKED_BY, target=other.key, rule=rule)


SERVICE_WAITS = waits(SERVICE, "3", 'blocked by #2 "Create Store"', STORE)
TESTS_WAIT = waits(TESTS, "4", 'blocked by #3 "Create Service"', SERVICE)


def opposite(link: Link) -> Unlink:
    return Unlink(link.key, link.title, link.ticket, link.reason, edge=link.edge, target=link.target)


def kept_away(link: Link, what: str) -> SkipLink:
    reason = f"a human removed that it is {what}, kept so; push --resolve tracker {link.key} accepts it"
    return SkipLink(link.key, link.title, link.ticket, reason, edge=link.edge, target=link.target)


def test_what_the_tracker_refused_or_has_no_room_for_is_not_linked() -> None:
    loose = holdings_of(replace(SETTLED, edges=frozenset()), *(replace_parent(each) for each in LOOSE))
    assert wanted(loose, refused=frozenset({SERVICE_STORE})).changes() == (TESTS_WAIT,)
    (link, note) = wanted(loose, replace(TRACKER, links=1), no_room=frozenset({TESTS_SERVICE})).changes()
    assert link == SERVICE_WAITS
    assert note.reason == "1 links are in the tickets' texts: a ticket of this server may have 1 links"
    parents = frozenset((each, TRACKING) for each in (STORE.key, TESTS.key))
    found = wanted(holdings_of(Ledger(TICKETS, SETTLED.edges), *LOOSE), refused=parents)
    assert child_link(SERVICE, "3") in found.changes()
    assert found.task_list() == (STORE.key, TESTS.key)


def replace_parent(of: Held) -> Held:
    return replace(of, ticket=replace(of.ticket, parent="1"))


def test_a_task_without_a_ticket_has_no_links() -> None:
    loose = holdings_of(Ledger(TICKETS), *LOOSE[1:])
    found = wanted(loose, skipped=frozenset({STORE.key})).changes()
    assert found == (child_link(SERVICE, "3"), child_link(TESTS, "4"), TESTS_WAIT)


def departed(map_id: str, of: Held) -> Departed:
    return Departed(map_id, of.marker.key.replace("login", map_id), of.ticket.number, of)


def test_a_link_between_tickets_that_moved_to_one_map_goes_along_and_any_other_is_removed() -> None:
    rest = plan(STORE)
    together = {SERVICE.key: departed("beta", LINKED[1]), TESTS.key: departed("beta", LINKED[2])}
    apart = together | {TESTS.key: departed("gamma", LINKED[2])}
    away = {SERVICE.key: together[SERVICE.key]}
    assert wanted(holdings_of(SETTLED, LINKED[0], departed=together), of=rest).changes() == (opposite(SERVICE_WAITS),)
    assert wanted(holdings_of(SETTLED, LINKED[0], departed=apart), of=rest).changes() == (
        opposite(SERVICE_WAITS),
        opposite(TESTS_WAIT),
    )
    left = wanted(holdings_of(SETTLED, LINKED[0], LINKED[2], departed=away), of=rest, kept=frozenset({TESTS.key}))
    assert left.changes() == (opposite(SERVICE_WAITS), opposite(TESTS_WAIT))
    assert left.applied_blocking(()) == frozenset()
    deleted = {SERVICE.key: Departed("beta", "beta/component/Service")}
    assert wanted(holdings_of(SETTLED, LINKED[0], LINKED[2], departed=deleted), of=rest).changes() == ()
    more = replace(SETTLED, edges=SETTLED.edges | {(TESTS.key, STORE.key)})
    found = wanted(holdings_of(more, LINKED[0], chained(TESTS, "2"), departed=deleted), of=rest)
    assert found.changes() == (opposite(waits(TESTS, "4", 'blocked by #2 "Create Store"', STORE)),)


def arriving(
    parent: str | None, former: str = "31", was_child: bool = True, children: frozenset[str] = ALL - {STORE.key}
) -> Holdings:
    was = Former("alpha", "alpha/component/Store", "alpha/tracking/map", former, was_child)
    ledger = replace(SETTLED, children=children)
    return holdings_of(ledger, chained(STORE, parent=parent), *LINKED[1:], arrived={STORE.key: was})


def test_a_ticket_that_came_from_another_map_leaves_its_parent_there() -> None:
    reason = 'child of ticket 31 of map "alpha"'
    leaves = Unlink(STORE.key, STORE.title, "2", reason, edge=EdgeKind.CHILD_OF, target="alpha/tracking/map")
    assert wanted(arriving("31")).changes() == (leaves, child_link(STORE, "2"))
    assert wanted(arriving(None)).changes() == (child_link(STORE, "2"),)
    assert wanted(arriving("31", former="")).changes() == ()
    assert wanted(arriving("9")).changes() == (), "a person gave it another one"
    not_listed = replace(TRACKER, parents_listed=False)
    assert wanted(arriving(None), not_listed).changes() == (leaves, child_link(STORE, "2"))
    assert wanted(arriving(None, was_child=False), not_listed).changes() == (child_link(STORE, "2"),)
    assert wanted(arriving("31", was_child=False), not_listed).changes() == (leaves, child_link(STORE, "2"))
    assert wanted(replace(arriving("31"), tickets={})).changes()[0] == child_link(STORE)
    done = wanted(arriving("31", children=ALL)).changes()
    assert done == (kept_away(child_link(STORE, "2"), 'a child of "Implement Login"'),)


def test_a_link_that_a_person_removed_stays_away_from_open_tickets_unless_it_is_resolved() -> None:
    people = holdings_of(SETTLED, chained(STORE, parent=None), chained(SERVICE), chained(TESTS, "3", parent="9"))
    away = (
        kept_away(child_link(STORE, "2"), 'a child of "Implement Login"'),
        kept_away(child_link(TESTS, "4"), 'a child of "Implement Login"'),
        kept_away(SERVICE_WAITS, 'blocked by #2 "Create Store"'),
    )
    assert wanted(people).changes() == away
    assert wanted(people).declined == frozenset()
    for_map = wanted(people, resolved={STORE.key: Side.MAP, SERVICE.key: Side.MAP})
    assert for_map.changes() == (child_link(STORE, "2"), SERVICE_WAITS, away[1])
    accepted = wanted(people, resolved={STORE.key: Side.TRACKER, SERVICE.key: Side.TRACKER})
    assert accepted.changes() == (away[1],)
    assert accepted.declined == {(STORE.key, TRACKING), SERVICE_STORE}
    closed = [replace(each, ticket=replace(each.ticket, state=State.CLOSED)) for each in people.tickets.values()]
    assert wanted(holdings_of(SETTLED, *closed)).changes() == ()


def test_the_ledger_lists_children_that_are_there_or_were_linked_and_whose_ticket_still_exists() -> None:
    released = {TESTS.key: Stray(held(TESTS, "4").ticket, "mine now")}
    before = replace(SETTLED, children=frozenset({SERVICE.key, TESTS.key, key("Gone")}))
    found = wanted(holdings_of(before, chained(STORE), chained(SERVICE, parent=None), unreadable=released))
    away = kept_away(child_link(STORE, "2"), "a child")
    assert found.applied_children((away,)) == ALL
    assert wanted(holdings_of(before, LOOSE[0])).applied_children((away,)) == frozenset()
    untracked = Holdings(None, {STORE.key: LOOSE[0]})
    assert wanted(untracked).applied_children(()) == frozenset()
    blocking = wanted(untracked).changes()[-1:]
    assert wanted(untracked).applied_children(blocking) == frozenset()


def test_the_ledger_lists_edges_that_are_there_or_are_made_and_that_the_map_asks_for() -> None:
    none, other = Ledger(TICKETS), frozenset({(STORE.key, TESTS.key)})
    assert wanted(holdings_of(none, *LOOSE)).applied_blocking(()) == frozenset()
    assert wanted(holdings_of(none, *LINKED)).applied_blocking(()) == SETTLED.edges
    made = (SERVICE_WAITS, child_link(TESTS, "4"), kept_away(TESTS_WAIT, "blocked"))
    assert wanted(holdings_of(none, *LOOSE)).applied_blocking(made) == {SERVICE_STORE}
    assert wanted(holdings_of(replace(SETTLED, edges=other | {TESTS_SERVICE}), *LOOSE)).applied_blocking(()) == {
        TESTS_SERVICE
    }


def notes(of: Wanted) -> list[tuple[str, str, str, bool]]:
    """What is said about what the tracker cannot hold, and of which ticket."""
    skips = (change for change in of.changes() if isinstance(change, Skip))
    return [(change.key, change.ticket, change.reason, change.lasting) for change in skips]


def test_children_that_no_link_can_hold_are_in_the_task_list_which_is_said_once() -> None:
    loose = holdings_of(Ledger(TICKETS, SETTLED.edges), *LOOSE[:1], chained(SERVICE, "2", parent=None), LINKED[2])
    some = wanted(loose, replace(TRACKER, children=2))
    text = "the task list of the tracking ticket holds 1 of its tickets: it may have 2 sub-issues"
    assert some.task_list() == (SERVICE.key,)
    assert some.changes()[:-1] == (child_link(STORE, "2"),)
    assert notes(some) == [(TRACKING, "1", text, True)]
    none = wanted(loose, replace(TRACKER, children=0))
    text = "this server has no sub-issues: the tracking ticket has a task list instead"
    assert none.task_list() == (STORE.key, SERVICE.key)
    assert notes(none) == [(TRACKING, "1", text, True)]
    assert len(none.changes()) == 1
    new = wanted(Holdings(tickets=loose.tickets), replace(TRACKER, children=0))
    assert notes(new) == [(TRACKING, "", text, True)]
    listing = replace(CHAIN.tracking, sections=(section(SectionName.TICKETS, "- [ ] #2 Create Store"),))
    assert loose.tracking is not None
    block = replace(held(listing, "1").block, marker=loose.tracking.marker)
    listed = replace(loose, tracking=replace(loose.tracking, block=block))
    assert wanted(listed, replace(TRACKER, children=0)).changes() == ()


def test_what_was_accepted_once_stays_accepted_as_long_as_the_map_asks_for_it() -> None:
    other = (TESTS.key, STORE.key)
    parents = frozenset((each, TRACKING) for each in (STORE.key, SERVICE.key, key("Gone")))
    ledger = replace(SETTLED, declined=parents | {SERVICE_STORE, TESTS_SERVICE, other})
    tickets = (chained(STORE, parent=None), chained(SERVICE), chained(TESTS, "3"))
    found = wanted(holdings_of(ledger, *tickets))
    assert found.declined == {(STORE.key, TRACKING), SERVICE_STORE}
    assert found.changes() == ()
    again = wanted(holdings_of(ledger, *tickets), resolved={SERVICE.key: Side.MAP})
    assert again.declined == {(STORE.key, TRACKING)}
    assert again.changes() == (SERVICE_WAITS,)
