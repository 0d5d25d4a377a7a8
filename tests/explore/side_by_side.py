"""A technical map and units of specs about the same work, pushed together: what happens to one never touches another.

Each document is also pushed alone, to a tracker of its own, and whatever happens to it happens there too: its tickets
are the same in both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache

from techmap_sync.errors import TrackerError
from techmap_sync.sync.apply import apply
from techmap_sync.sync.block import Block, read_block, write_block
from techmap_sync.sync.change_set import ChangeSet
from techmap_sync.sync.match import UnwrittenMap
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tracker import CloseReason, State, Ticket
from tests.explore.fingerprints import digest_of, unnumbered
from tests.explore.kept import Kept
from tests.explore.papers import NO_FILE, OTHER_ID, PAPERS, RETIRED
from tests.explore.search import Event
from tests.explore.tracker import OneTracker
from tests.fakes.memory import Fault, Killed, When, killed
from tests.faults import AS_SEEN
from tests.sync.build import POLICY
from tests.sync.drive import key_of, several
from tests.sync.people import MemoryHands
from tests.sync.scene import FREE, RECONCILE, Scene

ALL = tuple(PAPERS)
Results = tuple[tuple[str, ...], ...]
UNSAID = re.compile(r'"source":\["\w*","\w+"|, lines? \d+(?: to \d+)?')
"""Lines of the document and their digest: they are rewritten with whatever else is."""
EDGES = re.compile(r'"edges":\[[\d,\[\]]*\],|\n +t\d+ --> t\d+')
decided: Kept[ChangeSet] = Kept(5_000)


@dataclass
class Desk:
    """A tracker, the documents that are pushed to it, and what people did there."""

    scene: Scene
    papers: tuple[str, ...]

    @property
    def tracker(self) -> OneTracker:
        assert isinstance(self.scene.tracker, OneTracker)
        return self.scene.tracker

    @classmethod
    def empty(cls, *papers: str) -> Desk:
        tracker = OneTracker(edges_listed=False)
        return cls(Scene(tracker, MemoryHands(tracker)), papers)

    def copy(self) -> Desk:
        """Return one that changes on its own."""
        tracker = self.tracker.copy()
        choices = self.scene.choices.copy()
        return replace(self, scene=replace(self.scene, tracker=tracker, hands=MemoryHands(tracker), choices=choices))

    def planned(self, edits: Mapping[str, frozenset[str]], policy: SyncPolicy, written: Collection[str]) -> ChangeSet:
        """What a push would do.

        :param written: the documents that the run writes; it reads the others.
        """
        mine = {name: edits[name] for name in self.papers}

        def make() -> ChangeSet:
            there = {name: each for name, each in mine.items() if NO_FILE not in each}
            plans = {name: PAPERS[name].plan_of(each) for name, each in there.items()}
            retired = {plans[name].map_id for name in written if RETIRED in there.get(name, ())}
            asked = [plan for name, plan in plans.items() if name in written and RETIRED not in there[name]]
            beside = [
                UnwrittenMap(plan, f"docs/{name}.md", "not read") for name, plan in plans.items() if name not in written
            ]
            with self.tracker.uncounted():
                return several(self.tracker, *asked, policy=policy, unwritten=beside, retired=retired)

        return decided.of((tuple(mine.items()), tuple(written), id(policy), *self.tracker.known()), make)

    def push(self, edits: Mapping[str, frozenset[str]], policy: SyncPolicy, written: Collection[str] = ALL) -> None:
        """Push, and check what is promised of any push."""
        written = [name for name in self.papers if name in written]
        list(apply(self.planned(edits, policy, written), self.tracker, policy))
        again = self.planned(edits, policy, written)
        assert not again.writes, f"a second push would write {[(c.action, c.key, c.fields) for c in again.writes]}"
        violated = self.scene.choices.violated(self.tracker, self.tracker.tickets)
        assert not violated, violated
        self.scene.settle_ticks()

    def tickets_of(self, name: str) -> list[Ticket]:
        """The tickets of one document, the oldest first."""
        return [ticket for ticket in self.tracker.tickets.values() if home_of(ticket) == name]

    def has_lost(self, name: str, map_id: str) -> bool:
        """Whether nothing says any more that the tickets of a document are its own.

        That such tickets are found is not promised (``docs/how-it-decides.md``); it succeeds where a run sees no other
        ticket of ours, so alone and not together.
        """
        tickets = self.tickets_of(name)
        named = (POLICY.managed_label in t.labels or key_of(t).partition("/")[0] == map_id for t in tickets)
        return bool(tickets) and not any(named)

    def results(self, name: str) -> list[str]:
        """What the tickets of one document say, without numbers."""
        return [_said(_numberless(ticket)) for ticket in self.tickets_of(name)]


def _numberless(ticket: Ticket) -> Ticket:
    return replace(ticket, number="", url="")


@lru_cache(maxsize=50_000)
def _said(ticket: Ticket) -> str:
    """Links of closed tickets do not count, nor arrows between them: where all are closed, no push returns."""
    if ticket.state is State.CLOSED:
        ticket = replace(ticket, blocked_by=None, body=EDGES.sub("", ticket.body))
    return UNSAID.sub("", unnumbered(ticket))


@lru_cache(maxsize=50_000)
def _forgetful(ticket: Ticket) -> Ticket:
    """Leave out which tickets are gone: for a name that no task has any more it depends on whether a push was killed
    (``docs/how-it-decides.md``, "not promised"), and for a task it shows in what is there."""
    block = read_block(ticket.body)
    if not isinstance(block, Block) or not block.marker.ledger:
        return ticket
    marker = replace(block.marker, ledger=replace(block.marker.ledger, gone=frozenset()))
    return replace(ticket, body=write_block(block.parts, marker, block.before, block.after))


@lru_cache(maxsize=50_000)
def home_of(ticket: Ticket) -> str:
    """The document that a ticket's key names, whichever of its ids; empty for a ticket that is no longer ours."""
    return _homes().get(key_of(ticket).partition("/")[0], "")


@lru_cache
def _homes() -> dict[str, str]:
    ids = [(frozenset[str](), name) for name in PAPERS] + [(frozenset({OTHER_ID}), name) for name in PAPERS]
    homes = {PAPERS[name].plan_of(edits).map_id: name for edits, name in ids}
    assert len(homes) == 2 * len(PAPERS), "two documents have one id"
    return homes


@dataclass
class SideBySide:
    """All documents together, and each one alone."""

    together: Desk
    alone: dict[str, Desk]
    """Empty after a run that failed half-way: what it had written cannot be compared with a run of its own. Without a
    document that can no longer be found."""
    edits: dict[str, frozenset[str]] = field(default_factory=lambda: dict.fromkeys(PAPERS, frozenset[str]()))
    homes: dict[str, str] = field(default_factory=dict)
    """By number of the ticket."""

    @classmethod
    def pushed(cls) -> SideBySide:
        """All documents after their first push."""
        world = cls(Desk.empty(*ALL), {name: Desk.empty(name) for name in PAPERS})
        world.push(FREE)
        return world

    def copy(self) -> SideBySide:
        """Return a world that changes on its own."""
        alone = {name: desk.copy() for name, desk in self.alone.items()}
        return replace(self, together=self.together.copy(), alone=alone, edits=dict(self.edits), homes=dict(self.homes))

    def fingerprint(self) -> bytes:
        """What is the same for all histories that end alike."""
        choices = self.together.scene.choices
        edits = [(name, sorted(each)) for name, each in self.edits.items()]
        return digest_of(edits, choices, sorted(self.alone), tickets=self.together.tracker.tickets.values())

    def push(self, policy: SyncPolicy, written: Collection[str] = ALL) -> None:
        """Push some documents, and each of them alone; their tickets are the same."""
        for name in PAPERS:
            if self.together.has_lost(name, PAPERS[name].plan_of(self.edits[name]).map_id):
                self.alone.pop(name, None)
        before = {name: self.together.tickets_of(name) for name in PAPERS if name not in written}
        self.together.push(self.edits, policy, written)
        for name, tickets in before.items():
            assert self.together.tickets_of(name) == tickets, (
                f"tickets of the {name} were written, which was not pushed"
            )
        for name, desk in self.alone.items():
            if name in written:
                desk.push(self.edits, policy)
        self.check()

    def check(self) -> None:
        """Each ticket is that of the document that it always was, and says what it would say if there were no other."""
        for number, ticket in self.together.tracker.tickets.items():
            home = home_of(ticket)
            assert self.homes.setdefault(number, home) == home, f"{number} was of the {self.homes[number]}, now {home}"
        for name, desk in self.alone.items():
            together, alone = self.together.results(name), desk.results(name)
            assert len(together) == len(alone), f"the {name} has {len(together)} tickets; alone it has {len(alone)}"
            differing = [(a, b) for a, b in zip(together, alone, strict=True) if a != b]
            assert not differing, f"a ticket of the {name} says {_difference(*differing[0])}"

    def results(self, desk: Desk | None = None) -> Results:
        """What all tickets say, in no order: after a failed push some are made later."""
        every = (desk or self.together).tickets_of
        return tuple(tuple(sorted(_said(_forgetful(_numberless(t))) for t in every(name))) for name in PAPERS)

    def desks(self, name: str) -> list[Desk]:
        """Where a document has tickets."""
        return [self.together, *(desk for each, desk in self.alone.items() if each == name)]


def _difference(one: str, other: str) -> str:
    place = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"{one[max(0, place - 40) : place + 60]!r}; alone {other[max(0, place - 40) : place + 60]!r}"


Act = Callable[[SideBySide], None]


def _edits(name: str, edit: str) -> Act:
    def act(world: SideBySide) -> None:
        world.edits[name] ^= {edit}

    return act


def author_events(_: SideBySide) -> Iterator[Event[SideBySide]]:
    """Each edit of each document; one that is there is taken back."""
    for name, paper in PAPERS.items():
        for edit in paper.every_edit:
            yield Event(f"the {name} {edit}, or no longer", _edits(name, edit))


OPEN = {
    "completes": lambda scene, ticket: scene.close(ticket, CloseReason.COMPLETED),
    "copies": Scene.copy_ticket,
    "ticks a box of": Scene.tick_box,
}
ANY_STATE: dict[str, Callable[[Scene, Ticket], None]] = {
    "writes below": lambda scene, ticket: scene.write_below(ticket, "a note"),
    "deletes": Scene.delete_ticket,
    "takes the managed label off": lambda scene, ticket: scene.take_label_off(ticket, POLICY.managed_label),
}


def _on(name: str, act: Callable[[Scene, Ticket], None], *, tracking: bool = False) -> Act:
    def on_it(world: SideBySide) -> None:
        for desk in world.desks(name):
            ticket = _first_of(desk, name, tracking=tracking)
            assert ticket is not None
            act(desk.scene, ticket)

    return on_it


def _first_of(desk: Desk, name: str, *, tracking: bool) -> Ticket | None:
    tickets = desk.tickets_of(name)
    return next((ticket for ticket in tickets if key_of(ticket).endswith("/tracking/map") == tracking), None)


def people_events(world: SideBySide) -> Iterator[Event[SideBySide]]:
    """What somebody may do to a ticket of each document."""
    for name in PAPERS:
        ticket = _first_of(world.together, name, tracking=False)
        for words, act in {**OPEN, **ANY_STATE}.items() if ticket else ():
            if words in ANY_STATE or (ticket and ticket.state is State.OPEN):
                yield Event(f"a person {words} the first ticket of the {name}", _on(name, act))
        if _first_of(world.together, name, tracking=True):
            deleted = _on(name, Scene.delete_ticket, tracking=True)
            yield Event(f"a person deletes the tracking ticket of the {name}", deleted)


def run_events(world: SideBySide) -> Iterator[Event[SideBySide]]:
    """Each way in which the program may run."""
    yield Event("push", lambda w: w.push(FREE), is_run=True)
    yield Event("reconcile", lambda w: w.push(RECONCILE), is_run=True)
    for name in PAPERS:
        yield Event(f"push of the {name} alone", lambda w, name=name: w.push(FREE, [name]), is_run=True)  # type: ignore[misc]


def disturbed_run_events(world: SideBySide) -> Iterator[Event[SideBySide]]:
    """Each write at which a push may be killed, refused, left without an answer, or overtaken by another one."""
    if not world.alone:
        return
    trial = world.copy()
    with suppress(AssertionError):
        trial.together.push(trial.edits, FREE)
    places = [place for place, request in enumerate(trial.together.tracker.requests, 1) if request.writes]
    results = trial.results()
    for number, place in enumerate(places, 1):
        faults = {"is refused": AS_SEEN["refused"](), "gets no answer": AS_SEEN["no answer, but the effect"]()}
        if number < len(places):
            faults["is its last, then it is killed"] = killed(When.AFTER)
        for words, fault in faults.items():
            yield Event(f"push, write {number} of {len(places)} {words}", _struck(fault, place, results))
    yield from _overtaken(world, len(places), results)


def _struck(fault: Fault, place: int, results: Results) -> Act:
    """A push of which one write fails; the next one brings the same as if nothing had happened."""

    def act(world: SideBySide) -> None:
        world.alone = {}
        desk = world.together
        desk.tracker.faults = {place: fault}
        with suppress(Killed, TrackerError):
            list(apply(desk.planned(world.edits, FREE, ALL), desk.tracker, FREE))
        desk.tracker.faults = {}
        desk.scene.settle_ticks()
        world.check()
        healed = desk.copy()
        healed.push(world.edits, FREE)
        assert world.results(healed) == results, "ends differently from one push"

    return act


def _overtaken(world: SideBySide, writes: int, results: Results) -> Iterator[Event[SideBySide]]:
    """One runner pushes all documents but one; just before one of its writes another runner pushes that one."""
    for name in PAPERS:
        for number in range(writes):
            yield Event(f"push, and before write {number + 1} one of the {name}", _raced(name, number, results))


def _raced(name: str, write: int, results: Results) -> Act:
    def act(world: SideBySide) -> None:
        world.alone = {}
        desk, others = world.together, [each for each in PAPERS if each != name]
        shown = desk.planned(world.edits, FREE, others)
        second = desk.planned(world.edits, FREE, [name])
        desk.tracker.requests.clear()
        desk.tracker.meanwhile = {write: lambda: list(apply(second, desk.tracker, FREE))}
        list(apply(shown, desk.tracker, FREE))
        never_began, desk.tracker.meanwhile = bool(desk.tracker.meanwhile), {}
        desk.tracker.requests.clear()
        if never_began:
            list(apply(second, desk.tracker, FREE))
        desk.scene.settle_ticks()
        world.check()
        assert world.results() == results, "two runners end differently from one"

    return act


def all_events(world: SideBySide) -> Iterator[Event[SideBySide]]:
    """Everything that may happen."""
    yield from author_events(world)
    yield from people_events(world)
    yield from run_events(world)
    yield from disturbed_run_events(world)
