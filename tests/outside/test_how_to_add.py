"""CONTRIBUTING says how a tracker is added; each tracker that comes with the program was added so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from techmap_sync import registry
from tests.contract.conftest import TRACKERS

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "techmap_sync"
STEPS = re.findall(
    r"^\d\. (.*)$",
    (ROOT / "CONTRIBUTING.md")
    .read_text(encoding="utf-8")
    .partition("## How to add a tracker")[2]
    .partition("\n## ")[0],
    re.MULTILINE,
)
PLACES = [place for step in STEPS for place in re.findall(r"`([\w./]*NAME[\w./]*)`", step)]
VENDOR = re.compile("github|gitlab|backlog", re.IGNORECASE)
ALLOWED = {
    "cli/main.py": "the example of the help",
    "cli/plan.py": "the example of the help",
    "cli/pull.py": "the example of the help",
    "cli/push.py": "the example of the help",
    "cli/reconcile.py": "the example of the help",
    "cli/doctor.py": "the example of the help",
    "app/formats.py": "names of formats",
    "commits.py": "the address of a format's specification",
    "reports/github_actions.py": "a format",
    "reports/check_results.py": "where this program lives",
    "documents/story/story_family.py": "the status of a story that waits in the backlog",
    "planning/escape_inline.py": "how texts are read",
    "registry.py": "the table",
    "secrecy.py": "forms of tokens",
}


@pytest.mark.parametrize("kind", registry.built_in())
def test_every_tracker_went_through_the_steps(kind: str) -> None:
    assert len(STEPS) >= 4
    assert {"techmap_sync/trackers/NAME/kind.py", "techmap_sync/trackers/NAME/tracker.py"} <= set(PLACES)
    for place in PLACES:
        assert (ROOT / place.replace("NAME", kind)).exists(), place
    assert any(each.partition(" ")[0].partition("-")[0] == kind for each in TRACKERS)


def test_no_other_room_asks_for_a_vendor_by_name() -> None:
    near = (path for path in PACKAGE.rglob("*.py") if VENDOR.search(path.read_text(encoding="utf-8")))
    named = {path for path in near if any(map(VENDOR.search, texts(path)))}
    elsewhere = {
        path.relative_to(PACKAGE).as_posix() for path in named if not path.is_relative_to(PACKAGE / "trackers")
    }
    assert elsewhere <= ALLOWED.keys()


def texts(path: Path) -> Iterator[str]:
    """Yield the names and texts of a module, without its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value
