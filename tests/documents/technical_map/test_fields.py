"""The fields of a component (docs/map-format.md, "Components")."""

from __future__ import annotations

import pytest

from tests.documents.maps import component


@pytest.mark.parametrize(
    "fields",
    [
        "**Location**: `a.py`\n**Purpose**: Does x.\n",
        "**Location:** `a.py`  \n**Purpose:** Does x.  \n",
        "**File**: `a.py`\n\n**Responsibility**: Does x.\n",
        "**Path**: a.py\n\n**Description**:\n\nDoes x.\n",
        "- **Location**: `a.py`\n- **Purpose**: Does x.\n",
        "- Location: `a.py`\n- Purpose: Does x.\n",
        "* **Files**: `a.py`\n* **Responsibilities**: Does x.\n",
        "> **Location**: `a.py`\n> **Purpose**: Does x.\n",
        "**Location**: `a.py` | **Purpose**: Does x.\n",
        "Location: `a.py`\nPurpose: Does x.\n",
        "| Field | Value |\n|---|---|\n| Location | `a.py` |\n| Purpose | Does x. |\n",
        "**Location**：`a.py`\n**Purpose**：Does x.\n",
        "**Ort**: `a.py`\n**Zweck**: Does x.\n",
        "**位置**：`a.py`\n**目的**：Does x.\n",
    ],
)
def test_location_and_purpose_are_read_in_whatever_form_they_stand(fields: str) -> None:
    found = component(fields)
    assert (found.locations, found.purpose) == (("a.py",), "Does x.")


def test_a_purpose_of_several_lines_keeps_its_markdown() -> None:
    assert component("**Purpose**: first *line*\nand the second\n").purpose == "first *line*\nand the second"


def test_other_labels_and_prose_belong_to_the_detail_and_never_close_the_component() -> None:
    found = component("**Location**: `a.py`\n\nProse.\n\n**Error Handling**:\n- x\n\n**Depends on**: `B`, C\n")
    assert found.detail == "Prose.\n\n**Error Handling**:\n- x"
    assert found.depends_on == ("B", "C")


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("**Changes**:\n- ask `Bucket`\n- map it to 429\n", ["ask Bucket", "map it to 429"]),
        ("**Modifications**:\n1. First\n2. Second\n   - how\n", ["First", "Second"]),
        ("**Changes**: ask `Bucket` first; map it to 429.\n", ["ask Bucket first; map it to 429."]),
        ("#### Acceptance Criteria\n- [ ] refills\n- [x] survives\n", ["refills", "survives"]),
        ("- **Location**: `a.py`\n- **Changes**: ask `Bucket`\n", ["ask Bucket"]),
        ("| Field | Value |\n|---|---|\n| Changes | ask `Bucket` |\n", ["ask Bucket"]),
        ("**Changes**: None\n", []),
        ("**Akzeptanzkriterien**:\n- hält Last\n", ["hält Last"]),
        ("**Critères d'acceptation**:\n- tient la charge\n", ["tient la charge"]),
        ("**验收标准**：\n- 重启后仍可用\n", ["重启后仍可用"]),
    ],
)
def test_what_a_component_lists_as_changes_or_criteria_is_work(field: str, expected: list[str]) -> None:
    found = component(field)
    assert [item.title for group in found.work for item in group.items] == expected
    assert not any(title in found.detail for title in expected)


def test_a_ticked_criterion_is_done() -> None:
    (group,) = component("**Acceptance Criteria**:\n- refills\n- [x] survives\n").work
    assert [item.done for item in group.items] == [False, True]


def test_dependencies_are_what_commas_or_bullets_divide() -> None:
    assert component("**Dependencies**: `A` (for x), B; C\n").depends_on == ("A", "B", "C")
    assert component("**Requires**:\n- A\n- `B` - for x\n").depends_on == ("A", "B")
    assert component("**Depends On**: None\n").depends_on == ()


def test_the_priority_is_kept_as_written() -> None:
    assert component("**Priority**: High\n").priority == "High"


def test_a_detail_that_begins_with_an_image_keeps_it() -> None:
    assert component("**Location**: `a.py`\n\n![Flow](flow.png)\n").detail == "![Flow](flow.png)"


DIRECTIONS = """
**Dependencies**:
- **Inbound**: Gateway — asks, often
- Outbound: `Mailer` - mails, sometimes
- External: redis 7 (cache, locks)
- boto3
"""


def test_dependencies_have_directions() -> None:
    found = component(DIRECTIONS)
    assert (found.depends_on, found.needed_by, found.outside) == (("Mailer", "boto3"), ("Gateway",), ("redis 7",))
    assert dict(found.written)["redis 7"] == "redis 7 (cache, locks)"
    assert not found.detail


@pytest.mark.parametrize(
    "text",
    [
        "#### Dependencies\n- External: redis\n- Inbound: Gateway\n- Mailer\n",
        "- **Dependencies**:\n  - External: redis\n  - Inbound: Gateway\n  - Mailer\n",
        "- External: redis\n- Inbound: Gateway\n- Depends on: Mailer\n",
        "> **External**: redis\n> **Inbound**: Gateway\n> **Requires**: Mailer\n",
        "| External | redis |\n|---|---|\n| Inbound | Gateway |\n| Depends on | Mailer |\n",
        "**Externe Abhängigkeiten**: redis\n**Genutzt von**: Gateway\n**Benötigt**: Mailer\n",
        "**Dépendances externes**: redis\n**Utilisé par**: Gateway\n**Dépend de**: Mailer\n",
        "**Dependencias externas**: redis\n**Usado por**: Gateway\n**Requiere**: Mailer\n",
        "**外部依赖**: redis\n**被依赖**: Gateway\n**依赖**: Mailer\n",
    ],
)
def test_directions_are_read_in_every_form_and_language(text: str) -> None:
    found = component(text)
    assert (found.depends_on, found.needed_by, found.outside) == (("Mailer",), ("Gateway",), ("redis",))


def test_a_remark_behind_a_name_is_no_name() -> None:
    assert component("**Depends on**: Redis (cache, locks), B; `C`\n").depends_on == ("Redis", "B", "C")
    assert component("**Depends on**: Redis - cache, locks\n").depends_on == ("Redis",)
    assert component("**Depends on**:\n- Redis: cache, locks\n- B\n- None\n").depends_on == ("Redis", "B")
    assert component("**Depends on**: A - for x, B - for y\n").depends_on == ("A", "B")
