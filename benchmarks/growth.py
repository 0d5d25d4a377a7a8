"""How time and memory grow with the number of tasks: diff alone, over values."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Iterator

from benchmarks.plans import edited, map_of
from benchmarks.table import Row, Section
from techmap_sync.planning.task import TaskPlan
from techmap_sync.syncing import writing
from techmap_sync.syncing.changes import MapChanges
from techmap_sync.syncing.diff import diff
from techmap_sync.syncing.marker import Ledger
from techmap_sync.syncing.matching import sort_tickets
from techmap_sync.syncing.tracker import Capabilities, Snapshot, Ticket
from tests.syncing.build import MAP, POLICY, TRACKING, origin

SIZES = (10, 100, 1_000, 10_000)
ROUNDS = 3
MOST_GROWTH = 12
MOST_MEMORY = 400
"""MB."""


def section() -> Section:
    """Measure the diff of four sizes."""
    text = (
        "Markers of all tickets read, matched and compared with the tasks of one map, one of which was edited. "
        f"Processor time, the best of {ROUNDS}; memory by `tracemalloc`, measured apart."
    )
    return Section("Growth of diff", text, list(_rows()))


def _rows() -> Iterator[Row]:
    seconds = {}
    for size in SIZES:
        made = map_of(size, MAP)
        snapshot = _after_a_push(made)
        wanted = edited(made, 1)
        seconds[size] = min(_seconds(wanted, snapshot) for _ in range(ROUNDS))
        yield Row(f"{size:,} tasks, microseconds for each", 1e6 * seconds[size] / size)
        yield Row(f"{size:,} tasks, peak memory", _peak(wanted, snapshot), MOST_MEMORY, unit=" MB")
    yield Row("1,000 to 10,000 tasks, time", seconds[10_000] / seconds[1_000], MOST_GROWTH, unit=" x")


def _diffed(wanted: TaskPlan, snapshot: Snapshot) -> None:
    diff(wanted, origin(), sort_tickets(snapshot, POLICY).maps[MAP], Capabilities(), POLICY)


def _seconds(wanted: TaskPlan, snapshot: Snapshot) -> float:
    gc.collect()
    started = time.process_time()
    _diffed(wanted, snapshot)
    return time.process_time() - started


def _peak(wanted: TaskPlan, snapshot: Snapshot) -> float:
    tracemalloc.start()
    _diffed(wanted, snapshot)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20


def _after_a_push(made: TaskPlan) -> Snapshot:
    changes = MapChanges(MAP, "docs/login.md", True, tracking_key=TRACKING, ledger=Ledger())
    drafts = [writing.draft(spec, changes, "1", POLICY, Capabilities()) for spec in (made.tracking, *made.tasks)]
    return Snapshot(
        tuple(
            Ticket(str(n), draft.title, draft.body, labels=draft.labels, parent=None if n == 1 else "1")
            for n, draft in enumerate(drafts, 1)
        )
    )
