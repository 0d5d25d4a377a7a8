"""A token belongs to a host: who may name one, who is asked for a token, and what a token of a job is for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.run import Program
from tests.security.listening import Listening, listening, stand_for_every_server

TOKEN = "ghp_Zk3xWq9Lr5Ty7Ub1Nc4M"
PRINTED = "gho_Printed1234567890abcd"
OWN = {"github": "https://git.corp.example/api/v3", "gitlab": "https://git.corp.example"}
KINDS = ("github", "gitlab")
ENVIRONMENT = {"github": "GITHUB_TOKEN", "gitlab": "GITLAB_TOKEN"}
PROGRAMS = {"github": "gh", "gitlab": "glab"}
FAKE = """\
#!/bin/sh
echo "$*" >> {log}
env >> {log}
pwd >> {log}
case "$*" in *" {host}") echo {token};; esac
"""


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listening]:
    with listening() as server:
        stand_for_every_server(server, monkeypatch)
        yield server


@pytest.fixture
def home(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a user who is logged in nowhere."""
    folder = tmp_path_factory.mktemp("home")
    for name in ("XDG_CONFIG_HOME", "APPDATA", "GH_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("PATH", f"{folder}/bin:/usr/bin:/bin")
    (folder / "bin").mkdir()
    return folder


def settings(program: Program, kind: str, address: str = "") -> None:
    told = f'to = "{kind}:octo/maps"\napi_url = "{address or OWN[kind]}"\n'
    (program.folder / "techmap-sync.toml").write_text(told)


def logged_in(home: Path, kind: str, host: str) -> Path:
    """Install the vendor's program, which knows a token for one host; return its log."""
    log, program = home / "log", home / "bin" / PROGRAMS[kind]
    program.write_text(FAKE.format(log=log, host=host, token=PRINTED))
    program.chmod(0o755)
    log.touch()
    return log


def went(heard: Listening) -> set[tuple[str, str]]:
    return {(request.meant_for, request.login.partition(" ")[2]) for request in heard.requests}


@pytest.mark.parametrize("kind", KINDS)
def test_the_line_to_type_is_in_the_refusal_and_works(
    program: Program, heard: Listening, monkeypatch: pytest.MonkeyPatch, home: Path, kind: str
) -> None:
    monkeypatch.setenv(ENVIRONMENT[kind], TOKEN)
    settings(program, kind)
    for command in ("plan", "status", "doctor", "push", "reconcile"):
        ended = program(command)
        assert (ended.code, heard.requests) == (4, [])
        assert f"\n  --api-url {OWN[kind]}\n" in ended.err
        assert f'"git.corp.example" = "{kind}"' in ended.err
        program(command, "--api-url", OWN[kind])
        assert went(heard) == {("https://git.corp.example", TOKEN)}
        heard.requests.clear()


@pytest.mark.parametrize("kind", KINDS)
def test_the_users_own_file_names_hosts(
    program: Program, heard: Listening, monkeypatch: pytest.MonkeyPatch, home: Path, kind: str
) -> None:
    monkeypatch.setenv(ENVIRONMENT[kind], TOKEN)
    settings(program, kind)
    file = home / ".config" / "techmap-sync" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(f'[hosts]\n"Git.Corp.Example" = "{kind}"\n')
    assert program("doctor").code == 5
    assert went(heard) == {("https://git.corp.example", TOKEN)}
    heard.requests.clear()
    other = next(each for each in KINDS if each != kind)
    for text in (f'[hosts]\n"git.corp.example" = "{other}"\n', '[hosts]\n"git.corp.example:8443" = "{kind}"\n', ""):
        file.write_text(text)
        assert program("doctor").code == 4
    for text in (
        'hosts = ["git.corp.example"]\n',
        "[hosts\n",
        f"hosts = {'[' * 9_000}",
        "[hosts]\nx = 1\n",
        'api_url = "https://x.example"\n',
    ):
        file.write_text(text)
        ended = program("doctor")
        assert ended.code == 2
        assert str(file) in ended.err
    assert heard.requests == []


def test_a_file_of_the_checkout_is_not_the_users_own(
    program: Program, heard: Listening, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    settings(program, "github")
    (program.folder / ".git").mkdir()
    file = program.folder / "conf" / "techmap-sync" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[hosts]\n"git.corp.example" = "github"\n')
    for folder in (str(program.folder / "conf"), "conf", "./conf"):
        monkeypatch.setenv("XDG_CONFIG_HOME", folder)
        assert program("doctor").code == 4
    assert heard.requests == []


@pytest.mark.parametrize(
    ("kind", "variable"), [("github", "GH_HOST"), ("gitlab", "GITLAB_HOST"), ("gitlab", "GL_HOST")]
)
def test_the_variables_of_gh_and_glab_are_the_users_word(
    program: Program, heard: Listening, monkeypatch: pytest.MonkeyPatch, home: Path, kind: str, variable: str
) -> None:
    monkeypatch.setenv(ENVIRONMENT[kind], TOKEN)
    settings(program, kind)
    monkeypatch.setenv(variable, "other.example")
    assert program("doctor").code == 4
    assert heard.requests == []
    monkeypatch.setenv(variable, "git.corp.example")
    assert program("doctor").code == 5
    assert went(heard) == {("https://git.corp.example", TOKEN)}


@pytest.mark.parametrize("kind", KINDS)
def test_what_gh_and_glab_print_goes_to_the_host_that_they_were_asked_for(
    program: Program, heard: Listening, monkeypatch: pytest.MonkeyPatch, home: Path, kind: str
) -> None:
    log = logged_in(home, kind, "git.corp.example")
    for name in ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GITLAB_ACCESS_TOKEN", "OAUTH_TOKEN"):
        monkeypatch.setenv(name, TOKEN)
    monkeypatch.setenv("TECHMAP_SYNC_TOKEN", TOKEN)
    settings(program, kind)
    assert program("doctor").code == 5
    assert went(heard) == {("https://git.corp.example", PRINTED)}
    heard.requests.clear()
    for address in ("https://evil.example", "https://git.corp.example.evil.example", "https://git.corp.example:8443"):
        settings(program, kind, address)
        assert program("doctor").code in (2, 4)
    assert heard.requests == []
    asked = log.read_text()
    assert TOKEN not in asked, "they would answer with it for any host"
    assert str(program.folder) not in asked.replace("PWD=", "").splitlines(), "they do not run in the checkout"


@pytest.mark.parametrize("address", ["https://evil.github.com", "https://x.api.github.com", "http://git.corp.example"])
def test_gh_is_not_asked_for_a_host_below_a_public_one_nor_without_encryption(
    program: Program, heard: Listening, home: Path, address: str
) -> None:
    log = logged_in(home, "github", address.partition("://")[2])
    settings(program, "github", address)
    assert program("doctor").code in (2, 4)
    assert heard.requests == []
    assert "auth token" not in log.read_text()


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com@evil.example",
        "https://ann:pass-word@github.com",
        "https://evil.example\\@api.github.com",
        "https://githսb.com",
        "https://api.github.com\n.evil.example",
        "https://api.github.com /x",
        "ftp://api.github.com",
        "api.github.com",
        "https://2130706433",
    ],
)
@pytest.mark.parametrize("flag", [True, False])
def test_an_address_that_can_be_read_in_two_ways_is_refused(
    program: Program, heard: Listening, monkeypatch: pytest.MonkeyPatch, home: Path, address: str, flag: bool
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    if not flag:
        settings(program, "github", json.dumps(address)[1:-1])
    flags = ["--to", "github:octo/maps", "--api-url", address] if flag else []
    ended = program("doctor", *flags)
    assert (ended.code, heard.requests) == (2, [])
    assert "pass-word" not in ended.err


@pytest.mark.parametrize("vendor", ["github", "gitlab"])
def test_only_a_server_of_this_machine_is_asked_without_encryption(
    program: Program, heard: Listening, monkeypatch: pytest.MonkeyPatch, home: Path, vendor: str
) -> None:
    monkeypatch.setenv(f"{vendor.upper()}_TOKEN", TOKEN)
    for address in (
        "http://api.github.com",
        "http://git.corp.example",
        "http://localhost.evil.example",
        "http://10.0.0.1",
        "http://0.0.0.0:3000",
        "http://ip6-localhost:3000",
        "http://git.localhost:3000",
        "http://[::2]:3000",
        "http://[::ffff:127.0.0.1]:3000",
    ):
        assert program("doctor", "--to", f"{vendor}:octo/maps", "--api-url", address).code == 4
    assert heard.requests == []
    own = {"http://localhost:3000", "http://127.0.0.1:3000", "http://127.0.0.2:3000", "http://[::1]:3000"}
    for address in own:
        program("doctor", "--to", f"{vendor}:octo/maps", "--api-url", address)
    assert {place for place, _ in went(heard)} == own
    heard.requests.clear()
    settings(program, vendor, "http://localhost:3000")
    assert program("doctor").code == 4
    assert heard.requests == [], "the repository does not choose a port of this machine either"


@pytest.mark.parametrize(
    ("given_for", "to", "expected"),
    [
        ("", "gitlab:octo/maps", set()),
        ("github:octo/other", "gitlab:octo/maps", set()),
        ("gitlab:octo/maps", "gitlab:octo/maps", {("https://gitlab.com", TOKEN)}),
        ("gitlab", "github:octo/maps", set()),
        ("", "github:octo/maps", {("https://git.corp.example", TOKEN)}),
        ("github:octo/maps", "github:octo/maps", {("https://git.corp.example", TOKEN)}),
        ("something", "github:octo/maps", set()),
    ],
)
def test_the_token_of_a_job_is_for_the_tracker_that_the_job_names(
    program: Program,
    heard: Listening,
    monkeypatch: pytest.MonkeyPatch,
    home: Path,
    given_for: str,
    to: str,
    expected: set[tuple[str, str]],
) -> None:
    for name, value in {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_REPOSITORY": "octo/maps",
        "GITHUB_API_URL": OWN["github"],
        "TECHMAP_SYNC_TOKEN": TOKEN,
        "TECHMAP_SYNC_TOKEN_FOR": given_for,
    }.items():
        monkeypatch.setenv(name, value)
    (program.folder / "techmap-sync.toml").write_text(f'to = "{to}"\n')
    program("doctor")
    assert went(heard) == expected


def test_an_app_logs_in_nowhere_else_either(
    program: Program, heard: Listening, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    for name, value in {"APP_ID": "1", "PRIVATE_KEY": "key", "INSTALLATION_ID": "2"}.items():
        monkeypatch.setenv(f"TECHMAP_SYNC_GITHUB_{name}", value)
    settings(program, "github")
    ended = program("doctor")
    assert (ended.code, heard.requests) == (4, [])
