"""A push goes only where somebody meant it to go: not from a side branch, not elsewhere, not to more readers."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tests.app.run import CORPUS, Program
from tests.simulators.github import GitHub, running

MAP = CORPUS / "08-cli-profiles.md"


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    with running(GitHub()) as server:
        monkeypatch.setenv("GITHUB_TOKEN", server.connection().token.value)
        monkeypatch.setenv("TECHMAP_SYNC_GITHUB__SECONDS_BETWEEN_WRITES", "0")
        yield server


def git(program: Program, *arguments: str) -> None:
    identity = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=program.folder, check=True, capture_output=True)


@pytest.fixture
def clone(program: Program) -> Program:
    """A clone of github.com/octo/maps that holds one map, on its default branch."""
    (program.folder / "map.md").write_bytes(MAP.read_bytes())
    git(program, "init", "-b", "trunk")
    git(program, "remote", "add", "origin", "https://github.com/octo/maps.git")
    git(program, "add", "map.md")
    git(program, "commit", "-m", "Add a map")
    git(program, "update-ref", "refs/remotes/origin/trunk", "HEAD")
    git(program, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    return program


def to(github: GitHub, target: str = "octo/maps") -> list[str]:
    return ["--to", f"github:{target}", "--api-url", github.base_url]


def test_a_side_branch_only_plans(clone: Program, github: GitHub) -> None:
    git(clone, "switch", "-c", "idea")
    assert clone("plan", "map.md", *to(github)).code == 0
    for command in (["push", "map.md"], ["reconcile"]):
        ended = clone(*command, *to(github))
        assert ended.code == 4
        assert all(name in ended.err for name in ("branch idea", "trunk"))
        assert "--allow branch" in ended.err
    assert not github.writes
    assert clone("push", "map.md", "--to", "backlog:./backlog").code == 0, "a folder belongs to its branch"
    assert clone("push", "map.md", *to(github), "--allow", "branch").code == 0


def test_the_default_branch_is_pushed(clone: Program, github: GitHub) -> None:
    assert clone("push", "map.md", *to(github)).code == 0
    assert github.writes


def test_a_job_does_not_write_the_maps_of_another_repository_unless_told(
    clone: Program, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(clone, "remote", "set-url", "origin", "https://github.com/ann/fork.git")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_REPOSITORY", "octo/maps")
    monkeypatch.setenv("GITHUB_API_URL", github.base_url)
    ended = clone("push", "map.md")
    assert ended.code == 2
    assert "github.com/ann/fork" in ended.err
    assert "--to github:octo/maps" in ended.err
    assert not github.requests


def test_a_tracker_that_more_people_can_read_is_refused(
    clone: Program, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(clone, "remote", "set-url", "origin", "https://github.com/octo/secret.git")
    github.repository.private = False
    ended = clone("push", "map.md", *to(github))
    assert ended.code == 4
    assert all(said in ended.out for said in ("github:octo/maps is public", "github.com/octo/secret", "allow_public"))
    assert "allow_public = true" in ended.out
    assert not github.writes
    monkeypatch.setenv("TECHMAP_SYNC_ALLOW_PUBLIC", "true")
    assert clone("push", "map.md", *to(github)).code == 0


def test_a_private_tracker_takes_maps_of_any_repository(clone: Program, github: GitHub) -> None:
    git(clone, "remote", "set-url", "origin", "https://github.com/octo/secret.git")
    github.repository.private = True
    assert clone("push", "map.md", *to(github)).code == 0
