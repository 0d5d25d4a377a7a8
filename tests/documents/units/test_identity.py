"""Every task of an edited unit is recognised: by its text, with its id as evidence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.documents.checklist.checklist_family import places_of_units, read_checklist
from techmap_sync.documents.units.identity import identify
from techmap_sync.documents.units.unit import Unit
from tests.families.gold import ROOT, grammar, paths_in, text_of

STEPS = [
    (path.parent, step)
    for path in sorted(ROOT.glob("*/histories/*/expected.json"))
    for step in json.loads(path.read_text(encoding="utf-8"))["steps"]
]


def unit_in(repository: Path, family: str) -> Unit:
    words = grammar(family)
    (place,) = places_of_units(paths_in(repository), words)
    files = {name: text_of(repository / place.folder / name) for name in place.files}
    return read_checklist(place.folder, files, words)


def named(task: Any) -> dict[str, Any]:
    return {"id": task.id, "title": task.title}


@pytest.mark.parametrize(
    ("history", "step"), STEPS, ids=lambda value: value.name if isinstance(value, Path) else value["to"]
)
def test_an_edit_is_understood(history: Path, step: dict[str, Any]) -> None:
    family = history.parents[1].name
    before, after = unit_in(history / step["from"], family), unit_in(history / step["to"], family)
    found = identify(before, after)
    rows = [
        {
            "from": named(before.tasks[pair.before]) if pair.before is not None else None,
            "to": named(after.tasks[pair.after]) if pair.after is not None else None,
            "change": sorted(pair.change),
        }
        for pair in found.tasks
    ]
    wanted = [{**row, "change": sorted(row["change"])} for row in step["tasks"]]
    assert [row for row in rows if row not in wanted] == []
    assert [row for row in wanted if row not in rows] == []
    assert before.unit == after.unit
    assert found.refused == step["refused"]
    tickets = step["tickets"]
    titles = {
        "added": [after.tickets[p.after].title for p in found.tickets if p.before is None and p.after is not None],
        "removed": [before.tickets[p.before].title for p in found.tickets if p.after is None and p.before is not None],
        "closed": [after.tickets[p.after].title for p in found.tickets if p.after is not None and "closed" in p.change],
    }
    assert {name: sorted(value) for name, value in titles.items()} == {name: sorted(tickets[name]) for name in titles}
    assert [
        [before.tickets[p.before].title, after.tickets[p.after].title]
        for p in found.tickets
        if p.before is not None and p.after is not None and "retitled" in p.change
    ] == tickets["retitled"]
