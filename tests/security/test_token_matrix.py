"""Where the token goes: every source of an address, every kind of host, every run and every command, against the table.

{settings file, remote, variable, flag} x {own host, other host, http, look-alike} x {shell and CI runs} x {commands}.
One server listens in place of all servers and writes down to whom each request was meant to go.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.checkout import checkout_of
from tests.app.run import Program
from tests.ci.checkout import MAP, git
from tests.sampling import sampling
from tests.security.listening import Listening, listening, stand_for_every_server

TOKEN = "ghp_Zk3xWq9Lr5Ty7Ub1Nc4M"
ALIKE = ("plan", "doctor", "status")
"""Commands that ask the same server wherever it may be asked."""
OTHERS = ("check", "push", "reconcile", "ci")
SOURCES = ("settings file", "remote", "variable", "flag")
PUBLIC = {"github": "https://api.github.com", "gitlab": "https://gitlab.com"}
OF_CI = {"github": "https://git.corp.example", "gitlab": "https://lab.corp.example"}
PATH = {"github": "/api/v3", "gitlab": ""}
HOSTS = {
    "own host": {"github": "https://api.github.com", "gitlab": "https://gitlab.com"},
    "own host of the CI": OF_CI,
    "other host": {"github": "https://other.example", "gitlab": "https://other.example"},
    "http": {"github": "http://api.github.com", "gitlab": "http://gitlab.com"},
    "look-alike": {"github": "https://api.github.com.evil.example", "gitlab": "https://gitlab.com.evil.example"},
}


@dataclass(frozen=True)
class Run:
    """Where and why the program runs."""

    kind: str
    variables: dict[str, str] = field(default_factory=dict)
    event: dict[str, Any] = field(default_factory=dict)
    reviewed: bool = True

    @property
    def in_ci(self) -> bool:
        return bool(self.variables)


def on_github(name: str, *, reviewed: bool, ref: str = "refs/heads/trunk", **event: Any) -> Run:
    variables = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": name,
        "GITHUB_REF": ref,
        "GITHUB_REPOSITORY": "octo/maps",
        "GITHUB_SERVER_URL": OF_CI["github"],
        "GITHUB_API_URL": f"{OF_CI['github']}/api/v3",
    }
    return Run("github", variables, {"repository": {"default_branch": "trunk"}} | event, reviewed)


def pull(home: str) -> dict[str, Any]:
    return {"number": 1, "head": {"repo": {"full_name": home}}}


FORK = {"event": "pull_request", "head_repository": {"full_name": "mallory/maps"}}
MERGE_REQUEST = {
    "GITLAB_CI": "true",
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_SERVER_URL": OF_CI["gitlab"],
    "CI_PROJECT_ID": "42",
    "CI_MERGE_REQUEST_IID": "7",
    "CI_MERGE_REQUEST_PROJECT_ID": "42",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "43",
}
RUNS = {
    "shell, GitHub": Run("github"),
    "shell, GitLab": Run("gitlab"),
    "push": on_github("push", reviewed=True),
    "pull_request": on_github("pull_request", reviewed=True, ref="refs/pull/1/merge", pull_request=pull("octo/maps")),
    "pull_request of a fork": on_github(
        "pull_request", reviewed=False, ref="refs/pull/1/merge", pull_request=pull("mallory/maps")
    ),
    "pull_request_target": on_github("pull_request_target", reviewed=False, pull_request=pull("mallory/maps")),
    "workflow_run": on_github("workflow_run", reviewed=False, workflow_run=FORK),
    "issue_comment": on_github("issue_comment", reviewed=False, issue={"number": 1, "pull_request": {}}),
    "merge_group": on_github("merge_group", reviewed=False, ref="refs/heads/gh-readonly-queue/trunk/pr-1"),
    "merge request of a fork": Run("gitlab", MERGE_REQUEST, reviewed=False),
}


def allowed(run: Run, source: str, address: str) -> set[str]:
    """The table in SECURITY.md: the servers that may get the token of the environment."""
    servers = {PUBLIC[run.kind]}
    if run.in_ci:
        servers.add(OF_CI[run.kind])
    if source in ("variable", "flag") and address.startswith("https://"):
        servers.add(address)
    return servers


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listening]:
    with listening() as server:
        stand_for_every_server(server, monkeypatch)
        yield server


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with one approved map, to be copied."""
    folder = tmp_path_factory.mktemp("committed")
    git(folder, "init", "--quiet", "--initial-branch", "trunk", "--template=")
    (folder / "map.md").write_bytes(MAP.read_bytes())
    git(folder, "add", "map.md")
    git(folder, "commit", "--quiet", "--message", "A map")
    git(folder, "remote", "add", "origin", "https://nowhere.example/octo/maps")
    return folder


@pytest.fixture
def clone(program: Program, committed: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A clone, and a user who is logged in nowhere else."""
    shutil.copytree(committed, program.folder, dirs_exist_ok=True)
    monkeypatch.setenv("HOME", str(program.folder.parent))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    for name in ("XDG_CONFIG_HOME", "GH_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    return program


WAYS = sampling.pairs("ways of a token", RUNS, HOSTS, SOURCES)


@pytest.mark.parametrize(("name", "host", "source"), WAYS)
def test_the_token_goes_nowhere_else(
    clone: Program, heard: Listening, monkeypatch: pytest.MonkeyPatch, source: str, host: str, name: str
) -> None:
    run = RUNS[name]
    server = HOSTS[host][run.kind]
    address = server if server == PUBLIC[run.kind] else server + PATH[run.kind]
    flags = arrange(clone, monkeypatch, run, source, address)
    went: dict[str, set[str]] = {}
    others = sampling.in_turn("commands on the way of a token", OTHERS, 2, WAYS.index((name, host, source)))
    for command in (*ALIKE, *others):
        heard.requests.clear()
        own = [] if command == "check" else [*flags, *to(command, run, source)]
        ended = clone(command, *own)
        assert ended.code != 70, ended.err
        assert TOKEN not in ended.out + ended.err
        assert all(TOKEN in request.login for request in heard.requests)
        went[command] = {request.meant_for for request in heard.requests}
    assert went.pop("check", set()) == set()
    for command, servers in went.items():
        assert servers <= allowed(run, source, server), command
        assert not any(each.startswith("http:") for each in servers), command
    named = source in ("variable", "flag") and server.startswith("https://")
    if named or server == PUBLIC[run.kind]:
        assert went["plan"] == went["doctor"] == went["status"] != set(), "where it may go it does go"


def arrange(clone: Program, monkeypatch: pytest.MonkeyPatch, run: Run, source: str, address: str) -> list[str]:
    """Put the address where it comes from; return the flags of all commands."""
    event = clone.folder.parent / f"{clone.folder.name}-event.json"
    event.write_text(json.dumps(run.event), encoding="utf-8")
    tokens = {"GITHUB_TOKEN": TOKEN} if run.kind == "github" else {"GITLAB_TOKEN": TOKEN}
    for variable, value in (run.variables | tokens | {"GITHUB_EVENT_PATH": str(event)}).items():
        monkeypatch.setenv(variable, value)
    settings = 'maps = ["map.md"]\n'
    if source == "settings file":
        settings += f'to = "{run.kind}:octo/maps"\napi_url = "{address}"\n'
    (clone.folder / "techmap-sync.toml").write_text(settings)
    if source == "remote":
        server, _, path = address.partition("://")[2].partition("/")
        host = server.removeprefix("api.") if server == "api.github.com" else server
        assert path in ("", "api/v3")
        git(clone.folder, "remote", "set-url", "origin", f"{address.partition(':')[0]}://{host}/octo/maps")
    if source == "variable":
        monkeypatch.setenv("TECHMAP_SYNC_API_URL", address)
    checkout_of.cache_clear()
    return ["--api-url", address] if source == "flag" else []


def to(command: str, run: Run, source: str) -> list[str]:
    return [] if source == "settings file" else ["--to", run.kind if source == "remote" else f"{run.kind}:octo/maps"]
