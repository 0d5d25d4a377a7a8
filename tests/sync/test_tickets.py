"""Whose ticket is which: forged markers, other sources, copies, and what a listing leaves out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.sync.apply import apply
from techmap_sync.sync.block import Held
from techmap_sync.sync.change_set import ChangeSet
from techmap_sync.sync.changes import Action
from techmap_sync.sync.claims import Claims
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.observe import observe
from techmap_sync.sync.tickets import Departed, Former, Holdings, Sorted, Stray, sort_tickets
from techmap_sync.sync.tracker import Snapshot, Standing, State, Ticket
from tests.fakes.memory import MemoryTracker
from tests.sync.build import (
    FOUR,
    MAP,
    POLICY,
    SERVICE,
    STORE,
    TESTS,
    THREE,
    TRACKING,
    held,
    key,
    marked,
    plan,
    rehold,
    task,
    tracking_ticket,
    under_another_id,
)
from tests.sync.drive import planned, push, reasons, retired, shown


def test_a_stranger_who_forges_a_marker_is_neither_adopted_nor_doubled(tracker: MemoryTracker) -> None:
    forged = tracker.tickets["2"].body.replace("component/Store", "component/New")
    tracker.tickets["9"] = replace(
        tracker.tickets["2"], number="9", body=forged, author="mallory", standing=Standing.STRANGER
    )
    change_set = planned(tracker, plan(STORE, SERVICE, TESTS, task("New")))
    assert (Action.SKIP, key("New")) in shown(change_set.changes)
    assert "mallory" in reasons(change_set)
    assert "trusted_authors" in reasons(change_set)


def test_tickets_that_another_account_of_ours_wrote_are_found_through_the_trusted_name(tracker: MemoryTracker) -> None:
    for number in tracker.tickets:
        tracker.edit(number, author="old-bot", standing=Standing.STRANGER)
    assert Action.CREATE not in {
        c.action for c in planned(tracker, THREE, replace(POLICY, trusted_authors=frozenset({"old-bot"}))).changes
    }


def test_two_sources_in_one_tracker_do_not_touch_each_other(tracker: MemoryTracker) -> None:
    """Two repositories, one project with all their tickets: each sees its own, and the other's as a stranger's."""
    before, other = dict(tracker.tickets), replace(POLICY, source="example.org/team/shop")
    orders = under_another_id(plan(task("Cart", sections={"purpose": "Holds goods."})), "orders")
    push(tracker, orders, other)
    assert {number: tracker.tickets[number] for number in before} == before
    assert len(tracker.tickets) == len(before) + 2
    assert not planned(tracker, THREE).changes
    assert not planned(tracker, orders, other).changes


def test_a_broken_marker_releases_the_ticket_and_says_so(tracker: MemoryTracker) -> None:
    tracker.edit("2", body=tracker.tickets["2"].body.replace('"schema":1', '"schema":'))
    change_set = planned(tracker, THREE)
    assert not change_set.writes
    assert "ticket 2 was released: its marker is damaged" in reasons(change_set)
    assert "--rebind login/component/Store=2 binds it again" in reasons(change_set)
    assert "--recreate login/component/Store makes a new one" in reasons(change_set)


def test_a_doubled_block_is_human_owned(tracker: MemoryTracker) -> None:
    tracker.edit("2", body=f"{tracker.tickets['2'].body}\n{tracker.tickets['2'].body}")
    assert "its block is not intact" in reasons(planned(tracker, THREE))
    assert not planned(tracker, THREE).writes


def test_a_deleted_ticket_is_not_made_again_but_on_purpose(tracker: MemoryTracker) -> None:
    del tracker.tickets["2"]
    assert shown(planned(tracker, THREE).writes) == [(Action.UPDATE, TRACKING)]
    push(tracker, THREE)
    assert not planned(tracker, THREE).writes
    assert f"push --recreate {STORE.key} makes a new one" in reasons(planned(tracker, THREE))
    on_purpose = replace(POLICY, recreate=frozenset({STORE.key}))
    assert (Action.CREATE, STORE.key) in shown(planned(tracker, THREE, on_purpose).writes)
    push(tracker, THREE, on_purpose)
    assert not planned(tracker, THREE).changes


def test_a_ticket_that_is_made_anew_gets_its_links_anew(tracker: MemoryTracker) -> None:
    linked = plan(STORE, replace(SERVICE, blocked_by=(STORE.key,)), TESTS)
    push(tracker, linked)
    del tracker.tickets["2"]
    push(tracker, linked, replace(POLICY, recreate=frozenset({STORE.key})))
    assert tracker.tickets["5"].parent == "1"
    assert tracker.tickets["3"].blocked_by is not None
    assert "5" in tracker.tickets["3"].blocked_by


def test_a_copy_of_the_tracking_ticket_does_not_take_over_when_the_original_is_closed(tracker: MemoryTracker) -> None:
    tracker.tickets["9"] = replace(tracker.tickets["1"], number="9")
    tracker.edit("1", state=State.CLOSED)
    change_set = planned(tracker, THREE)
    assert not change_set.writes
    assert "a copy of ticket 1" in reasons(change_set)


@pytest.fixture
def only_a_copy_is_listed(tracker: MemoryTracker) -> MemoryTracker:
    """A human copied the tracking ticket, the map was pushed again, and every other ticket lost the label."""
    copied = replace(tracker.tickets["1"], number="9", author="ada", standing=Standing.MEMBER)
    tracker.tickets["9"], tracker.created = copied, 9
    push(tracker, FOUR)
    for number in tracker.tickets.keys() - {"9"}:
        tracker.edit(number, labels=tracker.tickets[number].labels - {"techmap"})
    return tracker


def test_a_copied_ledger_is_not_believed_when_only_the_copy_is_listed(only_a_copy_is_listed: MemoryTracker) -> None:
    change_set = planned(only_a_copy_is_listed, FOUR)
    assert not change_set.writes
    assert "a copy of ticket 1; " in reasons(change_set)


def test_a_copied_ledger_is_not_believed_when_its_original_was_deleted(only_a_copy_is_listed: MemoryTracker) -> None:
    del only_a_copy_is_listed.tickets["1"]
    assert not planned(only_a_copy_is_listed, FOUR).writes
    assert "the tracking ticket 1 was deleted; push --recreate login/tracking/map" in reasons(
        planned(only_a_copy_is_listed, FOUR)
    )


def test_a_retired_map_is_known_by_its_own_tickets_where_only_copies_are_listed(tracker: MemoryTracker) -> None:
    for number in "89":
        tracker.tickets[number] = replace(tracker.tickets["2"], number=number, author="ada", standing=Standing.MEMBER)
    for number in "1234":
        tracker.edit(number, labels=tracker.tickets[number].labels - {"techmap"})
    found = observe(tracker, [], POLICY, retired={THREE.map_id})
    going = retired(tracker, found)
    list(apply(ChangeSet(tracker.name, (going,)), tracker, POLICY))
    assert {number for number, ticket in tracker.tickets.items() if ticket.state is State.OPEN} == {"8", "9"}


def test_copies_of_our_own_account_are_not_closed_one_by_one_by_every_run_that_retires_a_map(
    tracker: MemoryTracker,
) -> None:
    """In a folder all tickets are our own."""
    for number in "89":
        tracker.tickets[number] = replace(tracker.tickets["2"], number=number)
    del tracker.tickets["1"]
    for _ in range(3):
        found = observe(tracker, [], POLICY, retired={THREE.map_id})
        going = retired(tracker, found)
        list(apply(ChangeSet(tracker.name, (going,)), tracker, POLICY))
        assert {number for number, ticket in tracker.tickets.items() if ticket.state is State.OPEN} == {"8", "9"}


@pytest.mark.parametrize("deleted", ["12", "1", "2", ""], ids=["tracking and original", "tracking", "original", "none"])
def test_copies_in_somebodys_name_outlive_a_retired_map(tracker: MemoryTracker, deleted: str) -> None:
    for number in "89":
        tracker.tickets[number] = replace(tracker.tickets["2"], number=number, author="ada", standing=Standing.MEMBER)
    for number in deleted:
        del tracker.tickets[number]
    for _ in range(2):
        found = observe(tracker, [THREE], POLICY)
        going = retired(tracker, found)
        list(apply(ChangeSet(tracker.name, (going,)), tracker, POLICY))
        assert {number for number, ticket in tracker.tickets.items() if ticket.state is State.OPEN} == {"8", "9"}
        assert {change.ticket for change in going.changes if "a copy of" in change.reason} == {"8", "9"}


def test_items_that_vanish_by_a_vocabulary_change_are_kept(tracker: MemoryTracker) -> None:
    change_set = planned(tracker, plan(STORE, SERVICE), text=repr(THREE))
    assert Action.CLOSE not in {change.action for change in change_set.changes}
    assert "push --accept-settings" in reasons(change_set)
    accepted = planned(tracker, plan(STORE, SERVICE), replace(POLICY, accept_settings=True), text=repr(THREE))
    assert (Action.CLOSE, TESTS.key) in shown(accepted.changes)


def test_a_task_whose_words_the_map_still_holds_is_no_orphan(tracker: MemoryTracker) -> None:
    change_set = planned(tracker, plan(STORE, SERVICE), text="Somewhere else now: What Tests is for.")
    assert "the map still holds its words" in reasons(change_set)
    assert Action.CLOSE not in {change.action for change in change_set.changes}


def test_a_copy_that_a_human_made_is_reported_and_left(tracker: MemoryTracker) -> None:
    tracker.tickets["9"] = replace(tracker.tickets["2"], number="9")
    change_set = planned(tracker, THREE)
    assert not change_set.writes
    assert "a copy of ticket 2; " in reasons(change_set)


COPIED = {
    Standing.SELF: "push --accept-settings",
    Standing.MEMBER: "a copy of a ticket that was renamed since; close it, or remove the marker from its text",
}


@pytest.mark.parametrize("standing", COPIED)
def test_a_copy_stays_and_is_told_when_the_ticket_is_renamed(tracker: MemoryTracker, standing: Standing) -> None:
    tracker.tickets["9"] = replace(tracker.tickets["2"], number="9", standing=standing)
    renamed = plan(task("Vault", sections={"purpose": "What Store is for."}), SERVICE, TESTS)
    push(tracker, renamed)
    assert tracker.tickets["2"].title == "Create Vault"
    assert tracker.tickets["9"].state is State.OPEN
    assert not planned(tracker, renamed).writes
    assert COPIED[standing] in reasons(planned(tracker, renamed))


# Each rule by itself: whole values.

OTHER = "example.org/team/shop"
MEMBER, STRANGER = Standing.MEMBER, Standing.STRANGER


def ticket(name: str, number: str, standing: Standing = Standing.SELF, **changed: object) -> Held:
    return held(task(name), number, author="ann", standing=standing, **changed)


def tickets(*made: Held) -> dict[str, Held]:
    return {each.marker.key: each for each in made}


def sort(*listed: Held | Ticket) -> Sorted:
    return sort_tickets(Snapshot(tuple(each.ticket if isinstance(each, Held) else each for each in listed)), POLICY)


def test_what_is_not_said_of_tickets_is_empty() -> None:
    nothing = Holdings()
    assert (nothing.ledger, nothing.all, nothing.is_open, nothing.released_tracking) == (Ledger(), (), False, "")
    store = ticket("Store", "2").ticket
    assert not Former("map", "key", "tracking key", "1", was_child=True).is_written_there
    departed, stray = Departed("map", "key"), Stray(store, "why")
    assert (departed.number, departed.held, departed.listed_there, departed.written_there) == ("", None, False, False)
    assert (stray.key, stray.map_id, stray.source) == ("", "", "")
    assert Sorted({}, ()) == Sorted({}, (), claims=Claims(), doubts={}, unread=())


def test_a_listing_is_sorted_into_the_tickets_of_maps_and_those_that_are_not_ours() -> None:
    listed = {"Store": "2", "Service": "3", "Tests": "4", "Mailer": "5", "Queue": "12"}
    tracking = tracking_ticket(Ledger({key(name): number for name, number in listed.items()}))
    store, worker, mailer = ticket("Store", "2"), ticket("Worker", "3"), ticket("Mailer", "6")
    copied, copied_tracking = ticket("Store", "9", MEMBER), rehold(replace(tracking.ticket, number="8"))
    queue = ticket("Queue", "12", STRANGER)
    broken, foreign = replace(ticket("Tests", "4").ticket, body="mine"), ticket("New", "7", STRANGER)
    strangers = marked(ticket("Cart", "20", STRANGER), source=OTHER, map_id="orders", key="orders/change/Cart")
    members = marked(ticket("Cart", "21", MEMBER), source=OTHER, map_id="orders", key="orders/change/Cart")
    hidden = Ticket("22", "", "", standing=STRANGER, withheld="moved to a private project")
    unasked = marked(ticket("Page", "23", STRANGER), map_id="shop", key="shop/component/Page")
    strays = (
        Stray(broken, "it has no managed block"),
        Stray(strangers.ticket, "it belongs to another source", "orders/change/Cart", "orders", OTHER),
        Stray(members.ticket, f"it belongs to {OTHER}", "orders/change/Cart", "orders", OTHER),
        Stray(hidden, "the tracker does not show it: moved to a private project"),
    )
    ours = (copied, tracking, copied_tracking, store, worker, mailer, queue, foreign, unasked)
    claims = Claims(
        {key("New"): [foreign.ticket], "shop/component/Page": [unasked.ticket]}, {"orders": [strangers.ticket]}
    )
    assert sort(*ours, *(each.ticket for each in strays)) == Sorted(
        maps={
            MAP: Holdings(
                tracking=tracking,
                tickets=tickets(store, worker, mailer, queue),
                copies=((copied_tracking, "1"), (copied, "2")),
                claims=claims,
                unreadable={key("Tests"): strays[0]},
                moved={key("Service"): key("Worker")},
                renewed=frozenset({key("Mailer")}),
            )
        },
        strays=strays,
        claims=claims,
    )


def test_a_ticket_that_a_strangers_ledger_or_a_copied_one_lists_is_not_believed() -> None:
    ledger, store = Ledger({key("Store"): "2"}), ticket("Store", "2", STRANGER)
    own = tracking_ticket(Ledger({key("Store"): "2", key("Service"): "8"}))
    strangers = tracking_ticket(ledger, "8", author="ann", standing=STRANGER)
    copied = marked(tracking_ticket(ledger, "9"), tracking="1")
    found = sort(own, strangers, store)
    assert found.of(MAP).all == (own, store)
    assert found.claims == Claims({TRACKING: [strangers.ticket]}), "a ledger does not vouch for another one"
    assert sort(strangers, store) == Sorted({}, (), Claims({TRACKING: [strangers.ticket], STORE.key: [store.ticket]}))
    found = sort(copied, store)
    assert found.of(MAP) == Holdings(copies=((copied, "1"),), claims=Claims({STORE.key: [store.ticket]}))


def test_of_several_tracking_tickets_the_one_that_others_name_wins_and_then_the_oldest() -> None:
    old, young, both = (tracking_ticket(Ledger(), number) for number in ("1", "8", "10"))
    service, store = marked(ticket("Service", "11"), tracking="8"), ticket("Store", "2")
    for listed, first, others in (
        ((old, young, both, service), young, ((old, "8"), (both, "8"))),
        ((both, young, old, service, store), old, ((both, "1"), (young, "1"))),
        ((both, young, old), old, ((both, "1"), (young, "1"))),
    ):
        found = sort(*listed).of(MAP)
        assert (found.tracking, found.copies) == (first, others)


def test_of_several_tickets_with_a_key_the_ledgers_wins_then_ours_then_an_open_one_then_the_oldest() -> None:
    closed = ticket("Store", "3", state=State.CLOSED)
    late, early, members = ticket("Store", "10"), ticket("Store", "9"), ticket("Store", "2", MEMBER)
    assert closed.closed_by_hand
    order = [early, late, closed, members]
    for listed, expected in (
        ("", order),
        ("10", [late, early, closed, members]),
        ("2", [members, early, late, closed]),
    ):
        tracking = tracking_ticket(Ledger({STORE.key: listed}))
        for start in range(len(order)):
            found = sort(tracking, *order[start:], *order[:start]).of(MAP)
            first, *rest = expected
            assert found.tickets == {STORE.key: first}
            assert found.copies == tuple((copy, first.ticket.number) for copy in rest)


def test_why_the_tracking_ticket_is_gone_is_known_from_those_that_name_it() -> None:
    released = replace(tracking_ticket(Ledger()).ticket, body="mine now")
    other = Ticket("99", "Other", "", withheld="secret")
    copied = marked(tracking_ticket(Ledger(), "9"), tracking="1")
    for naming in (ticket("Store", "2"), copied):
        assert sort(other, released, naming).of(MAP).released_tracking == "it has no managed block"
        assert sort(other, naming).of(MAP).released_tracking == ""


def test_where_names_were_exchanged_a_ticket_that_is_not_there_has_the_key_that_became_free() -> None:
    a, b, c, new = key("A"), key("B"), key("C"), key("New")
    ledger = Ledger({a: "2", b: "3", c: "4", new: "5", key("D"): "6"})
    holdings = sort(tracking_ticket(ledger), ticket("B", "2"), ticket("C", "3"), ticket("E", "6")).of(MAP)
    assert holdings.moved == {a: b, b: c, c: a, key("D"): key("E")}
    assert holdings.ledger.tickets == {b: "2", c: "3", a: "4", new: "5", key("E"): "6"}
    assert holdings.missing == {a, new}


def test_a_ticket_in_the_place_of_one_that_was_gone_has_no_links_yet() -> None:
    ledger = Ledger({SERVICE.key: "3"}, frozenset({(SERVICE.key, STORE.key)}), gone=frozenset({STORE.key}))
    made_again = sort(tracking_ticket(ledger), ticket("Store", "9"), ticket("Service", "3")).of(MAP)
    assert made_again.renewed == {STORE.key}
    assert made_again.ledger.edges == frozenset()
    assert sort(tracking_ticket(ledger), ticket("Tests", "4")).of(MAP).renewed == frozenset()
    still_gone = sort(tracking_ticket(ledger), ticket("Service", "3")).of(MAP)
    assert still_gone.renewed == frozenset()
    assert still_gone.ledger.edges == ledger.edges


def test_a_ticket_is_found_by_its_key_in_its_map_and_in_the_one_of_the_tracking_ticket() -> None:
    store, renamed, same = ticket("Store", "2"), ticket("Store", "3"), ticket("Store", "4")
    service, copy = ticket("Service", "5"), ticket("Store", "6")
    found = Sorted(
        {
            "signin": Holdings(tickets={"signin/component/Store": store, "signin/component/Service": service}),
            MAP: Holdings(tracking_ticket(Ledger()), {key("Store"): renamed}, ((copy, "3"), (service, "3"))),
            "other": Holdings(tracking_ticket(Ledger(), "7"), {"other/component/Store": same}),
        },
        (),
    )
    assert list(found.with_key(STORE.key, "signin", "1")) == [store, renamed, copy]
    assert list(found.with_key(STORE.key, "signin", "")) == [store]
    assert list(found.with_key(STORE.key, "new", "7")) == [same]
    assert list(found.with_key(key("Other"), "signin", "1")) == []


def test_everything_of_a_map_is_known_under_its_current_keys() -> None:
    a, b, c, old = key("A"), key("B"), key("C"), key("old")
    stray = Stray(ticket("C", "4").ticket, "released")
    former = Former("alpha", "alpha/component/A", "alpha/tracking/map", "31", was_child=True)
    first, second, third = ticket("A", "2"), ticket("B", "3"), ticket("C", "4")
    holdings = Holdings(
        tickets={a: first, b: second},
        copies=((third, "2"),),
        unreadable={a: stray, c: stray},
        moved={old: a, c: c},
        renewed=frozenset({a, c}),
        arrived={a: former, c: former},
        inherited=Ledger({a: "2", c: "4"}, edges=frozenset({(a, c)})),
    )
    assert holdings.renamed({a: key("X")}) == Holdings(
        tickets={key("X"): first, b: second},
        copies=((third, "2"),),
        unreadable={key("X"): stray, c: stray},
        moved={a: key("X"), old: key("X"), c: c},
        renewed=frozenset({key("X"), c}),
        arrived={key("X"): former, c: former},
        inherited=Ledger({key("X"): "2", c: "4"}, edges=frozenset({(key("X"), c)})),
    )


def test_a_copy_of_ours_gets_the_key_that_became_free_and_one_of_others_loses_it() -> None:
    store, members, listed = ticket("Store", "2"), ticket("Old", "3", MEMBER), ticket("Listed", "4", MEMBER)
    tracking = tracking_ticket(Ledger({key("Listed"): "4"}))
    copied_tracking = marked(tracking_ticket(Ledger(), "8"), tracking="1")
    first, second = marked(ticket("Freed", "9"), key="signin/component/Freed"), ticket("Freed", "10")
    theirs, taken = ticket("Theirs", "11", MEMBER), ticket("Store", "12")
    named = tuple((copy, "5") for copy in (copied_tracking, first, second, theirs, taken))
    holdings = Holdings(tracking, tickets(store, members, listed), copies=named)
    assert holdings.vouched_for == {STORE.key, key("Listed")}
    assert holdings.sifted(MAP, frozenset({STORE.key})) == Holdings(
        tracking,
        tickets(store, listed) | {key("Freed"): first},
        copies=(named[0], *named[2:], (members, "")),
    )
    assert holdings.sifted(MAP, frozenset({STORE.key, key("Old"), key("Freed")})).tickets == {
        **tickets(store, members, listed),
        key("Freed"): first,
    }


def test_a_ticket_that_is_bound_to_a_task_has_no_key_yet() -> None:
    bound, written = marked(ticket("Store", "2"), key=""), ticket("Service", "3")
    tracking = tracking_ticket(Ledger())
    two = {STORE.key: bound, SERVICE.key: written}
    for first, own, keys in (
        (None, two, {STORE.key}),
        (tracking, two, {STORE.key}),
        (marked(tracking, key=""), two, {STORE.key, TRACKING}),
        (marked(tracking, key=""), {}, {TRACKING}),
    ):
        assert Holdings(first, own).bound == keys


def test_the_tracking_ticket_that_others_name_counts_while_there_is_none() -> None:
    one, two = (marked(ticket(name, number), tracking="1") for name, number in (("Store", "2"), ("Service", "3")))
    elsewhere, here, nameless = (
        marked(ticket(name, number), tracking=named)
        for name, number, named in (("Away", "4", "31"), ("Here", "5", "32"), ("None", "6", ""))
    )
    arrived = {
        key("Away"): Former("alpha", "a", "t", "31", False, is_written_there=True),
        key("Here"): Former("alpha", "b", "t", "31", False),
    }
    copy = marked(ticket("Store", "9"), tracking="40")
    own = tickets(nameless, one, two, elsewhere, here)
    holdings = Holdings(tickets=own, copies=((copy, "2"),), arrived=arrived)
    assert holdings.named_tracking == ("1", "32", "40")
    assert replace(holdings, tracking=tracking_ticket(Ledger())).named_tracking == ()
