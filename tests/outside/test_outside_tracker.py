"""A tracker of another package works whole: its settings, its token, its own host, its CI and a default target."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.sync.tracker import Ticket
from tests import forked
from tests.app.run import READY
from tests.ci.checkout import git

PACKAGE = Path(__file__).with_name("shelf_tracker")
ENTRY_POINTS = """[techmap_sync.trackers]
shelf = shelf_tracker.kind:KIND
broken = shelf_tracker.missing:KIND
misnamed = shelf_tracker.kind:KIND
github = shelf_tracker.kind:KIND
"""
LOCAL = {"PATH", "LANG", "TMPDIR", "COVERAGE_PROCESS_START"}


@dataclass(frozen=True)
class Installed:
    """A machine on which the package is installed, and a repository on its public server."""

    root: Path
    site: Path

    @property
    def repository(self) -> Path:
        return self.root / "app"

    @property
    def tickets(self) -> dict[str, Ticket]:
        file = self.root / "tickets"
        return pickle.loads(file.read_bytes()) if file.exists() else {}

    @property
    def asked(self) -> Any:
        """What the tracker was connected with."""
        return json.loads((self.root / "tickets.json").read_text(encoding="utf-8"))

    def settings(self, text: str) -> None:
        (self.repository / "techmap-sync.toml").write_text(f'maps = ["docs"]\n{text}\n', encoding="utf-8")

    def __call__(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if name in LOCAL}
        own = {"PYTHONPATH": str(self.site), "SHELF_FILE": str(self.root / "tickets"), "HOME": str(self.root)}
        return forked.run(arguments, cwd=self.repository, env={**kept, **own, **variables})


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    site = tmp_path / "site"
    shutil.copytree(PACKAGE, site / "shelf_tracker", ignore=shutil.ignore_patterns("__pycache__"))
    about = site / "shelf_tracker-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: shelf-tracker\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(ENTRY_POINTS, encoding="utf-8")
    machine = Installed(tmp_path, site)
    (machine.repository / "docs").mkdir(parents=True)
    shutil.copy(READY[0], machine.repository / "docs")
    git(machine.repository, "init", "--quiet", "--initial-branch=main")
    git(machine.repository, "remote", "add", "origin", "git@ssh.shelf.example:team/app.git")
    git(machine.repository, "add", ".")
    git(machine.repository, "commit", "--quiet", "--message", "Map")
    return machine


def test_a_push_makes_tickets_once_with_its_token_settings_and_default_target(installed: Installed) -> None:
    installed.settings('to = "shelf"\n[shelf]\nroom = "attic"')
    first = installed("push", TECHMAP_SYNC_SHELF_TOKEN="shelf-token-1")
    assert first.returncode == 0, first.stderr
    assert installed.asked == {
        "target": "team/app",
        "api": "https://api.shelf.example",
        "token": "shelf-token-1",
        "seconds_between_writes": 0.0,
        "ca_bundle": "",
        "room": "attic",
        "rows": 3,
    }
    made = installed.tickets
    assert len(made) > 5
    assert any("https://shelf.example/team/app/files/" in ticket.body for ticket in made.values())
    assert "shelf-token-1" not in first.stdout + first.stderr
    again = installed("push", SHELF_TOKEN="shelf-token-1")
    assert (again.returncode, installed.tickets) == (0, made)


def test_other_commands_know_it_too(installed: Installed) -> None:
    installed.settings('to = "shelf"')
    assert installed("doctor", SHELF_TOKEN="t" * 12).returncode == 0
    assert installed("plan", "--exit-code", SHELF_TOKEN="t" * 12).returncode == 3
    begun = installed("init", "--force")
    assert begun.returncode == 0, begun.stderr
    assert 'to = "shelf"' in (installed.repository / "techmap-sync.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("table", "key"),
    [('rom = "attic"', "room"), ("rows = 0", "rows"), ('rows = "many"', "rows"), ("ca = 1", "ca")],
)
def test_its_table_of_settings_is_checked(installed: Installed, table: str, key: str) -> None:
    installed.settings(f'to = "shelf"\n[shelf]\n{table}')
    ended = installed("push", SHELF_TOKEN="t" * 12)
    assert (ended.returncode, installed.tickets) == (2, {})
    assert "techmap-sync.toml:4" in ended.stderr
    assert key in ended.stderr


def test_its_settings_come_from_variables_too_and_a_wrong_one_is_refused(installed: Installed) -> None:
    installed.settings('to = "shelf"')
    assert installed("plan", SHELF_TOKEN="t" * 12, TECHMAP_SYNC_SHELF__ROOM="cellar").returncode == 0
    assert installed.asked["room"] == "cellar"
    assert installed("plan", SHELF_TOKEN="t" * 12, TECHMAP_SYNC_SHELF__ROM="cellar").returncode == 2
    assert installed("plan", SHELF_TOKEN="t" * 12, TECHMAP_SYNC_SHELF_TOKN="x").returncode == 2


def test_its_token_goes_to_its_own_host_alone(installed: Installed) -> None:
    installed.settings('to = "shelf"\napi_url = "https://evil.example/api"')
    refused = installed("push", SHELF_TOKEN="shelf-token-1")
    assert (refused.returncode, installed.tickets) == (4, {})
    assert not (installed.root / "tickets.json").exists()
    assert "--api-url https://evil.example/api" in refused.stderr
    assert installed("push", "--api-url", "https://mine.example/api", SHELF_TOKEN="shelf-token-1").returncode == 0
    assert installed.asked["api"] == "https://mine.example/api"


def test_the_token_of_another_kind_is_not_for_it(installed: Installed) -> None:
    installed.settings('to = "shelf"')
    ended = installed("push", GITHUB_TOKEN="ghp_abcdefghijkl", GITLAB_TOKEN="glpat-abcdefghijkl")
    assert (ended.returncode, installed.tickets) == (2, {})


def test_its_ci_decides_before_one_whose_variables_it_sets(installed: Installed) -> None:
    installed.settings("")
    by_github = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "team/app", "GITHUB_TOKEN": "x" * 12}
    own = {"SHELF_CI": "true", "SHELF_REPOSITORY": "team/app", "SHELF_API": "https://in.example/api"}
    run = {**by_github, **own, "SHELF_BRANCH": "main", "SHELF_TOKEN": "t" * 12}
    pushed = installed("ci", **run, SHELF_FORK="false")
    assert pushed.returncode == 0, pushed.stderr
    assert (installed.asked["api"], installed.asked["token"]) == ("https://in.example/api", "t" * 12)
    assert installed.tickets


def test_a_stranger_decides_only_its_harmless_settings(installed: Installed) -> None:
    installed.settings('[shelf]\nrows = 5\nroom = "theirs"')
    own = {"CI": "true", "SHELF_CI": "true", "SHELF_REPOSITORY": "team/app", "SHELF_BRANCH": "main"}
    ended = installed("ci", "--command", "plan", **own, SHELF_TOKEN="t" * 12)
    assert ended.returncode == 0, ended.stderr
    assert (installed.asked["rows"], installed.asked["room"]) == (5, "hall")
    assert "shelf.room" in ended.stderr


@pytest.mark.parametrize("name", ["broken", "misnamed", "unheard"])
def test_a_broken_one_spoils_only_itself(installed: Installed, name: str) -> None:
    installed.settings('to = "shelf"')
    ended = installed("plan", "--to", f"{name}:x", SHELF_TOKEN="t" * 12)
    assert ended.returncode == 2
    assert name in ended.stderr
    assert installed("plan", SHELF_TOKEN="t" * 12).returncode == 0


def test_no_package_takes_the_name_of_one_that_comes_with_the_program(installed: Installed) -> None:
    ended = installed("plan", "--to", "github:team/app", SHELF_TOKEN="t" * 12)
    assert ended.returncode == 2
    assert not (installed.root / "tickets.json").exists()
