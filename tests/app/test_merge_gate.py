"""Whether what is checked out is merged, by git and by the CI's variables: specs are approved by being merged."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from techmap_sync.app.merge_gate import side_branch
from techmap_sync.checkout import Checkout, Remote, checkout_of
from tests.app.run import Program, committed

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


SPEC = "specs/001-pier/tasks.md"
TEXT = "# Tasks: Pier\n\n## Phase 1: Walk\n\n- [ ] T001 Measure it\n- [ ] T002 Walk it\n"
MAIN = "update-ref refs/remotes/origin/main HEAD", "symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/main"


@pytest.fixture
def pier(program: Program) -> Program:
    """A folder with one spec, in no repository."""
    (program.folder / "techmap-sync.toml").write_text('families = ["spec-kit"]\njobs = 1\n', encoding="utf-8")
    written(program, SPEC, TEXT)
    return program


def written(program: Program, path: str, text: str) -> None:
    (program.folder / path).parent.mkdir(parents=True, exist_ok=True)
    (program.folder / path).write_text(text, encoding="utf-8")


def gate(program: Program, *flags: str) -> tuple[bool, str]:
    """Return whether a push goes ahead with the spec, and why; plan, show and status must agree."""
    planned = program("plan", "--to", "backlog:b", "--format", "json", *flags).json
    (about,) = planned["maps"]
    assert bool(planned["counts"]["create"]) == about["approved"]
    if not flags:
        shown = program("show", SPEC, "--format", "json").json
        assert shown["approved"] == about["approved"]
        assert shown["reasons"][0] in " ".join(about["reasons"])
    return about["approved"], " ".join(about["reasons"])


def test_outside_of_repositories_nothing_is_called_merged(pier: Program) -> None:
    approved, why = gate(pier)
    assert approved
    assert "no git repository" in why
    assert "merged" not in why.split("merge it into")[0]


def test_a_spec_is_approved_by_the_commit_of_the_branch_that_counts(pier: Program) -> None:
    committed(pier.folder)
    assert gate(pier) == (True, "approved: merged")


def test_a_spec_that_is_not_committed_is_not_merged(pier: Program) -> None:
    written(pier, ".gitignore", "specs\n")
    committed(pier.folder)
    approved, why = gate(pier)
    assert not approved
    assert "not committed" in why
    assert "approved: merged" not in why
    approved, why = gate(pier, "--allow", "uncommitted")
    assert approved
    assert "approved: merged" not in why


def test_a_repository_without_commits_has_merged_nothing(pier: Program) -> None:
    subprocess.run(["git", "init", "-q", str(pier.folder)], check=True)
    checkout_of.cache_clear()
    assert not gate(pier)[0]


def test_changes_after_the_merge_are_named(pier: Program) -> None:
    committed(pier.folder)
    written(pier, SPEC, TEXT + "- [ ] T003 Paint it\n")
    approved, why = gate(pier)
    assert approved
    assert "approved: merged;" in why
    assert "not committed" in why


def test_a_spec_of_a_branch_waits_for_its_merge(pier: Program) -> None:
    (pier.folder / "specs").rename(pier.folder / "later")
    committed(pier.folder)
    (pier.folder / "later").rename(pier.folder / "specs")
    committed(pier.folder, *MAIN, "remote add origin https://github.com/octo/maps", "checkout -q -b idea")
    approved, why = gate(pier)
    assert not approved
    assert "not on main" in why
    assert gate(pier, "--allow", "branch")[0]


def test_a_spec_of_the_default_branch_stays_approved_on_other_branches(pier: Program) -> None:
    committed(pier.folder)
    committed(pier.folder, *MAIN, "remote add origin https://github.com/octo/maps", "checkout -q -b idea")
    assert gate(pier) == (True, "approved: merged")
    written(pier, SPEC, TEXT + "- [ ] T003 Paint it\n")
    committed(pier.folder)
    approved, why = gate(pier)
    assert approved
    assert "not that of main" in why


@pytest.mark.parametrize("beside", ["spec.md", "research.md"])
def test_each_file_of_a_unit_counts_as_uncommitted(pier: Program, beside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place = SPEC.replace("tasks.md", beside)
    written(pier, place, "# Feature Specification: Pier\n")
    committed(pier.folder)
    assert gate(pier) == (True, "approved: merged")
    written(pier, place, "# Feature Specification: Long Pier\n")
    approved, why = gate(pier)
    assert approved
    assert (place in why) == (beside == "spec.md"), "a file that is only linked says nothing"
    monkeypatch.setenv("CI", "true")
    refused = pier("push", "--to", "backlog:b", "--allow", "branch", "--format", "json")
    assert (refused.code == 4) == (beside == "spec.md")
