"""Small maps for the tests of the parser, and what was read from them in few words."""

from __future__ import annotations

from textwrap import dedent

from techmap_sync.documents.technical_map.model import Component, ItemGroup, Reading, TechnicalMap
from techmap_sync.documents.technical_map.parser import parse
from tests.documents.shipped import VOCABULARY

GOOD = """\
# TECHNICAL MAP: Password Reset

**Date**: 2026-03-02
**Author**: Mira Novak

## Components Overview

### New Components
- `ResetTokens`: one-time tokens

### Modified Components
- `LoginPage`: a link to the reset

### Integration Components
- `MailQueue`: sends the letter

## Detailed Component Specifications

### ResetTokens
**Location**: `src/reset/tokens.py`
**Purpose**: Makes and redeems one-time tokens, kept in `reset_tokens`

### LoginPage
**Location**: `web/login.tsx`
**Purpose**: Shows the reset link

## Integration Points

### Database Changes
- Add the table `reset_tokens`

## Testing Strategy

### Unit Tests
- A token of `ResetTokens` opens `LoginPage` once

---

**Status**: TECHNICAL MAP
**Implementation Ready**: Yes
**Estimated Implementation Time**: 3 days
"""
TEST = "- A token of `ResetTokens` opens `LoginPage` once"
"""Its only test."""
"""A map that breaks no rule."""


def reading(text: str) -> Reading:
    return parse(dedent(text), VOCABULARY)


def read(text: str) -> TechnicalMap:
    """Read a whole map."""
    found = reading(text).map
    assert found is not None
    return found


def body(text: str) -> TechnicalMap:
    """Read a map that has a title and this text below it."""
    return read("# TECHNICAL MAP: T\n\n" + dedent(text))


def overview(entries: str, *, below: str = "New Components") -> TechnicalMap:
    """Read a map whose overview holds these entries."""
    return body(f"## Components Overview\n\n### {below}\n\n{dedent(entries)}")


def specified(text: str) -> tuple[Component, ...]:
    """Read the components below the detailed specifications."""
    return body(f"## Detailed Component Specifications\n\n{dedent(text)}").components


def component(fields: str) -> Component:
    """Read one component that has these fields."""
    (only,) = specified(f"### Alpha\n\n{dedent(fields)}")
    return only


def methods(text: str) -> list[str]:
    """Return the names of the methods that a methods field holds."""
    return [method.name for method in component(f"**Key Methods**:\n{dedent(text)}").methods]


def group(text: str, heading: str = "Unit Tests") -> ItemGroup:
    """Read a sub-section of tests."""
    (only,) = body(f"## Testing Strategy\n\n### {heading}\n\n{dedent(text)}").tests
    return only


def titles(text: str) -> list[str]:
    """Return the titles of the items that a sub-section holds and that are not done."""
    return [item.title for item in group(text).items if not item.done]


def names(found: TechnicalMap) -> list[str]:
    return [one.name for one in found.components]


def kinds(found: TechnicalMap) -> dict[str, str]:
    return {one.name: one.kind.value for one in found.components}


def levels(groups: tuple[ItemGroup, ...]) -> dict[str, list[str]]:
    """Return the titles of what is to be done, by group."""
    return {found.name: [item.title for item in found.items if not item.done] for found in groups}
