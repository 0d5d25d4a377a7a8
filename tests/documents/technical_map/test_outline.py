"""Headings, labels and lines that open something (docs/map-format.md, "Headings")."""

from __future__ import annotations

import pytest

from tests.documents.maps import body, levels, titles


@pytest.mark.parametrize("heading", ["Unit Tests", "Unit Testing", "Unit Test(s)", "7.1 Unit Tests", "7. Unit Tests",
                                     "A) Unit Tests", "🧪 Unit Tests", "**Unit Tests**", "`Unit Tests`", "UNIT TESTS",
                                     "Unit Tests:", "Unit Tests ✅", "Unit Tests (pytest)", "→ Unit Tests",
                                     "3) Unit tests", "1️⃣ Unit Tests", "Unit-Tests"])  # fmt: skip
def test_a_heading_is_compared_without_what_stands_around_its_words(heading: str) -> None:
    assert levels(body(f"## Testing Strategy\n\n### {heading}\n- x\n").tests) == {"unit": ["x"]}


@pytest.mark.parametrize(
    ("section", "heading", "field", "name"),
    [
        ("Testing Strategy", "E2E", "tests", "end-to-end"),
        ("Testing Strategy", "End-to-End Testing", "tests", "end-to-end"),
        ("Deployment Considerations", "Migration Steps", "deployment", "migration"),
        ("Deployment Considerations", "Migration Plan", "deployment", "migration"),
        ("Deployment Considerations", "Rollback Strategy", "deployment", "rollback"),
        ("Deployment Considerations", "Rollback Steps", "deployment", "rollback"),
        ("Deployment Considerations", "Environment Setup", "deployment", "environment"),
        ("Deployment Considerations", "Environment Variables", "deployment", "environment"),
        ("Integration Points", "API Endpoints", "changes", "api"),
    ],
)
def test_synonyms_count(section: str, heading: str, field: str, name: str) -> None:
    assert levels(getattr(body(f"## {section}\n\n### {heading}\n- x\n"), field)) == {name: ["x"]}


def test_a_number_that_belongs_to_the_words_stays() -> None:
    assert titles("#### 400 reports\n- x\n") == ["400 reports"]


def test_hashes_in_a_fence_are_no_headings() -> None:
    found = body("## Testing\n\n### Unit Tests\n- x\n\n```sh\n## Deployment\n# comment\n```\n- y\n")
    assert levels(found.tests) == {"unit": ["x", "y"]}
    assert not found.deployment


@pytest.mark.parametrize("gap", ["\n", ""], ids=["behind a blank line", "directly below the bullets"])
def test_a_bold_label_below_bullets_opens_a_group(gap: str) -> None:
    assert titles(f"**First**:\n- x\n{gap}**Second**:\n- y\n") == ["First", "Second"]


def test_a_bold_label_directly_below_bullets_opens_a_sub_section() -> None:
    found = body("## Testing\n\n**Unit Tests**:\n- x\n**Integration Tests**:\n- y\n")
    assert levels(found.tests) == {"unit": ["x"], "integration": ["y"]}


def test_numbered_lines_directly_below_a_sentence_are_a_list() -> None:
    assert titles("The cases are\n2. one\n3. two\nmore of two\n") == ["one", "two more of two"]
    assert titles("**Cases**:\n4. `one`\n5. **two**: x\n\n**More**:\n") == ["Cases", "More"]
    assert titles("The cases are\n4. `one`\n5. **two**: x\n") == ["one", "two: x"]


def test_text_directly_above_a_rule_is_no_heading() -> None:
    found = body(
        "## Deployment\n\n### Rollback Plan\nRevert the commit.\n---\n\n## Testing\n\n### Unit Tests\n- x\n---\n"
    )
    assert levels(found.deployment) == {"rollback": ["Revert the commit."]}
    assert levels(found.tests) == {"unit": ["x"]}


def test_underlined_headings_are_headings() -> None:
    found = body("Testing\n-------\n\n### Unit Tests\n- x\n")
    assert levels(found.tests) == {"unit": ["x"]}


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_the_level_of_the_headings_does_not_matter(depth: int) -> None:
    more = "#" * depth
    found = body(f"{more}# Testing\n\n{more}## Unit Tests\n\n{more}### Case\n- x\n")
    assert levels(found.tests) == {"unit": ["Case"]}


@pytest.mark.parametrize("heading", ["Unit Tests", "Modultests", "Tests unitaires", "Pruebas unitarias", "单元测试"])
@pytest.mark.parametrize("line", ["---", "----------"])
def test_a_known_heading_may_be_underlined_among_headings_with_hashes(heading: str, line: str) -> None:
    found = body(f"## Deployment\n\n### Rollback\n- a\n\n{heading}\n{line}\n\n- b\n")
    assert (levels(found.deployment), levels(found.tests)) == ({"rollback": ["a"]}, {"unit": ["b"]})


def test_a_map_may_underline_all_its_headings() -> None:
    found = body("Testing\n=======\n\nUnit Tests\n----------\n- a\n\nDeployment\n===\n\nRollback Plan\n---\n- b\n")
    assert (levels(found.tests), levels(found.deployment)) == ({"unit": ["a"]}, {"rollback": ["b"]})
