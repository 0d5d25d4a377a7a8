"""Components, changes and steps below headings that are not the template's (docs/map-format.md, "Components")."""

from __future__ import annotations

import pytest

from tests.documents.maps import body, kinds, levels, names, reading

SPECIFICATIONS = [
    "Components and Interfaces", "Component Design", "Components", "Component Specifications",
    "Komponenten und Schnittstellen", "Composants et interfaces", "Componentes e interfaces", "组件与接口",
]  # fmt: skip


@pytest.mark.parametrize("heading", SPECIFICATIONS)
def test_headings_below_the_components_are_components(heading: str) -> None:
    found = body(f"## {heading}\n\nIntro.\n\n### Matcher\nA pure function.\n\n### src/views.py\n- the week\n")
    assert [(one.name, one.locations, one.detail) for one in found.components] == [
        ("Matcher", (), "A pure function."),
        ("src/views.py", ("src/views.py",), "- the week"),
    ]


def test_below_an_overview_a_further_heading_is_a_specification() -> None:
    found = body("## Components Overview\n\n### New Components\n- `A`: x\n\n### A\nText.\n\n### B\nText.\n")
    assert [(one.name, one.specified, one.listed) for one in found.components] == [
        ("A", True, True),
        ("B", True, False),
    ]


@pytest.mark.parametrize("heading", ["Overview", "Component Diagram", "Existing Components", "Future Enhancements"])
def test_below_the_components_what_explains_or_is_not_for_now_is_no_component(heading: str) -> None:
    found = body(f"## Components\n\n### {heading}\nText.\n\n### A\nText.\n")
    assert names(found) == ["A"]
    assert [passage.markdown for passage in found.context if passage.heading == heading] == ["Text."]


ACTIONS = {
    "create": "new", "Add": "new", "New file": "new", "➕ Create": "new", "Create new file": "new", "anlegen": "new",
    "Modify": "modified", "EDIT": "modified", "update, small": "modified", "Refactor": "modified", "Delete": "modified",
    "remove": "modified", "modifier": "modified", "actualizar": "modified", "修改": "modified", "删除": "modified",
}  # fmt: skip


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    "head", ["File | Action | Why", "Path | Change | Why", "Datei | Aktion | Warum", "Archivo | Acción | Nota"]
)
def test_a_table_of_files_and_actions_is_an_overview_wherever_it_stands(action: str, head: str) -> None:
    table = f"| {head} |\n|---|---|---|\n| `src/a.py` | {action} | because |\n| `src/b.py` | unchanged | x |\n"
    for section in ("Implementation Plan", "Components", "Component Design\n\n### Files", "Summary"):
        found = body(f"## {section}\n\n{table}")
        assert kinds(found) == {"src/a.py": ACTIONS[action]}, section
        assert found.components[0].locations == ("src/a.py",)
        assert "because" in found.components[0].summary


def test_the_action_and_the_component_may_stand_in_any_column() -> None:
    rows = "| Create | `src/a.py` | Alpha |\n| Modify | `src/b.py` | Beta |\n"
    table = f"| Action | File | Component |\n|---|---|---|\n{rows}"
    found = body(f"## Changes at a Glance\n\n{table}")
    assert kinds(found) == {"Alpha": "new", "Beta": "modified"}
    assert [one.locations for one in found.components] == [("src/a.py",), ("src/b.py",)]


def test_a_table_of_files_without_any_action_lists_nothing() -> None:
    assert not body("## Notes\n\n| File | Type |\n|---|---|\n| `a.log` | text |\n").components


@pytest.mark.parametrize("section", ["Architecture", "Technical Design\n\n### Backend", "How it goes out"])
def test_known_sub_headings_count_below_an_unknown_section(section: str) -> None:
    sign = "####" if "###" in section else "###"
    found = body(
        f"## {section}\n\n{sign} Rollback\n- a\n\n{sign} Environment Variables\n- b\n\n"
        f"{sign} Database Migration\n- c\n\n"
        f"{sign} Schema Changes\n- d\n\n{sign} Security\n- e\n\n{sign} Load Tests\n- f\n\n{sign} Why\nText.\n"
    )
    assert levels(found.deployment) == {"rollback": ["a"], "environment": ["b"], "migration": ["c"]}
    assert levels(found.changes) == {"database": ["d"]}
    assert levels(found.tests) == {"load": ["f"]}
    assert [area.name for area in found.constraints] == ["security"]
    assert [passage.heading for passage in found.unrecognised] == ["Why"]


def test_a_known_label_counts_below_an_unknown_section_too() -> None:
    found = body("## Release\n\nIn May.\n\n**Rollback Plan**:\n- a\n\n**Who**:\n- b\n")
    assert levels(found.deployment) == {"rollback": ["a", "Who"]}
    assert [passage.markdown for passage in found.unrecognised] == ["In May."]


def test_an_unknown_section_without_known_headings_stays_whole() -> None:
    found = reading("# TECHNICAL MAP: T\n\n## Risks\n\nText.\n\n### Legal\nMore.\n")
    assert found.map is not None
    assert [passage.markdown for passage in found.map.unrecognised] == ["Text.\n\n### Legal\nMore."]
    assert [one.rule for one in found.findings] == ["unknown-section"]


@pytest.mark.parametrize(
    "children",
    ["#### 1. A\nx\n\n#### 2. B\ny\n", "#### Component 1: A\nx\n\n#### Component 2: B\ny\n",
     "#### A (`src/a.py`)\nx\n\n#### B (`src/b.py`)\ny\n"],
)  # fmt: skip
def test_a_heading_without_text_above_numbered_headings_or_paths_only_groups(children: str) -> None:
    for section in ("Detailed Component Specifications", "Components"):
        assert names(body(f"## {section}\n\n### Storage\n\n{children}")) == ["A", "B"]
        assert names(body(f"## {section}\n\n### Storage\nKeeps all.\n\n{children}")) == ["Storage"]


@pytest.mark.parametrize("section", ["Components", "Detailed Component Specifications", "Component Design"])
def test_schema_environment_and_configuration_below_the_components_go_to_changes_and_deployment(section: str) -> None:
    found = body(
        f"## {section}\n\n### A\nText.\n\n### Database Schema\n- a\n\n### Environment Variables\n- b\n\n"
        "### Configuration\n- c\n"
    )
    assert names(found) == ["A"]
    assert (levels(found.changes), levels(found.deployment)) == (
        {"database": ["a"], "configuration": ["c"]},
        {"environment": ["b"]},
    )


def test_a_component_with_fields_or_in_the_overview_may_be_called_like_a_change() -> None:
    found = body(
        "## New Components\n- Schema: x\n\n## Component Design\n\n### Schema\nText.\n\n"
        "### Configuration\n**Location**: `src/config.py`\n"
    )
    assert names(found) == ["Schema", "Configuration"]
    assert not found.changes


STATUSES = {
    "Updated Gateway": ("Gateway", "modified"), "Gateway (refactored)": ("Gateway", "modified"),
    "Enhanced Gateway": ("Gateway", "modified"), "Extended `gateway.py`": ("gateway.py", "modified"),
    "Removed Gateway": ("Gateway", "modified"), "Gateway - deleted": ("Gateway", "modified"),
    "New UserGateway": ("UserGateway", "new"), "New Relic Gateway": ("New Relic Gateway", "new"),
    "Updated": ("Updated", "new"), "Updates Gateway": ("Updates Gateway", "new"),
    "Aktualisierter Gateway": ("Gateway", "modified"), "Gateway (überarbeitet)": ("Gateway", "modified"),
    "Gateway mis à jour": ("Gateway", "modified"), "Passerelle améliorée": ("Passerelle", "modified"),
    "Pasarela actualizada": ("Pasarela", "modified"), "更新的网关": ("网关", "modified"),
    "网关（重构）": ("网关", "modified"),
}  # fmt: skip
UNTOUCHED = ["Current Gateway", "Existing Gateway", "Gateway (current)", "Bestehender Gateway", "Passerelle existante",
             "Pasarela existente", "现有网关"]  # fmt: skip


@pytest.mark.parametrize("heading", STATUSES)
def test_a_status_word_before_or_after_a_name_is_no_part_of_it(heading: str) -> None:
    (only,) = body(f"## Component Design\n\n### {heading}\nText.\n").components
    assert (only.name, only.kind.value) == STATUSES[heading]
    (only,) = body(f"## Components\n\n- {heading}: text\n").components
    assert (only.name, only.kind.value) == STATUSES[heading]


@pytest.mark.parametrize("heading", UNTOUCHED)
def test_what_is_merely_current_is_no_work_and_its_text_is_kept(heading: str) -> None:
    found = body(f"## Component Design\n\n### {heading}\nStays as it was.\n")
    assert not found.components
    assert any("Stays as it was." in passage.markdown for passage in found.context)
    assert not body(f"## Components\n\n- {heading}: text\n").components


def test_a_name_that_is_listed_as_work_keeps_its_words() -> None:
    found = body("## New Components\n- Current Account\n\n## Component Design\n\n### Current Account\nText.\n")
    assert kinds(found) == {"Current Account": "new"}


def test_list_and_detail_match_whatever_status_words_they_have() -> None:
    found = body("## Modified Components\n- Gateway: x\n\n## Component Design\n\n### Updated Gateway\nText.\n")
    assert [(one.name, one.listed, one.specified) for one in found.components] == [("Gateway", True, True)]


def test_what_goes_says_so_in_its_summary() -> None:
    (only,) = body("## Component Design\n\n### Removed OldClient\nText.\n").components
    assert only.summary == "Removed OldClient"


def test_a_status_field_says_the_kind_and_any_other_text_of_it_stays() -> None:
    found = body("## Component Design\n\n### A\n**Status**: Modified\n\n### B\n**Type**: REST client\n")
    assert kinds(found) == {"A": "modified", "B": "new"}
    assert found.components[1].detail == "**Type**: REST client"
