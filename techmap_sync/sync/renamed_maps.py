"""A map that got another id: its tickets are known by what their tasks are, not by a path. Pure.

See ``docs/how-it-decides.md``, "The decision table".
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.renames import (
    NOTHING_IN_COMMON,
    SAME,
    SHARED_NAMES,
    Sketch,
    task_sketch,
    text_likeness,
    ticket_sketch,
)
from techmap_sync.sync.tickets import Holdings


def overlap(plan: TaskPlan, holdings: Holdings) -> int:
    """Return how many tasks two maps share; 0 when they cannot be the same map under another id.

    At least half of the keys match, and what authors named says that it is one map: half of the components of the one
    that has fewer have the same name; a single one also has a similar text. Every map may have unit tests and a
    migration, so where a map has no components most of what matches has to be alike. A path alone proves nothing: the
    next feature may reuse it.

    :param holdings: the tickets of a map whose id no file has.
    """
    # Every unit of specs has a setup and tests: what is named by the document says nothing about which one it is.
    common = {_short(spec.key) for spec in plan.tasks if spec.named_by_map} if plan.leaves else set()
    wanted = {_short(spec.key) for spec in plan.tasks} - common
    # If no ticket is ours and no ledger is left to list them, another token created them all.
    there = holdings.vouched_for or (() if holdings.tracking else holdings.tickets)
    known = {_short(key) for key in (*there, *holdings.ledger.tickets)}
    known = (known | wanted & {_short(key) for key in holdings.ledger.gone}) - common
    shared = wanted & known
    if not shared or 2 * len(shared) < max(len(wanted), len(known)):
        return 0
    return len(shared) if plan.leaves or _are_one_map(plan, holdings, wanted, known) else 0


def _are_one_map(plan: TaskPlan, holdings: Holdings, wanted: Set[str], known: Set[str]) -> bool:
    """Whether what two maps have in common is more than what every map may have."""
    ours, theirs = _named_by_authors(wanted), _named_by_authors(known)
    if not (ours and theirs):
        return 2 * len(_alike_tasks(plan, holdings, wanted & known, SAME)) > len(wanted & known)
    same = ours & theirs
    # One name may be chance; where there are several, two may have been exchanged.
    is_certain = len(same) > 1 or _alike_tasks(plan, holdings, same, NOTHING_IN_COMMON)
    return 2 * len(same) >= min(len(ours), len(theirs)) and bool(is_certain)


def _alike_tasks(plan: TaskPlan, holdings: Holdings, keys: Set[str], least: float) -> list[str]:
    """Return those of some keys whose ticket says what the task says, or cannot be read.

    :param least: how much alike their texts must be, unless they are about the same place in the code.
    """
    tasks = {_short(spec.key): spec for spec in plan.tasks}
    tickets = {_short(key): held for key, held in holdings.tickets.items()}
    return [
        key
        for key in keys
        if key not in tickets or _is_about(task_sketch(tasks[key]), ticket_sketch(tickets[key]), least)
    ]


def _is_about(task: Sketch, ticket: Sketch, least: float) -> bool:
    return (bool(task.where) and task.where == ticket.where) or text_likeness(task, ticket) >= least


def _named_by_authors(keys: Set[str]) -> frozenset[str]:
    """Return the components among some keys; other tasks are mostly named after a heading of the template."""
    return frozenset(key for key in keys if key.startswith(f"{Kind.COMPONENT}/") and key not in SHARED_NAMES)


def under_new_id(holdings: Holdings, old_id: str, new_id: str) -> Holdings:
    """Return the tickets of a map that had another id, under their current keys."""
    return holdings.renamed(_moved(holdings, old_id, new_id))


def _moved(holdings: Holdings, old_id: str, new_id: str) -> Mapping[str, str]:
    keys = dict.fromkeys((*holdings.tickets, *holdings.ledger.tickets, *holdings.ledger.gone))
    return {key: f"{new_id}/{_short(key)}" for key in keys if key.startswith(f"{old_id}/")}


def _short(key: str) -> str:
    return key.partition("/")[2]
