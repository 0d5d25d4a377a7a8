"""Renamed tasks: the same work under another key keeps its ticket.

Tasks without a ticket and open tickets without a task are compared by location, name and text. Only a clear, mutual
best pair is a rename; doubtful pairs are held and shown, with the line to add to the map. See
``docs/how-it-decides.md``.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from heapq import nlargest

from rapidfuzz import fuzz

from techmap_sync.documents.work import Kind
from techmap_sync.patterns import lazy
from techmap_sync.planning.task import Section, SectionName, SectionTrait, TaskPlan, TaskSpec, sections_with
from techmap_sync.sync.block import Held
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import State
from techmap_sync.sync.unit_tasks import unit_renames
from techmap_sync.text_forms import counted, renumbered


def renumberings(plan: TaskPlan, holdings: Holdings) -> Mapping[str, str]:
    """Return old key -> new key of the tasks whose ticket has a number in its key; deleted tickets count too."""
    ledger = holdings.ledger
    known = {*holdings.tickets, *holdings.unreadable, *ledger.tickets, *ledger.gone}
    wanted = {spec.key for spec in plan.tasks}
    lone = [spec for spec in plan.tasks if spec.key not in known]
    free = known - wanted
    found: dict[str, str] = {}
    for look in (_exactly, _alike, _in_order):
        rest = [spec for spec in lone if spec.key not in found.values()]
        found |= look(rest, sorted(free - found.keys()))
    return found


def _exactly(specs: Sequence[TaskSpec], keys: Sequence[str]) -> Mapping[str, str]:
    there = frozenset(keys)
    return {spec.earlier: spec.key for spec in specs if spec.earlier in there}


def _alike(specs: Sequence[TaskSpec], keys: Sequence[str]) -> Mapping[str, str]:
    """Pair keys that differ only by a number, where no other key does."""
    by_place = defaultdict(list)
    for key in keys:
        by_place[key.rpartition("/")[0]].append(key.rpartition("/")[2])
    pairs = []
    for spec in specs:
        place, _, name = spec.key.rpartition("/")
        earlier = spec.earlier.rpartition("/")[2] or name
        pairs += [(f"{place}/{slug}", spec.key) for slug in by_place[place] if renumbered(slug, name, earlier)]
    olds, news = Counter(old for old, _ in pairs), Counter(new for _, new in pairs)
    return {old: new for old, new in pairs if olds[old] == news[new] == 1}


def _in_order(specs: Sequence[TaskSpec], keys: Sequence[str]) -> Mapping[str, str]:
    """Pair keys of one name that only numbers distinguish, in that order, if there are as many of each."""
    olds, news = defaultdict(list), defaultdict(list)
    for key in keys:
        name, number = _counted(key)
        olds[name].append((number, key))
    for spec in specs:
        name, number = _counted(spec.earlier)
        news[name].append((number, spec.key))
    return {
        old: new
        for name in news
        if name and len(olds[name]) == len(news[name])
        for (number, old), (_, new) in zip(sorted(olds[name]), sorted(news[name]), strict=True)
        if number
    }


def _counted(key: str) -> tuple[str, tuple[int, ...]]:
    """Return a key without the number in its name, and the number."""
    place, _, slug = key.rpartition("/")
    name, number = counted(slug)
    return f"{place}/{name}" if number else key, number


CLEAR = 0.1
"""By how much the best pair must lead."""

Pair = tuple[str, str]
"""Key of a task, and key of a ticket."""
Likeness = Mapping[Pair, float]


@dataclass(frozen=True, slots=True)
class Pairing:
    """The result of comparing; no task and no ticket is in two pairs."""

    found: Mapping[str, str]
    """Key of a ticket -> key of its task."""
    doubtful: Sequence[Pair] = ()
    """The likeliest first."""

    @property
    def moving(self) -> frozenset[str]:
        """Keys that become free."""
        return frozenset(old for old, new in self.found.items() if old != new)


def pair_up(likely: Likeness, taken: Set[str], leaving: Set[str]) -> Pairing:
    """Pair tasks with tickets.

    :param likely: the pairs that may be one task, from 0 to 1.
    :param taken: keys that tickets have.
    :param leaving: those whose ticket gets another key in any case.
    """
    taken = taken - leaving
    while True:
        pairing = _best_pairs(likely)
        staying = _staying(pairing, taken)
        if not staying:
            return _without_collisions(pairing, taken)
        likely = {p: s for p, s in likely.items() if p[0] == p[1] or staying.isdisjoint(p)}


def _best_pairs(likely: Likeness) -> Pairing:
    """Take the clear pairs, repeatedly: what is paired no longer competes."""
    found: dict[str, str] = {}
    left = dict(likely)
    while clear := {old: new for new, old in _clear_pairs(left)}:
        found |= clear
        tasks = set(clear.values())
        left = {(new, old): score for (new, old), score in left.items() if new not in tasks and old not in clear}
    return Pairing(found, tuple(sorted(left, key=lambda pair: -left[pair])))


def _clear_pairs(likely: Likeness) -> list[Pair]:
    """Return the pairs that clearly lead all others of their task and of their ticket."""
    by_task: dict[str, list[float]] = defaultdict(list)
    by_ticket: dict[str, list[float]] = defaultdict(list)
    for (new, old), score in likely.items():
        by_task[new].append(score)
        by_ticket[old].append(score)
    tasks, tickets = _best_two(by_task), _best_two(by_ticket)
    return [
        (new, old) for (new, old), score in likely.items() if _leads(score, tasks[new]) and _leads(score, tickets[old])
    ]


def _best_two(scores: Mapping[str, list[float]]) -> dict[str, list[float]]:
    return {key: nlargest(2, each) for key, each in scores.items()}


def _leads(score: float, best: list[float]) -> bool:
    return score == best[0] and (len(best) == 1 or score - best[1] >= CLEAR)


def _staying(pairing: Pairing, taken: Set[str]) -> frozenset[str]:
    """Return the keys whose task would need another ticket, but whose own ticket has no other key to move to."""
    may_move = pairing.moving | {old for new, old in pairing.doubtful if new != old}
    wanted = {new for new, old in (*((n, o) for o, n in pairing.found.items()), *pairing.doubtful) if new != old}
    return frozenset((wanted & taken) - may_move)


def _without_collisions(pairing: Pairing, taken: Set[str]) -> Pairing:
    """Hold pairs that need the key of a held ticket: two tickets would have one key."""
    found, doubtful = dict(pairing.found), list(pairing.doubtful)
    while blocked := [old for old, new in found.items() if old != new and new in taken and found.get(new, new) == new]:
        doubtful += [(found.pop(old), old) for old in blocked]
    return Pairing(found, tuple(doubtful))


SAME = 0.6
"""From this likeness, it may be the same task."""
_WORD = lazy(r"\w+")
NOTHING_IN_COMMON = 0.35
"""Below this, a ticket with the right key is no longer about its task: names were swapped."""


@dataclass(frozen=True, slots=True)
class Renames:
    """The result of comparing unmatched tasks and tickets."""

    keys: Mapping[str, str]
    """Old key -> new key of every rename."""
    held: Mapping[str, str] = field(default_factory=dict)
    """Key of a task or ticket that is neither created nor closed -> why."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a task or a ticket says, without what templates add."""

    title: str
    where: tuple[str, ...]
    words: tuple[str, ...]


def find_renames(plan: TaskPlan, holdings: Holdings) -> Renames:
    """Find the tasks of a plan that have a ticket under another key."""
    if plan.leaves:
        return Renames(unit_renames(plan, holdings))
    by_hand = {**renumberings(plan, holdings), **_by_hand(plan, holdings)}
    # A task whose "was" comment has its own name never had another one.
    unchanged = {spec.key for spec in plan.tasks if spec.key in spec.was}
    taken = unchanged | set(by_hand) | set(by_hand.values())
    tasks, tickets = _pool(plan, holdings, taken)
    scores = {
        (new, old): likeness(task, ticket)
        for new, task in tasks.items()
        for old, ticket in tickets.items()
        if is_of_one_kind(new, old)
    }
    likely = {pair: score for pair, score in scores.items() if score >= SAME}
    pairing = pair_up(likely, holdings.tickets.keys(), by_hand.keys())
    renamed = {old: new for old, new in {**by_hand, **pairing.found}.items() if old != new}
    return Renames(renamed, _held(pairing.doubtful, plan, holdings))


def with_refused_names(holdings: Holdings, wanted: Set[str]) -> Holdings:
    """Return tickets under the keys that the ledger lists, where only those are wanted and no ticket has them.

    The tracker refused to write such a key into the ticket, while another one still had the key that is there.
    """
    free = wanted - holdings.tickets.keys()
    back = {now: former for former, now in holdings.moved.items() if former in free and now not in wanted}
    return holdings.renamed(back) if back else holdings


def likeness(task: Sketch, ticket: Sketch) -> float:
    """Return the likeness of a ticket to a task, from 0 to 1."""
    title = fuzz.token_sort_ratio(task.title, ticket.title) / 100
    if task.where and ticket.where:
        return 0.3 * title + 0.3 * (task.where == ticket.where) + 0.4 * text_likeness(task, ticket)
    return 0.4 * title + 0.6 * text_likeness(task, ticket)


def text_likeness(task: Sketch, ticket: Sketch) -> float:
    """Compare by words: texts in one language share most of their letters anyway."""
    return fuzz.ratio(task.words, ticket.words) / 100


def task_sketch(spec: TaskSpec) -> Sketch:
    """Take the words from the map's values, so that a new template changes no likeness."""
    said = {section.name: tuple(_words(_values_in(section))) for section in spec.sections}
    return _sketch(spec.key, spec.title, said)


def ticket_sketch(held: Held) -> Sketch:
    """Take the words from a ticket."""
    said = {name: tuple(_WORD.findall(text)) for name, text in held.block.texts().items()}
    return _sketch(held.marker.key, held.ticket.title, said)


def _sketch(key: str, title: str, said: Mapping[str, tuple[str, ...]]) -> Sketch:
    """Sketch a task or a ticket; what a component's title says after its name is part of its text."""
    name, _, tagline = title.partition(": ") if f"/{Kind.COMPONENT}/" in key else (title, "", "")
    return Sketch(name, said.get(SectionName.WHERE, ()), (*_WORD.findall(tagline), *_of_content(said)))


def _of_content(said: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(word for name in sections_with(SectionTrait.IDENTIFIES) for word in said.get(name, ()))


def _values_in(section: Section) -> object:
    """Return the map's values in a section, or its text if it has none."""
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
    """Return the tasks and the open tickets that may belong together under other keys, each by key.

    A task whose ticket was deleted or released was not renamed: its key is known. Neither was a copy that replaces a
    deleted ticket, or what is left of one: a copy by another account whose key the ledger knows as gone.
    """
    listed, copied = holdings.ledger.tickets, holdings.ledger.gone - holdings.vouched_for
    tasks = {spec.key: task_sketch(spec) for spec in plan.tasks if spec.key not in taken}
    tickets = {
        key: ticket_sketch(held)
        for key, held in holdings.tickets.items()
        if held.ticket.state is State.OPEN
        and key not in taken | copied
        and listed.get(key) in (None, held.ticket.number)
    }
    both = tasks.keys() & tickets.keys()
    swapped = {key for key in both if text_likeness(tasks[key], tickets[key]) < NOTHING_IN_COMMON}
    known = {*holdings.tickets, *listed, *holdings.ledger.gone} - swapped
    lone = {spec.key for spec in plan.tasks if not spec.done} - known
    return (
        {key: tasks[key] for key in tasks if key in lone},
        {key: tickets[key] for key in tickets if key not in both or key in swapped},
    )


def is_of_one_kind(key: str, other: str) -> bool:
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


def _way_out(new: str, old: str, is_taken: bool) -> str:
    """Return what to write into the map.

    :param is_taken: whether a ticket has the task's key already.
    """
    was, itself = (f"<!-- was: {key.rpartition('/')[2]} -->" for key in (old, new))
    moved = f"{was} and its own <!-- id: -->" if is_taken else was
    return f"if so, add {moved} after its name, else {itself}"


SHARED_NAMES = frozenset({f"{Kind.COMPONENT}/integration"})
"""Names that no author chose: every map may have them."""
