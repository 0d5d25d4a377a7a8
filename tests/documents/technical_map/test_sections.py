"""Which sub-section is which, in the full form and in the compact form (docs/map-format.md, "Items")."""

from __future__ import annotations

import pytest

from tests.documents.maps import body, kinds, levels, names, read, reading

COMPACT = """\
## TECHNICAL MAP: Profiles

**Components**:
- `Store` (new): reads files
- `Loader` (modified): merges values
- `Helper` (unchanged): is asked for tokens

**Functions**:
- Store.load(path) -> dict
- free_function(x)
**Data Flow**: flags → store → command

**Database Changes**: None

**API Endpoints**: `POST /x` starts a job

**Configuration Changes**:
- `profiles.toml`

**Testing Strategy**:

**Unit Tests**:
- one
**E2E Testing**: Nightly run. Takes an hour.

**Smoke Tests**:
- two

**Environment Changes**: None

**Rollback Plan**: Pin the old version. It ignores the file.

**Future Enhancements**:
- later

**Status**: TECHNICAL MAP | **Implementation Ready**: Yes
"""


def test_labels_open_the_sections_of_the_compact_form() -> None:
    found = read(COMPACT)
    assert kinds(found) == {"Store": "new", "Loader": "modified"}
    assert levels(found.changes) == {
        "database": [],
        "api": ["POST /x starts a job"],
        "configuration": ["profiles.toml"],
    }
    assert levels(found.tests) == {"unit": ["one"], "end-to-end": ["Nightly run."], "smoke": ["two"]}
    assert levels(found.deployment) == {"environment": [], "rollback": ["Pin the old version."]}
    assert found.ready


def test_functions_belong_to_the_component_that_their_name_says() -> None:
    assert [[method.name for method in one.methods] for one in read(COMPACT).components] == [["load"], []]


def test_further_tests_make_a_level_of_their_own_name() -> None:
    found = body("## Testing\n\n### Accessibility Testing\n- a\n\n### Load tests\n- b\n\n### Test data\n- c\n")
    assert levels(found.tests) == {"accessibility": ["a"], "load": ["b"]}
    assert [passage.heading for passage in found.unrecognised] == ["Test data"]


def test_a_further_deployment_sub_section_is_a_group_under_its_whole_heading() -> None:
    assert levels(body("## Deployment\n\n### Monitoring & Alerts\n- a\n").deployment) == {"monitoring & alerts": ["a"]}


def test_a_label_directly_below_deployment_or_testing_opens_a_sub_section_of_its_own_name() -> None:
    assert levels(body("## Deployment\n\n**Feature Flags**:\n- a\n").deployment) == {"feature flags": ["a"]}
    assert levels(body("## Testing\n\n**By hand**:\n- a\n").tests) == {"by hand": ["a"]}


@pytest.mark.parametrize(
    "steps", ["1. Migrate\n2. Backfill\n", "- Migrate\n- Backfill\n", "Do:\n\n- Migrate\n- Backfill\n"]
)
def test_steps_above_the_sub_sections_of_deployment_are_work(steps: str) -> None:
    found = body(f"## Deployment\n\n{steps}\n### Rollback\n- undo\n")
    assert levels(found.deployment) == {"deployment": ["Migrate", "Backfill"], "rollback": ["undo"]}


def test_what_is_said_above_the_sub_sections_introduces_them() -> None:
    assert levels(body("## Deployment\n\nAt night.\n\n### Rollback\n- undo\n").deployment) == {"rollback": ["undo"]}
    assert levels(body("## Testing\n\n- pytest\n\n### Unit Tests\n- a\n").tests) == {"unit": ["a"]}


def test_existing_systems_are_context() -> None:
    found = body("## Integration Points\n\n### Existing Systems\n- the bus\n")
    assert not found.changes
    assert [passage.markdown for passage in found.context if passage.heading == "Existing Systems"] == ["- the bus"]


@pytest.mark.parametrize("heading", ["Data Flow", "Error Handling", "Security Considerations", "Performance"])
def test_constraints_are_read_like_items(heading: str) -> None:
    (area,) = body(f"## {heading}\n\n### First part\n- a\n- b\n").constraints
    assert levels(area.groups) == {"first part": ["a", "b"]}


@pytest.mark.parametrize("heading", ["Future Enhancements", "Out of Scope", "Optional", "10. Future Enhancements"])
def test_what_is_not_for_now_is_kept_and_asks_for_nothing(heading: str) -> None:
    found = body(f"## {heading}\n- x\n\n## Deployment\n\n### {heading}\n- y\n\n### Rollback Plan\n- z\n")
    assert levels(found.deployment) == {"rollback": ["z"]}
    assert not found.unrecognised


def test_optional_behind_another_heading_is_only_stripped() -> None:
    assert levels(body("## Testing\n\n### Unit Tests (optional)\n- x\n").tests) == {"unit": ["x"]}


def test_a_section_that_nobody_knows_keeps_its_markdown_and_is_reported() -> None:
    found = reading("# TECHNICAL MAP: T\n\n## Risks\n\nA *risk*.\n")
    assert found.map is not None
    assert [(one.heading, one.markdown) for one in found.map.unrecognised] == [("Risks", "A *risk*.")]
    assert [(one.rule, one.span.line) for one in found.findings] == [("unknown-section", 3)]


def test_a_sub_section_is_found_where_a_section_should_be() -> None:
    found = body("## New Components\n- A: x\n\n## Unit Tests\n- a\n\n## API Changes\n- b\n\n## Rollback Plan\n- c\n")
    assert names(found) == ["A"]
    assert (levels(found.tests), levels(found.changes)) == ({"unit": ["a"]}, {"api": ["b"]})
    assert levels(found.deployment) == {"rollback": ["c"]}


def test_sections_of_one_name_are_one_group() -> None:
    found = body("## Testing\n\n### Unit Tests\n- a\n\n### E2E\n- b\n\n### Unit Testing\n- c\n")
    assert levels(found.tests) == {"unit": ["a", "c"], "end-to-end": ["b"]}
