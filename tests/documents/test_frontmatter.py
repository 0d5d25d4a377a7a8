"""What a document asks for its tickets: fields of a map, front matter of a map or a unit."""

from __future__ import annotations

import pytest

from techmap_sync.config import load_settings
from techmap_sync.documents import frontmatter
from techmap_sync.documents.base import Sources, family_of
from techmap_sync.documents.frontmatter import TicketFields, split_front_matter, ticket_fields
from techmap_sync.settings import Settings
from tests.documents.maps import read
from tests.documents.shipped import ROOT
from tests.measure import measured

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


def said_in(text: str, place: str = "maps/login.md", settings: Settings = BOTH) -> TicketFields:
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
    assert said_in(MAP.format(**{**parts, place: FIELDS.replace("\n", "  \n") + "  "})) == ALL


def test_a_field_of_a_section_is_none_of_the_map() -> None:
    middle = f"## Integration Points\n\n### API Changes\n\n{FIELDS}\n"
    assert said_in(MAP.format(header="", middle=middle, footer="")) == TicketFields()


def test_a_placeholder_of_a_template_asks_for_nothing() -> None:
    assert said_in(MAP.format(header="**Milestone**: [Milestone]  \n**Due**:", middle="", footer="")) == TicketFields()


FRONT = "milestone: v2\nassignees: [sara]\nlabels:\n- api\n- store\ndue: 2026-12-01"


def test_front_matter_says_them_in_a_unit_and_in_a_map() -> None:
    assert said_in(UNIT.format(front=FRONT), "openspec/changes/store/tasks.md") == ALL
    assert said_in(f"---\n{FRONT}\n---\n{MAP.format(header='', middle='', footer='')}") == ALL


def test_the_map_itself_wins_over_its_front_matter() -> None:
    text = f"---\n{FRONT}\n---\n{MAP.format(header='**Milestone**: v3', middle='', footer='')}"
    assert said_in(text) == TicketFields("v3", ("sara",), ("api", "store"), "2026-12-01")


def test_top_level_values_are_read_and_the_rest_is_passed_over() -> None:
    front = split_front_matter("---\nkind: technical-map\nid: 7\nreviewers: [a, b]\n---\n# T\n")
    assert front.values == {"kind": "technical-map", "id": "7"}


@pytest.mark.parametrize("text", ["", "# T\n", "\n---\nid: x\n---\n", "---\nid: x\n", "----\nid: x\n----\n"])
def test_without_two_lines_of_dashes_at_the_very_top_there_is_none(text: str) -> None:
    assert split_front_matter(text).length == 0


@pytest.mark.parametrize(
    "yaml", ["a: [", "- a", "text", "a: &x *x", "? !!python/object:os.system x", "a: " + "[" * 500]
)
def test_yaml_that_cannot_be_read_is_cut_off_and_gives_nothing(yaml: str) -> None:
    front = split_front_matter(f"---\n{yaml}\n---\n# T\n")
    assert not front.values
    assert front.length == len(f"---\n{yaml}\n---\n")


def test_its_lines_are_added_to_every_line_number() -> None:
    text = "# TECHNICAL MAP: T\n\n## Unit Tests\n- x\n"
    plain, shifted = read(text), read(f"---\nid: a\n---\n{text}")
    assert shifted.tests[0].items[0].span.line == plain.tests[0].items[0].span.line + 3


MERGED = "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 100))


@pytest.mark.parametrize(
    "yaml", ["a: " + "[" * 4900 + "]" * 4900, "a: " + "{" * 9000, f"a0: &a0 {{x: 1}}\n{MERGED}"], ids=["[", "{", "<<"]
)
def test_yaml_that_would_take_hours_is_given_up_in_seconds(yaml: str) -> None:
    with measured() as taken:
        front = split_front_matter(f"---\n{yaml}\n---\n# T\n")
    assert front.unreadable
    assert taken.seconds < 5


def test_the_page_about_the_format_names_the_limits() -> None:
    page = " ".join((ROOT / "docs" / "map-format.md").read_text(encoding="utf-8").split())
    for limit in (
        f"{frontmatter._LONGEST:,} characters",
        f"{frontmatter._DEEPEST} deep",
        f"{frontmatter._MOST_ALIASES} aliases",
    ):
        assert limit in page
