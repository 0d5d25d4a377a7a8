"""SECURITY.md names a test for each border, and every test that it names is there."""

from __future__ import annotations

import ast
import re

import pytest

from tests.app.run import ROOT

PAGE = (ROOT / "SECURITY.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py::\w+)`", PAGE)))
BORDERS = re.findall(r"\| border \| held by \|\n\|---\|---\|\n((?:\|.*\n)+)", PAGE)


@pytest.mark.parametrize("named", NAMED)
def test_a_named_test_is_there(named: str) -> None:
    file, _, name = named.partition("::")
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_each_border_names_a_test() -> None:
    rows = [row for table in BORDERS for row in table.splitlines()]
    assert len(BORDERS) == PAGE.count("| held by |")
    for row in rows:
        assert re.search(r"`tests/[\w/]+\.py::test_\w+`", row), row
        assert re.findall(r"`(tests/[^`]+)`", row) == re.findall(r"`(tests/[\w/]+\.py::\w+)`", row), row
