"""Severities from the settings, and comments that silence a rule."""

from __future__ import annotations

from techmap_sync.diagnostics import Diagnostic, Span, apply_severities
from techmap_sync.documents.technical_map.checks import RULES
from techmap_sync.documents.technical_map.parser import parse
from tests.documents.maps import GOOD
from tests.documents.shipped import VOCABULARY


def test_diagnostics_about_tasks_get_the_same_severities_and_comments() -> None:
    reading = parse(GOOD.replace("### Database", "<!-- techmap-sync: ignore -->\n### Database"), VOCABULARY)
    rule, line = RULES["empty-section"], 1 + GOOD[: GOOD.index("### Database")].count("\n")
    at = [Diagnostic(rule, rule.severity, "", Span(line)) for line in (line + 1, 2, 1)]
    kept = apply_severities(at, {"empty-section": "note"}, reading.ignores)
    assert [(f.span.line, f.severity.value) for f in kept] == [(1, "note"), (2, "note")]
