"""The ledger lists what is there; it fits, or the map is refused before its first write; and when its ticket closes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.sync.block import Block, Held, Part, read_block, write_block
from techmap_sync.sync.change_set import Leaving, MapChanges
from techmap_sync.sync.changes import Action, Change, Close, Create, LabelOrphan, Link, Reopen, Unlink, Update
from techmap_sync.sync.endings import Ending, Why
from techmap_sync.sync.links import Wanted
from techmap_sync.sync.marker import Ledger, Marker
from techmap_sync.sync.observe import observe
from techmap_sync.sync.ticket_fields import KEY, LEDGER, FieldEdit
from techmap_sync.sync.tickets import Departed, Former, Holdings, Stray
from techmap_sync.sync.tracker import Capabilities, CloseReason, EdgeKind, Patch, State, Ticket
from techmap_sync.sync.tracking_ticket import (
    assumed_numbers,
    bound_again,
    elsewhere,
    final_ledger,
    leaving,
    ledger_refusals,
    planned_ledger,
    retired_ledger,
    tracking_state,
    tracking_update,
    waiting,
)
from techmap_sync.sync.writing import first_marker
from tests.fakes.memory import MemoryTracker
from tests.sync.build import (
    FOUR,
    MAP,
    POLICY,
    SERVICE,
    STORE,
    TESTS,
    THREE,
    TRACKING,
    held,
    holdings_of,
    key,
    origin,
    plan,
    section,
    task,
    under_another_id,
)
from tests.sync.drive import planned, push, reasons

MANY = replace(POLICY, allowed=frozenset({"creates", "updates"}))
GITHUB = Capabilities(children=100, body_limit=65_536)


def refusals(tracker: MemoryTracker, wanted: TaskPlan) -> list[str]:
    """Return why a map may not be pushed."""
    return [why for changes in planned(tracker, wanted, MANY).maps for why in changes.refusals]


def large(tasks: int) -> TaskPlan:
    return plan(*(task(f"CachedTideGaugeReadingsRepository{number:04}") for number in range(tasks)))


@pytest.mark.parametrize(("tasks", "fits"), [(100, True), (700, True), (900, True), (2_500, False)])
def test_a_map_is_pushed_whole_or_refused_before_its_first_write(tasks: int, fits: bool) -> None:
    tracker = MemoryTracker(capabilities=GITHUB)
    wanted = large(tasks)
    found = refusals(tracker, wanted)
    assert bool(found) != fits
    if found:
        assert f"{tasks} tickets" in found[0]
        assert "65,536" in found[0]
        assert not tracker.snapshot(POLICY.managed_label).tickets
        return
    push(tracker, wanted, MANY)
    assert len(tracker.snapshot(POLICY.managed_label).tickets) == tasks + 1
    again = planned(tracker, wanted, MANY)
    assert not refusals(tracker, wanted)
    assert not [change for change in again.changes if change.writes]


def test_the_largest_map_that_is_not_refused_fits() -> None:
    for tasks in range(800, 2_000, 100):
        tracker = MemoryTracker(capabilities=GITHUB)
        wanted = large(tasks)
        if refusals(tracker, wanted):
            assert tasks > 800
            return
        push(tracker, wanted, MANY)
        (tracking,) = (t for t in tracker.snapshot(POLICY.managed_label).tickets if _has_ledger(t.body))
        assert len(tracking.body) <= GITHUB.body_limit
    raise AssertionError("none was refused")


def test_a_ledger_that_stops_fitting_is_refused_before_anything_is_written() -> None:
    tracker = MemoryTracker(capabilities=GITHUB)
    push(tracker, large(100), MANY)
    tracking = tracker.get("1")
    assert tracking is not None
    room = GITHUB.body_limit - len(tracking.body)
    tracker.update("1", Patch(body=f"{tracking.body}\n{'x' * (room - 50)}"))
    assert any("written by people" in why for why in refusals(tracker, large(103)))
    assert not refusals(tracker, large(100))


def _has_ledger(body: str) -> bool:
    block = read_block(body)
    return isinstance(block, Block) and block.marker.ledger is not None


def test_a_tracking_ticket_that_was_deleted_is_not_made_again_but_on_purpose(tracker: MemoryTracker) -> None:
    del tracker.tickets["1"]
    assert not planned(tracker, THREE).writes
    assert f"the tracking ticket 1 was deleted; push --recreate {TRACKING} makes a new one" in reasons(
        planned(tracker, THREE)
    )
    push(tracker, THREE, replace(POLICY, recreate=frozenset({TRACKING})))
    assert not planned(tracker, THREE).changes
    assert len(tracker.tickets) == 4


def test_a_renamed_map_whose_tracking_ticket_was_deleted_is_refused_not_made_again(tracker: MemoryTracker) -> None:
    del tracker.tickets["1"]
    change_set = planned(tracker, under_another_id(THREE))
    assert not change_set.writes
    assert "ticket 1 was deleted; push --recreate signin/tracking/map makes a new one" in reasons(change_set)


def test_a_tracking_ticket_that_is_made_anew_for_finished_work_is_closed_in_the_same_run(
    tracker: MemoryTracker,
) -> None:
    for number in ("2", "3", "4"):
        tracker.edit(number, state=State.CLOSED)
    del tracker.tickets["1"]
    push(tracker, THREE, replace(POLICY, recreate=frozenset({TRACKING})))
    assert tracker.tickets["5"].state is State.CLOSED
    assert not planned(tracker, THREE).changes


def test_a_tracking_ticket_without_its_label_or_with_a_broken_marker_is_not_doubled(tracker: MemoryTracker) -> None:
    whole = tracker.tickets["1"]
    tracker.edit("1", labels=whole.labels - {"techmap"})
    assert not planned(tracker, THREE).writes
    assert "changed by a human, kept: labels" in reasons(planned(tracker, THREE))
    tracker.edit("1", labels=whole.labels, body=whole.body.replace('"schema":1', '"schema":'))
    assert not planned(tracker, THREE).writes
    assert "the tracking ticket 1 was released: its marker is damaged" in reasons(planned(tracker, THREE))


def test_a_tracking_ticket_that_does_not_name_itself_yet_is_believed(tracker: MemoryTracker) -> None:
    """Earlier versions left that empty, and so does a first push that was killed before it wrote the ledger."""
    held = tracker.tickets["1"]
    tracker.edit("1", body=held.body.replace('"tracking":"1"', '"tracking":""'))
    assert tracker.tickets["1"].body != held.body
    assert not planned(tracker, THREE).changes
    push(tracker, FOUR)
    assert '"tracking":"1"' in tracker.tickets["1"].body


def test_a_tracking_ticket_with_open_boxes_stays_open_and_says_why() -> None:
    tracker = MemoryTracker()
    rules = plan(STORE)
    text = "- [ ] no secret in a log\n- [ ] answers in 200 ms"
    listed = replace(rules, tracking=replace(rules.tracking, sections=(section("constraints", text),)))
    push(tracker, listed)
    tracker.edit("2", state=State.CLOSED)
    tracker.edit("1", body=tracker.tickets["1"].body.replace("[ ]", "[x]", 1))
    push(tracker, listed)
    assert tracker.tickets["1"].state is State.OPEN
    (change,) = planned(tracker, listed).changes
    assert change.reason == "left open: its tasks are closed, a box of its checklist is not ticked"
    tracker.edit("1", body=tracker.tickets["1"].body.replace("[ ]", "[x]"))
    push(tracker, listed)
    assert tracker.tickets["1"].state is State.CLOSED


def test_the_tracking_ticket_closes_with_its_last_task_and_reopens_with_a_new_one(tracker: MemoryTracker) -> None:
    for number in ("2", "3", "4"):
        tracker.edit(number, state=State.CLOSED)
    push(tracker, THREE)
    assert tracker.tickets["1"].state is State.CLOSED
    assert not planned(tracker, THREE).changes
    more = plan(STORE, SERVICE, TESTS, task("New"))
    push(tracker, more)
    push(tracker, more)
    assert tracker.tickets["1"].state is State.OPEN


GRAPHED = replace(
    THREE,
    tracking=replace(THREE.tracking, sections=(section("graph", 'flowchart\n    t0["Store"]\n    t1["Service"]'),)),
    in_order=(STORE.key, SERVICE.key),
)
"""A map whose tracking ticket shows the numbers of the others."""


def graphed() -> MemoryTracker:
    tracker = MemoryTracker()
    push(tracker, GRAPHED)
    return tracker


def test_a_ticket_that_people_released_keeps_its_number_in_the_graph_and_nothing_is_written_again_and_again() -> None:
    tracker = graphed()
    assert "#35;2 Store" in tracker.tickets["1"].body
    tracker.edit("2", body="mine now")
    assert not planned(tracker, GRAPHED).writes
    push(tracker, replace(GRAPHED, tasks=(*GRAPHED.tasks, task("New"))))
    assert "#35;2 Store" in tracker.tickets["1"].body


def test_the_graph_of_a_tracking_ticket_that_people_closed_stays() -> None:
    tracker = graphed()
    tracker.update("1", Patch(state=State.CLOSED))
    graph = replace(GRAPHED.tracking, sections=(section("graph", 'flowchart\n    t0["Vault"]\n    t1["Service"]'),))
    push(tracker, replace(GRAPHED, tracking=graph, tasks=(*GRAPHED.tasks, task("New"))))
    assert 't0["#35;2 Store"]' in tracker.tickets["1"].body
    assert tracker.tickets["5"].title == "Create New"


# Each rule by itself: the ledger as planned, as written at the end, and what it drops.

NEW = task("New")


WAITING, LISTED, WRITTEN, BOTH = (
    Departed("beta", "beta/component/Waiting", "11"),
    Departed("beta", "beta/component/Listed", "12", listed_there=True),
    Departed("beta", "beta/component/Written", "13", written_there=True),
    Departed("beta", "beta/component/Both", "14", listed_there=True, written_there=True),
)
DEPARTED = {key(each.key.rpartition("/")[2]): each for each in (WAITING, LISTED, WRITTEN, BOTH)}


def test_a_ledger_lets_go_what_the_ledger_of_the_other_map_lists_once_this_run_is_done() -> None:
    listed = Ledger({name: each.number for name, each in DEPARTED.items()} | {STORE.key: "2"}, commit="0", text="then")
    holdings = holdings_of(listed, departed=DEPARTED)
    assert waiting(holdings) == {key("Waiting"): "11"}
    assert leaving(holdings) == {key("Written"): Leaving("beta/component/Written", "13")}
    retired = retired_ledger(holdings, origin())
    assert retired.tickets == {key("Waiting"): "11", STORE.key: "2"}
    assert (retired.commit, retired.commit_time, retired.text) == ("c0ffee", origin().commit_time, "then")


def test_links_to_tickets_of_other_maps_know_their_numbers() -> None:
    arrived = {STORE.key: Former("alpha", "alpha/component/Store", "alpha/tracking/map", "31", was_child=True)}
    holdings = holdings_of(Ledger(), departed={key("Waiting"): WAITING}, arrived=arrived)
    assert elsewhere(holdings) == {"alpha/tracking/map": "31", key("Waiting"): "11"}


def test_a_task_that_is_bound_to_another_ticket_has_no_links_yet() -> None:
    def unwritten(number: str) -> Held:
        made = held(STORE, number)
        return replace(made, block=replace(made.block, marker=replace(made.marker, key="")))

    def again(listed: str, ticket: Held) -> set[str]:
        return bound_again(replace(holdings_of(Ledger({STORE.key: listed})), tickets={STORE.key: ticket}))

    assert again("2", unwritten("7")) == {STORE.key}
    assert again("7", unwritten("7")) == set()
    assert again("2", held(STORE, "7")) == set()
    unnamed = holdings_of(Ledger())
    assert unnamed.tracking is not None
    marker = replace(unnamed.tracking.marker, key="")
    unnamed = replace(unnamed, tracking=replace(unnamed.tracking, block=replace(unnamed.tracking.block, marker=marker)))
    assert (unnamed.bound, bound_again(unnamed)) == ({TRACKING}, set())


def planned_of(holdings: Holdings, *changes: Change, wanted: TaskPlan = THREE) -> Ledger:
    return planned_ledger(Wanted(wanted, holdings, Capabilities(), frozenset(), frozenset()), origin("now"), changes)


def blocks(waiting_one: str, other: str) -> Link:
    return Link(key(waiting_one), "", edge=EdgeKind.BLOCKED_BY, target=key(other))


def child(name: str) -> Link:
    return Link(key(name), "", edge=EdgeKind.CHILD_OF, target=TRACKING)


def test_the_ledger_lists_what_is_there_what_is_made_and_what_people_took() -> None:
    before = Ledger(
        {STORE.key: "2", key("Released"): "7", key("Loose"): "8", key("Deleted"): "9"},
        children=frozenset({key("Released"), key("Deleted")}),
        gone=frozenset({key("Gone"), STORE.key, NEW.key}),
        refused=frozenset({(NEW.key, STORE.key), (key("Gone"), STORE.key)}),
        text="then",
        settings="other",
    )
    late = {key("Late"): replace(WAITING, number="6"), key("Later"): replace(WAITING, number="")}
    released = {
        key("Released"): Stray(Ticket("7", "mine", ""), "its marker is gone"),
        key("Loose"): Stray(Ticket("8", "mine too", ""), "its marker is gone"),
        key("Odd"): Stray(Ticket("9", "", ""), ""),
    }
    holdings = holdings_of(before, held(STORE, "2"), unreadable=released, departed=late)
    create = Create(NEW.key, NEW.title, spec=NEW)
    tracking = Create(TRACKING, "", spec=THREE.tracking)
    done = planned_of(holdings, create, tracking, blocks("New", "Store"), child("New"), wanted=plan(STORE, NEW))
    assert done.tickets == {key("Released"): "7", key("Loose"): "8", STORE.key: "2", NEW.key: "", key("Late"): "6"}
    assert done.gone == {key("Deleted"), key("Gone"), key("Later")}
    assert done.refused == {(key("Gone"), STORE.key)}
    assert done.children == {key("Released"), NEW.key}
    now = origin("now")
    assert (done.text, done.settings, done.edition) == (now.text_digest, "settings", THREE.edition)
    assert (done.commit, done.commit_time) == ("c0ffee", now.commit_time)


def test_the_tracking_ticket_is_no_child_of_itself() -> None:
    linked = Link(TRACKING, "", edge=EdgeKind.CHILD_OF, target=TRACKING)
    assert TRACKING not in planned_of(holdings_of(Ledger()), linked).children


def test_an_edge_that_is_only_removed_stays_refused() -> None:
    edge = (STORE.key, SERVICE.key)
    holdings = holdings_of(Ledger(refused=frozenset({edge})))
    removed = Unlink(STORE.key, "", edge=EdgeKind.BLOCKED_BY, target=SERVICE.key)
    assert planned_of(holdings, removed).refused == {edge}


@pytest.mark.parametrize(
    ("left", "names", "kept"), [(True, "A", "A"), (True, "AB", ""), (False, "A", ""), (True, "", "")]
)
def test_one_deleted_ticket_of_an_earlier_edition_is_asked_about_later(left: bool, names: str, kept: str) -> None:
    before = Ledger({key(name): name for name in names} | {key("Released"): "7"}, text="then")
    released = {key("Released"): Stray(Ticket("7", "mine", ""), "its marker is gone")}
    holdings = holdings_of(before, unreadable=released)
    done = planned_of(holdings, wanted=replace(THREE, is_left=left))
    assert done.tickets == {key(name): name for name in kept} | {key("Released"): "7"}
    assert done.gone == {key(name) for name in names if name not in kept}
    assert done.text == ("then" if left else origin("now").text_digest)


BASE = Ledger(
    {STORE.key: "2", SERVICE.key: "3", TESTS.key: "4"},
    frozenset({(SERVICE.key, STORE.key), (TESTS.key, SERVICE.key)}),
    frozenset({STORE.key, SERVICE.key}),
    text="then",
    settings="settings of then",
)
AFTER = replace(BASE, text="now", settings="settings of now")
DONE = MapChanges(MAP, "docs/login.md", True, tracking_key=TRACKING, base=BASE, ledger=AFTER)


def wanting(**changes: object) -> MapChanges:
    return replace(DONE, ledger=replace(AFTER, **changes))  # type: ignore[arg-type]


def test_the_last_ledger_has_the_numbers_of_new_tickets_and_none_that_was_not_made() -> None:
    tickets = {**BASE.tickets, NEW.key: "", key("Never"): ""}
    assert final_ledger(wanting(tickets=tickets), None, {NEW.key: "5"}).tickets == {**BASE.tickets, NEW.key: "5"}


def test_the_last_ledger_keeps_what_another_run_added_meanwhile_and_drops_what_this_one_dropped() -> None:
    now = replace(BASE, tickets={**BASE.tickets, NEW.key: "5", key("Left"): "6"})
    fewer = replace(wanting(tickets={STORE.key: "2"}), leaving={key("Left"): Leaving("beta/component/Left", "6")})
    done = final_ledger(fewer, now, {}, elsewhere=frozenset({"beta/component/Left"}))
    assert done.tickets == {STORE.key: "2", NEW.key: "5"}


def gone_to(map_id: str, number: str, name: str) -> Leaving:
    return Leaving(f"{map_id}/component/{name}", number)


def test_what_leaves_stays_listed_with_its_links_until_the_other_map_lists_it() -> None:
    moving = {
        STORE.key: gone_to("beta", "2", "Store"),
        SERVICE.key: gone_to("beta", "3", "Service"),
        TESTS.key: gone_to("gamma", "4", "Tests"),
        key("Deleted"): gone_to("beta", "", "Deleted"),
    }
    changes = replace(wanting(tickets={}, edges=frozenset(), children=frozenset()), leaving=moving)
    done = final_ledger(changes, BASE, {})
    assert done.tickets == BASE.tickets
    assert done.edges == {(SERVICE.key, STORE.key)}, "both go to the same map"
    assert done.children == BASE.children
    assert done.gone == {key("Deleted")}
    there = frozenset({"beta/component/Store", "beta/component/Deleted"})
    done = final_ledger(changes, BASE, {}, elsewhere=there)
    assert done.tickets == {SERVICE.key: "3", TESTS.key: "4"}
    assert (done.edges, done.children, done.gone) == (frozenset(), {SERVICE.key}, frozenset())
    kept = replace(changes, ledger=replace(AFTER, tickets={}, gone=frozenset({key("Gone")})))
    assert final_ledger(kept, BASE, {}).gone == {key("Gone"), key("Deleted")}


def test_the_ledger_of_a_map_with_a_new_id_keeps_what_waits_under_that_id() -> None:
    old = BASE.renamed({each: each.replace(MAP, "old") for each in BASE.tickets})
    moving = {SERVICE.key: gone_to("beta", "3", "Service"), TESTS.key: gone_to("beta", "4", "Tests")}
    changes = replace(wanting(tickets={key("Vault"): "2"}, edges=frozenset(), children=frozenset()), leaving=moving)
    done = final_ledger(replace(changes, base=old), old, {})
    assert done.children == {SERVICE.key}
    assert done.edges == {(TESTS.key, SERVICE.key)}
    unlink = Unlink(SERVICE.key, "", edge=EdgeKind.BLOCKED_BY, target=key("Vault"))
    left = final_ledger(replace(changes, base=old, leaving={}), None, {}, undone=[unlink])
    assert left.tickets == {key("Vault"): "2", SERVICE.key: "3"}, "it still has a link here"


def test_only_a_link_that_was_not_removed_keeps_a_ticket_that_left() -> None:
    changes = wanting(tickets={STORE.key: "9", SERVICE.key: "3"})
    unlink = Unlink(TESTS.key, "", edge=EdgeKind.BLOCKED_BY, target=STORE.key)
    left = final_ledger(changes, None, {}, undone=[unlink])
    assert left.tickets == {STORE.key: "9", SERVICE.key: "3", TESTS.key: "4"}
    link = Link(TESTS.key, "", edge=EdgeKind.BLOCKED_BY, target=STORE.key)
    assert final_ledger(changes, None, {}, undone=[link]).tickets == {STORE.key: "9", SERVICE.key: "3"}


def test_what_the_tracker_cannot_hold_is_remembered_as_refused() -> None:
    edge, parent = (SERVICE.key, STORE.key), (STORE.key, TRACKING)
    before = frozenset({(TESTS.key, STORE.key)})
    done = final_ledger(wanting(refused=before), None, {}, {edge, parent})
    assert done.refused == {*before, edge, parent}
    assert done.edges == {(TESTS.key, SERVICE.key)}
    assert done.children == {SERVICE.key}


ALL_GONE = Ending(Why.GONE)
CLOSE = Close(TESTS.key, "", "4", close_reason=CloseReason.NOT_PLANNED, ending=ALL_GONE)
UNDONE: dict[str, tuple[Change, dict[str, object]]] = {
    "a link that was not made": (blocks("Service", "Store"), {"edges": {(TESTS.key, SERVICE.key)}}),
    "a child that was not linked": (child("Store"), {"children": {SERVICE.key}}),
    "a ticket that was not made": (Create(SERVICE.key, "", spec=SERVICE), {"children": {STORE.key}}),
    "a link that was not removed": (
        Unlink(TESTS.key, "", edge=EdgeKind.BLOCKED_BY, target=STORE.key),
        {"edges": {*BASE.edges, (TESTS.key, STORE.key)}},
    ),
    "a child that was not unlinked": (Unlink(TESTS.key, "", edge=EdgeKind.CHILD_OF, target="alpha/tracking/map"), {}),
    "an orphan that was not closed": (CLOSE, {"text": "then", "settings": "settings of then"}),
    "a finished task that was not closed": (replace(CLOSE, spec=TESTS), {}),
    "an orphan that was not labelled": (
        LabelOrphan(TESTS.key, "", "4", label="gone", ending=ALL_GONE),
        {"text": "then", "settings": "settings of then"},
    ),
    "a child that was not taken away": (Unlink(STORE.key, "", edge=EdgeKind.CHILD_OF, target=TRACKING), {}),
    "a title that reads like a key": (
        Update(STORE.key, "", "2", spec=STORE, edits=(FieldEdit("title", key("Vault"), STORE.key),)),
        {},
    ),
    "a ticket that was not updated": (Update(STORE.key, "", "2", spec=STORE), {}),
}


@pytest.mark.parametrize("what", UNDONE)
def test_the_last_ledger_says_nothing_that_did_not_happen(what: str) -> None:
    undone, expected = UNDONE[what]
    assert final_ledger(DONE, BASE, {}, undone=[undone]) == replace(AFTER, **expected)  # type: ignore[arg-type]


def rekeyed(now: TaskSpec, before: str) -> Update:
    edits = (FieldEdit("title", "a", "b"), FieldEdit(KEY, before, now.key))
    return Update(now.key, now.title, "2", spec=now, edits=edits)


def test_a_ticket_whose_new_key_could_not_be_written_is_listed_under_the_former_one() -> None:
    done = final_ledger(DONE, BASE, {}, undone=[rekeyed(STORE, "old/component/Vault")])
    assert done == AFTER.renamed({STORE.key: key("Vault")})


def test_unless_another_ticket_has_that_key_by_now() -> None:
    assert final_ledger(DONE, BASE, {}, undone=[rekeyed(STORE, SERVICE.key)]) == AFTER
    chain = [rekeyed(STORE, SERVICE.key), rekeyed(SERVICE, TESTS.key)]
    assert final_ledger(DONE, BASE, {}, undone=chain) == AFTER
    both = [rekeyed(STORE, SERVICE.key), rekeyed(SERVICE, STORE.key)]
    assert final_ledger(DONE, BASE, {}, undone=both) == AFTER.renamed({STORE.key: SERVICE.key, SERVICE.key: STORE.key})


def test_another_ticket_that_has_a_former_key_holds_up_no_third_one() -> None:
    undone = [rekeyed(STORE, SERVICE.key), rekeyed(TESTS, key("Checks"))]
    assert final_ledger(DONE, BASE, {}, undone=undone) == AFTER.renamed({TESTS.key: key("Checks")})


def test_a_ticket_that_did_not_arrive_is_not_listed_at_all() -> None:
    arriving = replace(DONE, arriving=frozenset({STORE.key, TESTS.key}))
    done = final_ledger(arriving, BASE, {}, undone=[rekeyed(STORE, "alpha/component/Store")])
    assert done == replace(
        AFTER,
        tickets={SERVICE.key: "3", TESTS.key: "4"},
        edges=frozenset({(TESTS.key, SERVICE.key)}),
        children=frozenset({SERVICE.key}),
    )


def closing(specs: tuple[TaskSpec, ...], *changes: Change, **states: State) -> bool:
    """Whether a tracking ticket closes when tickets have these states, by the names of their tasks."""
    tickets = (held(task(name), str(number), state=state) for number, (name, state) in enumerate(states.items(), 2))
    found = tracking_state(plan(*specs), holdings_of(Ledger(), *tickets), POLICY, changes)
    return any(isinstance(change, Close) for change in found)


def test_a_tracking_ticket_closes_when_every_ticket_of_the_map_is_closed() -> None:
    done, closes = replace(STORE, done=True), replace(CLOSE, ticket="2")
    reopen = Reopen(STORE.key, "", "2", spec=STORE)
    assert closing((STORE,), Store=State.CLOSED)
    assert not closing((STORE,), Store=State.OPEN)
    assert closing((STORE,), closes, Store=State.OPEN)
    assert not closing((STORE, SERVICE), closes, Store=State.OPEN, Service=State.OPEN)
    assert not closing((STORE,), reopen, Store=State.CLOSED)
    assert not closing((STORE, SERVICE), Store=State.CLOSED), "a task has no ticket yet"
    assert closing((STORE, replace(SERVICE, done=True)), Store=State.CLOSED)
    assert not closing((STORE,)), "no ticket"
    assert not closing((done,)), "none ever"
    assert closing((STORE,), Store=State.CLOSED, Orphan=State.OPEN), "people keep that one"
    assert closing((done,), Orphan=State.CLOSED)
    assert not closing((done,), Orphan=State.OPEN)


def tracking_changes(tracker: MemoryTracker, wanted: TaskPlan) -> list[Change]:
    return [change for change in planned(tracker, wanted).changes if change.key == TRACKING]


def finished(tracker: MemoryTracker) -> MemoryTracker:
    for number in ("2", "3", "4"):
        tracker.edit(number, state=State.CLOSED)
    push(tracker, THREE)
    return tracker


def test_a_tracking_ticket_that_people_opened_or_closed_stays_so(tracker: MemoryTracker) -> None:
    finished(tracker)
    tracker.edit("1", state=State.OPEN)
    (only,) = tracking_changes(tracker, THREE)
    assert (only.action, only.fields) == (Action.UPDATE, ("status",)), "it no longer says that all is done"
    (update,) = tracking_changes(tracker, plan(STORE, SERVICE, TESTS, NEW))
    assert (update.action, update.fields) == (Action.UPDATE, ("status", LEDGER))


def test_a_finished_tracking_ticket_that_a_person_closed_is_not_closed_again(tracker: MemoryTracker) -> None:
    for number in ("1", "2", "3", "4"):
        tracker.edit(number, state=State.CLOSED)
    assert not planned(tracker, THREE).changes


def test_a_tracking_ticket_that_we_closed_reopens_with_what_is_new(tracker: MemoryTracker) -> None:
    finished(tracker)
    more = tracking_changes(tracker, plan(STORE, SERVICE, TESTS, NEW, summary="More."))
    (reopen,) = (change for change in more if isinstance(change, Reopen))
    assert (reopen.reason, reopen.ticket) == ("there is work left", "1")
    assert "summary" in reopen.fields
    box = section("constraints", "- [ ] no secret in a log")
    listed = replace(THREE, tracking=replace(THREE.tracking, sections=(*THREE.tracking.sections, box)))
    assert Action.REOPEN in {change.action for change in tracking_changes(tracker, listed)}


def test_boxes_that_are_not_ticked_keep_a_tracking_ticket_open_and_are_no_drift() -> None:
    tracker = MemoryTracker()
    boxes = section("constraints", "- [ ] no secret in a log\n- [ ] answers in 200 ms")
    listed = plan(STORE)
    listed = replace(listed, tracking=replace(listed.tracking, sections=(boxes,)))
    push(tracker, listed)
    tracker.edit("2", state=State.CLOSED)
    push(tracker, listed)
    (change,) = planned(tracker, listed).changes
    assert change.reason == "left open: its tasks are closed, 2 boxes of its checklist are not ticked"
    assert not planned(tracker, listed).drift


def test_a_tracking_ticket_that_is_made_for_finished_tasks_stays_open_while_its_own_boxes_are() -> None:
    closed = Holdings(tickets={STORE.key: held(STORE, "2", state=State.CLOSED)})
    boxes = section("constraints", "- [ ] no secret in a log")
    listed = replace(plan(STORE), tracking=replace(THREE.tracking, sections=(boxes,)))
    (skip,) = tracking_state(listed, closed, POLICY, ())
    assert (skip.key, skip.ticket) == (TRACKING, "")
    assert skip.reason == "left open: its tasks are closed, a box of its checklist is not ticked"


def test_a_new_tracking_ticket_says_what_it_is() -> None:
    (first, *_) = planned(MemoryTracker(), THREE).changes
    assert (first.action, first.key, first.reason) == (Action.CREATE, TRACKING, "tracking ticket")


Receivers = dict[str, set[str]]


def update_of(
    ledger: Ledger, wanted: TaskPlan = THREE, receivers: Receivers | None = None, **changed: object
) -> list[Change]:
    holdings = holdings_of(BASE)
    assert holdings.tracking is not None
    tracking = replace(holdings.tracking, ticket=replace(holdings.tracking.ticket, **changed))  # type: ignore[arg-type]
    return [*tracking_update(wanted, replace(holdings, tracking=tracking), POLICY, ledger, receivers or {})]


def test_text_and_ledger_are_one_update() -> None:
    other = plan(STORE, SERVICE, TESTS, summary="Another one.")
    assert not update_of(BASE)
    assert [change.fields for change in update_of(AFTER)] == [(LEDGER,)]
    assert [change.fields for change in update_of(BASE, other)] == [("summary",)]
    assert [change.fields for change in update_of(AFTER, other)] == [("summary", LEDGER)]
    assert [change.fields for change in update_of(AFTER, other, state=State.CLOSED)] == [(LEDGER,)]
    assert not update_of(BASE, other, state=State.CLOSED)


@pytest.mark.parametrize("receivers", [{STORE.key: {TRACKING}}, {TRACKING: {STORE.key}}])
def test_a_text_whose_ticks_move_is_an_update_of_its_own(receivers: Receivers) -> None:
    other = plan(STORE, SERVICE, TESTS, summary="Another one.")
    assert [change.fields for change in update_of(AFTER, other, receivers)] == [("summary",), (LEDGER,)]
    assert [change.fields for change in update_of(BASE, other, receivers)] == [("summary",)]
    assert [change.fields for change in update_of(AFTER, THREE, receivers)] == [(LEDGER,)]


def test_a_closed_tracking_ticket_that_does_not_name_itself_yet_is_written() -> None:
    holdings = holdings_of(BASE)
    assert holdings.tracking is not None
    unnamed = replace(holdings.tracking.marker, key="")
    closed = replace(holdings.tracking.ticket, state=State.CLOSED)
    adopted = Held(closed, replace(holdings.tracking.block, marker=unnamed))
    other = plan(STORE, SERVICE, TESTS, summary="Another one.")
    (update,) = tracking_update(other, replace(holdings, tracking=adopted), POLICY, BASE, {})
    assert "summary" in update.fields


def test_another_commit_or_other_settings_alone_are_no_change_of_the_ledger() -> None:
    assert not update_of(replace(BASE, commit="c0ffee", commit_time="2026-01-01T00:00:00Z", settings="other"))
    assert update_of(replace(BASE, edition=BASE.edition + 1))


def test_what_people_keep_of_a_tracking_ticket_is_said_beside_its_update() -> None:
    changes = update_of(AFTER, title="My own title")
    assert [change.action for change in changes] == [Action.UPDATE, Action.SKIP]
    assert changes[0].fields == (LEDGER,)


def test_a_ticket_that_does_not_exist_yet_has_a_long_number_in_what_is_measured() -> None:
    numbers = assumed_numbers(THREE, {STORE.key: "2"})
    assert numbers[STORE.key] == "2"
    assert [len(numbers[spec.key]) for spec in (SERVICE, TESTS)] == [7, 7]
    assert len({*numbers.values()}) == 3


def too_long(limit: int, ledger: Ledger = BASE, wanted: TaskPlan = THREE, around: tuple[str, str] = ("", "")) -> str:
    """Why a tracking ticket is refused."""
    holdings = holdings_of(BASE)
    assert holdings.tracking is not None
    block = replace(holdings.tracking.block, before=around[0], after=around[1])
    holdings = replace(holdings, tracking=replace(holdings.tracking, block=block))
    able = Capabilities(body_limit=limit)
    return "".join(ledger_refusals(wanted, "docs/login.md", ledger, holdings, able, POLICY))


def size_of(why: str) -> int:
    return int(why.partition("would take ")[2].partition(" characters")[0].replace(",", ""))


def test_a_tracking_ticket_may_be_as_long_as_the_tracker_allows() -> None:
    size = size_of(too_long(1))
    assert not too_long(size)
    assert too_long(size - 1) == (
        f"its tracking ticket would take {size:,} characters with the ledger of 3 tickets, the limit is {size - 1:,}; "
        'split the map, or set granularity = "section"'
    )
    assert too_long(1, replace(BASE, tickets={STORE.key: "2", SERVICE.key: "3"})).endswith(
        'of 2 tickets, the limit is 1; split the map, or set granularity = "section"'
    )
    assert too_long(1, replace(BASE, tickets={STORE.key: "2"})).endswith(
        "of 1 tickets, the limit is 1; shorten the map"
    )


def test_what_people_wrote_in_a_tracking_ticket_counts() -> None:
    size, why = size_of(too_long(1)), too_long(1, around=("above\n", "below it\n"))
    assert f"would take {size_of(why):,} characters with the ledger of 3 tickets, 15 of them written by people, " in why
    assert why.endswith('; shorten the text around the managed block, split the map, or set granularity = "section"')
    assert size_of(why) >= size + 15
    assert "6 of them" in too_long(1, around=("above\n", ""))
    assert "9 of them" in too_long(1, around=("", "below it\n"))


def test_the_longer_text_of_a_section_counts_whether_the_map_or_a_person_wrote_it() -> None:
    size = size_of(too_long(1))
    summary = THREE.tracking.sections[0].text
    assert size_of(too_long(1, wanted=plan(STORE, summary="zz"))) == size
    longer = plan(STORE, summary=f"{summary} And more.")
    assert size_of(too_long(1, wanted=longer)) == size + len(" And more.")


def test_a_ticket_that_does_not_exist_yet_takes_room_in_the_ledger() -> None:
    size = size_of(too_long(1))
    assert size_of(too_long(1, replace(BASE, tickets={**BASE.tickets, STORE.key: ""}))) == size + 6


def test_a_tracking_ticket_that_does_not_exist_yet_is_measured_as_it_will_be_written() -> None:
    able, spec = Capabilities(body_limit=1), replace(THREE.tracking, labels=frozenset({"techmap", "team:login"}))
    short = replace(THREE, tracking=replace(spec, sections=(section("summary", "zz"),)))
    (why,) = ledger_refusals(short, "docs/login.md", BASE, Holdings(), able, POLICY)
    (number,) = assumed_numbers(replace(THREE, tasks=(short.tracking,)), {}).values()
    marker = Marker(POLICY.source, MAP, "docs/login.md", TRACKING, number, labels=spec.labels, assignees=frozenset())
    parts = [Part("summary", "Summary", "zz")]
    assert size_of(why) == len(write_block(parts, first_marker(short.tracking, marker.with_ledger(BASE))))


def test_the_repository_that_a_map_is_in_counts() -> None:
    able, elsewhere = Capabilities(body_limit=1), replace(POLICY, sources={MAP: f"{POLICY.source}/of/another"})
    here, there = (
        size_of(*ledger_refusals(THREE, "docs/login.md", BASE, holdings_of(BASE), able, policy))
        for policy in (POLICY, elsewhere)
    )
    assert there == here + len("/of/another")


def test_the_room_that_is_asked_for_is_what_the_ticket_takes(tracker: MemoryTracker) -> None:
    found = observe(tracker, [THREE], POLICY).of(MAP)
    assert found.tracking is not None
    body = tracker.tickets["1"].body
    able = Capabilities(body_limit=len(body) - 1)
    (why,) = ledger_refusals(THREE, "docs/login.md", found.written_ledger, found, able, POLICY)
    assert size_of(why) == len(body)
