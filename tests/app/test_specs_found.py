"""Specs that nobody reads are named with the line that reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from techmap_sync.app.specs_found import SpecsFound, line_to_add, said_of, specs_left_out
from techmap_sync.config import load_settings

SETTINGS = load_settings(None, {})
TASKS = {
    "specs/001-hire/tasks.md": "# Tasks: Hire\n\n## Phase 1: Setup\n\n- [ ] T001 Paint the hull\n",
    "specs/002-return/tasks.md": "# Tasks: Return\n\n## Phase 1: Setup\n\n- [ ] T001 Dry the hull\n",
    ".kiro/specs/hire/tasks.md": "# Implementation Plan\n\n- [ ] 1. Paint the hull\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in TASKS.items():
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / ".git").mkdir()
    return tmp_path


def test_units_are_counted_by_family_with_the_folder_that_holds_them(root: Path) -> None:
    assert set(specs_left_out(root, SETTINGS)) == {
        SpecsFound("spec-kit", 2, "specs"),
        SpecsFound("kiro", 1, ".kiro/specs"),
    }


def test_the_line_to_add_keeps_the_families_that_are_read(root: Path) -> None:
    found = specs_left_out(root, SETTINGS)
    for name in ("technical-map", "spec-kit", "kiro"):
        assert f'"{name}"' in line_to_add(found, SETTINGS)
    assert line_to_add(found, SETTINGS) in said_of(found, SETTINGS)
    assert "2 spec-kit units in specs" in said_of(found, SETTINGS)


def test_families_that_are_read_are_not_left_out(root: Path) -> None:
    every = load_settings(None, {"families": ["technical-map", "spec-kit", "kiro"]})
    assert specs_left_out(root, every) == ()
    assert said_of((), every) == ""
