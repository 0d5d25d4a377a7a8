"""Short histories on every tracker: all end like memory, but for what a tracker cannot hold (``LACKS``)."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import Flag, auto
from itertools import permutations
from pathlib import Path
from typing import Any

from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import SectionName
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.tracker import CloseReason, Ends, Standing, State, Ticket
from techmap_sync.trackers.backlog.tracker import connect as connect_folder
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.github.tracker import connect as connect_github
from techmap_sync.trackers.gitlab.tracker import connect as connect_gitlab
from tests.explore.earlier_edition import EDITS, NAME, RECORDED, Editor
from tests.fakes.clock import Clock
from tests.fakes.memory import MemoryTracker
from tests.simulators.github import Account, GitHub, running
from tests.simulators.gitlab import Simulator
from tests.simulators.gitlab.world import BOT, SARA
from tests.sync.author import Author, Part
from tests.sync.build import POLICY
from tests.sync.drive import key_of
from tests.sync.people import FolderHands, MemoryHands
from tests.sync.scene import FREE, RECONCILE, REFRESH, Scene


class Lack(Flag):
    """What a tracker cannot hold as memory does."""

    NOTHING = 0
    REASON = auto()
    """Why a ticket was closed: a label says it."""
    LINKS = auto()
    """Which tickets wait for which: the texts say it."""
    PARENTS = auto()
    """Which ticket is above: the tracking ticket has a list."""


LACKS = {
    "folder": Lack.REASON,
    "github": Lack.NOTHING,
    "github enterprise": Lack.LINKS | Lack.PARENTS,
    "gitlab": Lack.REASON,
    "gitlab free": Lack.REASON | Lack.LINKS,
}
INSTEAD: dict[Lack, set[str]] = {
    Lack.REASON: {POLICY.removed_label, POLICY.duplicate_label},
    Lack.LINKS: {SectionName.WAITS_FOR},
    Lack.PARENTS: {SectionName.TICKETS},
}
"""The labels and sections that say it instead."""


@dataclass
class GitHubHands:
    """People in the browser."""

    server: GitHub

    def copy(self, ticket: Ticket) -> str:
        author = Account("sara", "MEMBER")
        return str(self.server.add_issue(ticket.title, *ticket.labels, author=author, body=ticket.body).number)

    def store(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            issue = self.server.add_issue(row["title"], *row["labels"], author=Account("octo"), body=row["body"])
            issue.parent = int(row["parent"]) if "parent" in row else None
            issue.blocked_by = list(map(int, row.get("blocked_by", ())))

    def delete(self, ticket: Ticket) -> None:
        self.server.repository.issues[int(ticket.number)].gone = "deleted"
        for issue in self.server.repository.issues.values():
            issue.blocked_by = [number for number in issue.blocked_by if number != int(ticket.number)]

    def assign(self, ticket: Ticket) -> None:
        self.server.repository.issues[int(ticket.number)].assignees.append("sara")


@dataclass
class GitLabHands:
    """People in the browser."""

    server: Simulator

    def copy(self, ticket: Ticket) -> str:
        labels = sorted(ticket.labels)
        return str(self.server.world.add_issue(ticket.title, SARA, description=ticket.body, labels=labels).iid)

    def store(self, rows: list[dict[str, Any]]) -> None:
        world = self.server.world
        for row in rows:
            world.add_issue(row["title"], BOT, description=row["body"], labels=list(row["labels"]))
        for row in rows:
            ends = [(row[name], "relates_to") for name in ("parent",) if name in row]
            for source, kind in (*ends, *((other, "blocks") for other in row.get("blocked_by", ()))):
                world.add_link(int(source), int(row["number"]), kind)

    def delete(self, ticket: Ticket) -> None:
        world, number = self.server.world, int(ticket.number)
        del world.issues[number]
        world.links = {n: link for n, link in world.links.items() if number not in (link.source, link.target)}

    def assign(self, ticket: Ticket) -> None:
        self.server.world.issues[int(ticket.number)].assignees.append(SARA)


@contextmanager
def _folder() -> Iterator[Scene]:
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary) / "backlog"
        yield Scene(connect_folder(Connection(str(root), Clock(), timeout=30)), FolderHands(root))


@contextmanager
def _github(server: GitHub) -> Iterator[Scene]:
    with running(server):
        yield Scene(connect_github(server.connection()), GitHubHands(server))


@contextmanager
def _gitlab(*, premium: bool) -> Iterator[Scene]:
    with Simulator.running(premium=premium) as simulator:
        yield Scene(connect_gitlab(simulator.connection()), GitLabHands(simulator))
        assert not simulator.undocumented


TRACKERS: dict[str, Callable[[], AbstractContextManager[Scene]]] = {
    "folder": _folder,
    "github": lambda: _github(GitHub()),
    "github enterprise": lambda: _github(GitHub(enterprise="3.18.0", missing=frozenset({"sub_issue", "dependencies"}))),
    "gitlab": lambda: _gitlab(premium=True),
    "gitlab free": lambda: _gitlab(premium=False),
}


Act = Callable[[Scene], None]


def _on(key: str, act: Callable[[Scene, Ticket], None]) -> Act:
    def event(scene: Scene) -> None:
        act(scene, next(ticket for ticket in scene.ours(None) if key_of(ticket) == key))

    return event


def people(first: str, second: str) -> dict[str, Act]:
    """What people do. No copy among it: in a folder nobody can tell who made one."""
    return {
        "note": _on(first, lambda scene, ticket: scene.write_below(ticket, "a note")),
        "edit": _on(first, Scene.reword_section),
        "tick": _on(first, Scene.tick_box),
        "complete": _on(first, lambda scene, ticket: scene.close(ticket, CloseReason.COMPLETED)),
        "finish": _on(second, lambda scene, ticket: scene.close(ticket, CloseReason.COMPLETED)),
        "label": _on(first, Scene.add_label),
        "assign": _on(second, Scene.assign),
        "delete": _on(first, Scene.delete_ticket),
    }


def _reword(scene: Scene) -> None:
    scene.author.parts["Store"] = Part("Holds tokens for a day", ("put a token", "list all tokens"))


def _add(scene: Scene) -> None:
    scene.author.parts["Report"] = Part("Prints the sums of a month", ("print it",), waits_for=("Store",))


def _set(name: str, value: object) -> Act:
    return lambda scene: setattr(scene.author, name, value)


def _today(scene: Scene) -> None:
    """Let a new document have its first push."""
    scene.author = Author(
        {
            "Store": Part("Keeps tokens until they expire", ("put a token", "drop a token")),
            "Sender": Part("Sends a mail when a factor was removed", ("compose it",), waits_for=("Store",)),
            "Login": Part("Tries a login with a real app", ("log in",), Kind.TEST, waits_for=("Sender",)),
        }
    )
    scene.push(FREE)


MAP = Editor().plan().map_id
ROWS = json.loads((RECORDED / "servers.json").read_text("utf-8"))


def _recorded(scene: Scene) -> None:
    """Let there be the tickets that an earlier edition wrote, with those of another map between them."""
    scene.author = author = Editor(map_id=MAP, path=f"docs/maps/{NAME}.md")
    scene.pushed_id, scene.pushed_text = author.map_id, author.text
    assert isinstance(scene.hands, GitHubHands | GitLabHands | RowsInMemory)
    scene.hands.store(ROWS)
    assert not scene.planned(FREE).writes, "nothing is written because the program is newer"


def _edits(edit: str) -> Act:
    def act(scene: Scene) -> None:
        assert isinstance(scene.author, Editor)
        scene.author.edits |= {edit}

    return act


@dataclass(frozen=True)
class Beginning:
    """How histories begin, and what may happen then."""

    begin: Act
    author: Mapping[str, Act]
    people: Mapping[str, Act]

    @property
    def events(self) -> dict[str, Act]:
        return {**self.author, **self.people}

    @property
    def histories(self) -> list[tuple[str, ...]]:
        """Every two events, but for two of people: those of one ticket may exclude each other."""
        pairs = permutations(self.events, 2)
        return [pair for pair in pairs if not {*pair} <= self.people.keys() and "rename" not in pair[:1]]


BEGINNINGS = {
    "today": Beginning(
        _today,
        {
            "reword": _reword,
            "rename": lambda scene: scene.author.rename("Store", "Vault"),
            "swap": lambda scene: scene.author.swap("Store", "Login"),
            "remove": lambda scene: scene.author.parts.__delitem__("Sender"),
            "add": _add,
            "reverse": lambda scene: scene.author.reverse(),
            "another id": _set("map_id", "signin"),
            "retire": _set("retired", True),
            "other template": _set("template", "In short:\n\n"),
        },
        people("login/component/Store", "login/component/Sender"),
    ),
    "earlier edition": Beginning(
        _recorded,
        {**{name: _edits(name) for name in EDITS}, "retire": _set("retired", True)},
        people(f"{MAP}/component/planchangeservice", f"{MAP}/component/proration-calculator"),
    ),
}


@dataclass
class RowsInMemory(MemoryHands):
    """Memory that can hold tickets as they were recorded."""

    def store(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            self.tracker.tickets[row["number"]] = Ticket(
                number=row["number"],
                title=row["title"],
                body=row["body"],
                labels=frozenset(row["labels"]),
                author=self.tracker.account,
                standing=Standing.SELF,
                parent=row.get("parent"),
                blocked_by=frozenset(row.get("blocked_by", ())),
            )
        self.tracker.created = len(rows)


def in_memory() -> Scene:
    """What all others are compared with."""
    tracker = MemoryTracker(edges_listed=False)
    return Scene(tracker, RowsInMemory(tracker))


def of_tickets(scene: Scene, lack: Lack) -> list[tuple[object, ...]]:
    """What each ticket says, without numbers and without what a tracker lacks."""
    tickets = scene.tickets()
    ends = scene.tracker.ends(tickets.keys())
    keys = {number: key_of(ticket) for number, ticket in tickets.items()}
    said = []
    for number, ticket in tickets.items():
        there = ends.get(number, Ends())
        above = {keys.get(each, "") for each in (there.parent or "", *there.related)}
        parent = () if Lack.PARENTS in lack else sorted(key for key in above if key.endswith("/tracking/map"))
        waits = () if Lack.LINKS in lack else sorted(keys[each] for each in there.blocked_by or () if each in keys)
        said.append((*_said(ticket, lack), *parent, *waits))
    return sorted(said, key=repr)


def _said(ticket: Ticket, lack: Lack) -> tuple[object, ...]:
    instead = {each for kind, names in INSTEAD.items() if kind in lack for each in names} | {SectionName.GRAPH}
    block = read_block(ticket.body)
    texts = sorted(block.texts().items()) if isinstance(block, Block) else [("", ticket.body)]
    texts = [(name, text) for name, text in texts if name not in instead]
    after = block.after.strip() if isinstance(block, Block) else ""
    unseen = instead if ticket.state is State.CLOSED else set()
    labels = sorted(label for label in ticket.labels - unseen if not label.startswith("priority:"))
    reason = None if Lack.REASON in lack else ticket.reason
    return (key_of(ticket), ticket.title, ticket.state.value, reason, labels, len(ticket.assignees), after, texts)


def played(scene: Scene, beginning: Beginning, events: tuple[str, ...], lack: Lack) -> list[list[tuple[object, ...]]]:
    """What is there after each push of a history."""
    beginning.begin(scene)
    states = [of_tickets(scene, lack)]
    for event in events:
        beginning.events[event](scene)
    for policy in (FREE, REFRESH, RECONCILE):
        scene.push(policy)
        states.append(of_tickets(scene, lack))
    return states


def difference(tracker: str, beginning: str, events: tuple[str, ...]) -> str:
    """Return how a history ends differently on a tracker and in memory; empty where it does not."""
    lack, where = LACKS[tracker], BEGINNINGS[beginning]
    with TRACKERS[tracker]() as scene:
        there = played(scene, where, events, lack)
    here = played(in_memory(), where, events, lack)
    for number, (one, other) in enumerate(zip(there, here, strict=True)):
        for ticket, expected in zip(one, other, strict=len(one) == len(other)):
            if ticket != expected:
                return f"after push {number}: {ticket}\n  in memory: {expected}"
        if len(one) != len(other):
            return f"after push {number} there are {len(one)} tickets, in memory {len(other)}"
    return ""


CASES = [
    (tracker, name, history)
    for name, each in BEGINNINGS.items()
    for tracker in TRACKERS
    for history in each.histories
    if name == "today" or tracker != "folder"
]
"""Tickets in a folder were recorded with numbers of their own: ``tests/app/test_earlier_edition.py`` has them."""


def differing(most: int) -> Iterator[str]:
    """Play histories at even distances, and yield how some of them end differently."""
    for place in range(most):
        tracker, name, events = CASES[place * len(CASES) // most]
        try:
            found = difference(tracker, name, events)
        except Exception as error:  # noqa: BLE001 - whatever ends a run is a finding
            found = f"{type(error).__name__}: {error}"
        if found:
            yield f"{tracker}, {name}: {', '.join(events)}\n{found}"
