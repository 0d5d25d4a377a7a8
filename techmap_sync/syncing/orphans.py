"""Tickets whose task is gone from the map: closed when nobody touched them, labelled otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from techmap_sync.planning.task import TaskPlan
from techmap_sync.syncing.changes import Action, Change, FieldEdit
from techmap_sync.syncing.digest import text_digest
from techmap_sync.syncing.matching import Holdings
from techmap_sync.syncing.policy import OrphanPolicy, SyncPolicy
from techmap_sync.syncing.revise import LABELS, Held
from techmap_sync.syncing.ticks import ticked
from techmap_sync.syncing.tracker import CloseReason, State

GONE = "its task is gone from the map"


def orphan_changes(plan: TaskPlan, map_text: str, holdings: Holdings, policy: SyncPolicy) -> tuple[Change, ...]:
    """Return what happens to open tickets of this map that no task asks for.

    :param map_text: digest of the map's text now. Only a map whose text changed loses tickets; settings, vocabulary
        and releases of this program do not.
    """
    wanted = {spec.key for spec in plan.tasks}
    orphans = [held for key, held in holdings.tickets.items() if key not in wanted]
    changed = map_text != holdings.ledger.text or policy.accept_settings
    return tuple(
        change for held in orphans if held.ticket.state is State.OPEN for change in _orphan(held, changed, policy)
    )


def untouched(held: Held) -> bool:
    """Whether no human has worked on a ticket: no comment, assignee, tick, text or status of theirs."""
    texts = held.block.texts()
    edited = any(text_digest(texts.get(name, "")) != written.text for name, written in held.marker.sections.items())
    human_text = (held.block.before + held.block.after).strip()
    ticket = held.ticket
    return not (ticket.comments or ticket.assignees or ticket.started or edited or human_text or ticked(texts.values()))


def _orphan(held: Held, changed: bool, policy: SyncPolicy) -> Iterator[Change]:
    key, title, number = held.marker.key, held.ticket.title, held.ticket.number
    if not changed:
        reason = "its task is gone by settings or version, not by the map; --accept-settings lets it go"
        yield Change(Action.SKIP, key, title, number, reason)
    elif policy.orphans is OrphanPolicy.KEEP:
        yield Change(Action.SKIP, key, title, number, f"{GONE}; kept as configured")
    elif policy.orphans is OrphanPolicy.CLOSE and untouched(held):
        yield Change(Action.CLOSE, key, title, number, GONE, close_reason=CloseReason.NOT_PLANNED)
    elif policy.removed_label not in held.ticket.labels | held.marker.labels:
        edit = FieldEdit(LABELS, "", f"+{policy.removed_label}")
        yield Change(Action.UPDATE, key, title, number, f"{GONE}, but somebody worked on it", (edit,))
