"""The plan as a comment on the pull or merge request that a CI run is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pkgutil import resolve_name

from techmap_sync.app.ci_event import current_event
from techmap_sync.app.credentials import login_of_ci
from techmap_sync.app.results import Result
from techmap_sync.app.targets import connection_to
from techmap_sync.checkout import Checkout
from techmap_sync.ci_run import ReviewPlace
from techmap_sync.errors import Problem, UsageProblem
from techmap_sync.programs import environment
from techmap_sync.registry import kind_named, known_cis, running_ci
from techmap_sync.reports.messages import hint, sentence
from techmap_sync.secrecy import hidden
from techmap_sync.settings import Settings
from techmap_sync.sync.review import keep_comment

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
    # Rendering is loaded only when there is a comment to write.
    markdown = resolve_name("techmap_sync.app.renderings:markdown")
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
