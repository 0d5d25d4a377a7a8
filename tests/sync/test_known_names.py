"""Accounts that a tracker does not have, and milestones that it does not have or calls by another name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.sync.apply import apply
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.change_set import MapChanges
from techmap_sync.sync.changes import Action, Change, Create, Reopen, Skip, Update
from techmap_sync.sync.marker import Marker
from techmap_sync.sync.task_changes import (
    kept_reason,
    missing_milestones,
    said_once,
    unknown_people,
    with_known_names,
)
from techmap_sync.sync.ticket_fields import AssigneeEdit, Edit, FieldEdit, LabelEdit
from techmap_sync.sync.tracker import Capabilities
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, TRACKING, key, plan, task
from tests.sync.drive import planned, push, several
from tests.sync.test_moves import some_map


def marker_of(tracker: MemoryTracker, number: str) -> Marker:
    block = read_block(tracker.tickets[number].body)
    assert isinstance(block, Block)
    return block.marker


def test_a_milestone_renamed_in_the_tracker_is_one_line_and_stays() -> None:
    made = plan(*(replace(task(name), milestone="v1") for name in ("Store", "Sender", "Report")))
    made = replace(made, tracking=replace(made.tracking, milestone="v1"))
    tracker = MemoryTracker()
    push(tracker, made)
    for number in tracker.tickets:
        tracker.edit(number, milestone="Version 1")
    (line,) = planned(tracker, made).changes
    assert line.action is Action.SKIP
    assert 'milestone = "Version 1"' in line.reason
    assert "4 tickets" in line.reason
    renamed = replace(made, tasks=tuple(replace(spec, milestone="Version 1") for spec in made.tasks))
    renamed = replace(renamed, tracking=replace(renamed.tracking, milestone="Version 1"))
    push(tracker, renamed)
    assert marker_of(tracker, "2").milestone == "Version 1"
    assert not planned(tracker, renamed).changes


def test_a_milestone_renamed_under_two_maps_is_one_line() -> None:
    maps = [some_map("alpha", "Store", "Sender"), some_map("beta", "Report")]
    dated = [replace(each, tasks=tuple(replace(spec, milestone="v1") for spec in each.tasks)) for each in maps]
    tracker = MemoryTracker()
    list(apply(several(tracker, *dated), tracker, POLICY))
    for number, ticket in tracker.tickets.items():
        if ticket.milestone:
            tracker.edit(number, milestone="v2")
    assert len(several(tracker, *dated).changes) == 1


def test_a_milestone_that_somebody_chose_for_one_ticket_is_named_at_that_ticket() -> None:
    made = plan(*(replace(task(name), milestone="v1") for name in ("Store", "Sender")))
    tracker = MemoryTracker()
    push(tracker, made)
    tracker.edit("3", milestone="later")
    (line,) = planned(tracker, made).changes
    assert (line.ticket, "milestone" in line.reason) == ("3", True)


def of_people(name: str, *people: str, follows: bool = False, milestone: str = "") -> TaskSpec:
    return replace(task(name), assignees=people, follows_assignees=follows, milestone=milestone)


def with_ghost(made: TaskPlan | None = None) -> MemoryTracker:
    tracker = MemoryTracker(nobody=frozenset({"ghost"}))
    if made:
        push(tracker, made)
    tracker.requests.clear()
    return tracker


def known(tracker: MemoryTracker, *plans: TaskPlan) -> tuple[MapChanges, ...]:
    return with_known_names(several(tracker, *plans).maps, tracker)


def people_of(changes: MapChanges) -> dict[str, tuple[str, ...]]:
    return {change.key: change.spec.assignees for change in changes.changes if isinstance(change, Create)}


def skipped(changes: MapChanges) -> list[str]:
    return [change.reason for change in changes.changes if isinstance(change, Skip)]


def test_a_ticket_is_made_without_an_account_that_is_not_there() -> None:
    (changes,) = known(with_ghost(), plan(of_people("Store", "ann", "ghost"), of_people("Sender", "ann")))
    assert people_of(changes) == {TRACKING: (), key("Store"): ("ann",), key("Sender"): ("ann",)}
    (note,) = [change for change in changes.changes if isinstance(change, Skip)]
    assert "assigned to ghost" in note.reason
    assert "settings" in note.reason
    assert (note.key, note.title, note.lasting) == (TRACKING, "Implement Login", True)


def test_an_account_of_the_settings_is_named_in_each_map_and_one_of_the_documents_once() -> None:
    alpha, beta = some_map("alpha", "Store"), some_map("beta", "Sender")

    def by(*, follows: bool) -> list[list[str]]:
        plans = [
            replace(each, tasks=tuple(replace(t, assignees=("ghost",), follows_assignees=follows) for t in each.tasks))
            for each in (alpha, beta)
        ]
        return [skipped(changes) for changes in known(with_ghost(), *plans)]

    assert [len(notes) for notes in by(follows=False)] == [1, 1]
    (first,), second = by(follows=True)
    assert "CODEOWNERS" in first
    assert second == []


def test_whom_an_earlier_map_named_no_later_ticket_gets() -> None:
    plans = [
        replace(each, tasks=tuple(replace(t, assignees=("ghost", "ann"), follows_assignees=True) for t in each.tasks))
        for each in (some_map("alpha", "Store"), some_map("beta", "Sender"))
    ]
    for changes in known(with_ghost(), *plans):
        assert {people for key_, people in people_of(changes).items() if "tracking" not in key_} == {("ann",)}


def test_an_update_that_assigns_only_accounts_that_are_not_there_is_none() -> None:
    tracker = with_ghost(plan(of_people("Store", "ann", follows=True)))
    (changes,) = known(tracker, plan(of_people("Store", "ann", "ghost", follows=True)))
    assert not [change for change in changes.changes if change.key == key("Store")]
    assert len(skipped(changes)) == 1


def test_an_update_keeps_the_people_who_are_there_and_its_other_fields() -> None:
    tracker = with_ghost(plan(of_people("Store", "ann", follows=True)))
    after = replace(of_people("Store", "bob", "ghost", follows=True), title="Build Store")
    (changes,) = known(tracker, plan(after))
    (update,) = [change for change in changes.changes if change.key == key("Store")]
    (edit,) = [edit for edit in update.edits if isinstance(edit, AssigneeEdit)]
    assert (edit.add, edit.remove) == ({"bob"}, {"ann"})
    assert isinstance(update, Update)
    assert update.spec.assignees == ("bob",)
    assert "title" in {edit.name for edit in update.edits}


def test_an_update_that_takes_people_off_stays() -> None:
    tracker = with_ghost(plan(of_people("Store", "ann", follows=True)))
    (changes,) = known(tracker, plan(of_people("Store", "ghost", follows=True)))
    (edit,) = [e for c in changes.changes for e in c.edits if isinstance(e, AssigneeEdit)]
    assert (edit.add, edit.remove) == (frozenset(), {"ann"})


@pytest.mark.parametrize("made", [plan(task("Store")), plan(of_people("Store", "ann"))])
def test_maps_that_want_nobody_unknown_stay_as_they_are(made: TaskPlan) -> None:
    tracker = with_ghost()
    assert known(tracker, made) == several(tracker, made).maps


def test_a_tracker_is_asked_for_accounts_only_where_it_can_assign_some() -> None:
    tracker = MemoryTracker(Capabilities(assignees=False))
    assert unknown_people(tracker, ["ann"]) == frozenset()
    assert unknown_people(with_ghost(), ["ann", "ghost"]) == {"ghost"}
    able = with_ghost()
    assert unknown_people(able, []) == frozenset()
    assert not [*tracker.requests, *able.requests]


def test_a_milestone_that_the_first_ticket_creates_is_named() -> None:
    made = plan(of_people("Store", milestone="v2"), of_people("Sender", milestone="v1"))
    (changes,) = known(with_ghost(), made)
    assert [reason.split('"')[1] for reason in skipped(changes)] == ["v1", "v2"]
    tracker = with_ghost(plan(of_people("Other", milestone="v1")))
    (changes,) = known(tracker, plan(of_people("Other", milestone="v1"), *made.tasks))
    assert [reason.split('"')[1] for reason in skipped(changes)] == ["v2"]


def test_a_tracker_without_milestones_is_not_asked_for_them() -> None:
    tracker = MemoryTracker(Capabilities(milestones=False))
    assert missing_milestones(tracker, ["v1"]) == frozenset()
    assert not tracker.requests


def map_of(map_id: str, *changes: Change) -> MapChanges:
    tracking = f"{map_id}/tracking/map"
    return MapChanges(map_id, f"docs/{map_id}.md", True, changes=changes, tracking_key=tracking, tracking_number="1")


def kept(name: str, *edits: Edit, reason: str = "") -> Skip:
    return Skip(key(name), f"Create {name}", "2", reason or kept_reason(key(name), edits), kept=edits)


RENAMED = FieldEdit("milestone", "v1", "v2")


def test_a_renamed_milestone_is_said_once_and_all_else_that_is_kept_stays() -> None:
    title, labels = FieldEdit("title", "Old", "New"), LabelEdit(remove=frozenset({"extra"}))
    added, removed = FieldEdit("milestone", "", "v1"), FieldEdit("milestone", "v1", "")
    others: tuple[Change, ...] = (
        Create(key("New"), "Create New", spec=task("New")),
        Update(key("Other"), "Create Other", "5", spec=task("Other"), edits=(RENAMED,)),
        Skip(key("Gone"), "Create Gone", reason="its ticket was deleted"),
        kept("A", title, labels, reason="in its own words"),
        kept("B", title),
        *(kept(name, edit) for name, edit in (("C", added), ("D", added), ("E", removed), ("F", removed))),
        kept("G", FieldEdit("milestone", "v1", "later")),
    )
    both = [
        map_of("alpha", others[0], kept("X", title, RENAMED, labels), *others[1:]),
        map_of("beta", kept("Y", RENAMED)),
    ]
    what = '2 tickets have the milestone "v2" instead of "v1", kept; if it was renamed, set milestone = "v2"'
    line = Skip("alpha/tracking/map", "v2", "1", what, kept=(RENAMED,))
    said = (map_of("alpha", others[0], kept("X", title, labels), line, *others[1:]), map_of("beta"))
    assert said_once(both) == said
    alone = (map_of("alpha", *others), map_of("beta", kept("Y", RENAMED)))
    assert said_once(alone) == alone


NOBODY = frozenset({"amy", "bea", "gil", "kim", "lee", "max", "pat", "zoe"})
OF_SETTINGS = of_people("A", "pat", "ann", "max", "gil", "kim")
OF_OWNERS = of_people("B", "zoe", "amy", "bea", "lee", follows=True)


def assigning(name: str, *people: str, edits: tuple[Edit, ...] = ()) -> Update:
    spec = of_people(name, *people, follows=True)
    return Update(spec.key, spec.title, "2", spec=spec, edits=edits)


def people(*names: str, remove: frozenset[str] = frozenset()) -> AssigneeEdit:
    return AssigneeEdit(frozenset(names), remove)


def note(map_id: str, title: str, reason: str) -> Skip:
    return Skip(f"{map_id}/tracking/map", title, "1", reason, lasting=True)


def test_nothing_assigns_an_account_that_is_not_there_and_all_else_stays() -> None:
    title = FieldEdit("title", "Old", "New")
    tracking = assigning("map", edits=(title,))
    tracking = replace(tracking, key="alpha/tracking/map", title="Implement Alpha")
    reopened = Reopen(key("R"), "Create R", "2", "back", spec=of_people("R", "zoe"), edits=(people("zoe"),))
    before = map_of(
        "alpha",
        Create(OF_SETTINGS.key, OF_SETTINGS.title, spec=OF_SETTINGS),
        tracking,
        Create(OF_OWNERS.key, OF_OWNERS.title, spec=OF_OWNERS),
        Skip(key("S"), "Create S", reason="its ticket was deleted"),
        assigning("C", "zoe", "ann", edits=(title, people("zoe", "ann", remove=frozenset({"bob"})))),
        assigning("D", "zoe", edits=(people("zoe"),)),
        assigning("E", "zoe", "ann", edits=(people("zoe", "ann"),)),
        assigning("F", "zoe", edits=(title,)),
        reopened,
    )
    after = map_of(
        "alpha",
        Create(OF_SETTINGS.key, OF_SETTINGS.title, spec=of_people("A", "ann")),
        tracking,
        Create(OF_OWNERS.key, OF_OWNERS.title, spec=of_people("B", follows=True)),
        before.changes[3],
        assigning("C", "ann", edits=(title, people("ann", remove=frozenset({"bob"})))),
        assigning("E", "ann", edits=(people("ann"),)),
        before.changes[7],
        replace(reopened, spec=of_people("R"), edits=()),
        note(
            "alpha",
            "Implement Alpha",
            "no ticket can be assigned to gil, kim, max, pat here: made without; see assignees in the settings",
        ),
        note(
            "alpha",
            "Implement Alpha",
            "no ticket can be assigned to amy, bea, lee, zoe here: left out; correct CODEOWNERS or the map",
        ),
    )
    assert with_known_names([before], MemoryTracker(nobody=NOBODY)) == (after,)


def test_what_is_said_of_a_map_and_changed_in_it_depends_on_no_other_map() -> None:
    dated = [of_people(name, milestone=name) for name in ("v3", "v5", "v1", "v4", "v2")]
    creating = map_of("alpha", *(Create(spec.key, spec.title, spec=spec) for spec in dated))
    left_out = assigning("C", "amy", "zoe", "ann", edits=(people("zoe", "ann"),))
    other = Create(OF_OWNERS.key, OF_OWNERS.title, spec=replace(OF_OWNERS, assignees=("amy",)))
    there = MemoryTracker(nobody=NOBODY)
    first = [f'there is no milestone "v{number}" yet: the first ticket creates it' for number in range(1, 6)]
    alpha, beta, gamma, delta = with_known_names(
        [creating, map_of("beta", other), map_of("gamma", left_out), map_of("delta")], there
    )
    assert alpha == replace(creating, changes=(*creating.changes, *(note("alpha", "alpha", each) for each in first)))
    assert beta.changes[0] == replace(other, spec=replace(OF_OWNERS, assignees=()))
    assert gamma.changes[0] == assigning("C", "amy", "ann", edits=(people("ann"),))
    assert delta == map_of("delta")
