"""Pushes in which one request of one verb runs into a fault: each verb, each fault, on both vendors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from techmap_sync.errors import OutcomeUnclear, TicketRefused, TrackerError
from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import Outcome, Status
from techmap_sync.sync.task_changes import with_known_names
from techmap_sync.sync.tracker import Ticket, Tracker
from tests.fakes.memory import Killed, When
from tests.faults import BOTH, FAULTS, Sent, ServerFault
from tests.simulators.github import Account
from tests.simulators.github.clock import SimulatedClock
from tests.simulators.gitlab.world import STRANGER
from tests.sync.build import POLICY, plan, task
from tests.sync.drive import by_key, key_of, planned
from tests.trackers.in_process import VENDORS, Line
from tests.trackers.servers import OnGitHub, Server

VERBS = tuple(name for name in vars(Tracker) if not name.startswith("_"))
"""Every verb and property of the port."""

_OWNED = replace(task("Store", blocked_by=("Base",)), assignees=("sara",), follows_assignees=True, milestone="v1")
_TIMED = replace(task("Timed"), estimate_minutes=60)
_WAITING = task("Waiting", blocked_by=("Base",), labels=frozenset({"old"}))
_OTHER_WORDS = "On the first of each month everybody gets a mail with the sums."
FIRST = plan(task("Base"), _OWNED, _TIMED, _WAITING, task("Gone"))
SECOND = plan(
    task("Base", sections={"purpose": "Another purpose."}),
    replace(_OWNED, assignees=("tom",), blocked_by=()),
    _TIMED,
    replace(_WAITING, labels=_WAITING.labels - {"old"} | {"new"}),
    replace(task("Late", sections={"purpose": _OTHER_WORDS}, blocked_by=("Base",)), milestone="v2"),
)


@dataclass(frozen=True)
class Scenario:
    """What a run finds, and what it does."""

    before: TaskPlan | None
    after: TaskPlan
    first: Callable[[Tracker], object] = lambda _: None
    """What it asks before it pushes."""


SCENARIOS = {
    "first push": Scenario(None, FIRST),
    "next push": Scenario(FIRST, SECOND),
    "doctor": Scenario(FIRST, FIRST, lambda tracker: tracker.examine()),
    "who can read it": Scenario(FIRST, FIRST, lambda tracker: tracker.visibility()),
    "what it can hold": Scenario(FIRST, FIRST, lambda tracker: tracker.capabilities),
}
STRANGERS = "A stranger's copy"


@dataclass
class Watching:
    """A tracker that says which of its verbs is being called, and how each of them ended."""

    tracker: Any
    verb: str = ""
    errors: list[tuple[str, BaseException]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        with self._calling(name):
            found = getattr(self.tracker, name)
        if not callable(found):
            return found

        def call(*arguments: Any, **named: Any) -> Any:
            with self._calling(name):
                return found(*arguments, **named)

        return call

    @contextmanager
    def _calling(self, name: str) -> Iterator[None]:
        before, self.verb = self.verb, name
        try:
            yield
        except BaseException as error:
            self.errors.append((name, error))
            raise
        finally:
            self.verb = before


@dataclass(frozen=True)
class Cell:
    """One verb, one fault, before or after its effect, on one vendor."""

    vendor: str
    verb: str
    fault: ServerFault
    when: When

    def __str__(self) -> str:
        return f"{self.vendor} {self.verb}: {self.fault.name}, {self.when.value} its effect"

    @property
    def reason_against(self) -> str:
        """Why there is no such thing; empty where there is."""
        return UNTRIED.get(self.verb, "") or self.fault.reason_against(SENDS[self.verb][self.vendor], self.when)

    @property
    def believed(self) -> str:
        """Why the next run does not end as if nothing had happened; empty where it has to."""
        return next((why for verb, faults, why in BELIEVED if verb == self.verb and self.fault.name in faults), "")

    def places(self) -> list[Asked]:
        """Return the requests that can run into it."""
        strikes = self.fault.strikes & {Sent.WRITE} if self.when is When.AFTER else self.fault.strikes
        scenes = (Scene.of(self.vendor, scenario) for scenario in SCENARIOS)
        return [asked for scene in scenes for asked in scene.asked if asked.verb == self.verb and asked.sent in strikes]


def cells(vendors: Iterable[str] = VENDORS, verbs: Iterable[str] = VERBS) -> list[Cell]:
    """Return every cell, whether it makes sense or not."""
    return [Cell(v, verb, fault, when) for v in vendors for verb in verbs for fault in FAULTS for when in BOTH]


def _sends(github: str, gitlab: str) -> dict[str, frozenset[Sent]]:
    letters = {"R": Sent.READ, "L": Sent.LIST, "W": Sent.WRITE}
    return {name: frozenset(letters[each] for each in sent) for name, sent in (("github", github), ("gitlab", gitlab))}


SENDS = {
    "name": _sends("", ""),
    "capabilities": _sends("L", "R"),
    "snapshot": _sends("RL", "RL"),
    "own_tickets": _sends("RL", "RL"),
    "get": _sends("R", "R"),
    "standings": _sends("R", "L"),
    "ends": _sends("L", "L"),
    "history": _sends("", ""),
    "visibility": _sends("R", "R"),
    "examine": _sends("RL", "R"),
    "unassignable": _sends("R", "L"),
    "has_milestone": _sends("L", "L"),
    "create": _sends("RLW", "LW"),
    "update": _sends("W", "W"),
    "add_labels": _sends("LW", "LW"),
    "remove_labels": _sends("W", "W"),
    "assign": _sends("RW", "RW"),
    "join_board": _sends("", ""),
    "link": _sends("W", "W"),
    "link_many": _sends("W", "W"),
    "unlink": _sends("W", "LW"),
}
"""What each verb asks a server for in these scenarios."""
UNTRIED = {
    "history": "only status asks for it, which writes nothing; tests/cli/test_status.py lets it fail",
    "join_board": "no scenario here has a board; tests/trackers/github/test_board.py loses and refuses what it sends",
}
"""Verbs that meet no fault here, and why."""
_SHORT = frozenset({"an empty page", "the last row is missing", "the first row is missing"})
_NO_LINK = "a link that the server does not show is taken for one that somebody removed, and counts as a person's later"
BELIEVED: tuple[tuple[str, frozenset[str], str], ...] = (
    ("ends", _SHORT | {"404"}, _NO_LINK),
    ("unlink", _SHORT, _NO_LINK),
    ("snapshot", frozenset({"stale"}), "a link that the ledger did not list at that time counts as a person's"),
)
"""By verb and faults: lies that nothing contradicts. Nothing is doubled, and a third run writes nothing."""


@dataclass(frozen=True)
class Asked:
    """One kind of request of a verb, as an undisturbed run sends it."""

    scenario: str
    verb: str
    name: str
    """Without numbers."""
    sent: Sent


@dataclass
class Scene:
    """One scenario on one vendor: where it begins, what is asked, and where it has to end."""

    vendor: str
    scenario: str
    server: Server
    start: bytes
    before_last_write: bytes
    asked: tuple[Asked, ...]
    wanted: dict[str, Ticket]
    good_ends: set[bytes]

    @classmethod
    @cache
    def of(cls, vendor: str, scenario: str) -> Scene:
        """Run it once without a fault."""
        server = VENDORS[vendor]()
        known = SCENARIOS[scenario]
        line = Line(server)
        if known.before is not None:
            with line.open():
                push(Watching(tracker_of(server)), known.before)
            _copy_as_a_stranger(server)
        start, before_last_write = server.saved(), line.before_last_write
        tracker, asked = Watching(tracker_of(server)), dict[Asked, None]()
        line.strikes = lambda name, sent: asked.setdefault(Asked(scenario, tracker.verb, kind_of(name), sent))
        with line.open():
            run(tracker, known)
        return cls(
            vendor, scenario, server, start, before_last_write, tuple(asked), by_key(ours(server)), {server.saved()}
        )

    def strike(self, cell: Cell, asked: Asked) -> str:
        """Run with one fault, and then again; return what is wrong, or nothing."""
        self.server.restore(self.start)
        clock = SimulatedClock()
        line = Line(self.server, when=cell.when, wait=clock.sleep, before_last_write=self.before_last_write)
        tracker, left = Watching(tracker_of(self.server, clock)), iter([cell.fault])
        line.strikes = lambda name, sent: (
            next(left, None) if (tracker.verb, kind_of(name), sent) == _place(asked) else None
        )
        with line.open():
            said = ended(lambda: run(tracker, SCENARIOS[self.scenario]))
        if next(left, None) is not None:
            return "the request was not sent"
        return said or unclear_end(cell, tracker.errors) or self._healed(is_as_wanted=not cell.believed)

    def _healed(self, *, is_as_wanted: bool) -> str:
        """Run again without a fault; return what is wrong then.

        :param is_as_wanted: whether the tickets have to be as if nothing had happened
        """
        if self.server.saved() in self.good_ends:
            return ""
        wanted = SCENARIOS[self.scenario].after
        if said := doubled(self.server):
            return f"after the fault: {said}"
        with Line(self.server).open():
            push(Watching(tracker_of(self.server)), wanted)
        if said := doubled(self.server):
            return f"after the next run: {said}"
        if is_as_wanted and (found := by_key(ours(self.server))) != self.wanted:
            return f"the next run does not converge: {different(found, self.wanted)}"
        if self.server.saved() not in self.good_ends:
            with Line(self.server).open():
                if left := planned(tracker_of(self.server), wanted).writes:
                    return f"a third run would write again: {left}"
            if is_as_wanted:
                self.good_ends.add(self.server.saved())
        return ""


def _place(asked: Asked) -> tuple[str, str, Sent]:
    return asked.verb, asked.name, asked.sent


def kind_of(name: str) -> str:
    """Return the name of a request without numbers."""
    return re.sub(r"\d+", "#", name)


def tracker_of(server: Server, clock: SimulatedClock | None = None) -> Tracker:
    """Return the tracker of a run that waits by a clock of its own."""
    clock = clock or SimulatedClock()
    return server.tracker(now=clock, sleep=clock.sleep)


def run(tracker: Any, scenario: Scenario) -> list[Outcome]:
    """Do what a scenario says."""
    scenario.first(tracker)
    return push(tracker, scenario.after)


def push(tracker: Any, wanted: TaskPlan) -> list[Outcome]:
    """Push as the command does."""
    shown = planned(tracker, wanted)
    shown = replace(shown, maps=with_known_names(shown.maps, tracker))
    return list(apply(shown, tracker, POLICY))


def ours(server: Server) -> list[Ticket]:
    """Return the tickets that are not the stranger's."""
    return [ticket for ticket in server.tickets() if ticket.title != STRANGERS]


def _copy_as_a_stranger(server: Server) -> None:
    """Copy the tracking ticket under a foreign account, so that somebody's standing is in question."""
    body = server.tickets()[0].body
    if isinstance(server, OnGitHub):
        server.server.add_issue(STRANGERS, POLICY.managed_label, author=Account("mallory", "NONE"), body=body)
    else:
        server.server.world.add_issue(STRANGERS, STRANGER, labels=[POLICY.managed_label], description=body)  # type: ignore[attr-defined]


def ended(act: Callable[[], list[Outcome]]) -> str:
    """Return what is wrong with the end of a run: it is outcomes, or one error of the tracker, or it was killed."""
    try:
        outcomes = act()
    except Killed:
        return ""
    except TrackerError as error:
        return "" if error.what and "\n" not in error.what + error.hint else f"an error that says nothing: {error!r}"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        return f"no clear end: {error!r}"
    silent = [each for each in outcomes if each.status in (Status.FAILED, Status.LEFT) and not each.detail]
    changes = [(each.map_id, each.change) for each in outcomes]
    twice = [change for change in changes if changes.count(change) > 1]
    return (
        f"an outcome without a reason: {silent}"
        if silent
        else f"several outcomes of one change: {twice}"
        if twice
        else ""
    )


def unclear_end(cell: Cell, errors: list[tuple[str, BaseException]]) -> str:
    """Return how a verb ended in a way that the sync core does not know, if it did."""
    odd = [error for _, error in errors if not isinstance(error, TrackerError | Killed)]
    if odd:
        return f"the port raises {odd[0]!r}"
    had_effect = cell.when is When.AFTER
    own = [error for verb, error in errors if verb == cell.verb]
    refused = [error for error in own if isinstance(error, TicketRefused)]
    if had_effect and refused and not any(isinstance(error, OutcomeUnclear) for error in own):
        return f"it had its effect, and the port says that it was refused: {refused[0].what}"
    return ""


def doubled(server: Server) -> str:
    """Return what is there twice."""
    keys = [key_of(ticket) for ticket in ours(server)]
    twice = {key for key in keys if keys.count(key) > 1}
    return f"twice: {sorted(twice)}" if twice else ""


def different(found: dict[str, Ticket], wanted: dict[str, Ticket]) -> str:
    """Return the first ticket that differs, and in which fields."""
    if found.keys() != wanted.keys():
        return f"tickets {sorted(found.keys() ^ wanted.keys())}"
    for key, ticket in found.items():
        fields = [name for name in Ticket.__slots__ if getattr(ticket, name) != getattr(wanted[key], name)]
        if fields:
            return f"{key}: " + ", ".join(f"{n} {getattr(ticket, n)!r} not {getattr(wanted[key], n)!r}" for n in fields)
    return ""
