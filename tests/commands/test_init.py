"""A newcomer's path: ``init`` in an empty clone, a map, and its tickets."""

from __future__ import annotations

import re

import pytest
from ruamel.yaml import YAML

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


def test_a_gitlab_of_ones_own_gets_the_component_as_a_plain_job(program: Program) -> None:
    clone(program.folder, "https://gitlab.example.com/team/app.git")
    program("init")
    (job,) = YAML(typ="safe").load((program.folder / ".gitlab-ci.yml").read_text("utf-8")).values()
    component = (ROOT / "templates" / "techmap-sync.yml").read_text("utf-8").partition("\n---\n")[2]
    (original,) = YAML(typ="safe").load(component).values()
    assert job["script"] == original["script"]
    assert job["rules"] == original["rules"]
    assert "$[[" not in (program.folder / ".gitlab-ci.yml").read_text("utf-8")
