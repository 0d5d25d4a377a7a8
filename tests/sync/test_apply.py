"""A push creates what is missing, writes what changed, and the next one finds nothing to do."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import replace

import pytest

from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.apply import MapRun, apply
from techmap_sync.sync.change_set import ChangeSet, Leaving, MapChanges, Outcome, Status
from techmap_sync.sync.changes import Action, Change, Close, Create, Unlink, Update
from techmap_sync.sync.endings import Ending, Why
from techmap_sync.sync.map_writer import LEDGER_ALONE
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.ticket_fields import FieldEdit
from techmap_sync.sync.tracker import Capabilities, CloseReason, EdgeKind, State
from tests.fakes.memory import NAME, MemoryTracker, When, timed_out
from tests.faults import AS_SEEN
from tests.sync.build import MAP, POLICY, THREE, TRACKING, key, plan, task
from tests.sync.drive import key_of, planned, push, several, shown
from tests.sync.test_moves import FREE as MOVING
from tests.sync.test_moves import key as key_in
from tests.sync.test_moves import ledger_of, some_map
from tests.sync.test_single_writes import TICKETS, done, link, sent, text_of
from tests.sync.test_single_writes import run_of as run_at

STORE, SERVICE, TESTS = task("Store"), task("Service", blocked_by=("Store",)), task("Tests", blocked_by=("Service",))
FIRST = plan(STORE, SERVICE, TESTS)
KINDS = {
    "native edges": Capabilities(),
    "parent at creation": Capabilities(parent_at_creation=True),
    "no children": Capabilities(children=0),
    "native priority": Capabilities(native_priority=True),
}


@pytest.fixture(params=KINDS)
def tracker(request: pytest.FixtureRequest) -> MemoryTracker:
    return MemoryTracker(KINDS[request.param])


def number(tracker: MemoryTracker, name: str) -> str:
    return next(n for n, ticket in tracker.tickets.items() if key_of(ticket) == name)


def test_first_push_makes_one_ticket_per_task_and_a_tracking_ticket(tracker: MemoryTracker) -> None:
    push(tracker, FIRST)
    assert [key_of(t) for t in tracker.tickets.values()] == [TRACKING, STORE.key, SERVICE.key, TESTS.key]


def test_second_push_writes_nothing(tracker: MemoryTracker) -> None:
    push(tracker, FIRST)
    tracker.requests.clear()
    assert not planned(tracker, FIRST).drift
    push(tracker, FIRST)
    assert not tracker.writes


def test_edges_and_parents_stand_after_the_first_push() -> None:
    tracker = MemoryTracker()
    push(tracker, FIRST)
    service = tracker.tickets[number(tracker, SERVICE.key)]
    assert service.blocked_by == {number(tracker, STORE.key)}
    assert service.parent == number(tracker, TRACKING)


def test_a_new_release_that_only_words_things_differently_writes_nothing(tracker: MemoryTracker) -> None:
    push(tracker, FIRST)
    reworded = [replace(t, sections=tuple(replace(s, text=f"**{s.text}**") for s in t.sections)) for t in FIRST.tasks]
    assert not planned(tracker, plan(*reworded), text=repr(FIRST)).drift


def test_a_changed_section_is_one_update_and_the_tracking_tickets_ledger(tracker: MemoryTracker) -> None:
    push(tracker, FIRST)
    changed = plan(task("Store", sections={"purpose": "Keeps more."}), SERVICE, TESTS)
    assert shown(planned(tracker, changed).drift) == [(Action.UPDATE, STORE.key), (Action.UPDATE, TRACKING)]
    push(tracker, changed)
    assert "Keeps more." in tracker.tickets[number(tracker, STORE.key)].body
    assert not planned(tracker, changed).drift


def test_a_task_that_is_gone_closes_its_untouched_ticket_as_not_planned(tracker: MemoryTracker) -> None:
    push(tracker, FIRST)
    push(tracker, plan(STORE, SERVICE))
    ticket = tracker.tickets[number(tracker, TESTS.key)]
    assert (ticket.state, ticket.reason) == (State.CLOSED, CloseReason.NOT_PLANNED)
    assert "Its task is gone from the document (commit c0ffee)." in ticket.body
    assert not planned(tracker, plan(STORE, SERVICE)).drift


def test_a_task_that_comes_back_reopens_the_ticket_that_we_closed(tracker: MemoryTracker) -> None:
    push(tracker, FIRST)
    push(tracker, plan(STORE, SERVICE))
    push(tracker, FIRST)
    ticket = tracker.tickets[number(tracker, TESTS.key)]
    assert ticket.state is State.OPEN
    assert "gone from the document" not in ticket.body
    assert not planned(tracker, FIRST).drift


def test_a_ticket_that_somebody_worked_on_is_labelled_and_stays_open(tracker: MemoryTracker) -> None:
    push(tracker, FIRST)
    tracker.edit(number(tracker, TESTS.key), assignees=frozenset({"ada"}))
    push(tracker, plan(STORE, SERVICE))
    ticket = tracker.tickets[number(tracker, TESTS.key)]
    assert ticket.state is State.OPEN
    assert "techmap:removed" in ticket.labels
    assert not planned(tracker, plan(STORE, SERVICE)).writes


def test_a_task_that_is_gone_by_settings_only_is_reported_and_kept(tracker: MemoryTracker) -> None:
    push(tracker, FIRST, text="same text")
    fewer = planned(tracker, plan(STORE, SERVICE), text="same text")
    assert (Action.SKIP, TESTS.key) in shown(fewer.changes)
    assert Action.CLOSE not in {change.action for change in fewer.changes}


def test_an_edge_that_a_human_removed_stays_removed() -> None:
    tracker = MemoryTracker()
    push(tracker, FIRST)
    tracker.edit(number(tracker, SERVICE.key), blocked_by=frozenset())
    changes = planned(tracker, FIRST)
    assert not changes.writes
    assert [(c.action, c.key, c.edge) for c in changes.changes] == [(Action.SKIP, SERVICE.key, EdgeKind.BLOCKED_BY)]


def test_an_edge_that_the_map_drops_is_taken_away_and_one_that_a_human_made_stays() -> None:
    tracker = MemoryTracker()
    push(tracker, FIRST)
    service = number(tracker, SERVICE.key)
    by_hand = number(tracker, TRACKING)
    tracker.edit(service, blocked_by=(tracker.tickets[service].blocked_by or frozenset()) | {by_hand})
    push(tracker, plan(STORE, task("Service"), TESTS))
    assert tracker.tickets[service].blocked_by == {by_hand}


def test_edges_are_read_one_by_one_only_where_they_decide_something() -> None:
    tracker = MemoryTracker(edges_listed=False)
    push(tracker, FIRST)
    tracker.requests.clear()
    assert not planned(tracker, FIRST).drift
    assert [request.verb for request in tracker.requests] == ["snapshot"]


def test_a_done_task_makes_no_ticket_and_closes_the_one_it_has(tracker: MemoryTracker) -> None:
    done = task("Store", done=True)
    push(tracker, plan(done, task("Service")))
    assert STORE.key not in {key_of(t) for t in tracker.tickets.values()}
    other = MemoryTracker()
    push(other, FIRST)
    push(other, plan(done, SERVICE, TESTS))
    ticket = other.tickets[number(other, STORE.key)]
    assert (ticket.state, ticket.reason) == (State.CLOSED, CloseReason.COMPLETED)
    assert not planned(other, plan(done, SERVICE, TESTS)).drift


def test_a_ticket_that_a_human_closed_is_neither_reopened_nor_rewritten(tracker: MemoryTracker) -> None:
    push(tracker, FIRST)
    tracker.edit(number(tracker, STORE.key), state=State.CLOSED, reason=CloseReason.COMPLETED)
    changed = plan(task("Store", sections={"purpose": "Keeps more."}), SERVICE, TESTS)
    assert shown(planned(tracker, changed).writes) == [(Action.UPDATE, TRACKING)]


def test_a_ticket_that_a_human_reopened_stays_open(tracker: MemoryTracker) -> None:
    push(tracker, FIRST)
    push(tracker, plan(task("Store", done=True), SERVICE, TESTS))
    tracker.edit(number(tracker, STORE.key), state=State.OPEN, reason=None)
    done = plan(task("Store", done=True), SERVICE, TESTS)
    push(tracker, done)
    assert tracker.tickets[number(tracker, STORE.key)].state is State.OPEN
    assert not planned(tracker, done).writes


def test_what_the_plan_shows_is_what_is_applied(tracker: MemoryTracker) -> None:
    change_set = planned(tracker, FIRST)
    outcomes = push(tracker, FIRST)
    applied = shown([outcome.change for outcome in outcomes if outcome.change.key != TRACKING])
    assert applied == [each for each in shown(change_set.writes) if each[1] != TRACKING]


def test_a_first_push_makes_one_write_per_ticket_link_and_ledger() -> None:
    tracker = MemoryTracker()
    push(tracker, FIRST)
    tickets, edges = 4, 2
    assert len(tracker.writes) == tickets + (tickets - 1) + edges + 1


def test_links_name_both_ends() -> None:
    links = [c for c in planned(MemoryTracker(), FIRST).changes if c.edge is EdgeKind.BLOCKED_BY]
    assert [(c.key, c.target) for c in links] == [(SERVICE.key, STORE.key), (TESTS.key, SERVICE.key)]
    assert key("Store") == STORE.key


def push_all(tracker: MemoryTracker, *plans: TaskPlan) -> list[Outcome]:
    return list(apply(several(tracker, *plans, policy=MOVING), tracker, MOVING))


def ledgers_written(tracker: MemoryTracker, *plans: TaskPlan) -> Counter[str]:
    """How often a push writes each tracking ticket."""
    push_all(tracker, some_map("alpha", "Store", "Sender"), some_map("beta", "Report", "Router"))
    tracker.requests.clear()
    push_all(tracker, *plans)
    maps = {n: key_of(t).partition("/")[0] for n, t in tracker.tickets.items() if key_of(t).endswith("/tracking/map")}
    return Counter(maps[request.subject] for request in tracker.writes if request.subject in maps)


def test_a_ledger_is_written_twice_only_where_two_maps_wait_for_each_other() -> None:
    one_moves = some_map("alpha", "Store"), some_map("beta", "Report", "Router", "Sender")
    assert ledgers_written(MemoryTracker(), *one_moves) == {"alpha": 1, "beta": 1}
    exchanged = some_map("alpha", "Store", "Report"), some_map("beta", "Router", "Sender")
    assert sorted(ledgers_written(MemoryTracker(), *exchanged).values()) == [1, 2]
    one_new = some_map("alpha", "Store", "Sender", "Cache"), some_map("beta", "Report", "Router")
    assert ledgers_written(MemoryTracker(), *one_new) == {"alpha": 1}


def test_the_second_write_of_an_exchange_is_about_the_ledger_alone() -> None:
    tracker = MemoryTracker()
    push_all(tracker, some_map("alpha", "Store", "Sender"), some_map("beta", "Report", "Router"))
    outcomes = push_all(tracker, some_map("alpha", "Store", "Report"), some_map("beta", "Router", "Sender"))
    assert outcomes[-1].change.key.endswith("/tracking/map")
    assert outcomes[-1].change.fields == ("ledger",)


def test_a_tracking_ticket_that_is_not_listed_yet_was_lost_to_nobody() -> None:
    tracker = MemoryTracker()
    shown = planned(tracker, FIRST)
    tracker.unlisted = {"1"}
    assert {outcome.status for outcome in apply(shown, tracker, POLICY)} == {Status.APPLIED}


def run_of(*changes: Change, **more: object) -> MapRun:
    names = frozenset({STORE.key, SERVICE.key})
    of_map = MapChanges(MAP, "docs/login.md", True, changes=changes, tracking_key=TRACKING, ledger=Ledger())
    run = MapRun(replace(of_map, **more), MemoryTracker(), POLICY)  # type: ignore[arg-type]
    run.listed = names
    return run


def test_another_run_that_came_first_is_said_of_the_first_write_with_what_to_do() -> None:
    create = Create(STORE.key, STORE.title, spec=STORE)
    lost = run_of(create, replace(create, key=SERVICE.key)).lost_to("7")
    assert (lost.change, lost.status) == (create, Status.FAILED)
    assert lost.detail == "another run is pushing the map login: its tracking ticket 7 came first"
    assert lost.hint == "push again when it is done; it will find one map and heal the copy"
    tracking = Create(TRACKING, "", spec=FIRST.tracking)
    assert run_of(create, tracking).lost_to("7").change.key == TRACKING


@pytest.mark.parametrize(
    ("edge", "arriving", "settled"),
    [
        (EdgeKind.CHILD_OF, {STORE.key}, {SERVICE.key}),
        (EdgeKind.BLOCKED_BY, {STORE.key}, {STORE.key, SERVICE.key}),
        (EdgeKind.CHILD_OF, {SERVICE.key}, {STORE.key, SERVICE.key}),
    ],
)
def test_another_map_keeps_a_ticket_that_still_has_its_parent_there(
    edge: EdgeKind, arriving: set[str], settled: set[str]
) -> None:
    run = run_of(arriving=frozenset(arriving))
    run.undone.append(Unlink(STORE.key, "", edge=edge, target="alpha/tracking/map"))
    assert run.settled == settled


def test_a_map_whose_ticket_could_not_leave_is_not_closed_and_says_why() -> None:
    tracker = MemoryTracker()
    push_all(tracker, some_map("alpha", "Store"), some_map("beta", "Report"))
    report = number(tracker, "beta/component/Report")
    shown = several(tracker, some_map("alpha", "Store", "Report"), policy=MOVING)
    trial = deepcopy(tracker)
    trial.requests.clear()
    list(apply(shown, trial, MOVING))
    place = next(n for n, each in enumerate(trial.requests, 1) if each.writes and each.subject == report)
    tracker.requests.clear()
    tracker.faults = {place: AS_SEEN["refused"]()}
    outcomes = list(apply(shown, tracker, MOVING))
    (left,) = (each for each in outcomes if each.change.key == "beta/tracking/map")
    assert (left.status, left.detail) == (Status.LEFT, "not all of its tickets went to other maps")
    assert tracker.tickets[number(tracker, "beta/tracking/map")].state is State.OPEN


def test_a_tracking_ticket_is_closed_only_when_everything_else_was_written(tracker: MemoryTracker) -> None:
    push(tracker, FIRST)
    finished = replace(FIRST, tasks=tuple(replace(spec, done=True) for spec in FIRST.tasks))
    refused = number(tracker, STORE.key)
    tracker.refuses = lambda request: request.writes and request.subject == refused
    outcomes = [each for each in push(tracker, finished) if each.status is not Status.APPLIED]
    assert [(each.change.key, each.status, each.detail) for each in outcomes] == [
        (STORE.key, Status.FAILED, "update refused"),
        (TRACKING, Status.LEFT, "another write of this document failed"),
    ]
    assert tracker.tickets[number(tracker, TRACKING)].state is State.OPEN
    tracker.refuses = lambda _: False
    push(tracker, finished)
    assert {ticket.state for ticket in tracker.tickets.values()} == {State.CLOSED}


# The end of a map, at the tracker of three tickets to which it was pushed.


@pytest.fixture
def pushed() -> MemoryTracker:
    tracker = MemoryTracker()
    push(tracker, THREE)
    tracker.requests.clear()
    return tracker


def test_a_link_without_an_answer_is_repeated_once_the_others_are_written(pushed: MemoryTracker) -> None:
    lost, other = link("Store", "Tests"), link("Service", "Tests")
    run, pushed.faults = run_at(pushed, lost, other), {1: timed_out(When.BEFORE)}
    assert [*run.link_unless(frozenset(), lost), *run.link_unless(frozenset(), other)] == [
        Outcome(other, MAP, Status.APPLIED, "3")
    ]
    assert list(run.finish(frozenset())) == [Outcome(lost, MAP, Status.APPLIED, "2")]
    assert sent(pushed) == [("link", "2"), ("link", "3"), ("link", "2")]


@pytest.mark.parametrize(("ticket", "written"), [("1", "1"), ("", "1"), ("9", "9")])
def test_only_a_copy_of_the_tracking_ticket_is_closed_without_its_ledger(
    pushed: MemoryTracker, ticket: str, written: str
) -> None:
    """A map that is finished when it gets its tracking ticket closes it before it knows its number."""
    pushed.tickets["9"] = replace(pushed.tickets["1"], number="9", url="https://tracker.example/9")
    change = Close(TRACKING, "", ticket, close_reason=CloseReason.DUPLICATE, ending=Ending(Why.COPY, "1"))
    run, was = run_at(pushed, change, claimed={"1": TRACKING, "9": TRACKING}), text_of(pushed, written)
    assert list(run.finish(frozenset())) == [done(pushed, change, written, was)]
    assert sent(pushed) == [("get", written), ("update", written)]
    assert pushed.tickets[written].state is State.CLOSED


@pytest.mark.parametrize("ticket", ["1", "9"])
def test_a_failed_write_keeps_the_tracking_ticket_open_and_none_of_its_copies(
    pushed: MemoryTracker, ticket: str
) -> None:
    pushed.tickets["9"] = replace(pushed.tickets["1"], number="9")
    change = Close(TRACKING, "", ticket, close_reason=CloseReason.DUPLICATE, ending=Ending(Why.COPY, "1"))
    run = run_at(pushed, change, claimed={"1": TRACKING, "9": TRACKING})
    run.undone.append(link("Store", "Tests"))
    (outcome,) = run.finish(frozenset())
    assert outcome.status is (Status.APPLIED if ticket == "9" else Status.LEFT)
    assert pushed.tickets[ticket].state is (State.CLOSED if ticket == "9" else State.OPEN)


def of_tracking(*edited: str) -> Update:
    spec, edits = plan().tracking, tuple(FieldEdit(name, "before", "after") for name in edited)
    return Update(TRACKING, spec.title, "1", spec=spec, edits=edits)


THERE = "beta/component/Store"
ELSEWHERE = frozenset({THERE, "beta/component/Other"})


@pytest.mark.parametrize(
    ("edited", "leaving", "written", "is_written"),
    [
        (("title", "ledger"), {STORE.key: Leaving(THERE, "2")}, ELSEWHERE, True),
        (("title", "ledger"), {STORE.key: Leaving(THERE, "2")}, ELSEWHERE - {THERE}, False),
        (("title", "ledger"), {}, ELSEWHERE, False),
        (("title",), {STORE.key: Leaving(THERE, "2")}, ELSEWHERE, False),
    ],
)
def test_a_ledger_is_written_again_only_for_what_other_maps_have_listed_since(
    pushed: MemoryTracker, edited: tuple[str, ...], leaving: dict[str, Leaving], written: set[str], is_written: bool
) -> None:
    base = Ledger(TICKETS)
    run = run_at(pushed, of_tracking(*edited), base=base, ledger=base.without({STORE.key}), leaving=leaving)
    was = text_of(pushed, "1")
    outcomes = list(run.let_go(written))
    again = replace(of_tracking(), edits=LEDGER_ALONE)
    assert outcomes == ([done(pushed, again, "1", was)] if is_written else [])
    assert sent(pushed) == ([("get", "1"), ("update", "1")] if is_written else [])


def test_a_new_tracking_ticket_that_is_not_listed_yet_was_lost_to_nobody_though_others_are_listed(
    pushed: MemoryTracker,
) -> None:
    del pushed.tickets["1"]
    pushed.unlisted = {"5"}
    create = Create(TRACKING, "", spec=plan().tracking)
    of_map = replace(run_at(pushed, create).changes, tracking_number="")
    outcomes = list(apply(ChangeSet(NAME, (of_map,)), pushed, POLICY))
    last = Update(TRACKING, "", "5", spec=create.spec, edits=LEDGER_ALONE)
    assert outcomes == [
        replace(done(pushed, create, "5"), after=outcomes[0].after),
        done(pushed, last, "5", outcomes[0].after),
    ]


SENDER = key_in("beta", "Sender")
UNLINK = Unlink(SENDER, "", edge=EdgeKind.CHILD_OF, target="alpha/tracking/map")


@pytest.mark.parametrize(
    ("beta", "is_dropped"),
    [
        ({"base": Ledger({SENDER: "4"})}, True),
        ({"base": Ledger(gone=frozenset({SENDER}))}, True),
        ({}, False),
        ({"base": Ledger({SENDER: "4"}), "changes": (UNLINK,), "arriving": frozenset({SENDER})}, False),
    ],
    ids=["listed", "listed as gone", "not listed", "listed, but still a child"],
)
def test_a_ledger_drops_what_moved_once_the_other_map_has_it(beta: dict[str, object], is_dropped: bool) -> None:
    tracker = MemoryTracker(refuses=lambda request: request.verb == "unlink")
    push_all(tracker, some_map("alpha", "Store", "Sender"), some_map("beta", "Report"))
    spec, base = some_map("alpha").tracking, ledger_of(tracker, "alpha")
    left = key_in("alpha", "Sender")
    joined = MapChanges("beta", "docs/beta.md", True, tracking_key="beta/tracking/map", tracking_number="2")
    alpha = MapChanges(
        "alpha",
        "docs/alpha.md",
        True,
        changes=(Update(spec.key, spec.title, "1", spec=spec, edits=LEDGER_ALONE),),
        tracking_key=spec.key,
        tracking_number="1",
        base=base,
        ledger=base.without({left}),
        leaving={left: Leaving(SENDER, "4")},
        claimed={"1": spec.key},
    )
    other = replace(joined, ledger=Ledger({SENDER: "4"}), elsewhere={spec.key: "1"}, **beta)  # type: ignore[arg-type]
    list(apply(ChangeSet(NAME, (alpha, other)), tracker, POLICY))
    assert ledger_of(tracker, "alpha").tickets == {
        key_in("alpha", "Store"): "3",
        **({} if is_dropped else {left: "4"}),
    }
