"""Levels of tests, whatever opens them (docs/map-format.md, "Items")."""

from __future__ import annotations

import pytest

from tests.documents.maps import body, levels

LEVELS = {
    "Smoke": "smoke", "Manual Verification": "manual verification", "Chaos Drills": "chaos drills",
    "Load Tests": "load", "Data Integrity": "data integrity", "Von Hand": "von hand", "冒烟": "冒烟",
}  # fmt: skip
NO_LEVELS = [
    "Test Data", "Testing Data", "Configuration", "Test Configuration", "Coverage", "Coverage Goals", "Tools",
    "Testing Tools", "Strategy", "Test Strategy", "2. Test Data", "Testdaten", "Abdeckung", "Données de test",
    "Outils de test", "Datos de prueba", "Herramientas", "测试数据", "覆盖率",
]  # fmt: skip


@pytest.mark.parametrize("heading", LEVELS)
@pytest.mark.parametrize(
    "text", ["- a\n", "- [ ] a\n", "1. a\n", "Intro.\n\n- a\n", "| Case |\n|---|\n| a |\n", "> - a\n"]
)
def test_a_sub_heading_with_a_list_is_a_level_of_its_own_name(heading: str, text: str) -> None:
    found = body(f"## Testing Strategy\n\n### {heading}\n{text}")
    assert levels(found.tests) == {LEVELS[heading]: ["a"]}
    assert not found.unrecognised


@pytest.mark.parametrize("heading", NO_LEVELS)
def test_what_tests_need_is_no_level_and_is_kept(heading: str) -> None:
    for text in (f"### {heading}\n- a\n", f"**{heading}**:\n- a\n"):
        found = body(f"## Testing Strategy\n\n{text}")
        assert not found.tests
        assert [passage.markdown for passage in found.unrecognised] == ["- a"]


def test_a_sub_heading_of_prose_is_no_level() -> None:
    found = body("## Testing Strategy\n\n### Why so much\nIt broke before.\n\n### Smoke\n- a\n")
    assert levels(found.tests) == {"smoke": ["a"]}
    assert [passage.heading for passage in found.unrecognised] == ["Why so much"]


LISTED = {
    "1. **Unit Tests**:\n   - a\n   - b\n2. **E2E**:\n   - c\n": {"unit": ["a", "b"], "end-to-end": ["c"]},
    "- **Unit Tests**: a\n- **Integration Tests**:\n  - c\n": {"unit": ["a"], "integration": ["c"]},
    "- Unit tests: a\n- Integration tests: c\n": {"unit": ["a"], "integration": ["c"]},
    "1. Unit Tests\n   - a\n2. Integration Tests\n   - c\n": {"unit": ["a"], "integration": ["c"]},
    "- **Unit Tests**:\n  - a\n- **Chaos**:\n  - c\n": {"unit": ["a"], "chaos": ["c"]},
    "> 1. **Unit Tests**:\n>    - a\n": {"unit": ["a"]},
    "1. **Modultests**:\n   - a\n2. **Lasttests**:\n   - c\n": {"unit": ["a"], "performance": ["c"]},
    "1. **单元测试**：\n   - a\n": {"unit": ["a"]},
}


@pytest.mark.parametrize("text", LISTED)
def test_a_bullet_that_is_called_like_a_level_opens_it(text: str) -> None:
    assert levels(body(f"## Testing Strategy\n\n{text}").tests) == LISTED[text]


def test_it_opens_the_level_below_another_heading_too() -> None:
    found = body("## Testing\n\n### Cases\n1. **Unit Tests**:\n   - a\n2. **Integration Tests**:\n   - b\n")
    assert levels(found.tests) == {"unit": ["a"], "integration": ["b"]}


@pytest.mark.parametrize("label", ["单元测试", "Modultests", "Tests unitaires", "Pruebas unitarias"])
def test_it_opens_the_level_there_in_any_language(label: str) -> None:
    found = body(f"## Testing\n\n### Smoke\n- a\n\n1. **{label}**:\n   - b\n")
    assert levels(found.tests) == {"smoke": ["a"], "unit": ["b"]}


def test_bullets_of_other_names_open_nothing_and_none_is_lost() -> None:
    found = body("## Testing\n\n- **Login**: a\n- **Logout**: b\n")
    assert levels(found.tests) == {"testing": ["Login: a", "Logout: b"]}
    found = body("## Testing\n\n- **Unit Tests**: a\n- Check the logs\n")
    assert levels(found.tests) == {"unit": ["a"]}
    assert any("Check the logs" in passage.markdown for passage in found.context)


def test_bullets_open_changes_and_steps_in_the_same_way() -> None:
    found = body(
        "## Integration Points\n\n1. **Database Changes**:\n   - a\n2. **API Changes**:\n   - `GET /b`\n\n"
        "## Deployment\n\n- **Rollback**: c\n- **Environment Variables**:\n  - d\n"
    )
    assert levels(found.changes) == {"database": ["a"], "api": ["GET /b"]}
    assert levels(found.deployment) == {"rollback": ["c"], "environment": ["d"]}
