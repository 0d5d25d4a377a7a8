"""Help fits a terminal of 80 columns, leaves nothing out, and says in groups and short types what there is."""

from __future__ import annotations

import re

import pytest

from techmap_sync.app.exit_codes import Exit
from techmap_sync.cli.help_pages import EXITS, OPTIONS, shortened
from techmap_sync.cli.main import COMMANDS, command
from tests.app.run import Program

PAGES = [(), *((name,) for name in COMMANDS)]


@pytest.mark.parametrize("words", PAGES, ids=lambda words: " ".join(words) or "the program")
def test_help_fits_80_columns_and_is_never_cut(
    program: Program, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said = program(*words, "--help").out
    assert max(map(len, said.splitlines())) <= 80
    assert "..." not in re.sub(r"\[\w+\]\.\.\.|\b\w+\.\.\.", "", said).replace("[ARGS]...", "")
    assert "<" not in said
    assert "Example: techmap-sync" in said
    assert "Exit codes:" in said


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_names_all_its_options(program: Program, name: str) -> None:
    said = program(name, "--help").out
    for parameter in command(name).params:
        assert all(option in said for option in parameter.opts if option.startswith("-"))


def test_help_of_the_program_names_all_commands_with_their_whole_sentence(program: Program) -> None:
    said = " ".join(program("--help").out.split())
    for name in COMMANDS:
        assert f"{name} {' '.join(command(name).help.split('.')[0].split())}" in said


def test_no_group_names_an_option_that_no_command_has() -> None:
    known = {option for name in COMMANDS for parameter in command(name).params for option in parameter.opts}
    assert OPTIONS.keys() <= known


def test_every_exit_code_is_in_help() -> None:
    assert {int(code) for code in re.findall(r"(\d+) [a-z]", EXITS)} == set(map(int, Exit))


def test_types_are_short_and_values_are_listed() -> None:
    assert shortened("--config <path>", "A file.") == ("--config PATH", "A file.")
    assert shortened("--format <text|json>", "How.") == ("--format NAME", "How. One of text, json.")
    assert shortened("--adopted NUMBER", "Trust.") == ("--adopted NUMBER", "Trust.")


def test_the_shell_completes_commands(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"COMPLETE": "complete_bash"}.items():
        monkeypatch.setenv(f"_TECHMAP_SYNC_{name}", value)
    monkeypatch.setenv("COMP_WORDS", "techmap-sync pu")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert program().out.split() == ["push", "pull"]
