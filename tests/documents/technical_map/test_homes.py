"""Which component a statement is about (docs/how-it-decides.md, "Homes")."""

from __future__ import annotations

import pytest

from techmap_sync.documents.base import Granularity, GranularityChoice
from techmap_sync.documents.technical_map.homes import Homes, Owners, homes_of
from techmap_sync.documents.words import words_in
from techmap_sync.documents.work import Form, Item
from tests.documents.maps import body

MAP = """
## Components Overview

### New Components
- `GapScanner`: a
- `FillPlanner`: b
- `ReportPlanner`: c
- `HTTPClient`: d
- `repair_log`: e
- `billing`: f

### Integration Components
- `PartitionLock`: g

## Detailed Component Specifications

### GapScanner
**Key Methods**:
- `scan(series)`
- `run()`

### FillPlanner
**Key Methods**:
- `plan(gaps)`
- `run()`
"""


def owners(text: str = MAP) -> tuple[Owners, list[str]]:
    components = body(text).components
    return Owners(components), [component.name for component in components]


def named(statement: str, text: str = MAP) -> set[str]:
    found, names = owners(text)
    return {names[position] for position in found.named_in(statement)}


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("`GapScanner` stops", "GapScanner"),
        ("GapScanner stops", "GapScanner"),
        ("The gap scanner stops", "GapScanner"),
        ("the Gap SCANNER stops", "GapScanner"),
        ("The scanner stops", "GapScanner"),
        ("`scan` stops", "GapScanner"),
        ("`scan(series)` stops", "GapScanner"),
        ("`GapScanner.scan` stops", "GapScanner"),
        ("``plan`` is asked once", "FillPlanner"),
        ("The HTTP client waits", "HTTPClient"),
        ("the client waits", "HTTPClient"),
        ("The repair log grows", "repair_log"),
        ("`billing` is off", "billing"),
        ("`PartitionLock` is free", "PartitionLock"),
        ("GapScannerは止まる", "GapScanner"),
    ],
)
def test_a_statement_names_a_component(statement: str, name: str) -> None:
    assert named(statement) == {name}


@pytest.mark.parametrize(
    "statement",
    [
        "The planner stops",  # two have this last word
        "`run` is called twice",  # two have this method
        "scan the series",  # a method counts only in code
        "`POST /scan` answers 404",
        "`rescan` stops",
        "GapScanners stop",
        "the partition lock is free",  # what is only listed counts by its whole name
        "the lock is free",
        "billing is off",  # an ordinary word
        "`series` is empty",  # a parameter
        "",
    ],
)
def test_a_statement_names_nobody(statement: str) -> None:
    assert named(statement) == set()


def test_of_two_names_that_begin_alike_the_longer_one_counts() -> None:
    text = "## New Components\n- `Store`: a\n- `StoreIndex`: b\n"
    assert named("the store index is full", text) == {"StoreIndex"}
    assert named("the store is full", text) == {"Store"}


def test_an_integration_component_with_a_specification_is_named_like_any_other() -> None:
    text = MAP + "\n### PartitionLock\n**Purpose**: keeps others out\n"
    assert named("the lock is free", text) == {"PartitionLock"}


@pytest.mark.parametrize("statement", ["`GapScanner` feeds `FillPlanner`", "A leap day is not a gap"])
def test_what_names_none_or_several_has_no_owner(statement: str) -> None:
    found, _ = owners()
    assert found.owner_of(statement) is None


def test_what_names_one_component_twice_is_its_own() -> None:
    found, names = owners()
    owner = found.owner_of("`scan` of `GapScanner` stops")
    assert owner is not None
    assert names[owner] == "GapScanner"


COMPONENTS = """\
## Components Overview

### New Components
- `GapScanner`: a
- `FillPlanner`: b

## Detailed Component Specifications

### GapScanner
**Key Methods**:
- `scan(series)`
- `GET /gaps`
- `GET /series`

### FillPlanner
**Key Methods**:
- `plan(gaps)`
- `GET /series`

"""
SCANNER, PLANNER = 0, 1


def homes(text: str, constraints: Granularity = Granularity.NONE, tests: Granularity = Granularity.SECTION) -> Homes:
    choice = GranularityChoice(Granularity.SECTION, tests, Granularity.SECTION, constraints)
    return homes_of(body(COMPONENTS + text), choice, words_in("en"))


def texts(items: tuple[Item, ...]) -> list[str]:
    return [item.markdown for item in items]


def owned(found: Homes, position: int) -> dict[str, list[str]]:
    """What is asked of a component, by the heading above it."""
    return {each.heading: texts(each.items) for each in found.owned.get(position, ())}


def areas(found: Homes) -> dict[str, list[str]]:
    return {area.name: [one for each in area.checklists for one in texts(each.items)] for area in found.areas}


def unchanged(found: Homes) -> list[tuple[str, str]]:
    return [(passage.heading, passage.markdown) for passage in found.unchanged]


# --- endpoints ---


def api(items: str) -> Homes:
    return homes(f"## Integration Points\n\n### API Changes\n{items}")


def test_an_endpoint_goes_to_the_component_that_offers_it() -> None:
    found = api("- `GET /gaps`: lists them\n- `POST /gaps`: adds one\n")
    assert owned(found, SCANNER) == {"API Changes": ["`GET /gaps`: lists them"]}
    assert [texts(group.items) for group in found.changes] == [["`POST /gaps`: adds one"]]


@pytest.mark.parametrize("item", ["`GET /series`: two offer it", "`GET /gaps/{id}`: another one", "Scanner: faster"])
def test_an_endpoint_stays_that_two_components_offer_or_none(item: str) -> None:
    found = api(f"- {item}\n")
    assert found.owned == {}
    assert [texts(group.items) for group in found.changes] == [[item]]


def test_what_is_said_of_an_endpoint_goes_along_with_it() -> None:
    found = api("#### GET /gaps\nLists them\n\n#### Errors\n404\n")
    (given,) = (item for each in found.owned[SCANNER] for item in each.items)
    assert "404" in given.detail


def test_other_changes_belong_to_no_component() -> None:
    found = homes("## Integration Points\n\n### Database Changes\n- Add `gap.flag` for `GapScanner`\n")
    assert found.owned == {}


# --- tests ---

TESTS = "## Testing Strategy\n\n### {}\n- `scan` stops\n- No gap is lost\n- `scan` feeds `plan`\n"


def test_a_unit_test_goes_to_the_component_that_it_names() -> None:
    found = homes(TESTS.format("Unit Tests"))
    assert owned(found, SCANNER) == {"Unit Tests": ["`scan` stops"]}
    assert [texts(group.items) for group in found.tests] == [["No gap is lost", "`scan` feeds `plan`"]]


@pytest.mark.parametrize("level", ["Integration Tests", "End-to-End Tests", "Performance Tests", "Relevance Tests"])
def test_a_test_of_any_other_level_stays(level: str) -> None:
    assert homes(TESTS.format(level)).owned == {}


def test_tests_that_become_tickets_of_their_own_stay() -> None:
    found = homes(TESTS.format("Unit Tests"), tests=Granularity.ITEM)
    assert found.owned == {}
    assert [len(group.items) for group in found.tests] == [3]


def test_what_a_label_groups_goes_where_the_label_goes() -> None:
    found = homes("## Testing Strategy\n\n### Unit Tests\n**GapScanner:**\n- a leap day\n- a lost hour\n")
    (label,) = (item for each in found.owned[SCANNER] for item in each.items)
    assert texts(label.below) == ["a leap day", "a lost hour"]


def test_a_row_that_moves_leaves_the_head_of_its_table() -> None:
    found = homes(
        "## Testing Strategy\n\n### Unit Tests\n| Case | Expected |\n|---|---|\n| `scan` at night | stops |\n"
    )
    (row,) = (item for each in found.owned[SCANNER] for item in each.items)
    assert (row.column, row.fields) == ("", (("Expected", "stops"),))


def test_a_matrix_is_one_item_that_keeps_its_table() -> None:
    table = "| Role | read | write |\n|---|---|---|\n| Guest | yes | no |\n| Owner | yes | yes |"
    found = homes(f"## Security Considerations\n\n### Authorization\n{table}\n")
    ((checklist,),) = (area.checklists for area in found.areas)
    assert [(item.form, item.detail) for item in checklist.items] == [(Form.BLOCK, table)]


# --- error handling and security ---


@pytest.mark.parametrize(("heading", "name"), [("Error Handling", "error handling"), ("Security", "security")])
def test_each_sentence_has_a_home_of_its_own(heading: str, name: str) -> None:
    found = homes(f"## {heading}\n\n### Always\n- `scan` stops. `plan` goes on. All is logged.\n")
    assert owned(found, SCANNER) == {"Always": ["`scan` stops."]}
    assert owned(found, PLANNER) == {"Always": ["`plan` goes on."]}
    assert areas(found) == {name: ["All is logged."]}


def test_what_asks_for_nothing_is_a_line_next_to_what_asks() -> None:
    found = homes("## Error Handling\n\n### Always\n- All is logged. No gap is filled twice.\n")
    ((checklist,),) = (area.checklists for area in found.areas)
    assert [item.form for item in checklist.items] == [Form.BOX, Form.LINE]


@pytest.mark.parametrize(
    "said", ["No gap is filled twice", "Accounts as before", "Nothing is kept", "`scan` is unchanged"]
)
def test_what_asks_for_nothing_and_is_alone_stays_as_it_is(said: str) -> None:
    found = homes(f"## Security\n\n### Always\n- {said}\n")
    assert (found.areas, found.owned) == ((), {})
    assert unchanged(found) == [("Always", said)]


def test_what_asks_a_component_for_nothing_goes_with_what_asks_it() -> None:
    alone = homes("## Security\n\n### Always\n- No file of `scan` is kept.\n- All is logged.\n")
    assert alone.owned == {}
    assert unchanged(alone) == [("Always", "No file of `scan` is kept.")]
    beside = homes("## Security\n\n### Always\n- `scan` reads once. No file of `scan` is kept.\n")
    assert owned(beside, SCANNER) == {"Always": ["`scan` reads once.", "No file of `scan` is kept."]}


def test_a_sub_section_of_the_same_name_as_its_section_has_no_heading() -> None:
    (area,) = homes("## Security\n- All is logged.\n").areas
    assert [each.heading for each in area.checklists] == [""]


# --- questions ---


def test_questions_are_whole_and_belong_to_nobody() -> None:
    found = homes("## Open Questions\n- May `scan` run at night? Who decides?\n- No limit at all?\n")
    assert found.owned == {}
    assert areas(found) == {"questions": ["May `scan` run at night? Who decides?", "No limit at all?"]}


# --- performance, data flow, and the setting for constraints ---

PERFORMANCE = """\
## Performance Considerations

### Throughput
- `scan` reads a year in a second
- A year takes a second
- No cache is kept

### Expected Load
- `scan` reads 40 series an hour
"""


def told(text: str, found: Homes) -> list[str]:
    lines = f"# TECHNICAL MAP: T\n\n{COMPONENTS}{text}".split("\n")
    return [line for span in found.told_whole for line in lines[span.line - 1 : span.end_line] if line.startswith("- ")]


def test_performance_is_told_whole_but_for_what_a_component_owns_or_what_stays() -> None:
    found = homes(PERFORMANCE)
    assert owned(found, SCANNER) == {"Throughput": ["`scan` reads a year in a second"]}
    assert unchanged(found) == [("Throughput", "No cache is kept")]
    assert told(PERFORMANCE, found) == ["- A year takes a second", "- `scan` reads 40 series an hour"]
    assert found.areas == ()


def test_data_flow_is_told_whole_whatever_it_names() -> None:
    text = "## Data Flow\n- `scan` feeds `plan`\n- `scan` reads\n"
    found = homes(text)
    assert (found.owned, found.areas) == ({}, ())
    assert told(text, found) == ["- `scan` feeds `plan`", "- `scan` reads"]


@pytest.mark.parametrize("constraints", [Granularity.SECTION, Granularity.ITEM])
def test_data_flow_and_performance_become_tickets_where_the_settings_ask_for_them(constraints: Granularity) -> None:
    found = homes(f"{PERFORMANCE}\n## Data Flow\n- `scan` feeds `plan`\n", constraints)
    assert (found.owned, found.told_whole) == ({}, ())
    assert {name: len(items) for name, items in areas(found).items()} == {"performance": 4, "data flow": 1}


def test_requirements_that_become_tickets_of_their_own_are_not_cut() -> None:
    found = homes("## Security\n- `scan` stops. `plan` goes on.\n", Granularity.ITEM)
    assert found.owned == {}
    assert areas(found) == {"security": ["`scan` stops. `plan` goes on."]}


@pytest.mark.parametrize("constraints", list(Granularity))
def test_error_handling_and_security_have_tickets_whatever_the_setting(constraints: Granularity) -> None:
    found = homes("## Error Handling\n- All is logged\n\n## Security\n- All is kept\n", constraints)
    assert list(areas(found)) == ["error handling", "security"]


# --- what is not work ---


def test_what_is_struck_out_is_a_line_without_a_box() -> None:
    found = homes("## Integration Points\n\n### Database Changes\n- ~~Add `gap.old`~~\n- Add `gap.flag`\n")
    (group,) = found.changes
    assert [(item.done, item.form) for item in group.items] == [(True, Form.LINE), (False, Form.BOX)]


def test_below_a_label_what_is_struck_out_is_a_line_without_a_box() -> None:
    found = homes("## Testing Strategy\n\n### Unit Tests\n**At night:**\n- ~~a leap day~~\n- a lost hour\n")
    ((label,),) = (group.items for group in found.tests)
    assert [(item.done, item.form) for item in label.below] == [(True, Form.LINE), (False, Form.BOX)]


@pytest.mark.parametrize("heading", ["Database Changes", "Migration Requirements", "Rollback Plan"])
def test_a_sub_section_that_only_says_that_nothing_is_to_be_done_stays_as_it_is(heading: str) -> None:
    found = homes(f"## {heading}\n- No change to the archive, it only reads\n")
    assert unchanged(found) == [(heading, "No change to the archive, it only reads")]


def test_existing_systems_stay_as_they_are() -> None:
    found = homes("## Integration Points\n\n### Existing Systems\nThe archive is read.\n")
    assert unchanged(found) == [("Existing Systems", "The archive is read.")]
