"""What others say about the action and the workflows: actionlint and zizmor."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.ci.runner import ROOT, action
from tests.commands.conftest import program as program  # noqa: PLC0414 - a fixture is used by its name
from tests.commands.run import Program
from tests.commands.test_init import workflow_with

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
          INPUT: x
      - run: echo "$CREATED"
        env:
          CREATED: ${{ steps.maps.outputs.OUTPUT }}
"""


def ran(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    tool, *arguments = command
    return subprocess.run([TOOLS / tool, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def finds_nothing(folder: Path, *command: str) -> None:
    ended = ran(folder, *command)
    said = ended.stdout.replace("No findings to report. Good job!", "").strip()
    assert (ended.returncode, said) == (0, ""), ended.stdout + ended.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository that holds the action and the project's own workflows."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / ".github", folder / ".github")
    shutil.copy(ROOT / "action.yml", folder)
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return folder


def using(project: Path, name: str, output: str) -> None:
    text = LOCAL.replace("INPUT", name).replace("OUTPUT", output)
    (project / ".github" / "workflows" / "local.yml").write_text(text, encoding="utf-8")


def test_the_projects_own_files(project: Path) -> None:
    finds_nothing(project, *ZIZMOR, ".")
    finds_nothing(project, "actionlint")


def test_every_input_and_output_of_the_action_is_there_for_a_workflow(project: Path) -> None:
    declared = action()
    for name in declared["inputs"]:
        using(project, name, "report")
        finds_nothing(project, "actionlint")
    for output in declared["outputs"]:
        using(project, "token", output)
        finds_nothing(project, "actionlint")
    using(project, "tokens", "reports")
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


def test_they_do_find_what_is_wrong(program: Program) -> None:
    workflow_with(program, "tag")
    path = program.folder / ".github" / "workflows" / "techmap-sync.yml"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"techmap-sync@\w+ # ", "techmap-sync@", text).replace("4 * * *", "99 * * *"), "utf-8")
    assert "unpinned-uses" in ran(program.folder, *ZIZMOR, ".").stdout
    assert "invalid CRON format" in ran(program.folder, "actionlint").stdout
