"""One repository for many tests: each sees only what is newer than itself, and names people who exist there.

Both vendors number issues upwards, so what has a higher number than anything seen before a test is of that test.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Set
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, cast

import pytest

from techmap_sync.sync.tracker import Draft, Patch, Snapshot, Ticket, Tracker
from tests.live.patience import Patience

STAND_INS = ("sara", "tom")
"""The people that the contract suite assigns tickets to."""
SECONDS_BETWEEN_LOOKS = (1.0, 2.0, 4.0, 8.0)


@dataclass
class Shared:
    """A tracker over the repository, and what all tests know of it."""

    tracker: Tracker
    people: tuple[str, ...]
    """Accounts that tickets can be assigned to; the first takes the place of Sara."""
    patience: Patience
    highest: int = 0
    """The highest number that was seen."""
    late: int = 0
    """How often a list lacked what had just been written."""

    def for_one_test(self) -> Tracker:
        """Return the repository as if it were empty."""
        return cast(Tracker, Apart(self, self.highest))


@dataclass
class Apart:
    """The tracker of one test. Verbs that are not here are those of the shared tracker."""

    shared: Shared
    floor: int
    """Whatever has this number or a lower one is hidden from lists."""
    labels: dict[str, set[str]] = field(default_factory=dict)
    """Of each ticket that this test created."""
    named: set[str] = field(default_factory=set)
    """The people of this test."""

    def __getattr__(self, verb: str) -> Any:
        asked = getattr(self.shared.tracker, verb)
        return partial(self._ask, asked) if callable(asked) else asked

    def snapshot(self, label: str) -> Snapshot:
        """List by label."""
        wanted = {number for number, labels in self.labels.items() if label in labels}
        return self._listed(lambda: self.shared.tracker.snapshot(label), wanted)

    def own_tickets(self) -> Snapshot:
        """List by author."""
        return self._listed(self.shared.tracker.own_tickets, set(self.labels))

    def get(self, number: str) -> Ticket | None:
        """Read one ticket."""
        ticket = self._ask(self.shared.tracker.get, number)
        return ticket and self._seen(ticket)

    def create(self, draft: Draft) -> Ticket:
        """Create a ticket that has the people of this server."""
        there = replace(draft, assignees=self._there(draft.assignees))
        ticket = self._seen(self._ask(self.shared.tracker.create, there))
        self.labels[ticket.number] = set(draft.labels)
        return ticket

    def update(self, number: str, patch: Patch) -> Ticket:
        """Set fields."""
        return self._seen(self._ask(self.shared.tracker.update, number, patch))

    def add_labels(self, number: str, labels: Collection[str]) -> None:
        """Add labels."""
        self._ask(self.shared.tracker.add_labels, number, labels)
        self.labels.setdefault(number, set()).update(labels)

    def remove_labels(self, number: str, labels: Collection[str]) -> None:
        """Remove labels."""
        self._ask(self.shared.tracker.remove_labels, number, labels)
        self.labels.setdefault(number, set()).difference_update(labels)

    def assign(self, number: str, added: Collection[str], removed: Collection[str]) -> frozenset[str]:
        """Assign the people of this server."""
        there = self._ask(self.shared.tracker.assign, number, self._there(added), self._there(removed))
        return self._here(there)

    def _ask(self, verb: Callable[..., Any], *arguments: Any) -> Any:
        return self.shared.patience.ask(lambda: verb(*arguments))

    def _listed(self, ask: Callable[[], Snapshot], wanted: Set[str]) -> Snapshot:
        """Return a list without what is older than the test, once it has all that the test has written to it.

        Servers may answer from a copy that is some seconds old.
        """
        snapshot: Snapshot = self._ask(ask)
        for seconds in SECONDS_BETWEEN_LOOKS:
            if wanted <= snapshot.by_number().keys():
                break
            self.shared.late += 1
            self.shared.patience.sleep(seconds)
            snapshot = self._ask(ask)
        tickets = tuple(self._seen(ticket) for ticket in snapshot.tickets if int(ticket.number) > self.floor)
        hidden = len(snapshot.tickets) - len(tickets)
        return Snapshot(tickets, None if snapshot.total is None else snapshot.total - hidden)

    def _seen(self, ticket: Ticket) -> Ticket:
        self.shared.highest = max(self.shared.highest, int(ticket.number))
        return replace(ticket, assignees=self._here(ticket.assignees))

    def _there(self, names: Collection[str]) -> tuple[str, ...]:
        """Return people of the contract suite by their names on this server, or skip the test."""
        known = dict(zip(STAND_INS, self.shared.people, strict=False))
        self.named |= {name.removeprefix("@") for name in names}
        if self.named - known.keys():
            pytest.skip("needs more people to assign tickets to: PEOPLE=ANN,BOB")
        most = self.shared.tracker.capabilities.most_assignees
        if most is not None and len(self.named) > most:
            pytest.skip(f"a ticket of this server has {most} assignee")
        at = {name: "@" if name.startswith("@") else "" for name in names}
        return tuple(f"{at[name]}{known[name.removeprefix('@')]}" for name in names)

    def _here(self, names: Collection[str]) -> frozenset[str]:
        """Return people of this server by their names in the contract suite."""
        known = {there.casefold(): here for here, there in zip(STAND_INS, self.shared.people, strict=False)}
        return frozenset(known.get(name.casefold(), name) for name in names)
