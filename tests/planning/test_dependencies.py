"""What waits for what: acyclic, reduced, and no edge to nowhere."""

from __future__ import annotations

from dataclasses import replace
from graphlib import TopologicalSorter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from techmap_sync.diagnostics import Span
from techmap_sync.documents.base import GranularityChoice
from techmap_sync.documents.technical_map.model import Component, ComponentKind, ItemGroup, TechnicalMap
from techmap_sync.documents.work import Item
from techmap_sync.planning.task import TaskPlan
from techmap_sync.planning.task_graph import TaskGraph
from tests.planning.maps import ITEMS, READY, SECTIONS, graph_of, plan_of, read_file

WHERE = Span(1)


def component(name: str, *depends_on: str, purpose: str = "", kind: ComponentKind = ComponentKind.NEW) -> Component:
    return Component(name, kind, WHERE, purpose=purpose, depends_on=depends_on, specified=True)


def outline(*components: Component, choice: GranularityChoice = SECTIONS, **parts: object) -> TaskGraph:
    return graph_of(TechnicalMap("A map", WHERE, components=components, **parts), choice)  # type: ignore[arg-type]


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
    assert "Create A1 -> Create B2 -> Create C3 -> Create A1" in found[0].message


def test_the_authors_word_stands_where_mentions_say_the_opposite() -> None:
    store = component("TokenStore", "Config changes")
    change = ItemGroup(
        "configuration", "Configuration Changes", WHERE, (Item("token.ttl", WHERE, code=("token.ttl",)),)
    )
    waiting = replace(store, depends_on=(), purpose="Reads `token.ttl`.")
    assert ("Create TokenStore", "Change configuration: token.ttl") in edges(outline(waiting, changes=(change,)))


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
    assert (("Integrate Wiring", "Create Store") in edges(outline(component("Store"), asking))) is named


@pytest.mark.parametrize("text", ["the token store", "TokenStore", "Token Store's state"])
def test_a_name_is_also_mentioned_by_its_words(text: str) -> None:
    asking = component("Wiring", purpose=text, kind=ComponentKind.INTEGRATION)
    assert ("Integrate Wiring", "Create TokenStore") in edges(outline(component("TokenStore"), asking))


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
