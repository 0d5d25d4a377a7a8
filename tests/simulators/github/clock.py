"""A clock that moves on when somebody sleeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from tests.fakes.clock import Clock


@dataclass
class SimulatedClock(Clock):
    """What both the server and its clients go by."""

    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)
