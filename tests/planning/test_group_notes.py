"""What a heading says of all components below it is in the ticket of each of them."""

from __future__ import annotations

import pytest

from tests.planning.maps import body_text, plan_of, read

GROUPED = """\
# TECHNICAL MAP: T

**Author**: [Your Name]

## Detailed Component Specifications

### Storage layer
{note}

#### 1. Alpha
**Location**: `a/alpha.py`
**Purpose**: Writes

#### 2. Beta
**Location**: `a/beta.py`
**Purpose**: Reads

### Gamma
**Location**: `a/gamma.py`
**Purpose**: Shows

**Implementation Ready**: Yes
"""
NOTE = "Both go through the `journal`."


def tickets(text: str) -> dict[str, str]:
    plan = plan_of(read(text), text=text)
    return {spec.key.rpartition("/")[2]: body_text(plan, spec.key) for spec in (*plan.tasks, plan.tracking)}


def test_each_ticket_of_the_group_says_it_under_the_heading_of_the_group() -> None:
    found = tickets(GROUPED.format(note=NOTE))
    assert {name for name, text in found.items() if NOTE in text} == {"alpha", "beta"}
    assert {name for name, text in found.items() if "Storage layer" in text} == {"alpha", "beta"}


def test_notes_of_nested_groups_add_up() -> None:
    inner = f"{NOTE}\n\n#### Fast part\nKept in memory.\n\n##### 1. Delta\n**Purpose**: Counts\n\n"
    text = GROUPED.format(note=inner + "##### 2. Epsilon\n**Purpose**: Sums")
    found = tickets(text)
    assert NOTE in found["delta"]
    assert "Kept in memory." in found["delta"]
    assert "Kept in memory." not in found["alpha"]


@pytest.mark.parametrize("note", ["", "None", "[Description]", "<!-- to do -->"])
def test_a_group_without_a_note_adds_nothing(note: str) -> None:
    assert not any(
        "Storage layer" in text for name, text in tickets(GROUPED.format(note=note)).items() if name != "map"
    )


def test_a_note_makes_no_task_wait_for_another() -> None:
    text = GROUPED.format(note="Beta reads what Alpha writes, and Gamma shows it.")
    assert all(task.blocked_by == () for task in plan_of(read(text), text=text).tasks)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("[Your Name]", None),
        ("[Your Name], Ada", "Ada"),
        ("Ada, [Your Name]", "Ada"),
        ("Ada", "Ada"),
        ("[Ada](https://example.org)", "[Ada](https://example.org)"),
    ],
)
def test_the_summary_shows_no_placeholder(value: str, shown: str | None) -> None:
    tracking = tickets(GROUPED.format(note=NOTE).replace("[Your Name]", value))["map"]
    assert "[Your Name]" not in tracking
    assert ("- Author:" in tracking) is (shown is not None)
    assert shown is None or f"- Author: {shown}" in tracking
