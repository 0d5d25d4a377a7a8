"""A command imports what it uses: modules are counted, because seconds differ from machine to machine."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from tempfile import TemporaryDirectory

import pytest

from techmap_sync.cli.main import COMMANDS
from tests.app.run import CORPUS

RUN = """
import re._compiler, sys
compile, compiled = re._compiler.compile, []
re._compiler.compile = lambda *given: compiled.append(given) or compile(*given)
from techmap_sync.cli.main import main
try:
    main()
finally:
    print("\\n", len(compiled), *sys.modules, file=sys.stderr)
"""
MAP = CORPUS / "04-faceted-search.md"
LIBRARIES = {"typer", "rich", "pydantic", "marko", "jinja2", "rapidfuzz", "ruamel"}
RARE = {"pydantic_settings", "github", "gitlab"}
USED = {
    ("--version",): {"typer"},
    ("check", str(MAP)): {"typer", "pydantic", "marko"},
    ("plan", str(MAP), "--to", "backlog:backlog"): LIBRARIES,
}


MOST_PATTERNS = {"--version": 60, "check": 270, "plan": 330}
"""How many patterns may be compiled, those of libraries included."""


@cache
def started(*arguments: str, **variables: str) -> tuple[int, frozenset[str]]:
    """Return how many patterns a run of the program has compiled by its end, and what it has imported."""
    command = [sys.executable, "-c", RUN, *arguments]
    with TemporaryDirectory() as folder:
        done = subprocess.run(
            command, cwd=folder, env={"PATH": "", **variables}, capture_output=True, text=True, check=False
        )
    compiled, *imported = done.stderr.splitlines()[-1].split()
    return int(compiled), frozenset(imported)


def modules(*arguments: str, **variables: str) -> frozenset[str]:
    """Return what a run of the program has imported by its end."""
    return started(*arguments, **variables)[1]


@pytest.mark.parametrize("arguments", USED, ids=lambda arguments: arguments[0])
def test_a_command_imports_the_libraries_and_compiles_the_patterns_that_it_uses(arguments: tuple[str, ...]) -> None:
    patterns, found = started(*arguments)
    assert patterns <= MOST_PATTERNS[arguments[0]]
    assert found & (LIBRARIES | RARE) == USED[arguments]
    assert "techmap_sync.app.renderings" not in found, "only a format other than text needs it"
    assert "typer._adapters" not in found, "there is nothing to convert"


def test_variables_are_read_by_the_library_for_them_where_there_are_any() -> None:
    assert "pydantic_settings" in modules("check", str(MAP), TECHMAP_SYNC_JOBS="1")
    assert "pydantic_settings" not in modules("check", str(MAP), TECHMAP_SYNC_GITHUB_TOKEN="secret")


def test_check_stays_clear_of_what_only_pushes_need() -> None:
    ours = {name for name in modules("check", str(MAP)) if name.startswith("techmap_sync.")}
    assert not {name for name in ours if name.rpartition(".")[2] in {"checklist", "headings", "story"}}, "no such file"
    sync = {name for name in ours if name.startswith("techmap_sync.sync.")}
    assert sync == {"techmap_sync.sync.policy", "techmap_sync.sync.comparison"}
    units = {name for name in ours if name.startswith("techmap_sync.documents.units.")}
    assert units == {"techmap_sync.documents.units.family_tables", "techmap_sync.documents.units.unit_notices"}
    assert "techmap_sync.planning.task" not in ours, "it makes no ticket"
    trackers = {name.removeprefix("techmap_sync.trackers") for name in ours if name.startswith("techmap_sync.trackers")}
    assert {name.rpartition(".")[2] for name in trackers} <= {
        "",
        "github",
        "gitlab",
        "backlog",
        "kind",
        "ci",
    }
    assert not ours & {f"techmap_sync.{name}" for name in ("checkout", "app.targets", "planning.escape")}
    assert {name for name in ours if name.startswith("techmap_sync.reports.")} == {
        "techmap_sync.reports.check_results",
        "techmap_sync.reports.messages",
        "techmap_sync.reports.styled",
    }
    files = {name.rpartition(".")[2] for name in ours if name.startswith("techmap_sync.cli.")}
    assert files & set(COMMANDS) == {"check"}
