"""The progress of a map: its tasks, what each waits for, and what people changed. Values, no text.

``docs/status.md`` defines every word and number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from techmap_sync.documents.work import Kind, Phase, phase_of
from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.sync import change_set
from techmap_sync.sync.block import Held
from techmap_sync.sync.change_set import MapChanges
from techmap_sync.sync.changes import Change, Conflict, Link, Skip, SkipLink
from techmap_sync.sync.comparison import ticked
from techmap_sync.sync.endings import is_done_in_map
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import CloseReason, EdgeKind, MergedChange, State


class Gate(StrEnum):
    """Whether a map may change tickets."""

    APPROVED = change_set.APPROVED
    BROKEN = change_set.APPROVED_WITH_ERRORS
    WAITING = change_set.NOT_APPROVED
    RETIRED = "retired"
    MISSING = "missing"
    """It has tickets but no file."""
    OUTSIDE = "outside"
    """Its file exists, but the setting ``maps`` leaves it out."""
    UNREAD = "unread"
    """The file could not be read as a map."""


class TaskState(StrEnum):
    """How far a task is; every task is in exactly one state."""

    DONE = "done"
    """Its ticket was closed as completed, or the map says so."""
    STARTED = "started"
    """Its ticket is open, and a status beyond the first, a linked change or a ticked box shows work."""
    OPEN = "open"
    """Its ticket is open, and work has not begun."""
    PLANNED = "planned"
    """The map asks for it, and it has no ticket yet."""
    DROPPED = "dropped"
    """Its ticket was closed for another reason, deleted or released."""


class Witness(StrEnum):
    """What says that one task waits for another."""

    TRACKER = "tracker"
    LEDGER = "ledger"
    """The tracking ticket; the tracker's own links were not read."""
    MAP = "map"
    """The next push makes the link, or the tracker cannot hold it."""


@dataclass(frozen=True, slots=True)
class WaitsFor:
    """One arrow of the graph; both ends are keys of the same map."""

    key: str
    target: str
    witness: Witness


class Cause(StrEnum):
    """Why the work on an open ticket stands still."""

    REOPENED = "reopened"
    BLOCKED = "blocked"
    UNASSIGNED = "unassigned"


@dataclass(frozen=True, slots=True)
class Standstill:
    """One cause, and for how long it has lasted at least."""

    cause: Cause
    days: int


@dataclass(frozen=True, slots=True)
class TaskProgress:
    """One task, or the tracking ticket."""

    key: str
    kind: Kind
    phase: Phase | None
    """None for the tracking ticket."""
    title: str
    state: TaskState
    priority: str = ""
    number: str = ""
    """Of its ticket; empty when there is none."""
    url: str = ""
    labels: frozenset[str] = frozenset()
    assignees: frozenset[str] = frozenset()
    blocked: bool = False
    """Its ticket is open and waits for an open ticket."""
    elsewhere: frozenset[str] = frozenset()
    """Numbers of tickets outside of this map that it waits for."""
    in_map: bool = True
    """False for the ticket of a task that the approved map does not ask for."""
    drifted: tuple[str, ...] = ()
    """Fields that only a person changed."""
    conflicts: tuple[str, ...] = ()
    """Fields that both sides changed, differently."""
    note: str = ""
    """Why it has no ticket, or why its ticket is kept."""
    blockers: frozenset[str] = frozenset()
    """Numbers of the open tickets that its open ticket waits for."""
    closed_by: MergedChange | None = None
    """The change that closed its ticket when it was merged."""
    stale: tuple[Standstill, ...] = ()
    """Why its open ticket needs somebody, longest first."""

    @property
    def is_open(self) -> bool:
        """Whether it has an open ticket."""
        return self.state in (TaskState.OPEN, TaskState.STARTED)


@dataclass(frozen=True, slots=True)
class MapProgress:
    """Everything about one map."""

    map_id: str
    """Empty for a file that could not be read."""
    path: str
    title: str
    gate: Gate
    reasons: tuple[str, ...] = ()
    """Why it is not approved, or was refused by a guard."""
    tracking: TaskProgress | None = None
    commit: str = ""
    """The commit that the tickets were last written from."""
    commit_time: str = ""
    tasks: tuple[TaskProgress, ...] = ()
    edges: tuple[WaitsFor, ...] = ()
    changes: tuple[Change, ...] = ()
    """What a push would write, skip or leave as a conflict."""
    family: str = ""
    """The family of its document; empty where no file says it."""

    @property
    def numbers(self) -> Numbers:
        """All tasks, counted."""
        return count_tasks(self.tasks, self.tracking)

    def in_phase(self, phase: Phase) -> Numbers:
        """Return the tasks of one phase, counted."""
        return count_tasks(tuple(task for task in self.tasks if task.phase is phase))


@dataclass(frozen=True, slots=True)
class Numbers:
    """Some tasks, counted."""

    states: Mapping[TaskState, int] = field(default_factory=dict)
    """Every state named."""
    blocked: int = 0
    drifted: int = 0
    """Tickets, the tracking ticket included."""
    conflicts: int = 0
    """Tickets, the tracking ticket included."""
    stale: int = 0

    @property
    def total(self) -> int:
        """All tasks but the dropped ones: what the work consists of."""
        return sum(number for state, number in self.states.items() if state is not TaskState.DROPPED)

    @property
    def done(self) -> int:
        """The finished ones."""
        return self.states.get(TaskState.DONE, 0)

    def __add__(self, other: Numbers) -> Numbers:
        return Numbers(
            {state: self.states.get(state, 0) + other.states.get(state, 0) for state in TaskState},
            self.blocked + other.blocked,
            self.drifted + other.drifted,
            self.conflicts + other.conflicts,
            self.stale + other.stale,
        )


def count_tasks(tasks: tuple[TaskProgress, ...], tracking: TaskProgress | None = None) -> Numbers:
    """Count tasks.

    :param tracking: the tracking ticket, which is not a task but can drift.
    """
    tickets = (*tasks, *([tracking] if tracking else []))
    return Numbers(
        {state: sum(task.state is state for task in tasks) for state in TaskState},
        blocked=sum(task.blocked for task in tasks),
        drifted=sum(bool(ticket.drifted) for ticket in tickets),
        conflicts=sum(bool(ticket.conflicts) for ticket in tickets),
        stale=sum(bool(task.stale) for task in tasks),
    )


@dataclass(frozen=True, slots=True)
class Subject:
    """One map as a plan compared it with its tickets."""

    title: str
    gate: Gate
    changes: MapChanges
    holdings: Holdings = field(default_factory=Holdings)
    """Its tickets under their current keys."""
    plan: TaskPlan | None = None
    """The tasks of an approved map, including follow-ups."""
    links_in_text: bool = False
    """The tracker holds no links: dependencies are in the map alone."""


def take_stock(subjects: Iterable[Subject]) -> tuple[MapProgress, ...]:
    """Return the progress of each map; a ticket may wait for one of another map."""
    compared = tuple(subjects)
    still_open = frozenset(number for each in compared for number in _open_numbers(each.holdings))
    return tuple(_progress(each, still_open) for each in compared)


def _open_numbers(holdings: Holdings) -> Iterator[str]:
    held = (*holdings.tickets.values(), *([holdings.tracking] if holdings.tracking else []))
    return (each.ticket.number for each in held if each.ticket.state is State.OPEN)


def _progress(subject: Subject, still_open: frozenset[str]) -> MapProgress:
    changes, ledger, tracking = subject.changes, subject.holdings.ledger, subject.holdings.tracking
    edges = _edges(subject)
    said = _Said.by(changes.changes)
    waits = _Waits(subject.holdings, edges, still_open)
    return MapProgress(
        map_id=changes.map_id,
        path=changes.file,
        title=subject.title or (tracking.ticket.title if tracking else changes.map_id),
        gate=subject.gate,
        reasons=(*changes.reasons, *changes.refusals, *changes.notes),
        tracking=_ticket(tracking.marker.key, tracking, said, waits) if tracking else None,
        commit=ledger.commit,
        commit_time=ledger.commit_time,
        tasks=tuple(_tasks(subject, said, waits)),
        edges=edges,
        changes=changes.changes,
        family=changes.family,
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What the change set says about each ticket besides what will be written."""

    drifted: Mapping[str, tuple[str, ...]]
    conflicts: Mapping[str, tuple[str, ...]]
    notes: Mapping[str, str]

    @staticmethod
    def by(changes: Iterable[Change]) -> _Said:
        """Sort what some changes say of their tickets."""
        drifted: dict[str, tuple[str, ...]] = {}
        conflicts: dict[str, tuple[str, ...]] = {}
        notes: dict[str, str] = {}
        for change in changes:
            if isinstance(change, Conflict):
                conflicts[change.key] = (*conflicts.get(change.key, ()), *change.fields)
            elif isinstance(change, Skip) and change.kept:
                drifted[change.key] = tuple(edit.name for edit in change.kept)
            elif isinstance(change, Skip | SkipLink):
                notes.setdefault(change.key, change.reason)
        return _Said(drifted, conflicts, notes)


@dataclass(frozen=True, slots=True)
class _Waits:
    """What each ticket waits for."""

    holdings: Holdings
    edges: tuple[WaitsFor, ...]
    still_open: frozenset[str]

    def blockers(self, key: str, held: Held) -> frozenset[str]:
        """Numbers of the open tickets that an open one waits for."""
        if held.ticket.state is not State.OPEN:
            return frozenset()
        targets = {edge.target for edge in self.edges if edge.key == key}
        inside = (self.holdings.tickets[key].ticket.number for key in targets if key in self.holdings.tickets)
        return frozenset({*inside, *(held.ticket.blocked_by or ())} & self.still_open)

    def elsewhere(self, held: Held) -> frozenset[str]:
        """Numbers of other maps' tickets and of unmanaged tickets."""
        inside = {each.ticket.number for each in self.holdings.tickets.values()}
        return (held.ticket.blocked_by or frozenset()) - inside


def _tasks(subject: Subject, said: _Said, waits: _Waits) -> Iterator[TaskProgress]:
    """Tasks in the order in which they can be started, then tickets that no task asks for."""
    specs = subject.plan.tasks if subject.plan else ()
    is_read = subject.plan is not None and not (subject.plan.finished and not specs)
    for spec in specs:
        held = subject.holdings.tickets.get(spec.key)
        yield _ticket(spec.key, held, said, waits) if held else _without_ticket(spec, subject.holdings, said)
    asked_for = {spec.key for spec in specs}
    for key, held in subject.holdings.tickets.items():
        if key not in asked_for:
            yield _ticket(key, held, said, waits, in_map=not is_read)


def _without_ticket(spec: TaskSpec, holdings: Holdings, said: _Said) -> TaskProgress:
    priority = spec.priority.value if spec.priority else ""
    state = TaskState.DONE if spec.done else TaskState.DROPPED if _taken_away(spec.key, holdings) else TaskState.PLANNED
    return TaskProgress(spec.key, spec.kind, spec.phase, spec.title, state, priority, note=said.notes.get(spec.key, ""))


def _taken_away(key: str, holdings: Holdings) -> bool:
    """Whether its ticket was deleted or released."""
    known = (holdings.unreadable, holdings.ledger.gone, holdings.ledger.tickets)
    return key not in holdings.claims.by_key and any(key in keys for keys in known)


def _ticket(key: str, held: Held, said: _Said, waits: _Waits, in_map: bool = True) -> TaskProgress:
    ticket, kind, blockers = held.ticket, _kind(key), waits.blockers(key, held)
    return TaskProgress(
        key=key,
        kind=kind,
        phase=None if kind is Kind.TRACKING else phase_of(kind),
        title=ticket.title,
        state=_state(held),
        priority=ticket.priority or held.marker.priority,
        number=ticket.number,
        url=ticket.url,
        labels=ticket.labels,
        assignees=ticket.assignees,
        blocked=bool(blockers),
        elsewhere=waits.elsewhere(held),
        in_map=in_map,
        drifted=said.drifted.get(key, ()),
        conflicts=said.conflicts.get(key, ()),
        note=said.notes.get(key, ""),
        blockers=blockers,
    )


def _kind(key: str) -> Kind:
    """Read the kind out of a key: ``<map id>/<kind>/<slug>``."""
    return next((kind for kind in Kind if f"/{kind}/" in key), Kind.COMPONENT)


def _state(held: Held) -> TaskState:
    if held.ticket.state is State.OPEN:
        return TaskState.STARTED if held.ticket.started or ticked(held.block.texts().values()) else TaskState.OPEN
    return TaskState.DONE if is_completed(held) else TaskState.DROPPED


def is_completed(held: Held) -> bool:
    """Whether a ticket was closed as completed; without a stored reason, any close by a person counts as that."""
    if held.ticket.reason is not None:
        return held.ticket.reason is CloseReason.COMPLETED
    return held.marker.state != State.CLOSED or is_done_in_map(held)


def _edges(subject: Subject) -> tuple[WaitsFor, ...]:
    """Return each arrow once, with its best evidence."""
    found: dict[tuple[str, str], WaitsFor] = {}
    for edge in (*_observed(subject.holdings), *_remembered(subject.holdings), *_asked_for(subject)):
        found.setdefault((edge.key, edge.target), edge)
    return tuple(found.values())


def _observed(holdings: Holdings) -> Iterator[WaitsFor]:
    keys = {held.ticket.number: key for key, held in holdings.tickets.items()}
    for key, held in holdings.tickets.items():
        targets = [keys[number] for number in sorted(held.ticket.blocked_by or ()) if number in keys]
        yield from (WaitsFor(key, target, Witness.TRACKER) for target in targets)


def _remembered(holdings: Holdings) -> Iterator[WaitsFor]:
    unread = {key for key, held in holdings.tickets.items() if held.ticket.blocked_by is None}
    for key, target in sorted(holdings.ledger.edges):
        if key in unread and target in holdings.tickets:
            yield WaitsFor(key, target, Witness.LEDGER)


def _asked_for(subject: Subject) -> Iterator[WaitsFor]:
    for change in subject.changes.changes:
        if isinstance(change, Link) and change.edge is EdgeKind.BLOCKED_BY:
            yield WaitsFor(change.key, change.target, Witness.MAP)
    if not subject.links_in_text:
        yield from (WaitsFor(*edge, Witness.MAP) for edge in sorted(subject.changes.texts.in_text))
    for spec in subject.plan.tasks if subject.plan and subject.links_in_text else ():
        yield from (WaitsFor(spec.key, target, Witness.MAP) for target in spec.blocked_by)
