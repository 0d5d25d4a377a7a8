"""Tasks and tickets in few words, for tests of the sync core."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from techmap_sync.config import load_settings
from techmap_sync.documents.work import Kind, Phase
from techmap_sync.planning.task import Priority, Section, TaskPlan, TaskSpec
from techmap_sync.sync import writing
from techmap_sync.sync.block import Block, Held, read_block, write_block
from techmap_sync.sync.change_set import MapChanges
from techmap_sync.sync.comparison import digest
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.match import Origin
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import Capabilities, Ticket

MAP = "login"
TRACKING = f"{MAP}/tracking/map"
POLICY = load_settings(None, {}).sync_policy("example.org/team/app")
PRIORITY_LABELS = POLICY.priority_labels


def key(name: str) -> str:
    return f"{MAP}/component/{name}"


def task(
    name: str,
    title: str = "",
    sections: Mapping[str, str] | None = None,
    blocked_by: tuple[str, ...] = (),
    priority: Priority | None = Priority.MEDIUM,
    labels: frozenset[str] = frozenset(),
    done: bool = False,
    kind: Kind = Kind.COMPONENT,
) -> TaskSpec:
    texts = {"purpose": f"What {name} is for."} if sections is None else sections
    by_priority = frozenset({PRIORITY_LABELS[priority]}) if priority else frozenset()
    return TaskSpec(
        key=f"{MAP}/{kind}/{name}",
        kind=kind,
        title=title or f"Create {name}",
        sections=tuple(section(part, text) for part, text in texts.items()),
        phase=Phase.BUILD,
        priority=priority,
        labels=frozenset({POLICY.managed_label}) | by_priority | labels,
        blocked_by=tuple(key(other) for other in blocked_by),
        done=done,
    )


def boxed(name: str, *texts: str, kind: Kind = Kind.COMPONENT) -> TaskSpec:
    """A task with these boxes: ``[ ] its text``."""
    return task(name, sections={"items": "\n".join(f"- {text}" for text in texts)}, kind=kind)


def open_boxes(name: str, *texts: str) -> TaskSpec:
    return boxed(name, *(f"[ ] {text}" for text in texts))


def with_ticks(name: str, *texts: str) -> TaskSpec:
    return boxed(name, *(f"[x] {text}" for text in texts))


def section(name: str, text: str) -> Section:
    return Section(name, name.capitalize(), text, json.dumps(text))


def plan(*tasks: TaskSpec, summary: str = "One map.") -> TaskPlan:
    tracking = task("map", "Implement Login", {"summary": summary}, priority=None, kind=Kind.TRACKING)
    return TaskPlan(MAP, tracking, tasks)


def under_another_id(made: TaskPlan, map_id: str = "signin") -> TaskPlan:
    """The same map after its author gave it another id."""

    def key_of_today(key: str) -> str:
        return f"{map_id}/{key.partition('/')[2]}"

    def moved(spec: TaskSpec) -> TaskSpec:
        return replace(spec, key=key_of_today(spec.key), blocked_by=tuple(map(key_of_today, spec.blocked_by)))

    return replace(made, map_id=map_id, tracking=moved(made.tracking), tasks=tuple(map(moved, made.tasks)))


def origin(text: str = "the text of the map", path: str = "docs/login.md") -> Origin:
    return Origin(path, text, digest(text), "settings", "c0ffee", "2026-01-01T00:00:00+00:00")


def held(spec: TaskSpec, number: str = "2", **changed: object) -> Held:
    """The ticket of a task as it is right after a push, but for what a test changes."""
    changes = MapChanges(MAP, "docs/login.md", True, tracking_key=TRACKING, ledger=Ledger())
    draft = writing.draft(spec, changes, "1", "", POLICY, Capabilities())
    ticket = Ticket(number, draft.title, draft.body, labels=draft.labels, milestone=draft.milestone)
    return rehold(replace(ticket, **changed))  # type: ignore[arg-type]


def marked(ticket: Held, **changed: object) -> Held:
    """The same ticket with another marker in its text."""
    marker = replace(ticket.marker, **changed)  # type: ignore[arg-type]
    body = write_block(ticket.block.parts, marker, ticket.block.before, ticket.block.after)
    return rehold(replace(ticket.ticket, body=body))


def tracking_ticket(ledger: Ledger, number: str = "1", **changed: object) -> Held:
    """The tracking ticket of a map with what it remembers."""
    return marked(held(plan().tracking, number, **changed), tracking=number, ledger=ledger)


def rehold(ticket: Ticket) -> Held:
    block = read_block(ticket.body)
    assert isinstance(block, Block), block
    return Held(ticket, block)


def holdings_of(ledger: Ledger, *tickets: Held, **more: object) -> Holdings:
    """The tickets of a map whose tracking ticket has number 1 and a ledger."""
    own = {each.marker.key: each for each in tickets}
    return Holdings(marked(held(plan().tracking, "1"), ledger=ledger), own, **more)  # type: ignore[arg-type]


STORE, SERVICE, TESTS = task("Store"), task("Service"), task("Tests")
THREE = plan(STORE, SERVICE, TESTS)
FOUR = plan(STORE, SERVICE, TESTS, task("Mailer"))
