"""Decides what happens to the tickets of all maps of a run. Pure; nothing is read or written here.

First every task is matched with its ticket, over all maps at once; then each map is compared with its tickets. Push,
status, tests and benchmarks call this one function.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.arrivals import after_moves
from techmap_sync.sync.changes import Action, Change, FieldEdit, MapChanges
from techmap_sync.sync.diff import Matched, Origin, compare, emptied, matched, retire
from techmap_sync.sync.merge import MILESTONE
from techmap_sync.sync.moves import Moves, Side, find_moves, has_open_ends, tickets_that_may_be_anywhere
from techmap_sync.sync.orphans import kept_reason
from techmap_sync.sync.policy import OnConflict, SyncPolicy
from techmap_sync.sync.renames import overlap, under_new_id
from techmap_sync.sync.tickets import Departed, Holdings, Sorted
from techmap_sync.sync.tracker import Capabilities

MANY = 2
"""From as many tickets on a milestone was renamed, and not chosen for a ticket."""


def said_once(maps: Sequence[MapChanges]) -> tuple[MapChanges, ...]:
    """Return the same maps with one line for a milestone that was renamed in the tracker."""
    there = Counter(edit for each in maps for change in each.changes for edit in change.kept if edit.name == MILESTONE)
    renamed = {edit: number for edit, number in there.items() if number >= MANY and edit.before and edit.after}
    said: set[FieldEdit] = set()
    return tuple(_without(each, renamed, said) for each in maps) if renamed else tuple(maps)


def _without(changes: MapChanges, renamed: dict[FieldEdit, int], said: set[FieldEdit]) -> MapChanges:
    kept: list[Change] = []
    for change in changes.changes:
        left = tuple(edit for edit in change.kept if edit not in renamed)
        if left == change.kept:
            kept.append(change)
            continue
        if left:
            kept.append(replace(change, kept=left, reason=kept_reason(change.key, left)))
        for edit in change.kept:
            if edit in renamed and edit not in said:
                said.add(edit)
                kept.append(_line(edit, renamed[edit], changes))
    return replace(changes, changes=tuple(kept))


def _line(edit: FieldEdit, number: int, changes: MapChanges) -> Change:
    what = f'{number} tickets have the milestone "{edit.after}" instead of "{edit.before}", kept'
    reason = f'{what}; if it was renamed, set milestone = "{edit.after}"'
    return Change(Action.SKIP, changes.tracking_key, edit.after, changes.tracking_number, reason, kept=(edit,))


def refused_for_conflicts(maps: Sequence[MapChanges], policy: SyncPolicy) -> tuple[MapChanges, ...]:
    """Return the same maps, all refused when a conflict is open and the team lets conflicts fail."""
    number = sum(change.action is Action.CONFLICT for each in maps for change in each.changes)
    if policy.on_conflict is not OnConflict.FAIL or not number:
        return tuple(maps)
    fields = "1 field was" if number == 1 else f"{number} fields were"
    what = f'{fields} changed by the map and by a human, and on_conflict is "fail"'
    why = f"{what}; settle with push --resolve map KEY or --resolve tracker KEY"
    return tuple(replace(each, refusals=(*each.refusals, why)) if each.changes else each for each in maps)


REFUSED = "its changes are refused"


@dataclass(frozen=True, slots=True)
class DesiredMap:
    """One map of a run: what its file says should be."""

    map_id: str
    origin: Origin
    plan: TaskPlan | None = None
    """What an approved map asks for."""
    retired: bool = False
    lost: bool = False
    """It has no file: it is retired unless it is another map of this run under its earlier id."""
    reasons: tuple[str, ...] = ()
    """Why its tickets stay as they are: it is not approved, or has errors."""
    ready: bool = False
    """Its author says yes."""
    doubts: tuple[str, ...] = ()
    """Why none of its changes may be written."""


@dataclass(frozen=True, slots=True)
class UnwrittenMap:
    """A map that has a file and whose tickets this run does not write."""

    plan: TaskPlan
    path: str
    why: str
    """``this run does not read docs/b.md``."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What there is besides the maps that a run writes; each is asked only where it decides something."""

    has_file: Callable[[str], bool]
    """Whether any file has a map id."""
    unwritten: Callable[[], Sequence[UnwrittenMap]] = tuple
    """The other maps that have a file, those of this run that are not approved included."""
    unreadable: Callable[[], Sequence[str]] = tuple
    """Files that may be maps, and nobody knows which."""


@dataclass(frozen=True, slots=True)
class DecidedMap:
    """One map of a run next to its tickets."""

    changes: MapChanges
    tickets: Matched = field(default_factory=Matched)


@dataclass(frozen=True, slots=True)
class Decided:
    """All maps of a run next to their tickets."""

    maps: tuple[DecidedMap, ...]
    """In the order in which they were asked for; a lost one that is another map under its earlier id is left out."""
    emptied: tuple[DecidedMap, ...] = ()
    """Maps without a file whose last tickets went to other maps."""
    renamed: frozenset[str] = frozenset()
    """Ids under which maps of this run were known before."""


def decide(
    desired: Sequence[DesiredMap], found: Sorted, beside: Beside, capabilities: Capabilities, policy: SyncPolicy
) -> Decided:
    """Return what has to be done so that the tracker holds what the maps say.

    A move needs both maps: where a guard refuses one of them, the other is decided again without it.

    :param desired: the maps of this run, each id once, but for maps that are not approved.
    :param found: all tickets of the tracker.
    """
    run, refused = _Run(desired, found, beside, capabilities, policy), dict[str, tuple[str, ...]]()
    while True:
        decided, moving = run.decided(refused.keys())
        more = {each.changes.map_id: each.changes.refusals for each in decided.maps if each.changes.refusals}
        more = {map_id: why for map_id, why in more.items() if map_id in moving and map_id not in refused}
        if not more:
            return _reported(_still_refused(decided, refused), policy)
        refused |= more


def _still_refused(decided: Decided, refused: Mapping[str, tuple[str, ...]]) -> Decided:
    """Keep refusing the maps that a guard refused, though nothing speaks against them once nothing moves."""
    maps = (
        replace(each, changes=replace(each.changes, refusals=each.changes.refusals or refused[each.changes.map_id]))
        if each.changes.map_id in refused
        else each
        for each in decided.maps
    )
    return replace(decided, maps=tuple(maps))


def _reported(decided: Decided, policy: SyncPolicy) -> Decided:
    """Say once what concerns many tickets, and refuse all of it when the team lets conflicts fail."""
    every = (*decided.maps, *decided.emptied)
    changes = refused_for_conflicts(said_once([each.changes for each in every]), policy)
    told = tuple(replace(each, changes=said) for each, said in zip(every, changes, strict=True))
    number = len(decided.maps)
    return replace(decided, maps=told[:number], emptied=told[number:])


@dataclass(frozen=True)
class _Run:
    """What a decision is made from."""

    desired: Sequence[DesiredMap]
    found: Sorted
    beside: Beside
    capabilities: Capabilities
    policy: SyncPolicy

    def decided(self, refused: Set[str]) -> tuple[Decided, Set[str]]:
        """Return what happens to each map, and the ids of those between which something moves.

        :param refused: ids of maps that a guard refuses.
        """
        own, taken = self._own_tickets()
        desired = [each for each in self.desired if each.map_id not in taken]
        written = [self._side(each, own, refused) for each in desired if each.plan or each.retired]
        known = {side.map_id for side in written} | taken
        others = {map_id: held for map_id, held in self.found.maps.items() if map_id not in known}
        asked = has_open_ends(written, others)
        beside = list(self._beside(others, own) if asked else self._unasked(others))
        moves = find_moves([*written, *beside], self.policy.recreate) if asked else Moves()
        if asked and (unreadable := self.beside.unreadable()):
            held = tickets_that_may_be_anywhere(written, unreadable[0])
            moves = replace(moves, held={**held, **moves.held})
        today = after_moves([*written, *beside], moves)
        maps = tuple(self._decided(each, today.get(each.map_id, Holdings()), moves) for each in desired)
        lost = {side.map_id: today[side.map_id] for side in beside if not (side.plan or side.opaque)}
        closings = [emptied(map_id, held, self.capabilities, self.policy) for map_id, held in lost.items()]
        done = tuple(DecidedMap(each, Matched(holdings=lost[each.map_id])) for each in closings if each)
        return Decided(maps, done, taken), _ends(moves)

    def _own_tickets(self) -> tuple[dict[str, Holdings], frozenset[str]]:
        """Return the tickets of each map, and the ids of maps that got another one."""
        own = {each.map_id: self.found.of(each.map_id) for each in self.desired}
        new = [each.plan for each in self.desired if each.plan and not own[each.map_id].all]
        with_file = {each.map_id for each in self.desired if not each.lost}
        others = {map_id: held for map_id, held in self.found.maps.items() if map_id not in with_file}
        gone = self._without_file(others) if new else {}
        holder = {held.ticket.number: map_id for map_id, each in self.found.maps.items() for held in each.all}
        left = {map_id: _without_what_left(map_id, each, holder) for map_id, each in gone.items()}
        pairs = [(plan, map_id, score) for plan in new for map_id in gone if (score := overlap(plan, left[map_id]))]
        taken: set[str] = set()
        # A map that was split has one successor; what else it had may move to the others.
        for plan, map_id, _ in sorted(pairs, key=lambda pair: (-pair[2], pair[0].map_id, pair[1])):
            if map_id not in taken and not own[plan.map_id].all:
                taken.add(map_id)
                own[plan.map_id] = under_new_id(gone[map_id], map_id, plan.map_id)
        return own, frozenset(taken)

    def _without_file(self, others: Mapping[str, Holdings]) -> dict[str, Holdings]:
        return {map_id: held for map_id, held in others.items() if not self.beside.has_file(map_id)}

    def _side(self, desired: DesiredMap, own: Mapping[str, Holdings], refused: Set[str]) -> Side:
        why = REFUSED if desired.map_id in refused else ""
        return Side(desired.map_id, desired.origin.path, own[desired.map_id], desired.plan, why)

    def _beside(self, others: Mapping[str, Holdings], own: Mapping[str, Holdings]) -> Iterator[Side]:
        """Yield the maps that this run does not write: those with a file, and those without one."""
        written = {each.map_id for each in self.desired if each.plan or each.retired}
        unwritten = {each.plan.map_id: each for each in self.beside.unwritten() if each.plan.map_id not in written}
        for map_id, other in unwritten.items():
            yield Side(map_id, other.path, others.get(map_id, Holdings()), other.plan, other.why)
        for map_id, held in others.items():
            if map_id not in unwritten:
                has_file = map_id in own or self.beside.has_file(map_id)
                yield Side(map_id, "", held, opaque=has_file)

    @staticmethod
    def _unasked(others: Mapping[str, Holdings]) -> Iterator[Side]:
        yield from (Side(map_id, "", held, opaque=True) for map_id, held in others.items())

    def _decided(self, desired: DesiredMap, holdings: Holdings, moves: Moves) -> DecidedMap:
        map_id, origin = desired.map_id, desired.origin
        if desired.retired:
            changes = retire(map_id, origin, holdings, self.capabilities, self.policy, moves.held)
            changes = replace(changes, refusals=(*desired.doubts, *changes.refusals))
            return DecidedMap(changes, Matched(holdings=holdings))
        if desired.plan is None:
            holdings = self.found.of(map_id)
            changes = MapChanges(map_id, origin.path, approved=False, reasons=desired.reasons, ready=desired.ready)
            return DecidedMap(changes, Matched(holdings=holdings))
        held = {key: why for key, why in moves.held.items() if key.startswith(f"{map_id}/")}
        tickets = matched(desired.plan, holdings, held)
        doubts = (*desired.doubts, *self.found.doubts.get(map_id, ()))
        changes = compare(tickets, origin, self.capabilities, self.policy, doubts)
        return DecidedMap(_with_remarks(changes, moves.remarks), tickets)


def _with_remarks(changes: MapChanges, remarks: Mapping[str, str]) -> MapChanges:
    """Say of new tickets which old ones they may be."""
    if not remarks:
        return changes
    said = (replace(c, reason=remarks.get(c.key, "")) if c.action is Action.CREATE else c for c in changes.changes)
    return replace(changes, changes=tuple(said))


def _without_what_left(map_id: str, holdings: Holdings, holder: Mapping[str, str]) -> Holdings:
    """Return the tickets of a map without those that its ledger lists and another map has.

    :param holder: number of a ticket -> the map that has it.
    """
    listed = holdings.ledger.tickets
    left = {key: Departed(holder[n], "", n) for key, n in listed.items() if holder.get(n, map_id) != map_id}
    return replace(holdings, departed=left)


def _ends(moves: Moves) -> Set[str]:
    return {key.partition("/")[0] for old, new in moves.found.items() for key in (old, new)}
