"""Tickets that an earlier release wrote in another form: left alone, and brought up to date when somebody asks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.changes import Action
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tracker import State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, TRACKING, key, plan, task
from tests.sync.drive import key_of, planned, push

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


def test_what_the_earlier_release_did_not_finish_is_finished(tracker: MemoryTracker) -> None:
    more = task("sender", "Create Sender")
    assert key("sender") in writes(tracker, replace(TODAY, tasks=(*TODAY.tasks, more)))


def test_what_people_deleted_is_no_reason_to_write(tracker: MemoryTracker) -> None:
    del tracker.tickets[number_of(tracker, key("tokenstore"))]
    assert writes(tracker, TODAY) == []
