"""What a closed ticket says of its closing, and what becomes of it when people or the map think otherwise."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial

import pytest

from techmap_sync.planning.task import EDITION, TaskPlan, TaskSpec
from techmap_sync.sync import editions, orphans
from techmap_sync.sync.block import Held
from techmap_sync.sync.changes import Action, Change, Close, LabelOrphan, Skip
from techmap_sync.sync.comparison import digest
from techmap_sync.sync.endings import Ending, Why
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.orphans import MapText, map_text
from techmap_sync.sync.policy import OrphanPolicy, SyncPolicy
from techmap_sync.sync.tracker import Capabilities, CloseReason, Standing, State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, held, holdings_of, key, marked, plan, rehold, task
from tests.sync.drive import planned, push, reasons, shown, state

STORE, TESTS = task("Store"), task("Tests")
BOTH, WITHOUT = plan(STORE, TESTS), plan(STORE)


@pytest.fixture(params=[True, False], ids=["with reasons", "without reasons"])
def tracker(request: pytest.FixtureRequest) -> MemoryTracker:
    tracker = MemoryTracker(Capabilities(close_reasons=request.param))
    push(tracker, BOTH)
    tracker.requests.clear()
    return tracker


def test_an_orphan_is_closed_with_its_reason_or_with_a_label_where_there_are_none(tracker: MemoryTracker) -> None:
    push(tracker, WITHOUT)
    orphan = tracker.tickets["3"]
    assert orphan.state is State.CLOSED
    assert orphan.reason is (CloseReason.NOT_PLANNED if tracker.capabilities.close_reasons else None)
    assert ("techmap:removed" in orphan.labels) is not tracker.capabilities.close_reasons
    assert "Its task is gone from the document (commit c0ffee)." in orphan.body
    written = [request.verb for request in tracker.writes if request.subject == "3"]
    assert written == (["update"] if tracker.capabilities.close_reasons else ["add_labels", "update"])
    assert not planned(tracker, WITHOUT).changes


def test_label_and_reason_go_when_the_task_is_back(tracker: MemoryTracker) -> None:
    push(tracker, WITHOUT)
    push(tracker, BOTH)
    assert tracker.tickets["3"].state is State.OPEN
    assert tracker.tickets["3"].labels == TESTS.labels
    assert "gone from the document" not in tracker.tickets["3"].body
    assert not planned(tracker, BOTH).changes


def test_a_reopening_shows_what_it_writes(tracker: MemoryTracker) -> None:
    push(tracker, WITHOUT)
    back = plan(STORE, replace(TESTS, title="Test it all"))
    reopening = next(c for c in planned(tracker, back).changes if c.action is Action.REOPEN)
    assert {"title", "status"} <= set(reopening.fields)


def test_a_copy_is_closed_as_a_duplicate_or_with_a_label(tracker: MemoryTracker) -> None:
    tracker.tickets["9"] = replace(tracker.tickets["2"], number="9")
    push(tracker, BOTH, replace(POLICY, close_copies=True))
    copy = tracker.tickets["9"]
    assert copy.state is State.CLOSED
    assert copy.reason is (CloseReason.DUPLICATE if tracker.capabilities.close_reasons else None)
    assert ("techmap:duplicate" in copy.labels) is not tracker.capabilities.close_reasons
    assert "A copy of ticket 2 (commit c0ffee)." in copy.body


def test_an_orphan_that_a_human_reopened_is_never_closed_again(tracker: MemoryTracker) -> None:
    push(tracker, WITHOUT)
    tracker.edit("3", state=State.OPEN, reason=None)
    assert not planned(tracker, WITHOUT).writes
    assert "left open" in planned(tracker, WITHOUT).changes[0].reason
    changed = plan(replace(STORE, title="Create TokenStore"))
    push(tracker, changed)
    assert tracker.tickets["3"].state is State.OPEN
    assert "techmap:removed" in tracker.tickets["3"].labels
    assert shown(planned(tracker, changed).changes) == [(Action.SKIP, TESTS.key)]


def test_the_label_of_an_orphan_is_said_once_and_a_human_may_take_it_off(tracker: MemoryTracker) -> None:
    tracker.edit("3", assignees=frozenset({"ada"}))
    push(tracker, WITHOUT)
    tracker.edit("3", labels=tracker.tickets["3"].labels - {"techmap:removed"})
    assert shown(planned(tracker, WITHOUT).changes) == [(Action.SKIP, TESTS.key)]
    assert "its task is gone from the document, but people worked on it; left open" in [
        change.reason for change in planned(tracker, WITHOUT).changes
    ]


def test_orphans_are_kept_as_configured(tracker: MemoryTracker) -> None:
    keeping = replace(POLICY, orphans=OrphanPolicy.KEEP)
    push(tracker, WITHOUT, keeping)
    assert tracker.tickets["3"].state is State.OPEN
    assert "techmap:removed" not in tracker.tickets["3"].labels


def test_a_label_that_the_map_wants_and_a_human_has_set_already_becomes_ours(tracker: MemoryTracker) -> None:
    tracker.edit("3", labels=tracker.tickets["3"].labels | {"new"})
    labelled = plan(STORE, task("Tests", labels=frozenset({"new"})))
    assert [c.fields for c in planned(tracker, labelled).changes if c.key == TESTS.key] == [("marker",)]
    push(tracker, labelled)
    tracker.edit("3", labels=tracker.tickets["3"].labels - {"new"})
    assert not planned(tracker, labelled).writes, "what was ours and was taken off stays off"


def test_the_tracking_ticket_closes_in_the_same_run_as_its_last_task(tracker: MemoryTracker) -> None:
    finished = plan(replace(STORE, done=True), replace(TESTS, done=True))
    push(tracker, finished)
    assert {ticket.state for ticket in tracker.tickets.values()} == {State.CLOSED}
    assert not planned(tracker, finished).changes


def test_a_map_of_which_the_settings_leave_no_ticket_keeps_its_tracking_ticket_open() -> None:
    tracker = MemoryTracker()
    push(tracker, plan())
    assert not planned(tracker, plan()).changes
    assert tracker.tickets["1"].state is State.OPEN


ASSIGNED = plan(*(replace(task(name), assignees=("Bot", "ada")) for name in ("Store", "Sender")))


ONE_ASSIGNED = replace(ASSIGNED, tasks=ASSIGNED.tasks[:1])


def assigned(abilities: Capabilities | None = None) -> MemoryTracker:
    tracker = MemoryTracker(abilities or Capabilities())
    push(tracker, ASSIGNED)
    return tracker


@pytest.mark.parametrize("names", [{"Bot", "ada"}, {"bot"}, set(), {"@Bot", "@ADA"}])
def test_whom_we_assigned_is_no_human_work(names: set[str]) -> None:
    tracker = assigned()
    tracker.edit("3", assignees=frozenset(names))
    push(tracker, ONE_ASSIGNED)
    assert tracker.tickets["3"].state is State.CLOSED


def test_whom_people_assigned_is_human_work() -> None:
    tracker = assigned()
    tracker.edit("3", assignees=frozenset({"Bot", "grace"}))
    push(tracker, ONE_ASSIGNED)
    assert tracker.tickets["3"].state is State.OPEN


@pytest.mark.parametrize(("setting", "state"), [({"Bot", "ada"}, State.CLOSED), (set(), State.OPEN)])
def test_of_a_ticket_that_does_not_remember_the_setting_of_today_counts(setting: set[str], state: State) -> None:
    tracker = assigned()
    body = tracker.tickets["3"].body
    assert '"assignees":["Bot","ada"],' in body
    tracker.edit("3", body=body.replace('"assignees":["Bot","ada"],', ""))
    push(tracker, ONE_ASSIGNED, replace(POLICY, assignees=frozenset(setting)))
    assert tracker.tickets["3"].state is state


def test_reconcile_closes_a_copy_that_we_assigned_and_nobody_touched() -> None:
    tracker = assigned()
    tracker.tickets["9"] = replace(tracker.tickets["3"], number="9", parent=None)
    changes = planned(tracker, ASSIGNED, replace(POLICY, close_copies=True)).changes
    assert [(c.action, c.ticket) for c in changes if c.edge is None] == [(Action.CLOSE, "9")]


# Each rule by itself: what is said of an orphan, and what is done with it.


@pytest.mark.parametrize(
    ("fingerprint", "written", "changed"),
    [
        ("same", "same", False),
        ("now", digest("one\ntwo"), False),  # it is the digest of the text, whatever was read of it
        ("now", "then", True),
    ],
)
def test_a_map_has_changed_where_its_text_is_not_the_one_that_was_written(
    fingerprint: str, written: str, changed: bool
) -> None:
    assert map_text("one\ntwo", fingerprint, Ledger(text=written)) == MapText("onetwo", changed)


def test_of_a_text_only_letters_and_digits_count_in_one_case() -> None:
    text = map_text("# Create `TokenStore`:\n - Straße 2, [ ] a_b!", "now", Ledger(text="then"))
    assert text == MapText("createtokenstorestrasse2a_b", changed=True)
    assert [text.has_lost(said) for said in ("Token-store", "STRASSE 2", "Straße 3")] == [False, False, True]
    assert not replace(text, changed=False).has_lost("Straße 3")


REMOVED = POLICY.removed_label
SAME, CHANGED = MapText("nothingofit", changed=False), MapText("nothingofit", changed=True)
GONE = "its task is gone from the document"
ONCE_MORE = "the map still holds its words but no longer as a task; push --accept-settings closes its ticket"
BOXES = task("Sender", sections={"purpose": "Sends.", "items": "- [ ] Ant\n- [x] Mails are sent once"})
SENDER = held(BOXES, "3")
LABELLED = marked(SENDER, labels=SENDER.marker.labels | {REMOVED.upper()})
REOPENED = marked(SENDER, state="closed")
COMMENTED = replace(SENDER, ticket=replace(SENDER.ticket, comments=1))
ACCEPTING = replace(POLICY, accept_settings=True)
LABELLING, KEEPING = (replace(POLICY, orphans=each) for each in (OrphanPolicy.LABEL, OrphanPolicy.KEEP))


def orphans_of(
    ticket: Held,
    text: MapText = CHANGED,
    policy: SyncPolicy = POLICY,
    doubtful: Mapping[str, str] | None = None,
    wanted: TaskPlan = WITHOUT,
    others: tuple[Held, ...] = (),
    edition: int = EDITION,
    created: Collection[TaskSpec] = (),
) -> tuple[Change, ...]:
    """What happens to a ticket of which a map asks for nothing, besides others and those that this run makes."""
    holdings = holdings_of(Ledger(edition=edition), *others, ticket, renewed=frozenset(spec.key for spec in created))
    wanted = editions.with_moved_ticks(wanted, holdings)
    return tuple(orphans.orphan_changes(wanted, text, holdings, policy, doubtful or {}))


def closed(why: Why = Why.GONE, reason: str = GONE, ticket: Held = SENDER) -> Close:
    """The closing of an untouched ticket that no task asks for."""
    return Close(
        ticket.marker.key,
        ticket.ticket.title,
        ticket.ticket.number,
        reason,
        close_reason=CloseReason.NOT_PLANNED,
        ending=Ending(why),
    )


def labelled(why: Why = Why.GONE, reason: str = GONE, *, worked_on: bool = True, ticket: Held = SENDER) -> LabelOrphan:
    said = f"{reason}, but people worked on it" if worked_on else reason
    ending = Ending(why, worked_on=worked_on)
    return LabelOrphan(ticket.marker.key, ticket.ticket.title, ticket.ticket.number, said, label=REMOVED, ending=ending)


def skipped(reason: str, ticket: Held = SENDER) -> Skip:
    return Skip(ticket.marker.key, ticket.ticket.title, ticket.ticket.number, reason)


def saying(**sections: str) -> Held:
    """The ticket of a task with these texts."""
    return held(task("Sender", sections=sections), "3")


UNTICKED = saying(purpose="Sends.", items="- [ ] Ant\n- [ ] Mails are sent once")
PARAGRAPHS = "Sends mails.\n\nAt most once."
LEFT_OPEN = f"{GONE}, but people worked on it; left open"

WHAT_HAPPENS: dict[str, tuple[Held, MapText, SyncPolicy, Change]] = {
    "the map lost it": (UNTICKED, CHANGED, POLICY, closed()),
    "settings hide it": (
        UNTICKED,
        SAME,
        POLICY,
        skipped("its task is gone by settings or version, not by the map; push --accept-settings closes its ticket"),
    ),
    "settings hide it, which is accepted": (UNTICKED, SAME, ACCEPTING, closed()),
    "people ticked a box of it": (SENDER, CHANGED, POLICY, labelled()),
    "people reopened it": (REOPENED, SAME, POLICY, skipped(f"{GONE}, but it was reopened by hand; left open")),
    "people reopened it before the map changed": (REOPENED, CHANGED, POLICY, labelled()),
    "an item is in the map": (UNTICKED, MapText("saysant", True), POLICY, skipped(ONCE_MORE)),
    "a ticked item is in the map": (SENDER, MapText("mailsaresentonce", True), POLICY, skipped(ONCE_MORE)),
    "only its purpose is in the map": (UNTICKED, MapText("sends", True), POLICY, closed()),
    "an item is in the map, which is accepted": (UNTICKED, MapText("saysant", True), ACCEPTING, closed()),
    "its purpose is in the map, and it has no items": (
        saying(purpose=PARAGRAPHS),
        MapText("sendsmailsoften", True),
        POLICY,
        skipped(ONCE_MORE),
    ),
    "only what follows its purpose is in the map": (
        saying(purpose=PARAGRAPHS),
        MapText("atmostonce", True),
        POLICY,
        closed(),
    ),
    "its only item says nothing": (saying(items="- [ ] ???"), CHANGED, POLICY, closed()),
    "its purpose says nothing": (saying(purpose="..."), CHANGED, POLICY, closed()),
    "it has neither items nor a purpose": (saying(where="app.py"), CHANGED, POLICY, closed()),
    "it was labelled before": (LABELLED, SAME, POLICY, skipped(LEFT_OPEN)),
    "it was labelled before, and people did not work on it": (
        marked(UNTICKED, labels=LABELLED.marker.labels),
        SAME,
        POLICY,
        closed(),
    ),
    "orphans get a label": (UNTICKED, CHANGED, LABELLING, labelled(worked_on=False)),
    "orphans have a label": (
        marked(UNTICKED, labels=LABELLED.marker.labels),
        CHANGED,
        LABELLING,
        skipped(f"{GONE}; left open"),
    ),
    "orphans are kept": (UNTICKED, CHANGED, KEEPING, skipped(f"{GONE}; kept as configured")),
}


@pytest.mark.parametrize("case", WHAT_HAPPENS)
def test_what_happens_to_a_ticket_that_no_task_asks_for(case: str) -> None:
    ticket, text, policy, change = WHAT_HAPPENS[case]
    assert orphans_of(ticket, text, policy) == (change,)
    doubt = "it may be a renamed task"
    assert orphans_of(ticket, text, policy, {BOXES.key: doubt}) == (skipped(doubt),)
    leaving = replace(WITHOUT, dropped=frozenset({BOXES.key}))
    assert orphans_of(ticket, text, policy, {BOXES.key: doubt}, leaving) == (skipped(doubt),)


def test_a_ticket_is_no_orphan_once_it_is_closed_or_a_task_asks_for_it() -> None:
    assert orphans_of(replace(UNTICKED, ticket=replace(UNTICKED.ticket, state=State.CLOSED))) == ()
    assert orphans_of(UNTICKED, wanted=plan(STORE, BOXES)) == ()


def test_what_the_document_drops_goes_whatever_it_says() -> None:
    reason = "the document says that it is not to be done"
    dropping = replace(WITHOUT, dropped=frozenset({BOXES.key}))
    assert orphans_of(UNTICKED, MapText("saysant", False), wanted=dropping) == (closed(Why.DROPPED, reason),)
    assert orphans_of(SENDER, wanted=dropping) == (labelled(Why.DROPPED, reason),)


def test_of_a_unit_of_specs_it_is_known_what_is_a_task() -> None:
    unit = replace(WITHOUT, leaves=(("1", "Build it"),))
    assert orphans_of(UNTICKED, MapText("saysant", True), wanted=unit) == (closed(),)


TAKER = task("Taker", sections={"items": "- [ ] Mails are sent once\n- [ ] Ant"})
TAKEN = plan(STORE, TAKER)
MOVED = "all of its items are in other tickets now"
HIDDEN = WHAT_HAPPENS["settings hide it"][3]


def test_a_ticket_all_of_whose_items_moved_goes_and_its_ticks_are_no_work_on_it() -> None:
    moving = partial(orphans_of, wanted=TAKEN, created=[TAKER])
    assert moving(SENDER) == (closed(Why.MOVED, MOVED),)
    assert moving(SENDER, SAME, edition=EDITION - 1) == (closed(Why.MOVED, MOVED),)
    assert moving(COMMENTED) == (labelled(Why.MOVED, MOVED),)
    doubt = {BOXES.key: "it may be a renamed task"}
    assert moving(SENDER, doubtful=doubt) == (skipped("it may be a renamed task"),)


def test_a_tick_that_does_not_move_is_work_on_the_ticket_and_is_named() -> None:
    """Another ticket had the box before, or two have it, or the document lost it."""
    had_it = held(TAKER, "4")
    alone = f'{MOVED}, but people worked on it; "Mails are sent once" is ticked here and open in ticket 4'
    change = replace(labelled(Why.MOVED, MOVED), reason=alone)
    assert orphans_of(SENDER, wanted=TAKEN, others=(had_it,)) == (change,)
    ticked_there = held(replace(TAKER, sections=BOXES.sections[1:]), "4")
    assert orphans_of(SENDER, wanted=TAKEN, others=(ticked_there,)) == (closed(Why.MOVED, MOVED),)
    two = (TAKER, replace(TAKER, key=key("Second")))
    assert orphans_of(SENDER, wanted=plan(*two), created=two) == (labelled(Why.MOVED, MOVED),)
    still_open = replace(had_it, ticket=replace(had_it.ticket, number="5"))
    second = marked(still_open, key=key("Second"))
    both = (ticked_there, second)
    assert orphans_of(SENDER, wanted=plan(*two), others=both) == (closed(Why.MOVED, MOVED),)
    half = task("Taker", sections={"items": "- [ ] Ant"})
    assert orphans_of(SENDER, wanted=plan(half), created=[half]) == (labelled(Why.MOVED, MOVED),)
    assert orphans_of(UNTICKED, wanted=TAKEN, others=(had_it,)) == (closed(Why.MOVED, MOVED),)


def test_settings_move_no_item() -> None:
    assert orphans_of(SENDER, SAME, wanted=TAKEN, created=[TAKER]) == (HIDDEN,)


def test_an_item_that_the_map_lost_need_not_be_elsewhere() -> None:
    half = task("Taker", sections={"items": "- [ ] Mails are sent once"})
    moving = partial(orphans_of, SENDER, wanted=plan(STORE, half), created=[half])
    assert moving() == (closed(Why.MOVED, MOVED),), "what is not ticked may be lost"
    assert moving(MapText("saysant", True)) == (skipped(ONCE_MORE),)


def test_nothing_moves_to_a_ticket_that_a_person_closed() -> None:
    taker = held(TAKER, "4")
    assert orphans_of(UNTICKED, wanted=TAKEN, others=(taker,)) == (closed(Why.MOVED, MOVED),)
    done = replace(taker, ticket=replace(taker.ticket, state=State.CLOSED))
    assert orphans_of(UNTICKED, wanted=TAKEN, others=(done,)) == (closed(),)
    assert orphans_of(SENDER, wanted=TAKEN, others=(done,)) == (labelled(),)
    by_us = marked(done, state="closed")
    assert orphans_of(UNTICKED, wanted=TAKEN, others=(by_us,)) == (closed(Why.MOVED, MOVED),)


def test_nothing_moves_to_a_task_without_a_ticket() -> None:
    assert orphans_of(SENDER, wanted=TAKEN) == (labelled(),)
    assert orphans_of(SENDER, MapText("mailsaresentonce", True), wanted=TAKEN) == (skipped(ONCE_MORE),)


def test_a_tick_stays_where_its_box_went_to_a_task_whose_ticket_was_deleted() -> None:
    sent, stored, counted = (
        {"items": f"- [ ] {each}"}
        for each in ("Mails are sent once", "Tokens expire at night", "A third failure locks")
    )
    tracker = MemoryTracker()
    push(tracker, plan(task("Sender", sections=sent), task("Store", sections=stored)))
    tracker.edit("2", body=tracker.tickets["2"].body.replace("[ ]", "[x]"))
    del tracker.tickets["3"]
    exchanged, text = plan(task("Store", sections=sent), task("Ledger", sections=counted)), f"{sent} {counted}"
    assert ONCE_MORE in reasons(planned(tracker, exchanged, text=text))
    push(tracker, exchanged, text=text)
    assert tracker.tickets["2"].state is State.OPEN
    push(tracker, exchanged, replace(POLICY, recreate=frozenset({key("Store")})), text)
    assert "- [x] Mails are sent once" in state(tracker)[key("Store")].body


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ("", ""),
        ("A", '; "Number A holds" is ticked here and open in ticket 4'),
        ("AB", '; "Number A holds" is ticked here and open in ticket 4, as is 1 more'),
        ("ABC", '; "Number A holds" is ticked here and open in ticket 4, as are 2 more'),
    ],
)
def test_a_ticket_that_stays_says_which_of_its_ticks_are_open_elsewhere(items: str, said: str) -> None:
    open_boxes = "\n".join(f"- [ ] Number {each} holds" for each in items)
    taker = task("Taker", sections={"items": open_boxes or "- [ ] Something else"})
    ticket = saying(items=(open_boxes or "- [ ] It holds").replace("[ ]", "[x]"))
    there = held(taker, "4")
    assert orphans_of(ticket, policy=KEEPING, wanted=plan(taker), others=(there,)) == (
        skipped(f"{MOVED if items else GONE}; kept as configured{said}"),
    )
    going = labelled(Why.MOVED, MOVED) if items else labelled()
    going = replace(going, reason=f"{going.reason}{said}")
    assert orphans_of(ticket, wanted=plan(taker), others=(there,)) == (going,)


def edited(ticket: Held, before: str, after: str) -> Held:
    """A ticket after somebody edited its text."""
    assert before in ticket.ticket.body
    return rehold(replace(ticket.ticket, body=ticket.ticket.body.replace(before, after)))


TWO_PARTS = held(task("Sender", sections={"purpose": "Sends.", "where": "app.py", "detail": ""}), "3")
WORK: dict[str, tuple[Held, bool]] = {
    "nothing": (TWO_PARTS, True),
    "a comment": (replace(TWO_PARTS, ticket=replace(TWO_PARTS.ticket, comments=1)), False),
    "somebody assigned": (replace(TWO_PARTS, ticket=replace(TWO_PARTS.ticket, assignees=frozenset({"ada"}))), False),
    "a status": (replace(TWO_PARTS, ticket=replace(TWO_PARTS.ticket, started=True)), False),
    "a reopening": (marked(TWO_PARTS, state="closed"), False),
    "closed by us": (
        marked(replace(TWO_PARTS, ticket=replace(TWO_PARTS.ticket, state=State.CLOSED)), state="closed"),
        True,
    ),
    "a section": (edited(TWO_PARTS, "app.py", "web.py"), False),
    "a section less": (edited(TWO_PARTS, "### Where\n\napp.py\n\n", ""), False),
    "an empty section less": (edited(TWO_PARTS, "### Detail\n\n\n\n", ""), True),
    "a text above": (edited(TWO_PARTS, "<!-- techmap-sync begin", "Ask Ada\n<!-- techmap-sync begin"), False),
    "a text below": (replace(TWO_PARTS, block=replace(TWO_PARTS.block, after="Ask Ada")), False),
    "blank lines": (replace(TWO_PARTS, block=replace(TWO_PARTS.block, before=" \n", after="\n\n")), True),
    "a tick": (SENDER, False),
}


@pytest.mark.parametrize("what", WORK)
def test_what_people_do_with_a_ticket_is_work_on_it(what: str) -> None:
    ticket, free = WORK[what]
    assert orphans.untouched(ticket, POLICY) is free


def test_a_box_that_is_ticked_elsewhere_too_is_no_work_on_a_ticket() -> None:
    both = held(replace(BOXES, sections=BOXES.sections[1:]), "3")
    assert [orphans.untouched(both, POLICY, {*ticks}) for ticks in ([], ["Ant"], ["Mails are sent once", "Ant"])] == [
        False,
        False,
        True,
    ]


def test_an_earlier_run_let_go_what_has_the_label() -> None:
    holdings = holdings_of(Ledger(), LABELLED, held(STORE, "2"))
    assert orphans.let_go_earlier({BOXES.key, STORE.key, key("Unknown")}, holdings, POLICY) == {BOXES.key}


# --- copies ---


def copy_of(of: str, number: str = "9", ticket: Held = UNTICKED, **changed: object) -> tuple[Held, str]:
    return replace(ticket, ticket=replace(ticket.ticket, number=number, **changed)), of  # type: ignore[arg-type]


CLOSING_COPIES = replace(POLICY, close_copies=True)
OF_THREE, OF_RENAMED = "a copy of ticket 3", "a copy of a ticket that was renamed since"
SAYS_HOW = "close it, or remove the marker from its text"


def closed_copy(copy: tuple[Held, str], why: Why, reason: str) -> Close:
    ticket, original = copy
    return replace(closed(why, reason, ticket), close_reason=CloseReason.DUPLICATE, ending=Ending(why, original))


UNTOUCHED_COPY, TICKED_COPY, OLD_COPY = copy_of("3"), copy_of("3", ticket=SENDER), copy_of("")
FOREIGN, OLD_TICKED = copy_of("3", standing=Standing.MEMBER), copy_of("", ticket=SENDER)
COPIES: dict[str, tuple[tuple[Held, str], SyncPolicy, Change]] = {
    "reported": (UNTOUCHED_COPY, POLICY, skipped(f"{OF_THREE}; {SAYS_HOW}", UNTOUCHED_COPY[0])),
    "closed": (UNTOUCHED_COPY, CLOSING_COPIES, closed_copy(UNTOUCHED_COPY, Why.COPY, OF_THREE)),
    "ticked as the original": (TICKED_COPY, CLOSING_COPIES, closed_copy(TICKED_COPY, Why.COPY, OF_THREE)),
    "without an original": (OLD_COPY, CLOSING_COPIES, closed_copy(OLD_COPY, Why.OLD_COPY, OF_RENAMED)),
    "ticked without an original": (OLD_TICKED, CLOSING_COPIES, skipped(f"{OF_RENAMED}; {SAYS_HOW}", OLD_TICKED[0])),
    "of another account": (FOREIGN, CLOSING_COPIES, skipped(f"{OF_THREE}; {SAYS_HOW}", FOREIGN[0])),
}


@pytest.mark.parametrize("case", COPIES)
def test_an_untouched_copy_of_our_own_is_closed_on_request_and_any_other_reported(case: str) -> None:
    copy, policy, change = COPIES[case]
    second = copy_of("3", "10", state=State.CLOSED)
    holdings = holdings_of(Ledger(), SENDER, copies=(second, copy))
    assert tuple(orphans.copy_changes(holdings, policy)) == (change,)


@pytest.mark.parametrize(
    ("spec", "change"),
    [
        (BOXES, COPIES["ticked as the original"][2]),
        (task("Other"), COPIES["ticked as the original"][2]),
        (task("Sender", sections={"items": "- [ ] Ant"}), skipped(f"{OF_THREE}; {SAYS_HOW}", TICKED_COPY[0])),
    ],
    ids=["keeps its boxes", "is asked for by no task", "loses the box"],
)
def test_a_tick_does_not_count_that_the_original_loses_in_this_run(spec: TaskSpec, change: Change) -> None:
    holdings = holdings_of(Ledger(), SENDER, copies=(TICKED_COPY,))
    assert tuple(orphans.copy_changes(holdings, CLOSING_COPIES, plan(spec))) == (change,)
    left = replace(plan(spec), is_left=True)
    assert tuple(orphans.copy_changes(holdings, CLOSING_COPIES, left)) == (COPIES["ticked as the original"][2],)
