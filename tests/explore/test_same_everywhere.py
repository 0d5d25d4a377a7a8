"""Short histories end alike in memory and in a folder, but for what a folder cannot hold (``STANDS_FOR_REASON``)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from techmap_sync.documents.work import Kind
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.tracker import CloseReason, State, Ticket
from techmap_sync.trackers.backlog.tracker import connect
from techmap_sync.trackers.connection import Connection
from tests.fakes.clock import Clock
from tests.sampling import sampling
from tests.sync.author import Author, Part
from tests.sync.build import POLICY
from tests.sync.drive import key_of
from tests.sync.people import FolderHands
from tests.sync.scene import FREE, RECONCILE, REFRESH, Scene

STORE, SENDER = "login/component/Store", "login/component/Sender"


STANDS_FOR_REASON = {POLICY.removed_label, POLICY.duplicate_label}
"""Labels that a closed ticket gets where the tracker has no place for the reason."""


def reword(scene: Scene) -> None:
    scene.author.parts["Store"] = Part("Holds tokens for a day", ("put a token", "list all tokens"))


def on(key: str, act: Callable[[Scene, Ticket], None]) -> Callable[[Scene], None]:
    def event(scene: Scene) -> None:
        act(scene, next(ticket for ticket in scene.ours(None) if key_of(ticket) == key))

    return event


def push(scene: Scene) -> None:
    scene.push(FREE)


EVENTS: dict[str, Callable[[Scene], None]] = {
    "reword": reword,
    "rename": lambda scene: scene.author.rename("Store", "Vault"),
    "swap": lambda scene: scene.author.swap("Store", "Sender"),
    "remove": lambda scene: scene.author.remove("Sender"),
    "another id": lambda scene: setattr(scene.author, "map_id", "signin"),
    "retire": lambda scene: setattr(scene.author, "retired", True),
    "note": on(STORE, lambda scene, ticket: scene.write_below(ticket, "a note")),
    "edit": on(STORE, Scene.reword_section),
    "tick": on(STORE, Scene.tick_box),
    "complete": on(STORE, lambda scene, ticket: scene.close(ticket, CloseReason.COMPLETED)),
    "assign": on(SENDER, Scene.assign),
    "delete": on(STORE, Scene.delete_ticket),
}
HISTORIES = [
    ("reword", "edit"),
    ("edit", "reword"),
    ("tick", "reword"),
    ("note", "rename"),
    ("tick", "swap"),
    ("assign", "remove"),
    ("complete", "reword"),
    ("delete", "another id"),
    ("note", "retire"),
]
"""No copy among them: in a folder nobody can tell who made it."""


def of_tickets(scene: Scene) -> list[tuple[object, ...]]:
    """What each ticket says, without numbers, and without the reason of a closed one: a folder has no place for it."""
    return sorted(_said(ticket) for ticket in scene.tickets().values())


def _said(ticket: Ticket) -> tuple[object, ...]:
    block = read_block(ticket.body)
    texts = sorted(block.texts().items()) if isinstance(block, Block) else [ticket.body]
    after = block.after.strip() if isinstance(block, Block) else ""
    unseen = STANDS_FOR_REASON if ticket.state is State.CLOSED else set()
    labels = sorted(label for label in ticket.labels - unseen if not label.startswith("priority:"))
    return (key_of(ticket), ticket.title, ticket.state.value, labels, sorted(ticket.assignees), after, texts)


def played(scene: Scene, events: tuple[str, ...]) -> list[list[tuple[object, ...]]]:
    """What is there after each push of a history."""
    scene.author = Author(
        {
            "Store": Part("Keeps tokens until they expire", ("put a token", "drop a token")),
            "Sender": Part("Sends a mail when a factor was removed", ("compose it",), waits_for=("Store",)),
            "Login": Part("Tries a login with a real app", ("log in",), Kind.TEST, waits_for=("Sender",)),
        }
    )
    push(scene)
    states = [of_tickets(scene)]
    for event in events:
        EVENTS[event](scene)
    for policy in (FREE, REFRESH, RECONCILE):
        scene.push(policy)
        states.append(of_tickets(scene))
    return states


@pytest.mark.parametrize("events", sampling.spread("short histories in a folder", HISTORIES, 4), ids=" ".join)
def test_a_folder_ends_like_memory(events: tuple[str, ...], tmp_path: Path) -> None:
    root = tmp_path / "backlog"
    folder = Scene(connect(Connection(str(root), Clock(), timeout=30)), FolderHands(root))
    assert played(folder, events) == played(Scene.in_memory(), events)
