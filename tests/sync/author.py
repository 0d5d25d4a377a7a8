"""A map as its author edits it, in few words: what it says, and the tasks that follow from it under some settings."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import Section, TaskPlan, TaskSpec
from tests.sync.build import MAP, plan, task

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
        return repr((self.map_id, self.approved, self.retired, self.parts))

    def plan(self) -> TaskPlan:
        """The tasks of today."""
        made = plan(*(self._spec(name, part) for name, part in self.parts.items() if part.kind not in self.hidden))
        return replace(
            made,
            map_id=self.map_id,
            tracking=self._renamed(made.tracking),
            tasks=tuple(self._renamed(spec) for spec in made.tasks),
        )

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

    def _spec(self, name: str, part: Part) -> TaskSpec:
        there = [other for other in part.waits_for if other != name and self._has_ticket(other)]
        done = part.kind is Kind.TEST and part.ticked >= set(part.items)
        made = task(name, kind=part.kind, done=done, labels=frozenset({EXTRA}))
        keys = tuple(f"{MAP}/{self.parts[other].kind}/{other}" for other in there)
        sections = (self._section("purpose", f"{part.words}."), self._section("items", part.lines))
        return replace(made, sections=sections, blocked_by=keys)

    def _section(self, name: str, text: str) -> Section:
        return Section(name, name.capitalize(), f"{self.template}{text}", json.dumps(text))

    def _has_ticket(self, name: str) -> bool:
        return name in self.parts and self.parts[name].kind not in self.hidden

    def _renamed(self, spec: TaskSpec) -> TaskSpec:
        def key(old: str) -> str:
            return f"{self.map_id}/{old.partition('/')[2]}"

        return replace(spec, key=key(spec.key), blocked_by=tuple(map(key, spec.blocked_by)))
