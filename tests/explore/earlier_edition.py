"""A document whose tickets an earlier edition wrote: left alone until somebody asks for it or the document changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tracker import Standing, State, Ticket
from tests.explore.one_document import OneDocument, disturbed_run_events, people_events, run_events
from tests.explore.search import Event
from tests.explore.tracker import OneTracker
from tests.planning.maps import plan_of, read
from tests.sync.author import Author
from tests.sync.people import Choices, MemoryHands
from tests.sync.scene import FREE

RECORDED = Path(__file__).parents[1] / "recorded" / "edition-1"
NAME = "02-plan-change-proration"
EDITS = {
    "adds a line to the data flow": ("### Output Data\n", "### Output Data\nIt is sent as JSON.\n\n"),
    "adds a method": ("**Key Methods**:\n- `preview(", "**Key Methods**:\n- `quote(plan_id: str) -> int`\n- `preview("),
    "removes a component": (
        "- **SubscriptionRepository** - stores the plan history instead of only the current plan\n",
        "",
    ),
    "renames a component": ("PlanChangeService", "PlanSwitchService"),
}


@dataclass
class Editor(Author):
    """Somebody who edits a document that was pushed long ago."""

    edits: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        return _text_of(self.edits)

    def plan(self) -> TaskPlan:
        return _plan_of(self.edits)

    def known(self) -> tuple[Hashable, ...]:
        return (self.edits, self.approved, self.retired)


@lru_cache
def _text_of(edits: frozenset[str]) -> str:
    text = (RECORDED / "docs" / "maps" / f"{NAME}.md").read_text("utf-8")
    for name in sorted(edits):
        former, new = EDITS[name]
        assert former in text, name
        text = text.replace(former, new)
    return text


@lru_cache
def _plan_of(edits: frozenset[str]) -> TaskPlan:
    text = _text_of(edits)
    return plan_of(read(text), path=f"docs/maps/{NAME}.md", text=text)


@dataclass
class EarlierEdition(OneDocument):
    """Its tickets as they were recorded."""

    first: str = "component/planchangeservice"
    second: str = "component/proration-calculator"

    @classmethod
    def recorded(cls) -> EarlierEdition:
        """Return it before anybody does anything."""
        rows = json.loads((RECORDED / "tickets.json").read_text("utf-8"))[NAME]
        tracker = OneTracker(edges_listed=False, tickets={row["number"]: _ticket_of(row) for row in rows})
        author = Editor(map_id=_plan_of(frozenset()).map_id, path=f"docs/maps/{NAME}.md")
        world = cls(tracker, MemoryHands(tracker), author, pushed_id=author.map_id, pushed_text=author.text)
        world.untouched()
        return world

    def push(self, policy: SyncPolicy) -> Any:
        """Push, and check that nothing happens as long as nothing did."""
        self.untouched()
        return super().push(policy)

    def untouched(self) -> None:
        """Nothing is written because the program is newer."""
        is_same = self.author.text == self.pushed_text and self.author.approved and not self.author.retired
        if is_same and not self.is_touched:
            writes = self.planned(FREE).writes
            assert not writes, f"a newer program would write {[(c.action, c.key) for c in writes]}"

    @property
    def is_touched(self) -> bool:
        """Whether somebody did something but edit the document."""
        return self.disturbed or self.token_replaced or self.choices != Choices()


def _ticket_of(row: dict[str, Any]) -> Ticket:
    sets = {name: frozenset(row.get(name, ())) for name in ("labels", "assignees", "blocked_by")}
    return Ticket(**{**row, **sets, "standing": Standing[row["standing"]], "state": State(row["state"])})


def _edits(name: str) -> Callable[[EarlierEdition], None]:
    def act(world: EarlierEdition) -> None:
        assert isinstance(world.author, Editor)
        world.author.edits ^= {name}

    return act


def author_events(_: EarlierEdition) -> Iterator[Event[EarlierEdition]]:
    """Each edit of the document; one that is there is taken back."""
    for name in EDITS:
        yield Event(f"the author {name}, or takes it back", _edits(name))
    yield Event("the author withdraws or gives the approval", lambda w: _toggle(w, "approved"))
    yield Event("the author retires or revives the map", lambda w: _toggle(w, "retired"))


def _toggle(world: EarlierEdition, name: str) -> None:
    world.author = replace(world.author, **{name: not getattr(world.author, name)})  # type: ignore[arg-type]


def all_events(world: EarlierEdition) -> Iterator[Event[Any]]:
    """Everything that may happen."""
    yield from author_events(world)
    yield from people_events(world)
    yield from run_events(world)
    yield from disturbed_run_events(world)
