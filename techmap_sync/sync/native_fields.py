"""Fields that only some trackers have and settings or documents ask for, a due date or a type; and what a tracker
dropped without a word: such a field, or people it cannot assign.

A task that leaves such a field alone has None there. Both empty, the ticket's is its people's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.sync.block import Block, read_block, write_block
from techmap_sync.sync.marker import Marker
from techmap_sync.sync.ticket_fields import missing_people, within_people
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
    if spec.priority_field and not ticket.priority and PRIORITY_FIELD not in written:
        yield PRIORITY_FIELD, spec.priority_field


def observed(ticket: Ticket, name: str) -> str:
    """Return what a ticket has in a field."""
    return {DUE: ticket.due, TYPE: ticket.type, PRIORITY_FIELD: ticket.priority or ""}[name]


def priority_said(spec: TaskSpec, ticket: Ticket, marker: Marker) -> str | None:
    """Return what the field for the priority says: empty where a person emptied it, None where nobody filled it."""
    return None if ticket.priority == "" and not _was_filled(spec, marker) else ticket.priority


def _was_filled(spec: TaskSpec, marker: Marker) -> bool:
    """Whether we filled the field for the priority and the tracker took that."""
    was_taken = PRIORITY_FIELD in marker.native and PRIORITY_FIELD not in marker.accepted
    return bool(marker.priority) and (was_taken or not spec.priority_field)


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
    return replace(plan, tracking=_able(plan.tracking, capabilities), tasks=tasks)


def _able(spec: TaskSpec, capabilities: Capabilities) -> TaskSpec:
    priority = spec.priority.value if spec.priority and capabilities.priority_field else None
    return replace(
        spec,
        due=spec.due if capabilities.due_dates else None,
        type=capabilities.ticket_type or None,
        priority_field=priority,
        assignees=spec.assignees if capabilities.assignees else (),
    )


def lacking(spec: TaskSpec, ticket: Ticket, capabilities: Capabilities) -> Iterator[str]:
    """Yield what a new ticket should have but lacks: servers silently drop people they cannot assign."""
    for name in missing_people(spec, ticket.assignees) if capabilities.assignees else ():
        yield f"the assignee {name}"
    if capabilities.milestones and spec.milestone and ticket.milestone is None:
        yield f"the milestone {spec.milestone}"
    if capabilities.native_priority and spec.priority and not ticket.priority and not spec.priority_field:
        yield f"the priority {spec.priority}"
    for name, value in written_first(spec).items():
        if observed(ticket, name) != value:
            yield f"the {name} {value}"


def correction(spec: TaskSpec, ticket: Ticket, sent: Patch | None = None) -> Patch | None:
    """Return what makes a marker say what the tracker silently dropped; None where it took everything.

    It is not sent again until the document wants something else.

    :param sent: what was written to an existing ticket; None for a new one.
    """
    block = read_block(ticket.body)
    if not isinstance(block, Block):
        return None
    marker = block.marker
    missing = frozenset(missing_people(spec, ticket.assignees)) if spec.follows_assignees and not sent else frozenset()
    if missing:
        marker = replace(marker, assignees=(marker.assignees or frozenset()) - missing, unassigned=missing)
    if dropped := dict(_dropped(spec, ticket, sent)):
        marker = replace(marker, accepted={**marker.accepted, **dropped})
    return Patch(body=write_block(block.parts, marker, block.before, block.after)) if marker != block.marker else None


def _dropped(spec: TaskSpec, ticket: Ticket, sent: Patch | None) -> Iterator[tuple[str, str]]:
    """Yield the fields that were sent and not taken, and what the ticket has there."""
    for name, value in wanted(spec, ticket, {}):
        was_sent = sent is None or in_patch(sent, name) is not None
        if was_sent and observed(ticket, name) != value:
            yield name, observed(ticket, name)
