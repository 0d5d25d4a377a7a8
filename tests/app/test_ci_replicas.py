"""Faithful replicas of the checkouts of both CIs: whatever the command, only the default branch writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from techmap_sync.checkout import checkout_of
from tests.app.run import Program
from tests.ci.checkout import TICKETS, Origin, git
from tests.ci.replicas import GITHUB, GITLAB, Replica
from tests.sampling import sampling
from tests.simulators.github import GitHub, running
from tests.simulators.gitlab import Simulator as GitLab

COMMANDS = (
    ("push",),
    ("reconcile",),
    ("ci",),
    ("ci", "--command", "push"),
    ("ci", "--command", "reconcile"),
)


@pytest.fixture(scope="module")
def github() -> Iterator[GitHub]:
    with running(GitHub()) as server:
        yield server


@pytest.fixture(scope="module")
def gitlab() -> Iterator[GitLab]:
    with GitLab.running() as server:
        yield server


def meetings(ci: str, replicas: Sequence[Replica]) -> list[tuple[Replica, tuple[str, ...]]]:
    """Return each kind of run with the command that its event decides, and with one of the others in turn."""
    others = [command for command in COMMANDS if not by_event(command)]
    met = sampling.meeting_in_turn(f"commands in the runs of {ci}", replicas, others)
    return [*((replica, ("ci",)) for replica in replicas), *met]


def by_event(command: tuple[str, ...]) -> bool:
    return command == ("ci",)


def name_of(value: Replica | tuple[str, ...]) -> str:
    return " ".join(value) if isinstance(value, tuple) else value.name


Checkout = tuple[Path, dict[str, str]]
"""The folder of a run, and its variables."""


def begun(folder: Path, replica: Replica, address: str) -> Checkout:
    return replica.begin(Origin.begin(folder / "origin", address), folder / "work")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Replica, str], Checkout]:
    """Makes the checkout of each kind of run once, because no command changes it."""
    known: dict[str, Checkout] = {}

    def of(replica: Replica, address: str) -> Checkout:
        if replica.name not in known:
            known[replica.name] = begun(tmp_path_factory.mktemp("checkout"), replica, address)
        return known[replica.name]

    return of


def at(program: Program, checkout: Checkout, variables: dict[str, str]) -> None:
    """Stand in the checkout of a run."""
    folder, own = checkout
    for name, value in {**own, **variables, "TECHMAP_SYNC_MAPS": '["docs"]'}.items():
        program.monkeypatch.setenv(name, value)
    program.monkeypatch.chdir(folder)
    checkout_of.cache_clear()


@pytest.mark.parametrize(("replica", "command"), meetings("GitHub", GITHUB), ids=name_of)
def test_github(
    program: Program,
    github: GitHub,
    checkout: Callable[[Replica, str], Checkout],
    replica: Replica,
    command: tuple[str, ...],
) -> None:
    token = github.connection().token.value
    pace = {"TECHMAP_SYNC_GITHUB__SECONDS_BETWEEN_WRITES": "0"}
    known = {"GITHUB_TOKEN": token, "GITHUB_API_URL": github.base_url, **pace}
    at(program, checkout(replica, "https://github.com/octo/maps"), known)
    github.repository.issues.clear()
    github.add_issue("A pull request").is_pull_request = True
    github.forget()
    target = () if by_event(command) else ("--to", "github:octo/maps")
    ended = program(*command, *target)
    tickets = [issue for issue in github.repository.issues.values() if not issue.is_pull_request]
    judged(replica, command, ended.code, len(tickets), ended.out + ended.err)
    if not replica.writes and not by_event(command):
        allowed = program(*command, *target, "--allow", "branch")
        assert allowed.code == 0, allowed.err
        assert github.writes, "the way out that the message names is taken by the same command"


@pytest.mark.parametrize(("replica", "command"), meetings("GitLab", GITLAB), ids=name_of)
def test_gitlab(
    program: Program,
    gitlab: GitLab,
    checkout: Callable[[Replica, str], Checkout],
    replica: Replica,
    command: tuple[str, ...],
) -> None:
    project = gitlab.connection().target
    pace = {"TECHMAP_SYNC_GITLAB__SECONDS_BETWEEN_WRITES": "0"}
    known = {"GITLAB_TOKEN": "glpat-secret", "CI_SERVER_URL": gitlab.url, "CI_PROJECT_ID": str(gitlab.world.id)}
    at(program, checkout(replica, f"https://gitlab-ci-token:secret@gitlab.com/{project}.git"), {**known, **pace})
    program.monkeypatch.setenv("CI_PROJECT_PATH", project)
    gitlab.world.issues.clear()
    gitlab.world.merge_requests[7] = []
    ended = program(*command)
    judged(replica, command, ended.code, len(gitlab.world.issues), ended.out + ended.err)
    if not replica.writes and not by_event(command):
        allowed = program(*command, "--allow", "branch")
        assert allowed.code == 0, allowed.err
        assert len(gitlab.world.issues) == TICKETS


def judged(replica: Replica, command: tuple[str, ...], code: int, tickets: int, said: str) -> None:
    """Judge a run by what it left on the server."""
    if replica.writes:
        assert (code, tickets) == (0, TICKETS), said
    elif by_event(command):
        assert (code, tickets) == (0, 0), said
    else:
        assert (code, tickets) == (4, 0), said
        assert "--allow branch" in said


def test_a_job_that_checks_out_another_branch_by_itself_is_not_on_the_default_one(
    program: Program, github: GitHub
) -> None:
    token = github.connection().token.value
    at(
        program,
        begun(program.folder, GITHUB[0], "https://github.com/octo/maps"),
        {"GITHUB_TOKEN": token, "GITHUB_API_URL": github.base_url},
    )
    work = Path.cwd()
    git(work, "checkout", "--quiet", "-b", "idea")
    git(work, "commit", "--quiet", "--allow-empty", "--message", "An idea")
    checkout_of.cache_clear()
    github.forget()
    assert program("push", "--to", "github:octo/maps").code == 4
    git(work, "checkout", "--quiet", "--detach")
    checkout_of.cache_clear()
    assert program("push", "--to", "github:octo/maps").code == 4
    assert github.writes == []
