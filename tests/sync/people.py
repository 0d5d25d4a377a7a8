"""What people do to tickets, on any tracker, and what must be left of it afterwards."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Protocol

from techmap_sync.sync.comparison import ticked, unticked
from techmap_sync.sync.tracker import CloseReason, Standing, State, Ticket, Tracker
from tests.fakes.memory import MemoryTracker


class Hands(Protocol):
    """What only people can do; the port has no verb for it."""

    def copy(self, ticket: Ticket) -> str: ...
    def delete(self, ticket: Ticket) -> None: ...
    def assign(self, ticket: Ticket) -> None: ...


@dataclass
class MemoryHands:
    """People at the in-memory tracker."""

    tracker: MemoryTracker

    def copy(self, ticket: Ticket) -> str:
        self.tracker.created += 1
        number = str(self.tracker.created)
        self.tracker.tickets[number] = replace(
            ticket, number=number, author="ada", standing=Standing.MEMBER, parent=None, blocked_by=frozenset()
        )
        return number

    def delete(self, ticket: Ticket) -> None:
        del self.tracker.tickets[ticket.number]

    def assign(self, ticket: Ticket) -> None:
        self.tracker.edit(ticket.number, assignees=ticket.assignees | {"ada"})


@dataclass
class FolderHands:
    """People with an editor."""

    folder: Path

    def _file(self, ticket: Ticket) -> Path:
        return next(self.folder.glob(f"*/{ticket.number.lower()} - *.md"))

    def copy(self, ticket: Ticket) -> str:
        taken = {int(found[1]) for path in self.folder.glob("*/*.md") if (found := re.match(r"task-(\d+)", path.name))}
        number = f"TASK-{max(taken) + 1}"
        path = self.folder / "tasks" / f"{number.lower()} - copy.md"
        text = self._file(ticket).read_text("utf-8").replace(f"id: {ticket.number}\n", f"id: {number}\n", 1)
        path.write_text(re.sub(r"parent_task_id: .*\n", "", text), encoding="utf-8")
        return number

    def delete(self, ticket: Ticket) -> None:
        self._file(ticket).unlink()

    def assign(self, ticket: Ticket) -> None:
        path = self._file(ticket)
        path.write_text(path.read_text("utf-8").replace("assignee: []", "assignee: ['@ada']", 1), encoding="utf-8")


@dataclass
class Choices:
    """What people did, by number of the ticket: none of it may be undone."""

    text: dict[str, str] = field(default_factory=dict)
    ticks: dict[str, frozenset[str]] = field(default_factory=dict)
    added: dict[str, str] = field(default_factory=dict)
    """Labels."""
    removed: dict[str, str] = field(default_factory=dict)
    unlabelled: set[str] = field(default_factory=set)
    """What lost the managed label when it was deleted everywhere."""
    assigned: set[str] = field(default_factory=set)
    closed: dict[str, CloseReason] = field(default_factory=dict)
    reopened: set[str] = field(default_factory=set)
    unlinked: set[tuple[str, str]] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    """Keys."""
    copies: dict[str, str] = field(default_factory=dict)
    """Each copy and its original; empty where two runs made them."""

    def copy(self) -> Choices:
        """Return choices that change on their own."""
        return Choices(**{each.name: getattr(self, each.name).copy() for each in fields(self)})

    def touched(self) -> set[str]:
        """Numbers of the tickets that somebody worked on."""
        ticks = {number for number, done in self.ticks.items() if done}
        return self.touched_without_ticks() | ticks

    def touched_without_ticks(self) -> set[str]:
        """Numbers of the tickets that somebody worked on in other ways than by ticking a box."""
        return {*self.text, *self.assigned, *self.reopened}

    def forget(self, number: str) -> None:
        """The ticket is gone, and with it all that was done to it."""
        for known in (self.text, self.ticks, self.added, self.removed, self.closed, self.copies):
            known.pop(number, None)
        for numbers in (self.assigned, self.reopened, self.unlabelled):
            numbers.discard(number)
        self.unlinked = {edge for edge in self.unlinked if number not in edge}

    def violated(self, tracker: Tracker, tickets: dict[str, Ticket]) -> list[str]:
        """Say which of them is no longer there."""
        reasons = tracker.capabilities.close_reasons
        return [
            *(f"text of {n}" for n, text in self.text.items() if text not in tickets[n].body),
            *(
                f"ticks of {n}: {done & left}"
                for n, done in self.ticks.items()
                if done & (left := _open_boxes(tickets[n]))
            ),
            *(f"label of {n}" for n, label in self.added.items() if label not in tickets[n].labels),
            *(f"label of {n} is back" for n, label in self.removed.items() if label in tickets[n].labels),
            *(f"assignee of {n}" for n in self.assigned if not tickets[n].assignees),
            *(f"{n} was reopened by us" for n in self.closed if tickets[n].state is State.OPEN),
            *(f"reason of {n}" for n, why in self.closed.items() if reasons and tickets[n].reason is not why),
            *(f"{n} was closed again" for n in self.reopened if tickets[n].state is State.CLOSED),
            *(f"{a} waits for {b} again" for a, b in self.unlinked if b in (tickets[a].blocked_by or ())),
        ]


def done_boxes(ticket: Ticket) -> frozenset[str]:
    """What stands behind the ticked boxes of a ticket."""
    return ticked([ticket.body])


def _open_boxes(ticket: Ticket) -> frozenset[str]:
    return unticked([ticket.body])
