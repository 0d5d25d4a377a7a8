"""Which branch a run is on, by the CI's variables and by git: only the default branch writes tickets on a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from techmap_sync.app.run_guards import side_branch
from techmap_sync.checkout import Checkout, Remote

HEAD, OTHER = "a" * 40, "b" * 40
CLONE = Checkout(Path("/nowhere"), Remote("github.com", "octo/maps"), HEAD, remote_name="origin", is_repository=True)
"""As ``actions/checkout`` and GitLab's runner leave it: a detached HEAD, no default branch."""
GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "octo/maps", "GITHUB_SHA": HEAD}
GITLAB = {"GITLAB_CI": "true", "CI_PROJECT_PATH": "octo/maps", "CI_COMMIT_SHA": HEAD, "CI_DEFAULT_BRANCH": "trunk"}


def event(tmp_path: Path, text: str = '{"repository": {"default_branch": "trunk"}}') -> dict[str, str]:
    path = tmp_path / "event.json"
    path.write_text(text, encoding="utf-8")
    return {**GITHUB, "GITHUB_EVENT_PATH": str(path)}


def what(variables: Mapping[str, str], checkout: Checkout = CLONE) -> str:
    found = side_branch(checkout, variables)
    return found.what if found else ""


@pytest.mark.parametrize(
    ("name", "ref", "more", "expected"),
    [
        ("push", "refs/heads/trunk", {}, ""),
        ("schedule", "refs/heads/trunk", {}, ""),
        ("workflow_dispatch", "refs/heads/trunk", {"GITHUB_REF_TYPE": "branch"}, ""),
        ("repository_dispatch", "refs/heads/trunk", {}, ""),
        ("push", "refs/heads/idea", {}, "the branch idea"),
        ("push", "refs/heads/Trunk", {}, "the branch Trunk"),
        ("push", "refs/heads/refs/heads/trunk", {}, "the branch refs/heads/trunk"),
        ("workflow_dispatch", "refs/heads/idea", {}, "the branch idea"),
        ("push", "refs/tags/trunk", {}, "the tag trunk"),
        ("release", "refs/tags/v1", {}, "the tag v1"),
        ("workflow_dispatch", "refs/heads/trunk", {"GITHUB_REF_TYPE": "tag"}, "the tag refs/heads/trunk"),
        ("merge_group", "refs/heads/gh-readonly-queue/trunk/pr-1-ab", {}, "the branch gh-readonly-queue/trunk/pr-1-ab"),
        ("pull_request", "refs/pull/12/merge", {"GITHUB_BASE_REF": "trunk"}, "pull request 12"),
        ("pull_request_target", "refs/heads/trunk", {"GITHUB_BASE_REF": "trunk"}, "pull request"),
        ("pull_request_review", "refs/pull/12/merge", {}, "pull request 12"),
        ("push", "refs/heads/trunk", {"GITHUB_HEAD_REF": "idea"}, "pull request refs"),
        ("push", "", {}, "a commit without a branch"),
    ],
)
def test_github(tmp_path: Path, name: str, ref: str, more: dict[str, str], expected: str) -> None:
    said = what(event(tmp_path) | {"GITHUB_EVENT_NAME": name, "GITHUB_REF": ref} | more)
    assert said.startswith(expected) if expected else not said


@pytest.mark.parametrize(
    "text", ["", "no JSON", "[]", '{"repository": "trunk"}', '{"repository": {"default_branch": 7}}']
)
def test_an_event_that_tells_no_default_branch_lets_only_a_schedule_write(tmp_path: Path, text: str) -> None:
    trunk = event(tmp_path, text) | {"GITHUB_REF": "refs/heads/trunk"}
    assert what(trunk | {"GITHUB_EVENT_NAME": "push"}) == "the branch trunk"
    assert what(trunk | {"GITHUB_EVENT_NAME": "schedule"}) == ""
    assert what(trunk | {"GITHUB_EVENT_NAME": "push"}, replace(CLONE, default_branch="trunk")) == ""


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"CI_COMMIT_BRANCH": "trunk"}, ""),
        ({"CI_COMMIT_BRANCH": "trunk", "CI_PIPELINE_SOURCE": "parent_pipeline"}, ""),
        ({"CI_COMMIT_BRANCH": "trunk", "CI_OPEN_MERGE_REQUESTS": "g/p!1"}, ""),
        ({"CI_COMMIT_BRANCH": "idea"}, "the branch idea"),
        ({"CI_COMMIT_BRANCH": "idea", "CI_PIPELINE_SOURCE": "parent_pipeline"}, "the branch idea"),
        ({"CI_COMMIT_TAG": "trunk", "CI_COMMIT_REF_NAME": "trunk"}, "the tag trunk"),
        ({"CI_COMMIT_TAG": "v1", "CI_COMMIT_BRANCH": "trunk"}, "the tag v1"),
        ({"CI_MERGE_REQUEST_IID": "7", "CI_COMMIT_BRANCH": "trunk"}, "merge request 7"),
        ({"CI_MERGE_REQUEST_IID": "7", "CI_PIPELINE_SOURCE": "parent_pipeline"}, "merge request 7"),
        ({"CI_PIPELINE_SOURCE": "merge_request_event", "CI_COMMIT_BRANCH": "trunk"}, "merge request"),
        ({"CI_EXTERNAL_PULL_REQUEST_IID": "8", "CI_COMMIT_BRANCH": "trunk"}, "pull request 8"),
        ({"CI_COMMIT_REF_NAME": "refs/merge-requests/7/head"}, "merge request"),
        ({"CI_COMMIT_REF_NAME": "trunk"}, "the ref trunk"),
        ({}, "a commit without a branch"),
    ],
)
def test_gitlab(variables: dict[str, str], expected: str) -> None:
    assert what(GITLAB | variables) == expected


@pytest.mark.parametrize(
    ("checkout", "expected"),
    [
        (replace(CLONE, branch="trunk"), ""),
        (replace(CLONE, branch="idea"), ""),  # the same commit under another name
        (replace(CLONE, commit=OTHER, branch="trunk"), ""),  # a job that commits
        (replace(CLONE, commit=OTHER, branch="idea"), "the branch idea"),
        (replace(CLONE, commit=OTHER), "a detached HEAD"),
        (replace(CLONE, commit=OTHER, remote=Remote("github.com", "octo/other")), "a detached HEAD"),
        (replace(CLONE, remote=Remote("github.com", "mallory/maps"), branch="trunk"), "the branch trunk"),
        (Checkout(Path("/nowhere")), ""),
    ],
)
def test_what_a_job_checked_out_by_itself_counts_too(checkout: Checkout, expected: str) -> None:
    assert what(GITLAB | {"CI_COMMIT_BRANCH": "trunk"}, checkout) == expected


@pytest.mark.parametrize(
    ("branch", "default", "elsewhere", "in_a_ci"),
    [
        ("trunk", "trunk", "", ""),
        ("idea", "trunk", "the branch idea", "the branch idea"),
        ("idea", "", "", "the branch idea"),
        ("", "trunk", "a detached HEAD", "a detached HEAD"),
        ("", "", "", "a detached HEAD"),
    ],
)
def test_anywhere_else_git_decides_and_in_a_ci_it_has_to_know(
    branch: str, default: str, elsewhere: str, in_a_ci: str
) -> None:
    checkout = replace(CLONE, branch=branch, default_branch=default)
    assert what({}, checkout) == what({"CI": "false"}, checkout) == elsewhere
    assert what({"CI": "true"}, checkout) == in_a_ci
    assert what({"CI": "true"}, Checkout(Path("/nowhere"))) == ""
