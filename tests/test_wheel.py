"""The wheel works by itself: installed into an empty environment, outside the repository."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.planning.maps import plan_of, read_file

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Path:
    """The program, installed from the wheel alone."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, folder=folder)
    venv.create(folder / "venv")
    wheel = next(folder.glob("*.whl"))
    python = folder / "venv" / "bin" / "python"
    # A pip of its own, and bytecode that nobody loads, would take most of the time.
    pip = (sys.executable, "-m", "pip", "--python", python, "--quiet", "--disable-pip-version-check")
    own = ("--no-index", "--find-links", wheels, "-c", ROOT / "constraints.txt")
    run(*pip, "install", "--no-compile", *own, wheel, folder=folder)
    return folder / "venv" / "bin" / "techmap-sync"


def test_a_wheel_in_an_empty_environment_pushes_an_example(installed: Path, tmp_path: Path) -> None:
    example = ROOT / "examples" / "two-factor-login.md"
    tickets = 1 + len(plan_of(read_file(example)).tasks)  # the tracking ticket and its children
    assert f"{tickets} created" in run(installed, "push", example, folder=tmp_path)
    assert "no changes" in run(installed, "push", example, folder=tmp_path)
    assert len(list((tmp_path / "backlog" / "tasks").iterdir())) == tickets
    assert f"0 of {tickets - 1} tasks done" in run(installed, "status", example, "--format", "html", folder=tmp_path)
