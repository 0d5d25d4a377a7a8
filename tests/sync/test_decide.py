"""What people changed can be accepted or taken back, one ticket at a time; what is accepted is not said again."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest

from techmap_sync.planning.task import Priority, TaskPlan, TaskSpec
from techmap_sync.sync import writing
from techmap_sync.sync.change_set import MapChanges
from techmap_sync.sync.changes import Action, Change
from techmap_sync.sync.decide import Decided, DecidedMap
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.match import Audience, DesiredMap, Matched, OtherMaps, UnwrittenMap
from techmap_sync.sync.observe import observe
from techmap_sync.sync.policy import OrphanPolicy, Side, SyncPolicy
from techmap_sync.sync.tickets import sort_tickets
from techmap_sync.sync.tracker import Capabilities, EdgeKind, Snapshot, State, Ticket, Visibility
from tests.fakes.memory import MemoryTracker
from tests.measure import measured
from tests.sampling import sampling
from tests.sync import test_moves
from tests.sync.build import MAP, POLICY, TRACKING, key, origin, plan, task, under_another_id
from tests.sync.drive import decided, planned, push, several, shown

STORE = replace(task("Store", labels=frozenset({"extra"})), milestone="v1")
MADE = plan(STORE, task("Sender", blocked_by=("Store",)))
STORES, SENDERS = key("Store"), key("Sender")


def resolving(side: Side, *keys: str) -> SyncPolicy:
    return replace(POLICY, resolve=dict.fromkeys(keys, side))


def pushed(edges_listed: bool = True) -> MemoryTracker:
    tracker = MemoryTracker(Capabilities(native_priority=True), edges_listed=edges_listed)
    push(tracker, MADE)
    return tracker


def drift(tracker: MemoryTracker) -> tuple[Change, ...]:
    """What keeps ``reconcile --report-only`` from ending well."""
    return planned(tracker, MADE, replace(POLICY, close_copies=True)).drift


EDITS = {
    "text": lambda t: t.edit("2", body=t.tickets["2"].body.replace("What Store is for.", "My own words.")),
    "title": lambda t: t.edit("2", title="My own title"),
    "label": lambda t: t.edit("2", labels=t.tickets["2"].labels - {"extra"}),
    "priority": lambda t: t.edit("2", priority="low", labels=t.tickets["2"].labels - {"priority:medium"}),
    "milestone": lambda t: t.edit("2", milestone="later"),
    "parent": lambda t: t.edit("2", parent=None),
    "link": lambda t: t.edit("3", blocked_by=frozenset()),
    "deleted": lambda t: t.tickets.pop("2"),
    "released": lambda t: t.edit("2", body="my own words"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_a_human_changed_is_accepted_and_never_said_again(edit: str) -> None:
    tracker = pushed()
    EDITS[edit](tracker)
    before = dict(tracker.tickets)
    assert drift(tracker)
    push(tracker, MADE, resolving(Side.TRACKER, STORES, SENDERS))
    assert drift(tracker) == ()
    push(tracker, MADE)
    assert drift(tracker) == ()
    for number, was in before.items():
        now = tracker.tickets[number]
        same = (was.title, was.labels, was.priority, was.milestone, was.parent, was.blocked_by, was.state)
        assert (now.title, now.labels, now.priority, now.milestone, now.parent, now.blocked_by, now.state) == same
    assert len(tracker.tickets) == len(before)


@pytest.mark.parametrize("edit", [edit for edit in EDITS if edit not in ("deleted", "released")])
def test_what_a_human_changed_is_taken_back(edit: str) -> None:
    tracker = pushed()
    before = dict(tracker.tickets)
    EDITS[edit](tracker)
    push(tracker, MADE, resolving(Side.MAP, STORES, SENDERS))
    assert drift(tracker) == ()
    for number, was in before.items():
        now = tracker.tickets[number]
        assert (now.title, now.labels, now.priority) == (was.title, was.labels, was.priority)
        assert (now.milestone, now.parent, now.blocked_by) == (was.milestone, was.parent, was.blocked_by)
        assert number == "1" or now.body == was.body


@pytest.mark.parametrize("edit", ["label", "priority", "parent", "link", "deleted"])
def test_what_was_accepted_comes_back_when_the_map_is_to_be_right_after_all(edit: str) -> None:
    tracker = pushed(edges_listed=False)
    EDITS[edit](tracker)
    reconcile = replace(POLICY, close_copies=True)
    push(tracker, MADE, replace(reconcile, resolve=dict.fromkeys((STORES, SENDERS), Side.TRACKER)))
    assert drift(tracker) == ()
    if edit == "deleted":
        push(tracker, MADE, replace(POLICY, recreate=frozenset({STORES})))
        assert len(tracker.tickets) == 3
    elif edit != "priority":
        push(tracker, MADE, replace(reconcile, resolve=dict.fromkeys((STORES, SENDERS), Side.MAP)))
        assert "extra" in tracker.tickets["2"].labels
        assert tracker.tickets["2"].parent == "1"
        assert tracker.tickets["3"].blocked_by == {"2"}
    assert drift(tracker) == ()


def test_after_an_accepted_priority_the_maps_next_one_is_written() -> None:
    tracker = pushed()
    EDITS["priority"](tracker)
    push(tracker, MADE, resolving(Side.TRACKER, STORES))
    high = replace(STORE, priority=Priority.HIGH, labels=STORE.labels - {"priority:medium"} | {"priority:high"})
    push(tracker, plan(high, MADE.tasks[1]))
    assert tracker.tickets["2"].priority == "high"


def test_the_plan_shows_that_an_edit_is_accepted_and_writes_only_the_marker() -> None:
    tracker = pushed()
    EDITS["text"](tracker)
    changes = planned(tracker, MADE, resolving(Side.TRACKER, STORES)).writes
    assert {(c.key, c.fields) for c in changes if c.key != TRACKING} == {(STORES, ("marker",))}
    assert tracker.tickets["2"].state is State.OPEN


COUNT = sampling.times("tasks at once", 1_000, 10_000)
"""By default a tenth of them, in a tenth of the time and room."""


def snapshot_of(made: TaskPlan) -> Snapshot:
    """All tickets of a plan as they are right after a push."""
    changes = MapChanges(MAP, "docs/login.md", True, tracking_key=TRACKING, ledger=Ledger())
    tickets = []
    for number, spec in enumerate((made.tracking, *made.tasks), 1):
        draft = writing.draft(spec, changes, "1", "", POLICY, Capabilities())
        tickets.append(
            Ticket(str(number), draft.title, draft.body, labels=draft.labels, parent=None if number == 1 else "1")
        )
    return Snapshot(tuple(tickets))


def part(number: int) -> TaskSpec:
    """Every second one waits for the one before."""
    before = (f"Part{number - 1}",) if number % 2 else ()
    return task(f"Part{number}", sections={"purpose": f"Purpose number {number} of many."}, blocked_by=before)


def compared(wanted: TaskPlan, snapshot: Snapshot) -> tuple[Change, ...]:
    desired = DesiredMap(MAP, origin(), wanted)
    (only,) = decided([desired], sort_tickets(snapshot, POLICY), Capabilities()).maps
    return only.changes.changes


def test_ten_thousand_tasks_are_diffed_in_five_seconds_and_400_mb() -> None:
    made = plan(*map(part, range(COUNT)))
    snapshot = snapshot_of(made)
    changed = replace(made, tasks=(replace(made.tasks[0], title="Another title"), *made.tasks[1:]))
    with measured() as taken:
        changes = compared(changed, snapshot)
    assert taken.seconds < 5 * COUNT / 10_000
    assert len([c for c in changes if c.edge is EdgeKind.BLOCKED_BY]) == COUNT // 2
    assert [c.key for c in changes if c.edits] == [made.tasks[0].key, TRACKING]
    tracemalloc.start()
    compared(changed, snapshot)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 400 * 2**20 * COUNT / 10_000


def test_a_map_that_is_not_approved_changes_nothing_and_says_why() -> None:
    tracker = pushed()
    for ready in (True, False):
        desired = DesiredMap(MAP, origin(), reasons=("it has errors",), ready=ready)
        (only,) = decided([desired], observe(tracker, [], POLICY), tracker.capabilities).maps
        changes = only.changes
        assert (changes.map_id, changes.path, changes.approved) == (MAP, "docs/login.md", False)
        assert (changes.reasons, changes.ready, changes.changes) == (("it has errors",), ready, ())
        assert only.tickets.holdings.tickets.keys() == {STORES, SENDERS}


FINISHED = replace(plan(*(replace(spec, done=True) for spec in MADE.tasks)), finished=True)


def test_a_map_that_was_finished_before_its_first_push_gets_no_tickets_and_says_so() -> None:
    (changes,) = planned(MemoryTracker(), FINISHED).maps
    assert (changes.map_id, changes.path, changes.approved) == (MAP, "docs/login.md", True)
    assert (changes.changes, changes.notes) == (
        (),
        ("everything in it was done before it had tickets, so it gets none",),
    )


def test_a_map_whose_finished_tickets_are_closed_says_nothing() -> None:
    tracker = pushed()
    assert planned(tracker, FINISHED).writes
    push(tracker, FINISHED)
    (changes,) = planned(tracker, FINISHED).maps
    assert (changes.changes, changes.notes, changes.approved) == ((), (), True)


def only(desired: DesiredMap, other_maps: OtherMaps | None = None) -> DecidedMap:
    tracker = pushed()
    found = observe(tracker, [MADE], POLICY)
    (decided_map,) = decided([desired], found, tracker.capabilities, other_maps=other_maps).maps
    return decided_map


def test_a_map_without_tickets_has_no_tracking_ticket_yet() -> None:
    (first,) = planned(MemoryTracker(), MADE).maps
    assert (first.tracking_number, only(DesiredMap(MAP, origin(), MADE)).changes.tracking_number) == ("", "1")


def test_a_map_is_shown_where_services_find_it() -> None:
    assert only(DesiredMap(MAP, origin(), MADE, shown_path="a/docs/login.md")).changes.file == "a/docs/login.md"


def test_tickets_that_more_people_can_read_than_the_map_are_not_written() -> None:
    audience = Audience("team/tickets", Visibility.PUBLIC, "team/maps", Visibility.PRIVATE)
    changes = only(DesiredMap(MAP, origin("other"), replace(MADE, tasks=()), audience=audience)).changes
    assert "allow_public = true" in changes.refusals[0]
    assert not changes.writes


def test_a_file_that_may_be_the_maps_is_looked_for_only_where_the_map_is_lost() -> None:
    there = OtherMaps(lambda _: False, file_of=lambda map_id, path: f"{map_id} was {path}")
    retired = DesiredMap(MAP, origin(), retired=True)
    assert only(retired, there).file_elsewhere == ""
    assert not only(retired, there).changes.refusals
    lost = only(replace(retired, lost=True), there)
    assert lost.file_elsewhere == "login was docs/login.md"
    assert "login was docs/login.md may still be this map's file" in lost.changes.refusals[0]


def test_an_approved_map_is_said_to_be_approved() -> None:
    assert only(DesiredMap(MAP, origin(), MADE)).changes.approved


def test_tickets_in_the_form_of_an_earlier_release_are_neither_closed_nor_unlinked() -> None:
    tracker = pushed()
    fewer = replace(plan(replace(STORE, blocked_by=())), is_left=True)
    assert not [c for c in planned(tracker, fewer, text="another text").writes if c.key != TRACKING]
    gone = [c.action for c in planned(tracker, replace(fewer, is_left=False), text="another text").writes]
    assert {Action.CLOSE, Action.UNLINK} <= set(gone)


def test_all_maps_of_a_decision_are_those_with_a_file_first() -> None:
    each = [DecidedMap(MapChanges(name, "", True), Matched(DesiredMap(name, origin())), "") for name in "abc"]
    assert Decided((each[0],), (each[1],), (each[2],)).every == tuple(each)


def test_a_map_that_is_refused_because_tickets_move_to_it_stays_refused_without_them() -> None:
    policy = replace(POLICY, limits=replace(POLICY.limits, max_updates=1))
    tracker = test_moves.pushed(test_moves.ALPHA, test_moves.BETA)
    alpha, beta = several(tracker, *test_moves.MOVED, policy=policy).maps
    assert (alpha.refusals, beta.refusals) == (
        (),
        ("2 tickets to update, the limit is 1; push --allow updates goes ahead anyway",),
    )
    assert shown(beta.changes) == [
        (Action.SKIP, "beta/component/Sender"),
        (Action.UPDATE, "beta/tracking/map"),
    ]


def test_neither_a_map_of_the_run_nor_its_former_id_has_no_file() -> None:
    for map_id in (MAP, "signin"):
        tracker = pushed()
        others = OtherMaps(lambda _: False, listed_ids={"another"})
        desired = [DesiredMap(map_id, origin(), under_another_id(MADE, map_id))]
        done = decided(desired, observe(tracker, [MADE], POLICY), tracker.capabilities, other_maps=others)
        assert [each.changes.map_id for each in done.every] == [map_id]


def test_the_list_of_tickets_in_a_tracking_ticket_counts_before_they_exist() -> None:
    alone = Capabilities(children=0, blocking_links=False, native_blocking=False)
    tracker = MemoryTracker(alone)
    push(tracker, MADE)
    length = len(tracker.tickets["1"].body)
    for limit, fits in ((length + 50, True), (length - 1, False)):
        tight = MemoryTracker(replace(alone, body_limit=limit))
        (changes,) = planned(tight, MADE).maps
        assert ("its tracking ticket would take" not in "".join(changes.refusals)) is fits


def test_of_the_form_of_an_earlier_release_links_between_tasks_still_follow_the_map() -> None:
    tracker = MemoryTracker()
    third = task("Log", blocked_by=("Store",))
    push(tracker, plan(*MADE.tasks, third))
    fewer = replace(plan(STORE, replace(MADE.tasks[1], blocked_by=())), is_left=True)
    unlinked = [c for c in planned(tracker, fewer, text="another text").changes if c.action is Action.UNLINK]
    assert [(c.key, c.target) for c in unlinked] == [(SENDERS, STORES)]


def test_a_ticket_that_was_labelled_as_removed_loses_the_links_that_stayed_then() -> None:
    labels = replace(POLICY, orphans=OrphanPolicy.LABEL)
    tracker = pushed()
    tracker.refuses = lambda request: request.verb == "unlink"
    push(tracker, plan(STORE), labels)
    assert labels.removed_label in tracker.tickets["3"].labels
    assert tracker.tickets["3"].blocked_by == {"2"}
    tracker.refuses = lambda _: False
    assert (Action.UNLINK, SENDERS) in shown(planned(tracker, plan(STORE), labels).changes)
    elsewhere = under_another_id(plan(MADE.tasks[1]), "post")
    unread = UnwrittenMap(elsewhere, "docs/post.md", "this run does not read docs/post.md")
    changes = several(tracker, plan(STORE), policy=labels, unwritten=[unread]).changes
    assert shown(changes) == [(Action.SKIP, SENDERS)], "it may have moved with its links"
    assert "this run does not read docs/post.md" in changes[0].reason


def test_a_ticket_that_a_task_is_bound_to_gets_all_its_links() -> None:
    tracker = pushed()
    tracker.tickets["77"] = replace(
        tracker.tickets.pop("3"), number="77", body="My own.", parent=None, blocked_by=frozenset()
    )
    changes = several(tracker, MADE, bound={SENDERS: "77"}).changes
    assert shown(changes) == [
        (Action.UPDATE, SENDERS),
        (Action.LINK, SENDERS),
        (Action.LINK, SENDERS),
        (Action.UPDATE, TRACKING),
    ]
