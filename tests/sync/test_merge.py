"""The decision table, every row for every field: docs/how-it-decides.md."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techmap_sync.planning.task import Priority, Section, TaskSpec
from techmap_sync.sync.block import Held
from techmap_sync.sync.changes import Action
from techmap_sync.sync.edits import LabelChanges
from techmap_sync.sync.merge import (
    Decision,
    decide,
    has_label,
    label_changes,
    revise,
)
from techmap_sync.sync.policy import Side
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
