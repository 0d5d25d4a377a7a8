"""What a CI run does is decided from the event alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.app.ci_event import current_event
from techmap_sync.app.exit_codes import Exit
from techmap_sync.ci_run import CiCommand, CiEvent, ReviewPlace
from techmap_sync.cli.ci import FailOn
from techmap_sync.errors import UsageProblem
from tests.app.run import Program

TRUNK = "refs/heads/trunk"
REPOSITORY = {"repository": {"default_branch": "trunk"}}
PULL = "refs/pull/12/merge"


def on_github(tmp_path: Path, event_name: str, ref: str, event: Any = REPOSITORY) -> CiEvent:
    path = tmp_path / "event.json"
    path.write_text(json.dumps(event), encoding="utf-8")
    variables = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": event_name,
        "GITHUB_REF": ref,
        "GITHUB_REPOSITORY": "octo/maps",
        "GITHUB_EVENT_PATH": str(path),
    }
    return current_event(variables)


@pytest.mark.parametrize(
    ("event_name", "ref", "command"),
    [
        ("push", TRUNK, CiCommand.PUSH),
        ("push", "refs/heads/main", CiCommand.PLAN),
        ("push", "refs/tags/trunk", CiCommand.PLAN),
        ("schedule", TRUNK, CiCommand.RECONCILE),
        ("workflow_dispatch", TRUNK, CiCommand.RECONCILE),
        ("workflow_dispatch", "refs/heads/main", CiCommand.PLAN),
        ("merge_group", "refs/heads/gh-readonly-queue/trunk/pr-1", CiCommand.PLAN),
        ("issue_comment", TRUNK, CiCommand.PLAN),
        ("pull_request", PULL, CiCommand.PLAN),
    ],
)
def test_github(tmp_path: Path, event_name: str, ref: str, command: CiCommand) -> None:
    assert on_github(tmp_path, event_name, ref).command is command


@pytest.mark.parametrize("event", ["no JSON", [], {}, None])
def test_where_the_event_tells_no_default_branch_a_push_only_plans(tmp_path: Path, event: Any) -> None:
    assert on_github(tmp_path, "push", TRUNK, event).command is CiCommand.PLAN


@pytest.mark.parametrize(
    ("head", "forked"),
    [
        ({"repo": {"full_name": "Octo/Maps"}}, False),
        ({"repo": {"full_name": "mallory/maps"}}, True),
        ({"repo": None}, True),
    ],
)
def test_a_pull_request_is_told_from_one_of_a_fork(tmp_path: Path, head: Any, forked: bool) -> None:
    found = on_github(tmp_path, "pull_request", PULL, {"pull_request": {"number": 12, "head": head}})
    assert found.review == ReviewPlace("github", "octo/maps", "12")
    assert found.forked is forked


def test_the_number_of_a_pull_request_stands_in_its_ref_too(tmp_path: Path) -> None:
    assert on_github(tmp_path, "pull_request", PULL, {}).review == ReviewPlace("github", "octo/maps", "12")


@pytest.mark.parametrize(
    ("source", "branch", "command"),
    [
        ("push", "trunk", CiCommand.PUSH),
        ("push", "main", CiCommand.PLAN),
        ("push", "", CiCommand.PLAN),
        ("schedule", "trunk", CiCommand.RECONCILE),
        ("schedule", "main", CiCommand.PLAN),
        ("web", "trunk", CiCommand.RECONCILE),
        ("ondemand_dast_scan", "trunk", CiCommand.PLAN),
    ],
)
def test_gitlab(source: str, branch: str, command: CiCommand) -> None:
    variables = {"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": source, "CI_COMMIT_BRANCH": branch}
    assert current_event(variables | {"CI_DEFAULT_BRANCH": "trunk"}).command is command


def test_a_merge_request_is_that_of_the_project_it_goes_to() -> None:
    variables = {"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": "7"}
    projects = {"CI_PROJECT_ID": "99", "CI_MERGE_REQUEST_PROJECT_ID": "42", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "99"}
    found = current_event(variables | projects)
    assert (found.command, found.review, found.forked) == (CiCommand.PLAN, ReviewPlace("gitlab", "42", "7"), True)


def test_elsewhere_there_is_one_clear_message(program: Program) -> None:
    with pytest.raises(UsageProblem):
        current_event({"CI": "true"})
    ended = program("ci", "--report", "markdown=summary.md")
    assert ended.code == 2
    assert "GitHub Actions or GitLab CI" in ended.err
    assert "could not run" in (program.folder / "summary.md").read_text("utf-8")


def test_what_git_does_not_trust_is_not_taken_for_a_folder_without_history(program: Program) -> None:
    ended = program("ci", "--command", "push", "--to", "backlog:./backlog")
    assert ended.code == 2
    assert "safe.directory" in ended.err


def test_each_way_to_fail_includes_those_before() -> None:
    always = {Exit.USAGE, Exit.TRACKER, Exit.BUG, Exit.INTERRUPTED}
    failing = [{code for code in Exit if each.fails(code)} for each in FailOn]
    problems = always | {Exit.PROBLEMS, Exit.REFUSED}
    assert failing == [always, problems, problems, problems | {Exit.PENDING}]
