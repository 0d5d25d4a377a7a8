"""The tasks of one map matched with its tickets: the first step of a decision, and all that the later ones look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from techmap_sync.planning.task import TaskPlan
from techmap_sync.syncing.followups import with_follow_ups
from techmap_sync.syncing.matching import Holdings
from techmap_sync.syncing.renames import find_renames


@dataclass(frozen=True, slots=True)
class Matched:
    """One map whose tickets have the keys of today."""

    plan: TaskPlan | None = None
    """What an approved map asks for, follow-ups included."""
    holdings: Holdings = field(default_factory=Holdings)
    held: Mapping[str, str] = field(default_factory=dict)
    """Key of a task or ticket that is neither created nor closed -> why."""


def matched(plan: TaskPlan, holdings: Holdings, held: Mapping[str, str] | None = None) -> Matched:
    """Match the tasks of a map with its own tickets.

    :param held: keys of tasks and tickets that may belong to another map, and why; they are left alone.
    """
    held = held or {}
    free = replace(plan, tasks=tuple(spec for spec in plan.tasks if spec.key not in held))
    kept = {key: ticket for key, ticket in holdings.tickets.items() if key not in held}
    renames = find_renames(free, replace(holdings, tickets=kept) if held else holdings)
    today = holdings.renamed(renames.keys).sifted(plan.map_id, {spec.key for spec in plan.tasks})
    return Matched(with_follow_ups(plan, today), today, {**renames.held, **held})
