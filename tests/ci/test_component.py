"""The GitLab component, its script executed for the pipelines of a project whose default branch is called trunk."""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from techmap_sync import __version__
from tests.ci.checkout import MAP, NAME, TICKETS, Origin, git, with_code_of_its_own
from tests.ci.pipeline import ROOT, Ended, Pipeline, component
from tests.ci.prepared import begin_environment, forking_python, mktemp, python
from tests.ci.runner import action
from tests.ci.wheels import from_wheels
from tests.release import run
from tests.simulators.gitlab import Simulator

TEXT = MAP.read_text("utf-8")
TOKEN = {"GITLAB_TOKEN": "glpat-secret"}
SECTION = re.compile(r"\x1b\[0Ksection_(start|end):\d+:(\w+)(?:\[[^\]]*\])?\r\x1b\[0K")


@pytest.fixture
def server() -> Iterator[Simulator]:
    with Simulator.running() as simulator:
        simulator.world.merge_requests[7] = []
        yield simulator
        assert simulator.undocumented == []
        assert simulator.world.executed == []


@pytest.fixture(scope="session")
def image(shared: Path, installed: Path, programs: Path) -> str:
    """PATH of an image with Python and the program."""
    folder = shared / "image"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.copytree(installed, folder, symlinks=True)
            for name in ("env", "mktemp", "sed"):
                (folder / "bin" / name).symlink_to(shutil.which(name) or "")
    return f"{folder}/bin:{programs}"


@pytest.fixture
def fresh_pipeline(server: Simulator, image: str, wheels: Path) -> Pipeline:
    """A machine that starts the very program of the image."""
    return Pipeline(server, image, TOKEN | from_wheels(wheels))


@pytest.fixture
def pipeline(fresh_pipeline: Pipeline, installed: Path, tmp_path: Path) -> Pipeline:
    """A machine on which the program of the image is ready to run."""
    files = forking_python(tmp_path / "ready", installed)
    path = f"{tmp_path}/ready/bin:{fresh_pipeline.path}"
    return replace(fresh_pipeline, path=path, inherited=files)


@pytest.fixture
def release(tmp_path: Path) -> str:
    """Where the program comes from: a repository with a tag, whose branch has gone on."""
    folder = tmp_path / "release"
    folder.mkdir()
    for name in ("techmap_sync", "config"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Release")
    git(folder, "tag", "v1")
    git(folder, "rm", "--quiet", "-r", "techmap_sync")
    git(folder, "commit", "--quiet", "--message", "Go on")
    return f"git+file://{folder}@v1"


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin.begin(tmp_path / "origin", "https://gitlab-ci-token:secret@gitlab.com/group/project.git")


@pytest.fixture
def workspace(origin: Origin, tmp_path: Path) -> Path:
    return origin.checkout(tmp_path / "work")


def merged(pipeline: Pipeline, workspace: Path, source: str = "push", **inputs: str) -> Ended:
    variables = {"CI_PIPELINE_SOURCE": source, "CI_COMMIT_BRANCH": "trunk"}
    return pipeline.job(workspace, variables, **({"package": ""} | inputs))


def reviewed(pipeline: Pipeline, workspace: Path, **inputs: str) -> Ended:
    variables = {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": "7"}
    return pipeline.job(workspace, variables | {"CI_MERGE_REQUEST_PROJECT_ID": "42"}, **({"package": ""} | inputs))


def notes(server: Simulator) -> list[str]:
    return [note.body for note in server.world.merge_requests[7]]


def test_a_merge_installs_the_package_and_makes_the_tickets(
    fresh_pipeline: Pipeline,
    server: Simulator,
    workspace: Path,
    release: str,
    programs: Path,
    installed: Path,
    tmp_path: Path,
) -> None:
    """From git, at a tag, in a checkout that is full of code that must not run."""
    pipeline = fresh_pipeline
    (tmp_path / "bin").mkdir()
    begin_environment(tmp_path / "begun", installed, with_packages=True)
    mktemp(tmp_path / "bin" / "mktemp", tmp_path / "begun")
    for name in ("env", "sed"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or "")
    python(tmp_path / "bin" / "python", (programs / "python3").readlink())
    pipeline.secrets |= with_code_of_its_own(workspace, tmp_path / "trace")
    pipeline.path = f".:bin:{tmp_path}/bin:{programs}"
    ended = merged(pipeline, workspace, package=release)
    assert not (tmp_path / "trace").exists(), (tmp_path / "trace").read_text()
    assert ended.code == 0, ended.log
    assert "push, because of a push to trunk, the default branch" in ended.log
    assert len(server.world.issues) == ended.report["counts"]["create"] == TICKETS
    assert {outcome["run"] for outcome in ended.report["outcomes"]} == {f"{server.url}/group/project/-/jobs/9"}
    assert ended.problems == []
    assert SECTION.findall(ended.log) == [("start", "tickets"), ("end", "tickets")]
    assert notes(server) == []


def test_the_program_is_installed_from_a_wheel_too(
    fresh_pipeline: Pipeline,
    workspace: Path,
    server: Simulator,
    wheels: Path,
    built: tuple[Path, Path],
    installed: Path,
    image: str,
    tmp_path: Path,
) -> None:
    """The wheel works by itself: in the environment of the job, outside the repository, it pushes an example."""
    pipeline = fresh_pipeline
    for name in ("scratch", "bin"):
        (tmp_path / name).mkdir()
    scratch = tmp_path / "scratch"
    begin_environment(tmp_path / "begun", installed, with_packages=True)
    mktemp(tmp_path / "bin" / "mktemp", tmp_path / "begun")
    python(tmp_path / "bin" / "python", Path(image.partition(":")[0]) / "python")
    pipeline.path = f"{tmp_path}/bin:{pipeline.path}"
    pipeline.secrets |= from_wheels(wheels, built[1].parent) | {"TMPDIR": str(scratch)}
    ended = merged(pipeline, workspace, package=f"techmap-sync=={__version__}")
    assert ended.code == 0, ended.log
    assert len(server.world.issues) == TICKETS
    (programs,) = scratch.glob("*/venv/bin")
    run(programs / "python", "-I", "-m", "pip", "check", folder=tmp_path)
    assert f"{TICKETS} created" in run(programs / "techmap-sync", "push", MAP, folder=tmp_path)
    assert "no changes" in run(programs / "techmap-sync", "push", MAP, folder=tmp_path)
    assert len(list((tmp_path / "backlog" / "tasks").iterdir())) == TICKETS
    page = run(programs / "techmap-sync", "status", MAP, "--format", "html", folder=tmp_path)
    assert f"0 of {TICKETS - 1} tasks done" in page


def test_the_component_installs_its_own_version() -> None:
    _, job = component()
    assert job["variables"]["TECHMAP_PACKAGE"].endswith(f".git@v{__version__}")


def test_a_merge_request_gets_one_note_that_the_next_run_edits(
    fresh_pipeline: Pipeline, origin: Origin, workspace: Path, server: Simulator, tmp_path: Path
) -> None:
    pipeline = fresh_pipeline
    ended = reviewed(pipeline, workspace)
    assert ended.code == 0, ended.log
    assert "plan, because of merge request 7" in ended.log
    assert "- **create** Create AttemptCounter" in notes(server)[0]
    origin.commit(TEXT.replace("AttemptCounter", "FailureCounter"), "2026-11-25T12:05:00Z")
    assert reviewed(pipeline, origin.checkout(tmp_path / "next")).code == 0
    (only,) = notes(server)
    assert "- **create** Create FailureCounter: " in only
    assert [write.split()[0] for write in server.writes] == ["POST", "PUT"]


def test_under_parallel_there_is_one_note_in_however_many_jobs_the_job_is_split(
    pipeline: Pipeline, workspace: Path, server: Simulator
) -> None:
    for part in ("1/2", "1/3"):
        index, total = part.split("/")
        pipeline.secrets = TOKEN | {
            "CI_NODE_INDEX": index,
            "CI_NODE_TOTAL": total,
            "CI_JOB_NAME": f"techmap-sync {part}",
        }
        ended = reviewed(pipeline, workspace)
        assert ended.code == 0, ended.log
        assert len(notes(server)) == 1, part


def test_a_merge_request_without_a_token_gets_check_and_task_list_and_the_reason(
    pipeline: Pipeline, workspace: Path, server: Simulator
) -> None:
    pipeline.secrets = {}
    ended = reviewed(pipeline, workspace)
    assert ended.code == 0, ended.log
    assert server.asked == []
    assert "Only the tasks of the maps, not compared with their tickets: there is no token for gitlab:42" in ended.log
    assert "Create AttemptCounter" in ended.log
    assert "No comment was written: there is no token for it." in ended.log
    assert ended.report["counts"]["skip"] == TICKETS
    (workspace / NAME).write_text(TEXT.replace("- `AttemptCounter`", "- [Name]\n- `AttemptCounter`", 1), "utf-8")
    broken = reviewed(pipeline, workspace)
    assert broken.code == 1, "check holds without a token too"
    assert "[Name]" in broken.log
    assert {problem["location"]["path"] for problem in broken.problems} == {NAME}


def test_a_schedule_reconciles(pipeline: Pipeline, workspace: Path, server: Simulator) -> None:
    merged(pipeline, workspace)
    ticket = server.world.issues[2]
    copy = server.world.add_issue(ticket.title, ticket.author, description=ticket.description, labels=ticket.labels)
    ended = merged(pipeline, workspace, "schedule")
    assert ended.code == 0, ended.log
    assert "reconcile, because of " in ended.log
    assert copy.state == "closed", "only reconcile closes copies"


def test_of_two_merges_seconds_apart_the_older_ones_late_run_refuses(
    pipeline: Pipeline, origin: Origin, server: Simulator, tmp_path: Path
) -> None:
    older = git(origin.folder, "rev-parse", "HEAD")
    newer = origin.commit(TEXT.replace("AttemptCounter", "FailureCounter"), "2026-11-25T12:00:03Z")
    assert merged(pipeline, origin.checkout(tmp_path / "newer", newer)).code == 0
    before = len(server.writes)
    ended = merged(pipeline, origin.checkout(tmp_path / "older", older))
    assert ended.code == 4
    assert len(server.writes) == before
    assert f"the tickets were written from commit {newer[:12]}" in ended.log


def test_inputs_are_values_and_never_commands(pipeline: Pipeline, workspace: Path) -> None:
    ended = merged(pipeline, workspace, paths='"; touch pwned; $(touch pwned) `touch pwned` $GITLAB_TOKEN')
    assert ended.code == 2
    assert "no such file or folder: " in ended.log
    assert "glpat-secret" not in ended.log
    assert not list(workspace.rglob("pwned"))


FLAGS = {
    "command": ("--command=plan", "plan"),
    "paths": ("--paths=a b.md", "a b.md"),
    "config": ("--config=x y.toml", "x y.toml"),
    "tracker": ("--to=gitlab:g/p", "gitlab:g/p"),
    "max-writes": ("--max-writes=3", "3"),
    "allow": ("--allow=older gone", "older gone"),
    "adopted": ("--adopted=12, 15", "12, 15"),
    "accept-settings": ("--accept-settings", "true"),
    "fail-on": ("--fail-on=never", "never"),
    "pull": ("--pull=pull-request", "pull-request"),
}


@pytest.mark.parametrize("of", ["action", "component"])
def test_each_input_arrives_as_its_flag_and_without_it_there_is_none(of: str, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" > {tmp_path}/arguments\n", encoding="utf-8")
    program.chmod(0o755)

    def arguments(**inputs: str) -> list[str]:
        if of == "action":
            step = action()["runs"]["steps"][-1]
            defaults = {name: each["default"] for name, each in action()["inputs"].items()}
            given = defaults | {name.replace("_", "-"): value for name, value in inputs.items()}
            variables = {
                name: given.get(value.strip("${} ").removeprefix("inputs."), "") for name, value in step["env"].items()
            }
            script, variables = step["run"], variables | {"INTERPRETER": str(program)}
        else:
            _, job = component(package="", **inputs)
            variables = Pipeline._own(job["variables"], {})
            script, variables = job["script"][-1], variables | {"techmap_python": str(program)}
        subprocess.run(["sh", "-e", "-c", script], env=variables, cwd=tmp_path, check=True)
        return (tmp_path / "arguments").read_text("utf-8").splitlines()

    given = arguments(**{name.replace("-", "_"): value for name, (_, value) in FLAGS.items()})
    assert {flag for flag, _ in FLAGS.values()} <= set(given)
    assert action()["inputs"].keys() - {"token"} == FLAGS.keys()
    without = [each for each in arguments() if each.startswith(("--adopted", "--accept", "--allow", "--max", "--to"))]
    assert without == []
    assert "--accept-settings" not in arguments(accept_settings="false")


def test_component_and_action_take_the_same_inputs() -> None:
    _, job = component(job_name="x", token="$MAPS_TOKEN")
    assert job["resource_group"] == "x$CI_NODE_INDEX-$CI_COMMIT_REF_SLUG"
    assert Pipeline._own({"A": job["variables"]["TECHMAP_SYNC_TOKEN"]}, {"MAPS_TOKEN": "t"}) == {"A": "t"}
    text = (ROOT / "templates" / "techmap-sync.yml").read_text("utf-8")
    declared = set(re.findall(r"inputs\.([\w-]+)", text))
    assert action()["inputs"].keys() <= declared
