"""Labels are a set: ours follow the map and the settings, and those of people stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techmap_sync.planning.task import Priority, TaskPlan, TaskSpec
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.changes import Action
from techmap_sync.sync.merge import revise
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.ticket_fields import Decision, LabelChanges, has_label, label_changes
from techmap_sync.sync.tracker import Capabilities
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, THREE, held, rehold, task
from tests.sync.drive import planned, push


def test_labels_are_added_and_removed_but_never_replaced() -> None:
    ticket = held(task("Store", labels=frozenset({"old"})))
    seen = rehold(replace(ticket.ticket, labels=ticket.ticket.labels | {"by hand"}))
    revision = revise(task("Store", labels=frozenset({"new"})), seen, POLICY)
    assert revision.labels.add == {"new"}
    assert revision.labels.remove == {"old"}


def test_a_label_that_a_human_removed_is_not_added_again() -> None:
    spec = task("Store", labels=frozenset({"component"}))
    ticket = held(spec)
    thinned = rehold(replace(ticket.ticket, labels=ticket.ticket.labels - {"component"}))
    assert not revise(spec, thinned, POLICY).labels.add


RENAMED = {
    "another name": {"high": "P0", "medium": "P1", "low": "P2"},
    "the name that another one had": {"high": "priority:medium", "medium": "priority:low", "low": "priority:later"},
    "no label": {},
}


def relabelled(labels: Mapping[str, str]) -> tuple[TaskPlan, SyncPolicy]:
    """The same map under settings with other labels for priorities."""

    def again(spec: TaskSpec) -> TaskSpec:
        label = labels.get(spec.priority or "")
        return replace(spec, labels=frozenset({POLICY.managed_label, *([label] if label else [])}))

    tasks = tuple(map(again, THREE.tasks))
    return replace(THREE, tasks=tasks), replace(POLICY, priority_labels=labels)


@pytest.mark.parametrize("to", RENAMED)
@pytest.mark.parametrize("native", [False, True])
def test_a_priority_label_that_the_settings_rename_is_exchanged(to: str, native: bool) -> None:
    tracker = MemoryTracker(Capabilities(native_priority=native))
    push(tracker, THREE)
    made, policy = relabelled(RENAMED[to])
    change_set = planned(tracker, made, policy, repr(THREE))
    assert {change.action for change in change_set.changes} == {Action.UPDATE}
    push(tracker, made, policy, repr(THREE))
    assert [tracker.tickets[number].labels for number in "234"] == [spec.labels for spec in made.tasks]
    assert not planned(tracker, made, policy, repr(THREE)).changes


def test_a_priority_label_that_a_human_removed_stays_away_whatever_its_name_is_by_now(tracker: MemoryTracker) -> None:
    tracker.edit("2", labels=frozenset({POLICY.managed_label}))
    made, policy = relabelled(RENAMED["another name"])
    push(tracker, made, policy, repr(THREE))
    assert tracker.tickets["2"].labels == {POLICY.managed_label}
    assert tracker.tickets["3"].labels == {POLICY.managed_label, "P1"}
    assert not planned(tracker, made, policy, repr(THREE)).writes


def test_a_priority_that_a_human_chose_by_its_label_of_today_stays(tracker: MemoryTracker) -> None:
    tracker.edit("2", labels=frozenset({POLICY.managed_label, "P0"}))
    made, policy = relabelled(RENAMED["another name"])
    push(tracker, made, policy, repr(THREE))
    assert tracker.tickets["2"].labels == {POLICY.managed_label, "P0"}
    assert not planned(tracker, made, policy, repr(THREE)).writes


def test_a_renamed_priority_label_is_finished_after_a_run_was_killed(tracker: MemoryTracker) -> None:
    made, policy = relabelled(RENAMED["another name"])
    tracker.edit("2", labels=made.tasks[0].labels)
    push(tracker, made, policy, repr(THREE))
    block = read_block(tracker.tickets["2"].body)
    assert isinstance(block, Block)
    assert block.marker.labels == made.tasks[0].labels
    assert not planned(tracker, made, policy, repr(THREE)).changes


def test_a_priority_and_its_label_may_change_at_once(tracker: MemoryTracker) -> None:
    made, policy = relabelled(RENAMED["the name that another one had"])
    store = replace(made.tasks[0], priority=Priority.HIGH, labels=frozenset({POLICY.managed_label, "priority:medium"}))
    made = replace(made, tasks=(store, *made.tasks[1:]))
    push(tracker, made, policy)
    assert tracker.tickets["2"].labels == store.labels
    assert not planned(tracker, made, policy).changes


SPEC = task("Session", labels=frozenset({"Component", "phase:build"}))


def changes(there: set[str], ours: set[str] | None = None) -> LabelChanges:
    """Compare the labels of the task with those of a ticket.

    :param there: what the ticket has.
    :param ours: what the marker says we set; what the task wants when it is None.
    """
    before = held(SPEC)
    marker = before.marker if ours is None else replace(before.marker, labels=frozenset(ours))
    ticket = replace(before.ticket, labels=frozenset(there))
    return label_changes(SPEC, ticket, marker, Decision.NOTHING, POLICY)


def test_a_label_in_another_case_is_the_same_label() -> None:
    there = {label.upper() for label in SPEC.labels}
    assert changes(there) == LabelChanges()


def test_a_label_that_we_drop_is_removed_as_the_ticket_spells_it() -> None:
    found = changes({*SPEC.labels, "OLD"}, {*SPEC.labels, "old"})
    assert found.remove == {"OLD"}
    assert not found.add


def test_a_label_of_a_person_stays_in_any_case() -> None:
    assert not changes({*SPEC.labels, "urgent"}).remove


def test_a_label_that_a_person_took_off_is_named_as_we_spell_it() -> None:
    assert changes(set(SPEC.labels) - {"Component"}).taken == {"Component"}


@given(st.lists(st.sampled_from(sorted(SPEC.labels)), unique=True))
def test_spelling_changes_nothing_about_what_is_decided(kept: list[str]) -> None:
    there = set(kept)
    swapped = {label.swapcase() for label in there}
    assert changes(there) == changes(swapped)


def test_has_label_ignores_case() -> None:
    assert has_label({"Techmap"}, "techmap")
    assert not has_label({"Techmaps"}, "techmap")
