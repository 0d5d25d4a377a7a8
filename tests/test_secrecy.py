"""Nothing secret and nothing that a terminal obeys is shown, whatever a server or a user writes."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from techmap_sync import errors
from techmap_sync.reports.messages import hint, sentence
from techmap_sync.secrecy import Secret, hidden, without_passwords
from tests.app.login import log_in
from tests.app.run import READY, Program
from tests.security.listening import Listening, listening, without_waiting
from tests.trackers.servers import SERVERS, OnGitHub, OnGitLab, Server

TOKEN = "ghp_Zk3/xW+q9Lr5Ty7Ub1Nc"
ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e\u2028::error::x\r\n##[error]y\x00\u200b"


def forms() -> dict[str, str]:
    basic = {name: base64.b64encode(f"{name}:{TOKEN}".encode()).decode() for name in ("x", "oauth2", "x-access-token")}
    return {
        "plain": TOKEN,
        "quoted": quote(TOKEN, safe=""),
        "cut": TOKEN[:15],
        **basic,
        "alone": base64.b64encode(TOKEN.encode()).decode(),
        "between": base64.b64encode(f"a{TOKEN}zz".encode()).decode(),
    }


@pytest.mark.parametrize("form", forms())
def test_a_secret_is_hidden_in_every_form(form: str) -> None:
    Secret(TOKEN)
    shown = hidden(f"before {forms()[form]} after, and {forms()[form]}")
    assert shown.startswith("before ")
    assert " after, and " in shown
    assert TOKEN[4:12] not in shown
    half = len(forms()[form]) // 2
    assert forms()[form][half : half + 8] not in shown
    assert shown.count("***") == 2


def test_numbers_and_short_words_are_not_hidden() -> None:
    for value in ("12", "1234567", "abc", ""):
        Secret(value)
    assert hidden("12 tickets, abc, 1234567") == "12 tickets, abc, 1234567"


@pytest.mark.parametrize(
    "address",
    [
        "https://ann:pass-word@git.example.org/x",
        "https://pass-word@git.example.org/x",
        "https://ann:p@ss@pass-word@git.example.org/x",
        "https://ann:pass-word/with/slash@git.example.org/x",
        "ssh://ann:pass-word@git.example.org/x",
        "//ann:pass-word@git.example.org",
    ],
)
def test_no_sentence_shows_a_password_in_an_address(address: str) -> None:
    for problem in (
        errors.UsageProblem(f"cannot use {address}", f"write {address}"),
        errors.Refused(address, address),
        errors.SettingsProblem(address, address, address),
        errors.TrackerError("github:a/b", address, address),
        errors.UnreadableMap(address, address, address),
    ):
        assert "pass-word" not in sentence(problem) + hint(problem)
        assert "git.example.org" in sentence(problem)
    assert without_passwords("https://git.example.org/a mail to a@b.example") != ""


def test_signs_that_a_terminal_or_a_runner_obeys_are_shown_as_blanks() -> None:
    for secret_with_signs in (TOKEN, f"{TOKEN[:9]}\u200b{TOKEN[9:]}"):
        Secret(TOKEN)
        problem = errors.TrackerError("github:a/b", f"said {ESCAPES} {secret_with_signs}", f"one\ntwo {ESCAPES}")
        told = sentence(problem)
        assert "\n" not in told
        assert told.isprintable()
        assert TOKEN not in told
        assert hint(problem).split("\n")[0] == "one"
        assert all(line.isprintable() for line in hint(problem).split("\n"))


@pytest.fixture
def rude() -> Iterator[Listening]:
    """A server that repeats the whole login and sends escape signs."""
    with listening(echo=ESCAPES) as server:
        yield server


@pytest.mark.parametrize("kind", ["github", "gitlab"])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422, 500])
@pytest.mark.parametrize("command", ["plan", "doctor", "status"])
def test_what_a_server_repeats_is_not_shown(
    program: Program, rude: Listening, monkeypatch: pytest.MonkeyPatch, kind: str, status: int, command: str
) -> None:
    monkeypatch.setenv(f"TECHMAP_SYNC_{kind.upper()}_TOKEN", TOKEN)
    without_waiting(monkeypatch)
    rude.status = status
    maps = [] if command == "doctor" else [READY[0]]
    ended = program(command, *maps, "--to", f"{kind}:octo/maps", "--api-url", rude.url)
    assert rude.requests
    shown = ended.out + ended.err
    assert ended.code == 5, shown
    assert TOKEN[4:12] not in shown
    for form in forms().values():
        assert form not in shown
    assert all(line.isprintable() for line in shown.split("\n")), shown


@pytest.mark.parametrize("name", SERVERS)
def test_a_ticket_that_holds_the_token_does_not_show_it(
    program: Program, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with SERVERS[name]() as server:
        token = log_in(server, monkeypatch)
        monkeypatch.setenv(f"TECHMAP_SYNC_{name.upper()}__SECONDS_BETWEEN_WRITES", "0")
        (program.folder / "map.md").write_bytes(READY[0].read_bytes())
        assert program("push", "map.md", *server.flags).code == 0
        retitle(server, f"Hello {token}")
        for form in ("text", "json", "markdown", "html", "github"):
            ended = program("plan", "map.md", *server.flags, "--format", form, "--report", "json=report.json")
            assert token not in ended.out + ended.err
            assert token not in (program.folder / "report.json").read_text("utf-8")


def retitle(server: Server, title: str) -> None:
    if isinstance(server, OnGitHub):
        server.server.repository.issues[2].title = title
    elif isinstance(server, OnGitLab):
        server.server.world.issues[2].title = title
