"""``action.yml``, executed step by step on the events of a repository whose default branch is called trunk."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ci.checkout import MAP, NAME, TICKETS, Origin, git, with_code_of_its_own
from tests.ci.prepared import begin_environment, forking_python, python
from tests.ci.runner import ROOT, Ended, Runner
from tests.ci.wheels import from_wheels
from tests.sampling import sampling
from tests.security.listening import listening
from tests.simulators.github import Account, GitHub, running

TEXT = MAP.read_text("utf-8")
TRUNK = "refs/heads/trunk"
PULL: dict[str, Any] = {"number": 1, "head": {"repo": {"full_name": "octo/maps"}}}
FORK: dict[str, Any] = {"number": 1, "head": {"repo": {"full_name": "mallory/maps"}}}
REPOSITORY = {"full_name": "octo/maps", "default_branch": "trunk"}


@pytest.fixture
def server() -> Iterator[GitHub]:
    bot = Account("github-actions[bot]", "NONE", is_installation=True, scopes=None)
    reader = Account(bot.login, "NONE", is_installation=True, may_write=False, scopes=None)
    with running(GitHub(accounts={"ghs_job": bot, "ghs_fork": reader})) as github:
        github.add_issue("A map").is_pull_request = True
        yield github


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin.begin(tmp_path / "origin", "https://github.com/octo/maps")


@pytest.fixture
def runner(server: GitHub, tmp_path: Path, installed: Path, programs: Path, wheels: Path) -> Runner:
    """A machine on which the program is installed, and ready to run."""
    temp = tmp_path / "temp"
    temp.mkdir()
    files = forking_python(temp / installed.name, installed)
    return Runner(server, temp, str(programs), "ghs_job", from_wheels(wheels), inherited=files)


@pytest.fixture
def fresh_runner(runner: Runner, installed: Path) -> Runner:
    """A machine that starts the very program that the first job installed."""
    runner.temp /= "fresh"
    runner.temp.mkdir()
    (runner.temp / installed.name).symlink_to(installed)
    return runner


@pytest.fixture
def workspace(origin: Origin, tmp_path: Path) -> Path:
    return origin.checkout(tmp_path / "work")


def merged(runner: Runner, workspace: Path, **inputs: str) -> Ended:
    return runner.job(workspace, "push", TRUNK, {"ref": TRUNK, "repository": REPOSITORY}, **inputs)


def reviewed(runner: Runner, workspace: Path, pull: dict[str, Any] = PULL, **inputs: str) -> Ended:
    event = {"pull_request": pull, "repository": REPOSITORY}
    return runner.job(workspace, "pull_request", "refs/pull/1/merge", event, **inputs)


def comments(server: GitHub) -> list[str]:
    return [comment.body for comment in server.repository.issues[1].conversation]


def test_a_merge_makes_the_tickets_and_says_so_everywhere(
    fresh_runner: Runner, workspace: Path, server: GitHub
) -> None:
    runner = fresh_runner
    assert git(workspace, "rev-list", "--count", "HEAD") == "1"
    ended = merged(runner, workspace)
    assert ended.code == 0, ended.log
    assert "push, because of a push to trunk, the default branch" in ended.log
    assert len(server.repository.issues) == 1 + TICKETS
    assert ended.report["complete"] is True
    assert {outcome["run"] for outcome in ended.report["outcomes"]} == {"https://github.com/octo/maps/actions/runs/77"}
    assert ended.outputs | {"report": ""} == {
        "created": str(TICKETS),
        "updated": "0",
        "closed": "0",
        "skipped": "0",
        "conflicts": "0",
        "plan-digest": ended.report["digest"],
        "report": "",
    }
    assert ended.summary.startswith(f"**Done: {TICKETS} created")
    assert "[#2](https://github.com/octo/maps/issues/2) Implement Login Throttle" in ended.summary
    assert ended.annotations == []
    assert comments(server) == []
    assert [step for step in ("Tickets", "Maps") if f"::group::{step}" in ended.log] == ["Tickets"]
    again = merged(runner, workspace)
    assert (again.code, again.outputs["created"]) == (0, "0")


def test_a_push_to_another_branch_only_plans(runner: Runner, workspace: Path, server: GitHub) -> None:
    ref = "refs/heads/feature"
    ended = runner.job(workspace, "push", ref, {"ref": ref, "repository": REPOSITORY})
    assert ended.code == 0, ended.log
    assert "plan, because of a push to feature, which is not the default branch trunk" in ended.log
    assert ended.outputs["created"] == str(TICKETS)
    assert ended.summary.startswith(f"**Plan: {TICKETS} to create")
    assert server.writes == []


def test_a_pull_request_gets_one_comment_that_the_next_run_edits(
    runner: Runner, origin: Origin, workspace: Path, server: GitHub, tmp_path: Path
) -> None:
    ended = reviewed(runner, workspace)
    assert ended.code == 0, ended.log
    assert "plan, because of pull request 1" in ended.log
    assert f"**Plan: {TICKETS} to create" in comments(server)[0]
    assert "- **create** Create AttemptCounter" in comments(server)[0]
    assert ended.summary in comments(server)[0] + "\n"
    assert ended.outputs["plan-digest"] == ended.report["digest"]
    assert ended.outputs["created"] == str(ended.report["counts"]["create"])
    assert [request.path for request in server.writes] == ["/repos/octo/maps/issues/1/comments"]
    origin.commit(TEXT.replace("AttemptCounter", "FailureCounter"), "2026-11-25T12:05:00Z")
    assert reviewed(runner, origin.checkout(tmp_path / "next")).code == 0
    (only,) = comments(server)
    assert "- **create** Create FailureCounter: " in only
    assert [request.verb for request in server.writes] == ["POST", "PATCH"]


def test_a_pull_request_from_a_fork_has_the_summary_only_and_says_why(
    runner: Runner, workspace: Path, server: GitHub
) -> None:
    runner.token = "ghs_fork"
    ended = reviewed(runner, workspace, FORK)
    assert ended.code == 0, ended.log
    assert [answer.status for answer in server.answers if answer.status >= 400] == [403]
    assert comments(server) == []
    assert ended.summary.startswith(f"**Plan: {TICKETS} to create")
    assert "*No comment was written." in ended.summary
    assert "pull-requests: write" in ended.summary


@pytest.mark.parametrize(
    "event_name", sampling.in_turn("starts of a reconcile in an action", ["schedule", "workflow_dispatch"], 1, 0)
)
def test_a_schedule_and_a_start_by_hand_reconcile(
    runner: Runner, workspace: Path, server: GitHub, event_name: str
) -> None:
    merged(runner, workspace)
    ticket = server.repository.issues[3]
    copy = server.add_issue(ticket.title, *ticket.labels, author=ticket.author, body=ticket.body or "")
    ended = runner.job(workspace, event_name, TRUNK, {"repository": REPOSITORY})
    assert ended.code == 0, ended.log
    assert "reconcile, because of " in ended.log
    assert copy.state == "closed", "only reconcile closes copies"
    assert ended.outputs["closed"] == "1"


def test_of_two_merges_seconds_apart_the_older_ones_late_run_refuses(
    runner: Runner, origin: Origin, server: GitHub, tmp_path: Path
) -> None:
    older = git(origin.folder, "rev-parse", "HEAD")
    newer = origin.commit(TEXT.replace("AttemptCounter", "FailureCounter"), "2026-11-25T12:00:03Z")
    assert merged(runner, origin.checkout(tmp_path / "newer", newer)).code == 0
    server.forget()
    ended = merged(runner, origin.checkout(tmp_path / "older", older))
    assert ended.code == 4
    assert server.writes == []
    assert f"the tickets were written from commit {newer[:12]}" in ended.summary
    assert f"the tickets were written from commit {newer[:12]}" in ended.log
    assert [each.partition(" the tickets")[0] for each in ended.annotations] == [f"error {NAME}:1"]
    assert ended.summary.startswith("**Nothing was written. (github:octo/maps)**")
    assert ended.outputs["updated"] == "0"


def test_problems_of_a_map_are_annotated_and_fail_the_step_as_far_as_asked(
    runner: Runner, workspace: Path, server: GitHub
) -> None:
    text = TEXT.replace("- `AttemptCounter`", "- [Name]\n- `AttemptCounter`", 1)
    (workspace / NAME).write_text(text, encoding="utf-8")
    line = text.splitlines().index("- [Name]") + 1
    ended = reviewed(runner, workspace)
    assert ended.code == 1
    assert any(each.startswith(f"error {NAME}:{line} ") for each in ended.annotations), ended.annotations
    assert f"- {NAME}:{line}: " in ended.summary
    assert reviewed(runner, workspace, fail_on="never").code == 0


def test_no_code_of_a_checkout_runs_while_the_program_is_installed(installed: Path, shared: Path) -> None:
    assert (shared / "workspace" / "venv" / "__init__.py").exists()
    assert not (shared / "trace").exists()


@pytest.mark.parametrize(
    "first", sampling.in_turn("PATHs of a job in a checkout full of code", [".:bin:", "{workspace}/bin:", ""], 2, 0)
)
def test_no_code_of_a_checkout_runs_beside_the_program(
    fresh_runner: Runner, workspace: Path, server: GitHub, tmp_path: Path, first: str
) -> None:
    runner = fresh_runner
    runner.before = with_code_of_its_own(workspace, tmp_path / "trace")
    runner.path = first.format(workspace=workspace) + runner.path
    ended = merged(runner, workspace)
    assert ended.code == 0, ended.log
    assert len(server.repository.issues) == 1 + TICKETS
    assert not (tmp_path / "trace").exists()


def test_a_package_with_another_hash_is_not_installed(
    runner: Runner,
    workspace: Path,
    installed: Path,
    programs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    action = tmp_path / "action"
    begin_environment(runner.temp / f"techmap-sync{re.sub('[^A-Za-z0-9]', '-', str(action))}", installed)
    (tmp_path / "bin").mkdir()
    python(tmp_path / "bin" / "python3", (programs / "python3").readlink())
    runner.path = f"{tmp_path}/bin:{runner.path}"
    shutil.copytree(ROOT / "techmap_sync", action / "techmap_sync")
    shutil.copytree(ROOT / "config", action / "config")
    for name in ("pyproject.toml", "README.md", "LICENSE", "action.yml"):
        shutil.copy(ROOT / name, action)
    lock = action / "config" / "requirements.lock"
    text = lock.read_text("utf-8")
    start = text.index("annotated-doc==")
    changed = re.sub(r"(sha256:)\w{8}", r"\g<1>00000000", text[start : text.index("annotated-types==")])
    lock.write_text(text[:start] + changed + text[text.index("annotated-types==") :], "utf-8")
    monkeypatch.setattr("tests.ci.runner.ROOT", action)
    ended = merged(runner, workspace)
    assert ended.code == 1
    assert "annotated-doc" in ended.log
    assert "HASHES" in ended.log.upper()


def test_the_input_token_is_not_for_another_vendor(runner: Runner, workspace: Path, server: GitHub) -> None:
    """The settings name another vendor than the job, which has one token."""
    (workspace / "techmap-sync.toml").write_text('to = "gitlab:mallory/maps"\n', "utf-8")
    with listening() as theirs:
        runner.before = {"TECHMAP_SYNC_API_URL": theirs.url}
        ended = merged(runner, workspace, token="ghp_Zk3xWq9Lr5Ty7Ub1Nc4M")
        assert theirs.requests == []
        assert ended.code == 2
        assert "no token for GitLab" in ended.log
        assert merged(runner, workspace, token="glpat-Zk3xWq9Lr5Ty7Ub1", tracker="gitlab:octo/maps").code == 5
        assert {request.login for request in theirs.requests} == {"Bearer glpat-Zk3xWq9Lr5Ty7Ub1"}
    assert server.requests == []


def test_inputs_are_values_and_never_commands(runner: Runner, workspace: Path) -> None:
    evil = '"; touch pwned; $(touch pwned) `touch pwned`\n::error::x'
    ended = merged(runner, workspace, paths=evil)
    assert ended.code == 2
    assert ended.annotations[0].startswith("error no such file or folder: ")
    assert len(ended.annotations) == 1
    assert ended.summary.startswith("**techmap-sync could not run:** no such file or folder")
    assert not list(workspace.rglob("pwned"))


def test_what_a_map_says_is_no_command_to_the_runner(runner: Runner, workspace: Path, server: GitHub) -> None:
    """A file name at the beginning of a line, in a checkout whose maps lie on top."""
    (workspace / "::error::x.md").write_text(TEXT.replace("Login Throttle", "::error::y ##[add-mask]z"), "utf-8")
    ended = merged(runner, workspace, paths=".", command="plan")
    assert ended.code == 0, ended.log
    assert "::error::y" in ended.log
    assert ended.annotations == []


def test_without_python_there_is_one_message_with_the_way_out(
    runner: Runner, workspace: Path, programs: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "bash").symlink_to((programs / "bash").readlink())
    empty = tmp_path / "empty"
    empty.mkdir()
    runner.path, runner.temp = str(bare), empty
    ended = merged(runner, workspace)
    assert ended.code == 1
    (only,) = ended.annotations
    assert "actions/setup-python" in only
    assert ended.log.count("\n") == 1
