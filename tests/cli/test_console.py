"""What a person sees on a terminal while tickets are written: whole lines, true counts, and no trace of the bar."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from techmap_sync.cli.console import Screen
from techmap_sync.config import shipped
from tests.app.run import CORPUS, NOT_READY, READY, Ended, Program
from tests.cli.terminal import Recording, record
from tests.forked import Forked, start
from tests.simulators.github import Fault, GitHub, Kind, running
from tests.simulators.github.server import TOKEN

MAP = CORPUS / "08-cli-profiles.md"
WIDTHS = (80, 200)
BAR = re.compile("[━╸╺]|writing")
WHOLE = re.compile(r"(created|updated|linked|closed|skipped|already|failed) .*\S|")
"""What a line between the plan and the closing line may be."""


@pytest.fixture
def github() -> Iterator[GitHub]:
    with running(GitHub()) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(MAP, tmp_path / "map.md")
    return tmp_path


def push(folder: Path, github: GitHub, columns: int, *more: str, **wishes: object) -> Recording:
    variables = {"GITHUB_TOKEN": TOKEN, "TECHMAP_SYNC_GITHUB__SECONDS_BETWEEN_WRITES": "0"}
    to = ("--to", f"github:{github.repository.full_name}", "--api-url", github.base_url)
    return record(folder, "push", "map.md", *to, *(more or ("--yes",)), columns=columns, variables=variables, **wishes)  # type: ignore[arg-type]


def results(recording: Recording) -> list[str]:
    """Return the lines between the plan's closing line and the end, without notes and errors."""
    lines = list(recording.lines)
    first = next(number for number, line in enumerate(lines) if line.startswith("Plan: "))
    said = lines[first + 1 :]
    return [
        line
        for line in said
        if not line.startswith(("about ", "error: ", "hint: ", "Done: ", "see ", "Stopped: ", "stopping "))
    ]


def test_every_line_of_a_push_is_whole_on_a_terminal(folder: Path, github: GitHub) -> None:
    for columns in WIDTHS:
        recording = push(folder, github, columns)
        assert recording.code == 0
        assert not BAR.search(recording.text), "the bar was left on the screen"
        assert all(WHOLE.fullmatch(line) for line in results(recording)), results(recording)
        github.repository.issues.clear()


def test_a_pipe_gets_the_results_of_a_push_and_nothing_else(folder: Path, github: GitHub, tmp_path: Path) -> None:
    recording = push(folder, github, 80, piped=tmp_path / "out")
    piped = (tmp_path / "out").read_text(encoding="utf-8")
    created = sum(line.startswith("created") for line in piped.splitlines())
    assert created == len(github.repository.issues)
    assert "\x1b" not in piped
    assert "created" not in recording.text, "results belong to standard output"


@pytest.mark.parametrize("columns", WIDTHS)
def test_a_failed_push_counts_what_the_server_holds(folder: Path, github: GitHub, columns: int) -> None:
    github.faults = {25: Fault(Kind.TOO_MANY, retry_after=90_000)}
    recording = push(folder, github, columns)
    assert recording.code == 5
    lines = results(recording)
    assert all(WHOLE.fullmatch(line) for line in lines), lines
    created = sum(line.startswith("created") for line in lines)
    assert 0 < created == len(github.repository.issues)
    assert f"{created} created" in recording.text
    assert "nothing was left to do" not in recording.text


def test_an_interrupted_push_ends_between_two_writes_and_counts_them(folder: Path, github: GitHub) -> None:
    ran = threading.Event()
    processes: list[Forked] = []
    respond = github.respond

    def interrupting(request: object) -> object:
        if sum(each.path.endswith("/issues") for each in github.writes) == 3 and not ran.is_set():
            ran.set()
            processes[0].send_signal(signal.SIGINT)
        return respond(request)  # type: ignore[arg-type]

    github.respond = interrupting  # type: ignore[method-assign,assignment]
    recording = push(folder, github, 80, started=processes.append)
    lines = results(recording)
    assert ran.is_set()
    assert "stopping after the write under way" in recording.text
    assert recording.code == 5
    assert all(WHOLE.fullmatch(line) for line in lines), lines
    assert sum(line.startswith("created") for line in lines) == len(github.repository.issues)
    assert not BAR.search(recording.text)


def test_no_colour_reaches_a_terminal_that_asked_for_none(folder: Path) -> None:
    to = f"backlog:{folder / 'backlog'}"
    recording = record(folder, "push", "map.md", "--to", to, "--no-color", columns=80)
    assert recording.code == 0
    assert b"\x1b[3" not in recording.bytes.replace(b"\x1b[39m", b"").replace(b"\x1b[?25", b"")


def test_a_pipe_gets_the_text_that_a_terminal_shows_in_colour(folder: Path, tmp_path: Path) -> None:
    seen = record(folder, "check", "map.md", columns=200)
    assert b"\x1b[1m" in seen.bytes
    texts = {}
    for name, variables in {"plain": {}, "forced": {"FORCE_COLOR": "1"}}.items():
        record(folder, "check", "map.md", piped=tmp_path / name, variables=variables)
        texts[name] = (tmp_path / name).read_text(encoding="utf-8")
    assert texts["plain"] == re.sub(r"\x1b\[[\d;]*m", "", texts["forced"])
    assert "\x1b" in texts["forced"]
    assert "\x1b" not in texts["plain"]
    assert [line.rstrip() for line in texts["plain"].splitlines()] == [line.rstrip() for line in seen.lines][
        : texts["plain"].count("\n")
    ]


def test_a_reader_who_leaves_early_gets_no_error(folder: Path, tmp_path: Path) -> None:
    nobody, ours = os.pipe()
    os.close(nobody)
    with (tmp_path / "err").open("wb") as said, Path(os.devnull).open("rb") as nothing:
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        streams = {"stdin": nothing.fileno(), "stdout": ours, "stderr": said.fileno()}
        ran = start(["check", "map.md"], cwd=folder, env=environment, **streams)
        os.close(ours)
        assert ran.wait() == 1
    assert not (tmp_path / "err").read_text(encoding="utf-8")


def test_a_person_on_a_terminal_is_asked_before_the_first_ticket_of_a_server(folder: Path, github: GitHub) -> None:
    no = push(folder, github, 80, "--max-writes=1", typed="n\n")
    assert "Create 1 ticket in octo/maps? [y/N]" in no.text
    assert no.code == 0
    assert not github.writes


class Typed(StringIO):
    """A stream that may be a terminal."""

    def __init__(self, text: str = "", *, terminal: bool = True) -> None:
        super().__init__(text)
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(
    ("answer", "agreed"),
    [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False), ("yeah\n", False)],
)
def test_only_a_yes_is_one(monkeypatch: pytest.MonkeyPatch, answer: str, agreed: bool) -> None:
    on_a_terminal(monkeypatch, stdin=Typed(answer))
    assert Screen().agrees("Create 2 tickets in octo/maps?") is agreed


@pytest.mark.parametrize(
    "unasked",
    [{"stdin": None}, *({name: Typed(terminal=False)} for name in ("stdin", "stdout", "stderr"))],
    ids=lambda each: next(iter(each)),
)
def test_nobody_is_asked_where_nobody_can_answer(
    monkeypatch: pytest.MonkeyPatch, unasked: dict[str, Typed | None]
) -> None:
    on_a_terminal(monkeypatch, **unasked)
    assert Screen().agrees("Create 2 tickets in octo/maps?")


@pytest.mark.parametrize("variables", [{"CI": "true"}, {"GITHUB_ACTIONS": "true"}, {"GITLAB_CI": "true"}], ids=str)
def test_nobody_is_asked_in_a_ci(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    on_a_terminal(monkeypatch, stdin=Typed("n\n"))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert Screen().agrees("Create 2 tickets in octo/maps?")


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, **streams: Typed | None) -> None:
    """Let this process run on a terminal, but for some streams."""
    for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI"):
        monkeypatch.delenv(name, raising=False)
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, streams.get(name, Typed()))


FIRST_MAP = READY[0]


def following(ended: Ended) -> str:
    """Return the line that says what comes next; empty where there is none."""
    (line, *more) = [*re.findall(r"(?m)^next: (.*)$", ended.err + ended.out), ""]
    assert not [each for each in more if each], "one line is enough"
    return str(line)


def typed(line: str) -> list[str]:
    """Return the command at the end of such a line."""
    return shlex.split(line[line.rindex("techmap-sync") :])[1:]


@pytest.mark.parametrize("order", [("init", "new"), ("new", "init")], ids=lambda names: names[0])
def test_the_lines_lead_from_an_empty_folder_to_the_first_ticket(program: Program, order: tuple[str, str]) -> None:
    steps = {"init": ["init"], "new": ["new", "Login Throttle"]}
    first = following(program("check"))
    assert "techmap-sync init" in first
    assert "techmap-sync new" in first
    for name in order:
        ended = program(*steps[name])
        assert ended.code == 0, ended.err
    assert "techmap-sync check" in following(ended)
    path = next(path for path in program.folder.rglob("login-throttle.md"))
    shutil.copy(FIRST_MAP, path)
    plan = typed(following(program("check")))
    assert plan[0] == "plan"
    push = typed(following(program(*plan)))
    assert push[0] == "push"
    assert program(*push).code == 0
    assert list((program.folder / "backlog" / "tasks").glob("*.md"))
    assert following(program("plan")) == "", "the first ticket is there"


def test_a_line_takes_the_paths_and_flags_of_its_command_along(program: Program) -> None:
    (program.folder / "my maps").mkdir()
    shutil.copy(FIRST_MAP, program.folder / "my maps")
    plan = following(program("check", "my maps"))
    assert typed(plan) == ["plan", "my maps"]
    push = typed(following(program("plan", "my maps", "--to", "backlog:./board", "--out", "plan.json")))
    assert push == ["push", "my maps", "--plan", "plan.json", "--to", "backlog:./board"]
    assert program(*push).code == 0


def test_a_map_that_is_not_approved_is_to_be_approved_first(program: Program) -> None:
    shutil.copy(NOT_READY[0], program.folder / "map.md")
    for command in ("check", "plan"):
        line = following(program(command, "map.md"))
        assert "Implementation Ready" in line
        assert typed(line) == ["plan", "map.md"]


@pytest.mark.parametrize("quieter", [("--quiet",), ("--format", "json")], ids=lambda words: words[0])
@pytest.mark.parametrize("command", ["check", "plan"])
def test_scripts_are_not_led(program: Program, command: str, quieter: tuple[str, ...]) -> None:
    assert following(program(command, *quieter)) == ""
    shutil.copy(FIRST_MAP, program.folder / "map.md")
    assert following(program(command, "map.md", *quieter)) == ""


def test_a_map_with_errors_leads_nowhere(program: Program) -> None:
    blank = shipped("technical-map.md").read_text("utf-8")
    (program.folder / "map.md").write_text(blank.replace("[Yes/No]", "Yes"), "utf-8")
    ended = program("check", "map.md")
    assert ended.code == 1
    assert following(ended) == ""
