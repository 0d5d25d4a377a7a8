"""Comments that silence a rule, and where they stand."""

from __future__ import annotations

from tests.documents.maps import reading


def test_a_comment_silences_a_rule_for_the_block_below_it() -> None:
    found = reading("# TECHNICAL MAP: T\n\n<!-- techmap-sync: ignore unknown-section -->\n## Risks\n\ntext\n")
    assert [(one.rule, one.first_line, one.last_line) for one in found.ignores] == [("unknown-section", 3, 4)]


def test_an_ignore_comment_in_code_silences_nothing() -> None:
    assert reading("# TECHNICAL MAP: T\n\n`<!-- techmap-sync: ignore no-title -->`\n").ignores == ()
    assert reading("# TECHNICAL MAP: T\n\n<!-- techmap-sync: ignore no-title -->\n").ignores != ()
