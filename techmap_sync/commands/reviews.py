"""The plan as one comment on the pull or merge request that a run is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from techmap_sync.checkout import Checkout
from techmap_sync.commands.credentials import Login, login_of_ci
from techmap_sync.commands.occasions import ReviewPlace, occasion
from techmap_sync.commands.reporting import Result, markdown
from techmap_sync.commands.targets import connection_to
from techmap_sync.commands.vendors import VENDORS
from techmap_sync.config import Settings, environment
from techmap_sync.errors import Problem, UsageProblem
from techmap_sync.reports.messages import hint, sentence
from techmap_sync.secrecy import hidden
from techmap_sync.syncing.changes import Action
from techmap_sync.syncing.review import Review, keep_comment

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
    login = login_of_ci(VENDORS[place.kind], environment())
    if not login:
        return "No comment was written: there is no token for it."
    review = _connected(place, login, settings, checkout)
    text = TITLE + hidden(markdown(result, review.comment_limit - len(TITLE) - _ROOM_FOR_THE_MARKER))
    keep_comment(review, _purpose(settings, environment()), text, begin=_says_something(result))
    return ""


def _connected(place: ReviewPlace, login: Login, settings: Settings, checkout: Checkout) -> Review:
    connection = connection_to(place.kind, place.target, settings, checkout, login)
    if place.kind == "github":
        from techmap_sync.adapters.github.reviews import GitHubReview

        return GitHubReview(connection, place.number)
    from techmap_sync.adapters.gitlab.reviews import GitLabReview

    return GitLabReview(connection, place.number)


def _purpose(settings: Settings, variables: Mapping[str, str]) -> str:
    """Two jobs keep a comment each, and so do two trackers; what a run could not read makes no difference.

    Nor does in how many the job is split, which GitLab appends to its name.
    """
    part = f" {variables.get('CI_NODE_INDEX')}/{variables.get('CI_NODE_TOTAL')}"
    names = (variables.get(name, "") for name in ("GITHUB_WORKFLOW", "GITHUB_JOB", "CI_JOB_NAME"))
    return " ".join([*(name.removesuffix(part) for name in names), settings.to])


def _says_something(result: Result) -> bool:
    """Say whether a reviewer wants to know: a change without maps gets no comment."""
    told = (Action.CONFLICT, Action.SKIP)
    return any(
        not each.approved or each.refusals or any(c.writes or c.action in told for c in each.changes)
        for each in result.change_set.maps
    )
