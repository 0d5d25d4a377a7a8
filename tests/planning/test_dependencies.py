"""What waits for what: acyclic, reduced, and no edge to nowhere."""

from __future__ import annotations

import re
from dataclasses import replace
from graphlib import TopologicalSorter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from techmap_sync.diagnostics import Span
from techmap_sync.documents.base import GranularityChoice
from techmap_sync.documents.technical_map.model import Component, ComponentKind, ItemGroup, TechnicalMap
from techmap_sync.documents.work import Item, Method, Phase
from techmap_sync.planning.task import TaskPlan
from techmap_sync.planning.task_graph import TaskGraph
from tests.measure import measured
from tests.planning.maps import ITEMS, READY, ROOT, SECTIONS, graph_of, plan_of, read, read_file

WHERE = Span(1)


def component(name: str, *depends_on: str, purpose: str = "", kind: ComponentKind = ComponentKind.NEW) -> Component:
    return Component(name, kind, WHERE, purpose=purpose, depends_on=depends_on, specified=True)


def outline(*components: Component, choice: GranularityChoice = SECTIONS, **parts: object) -> TaskGraph:
    return graph_of(TechnicalMap("A map", WHERE, components=components, **parts), choice)  # type: ignore[arg-type]


def explained(found: TaskGraph) -> dict[tuple[str, str], str]:
    """What waits for what, and the rule that says so; by the names of components."""
    short = [work.subject for work in found.works]
    return {
        (short[work], short[target]): rule.value
        for work, targets in enumerate(found.blocked_by)
        for target, rule in zip(targets, found.rules[work], strict=True)
    }


def edges(found: TaskGraph) -> set[tuple[str, str]]:
    return {(found.titles[a], found.titles[b]) for a, targets in enumerate(found.blocked_by) for b in targets}


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


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Store", "Stoer"),
        ("TokenStore", "TokenStor"),
        ("TokenStore", "TokenStorre"),
        ("TokenStore", "Tokenstroe"),
        ("RateLimiter", "RateLimitter"),
        ("session cache", "sesion cache"),
    ],
)
def test_a_dependency_that_is_nearly_a_name_of_the_map_is_an_error_with_that_name(name: str, written: str) -> None:
    found = outline(component(name), component("Sender", written)).diagnostics
    assert [each.rule.id for each in found] == ["unknown-dependency"]
    assert f'depends on "{written}": did you mean {name}?' in found[0].message


@pytest.mark.parametrize(
    ("name", "written"),
    [
        *(("Store", "Redis"), ("Reddis", "Redis"), ("Kafkas", "Kafka"), ("User", "Users"), ("Session", "Sessions")),
        *(("OAuth1Client", "OAuth2Client"), ("UserImporter", "UserExporter"), ("DB", "DBs"), ("Api", "App")),
        *(("RateLimiter", "DateLimiter"), ("Store", "the platform team"), ("Store", "boto3"), ("队列器", "队列机")),
    ],
)
def test_any_other_dependency_is_a_need_from_outside_and_a_note(name: str, written: str) -> None:
    found = outline(component(name), component("Sender", written))
    assert [(each.rule.id, each.severity.value) for each in found.diagnostics] == [("outside-need", "note")]
    assert written in found.diagnostics[0].message
    assert found.outside == ((), (written,))
    assert not edges(found)


@pytest.mark.parametrize("written", ["tokenstore", "Token-Store", "token_store", "`TokenStore`", "token store"])
def test_case_and_hyphens_make_no_other_name(written: str) -> None:
    found = outline(component("TokenStore"), component("Sender", written))
    assert not found.diagnostics
    assert edges(found) == {("Create Sender", "Create TokenStore")}


def test_what_is_called_external_is_never_an_error_and_still_an_edge_where_the_map_holds_it() -> None:
    sender = replace(component("Sender"), outside=("TokenStor", "TokenStore"))
    found = outline(component("TokenStore"), sender)
    assert [each.rule.id for each in found.diagnostics] == ["outside-need"]
    assert edges(found) == {("Create Sender", "Create TokenStore")}


def test_who_asks_waits_for_who_is_asked_and_both_may_say_so() -> None:
    store = replace(component("Store"), needed_by=("Sender", "the app"))
    sender = component("Sender", "Store")
    assert edges(outline(store, sender)) == {("Create Sender", "Create Store")}
    assert edges(outline(store, component("Sender"))) == {("Create Sender", "Create Store")}
    assert outline(store, sender).outside == (("Inbound: the app",), ())


def test_who_asks_under_nearly_a_name_of_the_map_is_an_error_with_that_name() -> None:
    store = replace(component("TokenStore"), needed_by=("SessionSendr",))
    found = outline(store, component("SessionSender"))
    assert [each.rule.id for each in found.diagnostics] == ["unknown-dependency"]
    assert "did you mean SessionSender?" in found.diagnostics[0].message
    assert not any(found.outside)


def test_an_explicit_dependency_stands_against_an_inbound_one() -> None:
    store = replace(component("Store", "Sender"), needed_by=("Sender",))
    found = outline(store, component("Sender"))
    assert not found.diagnostics
    assert edges(found) == {("Create Store", "Create Sender")}


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
    assert ("Create TokenStore", "Change configuration: `token.ttl`") in edges(outline(waiting, changes=(change,)))


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


@pytest.mark.parametrize("unit", [" - ", ": ", "由", "から", "von ", "used by ", "`a` ", "Planner ", "(", "\n```\n"])
def test_a_text_is_looked_through_in_linear_time(unit: str) -> None:
    text = unit * (30_000 // len(unit))
    with measured() as taken:
        outline(with_methods("BackfillPlanner", "scan()", purpose=text))
    assert taken.seconds < 1
