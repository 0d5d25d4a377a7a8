"""What a tracker cannot hold as an edge stands in the texts, and becomes an edge when the tracker learns it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.errors import NotSupported
from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.syncing.apply import apply
from techmap_sync.syncing.changes import Action, ChangeSet
from techmap_sync.syncing.diff import Origin, retire
from techmap_sync.syncing.observe import observe
from techmap_sync.syncing.tracker import Capabilities, Edge, EdgeKind, State
from tests.syncing.build import POLICY, TRACKING, key, plan, section, task
from tests.syncing.drive import key_of, planned, push
from tests.trackers.memory import NAME, MemoryTracker

WITHOUT_BLOCKING = Capabilities(blocking_links=False, native_blocking=False)
RELATED = Capabilities(native_blocking=False)
NOTHING = Capabilities(children=0, blocking_links=False, native_blocking=False)


def waiting(name: str, *others: str) -> TaskSpec:
    titles = "\n".join(f"- Create {other}" for other in others)
    made = task(name, blocked_by=others)
    return replace(made, sections=(*made.sections, replace(section("waits for", titles), heading="Waits for")))


MAP = plan(task("Store"), waiting("Service", "Store"), waiting("Page", "Service", "Store"))


def text(tracker: MemoryTracker, wanted: str) -> str:
    return next(ticket.body for ticket in tracker.tickets.values() if key_of(ticket) == wanted)


def reasons(tracker: MemoryTracker, wanted: TaskPlan = MAP) -> list[str]:
    return [change.reason for change in planned(tracker, wanted).changes if change.action is Action.SKIP]


@pytest.mark.parametrize("capabilities", [WITHOUT_BLOCKING, RELATED, NOTHING], ids=["none", "related", "nothing"])
def test_a_ticket_names_what_it_waits_for_by_number(capabilities: Capabilities) -> None:
    tracker = MemoryTracker(capabilities)
    push(tracker, MAP)
    assert "- Blocked by #3 Create Service\n- Blocked by #2 Create Store" in text(tracker, key("Page"))
    tracker.requests.clear()
    push(tracker, MAP)
    assert not tracker.writes, "a second push finds nothing to do"


def test_with_native_edges_only_titles_stand_there() -> None:
    tracker = MemoryTracker()
    push(tracker, MAP)
    assert "- Create Service\n- Create Store" in text(tracker, key("Page"))
    assert "Blocked by" not in text(tracker, key("Page"))


def test_without_children_the_tracking_ticket_has_a_task_list() -> None:
    tracker = MemoryTracker(NOTHING)
    push(tracker, MAP)
    assert "### Tickets\n\n- [ ] #2 Create Store\n- [ ] #3 Create Service\n- [ ] #4 Create Page" in text(
        tracker, TRACKING
    )
    assert not planned(tracker, MAP).writes


def test_what_finds_no_room_below_the_tracking_ticket_stands_in_its_list() -> None:
    tracker = MemoryTracker(Capabilities(children=2))
    push(tracker, MAP)
    assert [ticket.parent for ticket in tracker.tickets.values()] == [None, "1", "1", None]
    assert "### Tickets\n\n- [ ] #4 Create Page\n" in text(tracker, TRACKING)
    assert reasons(tracker) == ["the task list of the tracking ticket holds 1 of its tickets: it may have 2 sub-issues"]
    assert not planned(tracker, MAP).writes


def test_the_plan_says_what_is_degraded_and_that_is_no_drift() -> None:
    tracker = MemoryTracker(NOTHING)
    told = [
        "this server has no sub-issues: a task list in the tracking ticket stands for them",
        'this server has no "blocked by": each ticket\'s text says it instead',
    ]
    assert reasons(tracker) == told
    push(tracker, MAP)
    assert reasons(tracker) == told
    assert not planned(tracker, MAP).drift


def test_an_open_line_of_the_task_list_does_not_keep_a_finished_map_open() -> None:
    tracker = MemoryTracker(NOTHING)
    push(tracker, MAP)
    for number in "234":
        tracker.edit(number, state=State.CLOSED)
    closing = [change.key for change in planned(tracker, MAP).changes if change.action is Action.CLOSE]
    assert closing == [TRACKING]


def test_when_the_server_learns_edges_the_text_becomes_edges() -> None:
    tracker = MemoryTracker(NOTHING)
    push(tracker, MAP)
    tracker.capabilities = Capabilities()
    push(tracker, MAP)
    assert [ticket.parent for ticket in tracker.tickets.values()] == [None, "1", "1", "1"]
    assert tracker.tickets["4"].blocked_by == {"2", "3"}
    assert "Tickets" not in text(tracker, TRACKING)
    assert "Blocked by" not in text(tracker, key("Page"))
    assert not planned(tracker, MAP).drift


class Refusing(MemoryTracker):
    """A tracker that takes no link from one ticket, and says so only when it is asked to."""

    def link(self, edge: Edge) -> None:
        if edge.source == "4" and edge.target != "3":
            self.requests.append(type(self.requests[0])("link", edge.source))
            raise NotSupported(NAME, "the two are linked in another way already")
        super().link(edge)


def test_an_edge_that_was_refused_while_writing_is_a_skip_and_is_not_tried_again() -> None:
    tracker = Refusing()
    outcomes = push(tracker, MAP)
    assert [o.detail for o in outcomes if o.detail] == ["the two are linked in another way already"] * 2
    tracker.requests.clear()
    push(tracker, MAP)
    assert not [request for request in tracker.writes if request.verb == "link"]
    assert not planned(tracker, MAP).writes
    assert "push --refresh tries again" in "".join(reasons(tracker))
    again = planned(tracker, MAP, replace(POLICY, refresh=True)).writes
    assert {(change.action, change.edge) for change in again} >= {
        (Action.LINK, EdgeKind.CHILD_OF),
        (Action.LINK, EdgeKind.BLOCKED_BY),
    }


def test_a_retired_map_whose_tracking_ticket_somebody_worked_on_keeps_it_with_a_label() -> None:
    tracker = MemoryTracker(NOTHING)
    push(tracker, MAP)
    tracker.edit("1", assignees=frozenset({"ada"}))
    holdings = observe(tracker, [MAP], POLICY).maps[MAP.map_id]
    retired = retire(MAP.map_id, Origin("login.md"), holdings, NOTHING, POLICY)
    outcomes = list(apply(ChangeSet(NAME, (retired,)), tracker, POLICY))
    assert len(outcomes) == 4
    assert tracker.tickets["1"].state is State.OPEN
    assert POLICY.removed_label in tracker.tickets["1"].labels
