"""What happens to the ticket of each task, and that what a map adds to a completed one becomes one follow-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import TaskSpec
from techmap_sync.sync.block import Held
from techmap_sync.sync.changes import Action, Change, Conflict, Create, Reopen, Skip, Update, close
from techmap_sync.sync.claims import Claims, way_out
from techmap_sync.sync.endings import Ending, Why
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.policy import Side, SyncPolicy
from techmap_sync.sync.task_changes import (
    kept_reason,
    revision_changes,
    strangers,
    task_changes,
    with_follow_ups,
)
from techmap_sync.sync.ticket_fields import (
    AssigneeChanges,
    AssigneeEdit,
    Decision,
    Edit,
    FieldEdit,
    LabelChanges,
    LabelEdit,
    Revised,
    Revision,
)
from techmap_sync.sync.tickets import Former, Holdings, Stray
from techmap_sync.sync.tracker import CloseReason, State, Ticket
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, TRACKING, held, holdings_of, key, marked, plan, section, task
from tests.sync.drive import key_of, planned, push, shown

TWO = plan(task("Tests", sections={"items": "- [ ] first\n- [ ] second"}))
THREE = plan(task("Tests", sections={"items": "- [ ] first\n- [ ] second\n- [ ] third"}))
FOLLOW_UP = f"{TWO.tasks[0].key}~2"


def completed(reason: CloseReason | None = CloseReason.COMPLETED) -> MemoryTracker:
    tracker = MemoryTracker()
    push(tracker, TWO)
    tracker.edit("2", state=State.CLOSED, reason=reason)
    return tracker


@pytest.mark.parametrize("reason", [CloseReason.COMPLETED, None])
def test_new_items_of_a_completed_ticket_make_one_follow_up_with_just_those(reason: CloseReason | None) -> None:
    tracker = completed(reason)
    push(tracker, THREE)
    follow_up = next(t for t in tracker.tickets.values() if key_of(t) == FOLLOW_UP)
    assert "- [ ] third" in follow_up.body
    assert "first" not in follow_up.body
    assert follow_up.title == "Create Tests (follow-up)"
    assert tracker.tickets["2"].state is State.CLOSED
    assert not planned(tracker, THREE).changes


def test_a_ticket_that_was_given_up_gets_no_follow_up() -> None:
    tracker = completed(CloseReason.NOT_PLANNED)
    assert Action.CREATE not in {change.action for change in planned(tracker, THREE).changes}


def test_an_open_ticket_takes_the_new_items_itself() -> None:
    tracker = MemoryTracker()
    push(tracker, TWO)
    assert (Action.UPDATE, TWO.tasks[0].key) in shown(planned(tracker, THREE).changes)
    assert Action.CREATE not in {change.action for change in planned(tracker, THREE).changes}


def test_a_finished_follow_up_is_not_made_again() -> None:
    tracker = completed()
    push(tracker, THREE)
    number = next(n for n, t in tracker.tickets.items() if key_of(t) == FOLLOW_UP)
    tracker.edit(number, state=State.CLOSED, reason=CloseReason.COMPLETED)
    push(tracker, THREE)
    assert not planned(tracker, THREE).writes
    assert [key_of(t) for t in tracker.tickets.values()].count(FOLLOW_UP) == 1


def test_a_template_alone_rewrites_no_follow_up() -> None:
    tracker = completed()
    push(tracker, THREE)
    other = plan(task("Tests", sections={"items": "- [ ] first\n- [ ] second\n- [ ] third"}))
    section = replace(other.tasks[0].sections[0], text="* [ ] first\n* [ ] second\n* [ ] third")
    reworded = plan(replace(other.tasks[0], sections=(section,)))
    assert not planned(tracker, reworded, text=repr(THREE)).changes


def test_labels_that_people_removed_are_named_in_the_reason_that_every_report_shows() -> None:
    made = plan(task("Store", labels=frozenset({"extra", "more"})))
    tracker = MemoryTracker()
    push(tracker, made)
    tracker.edit("2", labels=tracker.tickets["2"].labels - {"extra", "more"})
    (line,) = planned(tracker, made).changes
    assert "-extra -more" in line.reason
    assert line.key == key("Store")
    assert TRACKING not in line.reason


# Each rule by itself.

STORE = task("Store")


def changes_of(
    spec: TaskSpec,
    ticket: Held | None = None,
    ledger: Ledger | None = None,
    policy: SyncPolicy = POLICY,
    doubtful: Mapping[str, str] | None = None,
    **more: object,
) -> tuple[Change, ...]:
    there = holdings_of(ledger or Ledger(), **more)
    there = replace(there, tickets={spec.key: ticket} if ticket else {})
    return tuple(task_changes(spec, there, doubtful or {}, policy))


def claimed(number: str) -> list[Ticket]:
    return [Ticket(number, "", "", author="eve")]


def stray(**changed: object) -> dict[str, Stray]:
    return {STORE.key: Stray(replace(Ticket("7", "Mine", ""), **changed), "it has no managed block")}  # type: ignore[arg-type]


GONE = Ledger(gone=frozenset({STORE.key}))
SETTLED = replace(GONE, accepted=GONE.gone)
DELETED = f"its ticket was deleted; push --recreate {STORE.key} makes a new one"
RELEASED = (
    "ticket 7 was released: it has no managed block; "
    f"push --rebind {STORE.key}=7 binds it again, --recreate {STORE.key} makes a new one"
)
WITHHELD = f"ticket 7: it has no managed block; push --recreate {STORE.key} makes a new one"
CREATED = (Create(STORE.key, STORE.title, spec=STORE),)
BY_REQUEST = {
    "recreate": replace(POLICY, recreate=GONE.gone),
    "the map's side": replace(POLICY, resolve={STORE.key: Side.MAP}),
    "the tracker's side": replace(POLICY, resolve={STORE.key: Side.TRACKER}),
}
WITHOUT_A_TICKET: dict[str, tuple[dict[str, object], str | None]] = {
    "never had one": ({}, ""),
    "deleted": ({"ledger": Ledger(tickets={STORE.key: "2"})}, DELETED),
    "deleted earlier": ({"ledger": GONE}, DELETED),
    "deleted, asked for": ({"ledger": GONE, "policy": BY_REQUEST["recreate"]}, ""),
    "deleted, the map asked for": ({"ledger": GONE, "policy": BY_REQUEST["the map's side"]}, DELETED),
    "deleted, accepted now": ({"ledger": GONE, "policy": BY_REQUEST["the tracker's side"]}, None),
    "deleted, accepted": ({"ledger": SETTLED}, None),
    "deleted, accepted, asked for": ({"ledger": SETTLED, "policy": BY_REQUEST["recreate"]}, ""),
    "doubtful": ({"doubtful": {STORE.key: "it may be renamed"}}, "it may be renamed"),
    "doubtful, accepted": ({"doubtful": {STORE.key: "so"}, "policy": BY_REQUEST["the tracker's side"]}, "so"),
    "claimed by a stranger": (
        {"claims": Claims({STORE.key: claimed("7")})},
        f"eve wrote ticket 7, which claims this task; {way_out(claimed('7')[0], POLICY)}",
    ),
    "released": ({"unreadable": stray()}, RELEASED),
    "withheld": ({"unreadable": stray(withheld="confidential")}, WITHHELD),
}


@pytest.mark.parametrize("case", WITHOUT_A_TICKET)
def test_a_task_without_a_ticket_gets_one_unless_something_is_in_the_way(case: str) -> None:
    given, reason = WITHOUT_A_TICKET[case]
    skipped = () if reason is None else (Skip(STORE.key, STORE.title, reason=reason),)
    assert changes_of(STORE, **given) == (CREATED if reason == "" else skipped)  # type: ignore[arg-type]
    assert changes_of(replace(STORE, done=True), **given) == ()  # type: ignore[arg-type]


def closed_by_us(spec: TaskSpec, **changed: object) -> Held:
    return marked(held(spec, "2", state=State.CLOSED, **changed), state=State.CLOSED)


BOXES = {"purpose": "- [ ] A box of the text", "items": "- [ ] first\n- [x] second"}
PART = task("Store", sections=BOXES, kind=Kind.TASK)


def part(items: str, purpose: str = BOXES["purpose"]) -> TaskSpec:
    return task("Store", sections={"purpose": purpose, "items": items}, kind=Kind.TASK)


def back(spec: TaskSpec, *edits: Edit) -> tuple[Change, ...]:
    return (Reopen(spec.key, spec.title, "2", "its task is back in the map", spec=spec, edits=edits),)


MORE = part(f"{BOXES['items']}\n- [ ] third")
CLOSED: dict[str, tuple[TaskSpec, Held, tuple[Change, ...]]] = {
    "by us": (STORE, closed_by_us(STORE), back(STORE)),
    "by us, still done": (replace(STORE, done=True), closed_by_us(STORE), ()),
    "by a person": (STORE, held(STORE, state=State.CLOSED), ()),
    "a part that lost a tick": (part("- [ ] first\n- [ ] second"), closed_by_us(PART), ()),
    "a part that lost an item": (part("- [ ] second"), closed_by_us(PART), ()),
    "a part with a new box elsewhere": (part(BOXES["items"], "- [ ] Another"), closed_by_us(PART), ()),
    "a part with a new item": (
        MORE,
        closed_by_us(PART),
        back(MORE, FieldEdit("items", BOXES["items"], MORE.sections[1].text)),
    ),
    "a part whose list a person named otherwise": (
        PART,
        closed_by_us(PART, body=held(PART).ticket.body.replace("### Items", "### Mine")),
        back(PART),
    ),
    "a part that was given up": (PART, closed_by_us(PART, reason=CloseReason.NOT_PLANNED), back(PART)),
    "a part that was let go": (
        PART,
        closed_by_us(PART, labels=PART.labels | {POLICY.removed_label.upper()}),
        back(PART),
    ),
    "a component that lost a tick": (
        task("Store", sections=BOXES),
        closed_by_us(task("Store", sections=BOXES)),
        back(task("Store", sections=BOXES)),
    ),
}


@pytest.mark.parametrize("ticket", [held(STORE), marked(held(STORE), state=State.CLOSED)], ids=["new", "reopened"])
def test_the_ticket_of_a_task_that_is_done_is_closed_once(ticket: Held) -> None:
    done = replace(STORE, done=True)
    closing = close(STORE.key, STORE.title, "2", Ending(Why.DONE), CloseReason.COMPLETED, done)
    assert changes_of(done, ticket) == (() if ticket.marker.state == State.CLOSED else (closing,))


@pytest.mark.parametrize("case", CLOSED)
def test_a_closed_ticket_is_reopened_if_we_closed_it_and_its_task_is_back_with_something_to_do(case: str) -> None:
    spec, ticket, expected = CLOSED[case]
    assert changes_of(spec, ticket) == expected


FORMER = Former("alpha", "alpha/component/Store", "alpha/tracking/map", "31", was_child=True)
WRITTEN_THERE = replace(FORMER, is_written_there=True)
MOVED = 'moved from map "alpha"'
ELSEWHERE = "alpha/component/Shop"
BARE, DONE = replace(STORE, sections=()), replace(STORE, done=True)


def rekeyed(spec: TaskSpec = STORE, before: str = ELSEWHERE, title: str = "", reason: str = MOVED) -> Update:
    edits = (FieldEdit("key", before, spec.key),)
    return Update(spec.key, title or spec.title, "2", reason, spec=spec, edits=edits)


def came(ticket: Held) -> Held:
    return marked(ticket, key=ELSEWHERE)


TITLED = held(STORE, title="Mine")
KEPT_TITLE = Skip(
    STORE.key,
    STORE.title,
    "2",
    f"changed by a human, kept: title; push --resolve map {STORE.key} writes the map's text, "
    f"--resolve tracker {STORE.key} accepts it",
    kept=(FieldEdit("title", STORE.title, "Mine"),),
)
ARRIVED: dict[str, tuple[TaskSpec, Held, Former | None, tuple[Change, ...]]] = {
    "under its former key": (STORE, came(held(STORE)), FORMER, (rekeyed(),)),
    "under a former key of its own": (STORE, came(held(STORE)), WRITTEN_THERE, (rekeyed(),)),
    "while a tracking ticket names that map": (STORE, held(STORE), WRITTEN_THERE, (rekeyed(before=FORMER.key),)),
    "and was written here": (STORE, held(STORE), FORMER, ()),
    "and a person had changed it": (STORE, came(TITLED), FORMER, (rekeyed(), KEPT_TITLE)),
    "closed by a person": (
        PART,
        came(held(PART, state=State.CLOSED, title="Mine")),
        FORMER,
        (rekeyed(PART, title="Mine"),),
    ),
    "closed by us, and it is done": (
        replace(PART, done=True),
        came(closed_by_us(PART)),
        FORMER,
        (rekeyed(replace(PART, done=True)),),
    ),
    "closed by us, and its task is back": (
        STORE,
        came(closed_by_us(STORE)),
        FORMER,
        (Reopen(STORE.key, STORE.title, "2", MOVED, spec=STORE),),
    ),
    "and is done": (
        DONE,
        came(held(STORE)),
        FORMER,
        (close(STORE.key, STORE.title, "2", Ending(Why.DONE), CloseReason.COMPLETED, DONE),),
    ),
    "and its task says nothing": (BARE, came(TITLED), FORMER, (rekeyed(BARE, title="Mine"),)),
    "from nowhere, and its task says nothing": (BARE, came(TITLED), None, ()),
    "under another key of this map": (STORE, came(held(STORE)), None, (rekeyed(reason=""),)),
}


@pytest.mark.parametrize("case", ARRIVED)
def test_a_ticket_comes_from_another_map(case: str) -> None:
    spec, ticket, former, expected = ARRIVED[case]
    assert changes_of(spec, ticket, arrived={spec.key: former} if former else {}) == expected


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("spec", [STORE, DONE])
def test_a_ticket_that_is_bound_again_is_written_even_if_it_is_closed_or_done(spec: TaskSpec, state: State) -> None:
    reason = "bound again, the text that people wrote stays below"
    assert changes_of(spec, marked(held(STORE, state=state), key="")) == (rekeyed(spec, "", reason=reason),)


def revised(revision: Revision, spec: TaskSpec = STORE, **changed: object) -> tuple[Change, ...]:
    return tuple(revision_changes(spec, held(STORE, "2", **changed), revision, STORE.key))


def test_a_revision_is_an_update_then_its_conflicts_then_what_is_kept() -> None:
    revision = Revision(
        (
            Revised("purpose", Decision.CONFLICT, "theirs", "ours"),
            Revised("title", Decision.UPDATE, "old", "new"),
            Revised("", Decision.CONFLICT, "their lead", "our lead"),
            Revised("where", Decision.KEEP, "here", "there"),
            Revised("detail", Decision.ADOPT, "same", "same"),
        ),
        LabelChanges(add=frozenset({"new"}), taken=frozenset({"old"})),
        AssigneeChanges(contested=frozenset({"cal"})),
    )
    spec = replace(STORE, assignees=("dan", "cal"))
    drift: tuple[Edit, ...] = (FieldEdit("where", "there", "here"), LabelEdit(remove=frozenset({"old"})))
    label = LabelEdit(add=frozenset({"new"}))
    both = (
        f"both the map and a human changed it; settle with push --resolve map {STORE.key}"
        f" or --resolve tracker {STORE.key}"
    )

    def conflict(*edit: str) -> Conflict:
        return Conflict(STORE.key, STORE.title, "2", both, edits=(FieldEdit(*edit),))

    assert revised(revision, spec, assignees=frozenset({"bob", "ann"})) == (
        Update(STORE.key, STORE.title, "2", spec=spec, edits=(FieldEdit("title", "old", "new"), label)),
        conflict("purpose", "theirs", "ours"),
        conflict("lead", "their lead", "our lead"),
        conflict("assignees", "ann, bob", "cal, dan"),
        Skip(STORE.key, STORE.title, "2", kept_reason(STORE.key, drift), kept=drift),
    )


def test_what_only_the_marker_needs_to_learn_is_one_edit() -> None:
    fields = Revised("detail", Decision.ADOPT, "same", "same"), Revised("", Decision.ADOPT, "same", "same")
    revision = Revision(fields, LabelChanges(known=frozenset({"old"})))
    edits = (FieldEdit("marker", "", "detail, lead, old"),)
    assert revised(revision) == (Update(STORE.key, STORE.title, "2", spec=STORE, edits=edits),)
    assert revised(Revision(())) == ()


WITHOUT_WORDS: list[tuple[Edit, str]] = [
    *((FieldEdit(name, "", "new"), name) for name in ("priority", "milestone", "due", "type", "priority field")),
    (LabelEdit(remove=frozenset({"b", "a"})), "labels -a -b"),
    (AssigneeEdit(remove=frozenset({"ann"})), "assignees -ann"),
]


@pytest.mark.parametrize("refresh", [False, True])
def test_what_is_kept_is_named_and_texts_of_an_earlier_form_follow_only_a_refresh(refresh: bool) -> None:
    of = key("push")
    ways = f"--resolve map {of} writes the map's text, --resolve tracker {of} accepts it"
    texts = "push --refresh" if refresh else "push"
    for edit, name in WITHOUT_WORDS:
        assert kept_reason(of, [edit], refresh=refresh) == f"changed by a human, kept: {name}; push {ways}"
        mixed = [FieldEdit("purpose", "", "new"), edit]
        assert kept_reason(of, mixed, refresh=refresh) == f"changed by a human, kept: purpose, {name}; {texts} {ways}"
    assert kept_reason(of, [FieldEdit("lead", "", "new")]) == f"changed by a human, kept: lead; push {ways}"


def test_tickets_of_strangers_are_named_unless_they_block_something_that_says_so() -> None:
    by_key = {STORE.key: claimed("7"), key("Sender"): claimed("8"), TRACKING: claimed("9")}
    made, there = plan(STORE, task("Sender")), replace(holdings_of(Ledger()), claims=Claims(by_key))
    blocked = (Skip(STORE.key, STORE.title, reason="claimed"), Create(key("Sender"), "", spec=task("Sender")))

    def said(holdings: Holdings, *tasks: Change) -> list[Change]:
        return list(strangers(made, holdings, tasks))

    def left_alone(names: str) -> list[Change]:
        reason = f"left alone because their authors are not trusted: {names}"
        return [Skip(TRACKING, "Implement Login", reason=reason, lasting=True)]

    assert said(there) == left_alone("7 by eve, 8 by eve, 9 by eve")
    assert said(there, *blocked) == left_alone("8 by eve, 9 by eve")
    assert said(replace(there, tracking=None), *blocked) == left_alone("8 by eve")
    assert said(replace(there, claims=Claims())) == []


NEW_ITEMS = replace(
    task(
        "Tests",
        sections={
            "purpose": "- [ ] A box of the text",
            "items": "Do:\n- [ ] first\n- [ ] SECOND\n- [ ] größer\n- [x] done\n- [ ] last",
            "source": "docs/login.md",
        },
        blocked_by=("Store",),
    ),
    was=("login/component/Old",),
    estimate_minutes=30,
)
NEW_ITEMS = replace(NEW_ITEMS, sections=(*NEW_ITEMS.sections[:2], replace(NEW_ITEMS.sections[2], values="")))
COMPLETED = held(TWO.tasks[0], state=State.CLOSED, reason=CloseReason.COMPLETED)
TICKED = held(TWO.tasks[0]).ticket.body.replace("[ ] first", "[x] First")


def followed(spec: TaskSpec, ticket: Held | None, former: Held | None = None, language: str = "en") -> list[TaskSpec]:
    tickets = {of: each for of, each in ((spec.key, ticket), (FOLLOW_UP, former)) if each}
    made = replace(plan(STORE, spec, task("Sender")), language=language)
    found = with_follow_ups(made, Holdings(tickets=tickets))
    assert found == replace(made, tasks=(STORE, spec, *found.tasks[2:-1], made.tasks[-1]))
    return [*found.tasks[2:-1]]


def follow_up(title: str) -> TaskSpec:
    items = replace(section("items", "- [ ] größer\n- [ ] last"), values='["größer", "last"]')
    return replace(
        NEW_ITEMS,
        key=FOLLOW_UP,
        title=title,
        sections=(items, NEW_ITEMS.sections[2]),
        blocked_by=(),
        was=(),
        estimate_minutes=None,
    )


def test_a_follow_up_has_the_new_open_items_alone_and_waits_for_nothing() -> None:
    ticked = held(TWO.tasks[0], state=State.CLOSED, body=TICKED)
    assert followed(NEW_ITEMS, ticked) == followed(NEW_ITEMS, COMPLETED) == [follow_up("Create Tests (follow-up)")]


def test_a_follow_up_that_was_written_in_english_keeps_its_title_in_a_plan_of_another_language() -> None:
    german, english = "Create Tests (Nachtrag)", "Create Tests (follow-up)"
    assert followed(NEW_ITEMS, COMPLETED, language="de") == [follow_up(german)]
    for title in (german, english):
        former = held(task("Tests", title), "3")
        assert followed(NEW_ITEMS, COMPLETED, former, "de") == [follow_up(title)]


@pytest.mark.parametrize(
    ("spec", "ticket"),
    [
        (NEW_ITEMS, None),
        (NEW_ITEMS, held(TWO.tasks[0])),
        (NEW_ITEMS, held(TWO.tasks[0], state=State.CLOSED, reason=CloseReason.NOT_PLANNED)),
        (NEW_ITEMS, closed_by_us(TWO.tasks[0], reason=CloseReason.COMPLETED)),
        (NEW_ITEMS, held(task("Tests"), state=State.CLOSED)),
        (TWO.tasks[0], COMPLETED),
        (task("Tests"), COMPLETED),
    ],
    ids=["no ticket", "open", "given up", "closed by us", "listed nothing", "nothing new", "lists nothing"],
)
def test_no_follow_up_is_made_of_anything_else(spec: TaskSpec, ticket: Held | None) -> None:
    assert followed(spec, ticket) == []
