"""Where the work stands, from tasks and tickets in few words."""

from __future__ import annotations

from dataclasses import asdict, replace

from techmap_sync.documents.work import Kind, Phase
from techmap_sync.planning.task import Priority, TaskPlan
from techmap_sync.sync.block import Held
from techmap_sync.sync.change_set import MapChanges
from techmap_sync.sync.changes import Change, Conflict, Link, Skip, SkipLink, Unlink, Update
from techmap_sync.sync.claims import Claims
from techmap_sync.sync.fallback import EdgeTexts
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.match import DesiredMap
from techmap_sync.sync.observe import observe
from techmap_sync.sync.progress import (
    Cause,
    Gate,
    MapProgress,
    Numbers,
    Standstill,
    Subject,
    TaskProgress,
    TaskState,
    Witness,
    take_stock,
)
from techmap_sync.sync.ticket_fields import FieldEdit
from techmap_sync.sync.tickets import Holdings, Stray
from techmap_sync.sync.tracker import Capabilities, CloseReason, EdgeKind, State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import MAP, POLICY, TRACKING, held, key, origin, plan, task, tracking_ticket
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


# Each rule by itself: whole values.

STORE, SERVICE, PAGE = PLAN.tasks
APPROVED = MapChanges(MAP, "docs/login.md", True)


def ticket(name: str, number: str, **changed: object) -> Held:
    return held(task(name), number, **changed)


def tickets(*made: Held) -> dict[str, Held]:
    return {each.marker.key: each for each in made}


def looked(holdings: Holdings, wanted: TaskPlan | None = None, *said: Change) -> MapProgress:
    subject = Subject("Login", Gate.APPROVED, replace(APPROVED, changes=said), holdings, wanted)
    (progress,) = take_stock([subject])
    return progress


def arrows(progress: MapProgress) -> list[tuple[str, str, Witness]]:
    return [(e.key.rpartition("/")[2], e.target.rpartition("/")[2], e.witness) for e in progress.edges]


def test_what_is_not_said_of_a_map_or_task_is_empty() -> None:
    assert asdict(TaskProgress("k", Kind.CHANGE, None, "t", TaskState.OPEN)) == {
        "key": "k",
        "kind": Kind.CHANGE,
        "phase": None,
        "title": "t",
        "state": TaskState.OPEN,
        "priority": "",
        "number": "",
        "url": "",
        "labels": frozenset(),
        "assignees": frozenset(),
        "blocked": False,
        "elsewhere": frozenset(),
        "in_map": True,
        "drifted": (),
        "conflicts": (),
        "note": "",
        "blockers": frozenset(),
        "closed_by": None,
        "stale": (),
    }
    unread = MapProgress("m", "p", "t", Gate.UNREAD)
    assert unread.numbers == Numbers(dict.fromkeys(TaskState, 0))
    assert asdict(unread) == {
        "map_id": "m",
        "path": "p",
        "title": "t",
        "gate": Gate.UNREAD,
        "reasons": (),
        "tracking": None,
        "commit": "",
        "commit_time": "",
        "tasks": (),
        "edges": (),
        "changes": (),
        "family": "",
    }
    assert asdict(Numbers()) == {"states": {}, "blocked": 0, "drifted": 0, "conflicts": 0, "stale": 0}
    assert Subject("t", Gate.WAITING, APPROVED) == Subject("t", Gate.WAITING, APPROVED, Holdings(), None, False)


def test_everything_of_a_map_is_said() -> None:
    mine = (FieldEdit("title", "ours", "mine"),)
    said = (
        Skip(TRACKING, "Implement Login", "1", "left alone"),
        Skip(key("old"), "Old", "5", "", kept=mine),
        Conflict(key("old"), "Old", "5", edits=mine),
        Skip(key("old"), "Old", "5", "it is kept"),
        Skip(key("new"), "New", "", "it was claimed"),
    )
    ledger = Ledger(commit="c0ffee", commit_time="2026-01-02T00:00:00+00:00")
    people, labels = frozenset({"ann"}), frozenset({"techmap", "urgent"})
    tracking = tracking_ticket(ledger, url="https://t.example/1", assignees=people, priority="high")
    waiting = frozenset({"1", "99"})
    seen: dict[str, object] = {"labels": labels, "assignees": people, "priority": "low", "blocked_by": waiting}
    old = ticket("old", "5", title="Mine", url="https://t.example/5", started=True, **seen)
    changes = MapChanges(
        MAP,
        "docs/login.md",
        True,
        reasons=("not ready",),
        changes=said,
        refusals=("too many",),
        shown_path="shop/docs/login.md",
        notes=("by the way",),
        family="technical map",
    )
    wanted = plan(replace(task("new", priority=Priority.HIGH), kind=Kind.DEPLOYMENT, phase=Phase.DEPLOY))
    holdings = Holdings(tracking, tickets(old))
    (progress,) = take_stock([Subject("Login", Gate.BROKEN, changes, holdings, wanted)])
    assert progress == MapProgress(
        map_id=MAP,
        path="shop/docs/login.md",
        title="Login",
        gate=Gate.BROKEN,
        reasons=("not ready", "too many", "by the way"),
        tracking=TaskProgress(
            key=TRACKING,
            kind=Kind.TRACKING,
            phase=None,
            title="Implement Login",
            state=TaskState.OPEN,
            priority="high",
            number="1",
            url="https://t.example/1",
            labels=frozenset({"techmap"}),
            assignees=people,
            note="left alone",
        ),
        commit="c0ffee",
        commit_time="2026-01-02T00:00:00+00:00",
        tasks=(
            TaskProgress(
                key=key("new"),
                kind=Kind.DEPLOYMENT,
                phase=Phase.DEPLOY,
                title="Create new",
                state=TaskState.PLANNED,
                priority="high",
                note="it was claimed",
            ),
            TaskProgress(
                key=key("old"),
                kind=Kind.COMPONENT,
                phase=Phase.BUILD,
                title="Mine",
                state=TaskState.STARTED,
                priority="low",
                number="5",
                url="https://t.example/5",
                labels=labels,
                assignees=people,
                blocked=True,
                elsewhere=frozenset({"1", "99"}),
                in_map=False,
                drifted=("title",),
                conflicts=("title",),
                note="it is kept",
                blockers=frozenset({"1"}),
            ),
        ),
        edges=(),
        changes=said,
        family="technical map",
    )


def test_a_map_is_called_as_its_file_else_as_its_tracking_ticket_else_as_its_id() -> None:
    tracked = Holdings(tracking_ticket(Ledger(), title="Log in"))
    for title, holdings, called in (("Login", tracked, "Login"), ("", tracked, "Log in"), ("", Holdings(), MAP)):
        (progress,) = take_stock([Subject(title, Gate.MISSING, APPROVED, holdings)])
        assert progress.title == called


def test_of_several_things_said_of_a_ticket_conflicts_are_joined_and_the_first_note_counts() -> None:
    title, text = FieldEdit("title", "ours", "mine"), FieldEdit("purpose", "ours", "mine")
    progress = looked(
        Holdings(tickets=tickets(ticket("store", "2"), ticket("page", "3"))),
        None,
        Update(key("page"), "Page", "3", "the map changed", spec=PAGE),
        SkipLink(key("page"), "Page", "3", "a human removed it", edge=EdgeKind.CHILD_OF, target=TRACKING),
        Skip(key("page"), "Page", "3", "said later"),
        Conflict(key("store"), "Store", "2", "twice", edits=(title,)),
        Conflict(key("store"), "Store", "2", "twice", edits=(text,)),
        Skip(key("store"), "Store", "2", "drifted", kept=(text, title)),
    )
    store, page = progress.tasks
    assert (store.conflicts, store.drifted, store.note) == (("title", "purpose"), ("purpose", "title"), "")
    assert (page.conflicts, page.drifted, page.note) == ((), (), "a human removed it")


def test_a_ticket_waits_for_open_tickets_of_its_links_and_of_planned_ones_while_it_is_open() -> None:
    made = {
        "open": ticket("open", "2", blocked_by=frozenset({"1", "3", "4", "50", "99"})),
        "other": ticket("other", "3"),
        "closed": ticket("closed", "4", state=State.CLOSED, reason=None, blocked_by=frozenset({"3"})),
        "unread": ticket("unread", "5", blocked_by=None),
    }
    holdings = Holdings(tracking_ticket(Ledger()), tickets(*made.values()))
    links = [
        Link(key("unread"), "Unread", "5", edge=EdgeKind.BLOCKED_BY, target=key(target))
        for target in ("other", "planned", "closed")
    ]
    shop = Holdings(tickets={"shop/change/cart": ticket("cart", "50")})
    shut = Holdings(tracking_ticket(Ledger(), "99", state=State.CLOSED))
    subjects = [
        Subject("Login", Gate.APPROVED, replace(APPROVED, changes=tuple(links)), holdings),
        *(Subject("Shop", Gate.WAITING, APPROVED, each) for each in (shop, shut)),
    ]
    tasks = {each.key.rpartition("/")[2]: each for each in take_stock(subjects)[0].tasks}
    blockers = {name: (each.blocked, each.blockers, each.elsewhere) for name, each in tasks.items()}
    assert blockers == {
        "open": (True, {"1", "3", "50"}, {"1", "50", "99"}),
        "other": (False, frozenset(), frozenset()),
        "closed": (False, frozenset(), frozenset()),
        "unread": (True, {"3"}, frozenset()),
    }


NAMES = tuple("abcdefgh")


def test_arrows_are_those_of_the_tracker_then_of_the_ledger_then_of_the_map_each_once_and_in_order() -> None:
    many = {name: ticket(name, str(number)) for number, name in enumerate(NAMES, 2)}
    first = held(task("first"), "1", blocked_by=frozenset({*"98765432", "99"}))
    unread = ticket("unread", "10", blocked_by=None)
    edges = {(key("unread"), key(name)) for name in (*NAMES, "gone")} | {(key("a"), key("b"))}
    holdings = Holdings(tracking_ticket(Ledger(edges=frozenset(edges)), "20"), tickets(first, unread, *many.values()))
    made = (
        Link(key("b"), "B", "3", edge=EdgeKind.BLOCKED_BY, target=key("new")),
        Link(key("unread"), "Unread", "10", edge=EdgeKind.BLOCKED_BY, target=key("a")),
        Link(key("b"), "B", "3", edge=EdgeKind.CHILD_OF, target=TRACKING),
        Unlink(key("b"), "B", "3", edge=EdgeKind.BLOCKED_BY, target=key("c")),
        SkipLink(key("b"), "B", "3", edge=EdgeKind.BLOCKED_BY, target=key("d")),
    )
    assert arrows(looked(holdings, PLAN, *made)) == [
        *(("first", name, Witness.TRACKER) for name in NAMES),
        *(("unread", name, Witness.LEDGER) for name in NAMES),
        ("b", "new", Witness.MAP),
    ]


def test_arrows_that_only_texts_state_are_those_of_the_map() -> None:
    stated = frozenset({(key(name), key("store")) for name in NAMES})
    changes = replace(APPROVED, texts=EdgeTexts(in_text=stated))
    of_map = [("service", "store", Witness.MAP), ("page", "service", Witness.MAP)]
    for wanted, links_in_text, expected in (
        (PLAN, False, [(name, "store", Witness.MAP) for name in NAMES]),
        (PLAN, True, of_map),
        (None, True, []),
    ):
        subject = Subject("Login", Gate.APPROVED, changes, Holdings(), wanted, links_in_text)
        (progress,) = take_stock([subject])
        assert arrows(progress) == expected


def test_a_task_without_a_ticket_is_done_dropped_or_planned() -> None:
    listed = Ledger({key("store"): "2"})
    stray = {key("store"): Stray(ticket("store", "2").ticket, "released")}
    claimed = Claims({key("store"): (ticket("store", "9").ticket,)})
    for holdings, state in (
        (Holdings(), TaskState.PLANNED),
        (Holdings(tracking_ticket(listed)), TaskState.DROPPED),
        (Holdings(tracking_ticket(Ledger(gone=frozenset({key("store")})))), TaskState.DROPPED),
        (Holdings(unreadable=stray), TaskState.DROPPED),
        (Holdings(tracking_ticket(listed), claims=claimed), TaskState.PLANNED),
    ):
        for spec, expected, priority in (
            (STORE, state, "medium"),
            (replace(STORE, done=True, priority=None), TaskState.DONE, ""),
        ):
            (only,) = looked(holdings, plan(spec)).tasks
            assert only == TaskProgress(spec.key, Kind.COMPONENT, Phase.BUILD, spec.title, expected, priority)


def test_a_ticket_that_no_task_asks_for_is_not_in_the_map_unless_the_map_was_not_read() -> None:
    holdings = Holdings(tickets=tickets(ticket("old", "2")))
    for wanted, in_map in (
        (None, True),
        (plan(), False),
        (replace(plan(), finished=True), True),
        (plan(STORE), False),
        (replace(plan(STORE), finished=True), False),
    ):
        *_, last = looked(holdings, wanted).tasks
        assert (last.number, last.in_map) == ("2", in_map)


def test_the_priority_is_the_trackers_else_the_one_that_was_written() -> None:
    for own, shown in (("low", "low"), (None, "medium")):
        (only,) = looked(Holdings(tickets=tickets(ticket("store", "2", priority=own)))).tasks
        assert only.priority == shown


def test_a_key_that_names_no_kind_is_taken_for_a_components() -> None:
    (only,) = looked(Holdings(tickets={"login/odd/x": ticket("store", "2")})).tasks
    assert (only.key, only.kind, only.phase) == ("login/odd/x", Kind.COMPONENT, Phase.BUILD)


def test_all_that_is_counted_counts_tasks_of_its_phase_and_drift_of_the_tracking_ticket() -> None:
    still = (Standstill(Cause.BLOCKED, 3),)
    one = TaskProgress(key("store"), Kind.COMPONENT, Phase.BUILD, "Store", TaskState.OPEN, blocked=True, stale=still)
    two = replace(one, phase=Phase.TEST, state=TaskState.DONE, drifted=("title",), blocked=False)
    three = replace(one, phase=Phase.TEST, state=TaskState.DROPPED, conflicts=("title",), stale=())
    tracking = replace(two, conflicts=("summary",), stale=(*still, *still))
    progress = MapProgress(MAP, "", "", Gate.APPROVED, tracking=tracking, tasks=(one, two, three))
    none = dict.fromkeys(TaskState, 0)
    states = {TaskState.OPEN: 1, TaskState.DONE: 1, TaskState.DROPPED: 1}
    assert progress.numbers == Numbers(none | states, blocked=2, drifted=2, conflicts=2, stale=2)
    assert progress.in_phase(Phase.BUILD) == Numbers(none | {TaskState.OPEN: 1}, blocked=1, stale=1)
    done = {TaskState.DONE: 1, TaskState.DROPPED: 1}
    assert progress.in_phase(Phase.TEST) == Numbers(none | done, blocked=1, drifted=1, conflicts=1, stale=1)
    assert progress.in_phase(Phase.DEPLOY) == Numbers(none)
