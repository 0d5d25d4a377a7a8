"""Copies that people made of tickets whose task has another name or map since: such a copy takes no task.

A copy has the key that its original had. Once the original has another one, nothing but its text tells a copy from a
ticket that another account of ours made and no ledger lists yet. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.sync.block import Held
from techmap_sync.sync.claims import age
from techmap_sync.sync.renames import (
    CLEAR,
    NOTHING_IN_COMMON,
    SAME,
    find_renames,
    is_of_one_kind,
    task_sketch,
    text_likeness,
    ticket_sketch,
    with_refused_names,
)
from techmap_sync.sync.tickets import Holdings, Sorted


def without_copies_of_renamed(plan: TaskPlan, holdings: Holdings, found: Sorted) -> Holdings:
    """Return the tickets of a map, of which none has the key of a task only because its original had it once.

    Where several tickets have one key, the next one takes the place of a copy.

    :param found: the tickets of all maps.
    """
    while copies := _copies(plan, holdings, found):
        holdings = holdings.with_copies(copies)
    return holdings


def _copies(plan: TaskPlan, holdings: Holdings, found: Sorted) -> Mapping[str, str]:
    """Return which tickets under the key of a task are copies of tickets that have another key by now.

    A ticket that neither our account wrote nor the ledger lists is one where an older one of ours says the same, and
    clearly more of it than the task does, or gets the task once its key is free. Other maps have tasks of the same
    name, like tests: an original there counts only where the task is about something else.

    :return: the key -> the number of the original.
    """
    copies: dict[str, str] = {}
    doubtful: set[str] = set()
    for spec, held in _uncertain(plan, holdings):
        number, likeness = _likest(spec.key, held, [holdings])
        by_task = text_likeness(task_sketch(spec), ticket_sketch(held))
        if likeness >= max(SAME, by_task + CLEAR):
            copies[spec.key] = number
        elif likeness >= SAME:
            doubtful.add(spec.key)
        elif by_task < NOTHING_IN_COMMON:
            number, likeness = _likest(spec.key, held, found.maps.values())
            copies |= {spec.key: number} if likeness >= SAME else {}
    if doubtful:
        others = {key: held for key, held in holdings.tickets.items() if key not in doubtful | copies.keys()}
        ours = with_refused_names(replace(holdings, tickets=others), {spec.key for spec in plan.tasks})
        taken = ours.renamed(find_renames(plan, ours).keys).tickets
        copies |= {key: taken[key].ticket.number for key in sorted(doubtful & taken.keys())}
    return copies


def _uncertain(plan: TaskPlan, holdings: Holdings) -> Iterator[tuple[TaskSpec, Held]]:
    """Yield the tasks whose ticket may be a copy."""
    vouched_for = holdings.vouched_for
    for spec in plan.tasks:
        held = holdings.tickets.get(spec.key)
        if held is not None and spec.key not in vouched_for:
            yield spec, held


def _likest(key: str, copy: Held, maps: Iterable[Holdings]) -> tuple[str, float]:
    """Return the number of the older ticket of ours that is the most like one with a key, and how much."""
    said = ticket_sketch(copy)
    if not said.words:
        return "", 0.0
    older = (
        (held.ticket.number, text_likeness(ticket_sketch(held), said))
        for each in maps
        for other in sorted(each.vouched_for)
        if is_of_one_kind(other, key) and age(held := each.tickets[other]) < age(copy)
    )
    return max(older, key=lambda pair: pair[1], default=("", 0.0))
