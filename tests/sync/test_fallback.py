"""What a tracker cannot hold as an edge stands in the texts, and becomes an edge when the tracker learns it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.errors import NotSupported
from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import ChangeSet
from techmap_sync.sync.changes import Action
from techmap_sync.sync.fallback import fitted, notice_in
from techmap_sync.sync.match import Origin
from techmap_sync.sync.observe import observe
from techmap_sync.sync.tracker import Capabilities, Edge, EdgeKind, State
from tests.fakes.memory import NAME, MemoryTracker, When, timed_out
from tests.sync.build import POLICY, TRACKING, key, plan, section, task
from tests.sync.drive import key_of, planned, push, retired

WITHOUT_BLOCKING = Capabilities(blocking_links=False, native_blocking=False)
RELATED = Capabilities(native_blocking=False)
NOTHING = Capabilities(children=0, blocking_links=False, native_blocking=False)


def waiting(name: str, *others: str) -> TaskSpec:
    titles = "\n".join(f"- Create {other}" for other in others)
    made = task(name, blocked_by=others)
    return replace(made, sections=(*made.sections, replace(section("waits for", titles), heading="Waits for")))


MANY = replace(POLICY, allowed=frozenset({"creates"}))
MAP = plan(task("Store"), waiting("Service", "Store"), waiting("Page", "Service", "Store"))


def text(tracker: MemoryTracker, wanted: str) -> str:
    return next(ticket.body for ticket in tracker.tickets.values() if key_of(ticket) == wanted)


def reasons(tracker: MemoryTracker, wanted: TaskPlan = MAP) -> list[str]:
    return [change.reason for change in planned(tracker, wanted).changes if change.action is Action.SKIP]


@pytest.mark.parametrize("capabilities", [WITHOUT_BLOCKING, RELATED, NOTHING], ids=["none", "related", "nothing"])
def test_a_ticket_names_what_it_waits_for_by_number(capabilities: Capabilities) -> None:
    tracker = MemoryTracker(capabilities)
    push(tracker, MAP)
    assert "- #3 Create Service\n- #2 Create Store" in text(tracker, key("Page"))
    tracker.requests.clear()
    push(tracker, MAP)
    assert not tracker.writes, "a second push finds nothing to do"


def test_with_native_edges_the_text_says_nothing_of_them() -> None:
    tracker = MemoryTracker()
    push(tracker, MAP)
    assert "### Waits for" not in text(tracker, key("Page"))


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
    assert not reasons(tracker), "it was said when it was written"
    assert not planned(tracker, MAP).writes


def test_a_plan_names_tasks_that_find_no_room_once() -> None:
    told = "the task list of the tracking ticket holds 1 of its tickets: it may have 2 sub-issues"
    assert reasons(MemoryTracker(Capabilities(children=2))) == [told]


def test_the_plan_says_what_is_degraded_and_that_is_no_drift() -> None:
    tracker = MemoryTracker(NOTHING)
    told = [
        "this server has no sub-issues: the tracking ticket has a task list instead",
        'this server has no "blocked by": each ticket\'s text says it instead',
    ]
    assert reasons(tracker) == told
    assert all(change.lasting for change in planned(tracker, MAP).changes if change.action is Action.SKIP)
    push(tracker, MAP)
    assert not reasons(tracker), "said once, in the run that wrote it"
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
    assert "### Waits for" not in text(tracker, key("Page"))
    assert not planned(tracker, MAP).drift


class Refusing(MemoryTracker):
    """A tracker that takes no link from one ticket, and says so only when it is asked to."""

    def link(self, edge: Edge) -> None:
        if edge.source == "4" and edge.target != "3":
            self.requests.append(type(self.requests[0])("link", edge.source))
            raise NotSupported(NAME, "the two are linked in another way already")
        super().link(edge)


class WithoutEdges(MemoryTracker):
    """A server that has no edges and says so only when it is asked for one."""

    def link(self, edge: Edge) -> None:
        self.requests.append(type(self.requests[0])("link", edge.source))
        raise NotSupported(NAME, f"this server has nothing like {edge.kind}")


def test_on_a_server_that_turns_out_to_have_no_edges_the_first_push_is_complete() -> None:
    tracker = WithoutEdges()
    push(tracker, MAP)
    assert "- #3 Create Service\n- #2 Create Store" in text(tracker, key("Page"))
    assert "- [ ] #2 Create Store\n- [ ] #3 Create Service\n- [ ] #4 Create Page" in text(tracker, TRACKING)
    for capabilities in (Capabilities(), NOTHING, RELATED):
        tracker.capabilities = capabilities
        assert not planned(tracker, MAP).writes, "neither the same nor what the server tells next time changes anything"
        assert not planned(tracker, MAP).changes


def test_numbers_that_come_after_a_text_are_written_in_the_same_push() -> None:
    tracker = MemoryTracker(NOTHING)
    tracker.faults = {5: timed_out(When.BEFORE)}
    push(tracker, MAP)
    assert [request.subject for request in tracker.writes][1:3] == ["Create Store", "Create Service"]
    assert not planned(tracker, MAP).writes
    assert "- #4 Create Store" in text(tracker, key("Page"))


def test_what_exceeds_the_limits_of_the_server_stands_in_the_texts() -> None:
    names = [f"Part{n}" for n in range(8)]
    wide = plan(*(task(name) for name in names), waiting("Hub", *names), *(waiting(f"End{n}", "Hub") for n in range(8)))
    for capabilities in (Capabilities(blockers=5, blocking=5), Capabilities(links=6, children=9)):
        tracker = MemoryTracker(capabilities)
        (said,) = reasons(tracker, wide)[:1] if capabilities.links is None else reasons(tracker, wide)[1:]
        assert "are in the tickets' texts" in said
        push(tracker, wide, MANY)
        hub = next(ticket for ticket in tracker.tickets.values() if key_of(ticket) == key("Hub"))
        assert len(hub.blocked_by or ()) == 5
        assert hub.body.count("\n- #") == 3
        awaited = [t for t in tracker.tickets.values() if hub.number in (t.blocked_by or ())]
        assert len(awaited) == (5 if capabilities.links is None else 0)
        tracker.requests.clear()
        push(tracker, wide, MANY)
        assert not tracker.writes
        assert not reasons(tracker, wide)


def test_an_edge_that_was_refused_while_writing_is_a_skip_and_is_not_tried_again() -> None:
    tracker = Refusing()
    outcomes = push(tracker, MAP)
    assert [o.detail for o in outcomes if o.detail] == ["the two are linked in another way already"] * 2
    tracker.requests.clear()
    push(tracker, MAP)
    assert not [request for request in tracker.writes if request.verb == "link"]
    assert not planned(tracker, MAP).writes
    assert not reasons(tracker), "said once, by the run that was refused"
    assert "- #2 Create Store" in text(tracker, key("Page"))
    assert "- [ ] #4 Create Page" in text(tracker, TRACKING)
    again = planned(tracker, MAP, replace(POLICY, refresh=True)).writes
    assert {(change.action, change.edge) for change in again} >= {
        (Action.LINK, EdgeKind.CHILD_OF),
        (Action.LINK, EdgeKind.BLOCKED_BY),
    }


def test_a_retired_map_whose_tracking_ticket_somebody_worked_on_keeps_it_with_a_label() -> None:
    tracker = MemoryTracker(NOTHING)
    push(tracker, MAP)
    tracker.edit("1", assignees=frozenset({"ada"}))
    going = retired(tracker, observe(tracker, [MAP], POLICY), Origin("login.md"))
    outcomes = list(apply(ChangeSet(NAME, (going,)), tracker, POLICY))
    assert len(outcomes) == 4
    assert tracker.tickets["1"].state is State.OPEN
    assert POLICY.removed_label in tracker.tickets["1"].labels


SMALL = Capabilities(body_limit=6_000)
NOTICE = notice_in("en")


LONG = task("Store", sections={"purpose": "Keeps tokens.", "detail": "A line of detail.\n" * 2_000})


def texts(spec: TaskSpec) -> dict[str, str]:
    return {section.name: section.text for section in spec.sections}


def test_the_longest_section_is_cut_at_a_line_and_the_others_stay() -> None:
    cut = texts(fitted(LONG, SMALL, NOTICE))
    assert cut["purpose"] == "Keeps tokens."
    assert cut["detail"].endswith(f"A line of detail.\n\n{NOTICE}")
    assert 4_000 < len(cut["detail"]) < 6_000


def test_what_fits_stays_as_it_is() -> None:
    assert fitted(LONG, Capabilities(), NOTICE) == LONG


def test_a_fence_that_is_cut_is_closed() -> None:
    code = "````python\n" + "print(1)\n```\n" * 2_000 + "````"
    cut = texts(fitted(task("Store", sections={"detail": code}), SMALL, NOTICE))["detail"]
    assert cut.endswith(f"\n````\n\n{NOTICE}")


def test_a_push_finds_room_beside_what_people_wrote_and_a_second_one_changes_nothing() -> None:
    tracker = MemoryTracker(SMALL)
    push(tracker, plan(LONG))
    body = tracker.tickets["2"].body
    assert len(body) <= SMALL.body_limit
    assert NOTICE in body
    assert not planned(tracker, plan(LONG)).changes
    assert not planned(tracker, plan(LONG), replace(POLICY, refresh=True)).writes
    tracker.edit("2", body=f"{body}\n" + "Mine. " * 50)
    changed = task("Store", sections={**texts(LONG), "purpose": "Keeps tokens for long."})
    push(tracker, plan(changed))
    assert "Keeps tokens for long." in tracker.tickets["2"].body
    assert tracker.tickets["2"].body.endswith("Mine. " * 50)
