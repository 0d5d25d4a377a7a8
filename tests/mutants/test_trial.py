"""Which tests are tried on a fault, and which are measured again."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.mutants import trial
from tests.mutants.operators import mutants_of

SOURCE = "LIMIT = 3\n\ndef f():\n    return 4\n"


def test_a_fault_outside_functions_is_tried_on_tests_that_import_its_module() -> None:
    outside, inside = (each for each in mutants_of("policy", SOURCE) if each.operator == "constant")
    reached = trial.Reached({}, {"policy": {0: frozenset({"imports"}), 4: frozenset({"calls"})}})
    assert reached.tests_of(outside) == {"imports", "calls"}
    assert reached.tests_of(inside) == {"calls"}


def item_of(path: Path, text: str) -> Any:
    path.write_text(text, "utf-8")
    return SimpleNamespace(nodeid="test_one", path=path)


@pytest.mark.parametrize(
    ("line", "imports"),
    [
        ("from techmap_sync.sync.policy import Guard", True),
        ("from techmap_sync.sync import match, policy", True),
        ("from techmap_sync.sync import policies", False),
        ("from techmap_sync.app import policy", False),
    ],
)
def test_a_file_of_tests_imports_a_module(tmp_path: Path, line: str, imports: bool) -> None:
    assert trial._imports(item_of(tmp_path / "test_one.py", f"import os\n{line}\n"), "policy") is imports


def test_a_test_counts_as_another_one_when_its_file_changes(tmp_path: Path) -> None:
    first, same, other = (item_of(tmp_path / str(n), text) for n, text in enumerate(("a", "a", "b")))
    assert trial._of_today(first) == trial._of_today(same) != trial._of_today(other)
