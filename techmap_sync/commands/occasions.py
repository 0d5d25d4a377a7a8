"""What a CI run is about, and therefore what is to be done: one decision, made from the event.

https://docs.github.com/actions/reference/events-that-trigger-workflows
https://docs.gitlab.com/ci/variables/predefined_variables/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from techmap_sync.commands.ci_run import CiRun, ci_run, github_event, part_of
from techmap_sync.commands.deeds import Deed
from techmap_sync.errors import UsageProblem

_PULL = re.compile(r"refs/pull/(\d+)/\w+")
_ON_REQUEST = ("schedule", "web", "api", "trigger", "pipeline", "chat")


@dataclass(frozen=True, slots=True)
class ReviewPlace:
    """The pull or merge request that a run is about."""

    kind: str
    """``github`` or ``gitlab``."""
    target: str
    """The repository or project in which it is."""
    number: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a run takes place, and what it does."""

    deed: Deed
    because: str
    """To follow "because of": ``a push to main, the default branch``."""
    review: ReviewPlace | None = None
    forked: bool = False
    """The change comes from another repository, whose runs get no secrets."""


def occasion(environment: Mapping[str, str]) -> Occasion:
    """Return what a CI run is about.

    :raises UsageProblem: this is no run of a CI that we know.
    """
    run = ci_run(environment)
    if run is not None and environment.get("GITHUB_ACTIONS") == "true":
        return _on_github(environment, github_event(environment), run)
    if run is not None:
        return _on_gitlab(environment, run)
    hint = "use plan or push, or say what to do with --command"
    raise UsageProblem("this is no run of GitHub Actions or GitLab CI", hint)


def _on_github(environment: Mapping[str, str], event: Mapping[str, Any], run: CiRun) -> Occasion:
    name = environment.get("GITHUB_EVENT_NAME", "")
    match name:
        case "pull_request" | "pull_request_target":
            return _pull_request(environment, event)
        case "push" if run.is_on_default_branch:
            return Occasion(Deed.PUSH, f"a push to {run.branch}, the default branch")
        case "push":
            return Occasion(Deed.PLAN, f"a push to {_elsewhere(run)}")
        case "schedule" if run.is_on_default_branch:
            return Occasion(Deed.RECONCILE, "a schedule")
        case "workflow_dispatch" if run.is_on_default_branch:
            return Occasion(Deed.RECONCILE, "a start by hand")
        case _:
            return Occasion(Deed.PLAN, f"the event {name or 'without a name'} on {run.branch or run.what}")


def _elsewhere(run: CiRun) -> str:
    return f"{run.branch or run.what}, which is not the default branch {run.default_branch}".rstrip()


def _pull_request(environment: Mapping[str, str], event: Mapping[str, Any]) -> Occasion:
    pull = part_of(event, "pull_request")
    by_ref = _PULL.fullmatch(environment.get("GITHUB_REF", ""))
    number = str(pull.get("number") or (by_ref[1] if by_ref else ""))
    home = environment.get("GITHUB_REPOSITORY", "")
    from_where = str(part_of(pull, "head", "repo").get("full_name", "")) if pull else home
    review = ReviewPlace("github", home, number) if number else None
    return Occasion(Deed.PLAN, f"pull request {number}", review, forked=from_where.casefold() != home.casefold())


def _on_gitlab(environment: Mapping[str, str], run: CiRun) -> Occasion:
    source = environment.get("CI_PIPELINE_SOURCE", "")
    number = environment.get("CI_MERGE_REQUEST_IID", "")
    if number:
        home = environment.get("CI_MERGE_REQUEST_PROJECT_ID") or environment.get("CI_PROJECT_ID", "")
        forked = environment.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", home) != home
        return Occasion(Deed.PLAN, f"merge request {number}", ReviewPlace("gitlab", home, number), forked)
    if not run.is_on_default_branch:
        return Occasion(Deed.PLAN, f"a pipeline on {_elsewhere(run)}")
    if source == "push":
        return Occasion(Deed.PUSH, f"a push to {run.branch}, the default branch")
    if source == "parent_pipeline":
        return Occasion(Deed.PUSH, f"a child pipeline on {run.branch}, the default branch")
    if source in _ON_REQUEST:
        return Occasion(Deed.RECONCILE, "a schedule" if source == "schedule" else "a start by hand")
    return Occasion(Deed.PLAN, f"a pipeline by {source or 'an unknown source'}")
