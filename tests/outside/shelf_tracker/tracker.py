"""Tickets in one file, which the variable SHELF_FILE names; beside it stands who was asked for them, and how."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import Field

from techmap_sync.errors import TrackerError, UsageProblem
from techmap_sync.settings import ServerTable
from techmap_sync.sync.tracker import (
    Capabilities,
    Draft,
    Edge,
    EdgeKind,
    Ends,
    Finding,
    History,
    Patch,
    Snapshot,
    Standing,
    State,
    Ticket,
    Visibility,
)
from techmap_sync.trackers.connection import Connection


class ShelfTable(ServerTable):
    """The table ``[shelf]`` of the settings."""

    room: str
    rows: int = Field(ge=1)


def connect(connection: Connection) -> ShelfTracker:
    """Return the shelf."""
    if not connection.token:
        raise UsageProblem("no token for Shelf", "set SHELF_TOKEN")
    file = Path(os.environ["SHELF_FILE"])
    asked = {"target": connection.target, "api": connection.api_url, "token": connection.token.value}
    file.with_suffix(".json").write_text(json.dumps({**asked, **connection.settings}), encoding="utf-8")
    return ShelfTracker(connection.target, file)


class ShelfTracker:
    """The verbs of the port."""

    capabilities = Capabilities(parent_at_creation=True)

    def __init__(self, target: str, file: Path) -> None:
        self.name = f"shelf:{target}"
        self._file = file
        self._tickets: dict[str, Ticket] = pickle.loads(file.read_bytes()) if file.exists() else {}

    def snapshot(self, label: str) -> Snapshot:
        return Snapshot(tuple(ticket for ticket in self._tickets.values() if label in ticket.labels))

    def own_tickets(self) -> Snapshot:
        return Snapshot(tuple(self._tickets.values()))

    def get(self, number: str) -> Ticket | None:
        return self._tickets.get(number)

    def standings(self, authors: Collection[str]) -> Mapping[str, Standing]:
        return dict.fromkeys(authors, Standing.MEMBER)

    def ends(self, numbers: Collection[str]) -> Mapping[str, Ends]:
        there = [self._tickets[number] for number in numbers if number in self._tickets]
        return {ticket.number: Ends(ticket.parent, ticket.blocked_by) for ticket in there}

    def history(self, closed: Collection[str], opened: Collection[str]) -> Mapping[str, History]:
        return {}

    def visibility(self, repository: str = "") -> Visibility | None:
        return Visibility.PRIVATE

    def examine(self) -> tuple[Finding, ...]:
        return (Finding("shelf", True, "it is there"),)

    def unassignable(self, accounts: Collection[str]) -> frozenset[str]:
        return frozenset()

    def has_milestone(self, title: str) -> bool:
        return True

    def create(self, draft: Draft) -> Ticket:
        number = str(len(self._tickets) + 1)
        title, body, labels = draft.title, draft.body, draft.labels
        return self._keep(Ticket(number, title, body, labels=labels, parent=draft.parent, blocked_by=frozenset()))

    def update(self, number: str, patch: Patch) -> Ticket:
        ticket = self._there(number)
        title, body = patch.title or ticket.title, ticket.body if patch.body is None else patch.body
        state = patch.state or ticket.state
        reason = (patch.reason or ticket.reason) if state is State.CLOSED else None
        return self._keep(replace(ticket, title=title, body=body, state=state, reason=reason))

    def add_labels(self, number: str, labels: Collection[str]) -> None:
        self._keep(replace(self._there(number), labels=self._there(number).labels | set(labels)))

    def remove_labels(self, number: str, labels: Collection[str]) -> None:
        self._keep(replace(self._there(number), labels=self._there(number).labels - set(labels)))

    def assign(self, number: str, added: Collection[str], removed: Collection[str]) -> frozenset[str]:
        there = (self._there(number).assignees | set(added)) - set(removed)
        return self._keep(replace(self._there(number), assignees=there)).assignees

    def join_board(self, tickets: Mapping[str, Mapping[str, str]]) -> str:
        return ""

    def link(self, edge: Edge) -> None:
        ticket = self._there(edge.source)
        if edge.kind is EdgeKind.CHILD_OF:
            self._keep(replace(ticket, parent=edge.target))
        else:
            self._keep(replace(ticket, blocked_by=(ticket.blocked_by or frozenset()) | {edge.target}))

    def link_many(self, edges: Sequence[Edge]) -> frozenset[Edge]:
        return frozenset()

    def unlink(self, edge: Edge) -> None:
        ticket = self._there(edge.source)
        if edge.kind is EdgeKind.CHILD_OF:
            self._keep(replace(ticket, parent=None))
        else:
            self._keep(replace(ticket, blocked_by=(ticket.blocked_by or frozenset()) - {edge.target}))

    def _there(self, number: str) -> Ticket:
        if number not in self._tickets:
            raise TrackerError(self.name, f"there is no ticket {number}")
        return self._tickets[number]

    def _keep(self, ticket: Ticket) -> Ticket:
        self._tickets[ticket.number] = ticket
        self._file.write_bytes(pickle.dumps(self._tickets))
        return ticket
