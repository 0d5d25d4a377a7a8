"""What a map adds to a completed ticket becomes one follow-up that holds just that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.sync.apply import apply
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.change_set import MapChanges
from techmap_sync.sync.changes import Action, Create, Skip, Update
from techmap_sync.sync.marker import Marker
from techmap_sync.sync.task_changes import missing_milestones, unknown_people, with_known_names
from techmap_sync.sync.ticket_fields import AssigneeEdit
from techmap_sync.sync.tracker import Capabilities, CloseReason, State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, TRACKING, key, plan, task
from tests.sync.drive import key_of, planned, push, several, shown
from tests.sync.test_moves import some_map

TWO = plan(task("Tests", sections={"items": "- [ ] first\n- [ ] second"}))
THREE = plan(task("Tests", sections={"items": "- [ ] first\n- [ ] second\n- [ ] third"}))
FOLLOW_UP = f"{TWO.tasks[0].key}~2"


def completed(reason: CloseReason | None = CloseReason.COMPLETED) -> MemoryTracker:
    tracker = MemoryTracker()
    push(tracker, TWO)
    tracker.edit("2", state=State.CLOSED, reason=reason)
    return tracker


@pytest.mark.parametrize("reason", [CloseReason.COMPLETED, None])
def test_new_items_of_a_completed_ticket_make_one_follow_up_with_just_those(reason: CloseReason | None) -> None:
    tracker = completed(reason)
    push(tracker, THREE)
    follow_up = next(t for t in tracker.tickets.values() if key_of(t) == FOLLOW_UP)
    assert "- [ ] third" in follow_up.body
    assert "first" not in follow_up.body
    assert follow_up.title == "Create Tests (follow-up)"
    assert tracker.tickets["2"].state is State.CLOSED
    assert not planned(tracker, THREE).changes


def test_a_ticket_that_was_given_up_gets_no_follow_up() -> None:
    tracker = completed(CloseReason.NOT_PLANNED)
    assert Action.CREATE not in {change.action for change in planned(tracker, THREE).changes}


def test_an_open_ticket_takes_the_new_items_itself() -> None:
    tracker = MemoryTracker()
    push(tracker, TWO)
    assert (Action.UPDATE, TWO.tasks[0].key) in shown(planned(tracker, THREE).changes)
    assert Action.CREATE not in {change.action for change in planned(tracker, THREE).changes}


def test_a_finished_follow_up_is_not_made_again() -> None:
    tracker = completed()
    push(tracker, THREE)
    number = next(n for n, t in tracker.tickets.items() if key_of(t) == FOLLOW_UP)
    tracker.edit(number, state=State.CLOSED, reason=CloseReason.COMPLETED)
    push(tracker, THREE)
    assert not planned(tracker, THREE).writes
    assert [key_of(t) for t in tracker.tickets.values()].count(FOLLOW_UP) == 1


def test_a_template_alone_rewrites_no_follow_up() -> None:
    tracker = completed()
    push(tracker, THREE)
    other = plan(task("Tests", sections={"items": "- [ ] first\n- [ ] second\n- [ ] third"}))
    section = replace(other.tasks[0].sections[0], text="* [ ] first\n* [ ] second\n* [ ] third")
    reworded = plan(replace(other.tasks[0], sections=(section,)))
    assert not planned(tracker, reworded, text=repr(THREE)).changes


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


def test_labels_that_people_removed_are_named_in_the_reason_that_every_report_shows() -> None:
    made = plan(task("Store", labels=frozenset({"extra", "more"})))
    tracker = MemoryTracker()
    push(tracker, made)
    tracker.edit("2", labels=tracker.tickets["2"].labels - {"extra", "more"})
    (line,) = planned(tracker, made).changes
    assert "-extra -more" in line.reason
    assert line.key == key("Store")
    assert TRACKING not in line.reason


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
