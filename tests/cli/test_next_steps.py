"""Each command leads on to the next, from an empty folder to the first ticket, by lines that can be typed."""

from __future__ import annotations

import re
import shlex
import shutil

import pytest

from techmap_sync.config import shipped
from tests.app.run import NOT_READY, READY, Ended, Program

MAP = READY[0]


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
    shutil.copy(MAP, path)
    plan = typed(following(program("check")))
    assert plan[0] == "plan"
    push = typed(following(program(*plan)))
    assert push[0] == "push"
    assert program(*push).code == 0
    assert list((program.folder / "backlog" / "tasks").glob("*.md"))
    assert following(program("plan")) == "", "the first ticket is there"


def test_a_line_takes_the_paths_and_flags_of_its_command_along(program: Program) -> None:
    (program.folder / "my maps").mkdir()
    shutil.copy(MAP, program.folder / "my maps")
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
    shutil.copy(MAP, program.folder / "map.md")
    assert following(program(command, "map.md", *quieter)) == ""


def test_a_map_with_errors_leads_nowhere(program: Program) -> None:
    blank = shipped("technical-map.md").read_text("utf-8")
    (program.folder / "map.md").write_text(blank.replace("[Yes/No]", "Yes"), "utf-8")
    ended = program("check", "map.md")
    assert ended.code == 1
    assert following(ended) == ""
