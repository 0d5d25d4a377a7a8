"""The first step of the decision, for all maps of a run at once: which ticket belongs to which task. Pure.

A map may have had another id: then its tickets are known by what their tasks are, not by a path. A task may have been
in another map. See ``docs/how-it-decides.md``, "The decision table".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import TaskPlan, without_map
from techmap_sync.sync.arrivals import after_moves
from techmap_sync.sync.comparison import is_digest_of
from techmap_sync.sync.copies import without_copies_of_renamed
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.moves import Moves, Side, find_moves, has_open_ends, tickets_that_may_be_anywhere
from techmap_sync.sync.policy import Descent, SyncPolicy, not_known
from techmap_sync.sync.renames import (
    NOTHING_IN_COMMON,
    SAME,
    SHARED_NAMES,
    Sketch,
    find_renames,
    task_sketch,
    text_likeness,
    ticket_sketch,
    with_refused_names,
)
from techmap_sync.sync.task_changes import with_follow_up, with_follow_ups
from techmap_sync.sync.tickets import Departed, Holdings, Sorted
from techmap_sync.sync.tracker import Visibility


def overlap(plan: TaskPlan, holdings: Holdings) -> int:
    """Return how many tasks two maps share; 0 when they cannot be the same map under another id.

    At least half of the keys match, and what authors named says that it is one map: half of the components of the one
    that has fewer have the same name; a single one also has a similar text. Every map may have unit tests and a
    migration, so where a map has no components most of what matches has to be alike. A path alone proves nothing: the
    next feature may reuse it. Nothing more is asked once a run gave some of the tickets the current id.

    :param holdings: the tickets of a map whose id no file has.
    """
    # Every unit of specs has a setup and tests: what is named by the document says nothing about which one it is.
    common = {without_map(spec.key) for spec in plan.tasks if spec.named_by_map} if plan.leaves else set()
    wanted = {without_map(spec.key) for spec in plan.tasks} - common
    # If no ticket is ours and no ledger is left to list them, another token created them all.
    there = holdings.vouched_for or (() if holdings.tracking else holdings.tickets)
    known = {without_map(key) for key in (*there, *holdings.ledger.tickets)}
    known = (known | wanted & {without_map(key) for key in holdings.ledger.gone}) - common
    shared = wanted & known
    if _has_begun_to_move(holdings, plan.map_id):
        return len(shared)
    if not shared or 2 * len(shared) < max(len(wanted), len(known)):
        return 0
    return len(shared) if plan.leaves or _are_one_map(plan, holdings, wanted, known) else 0


def _has_begun_to_move(holdings: Holdings, new_id: str) -> bool:
    """Whether a run that was cut off gave some of the tickets that id, but not the tracking ticket."""
    return any(held.marker.map_id == new_id != key.partition("/")[0] for key, held in holdings.tickets.items())


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
    tasks = {without_map(spec.key): spec for spec in plan.tasks}
    tickets = {without_map(key): held for key, held in holdings.tickets.items()}
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
    return {key: f"{new_id}/{without_map(key)}" for key in keys if key.startswith(f"{old_id}/")}


WITHHELD = "the document does not approve it any more"
REFUSED = "its changes are refused"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a map was read from; the ledger remembers it."""

    path: str
    text: str = ""
    """The map's whole text."""
    text_digest: str = ""
    settings: str = ""
    """Digest of settings and version."""
    commit: str = ""
    commit_time: str = ""
    is_committed: bool = True
    """Whether that commit contains the text."""
    descent_from: Callable[[str], Descent] = not_known
    """How that commit is related to another one."""

    @property
    def commit_of_text(self) -> str:
        """The commit that contains the text; empty when none does yet."""
        return self.commit if self.is_committed else ""

    def has_text_of(self, ledger: Ledger) -> bool:
        """Whether this is the text that the tickets of a ledger were written from."""
        return self.text_digest == ledger.text or is_digest_of(ledger.text, self.text)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who can read the tickets of a map, and who can read the map. None: unknown, or not visible to our account."""

    tracker: str
    tickets: Visibility | None
    source: str
    """The repository of the map."""
    maps: Visibility | None


@dataclass(frozen=True, slots=True)
class DesiredMap:
    """One map of a run: what its file asks for."""

    map_id: str
    origin: Origin
    plan: TaskPlan | None = None
    """The tasks of an approved map."""
    retired: bool = False
    lost: bool = False
    """It has no file: it is retired unless another map of this run has a new id for it."""
    reasons: tuple[str, ...] = ()
    """Why its tickets stay as they are: it is not approved, or has errors."""
    ready: bool = False
    """Whether its author approved it."""
    audience: Audience | None = None
    """None where writing its tickets shows it to nobody new, or a setting allows that."""
    shown_path: str = ""
    """Where services find the file, if not at the path in its own repository."""
    notes: tuple[str, ...] = ()
    """What a reader should know when its tickets are written."""
    unwritable: tuple[str, ...] = ()
    """Why nothing may be written although no other guard refuses: no commit contains its text."""


@dataclass(frozen=True, slots=True)
class UnwrittenMap:
    """A map that has a file, but whose tickets this run does not write."""

    plan: TaskPlan
    path: str
    why: str
    """``this run does not read docs/b.md``."""


def _no_file(_map_id: str, _path: str) -> str:
    return ""


def _add_to_maps(_map_id: str, path: str) -> str:
    return f"its file {path} is not among the maps: add it to the setting maps"


@dataclass(frozen=True, slots=True)
class OtherMaps:
    """What exists besides the maps of a run; each function is called only where its answer matters."""

    has_file: Callable[[str], bool]
    """Whether any file has a map id."""
    unwritten: Callable[[], Sequence[UnwrittenMap]] = tuple
    """The other maps that have a file, including those of this run that are not approved."""
    unreadable: Callable[[], Sequence[str]] = tuple
    """Files that cannot be read and may be maps."""
    file_of: Callable[[str, str], str] = _no_file
    """The path of a file that may be that of a map, from its id and its former path; empty when there is none."""
    way_back: Callable[[str, str], str] = _add_to_maps
    """Why the run does not read that file, and which setting reads it, from its id and its path."""
    listed_ids: Set[str] | None = None
    """Ids of all maps that this run and other shards read; None when maps without a file are not reported."""


@dataclass(frozen=True, slots=True)
class Matched:
    """One map and its tickets under their current keys."""

    desired: DesiredMap
    plan: TaskPlan | None = None
    """The tasks of an approved map, including follow-ups."""
    holdings: Holdings = field(default_factory=Holdings)
    held: Mapping[str, str] = field(default_factory=dict)
    """Key of a task or ticket that is neither created nor closed -> why."""
    doubts: tuple[str, ...] = ()
    """Why its tickets cannot be trusted to be all there are."""
    remarks: Mapping[str, str] = field(default_factory=dict)
    """Key of a task that gets a new ticket -> which earlier ticket may be the same."""


@dataclass(frozen=True, slots=True)
class Matches:
    """All maps of a run and their tickets."""

    maps: tuple[Matched, ...]
    """In the order asked for, without lost maps that another map of this run has a new id for."""
    without_file: tuple[Matched, ...]
    """Maps without a file, whose tickets may have moved to other maps."""
    renamed: frozenset[str]
    """Earlier ids of maps of this run."""
    moving: frozenset[str]
    """Ids of the maps between which tickets move."""


def match(
    desired: Sequence[DesiredMap],
    found: Sorted,
    other_maps: OtherMaps,
    policy: SyncPolicy,
    refused: Set[str] = frozenset(),
) -> Matches:
    """Match the tasks of all maps with tickets.

    :param desired: the maps of this run.
    :param found: all tickets of the tracker.
    :param refused: ids of maps that a guard refuses: nothing moves to or from them.
    """
    own, taken = _own_tickets(desired, found, other_maps)
    left = [each for each in desired if each.map_id not in taken]
    written = [_side(each, own[each.map_id], refused) for each in left if each.plan or each.retired]
    known = {side.map_id for side in written} | taken
    others = {map_id: held for map_id, held in found.maps.items() if map_id not in known}
    asked = has_open_ends(written, others)
    unwritten = list(_unwritten(desired, others, own, other_maps) if asked else _unasked(others))
    moves = _moves(written, unwritten, other_maps, policy) if asked else Moves()
    today = after_moves([*written, *unwritten], moves)
    maps = [_matched(each, today.get(each.map_id, Holdings()), found, moves) for each in left]
    lost = [_lost(side, today[side.map_id]) for side in unwritten if not (side.plan or side.opaque)]
    keys = {
        (each.desired.map_id, held.ticket.number): key for each in maps for key, held in each.holdings.tickets.items()
    }
    return Matches(
        tuple(_under_keys_there(each, keys) for each in maps),
        tuple(_under_keys_there(each, keys) for each in lost),
        taken,
        frozenset(key.partition("/")[0] for pair in moves.found.items() for key in pair),
    )


def _matched(desired: DesiredMap, holdings: Holdings, found: Sorted, moves: Moves) -> Matched:
    map_id, plan = desired.map_id, desired.plan
    if desired.retired:
        return Matched(desired, holdings=holdings, held=moves.held)
    if plan is None:
        return Matched(desired, holdings=found.of(map_id))
    held = {key: why for key, why in moves.held.items() if key.startswith(f"{map_id}/")}
    free = replace(plan, tasks=tuple(spec for spec in plan.tasks if spec.key not in held))
    holdings = without_copies_of_renamed(free, holdings, found)
    holdings = with_refused_names(holdings, {spec.key for spec in plan.tasks})
    kept = {key: ticket for key, ticket in holdings.tickets.items() if key not in held}
    renames = find_renames(free, replace(holdings, tickets=kept) if held else holdings)
    today = holdings.renamed(renames.keys).sifted(map_id, {key for spec in plan.tasks for key in with_follow_up(spec)})
    held = {**renames.held, **held, **dict.fromkeys(plan.withheld & today.tickets.keys(), WITHHELD)}
    ledger = today.written_ledger
    # Boxes that this release words differently are no news of the map's.
    if ledger.edition >= plan.edition or not desired.origin.has_text_of(ledger):
        plan = with_follow_ups(plan, today)
    return Matched(desired, plan, today, held, found.doubts.get(map_id, ()), moves.remarks)


def _under_keys_there(matched: Matched, keys: Mapping[tuple[str, str], str]) -> Matched:
    """Return a map whose departed tickets have the keys of today: one that moved earlier may be renamed in this run.

    :param keys: by map id and number of the ticket.
    """
    departed = matched.holdings.departed
    there = {old: replace(each, key=keys.get((each.map_id, each.number), each.key)) for old, each in departed.items()}
    return replace(matched, holdings=replace(matched.holdings, departed=there)) if there else matched


def _lost(side: Side, holdings: Holdings) -> Matched:
    path = holdings.tracking.marker.path if holdings.tracking else ""
    return Matched(DesiredMap(side.map_id, Origin(path), retired=True, lost=True), holdings=holdings)


def _own_tickets(
    desired: Sequence[DesiredMap], found: Sorted, other_maps: OtherMaps
) -> tuple[dict[str, Holdings], frozenset[str]]:
    """Return the tickets of each map, and the earlier ids of renamed maps."""
    own = {each.map_id: found.of(each.map_id) for each in desired}
    new = [each.plan for each in desired if each.plan and not own[each.map_id].all]
    gone = _without_file(desired, found, other_maps) if new else {}
    holder = {held.ticket.number: map_id for map_id, each in found.maps.items() for held in each.all}
    left = {map_id: _without_what_left(map_id, each, holder) for map_id, each in gone.items()}
    pairs = [(plan, map_id, score) for plan in new for map_id in gone if (score := overlap(plan, left[map_id]))]
    taken: set[str] = set()
    # A map that was split has one successor; its other tickets may still move.
    for plan, map_id, _ in sorted(pairs, key=lambda pair: (-pair[2], pair[0].map_id, pair[1])):
        if map_id not in taken and not own[plan.map_id].all:
            taken.add(map_id)
            own[plan.map_id] = under_new_id(gone[map_id], map_id, plan.map_id)
    return own, frozenset(taken)


def _without_file(desired: Sequence[DesiredMap], found: Sorted, other_maps: OtherMaps) -> dict[str, Holdings]:
    with_file = {each.map_id for each in desired if not each.lost}
    others = (each for each in found.maps.items() if each[0] not in with_file)
    return {map_id: held for map_id, held in others if not other_maps.has_file(map_id)}


def _without_what_left(map_id: str, holdings: Holdings, holder: Mapping[str, str]) -> Holdings:
    """Return the tickets of a map without those that another map has by now.

    :param holder: number of a ticket -> the map that has it.
    """
    listed = holdings.ledger.tickets
    left = {key: Departed(holder[n], "", n) for key, n in listed.items() if holder.get(n, map_id) != map_id}
    return replace(holdings, departed=left)


def _side(desired: DesiredMap, own: Holdings, refused: Set[str]) -> Side:
    why = REFUSED if desired.map_id in refused else ""
    return Side(desired.map_id, own, desired.plan, why)


def _unwritten(
    desired: Sequence[DesiredMap], others: Mapping[str, Holdings], own: Mapping[str, Holdings], other_maps: OtherMaps
) -> Iterator[Side]:
    """Yield the maps that this run does not write, with or without a file."""
    written = {each.map_id for each in desired if each.plan or each.retired}
    with_file = {each.plan.map_id: each for each in other_maps.unwritten() if each.plan.map_id not in written}
    for map_id, other in with_file.items():
        yield Side(map_id, others.get(map_id, Holdings()), other.plan, other.why)
    for map_id, held in others.items():
        if map_id not in with_file:
            yield Side(map_id, held, opaque=map_id in own or other_maps.has_file(map_id))


def _unasked(others: Mapping[str, Holdings]) -> Iterator[Side]:
    yield from (Side(map_id, held, opaque=True) for map_id, held in others.items())


def _moves(written: Sequence[Side], unwritten: Sequence[Side], other_maps: OtherMaps, policy: SyncPolicy) -> Moves:
    moves, unreadable = find_moves([*written, *unwritten], policy.recreate), other_maps.unreadable()
    if not unreadable:
        return moves
    return replace(moves, held={**tickets_that_may_be_anywhere(written, unreadable[0]), **moves.held})
