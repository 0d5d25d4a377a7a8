"""Keys survive everything but a new name."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from techmap_sync.diagnostics import Span
from techmap_sync.documents.base import GranularityChoice
from techmap_sync.documents.technical_map.model import Component, ComponentKind, ItemGroup, TechnicalMap
from techmap_sync.documents.work import Item
from techmap_sync.planning.task import TaskPlan
from tests.planning.maps import ITEMS, READY, SECTIONS, graph_of, plan_of, read, read_file

CHOICES = pytest.mark.parametrize("choice", [SECTIONS, ITEMS], ids=["section", "item"])


def keys(technical_map: TechnicalMap, choice: GranularityChoice) -> set[str]:
    return set(graph_of(technical_map, choice).keys)


def shuffled(technical_map: TechnicalMap, seed: int) -> TechnicalMap:
    """The same map with sections and items in another order."""
    order = random.Random(seed)

    def mixed(values: tuple) -> tuple:  # type: ignore[type-arg]
        return tuple(order.sample(values, len(values)))

    def groups(values: tuple[ItemGroup, ...]) -> tuple[ItemGroup, ...]:
        return mixed(tuple(group._replace(items=mixed(group.items)) for group in values))

    return replace(
        technical_map,
        components=mixed(technical_map.components),
        changes=groups(technical_map.changes),
        tests=groups(technical_map.tests),
        deployment=groups(technical_map.deployment),
    )


@CHOICES
@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_shuffling_sections_and_items_moves_no_key(path, choice) -> None:  # type: ignore[no-untyped-def]
    technical_map = read_file(path)
    for seed in range(5):
        assert keys(shuffled(technical_map, seed), choice) == keys(technical_map, choice)


@CHOICES
@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_renumbering_moves_no_key(path, choice) -> None:  # type: ignore[no-untyped-def]
    text = path.read_text("utf-8")
    renumbered = re.sub(r"(?m)^### Component (\d+):", lambda m: f"### Component {int(m[1]) + 7}:", text)
    renumbered = re.sub(r"(?m)^(\d+)\. ", lambda m: f"{int(m[1]) + 3}. ", renumbered)
    assert keys(read(renumbered), choice) == keys(read(text), choice)


@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_moving_the_file_changes_no_key_and_no_value(path) -> None:  # type: ignore[no-untyped-def]
    def values(plan: TaskPlan) -> list[tuple[str, str, list[str]]]:
        return [(task.key, task.title, [section.values for section in task.sections]) for task in plan.tasks]

    technical_map = read_file(path)
    assert values(plan_of(technical_map, path="a/map.md")) == values(plan_of(technical_map, path="b/c/moved.md"))


@CHOICES
@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_changing_the_text_of_a_body_moves_no_key(path, choice) -> None:  # type: ignore[no-untyped-def]
    technical_map = read_file(path)
    reworded = replace(
        technical_map,
        components=tuple(replace(c, purpose="Something else.", detail="") for c in technical_map.components),
    )
    assert keys(reworded, choice) == keys(technical_map, choice)


NAMES = st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=12).filter(str.strip)
WHERE = Span(1)


def component(name: str, location: str = "") -> Component:
    return Component(name, ComponentKind.NEW, WHERE, locations=(location,) if location else ())


def with_components(*components: Component) -> TechnicalMap:
    return TechnicalMap("A map", WHERE, components=components)


@settings(max_examples=60)
@given(st.lists(NAMES, min_size=1, max_size=6, unique=True), NAMES)
def test_adding_or_removing_a_component_leaves_the_keys_of_those_with_other_names(names: list[str], new: str) -> None:
    before = graph_of(with_components(*map(component, names)), SECTIONS)
    after = graph_of(with_components(*map(component, names), component(new, "new.py")), SECTIONS)
    added = {after.keys[-1].rpartition("/")[2].removesuffix("-new-py")}
    others = [key for key in before.keys if key.rpartition("/")[2] not in added]
    assert set(others) <= set(after.keys)


def test_namesakes_are_told_apart_by_their_place_and_never_by_a_number() -> None:
    twins = with_components(component("Store", "auth/store.py"), component("Store", "mail/store.py"))
    assert graph_of(twins, SECTIONS).keys == (
        "a-map/component/store-auth-store-py",
        "a-map/component/store-mail-store-py",
    )


def test_two_items_that_nothing_tells_apart_are_reported() -> None:
    group = ItemGroup("unit", "Unit Tests", WHERE, (Item("Same words", Span(3)), Item("Same words", Span(4))))
    outline = graph_of(TechnicalMap("A map", WHERE, tests=(group,)), ITEMS)
    assert [found.rule.id for found in outline.diagnostics] == ["duplicate-key"]
    assert outline.diagnostics[0].message == '"Same words" appears twice, first in line 3'


def test_an_identity_by_hand_outlives_every_name() -> None:
    assert graph_of(with_components(replace(component("Store"), slug="vault")), SECTIONS).keys == (
        "a-map/component/vault",
    )
