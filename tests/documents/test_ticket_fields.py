"""What a document asks for its tickets: fields of a map, front matter of a map or a unit."""

from __future__ import annotations

import pytest

from techmap_sync.config import load_settings
from techmap_sync.documents.base import Sources, family_of
from techmap_sync.documents.ticket_fields import TicketFields, ticket_fields
from techmap_sync.settings import Settings

MAP = """# TECHNICAL MAP: Login

**Author**: Ines Moreau
{header}

## Components Overview

### New Components
- `Parser`: reads

{middle}

---
{footer}
**Implementation Ready**: Yes
"""
UNIT = "---\n{front}\n---\n# Tasks\n\n## 1. Store\n- [ ] 1.1 Keep rows\n"
BOTH = load_settings(None, {"families": ["technical-map", "openspec"]})


def read(text: str, place: str = "maps/login.md", settings: Settings = BOTH) -> TicketFields:
    sources = Sources(text, place, place)
    family = family_of(sources, settings.document_families)
    assert family is not None
    return family.read(sources).fields


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, TicketFields()),
        ({"Milestone": " v2  beta "}, TicketFields(milestone="v2 beta")),
        ({"milestone": "None"}, TicketFields(milestone="")),
        ({"assignees": "@sara, tom; @Sara"}, TicketFields(assignees=("sara", "tom"))),
        ({"assignees": "@sara @tom"}, TicketFields(assignees=("sara", "tom"))),
        ({"assignees": "nobody"}, TicketFields(assignees=())),
        ({"assignees": "@org/team"}, TicketFields(assignees=())),
        ({"labels": "api, `needs review`; api, " + "x" * 51}, TicketFields(labels=("api", "needs review"))),
        ({"due": "2026-12-01"}, TicketFields(due="2026-12-01")),
        ({"due": "2026-13-01"}, TicketFields()),
        ({"due": "next week"}, TicketFields()),
        ({"due": "20261201"}, TicketFields()),
    ],
)
def test_fields_are_read_as_people_write_them(said: dict[str, str], expected: TicketFields) -> None:
    assert ticket_fields(said) == expected


FIELDS = "**Milestone**: v2\n**Assignees**: @sara\n**Labels**: api, store\n**Due**: 2026-12-01"
ALL = TicketFields("v2", ("sara",), ("api", "store"), "2026-12-01")


@pytest.mark.parametrize("place", ["header", "footer"])
def test_a_map_says_them_among_its_metadata(place: str) -> None:
    parts = {"header": "", "middle": "", "footer": ""}
    assert read(MAP.format(**{**parts, place: FIELDS.replace("\n", "  \n") + "  "})) == ALL


def test_a_field_of_a_section_is_none_of_the_map() -> None:
    middle = f"## Integration Points\n\n### API Changes\n\n{FIELDS}\n"
    assert read(MAP.format(header="", middle=middle, footer="")) == TicketFields()


def test_a_placeholder_of_a_template_asks_for_nothing() -> None:
    assert read(MAP.format(header="**Milestone**: [Milestone]  \n**Due**:", middle="", footer="")) == TicketFields()


FRONT = "milestone: v2\nassignees: [sara]\nlabels:\n- api\n- store\ndue: 2026-12-01"


def test_front_matter_says_them_in_a_unit_and_in_a_map() -> None:
    assert read(UNIT.format(front=FRONT), "openspec/changes/store/tasks.md") == ALL
    assert read(f"---\n{FRONT}\n---\n{MAP.format(header='', middle='', footer='')}") == ALL


def test_the_map_itself_wins_over_its_front_matter() -> None:
    text = f"---\n{FRONT}\n---\n{MAP.format(header='**Milestone**: v3', middle='', footer='')}"
    assert read(text) == TicketFields("v3", ("sara",), ("api", "store"), "2026-12-01")
