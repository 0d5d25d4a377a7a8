"""What a process does once is done once for all tests of the process, and a changed text is another one."""

from __future__ import annotations

from collections.abc import Callable
from inspect import unwrap

import jinja2
import pytest
import typer.main

from techmap_sync.documents.technical_map import parser
from tests.app.run import CORPUS, Program
from tests.warm import warm


def counted(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> list[str]:
    """Return what a function is asked for from now on, as it happens."""
    asked: list[str] = []
    function: Callable[..., object] = getattr(owner, name)

    def counting(*arguments: object, **named: object) -> object:
        asked.append(name)
        return function(*arguments, **named)

    monkeypatch.setattr(owner, name, counting)
    return asked


def test_a_second_run_compiles_and_reads_nothing_again(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program.folder / "map.md"
    text = (CORPUS / "08-cli-profiles.md").read_text("utf-8")
    path.write_text(text, encoding="utf-8")
    compiled = counted(monkeypatch, jinja2.Environment, "_compile")
    read = counted(monkeypatch, parser, "_read")
    # Another test of this process may have built the commands.
    monkeypatch.setattr(typer.main, "get_command", unwrap(typer.main.get_command))
    built = counted(monkeypatch, typer.main, "get_group")
    with warm():
        first = program("plan", path).out
        assert (bool(compiled), len(read), bool(built)) == (True, 1, True)
        before = len(compiled), len(built)
        assert program("plan", path).out == first
        assert (len(compiled), len(built), len(read)) == (*before, 1)
        path.write_text(text.replace("Ready**: Yes", "Ready**: No"), encoding="utf-8")
        assert program("plan", path).out != first
        assert len(read) == 2
