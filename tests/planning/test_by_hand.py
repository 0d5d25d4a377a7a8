"""Whole backlogs that were written by hand first, by the rules of ``by_hand/README.md``, and are matched exactly."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path

import pytest

from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.sync.fallback import edge_texts
from techmap_sync.sync.tracker import Capabilities
from tests.planning.maps import CORPUS, plan_of, read

HERE = Path(__file__).parent / "by_hand"
MAPS = ("02-plan-change-proration", "05-late-event-dedup", "11-mobile-offline-sync")
TRACKING = "tracking/map"


@dataclass(frozen=True)
class Ticket:
    """One ticket as it is written down."""

    number: str
    title: str
    labels: str
    body: str
    priority: str = ""
    waits_for: frozenset[str] = field(default_factory=frozenset)


@lru_cache
def by_hand(name: str) -> dict[str, Ticket]:
    _, *parts = re.split(r"(?m)^## ", (HERE / f"{name}.md").read_text("utf-8"))
    return dict(map(_ticket, parts))


def _ticket(part: str) -> tuple[str, Ticket]:
    key, _, rest = part.partition("\n\n")
    head, _, body = rest.partition("\n\n")
    lines = [line.removeprefix("- ").partition(": ")[::2] for line in head.split("\n")]
    fields = dict(lines)
    waits = frozenset(value for name, value in lines if name == "waits for")
    priority = fields.get("priority", "")
    return key, Ticket(fields["number"], fields["title"], fields["labels"], body.strip("\n"), priority, waits)


@lru_cache
def planned(name: str) -> dict[str, Ticket]:
    """The same of what is planned, with the texts that GitHub gets once every ticket has its number."""
    text = (CORPUS / f"{name}.md").read_text("utf-8")
    plan = plan_of(read(text), path=f"docs/maps/{name}.md", text=text)
    numbers = {spec.key: str(number) for number, spec in enumerate((plan.tracking, *plan.tasks), 1)}
    texts = edge_texts(plan, Capabilities())
    told: TaskPlan = texts.of_tasks(plan, numbers)
    specs = (texts.of_tracking(plan.tracking, numbers), *told.tasks)
    return {_local(spec.key): _written(spec, numbers[spec.key]) for spec in specs}


def _written(spec: TaskSpec, number: str) -> Ticket:
    body = "\n\n".join(f"### {part.heading}\n\n{part.text}" for part in spec.sections)
    order = ("techmap", spec.kind.value, "map", "phase:", "priority:")
    labels = sorted(spec.labels, key=lambda label: next(n for n, start in enumerate(order) if label.startswith(start)))
    edges = zip(spec.blocked_by, spec.blocked_because, strict=True)
    waits = frozenset(f"{_local(key)} ({rule})" for key, rule in edges)
    return Ticket(number, spec.title, ", ".join(labels), body, str(spec.priority or ""), waits)


def _local(key: str) -> str:
    return key.partition("/")[2]


CASES = [(name, key) for name in MAPS for key in by_hand(name)]


@pytest.mark.parametrize("name", MAPS)
def test_there_are_exactly_these_tickets(name: str) -> None:
    assert sorted(planned(name)) == sorted(by_hand(name))


@pytest.mark.parametrize("field", [each.name for each in fields(Ticket)])
@pytest.mark.parametrize(("name", "key"), CASES, ids=lambda part: part)
def test_each_ticket_is_the_one_that_was_written_by_hand(name: str, key: str, field: str) -> None:
    assert getattr(planned(name)[key], field) == getattr(by_hand(name)[key], field)
