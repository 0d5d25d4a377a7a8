"""What the documents promise is held by a test that they name, and that test exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.app.run import ROOT
from tests.test_documents import DOCUMENTS, README

HELD = re.compile(r"<!-- held by ([^>]*) -->")
PROMISING = (
    "configuration", "continuous-integration", "families", "how-it-decides", "map-format", "status", "trackers"
)  # fmt: skip
"""Pages of rules that are written by hand."""
TEST = re.compile(r"\btests/[\w/]+\.py(?:::\w+)?")


def sections(page: str) -> Iterator[tuple[str, str]]:
    """Yield the sections of a page with their text; headings in examples are not sections."""
    text = re.sub(r"^```.*?^```", "", page, flags=re.M | re.S)
    for part in re.split(r"^(?=###? )", text, flags=re.M)[1:]:
        heading, _, below = part.partition("\n")
        yield heading.lstrip("# "), below


@pytest.mark.parametrize("name", PROMISING)
def test_each_section_names_its_tests(name: str) -> None:
    for heading, text in sections((ROOT / "docs" / f"{name}.md").read_text("utf-8")):
        assert HELD.search(text), f"{name}: {heading}"


def test_each_promise_of_the_readme_names_its_tests() -> None:
    rows = README.partition("## What it promises")[2].partition("\n## ")[0].splitlines()
    promises = [row.split("|")[1] for row in rows if row.startswith("| ")][1:]
    assert len(promises) >= 5
    for promise in promises:
        assert HELD.search(promise), promise


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_each_test_that_is_named_exists(document: Path) -> None:
    text = document.read_text("utf-8")
    for comment in HELD.findall(text):
        assert all("::" in name for name in comment.split(", ")), comment
    for named in TEST.findall(text):
        file, _, name = named.partition("::")
        if "NAME" in file or file.startswith("tests/x/"):
            continue  # the form of a path
        assert (ROOT / file).exists(), named
        assert not name or name in functions_of(file), named


@cache
def functions_of(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
