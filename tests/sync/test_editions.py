"""Tickets that an earlier release wrote in another form: left alone, and brought up to date when somebody asks."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import Priority, TaskPlan, TaskSpec
from techmap_sync.sync import editions
from techmap_sync.sync.apply import apply
from techmap_sync.sync.block import Held
from techmap_sync.sync.change_set import Status
from techmap_sync.sync.changes import Action, Skip, Update
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.match import DesiredMap, Matched
from techmap_sync.sync.merge import TITLE
from techmap_sync.sync.policy import Side, SyncPolicy
from techmap_sync.sync.tickets import Departed, Former, Holdings, Stray
from techmap_sync.sync.tracker import State, Ticket
from tests.fakes.memory import MemoryTracker
from tests.sync.build import (
    MAP,
    POLICY,
    PRIORITY_LABELS,
    TRACKING,
    boxed,
    held,
    holdings_of,
    key,
    marked,
    open_boxes,
    origin,
    plan,
    task,
    with_ticks,
)
from tests.sync.drive import key_of, planned, push, refused

UNIT = "login/test/unit"
TESTS = ("- [ ] A code is refused twice", "- [ ] `TokenStore` forgets old tokens", "- [ ] No id, equal payload")
FORMER = replace(
    plan(
        task("tokenstore", "Create TokenStore", {"purpose": "In short: keeps tokens"}),
        task("unit", "Write unit tests: Login", {"items": "\n".join(TESTS)}, kind=Kind.TEST),
    ),
    edition=1,
)
TODAY = plan(
    task("tokenstore", "Create TokenStore: keeps tokens", {"items": f"{TESTS[1]}\n{TESTS[2]}: a duplicate"}),
    task("error-handling", "Handle errors: Recovery", {"items": "- [ ] Answer 409"}, kind=Kind.CONSTRAINT),
    task("unit", "Unit tests: Login", {"items": TESTS[0]}, kind=Kind.TEST),
)
REFRESH = replace(POLICY, refresh=True)
TEXT = "the text of the map"


@pytest.fixture
def tracker() -> MemoryTracker:
    found = MemoryTracker()
    push(found, FORMER, text=TEXT)
    return found


def number_of(tracker: MemoryTracker, of: str) -> str:
    return next(number for number, ticket in tracker.tickets.items() if key_of(ticket) == of)


def tick(tracker: MemoryTracker, of: str, box: str) -> None:
    number = number_of(tracker, of)
    body = tracker.tickets[number].body
    assert box in body
    tracker.edit(number, body=body.replace(box, box.replace("[ ]", "[x]")))


def body_of(tracker: MemoryTracker, of: str) -> str:
    return tracker.tickets[number_of(tracker, of)].body


def writes(tracker: MemoryTracker, wanted: TaskPlan, policy: SyncPolicy = POLICY, text: str = TEXT) -> list[str]:
    return [change.key for each in planned(tracker, wanted, policy, text).maps for change in each.writes]


def test_an_unchanged_map_is_left_as_an_earlier_release_wrote_it(tracker: MemoryTracker) -> None:
    assert writes(tracker, TODAY) == []
    (only,) = planned(tracker, TODAY, text=TEXT).maps
    assert [(change.key, change.action, change.lasting) for change in only.changes] == [(TRACKING, Action.SKIP, True)]
    assert "--refresh" in only.changes[0].reason


@pytest.mark.parametrize(
    ("policy", "text"), [(REFRESH, TEXT), (POLICY, "another text")], ids=["refresh", "the map changed"]
)
def test_asked_for_or_needed_it_gets_the_form_of_today_once(
    tracker: MemoryTracker, policy: SyncPolicy, text: str
) -> None:
    push(tracker, TODAY, policy, text)
    assert tracker.tickets[number_of(tracker, key("tokenstore"))].title == "Create TokenStore: keeps tokens"
    assert "login/constraint/error-handling" in {key_of(ticket) for ticket in tracker.tickets.values()}
    assert TESTS[1] not in body_of(tracker, UNIT)
    assert writes(tracker, TODAY, text=text) == writes(tracker, TODAY, REFRESH, text) == []


def test_ticks_move_with_their_boxes_and_with_longer_texts(tracker: MemoryTracker) -> None:
    for box in TESTS:
        tick(tracker, UNIT, box)
    push(tracker, TODAY, REFRESH, TEXT)
    store = body_of(tracker, key("tokenstore"))
    assert "- [x] `TokenStore` forgets old tokens" in store
    assert "- [x] No id, equal payload: a duplicate" in store
    assert "- [x] A code is refused twice" in body_of(tracker, UNIT)
    assert "- [ ] Answer 409" in body_of(tracker, "login/constraint/error-handling")
    assert writes(tracker, TODAY, REFRESH) == []


def test_a_ticket_keeps_its_ticks_while_the_one_that_takes_them_over_must_not_be_written(
    tracker: MemoryTracker,
) -> None:
    tick(tracker, UNIT, TESTS[1])
    shown, store = planned(tracker, TODAY, REFRESH, TEXT), number_of(tracker, key("tokenstore"))
    another = tracker.tickets[store].body.replace('"key":"login/component/tokenstore"', '"key":"login/component/other"')
    tracker.edit(store, body=another)
    outcomes = list(apply(shown, tracker, REFRESH))
    assert {each.status for each in outcomes if each.change.key == UNIT} == {Status.LEFT}
    assert "- [x] `TokenStore` forgets old tokens" in body_of(tracker, UNIT)


def test_a_box_that_several_tickets_could_mean_stays_open(tracker: MemoryTracker) -> None:
    twice = task("sender", "Create Sender", {"items": TESTS[1]})
    tick(tracker, UNIT, TESTS[1])
    push(tracker, replace(TODAY, tasks=(*TODAY.tasks, twice)), REFRESH, TEXT)
    assert f"{TESTS[1]}\n" in body_of(tracker, key("tokenstore"))


def test_a_tick_that_somebody_takes_away_later_stays_away(tracker: MemoryTracker) -> None:
    tick(tracker, UNIT, TESTS[1])
    push(tracker, TODAY, REFRESH, TEXT)
    number = number_of(tracker, key("tokenstore"))
    tracker.edit(number, body=body_of(tracker, key("tokenstore")).replace("[x]", "[ ]"))
    push(tracker, TODAY, REFRESH, TEXT)
    assert "[x]" not in body_of(tracker, key("tokenstore"))


def test_a_ticket_whose_items_all_moved_is_closed_unless_people_worked_on_it(tracker: MemoryTracker) -> None:
    moved = replace(TODAY, tasks=(*TODAY.tasks[:2], task("extra", "Create Extra", {"items": TESTS[0]})))
    tick(tracker, UNIT, TESTS[1])
    push(tracker, moved, REFRESH, TEXT)
    assert tracker.tickets[number_of(tracker, UNIT)].state is State.CLOSED
    assert "- [x] `TokenStore` forgets old tokens" in body_of(tracker, key("tokenstore"))
    assert writes(tracker, moved, REFRESH) == []


def test_a_ticket_with_words_of_people_is_left_open_for_them(tracker: MemoryTracker) -> None:
    moved = replace(TODAY, tasks=(*TODAY.tasks[:2], task("extra", "Create Extra", {"items": TESTS[0]})))
    number = number_of(tracker, UNIT)
    tracker.edit(number, body=body_of(tracker, UNIT) + "\nAsk Ada first")
    push(tracker, moved, REFRESH, TEXT)
    assert tracker.tickets[number].state is State.OPEN
    assert "Ask Ada first" in tracker.tickets[number].body


def test_a_tick_in_a_ticket_whose_items_moved_before_is_named_and_ticks_nothing(tracker: MemoryTracker) -> None:
    """Nobody can tell it from a tick that somebody took away where the item is now, which would be overruled."""
    moved = replace(TODAY, tasks=(*TODAY.tasks[:2], task("extra", "Create Extra", {"items": TESTS[0]})))
    number = number_of(tracker, UNIT)
    tracker.edit(number, body=body_of(tracker, UNIT) + "\nAsk Ada first")
    push(tracker, moved, REFRESH, TEXT)
    tick(tracker, UNIT, TESTS[0])
    tick(tracker, UNIT, TESTS[1])
    push(tracker, moved, text=TEXT)
    (only,) = planned(tracker, moved, text=TEXT).maps
    (left,) = (change for change in only.changes if change.key == UNIT)
    extra = number_of(tracker, key("extra"))
    assert left.reason == (
        "its task is gone from the document, but people worked on it; left open; "
        f'"A code is refused twice" is ticked here and open in ticket {extra}, as is 1 more'
    )
    assert "[x]" not in body_of(tracker, key("extra"))


def test_what_the_earlier_release_did_not_finish_is_finished(tracker: MemoryTracker) -> None:
    more = task("sender", "Create Sender")
    assert key("sender") in writes(tracker, replace(TODAY, tasks=(*TODAY.tasks, more)))


def test_what_people_deleted_is_no_reason_to_write(tracker: MemoryTracker) -> None:
    del tracker.tickets[number_of(tracker, key("tokenstore"))]
    assert writes(tracker, TODAY) == []


# --- settings and flags, while the tickets keep their form ---


STORE = key("tokenstore")


def left(tracker: MemoryTracker, wanted: TaskPlan = TODAY, **policy: object) -> dict[str, str]:
    """What a run says of the tasks that it leaves, by key."""
    (only,) = planned(tracker, wanted, replace(POLICY, **policy), TEXT).maps  # type: ignore[arg-type]
    assert not only.refusals
    return {change.key: change.reason for change in only.changes if isinstance(change, Skip)}


def test_a_setting_that_is_about_no_text_takes_effect(tracker: MemoryTracker) -> None:
    before = body_of(tracker, STORE).partition("<!-- techmap-sync:")[0]
    wanted = replace(
        TODAY,
        tasks=tuple(replace(spec, milestone="May", labels=spec.labels | {"auth"}) for spec in TODAY.tasks),
    )
    push(tracker, wanted, text=TEXT)
    ticket = tracker.tickets[number_of(tracker, STORE)]
    assert (ticket.milestone, "auth" in ticket.labels, ticket.title) == ("May", True, "Create TokenStore")
    assert ticket.body.partition("<!-- techmap-sync:")[0] == before
    assert writes(tracker, wanted) == []
    assert writes(tracker, wanted, REFRESH) != []


def test_what_people_wrote_is_shown_with_the_flags_that_settle_it(tracker: MemoryTracker) -> None:
    number = number_of(tracker, STORE)
    tracker.edit(number, body=body_of(tracker, STORE).replace("keeps tokens", "keeps all of them"))
    for asked in ({}, {STORE: Side.MAP}, {STORE: Side.TRACKER}):
        assert "push --refresh --resolve map" in left(tracker, resolve=asked)[STORE]
        assert writes(tracker, TODAY, replace(POLICY, resolve=asked)) == []
    push(tracker, TODAY, replace(REFRESH, resolve={STORE: Side.TRACKER}), TEXT)
    assert "keeps all of them" in body_of(tracker, STORE)
    assert writes(tracker, TODAY) == []


@pytest.mark.parametrize("side", list(Side))
def test_a_label_that_people_removed_is_settled_at_once(tracker: MemoryTracker, side: Side) -> None:
    labelled = replace(FORMER, tasks=tuple(replace(s, labels=s.labels | {"auth"}) for s in FORMER.tasks))
    today = replace(TODAY, tasks=tuple(replace(s, labels=s.labels | {"auth"}) for s in TODAY.tasks))
    push(tracker, labelled, text=TEXT)
    number = number_of(tracker, STORE)
    tracker.edit(number, labels=tracker.tickets[number].labels - {"auth"})
    assert "push --resolve map" in left(tracker, today)[STORE]
    push(tracker, today, replace(POLICY, resolve={STORE: side}), TEXT)
    assert ("auth" in tracker.tickets[number].labels) is (side is Side.MAP)
    assert tracker.tickets[number].title == "Create TokenStore"
    assert list(left(tracker, today)) == [TRACKING]


def test_a_deleted_ticket_is_made_again_in_the_form_of_today_where_that_is_safe() -> None:
    tracker, sender = MemoryTracker(), task("sender", "Create Sender", blocked_by=("tokenstore",))
    former, today = (replace(each, tasks=(*each.tasks, sender)) for each in (FORMER, TODAY))
    push(tracker, former, text=TEXT)
    del tracker.tickets[number_of(tracker, key("sender"))]
    assert "--recreate" in left(tracker, today)[key("sender")]
    push(tracker, today, replace(POLICY, recreate=frozenset({key("sender")})), TEXT)
    made = tracker.tickets[number_of(tracker, key("sender"))]
    assert made.blocked_by == {number_of(tracker, STORE)}
    assert tracker.tickets[number_of(tracker, STORE)].title == "Create TokenStore"
    assert writes(tracker, today) == []


@pytest.mark.parametrize("of", [UNIT, STORE])
def test_a_deleted_ticket_whose_boxes_change_places_is_made_again_by_a_refresh(tracker: MemoryTracker, of: str) -> None:
    del tracker.tickets[number_of(tracker, of)]
    recreate = frozenset({of})
    assert f"push --refresh --recreate {of}" in left(tracker, recreate=recreate)[of]
    assert writes(tracker, TODAY, replace(POLICY, recreate=recreate)) == []
    push(tracker, TODAY, replace(REFRESH, recreate=recreate), TEXT)
    assert number_of(tracker, of)


def test_a_deleted_ticket_that_no_task_asks_for_any_more_is_named(tracker: MemoryTracker) -> None:
    moved = replace(TODAY, tasks=TODAY.tasks[:2])
    del tracker.tickets[number_of(tracker, UNIT)]
    assert "--refresh" in left(tracker, moved, recreate=frozenset({UNIT}))[UNIT]


def test_a_deletion_is_accepted_at_once(tracker: MemoryTracker) -> None:
    del tracker.tickets[number_of(tracker, STORE)]
    push(tracker, TODAY, replace(POLICY, resolve={STORE: Side.TRACKER}), TEXT)
    assert list(left(tracker)) == [TRACKING]
    assert writes(tracker, TODAY) == []


def test_settings_about_texts_and_orphans_wait_and_a_line_says_so(tracker: MemoryTracker) -> None:
    (only,) = planned(tracker, TODAY, replace(POLICY, accept_settings=True), TEXT).maps
    assert [change.action for change in only.changes] == [Action.SKIP, Action.SKIP]
    assert "--refresh --accept-settings" in only.changes[1].reason


def test_the_tracking_ticket_closes_with_the_last_of_its_tasks(tracker: MemoryTracker) -> None:
    for of in (STORE, UNIT):
        tracker.edit(number_of(tracker, of), state=State.CLOSED)
    push(tracker, TODAY, text=TEXT)
    assert tracker.tickets[number_of(tracker, TRACKING)].state is State.CLOSED
    assert writes(tracker, TODAY) == []


def test_a_guard_judges_only_what_would_be_written(tracker: MemoryTracker) -> None:
    tests = [task(f"level{n}", sections={"items": f"- [ ] Number {n} holds"}, kind=Kind.TEST) for n in range(12)]
    push(tracker, replace(FORMER, tasks=(*FORMER.tasks, *tests)), text=TEXT)
    boxes = {"items": "\n".join(spec.sections[0].text for spec in tests)}
    today = replace(TODAY, tasks=(*TODAY.tasks, task("all", sections=boxes)))
    assert refused(planned(tracker, today, REFRESH, TEXT)) != "", "it closes twelve tickets"
    assert refused(planned(tracker, TODAY, POLICY, TEXT)) == ""


# --- titles ---


def titles(words: str, names: str = "t", *, edition: int = TODAY.edition) -> TaskPlan:
    made = (
        task(f"{names}{n}", f"Create {names}{n}{words}", {"purpose": f"What number {n} is for."}) for n in range(12)
    )
    return replace(plan(*made), edition=edition)


@pytest.fixture
def twelve() -> MemoryTracker:
    found = MemoryTracker()
    push(found, titles("", edition=1), text=TEXT)
    return found


def said_of_titles(tracker: MemoryTracker, wanted: TaskPlan, policy: SyncPolicy = POLICY) -> list[str]:
    (only,) = planned(tracker, wanted, policy, "another text").maps
    return [change.reason for change in only.changes if isinstance(change, Skip)]


def test_titles_that_only_a_release_words_differently_are_counted_in_the_plan_and_refused_by_no_guard(
    twelve: MemoryTracker,
) -> None:
    wanted = titles(": keeps tokens")
    assert refused(planned(twelve, wanted, POLICY, "another text")) == ""
    (reason,) = said_of_titles(twelve, wanted)
    assert re.match("12 of 12 tickets get other titles", reason)
    assert said_of_titles(twelve, wanted, REFRESH) == [], "somebody asked for them"
    push(twelve, wanted, text="another text")
    assert said_of_titles(twelve, wanted) == []


def test_of_a_few_new_titles_nothing_is_said(twelve: MemoryTracker) -> None:
    few = replace(titles(""), tasks=(*titles(": keeps").tasks[:2], *titles("").tasks[2:]))
    assert said_of_titles(twelve, few) == []


@pytest.mark.parametrize("policy", [POLICY, REFRESH], ids=["", "refresh"])
def test_renamed_tasks_count_whoever_wrote_their_tickets(twelve: MemoryTracker, policy: SyncPolicy) -> None:
    renamed = titles("", "u")
    assert "--allow retitles" in refused(planned(twelve, renamed, policy, "another text"))


def test_in_one_edition_other_words_in_many_titles_are_refused(twelve: MemoryTracker) -> None:
    push(twelve, titles(""), REFRESH, TEXT)
    change_set = planned(twelve, titles(": keeps tokens"), POLICY, "another text")
    assert "--allow retitles" in refused(change_set)
    assert sum(isinstance(change, Update) and TITLE in change.fields for change in change_set.changes) == 12


# --- each rule by itself ---


def of_first_edition(*tickets: Held, listed: tuple[str, ...] = (STORE,), **more: object) -> Holdings:
    """The tickets of a map that the first release wrote."""
    ledger = Ledger(dict.fromkeys(listed, "2"), text=origin(TEXT).text_digest, edition=1)
    return holdings_of(ledger, *tickets, **more)


ONLY, NONE = plan(task("tokenstore")), (TRACKING,)
"""A map of one task, and a ledger that lists no task."""
ELSEWHERE = Departed("beta", "beta/component/other", "7")
FROM_ELSEWHERE = Former("beta", "beta/component/other", "beta/tracking/map", "6", was_child=False)
STRAY = Stray(Ticket("2", "mine", ""), "its marker is gone")
UNNAMED = marked(held(ONLY.tasks[0]), key="")
FORMS: dict[str, tuple[Holdings, TaskPlan, SyncPolicy, bool]] = {
    "listed": (of_first_edition(), ONLY, POLICY, True),
    "there": (of_first_edition(held(ONLY.tasks[0]), listed=NONE), ONLY, POLICY, True),
    "unreadable": (of_first_edition(listed=NONE, unreadable={STORE: STRAY}), ONLY, POLICY, True),
    "not there": (of_first_edition(listed=NONE), ONLY, POLICY, False),
    "not there, a change": (of_first_edition(), plan(task("a", kind=Kind.CHANGE)), POLICY, False),
    "not there, a test": (of_first_edition(), plan(task("a", kind=Kind.TEST)), POLICY, False),
    "not there, a deployment": (of_first_edition(), plan(task("a", kind=Kind.DEPLOYMENT)), POLICY, False),
    "not there, and there was no such ticket": (
        of_first_edition(),
        plan(task("a", kind=Kind.CONSTRAINT)),
        POLICY,
        True,
    ),
    "not there, and done": (of_first_edition(), plan(task("a", done=True)), POLICY, True),
    "refreshed": (of_first_edition(), ONLY, REFRESH, False),
    "never pushed": (of_first_edition(listed=()), plan(), POLICY, False),
    "of this edition": (of_first_edition(), replace(ONLY, edition=1), POLICY, False),
    "with an arrival": (of_first_edition(arrived={STORE: FROM_ELSEWHERE}), ONLY, POLICY, False),
    "with a departure": (of_first_edition(departed={key("Left"): ELSEWHERE}), ONLY, POLICY, False),
    "with a renamed task": (of_first_edition(moved={key("Former"): STORE}), ONLY, POLICY, False),
    "bound by hand": (replace(of_first_edition(), tickets={STORE: UNNAMED}), ONLY, POLICY, False),
}


def matched(holdings: Holdings, text: str = TEXT) -> Matched:
    return Matched(DesiredMap(MAP, origin(text)), holdings=holdings)


@pytest.mark.parametrize("case", FORMS)
def test_tickets_keep_their_form_where_all_was_written_and_nothing_is_new(case: str) -> None:
    holdings, wanted, policy, is_left = FORMS[case]
    assert editions.is_left(matched(holdings), wanted, policy) is is_left
    assert not editions.is_left(matched(holdings, "another text"), wanted, policy)


@pytest.mark.parametrize("known", ["gone", "accepted"])
def test_a_ticket_that_people_deleted_was_written(known: str) -> None:
    holdings = of_first_edition(listed=NONE)
    ledger = replace(holdings.written_ledger, **{known: frozenset({STORE})})  # type: ignore[arg-type]
    assert holdings.tracking is not None
    assert editions.is_left(matched(replace(holdings, tracking=marked(holdings.tracking, ledger=ledger))), ONLY, POLICY)


def test_a_task_whose_ticket_keeps_its_form_asks_for_what_that_says_and_for_the_links_that_were_written() -> None:
    names = ("E", "C", "A", "D", "B")
    waits = frozenset((STORE, key(name)) for name in names[:3])
    ledger = Ledger(
        {STORE: "2", key("Listed"): "3"}, waits, refused=frozenset((STORE, key(name)) for name in names[3:])
    )
    tickets = (
        held(task("tokenstore", priority=Priority.LOW)),
        marked(held(task("plain"), "4"), priority="", state="closed"),
    )
    holdings = holdings_of(ledger, *tickets)
    assert holdings.tracking is not None
    holdings = replace(holdings, tracking=marked(holdings.tracking, state="closed"))
    store, plain = task("tokenstore", "New title", labels=frozenset({"new"})), task("plain", priority=Priority.HIGH)
    listed = replace(task("Listed", done=True, blocked_by=("A",)), blocked_because=("type",))
    wanted = plan(replace(store, blocked_by=(key("F"),), blocked_because=("name",)), plain, listed, task("Unknown"))
    labels = frozenset({POLICY.managed_label})
    kept = {"sections": (), "keeps_text": True}
    assert editions.left(wanted, holdings, POLICY) == replace(
        wanted,
        tracking=replace(wanted.tracking, **kept, done=True),  # type: ignore[arg-type]
        tasks=(
            replace(
                store,
                **kept,  # type: ignore[arg-type]
                priority=Priority.LOW,
                labels=labels | {"new", PRIORITY_LABELS["low"]},
                blocked_by=tuple(map(key, sorted(names))),
            ),
            replace(plain, **kept, priority=None, labels=labels, done=True),  # type: ignore[arg-type]
            replace(listed, blocked_by=(), blocked_because=()),
        ),
        edition=1,
        is_left=True,
    )


def test_a_priority_without_a_label_in_the_settings_gets_none() -> None:
    unlabelled = replace(POLICY, priority_labels={"high": "urgent"})
    left_as_it_is = editions.left(ONLY, of_first_edition(held(ONLY.tasks[0])), unlabelled)
    assert left_as_it_is.tasks[0].labels == ONLY.tasks[0].labels
    assert left_as_it_is.tasks[0].priority is Priority.MEDIUM


OTHER_FORM = "the other tickets have the form of an earlier release, in which its items are in other places"
DELETED = ("E", "C", "A", "D", "B")


def asked_again(*specs: TaskSpec) -> tuple[TaskPlan, Holdings]:
    """A map of which five tickets were deleted, and one is there with a box."""
    there = held(with_ticks("there", "Forget old tokens"))
    return plan(*specs), of_first_edition(there, listed=(STORE, *map(key, DELETED)))


AGAIN = replace(POLICY, recreate=frozenset({*map(key, DELETED), key("there"), key("never")}))


@pytest.mark.parametrize(
    ("spec", "is_safe"),
    [
        (open_boxes("A", "Keep tokens"), True),
        (open_boxes("A", "Keep tokens", "`Forget` OLD tokens!"), False),
        (boxed("A", "[ ] Keep tokens", kind=Kind.TEST), False),
        (task("A"), True),
    ],
)
def test_a_ticket_is_made_again_only_where_none_of_its_boxes_is_in_another(spec: TaskSpec, is_safe: bool) -> None:
    wanted, holdings = asked_again(replace(spec, key=key("A")))
    said = {key(name): f"{OTHER_FORM}; push --refresh --recreate {key(name)} makes a new one" for name in DELETED}
    left_out = said if not is_safe else {each: why for each, why in said.items() if each != key("A")}
    assert editions.not_recreated(wanted, holdings, AGAIN) == left_out
    assert editions.not_recreated(replace(wanted, tasks=()), holdings, POLICY) == {}


def test_a_step_of_a_deployment_is_made_again_too() -> None:
    wanted, holdings = asked_again(replace(boxed("A", "[ ] Keep tokens", kind=Kind.DEPLOYMENT), key=key("A")))
    assert editions.not_recreated(wanted, holdings, replace(POLICY, recreate=frozenset({key("A")}))) == {}


def test_it_is_said_once_that_tickets_keep_their_form_and_then_what_is_not_made_again() -> None:
    wanted, holdings = asked_again(boxed("C", "[ ] Forget old tokens"))
    why = "its tickets have the form of an earlier release, whatever the settings say about texts and granularity"
    title = wanted.tracking.title
    first = Skip(TRACKING, title, "1", f"{why}; push --refresh brings them up to date", lasting=True)
    again = (
        Skip(key(name), title, "", f"{OTHER_FORM}; push --refresh --recreate {key(name)} makes a new one")
        for name in "ABDE"
    )
    why = "accepted settings close no ticket here; push --refresh --accept-settings does it"
    last = Skip(TRACKING, title, "1", why, lasting=True)
    assert list(editions.notes(wanted, holdings, replace(AGAIN, accept_settings=True))) == [first, *again, last]
    assert list(editions.notes(wanted, replace(holdings, tracking=None), POLICY)) == [replace(first, ticket="")]


def test_a_renamed_milestone_takes_no_refresh_out_of_the_advice() -> None:
    former, today = (replace(m, tasks=tuple(replace(s, milestone="v1") for s in m.tasks)) for m in (FORMER, TODAY))
    tracker = MemoryTracker()
    push(tracker, former, text=TEXT)
    for number, ticket in list(tracker.tickets.items()):
        if ticket.milestone:
            tracker.edit(number, milestone="v2", body=ticket.body.replace("In short", "At length"))
    (only,) = planned(tracker, today, text=TEXT).maps
    (line,) = (change for change in only.changes if change.key == key("tokenstore"))
    assert "push --refresh --resolve map" in line.reason
