"""Which branch, tag or review a CI runs for, by the CI's own variables: its checkout does not tell.

``actions/checkout`` makes no ``refs/remotes/origin/HEAD``, and GitLab's runner leaves a detached HEAD.

https://docs.github.com/actions/reference/workflows-and-actions/variables
https://docs.gitlab.com/ci/variables/predefined_variables/
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HEADS, _TAGS, _PULLS = "refs/heads/", "refs/tags/", "refs/pull/"
_GITLAB_REVIEWS = {
    "CI_MERGE_REQUEST_IID": "merge request",
    "CI_MERGE_REQUEST_REF_PATH": "merge request",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "merge request",
    "CI_EXTERNAL_PULL_REQUEST_IID": "pull request",
}
"""Variables that only the pipeline of a review has; pipelines that it starts have them too."""
_REVIEW_SOURCES = ("merge_request_event", "external_pull_request_event")


@dataclass(frozen=True, slots=True)
class CiRun:
    """What a CI says of the commit that it runs for."""

    what: str
    """``the branch idea``, ``the tag v1``, ``pull request 12``."""
    branch: str = ""
    """Empty for a tag or a review."""
    default_branch: str = ""
    """Empty when the CI does not tell."""
    commit: str = ""
    repository: str = ""
    """Path of the repository on its server."""

    @property
    def is_on_default_branch(self) -> bool:
        """Whether the CI says so."""
        return bool(self.branch) and self.branch == self.default_branch


def ci_run(environment: Mapping[str, str]) -> CiRun | None:
    """Return what a CI says of its run; None outside of GitHub Actions and GitLab CI."""
    if environment.get("GITHUB_ACTIONS") == "true":
        return _on_github(environment, github_event(environment))
    if environment.get("GITLAB_CI") == "true":
        return _on_gitlab(environment)
    return None


def is_ci(environment: Mapping[str, str]) -> bool:
    """Whether a CI runs this, one that we know or any other: all of them set ``CI``."""
    others = environment.get("CI", "").casefold() not in ("", "0", "false", "no")
    return others or environment.get("GITHUB_ACTIONS") == "true" or environment.get("GITLAB_CI") == "true"


def github_event(environment: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the event that GitHub wrote for this run; empty when it cannot be read."""
    path = environment.get("GITHUB_EVENT_PATH", "")
    try:
        event = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError):
        event = {}
    return event if isinstance(event, dict) else {}


def part_of(event: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """Return an object within an event; empty when there is none."""
    found: Any = event
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _on_github(environment: Mapping[str, str], event: Mapping[str, Any]) -> CiRun:
    ref = environment.get("GITHUB_REF", "")
    default = part_of(event, "repository").get("default_branch")
    default = default if isinstance(default, str) else ""
    commit, home = environment.get("GITHUB_SHA", ""), environment.get("GITHUB_REPOSITORY", "")
    if _is_pull_request(environment):
        number = part_of(event, "pull_request").get("number") or ref.removeprefix(_PULLS).partition("/")[0]
        return CiRun(f"pull request {number}".rstrip(), "", default, commit, home)
    if environment.get("GITHUB_REF_TYPE") == "tag" or not ref.startswith(_HEADS):
        tag = ref.removeprefix(_TAGS)
        return CiRun(f"the tag {tag}" if tag else "a commit without a branch", "", default, commit, home)
    branch = ref.removeprefix(_HEADS)
    if environment.get("GITHUB_EVENT_NAME") == "schedule":
        default = default or branch  # the event of a schedule may name no repository, and runs on its default branch
    return CiRun(f"the branch {branch}", branch, default, commit, home)


def _is_pull_request(environment: Mapping[str, str]) -> bool:
    """Of ``pull_request_target`` the ref is a branch; the base ref is set for pull requests alone."""
    by_name = environment.get("GITHUB_EVENT_NAME", "").startswith("pull_request")
    by_ref = environment.get("GITHUB_REF", "").startswith(_PULLS)
    return by_name or by_ref or bool(environment.get("GITHUB_BASE_REF") or environment.get("GITHUB_HEAD_REF"))


def _on_gitlab(environment: Mapping[str, str]) -> CiRun:
    default, commit = environment.get("CI_DEFAULT_BRANCH", ""), environment.get("CI_COMMIT_SHA", "")
    home, name = environment.get("CI_PROJECT_PATH", ""), environment.get("CI_COMMIT_REF_NAME", "")
    by_review = next((kind for variable, kind in _GITLAB_REVIEWS.items() if environment.get(variable)), "")
    if by_review or environment.get("CI_PIPELINE_SOURCE") in _REVIEW_SOURCES or name.startswith("refs/merge-requests/"):
        number = environment.get("CI_MERGE_REQUEST_IID") or environment.get("CI_EXTERNAL_PULL_REQUEST_IID", "")
        return CiRun(f"{by_review or 'merge request'} {number}".rstrip(), "", default, commit, home)
    branch, tag = environment.get("CI_COMMIT_BRANCH", ""), environment.get("CI_COMMIT_TAG", "")
    if tag or not branch:
        what = f"the tag {tag}" if tag else f"the ref {name}" if name else "a commit without a branch"
        return CiRun(what, "", default, commit, home)
    return CiRun(f"the branch {branch}", branch, default, commit, home)
