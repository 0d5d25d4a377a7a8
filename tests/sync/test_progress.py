"""Where the work stands, from tasks and tickets in few words."""

from __future__ import annotations

from dataclasses import replace

from techmap_sync.documents.work import Phase
from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.change_set import MapChanges
from techmap_sync.sync.match import DesiredMap
from techmap_sync.sync.observe import observe
from techmap_sync.sync.progress import Gate, MapProgress, Numbers, Subject, TaskState, Witness, take_stock
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import Capabilities, CloseReason, State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import MAP, POLICY, key, origin, plan, task
from tests.sync.drive import decided, key_of, planned, push

PLAN = plan(task("store"), task("service", blocked_by=("store",)), task("page", blocked_by=("service",)))


def stock(tracker: MemoryTracker, wanted: TaskPlan = PLAN, links_in_text: bool = False) -> MapProgress:
    desired = DesiredMap(wanted.map_id, origin(repr(wanted)), wanted)
    (only,) = decided([desired], observe(tracker, [wanted], POLICY), tracker.capabilities).maps
    tickets = only.tickets
    subject = Subject("Login", Gate.APPROVED, only.changes, tickets.holdings, tickets.plan, links_in_text)
    (progress,) = take_stock([subject])
    return progress


def pushed(tracker: MemoryTracker | None = None) -> MemoryTracker:
    tracker = tracker or MemoryTracker()
    push(tracker, PLAN)
    return tracker


def number(tracker: MemoryTracker, name: str) -> str:
    return next(each.number for each in tracker.tickets.values() if key_of(each) == key(name))


def states(progress: MapProgress) -> list[TaskState]:
    return [each.state for each in progress.tasks]


def test_before_the_first_push_everything_is_planned_and_nothing_blocked() -> None:
    progress = stock(MemoryTracker())
    assert states(progress) == [TaskState.PLANNED] * 3
    assert {(edge.key, edge.target, edge.witness) for edge in progress.edges} == {
        (key("service"), key("store"), Witness.MAP),
        (key("page"), key("service"), Witness.MAP),
    }
    assert progress.tracking is None
    assert (progress.numbers.total, progress.numbers.blocked) == (3, 0)


def test_a_ticket_is_blocked_until_what_it_waits_for_is_closed() -> None:
    tracker = pushed()
    assert [each.blocked for each in stock(tracker).tasks] == [False, True, True]
    tracker.edit(number(tracker, "store"), state=State.CLOSED, reason=CloseReason.COMPLETED)
    progress = stock(tracker)
    assert [each.blocked for each in progress.tasks] == [False, False, True]
    assert states(progress) == [TaskState.DONE, TaskState.OPEN, TaskState.OPEN]
    assert {edge.witness for edge in progress.edges} == {Witness.TRACKER}


def test_links_that_were_not_read_are_the_ledgers() -> None:
    progress = stock(pushed(MemoryTracker(edges_listed=False)))
    assert {edge.witness for edge in progress.edges} == {Witness.LEDGER}
    assert progress.numbers.blocked == 2


def test_links_that_the_tracker_cannot_hold_are_the_maps() -> None:
    tracker = pushed(MemoryTracker(capabilities=Capabilities(blocking_links=False, native_blocking=False)))
    progress = stock(tracker, links_in_text=True)
    assert {edge.witness for edge in progress.edges} == {Witness.MAP}
    assert progress.numbers.blocked == 2


def test_a_ticket_of_elsewhere_is_named_and_blocks_only_when_it_is_known_to_be_open() -> None:
    tracker = pushed()
    tracker.edit(number(tracker, "store"), blocked_by=frozenset({"99"}))
    first = stock(tracker).tasks[0]
    assert first.elsewhere == {"99"}
    assert not first.blocked


def test_a_ticket_of_another_map_blocks() -> None:
    tracker = pushed()
    changes = planned(tracker, PLAN).maps[0]
    holdings = observe(tracker, [PLAN], POLICY).maps[MAP]
    held = holdings.tickets[key("store")]
    waiting = replace(held, ticket=replace(held.ticket, number="50", blocked_by=frozenset({held.ticket.number})))
    other = Subject(
        "Other", Gate.WAITING, MapChanges("other", "o.md", False), Holdings(tickets={"other/test/x": waiting})
    )
    one, two = take_stock([Subject("Login", Gate.APPROVED, changes, holdings, PLAN), other])
    assert one.numbers.blocked == 2
    assert two.tasks[0].blocked
    assert two.tasks[0].phase is Phase.TEST
    assert two.tasks[0].in_map, "a map that is not approved does not say what it asks for"


def test_why_a_ticket_was_closed_makes_it_done_or_dropped() -> None:
    for reason, state in (
        (CloseReason.COMPLETED, TaskState.DONE),
        (None, TaskState.DONE),
        (CloseReason.NOT_PLANNED, TaskState.DROPPED),
        (CloseReason.DUPLICATE, TaskState.DROPPED),
    ):
        tracker = pushed()
        tracker.edit(number(tracker, "page"), state=State.CLOSED, reason=reason)
        progress = stock(tracker)
        assert states(progress)[2] is state
        assert progress.numbers.total == (3 if state is TaskState.DONE else 2)


def test_what_we_closed_ourselves_is_done_only_when_the_map_said_so() -> None:
    """A tracker without reasons does not tell; the ticket's own text does."""
    without = Capabilities(close_reasons=False)
    gone, done = pushed(MemoryTracker(capabilities=without)), pushed(MemoryTracker(capabilities=without))
    less = plan(*PLAN.tasks[:2])
    push(gone, less)
    orphan = stock(gone, less).tasks[-1]
    assert (orphan.state, orphan.in_map) == (TaskState.DROPPED, False)
    ready = plan(*PLAN.tasks[:2], replace(PLAN.tasks[2], done=True))
    push(done, ready)
    assert stock(done, ready).tasks[2].state is TaskState.DONE


def test_work_shows_by_status_or_by_a_tick() -> None:
    wanted = plan(task("store", sections={"items": "- [ ] one\n- [ ] two"}), task("service"))
    tracker = MemoryTracker()
    push(tracker, wanted)
    ticket = tracker.tickets[number(tracker, "store")]
    tracker.edit(ticket.number, body=ticket.body.replace("[ ] one", "[x] one"))
    tracker.edit(number(tracker, "service"), started=True)
    assert states(stock(tracker, wanted)) == [TaskState.STARTED, TaskState.STARTED]


def test_a_deleted_ticket_is_dropped_and_says_why() -> None:
    tracker = pushed()
    del tracker.tickets[number(tracker, "page")]
    last = stock(tracker).tasks[2]
    assert last.state is TaskState.DROPPED
    assert "its ticket was deleted" in last.note


def test_drift_and_conflict_name_their_fields_and_count_by_ticket() -> None:
    tracker = pushed()
    store, service, tracking = number(tracker, "store"), number(tracker, "service"), tracker.tickets["1"]
    tracker.edit(store, title="My store", body=tracker.tickets[store].body.replace("What store", "My words"))
    tracker.edit(service, title="My service")
    tracker.edit("1", body=tracking.body.replace("One map.", "My map."))
    other = plan(PLAN.tasks[0], replace(PLAN.tasks[1], title="Build service"), PLAN.tasks[2], summary="Two maps.")
    progress = stock(tracker, other)
    assert [each.drifted for each in progress.tasks] == [("title", "purpose"), (), ()]
    assert [each.conflicts for each in progress.tasks] == [(), ("title",), ()]
    assert progress.tracking
    assert progress.tracking.conflicts == ("summary",)
    assert (progress.numbers.drifted, progress.numbers.conflicts) == (1, 2)
    assert progress.in_phase(Phase.BUILD).conflicts == 1, "the tracking ticket is of no phase"


def test_a_renamed_task_keeps_its_ticket() -> None:
    tracker = pushed()
    renamed = plan(
        PLAN.tasks[0],
        PLAN.tasks[1],
        replace(task("screen", sections={"purpose": "What page is for."}), was=(key("page"),)),
    )
    progress = stock(tracker, renamed)
    assert [each.key for each in progress.tasks] == [key("store"), key("service"), key("screen")]
    assert progress.tasks[2].number


def test_numbers_of_several_maps_add_up() -> None:
    one = Numbers({TaskState.DONE: 1, TaskState.DROPPED: 2, TaskState.PLANNED: 3}, 4, 5, 6, 7)
    two = Numbers({TaskState.DONE: 10, TaskState.OPEN: 20}, 40, 50, 60, 70)
    both = one + two
    assert {state: number for state, number in both.states.items() if number} == {
        TaskState.DONE: 11,
        TaskState.DROPPED: 2,
        TaskState.PLANNED: 3,
        TaskState.OPEN: 20,
    }
    assert (both.blocked, both.drifted, both.conflicts, both.stale) == (44, 55, 66, 77)
    assert set(both.states) == set(TaskState), "every state is named"


def test_dropped_tasks_are_no_work() -> None:
    numbers = Numbers({TaskState.DONE: 1, TaskState.DROPPED: 2, TaskState.PLANNED: 3})
    assert (numbers.total, numbers.done) == (4, 1)
    assert (Numbers().total, Numbers().done) == (0, 0)
