"""What a component is called (docs/map-format.md, "Components")."""

from __future__ import annotations

import pytest

from tests.documents.maps import names, overview, specified


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Component 1: TokenService", "TokenService"),
        ("Component 12 - TokenService", "TokenService"),
        ("Component A: TokenService", "TokenService"),
        ("Component: TokenService", "TokenService"),
        ("1. TokenService", "TokenService"),
        ("2.1 TokenService", "TokenService"),
        ("TokenService", "TokenService"),
        ("`TokenService`", "TokenService"),
        ("**TokenService**", "TokenService"),
        ("🔧 TokenService", "TokenService"),
        ("New: TokenService", "TokenService"),
        ("MODIFIED: TokenService", "TokenService"),
        ("TokenService (Modified)", "TokenService"),
        ("TokenService [NEW]", "TokenService"),
        ("TokenService - NEW", "TokenService"),
        ("TokenService — new", "TokenService"),
        ("TokenService (`src/tokens.py`)", "TokenService"),
        ("Component 3: TokenService (src/tokens.py) (new)", "TokenService"),
        ("Token Service (OAuth 2)", "Token Service (OAuth 2)"),
        ("TokenService → SecretService", "TokenService → SecretService"),
        ("Class Loader", "Class Loader"),
        ("Komponente 1: TokenService", "TokenService"),
        ("组件1：令牌服务", "令牌服务"),
    ],
)
def test_a_heading_gives_the_name_without_what_stands_around_it(heading: str, name: str) -> None:
    assert [one.name for one in specified(f"### {heading}\n\n**Location**: `x.py`\n")] == [name]


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ("**TokenService** - makes tokens", "TokenService"),
        ("**TokenService**: makes tokens", "TokenService"),
        ("**TokenService:** makes tokens", "TokenService"),
        ("**`TokenService`** (`src/tokens.py`): makes tokens", "TokenService"),
        ("`TokenService`: makes tokens", "TokenService"),
        ("`TokenService` makes tokens", "TokenService"),
        ("TokenService - makes tokens", "TokenService"),
        ("TokenService — makes tokens", "TokenService"),
        ("TokenService: makes tokens", "TokenService"),
        ("TokenService (src/tokens.py) makes tokens", "TokenService"),
        ("🔧 TokenService: makes tokens", "TokenService"),
        ("Token service", "Token service"),
        ("[TokenService](tokens.md) - makes tokens", "TokenService"),
        ("令牌服务：发令牌", "令牌服务"),
        ("令牌服务（`a.py`）—发令牌", "令牌服务"),
        ("TokenService → SecretService: a rename", "TokenService → SecretService"),
    ],
)
def test_an_entry_of_the_overview_is_called_by_its_lead(entry: str, name: str) -> None:
    assert names(overview(f"- {entry}\n")) == [name]
