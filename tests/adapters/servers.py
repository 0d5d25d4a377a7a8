"""Both simulated servers in the same few words, for what has to hold on either."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from techmap_sync.adapters.github.tracker import connect as connect_github
from techmap_sync.adapters.gitlab.tracker import connect as connect_gitlab
from techmap_sync.syncing.tracker import CloseReason, State, Ticket, Tracker
from tests.simulators import github, gitlab
from tests.simulators.gitlab import faults

_STORED = ("issues", "labels", "milestones", "links", "executed", "created", "linked")


class Server(Protocol):
    """A server with one project, as a test sees it."""

    def tracker(self) -> Tracker:
        """Return the tracker of a new run."""
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

    def lose_answer(self, request: int, *, after: bool) -> None:
        """Let the connection end when the n-th request has come, before or after its effect."""
        ...

    def tickets(self) -> tuple[Ticket, ...]:
        """Return what is stored, seen from inside."""
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

    def tracker(self) -> Tracker:
        return connect_github(self.server.connection())

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

    def lose_answer(self, request: int, *, after: bool) -> None:
        self.server.faults = {len(self.server.requests) + request: github.Fault(github.Kind.DROPPED, after)}

    def tickets(self) -> tuple[Ticket, ...]:
        return tuple(self._ticket(issue) for issue in self.server.repository.issues.values())

    def saved(self) -> bytes:
        return pickle.dumps(self.server.repository)

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

    def tracker(self) -> Tracker:
        return connect_gitlab(self.server.connection())

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

    def lose_answer(self, request: int, *, after: bool) -> None:
        self.server.faults = {len(self.server.asked) + request: faults.dropped(after_effect=after)}

    def tickets(self) -> tuple[Ticket, ...]:
        return tuple(self._ticket(issue) for issue in self.server.world.issues.values())

    def saved(self) -> bytes:
        return pickle.dumps([getattr(self.server.world, name) for name in _STORED])

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


@contextmanager
def _github() -> Iterator[Server]:
    with github.running(github.GitHub()) as server:
        yield OnGitHub(server)


@contextmanager
def _gitlab(**world: Any) -> Iterator[Server]:
    with gitlab.Simulator.running(**world) as server:
        yield OnGitLab(server)
        assert server.undocumented == [], server.undocumented


SERVERS: dict[str, Callable[[], AbstractContextManager[Server]]] = {"github": _github, "gitlab": _gitlab}
