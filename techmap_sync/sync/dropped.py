"""What a tracker dropped without a word: people it cannot assign, a type or a date it does not take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from techmap_sync.planning.task import TaskSpec
from techmap_sync.sync import native_fields
from techmap_sync.sync.assignees import missing_people
from techmap_sync.sync.block import Block, read_block, write_block
from techmap_sync.sync.tracker import Capabilities, Patch, Ticket


def lacking(spec: TaskSpec, ticket: Ticket, capabilities: Capabilities) -> Iterator[str]:
    """Yield what a new ticket should have but lacks: servers silently drop people they cannot assign."""
    for name in missing_people(spec, ticket.assignees) if capabilities.assignees else ():
        yield f"the assignee {name}"
    if capabilities.milestones and spec.milestone and ticket.milestone is None:
        yield f"the milestone {spec.milestone}"
    if capabilities.native_priority and spec.priority and ticket.priority is None and not spec.priority_field:
        yield f"the priority {spec.priority}"
    for name, value in native_fields.written_first(spec).items():
        if native_fields.observed(ticket, name) != value:
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
    for name, value in native_fields.wanted(spec, ticket, {}):
        was_sent = sent is None or native_fields.in_patch(sent, name) is not None
        if was_sent and native_fields.observed(ticket, name) != value:
            yield name, native_fields.observed(ticket, name)
