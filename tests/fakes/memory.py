"""A tracker in memory that a test can script: it counts requests, fails on demand, and lets people edit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass, field, replace
from enum import Enum

from techmap_sync.errors import NotSupported, OutcomeUnclear, TicketRefused, TrackerError
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

NAME = "memory:tests"
_READS = (
    "snapshot",
    "own_tickets",
    "get",
    "standings",
    "ends",
    "history",
    "visibility",
    "examine",
    "unassignable",
    "has_milestone",
)


class Killed(BaseException):
    """The process ended here: nothing in the program catches this."""


class When(Enum):
    """Whether a fault strikes before the request took effect, or after it."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Fault:
    """What one request runs into."""

    when: When
    error: BaseException


def refused() -> Fault:
    """The tracker says no, and nothing has changed."""
    return Fault(When.BEFORE, TrackerError(NAME, "refused"))


def ticket_refused(words: str = "refused") -> Fault:
    """The tracker says no to this ticket, and nothing has changed."""
    return Fault(When.BEFORE, TicketRefused(NAME, words))


def timed_out(when: When) -> Fault:
    """No answer came; whether the request took effect only the test knows."""
    return Fault(when, OutcomeUnclear(NAME, "timed out"))


def killed(when: When) -> Fault:
    """The process is killed around this request."""
    return Fault(when, Killed())


@dataclass(frozen=True, slots=True)
class Request:
    """One call of a verb."""

    verb: str
    subject: str
    """The ticket's number, the draft's title or the label; empty for other verbs."""

    @property
    def writes(self) -> bool:
        """Whether it may change a ticket."""
        return self.verb not in _READS


@dataclass
class MemoryTracker:
    """Tickets in a dictionary. What a test may set stands first, what it reads second."""

    capabilities: Capabilities = field(default_factory=Capabilities)
    edges_listed: bool = True
    """Whether tickets that are read hold ``blocked_by``, as opposed to ``ends`` alone."""
    faults: dict[int, Fault] = field(default_factory=dict)
    """What the n-th request runs into; the first request is 1."""
    refuses: Callable[[Request], bool] = lambda _: False
    """Requests that are refused for good, because of their tickets."""
    unlisted: set[str] = field(default_factory=set)
    """Numbers that snapshots leave out, like a page that came back short."""
    counts: bool = True
    """Whether a snapshot tells the server's own count, in which unlisted tickets are contained."""
    failing_places: Collection[int] = ()
    """Places in a request for several edges at which nothing is added."""
    ignores_parents: bool = False
    """A parent that is given at creation is dropped without a word."""
    account: str = "techmap-bot"
    nobody: frozenset[str] = frozenset()
    """Names to which nothing can be assigned."""
    drops_types: bool = False
    """Types are dropped without a word, as without push access."""
    roles: dict[str, Standing] = field(default_factory=dict)
    """What it tells of accounts that it is asked about; of all others it tells nothing."""

    past: dict[str, History] = field(default_factory=dict)
    """What it remembers of tickets, by number."""
    board_refuses: str = ""
    """What it says when tickets are to join its board."""

    board: dict[str, dict[str, str]] = field(default_factory=dict)
    """The tickets on its board, and what the board's fields say of them."""
    tickets: dict[str, Ticket] = field(default_factory=dict)
    """By number, in the order of their creation. A test edits them as people do: ``tickets[n] = replace(...)``."""
    requests: list[Request] = field(default_factory=list)
    created: int = 0

    def __deepcopy__(self, _: object) -> MemoryTracker:
        """Copy what changes; tickets, requests and all other values are frozen."""
        other = copy(self)
        for name, value in vars(self).items():
            setattr(other, name, _own(value))
        return other

    @property
    def name(self) -> str:
        return NAME

    @property
    def writes(self) -> list[Request]:
        """The requests that may have changed a ticket."""
        return [request for request in self.requests if request.writes]

    def edit(self, number: str, **changes: object) -> None:
        """Change a ticket as a person does in the browser: no request of ours."""
        self.tickets[number] = replace(self.tickets[number], **changes)  # type: ignore[arg-type]

    def snapshot(self, label: str) -> Snapshot:
        with self._request("snapshot", label):
            labelled = [ticket for ticket in self.tickets.values() if label in ticket.labels]
        listed = [self._as_listed(ticket) for ticket in labelled if ticket.number not in self.unlisted]
        return Snapshot(tuple(listed), len(labelled) if self.counts else None)

    def own_tickets(self) -> Snapshot:
        with self._request("own_tickets", ""):
            return Snapshot(tuple(ticket for ticket in self.tickets.values() if ticket.author == self.account))

    def history(self, closed: Collection[str], opened: Collection[str]) -> Mapping[str, History]:
        with self._request("history", " ".join((*closed, *opened))):
            return {number: self.past[number] for number in (*closed, *opened) if number in self.past}

    def visibility(self, repository: str = "") -> Visibility | None:
        with self._request("visibility", repository):
            return Visibility.PRIVATE

    def examine(self) -> tuple[Finding, ...]:
        with self._request("examine", ""):
            return (Finding("memory", True, "it is there"),)

    def get(self, number: str) -> Ticket | None:
        with self._request("get", number):
            ticket = self.tickets.get(number)
            return self._as_listed(ticket) if ticket else None

    def standings(self, authors: Collection[str]) -> Mapping[str, Standing]:
        with self._request("standings", " ".join(authors)):
            return {name: self.roles[name] for name in authors if name in self.roles}

    def ends(self, numbers: Collection[str]) -> Mapping[str, Ends]:
        with self._request("ends", " ".join(numbers)):
            there = [self.tickets[number] for number in numbers if number in self.tickets]
            return {ticket.number: Ends(ticket.parent, ticket.blocked_by) for ticket in there}

    def unassignable(self, accounts: Collection[str]) -> frozenset[str]:
        with self._request("unassignable", ""):
            return self.nobody & set(accounts)

    def has_milestone(self, title: str) -> bool:
        with self._request("has_milestone", ""):
            return any(ticket.milestone == title for ticket in self.tickets.values())

    def create(self, draft: Draft) -> Ticket:
        with self._request("create", draft.title):
            self._check_lengths(draft.title, draft.body)
            if not draft.title.strip():
                raise TrackerError(NAME, "a ticket needs a title")
            if draft.parent:
                self._existing(draft.parent)
            self.created += 1
            ticket = self._new_ticket(str(self.created), draft)
            self.tickets[ticket.number] = ticket
        return ticket

    def update(self, number: str, patch: Patch) -> Ticket:
        with self._request("update", number):
            ticket = self._existing(number)
            self._check_lengths(patch.title or "", patch.body or "")
            self.tickets[number] = self._patched(ticket, patch)
        return self._as_listed(self.tickets[number])

    def add_labels(self, number: str, labels: Collection[str]) -> None:
        with self._request("add_labels", number):
            ticket = self._existing(number)
            self.edit(number, labels=ticket.labels | set(labels))

    def remove_labels(self, number: str, labels: Collection[str]) -> None:
        with self._request("remove_labels", number):
            ticket = self._existing(number)
            self.edit(number, labels=ticket.labels - set(labels))

    def assign(self, number: str, added: Collection[str], removed: Collection[str]) -> frozenset[str]:
        with self._request("assign", number):
            there = self._existing(number).assignees - set(removed)
            room = self.capabilities.most_assignees
            new = sorted({name.removeprefix("@") for name in added} - there - self.nobody)
            new = new if room is None else new[: max(0, room - len(there))]
            self.edit(number, assignees=there | set(new) if self.capabilities.assignees else frozenset())
        return self.tickets[number].assignees

    def join_board(self, tickets: Mapping[str, Mapping[str, str]]) -> str:
        with self._request("join_board", " ".join(tickets)):
            for number, values in tickets.items():
                self.board.setdefault(number, dict(values))
        return self.board_refuses

    def link(self, edge: Edge) -> None:
        with self._request("link", edge.source):
            self._link(edge)

    def link_many(self, edges: Sequence[Edge]) -> frozenset[Edge]:
        done = set()
        with self._request("link_many", edges[0].source):
            for place, edge in enumerate(edges):
                if place in self.failing_places or self.refuses(Request("link", edge.source)):
                    continue
                with suppress(TrackerError):
                    self._link(edge)
                    done.add(edge)
        return frozenset(done)

    def _link(self, edge: Edge) -> None:
        source, target = self._existing(edge.source), self._existing(edge.target)
        if source == target:
            raise TrackerError(NAME, f"{edge.source} cannot be {edge.kind} itself")
        match edge.kind:
            case EdgeKind.CHILD_OF:
                if source.parent not in (None, edge.target):
                    raise TrackerError(NAME, f"{edge.source} is a child of {source.parent} already")
                self._check_room_below(edge)
                self.edit(edge.source, parent=edge.target)
            case EdgeKind.BLOCKED_BY:
                self._check_room_for(edge)
                self.edit(edge.source, blocked_by=(source.blocked_by or frozenset()) | {edge.target})

    def unlink(self, edge: Edge) -> None:
        with self._request("unlink", edge.source):
            source = self._existing(edge.source)
            match edge.kind:
                case EdgeKind.CHILD_OF if source.parent == edge.target:
                    self.edit(edge.source, parent=None)
                case EdgeKind.BLOCKED_BY:
                    self.edit(edge.source, blocked_by=(source.blocked_by or frozenset()) - {edge.target})
                case EdgeKind.CHILD_OF:
                    pass

    @contextmanager
    def _request(self, verb: str, subject: str) -> Iterator[None]:
        self.requests.append(Request(verb, subject))
        fault = self.faults.get(len(self.requests))
        if fault and fault.when is When.BEFORE:
            raise fault.error
        if self.refuses(self.requests[-1]):
            raise TicketRefused(NAME, f"{verb} refused")
        yield
        if fault:
            raise fault.error

    def _as_listed(self, ticket: Ticket) -> Ticket:
        return ticket if self.edges_listed else replace(ticket, blocked_by=None)

    def _existing(self, number: str) -> Ticket:
        if number not in self.tickets:
            raise TrackerError(NAME, f"there is no ticket {number}")
        return self.tickets[number]

    def _check_lengths(self, title: str, body: str) -> None:
        if len(title) > self.capabilities.title_limit or len(body) > self.capabilities.body_limit:
            raise TrackerError(NAME, "too long")

    def _check_room_below(self, edge: Edge) -> None:
        siblings = [ticket for ticket in self.tickets.values() if ticket.parent == edge.target]
        limit = self.capabilities.children
        if limit is not None and len(siblings) >= limit and self.tickets[edge.source] not in siblings:
            raise TrackerError(NAME, f"{edge.target} has {limit} children already")

    def _check_room_for(self, edge: Edge) -> None:
        most = self.capabilities
        if edge.target in (self.tickets[edge.source].blocked_by or ()):
            return
        counts = [
            (len(self.tickets[edge.source].blocked_by or ()), most.blockers),
            (len(self._awaiting(edge.target)), most.blocking),
            (self._links(edge.source), most.links),
            (self._links(edge.target), most.links),
        ]
        if any(limit is not None and number >= limit for number, limit in counts):
            raise NotSupported(NAME, f"no room for another link between {edge.source} and {edge.target}")

    def _awaiting(self, number: str) -> list[Ticket]:
        return [ticket for ticket in self.tickets.values() if number in (ticket.blocked_by or ())]

    def _links(self, number: str) -> int:
        ticket = self.tickets[number]
        children = [other for other in self.tickets.values() if other.parent == number]
        return len(ticket.blocked_by or ()) + len(self._awaiting(number)) + bool(ticket.parent) + len(children)

    def _new_ticket(self, number: str, draft: Draft) -> Ticket:
        return Ticket(
            number=number,
            title=" ".join(draft.title.split()),
            body=draft.body,
            labels=draft.labels,
            assignees=self._taken(draft.assignees),
            priority=(draft.priority or "") if self.capabilities.native_priority else None,
            milestone=draft.milestone if self.capabilities.milestones else None,
            due=(draft.due or "") if self.capabilities.due_dates else "",
            type=self._type(draft.type) or "",
            author=self.account,
            parent=draft.parent if self.capabilities.parent_at_creation and not self.ignores_parents else None,
            url=f"https://tracker.example/{number}",
        )

    def _taken(self, people: Sequence[str]) -> frozenset[str]:
        able = [name for name in people if name not in self.nobody] if self.capabilities.assignees else []
        return frozenset(able[: self.capabilities.most_assignees])

    def _patched(self, ticket: Ticket, patch: Patch) -> Ticket:
        state = ticket.state if patch.state is None else patch.state
        if patch.state is State.CLOSED:
            reason = patch.reason if self.capabilities.close_reasons else None
        else:
            reason = ticket.reason if state is State.CLOSED else None
        return replace(
            ticket,
            title=ticket.title if patch.title is None else " ".join(patch.title.split()),
            body=ticket.body if patch.body is None else patch.body,
            priority=patch.priority if patch.priority and self.capabilities.native_priority else ticket.priority,
            milestone=patch.milestone if patch.milestone and self.capabilities.milestones else ticket.milestone,
            due=ticket.due if patch.due is None or not self.capabilities.due_dates else patch.due,
            type=ticket.type if self._type(patch.type) is None else patch.type or "",
            state=state,
            reason=reason,
        )

    def _type(self, name: str | None) -> str | None:
        """Return a type as far as it is taken; whatever is not is dropped without a word."""
        return name if self.capabilities.ticket_type and not self.drops_types else None


def _own(value: object) -> object:
    if isinstance(value, dict):
        return {key: _own(each) for key, each in value.items()}
    return copy(value) if isinstance(value, (list, set)) else value
