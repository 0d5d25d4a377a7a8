"""Where the work stands as one versioned document, as ``config/status.schema.json`` describes it.

Every number of every form of ``status`` comes from this document.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any

from techmap_sync.planning.kinds import Phase
from techmap_sync.reports.harmless import json_text
from techmap_sync.syncing.changes import LEDGER, MARKER, Action, Change, FieldEdit, counted
from techmap_sync.syncing.progress import Gate, MapProgress, Numbers, TaskProgress, TaskState, WaitsFor

SCHEMA = 1

Document = dict[str, Any]


def status_document(maps: Sequence[MapProgress], tracker: str, generated: str, about: str = "status") -> Document:
    """Put together what every form of the report shows.

    :param tracker: its name, as a user would write it behind --to.
    :param generated: ISO 8601 time.
    :param about: ``status``, or ``plan`` when the changes are what a reader came for.
    """
    total = reduce(Numbers.__add__, (each.numbers for each in maps), Numbers(dict.fromkeys(TaskState, 0)))
    changes = counted(change for each in maps for change in each.changes)
    gates = {gate.value: sum(each.gate is gate for each in maps) for gate in Gate}
    return {
        "schema": SCHEMA,
        "about": about,
        "generated": generated,
        "tracker": tracker,
        "counts": {"maps": len(maps), "gates": gates, **_numbers(total), "changes": changes},
        "maps": [_map(each, tracker) for each in maps],
    }


def status_json(document: Document) -> str:
    """Write a document down."""
    return json_text(document)


def _map(progress: MapProgress, tracker: str) -> dict[str, object]:
    commit = {"id": progress.commit, "time": progress.commit_time or None} if progress.commit else None
    return {
        "map_id": progress.map_id,
        "path": progress.path,
        "title": progress.title,
        "gate": progress.gate.value,
        "reasons": list(progress.reasons),
        "commit": commit,
        "counts": {**_numbers(progress.numbers), "changes": counted(progress.changes)},
        "phases": {phase.value: _numbers(progress.in_phase(phase)) for phase in Phase},
        "tracking": _ticket(progress.tracking) if progress.tracking else None,
        "tasks": [_task(task) for task in progress.tasks],
        "edges": [_edge(edge) for edge in progress.edges],
        "changes": [_change(change, progress.path, tracker) for change in progress.changes],
    }


def _numbers(numbers: Numbers) -> dict[str, object]:
    return {
        "total": numbers.total,
        **{state.value: number for state, number in numbers.states.items()},
        "blocked": numbers.blocked,
        "drifted": numbers.drifted,
        "conflicts": numbers.conflicts,
    }


def _ticket(task: TaskProgress) -> dict[str, object]:
    return {
        "key": task.key,
        "title": task.title,
        "state": task.state.value,
        "number": task.number or None,
        "url": task.url or None,
        "labels": sorted(task.labels),
        "assignees": sorted(task.assignees),
        "drifted": list(task.drifted),
        "conflicts": list(task.conflicts),
        "note": task.note,
    }


def _task(task: TaskProgress) -> dict[str, object]:
    return {
        **_ticket(task),
        "kind": task.kind.value,
        "phase": task.phase.value if task.phase else None,
        "priority": task.priority or None,
        "blocked": task.blocked,
        "waits_elsewhere": sorted(task.elsewhere),
        "in_map": task.in_map,
    }


def _edge(edge: WaitsFor) -> dict[str, str]:
    return {"task": edge.key, "waits_for": edge.target, "witness": edge.witness.value}


def _change(change: Change, path: str, tracker: str) -> dict[str, object]:
    data: dict[str, object] = {
        "action": change.action.value,
        "key": change.key,
        "title": change.title,
        "ticket": change.ticket or None,
        "reason": change.reason,
        "edits": _edits(change.edits or change.kept),
    }
    if change.edge is not None:
        data |= {"edge": change.edge.value, "target": change.target}
    if change.action is Action.CONFLICT:
        data["settle"] = {side: _settling(side, change.key, path, tracker) for side in ("map", "tracker")}
    return data


def _edits(edits: Iterable[FieldEdit]) -> list[dict[str, str]]:
    """What the ledger and markers say is nobody's reading matter."""
    return [
        {"field": edit.name, "before": edit.before, "after": edit.after}
        for edit in edits
        if edit.name not in (LEDGER, MARKER)
    ]


def _settling(side: str, key: str, path: str, tracker: str) -> str:
    """Return the command that settles a conflict, ready to paste."""
    return shlex.join(["techmap-sync", "push", path, "--resolve", side, key, "--to", tracker])
