"""A ledger that does not fit is found before the first write; one that fits is written, whatever the map's size."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.tracker import Capabilities, Patch
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, plan, task
from tests.sync.drive import planned, push

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
