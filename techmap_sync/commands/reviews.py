"""The plan as one comment on the pull or merge request that a run is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from techmap_sync.checkout import Checkout
from techmap_sync.ci_run import ReviewPlace
from techmap_sync.commands.credentials import login_of_ci
from techmap_sync.commands.occasions import occasion
from techmap_sync.commands.reporting import Result, markdown
from techmap_sync.commands.targets import connection_to
from techmap_sync.config import Settings, environment
from techmap_sync.errors import Problem, UsageProblem
from techmap_sync.registry import kind_named, known_cis, running_ci
from techmap_sync.reports.messages import hint, sentence
from techmap_sync.secrecy import hidden
from techmap_sync.syncing.changes import Action
from techmap_sync.syncing.review import keep_comment

TITLE = "## Technical maps: what merging this will do\n\n"
_ROOM_FOR_THE_MARKER = 200


def review_of_this_run() -> ReviewPlace:
    """Return the pull or merge request that this CI run is about.

    :raises UsageProblem: there is none.
    """
    place = occasion(environment()).review
    if place is None:
        raise UsageProblem("this run is about no pull or merge request", "leave --comment out")
    return place


def commented(place: ReviewPlace, result: Result, settings: Settings, checkout: Checkout) -> Result:
    """Keep the comment with this plan; whatever hinders it becomes a remark of the result, and costs nothing else."""
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
    """Two jobs keep a comment each, and so do two trackers; what a run could not read makes no difference.

    Nor does in how many the job is split, which a CI may append to its name.
    """
    part = f" {variables.get('CI_NODE_INDEX')}/{variables.get('CI_NODE_TOTAL')}"
    names = [variables.get(name, "") for ci in known_cis() for name in ci.job_variables]
    found = running_ci(variables)
    if found and found[1] not in known_cis():
        names += [variables.get(name, "") for name in found[1].job_variables]
    return " ".join([*(name.removesuffix(part) for name in names), settings.to])


def _says_something(result: Result) -> bool:
    """Say whether a reviewer wants to know: a change without maps gets no comment."""
    told = (Action.CONFLICT, Action.SKIP)
    return any(
        not each.approved or each.refusals or any(c.writes or c.action in told for c in each.changes)
        for each in result.change_set.maps
    )
