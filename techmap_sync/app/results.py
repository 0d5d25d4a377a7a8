"""The result of one run in every format, and as the comment on a review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, assert_never

from rich.text import Text

from techmap_sync.app.ci_event import current_event
from techmap_sync.app.credentials import login_of_ci
from techmap_sync.app.formats import Format
from techmap_sync.app.survey import document_of
from techmap_sync.app.targets import connection_to
from techmap_sync.checkout import Checkout
from techmap_sync.ci_run import ReviewPlace
from techmap_sync.config import environment
from techmap_sync.errors import Problem, TrackerError, UsageProblem
from techmap_sync.registry import kind_named, known_cis, running_ci
from techmap_sync.reports.check_results import code_quality, workflow_commands
from techmap_sync.reports.github_actions import problem_command, refusal_commands, remark_commands
from techmap_sync.reports.harmless import Commands
from techmap_sync.reports.html.status_page import status_html
from techmap_sync.reports.messages import hint, sentence
from techmap_sync.reports.plan_json import plan_json, push_json
from techmap_sync.reports.plan_markdown import SUMMARY_LIMIT, plan_markdown, push_markdown
from techmap_sync.reports.plan_text import done_line, outcome_line, plan_text
from techmap_sync.secrecy import hidden
from techmap_sync.settings import Settings
from techmap_sync.sync.review_comment import keep_comment

if TYPE_CHECKING:
    from rich.console import RenderableType

    from techmap_sync.app.documents_found import MapFiles
    from techmap_sync.app.run import MapComparison, Planned
    from techmap_sync.sync.change_set import ChangeSet
    from techmap_sync.sync.outcomes import Outcome


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

    @property
    def problem(self) -> Problem | None:
        """Why the run is incomplete: it stopped early, or could not read every ticket."""
        stopped = self.pushed.problem if self.pushed else None
        return stopped or unread_problem(self.change_set.tracker, self.unread)

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
    """Return the result of a run in one format."""
    match form:
        case Format.TEXT:
            return _text(result)
        case Format.JSON:
            return _json(result)
        case Format.MARKDOWN:
            return markdown(result)
        case Format.HTML:
            return _html(result)
        case Format.GITHUB:
            return _annotations(result)
        case Format.GITLAB:
            return code_quality(result.files.checked_in_repository, result.files.unreadable_in_repository)
        case _:
            assert_never(form)


def markdown(result: Result, limit: int | None = None) -> str:
    """Return the result of a run as Markdown.

    :param limit: bytes; None for the limit of a job summary.
    """
    most, pushed = limit or SUMMARY_LIMIT, result.pushed
    if pushed is None:
        return plan_markdown(result.change_set, result.remarks, most)
    return push_markdown(result.change_set, pushed.outcomes, pushed.problem, result.remarks, most)


def _text(result: Result) -> RenderableType:
    parts = [plan_text(result.change_set)]
    if result.pushed is not None:
        parts += map(outcome_line, result.pushed.outcomes)
        parts.append(done_line(result.change_set, result.pushed.outcomes))
    return Text("\n").join([*parts, *map(Text, result.remarks)])


def _annotations(result: Result) -> RenderableType:
    problem, found = result.problem, result.files
    of_run = [*remark_commands(result.remarks), *refusal_commands(result.change_set)]
    of_run += [problem_command(problem)] if problem else []
    of_maps = workflow_commands(found.checked_in_repository, found.unreadable_in_repository)
    return Commands("\n".join(filter(None, [*of_run, of_maps])))


def _json(result: Result) -> str:
    if result.pushed is None:
        return plan_json(result.change_set, result.remarks)
    pushed = result.pushed
    return push_json(result.change_set, pushed.outcomes, pushed.complete, result.circumstances, result.remarks)


def _html(result: Result) -> str:
    document = document_of(result.compared, result.files, result.change_set.tracker, "plan")
    return status_html(document, result.remarks)


TITLE = "## Technical maps: what merging this will do\n\n"
_ROOM_FOR_THE_MARKER = 200


def review_of_this_run() -> ReviewPlace:
    """Return the pull or merge request that this CI run is about.

    :raises UsageProblem: the run does not belong to one.
    """
    place = current_event(environment()).review
    if place is None:
        raise UsageProblem("this run does not belong to a pull or merge request", "leave --comment out")
    return place


def commented(place: ReviewPlace, result: Result, settings: Settings, checkout: Checkout) -> Result:
    """Keep the comment with this plan up to date; a failure becomes a remark of the result and stops nothing."""
    try:
        without = _hindrance(place, result, settings, checkout)
    except Problem as problem:
        advice = f" ({hint(problem)})" if hint(problem) else ""
        without = f"No comment was written. {sentence(problem)}{advice}"
    return replace(result, remarks=(*result.remarks, without)) if without else result


def _hindrance(place: ReviewPlace, result: Result, settings: Settings, checkout: Checkout) -> str:
    kind = kind_named(place.kind)
    login = login_of_ci(kind, environment())
    if not login:
        return "No comment was written: there is no token for it."
    review = kind.review_at(connection_to(kind.name, place.target, settings, checkout, login), place.number)
    text = TITLE + hidden(markdown(result, review.comment_limit - len(TITLE) - _ROOM_FOR_THE_MARKER))
    keep_comment(review, _purpose(settings, environment()), text, begin=_says_something(result))
    return ""


def _purpose(settings: Settings, variables: Mapping[str, str]) -> str:
    """Return what identifies the comment: each job and each tracker has its own.

    It does not change with what a run could read, nor with the number of parts of a job, which a CI may append to its
    name.
    """
    part = f" {variables.get('CI_NODE_INDEX')}/{variables.get('CI_NODE_TOTAL')}"
    names = [variables.get(name, "") for ci in known_cis() for name in ci.job_variables]
    found = running_ci(variables)
    if found and found[1] not in known_cis():
        names += [variables.get(name, "") for name in found[1].job_variables]
    return " ".join([*(name.removesuffix(part) for name in names), settings.to])


def _says_something(result: Result) -> bool:
    """Whether there is anything for a reviewer: a change without maps gets no comment."""
    return any(not each.approved or each.refusals or each.changes for each in result.change_set.maps)
