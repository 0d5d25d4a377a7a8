"""Where a component lives (docs/map-format.md, "Components")."""

from __future__ import annotations

import pytest

from techmap_sync.documents.technical_map.names import is_path
from tests.documents.maps import component


@pytest.mark.parametrize(
    ("written", "paths"),
    [
        ("`src/a.py`", ("src/a.py",)),
        ("src/a.py", ("src/a.py",)),
        ("`src/a.py`, `src/b.py`", ("src/a.py", "src/b.py")),
        ("src/a.py and src/b.py", ("src/a.py", "src/b.py")),
        ("src/a.py (new), src/b.py", ("src/a.py", "src/b.py")),
        ("\n- `src/a.py` - the service\n- src/b.py: the tests", ("src/a.py", "src/b.py")),
        ("`src/a/` (new folder)", ("src/a/",)),
        ("src/users/[userId]/route.ts", ("src/users/[userId]/route.ts",)),
        ("app/(shop)/page.tsx", ("app/(shop)/page.tsx",)),
        ("[a.py](src/a.py)", ("a.py",)),
        ("Makefile", ("Makefile",)),
        ("`Auth.Tokens`", ("Auth.Tokens",)),
        ("src\\win\\a.cs", ("src\\win\\a.cs",)),
        ("`src/a.py:10-20`", ("src/a.py:10-20",)),
        ("TBD", ()),
        ("[File path]", ()),
        ("None", ()),
        ("to be decided by the team", ()),
        ("", ()),
    ],
)
def test_a_location_field_holds_code_spans_or_paths(written: str, paths: tuple[str, ...]) -> None:
    assert component(f"**Location**: {written}\n").locations == paths


@pytest.mark.parametrize("text", ["a.py", "src/a", "src/", "./a", "a/b/*.ts", "Dockerfile.dev", "lib/b.tar.gz"])
def test_these_are_paths(text: str) -> None:
    assert is_path(text)


@pytest.mark.parametrize("text", ["a", "1.5", "e.g.", "three words here", "https://example.org/a.py", "v2"])
def test_these_are_no_paths(text: str) -> None:
    assert not is_path(text)
