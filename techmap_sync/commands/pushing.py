"""``push``: apply the plan that was shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from techmap_sync.commands.planning import Planned
from techmap_sync.errors import Problem, TrackerError
from techmap_sync.syncing.apply import apply
from techmap_sync.syncing.outcomes import Outcome


@dataclass
class Pushed:
    """What a push has done so far."""

    outcomes: list[Outcome] = field(default_factory=list)
    problem: Problem | None = None
    """Why it stopped early."""

    @property
    def complete(self) -> bool:
        """Whether everything that was shown was tried."""
        return self.problem is None


def push_plan(planned: Planned, pushed: Pushed) -> Iterator[Outcome]:
    """Apply a plan, yielding each outcome; what was done stays known when the tracker fails on the way."""
    try:
        for outcome in apply(planned.change_set, planned.tracker, planned.policy):
            pushed.outcomes.append(outcome)
            yield outcome
    except TrackerError as problem:
        pushed.problem = problem
