"""Two documents whose components move, are renamed and regrouped; each keeps its ticket and what people wrote there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

from techmap_sync.errors import TrackerError
from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import ChangeSet
from techmap_sync.sync.changes import Action
from techmap_sync.sync.match import UnwrittenMap
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tracker import State, Ticket
from tests.explore.fingerprints import NUMBER, digest_of, plain
from tests.explore.kept import Kept
from tests.explore.search import Event
from tests.explore.tracker import OneTracker
from tests.fakes.memory import Fault, Killed, When, killed
from tests.faults import AS_SEEN
from tests.sync.build import plan, task, under_another_id
from tests.sync.drive import key_of, several
from tests.sync.scene import FREE, RECONCILE

SUBJECTS = {
    "Store": "Keeps tokens until they expire and forgets them then",
    "Sender": "Sends a mail whenever a second factor was removed",
    "Report": "Prints the sums of a month for accountants upstairs",
    "Parser": "Turns raw deliveries into events that consumers understand",
}
"""What each component is about, by its first name: that stays the same whatever it is called and wherever it is."""
Act = Callable[["TwoDocuments"], None]
shown: Kept[ChangeSet] = Kept(3_000)


@dataclass
class TwoDocuments:
    """Documents by id: the components that each one names, by what they are about."""

    tracker: OneTracker = field(default_factory=lambda: OneTracker(edges_listed=False))
    maps: dict[str, dict[str, str]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    """Number of the ticket of each component."""
    notes: frozenset[str] = frozenset()
    """Tickets below whose text somebody wrote."""
    disturbed: bool = False

    @classmethod
    def pushed(cls) -> TwoDocuments:
        """Two documents with two components each, after their first push."""
        names = list(SUBJECTS)
        world = cls(maps={"alpha": {s: s for s in names[:2]}, "beta": {s: s for s in names[2:]}})
        world.push()
        world.numbers = {key.rpartition("/")[2]: number for key, number in world.components().items()}
        return world

    def copy(self) -> TwoDocuments:
        """Return a world that changes on its own."""
        return replace(self, tracker=self.tracker.copy(), maps={m: dict(names) for m, names in self.maps.items()})

    def fingerprint(self) -> bytes:
        """What is the same for all histories that end alike."""
        documents = [(map_id, list(names.items())) for map_id, names in sorted(self.maps.items())]
        return digest_of(documents, self.notes, self.disturbed, tickets=self.tracker.tickets.values())

    def plans(self) -> dict[str, TaskPlan]:
        """What the documents ask for."""
        return {map_id: _plan_of(map_id, tuple(names.items())) for map_id, names in self.maps.items()}

    def shown(self, alone: str = "", policy: SyncPolicy = FREE) -> ChangeSet:
        """What a push of all documents would do.

        :param alone: the only document that the run writes; it reads the others.
        """
        plans = self.plans()
        read = {other: made for other, made in plans.items() if alone not in ("", other)}
        written = [made for map_id, made in plans.items() if map_id not in read]
        beside = [UnwrittenMap(made, f"docs/{other}.md", "not read") for other, made in read.items()]

        def make() -> ChangeSet:
            with self.tracker.uncounted():
                return several(self.tracker, *written, policy=policy, unwritten=beside)

        documents = tuple((map_id, tuple(names.items())) for map_id, names in self.maps.items())
        return shown.of((documents, alone, id(policy), *self.tracker.known()), make)

    def push(self) -> None:
        """Push all documents, and check every promise."""
        shown = self.shown()
        self.write(shown)
        assert self.components().keys() == {
            f"{map_id}/component/{name}" for map_id, names in self.maps.items() for name in names.values()
        }, "doubled or lost"
        again = self.shown()
        assert not again.writes, f"a second push would write {[(c.action, c.key, c.fields) for c in again.writes]}"
        self.check()

    def push_alone(self, map_id: str) -> None:
        """Push one document; the run reads the others and does not write them."""
        self.write(self.shown(map_id))
        self.check()

    def write(self, shown: ChangeSet) -> None:
        """Write what was shown: every component is still somewhere, so no ticket of one is closed."""
        closed = [c.key for c in shown.writes if c.action is Action.CLOSE and not c.key.endswith("/tracking/map")]
        assert not closed, f"closed: {closed}"
        list(apply(shown, self.tracker, FREE))

    def check(self) -> None:
        """Each component has the ticket that it always had, and what people wrote is there."""
        tickets = self.tracker.tickets
        assert len(self.components()) == len(SUBJECTS), "doubled or lost"
        for subject, number in self.numbers.items():
            assert SUBJECTS[subject] in tickets[number].body, f"{number} is no longer the ticket of {subject}"
        for number in self.notes:
            assert "a note of mine" in tickets[number].body, f"what somebody wrote in {number} is lost"

    def components(self) -> dict[str, str]:
        """Number of the ticket of each component by its key; all are open, and no two have one key."""
        tickets = [t for t in self.tracker.tickets.values() if "/component/" in key_of(t)]
        assert all(ticket.state is State.OPEN for ticket in tickets), "the ticket of a component was closed"
        assert len({key_of(ticket) for ticket in tickets}) == len(tickets), "two tickets have one key"
        return {key_of(ticket): ticket.number for ticket in tickets}

    def results(self) -> list[str]:
        """What is there, without numbers."""
        return sorted(NUMBER.sub("#", repr(plain(_unnumbered(t)))) for t in self.tracker.tickets.values())

    def home_of(self, subject: str) -> str:
        """The document that names a component."""
        return next(map_id for map_id, names in self.maps.items() if subject in names)


@lru_cache(maxsize=4096)
def _plan_of(map_id: str, names: tuple[tuple[str, str], ...]) -> TaskPlan:
    before = {subject: name for (_, name), (subject, _) in pairwise(names)}
    made = (
        task(
            name,
            sections={"purpose": f"{SUBJECTS[subject]}.", "where": f"- `app/{subject.lower()}.py`"},
            blocked_by=(before[subject],) if subject in before else (),
        )
        for subject, name in names
    )
    return under_another_id(plan(*made), map_id)


def _unnumbered(ticket: Ticket) -> Ticket:
    return replace(ticket, number="", url="")


def author_events(world: TwoDocuments) -> Iterator[Event[TwoDocuments]]:
    """Each way to regroup the components."""
    for subject in SUBJECTS:
        here = world.home_of(subject)
        yield Event(f"{subject} gets another name", _renames(here, subject))
        for there in sorted(world.maps.keys() - {here}):
            yield Event(f"{subject} moves from {here} to {there}", _moves(subject, here, there))
    for map_id, names in world.maps.items():
        if len(world.maps) < 3 and len(names) > 1:
            yield Event(f"a part of {map_id} becomes a document of its own", _splits(map_id))
        for other in sorted(world.maps.keys() - {map_id}):
            yield Event(f"{map_id} becomes a part of {other}", _merges(map_id, other))
        if not map_id.endswith("2"):
            yield Event(f"{map_id} gets another id", _gets_id(map_id, f"{map_id}2"))


def _renames(map_id: str, subject: str) -> Act:
    def act(world: TwoDocuments) -> None:
        names = world.maps[map_id]
        names[subject] = subject if names[subject] != subject else f"New{subject}"

    return act


def _moves(subject: str, here: str, there: str) -> Act:
    def act(world: TwoDocuments) -> None:
        world.maps[there][subject] = world.maps[here].pop(subject)

    return act


def _splits(map_id: str) -> Act:
    def act(world: TwoDocuments) -> None:
        subject, name = world.maps[map_id].popitem()
        world.maps["gamma"] = {**world.maps.get("gamma", {}), subject: name}

    return act


def _merges(map_id: str, other: str) -> Act:
    def act(world: TwoDocuments) -> None:
        world.maps[other] |= world.maps.pop(map_id)

    return act


def _gets_id(map_id: str, new: str) -> Act:
    def act(world: TwoDocuments) -> None:
        world.maps = {new if each == map_id else each: names for each, names in world.maps.items()}

    return act


def people_events(world: TwoDocuments) -> Iterator[Event[TwoDocuments]]:
    """Somebody writes in a ticket."""
    for subject in list(SUBJECTS)[:2]:
        if world.numbers[subject] not in world.notes:
            yield Event(f"a person writes below the text of {subject}", _writes(world.numbers[subject]))


def _writes(number: str) -> Act:
    def act(world: TwoDocuments) -> None:
        body = world.tracker.tickets[number].body
        world.tracker.edit(number, body=f"{body}\n\na note of mine")
        world.notes |= {number}

    return act


def run_events(world: TwoDocuments) -> Iterator[Event[TwoDocuments]]:
    """Each way in which the program may run."""
    yield Event("push", TwoDocuments.push, is_run=True)
    for map_id in world.maps:
        yield Event(f"push {map_id} alone", lambda w, map_id=map_id: w.push_alone(map_id), is_run=True)  # type: ignore[misc]
    if world.disturbed:
        return
    trial = world.copy()
    with suppress(AssertionError):
        trial.push()
    places = [place for place, request in enumerate(trial.tracker.requests, 1) if request.writes]
    for number, place in enumerate(places, 1):
        faults = {"is refused": AS_SEEN["refused"](), "gets no answer": AS_SEEN["no answer, but the effect"]()}
        if number < len(places):
            faults["is its last, then it is killed"] = killed(When.AFTER)
        for words, fault in faults.items():
            name = f"push, write {number} of {len(places)} {words}"
            yield Event(name, _struck(fault, place, tuple(trial.results())))


def _struck(fault: Fault, place: int, results: tuple[str, ...]) -> Act:
    """A push of which one write fails; a reconcile brings the same as if nothing had happened."""

    def act(world: TwoDocuments) -> None:
        world.disturbed = True
        world.tracker.faults = {place: fault}
        with suppress(Killed, TrackerError):
            list(apply(world.shown(), world.tracker, FREE))
        world.tracker.faults = {}
        healed = world.copy()
        list(apply(healed.shown(policy=RECONCILE), healed.tracker, RECONCILE))
        healed.push()
        assert tuple(healed.results()) == results, "a failed push and another one end differently from one push"

    return act


def all_events(world: TwoDocuments) -> Iterator[Event[TwoDocuments]]:
    """Everything that may happen."""
    yield from author_events(world)
    yield from people_events(world)
    yield from run_events(world)
