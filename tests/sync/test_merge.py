"""The decision table, every row for every field: docs/how-it-decides.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techmap_sync.planning.task import Priority, Section, TaskPlan, TaskSpec
from techmap_sync.sync.block import Block, Held, read_block
from techmap_sync.sync.changes import Action
from techmap_sync.sync.edits import LabelChanges
from techmap_sync.sync.merge import (
    Decision,
    decide,
    has_label,
    label_changes,
    revise,
)
from techmap_sync.sync.policy import Side, SyncPolicy
from techmap_sync.sync.tracker import Capabilities
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, SERVICE, STORE, TESTS, THREE, held, plan, rehold, section, task
from tests.sync.drive import planned, push, shown

ROWS = [
    ("nothing changed: nothing happens", False, False, False, Decision.NOTHING),
    ("only the map changed: the ticket follows", True, False, False, Decision.UPDATE),
    ("only a human changed it: the human's value stays", False, True, False, Decision.KEEP),
    ("both changed to the same: only the marker learns of it", True, True, True, Decision.ADOPT),
    ("both changed, differently: conflict, the human's value stays", True, True, False, Decision.CONFLICT),
]


@dataclass(frozen=True)
class Field:
    """How a test changes one field in the map and in the ticket."""

    name: str
    first: str
    second: str
    third: str

    def in_map(self, value: str) -> TaskSpec:
        spec = task("Store")
        match self.name:
            case "title":
                return replace(spec, title=value)
            case "milestone":
                return replace(spec, milestone=value)
            case "priority":
                labels = frozenset({POLICY.managed_label, f"priority:{value}"})
                return replace(spec, priority=Priority(value), labels=labels)
            case _:
                return replace(spec, sections=(section("purpose", value), section("where", "here")))

    def in_ticket(self, before: Held, value: str) -> Held:
        ticket = before.ticket
        match self.name:
            case "title":
                return rehold(replace(ticket, title=value))
            case "milestone":
                return rehold(replace(ticket, milestone=value))
            case "priority":
                return rehold(replace(ticket, labels=frozenset({POLICY.managed_label, f"priority:{value}"})))
            case _:
                return rehold(replace(ticket, body=ticket.body.replace(self.first, value)))


FIELDS = [
    Field("title", "Create Store", "Create TokenStore", "Build the store"),
    Field("purpose", "Keeps tokens.", "Keeps tokens and codes.", "Keeps everything."),
    Field("priority", "high", "low", "medium"),
    Field("milestone", "1.0", "1.1", "2.0"),
]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
@pytest.mark.parametrize(("row", "map_changed", "ticket_changed", "agree", "action"), ROWS, ids=[r[0] for r in ROWS])
def test_row(field: Field, row: str, map_changed: bool, ticket_changed: bool, agree: bool, action: Decision) -> None:
    ticket = held(field.in_map(field.first))
    if ticket_changed:
        ticket = field.in_ticket(ticket, field.second if agree else field.third)
    desired = field.in_map(field.second if map_changed else field.first)
    decided = {each.name: each.decision for each in revise(desired, ticket, POLICY).fields}
    assert decided[field.name] is action, row
    assert {decision for name, decision in decided.items() if name != field.name} == {Decision.NOTHING}


@pytest.mark.parametrize(("row", "map_changed", "ticket_changed", "agree", "action"), ROWS, ids=[r[0] for r in ROWS])
def test_table(row: str, map_changed: bool, ticket_changed: bool, agree: bool, action: Decision) -> None:
    assert decide(map_changed=map_changed, ticket_changed=ticket_changed, agree=agree) is action


def test_a_section_that_appears_in_the_map_is_written() -> None:
    ticket = held(task("Store", sections={"purpose": "Keeps tokens."}))
    desired = task("Store", sections={"purpose": "Keeps tokens.", "where": "store.py"})
    revision = revise(desired, ticket, POLICY)
    assert [edit.name for edit in revision.edits] == ["where"]


def test_a_section_that_goes_from_the_map_goes_from_the_ticket() -> None:
    ticket = held(task("Store", sections={"purpose": "Keeps tokens.", "where": "store.py"}))
    revision = revise(task("Store", sections={"purpose": "Keeps tokens."}), ticket, POLICY)
    assert [(edit.name, edit.before, edit.after) for edit in revision.edits] == [("where", "store.py", "")]


def test_a_section_that_a_human_removed_stays_away() -> None:
    spec = task("Store", sections={"purpose": "Keeps tokens.", "where": "store.py"})
    ticket = held(spec)
    thinned = rehold(replace(ticket.ticket, body=ticket.ticket.body.replace("### Where\n\nstore.py\n\n", "")))
    assert [each.name for each in revise(spec, thinned, POLICY).named(Decision.KEEP)] == ["where"]


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


def reworded(section: Section) -> Section:
    return replace(section, text=f"In short: {section.text}")


def test_tickets_that_an_older_template_wrote_are_not_rewritten(tracker: MemoryTracker) -> None:
    newer = plan(*(replace(t, sections=tuple(reworded(s) for s in t.sections)) for t in THREE.tasks))
    change_set = planned(tracker, newer, text=repr(THREE))
    assert not change_set.changes
    assert planned(tracker, newer, replace(POLICY, refresh=True), text=repr(THREE)).writes, "--refresh writes it"


def test_a_conflict_is_settled_for_the_map_or_for_the_tracker(tracker: MemoryTracker) -> None:
    tracker.edit("2", title="My own words")
    changed = plan(replace(STORE, title="Create TokenStore"), SERVICE, TESTS)
    assert (Action.CONFLICT, STORE.key) in shown(planned(tracker, changed).changes)
    mine = replace(POLICY, resolve={STORE.key: Side.TRACKER})
    push(tracker, changed, mine)
    assert tracker.tickets["2"].title == "My own words"
    assert not planned(tracker, changed).changes
    push(tracker, changed, replace(POLICY, resolve={STORE.key: Side.MAP}))
    assert tracker.tickets["2"].title == "My own words", "settled is settled"


def test_a_conflict_taken_from_the_map_is_overwritten(tracker: MemoryTracker) -> None:
    tracker.edit("2", title="My own words")
    changed = plan(replace(STORE, title="Create TokenStore"), SERVICE, TESTS)
    push(tracker, changed, replace(POLICY, resolve={STORE.key: Side.MAP}))
    assert tracker.tickets["2"].title == "Create TokenStore"
    assert not planned(tracker, changed).changes


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


@pytest.mark.parametrize("edited", ["purpose", "where"])
def test_a_text_that_was_accepted_stays_when_tickets_are_refreshed(edited: str) -> None:
    """Also in a section without values, which is written along with others."""
    texts = {"purpose": "Keeps tokens.", "where": "in the store"}
    spec = task("Store", sections=texts)
    bare = replace(spec, sections=(spec.sections[0], replace(spec.sections[1], values="")))
    made, tracker = plan(bare), MemoryTracker()
    push(tracker, made)
    tracker.edit("2", body=tracker.tickets["2"].body.replace(texts[edited], "MY OWN WORDS"))
    push(tracker, made, replace(POLICY, resolve={spec.key: Side.TRACKER}))
    assert not planned(tracker, made).changes
    newer = plan(replace(bare, title="Create the store", sections=tuple(reworded(s) for s in bare.sections)))
    refresh = replace(POLICY, refresh=True)
    for _ in range(2):
        push(tracker, newer, refresh)
        assert "MY OWN WORDS" in tracker.tickets["2"].body
    assert "In short:" in tracker.tickets["2"].body, "the other section follows"
    assert not planned(tracker, newer, refresh).changes


def test_an_accepted_text_follows_the_map_when_that_says_something_new(tracker: MemoryTracker) -> None:
    tracker.edit("2", body=tracker.tickets["2"].body.replace("What Store is for.", "MY OWN WORDS"))
    push(tracker, THREE, replace(POLICY, resolve={STORE.key: Side.TRACKER}))
    changed = plan(task("Store", sections={"purpose": "Forgets tokens."}), SERVICE, TESTS)
    push(tracker, changed)
    assert "Forgets tokens." in tracker.tickets["2"].body
    newer = replace(changed, tasks=tuple(replace(t, sections=tuple(map(reworded, t.sections))) for t in changed.tasks))
    push(tracker, newer, replace(POLICY, refresh=True))
    assert "In short: Forgets tokens." in tracker.tickets["2"].body


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
