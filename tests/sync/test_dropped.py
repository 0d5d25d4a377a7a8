"""What a server dropped is named, and a marker says it."""

from __future__ import annotations

from dataclasses import replace

from techmap_sync.planning.task import Priority
from techmap_sync.sync import native_fields
from techmap_sync.sync.tracker import Capabilities, Patch
from tests.sync.build import held, rehold, task

ABLE = Capabilities()


def test_what_a_server_dropped_is_named() -> None:
    spec = replace(task("Store"), assignees=("@Ada", "grace"), milestone="v1")
    ticket = replace(held(spec).ticket, assignees=frozenset({"ada"}), milestone=None)
    assert list(native_fields.lacking(spec, ticket, ABLE)) == ["the assignee grace", "the milestone v1"]
    assert not list(native_fields.lacking(spec, ticket, Capabilities(assignees=False, milestones=False)))


def test_a_priority_that_only_its_label_says_is_named() -> None:
    spec = task("Store", priority=Priority.HIGH)
    native = Capabilities(native_priority=True)
    assert list(native_fields.lacking(spec, held(spec).ticket, native)) == ["the priority high"]
    assert not list(native_fields.lacking(spec, replace(held(spec).ticket, priority="high"), native))


def test_a_marker_is_corrected_once_and_only_for_what_was_sent() -> None:
    spec = replace(task("Store"), type="Task")
    before = held(spec)
    patch = native_fields.correction(spec, before.ticket)
    assert patch is not None
    assert patch.body
    after = rehold(replace(before.ticket, body=patch.body))
    assert after.marker.accepted == {"type": ""}
    assert after.block.parts == before.block.parts
    assert native_fields.correction(spec, after.ticket) is None
    assert native_fields.correction(spec, before.ticket, Patch(title="New")) is None
    assert native_fields.correction(spec, replace(before.ticket, type="Task")) is None
