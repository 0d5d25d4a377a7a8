"""One document with two components, a test and a deployment step; its author, a person, a stranger, and two runners."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Self

from techmap_sync.documents.work import Kind
from techmap_sync.errors import TrackerError
from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import ChangeSet
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tracker import CloseReason, Standing, State, Ticket
from tests.explore.fingerprints import digest_of, unnumbered
from tests.explore.kept import Kept
from tests.explore.search import Event
from tests.explore.tracker import OneTracker
from tests.fakes.memory import Fault, Killed, When, killed
from tests.faults import AS_SEEN
from tests.sync.author import EXTRA, Author, Part
from tests.sync.build import POLICY
from tests.sync.drive import key_of
from tests.sync.people import MemoryHands
from tests.sync.scene import FREE, RECONCILE, REFRESH, Scene

BOT, NEXT_BOT = "techmap-bot", "techmap-bot-2"
plans: Kept[ChangeSet] = Kept(3_000)


@dataclass
class OneDocument(Scene):
    """A scene that a search can copy and compare."""

    tracker: OneTracker
    token_replaced: bool = False
    first: str = "component/Store"
    """Key of the task with whose ticket people do the most."""
    second: str = "component/Sender"
    disturbed: bool = False
    """Whether a run was killed, overtaken or left without an answer: at most once in a history."""

    @classmethod
    def empty(cls) -> OneDocument:
        """A document that nobody pushed yet."""
        tracker = OneTracker(edges_listed=False)
        author = Author(
            {
                "Store": Part("Keeps tokens until they expire", ("put a token", "drop a token")),
                "Sender": Part("Sends a mail when a factor was removed", ("compose it",), waits_for=("Store",)),
                "Login": Part("Tries a login with a real app", ("log in",), Kind.TEST, waits_for=("Sender",)),
                "Migration": Part("Runs once for all accounts", ("run it",), Kind.DEPLOYMENT, waits_for=("Login",)),
            }
        )
        return cls(tracker, MemoryHands(tracker), author)

    @classmethod
    def pushed(cls) -> OneDocument:
        """The same after its first push."""
        world = cls.empty()
        world.push(FREE)
        return world

    def tickets(self) -> dict[str, Ticket]:
        """Those that the program made under any of its accounts."""
        return {number: ticket for number, ticket in self.tracker.tickets.items() if ticket.author in (BOT, NEXT_BOT)}

    def every_ticket(self) -> dict[str, Ticket]:
        return dict(self.tracker.tickets)

    def copy(self) -> Self:
        """Return a world that changes on its own."""
        tracker, author = self.tracker.copy(), replace(self.author, parts=dict(self.author.parts))
        return replace(self, tracker=tracker, hands=MemoryHands(tracker), author=author, choices=self.choices.copy())

    def fingerprint(self) -> bytes:
        """What is the same for all histories that end alike: numbers count by their order only."""
        tracker = self.tracker
        known = (tracker.roles, tracker.account, self.choices, self.pushed_id, self.pushed_text)
        more = (self.author.known(), self.disturbed, self.token_replaced)
        return digest_of(*known, *more, tickets=tracker.tickets.values())

    def planned(self, policy: SyncPolicy) -> ChangeSet:
        """What a push would do: the same wherever document and tickets are the same."""
        return plans.of((id(policy), self.author.known(), *self.tracker.known()), lambda: self._planned(policy))

    def _planned(self, policy: SyncPolicy) -> ChangeSet:
        with self.tracker.uncounted():
            return super().planned(policy)

    def push_and_check(self, policy: SyncPolicy) -> None:
        """Push, and check what holds at all times.

        Two names are exchanged in two writes, so after a killed push keys are unique only when the next one wrote them.
        That of a retired map closes what it sees, and writes no name.
        """
        self.check(self.push(policy))

    def check(self, shown: ChangeSet) -> None:
        """Check what holds after a run that showed this."""
        self.human_text_and_choices_are_still_there()
        is_written = not any(each.refusals or not each.approved for each in shown.maps)
        if is_written and not self.author.retired:
            self.no_two_open_tickets_of_ours_have_one_key()

    def ticket_of(self, key: str) -> Ticket | None:
        """The first ticket of a task that is still recognisable.

        :param key: without the map's id.
        """
        return next((t for t in self.ours(None) if key_of(t).partition("/")[2] == key), None)

    def delete_managed_label(self) -> None:
        """All tickets lose it at once, those that other people made too."""
        for number, ticket in [*self.tracker.tickets.items()]:
            if POLICY.managed_label in ticket.labels:
                self.tracker.remove_labels(number, [POLICY.managed_label])
                self.choices.unlabelled.add(number)

    def give_managed_label_back(self) -> None:
        """All that lost it and are still there get it again."""
        for number in sorted(self.choices.unlabelled & self.tracker.tickets.keys()):
            self.tracker.add_labels(number, [POLICY.managed_label])
        self.choices.unlabelled.clear()

    def results(self) -> list[str]:
        """What is there, without numbers."""
        return sorted(unnumbered(replace(ticket, number="", url="")) for ticket in self.tickets().values())


# What the author does.

Act = Callable[[OneDocument], None]


def _part(name: str, **changes: object) -> Act:
    def act(world: OneDocument) -> None:
        world.author.parts[name] = replace(world.author.parts[name], **changes)  # type: ignore[arg-type]

    return act


def _setting(name: str, value: object) -> Act:
    return lambda world: setattr(world.author, name, value)


def author_events(world: OneDocument) -> Iterator[Event[OneDocument]]:
    """Each edit of the document."""
    parts, author = world.author.parts, world.author
    if "Store" in parts:
        yield Event("the author rewords Store", _part("Store", words="Holds tokens for a day"))
        yield Event("the author adds an item to Store", _part("Store", items=("put a token", "list all tokens")))
        yield Event("the author renames Store to Vault", lambda w: w.author.rename("Store", "Vault"))
    if "Login" in parts:
        yield Event("the author ticks the test", _part("Login", ticked=frozenset({"log in"})))
        yield Event("the author unticks the test", _part("Login", ticked=frozenset()))
    if "Sender" in parts:
        yield Event("the author removes Sender", lambda w: w.author.remove("Sender"))
    if {"Store", "Sender"} <= parts.keys():
        yield Event("the author swaps the names of Store and Sender", lambda w: w.author.swap("Store", "Sender"))
    if "Report" not in parts:
        report = Part("Prints the sums of a month", ("print it",))
        yield Event("the author adds Report", lambda w: w.author.parts.update(Report=report))
    if "Sender" not in parts:
        again = Part("Sends a mail when a factor was removed", ("compose it",), waits_for=("Store",))
        yield Event("the author brings Sender back", lambda w: w.author.parts.update(Sender=again))
    yield Event("the author reverses the order", lambda w: w.author.reverse())
    yield Event("the author moves the file", _setting("path", "maps/login.md"))
    yield Event("the author renames the map", _setting("map_id", "signin"))
    yield Event("the author withdraws the approval", _setting("approved", not author.approved))
    yield Event("the author retires or revives the map", _setting("retired", not author.retired))
    hidden = frozenset[Kind]() if author.hidden else frozenset({Kind.TEST})
    yield Event("the team hides or shows tests", _setting("hidden", hidden))
    yield Event("the team changes its templates", _setting("template", "" if author.template else "In short:\n\n"))


# What people do.


def _on(key: str, act: Callable[[OneDocument, Ticket], None]) -> Act:
    def on_it(world: OneDocument) -> None:
        ticket = world.ticket_of(key)
        assert ticket is not None
        act(world, ticket)

    return on_it


TRACKING = "tracking/map"
OPEN_FIRST = {
    "rewords a section of": Scene.reword_section,
    "ticks a box of": Scene.tick_box,
    "completes": lambda scene, ticket: scene.close(ticket, CloseReason.COMPLETED),
    "copies": Scene.copy_ticket,
    "breaks the marker of": Scene.break_marker,
}
OPEN_SECOND = {
    "gives up": lambda scene, ticket: scene.close(ticket, CloseReason.NOT_PLANNED),
    "assigns": Scene.assign,
}
ANY_STATE = {
    "writes below": lambda scene, ticket: scene.write_below(ticket, "a note"),
    "labels": Scene.add_label,
    "takes our label off": lambda scene, ticket: scene.take_label_off(ticket, EXTRA),
    "takes the managed label off": lambda scene, ticket: scene.take_label_off(ticket, POLICY.managed_label),
    "deletes": Scene.delete_ticket,
}
TRACKING_EVENTS = {
    "completes": lambda scene, ticket: scene.close(ticket, CloseReason.COMPLETED),
    "writes below": lambda scene, ticket: scene.write_below(ticket, "a note"),
    "copies": Scene.copy_ticket,
    "deletes": Scene.delete_ticket,
}


def people_events(world: OneDocument) -> Iterator[Event[OneDocument]]:
    """Each thing that somebody may do to a ticket."""
    first, second = world.first, world.second
    for key, acts in ((first, OPEN_FIRST | ANY_STATE), (second, OPEN_SECOND)):
        ticket = world.ticket_of(key)
        for words, act in acts.items():
            if ticket and (words in ANY_STATE or ticket.state is State.OPEN):
                yield Event(f"a person {words} {key}", _on(key, act))
    for key in (first, second):
        ticket = world.ticket_of(key)
        if ticket and ticket.state is State.CLOSED:
            yield Event(f"a person reopens {key}", _on(key, Scene.reopen))
    tracking = world.ticket_of(TRACKING)
    for words, act in TRACKING_EVENTS.items() if tracking and tracking.state is State.OPEN else ():
        yield Event(f"a person {words} the tracking ticket", _on(TRACKING, act))
    if links := world.links():
        yield Event("a person removes a link", lambda w: w.remove_link(*links[0]))
    if not world.token_replaced:
        yield Event("somebody deletes the managed label", lambda w: w.delete_managed_label())
    if world.choices.unlabelled:
        yield Event("somebody gives the managed label back", lambda w: w.give_managed_label_back())
    if world.ticket_of(first):
        yield Event("a stranger copies a ticket with its marker", _on(first, stranger_copies))


def stranger_copies(world: OneDocument, ticket: Ticket) -> None:
    """Somebody without a role makes a ticket that says it is ours."""
    number = world.hands.copy(ticket)
    world.tracker.edit(number, author="mallory", standing=Standing.STRANGER)


# What the program does.


def _pushes(policy: SyncPolicy) -> Act:
    def act(world: OneDocument) -> None:
        world.push_and_check(policy)

    return act


def _recreates(key: str) -> Act:
    def act(world: OneDocument) -> None:
        world.recreate(key)
        world.check(world.planned(FREE))

    return act


def _recreate_tracking(world: OneDocument) -> None:
    world.recreate_tracking()
    world.check(world.planned(FREE))


def push_on_short_listing(world: OneDocument) -> None:
    """The listing lacks a ticket, and the server's count does not."""
    ticket = world.ticket_of(world.first)
    assert ticket is not None
    world.tracker.unlisted = {ticket.number}
    world.push_and_check(FREE)
    world.tracker.unlisted = set()


def replace_token(world: OneDocument) -> None:
    """The program runs as another account from now on; the old one keeps its role."""
    world.token_replaced = True
    for number, ticket in world.tracker.tickets.items():
        if ticket.standing is Standing.SELF:
            world.tracker.edit(number, standing=Standing.STRANGER)
    world.tracker.account, world.tracker.roles = NEXT_BOT, {BOT: Standing.MEMBER}


@dataclass(frozen=True, slots=True)
class WholePush:
    """What a push does that nothing disturbs."""

    places: tuple[int, ...]
    """Which of its requests write."""
    results: tuple[str, ...]

    @classmethod
    def of(cls, world: OneDocument) -> WholePush:
        """Push in a copy of the world."""
        trial = world.copy()
        trial.push(FREE)
        places = (place for place, request in enumerate(trial.tracker.requests, 1) if request.writes)
        return cls(tuple(places), tuple(trial.results()))


def _struck(fault: Fault, write: int, whole: WholePush) -> Act:
    """A push of which one write fails; the next push brings the same as if nothing had happened."""

    def act(world: OneDocument) -> None:
        world.disturbed = True
        world.tracker.faults = {whole.places[write]: fault}
        with suppress(Killed, TrackerError):
            list(apply(world.planned(FREE), world.tracker, FREE))
        world.tracker.faults = {}
        world.human_text_and_choices_are_still_there()
        world.settle_failed()
        healed = world.copy()
        healed.push_and_check(FREE)
        assert tuple(healed.results()) == whole.results, "a failed push and another one end differently from one push"

    return act


def _raced_before(write: int) -> Act:
    """Another run goes from start to end before one write of this run; a reconcile heals what both made."""

    def act(world: OneDocument) -> None:
        world.disturbed, tracker = True, world.tracker
        shown = world.planned(FREE)
        tracker.requests.clear()
        tracker.meanwhile = {write: lambda: list(apply(world.planned(FREE), tracker, FREE))}
        with suppress(TrackerError):
            list(apply(shown, tracker, FREE))
        tracker.meanwhile = {}
        tracker.requests.clear()
        list(apply(world.planned(RECONCILE), tracker, RECONCILE))
        world.push_and_check(RECONCILE)

    return act


def run_events(world: OneDocument) -> Iterator[Event[OneDocument]]:
    """Each way in which the program may run."""
    yield Event("push", _pushes(FREE), is_run=True)
    yield Event("reconcile", _pushes(RECONCILE), is_run=True)
    yield Event("push --refresh", _pushes(REFRESH), is_run=True)
    for key in sorted(world.choices.deleted - {TRACKING}):
        yield Event(f"push --recreate {key}", _recreates(key), is_run=True)
    if TRACKING in world.choices.deleted:
        yield Event("push --recreate for the tracking ticket, as advised", _recreate_tracking, is_run=True)
    if not world.token_replaced and not world.choices.unlabelled:
        # With the label and the account gone at once no listing shows the tickets: docs/trackers.md says so.
        yield Event("the token is replaced by that of another account", replace_token)
    if world.ticket_of(world.first):
        yield Event("push, and the listing is short", push_on_short_listing, is_run=True)


def disturbed_run_events(world: OneDocument) -> Iterator[Event[OneDocument]]:
    """Each write at which a push may be killed, refused, left without an answer, or overtaken by another push."""
    if world.disturbed:
        return
    try:
        whole = WholePush.of(world)
    except Exception:  # noqa: BLE001 - the push itself is the finding
        return
    writes = len(whole.places)
    for write in range(writes):
        faults = {"is refused": AS_SEEN["refused"](), "gets no answer": AS_SEEN["no answer, but the effect"]()}
        if write < writes - 1:
            faults["is its last, then it is killed"] = killed(When.AFTER)
        for words, fault in faults.items():
            yield Event(f"push, write {write + 1} of {writes} {words}", _struck(fault, write, whole))
        yield Event(f"push, and another push before write {write + 1} of {writes}", _raced_before(write))


def undisturbed_events(world: OneDocument) -> Iterator[Event[OneDocument]]:
    """What may happen while no push fails."""
    yield from author_events(world)
    yield from people_events(world)
    yield from run_events(world)


def all_events(world: OneDocument) -> Iterator[Event[OneDocument]]:
    """Everything that may happen."""
    yield from undisturbed_events(world)
    yield from disturbed_run_events(world)
