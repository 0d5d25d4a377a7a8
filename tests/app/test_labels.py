"""Labels in settings: trimmed, told apart without case, and checked before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.login import log_in
from tests.app.run import CORPUS, Program
from tests.trackers.servers import SERVERS, Server
from tests.turns import in_turn

MAP = CORPUS / "08-cli-profiles.md"
ODD = """
managed_label = " Techmap\\t"
[labels.kind]
component = "\\u00a0Component "
test = "TEST"
[labels.priority]
high = "  Priority:HIGH"
"""


pytest_generate_tests = in_turn("server", SERVERS)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with SERVERS[request.param]() as server:
        yield server


def test_odd_spaces_and_capitals_cause_no_second_write_in_a_folder(program: Program) -> None:
    (program.folder / "techmap-sync.toml").write_text(ODD, encoding="utf-8")
    first = program("push", MAP, "--to", "backlog:backlog")
    before = {path: path.read_bytes() for path in Path("backlog").rglob("*.md")}
    second = program("push", MAP, "--to", "backlog:backlog")
    assert (first.code, second.code) == (0, 0)
    assert before == {path: path.read_bytes() for path in Path("backlog").rglob("*.md")}
    assert "Plan: no changes." in second.out


def test_odd_spaces_and_capitals_cause_no_second_write_on_a_server(
    program: Program, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(server, monkeypatch)
    (program.folder / "techmap-sync.toml").write_text(ODD, encoding="utf-8")
    assert program("push", MAP, *server.flags).code == 0
    server.forget()
    assert program("push", MAP, *server.flags).code == 0
    assert server.writes == []


@pytest.mark.parametrize(
    ("toml", "setting"),
    [
        ('managed_label = "a,b"', "managed_label"),
        ('managed_label = "  "', "managed_label"),
        ('removed_label = "two\\nlines"', "removed_label"),
        ('[labels.kind]\ntest = "unit, integration"', "labels.kind.test"),
        (f'[labels.phase]\nbuild = "{"x" * 51}"', "labels.phase.build"),
        ('removed_label = "TECHMAP"', "removed_label"),
        ('duplicate_label = "techmap:removed"', "duplicate_label"),
        ('[labels.priority]\nhigh = "urgent"\nlow = "Urgent"', "labels.priority.low"),
        ('[labels.kind]\ncomponent = "Techmap"', "labels.kind.component"),
        ('[labels.phase]\nbuild = "priority:high"', "labels.phase.build"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "push", "check"])
def test_a_label_that_no_server_can_hold_is_named_before_anything_is_read(
    program: Program, toml: str, setting: str, command: str
) -> None:
    (program.folder / "techmap-sync.toml").write_text(f"{toml}\n", encoding="utf-8")
    to = () if command == "check" else ("--to", "backlog:backlog")
    ended = program(command, MAP, *to)
    assert ended.code == 2
    assert setting in ended.err
    assert not Path("backlog").exists()


def test_one_label_may_serve_two_kinds(program: Program) -> None:
    (program.folder / "techmap-sync.toml").write_text('[labels.kind]\ntest = "work"\nchange = "Work"\n', "utf-8")
    assert program("push", MAP, "--to", "backlog:backlog").code == 0
    assert "no changes" in program("push", MAP, "--to", "backlog:backlog").out
