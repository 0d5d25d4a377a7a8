"""One map as JSON: what was understood of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.tree import Tree

from techmap_sync.diagnostics import CheckedFile
from techmap_sync.model import Component, Item, ItemGroup, Passage, TechnicalMap
from techmap_sync.reports.check_results import diagnostic_json
from techmap_sync.reports.harmless import json_text
from techmap_sync.reports.messages import clean, count

SCHEMA = 1


def show_json(technical_map: TechnicalMap, map_id: str, file: CheckedFile) -> str:
    """Render one map.

    :param map_id: its identity, also where the map does not name one.
    :param file: the file with everything that was found in it.
    """
    data = {
        "schema": SCHEMA,
        "title": technical_map.title,
        "map_id": map_id,
        "ready": technical_map.ready,
        "components": [_component(component) for component in technical_map.components],
        "changes": _groups(technical_map.changes, ("database", "api", "configuration")),
        "tests": _groups(technical_map.tests, ("unit", "integration", "end-to-end", "performance")),
        "deployment": _groups(technical_map.deployment, ("environment", "configuration", "migration", "rollback")),
        "constraints": {area.name: _groups(area.groups) for area in technical_map.constraints},
        "done": [item.title for item in _done(technical_map)],
        "nothing": [_nothing(passage) for passage in technical_map.nothing],
        "context": [_passage(passage) for passage in technical_map.context],
        "unrecognised": [_passage(passage) for passage in technical_map.unrecognised],
        "metadata": _metadata(technical_map),
        "diagnostics": [diagnostic_json(file.path, found) for found in file.diagnostics],
    }
    return json_text(data)


def _component(component: Component) -> dict[str, object]:
    return {
        "name": component.name,
        "kind": component.kind.value,
        "locations": list(component.locations),
        "methods": [
            {"name": m.name, "signature": m.signature, "description": m.description, "line": m.span.line}
            for m in component.methods
        ],
        "purpose": component.purpose,
        "summary": component.summary,
        "detail": component.detail,
        "depends_on": list(component.depends_on),
        "needed_by": list(component.needed_by),
        "external": list(component.outside),
        "priority": component.priority,
        "specified": component.specified,
        "line": component.span.line,
    }


def _groups(groups: Sequence[ItemGroup], always: Sequence[str] = ()) -> dict[str, list[dict[str, object]]]:
    merged: dict[str, list[dict[str, object]]] = {name: [] for name in always}
    for group in groups:
        merged.setdefault(group.name, []).extend(_item(item) for item in group.items)
    return merged


def _item(item: Item) -> dict[str, object]:
    return {
        "title": item.title,
        "done": item.done,
        "line": item.span.line,
        "detail": item.detail,
        "fields": dict(item.fields),
    }


def _done(technical_map: TechnicalMap) -> list[Item]:
    groups: Iterable[ItemGroup] = (*technical_map.changes, *technical_map.tests, *technical_map.deployment)
    done = [item for group in groups for item in group.items if item.done]
    return sorted((*technical_map.done, *done), key=lambda item: item.span)


def _nothing(passage: Passage) -> dict[str, object]:
    return {"text": passage.markdown, "line": passage.span.line}


def _passage(passage: Passage) -> dict[str, object]:
    return {"heading": passage.heading, "line": passage.span.line, "markdown": passage.markdown}


def _metadata(technical_map: TechnicalMap) -> dict[str, object]:
    fields: dict[str, object] = {field.name: field.value for field in technical_map.metadata}
    least, most = technical_map.estimate_minutes or (None, None)
    return {
        **fields,
        "readiness": technical_map.readiness.value,
        "lifecycle": technical_map.lifecycle.value,
        "estimate_minutes": None if least is None else [least, most],
    }


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
