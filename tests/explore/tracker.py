"""The tracker of a search: it can be copied, and another run may come between two writes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache

from techmap_sync.sync.tracker import Ticket
from tests.explore.fingerprints import FIRST_NUMBER
from tests.fakes.memory import MemoryTracker


@dataclass
class OneTracker(MemoryTracker):
    """A tracker on which another run may go from start to end just before one write of this run."""

    created: int = FIRST_NUMBER
    meanwhile: Mapping[int, Callable[[], object]] = field(default_factory=dict)
    """By how many writes came before."""

    @contextmanager
    def _request(self, verb: str, subject: str) -> Iterator[None]:
        with super()._request(verb, subject):
            if self.requests[-1].writes and self.meanwhile:
                others, self.meanwhile = self.meanwhile, {}
                number = len(self.writes) - 1
                if number in others:
                    others[number]()
                else:
                    self.meanwhile = others
            yield

    def _as_listed(self, ticket: Ticket) -> Ticket:
        return ticket if self.edges_listed else _without_edges(ticket)

    def copy(self) -> OneTracker:
        """Return the same tickets, without what was requested."""
        new = object.__new__(OneTracker)
        new.__dict__.update(self.__dict__, tickets=dict(self.tickets), requests=[], faults={}, roles=dict(self.roles))
        return new

    def known(self) -> tuple[Hashable, ...]:
        """What a run can read, as a value."""
        return (tuple(self.tickets.values()), self.account, frozenset(self.unlisted), tuple(self.roles.items()))

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """Requests that are neither counted nor struck: what a run reads before its first write."""
        requests, faults = self.requests, self.faults
        self.requests, self.faults = [], {}
        try:
            yield
        finally:
            self.requests, self.faults = requests, faults


@lru_cache(maxsize=50_000)
def _without_edges(ticket: Ticket) -> Ticket:
    return replace(ticket, blocked_by=None)
