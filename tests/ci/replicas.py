"""Checkouts as GitHub Actions and GitLab CI make them, with the variables of their runs.

What the runners do to a folder is told by their logs and sources:
https://github.com/actions/checkout/blob/main/src/ref-helper.ts (which ref is fetched and checked out),
https://gitlab.com/gitlab-org/gitlab-runner/-/blob/main/shells/abstract.go (fetch by refspecs, then a detached HEAD).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.ci.checkout import Origin, git

TRUNK = "trunk"


@dataclass(frozen=True)
class Replica:
    """One kind of run."""

    name: str
    fetched: str
    """What the fetched commit is called in the clone."""
    branch: str = ""
    """The branch that the runner makes; empty for a detached HEAD."""
    variables: Mapping[str, str] = field(default_factory=dict)
    event: Mapping[str, object] = field(default_factory=dict)
    """Of GitHub: the event file."""
    writes: bool = False
    """Whether its maps are those of the default branch."""

    def begin(self, origin: Origin, folder: Path) -> tuple[Path, dict[str, str]]:
        """Check the newest commit out, and return the folder with the variables of a run."""
        commit = git(origin.folder, "rev-parse", "HEAD")
        git(origin.folder, "config", "uploadpack.allowAnySHA1InWant", "true")
        folder.mkdir(parents=True)
        git(folder, "init", "--quiet")
        git(folder, "remote", "add", "origin", f"file://{origin.folder}")
        git(folder, "fetch", "--quiet", "--no-tags", "--depth=1", "origin", f"+{commit}:{self.fetched}")
        where = ["-B", self.branch, self.fetched] if self.branch else ["--detach", self.fetched]
        git(folder, "checkout", "--quiet", "--force", *where)
        git(folder, "remote", "set-url", "origin", origin.address)
        event = folder.with_name(f"{folder.name}-event.json")
        event.write_text(json.dumps(self.event), encoding="utf-8")
        sha = "GITHUB_SHA" if "GITHUB_ACTIONS" in self.variables else "CI_COMMIT_SHA"
        return folder, {**self.variables, sha: commit, "GITHUB_EVENT_PATH": str(event)}


def _github(event_name: str, ref: str, fetched: str, branch: str = "", **more: object) -> Replica:
    repository = {"full_name": "octo/maps", "default_branch": TRUNK}
    writes = bool(more.pop("writes", False))
    event = {} if event_name == "schedule" else {"repository": repository}
    pull = event_name.startswith("pull_request")
    base = {"GITHUB_BASE_REF": TRUNK, "GITHUB_HEAD_REF": "idea"} if pull else {}
    variables = {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": event_name,
        "GITHUB_REF": ref,
        "GITHUB_REF_TYPE": "tag" if ref.startswith("refs/tags/") else "branch",
        "GITHUB_REPOSITORY": "octo/maps",
        "GITHUB_SERVER_URL": "https://github.com",
        **base,
    }
    return Replica(f"github {event_name} {ref}", fetched, branch, variables, {**event, **more}, writes)


def _gitlab(name: str, fetched: str, writes: bool = False, **variables: str) -> Replica:
    known = {"CI": "true", "GITLAB_CI": "true", "CI_DEFAULT_BRANCH": TRUNK, "CI_SERVER_HOST": "gitlab.com"}
    return Replica(f"gitlab {name}", fetched, variables={**known, **variables}, writes=writes)


def _heads(branch: str) -> str:
    return f"refs/remotes/origin/{branch}"


_QUEUE = "gh-readonly-queue/trunk/pr-12-0123456789"
PULL = {"number": 1, "head": {"ref": "idea", "repo": {"full_name": "octo/maps"}}, "base": {"ref": TRUNK}}
GITHUB = (
    _github("push", "refs/heads/trunk", _heads(TRUNK), TRUNK, writes=True),
    _github("schedule", "refs/heads/trunk", _heads(TRUNK), TRUNK, schedule="1 4 * * *", writes=True),
    _github("workflow_dispatch", "refs/heads/trunk", _heads(TRUNK), TRUNK, writes=True),
    _github("push", "refs/heads/idea", _heads("idea"), "idea"),
    _github("workflow_dispatch", "refs/heads/idea", _heads("idea"), "idea"),
    _github("push", "refs/tags/v1", "refs/tags/v1"),
    _github("push", "refs/tags/trunk", "refs/tags/trunk"),
    _github("pull_request", "refs/pull/1/merge", "refs/remotes/pull/1/merge", pull_request=PULL),
    _github("merge_group", f"refs/heads/{_QUEUE}", _heads(_QUEUE), _QUEUE),
)
GITLAB = (
    _gitlab("push", _heads(TRUNK), True, CI_PIPELINE_SOURCE="push", CI_COMMIT_BRANCH=TRUNK, CI_COMMIT_REF_NAME=TRUNK),
    _gitlab("schedule", _heads(TRUNK), True, CI_PIPELINE_SOURCE="schedule", CI_COMMIT_BRANCH=TRUNK),
    _gitlab("child of push", _heads(TRUNK), True, CI_PIPELINE_SOURCE="parent_pipeline", CI_COMMIT_BRANCH=TRUNK),
    _gitlab("branch", _heads("idea"), CI_PIPELINE_SOURCE="push", CI_COMMIT_BRANCH="idea", CI_COMMIT_REF_NAME="idea"),
    _gitlab("schedule of branch", _heads("idea"), CI_PIPELINE_SOURCE="schedule", CI_COMMIT_BRANCH="idea"),
    _gitlab("child of branch", _heads("idea"), CI_PIPELINE_SOURCE="parent_pipeline", CI_COMMIT_BRANCH="idea"),
    _gitlab("tag", "refs/tags/v1", CI_PIPELINE_SOURCE="push", CI_COMMIT_TAG="v1", CI_COMMIT_REF_NAME="v1"),
    _gitlab("tag like branch", "refs/tags/trunk", CI_PIPELINE_SOURCE="push", CI_COMMIT_TAG=TRUNK),
    _gitlab(
        "merge request",
        "refs/merge-requests/7/head",
        CI_PIPELINE_SOURCE="merge_request_event",
        CI_MERGE_REQUEST_IID="7",
        CI_MERGE_REQUEST_PROJECT_ID="42",
        CI_COMMIT_REF_NAME="idea",
    ),
    _gitlab(
        "child of merge request",
        "refs/merge-requests/7/head",
        CI_PIPELINE_SOURCE="parent_pipeline",
        CI_MERGE_REQUEST_IID="7",
        CI_COMMIT_REF_NAME="idea",
    ),
    _gitlab("commit without branch", "refs/pipelines/9", CI_PIPELINE_SOURCE="push"),
)
