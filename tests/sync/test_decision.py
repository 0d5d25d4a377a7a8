"""The decision table, every row for every field: docs/how-it-decides.md."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from techmap_sync.planning.task import Priority, TaskSpec
from techmap_sync.sync.block import Held
from techmap_sync.sync.merge import Decision, decide, revise
from tests.sync.build import POLICY, held, rehold, section, task

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


def test_a_tick_is_no_edit() -> None:
    spec = task("Store", sections={"items": "- [ ] first\n- [ ] second"})
    ticket = held(spec)
    ticked = rehold(replace(ticket.ticket, body=ticket.ticket.body.replace("[ ] first", "[x] first")))
    assert not revise(spec, ticked, POLICY).edits
    assert not revise(spec, ticked, POLICY).named(Decision.KEEP)


def test_ticks_are_carried_to_the_new_text_by_item() -> None:
    ticket = held(task("Store", sections={"items": "- [ ] first\n- [ ] second"}))
    ticked = rehold(replace(ticket.ticket, body=ticket.ticket.body.replace("[ ] second", "[x] second")))
    desired = task("Store", sections={"items": "- [ ] second\n- [ ] third"})
    assert revise(desired, ticked, POLICY).edits[0].after == "- [x] second\n- [ ] third"


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
