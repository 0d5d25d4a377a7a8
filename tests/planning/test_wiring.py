"""Which components wait for which, because of types, names in texts, and what puts all of them together."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from techmap_sync.documents.technical_map.model import Component, ComponentKind, ItemGroup
from techmap_sync.documents.work import Item, Method
from tests.measure import measured
from tests.planning.graphs import WHERE, component, edges, explained, outline


def with_methods(name: str, *signatures: str, **more: object) -> Component:
    methods = tuple(Method(signature.partition("(")[0], signature, "", WHERE) for signature in signatures)
    return replace(component(name), methods=methods, **more)  # type: ignore[arg-type]


SCANNER = with_methods("GapScanner", "scan(series: Series) -> list[Gap]")


@pytest.mark.parametrize(
    ("others", "waiting"),
    [
        ([with_methods("Filler", "plan(gaps: list[Gap]) -> Plan")], {("Filler", "GapScanner"): "type"}),
        ([with_methods("Filler", "plan(gaps)")], {("Filler", "GapScanner"): "type"}),
        ([with_methods("Filler", "plan(scanner: GapScanner)")], {("Filler", "GapScanner"): "type"}),
        ([with_methods("Filler", "open() -> GapScanner")], {("Filler", "GapScanner"): "type"}),
        ([with_methods("Filler", "plan(gaps: list[str])")], {}),
        ([with_methods("Filler", "plan(gap: Gap) -> Gap")], {}),
        ([with_methods("Filler", "plan(gap: Gap)"), with_methods("Other", "find() -> Gap")], {}),
        ([with_methods("Filler", "series() -> Series", "plan(gap: Gap)")], {}),
        (
            [with_methods("Filler", "plan(gap: Gap)", needed_by=("GapScanner",))],
            {("GapScanner", "Filler"): "explicit"},
        ),
    ],
    ids=["generic", "no type", "component", "returned component", "standard", "both return it", "two return it",
         "circle", "explicit"],
)  # fmt: skip
def test_what_takes_a_type_waits_for_the_only_component_that_returns_it(
    others: list[Component], waiting: dict[tuple[str, str], str]
) -> None:
    assert explained(outline(SCANNER, *others)) == waiting


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        *(("the Planner merges them", True), ("Planner merges them", True), ("asks BackfillPlanner", True)),
        *(("asks the backfill planner", True), ("see `plan_gaps`", True), ("calls `plan_gaps(day)`", True)),
        *(("runs `src/backfill/planner.py --all`", True), ("asks `BackfillPlanner.plan_gaps`", True)),
        *(("When Planner fails, wait", True), ("(Planner)", True), ("der Planner wartet", True)),
        *(("the planner merges them", False), ("plan_gaps without marks", False), ("the Route Planner", False)),
        *(("Planners", False), ("the Planner UI", False), ("Re-Planner", False), ("`planner`", False)),
        *(("used by the Planner", False), ("is called by BackfillPlanner and others", False)),
        *(("utilisé par le Planner", False), ("wird vom Planner gebraucht", True)),
        *(("```\nBackfillPlanner\n```", False), ("| Planner |", False), ("`GET /planner`", False)),
    ],
)
def test_a_component_waits_for_one_that_its_text_names(text: str, is_named: bool) -> None:
    planner = with_methods("BackfillPlanner", "plan_gaps(day)", locations=("src/backfill/planner.py",))
    found = explained(outline(planner, component("Screen", purpose=text)))
    assert found == ({("Screen", "BackfillPlanner"): "name"} if is_named else {})


@pytest.mark.parametrize("word", ["Store", "Report", "Cache", "Filter"])
def test_a_word_that_begins_a_command_names_nothing(word: str) -> None:
    other = component(f"Token{word}")
    assert not edges(outline(other, component("Screen", purpose=f"{word} the result")))
    assert edges(outline(other, component("Screen", purpose=f"asks the {word} for it")))


def test_the_last_word_of_two_components_names_neither() -> None:
    asking = component("Screen", purpose="asks the Store")
    assert not edges(outline(component("TokenStore"), component("KeyStore"), asking))


@pytest.mark.parametrize(
    "text",
    [
        *("Read once by `B2`", "NEEDED BY `B2`", "appelée par `B2`", "lue par `B2`", "utilizada por `B2`"),
        *(f"wird von `B2` {word}" for word in ("aufgerufen", "benutzt", "genutzt", "verwendet", "gelesen")),
        *(f"由 `B2` {word}" for word in ("调用", "使用", "读取")),
        *(f"`B2` {word}" for word in ("から呼ばれる", "によって呼び出される", "から使われる")),
    ],
)
def test_who_is_said_to_use_a_component_is_not_what_it_waits_for_in_any_language(text: str) -> None:
    assert not edges(outline(component("A1", purpose=text), component("B2")))
    assert edges(outline(component("A1", purpose="asks `B2`"), component("B2")))


def test_who_name_each_other_wait_for_neither() -> None:
    found = outline(component("A1", purpose="asks B2"), component("B2", purpose="asks A1"))
    assert not edges(found)


def change(group: str, *items: Item) -> ItemGroup:
    return ItemGroup(group, f"{group} changes", WHERE, items)


def item(markdown: str) -> Item:
    return Item(markdown.replace("`", ""), WHERE, markdown, tuple(re.findall("`(.*?)`", markdown)))


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        *(("reads `outbox`", True), ("sets `queue.limit: 3`", True), ("asks `GET /v1/gaps` twice", True)),
        *(("asks `/v1/gaps`", True), ("reads `gaps.flag`", True), ("fills `dedup_key`", True)),
        *(("the outbox", False), ("queue.limit", False), ("reads `revision`", False), ("reads `both_have_it`", False)),
        *(("reads `outboxes`", False), ("asks `POST /v1/gaps`", False), ("`72`", False), ("`NULL`", False)),
    ],
)
def test_an_identifier_of_a_change_counts_as_code_alone(text: str, is_named: bool) -> None:
    changes = (
        change("database", item("Add `outbox` with `revision`, `gaps.flag`, `both_have_it` (`72`, `NULL`)"),
               item("Table `gaps`, key `dedup_key`")),
        change("configuration", item("`queue.limit`, `both_have_it`")),
        change("api", item("`GET /v1/gaps`")),
    )  # fmt: skip
    found = explained(outline(component("Screen", purpose=text), changes=changes))
    assert ("name" in found.values()) is is_named, found


def test_a_change_of_the_database_waits_for_no_component() -> None:
    changes = (change("database", item("`outbox`, written by BackfillPlanner")),)
    assert not edges(outline(component("BackfillPlanner"), changes=changes))


WIRING = component("Wiring", kind=ComponentKind.INTEGRATION)


def test_wiring_waits_for_what_it_names_and_for_what_names_it_else_for_all_that_is_new() -> None:
    first, second, old = component("A1"), component("B2"), component("C3", kind=ComponentKind.MODIFIED)
    assert explained(outline(first, second, old, WIRING)) == {
        ("Wiring", "A1"): "integration",
        ("Wiring", "B2"): "integration",
    }
    assert explained(outline(first, second, replace(WIRING, purpose="joins B2"))) == {("Wiring", "B2"): "name"}
    assert explained(outline(first, replace(second, purpose="under the Wiring"), WIRING)) == {("Wiring", "B2"): "name"}


@pytest.mark.parametrize("name", ["Main", "GapServer", "FillCommand", "app_cli", "Start"])
def test_an_entry_point_that_names_nobody_waits_for_all_that_is_new_in_its_language(name: str) -> None:
    entry = replace(component(name, purpose="Entry point of it all." * (name == "Start")), locations=("app/x.py",))
    python, page, anywhere = (
        replace(component(which), locations=paths)
        for which, paths in (("A1", ("a.py",)), ("B2", ("b.tsx",)), ("C3", ()))
    )
    old = component("D4", kind=ComponentKind.MODIFIED)
    found = explained(outline(entry, python, page, anywhere, old))
    assert found == {(name, "A1"): "entry point", (name, "C3"): "entry point"}
    assert explained(outline(replace(entry, purpose="asks A1"), python, anywhere)) == {(name, "A1"): "name"}


@pytest.mark.parametrize("unit", [" - ", ": ", "由", "から", "von ", "used by ", "`a` ", "Planner ", "(", "\n```\n"])
def test_a_text_is_looked_through_in_linear_time(unit: str) -> None:
    text = unit * (30_000 // len(unit))
    with measured() as taken:
        outline(with_methods("BackfillPlanner", "scan()", purpose=text))
    assert taken.seconds < 1
