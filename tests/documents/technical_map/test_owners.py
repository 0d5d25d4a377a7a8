"""Which component a statement is about (docs/how-it-decides.md, "Homes")."""

from __future__ import annotations

import pytest

from techmap_sync.documents.technical_map.owners import Owners
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
