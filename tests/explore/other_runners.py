"""One document whose reconcile, refresh or recreation is disturbed, and whose push meets another kind of run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Self

from techmap_sync.errors import TrackerError
from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import ChangeSet
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tracker import Standing
from tests.explore.one_document import TRACKING, OneDocument, undisturbed_events
from tests.explore.search import Event
from tests.fakes.memory import Fault, Killed, When, killed
from tests.faults import AS_SEEN
from tests.sync.author import Author
from tests.sync.scene import FREE, RECONCILE, REFRESH, recreating

Act = Callable[["OtherRunners"], None]


@dataclass
class OtherRunners(OneDocument):
    """It remembers the document as it was pushed last: a runner with an old checkout may still push that."""

    earlier: Author = field(default_factory=Author)

    @classmethod
    def pushed(cls) -> OtherRunners:
        empty = OneDocument.empty()
        world = cls(empty.tracker, empty.hands, empty.author)
        world.push(FREE)
        return world

    def copy(self) -> Self:
        return replace(super().copy(), earlier=replace(self.earlier, parts=dict(self.earlier.parts)))

    def fingerprint(self) -> bytes:
        return super().fingerprint() + repr(self.earlier.known()).encode()

    def settle(self, shown: ChangeSet) -> None:
        super().settle(shown)
        if self.pushed_text == self.author.text:
            self.earlier = replace(self.author, parts=dict(self.author.parts))

    def runs(self) -> dict[str, SyncPolicy]:
        """The commands that write something else than a push would."""
        policies = {"reconcile": RECONCILE, "push --refresh": REFRESH}
        for key in sorted(self.choices.deleted - {TRACKING}):
            policies[f"push --recreate {key}"] = recreating(f"{self.author.map_id}/{key}")
        pushed = _written(self.planned(FREE))
        return {name: policy for name, policy in policies.items() if _written(self.planned(policy)) != pushed}

    def after(self, policy: SyncPolicy) -> tuple[str, ...]:
        """What is there after one command that nothing disturbs."""
        whole = self.copy()
        whole.run(policy)
        return tuple(whole.results())

    def run(self, policy: SyncPolicy) -> None:
        """Let a command write what it shows."""
        list(apply(self.planned(policy), self.tracker, policy))

    def places(self, policy: SyncPolicy) -> list[int]:
        """Which requests of a command write."""
        trial = self.copy()
        trial.run(policy)
        return [place for place, request in enumerate(trial.tracker.requests, 1) if request.writes]


def _written(shown: ChangeSet) -> list[Any]:
    return [(change.action, change.key, change.ticket, change.target, change.fields) for change in shown.writes]


def _struck(policy: SyncPolicy, fault: Fault, place: int, results: tuple[str, ...]) -> Act:
    """A command of which one write fails; the same command brings the same as if nothing had happened."""

    def act(world: OtherRunners) -> None:
        world.disturbed = True
        world.tracker.faults = {place: fault}
        with suppress(Killed, TrackerError):
            world.run(policy)
        world.tracker.faults = {}
        world.human_text_and_choices_are_still_there()
        world.settle_failed()
        healed = world.copy()
        healed.run(policy)
        assert tuple(healed.results()) == results, "a failed run and another one end differently from one run"
        world.choices.deleted -= {key.partition("/")[2] for key in policy.recreate}

    return act


def _raced(write: int, other: Callable[[OtherRunners], object]) -> Act:
    """Another run goes from start to end before one write of a push; a reconcile heals what both made."""

    def act(world: OtherRunners) -> None:
        world.disturbed, tracker = True, world.tracker
        shown = world.planned(FREE)
        tracker.requests.clear()
        tracker.meanwhile = {write: lambda: other(world)}
        with suppress(TrackerError):
            list(apply(shown, tracker, FREE))
        tracker.meanwhile = {}
        tracker.requests.clear()
        world.human_text_and_choices_are_still_there()
        world.run(RECONCILE)
        world.push_and_check(RECONCILE)

    return act


def _reconciles(world: OtherRunners) -> None:
    world.run(RECONCILE)


def _pushes_the_earlier_document(world: OtherRunners) -> None:
    # Of a box that the first run took out, nobody can ask for the tick when this one brings the box back.
    world.settle_ticks()
    today, world.author = world.author, world.earlier
    world.run(FREE)
    world.author = today


def disturbed_run_events(world: OtherRunners) -> Iterator[Event[OtherRunners]]:
    """Each write at which a command may fail, or a push be overtaken by something else than a push of the same."""
    if world.disturbed:
        return
    for name, policy in world.runs().items():
        places, results = world.places(policy), world.after(policy)
        for number, place in enumerate(places, 1):
            faults = {"is refused": AS_SEEN["refused"](), "gets no answer": AS_SEEN["no answer, but the effect"]()}
            if number < len(places):
                faults["is its last, then it is killed"] = killed(When.AFTER)
            for words, fault in faults.items():
                event = f"{name}, write {number} of {len(places)} {words}"
                yield Event(event, _struck(policy, fault, place, results))
    others = {"a reconcile": _reconciles}
    if world.earlier.known() != world.author.known():
        others["a push of the document as it was"] = _pushes_the_earlier_document
    writes = len(world.places(FREE))
    for number in range(writes):
        for words, other in others.items():
            yield Event(f"push, and {words} before write {number + 1} of {writes}", _raced(number, other))


def copies(world: OtherRunners) -> None:
    """Two runs made the ticket of a task at the same moment; a reconcile closes the younger one."""
    ticket = world.ticket_of(world.first)
    assert ticket is not None
    number = world.hands.copy(ticket)
    world.tracker.edit(number, author=ticket.author, standing=Standing.SELF)
    world.choices.copies[number] = ""


def all_events(world: OtherRunners) -> Iterator[Event[Any]]:
    """Everything that may happen."""
    yield from undisturbed_events(world)
    first = world.ticket_of(world.first)
    if first and not world.token_replaced and not world.choices.copies:
        yield Event(f"another run makes {world.first}, too", copies)
    yield from disturbed_run_events(world)
