"""Follows the work: which change closed a ticket when it was merged, and which open tickets need somebody.

What the tickets themselves say decides whom the tracker is asked about, so that it is asked about few.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from techmap_sync.sync.block import Held
from techmap_sync.sync.progress import Cause, MapProgress, Standstill, TaskProgress, TaskState
from techmap_sync.sync.tracker import Capabilities, History, State, Tracker

_NOTHING = History()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an open ticket may stay as it is."""

    days: int
    """0 for any time."""
    now: datetime

    def is_over(self, since: datetime | None) -> bool:
        """Whether something has lasted too long."""
        return self.days > 0 and since is not None and self.now - since >= timedelta(days=self.days)


def followed(
    maps: Sequence[MapProgress], held: Iterable[Held], tracker: Tracker, patience: Patience
) -> tuple[MapProgress, ...]:
    """Return the progress of maps with the changes that closed tickets, and the tickets that need somebody.

    :param held: all tickets of the maps.
    :raises TrackerError: the tracker refused or did not answer.
    """
    by_number = {each.ticket.number: each for each in held}
    shown = [task for each in maps for task in (*([each.tracking] if each.tracking else ()), *each.tasks)]
    closed = [task.number for task in shown if _was_closed_by_others(task, by_number.get(task.number))]
    open_tasks = [task for each in maps for task in each.tasks if task.is_open and task.number in by_number]
    if not closed and not (patience.days and open_tasks):
        return tuple(maps)
    judge = _Judge(by_number, tracker.capabilities, patience)
    opened = [task.number for task in open_tasks if judge.has_to_ask(task)]
    past = tracker.history(closed, opened) if closed or opened else {}
    return tuple(_followed(each, past, judge) for each in maps)


def _was_closed_by_others(task: TaskProgress, held: Held | None) -> bool:
    """Whether somebody else completed it: a person, or a change that was merged."""
    is_closed = held is not None and held.ticket.state is State.CLOSED and held.marker.state != State.CLOSED
    return is_closed and task.state is TaskState.DONE


def _followed(progress: MapProgress, past: Mapping[str, History], judge: _Judge) -> MapProgress:
    tracking = progress.tracking and _with_change(progress.tracking, past)
    tasks = (_with_change(task, past) for task in progress.tasks)
    return replace(
        progress,
        tracking=tracking,
        tasks=tuple(replace(task, stale=judge.standstills(task, past)) for task in tasks),
    )


def _with_change(task: TaskProgress, past: Mapping[str, History]) -> TaskProgress:
    return task if task.is_open else replace(task, closed_by=past.get(task.number, _NOTHING).closed_by)


@dataclass(frozen=True, slots=True)
class _Judge:
    """Says which open tickets need somebody."""

    held: Mapping[str, Held]
    capabilities: Capabilities
    patience: Patience

    def has_to_ask(self, task: TaskProgress) -> bool:
        """Whether only the history of an open ticket says how long it has been as it is, and that may be too long."""
        if not self.patience.is_over(self._earliest(task.number)):
            return False
        known = bool(self._causes(task))
        return known if self.capabilities.dates_events else not known and self.held[task.number].ticket.reopened is None

    def standstills(self, task: TaskProgress, past: Mapping[str, History]) -> tuple[Standstill, ...]:
        """Return what has kept an open ticket waiting for too long, longest first."""
        if not self.patience.days or not task.is_open or task.number not in self.held:
            return ()
        lasting = [(since, cause) for cause, since in self._since(task, past) if self.patience.is_over(since)]
        return tuple(Standstill(cause, (self.patience.now - since).days) for since, cause in sorted(lasting))

    def _since(self, task: TaskProgress, past: Mapping[str, History]) -> Iterator[tuple[Cause, datetime]]:
        """Yield each cause and since when it is known to last."""
        own, earliest = past.get(task.number, _NOTHING), self._earliest(task.number)
        if earliest is None:
            return
        for cause in self._causes(task) | ({Cause.REOPENED} if own.reopened else set()):
            match cause:
                case Cause.REOPENED:
                    yield cause, own.reopened or earliest
                case Cause.UNASSIGNED:
                    yield cause, own.unassigned or earliest
                case Cause.BLOCKED:
                    since = {number: own.blocked.get(number, earliest) for number in task.blockers}
                    yield cause, min(max(time, self._open_since(number, past, time)) for number, time in since.items())

    def _open_since(self, number: str, past: Mapping[str, History], usual: datetime) -> datetime:
        """Return since when the ticket that another waits for is open."""
        return past.get(number, _NOTHING).reopened or self._earliest(number) or usual

    def _causes(self, task: TaskProgress) -> set[Cause]:
        """Return what the ticket itself says."""
        held = self.held[task.number]
        found = {Cause.BLOCKED} if task.blockers else set()
        if self.capabilities.assignees and not held.ticket.assignees:
            found.add(Cause.UNASSIGNED)
        if held.ticket.reopened or held.marker.state == State.CLOSED:
            found.add(Cause.REOPENED)
        return found

    def _earliest(self, number: str) -> datetime | None:
        """Return since when a ticket may have been as it is; without dated events, since when it certainly has."""
        if number not in self.held:
            return None
        ticket = self.held[number].ticket
        return ticket.created if self.capabilities.dates_events else ticket.changed
