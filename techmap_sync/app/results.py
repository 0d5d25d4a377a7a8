"""What a run planned, what it did, and how that is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pkgutil import resolve_name
from typing import TYPE_CHECKING

from rich.text import Text

from techmap_sync.app.formats import Format
from techmap_sync.errors import Problem, TrackerError
from techmap_sync.planning.titles import tracking_key
from techmap_sync.reports.plan_text import done_line, outcome_line, page_line, plan_text
from techmap_sync.sync.change_set import Outcome, Status
from techmap_sync.sync.tickets import Holdings

if TYPE_CHECKING:
    from rich.console import RenderableType

    from techmap_sync.app.documents_found import MapFile, MapFiles
    from techmap_sync.planning.task import TaskPlan
    from techmap_sync.sync.change_set import ChangeSet, MapChanges
    from techmap_sync.sync.policy import SyncPolicy
    from techmap_sync.sync.tracker import Tracker


@dataclass(frozen=True, slots=True)
class MapComparison:
    """A map and its tickets."""

    changes: MapChanges
    holdings: Holdings = field(default_factory=Holdings)
    """Its tickets under their current keys."""
    file: MapFile | None = None
    """None for a map whose file is missing."""
    plan: TaskPlan | None = None
    """The tasks of an approved map, including follow-ups."""
    path_elsewhere: str = ""
    """The file of a map that the setting ``maps`` leaves out."""
    links_in_text: bool = False
    """The tracker has no links: dependencies are in the map alone."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and everything that is needed to apply it."""

    files: MapFiles
    change_set: ChangeSet
    tracker: Tracker
    policy: SyncPolicy
    compared: tuple[MapComparison, ...] = ()
    """The maps and tickets that the change set was made from."""
    remarks: tuple[str, ...] = ()
    """Remarks for readers of the plan."""
    unread: tuple[str, ...] = ()
    """What the tracker did not show of single tickets, and why."""
    is_first: bool = False
    """The tracker has no ticket of any map yet."""


@dataclass
class Pushed:
    """What a push has done so far."""

    outcomes: list[Outcome] = field(default_factory=list)
    problem: Problem | None = None
    """Why it stopped early."""
    stop_requested: bool = False
    """The run was asked to end; it does so between two writes."""

    @property
    def complete(self) -> bool:
        """Whether everything in the plan was tried."""
        return self.problem is None


@dataclass(frozen=True, slots=True)
class Result:
    """A plan and its outcomes."""

    files: MapFiles
    change_set: ChangeSet
    pushed: Pushed | None = None
    """None for a plan that was not applied."""
    circumstances: Mapping[str, str] = field(default_factory=dict)
    """Who pushed, from which commit, in which run."""
    remarks: tuple[str, ...] = ()
    """Remarks for readers of the result."""
    compared: tuple[MapComparison, ...] = ()
    """The maps and tickets of the change set."""
    unread: tuple[str, ...] = ()
    """What the tracker did not show of single tickets, and why."""
    is_first: bool = False
    """The tracker had no ticket of any map before."""

    @property
    def problem(self) -> Problem | None:
        """Why the run is incomplete: it stopped early, or could not read every ticket."""
        stopped = self.pushed.problem if self.pushed else None
        return stopped or unread_problem(self.change_set.tracker, self.unread)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that kept the run from being whole."""
        return (*([self.problem] if self.problem else ()), *self.files.unreadable_in_repository)

    @property
    def pages(self) -> Mapping[str, str]:
        """The address of each ticket that was there, by number."""
        return {held.ticket.number: held.ticket.url for each in self.compared for held in each.holdings.all}

    @property
    def tracking_pages(self) -> Iterator[str]:
        """The addresses of the tracking tickets of all maps that something was written for."""
        outcomes = self.pushed.outcomes if self.pushed else ()
        known = {key: o.url for o in outcomes if (key := tracking_key(o.map_id)) == o.change.key}
        written = {o.map_id for o in outcomes if o.status is Status.APPLIED and not o.change.is_bookkeeping}
        for each in self.compared:
            map_id, tracking = each.changes.map_id, each.holdings.tracking
            page = known.get(tracking_key(map_id)) or (tracking.ticket.url if tracking else "")
            if map_id in written and page:
                yield page

    @staticmethod
    def of(planned: Planned, pushed: Pushed | None = None, circumstances: Mapping[str, str] | None = None) -> Result:
        """Return the result of a plan, applied or not."""
        return Result(
            planned.files,
            planned.change_set,
            pushed,
            circumstances or {},
            planned.remarks,
            planned.compared,
            planned.unread,
            planned.is_first,
        )


_MOST_NAMED = 3


def unread_problem(tracker: str, unread: Sequence[str]) -> TrackerError | None:
    """Return what a run that could not read every ticket ends with; None when it read them all.

    :param unread: what was not read, and why.
    """
    if not unread:
        return None
    more = f"; and {len(unread) - _MOST_NAMED} more" if len(unread) > _MOST_NAMED else ""
    return TrackerError(tracker, "; ".join(unread[:_MOST_NAMED]) + more, "the next run tries again")


def rendered(result: Result, form: Format) -> RenderableType:
    """Return the result of a run in one format; all but text are loaded only when one is asked for."""
    if form is Format.TEXT:
        return as_text(result)
    found: RenderableType = resolve_name("techmap_sync.app.renderings:rendered")(result, form)
    return found


def as_text(result: Result) -> RenderableType:
    """Return the result of a run as text."""
    parts = [plan_text(result.change_set, is_first=result.is_first)]
    if result.pushed is not None:
        parts += map(outcome_line, result.pushed.outcomes)
        parts.append(done_line(result.change_set, result.pushed.outcomes))
        parts += map(page_line, result.tracking_pages)
    return Text("\n").join([*parts, *map(Text, result.remarks)])
