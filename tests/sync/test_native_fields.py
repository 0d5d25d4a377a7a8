"""Due dates and types: written, compared and left alone like every other field, and never believed unread."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.planning.task import Priority, TaskPlan
from techmap_sync.sync import native_fields
from techmap_sync.sync.changes import Conflict, Skip
from techmap_sync.sync.policy import Side
from techmap_sync.sync.tracker import Capabilities, CloseReason, Patch, State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, held, key, plan, rehold, task
from tests.sync.drive import planned, push

FIELD = Capabilities(native_priority=True, priority_field=True)
ABLE = Capabilities(due_dates=True, ticket_type="Task")


def due(date: str | None) -> TaskPlan:
    made = plan(task("Store"))
    return replace(made, tracking=replace(made.tracking, due=date), tasks=(replace(made.tasks[0], due=date),))


def store(tracker: MemoryTracker) -> str:
    return next(number for number, ticket in tracker.tickets.items() if ticket.title == "Create Store")


def settled(tracker: MemoryTracker, made: TaskPlan) -> None:
    again = planned(tracker, made)
    assert not again.writes, [(c.action, c.key, c.fields) for c in again.writes]


def test_tickets_get_the_date_and_the_type_and_follow_the_date() -> None:
    tracker = MemoryTracker(ABLE)
    for date in ("2026-12-01", "2026-12-24", ""):
        push(tracker, due(date))
        assert {(ticket.due, ticket.type) for ticket in tracker.tickets.values()} == {(date, "Task")}
        settled(tracker, due(date))


@pytest.mark.parametrize("field", ["due", "type"])
def test_what_a_person_set_stays_and_is_drift(field: str) -> None:
    tracker = MemoryTracker(ABLE)
    push(tracker, due("2026-12-01"))
    tracker.edit(store(tracker), **{field: "another"})
    changes = planned(tracker, due("2026-12-01"))
    assert not changes.writes
    assert [edit.name for c in changes.changes if isinstance(c, Skip) for edit in c.kept] == [field]


def test_a_date_that_both_changed_is_a_conflict_that_a_person_settles() -> None:
    tracker = MemoryTracker(ABLE)
    push(tracker, due("2026-12-01"))
    tracker.edit(store(tracker), due="2027-01-01")
    later = due("2027-02-02")
    push(tracker, later)
    assert tracker.tickets[store(tracker)].due == "2027-01-01"
    assert [c.fields for c in planned(tracker, later).changes if isinstance(c, Conflict)] == [("due",)]
    push(tracker, later, replace(POLICY, resolve={key("Store"): Side.MAP}))
    assert tracker.tickets[store(tracker)].due == "2027-02-02"


def test_a_date_that_nobody_asked_for_is_the_peoples() -> None:
    tracker = MemoryTracker(ABLE)
    push(tracker, due(""))
    tracker.edit(store(tracker), due="2027-01-01")
    assert planned(tracker, due("")).changes == ()


def test_a_tracker_without_these_fields_is_asked_for_none() -> None:
    tracker = MemoryTracker()
    push(tracker, due("2026-12-01"))
    assert {(ticket.due, ticket.type) for ticket in tracker.tickets.values()} == {("", "")}
    settled(tracker, due("2026-12-01"))
    assert "native" not in tracker.tickets[store(tracker)].body


def test_an_older_ticket_gets_the_field_for_its_priority_once() -> None:
    tracker, made = MemoryTracker(), plan(task("Store", priority=Priority.HIGH))
    push(tracker, made)
    tracker.capabilities = FIELD
    shown = [(c.fields, c.ticket) for c in planned(tracker, made).writes]
    assert shown == [(("priority field",), store(tracker))]
    push(tracker, made)
    assert tracker.tickets[store(tracker)].priority == "high"
    settled(tracker, made)
    tracker.edit(store(tracker), priority=None)
    assert not planned(tracker, made).writes, "a person emptied it"


def test_the_field_follows_the_priority_and_what_people_chose_there_stays() -> None:
    tracker, made = MemoryTracker(FIELD), plan(task("Store", priority=Priority.HIGH))
    push(tracker, made)
    assert tracker.tickets[store(tracker)].priority == "high"
    settled(tracker, made)
    lower = plan(task("Store", priority=Priority.LOW))
    push(tracker, lower)
    assert tracker.tickets[store(tracker)].priority == "low"
    settled(tracker, lower)
    tracker.edit(store(tracker), priority="medium")
    settled(tracker, lower)


def test_a_field_that_people_filled_before_the_setting_stays() -> None:
    tracker, made = MemoryTracker(), plan(task("Store", priority=Priority.HIGH))
    push(tracker, made)
    tracker.edit(store(tracker), priority="low")
    tracker.capabilities = FIELD
    push(tracker, made)
    assert tracker.tickets[store(tracker)].priority == "low"


def test_a_closed_ticket_gets_no_field() -> None:
    tracker, made = MemoryTracker(), plan(task("Store", priority=Priority.HIGH))
    push(tracker, made)
    tracker.edit(store(tracker), state=State.CLOSED, reason=CloseReason.COMPLETED)
    tracker.capabilities = FIELD
    assert [c for c in planned(tracker, made).writes if c.ticket == store(tracker)] == []


def test_a_type_that_the_tracker_drops_is_said_once_and_not_sent_again() -> None:
    tracker = MemoryTracker(ABLE, drops_types=True)
    said = [outcome.detail for outcome in push(tracker, due(""))]
    assert [detail for detail in said if "the type Task" in detail]
    settled(tracker, due(""))
    assert planned(tracker, due("")).changes == ()


def test_an_older_ticket_gets_the_type_when_the_settings_ask_for_it() -> None:
    tracker = MemoryTracker()
    push(tracker, due(""))
    tracker.capabilities = ABLE
    push(tracker, due(""))
    assert {ticket.type for ticket in tracker.tickets.values()} == {"Task"}
    settled(tracker, due(""))
    tracker.capabilities = Capabilities()
    settled(tracker, due(""))
    assert {ticket.type for ticket in tracker.tickets.values()} == {"Task"}


def test_an_older_ticket_whose_type_is_dropped_is_written_once() -> None:
    tracker = MemoryTracker()
    push(tracker, due(""))
    tracker.capabilities, tracker.drops_types = ABLE, True
    push(tracker, due(""))
    settled(tracker, due(""))


EVERYTHING = Capabilities()


def test_what_a_server_dropped_is_named() -> None:
    spec = replace(task("Store"), assignees=("@Ada", "grace"), milestone="v1")
    ticket = replace(held(spec).ticket, assignees=frozenset({"ada"}), milestone=None)
    assert list(native_fields.lacking(spec, ticket, EVERYTHING)) == ["the assignee grace", "the milestone v1"]
    assert not list(native_fields.lacking(spec, ticket, Capabilities(assignees=False, milestones=False)))


def test_a_priority_that_only_its_label_says_is_named() -> None:
    spec = task("Store", priority=Priority.HIGH)
    native = Capabilities(native_priority=True)
    assert list(native_fields.lacking(spec, held(spec).ticket, native)) == ["the priority high"]
    assert not list(native_fields.lacking(spec, replace(held(spec).ticket, priority="high"), native))


def test_a_marker_is_corrected_once_and_only_for_what_was_sent() -> None:
    spec = replace(task("Store"), type="Task")
    before = held(spec)
    patch = native_fields.correction(spec, before.ticket)
    assert patch is not None
    assert patch.body
    after = rehold(replace(before.ticket, body=patch.body))
    assert after.marker.accepted == {"type": ""}
    assert after.block.parts == before.block.parts
    assert native_fields.correction(spec, after.ticket) is None
    assert native_fields.correction(spec, before.ticket, Patch(title="New")) is None
    assert native_fields.correction(spec, replace(before.ticket, type="Task")) is None
