"""A map as its author edits it, in few words: what it says, and the tasks that follow from it under some settings."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import Section, TaskPlan, TaskSpec
from tests.sync.build import MAP, plan, task, under_another_id

EXTRA = "extra"


@dataclass(frozen=True)
class Part:
    """One piece of work that the map names."""

    words: str
    items: tuple[str, ...]
    kind: Kind = Kind.COMPONENT
    ticked: frozenset[str] = frozenset()
    waits_for: tuple[str, ...] = ()

    @property
    def lines(self) -> str:
        return "\n".join(f"- [{'x' if item in self.ticked else ' '}] {item} of {self.words[:9]}" for item in self.items)


Parts = tuple[tuple[str, Part], ...]
"""Parts with their names, in the order of the document."""


@dataclass
class Author:
    """The map's author, and whoever looks after settings and templates."""

    parts: dict[str, Part] = field(default_factory=dict)
    map_id: str = MAP
    path: str = "docs/login.md"
    approved: bool = True
    retired: bool = False
    template: str = ""
    hidden: frozenset[Kind] = frozenset()
    """Kinds that the settings make no tickets of."""

    @property
    def text(self) -> str:
        """The map's whole text: neither path nor settings nor templates are in it."""
        return _text_of(self.map_id, self.approved, self.retired, tuple(self.parts.items()))

    def plan(self) -> TaskPlan:
        """The tasks of today."""
        return _plan_of(self.map_id, self.template, self.hidden, tuple(self.parts.items()))

    def known(self) -> tuple[Hashable, ...]:
        """All of it, as a value."""
        parts, settings = tuple(self.parts.items()), (self.template, self.hidden)
        return (self.map_id, self.path, self.approved, self.retired, parts, settings)

    def remove(self, name: str) -> None:
        """Drop a task."""
        del self.parts[name]

    def rename(self, old: str, to: str) -> None:
        """Give a task another name; what waits for it follows. Nothing happens when the name is taken."""
        if to not in self.parts:
            parts = {to if name == old else name: part for name, part in self.parts.items()}
            waits = {name: tuple(to if w == old else w for w in part.waits_for) for name, part in parts.items()}
            self.parts = {name: replace(part, waits_for=waits[name]) for name, part in parts.items()}

    def swap(self, first: str, second: str) -> None:
        """Exchange what two tasks are about."""
        one, other = self.parts[first], self.parts[second]
        self.parts[first] = replace(other, kind=one.kind, waits_for=one.waits_for)
        self.parts[second] = replace(one, kind=other.kind, waits_for=other.waits_for)

    def reverse(self) -> None:
        """Change the order of all tasks and of their items."""
        self.parts = {
            name: replace(part, items=tuple(reversed(part.items))) for name, part in reversed(self.parts.items())
        }


# Histories come back to the same few texts again and again: each is planned once.


@lru_cache(maxsize=4096)
def _text_of(map_id: str, approved: bool, retired: bool, parts: Parts) -> str:
    return repr((map_id, approved, retired, dict(parts)))


@lru_cache(maxsize=4096)
def _plan_of(map_id: str, template: str, hidden: frozenset[Kind], parts: Parts) -> TaskPlan:
    shown = {name: part for name, part in parts if part.kind not in hidden}
    made = plan(*(_spec(name, part, shown, template) for name, part in shown.items()))
    return under_another_id(made, map_id)


def _spec(name: str, part: Part, shown: Mapping[str, Part], template: str) -> TaskSpec:
    there = [other for other in part.waits_for if other != name and other in shown]
    done = part.kind is Kind.TEST and part.ticked >= set(part.items)
    made = task(name, kind=part.kind, done=done, labels=frozenset({EXTRA}))
    keys = tuple(f"{MAP}/{shown[other].kind}/{other}" for other in there)
    sections = (_section("purpose", f"{part.words}.", template), _section("items", part.lines, template))
    return replace(made, sections=sections, blocked_by=keys)


def _section(name: str, text: str, template: str) -> Section:
    return Section(name, name.capitalize(), f"{template}{text}", json.dumps(text))
