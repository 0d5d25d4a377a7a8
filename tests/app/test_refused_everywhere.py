"""One ticket refused at any stage, by any command that writes: all others are written, and the run ends with 5."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from techmap_sync.sync.tracker import Ticket
from tests.app.login import log_in
from tests.app.run import Ended, Program
from tests.ci.checkout import git
from tests.made_once import copied
from tests.sampling import sampling
from tests.simulators import github, gitlab
from tests.sync.drive import by_key
from tests.trackers.servers import SERVERS, OnGitHub, OnGitLab, Server

PURPOSES = {
    "Ledger": "Books each entry twice",
    "Clearing": "Nets what banks owe one another at noon",
    "Mandate": "Holds a signature under a direct debit",
    "Payout": "Sends salaries on Fridays",
    "Refund": "Gives customers their money back",
    "Statement": "Prints letters with a balance for auditors",
}
NAMES = list(PURPOSES)
REFUSED = "Payout"
CREATED = f"Create {REFUSED}: {PURPOSES[REFUSED].lower()}"
"""The title of its ticket before there is one."""
COMMANDS = {
    "push": ("push", "map.md", "--allow", "branch"),
    "reconcile": ("reconcile", "--allow", "branch"),
    "ci": ("ci", "--command", "push", "--allow", "branch"),
}
READING = {
    "plan": ("plan", "map.md"),
    "report": ("reconcile", "--report-only"),
    "status": ("status",),
    "pull": ("pull", "map.md"),
}
STAGES = {
    "create": (github.At.CREATE, gitlab.At.CREATE),
    "update": (github.At.UPDATE, gitlab.At.UPDATE),
    "label": (github.At.LABEL, gitlab.At.LABEL),
    "link": (github.At.BLOCKED_BY, gitlab.At.LINK),
    "close": (github.At.UPDATE, gitlab.At.UPDATE),
}
WORDS = "odd words of the server"


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with SERVERS[request.param]() as server:
        log_in(server, monkeypatch)
        yield server


def write(program: Program, *, more: str = "", needs: bool = False, label: str = "", without: str = "") -> None:
    names = [name for name in NAMES if name != without]
    parts = [
        "# TECHNICAL MAP: Money\n\n## New Components\n",
        *(f"- `{name}`: {PURPOSES[name].lower()}\n" for name in names),
    ]
    parts.append("\n## Detailed Component Specifications\n")
    for n, name in enumerate(names):
        parts.append(f"\n### {name}\n**Purpose**: {PURPOSES[name]}.{more}\n")
        parts.append(f"**Depends on**: {names[n - 1]}\n" if needs and n else "")
    parts.append("\n**Implementation Ready**: Yes\n")
    (program.folder / "map.md").write_text("".join(parts), "utf-8")
    settings = 'maps = ["map.md"]\n' + (f'[labels.kind]\ncomponent = "{label}"\n' if label else "")
    (program.folder / "techmap-sync.toml").write_text(settings, "utf-8")
    if not (program.folder / ".git").exists():
        copied(program.folder, _repository)
    git(program.folder, "add", "map.md", "techmap-sync.toml")
    git(program.folder, "commit", "-q", "--allow-empty", "-m", "Write the map")


def _repository(folder: Path) -> None:
    folder.mkdir()
    git(folder, "init", "-q")


def change(program: Program, stage: str) -> None:
    match stage:
        case "update":
            write(program, more=" And more.")
        case "label":
            write(program, label="money")
        case "link":
            write(program, needs=True)
        case "close":
            write(program, without=REFUSED)
        case _:
            write(program)


def refuse(server: Server, stage: str, status: int) -> None:
    if isinstance(server, OnGitHub):
        server.server.refuses = [github.Refused(frozenset({STAGES[stage][0]}), title(server), status, WORDS)]
    elif isinstance(server, OnGitLab):
        server.server.refuses = [gitlab.Refused(frozenset({STAGES[stage][1]}), title(server), status, WORDS)]


def title(server: Server) -> str:
    return next((ticket.title for ticket in server.tickets() if REFUSED in ticket.title), CREATED)


def allow(server: Server) -> None:
    if isinstance(server, OnGitHub | OnGitLab):
        server.server.refuses = []


def run(program: Program, server: Server, command: str) -> Ended:
    return program(*COMMANDS[command], *server.flags)


def others(server: Server, stage: str) -> dict[str, Ticket]:
    """Return what has to be written all the same: not what waits for the refused ticket, nor the ledger."""
    about = (REFUSED.lower(), NAMES[NAMES.index(REFUSED) + 1].lower() if stage == "link" else "/", "/tracking/map")
    found = by_key(server.tickets())
    return {key: ticket for key, ticket in found.items() if not key.endswith(about)}


_STATUSES = count()


@pytest.mark.parametrize(
    ("stage", "command"), sampling.meeting_in_turn("commands that meet a refused ticket", STAGES, list(COMMANDS))
)
def test_one_refused_ticket_stops_no_other_and_ends_with_5(
    program: Program, server: Server, stage: str, command: str
) -> None:
    write(program)
    if stage != "create":
        assert run(program, server, "push").code == 0
    before = server.saved()
    change(program, stage)
    assert run(program, server, command).code == 0
    clean, rest = by_key(server.tickets()), others(server, stage)
    server.restore(before)
    status = (403, 404, 410, 422)[next(_STATUSES) % 4]
    refuse(server, stage, status)
    ended = run(program, server, command)
    assert ended.code == 5, status
    assert REFUSED in ended.err, status
    assert others(server, stage) == rest, status
    assert "nothing was left to do" not in ended.out
    assert run(program, server, command).code == 5, "it is tried again, and refused again"
    allow(server)
    ended = run(program, server, command)
    assert ended.code == 0, ended.err
    assert by_key(server.tickets()) == clean, status
    server.forget()
    assert run(program, server, command).code == 0
    assert not server.writes


@pytest.mark.parametrize("command", COMMANDS)
def test_all_tickets_refused_are_one_readable_summary(program: Program, server: Server, command: str) -> None:
    write(program)
    assert run(program, server, "push").code == 0
    change(program, "update")
    titles = [ticket.title for ticket in server.tickets()]
    if isinstance(server, OnGitHub):
        server.server.refuses = [github.Refused(frozenset({github.At.UPDATE}), each, 422, WORDS) for each in titles]
    elif isinstance(server, OnGitLab):
        server.server.refuses = [gitlab.Refused(frozenset({gitlab.At.UPDATE}), each, 422, WORDS) for each in titles]
    server.forget()
    ended = run(program, server, command)
    assert ended.code == 5
    assert len(server.writes) == len(titles), "each is tried once"
    (error,) = (line for line in ended.err.splitlines() if line.startswith(("error:", "::error")))
    assert error.count(WORDS) <= 5
    assert "more" in error


def test_a_refused_read_of_one_ticket_stops_no_other(program: Program, server: Server) -> None:
    """A rewrite reads its ticket first: what is refused then is about that ticket too."""
    write(program)
    assert run(program, server, "push").code == 0
    change(program, "update")
    number = next(ticket.number for ticket in server.tickets() if REFUSED in ticket.title)
    if isinstance(server, OnGitHub):
        server.server.refuses = [github.Refused(frozenset({github.At.READ}), title(server), 451, WORDS)]
    elif isinstance(server, OnGitLab):
        server.server.refuses = [gitlab.Refused(frozenset({gitlab.At.READ}), title(server), 403, WORDS)]
    ended = run(program, server, "push")
    assert ended.code == 5
    assert f'{number} "' in ended.err
    assert WORDS in ended.err
    allow(server)
    assert run(program, server, "push").code == 0
    assert sum("And more." in ticket.body for ticket in server.tickets()) == len(NAMES)


@pytest.mark.parametrize(
    ("status", "server"),
    sampling.meeting_in_turn("servers that refuse to show a ticket", (403, 404, 410, 451), list(SERVERS)),
    indirect=["server"],
)
def test_a_ticket_that_can_no_longer_be_read_stops_no_other(program: Program, server: Server, status: int) -> None:
    """The listing does not show it, and reading it by its number is refused."""
    write(program)
    assert run(program, server, "push").code == 0
    change(program, "update")
    hide(server, status)
    made = len(server.tickets())
    ended = run(program, server, "push")
    assert ended.code in (0, 5), ended.err
    assert sum("And more." in ticket.body for ticket in server.tickets()) == len(NAMES) - 1, ended.err
    assert len(server.tickets()) == made, "it is not made again"


def hide(server: Server, status: int) -> None:
    """Take the label from a ticket, and refuse to show it."""
    if isinstance(server, OnGitHub):
        issue = next(each for each in server.server.repository.issues.values() if REFUSED in each.title)
        server.server.refuses = [github.Refused(frozenset({github.At.READ}), issue.title, status, WORDS)]
        issue.labels = []
    elif isinstance(server, OnGitLab):
        found = next(each for each in server.server.world.issues.values() if REFUSED in each.title)
        server.server.refuses = [gitlab.Refused(frozenset({gitlab.At.READ}), found.title, status, WORDS)]
        found.labels = []


def test_a_ticket_that_cannot_be_read_is_named_and_each_run_ends_with_5(program: Program, server: Server) -> None:
    write(program)
    assert run(program, server, "push").code == 0
    (number,) = (ticket.number for ticket in server.tickets() if ticket.title == title(server))
    unreadable(server, number)
    write(program, more=" And more.")
    for command in (*READING.values(), COMMANDS["ci"]):
        ended = program(*command, *server.flags)
        assert ended.code == 5, ended.out + ended.err
        (error,) = (line for line in ended.err.splitlines() if line.startswith("error:"))
        assert number in error
        assert "503" in error
    written = [ticket for ticket in server.tickets() if "And more." in ticket.body]
    assert len(written) == len(NAMES) - 1
    assert len(server.tickets()) == len(NAMES) + 1
    for form in ("json", "markdown", "html", "github"):
        assert "503" in program(*READING["plan"], *server.flags, "--format", form).out, form
    (remark,) = program(*READING["plan"], *server.flags, "--format", "json").json["remarks"]
    assert number in remark


def unreadable(server: Server, number: str) -> None:
    """Let no list show a ticket any more, and the server fail whenever it is read."""
    wanted = title(server)
    if isinstance(server, OnGitHub):
        server.server.repository.issues[int(number)].labels.clear()
        server.server.refuses = [github.Refused(frozenset({github.At.READ}), wanted, 503, WORDS)]
    elif isinstance(server, OnGitLab):
        server.server.world.issues[int(number)].labels.clear()
        server.server.refuses = [gitlab.Refused(frozenset({gitlab.At.READ}), wanted, 503, WORDS)]
