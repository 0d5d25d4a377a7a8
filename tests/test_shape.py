"""The house keeps its shape: rooms import one way, functions and modules stay small."""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "techmap_sync").rglob("*.py"))
LONGEST_FUNCTION, LONGEST_MODULE, MEDIAN = 50, 400, 10
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}
BASE_OF_FAMILIES = ROOT / "techmap_sync" / "documents" / "base.py"
"""The one module of such a name: it holds the base class of all families of documents."""


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_rooms_import_one_way() -> None:
    """The contracts stand in pyproject.toml, [tool.importlinter]."""
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert " 0 broken" in done.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_does_one_job_and_says_which(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_MODULE
    assert path.stem not in VAGUE or path == BASE_OF_FAMILIES
    assert ast.get_docstring(ast.parse(text))
    too_long = {name: lines for name, lines in functions(path) if lines > LONGEST_FUNCTION}
    assert not too_long


def test_functions_are_short() -> None:
    assert statistics.median(lines for path in MODULES for _, lines in functions(path)) <= MEDIAN


def test_only_the_command_line_prints_and_only_config_reads_the_environment() -> None:
    """``programs.py`` hands it on to what it starts; ``ci_log.py`` looks whether a runner listens."""
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        prints = any(isinstance(n, ast.Name) and n.id == "print" for n in ast.walk(tree))
        reads = any(isinstance(n, ast.Attribute) and n.attr in ("environ", "getenv") for n in ast.walk(tree))
        assert not prints or path.parent.name == "cli", path
        assert not reads or path.name in ("config.py", "programs.py", "ci_log.py"), path
