"""What a CI run is about, and therefore what is to be done: one decision, made from the event.

https://docs.github.com/actions/reference/events-that-trigger-workflows
https://docs.gitlab.com/ci/variables/predefined_variables/
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    if environment.get("GITHUB_ACTIONS") == "true":
        return _on_github(environment, _event(environment.get("GITHUB_EVENT_PATH", "")))
    if environment.get("GITLAB_CI") == "true":
        return _on_gitlab(environment)
    hint = "use plan or push, or say what to do with --command"
    raise UsageProblem("this is no run of GitHub Actions or GitLab CI", hint)


def _event(path: str) -> Mapping[str, Any]:
    try:
        event = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError):
        event = {}
    return event if isinstance(event, dict) else {}


def _on_github(environment: Mapping[str, str], event: Mapping[str, Any]) -> Occasion:
    name, ref = environment.get("GITHUB_EVENT_NAME", ""), environment.get("GITHUB_REF", "")
    default = (event.get("repository") or {}).get("default_branch", "")
    branch = ref.removeprefix("refs/heads/")
    match name:
        case "pull_request" | "pull_request_target":
            return _pull_request(environment, event)
        case "push" if default and ref == f"refs/heads/{default}":
            return Occasion(Deed.PUSH, f"a push to {branch}, the default branch")
        case "push":
            return Occasion(Deed.PLAN, f"a push to {branch}, which is not the default branch {default}".rstrip())
        case "schedule":
            return Occasion(Deed.RECONCILE, "a schedule")
        case "workflow_dispatch" if default in ("", branch):
            return Occasion(Deed.RECONCILE, "a start by hand")
        case _:
            return Occasion(Deed.PLAN, f"the event {name or 'without a name'} on {branch}")


def _pull_request(environment: Mapping[str, str], event: Mapping[str, Any]) -> Occasion:
    pull = event.get("pull_request") or {}
    by_ref = _PULL.fullmatch(environment.get("GITHUB_REF", ""))
    number = str(pull.get("number") or (by_ref[1] if by_ref else ""))
    home = environment.get("GITHUB_REPOSITORY", "")
    from_where = ((pull.get("head") or {}).get("repo") or {}).get("full_name", "") if pull else home
    review = ReviewPlace("github", home, number) if number else None
    return Occasion(Deed.PLAN, f"pull request {number}", review, forked=from_where.casefold() != home.casefold())


def _on_gitlab(environment: Mapping[str, str]) -> Occasion:
    source, branch = environment.get("CI_PIPELINE_SOURCE", ""), environment.get("CI_COMMIT_BRANCH", "")
    default = environment.get("CI_DEFAULT_BRANCH", "")
    number = environment.get("CI_MERGE_REQUEST_IID", "")
    if number:
        home = environment.get("CI_MERGE_REQUEST_PROJECT_ID") or environment.get("CI_PROJECT_ID", "")
        forked = environment.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", home) != home
        return Occasion(Deed.PLAN, f"merge request {number}", ReviewPlace("gitlab", home, number), forked)
    if not branch or branch != default:
        where = branch or environment.get("CI_COMMIT_REF_NAME", "")
        return Occasion(Deed.PLAN, f"a pipeline on {where}, which is not the default branch {default}".rstrip())
    if source == "push":
        return Occasion(Deed.PUSH, f"a push to {branch}, the default branch")
    if source in _ON_REQUEST:
        return Occasion(Deed.RECONCILE, "a schedule" if source == "schedule" else "a start by hand")
    return Occasion(Deed.PLAN, f"a pipeline by {source or 'an unknown source'}")
