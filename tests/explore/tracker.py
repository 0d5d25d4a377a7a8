"""The tracker of a search: it can be copied, and another run may come between two writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

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

    def copy(self) -> OneTracker:
        """Return the same tickets, without what was requested."""
        return replace(self, tickets=dict(self.tickets), requests=[], faults={}, roles=dict(self.roles))
