"""Guards refuse before the first write, and name the number, the limit and the flag."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import ChangeSet
from techmap_sync.sync.match import Origin
from techmap_sync.sync.observe import observe
from techmap_sync.sync.policy import OnConflict
from techmap_sync.sync.tracker import State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, STORE, THREE, origin, plan, task
from tests.sync.drive import allowing, planned, push, reasons, retired, several
from tests.sync.test_moves import some_map

LIMITS = replace(POLICY.limits, max_creates=2, max_updates=2, max_few=1)


STRICT = replace(POLICY, limits=LIMITS)


MORE = plan(*(task(f"Part{n}", sections={"purpose": f"{n}" * 30}) for n in range(3)))


GUARDS = {
    "creates": (None, MORE, "4 tickets to create, the limit is 2; push --allow creates"),
    "updates": (
        THREE,
        plan(*(replace(t, title=f"{t.title}!") for t in THREE.tasks)),
        "4 tickets to update, the limit is 2",
    ),
    "retitles": (
        THREE,
        plan(*(replace(t, title=f"{t.title}!") for t in THREE.tasks)),
        "3 of 3 tickets to retitle, the limit is 1",
    ),
    "closes": (THREE, plan(STORE), "2 of 3 open tickets to close, the limit is 1; push --allow closes"),
}


def test_several_tickets_gone_at_once_are_refused(tracker: MemoryTracker) -> None:
    del tracker.tickets["2"], tracker.tickets["3"]
    assert not planned(tracker, THREE).writes
    assert "2 tickets of the ledger are gone at once" in reasons(planned(tracker, THREE))
    assert planned(tracker, THREE, allowing("gone")).writes


def test_an_old_commit_run_again_is_refused(tracker: MemoryTracker) -> None:
    older = replace(origin("older text"), commit="0ld", commit_time="2025-01-01T00:00:00+00:00")
    change_set = planned(tracker, plan(STORE), where=older)
    assert not change_set.writes
    assert "push --allow older" in reasons(change_set)


def test_an_old_commit_does_not_retire_a_map_that_was_written_from_a_newer_one(tracker: MemoryTracker) -> None:
    found = observe(tracker, [THREE], POLICY)
    older = Origin("docs/login.md", commit="0ld", commit_time="2025-01-01T00:00:00+00:00")
    going = retired(tracker, found, older)
    assert not going.writes
    assert going.refusals[0].partition("; ")[0].endswith("this one is of 2025-01-01T00:00:00+00:00")


def test_an_old_commit_does_not_bring_back_a_map_that_was_retired_since(tracker: MemoryTracker) -> None:
    found = observe(tracker, [THREE], POLICY)
    newer = Origin("docs/login.md", commit="new", commit_time="2026-06-01T00:00:00+00:00")
    going = retired(tracker, found, newer)
    list(apply(ChangeSet(tracker.name, (going,)), tracker, POLICY))
    assert {ticket.state for ticket in tracker.tickets.values()} == {State.CLOSED}
    assert not planned(tracker, THREE).writes
    assert "push --allow older" in reasons(planned(tracker, THREE))


@pytest.mark.parametrize("guard", GUARDS)
def test_each_guard_refuses_before_the_first_write_and_names_number_limit_and_flag(guard: str) -> None:
    before, after, said = GUARDS[guard]
    tracker = MemoryTracker()
    if before is not None:
        push(tracker, before)
    tracker.requests.clear()
    assert said in reasons(planned(tracker, after, STRICT))
    push(tracker, after, STRICT)
    assert not tracker.writes
    lifted = replace(STRICT, allowed=frozenset(GUARDS))
    assert planned(tracker, after, lifted).writes


CONFLICT = plan(task("Store", sections={"purpose": "The map says this now."}), task("Sender", title="Send it all"))


def conflict() -> MemoryTracker:
    tracker = MemoryTracker()
    push(tracker, plan(task("Store"), task("Sender")))
    tracker.edit("2", body=tracker.tickets["2"].body.replace("What Store is for.", "My own words."))
    tracker.requests.clear()
    return tracker


def test_on_conflict_keep_keeps_the_humans_value_and_writes_the_rest() -> None:
    tracker = conflict()
    push(tracker, CONFLICT, replace(POLICY, on_conflict=OnConflict.KEEP))
    assert "My own words." in tracker.tickets["2"].body
    assert tracker.tickets["3"].title == "Send it all"


def test_on_conflict_overwrite_writes_the_maps_value() -> None:
    tracker = conflict()
    push(tracker, CONFLICT, replace(POLICY, on_conflict=OnConflict.OVERWRITE))
    assert "The map says this now." in tracker.tickets["2"].body
    assert tracker.tickets["3"].title == "Send it all"


def test_on_conflict_fail_writes_nothing_and_says_so_in_the_plan() -> None:
    tracker, policy = conflict(), replace(POLICY, on_conflict=OnConflict.FAIL)
    shown = planned(tracker, CONFLICT, policy)
    assert "1 field was" in shown.maps[0].refusals[0]
    assert not list(apply(shown, tracker, policy))
    assert not tracker.writes


def test_on_conflict_fail_stops_the_other_maps_too() -> None:
    tracker, policy = conflict(), replace(POLICY, on_conflict=OnConflict.FAIL)
    shown = several(tracker, CONFLICT, some_map("beta", "Report"), policy=policy)
    assert not shown.writes
    assert all(each.refusals for each in shown.maps)


def test_on_conflict_fail_lets_pass_what_is_no_conflict() -> None:
    tracker, policy = conflict(), replace(POLICY, on_conflict=OnConflict.FAIL)
    assert planned(tracker, plan(task("Store"), task("Sender", title="Send it all")), policy).writes
