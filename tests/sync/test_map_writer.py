"""What the tracker refuses about one ticket fails alone, and the next run tries it again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.errors import NotAllowed, OutcomeUnclear, TicketRefused
from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import ChangeSet, Outcome, Status, left_of
from techmap_sync.sync.changes import Action
from techmap_sync.sync.tracker import Capabilities, State
from tests.fakes.memory import NAME, Fault, MemoryTracker, Request, When, timed_out
from tests.sync.build import POLICY, TRACKING, key, plan, task
from tests.sync.drive import key_of, planned, push, state

PARTS = [f"Part{n}" for n in range(6)]
MAP = plan(*(task(name, blocked_by=(PARTS[n - 1],) if n else ()) for n, name in enumerate(PARTS)))
CHANGED = plan(
    *(
        task(name, sections={"purpose": "More."}, blocked_by=(PARTS[n - 1],) if n else (), labels=frozenset({"new"}))
        for n, name in enumerate(PARTS)
    )
)
SHORTER = plan(*MAP.tasks[:-1])
KINDS = {"edges": Capabilities(), "parent at creation": Capabilities(parent_at_creation=True)}


def failed(outcomes: list[Outcome]) -> list[tuple[Action, str]]:
    return [(o.change.action, o.change.key) for o in outcomes if o.status is Status.FAILED]


def undisturbed(*plans: TaskPlan, capabilities: Capabilities) -> MemoryTracker:
    tracker = MemoryTracker(capabilities)
    for each in plans:
        push(tracker, each)
    return tracker


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("before", "after", "verb", "action"),
    [
        (None, MAP, "create", Action.CREATE),
        (MAP, CHANGED, "update", Action.UPDATE),
        (MAP, CHANGED, "add_labels", Action.UPDATE),
        (MAP, CHANGED, "get", Action.UPDATE),
        (MAP, SHORTER, "update", Action.CLOSE),
        (None, MAP, "link", Action.LINK),
        (MAP, plan(*(replace(spec, blocked_by=()) for spec in MAP.tasks)), "unlink", Action.UNLINK),
    ],
)
def test_one_refused_ticket_stops_no_other(
    kind: str, before: TaskPlan | None, after: TaskPlan, verb: str, action: Action
) -> None:
    tracker = MemoryTracker(KINDS[kind])
    if before:
        push(tracker, before)
    numbers = {key_of(ticket): n for n, ticket in tracker.tickets.items()}
    wanted = key(PARTS[5])
    subject = "Create Part5" if verb == "create" else numbers.get(wanted, "7")
    tracker.refuses = lambda request: request.verb == verb and request.subject == subject
    outcomes = push(tracker, after)
    assert set(failed(outcomes)) == {(action, wanted)}
    assert all(o.detail == f"{verb} refused" for o in outcomes if o.status is Status.FAILED)
    tracker.refuses = lambda _: False
    push(tracker, after)
    plans = [each for each in (before, after) if each]
    assert state(tracker) == state(undisturbed(*plans, capabilities=KINDS[kind]))
    assert not planned(tracker, after).writes


def test_what_depends_on_a_failed_ticket_is_left_and_counted() -> None:
    tracker = MemoryTracker()
    tracker.refuses = lambda request: request.subject == "Create Part2"
    change_set = planned(tracker, MAP)
    outcomes = push(tracker, MAP)
    left = [(o.change.key, o.change.target) for o in outcomes if o.status is Status.LEFT]
    assert left == [(key("Part2"), TRACKING), (key("Part2"), key("Part1")), (key("Part3"), key("Part2"))]
    assert len(left_of(change_set, outcomes)) == len(left)


def test_a_failed_tracking_ticket_stops_its_own_map_only() -> None:
    other = replace(
        MAP,
        map_id="other",
        tracking=replace(MAP.tracking, key="other/tracking/map", title="Other"),
        tasks=tuple(replace(s, key=s.key.replace("login/", "other/"), blocked_by=()) for s in MAP.tasks),
    )
    tracker = MemoryTracker()
    tracker.refuses = lambda request: request.subject == MAP.tracking.title
    both = ChangeSet(NAME, (*planned(tracker, MAP).maps, *planned(tracker, other).maps))
    outcomes = list(apply(both, tracker, POLICY))
    assert failed(outcomes) == [(Action.CREATE, TRACKING)]
    assert {key_of(ticket).partition("/")[0] for ticket in tracker.tickets.values()} == {"other"}
    assert len(tracker.tickets) == 7


def test_a_refused_ledger_is_a_failure_and_is_written_by_the_next_run() -> None:
    tracker = MemoryTracker()
    tracker.refuses = lambda request: request == Request("update", "1")
    assert failed(push(tracker, MAP)) == [(Action.UPDATE, TRACKING)]
    tracker.refuses = lambda _: False
    push(tracker, MAP)
    assert state(tracker) == state(undisturbed(MAP, capabilities=Capabilities()))


def test_a_refused_rename_keeps_its_ticket() -> None:
    words = {"purpose": "Keeps every part of the plan where people find it again, in one table per year."}
    tracker = MemoryTracker()
    push(tracker, plan(task("Store", sections=words), *MAP.tasks))
    renamed = plan(task("Shop", sections=words), *MAP.tasks)
    tracker.refuses = lambda request: request == Request("update", "2")
    assert failed(push(tracker, renamed)) == [(Action.UPDATE, key("Shop"))]
    tracker.refuses = lambda _: False
    push(tracker, renamed)
    assert key_of(tracker.tickets["2"]) == key("Shop")
    assert len(tracker.tickets) == 8
    assert not planned(tracker, renamed).writes


def test_a_refused_exchange_of_names_loses_no_ticket_without_our_label() -> None:
    """The listing shows one of the two tickets, which still has the key that the other one has by now."""
    words = ("Keeps tokens until they expire.", "Sends a mail when a factor was removed.")
    store, sender = (
        plan(*(task(name, sections={"purpose": text}) for name, text in zip(names, words, strict=True)))
        for names in (("Store", "Sender"), ("Sender", "Store"))
    )
    tracker = MemoryTracker()
    push(tracker, store)
    tracker.edit("2", labels=tracker.tickets["2"].labels - {"techmap"})
    tracker.refuses = lambda request: request == Request("update", "3")
    push(tracker, sender)
    assert [key_of(tracker.tickets[number]) for number in "23"] == [key("Sender"), key("Sender")]
    tracker.refuses = lambda _: False
    push(tracker, sender)
    assert [key_of(ticket) for ticket in tracker.tickets.values()] == [TRACKING, key("Sender"), key("Store")]
    assert not planned(tracker, sender).writes


def test_a_ticket_whose_renaming_was_refused_is_not_taken_for_the_new_one_of_its_former_name() -> None:
    words = {"purpose": "Keeps every part of the plan where people find it again, in one table per year."}
    tracker = MemoryTracker()
    push(tracker, plan(task("Store", sections=words), task("Other")))
    renamed = plan(task("Vault", sections=words), task("Other"), task("Store", sections={"purpose": "Sells."}))
    tracker.requests.clear()
    tracker.refuses = lambda request: request == Request("update", "2")
    shown = planned(tracker, renamed)
    create = len(tracker.requests) + 1 + [c.action for c in shown.writes].index(Action.CREATE) + 1
    tracker.faults = {create: timed_out(When.BEFORE)}
    list(apply(shown, tracker, POLICY))
    assert tracker.requests[create - 1].verb == "create"
    assert key_of(tracker.tickets["4"]) == key("Store"), "made after another look"
    tracker.refuses, tracker.faults = lambda _: False, {}
    push(tracker, renamed)
    assert [key_of(tracker.tickets[number]) for number in "234"] == [key("Vault"), key("Other"), key("Store")]


def test_a_ticket_that_another_run_gave_the_name_of_a_new_task_is_not_taken_for_it() -> None:
    words = {"purpose": "Keeps every part of the plan where people find it again, in one table per year."}
    tracker, vault = MemoryTracker(), task("Vault", sections=words)
    former = plan(task("Store", sections=words), task("Other"))
    push(tracker, former)
    push(tracker, plan(vault, task("Other")))
    wanted = plan(vault, task("Other"), task("Store", sections={"purpose": "Sells."}))
    shown = planned(tracker, wanted)
    push(tracker, former)
    tracker.requests.clear()
    tracker.faults = {1: timed_out(When.BEFORE)}
    assert not failed(list(apply(shown, tracker, POLICY)))
    assert tracker.requests[0].verb == "create"
    assert key_of(tracker.tickets["4"]) == key("Store"), "made after another look"


def test_an_orphan_whose_closing_failed_is_closed_by_the_next_run_of_the_same_text() -> None:
    tracker = undisturbed(MAP, capabilities=Capabilities())
    tracker.refuses = lambda request: request.verb == "update" and request.subject == "7"
    push(tracker, SHORTER)
    assert tracker.tickets["7"].state is State.OPEN
    tracker.refuses = lambda _: False
    push(tracker, SHORTER)
    assert tracker.tickets["7"].state is State.CLOSED


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("verb", ["link", "unlink"])
def test_a_link_whose_answer_is_lost_is_tried_again_and_the_run_goes_on(verb: str, when: When) -> None:
    tracker, after = MemoryTracker(), MAP
    if verb == "unlink":
        push(tracker, MAP)
        after = plan(*(replace(spec, blocked_by=()) for spec in MAP.tasks))
    measured = MemoryTracker()
    for each in (MAP, after) if verb == "unlink" else (after,):
        measured.requests.clear()
        push(measured, each)
    at = next(n for n, request in enumerate(measured.requests, 1) if request.verb == verb)
    tracker.requests.clear()
    tracker.faults = {at: timed_out(when)}
    assert not failed(push(tracker, after))
    assert state(tracker) == state(measured)


def test_a_server_that_stops_answering_ends_the_run() -> None:
    tracker = MemoryTracker()
    tracker.faults = {n: timed_out(When.BEFORE) for n in range(20, 200)}
    with pytest.raises(OutcomeUnclear):
        push(tracker, MAP)


def test_a_token_without_any_right_ends_the_run_soon() -> None:
    tracker = undisturbed(MAP, capabilities=Capabilities())
    tracker.requests.clear()
    denial = Fault(When.BEFORE, TicketRefused(NAME, "not accessible", denied=True))

    class Denied(dict[int, Fault]):
        def get(self, number: int, default: object = None) -> Fault | None:  # type: ignore[override]
            return denial if tracker.requests[-1].writes else None

    tracker.faults = Denied()
    with pytest.raises(NotAllowed):
        push(tracker, CHANGED)
    assert len(tracker.writes) == 3


def test_one_denied_ticket_is_no_token_without_rights() -> None:
    tracker = undisturbed(MAP, capabilities=Capabilities())
    tracker.refuses = lambda request: request.writes and request.subject in ("2", "4")
    assert {k for _, k in failed(push(tracker, CHANGED))} == {key("Part0"), key("Part2")}


BOARD = Capabilities(board="octo/7")


def test_new_tickets_join_the_board_with_what_its_fields_say() -> None:
    tracker = MemoryTracker(BOARD)
    push(tracker, plan(task("Store"), task("Sender", priority=None)))
    by_name = {key_of(tracker.tickets[number]): values for number, values in tracker.board.items()}
    assert by_name == {
        TRACKING: {},
        key("Store"): {"Priority": "medium", "Phase": "build"},
        key("Sender"): {"Phase": "build"},
    }


def test_only_tickets_that_are_new_join_the_board() -> None:
    tracker = MemoryTracker(BOARD)
    push(tracker, plan(task("Store")))
    tracker.board.clear()
    push(tracker, plan(task("Store", title="Build Store"), task("Sender")))
    assert [key_of(tracker.tickets[number]) for number in tracker.board] == [key("Sender")]


def test_what_a_board_refuses_is_said_at_the_tracking_ticket() -> None:
    tracker = MemoryTracker(BOARD, board_refuses="the board is closed")
    last = push(tracker, plan(task("Store")))[-1]
    assert (last.change.key, last.detail) == (TRACKING, "the board is closed")


def test_where_there_is_no_board_none_is_asked_for() -> None:
    tracker = MemoryTracker()
    push(tracker, plan(task("Store")))
    assert "join_board" not in {request.verb for request in tracker.requests}
