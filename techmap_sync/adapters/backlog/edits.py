"""Labels and edges of a task: the same task comes back when nothing changes, however a number is spelt."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from techmap_sync.adapters.backlog import names
from techmap_sync.adapters.backlog.task import Task
from techmap_sync.syncing.tracker import EdgeKind


def with_list(task: Task, key: str, added: Iterable[str] = (), removed: Collection[str] = ()) -> Task:
    """Return the task with items added to and removed from a list; all others keep their order."""
    known = task.listed(key)
    kept = tuple(item for item in known if item not in removed)
    changed = kept + tuple(sorted(set(added) - set(kept)))
    return task if changed == known else task.with_field(key, changed)


def linked(task: Task, kind: EdgeKind, target: str) -> Task:
    """Return the task with an edge to another number."""
    if kind is EdgeKind.CHILD_OF:
        same = names.canonical(task.text("parent_task_id")) == names.canonical(target)
        return task if same else task.with_field("parent_task_id", target)
    known = {names.canonical(number, _word(task)) for number in task.listed("dependencies")}
    return task if names.canonical(target) in known else with_list(task, "dependencies", added=[target])


def unlinked(task: Task, kind: EdgeKind, target: str) -> Task:
    """Return the task without an edge to another number."""
    wanted = names.canonical(target)
    if kind is EdgeKind.CHILD_OF:
        return task.with_field("parent_task_id", "") if names.canonical(task.text("parent_task_id")) == wanted else task
    spelt = {number for number in task.listed("dependencies") if names.canonical(number, _word(task)) == wanted}
    return with_list(task, "dependencies", removed=spelt)


def _word(task: Task) -> str:
    return task.number.partition("-")[0]
