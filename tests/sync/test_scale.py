"""Ten thousand tasks against ten thousand tickets."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.sync import writing
from techmap_sync.sync.change_set import MapChanges
from techmap_sync.sync.changes import Change
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.match import DesiredMap
from techmap_sync.sync.tickets import sort_tickets
from techmap_sync.sync.tracker import Capabilities, EdgeKind, Snapshot, Ticket
from tests.measure import measured
from tests.sync.build import MAP, POLICY, TRACKING, origin, plan, task
from tests.sync.drive import decided

COUNT = 10_000


def snapshot_of(made: TaskPlan) -> Snapshot:
    """All tickets of a plan as they are right after a push."""
    changes = MapChanges(MAP, "docs/login.md", True, tracking_key=TRACKING, ledger=Ledger())
    tickets = []
    for number, spec in enumerate((made.tracking, *made.tasks), 1):
        draft = writing.draft(spec, changes, "1", "", POLICY, Capabilities())
        tickets.append(
            Ticket(str(number), draft.title, draft.body, labels=draft.labels, parent=None if number == 1 else "1")
        )
    return Snapshot(tuple(tickets))


def part(number: int) -> TaskSpec:
    """Every second one waits for the one before."""
    before = (f"Part{number - 1}",) if number % 2 else ()
    return task(f"Part{number}", sections={"purpose": f"Purpose number {number} of many."}, blocked_by=before)


def compared(wanted: TaskPlan, snapshot: Snapshot) -> tuple[Change, ...]:
    desired = DesiredMap(MAP, origin(), wanted)
    (only,) = decided([desired], sort_tickets(snapshot, POLICY), Capabilities()).maps
    return only.changes.changes


def test_ten_thousand_tasks_are_diffed_in_five_seconds_and_400_mb() -> None:
    made = plan(*map(part, range(COUNT)))
    snapshot = snapshot_of(made)
    changed = replace(made, tasks=(replace(made.tasks[0], title="Another title"), *made.tasks[1:]))
    with measured() as taken:
        changes = compared(changed, snapshot)
    assert taken.seconds < 5
    assert len([c for c in changes if c.edge is EdgeKind.BLOCKED_BY]) == COUNT // 2
    assert [c.key for c in changes if c.edits] == [made.tasks[0].key, TRACKING]
    tracemalloc.start()
    compared(changed, snapshot)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 400 * 2**20
