"""A newcomer's path: ``init`` in an empty clone, a map, and its tickets."""

from __future__ import annotations

import re
import subprocess

import pytest
from ruamel.yaml import YAML

from techmap_sync import __version__
from tests.commands.run import CORPUS, ROOT, Program
from tests.commands.test_errors import clone
from tests.commands.test_trackers import github as github  # noqa: PLC0414 - a fixture is used by its name
from tests.commands.test_trackers import gitlab as gitlab  # noqa: PLC0414
from tests.simulators.github import GitHub
from tests.simulators.gitlab import Simulator as GitLab

MAP = CORPUS / "09-webhook-ingestion.md"


def filled_in(program: Program) -> None:
    assert program("init").code == 0
    assert program("new", "Webhooks").out.startswith("wrote docs/maps/webhooks.md")
    (program.folder / "docs" / "maps" / "webhooks.md").write_text(MAP.read_text("utf-8"), encoding="utf-8")
    assert program("check", "--require-approved").code == 0


def test_the_path_on_github(program: Program, github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    clone(program.folder, f"git@github.com:{github.repository.full_name}.git")
    filled_in(program)
    monkeypatch.setenv("TECHMAP_SYNC_API_URL", github.base_url)
    assert program("plan", "--exit-code").code == 3
    assert program("push", "--format", "json").json["counts"]["create"] == 20
    assert "Plan: no changes." in program("push").out


def test_the_path_on_gitlab(program: Program, gitlab: GitLab, monkeypatch: pytest.MonkeyPatch) -> None:
    clone(program.folder, f"git@gitlab.com:{gitlab.connection().target}.git")
    filled_in(program)
    assert "component: gitlab.com/" in (program.folder / ".gitlab-ci.yml").read_text("utf-8")
    monkeypatch.setenv("TECHMAP_SYNC_API_URL", gitlab.url)
    assert program("plan", "--exit-code").code == 3
    assert program("push").code == 0
    assert "Plan: no changes." in program("push").out


def test_without_a_remote_the_tickets_go_to_a_folder(program: Program) -> None:
    filled_in(program)
    assert not (program.folder / ".github").exists()
    assert program("push").code == 0
    assert list((program.folder / "backlog" / "tasks").iterdir())


def test_nothing_is_overwritten_without_force(program: Program) -> None:
    (program.folder / "techmap-sync.toml").write_text("# mine\n")
    ended = program("init")
    assert ended.code == 2
    assert "would overwrite techmap-sync.toml; nothing was written" in ended.err
    assert not (program.folder / "docs").exists()
    assert program("init", "--force").code == 0
    assert "docs/maps" in (program.folder / "techmap-sync.toml").read_text("utf-8")
    assert program("init").code == 0, "what is there already in the same words is no loss"


def test_the_workflow_knows_the_branch_and_waits_for_runs(program: Program) -> None:
    clone(program.folder, "https://github.com/octo/app.git")
    (program.folder / ".git" / "HEAD").write_text("ref: refs/heads/trunk\n")
    program("init")
    path = program.folder / ".github" / "workflows" / "techmap-sync.yml"
    workflow = YAML(typ="safe").load(path.read_text("utf-8"))
    assert workflow["on"]["push"]["branches"] == ["trunk"]
    assert re.fullmatch(r"[1-5]?\d 4 \* \* \*", workflow["on"]["schedule"][0]["cron"])
    assert workflow["concurrency"]["cancel-in-progress"] is False
    assert workflow["permissions"] == {}


def workflow_with(program: Program, *tagging: str) -> tuple[str, str, str]:
    """The commit that is tagged in a repository of releases, the line that names the action, and what init says."""
    clone(program.folder, "https://github.com/octo/app.git")
    releases = program.folder / "releases" / "techmap-sync"
    subprocess.run(["git", "init", "-q", str(releases)], check=True)
    git = ["git", "-C", str(releases), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "first"], check=True)
    subprocess.run([*git, *tagging, f"v{__version__}"], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    said = program("init").out
    workflow = (program.folder / ".github" / "workflows" / "techmap-sync.yml").read_text("utf-8")
    return commit, next(line for line in workflow.splitlines() if "techmap-sync/techmap-sync@" in line), said


@pytest.mark.parametrize("tagging", [("tag",), ("tag", "-a", "-m", "release")], ids=["plain", "annotated"])
def test_the_workflow_pins_the_commit_of_the_release(program: Program, tagging: tuple[str, ...]) -> None:
    commit, line, said = workflow_with(program, *tagging)
    assert line == f"      - uses: techmap-sync/techmap-sync@{commit} # v{__version__}"
    assert "to pin" not in said


def test_a_release_that_cannot_be_found_is_named_by_its_tag_with_the_way_to_pin_it(program: Program) -> None:
    _, line, said = workflow_with(program, "branch")
    assert line.partition("@")[2].startswith(f"v{__version__} # to pin the commit: git ls-remote https://")
    assert f"names the tag v{__version__}, because its commit could not be found out" in said


def test_a_gitlab_of_ones_own_gets_the_component_as_a_plain_job(program: Program) -> None:
    clone(program.folder, "https://gitlab.example.com/team/app.git")
    program("init")
    (job,) = YAML(typ="safe").load((program.folder / ".gitlab-ci.yml").read_text("utf-8")).values()
    component = (ROOT / "templates" / "techmap-sync.yml").read_text("utf-8").partition("\n---\n")[2]
    (original,) = YAML(typ="safe").load(component).values()
    assert job["script"] == original["script"]
    assert job["rules"] == original["rules"]
    assert "$[[" not in (program.folder / ".gitlab-ci.yml").read_text("utf-8")
