"""A technical map and two units of specs about the same work: their words, titles and file names collide in part."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from techmap_sync.documents.base import Sources
from techmap_sync.documents.checklist.checklist_family import Checklists
from techmap_sync.planning.body import TicketTexts
from techmap_sync.planning.link_targets import MapSource
from techmap_sync.planning.planner import plan_tasks
from techmap_sync.planning.task import TaskPlan
from techmap_sync.planning.task_graph import task_graph
from tests.families.gold import grammar
from tests.planning import maps

SCANNER, PLANNER = "Create GapScanner: finds gaps in a series", "Create FillPlanner: merges adjacent gaps"
NO_GAP = "A full series has no gap"
OTHER_ID, NO_FILE = "gets another id", "loses its file"
"""Edits that each document may have."""


@dataclass(frozen=True)
class Paper:
    """One document: what it says depends on the edits that its author made and did not take back."""

    place: str
    other_place: str
    """Where it is when it has another id."""
    edits: tuple[str, ...]
    written: Callable[[Collection[str]], str]
    plan: Callable[[str, str], TaskPlan]
    """Made of the place and the text."""
    ends: str
    """The edit after which its author no longer wants it, which its family knows."""

    @property
    def every_edit(self) -> tuple[str, ...]:
        return (*self.edits, OTHER_ID, NO_FILE, self.ends)

    def plan_of(self, edits: frozenset[str]) -> TaskPlan:
        """Return its tasks.

        :param edits: those it has now.
        """
        place = self.other_place if OTHER_ID in edits else self.place
        if self.ends == ARCHIVED and ARCHIVED in edits:
            place = place.replace("changes/", "changes/archive/2026-11-02-")
        return _planned(self, place, self.written(edits))


@lru_cache(maxsize=4096)
def _planned(paper: Paper, place: str, text: str) -> TaskPlan:
    return paper.plan(place, text)


RETIRED, ARCHIVED, FINISHED = "is superseded", "is archived", "has all boxes ticked"


def _map_text(edits: Collection[str]) -> str:
    scanner = "HoleFinder" if "renames GapScanner" in edits else "GapScanner"
    names = {scanner: "finds gaps in a series", "FillPlanner": "merges adjacent gaps"}
    if "removes FillPlanner" in edits:
        del names["FillPlanner"]
    if "adds RunLock" in edits:
        names["RunLock"] = "keeps a second run away"
    listed = "\n".join(f"- `{name}`: {line}" for name, line in names.items())
    details = "\n".join(f"### {name}\n**Key Methods**:\n- `{name.lower()}(series)`\n" for name in names)
    return f"""\
# TECHNICAL MAP: Gap Repair

## Components Overview

### New Components
{listed}

## Detailed Component Specifications

{details}
## Testing Strategy

### Unit Tests
- {NO_GAP}

**Status**: TECHNICAL MAP
**Implementation Ready**: Yes
"""


def _map_plan(place: str, text: str) -> TaskPlan:
    title = "Gap Filling" if place.endswith("gap-filling.md") else "Gap Repair"
    text = text.replace("Gap Repair", title)
    return maps.plan_of(maps.read(text), path=place, text=text)


def _change_text(edits: Collection[str]) -> str:
    """Two sections whose tasks are tickets each."""
    first = [SCANNER if "rewords the first task" not in edits else "Create GapScanner: finds all gaps in a series"]
    second = [NO_GAP]
    (second if "moves a task" in edits else first).append(PLANNER)
    if "removes a task" in edits:
        second.remove(NO_GAP)
    if "adds RunLock" in edits:
        first.insert(0, "Create RunLock: keeps a second run away")
    sections = {"Gap Repair": first, "Unit Tests": second}
    box = "x" if ARCHIVED in edits else " "
    return "\n".join(
        f"## {number}. {title}\n"
        + "".join(f"- [{box}] {number}.{place} {task}\n" for place, task in enumerate(tasks, 1))
        for number, (title, tasks) in enumerate(sections.items(), 1)
    )


def _feature_text(edits: Collection[str]) -> str:
    """Two phases, which are a ticket each."""
    done = {SCANNER, PLANNER, NO_GAP} if FINISHED in edits else {SCANNER} if "ticks a task" in edits else set()
    phases = {
        "Build GapScanner" if "renames a phase" in edits else "GapScanner": [SCANNER, PLANNER],
        "Unit Tests": [NO_GAP],
    }
    lines, count = ["# Tasks: Gap Repair"], 0
    for number, (title, tasks) in enumerate(phases.items(), 1):
        lines.append(f"\n## Phase {number}: {title}\n")
        for task in tasks:
            count += 1
            lines.append(f"- [{'x' if task in done else ' '}] T{count:03} {task}")
    return "\n".join(lines) + "\n"


def _unit_plan(family: str, *, each_task: bool) -> Callable[[str, str], TaskPlan]:
    reader = Checklists(replace(grammar(family), each_task=each_task))

    def plan(place: str, text: str) -> TaskPlan:
        graph = task_graph(reader.read(Sources(text, place, place, {})))
        return plan_tasks(graph, maps.options(), TicketTexts(graph, MapSource(place), maps.templates()))

    return plan


PAPERS: Mapping[str, Paper] = {
    "map": Paper(
        "docs/maps/gap-repair.md",
        "docs/maps/gap-filling.md",
        ("renames GapScanner", "removes FillPlanner", "adds RunLock"),
        _map_text,
        _map_plan,
        RETIRED,
    ),
    "change": Paper(
        "openspec/changes/gap-repair-tasks/tasks.md",
        "openspec/changes/gap-filling-tasks/tasks.md",
        ("rewords the first task", "moves a task", "removes a task", "adds RunLock"),
        _change_text,
        _unit_plan("openspec", each_task=True),
        ARCHIVED,
    ),
    "feature": Paper(
        "specs/001-gap-repair-1/tasks.md",
        "specs/002-gap-filling-1/tasks.md",
        ("ticks a task", "renames a phase"),
        _feature_text,
        _unit_plan("spec-kit", each_task=False),
        FINISHED,
    ),
}
"""By the name that stories call it."""
