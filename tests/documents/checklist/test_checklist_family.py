"""Requirements and user stories that the files of a unit define."""

from __future__ import annotations

import pytest

from techmap_sync.documents.checklist.checklist_family import requirements_in, story_priorities
from techmap_sync.documents.units.page import read_page
from techmap_sync.documents.units.phrases import Phrases
from tests.documents.checklist.units import FOLDERS, phase, plan, section, unit_of
from tests.families.gold import grammar

WORDS = grammar("spec-kit")


def found(text: str) -> list[tuple[str, str, int]]:
    return [(one.id, one.text, one.line) for one in requirements_in([read_page(text, "spec.md")], WORDS)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("- **FR-001**: Canoes are hired by the hour\n", [("FR-001", "Canoes are hired by the hour", 1)]),
        ("- FR-001b：Hired by the hour\n", [("FR-001b", "Hired by the hour", 1)]),
        ("- XX-001: Hired\n", []),
        ("### User Story 2 - Hire a canoe (Priority: P1)\n", [("US2", "Hire a canoe", 1)]),
        ("### Requirement 3: A\n\n1. WHEN\n2. IF\n", [("3", "A", 1), ("3.1", "WHEN", 3), ("3.2", "IF", 4)]),
        ("### Requirement 3\n\n- WHEN a\n", []),
        ("### Requirement 3\n\n## Glossary\n\n1. Canoe\n", []),
    ],
)
def test_what_a_page_defines(text: str, wanted: list[tuple[str, str, int]]) -> None:
    assert found(text) == wanted


def test_the_first_priority_of_a_story_counts() -> None:
    page = read_page("### User Story 1 - A (P2)\n\n### User Story 2 - B\n\n### User Story 1 - A (P1)\n")
    assert story_priorities([page], Phrases(WORDS)) == {"US1": "medium", "US2": None}


def test_a_story_has_the_scenarios_of_its_own_heading() -> None:
    text = (
        "### User Story 1 - Hire (P1)\n\nA member hires.\n\n**Acceptance Scenarios**:\n\n"
        "1. **Given** a canoe, **When** scanned, **Then** it is out\n2. **Given** none, **Then** a list\n\n"
        "#### Notes\n- x\n\n"
        "### User Story 2 - Return\n\n1. **Given** a canoe, **Then** it is back\n\n### Edge Cases\n\n1. A storm\n"
    )
    stories = {one.id: one.scenarios for one in requirements_in([read_page(text, "spec.md")], WORDS)}
    assert stories == {
        "US1": ("Given a canoe, When scanned, Then it is out", "Given none, Then a list"),
        "US2": ("Given a canoe, Then it is back",),
    }


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
