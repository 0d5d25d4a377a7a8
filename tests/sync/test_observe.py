"""A listing that is incomplete is found before anything is created a second time."""

from __future__ import annotations

from dataclasses import replace

from techmap_sync.sync.policy import Side
from techmap_sync.sync.tracker import Standing
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, STORE, THREE, under_another_id
from tests.sync.drive import planned, push, reasons


def test_the_same_map_from_another_source_is_refused(tracker: MemoryTracker) -> None:
    change_set = planned(tracker, THREE, replace(POLICY, source="example.org/other/repo"))
    assert not change_set.writes
    assert 'set source = "example.org/team/app"' in reasons(change_set)


def test_an_empty_listing_is_refused_by_the_servers_own_count(tracker: MemoryTracker) -> None:
    tracker.unlisted = set(tracker.tickets)
    assert not planned(tracker, THREE).writes
    assert "the listing holds 0 tickets, the server counts 4" in reasons(planned(tracker, THREE))


def test_an_empty_listing_without_a_count_is_refused_by_our_own_tickets(tracker: MemoryTracker) -> None:
    tracker.unlisted, tracker.counts = set(tracker.tickets), False
    assert not planned(tracker, THREE).writes
    (refusal,) = planned(tracker, THREE).maps[0].refusals
    assert "4 of our account's tickets are missing from the listing" in refusal
    assert "label" not in refusal, "they have it"


def test_a_ticket_of_another_run_that_came_after_the_listing_is_no_lost_label() -> None:
    tracker = MemoryTracker()
    push(tracker, THREE)
    tracker.unlisted, tracker.counts = set(tracker.tickets), False
    tracker.tickets = {"1": tracker.tickets["1"]}
    (refusal,) = planned(tracker, THREE).maps[0].refusals
    assert "missing from the listing (1)" in refusal
    assert "run again" in refusal
    tracker.edit("1", labels=frozenset())
    (refusal,) = planned(tracker, THREE).maps[0].refusals
    assert "was the label renamed?" in refusal


def test_a_page_that_is_missing_is_filled_by_number(tracker: MemoryTracker) -> None:
    tracker.unlisted, tracker.counts = {"3", "4"}, False
    assert not planned(tracker, THREE).changes


def test_a_managed_label_that_was_renamed_is_refused(tracker: MemoryTracker) -> None:
    for number, ticket in tracker.tickets.items():
        tracker.edit(number, labels=ticket.labels - {"techmap"} | {"tech-map"})
    assert not planned(tracker, THREE).writes
    assert "was the label renamed?" in reasons(planned(tracker, THREE))


def test_a_map_that_is_renamed_while_the_label_is_gone_is_refused_too(tracker: MemoryTracker) -> None:
    copy = replace(tracker.tickets["2"], number="9", author="ada", standing=Standing.MEMBER)
    for number, ticket in tracker.tickets.items():
        tracker.edit(number, labels=ticket.labels - {"techmap"})
    tracker.tickets["9"] = copy
    assert not planned(tracker, under_another_id(THREE)).writes
    assert "was the label renamed?" in reasons(planned(tracker, under_another_id(THREE)))


def test_a_managed_label_that_a_human_took_off_one_ticket_loses_nothing(tracker: MemoryTracker) -> None:
    tracker.edit("2", labels=tracker.tickets["2"].labels - {"techmap"})
    assert not planned(tracker, THREE).writes
    assert f"kept: labels -techmap; push --resolve map {STORE.key}" in reasons(planned(tracker, THREE))
    push(tracker, THREE, replace(POLICY, resolve={STORE.key: Side.MAP}))
    assert "techmap" in tracker.tickets["2"].labels
    assert not planned(tracker, THREE).changes
