"""A newcomer's path: ``init`` in an empty clone, a map, and its tickets."""

from __future__ import annotations

import re
import subprocess
import textwrap

import pytest
from ruamel.yaml import YAML

from techmap_sync import __version__
from techmap_sync.checkout import checkout_of
from tests.app.run import CORPUS, ROOT, Program, clone
from tests.ci.release import workflow_with
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
    assert program("push", "--format", "json").json["counts"]["create"] == 22
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
    assert "would overwrite techmap-sync.toml" in ended.err
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


@pytest.mark.parametrize("tagging", [("tag",), ("tag", "-a", "-m", "release")], ids=["plain", "annotated"])
def test_the_workflow_pins_the_commit_of_the_release(program: Program, tagging: tuple[str, ...]) -> None:
    commit, line, said = workflow_with(program, *tagging)
    assert line == f"      - uses: techmap-sync/techmap-sync@{commit} # v{__version__}"
    assert "to pin" not in said


@pytest.mark.parametrize(("host", "queues"), [("github.com", True), ("github.example.com", False)])
def test_runs_queue_where_the_server_knows_how(program: Program, host: str, queues: bool) -> None:
    clone(program.folder, f"https://{host}/octo/app.git")
    assert program("init", "--to", "github").code == 0
    text = (program.folder / ".github" / "workflows" / "techmap-sync.yml").read_text("utf-8")
    group = {"group": "techmap-sync-${{ github.ref }}", "cancel-in-progress": False}
    assert YAML(typ="safe").load(text)["concurrency"] == group | ({"queue": "max"} if queues else {})
    assert ("gets its turn" in text) is queues
    assert "@" not in re.sub(r"uses: \S+@", "", text), "a placeholder was left"


def test_a_release_that_cannot_be_found_is_named_by_its_tag_with_the_way_to_pin_it(program: Program) -> None:
    _, line, said = workflow_with(program, "branch")
    assert line.partition("@")[2].startswith(f"v{__version__} # to pin the commit: git ls-remote https://")
    assert f"the tag v{__version__}" in said


def test_a_gitlab_of_ones_own_gets_the_component_as_a_plain_job(program: Program) -> None:
    clone(program.folder, "https://gitlab.example.com/team/app.git")
    program("init")
    (job,) = YAML(typ="safe").load((program.folder / ".gitlab-ci.yml").read_text("utf-8")).values()
    component = (ROOT / "templates" / "techmap-sync.yml").read_text("utf-8").partition("\n---\n")[2]
    (original,) = YAML(typ="safe").load(component).values()
    assert job["script"] == original["script"]
    assert job["rules"] == original["rules"]
    assert "$[[" not in (program.folder / ".gitlab-ci.yml").read_text("utf-8")


def test_a_pipeline_that_is_there_stays_and_the_lines_for_it_are_told(program: Program) -> None:
    clone(program.folder, "https://gitlab.com/team/app.git")
    pipeline = program.folder / ".gitlab-ci.yml"
    pipeline.write_text("build:\n  script: make\n")
    ended = program("init")
    assert ended.code == 0
    assert pipeline.read_text() == "build:\n  script: make\n"
    assert (program.folder / "docs" / "maps" / "TEMPLATE.md").exists()
    lines = f"  include:\n    - component: gitlab.com/techmap-sync/techmap-sync/techmap-sync@{__version__}\n"
    assert (
        f".gitlab-ci.yml is there already and stays as it is; add these lines, to its include if it has one:\n\n{lines}"
        in ended.out
    )
    pipeline.write_text(pipeline.read_text() + textwrap.dedent(lines))
    said = program("init", "--force").out
    assert "add these lines" not in said
    assert "build:" in pipeline.read_text(), "force is for what init wrote"


def test_beside_a_pipeline_on_a_server_of_ones_own_the_job_has_a_file(program: Program) -> None:
    clone(program.folder, "https://gitlab.example.com/team/app.git")
    (program.folder / ".gitlab-ci.yml").write_text("build: {script: !reference [.make, script]}\n")
    ended = program("init")
    assert "wrote .gitlab/techmap-sync.yml\n" in ended.out
    assert "  include:\n    - local: .gitlab/techmap-sync.yml\n" in ended.out
    (job,) = YAML(typ="safe").load((program.folder / ".gitlab" / "techmap-sync.yml").read_text("utf-8")).values()
    assert job["stage"] == "test"
    assert "techmap_sync ci " in " ".join(job["script"])


@pytest.mark.parametrize(
    ("stages", "stage"),
    [("[compile, ship]", "compile"), ("[compile, test]", "test"), ("[]", "test"), ("{", "test"), ("7", "test")],
)
def test_the_job_has_a_stage_that_the_pipeline_has(program: Program, stages: str, stage: str) -> None:
    clone(program.folder, "https://gitlab.com/team/app.git")
    (program.folder / ".gitlab-ci.yml").write_text(f"stages: {stages}\n")
    assert ("    inputs:\n        stage: compile\n" in program("init").out) is (stage != "test")
    subprocess.run(["git", "remote", "set-url", "origin", "https://gitlab.example.com/team/app.git"], check=True)
    checkout_of.cache_clear()
    assert program("init").code == 0
    (job,) = YAML(typ="safe").load((program.folder / ".gitlab" / "techmap-sync.yml").read_text("utf-8")).values()
    assert job["stage"] == stage


def test_a_pipeline_of_an_earlier_init_is_overwritten_by_force_alone(program: Program) -> None:
    clone(program.folder, "https://gitlab.com/team/app.git")
    assert program("init").code == 0
    pipeline = program.folder / ".gitlab-ci.yml"
    written = pipeline.read_text()
    pipeline.write_text(written.replace(__version__, "0.0.1"))
    assert "would overwrite .gitlab-ci.yml" in program("init").err
    assert program("init", "--force").code == 0
    assert pipeline.read_text() == written


def test_a_host_that_does_not_tell_what_it_is_is_asked_about(program: Program) -> None:
    clone(program.folder, "ssh://git@code.example.com:2222/team/app.git")
    ended = program("init")
    assert ended.code == 2
    assert "code.example.com" in ended.err
    assert ended.err.endswith("\n  init --to github\n  init --to gitlab\n  init --to backlog\n")
    assert not (program.folder / "techmap-sync.toml").exists()
    assert program("init", "--to", "backlog").code == 0
    assert not list(program.folder.glob(".git*b*"))


def test_what_such_a_host_is_said_to_be_holds_for_the_whole_path(
    program: Program, gitlab: GitLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone(program.folder, f"git@code.example.com:{gitlab.connection().target}.git")
    assert program("init", "--to", "gitlab").code == 0
    path = program.folder / "techmap-sync.toml"
    assert f'to = "gitlab:{gitlab.connection().target}"\napi_url = "https://code.example.com"\n' in path.read_text()
    path.write_text(path.read_text().replace("https://code.example.com", gitlab.url))
    assert " -m techmap_sync ci" in (program.folder / ".gitlab-ci.yml").read_text()
    program("new", "Webhooks")
    (program.folder / "docs" / "maps" / "webhooks.md").write_text(MAP.read_text("utf-8"), encoding="utf-8")
    ended = program("push")
    assert (ended.code, gitlab.asked) == (4, []), "the file alone sends no token anywhere"
    assert f"--api-url {gitlab.url}" in ended.err
    assert program("push", "--api-url", gitlab.url).code == 0
    assert "Plan: no changes." in program("push", "--api-url", gitlab.url).out


def test_a_github_of_ones_own_with_any_name_has_its_api_named(program: Program) -> None:
    clone(program.folder, "https://code.example.com/team/app")
    assert program("init", "--to", "github").code == 0
    text = (program.folder / "techmap-sync.toml").read_text()
    assert text.endswith('to = "github:team/app"\napi_url = "https://code.example.com/api/v3"\n')
    assert (program.folder / ".github" / "workflows" / "techmap-sync.yml").exists()


@pytest.mark.parametrize(
    ("address", "to", "said"),
    [
        ("https://github.com/octo/app", "gitlab", "--to gitlab: the remote is on github.com"),
        ("", "github", "--to github: this folder has no remote"),
    ],
)
def test_what_contradicts_the_remote_is_one_clear_message(program: Program, address: str, to: str, said: str) -> None:
    if address:
        clone(program.folder, address)
    ended = program("init", "--to", to)
    assert ended.code == 2
    assert ended.err.startswith(f"error: {said}\nhint: ")
    assert not (program.folder / "techmap-sync.toml").exists()


GUIDE = "docs/maps/AUTHORING.md"


def test_the_guide_for_assistants_is_written_alone(program: Program) -> None:
    said = program("init", "--assistant")
    assert said.code == 0
    assert f"wrote {GUIDE}" in said.out
    assert [path.name for path in program.folder.rglob("*") if path.is_file()] == ["AUTHORING.md"]


@pytest.mark.parametrize(
    "order", [("init", "--assistant"), ("--assistant", "init"), ("new", "--assistant")], ids="-".join
)
def test_it_does_not_matter_what_was_written_before(program: Program, order: tuple[str, str]) -> None:
    commands = {"init": ("init",), "--assistant": ("init", "--assistant"), "new": ("new", "Login")}
    for step in order:
        assert program(*commands[step]).code == 0
    assert (program.folder / GUIDE).exists()
    assert program("init", "--assistant").code == 0, "what is there already in the same words is no loss"
    assert program("check").code == 0
    assert program("init").code == 0


@pytest.mark.parametrize("more", [(), ("--force",)])
def test_a_guide_that_somebody_changed_is_never_overwritten(program: Program, more: tuple[str, ...]) -> None:
    program("init", "--assistant")
    (program.folder / GUIDE).write_text("ours\n")
    ended = program("init", "--assistant", *more)
    assert ended.code == 2
    assert GUIDE in ended.err
    assert (program.folder / GUIDE).read_text() == "ours\n"


@pytest.mark.parametrize(
    ("maps", "folder"),
    [
        ('["plans"]', "plans"),
        ('["."]', "docs/maps"),
        ('["map.md", "specs/*.md", "design/maps"]', "design/maps"),
        ("[]", "docs/maps"),
    ],
)
def test_the_guide_is_where_the_maps_are(program: Program, maps: str, folder: str) -> None:
    (program.folder / "techmap-sync.toml").write_text(f"maps = {maps}\n")
    program("init", "--assistant")
    assert (program.folder / folder / "AUTHORING.md").exists()


def test_the_guide_is_not_written_through_a_link_out_of_the_repository(program: Program) -> None:
    clone(program.folder, "https://github.com/octo/app.git")
    (program.folder.parent / "elsewhere").mkdir()
    (program.folder / "docs").symlink_to(program.folder.parent / "elsewhere")
    assert program("init", "--assistant").code == 2
    assert list((program.folder.parent / "elsewhere").iterdir()) == []


def test_init_on_gitlab_names_the_variable_to_make(program: Program) -> None:
    clone(program.folder, "https://gitlab.com/group/project")
    ended = program("init")
    assert "variable GITLAB_TOKEN" in ended.out
