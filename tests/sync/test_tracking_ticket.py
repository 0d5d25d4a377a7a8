"""A ledger that does not fit is found before the first write; one that fits is written, whatever the map's size."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.tracker import Capabilities, Patch, State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import FOUR, POLICY, SERVICE, STORE, TESTS, THREE, TRACKING, plan, section, task, under_another_id
from tests.sync.drive import planned, push, reasons

MANY = replace(POLICY, allowed=frozenset({"creates", "updates"}))
GITHUB = Capabilities(children=100, body_limit=65_536)


def refusals(tracker: MemoryTracker, wanted: TaskPlan) -> list[str]:
    """Return why a map may not be pushed."""
    return [why for changes in planned(tracker, wanted, MANY).maps for why in changes.refusals]


def large(tasks: int) -> TaskPlan:
    return plan(*(task(f"CachedTideGaugeReadingsRepository{number:04}") for number in range(tasks)))


@pytest.mark.parametrize(("tasks", "fits"), [(100, True), (700, True), (900, True), (2_500, False)])
def test_a_map_is_pushed_whole_or_refused_before_its_first_write(tasks: int, fits: bool) -> None:
    tracker = MemoryTracker(capabilities=GITHUB)
    wanted = large(tasks)
    found = refusals(tracker, wanted)
    assert bool(found) != fits
    if found:
        assert f"{tasks} tickets" in found[0]
        assert "65,536" in found[0]
        assert not tracker.snapshot(POLICY.managed_label).tickets
        return
    push(tracker, wanted, MANY)
    assert len(tracker.snapshot(POLICY.managed_label).tickets) == tasks + 1
    again = planned(tracker, wanted, MANY)
    assert not refusals(tracker, wanted)
    assert not [change for change in again.changes if change.writes]


def test_the_largest_map_that_is_not_refused_fits() -> None:
    for tasks in range(800, 2_000, 100):
        tracker = MemoryTracker(capabilities=GITHUB)
        wanted = large(tasks)
        if refusals(tracker, wanted):
            assert tasks > 800
            return
        push(tracker, wanted, MANY)
        (tracking,) = (t for t in tracker.snapshot(POLICY.managed_label).tickets if _has_ledger(t.body))
        assert len(tracking.body) <= GITHUB.body_limit
    raise AssertionError("none was refused")


def test_a_ledger_that_stops_fitting_is_refused_before_anything_is_written() -> None:
    tracker = MemoryTracker(capabilities=GITHUB)
    push(tracker, large(100), MANY)
    tracking = tracker.get("1")
    assert tracking is not None
    room = GITHUB.body_limit - len(tracking.body)
    tracker.update("1", Patch(body=f"{tracking.body}\n{'x' * (room - 50)}"))
    assert any("written by people" in why for why in refusals(tracker, large(103)))
    assert not refusals(tracker, large(100))


def _has_ledger(body: str) -> bool:
    block = read_block(body)
    return isinstance(block, Block) and block.marker.ledger is not None


def test_a_tracking_ticket_that_was_deleted_is_not_made_again_but_on_purpose(tracker: MemoryTracker) -> None:
    del tracker.tickets["1"]
    assert not planned(tracker, THREE).writes
    assert f"the tracking ticket 1 was deleted; push --recreate {TRACKING} makes a new one" in reasons(
        planned(tracker, THREE)
    )
    push(tracker, THREE, replace(POLICY, recreate=frozenset({TRACKING})))
    assert not planned(tracker, THREE).changes
    assert len(tracker.tickets) == 4


def test_a_renamed_map_whose_tracking_ticket_was_deleted_is_refused_not_made_again(tracker: MemoryTracker) -> None:
    del tracker.tickets["1"]
    change_set = planned(tracker, under_another_id(THREE))
    assert not change_set.writes
    assert "ticket 1 was deleted; push --recreate signin/tracking/map makes a new one" in reasons(change_set)


def test_a_tracking_ticket_that_is_made_anew_for_finished_work_is_closed_in_the_same_run(
    tracker: MemoryTracker,
) -> None:
    for number in ("2", "3", "4"):
        tracker.edit(number, state=State.CLOSED)
    del tracker.tickets["1"]
    push(tracker, THREE, replace(POLICY, recreate=frozenset({TRACKING})))
    assert tracker.tickets["5"].state is State.CLOSED
    assert not planned(tracker, THREE).changes


def test_a_tracking_ticket_without_its_label_or_with_a_broken_marker_is_not_doubled(tracker: MemoryTracker) -> None:
    whole = tracker.tickets["1"]
    tracker.edit("1", labels=whole.labels - {"techmap"})
    assert not planned(tracker, THREE).writes
    assert "changed by a human, kept: labels" in reasons(planned(tracker, THREE))
    tracker.edit("1", labels=whole.labels, body=whole.body.replace('"schema":1', '"schema":'))
    assert not planned(tracker, THREE).writes
    assert "the tracking ticket 1 was released: its marker is damaged" in reasons(planned(tracker, THREE))


def test_a_tracking_ticket_that_does_not_name_itself_yet_is_believed(tracker: MemoryTracker) -> None:
    """Earlier versions left that empty, and so does a first push that was killed before it wrote the ledger."""
    held = tracker.tickets["1"]
    tracker.edit("1", body=held.body.replace('"tracking":"1"', '"tracking":""'))
    assert tracker.tickets["1"].body != held.body
    assert not planned(tracker, THREE).changes
    push(tracker, FOUR)
    assert '"tracking":"1"' in tracker.tickets["1"].body


def test_a_tracking_ticket_with_open_boxes_stays_open_and_says_why() -> None:
    tracker = MemoryTracker()
    rules = plan(STORE)
    text = "- [ ] no secret in a log\n- [ ] answers in 200 ms"
    listed = replace(rules, tracking=replace(rules.tracking, sections=(section("constraints", text),)))
    push(tracker, listed)
    tracker.edit("2", state=State.CLOSED)
    tracker.edit("1", body=tracker.tickets["1"].body.replace("[ ]", "[x]", 1))
    push(tracker, listed)
    assert tracker.tickets["1"].state is State.OPEN
    (change,) = planned(tracker, listed).changes
    assert change.reason == "left open: its tasks are closed, a box of its checklist is not ticked"
    tracker.edit("1", body=tracker.tickets["1"].body.replace("[ ]", "[x]"))
    push(tracker, listed)
    assert tracker.tickets["1"].state is State.CLOSED


def test_the_tracking_ticket_closes_with_its_last_task_and_reopens_with_a_new_one(tracker: MemoryTracker) -> None:
    for number in ("2", "3", "4"):
        tracker.edit(number, state=State.CLOSED)
    push(tracker, THREE)
    assert tracker.tickets["1"].state is State.CLOSED
    assert not planned(tracker, THREE).changes
    more = plan(STORE, SERVICE, TESTS, task("New"))
    push(tracker, more)
    push(tracker, more)
    assert tracker.tickets["1"].state is State.OPEN


GRAPHED = replace(
    THREE,
    tracking=replace(THREE.tracking, sections=(section("graph", 'flowchart\n    t0["Store"]\n    t1["Service"]'),)),
    in_order=(STORE.key, SERVICE.key),
)
"""A map whose tracking ticket shows the numbers of the others."""


def graphed() -> MemoryTracker:
    tracker = MemoryTracker()
    push(tracker, GRAPHED)
    return tracker


def test_a_ticket_that_people_released_keeps_its_number_in_the_graph_and_nothing_is_written_again_and_again() -> None:
    tracker = graphed()
    assert "#35;2 Store" in tracker.tickets["1"].body
    tracker.edit("2", body="mine now")
    assert not planned(tracker, GRAPHED).writes
    push(tracker, replace(GRAPHED, tasks=(*GRAPHED.tasks, task("New"))))
    assert "#35;2 Store" in tracker.tickets["1"].body


def test_the_graph_of_a_tracking_ticket_that_people_closed_stays() -> None:
    tracker = graphed()
    tracker.update("1", Patch(state=State.CLOSED))
    graph = replace(GRAPHED.tracking, sections=(section("graph", 'flowchart\n    t0["Vault"]\n    t1["Service"]'),))
    push(tracker, replace(GRAPHED, tracking=graph, tasks=(*GRAPHED.tasks, task("New"))))
    assert 't0["#35;2 Store"]' in tracker.tickets["1"].body
    assert tracker.tickets["5"].title == "Create New"
