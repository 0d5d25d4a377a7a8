"""One map on every tracker: the same change set, the same tickets and the same texts, but for what is listed here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.tracker import Ticket
from tests.app.login import log_in
from tests.app.run import READY, Program
from tests.sampling import sampling
from tests.simulators import github, gitlab
from tests.sync.drive import key_of
from tests.trackers.gitlab.commands import BOTH, NEWER, OLDER
from tests.trackers.servers import OnGitHub, OnGitLab, Server

Kind = tuple[str, str]
"""Action, and kind of edge."""

CHILDREN, BLOCKERS = ("link", "child of"), ("link", "blocked by")
LACKS: dict[str, set[Kind]] = {
    "github": {CHILDREN},
    "gitlab": set(),
    "gitlab free": set(),
    "backlog": {CHILDREN},
    "github enterprise 3.18": {CHILDREN, BLOCKERS},
}
"""Changes that a tracker has none of: on GitHub and in Backlog.md a ticket is created as a child."""
SAYS: dict[str, list[str]] = {
    "gitlab free": ["related"],
    "github enterprise 3.18": [
        "no sub-issues",
        'no "blocked by"',
    ],
}
"""Words of the reasons that are given for what a tracker lacks."""


@contextmanager
def _github(**world: Any) -> Iterator[Server]:
    with github.running(github.GitHub(**world)) as server:
        yield OnGitHub(server)


@contextmanager
def _gitlab(**world: Any) -> Iterator[Server]:
    with gitlab.Simulator.running(**world) as server:
        yield OnGitLab(server)
        assert server.undocumented == []


SERVERS: dict[str, Callable[[], AbstractContextManager[Server]]] = {
    "github": _github,
    "gitlab": _gitlab,
    "gitlab free": lambda: _gitlab(premium=False, enterprise=False),
    "github enterprise 3.18": lambda: _github(enterprise="3.18.0", missing=frozenset({"sub_issue", "dependencies"})),
}

OPEN_FENCES = {
    name: OLDER[name] for name in ("a fence that is never closed", "a fence whose closing line has more on it")
}
HOSTILE = [
    *(text for name, text in {**BOTH, **OLDER, **NEWER}.items() if name not in OPEN_FENCES),
    # In a list, because an open fence takes in all that follows it up to there.
    *("- item\n\n" + "".join(f"  {line}\n" for line in text.splitlines()) for text in OPEN_FENCES.values()),
]


def pushed(program: Program, *flags: str, path: Path) -> list[dict[str, str]]:
    """What a push has shown and done."""
    ended = program("push", path, *flags, "--format", "json")
    assert ended.code == 0, ended.err
    changes: list[dict[str, str]] = ended.json["changes"]
    assert ended.json["complete"]
    return changes


def in_short(changes: list[dict[str, str]]) -> list[tuple[str, ...]]:
    return [
        (change["action"], change.get("edge", ""), change["key"], change.get("target", ""), change["title"])
        for change in changes
        if change["action"] != "skip"
    ]


def on(program: Program, monkeypatch: pytest.MonkeyPatch, name: str, path: Path) -> list[dict[str, str]]:
    if name == "backlog":
        return pushed(program, "--to", "backlog:./backlog", path=path)
    with SERVERS[name]() as server:
        log_in(server, monkeypatch)
        return pushed(program, *server.flags, path=path)


@pytest.mark.parametrize(
    ("name", "path"),
    sampling.meeting_in_turn("maps on a tracker and on another one", LACKS, READY[:3]),
    ids=lambda value: value if isinstance(value, str) else value.stem,
)
def test_the_change_set_is_the_same_but_for_what_is_listed(
    program: Program, monkeypatch: pytest.MonkeyPatch, name: str, path: Path
) -> None:
    whole = in_short(on(program, monkeypatch, "gitlab", path))
    assert {(action, edge) for action, edge, *_ in whole} == {("create", ""), CHILDREN, BLOCKERS}
    changes = on(program, monkeypatch, name, path)
    assert in_short(changes) == [change for change in whole if change[:2] not in LACKS[name]]
    reasons = [change["reason"] for change in changes if change["action"] == "skip"]
    said = SAYS.get(name, [])
    assert len(reasons) == len(said)
    assert all(words in reason for words, reason in zip(said, reasons, strict=True))


def texts(tickets: tuple[Ticket, ...]) -> dict[str, tuple[str, dict[str, str], frozenset[str]]]:
    """Title, sections and labels of each ticket by its key."""
    blocks = {key_of(ticket): (ticket, read_block(ticket.body)) for ticket in tickets}
    return {
        key: (ticket.title, dict(block.texts()), ticket.labels)
        for key, (ticket, block) in blocks.items()
        if isinstance(block, Block)
    }


def hostile_map(folder: Path) -> Path:
    """A map in whose components every form stands that GitLab executes."""
    lines = READY[0].read_text("utf-8").split("\n")
    purposes = [place for place, line in enumerate(lines) if line.startswith("**Purpose**")]
    for count, text in enumerate(HOSTILE):
        lines[purposes[count % len(purposes)]] += f"\n\nForm {count}.\n\n{text}\n\nAfter it.\n"
    (folder / "map.md").write_text("\n".join(lines), "utf-8", newline="")
    return folder / "map.md"


@pytest.mark.parametrize("newer", [True, False], ids=["newer server", "older server"])
def test_no_quick_action_of_a_map_is_executed_and_the_text_is_that_of_github(
    program: Program, monkeypatch: pytest.MonkeyPatch, newer: bool
) -> None:
    path = hostile_map(program.folder)
    with _github() as server:
        log_in(server, monkeypatch)
        pushed(program, *server.flags, path=path)
        wanted = texts(server.tickets())
    assert sum("/close" in text for _, parts, _ in wanted.values() for text in parts.values()) >= 4
    said = "\n".join(text for _, parts, _ in wanted.values() for text in parts.values())
    assert [count for count in range(len(HOSTILE)) if f"Form {count}." not in said] == []
    with gitlab.Simulator.running(paragraphs_only=newer) as simulator:
        on_gitlab = OnGitLab(simulator)
        log_in(on_gitlab, monkeypatch)
        pushed(program, *on_gitlab.flags, path=path)
        assert simulator.world.executed == []
        assert texts(on_gitlab.tickets()) == wanted
        writes = len(on_gitlab.writes)
        assert pushed(program, *on_gitlab.flags, path=path) == []
        assert len(on_gitlab.writes) == writes
