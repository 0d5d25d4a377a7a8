"""Fields that only some trackers have and settings or documents ask for: a due date, a type.

A task that leaves such a field alone has None there. Both empty, the ticket's is its people's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.sync.assignees import within_people
from techmap_sync.sync.tracker import Capabilities, Patch, Ticket

DUE, TYPE = "due", "type"
PRIORITY_FIELD = "priority field"
"""Where the priority is written beside its label. It is filled once in a ticket that lacks it; what happens there later
is a matter of the priority itself, which both places say."""
NATIVE = (DUE, TYPE, PRIORITY_FIELD)


def wanted(spec: TaskSpec, ticket: Ticket, written: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the fields that are compared, and what a task wants there.

    :param written: what we wrote last.
    """
    for name, value in ((DUE, spec.due), (TYPE, spec.type)):
        if value is not None and (value or written.get(name)):
            yield name, value
    if spec.priority_field and ticket.priority is None and PRIORITY_FIELD not in written:
        yield PRIORITY_FIELD, spec.priority_field


def observed(ticket: Ticket, name: str) -> str:
    """Return what a ticket has in a field."""
    return {DUE: ticket.due, TYPE: ticket.type, PRIORITY_FIELD: ticket.priority or ""}[name]


def in_patch(patch: Patch, name: str) -> str | None:
    """Return what a patch sets a field to; None where it leaves it alone."""
    return {DUE: patch.due, TYPE: patch.type, PRIORITY_FIELD: patch.priority}[name]


def written_first(spec: TaskSpec) -> dict[str, str]:
    """Return what the marker of a new ticket says of these fields."""
    fields = ((DUE, spec.due), (TYPE, spec.type), (PRIORITY_FIELD, spec.priority_field))
    return {name: value for name, value in fields if value}


def able(plan: TaskPlan, capabilities: Capabilities) -> TaskPlan:
    """Return a plan with what the tracker has fields for: people, dates, the type and the field that its settings
    name."""
    tasks = tuple(_able(spec, capabilities) for spec in within_people(plan.tasks, capabilities))
    tracking = _able(plan.tracking, capabilities)
    return replace(plan, tracking=tracking, tasks=tasks) if (tracking, *tasks) != (plan.tracking, *plan.tasks) else plan


def _able(spec: TaskSpec, capabilities: Capabilities) -> TaskSpec:
    priority = spec.priority.value if spec.priority and capabilities.priority_field else None
    return replace(
        spec,
        due=spec.due if capabilities.due_dates else None,
        type=capabilities.ticket_type or None,
        priority_field=priority,
        assignees=spec.assignees if capabilities.assignees else (),
    )
