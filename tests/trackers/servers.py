"""Both simulated servers in the same few words, for what has to hold on either."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from techmap_sync.sync.tracker import CloseReason, State, Ticket, Tracker
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.github.tracker import connect as connect_github
from techmap_sync.trackers.gitlab.tracker import connect as connect_gitlab
from tests.simulators import github, gitlab
from tests.simulators.gitlab import faults
from tests.simulators.gitlab.world import SARA

_STORED = ("issues", "labels", "milestones", "links", "executed", "created", "linked")


class Loss(Enum):
    """How an answer gets lost."""

    BAD_GATEWAY = github.Kind.BAD_GATEWAY.value
    DROPPED = github.Kind.DROPPED.value
    TIMED_OUT = github.Kind.TIMED_OUT.value


class Server(Protocol):
    """A server with one project, as a test sees it."""

    def tracker(self, **connection: Any) -> Tracker:
        """Return the tracker of a new run."""
        ...

    def connection(self, **changes: Any) -> Connection:
        """Return what an adapter is connected with, and what the time is there."""
        ...

    @property
    def flags(self) -> list[str]:
        """What a user writes to have the tickets there."""
        ...

    @property
    def requests(self) -> list[str]:
        """Verb and path of each request."""
        ...

    @property
    def writes(self) -> list[str]:
        """Those that may have changed something."""
        ...

    @property
    def lists(self) -> list[str]:
        """Those for pages of tickets."""
        ...

    def forget(self) -> None:
        """Begin to count requests anew, and let nothing go wrong."""
        ...

    def lose_answer(self, request: int, *, after: bool, how: Loss = Loss.DROPPED) -> None:
        """Let no good answer come to the n-th request, before or after its effect."""
        ...

    def answer_empty(self, request: int) -> None:
        """Let the n-th request bring an empty list."""
        ...

    def tickets(self) -> tuple[Ticket, ...]:
        """Return what is stored, seen from inside."""
        ...

    def add_unmanaged(self, count: int, label: str) -> None:
        """Let people open tickets that bear a label and are none of ours."""
        ...

    def unlink(self, source: str, target: str) -> None:
        """Let somebody take away that a ticket is blocked by another."""
        ...

    def saved(self) -> bytes:
        """Return all that is stored."""
        ...

    def restore(self, saved: bytes) -> None:
        """Take all that is stored back to what it was."""
        ...


@dataclass
class OnGitHub:
    """GitHub."""

    server: github.GitHub

    def tracker(self, **connection: Any) -> Tracker:
        return connect_github(self.server.connection(**connection))

    def connection(self, **changes: Any) -> Connection:
        return self.server.connection(**changes)

    @property
    def flags(self) -> list[str]:
        return ["--to", f"github:{self.server.repository.full_name}", "--api-url", self.server.base_url]

    @property
    def requests(self) -> list[str]:
        return [f"{request.verb} {request.path}" for request in self.server.requests]

    @property
    def writes(self) -> list[str]:
        return [f"{request.verb} {request.path}" for request in self.server.writes]

    @property
    def lists(self) -> list[str]:
        return [f"{request.verb} {request.path}" for request in self.server.lists]

    def forget(self) -> None:
        self.server.faults = {}
        self.server.forget()

    def lose_answer(self, request: int, *, after: bool, how: Loss = Loss.DROPPED) -> None:
        self.server.faults = {len(self.server.requests) + request: github.Fault(github.Kind(how.value), after)}

    def answer_empty(self, request: int) -> None:
        self.server.faults = {len(self.server.requests) + request: github.Fault(github.Kind.EMPTY_LIST)}

    def tickets(self) -> tuple[Ticket, ...]:
        return tuple(self._ticket(issue) for issue in self.server.repository.issues.values())

    def add_unmanaged(self, count: int, label: str) -> None:
        for number in range(count):
            self.server.add_issue(f"Theirs {number}", label)

    def unlink(self, source: str, target: str) -> None:
        self.server.repository.issues[int(source)].blocked_by.remove(int(target))

    def saved(self) -> bytes:
        return _pickled(self.server.repository)

    def restore(self, saved: bytes) -> None:
        self.server.restore(pickle.loads(saved))

    def _ticket(self, issue: github.Issue) -> Ticket:
        closed = issue.state == "closed"
        return Ticket(
            number=str(issue.number),
            title=issue.title,
            body=issue.body or "",
            state=State.CLOSED if closed else State.OPEN,
            reason=CloseReason((issue.state_reason or "").replace("_", " ")) if closed else None,
            labels=frozenset(issue.labels),
            assignees=frozenset(issue.assignees),
            author=issue.author.login,
            parent=str(issue.parent) if issue.parent else None,
            blocked_by=frozenset(map(str, issue.blocked_by)),
        )


@dataclass
class OnGitLab:
    """GitLab Premium, where links tell who waits for whom."""

    server: gitlab.Simulator

    def tracker(self, **connection: Any) -> Tracker:
        return connect_gitlab(self.server.connection(**connection))

    def connection(self, **changes: Any) -> Connection:
        return self.server.connection(**changes)

    @property
    def flags(self) -> list[str]:
        return ["--to", f"gitlab:{self.server.world.path}", "--api-url", self.server.url]

    @property
    def requests(self) -> list[str]:
        return self.server.asked

    @property
    def writes(self) -> list[str]:
        return self.server.writes

    @property
    def lists(self) -> list[str]:
        return [asked for asked in self.server.asked if asked.startswith("GET") and asked.endswith("/issues")]

    def forget(self) -> None:
        self.server.faults = {}
        self.server.asked.clear()

    def lose_answer(self, request: int, *, after: bool, how: Loss = Loss.DROPPED) -> None:
        made = {Loss.BAD_GATEWAY: faults.bad_gateway, Loss.DROPPED: faults.dropped, Loss.TIMED_OUT: faults.silence}
        self.server.faults = {len(self.server.asked) + request: made[how](after_effect=after)}

    def answer_empty(self, request: int) -> None:
        self.server.faults = {len(self.server.asked) + request: faults.empty_list()}

    def tickets(self) -> tuple[Ticket, ...]:
        return tuple(self._ticket(issue) for issue in self.server.world.issues.values())

    def add_unmanaged(self, count: int, label: str) -> None:
        for number in range(count):
            self.server.world.add_issue(f"Theirs {number}", SARA, labels=[label])

    def unlink(self, source: str, target: str) -> None:
        links = self.server.world.links
        (found,) = (n for n, link in links.items() if (link.source, link.target) == (int(target), int(source)))
        del links[found]

    def saved(self) -> bytes:
        return _pickled([getattr(self.server.world, name) for name in _STORED])

    def restore(self, saved: bytes) -> None:
        for name, value in zip(_STORED, pickle.loads(saved), strict=True):
            setattr(self.server.world, name, value)
        self.forget()

    def _ticket(self, issue: gitlab.Issue) -> Ticket:
        links = [link for link in self.server.world.links.values() if link.target == issue.iid]
        parents = [str(link.source) for link in links if link.type == "relates_to"]
        assert len(parents) < 2
        return Ticket(
            number=str(issue.iid),
            title=issue.title,
            body=issue.description,
            state=State.CLOSED if issue.state == "closed" else State.OPEN,
            labels=frozenset(issue.labels),
            assignees=frozenset(user.username for user in issue.assignees),
            author=issue.author.username,
            parent=parents[0] if parents else None,
            blocked_by=frozenset(str(link.source) for link in links if link.type == "blocks"),
        )


def _pickled(value: object) -> bytes:
    """Return the bytes of a value: the same for equal ones, however many of their parts are one and the same object."""
    written = io.BytesIO()
    pickler = pickle.Pickler(written)
    pickler.fast = True
    pickler.dump(value)
    return written.getvalue()


@contextmanager
def _github(certificate: Path | None = None) -> Iterator[Server]:
    with github.running(github.GitHub(), certificate) as server:
        yield OnGitHub(server)


@contextmanager
def _gitlab(certificate: Path | None = None) -> Iterator[Server]:
    with gitlab.Simulator.running(certificate=certificate) as server:
        yield OnGitLab(server)
        assert server.undocumented == [], server.undocumented


SERVERS: dict[str, Callable[..., AbstractContextManager[Server]]] = {"github": _github, "gitlab": _gitlab}
