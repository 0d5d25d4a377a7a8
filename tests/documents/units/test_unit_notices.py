"""What a reader noticed becomes a diagnostic with a place in the file."""

from __future__ import annotations

import pytest

from techmap_sync.documents.units.unit_notices import RULES, Notice, diagnostics_of


@pytest.mark.parametrize(
    ("notice", "line"),
    [
        (Notice("duplicate-id", "T001", 7), 7),
        (Notice("duplicate-id", "T001", 0), 1),
        (Notice("duplicate-id", "T001", 11), 1),
        (Notice("duplicate-id", "T001", 7, "specs/001/spec.md"), 1),
    ],
)
def test_a_notice_is_at_its_line_of_the_file_and_else_at_the_first(notice: Notice, line: int) -> None:
    (found,) = diagnostics_of([notice], "specs/001/tasks.md", last_line=10)
    assert (found.rule.id, found.severity, found.span.line) == ("duplicate-id", "warning", line)
    assert found.path == "specs/001/tasks.md"
    assert "T001" in found.message and notice.path in found.message


@pytest.mark.parametrize("name", RULES)
def test_every_rule_says_what_to_do(name: str) -> None:
    (found,) = diagnostics_of([Notice(name)], "tasks.md", last_line=1)
    assert found.message == RULES[name].summary
    assert RULES[name].help
