"""What others say about the action and the workflows: actionlint and zizmor."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.app.run import Program
from tests.ci.release import workflow_with
from tests.ci.runner import ROOT, action

TOOLS = Path(sys.executable).parent
ZIZMOR = ("zizmor", "--offline", "--persona=pedantic", "--no-progress", "--quiet", "--color=never")
LOCAL = """\
name: local
on: push
permissions: {}
jobs:
  local:
    runs-on: ubuntu-latest
    steps:
      - id: maps
        uses: ./
        with:
          INPUTS
      - run: echo "$OUTPUT_0"
        env:
          OUTPUTS
"""


def ran(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    tool, *arguments = command
    return subprocess.run([TOOLS / tool, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def finds_nothing(folder: Path, *command: str) -> None:
    ended = ran(folder, *command)
    said = re.sub(r"No findings to report. Good job!( \(1 ignored\))?", "", ended.stdout).strip()
    assert (ended.returncode, said) == (0, ""), ended.stdout + ended.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository that holds the action and the project's own workflows."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / ".github", folder / ".github")
    shutil.copy(ROOT / "action.yml", folder)
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return folder


def using(project: Path, inputs: Iterable[str], outputs: Iterable[str]) -> None:
    given = [f"{name}: x" for name in inputs]
    read = [f"OUTPUT_{number}: ${{{{ steps.maps.outputs.{name} }}}}" for number, name in enumerate(outputs)]
    text = LOCAL.replace("INPUTS", "\n          ".join(given)).replace("OUTPUTS", "\n          ".join(read))
    (project / ".github" / "workflows" / "local.yml").write_text(text, encoding="utf-8")


def test_the_projects_own_files(project: Path) -> None:
    finds_nothing(project, *ZIZMOR, ".")
    finds_nothing(project, "actionlint")


def test_every_input_and_output_of_the_action_is_there_for_a_workflow(project: Path) -> None:
    declared = action()
    using(project, declared["inputs"], declared["outputs"])
    finds_nothing(project, "actionlint")
    using(project, ["tokens"], ["reports"])
    said = ran(project, "actionlint").stdout
    assert 'input "tokens" is not defined in action "techmap-sync"' in said
    assert 'property "reports" is not defined in object type' in said


def test_the_workflow_that_init_writes(program: Program) -> None:
    workflow_with(program, "tag")
    finds_nothing(program.folder, *ZIZMOR, ".")
    finds_nothing(program.folder, "actionlint")


def test_the_matrix_of_the_documentation_goes_into_the_workflow_that_init_writes(program: Program) -> None:
    workflow_with(program, "tag")
    path, yaml = program.folder / ".github" / "workflows" / "techmap-sync.yml", YAML()
    text = (ROOT / "docs" / "continuous-integration.md").read_text("utf-8")
    (shown,) = (block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "matrix" in block)
    workflow, added = yaml.load(path), yaml.load(shown)["jobs"]["techmap-sync"]
    assert not workflow["jobs"]["techmap-sync"].keys() & added.keys()
    workflow["jobs"]["techmap-sync"].update(added)
    yaml.dump(workflow, path)
    finds_nothing(program.folder, *ZIZMOR, ".")
    finds_nothing(program.folder, "actionlint")
    path.write_text(path.read_text("utf-8").replace("matrix.shard", "matrix.part"), "utf-8")
    assert 'property "part" is not defined' in ran(program.folder, "actionlint").stdout


EXAMPLES = [
    block
    for block in re.findall(
        r"```yaml\n(.*?)```", (ROOT / "docs" / "continuous-integration.md").read_text("utf-8"), re.DOTALL
    )
    if "\non:\n" in block
]
ON_NODE_24 = {
    "actions/checkout": "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "actions/setup-python": "5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
    "actions/setup-node": "820762786026740c76f36085b0efc47a31fe5020 # v7.0.0",
    "actions/upload-artifact": "043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1",
    "actions/download-artifact": "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
    "actions/attest-build-provenance": "a2bbfa25375fe432b6a289bc6b6cd05ecd0c4c32 # v4.1.0",
}
"""The releases that do not run on Node 20, which has left the runners."""


@pytest.fixture
def documented(project: Path) -> Path:
    """A repository with every whole workflow of the documentation."""
    for number, block in enumerate(EXAMPLES):
        (project / ".github" / "workflows" / f"example-{number}.yml").write_text(block, encoding="utf-8")
    return project


def test_the_workflows_of_the_documentation(documented: Path) -> None:
    finds_nothing(documented, *ZIZMOR, ".")
    finds_nothing(documented, "actionlint")


def test_they_show_forks_and_a_workflow_that_others_call() -> None:
    triggers = {trigger for block in EXAMPLES for trigger in YAML(typ="safe").load(block)["on"]}
    assert triggers >= {"pull_request_target", "workflow_call", "push", "pull_request", "schedule"}


def test_what_an_example_allows_is_seen_where_nobody_allows_it(documented: Path) -> None:
    for path in sorted((documented / ".github" / "workflows").glob("example-*.yml")):
        text = path.read_text("utf-8")
        path.write_text(re.sub(r" # zizmor: ignore.*", "", text).replace("persist-credentials: false", ""), "utf-8")
    said = ran(documented, *ZIZMOR, ".").stdout
    assert "dangerous-triggers" in said
    assert "artipacked" in said


def test_every_action_is_pinned_to_a_release_that_runs_on_node_24(documented: Path) -> None:
    shipped = ROOT / "config" / "github-workflow.yml"
    files = [*(documented / ".github" / "workflows").iterdir(), shipped]
    used = [
        line.split("uses: ")[1] for path in files for line in path.read_text("utf-8").splitlines() if "uses: a" in line
    ]
    assert len(used) >= 6
    for each in used:
        name, _, release = each.partition("@")
        assert release == ON_NODE_24[name]


def test_they_do_find_what_is_wrong(program: Program) -> None:
    workflow_with(program, "tag")
    path = program.folder / ".github" / "workflows" / "techmap-sync.yml"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"techmap-sync@\w+ # ", "techmap-sync@", text).replace("4 * * *", "99 * * *"), "utf-8")
    assert "unpinned-uses" in ran(program.folder, *ZIZMOR, ".").stdout
    assert "invalid CRON format" in ran(program.folder, "actionlint").stdout
