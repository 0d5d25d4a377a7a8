"""Tasks that changed their name: the same work under another key keeps its ticket.

Tasks without a ticket and open tickets without a task are compared by location, name and text. Only a clear, mutual
best pair is a rename; anything doubtful is held and shown, with the line to add to the map. See
``docs/how-it-decides.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.syncing.matching import Holdings
from techmap_sync.syncing.revise import Held
from techmap_sync.syncing.tracker import State

CONTENT = ("purpose", "where", "methods", "interface", "detail", "parts", "items")
"""Sections that say what a task is; the others follow from its surroundings."""
LOCATION = "where"
SAME = 0.6
"""A likeness from here on may be the same task."""
CLEAR = 0.1
"""By how much the best pair must lead."""
NOTHING_IN_COMMON = 0.35
"""Below this, a ticket with the right key is no longer about its task: names were swapped."""


@dataclass(frozen=True, slots=True)
class Renames:
    """What comparing unmatched tasks and tickets gave."""

    keys: Mapping[str, str] = field(default_factory=dict)
    """Old key -> new key of every rename."""
    held: Mapping[str, str] = field(default_factory=dict)
    """Key of a task or ticket that is neither created nor closed -> why."""


def find_renames(plan: TaskPlan, holdings: Holdings) -> Renames:
    """Find the tasks of a plan that have a ticket under another key."""
    by_hand = _by_hand(plan, holdings)
    taken = set(by_hand) | set(by_hand.values())
    tasks, tickets = _pool(plan, holdings, taken)
    scores = {
        (spec.key, key): likeness(spec, held)
        for spec in tasks
        for key, held in tickets.items()
        if _is_of_one_kind(spec.key, key)
    }
    likely = {pair: score for pair, score in scores.items() if score >= SAME}
    found = {old: new for (new, old), score in likely.items() if _is_clear(new, old, score, likely)}
    doubtful = {pair: s for pair, s in likely.items() if pair[0] not in found.values() and pair[1] not in found}
    renamed = _without_collisions({old: new for old, new in {**by_hand, **found}.items() if old != new}, holdings)
    return Renames(renamed, _held(doubtful, plan, holdings))


def likeness(spec: TaskSpec, held: Held) -> float:
    """Return how much a ticket looks like a task, from 0 to 1."""
    theirs = held.block.texts()
    ours = {section.name: section.text for section in spec.sections}
    title = fuzz.token_sort_ratio(spec.title, held.ticket.title) / 100
    text = _text_likeness(ours, theirs)
    if ours.get(LOCATION) and theirs.get(LOCATION):
        return 0.3 * title + 0.3 * (ours[LOCATION] == theirs[LOCATION]) + 0.4 * text
    return 0.4 * title + 0.6 * text


def _without_collisions(renamed: Mapping[str, str], holdings: Holdings) -> dict[str, str]:
    """Leave out a rename to a key that another ticket bears and keeps: two tickets would have one key."""
    kept = dict(renamed)
    while taken := [old for old, new in kept.items() if new in holdings.tickets and new not in kept]:
        for old in taken:
            del kept[old]
    return kept


def _text_likeness(ours: Mapping[str, str], theirs: Mapping[str, str]) -> float:
    """Compare word by word: texts of one language share most of their letters, whatever they say."""
    mine = "\n".join(ours[name] for name in CONTENT if name in ours)
    other = "\n".join(theirs[name] for name in CONTENT if name in theirs)
    return fuzz.ratio(mine.split(), other.split()) / 100


def _by_hand(plan: TaskPlan, holdings: Holdings) -> dict[str, str]:
    """Renames that the author names: ``<!-- was: old -->``."""
    return {
        old: spec.key
        for spec in plan.tasks
        if spec.key not in holdings.tickets
        for old in spec.was[:1]
        if old in holdings.tickets
    }


def _pool(plan: TaskPlan, holdings: Holdings, taken: set[str]) -> tuple[list[TaskSpec], dict[str, Held]]:
    """Return the tasks, and by key the open tickets, that may belong together under other keys.

    A task whose ticket was deleted or released has no new name: its key is known.
    """
    wanted = {spec.key: spec for spec in plan.tasks}
    still = {key: h for key, h in holdings.tickets.items() if h.ticket.state is State.OPEN and key not in taken}
    swapped = {key for key, held in still.items() if _is_swapped(wanted.get(key), held)}
    tasks = [s for s in plan.tasks if not s.done and s.key not in taken]
    known = {*holdings.tickets, *holdings.ledger.tickets, *holdings.ledger.gone} - swapped
    lone = [s for s in tasks if s.key not in known]
    return lone, {key: held for key, held in still.items() if key not in wanted or key in swapped}


def _is_swapped(spec: TaskSpec | None, held: Held) -> bool:
    if spec is None:
        return False
    ours = {section.name: section.text for section in spec.sections}
    return _text_likeness(ours, held.block.texts()) < NOTHING_IN_COMMON


def _is_of_one_kind(key: str, other: str) -> bool:
    """Only tasks of one kind are compared."""
    return key.split("/")[1:2] == other.split("/")[1:2]


def _is_clear(new: str, old: str, score: float, likely: Mapping[tuple[str, str], float]) -> bool:
    rivals = [s for (a, b), s in likely.items() if (a == new) != (b == old)]
    return all(score - rival >= CLEAR for rival in rivals)


def _held(doubtful: Mapping[tuple[str, str], float], plan: TaskPlan, holdings: Holdings) -> dict[str, str]:
    titles = {spec.key: spec.title for spec in plan.tasks}
    held: dict[str, str] = {}
    for new, old in doubtful:
        if new == old:
            continue
        ticket = holdings.tickets[old].ticket.number
        slug = old.rpartition("/")[2]
        reason = f'"{titles[new]}" may be ticket {ticket} renamed; if so, add <!-- was: {slug} --> behind its name'
        held.setdefault(new, reason)
        held.setdefault(old, reason)
    return held


def map_rename(plan: TaskPlan, others: Mapping[str, Holdings]) -> Holdings | None:
    """Return the tickets of a map that had another id, under the keys of today.

    :param others: the tickets of maps whose id no file bears any more. A path alone never tells: the next feature may
        reuse it.
    """
    wanted = {_short(spec.key) for spec in plan.tasks}
    for map_id, holdings in others.items():
        known = {_short(key) for key in (*holdings.tickets, *holdings.ledger.tickets)}
        known |= wanted & {_short(key) for key in holdings.ledger.gone}
        if known and 2 * len(wanted & known) >= max(len(wanted), len(known)):
            return holdings.renamed(_moved(holdings, map_id, plan.map_id))
    return None


def _moved(holdings: Holdings, old_id: str, new_id: str) -> Mapping[str, str]:
    keys = dict.fromkeys((*holdings.tickets, *holdings.ledger.tickets, *holdings.ledger.gone))
    return {key: f"{new_id}/{_short(key)}" for key in keys if key.startswith(f"{old_id}/")}


def _short(key: str) -> str:
    return key.partition("/")[2]
