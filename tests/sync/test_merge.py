"""The decision table, every row for every field: docs/how-it-decides.md."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from techmap_sync.planning.task import Priority, Section, TaskSpec
from techmap_sync.sync.block import Held
from techmap_sync.sync.changes import Action
from techmap_sync.sync.merge import (
    decide,
    revise,
)
from techmap_sync.sync.policy import OnConflict, Side, SyncPolicy
from techmap_sync.sync.ticket_fields import Decision, LabelChanges
from techmap_sync.sync.tracker import Ticket
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


def reworded(section: Section) -> Section:
    return replace(section, text=f"In short: {section.text}")


COMMITTED = section("purpose", "Keeps tokens.")
WAITING = replace(COMMITTED, text="Keeps tokens, after the commit.", is_pending=True)
WITHOUT_VALUES = replace(COMMITTED, values="")


@pytest.mark.parametrize(
    ("before", "after", "decision"),
    [
        (COMMITTED, WAITING, Decision.UPDATE),
        (WAITING, replace(WAITING, text="In other words."), Decision.NOTHING),
        (WAITING, COMMITTED, Decision.UPDATE),
        (WITHOUT_VALUES, WAITING, Decision.NOTHING),
    ],
    ids=["it waits for a commit", "it still waits", "the commit is there", "it had no values before"],
)
def test_what_a_commit_adds_to_a_section_is_news_once(before: Section, after: Section, decision: Decision) -> None:
    ticket = held(replace(STORE, sections=(before,)))
    fields = revise(replace(STORE, sections=(after,)), ticket, POLICY).fields
    assert {field.name: field.decision for field in fields}["purpose"] is decision


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


def decisions(spec: TaskSpec, ticket: Held, policy: SyncPolicy = POLICY) -> dict[str, Decision]:
    return {field.name: field.decision for field in revise(spec, ticket, policy).fields}


def priority_seen(ticket: Ticket, policy: SyncPolicy = POLICY) -> str:
    fields = revise(STORE, rehold(ticket), policy).fields
    return next(field.theirs for field in fields if field.name == "priority")


def with_priority(field: str | None, *labels: str) -> Ticket:
    return replace(held(STORE).ticket, priority=field, labels=frozenset({POLICY.managed_label, *labels}))


@pytest.mark.parametrize(
    ("field", "labels", "seen"),
    [
        ("high", ["priority:low"], "high"),
        ("medium", ["priority:low"], "low"),
        ("high", ["priority:medium"], "high"),
        (None, ["Priority:LOW"], "low"),
        (None, [], ""),
    ],
)
def test_of_field_and_label_the_one_counts_that_a_person_changed(
    field: str | None, labels: list[str], seen: str
) -> None:
    assert priority_seen(with_priority(field, *labels)) == seen


def test_the_label_of_a_priority_follows_the_map_when_nothing_else_does() -> None:
    urgent = task("Store", priority=Priority.HIGH)
    labels = LabelChanges(frozenset({"priority:high"}), frozenset({"priority:medium"}))
    assert revise(urgent, held(STORE), POLICY).labels == labels


def test_a_priority_label_may_be_written_in_any_case() -> None:
    policy = replace(POLICY, priority_labels={**POLICY.priority_labels, Priority.LOW: "Priority:Low"})
    assert priority_seen(with_priority(None, "priority:low"), policy) == "low"


def test_a_ticket_with_nothing_but_its_former_priority_label_still_has_that_priority() -> None:
    policy = replace(POLICY, priority_labels={Priority.MEDIUM: "P1"})
    spec = replace(STORE, labels=frozenset({POLICY.managed_label, "P1"}))
    ticket = rehold(replace(held(STORE).ticket, labels=frozenset({"priority:medium"})))
    assert decisions(spec, ticket, policy)["priority"] is Decision.NOTHING


@pytest.mark.parametrize(("labels", "decision"), [({"priority:medium"}, Decision.NOTHING), (set(), Decision.KEEP)])
def test_a_former_priority_label_that_means_another_priority_now_still_says_what_it_said(
    labels: set[str], decision: Decision
) -> None:
    policy = replace(POLICY, priority_labels={Priority.MEDIUM: "P1", Priority.LOW: "priority:medium"})
    spec = replace(STORE, labels=frozenset({POLICY.managed_label, "P1"}))
    ticket = rehold(replace(held(STORE).ticket, labels=frozenset(labels)))
    assert decisions(spec, ticket, policy)["priority"] is decision


def test_a_new_section_that_says_nothing_of_the_map_is_not_written() -> None:
    spec = replace(STORE, sections=(*STORE.sections, replace(section("where", "here"), values="")))
    assert decisions(spec, held(STORE))["where"] is Decision.NOTHING


@pytest.mark.parametrize(("edited", "decision"), [(True, Decision.KEEP), (False, Decision.UPDATE)])
def test_refreshing_never_writes_words_of_a_template_over_words_of_people(edited: bool, decision: Decision) -> None:
    ticket = held(replace(STORE, sections=(WITHOUT_VALUES,)))
    if edited:
        ticket = rehold(replace(ticket.ticket, body=ticket.ticket.body.replace("Keeps tokens.", "Mine.")))
    spec = replace(STORE, sections=(replace(WITHOUT_VALUES, text="It keeps tokens."),))
    assert decisions(spec, ticket, replace(POLICY, refresh=True))["purpose"] is decision


def test_a_section_that_the_map_drops_and_a_person_edited_is_a_conflict() -> None:
    ticket = held(replace(STORE, sections=(COMMITTED,)))
    edited = rehold(replace(ticket.ticket, body=ticket.ticket.body.replace("Keeps tokens.", "Mine.")))
    assert decisions(replace(STORE, sections=()), edited)["purpose"] is Decision.CONFLICT


def test_a_task_that_keeps_its_text_takes_only_its_fields_from_the_map() -> None:
    spec = replace(STORE, milestone="v1", due="2026-12-01")
    before = held(spec)
    edited = rehold(replace(before.ticket, title="Mine", milestone="later", due="2027-01-01"))
    by_map = replace(POLICY, resolve={STORE.key: Side.MAP})
    found = decisions(replace(spec, keeps_text=True), edited, by_map)
    assert {name: found[name] for name in ("title", "milestone", "due")} == {
        "title": Decision.KEEP,
        "milestone": Decision.UPDATE,
        "due": Decision.UPDATE,
    }


def test_what_only_a_person_changed_is_no_conflict_to_overwrite() -> None:
    edited = rehold(replace(held(STORE).ticket, title="Mine"))
    assert decisions(STORE, edited, replace(POLICY, on_conflict=OnConflict.OVERWRITE))["title"] is Decision.KEEP


def test_a_task_that_keeps_its_text_takes_neither_title_nor_sections_from_the_map() -> None:
    spec = replace(STORE, title="Build Store", sections=(), keeps_text=True)
    assert set(decisions(spec, held(STORE)).values()) == {Decision.NOTHING}


def test_a_conflict_to_overwrite_takes_the_value_of_the_map() -> None:
    edited = rehold(replace(held(STORE).ticket, title="Mine"))
    spec = replace(STORE, title="Build Store")
    assert decisions(spec, edited, replace(POLICY, on_conflict=OnConflict.OVERWRITE))["title"] is Decision.UPDATE


def test_of_several_priority_labels_the_first_by_name_counts() -> None:
    many = {f"p{number}": f"label {number}" for number in range(20)}
    policy = replace(POLICY, priority_labels={**many, **POLICY.priority_labels})
    assert priority_seen(with_priority(None, *many.values()), policy) == "p0"
