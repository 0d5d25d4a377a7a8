"""Work that a map adds to a ticket that a human has completed: a follow-up ticket holds just that.

The completed ticket is neither reopened nor rewritten. See ``docs/how-it-decides.md``, "The decision table".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from techmap_sync.planning.task import Section, TaskPlan, TaskSpec
from techmap_sync.syncing.matching import Holdings
from techmap_sync.syncing.revise import Held
from techmap_sync.syncing.ticks import boxes, ticked, unticked
from techmap_sync.syncing.tracker import CloseReason, State

SUFFIX = "~2"
CHECKLIST = "items"


def with_follow_ups(plan: TaskPlan, holdings: Holdings) -> TaskPlan:
    """Return the plan with a follow-up behind every completed task that got new items."""
    return replace(plan, tasks=tuple(task for spec in plan.tasks for task in (spec, *_follow_ups(spec, holdings))))


def _follow_ups(spec: TaskSpec, holdings: Holdings) -> Iterator[TaskSpec]:
    held = holdings.tickets.get(spec.key)
    checklist = next((section for section in spec.sections if section.name == CHECKLIST), None)
    if held is None or checklist is None or not _is_completed(held):
        return
    known = {text.casefold() for done in (ticked, unticked) for text in done([held.block.texts().get(CHECKLIST, "")])}
    added = {text: line for line, text, done in boxes(checklist.text) if text.casefold() not in known and not done}
    if known and added:
        values = json.dumps([*added], ensure_ascii=False)
        section = Section(CHECKLIST, checklist.heading, "\n".join(added.values()), values)
        rest = tuple(each for each in spec.sections if not each.values)
        title = f"{spec.title} (follow-up)"
        yield replace(spec, key=f"{spec.key}{SUFFIX}", title=title, sections=(section, *rest), blocked_by=(), was=())


def _is_completed(held: Held) -> bool:
    """Whether a human finished it; a tracker without reasons is taken at its word."""
    closed_by_hand = held.ticket.state is State.CLOSED and held.marker.state == State.OPEN
    return closed_by_hand and held.ticket.reason in (CloseReason.COMPLETED, None)
