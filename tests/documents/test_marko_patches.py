"""A no-break space behind a sign is read as a plain one, and said (docs/map-format.md, "How a map is read")."""

from __future__ import annotations

import pytest

from techmap_sync.documents.technical_map.detect import looks_like_map
from tests.documents.maps import body, component, group, read, reading, titles
from tests.documents.shipped import VOCABULARY

SPACES = ["\u00a0", "\u2003", "\u2007", "\u202f", "\u3000", "\ufeff", " \u00a0", "\u00a0\u00a0"]


def rules(text: str) -> list[str]:
    return [finding.rule for finding in reading(f"# TECHNICAL MAP: T\n\n## Testing\n\n### Unit Tests\n{text}").findings]


@pytest.mark.parametrize("space", SPACES, ids=ascii)
def test_it_makes_a_bullet_a_number_a_box_and_a_heading(space: str) -> None:
    for sign in ("-", "*", "+"):
        assert titles(f"{sign} a\n{sign}{space}b\n") == ["a", "b"]
    assert titles(f"1. a\n2.{space}b\n") == ["a", "b"]
    assert [item.done for item in group(f"- [x]{space}a\n-{space}[ ] b\n").items] == [True, False]
    assert [tests.name for tests in body(f"##{space}Testing\n\n###{space}Unit Tests\n- a\n").tests] == ["unit"]
    text = f"#{space}TECHNICAL MAP: T\n"
    assert looks_like_map(text, VOCABULARY)
    assert read(text).title == "T"


def test_it_is_said_once_with_the_number_of_lines() -> None:
    assert rules("- a\n-\u00a0b\n  -\u00a0c\n") == ["odd-space"]
    assert rules("- a\n- b\u00a0c\n") == []


def test_a_nested_bullet_that_is_pushed_in_by_such_spaces_stays_nested() -> None:
    (item,) = group("- a\n\u00a0\u00a0-\u00a0b\n").items
    assert item.detail == "- b"


def test_code_keeps_them_and_nothing_is_said_of_it() -> None:
    assert component("```\n-\u00a0a\n```\n").detail == "```\n-\u00a0a\n```"
    assert rules("```\n-\u00a0a\n```\n") == []
