"""One map as a tree: what was understood of it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.tree import Tree

from techmap_sync.model import Component, ItemGroup, TechnicalMap
from techmap_sync.reports.messages import clean, count


def show_text(technical_map: TechnicalMap, map_id: str) -> Tree:
    """Render one map.

    :param map_id: its identity, also where the map does not name one.
    """
    tree = Tree(f"{clean(technical_map.title)} ({map_id}), {technical_map.readiness}")
    for field in technical_map.metadata:
        tree.add(f"{clean(field.label)}: {clean(field.value)}")
    components = tree.add(f"components: {len(technical_map.components)}")
    for component in technical_map.components:
        _add_component(components, component)
    for name in ("changes", "tests", "deployment"):
        _add_groups(tree.add(name), getattr(technical_map, name))
    constraints = tree.add("constraints")
    for area in technical_map.constraints:
        _add_groups(constraints.add(clean(area.heading)), area.groups)
    if technical_map.nothing:
        nothing = tree.add(f"nothing to do: {count(len(technical_map.nothing), 'statement')}")
        for passage in technical_map.nothing:
            nothing.add(f"{clean(' '.join(passage.markdown.split()))}, line {passage.span.line}")
    for label, passages in (("context", technical_map.context), ("not recognised", technical_map.unrecognised)):
        for passage in passages:
            tree.add(f"{label}, line {passage.span.line}: {clean(passage.heading) or 'text without a heading'}")
    return tree


def _add_component(tree: Tree, component: Component) -> None:
    where = ", ".join(component.locations) or "no location"
    branch = tree.add(f"{component.kind} {clean(component.name)} ({clean(where)}), line {component.span.line}")
    for method in component.methods:
        branch.add(clean(method.signature or method.name))


def _add_groups(tree: Tree, groups: Iterable[ItemGroup]) -> None:
    for group in groups:
        branch = tree.add(f"{clean(group.name)}: {count(len(group.items), 'item')}")
        for item in group.items:
            branch.add(f"{'[x]' if item.done else '[ ]'} {clean(item.title)}, line {item.span.line}")
