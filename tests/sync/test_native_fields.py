"""Due dates and types: written, compared and left alone like every other field, and never believed unread."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.planning.task import Priority, TaskPlan, TaskSpec
from techmap_sync.sync import native_fields
from techmap_sync.sync.block import write_block
from techmap_sync.sync.changes import Conflict, Skip
from techmap_sync.sync.marker import Marker
from techmap_sync.sync.policy import Side
from techmap_sync.sync.tracker import Capabilities, CloseReason, Patch, State, Ticket
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, held, key, marked, plan, rehold, task
from tests.sync.drive import planned, push

FIELD = Capabilities(native_priority=True, priority_field=True)
NATIVE_PRIORITY = Capabilities(native_priority=True)
ABLE = Capabilities(due_dates=True, ticket_type="Task")


def due(date: str | None) -> TaskPlan:
    made = plan(task("Store"))
    return replace(made, tracking=replace(made.tracking, due=date), tasks=(replace(made.tasks[0], due=date),))


def store(tracker: MemoryTracker) -> str:
    return next(number for number, ticket in tracker.tickets.items() if ticket.title == "Create Store")


def settled(tracker: MemoryTracker, made: TaskPlan) -> None:
    again = planned(tracker, made)
    assert not again.writes, [(c.action, c.key, c.fields) for c in again.writes]


def test_tickets_get_the_date_and_the_type_and_follow_the_date() -> None:
    tracker = MemoryTracker(ABLE)
    for date in ("2026-12-01", "2026-12-24", ""):
        push(tracker, due(date))
        assert {(ticket.due, ticket.type) for ticket in tracker.tickets.values()} == {(date, "Task")}
        settled(tracker, due(date))


@pytest.mark.parametrize("field", ["due", "type"])
def test_what_a_person_set_stays_and_is_drift(field: str) -> None:
    tracker = MemoryTracker(ABLE)
    push(tracker, due("2026-12-01"))
    tracker.edit(store(tracker), **{field: "another"})
    changes = planned(tracker, due("2026-12-01"))
    assert not changes.writes
    assert [edit.name for c in changes.changes if isinstance(c, Skip) for edit in c.kept] == [field]


def test_a_date_that_both_changed_is_a_conflict_that_a_person_settles() -> None:
    tracker = MemoryTracker(ABLE)
    push(tracker, due("2026-12-01"))
    tracker.edit(store(tracker), due="2027-01-01")
    later = due("2027-02-02")
    push(tracker, later)
    assert tracker.tickets[store(tracker)].due == "2027-01-01"
    assert [c.fields for c in planned(tracker, later).changes if isinstance(c, Conflict)] == [("due",)]
    push(tracker, later, replace(POLICY, resolve={key("Store"): Side.MAP}))
    assert tracker.tickets[store(tracker)].due == "2027-02-02"


def test_a_date_that_nobody_asked_for_is_the_peoples() -> None:
    tracker = MemoryTracker(ABLE)
    push(tracker, due(""))
    tracker.edit(store(tracker), due="2027-01-01")
    assert planned(tracker, due("")).changes == ()


def test_a_tracker_without_these_fields_is_asked_for_none() -> None:
    tracker = MemoryTracker()
    push(tracker, due("2026-12-01"))
    assert {(ticket.due, ticket.type) for ticket in tracker.tickets.values()} == {("", "")}
    settled(tracker, due("2026-12-01"))
    assert "native" not in tracker.tickets[store(tracker)].body


def test_an_older_ticket_gets_the_field_for_its_priority_once() -> None:
    tracker, made = MemoryTracker(), plan(task("Store", priority=Priority.HIGH))
    push(tracker, made)
    tracker.capabilities = FIELD
    shown = [(c.fields, c.ticket) for c in planned(tracker, made).writes]
    assert shown == [(("priority field",), store(tracker))]
    push(tracker, made)
    assert tracker.tickets[store(tracker)].priority == "high"
    settled(tracker, made)
    tracker.edit(store(tracker), priority="")
    assert not planned(tracker, made).writes, "a person emptied it"


def test_the_field_follows_the_priority_and_what_people_chose_there_stays() -> None:
    tracker, made = MemoryTracker(FIELD), plan(task("Store", priority=Priority.HIGH))
    push(tracker, made)
    assert tracker.tickets[store(tracker)].priority == "high"
    settled(tracker, made)
    lower = plan(task("Store", priority=Priority.LOW))
    push(tracker, lower)
    assert tracker.tickets[store(tracker)].priority == "low"
    settled(tracker, lower)
    tracker.edit(store(tracker), priority="medium")
    settled(tracker, lower)
    push(tracker, made)
    assert tracker.tickets[store(tracker)].priority == "medium"
    assert [c.fields for c in planned(tracker, made).changes if isinstance(c, Conflict)] == [("priority",)]


@pytest.mark.parametrize("capabilities", [FIELD, NATIVE_PRIORITY], ids=["of the settings", "of the tracker"])
@pytest.mark.parametrize("side", Side)
def test_a_priority_field_that_a_person_emptied_stays_empty_when_the_priority_changes(
    capabilities: Capabilities, side: Side
) -> None:
    tracker = MemoryTracker(capabilities)
    made, lower = (plan(task("Store", priority=priority)) for priority in (Priority.HIGH, Priority.LOW))
    push(tracker, made)
    tracker.edit(store(tracker), priority="")
    kept = [edit for c in planned(tracker, made).changes if isinstance(c, Skip) for edit in c.kept]
    assert [(edit.name, edit.before, edit.after) for edit in kept] == [("priority", "high", "")], "it is shown as drift"
    push(tracker, lower)
    conflicts = [c for c in planned(tracker, lower).changes if isinstance(c, Conflict)]
    assert [c.fields for c in conflicts] == [("priority",)]
    ticket = tracker.tickets[store(tracker)]
    assert (ticket.priority, "priority:high" in ticket.labels) == ("", True)
    push(tracker, lower, replace(POLICY, resolve={key("Store"): side}))
    ticket = tracker.tickets[store(tracker)]
    by_priority = {label for label in ticket.labels if label.startswith("priority:")}
    assert (ticket.priority, by_priority) == (("low", {"priority:low"}) if side is Side.MAP else ("", set()))
    settled(tracker, lower)


def test_a_field_that_a_person_filled_again_follows_the_map() -> None:
    tracker = MemoryTracker(FIELD)
    push(tracker, plan(task("Store", priority=Priority.HIGH)))
    tracker.edit(store(tracker), priority="")
    tracker.edit(store(tracker), priority="high")
    push(tracker, plan(task("Store", priority=Priority.LOW)))
    assert tracker.tickets[store(tracker)].priority == "low"


def test_a_field_that_people_filled_before_the_setting_stays() -> None:
    tracker, made = MemoryTracker(), plan(task("Store", priority=Priority.HIGH))
    push(tracker, made)
    tracker.edit(store(tracker), priority="low")
    tracker.capabilities = FIELD
    push(tracker, made)
    assert tracker.tickets[store(tracker)].priority == "low"


def test_a_closed_ticket_gets_no_field() -> None:
    tracker, made = MemoryTracker(), plan(task("Store", priority=Priority.HIGH))
    push(tracker, made)
    tracker.edit(store(tracker), state=State.CLOSED, reason=CloseReason.COMPLETED)
    tracker.capabilities = FIELD
    assert [c for c in planned(tracker, made).writes if c.ticket == store(tracker)] == []


def test_a_type_that_the_tracker_drops_is_said_once_and_not_sent_again() -> None:
    tracker = MemoryTracker(ABLE, drops_types=True)
    said = [outcome.detail for outcome in push(tracker, due(""))]
    assert [detail for detail in said if "the type Task" in detail]
    settled(tracker, due(""))
    assert planned(tracker, due("")).changes == ()


def test_an_older_ticket_gets_the_type_when_the_settings_ask_for_it() -> None:
    tracker = MemoryTracker()
    push(tracker, due(""))
    tracker.capabilities = ABLE
    push(tracker, due(""))
    assert {ticket.type for ticket in tracker.tickets.values()} == {"Task"}
    settled(tracker, due(""))
    tracker.capabilities = Capabilities()
    settled(tracker, due(""))
    assert {ticket.type for ticket in tracker.tickets.values()} == {"Task"}


def test_an_older_ticket_whose_type_is_dropped_is_written_once() -> None:
    tracker = MemoryTracker()
    push(tracker, due(""))
    tracker.capabilities, tracker.drops_types = ABLE, True
    push(tracker, due(""))
    settled(tracker, due(""))


EVERYTHING = Capabilities()
BARE = replace(task("Store", priority=None), due=None, type=None, priority_field=None)
FULL = replace(task("Store"), due="2026-12-01", type="Task", priority_field="medium")
TICKET = held(BARE).ticket
FILLED = replace(TICKET, due="2026-12-01", type="Task", priority="medium")


@pytest.mark.parametrize(
    ("spec", "ticket", "written", "wanted"),
    [
        (BARE, TICKET, {}, {}),
        (BARE, FILLED, {"due": "2026-12-01", "type": "Task"}, {}),
        (replace(BARE, due="", type=""), FILLED, {}, {}),
        (replace(BARE, due="", type=""), FILLED, {"due": "2026-12-01"}, {"due": ""}),
        (replace(BARE, due="", type=""), FILLED, {"type": "Task"}, {"type": ""}),
        (FULL, TICKET, {}, {"due": "2026-12-01", "type": "Task", "priority field": "medium"}),
        (FULL, FILLED, {}, {"due": "2026-12-01", "type": "Task"}),
        (FULL, TICKET, {"priority field": "medium"}, {"due": "2026-12-01", "type": "Task"}),
        (replace(FULL, due=None, type=None), TICKET, {}, {"priority field": "medium"}),
    ],
)
def test_a_field_is_compared_where_the_task_asks_for_it_or_did(
    spec: TaskSpec, ticket: Ticket, written: dict[str, str], wanted: dict[str, str]
) -> None:
    assert dict(native_fields.wanted(spec, ticket, written)) == wanted


@pytest.mark.parametrize(
    ("spec", "there", "written", "accepted", "said"),
    [
        (FULL, "", {"priority field": "medium"}, {}, ""),
        (FULL, "", {}, {}, None),
        (FULL, "", {"priority field": "medium"}, {"priority field": ""}, None),
        (FULL, "low", {"priority field": "medium"}, {}, "low"),
        (FULL, "low", {}, {}, "low"),
        (FULL, None, {"priority field": "medium"}, {}, None),
        (task("Store"), "", {}, {}, ""),
        (task("Store"), None, {}, {}, None),
        (BARE, "", {}, {}, None),
    ],
    ids=[
        "emptied",
        "older than the setting",
        "dropped by the tracker",
        "another one chosen",
        "chosen before the setting",
        "no longer readable",
        "emptied where the tracker always has it",
        "no field",
        "never filled",
    ],
)
def test_an_empty_priority_field_says_something_where_it_was_filled(
    spec: TaskSpec, there: str | None, written: dict[str, str], accepted: dict[str, str], said: str | None
) -> None:
    before = marked(held(spec, priority=there), native=written, accepted=accepted)
    assert native_fields.priority_said(spec, before.ticket, before.marker) == said


def test_each_field_has_its_place_in_tickets_patches_and_markers() -> None:
    names = ("due", "type", "priority field")
    patch = Patch(due="2026-12-24", type="", priority="high")
    assert names == native_fields.NATIVE
    assert [native_fields.observed(FILLED, name) for name in names] == ["2026-12-01", "Task", "medium"]
    assert [native_fields.observed(TICKET, name) for name in names] == ["", "", ""]
    assert [native_fields.in_patch(patch, name) for name in names] == ["2026-12-24", "", "high"]
    assert [native_fields.in_patch(Patch(title="New"), name) for name in names] == [None, None, None]
    assert native_fields.written_first(FULL) == dict(zip(names, ("2026-12-01", "Task", "medium"), strict=True))
    assert native_fields.written_first(replace(BARE, due="", type="")) == {}


ASKING = replace(task("Store", priority=Priority.HIGH), due="2026-12-01", assignees=("ada", "grace"))


@pytest.mark.parametrize(
    ("capabilities", "spec"),
    [
        (EVERYTHING, replace(ASKING, due=None)),
        (Capabilities(due_dates=True), ASKING),
        (Capabilities(ticket_type="Task"), replace(ASKING, due=None, type="Task")),
        (Capabilities(priority_field=True), replace(ASKING, due=None, priority_field="high")),
        (Capabilities(assignees=False), replace(ASKING, due=None, assignees=())),
        (Capabilities(most_assignees=1), replace(ASKING, due=None)),
    ],
)
def test_a_plan_asks_for_what_the_tracker_has_fields_for(capabilities: Capabilities, spec: TaskSpec) -> None:
    made = plan(replace(ASKING, type="Bug"), replace(ASKING, key=key("Tests"), type="Bug"))
    asking = replace(made, tracking=replace(ASKING, key=made.tracking.key))
    assert native_fields.able(asking, capabilities) == replace(
        made, tracking=replace(spec, key=made.tracking.key), tasks=(spec, replace(spec, key=key("Tests")))
    )


def test_a_plan_that_follows_its_people_asks_for_no_more_than_the_tracker_takes() -> None:
    following = replace(ASKING, due=None, follows_assignees=True)
    made = plan(following)
    one, none = Capabilities(most_assignees=1), Capabilities(assignees=False)
    assert native_fields.able(made, one).tasks == (replace(following, assignees=("ada",)),)
    assert native_fields.able(made, none).tasks == (replace(following, assignees=()),)


PEOPLED = replace(FULL, assignees=("@Ada", "grace"), milestone="v1")
LOST = ["the due 2026-12-01", "the type Task", "the priority field medium"]


@pytest.mark.parametrize(
    ("spec", "ticket", "capabilities", "named"),
    [
        (PEOPLED, TICKET, EVERYTHING, ["the assignee @Ada", "the assignee grace", "the milestone v1", *LOST]),
        (PEOPLED, TICKET, Capabilities(assignees=False, milestones=False), LOST),
        (PEOPLED, replace(FILLED, assignees=frozenset({"ada"}), milestone="v1"), EVERYTHING, ["the assignee grace"]),
        (PEOPLED, replace(FILLED, assignees=frozenset({"ada", "Grace"}), milestone="v1"), EVERYTHING, []),
        (FULL, FILLED, EVERYTHING, []),
        (FULL, replace(FILLED, due="", type="Bug", priority="low"), EVERYTHING, LOST),
        (FULL, TICKET, NATIVE_PRIORITY, LOST),
        (task("Store"), TICKET, NATIVE_PRIORITY, ["the priority medium"]),
        (task("Store"), TICKET, EVERYTHING, []),
        (task("Store"), replace(TICKET, priority="low"), NATIVE_PRIORITY, []),
        (BARE, TICKET, NATIVE_PRIORITY, []),
    ],
)
def test_what_a_server_dropped_is_named(
    spec: TaskSpec, ticket: Ticket, capabilities: Capabilities, named: list[str]
) -> None:
    assert list(native_fields.lacking(spec, ticket, capabilities)) == named


def corrected(spec: TaskSpec, ticket: Ticket, sent: Patch | None = None) -> Marker | None:
    """The marker after its correction, which leaves all texts as they were."""
    patch = native_fields.correction(spec, ticket, sent)
    if patch is None:
        return None
    after, before = rehold(replace(ticket, body=patch.body or "")), rehold(ticket)
    assert patch == Patch(body=patch.body)
    assert after.block == replace(before.block, marker=after.marker)
    assert native_fields.correction(spec, after.ticket, sent) is None, "it is corrected once"
    return after.marker


def body(spec: TaskSpec) -> str:
    """The text of a new ticket, with a line of a person above and below."""
    return f"above\n{held(spec).ticket.body}\nbelow"


@pytest.mark.parametrize(
    ("there", "sent", "accepted"),
    [
        (FILLED, None, {}),
        (TICKET, None, {"due": "", "type": "", "priority field": ""}),
        (replace(FILLED, due="2027-01-01"), None, {"due": "2027-01-01"}),
        (replace(FILLED, type="Bug"), None, {"type": "Bug"}),
        (replace(FILLED, priority="low"), None, {}),
        (TICKET, Patch(title="New"), {}),
        (TICKET, Patch(due="2026-12-01"), {"due": ""}),
        (TICKET, Patch(type="Task"), {"type": ""}),
        (TICKET, Patch(priority="medium"), {"priority field": ""}),
    ],
)
def test_a_marker_says_which_field_was_sent_and_not_taken(
    there: Ticket, sent: Patch | None, accepted: dict[str, str]
) -> None:
    ticket = replace(there, body=body(FULL))
    assert corrected(FULL, ticket, sent) == (replace(rehold(ticket).marker, accepted=accepted) if accepted else None)


def test_what_people_chose_earlier_stays_in_a_corrected_marker() -> None:
    before = held(FULL)
    chosen = {"milestone": "v2", "due": "2025-01-01"}
    earlier = replace(before.marker, assignees=None, unassigned=frozenset({"kay"}), accepted=chosen)
    ticket = replace(FILLED, body=write_block(before.block.parts, earlier), due="")
    assert corrected(FULL, ticket) == replace(earlier, accepted={"milestone": "v2", "due": ""})


FOLLOWED = replace(PEOPLED, follows_assignees=True)


@pytest.mark.parametrize(
    ("there", "ours", "unassigned"),
    [
        ({"ada", "grace"}, {"@Ada", "grace"}, set()),
        ({"ada"}, {"@Ada"}, {"grace"}),
        (set(), set(), {"@Ada", "grace"}),
        ({"ada", "kay"}, {"@Ada"}, {"grace"}),
    ],
)
def test_a_marker_says_who_could_not_be_assigned(there: set[str], ours: set[str], unassigned: set[str]) -> None:
    ticket = replace(FILLED, body=body(FOLLOWED), assignees=frozenset(there))
    marker = rehold(ticket).marker
    assert marker.assignees == {"@Ada", "grace"}
    wanted = replace(marker, assignees=frozenset(ours), unassigned=frozenset(unassigned))
    assert corrected(FOLLOWED, ticket) == (wanted if unassigned else None)
    assert corrected(PEOPLED, ticket) is None, "nothing follows who is assigned"
    assert corrected(FOLLOWED, ticket, Patch(title="New")) is None, "no patch assigns anybody"


def test_a_marker_of_an_earlier_version_learns_who_could_not_be_assigned() -> None:
    before = held(FOLLOWED)
    marker = replace(before.marker, assignees=None)
    ticket = replace(FILLED, body=write_block(before.block.parts, marker), assignees=frozenset({"ada"}))
    assert corrected(FOLLOWED, ticket) == replace(marker, assignees=frozenset(), unassigned=frozenset({"grace"}))


@pytest.mark.parametrize("text", ["", "a text of a person"])
def test_a_text_without_a_marker_is_not_corrected(text: str) -> None:
    assert native_fields.correction(FOLLOWED, replace(TICKET, body=text)) is None
