"""What every tracker must do with tickets. Each test's name is the rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.errors import TrackerError
from techmap_sync.sync.tracker import CloseReason, Draft, History, Patch, State, Tracker
from tests.contract.steps import LABEL, LABELLED, UNKNOWN, created, listed, read
from tests.fakes.whole import whole


def test_its_name_starts_with_its_kind(tracker: Tracker) -> None:
    kind, _, target = tracker.name.partition(":")
    assert kind.isidentifier()
    assert target


def test_an_empty_project_has_an_empty_snapshot(tracker: Tracker) -> None:
    snapshot = tracker.snapshot(LABEL)
    assert snapshot.tickets == ()
    assert snapshot.total in (0, None)


def test_a_new_ticket_is_open_and_says_what_the_draft_said(tracker: Tracker) -> None:
    ticket = tracker.create(Draft("Create TokenService", "Purpose\n\n- [ ] issue", frozenset({LABEL, "phase:build"})))
    assert ticket.title == "Create TokenService"
    assert ticket.body == "Purpose\n\n- [ ] issue"
    assert ticket.labels == {LABEL, "phase:build"}
    assert (ticket.state, ticket.reason) == (State.OPEN, None)
    assert (ticket.comments, ticket.started, ticket.parent) == (0, False, None)


def test_create_returns_what_get_reads(tracker: Tracker) -> None:
    ticket = created(tracker)
    found = whole(tracker, ticket.number)
    if not tracker.capabilities.native_blocking:
        found = replace(found, blocked_by=ticket.blocked_by)
    assert found == ticket


def test_every_ticket_has_a_number_of_its_own(tracker: Tracker) -> None:
    assert len({created(tracker, "Same title").number for _ in range(5)}) == 5


def test_an_unknown_number_is_none(tracker: Tracker) -> None:
    assert tracker.get(UNKNOWN) is None
    created(tracker)
    assert tracker.get(UNKNOWN) is None


def test_a_write_to_an_unknown_number_is_an_error(tracker: Tracker) -> None:
    created(tracker)
    with pytest.raises(TrackerError) as caught:
        tracker.update(UNKNOWN, Patch(title="Another title"))
    assert caught.value.tracker == tracker.name
    with pytest.raises(TrackerError):
        tracker.add_labels(UNKNOWN, {"x"})


def test_a_title_that_says_nothing_is_refused(tracker: Tracker) -> None:
    with pytest.raises(TrackerError):
        created(tracker, "  ")
    assert listed(tracker) == {}


def test_a_snapshot_holds_the_tickets_with_the_label_and_no_others(tracker: Tracker) -> None:
    ours = created(tracker)
    tracker.create(Draft("Somebody's own", "techmap", frozenset({"techmap-not"})))
    tracker.create(Draft("Without labels", "techmap"))
    assert list(listed(tracker)) == [ours.number]


def test_a_snapshot_holds_closed_tickets_too(tracker: Tracker) -> None:
    first, second = created(tracker), created(tracker)
    tracker.update(first.number, Patch(state=State.CLOSED, reason=CloseReason.COMPLETED))
    states = {number: ticket.state for number, ticket in listed(tracker).items()}
    assert states == {first.number: State.CLOSED, second.number: State.OPEN}


def test_a_snapshot_lists_every_ticket_once(tracker: Tracker) -> None:
    numbers = [created(tracker, f"Task {count}").number for count in range(12)]
    snapshot = tracker.snapshot(LABEL)
    assert sorted(ticket.number for ticket in snapshot.tickets) == sorted(numbers)
    assert snapshot.total in (12, None)


def test_own_tickets_holds_what_we_created_whatever_its_labels(tracker: Tracker) -> None:
    numbers = {created(tracker).number, tracker.create(Draft("Without labels", "")).number}
    assert set(tracker.own_tickets().by_number()) == numbers


def test_a_tracker_that_works_is_found_to_work_and_not_changed(tracker: Tracker) -> None:
    findings = tracker.examine()
    assert findings
    assert all(finding.ok and finding.what and finding.detail for finding in findings)
    assert tracker.snapshot(LABEL).tickets == ()


def test_snapshot_and_get_tell_the_same(tracker: Tracker) -> None:
    ticket = created(tracker)
    from_list, alone = listed(tracker)[ticket.number], read(tracker, ticket.number)
    assert (from_list.title, from_list.body, from_list.labels) == (alone.title, alone.body, alone.labels)
    assert (from_list.state, from_list.parent, from_list.author) == (alone.state, alone.parent, alone.author)


def test_update_sets_what_the_patch_names(tracker: Tracker) -> None:
    ticket = created(tracker)
    updated = tracker.update(ticket.number, Patch(title="Modify TokenService", body="New text"))
    assert (updated.title, updated.body) == ("Modify TokenService", "New text")
    assert read(tracker, ticket.number) == updated


@pytest.mark.parametrize("patch", [Patch(title="New"), Patch(body="New"), Patch(state=State.CLOSED), Patch()])
def test_update_leaves_what_the_patch_does_not_name(tracker: Tracker, patch: Patch) -> None:
    ticket = tracker.create(Draft("Title", "Body", LABELLED, priority="high", milestone="v1", assignees=("sara",)))
    updated = tracker.update(ticket.number, patch)
    assert updated.title == (patch.title or ticket.title)
    assert updated.body == (patch.body or ticket.body)
    assert updated.state == (patch.state or ticket.state)
    assert updated.labels == ticket.labels
    assert (updated.priority, updated.milestone) == (ticket.priority, ticket.milestone)
    assert updated.assignees == ticket.assignees


def test_the_same_update_twice_changes_nothing_more(tracker: Tracker) -> None:
    ticket = created(tracker)
    patch = Patch(title="New", body="New", state=State.CLOSED)
    assert tracker.update(ticket.number, patch) == tracker.update(ticket.number, patch)


def test_a_ticket_is_closed_and_reopened(tracker: Tracker) -> None:
    ticket = created(tracker)
    assert tracker.update(ticket.number, Patch(state=State.CLOSED)).state is State.CLOSED
    assert read(tracker, ticket.number).state is State.CLOSED
    reopened = tracker.update(ticket.number, Patch(state=State.OPEN))
    assert (reopened.state, reopened.reason, reopened.started) == (State.OPEN, None, False)
    assert read(tracker, ticket.number) == reopened


@pytest.mark.parametrize("reason", [CloseReason.COMPLETED, CloseReason.NOT_PLANNED])
def test_a_close_reason_is_kept_where_there_are_any(tracker: Tracker, reason: CloseReason) -> None:
    ticket = tracker.update(created(tracker).number, Patch(state=State.CLOSED, reason=reason))
    assert ticket.state is State.CLOSED
    assert ticket.reason == (reason if tracker.capabilities.close_reasons else None)


def test_text_and_state_change_in_one_write(tracker: Tracker) -> None:
    ticket = tracker.update(created(tracker).number, Patch(body="Closed because", state=State.CLOSED))
    assert (ticket.body, ticket.state) == ("Closed because", State.CLOSED)


def test_priority_is_kept_where_it_is_a_field(tracker: Tracker) -> None:
    ticket = tracker.create(Draft("Title", "Body", LABELLED, priority="high"))
    native = tracker.capabilities.native_priority
    assert ticket.priority == ("high" if native else None)
    assert tracker.update(ticket.number, Patch(priority="low")).priority == ("low" if native else None)


def test_a_milestone_is_kept_where_there_are_any(tracker: Tracker) -> None:
    ticket = tracker.create(Draft("Title", "Body", LABELLED, milestone="v1"))
    kept = tracker.capabilities.milestones
    assert ticket.milestone == ("v1" if kept else None)
    assert tracker.update(ticket.number, Patch(milestone="v2")).milestone == ("v2" if kept else None)


def test_assignees_are_kept_where_there_are_any(tracker: Tracker) -> None:
    ticket = tracker.create(Draft("Title", "Body", LABELLED, assignees=("sara", "tom")))
    assert ticket.assignees == ({"sara", "tom"} if tracker.capabilities.assignees else set())
    assert read(tracker, ticket.number).assignees == ticket.assignees


def test_labels_are_added_to_those_that_are_there(tracker: Tracker) -> None:
    ticket = created(tracker)
    tracker.add_labels(ticket.number, {"priority:high", "phase:build"})
    assert read(tracker, ticket.number).labels == {LABEL, "priority:high", "phase:build"}


def test_labels_are_removed_and_the_others_stay(tracker: Tracker) -> None:
    ticket = tracker.create(Draft("Title", "Body", frozenset({LABEL, "a", "b"})))
    tracker.remove_labels(ticket.number, {"a"})
    assert read(tracker, ticket.number).labels == {LABEL, "b"}


def test_adding_or_removing_labels_twice_is_no_error(tracker: Tracker) -> None:
    ticket = created(tracker)
    for _ in range(2):
        tracker.add_labels(ticket.number, {"a"})
    assert read(tracker, ticket.number).labels == {LABEL, "a"}
    for _ in range(2):
        tracker.remove_labels(ticket.number, {"a", "never there"})
    assert read(tracker, ticket.number).labels == {LABEL}


@pytest.mark.parametrize("label", ["two words", "priority:high", "naïve", "数据", "a & b"])
def test_a_label_may_hold_any_words(tracker: Tracker, label: str) -> None:
    ticket = created(tracker)
    tracker.add_labels(ticket.number, {label})
    assert label in read(tracker, ticket.number).labels
    assert ticket.number in tracker.snapshot(label).by_number()


def test_people_are_assigned_to_those_that_are_there(tracker: Tracker) -> None:
    ticket = tracker.create(Draft("Title", "Body", LABELLED, assignees=("sara",)))
    kept = tracker.capabilities.assignees
    assert tracker.assign(ticket.number, ["tom"], []) == ({"sara", "tom"} if kept else set())
    assert read(tracker, ticket.number).assignees == ({"sara", "tom"} if kept else set())


def test_people_are_taken_away_and_the_others_stay(tracker: Tracker) -> None:
    ticket = tracker.create(Draft("Title", "Body", LABELLED, assignees=("sara", "tom")))
    kept = tracker.capabilities.assignees
    assert tracker.assign(ticket.number, [], ["sara"]) == ({"tom"} if kept else set())
    assert tracker.assign(ticket.number, [], ["tom"]) == set()
    assert read(tracker, ticket.number).assignees == set()


def test_assigning_twice_is_no_error_however_the_name_is_written(tracker: Tracker) -> None:
    ticket = created(tracker)
    people = [tracker.assign(ticket.number, [name], []) for name in ("sara", "sara", "@sara")]
    assert people == [{"sara"} if tracker.capabilities.assignees else set()] * 3
    for _ in range(2):
        assert tracker.assign(ticket.number, [], ["sara"]) == set()


def test_assigning_changes_nothing_else(tracker: Tracker) -> None:
    ticket = tracker.create(Draft("Title", "Body", LABELLED, priority="high", milestone="v1"))
    tracker.assign(ticket.number, ["sara"], [])
    after = read(tracker, ticket.number)
    assert (after.title, after.body, after.labels) == (ticket.title, ticket.body, ticket.labels)
    assert (after.priority, after.milestone, after.state) == (ticket.priority, ticket.milestone, ticket.state)


def test_a_due_date_is_kept_where_there_are_any(tracker: Tracker) -> None:
    ticket = tracker.create(Draft("Title", "Body", LABELLED, due="2026-12-01"))
    kept = tracker.capabilities.due_dates
    assert ticket.due == ("2026-12-01" if kept else "")
    assert tracker.update(ticket.number, Patch(due="2026-12-24")).due == ("2026-12-24" if kept else "")
    assert tracker.update(ticket.number, Patch(title="New")).due == ("2026-12-24" if kept else "")
    assert tracker.update(ticket.number, Patch(due="")).due == ""
    assert read(tracker, ticket.number).due == ""


def test_the_type_that_the_settings_name_is_kept_where_there_are_any(tracker: Tracker) -> None:
    name = tracker.capabilities.ticket_type
    ticket = tracker.create(Draft("Title", "Body", LABELLED, type=name or "Task"))
    assert ticket.type == name
    assert read(tracker, ticket.number).type == name
    assert tracker.update(ticket.number, Patch(title="New")).type == name
    assert tracker.update(ticket.number, Patch(type=name or "Task")).type == name
    assert listed(tracker)[ticket.number].type == name


def test_a_priority_field_is_filled_later_as_well_as_at_first(tracker: Tracker) -> None:
    number = created(tracker).number
    has_field = tracker.capabilities.priority_field
    assert tracker.capabilities.native_priority or not has_field
    assert read(tracker, number).priority == ("" if tracker.capabilities.native_priority else None)
    if has_field:
        assert tracker.update(number, Patch(priority="high")).priority == "high"
        assert listed(tracker)[number].priority == "high"


def test_what_a_new_ticket_joins_is_in_words(tracker: Tracker) -> None:
    name = tracker.capabilities.board
    assert not name or name.startswith("the ")


def test_joining_a_board_changes_no_ticket(tracker: Tracker) -> None:
    ticket = created(tracker)
    said = {tracker.join_board({ticket.number: {"Priority": "high"}}) for _ in range(2)}
    assert said == {""}
    assert read(tracker, ticket.number) == tracker.update(ticket.number, Patch())


def test_what_happened_is_told_of_known_tickets_alone(tracker: Tracker) -> None:
    first, second = created(tracker).number, created(tracker).number
    tracker.update(first, Patch(state=State.CLOSED, reason=CloseReason.COMPLETED))
    tracker.assign(second, ["sara"], [])
    tracker.assign(second, [], ["sara"])
    told = tracker.history([first, UNKNOWN], [second])
    assert told.keys() <= {first, second}
    assert told.get(first, History()).closed_by is None, "no change did"
    dated = tracker.capabilities.dates_events
    assert (told.get(second, History()).unassigned is not None) is dated
    assert tracker.history([], []) == {}


def test_a_reopened_ticket_is_known_by_itself_or_by_what_happened(tracker: Tracker) -> None:
    number = created(tracker).number
    tracker.update(number, Patch(state=State.CLOSED))
    ticket = tracker.update(number, Patch(state=State.OPEN))
    if ticket.reopened is None:
        assert tracker.history([], [number])[number].reopened
    if tracker.capabilities.dates_events:
        assert ticket.reopened
        assert tracker.history([], [number])[number].reopened
