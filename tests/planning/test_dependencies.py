"""What waits for what: acyclic, reduced, and no edge to nowhere."""

from __future__ import annotations

import re
from dataclasses import replace
from graphlib import TopologicalSorter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from techmap_sync.diagnostics import Span
from techmap_sync.documents.technical_map.model import ComponentKind, ItemGroup
from techmap_sync.documents.work import Item, Phase
from techmap_sync.planning.task import TaskPlan
from tests.planning.graphs import WHERE, component, edges, explained, outline
from tests.planning.maps import ITEMS, READY, ROOT, SECTIONS, graph_of, plan_of, read, read_file


@pytest.mark.parametrize("choice", [SECTIONS, ITEMS], ids=["section", "item"])
@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_graph_is_acyclic_reduced_and_leads_nowhere_unknown(path, choice) -> None:  # type: ignore[no-untyped-def]
    check_graph(plan_of(read_file(path), choice))


def check_graph(plan: TaskPlan) -> None:
    blocked = {task.key: set(task.blocked_by) for task in plan.tasks}
    assert all(targets <= blocked.keys() for targets in blocked.values()), "an edge to nowhere"
    reach: dict[str, set[str]] = {}
    for key in TopologicalSorter(blocked).static_order():
        beyond = set().union(*(reach[target] for target in blocked[key])) if blocked[key] else set()
        assert not beyond & blocked[key], f"{key} repeats what a longer path says"
        reach[key] = beyond | blocked[key]


def test_tasks_stand_behind_those_they_wait_for() -> None:
    for path in READY:
        seen: set[str] = set()
        for task in plan_of(read_file(path)).tasks:
            assert seen.issuperset(task.blocked_by)
            seen.add(task.key)


def test_ten_numbered_steps_that_are_tickets_are_a_chain_of_nine_edges() -> None:
    steps = tuple(Item(f"Step {n}", Span(n), ordered=True) for n in range(1, 11))
    group = ItemGroup("migration", "Migration Requirements", WHERE, steps)
    assert len(edges(outline(deployment=(group,), choice=ITEMS))) == 9


def test_a_depends_on_field_is_an_edge_even_within_one_rank() -> None:
    assert edges(outline(component("Store"), component("Sender", "Store"))) == {("Create Sender", "Create Store")}


def test_a_cycle_is_an_error_that_prints_its_path() -> None:
    found = outline(component("A1", "B2"), component("B2", "C3"), component("C3", "A1")).diagnostics
    assert [each.rule.id for each in found] == ["dependency-cycle"]
    assert found[0].message.count(" -> ") == 3
    assert "A1 -> B2 -> C3 -> A1" in found[0].message


def test_the_authors_word_stands_where_mentions_say_the_opposite() -> None:
    store = component("TokenStore", "Config changes")
    change = ItemGroup(
        "configuration", "Configuration Changes", WHERE, (Item("token.ttl", WHERE, code=("token.ttl",)),)
    )
    waiting = replace(store, depends_on=(), purpose="Reads `token.ttl`.")
    named = ("Create TokenStore: Reads `token.ttl`", "Change configuration: `token.ttl`")
    assert named in edges(outline(waiting, changes=(change,)))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("`Store` is asked", True),
        ("Store is asked", True),
        ("the TokenStore is asked", False),
        ("Stores are asked", False),
        ("`store`", False),
    ],
)
def test_a_mention_is_a_whole_name(text: str, named: bool) -> None:
    asking = component("Wiring", purpose=text, kind=ComponentKind.INTEGRATION)
    assert explained(outline(component("Store"), asking)) == {("Wiring", "Store"): "name" if named else "integration"}


@pytest.mark.parametrize("text", ["the token store", "TokenStore", "Token Store's state"])
def test_a_name_is_also_mentioned_by_its_words(text: str) -> None:
    asking = component("Wiring", purpose=text, kind=ComponentKind.INTEGRATION)
    assert explained(outline(component("TokenStore"), asking)) == {("Wiring", "TokenStore"): "name"}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12))
def test_any_depends_on_fields_give_a_graph_without_a_cycle_or_an_error(pairs: list[tuple[int, int]]) -> None:
    waits: dict[int, list[str]] = {}
    for waiting, target in pairs:
        waits.setdefault(waiting, []).append(f"Part{target}")
    found = outline(*(component(f"Part{n}", *waits.get(n, [])) for n in range(8)))
    if not found.diagnostics:
        TopologicalSorter(dict(enumerate(found.blocked_by))).prepare()
    else:
        assert not edges(found)


def levels(*names: str) -> tuple[ItemGroup, ...]:
    return tuple(ItemGroup(name, f"{name} tests", WHERE, (Item("It works", WHERE),)) for name in names)


@pytest.mark.parametrize(
    ("tests", "deployment", "waiting"),
    [
        (["unit", "end-to-end", "integration", "load"], [], {
            ("A1", "integration", "dead end"), ("unit", "integration", "order"), ("integration", "end-to-end", "order"),
            ("integration", "load", "order")}),
        (["unit", "end-to-end"], [], {("A1", "end-to-end", "dead end"), ("unit", "end-to-end", "order")}),
        (["unit"], ["environment"], {("A1", "unit", "dead end"), ("unit", "environment", "order")}),
        (["load"], [], {("A1", "load", "dead end")}),
        ([], ["environment", "rollback"], {("A1", "environment", "dead end"), ("rollback", "environment", "order")}),
        (["integration"], ["environment", "migration"], {
            ("A1", "integration", "dead end"), ("integration", "environment", "order"),
            ("integration", "migration", "order")}),
        (["integration"], ["shadow phase", "training", "release checklist", "migration"], {
            ("A1", "integration", "dead end"), ("integration", "release checklist", "order"),
            ("release checklist", "migration", "order"), ("migration", "shadow phase", "order"),
            ("shadow phase", "training", "order")}),
        (["integration", "hardware trial", "load"], [], {
            ("A1", "integration", "dead end"), ("integration", "load", "order"), ("load", "hardware trial", "order")}),
    ],
)  # fmt: skip
def test_what_is_built_is_tested_and_then_released(
    tests: list[str], deployment: list[str], waiting: set[tuple[str, str, str]]
) -> None:
    found = outline(component("A1"), tests=levels(*tests), deployment=levels(*deployment))
    names = ["A1", *tests, *deployment]
    assert {
        (names[target], names[work], rule)
        for work, targets in enumerate(found.blocked_by)
        for target, rule in zip(targets, found.rules[work], strict=True)
    } == waiting


def test_what_is_bought_waits_for_nothing() -> None:
    orders = ItemGroup("hardware", "Hardware", WHERE, (Item("Order 12 gauges", WHERE), Item("Buy cable", WHERE)))
    found = outline(component("A1"), tests=levels("integration"), deployment=(orders,))
    assert found.blocked_by[-1] == ()


def test_each_edge_of_the_corpus_is_explained_and_nothing_that_is_built_is_a_dead_end() -> None:
    for path in READY:
        found = graph_of(read_file(path))
        assert [len(targets) for targets in found.blocked_by] == [len(rules) for rules in found.rules]
        awaited = {target for targets in found.blocked_by for target in targets}
        built = {p for p, work in enumerate(found.works) if work.phase is Phase.BUILD and not work.done}
        assert built <= awaited, path.stem


def test_the_example_in_the_documentation_is_what_its_map_becomes() -> None:
    page = (ROOT / "docs" / "how-it-decides.md").read_text("utf-8").partition("<!-- example of edges -->")[2]
    example = page.partition("```markdown\n")[2].partition("\n```")[0]
    plan = plan_of(read(example))
    rows = {}
    for task in plan.tasks:
        edges = zip(task.blocked_by, task.blocked_because, strict=True)
        waits = ", ".join(f"{key.partition('/')[2]} ({rule})" for key, rule in edges)
        rows[task.key.partition("/")[2]] = (str(task.priority), waits)
    table = re.findall(r"^\| ([a-z-]+/[a-z-]+) \| (\w+) \| (.*?) ?\|$", page, re.MULTILINE)
    assert {name: (priority, waits) for name, priority, waits in table} == rows
