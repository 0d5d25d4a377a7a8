"""Task plans of any size; no two tasks have the same words."""

from __future__ import annotations

from dataclasses import replace

from techmap_sync.planning.task import Priority, TaskPlan
from tests.sync.build import plan, task

SUBJECTS = ("invoices", "sessions", "alerts", "search results", "webhooks", "exports", "ledgers")
EVERY = 10
"""Every n-th task waits for the one before."""


def map_of(tasks: int, name: str = "login") -> TaskPlan:
    """Return a map with so many tasks."""
    names = [f"Part{number:05}" for number in range(tasks)]
    specs = (
        task(
            part,
            sections={"purpose": f"What {part} of {name} does with {SUBJECTS[n % len(SUBJECTS)]}, step {n}."},
            blocked_by=(names[n - 1],) if n and n % EVERY == 0 else (),
        )
        for n, part in enumerate(names)
    )
    return _renamed(plan(*specs), name)


def edited(made: TaskPlan, count: int) -> TaskPlan:
    """Return the map after its author changed some tasks."""
    changed = [
        replace(spec, sections=task("x", sections={"purpose": f"Changed, {n}."}).sections)
        for n, spec in enumerate(made.tasks[:count])
    ]
    return replace(made, tasks=(*changed, *made.tasks[count:]))


def prioritised(made: TaskPlan, count: int) -> TaskPlan:
    """Return the map after some tasks have become urgent."""
    urgent = task("x", priority=Priority.HIGH)
    changed = [replace(spec, priority=urgent.priority, labels=urgent.labels) for spec in made.tasks[:count]]
    return replace(made, tasks=(*changed, *made.tasks[count:]))


def _renamed(made: TaskPlan, name: str) -> TaskPlan:
    def moved(key: str) -> str:
        return f"{name}/{key.partition('/')[2]}"

    tracking, *tasks = (
        replace(spec, key=moved(spec.key), blocked_by=tuple(map(moved, spec.blocked_by)))
        for spec in (made.tracking, *made.tasks)
    )
    return TaskPlan(name, tracking, tuple(tasks))
