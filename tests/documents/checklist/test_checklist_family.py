"""Checklists as teams really write them: other marks, numbers, languages and places."""

from __future__ import annotations

import pytest

from tests.documents.checklist.units import FOLDERS, phase, plan, section, unit_of


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize("family", FOLDERS)
def test_line_ends_and_a_mark_change_nothing(family: str, end: str) -> None:
    text = {
        "spec-kit": phase("- [ ] T001 Paint it", "- [x] T002 Sail (depends on T001)"),
        "openspec": section("- [ ] 1.1 Paint it", "- [x] 1.2 Sail"),
        "kiro": plan("- [ ] 1. Paint it", "  - [x] 1.1 Hull", "    - _Requirements: 1.2_"),
    }[family]
    assert unit_of(family, "\ufeff" + text.replace("\n", end)) == unit_of(family, text)


@pytest.mark.parametrize("family", FOLDERS)
@pytest.mark.parametrize(
    "text", ["", "\x00", "# " * 5000, "- [ ] " * 3000, "```", "<!--", "---\nid: [\n---\n- [ ] 1. A", "\ufeff"]
)
def test_no_text_makes_reading_fail(family: str, text: str) -> None:
    assert unit_of(family, text).family == family


@pytest.mark.parametrize(
    "spec", ["{", "[]", '{"approvals": 3}', '{"approvals": {"tasks": {"approved": "true"}}}', "null", "\ufeff{}"]
)
def test_a_gate_that_does_not_say_yes_says_no(spec: str) -> None:
    unit = unit_of("kiro", plan("- [ ] 1. A"), **{"spec.json": spec})
    assert not unit.approved and unit.reasons
