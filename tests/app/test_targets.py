"""What a server of one's own is: what the CI, a flag or a setting says, never what its name looks like."""

from __future__ import annotations

from pathlib import Path

import pytest

from techmap_sync.app.credentials import login_at
from techmap_sync.app.targets import recognised
from techmap_sync.checkout import Checkout, parse_remote
from techmap_sync.config import load_settings
from techmap_sync.trackers.github.kind import KIND
from tests.app.run import CORPUS, Program
from tests.ci.checkout import git

GITLAB = {"GITLAB_CI": "true", "CI_SERVER_HOST": "code.example.com"}


def kind(address: str, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], **flags: str) -> str:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    checkout = recognised(Checkout(Path("/nowhere"), parse_remote(address)), load_settings(None, flags))
    assert checkout.remote is not None
    return checkout.remote.kind


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize(
    ("variables", "flags", "expected"),
    [
        ({}, {}, ""),
        (GITLAB, {}, "gitlab"),
        ({"GITLAB_CI": "true", "CI_SERVER_URL": "https://code.example.com:8443/x"}, {}, "gitlab"),
        ({"CI_SERVER_HOST": "code.example.com"}, {}, ""),
        ({"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://code.example.com"}, {}, "github"),
        ({"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://[bad"}, {}, ""),
        ({}, {"to": "gitlab"}, "gitlab"),
        ({}, {"to": "gitlab:team/app"}, ""),
        ({}, {"to": "gitlab:team/app", "api_url": "https://code.example.com/api"}, "gitlab"),
        ({}, {"to": "github:team/app", "api_url": "https://api.code.example.com"}, "github"),
        ({}, {"to": "github", "api_url": "https://other.example.com/api/v3"}, ""),
        ({}, {"to": "backlog", "api_url": "https://code.example.com"}, ""),
        (GITLAB, {"to": "github", "api_url": "https://code.example.com"}, "gitlab"),
    ],
)
def test_a_server_of_ones_own(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], flags: dict[str, str], expected: str
) -> None:
    assert kind("git@code.example.com:team/app.git", monkeypatch, variables, **flags) == expected


@pytest.mark.usefixtures("program")
def test_a_public_server_is_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert kind("git@github.com:o/r", monkeypatch, {"GITLAB_CI": "true", "CI_SERVER_HOST": "github.com"}) == "github"
    assert kind("git@github.com:o/r", monkeypatch, {}, to="gitlab") == "github"


@pytest.mark.parametrize(
    "address", ["git@ssh.github.com:o/r", "ssh://git@ssh.github.com:443/o/r", "https://www.github.com/o/r"]
)
def test_all_names_of_a_server_have_one_api(address: str) -> None:
    checkout = Checkout(Path("/nowhere"), parse_remote(address))
    assert login_at(KIND, load_settings(None, {}), checkout, {"GH_TOKEN": "t"}).address == "https://api.github.com"


@pytest.mark.parametrize(
    "host", ["gitlab.example.com", "github.evil.example", "notgithub.com", "github.com.evil.example"]
)
def test_a_host_that_nobody_named_is_asked_about(program: Program, host: str) -> None:
    git(program.folder, "init", "--quiet")
    git(program.folder, "remote", "add", "origin", f"https://{host}/octo/maps")
    (program.folder / "map.md").write_bytes((CORPUS / "08-cli-profiles.md").read_bytes())
    ended = program("push", "map.md")
    assert ended.code == 2
    assert host in ended.err
    assert "--to github" in ended.err
    assert "--to gitlab" in ended.err
    assert "--to backlog:./backlog" in ended.err
    assert not (program.folder / "backlog").exists()
    assert program("push", "map.md", "--to", "backlog:./backlog").code == 0
    tickets = "".join(path.read_text("utf-8") for path in (program.folder / "backlog").rglob("*.md"))
    assert "/blob/" not in tickets
    assert f'"source":"{host}/octo/maps"' in tickets
