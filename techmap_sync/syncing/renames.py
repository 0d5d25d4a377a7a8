"""Tasks that changed their name: the same work under another key keeps its ticket.

Tasks without a ticket and open tickets without a task are compared by location, name and text. Only a clear, mutual
best pair is a rename; anything doubtful is held and shown, with the line to add to the map. See
``docs/how-it-decides.md``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from techmap_sync.planning.task import Section, TaskPlan, TaskSpec
from techmap_sync.syncing.matching import Holdings
from techmap_sync.syncing.pairing import pair_up
from techmap_sync.syncing.renumbering import renumberings
from techmap_sync.syncing.revise import Held
from techmap_sync.syncing.tracker import State

CONTENT = ("purpose", "where", "methods", "interface", "detail", "parts", "items")
"""Sections that say what a task is; the others follow from its surroundings."""
LOCATION = "where"
SAME = 0.6
"""A likeness from here on may be the same task."""
_WORD = re.compile(r"\w+")
NOTHING_IN_COMMON = 0.35
"""Below this, a ticket with the right key is no longer about its task: names were swapped."""


@dataclass(frozen=True, slots=True)
class Renames:
    """What comparing unmatched tasks and tickets gave."""

    keys: Mapping[str, str] = field(default_factory=dict)
    """Old key -> new key of every rename."""
    held: Mapping[str, str] = field(default_factory=dict)
    """Key of a task or ticket that is neither created nor closed -> why."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a task or a ticket looks like, whatever a template adds to it."""

    title: str
    where: tuple[str, ...]
    words: tuple[str, ...]


def find_renames(plan: TaskPlan, holdings: Holdings) -> Renames:
    """Find the tasks of a plan that have a ticket under another key."""
    by_hand = {**renumberings(plan, holdings), **_by_hand(plan, holdings)}
    # With its own name behind "was" a task was never called anything else.
    unchanged = {spec.key for spec in plan.tasks if spec.key in spec.was}
    taken = unchanged | set(by_hand) | set(by_hand.values())
    tasks, tickets = _pool(plan, holdings, taken)
    scores = {
        (new, old): likeness(task, ticket)
        for new, task in tasks.items()
        for old, ticket in tickets.items()
        if _is_of_one_kind(new, old)
    }
    likely = {pair: score for pair, score in scores.items() if score >= SAME}
    pairing = pair_up(likely, holdings.tickets.keys(), by_hand.keys())
    renamed = {old: new for old, new in {**by_hand, **pairing.found}.items() if old != new}
    return Renames(renamed, _held(pairing.doubtful, plan, holdings))


def likeness(task: Sketch, ticket: Sketch) -> float:
    """Return how much a ticket looks like a task, from 0 to 1."""
    title = fuzz.token_sort_ratio(task.title, ticket.title) / 100
    if task.where and ticket.where:
        return 0.3 * title + 0.3 * (task.where == ticket.where) + 0.4 * _text_likeness(task, ticket)
    return 0.4 * title + 0.6 * _text_likeness(task, ticket)


def _text_likeness(task: Sketch, ticket: Sketch) -> float:
    """Compare word by word: texts of one language share most of their letters, whatever they say."""
    return fuzz.ratio(task.words, ticket.words) / 100


def task_sketch(spec: TaskSpec) -> Sketch:
    """Take the words from the map's values, so that a new template makes nothing more or less alike."""
    said = {section.name: tuple(_words(_values_in(section))) for section in spec.sections}
    return Sketch(spec.title, said.get(LOCATION, ()), _of_content(said))


def ticket_sketch(held: Held) -> Sketch:
    """Take the words that stand in a ticket."""
    """Take the words that stand in a ticket."""
    said = {name: tuple(_WORD.findall(text)) for name, text in held.block.texts().items()}
    return Sketch(held.ticket.title, said.get(LOCATION, ()), _of_content(said))


def _of_content(said: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(word for name in CONTENT for word in said.get(name, ()))


def _values_in(section: Section) -> object:
    """Return what the map says in a section; its text where no value stands behind it."""
    return json.loads(section.values) if section.values else section.text


def _words(values: object) -> Iterator[str]:
    match values:
        case str():
            yield from _WORD.findall(values)
        case list():
            yield from (word for each in values for word in _words(each))
        case dict():
            yield from (word for each in values.values() for word in _words(each))


def _by_hand(plan: TaskPlan, holdings: Holdings) -> dict[str, str]:
    """Renames that the author names: ``<!-- was: old -->``."""
    return {
        old: spec.key
        for spec in plan.tasks
        if spec.key not in holdings.tickets
        for old in spec.was[:1]
        if old in holdings.tickets
    }


def _pool(plan: TaskPlan, holdings: Holdings, taken: set[str]) -> tuple[Mapping[str, Sketch], Mapping[str, Sketch]]:
    """Return the tasks, and the open tickets, that may belong together under other keys; each by key.

    A task whose ticket was deleted or released has no new name: its key is known. Nor is a copy renamed that stands in
    for a deleted ticket.
    """
    listed = holdings.ledger.tickets
    tasks = {spec.key: task_sketch(spec) for spec in plan.tasks if spec.key not in taken}
    tickets = {
        key: ticket_sketch(held)
        for key, held in holdings.tickets.items()
        if held.ticket.state is State.OPEN and key not in taken and listed.get(key) in (None, held.ticket.number)
    }
    both = tasks.keys() & tickets.keys()
    swapped = {key for key in both if _text_likeness(tasks[key], tickets[key]) < NOTHING_IN_COMMON}
    known = {*holdings.tickets, *listed, *holdings.ledger.gone} - swapped
    lone = {spec.key for spec in plan.tasks if not spec.done} - known
    return (
        {key: tasks[key] for key in tasks if key in lone},
        {key: tickets[key] for key in tickets if key not in both or key in swapped},
    )


def _is_of_one_kind(key: str, other: str) -> bool:
    """Only tasks of one kind are compared."""
    return key.split("/")[1:2] == other.split("/")[1:2]


def _held(doubtful: Iterable[tuple[str, str]], plan: TaskPlan, holdings: Holdings) -> dict[str, str]:
    titles = {spec.key: spec.title for spec in plan.tasks}
    held: dict[str, str] = {}
    for new, old in doubtful:
        if new == old:
            continue
        known = f'"{titles[new]}" may be ticket {holdings.tickets[old].ticket.number} renamed'
        reason = f"{known}; {_way_out(new, old, new in holdings.tickets)}"
        held.setdefault(new, reason)
        held.setdefault(old, reason)
    return held


def _way_out(new: str, old: str, is_borne: bool) -> str:
    """Return what to write into the map.

    :param is_borne: whether a ticket has the task's key already.
    """
    was, itself = (f"<!-- was: {key.rpartition('/')[2]} -->" for key in (old, new))
    moved = f"{was} and an <!-- id: --> of its own" if is_borne else was
    return f"if so, add {moved} behind its name, else {itself}"


def overlap(plan: TaskPlan, holdings: Holdings) -> int:
    """Return how many tasks of a map another one had, 0 when it cannot be the same map under another id.

    It is the same map when at least half of the keys match. A path alone never tells: the next feature may reuse it.

    :param holdings: the tickets of a map whose id no file has any more.
    """
    wanted = {_short(spec.key) for spec in plan.tasks}
    # Where none is vouched for, and no ledger is left to do it, another token made them all.
    there = holdings.vouched_for or (() if holdings.tracking else holdings.tickets)
    known = {_short(key) for key in (*there, *holdings.ledger.tickets)}
    known |= wanted & {_short(key) for key in holdings.ledger.gone}
    matching = len(wanted & known)
    return matching if known and 2 * matching >= max(len(wanted), len(known)) else 0


def under_new_id(holdings: Holdings, old_id: str, new_id: str) -> Holdings:
    """Return the tickets of a map that had another id, under the keys of today."""
    return holdings.renamed(_moved(holdings, old_id, new_id))


def _moved(holdings: Holdings, old_id: str, new_id: str) -> Mapping[str, str]:
    keys = dict.fromkeys((*holdings.tickets, *holdings.ledger.tickets, *holdings.ledger.gone))
    return {key: f"{new_id}/{_short(key)}" for key in keys if key.startswith(f"{old_id}/")}


def _short(key: str) -> str:
    return key.partition("/")[2]
