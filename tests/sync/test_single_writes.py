"""Single writes of one map: what is sent, what becomes of the change, and what the run remembers of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import pytest

from techmap_sync.errors import NotAllowed, OutcomeUnclear, TicketRefused
from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.sync.apply import MapRun, apply
from techmap_sync.sync.block import Held, write_block
from techmap_sync.sync.change_set import MapChanges, Outcome, Status, Tolerance
from techmap_sync.sync.changes import Change, Close, Create, Link, LinkWrite, Reopen, Unlink, Update
from techmap_sync.sync.comparison import text_digest
from techmap_sync.sync.endings import Ending, Why
from techmap_sync.sync.fallback import EdgeTexts
from techmap_sync.sync.map_writer import MapWriter
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.policy import Side, SyncPolicy
from techmap_sync.sync.ticket_fields import AssigneeEdit, FieldEdit, LabelEdit
from techmap_sync.sync.tracker import Capabilities, CloseReason, Edge, EdgeKind, State
from tests.fakes.memory import NAME, Fault, MemoryTracker, When, timed_out
from tests.sync.build import MAP, POLICY, SERVICE, STORE, TESTS, TRACKING, key, plan, rehold, task
from tests.sync.drive import planned, push
from tests.sync.test_fallback import RELATED, WITHOUT_BLOCKING, waiting

MAILER = task("Mailer")
TICKETS = {STORE.key: "2", SERVICE.key: "3", TESTS.key: "4"}
BLOCKED, CHILD = EdgeKind.BLOCKED_BY, EdgeKind.CHILD_OF
NOT_TAKEN = TicketRefused(NAME, "not taken", "ask for it")


def run_of(tracker: MemoryTracker, *changes: Change, policy: SyncPolicy = POLICY, **more: object) -> MapRun:
    """What writes these changes; the tickets of the map are known unless a test says otherwise."""
    made = MapChanges(
        MAP,
        "docs/login.md",
        True,
        changes=changes,
        tracking_key=TRACKING,
        tracking_number="1",
        ledger=Ledger(TICKETS),
        claimed={number: name for name, number in TICKETS.items()} | {"1": TRACKING},
    )
    return MapRun(replace(made, **more), tracker, policy)  # type: ignore[arg-type]


def create(spec: TaskSpec) -> Create:
    return Create(spec.key, spec.title, spec=spec)


def update(spec: TaskSpec, *names: str, number: str = "") -> Update:
    edits = tuple(FieldEdit(name, "", "") for name in names)
    return Update(spec.key, spec.title, number or TICKETS[spec.key], spec=spec, edits=edits)


def link(name: str, other: str, edge: EdgeKind = BLOCKED) -> Link:
    return Link(key(name), f"Create {name}", edge=edge, target=other if edge is CHILD else key(other))


def text_of(tracker: MemoryTracker, number: str) -> str:
    return text_digest(tracker.tickets[number].body)


def done(tracker: MemoryTracker, change: Change, number: str, before: str = "", **more: object) -> Outcome:
    """The outcome of a write whose text the tracker has by now."""
    there = Outcome(change, MAP, Status.APPLIED, number, "", "", before, text_of(tracker, number), url(number))
    return replace(there, **more)  # type: ignore[arg-type]


def url(number: str) -> str:
    return f"https://tracker.example/{number}"


def sent(tracker: MemoryTracker) -> list[tuple[str, str]]:
    return [(request.verb, request.subject) for request in tracker.requests]


def stored(tracker: MemoryTracker, number: str) -> Held:
    return rehold(tracker.tickets[number])


def remark(tracker: MemoryTracker, number: str, **marker: object) -> None:
    """Change what a ticket's marker says."""
    block = stored(tracker, number).block
    changed = replace(block.marker, **marker)  # type: ignore[arg-type]
    tracker.edit(number, body=write_block((part for part in block.parts if part.text), changed))


def test_a_writer_starts_with_what_the_plan_knows() -> None:
    changes = MapChanges(
        MAP,
        "docs/login.md",
        True,
        changes=(link("Store", TRACKING, CHILD), Unlink(TESTS.key, "", edge=CHILD, target="alpha/tracking/map")),
        tracking_key=TRACKING,
        base=Ledger({STORE.key: "2"}, gone=frozenset({SERVICE.key})),
        ledger=Ledger({STORE.key: "2", SERVICE.key: ""}, children=frozenset({STORE.key, SERVICE.key, TESTS.key})),
        elsewhere={"alpha/tracking/map": "9"},
    )
    writer = MapWriter(changes, MemoryTracker(), POLICY)
    assert writer.numbers == {STORE.key: "2", "alpha/tracking/map": "9"}
    assert writer.listed == {STORE.key, SERVICE.key}
    assert writer.born_children == {SERVICE.key, TESTS.key}
    assert writer.tolerance == Tolerance()


TWO_PEOPLE = replace(MAILER, assignees=("ada", "grace"))


@pytest.mark.parametrize(
    ("field", "nobody", "detail", "assigned"),
    [
        (None, set(), "", {"ada", "grace"}),
        ("assignees", set(), "without assignees: not taken", set()),
        (None, {"ada", "grace"}, "the tracker did not take the assignee ada, the assignee grace", set()),
    ],
)
def test_a_new_ticket_is_made_without_people_whom_the_tracker_does_not_take_and_it_is_said(
    field: str | None, nobody: set[str], detail: str, assigned: set[str]
) -> None:
    tracker, change = MemoryTracker(nobody=frozenset(nobody)), create(TWO_PEOPLE)
    if field:
        tracker.faults = {1: Fault(When.BEFORE, TicketRefused(NAME, "not taken", field=field))}
    run = run_of(tracker, change)
    (outcome,) = run.write_tickets()
    first = replace(outcome, after=text_of(tracker, "1"))  # its marker is corrected afterwards
    assert first == done(tracker, change, "1", detail=detail)
    assert tracker.tickets["1"].assignees == assigned
    assert (run.numbers[MAILER.key], run.undone, run.tolerance.written) == ("1", [], True)


@pytest.mark.parametrize("field", ["", "title"])
def test_a_creation_that_is_refused_for_something_else_fails(field: str) -> None:
    tracker, change = MemoryTracker(), create(TWO_PEOPLE)
    tracker.faults = {1: Fault(When.BEFORE, TicketRefused(NAME, "not taken", "ask for it", field=field))}
    run = run_of(tracker, change)
    assert list(run.write_tickets()) == [Outcome(change, MAP, Status.FAILED, "", "not taken", "ask for it")]
    assert (run.undone, sent(tracker), run.tolerance.written) == ([change], [("create", MAILER.title)], False)


@pytest.mark.parametrize("when", When)
def test_a_creation_without_an_answer_is_looked_for_at_once_and_repeated_last(when: When) -> None:
    tracker, lost, other = MemoryTracker(faults={1: timed_out(when)}), create(STORE), create(SERVICE)
    run = run_of(tracker, lost, other, ledger=Ledger())
    order = [lost, other] if when is When.AFTER else [other, lost]
    assert list(run.write_tickets()) == [done(tracker, change, str(n)) for n, change in enumerate(order, 1)]
    looked, asked = ("snapshot", POLICY.managed_label), [("create", change.title) for change in (lost, other)]
    again = [] if when is When.AFTER else [looked, asked[0]]
    assert sent(tracker) == [asked[0], looked, asked[1], *again]


def test_a_ticket_that_is_listed_late_is_not_created_twice() -> None:
    tracker, lost, other = MemoryTracker(faults={1: timed_out(When.AFTER)}), create(STORE), create(SERVICE)
    tracker.unlisted = {"1"}
    outcomes = run_of(tracker, lost, other, ledger=Ledger()).write_tickets()
    assert next(outcomes) == done(tracker, other, "2")
    tracker.unlisted.clear()
    assert list(outcomes) == [done(tracker, lost, "1")]


def test_a_ticket_that_is_known_as_its_own_is_found_again(tracker: MemoryTracker) -> None:
    """Its number is in the ledger, and it had been deleted when this was decided."""
    tracker.faults, change = {1: timed_out(When.BEFORE)}, create(STORE)
    assert list(run_of(tracker, change, claimed={"1": TRACKING}).write_tickets()) == [done(tracker, change, "2")]


def test_a_ticket_that_had_the_key_before_is_no_answer_to_a_create(tracker: MemoryTracker) -> None:
    tracker.faults, change = {1: timed_out(When.BEFORE)}, create(STORE)
    assert list(run_of(tracker, change).write_tickets()) == [done(tracker, change, "5")]


@pytest.mark.parametrize("when", When)
def test_a_tracking_ticket_without_an_answer_is_made_once(when: When) -> None:
    tracker, made = MemoryTracker(), plan(STORE)
    shown, undisturbed = planned(tracker, made), push(MemoryTracker(), made)
    tracker.requests.clear()
    tracker.faults = {1: timed_out(when)}
    outcomes = list(apply(shown, tracker, POLICY))
    assert outcomes == undisturbed
    assert len(tracker.tickets) == 2
    (first,) = shown.maps[0].tracking_changes
    assert isinstance(first, Create)
    ledger = Update(TRACKING, first.title, "1", spec=first.spec, edits=(FieldEdit("ledger", "", ""),))
    assert outcomes[-1] == done(tracker, ledger, "1", outcomes[0].after)


@pytest.mark.parametrize("verb", ["create", "link"])
def test_a_server_that_gives_no_answer_three_times_ends_the_run(tracker: MemoryTracker, verb: str) -> None:
    """Each creation is followed by a look for the ticket, which is answered."""
    links = [link("Store", "Tests"), link("Service", "Tests"), link("Service", "Store")]
    if verb == "create":
        tracker.faults = {n: timed_out(When.BEFORE) for n in (1, 3, 5)}
        writing = run_of(tracker, *(create(task(name)) for name in ("Mailer", "Cart", "Queue"))).write_tickets()
    else:
        tracker.faults = {n: timed_out(When.BEFORE) for n in (1, 2, 3)}
        run = run_of(tracker, *links)
        writing = (outcome for each in links for outcome in run.link_unless(frozenset(), each))
    with pytest.raises(OutcomeUnclear):
        list(writing)
    assert [request.verb for request in tracker.writes] == [verb] * 3


def test_a_ticket_that_lost_our_label_at_once_ends_the_run() -> None:
    policy = replace(POLICY, managed_label="ours")
    with pytest.raises(NotAllowed) as caught:
        list(run_of(MemoryTracker(), create(STORE), policy=policy).write_tickets())
    assert caught.value.what == "ticket 1 was created, but the label ours was dropped"
    assert caught.value.hint == "the token needs the right to set labels; delete that ticket"


@pytest.mark.parametrize("ignored", [False, True])
def test_only_a_ticket_that_is_a_child_without_a_link_is_born_as_one(tracker: MemoryTracker, ignored: bool) -> None:
    tracker.capabilities, tracker.ignores_parents = Capabilities(parent_at_creation=True), ignored
    own = link("Cart", TRACKING, CHILD)
    children = frozenset({MAILER.key, key("Cart")})
    run = run_of(tracker, create(MAILER), create(task("Cart")), own, ledger=Ledger(TICKETS, children=children))
    list(run.write_tickets())
    assert [tracker.tickets[number].parent for number in "56"] == [None if ignored else "1", None]
    assert run.links == [*([link("Mailer", TRACKING, CHILD)] if ignored else ()), own]


# Links.

IN_TEXT = "the texts of the tickets say it instead; push --refresh tries again"


@pytest.mark.parametrize(
    ("change", "status", "ticket", "detail"),
    [
        (link("Store", "Tests"), Status.APPLIED, "2", ""),
        (link("Store", TRACKING, CHILD), Status.APPLIED, "2", ""),
        (Unlink(STORE.key, STORE.title, edge=BLOCKED, target=TESTS.key), Status.APPLIED, "2", ""),
        (link("Store", "Gone"), Status.SKIPPED, "2", "one of its tickets does not exist"),
        (link("Gone", "Store"), Status.SKIPPED, "", "one of its tickets does not exist"),
        (link("Store", "Mailer"), Status.LEFT, "2", "its ticket failed"),
        (link("Mailer", "Store"), Status.LEFT, "", "its ticket failed"),
    ],
)
def test_a_link_is_made_only_between_tickets_that_exist(
    tracker: MemoryTracker, change: LinkWrite, status: Status, ticket: str, detail: str
) -> None:
    run = run_of(tracker, change)
    run.undone.append(create(MAILER))
    outcomes = run.unlink(change) if isinstance(change, Unlink) else run.link_unless(frozenset(), change)
    assert list(outcomes) == [Outcome(change, MAP, status, ticket, detail)]
    is_made = status is Status.APPLIED
    assert (run.undone[1:], run.unsupported) == ([] if is_made else [change], set())
    assert sent(tracker) == ([(change.action, "2")] if is_made else [])


@pytest.mark.parametrize("arriving", [True, False])
def test_no_link_is_made_for_a_ticket_whose_move_from_another_map_failed(
    tracker: MemoryTracker, arriving: bool
) -> None:
    run = run_of(tracker, arriving=frozenset({STORE.key, SERVICE.key, TESTS.key}) if arriving else frozenset())
    run.undone += [
        update(STORE, "purpose"),
        link("Tests", "Gone"),
        Unlink(TESTS.key, "", target=key("Gone"), edge=BLOCKED),
    ]
    run.skipped.add(SERVICE.key)
    waiting = (link("Store", TRACKING, CHILD), link("Tests", "Store"), link("Service", TRACKING, CHILD))
    for change in waiting:
        (outcome,) = run.link_unless(frozenset(), change)
        assert (outcome.status, outcome.detail) == (
            (Status.LEFT, "its ticket failed") if arriving else (Status.APPLIED, "")
        )
        assert (run.edge_of(change) is None) == arriving
    (made,) = run.link_unless(frozenset(), link("Tests", TRACKING, CHILD))
    (removed,) = run.unlink(Unlink(STORE.key, STORE.title, edge=BLOCKED, target=TESTS.key))
    assert made.status is removed.status is Status.APPLIED
    assert run.edge_of(link("Tests", TRACKING, CHILD)) == Edge(CHILD, "4", "1")


@pytest.mark.parametrize(
    ("able", "what", "requests"),
    [
        (Capabilities(blocking_links=False), 'this server has no "blocked by"', []),
        (Capabilities(blockers=0), "no room for another link between 2 and 4", [("link", "2")]),
    ],
)
def test_a_link_that_the_tracker_cannot_hold_stands_in_the_texts(
    tracker: MemoryTracker, able: Capabilities, what: str, requests: list[tuple[str, str]]
) -> None:
    tracker.capabilities, change = able, link("Store", "Tests")
    run = run_of(tracker, change)
    outcome = Outcome(change, MAP, Status.SKIPPED, "2", what, IN_TEXT)
    assert list(run.link_unless(frozenset(), change)) == [outcome]
    assert (run.undone, run.unsupported, sent(tracker)) == ([], {(STORE.key, TESTS.key)}, requests)
    assert run.tolerance == Tolerance()


@pytest.mark.parametrize(
    ("change", "edge"),
    [
        (link("Store", "Tests"), Edge(BLOCKED, "2", "4")),
        (link("Store", TRACKING, CHILD), Edge(CHILD, "2", "1")),
        (link("Store", "Gone"), None),
        (link("Gone", "Store"), None),
    ],
)
def test_a_link_has_an_edge_where_both_tickets_exist(change: Link, edge: Edge | None) -> None:
    assert run_of(MemoryTracker()).edge_of(change) == edge


def test_a_link_that_came_with_others_is_not_added_again(tracker: MemoryTracker) -> None:
    change, run = link("Store", "Tests"), run_of(tracker)
    done_so_far = {Edge(BLOCKED, "2", "4")}
    assert list(run.link_unless(done_so_far, change)) == [Outcome(change, MAP, Status.APPLIED, "2")]
    assert sent(tracker) == []


# Tickets that exist.


@dataclass
class Listening(MemoryTracker):
    """It remembers labels and people in the order in which they came."""

    heard: list[tuple[str, ...]] = field(default_factory=list)

    def add_labels(self, number: str, labels: Collection[str]) -> None:
        self.heard.append(("add", number, *labels))
        super().add_labels(number, labels)

    def remove_labels(self, number: str, labels: Collection[str]) -> None:
        self.heard.append(("remove", number, *labels))
        super().remove_labels(number, labels)

    def assign(self, number: str, added: Collection[str], removed: Collection[str]) -> frozenset[str]:
        self.heard.append(("assign", number, *added, "instead of", *removed))
        return super().assign(number, added, removed)


def test_labels_and_people_are_written_in_the_order_of_the_alphabet() -> None:
    old, new = [f"old {n}" for n in range(8)], [f"new {n}" for n in range(8)]
    before, after = (
        replace(task("Store", labels=frozenset(names)), assignees=tuple(names), follows_assignees=True)
        for names in (old, new)
    )
    tracker = Listening()
    push(tracker, plan(before))
    tracker.heard.clear()
    change = Update(after.key, after.title, "2", spec=after, edits=(LabelEdit(), AssigneeEdit()))
    was = text_of(tracker, "2")
    assert list(run_of(tracker, change).write_tickets()) == [done(tracker, change, "2", was)]
    assert tracker.heard == [("assign", "2", *new, "instead of", *old), ("add", "2", *new), ("remove", "2", *old)]


@pytest.mark.parametrize("state", State)
def test_a_field_that_an_existing_ticket_does_not_take_is_noted_in_its_marker(
    tracker: MemoryTracker, state: State
) -> None:
    tracker.capabilities, tracker.drops_types = Capabilities(ticket_type="Task"), True
    tracker.edit("2", state=state)
    spec = replace(STORE, type="Task")
    is_open = state is State.OPEN
    change = update(spec, "type") if is_open else Reopen(spec.key, "", "2", spec=spec, edits=update(spec, "type").edits)
    (outcome,) = run_of(tracker, change).write_tickets()
    assert (outcome.status, tracker.tickets["2"].state) == (Status.APPLIED, State.OPEN)
    assert sent(tracker) == [("get", "2"), ("update", "2"), ("update", "2")]
    assert stored(tracker, "2").marker.accepted == {"type": ""}


def test_a_ticket_that_says_it_already_is_not_written_whoever_is_missing_there(tracker: MemoryTracker) -> None:
    remark(tracker, "2", assignees=frozenset({"ada"}))
    change = update(replace(STORE, assignees=("ada",), follows_assignees=True), "title")
    was, run = text_of(tracker, "2"), run_of(tracker, change)
    assert list(run.write_tickets()) == [done(tracker, change, "2", was, status=Status.ALREADY)]
    assert (sent(tracker), run.tolerance) == ([("get", "2")], Tolerance())


def test_a_label_alone_leaves_the_text_alone(tracker: MemoryTracker) -> None:
    policy = replace(POLICY, resolve={STORE.key: Side.MAP})
    change = Update(STORE.key, STORE.title, "2", spec=STORE, edits=(LabelEdit(),))
    tracker.edit("2", labels=frozenset())
    was, run = text_of(tracker, "2"), run_of(tracker, change, policy=policy)
    assert list(run.write_tickets()) == [done(tracker, change, "2", was)]
    assert (sent(tracker), tracker.tickets["2"].labels) == ([("get", "2"), ("add_labels", "2")], STORE.labels)
    assert (text_of(tracker, "2"), run.tolerance) == (was, Tolerance(written=True))


REFUSED_FIELD = replace(task("Store", title="Build Store"), milestone="v2")


@pytest.mark.parametrize(
    ("names", "status", "title"),
    [(("title", "milestone"), Status.APPLIED, "Build Store"), (("milestone",), Status.SKIPPED, "Create Store")],
)
def test_a_ticket_is_written_without_a_milestone_that_the_tracker_refuses(
    tracker: MemoryTracker, names: tuple[str, ...], status: Status, title: str
) -> None:
    tracker.faults = {2: Fault(When.BEFORE, TicketRefused(NAME, "not taken", field="milestone"))}
    change, was = update(REFUSED_FIELD, *names), text_of(tracker, "2")
    expected = {"status": status, "detail": "without milestone: not taken"}
    assert list(run_of(tracker, change).write_tickets()) == [done(tracker, change, "2", was, **expected)]
    assert (tracker.tickets["2"].title, tracker.tickets["2"].milestone) == (title, None)
    assert stored(tracker, "2").marker.milestone == ""


TEAM = {"ada", "cora", "dot", "emil", "grace"}
PEOPLE = replace(STORE, assignees=(*sorted(TEAM), "linus"), follows_assignees=True)


@pytest.mark.parametrize(
    ("field", "nobody", "detail", "assigned", "unassigned"),
    [
        (None, set(), "", TEAM, {"linus"}),
        (None, TEAM, "the tracker did not take the assignee ada, cora, dot, emil, grace", set(), {*TEAM, "linus"}),
        ("assignees", set(), "without assignees: not taken", set(), {*TEAM, "linus"}),
    ],
)
def test_people_whom_an_existing_ticket_does_not_take_are_named_and_noted(
    tracker: MemoryTracker, field: str | None, nobody: set[str], detail: str, assigned: set[str], unassigned: set[str]
) -> None:
    tracker.nobody = frozenset(nobody)
    remark(tracker, "2", unassigned=frozenset({"linus"}), assignees=frozenset())
    if field:
        tracker.faults = {2: Fault(When.BEFORE, TicketRefused(NAME, "not taken", field=field))}
    change, was = update(PEOPLE, "assignees"), text_of(tracker, "2")
    assert list(run_of(tracker, change).write_tickets()) == [done(tracker, change, "2", was, detail=detail)]
    marker = stored(tracker, "2").marker
    assert (tracker.tickets["2"].assignees, marker.assignees, marker.unassigned) == (assigned, assigned, unassigned)


@pytest.mark.parametrize(
    ("change", "at"),
    [
        (update(PEOPLE, "assignees"), 2),
        (update(REFUSED_FIELD, "title"), 2),
        (Close("old/component/Gone", "", "2", close_reason=CloseReason.NOT_PLANNED, ending=Ending(Why.GONE)), 2),
    ],
)
def test_a_write_that_is_refused_as_a_whole_fails(tracker: MemoryTracker, change: Update | Close, at: int) -> None:
    tracker.faults = {at: Fault(When.BEFORE, NOT_TAKEN)}
    run = run_of(tracker, change, claimed={"2": STORE.key})
    assert list(run.write_tickets()) == [Outcome(change, MAP, Status.FAILED, "2", "not taken", "ask for it")]
    assert (run.undone, len(tracker.writes)) == ([change], 1)


@pytest.mark.parametrize(
    ("taker", "before_it"),
    [
        (update(SERVICE, "title"), "refused"),
        (update(SERVICE, "title"), "deleted"),
        (create(MAILER), "unclear"),
        (update(SERVICE, "title"), ""),
    ],
)
def test_ticks_are_taken_away_only_when_another_ticket_has_them(
    tracker: MemoryTracker, taker: Create | Update, before_it: str
) -> None:
    change = update(replace(STORE, title="Build Store"), "title")
    run = run_of(tracker, taker, change, tick_receivers={STORE.key: frozenset({taker.key})})
    if before_it == "deleted":
        del tracker.tickets["3"]
    elif before_it:
        tracker.faults = {1: timed_out(When.BEFORE) if before_it == "unclear" else Fault(When.BEFORE, NOT_TAKEN)}
    left = Outcome(change, MAP, Status.LEFT, "2", "the ticket that takes over its ticks was not written")
    was = text_of(tracker, "2")
    (outcome,) = (each for each in run.write_tickets() if each.change is change)
    assert outcome == (left if before_it else done(tracker, change, "2", was))
    assert tracker.tickets["2"].title == ("Create Store" if before_it else "Build Store")


# What texts say about edges.

FIRST = plan(task("Store"), task("Service"))
LATER = plan(waiting("Store", "Mailer"), waiting("Tests", "Mailer"), task("Mailer"), waiting("Service", "Mailer"))


def numbered(tracker: MemoryTracker, tickets: str) -> list[str]:
    return [stored(tracker, number).block.texts()["waits for"] for number in tickets]


def until_the_ledger(tracker: MemoryTracker, made: TaskPlan) -> MapRun:
    """A run that has written all tickets and links."""
    run = MapRun(planned(tracker, made).maps[0], tracker, POLICY)
    list(run.write_tickets())
    for each in run.links:
        list(run.link_unless(frozenset(), each) if isinstance(each, Link) else run.unlink(each))
    tracker.requests.clear()
    return run


def pushed(*plans: TaskPlan) -> MemoryTracker:
    tracker = MemoryTracker(WITHOUT_BLOCKING)
    for each in plans:
        push(tracker, each)
    return tracker


@pytest.fixture
def without_blocking() -> MemoryTracker:
    return pushed(FIRST)


def test_a_text_says_the_number_of_a_ticket_that_was_created_after_it(without_blocking: MemoryTracker) -> None:
    tracker, by_name, by_number = without_blocking, "- Create Mailer", "- #5 Create Mailer"
    run = until_the_ledger(tracker, LATER)
    assert numbered(tracker, "243") == [by_name, by_name, by_number]
    was = text_of(tracker, "2")
    restated, other, _ = run.finish(frozenset())
    spec = run.changes.texts.waiting[STORE.key]
    change = Update(STORE.key, STORE.title, "2", spec=spec, edits=(FieldEdit("marker", "", "waits for"),))
    assert restated == done(tracker, change, "2", was)
    assert (other.change.key, other.change.ticket) == (TESTS.key, "4")
    assert numbered(tracker, "243") == [by_number] * 3
    assert sent(tracker) == [(verb, number) for number in "241" for verb in ("get", "update")]


@pytest.mark.parametrize("meanwhile", ["closed", "deleted", "written"])
def test_a_text_that_needs_no_number_any_more_is_left_alone(without_blocking: MemoryTracker, meanwhile: str) -> None:
    tracker = without_blocking
    run = until_the_ledger(tracker, LATER)
    if meanwhile == "closed":
        tracker.edit("2", state=State.CLOSED)
    elif meanwhile == "deleted":
        del tracker.tickets["2"]
    else:
        tracker.edit("2", body=pushed(FIRST, LATER).tickets["2"].body)
    assert STORE.key not in {outcome.change.key for outcome in run.finish(frozenset())}
    assert ("get", "2") in sent(tracker)
    assert ("update", "2") not in sent(tracker)


def test_a_ticket_that_could_not_be_made_says_nothing(without_blocking: MemoryTracker) -> None:
    tracker = without_blocking
    tracker.refuses = lambda request: request.subject == "Create Tests"
    run = until_the_ledger(tracker, LATER)
    assert [outcome.change.key for outcome in run.finish(frozenset())] == [STORE.key, TRACKING]
    assert sent(tracker) == [("get", "2"), ("update", "2"), ("get", "1"), ("update", "1")]


@pytest.mark.parametrize("learnt", [RELATED, Capabilities(blockers=0)], ids=["no direction", "no room"])
def test_a_tracker_that_cannot_say_who_waits_after_all_is_helped_by_the_text(learnt: Capabilities) -> None:
    tracker, made = MemoryTracker(), plan(task("Store"), waiting("Service", "Store"))
    shown = planned(tracker, made)
    tracker.capabilities = learnt
    list(apply(shown, tracker, POLICY))
    assert numbered(tracker, "3") == ["- #2 Create Store"]


# The tracking ticket.


def test_a_tracking_ticket_that_is_reopened_lists_its_tickets(tracker: MemoryTracker) -> None:
    tracker.edit("1", state=State.CLOSED)
    remark(tracker, "1", state="closed")
    spec = plan().tracking
    change = Reopen(TRACKING, spec.title, "1", "there is work left", spec=spec)
    ledger = Ledger(TICKETS, gone=frozenset({key("Gone")}))
    run = run_of(
        tracker, change, ledger=ledger, texts=EdgeTexts({STORE.key: STORE.title}, (STORE.key,)), base=Ledger(TICKETS)
    )
    was = text_of(tracker, "1")
    assert list(run.finish(frozenset())) == [done(tracker, change, "1", was)]
    assert stored(tracker, "1").block.texts() == {"summary": "One map.", "tickets": "- [ ] #2 Create Store"}
    assert run.listed == {*TICKETS, key("Gone")}


def test_what_a_tracking_ticket_does_not_take_is_said(tracker: MemoryTracker) -> None:
    tracker.faults = {2: Fault(When.BEFORE, TicketRefused(NAME, "not taken", field="milestone"))}
    spec = replace(plan().tracking, milestone="v2")
    change = Update(TRACKING, spec.title, "1", spec=spec, edits=(FieldEdit("milestone", "", "v2"),))
    was, run = text_of(tracker, "1"), run_of(tracker, change, ledger=Ledger({STORE.key: "2"}))
    expected = done(tracker, change, "1", was, detail="without milestone: not taken")
    (outcome,) = run.finish(frozenset())
    assert outcome == replace(expected, after=text_of(tracker, "1"))


def test_what_came_from_elsewhere_or_is_bound_does_not_join_the_board(tracker: MemoryTracker) -> None:
    tracker.capabilities = Capabilities(board="octo/7")
    spec, alpha = plan().tracking, "alpha/component/Mailer"
    names = ["Tests", "Store", "Router", "Queue", "Mailer"]
    numbers = {key(name): str(n) for n, name in enumerate(names, 11)}
    run = run_of(
        tracker,
        Update(TRACKING, spec.title, "1", spec=spec, edits=(FieldEdit("ledger", "", ""),)),
        base=Ledger(TICKETS),
        ledger=Ledger(numbers),
        arriving=frozenset({key("Router")}),
        bound=frozenset({key("Queue")}),
        elsewhere={alpha: "15"},
    )
    list(run.finish(frozenset()))
    assert list(tracker.board) == ["12", "11"]
