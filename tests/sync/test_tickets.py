"""Whose ticket is which: forged markers, other sources, copies, and what a listing leaves out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import ChangeSet
from techmap_sync.sync.changes import Action
from techmap_sync.sync.observe import observe
from techmap_sync.sync.tracker import Standing, State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import FOUR, POLICY, SERVICE, STORE, TESTS, THREE, TRACKING, key, plan, task, under_another_id
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
