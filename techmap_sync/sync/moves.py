"""Tasks that moved from one map to another: the same work in another document keeps its ticket.

Tasks without a ticket are compared with tickets without a task, across all maps. The same kind and name is the same
task, and so is a clear, mutual best pair; clearer renames within one map come first. Doubtful moves, and moves to a map
that this run does not write, are held on both sides. See ``docs/how-it-decides.md``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property

from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import TaskPlan, TaskSpec, without_map
from techmap_sync.sync.block import Held
from techmap_sync.sync.endings import was_let_go
from techmap_sync.sync.renames import (
    CLEAR,
    NOTHING_IN_COMMON,
    SAME,
    SHARED_NAMES,
    Likeness,
    Pair,
    Sketch,
    find_renames,
    likeness,
    pair_up,
    task_sketch,
    text_likeness,
    ticket_sketch,
)
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import State


@dataclass(frozen=True)
class Side:
    """One map that tasks may leave or join."""

    map_id: str
    holdings: Holdings = field(default_factory=Holdings)
    """Its tickets, before any rename."""
    plan: TaskPlan | None = None
    """The tasks in its file; None for a map without a file or a retired one."""
    held_back: str = ""
    """Why this run does not write its tickets; empty when it does."""
    opaque: bool = False
    """Its tasks are unknown, so any of its tickets may have one."""

    @property
    def tasks(self) -> tuple[TaskSpec, ...]:
        """The tasks in its file."""
        return self.plan.tasks if self.plan else ()

    @cached_property
    def keys(self) -> frozenset[str]:
        """Their keys."""
        return frozenset(spec.key for spec in self.tasks)


@dataclass(frozen=True, slots=True)
class Moves:
    """The result of comparing the maps."""

    found: Mapping[str, str] = field(default_factory=dict)
    """Old key -> new key of every ticket whose task moved to another map."""
    heirs: Mapping[str, str] = field(default_factory=dict)
    """The same for tickets that were deleted or released."""
    held: Mapping[str, str] = field(default_factory=dict)
    """Key of a task or ticket that is neither created nor closed -> why."""
    remarks: Mapping[str, str] = field(default_factory=dict)
    """Key of a task that gets a new ticket -> which ticket of its name was closed earlier, and how to keep that one."""


def find_moves(sides: Sequence[Side], recreated: Set[str] = frozenset()) -> Moves:
    """Find the tasks that moved from one map to another.

    :param sides: every map whose tasks or tickets are known, whether or not this run writes it.
    :param recreated: keys that get a new ticket in any case.
    """
    search = _Search(sides, recreated)
    if not search.tasks:
        return Moves()
    certain, refused = search.certain()
    search.settle(certain, refused)
    named = {pair: 1 + score for pair, score in search.namesakes().items() if not search.has_only_its_name(pair)}
    first = pair_up({pair: score for pair, score in named.items() if not search.has_better_rename(pair)}, set(), set())
    search.settle(first.found, {key for pair in first.doubtful for key in pair})
    search.settle_renames()
    second = pair_up({**search.likely(), **search.left(named)}, set(), set())
    search.settle(second.found, {key for pair in second.doubtful for key in pair})
    found = {old: new for each in (certain, first.found, second.found) for old, new in each.items()}
    one_sided = [(new, old) for old, new in found.items() if search.is_one_sided(new, old, by_hand=old in certain)]
    held = search.reasons(one_sided, (*first.doubtful, *second.doubtful), refused)
    return Moves(
        {old: new for old, new in found.items() if (new, old) not in one_sided}, search.heirs(), held, search.remarks()
    )


def has_open_ends(sides: Sequence[Side], others: Mapping[str, Holdings]) -> bool:
    """Whether anything about some maps may depend on other maps.

    :param others: the tickets of the other maps, by map id.
    """
    if any(True for side in sides for _ in _lone_tickets(side)):
        return True
    if not others and len(sides) < 2:
        return False
    ours = {held.ticket.number for side in sides for held in side.holdings.tickets.values()}
    left = any(number in ours for held in others.values() for number in held.ledger.tickets.values())
    return left or any(
        spec.key not in side.holdings.tickets and spec.kind is not Kind.TASK for side in sides for spec in side.tasks
    )


def tickets_that_may_be_anywhere(sides: Sequence[Side], unreadable: str) -> dict[str, str]:
    """Return why tickets without a task are held while a file cannot be read: it may contain the task.

    :param unreadable: name of the file.
    """
    reason = f"its task may be in {unreadable}, which cannot be read"
    return {key: reason for side in sides for key, _ in _lone_tickets(side)}


class _Search:
    """The tasks without a ticket and the tickets without a task that are not yet matched."""

    def __init__(self, sides: Sequence[Side], recreated: Set[str]) -> None:
        self._side = {key: side for side in sides for key in (*side.keys, *side.holdings.tickets)}
        self._sides = sides
        holder = {held.ticket.number: key for side in sides for key, held in side.holdings.tickets.items()}
        self._held_elsewhere = {
            key: holder[number]
            for side in sides
            for key, number in side.holdings.ledger.tickets.items()
            if number in holder and holder[number] not in side.holdings.tickets
        }
        lone = (spec for side in sides for spec in self._lone_tasks(side) if spec.key not in recreated)
        self.tasks = {spec.key: spec for spec in lone}
        self.tickets = {key: held for side in sides for key, held in _lone_tickets(side)} if self.tasks else {}
        self._specs, self._found = dict(self.tasks), dict(self.tickets)
        self._sketches: dict[str, Sketch] = {}

    def _lone_tasks(self, side: Side) -> Iterator[TaskSpec]:
        ours, ledger = side.holdings, side.holdings.ledger
        for spec in side.tasks:
            if spec.kind is Kind.TASK:
                continue  # units of specs have sections of the same names, and their tasks stay in them
            known = spec.key in ledger.tickets and spec.key not in self._held_elsewhere
            taken = spec.key in ours.tickets or spec.key in ours.claims.by_key or spec.key in ours.unreadable
            if not (known or taken or spec.key in ledger.gone):
                yield spec

    def certain(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return the moves that a ledger or the author names, and the tasks whose author names an impossible one."""
        found = {old: new for new, old in self._held_elsewhere.items() if new in self.tasks and old in self.tickets}
        refused: dict[str, str] = {}
        for new, spec in self.tasks.items():
            for old in (key for key in spec.was if key in self._side and not _of_one_map(new, key)):
                if old in self._side[old].keys:
                    refused[new] = f'it was said to be {old}, but map "{self._side[old].map_id}" still has that task'
                elif found.get(old, new) != new:
                    refused[new] = f"{found[old]} was said to be {old}, too"
                elif new not in found.values():
                    self.tickets[old] = self._found[old] = self._side[old].holdings.tickets[old]
                    found[old] = new
        return found, refused

    def settle(self, found: Mapping[str, str], doubtful: Iterable[str]) -> None:
        """Drop what is decided."""
        for key in (*found, *found.values(), *doubtful):
            self.tasks.pop(key, None)
            self.tickets.pop(key, None)

    def settle_renames(self) -> None:
        """Drop what renames within one map decide or hold."""
        for side in self._sides:
            tasks = [spec for spec in side.tasks if spec.key in self.tasks]
            tickets = {key: held for key, held in side.holdings.tickets.items() if key in self.tickets}
            if tasks and tickets and side.plan:
                gone = side.holdings.tickets.keys() - tickets.keys() - side.keys
                there = replace(
                    side.holdings, tickets={k: h for k, h in side.holdings.tickets.items() if k not in gone}
                )
                left = [spec for spec in side.tasks if spec.key in self.tasks or spec.key in there.tickets]
                renames = find_renames(replace(side.plan, tasks=tuple(left)), there)
                self.settle(renames.keys, renames.held)

    def namesakes(self) -> dict[Pair, float]:
        """Return the likeness of tasks to the tickets of the same kind and name in other maps."""
        by_name: dict[str, list[str]] = defaultdict(list)
        for old in self.tickets:
            by_name[without_map(old)].append(old)
        pairs = [
            (new, old)
            for new in self._movable_tasks()
            for old in by_name[without_map(new)]
            if not _of_one_map(new, old)
        ]
        scores = {(new, old): self._likeness(new, old) for new, old in pairs}
        return {pair: score for pair, score in scores.items() if _is_named_by_author(pair[0]) or score >= SAME}

    def likely(self) -> dict[Pair, float]:
        """Return the likeness of tasks to open tickets of other maps, where they may be the same."""
        pairs = (
            (new, old)
            for new in self._movable_tasks()
            for old, held in self.tickets.items()
            if not _of_one_map(new, old) and _kind(new) == _kind(old) and self._may_be_renamed(new, old, held)
        )
        scores = {(new, old): self._likeness(new, old) for new, old in pairs}
        return {pair: score for pair, score in scores.items() if score >= SAME}

    def left(self, likely: Likeness) -> dict[Pair, float]:
        """Return the pairs that are still undecided."""
        return {(n, o): score for (n, o), score in likely.items() if n in self.tasks and o in self.tickets}

    def _likeness(self, new: str, old: str) -> float:
        return likeness(self._sketch_of_task(new), self._sketch_of_ticket(old))

    def _sketch_of_task(self, key: str) -> Sketch:
        if key not in self._sketches:
            self._sketches[key] = task_sketch(self._specs[key])
        return self._sketches[key]

    def _sketch_of_ticket(self, key: str) -> Sketch:
        if key not in self._sketches:
            self._sketches[key] = ticket_sketch(self._found[key])
        return self._sketches[key]

    def has_better_rename(self, pair: Pair) -> bool:
        """Whether its task or its ticket is clearly more like another one of its own map."""
        new, old = pair
        return self._has_better(pair, new, old)

    def has_only_its_name(self, pair: Pair) -> bool:
        """Whether task and ticket have nothing in common but their name, and one of them is clearly more like another
        one of the other's map: names were swapped while the map got another id."""
        new, old = pair
        is_alike = text_likeness(self._sketch_of_task(new), self._sketch_of_ticket(old)) >= NOTHING_IN_COMMON
        return not is_alike and self._has_better(pair, old, new)

    def _has_better(self, pair: Pair, beside_ticket: str, beside_task: str) -> bool:
        """Whether the task is clearly more like another ticket, or the ticket like another task.

        :param beside_ticket: of whose map the other tickets are.
        :param beside_task: of whose map the other tasks are.
        """
        new, old = pair
        score = self._likeness(new, old)
        open_ones = (key for key, held in self.tickets.items() if held.ticket.state is State.OPEN)
        tickets = [key for key in open_ones if _is_rival(key, beside_ticket)]
        tasks = [key for key in self.tasks if _is_rival(key, beside_task)]
        rivals = (*(self._likeness(new, key) for key in tickets), *(self._likeness(key, old) for key in tasks))
        return max(rivals, default=0) >= max(SAME, score + CLEAR)

    def is_one_sided(self, new: str, old: str, *, by_hand: bool) -> bool:
        """Whether a move ends in a map that this run does not write; the author may move a ticket out of one."""
        return bool(self._side[new].held_back) or (bool(self._side[old].held_back) and not by_hand)

    def heirs(self) -> dict[str, str]:
        """Return the deleted and released tickets whose task of the same name moved to a map that has none."""
        names: dict[str, list[str]] = defaultdict(list)
        for side in self._sides:
            for key in _given_up(side) - side.keys - self._held_elsewhere.keys():
                names[without_map(key)].append(key)
        wanted = ((new, key) for new in self.tasks for key in self._earlier(new, names) if not _of_one_map(new, key))
        return {old: new for new, old in wanted}

    def _earlier(self, new: str, names: Mapping[str, list[str]]) -> Iterable[str]:
        spec = self.tasks[new]
        by_hand = [old for old in spec.was if old in names.get(without_map(old), ())]
        return by_hand or (
            names.get(without_map(new), ())[:1] if _is_named_by_author(new) and new not in spec.was else ()
        )

    def remarks(self) -> dict[str, str]:
        """Return which tickets of the same name another map closed before the task appeared here."""
        let_go = {
            without_map(key): (key, held.ticket.number)
            for side in self._sides
            for key, held in side.holdings.tickets.items()
            if key not in side.keys and was_let_go(held)
        }
        return {
            new: f"ticket {number} was closed when its task was gone; if this is it, add <!-- was: {old} --> first"
            for new in self._movable_tasks()
            if _is_named_by_author(new)
            for old, number in [let_go.get(without_map(new), (new, ""))]
            if not _of_one_map(new, old)
        }

    def reasons(
        self, one_sided: Sequence[Pair], doubtful: Sequence[Pair], refused: Mapping[str, str]
    ) -> dict[str, str]:
        """Return why each task and ticket is held."""
        held = dict(refused)
        for pairs, sentence in ((one_sided, self._one_sided), (doubtful, self._doubtful)):
            for new, old in pairs:
                reason = sentence(new, old)
                held.setdefault(new, reason)
                held.setdefault(old, reason)
        return held

    def _doubtful(self, new: str, old: str) -> str:
        return f"{self._may_be(new, old)}; {_way_out(new, old)}"

    def _one_sided(self, new: str, old: str) -> str:
        other = next(side for side in (self._side[new], self._side[old]) if side.held_back)
        return f"{self._may_be(new, old)}, but {other.held_back}. {_way_out(new, old)}"

    def _may_be(self, new: str, old: str) -> str:
        title, number = self._specs[new].title, self._found[old].ticket.number
        where, before = self._side[new], self._side[old]
        return f'"{title}" in map "{where.map_id}" may be ticket {number} of map "{before.map_id}", moved'

    def _movable_tasks(self) -> list[str]:
        """A task whose "was" comment has its own name was never in another map."""
        return [key for key, spec in self.tasks.items() if key not in spec.was]

    def _may_be_renamed(self, new: str, old: str, held: Held) -> bool:
        is_open = held.ticket.state is State.OPEN and old in self._side[old].holdings.vouched_for
        return is_open and not self.tasks[new].done


def _lone_tickets(side: Side) -> Iterator[tuple[str, Held]]:
    listed = side.holdings.ledger.tickets
    for key, held in () if side.opaque else side.holdings.tickets.items():
        stands_in = key in side.holdings.ledger.gone or listed.get(key) not in (None, held.ticket.number)
        if key not in side.keys and not stands_in and not was_let_go(held) and _kind(key) != Kind.TASK:
            yield key, held


def _given_up(side: Side) -> frozenset[str]:
    return side.holdings.ledger.gone | side.holdings.missing | frozenset(side.holdings.unreadable)


def _way_out(new: str, old: str) -> str:
    itself = new.rpartition("/")[2]
    return f"If it moved, add <!-- was: {old} --> after its name, else <!-- was: {itself} -->"


def _kind(key: str) -> str:
    return key.split("/")[1]


def _of_one_map(key: str, other: str) -> bool:
    return key.partition("/")[0] == other.partition("/")[0]


def _is_rival(key: str, other: str) -> bool:
    return key != other and _of_one_map(key, other) and _kind(key) == _kind(other)


def _is_named_by_author(key: str) -> bool:
    """Whether the author chose the name: every map has unit tests and a rollback."""
    return _kind(key) == Kind.COMPONENT and without_map(key) not in SHARED_NAMES
