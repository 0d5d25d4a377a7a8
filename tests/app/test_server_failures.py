"""What can be in the way of GitHub and GitLab: one clear message with what to do, an exit code, and no token in it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.app.login import log_in
from tests.app.run import READY, Ended, Program
from tests.simulators.certificates import self_signed
from tests.simulators.github import Account
from tests.simulators.gitlab.world import BOT, Token
from tests.trackers.servers import SERVERS, OnGitHub, OnGitLab, Server
from tests.turns import in_turn

MAP = READY[0]
WRONG, WEAK = "wrong-token-5f2c", "weak-token-77ab"
COMMANDS = ("plan", "push", "reconcile")


pytest_generate_tests = in_turn("server", SERVERS)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with SERVERS[request.param]() as server:
        yield server


@dataclass(frozen=True)
class Case:
    """Something that is wrong, and the words that tell it and the way out."""

    spoil: Callable[[Server], None]
    github: tuple[str, str]
    gitlab: tuple[str, str]
    token: str = ""
    flags: tuple[str, ...] = ()
    commands: tuple[str, ...] = COMMANDS


def nothing(_: Server) -> None:
    pass


def weak_token(server: Server) -> None:
    if isinstance(server, OnGitHub):
        server.server.accounts[WEAK] = Account("octo", may_write=False)
    elif isinstance(server, OnGitLab):
        server.server.world.tokens[WEAK] = Token(BOT, ("read_api",))


def issues_disabled(server: Server) -> None:
    if isinstance(server, OnGitHub):
        server.server.repository.has_issues = False
    elif isinstance(server, OnGitLab):
        server.server.world.issues_enabled = False


CASES = {
    "a bad token": Case(
        nothing,
        ("the token was not accepted", "make a new one"),
        ("GitLab does not accept the token", "it is wrong, expired or revoked"),
        token=WRONG,
    ),
    "no permission for issues": Case(
        weak_token,
        ("the token may not do this in octo/maps", "Issues: read and write"),
        ("the token is not allowed to create", "scope api"),
        token=WEAK,
        commands=("push",),
    ),
    "issues disabled": Case(
        issues_disabled,
        ("issues are disabled in octo/maps", "enable them in the repository's settings"),
        ("the project group/project has no issues", "turn them on in the project's settings"),
    ),
    "no such project": Case(
        nothing,
        ("not found in some/other", "check the name, and that the token may see the repository"),
        ("there is no project some/other", "check the path after gitlab: and the token"),
        flags=("some/other",),
    ),
}


def told(ended: Ended, token: str, code: int = 5) -> list[str]:
    """The error and its hint, which are all that is said of it."""
    assert ended.code == code, ended.out + ended.err
    assert "Traceback" not in ended.out + ended.err
    assert token not in ended.out + ended.err
    errors = [line for line in ended.err.splitlines() if line.startswith(("error:", "hint:"))]
    assert [line.partition(":")[0] for line in errors] == ["error", "hint"], ended.err
    return errors


def flags(server: Server, target: str = "") -> list[str]:
    """Where to, or to another project of the server."""
    to, place, *rest = server.flags
    return [to, f"{place.partition(':')[0]}:{target}" if target else place, *rest]


def both(server: Server, case: Case) -> tuple[str, str]:
    return case.github if isinstance(server, OnGitHub) else case.gitlab


@pytest.mark.parametrize("name", CASES)
def test_each_is_told_once_with_the_way_out(
    program: Program, server: Server, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    case = CASES[name]
    token = log_in(server, monkeypatch, case.token)
    case.spoil(server)
    what, hint = both(server, case)
    (program.folder / "map.md").write_bytes(MAP.read_bytes())
    (program.folder / "techmap-sync.toml").write_text('maps = ["map.md"]\n', "utf-8")
    for command in case.commands:
        error, way_out = told(program(command, *flags(server, *case.flags)), token)
        assert what in error
        assert hint in way_out
    assert not server.tickets()


@pytest.mark.parametrize("kind", SERVERS)
def test_a_certificate_that_nobody_knows(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    certificate = self_signed(tmp_path / "certificate.pem")
    with SERVERS[kind](certificate) as server:
        token = log_in(server, monkeypatch)
        error, hint = told(program("push", MAP, *server.flags), token)
        assert "is not trusted" in error
        assert "ca_bundle" in hint
        monkeypatch.setenv(f"TECHMAP_SYNC_{kind.upper()}__CA_BUNDLE", str(certificate))
        assert program("plan", MAP, *server.flags).code == 0


def test_a_proxy_that_answers_nobody(program: Program, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://user:pass-of-proxy@127.0.0.1:{port}")
    token = log_in(server, monkeypatch)
    ended = program("push", MAP, *server.flags)
    error, hint = told(ended, token)
    assert "the proxy d" in error
    assert "HTTPS_PROXY" in hint
    assert "pass-of-proxy" not in ended.out + ended.err


def test_no_token_at_all(program: Program, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(server, monkeypatch)
    name = "GITHUB_TOKEN" if isinstance(server, OnGitHub) else "GITLAB_TOKEN"
    monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", "")
    error, hint = told(program("push", MAP, *server.flags), "secret", code=2)
    assert "token" in error
    assert name in hint
    assert not server.requests
