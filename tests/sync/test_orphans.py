"""What a closed ticket says of its closing, and what becomes of it when people or the map think otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.sync.changes import Action
from techmap_sync.sync.decide import DecidedMap
from techmap_sync.sync.match import OtherMaps
from techmap_sync.sync.observe import observe
from techmap_sync.sync.policy import OrphanPolicy
from techmap_sync.sync.tracker import Capabilities, CloseReason, State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import MAP, POLICY, plan, task
from tests.sync.drive import decided, planned, push, shown

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


def missing(listed: set[str] | None, there: str = "", source: str = "") -> tuple[DecidedMap, ...]:
    """What a run that reads no map says of one that has tickets; its file may be there under another path."""
    tracker = MemoryTracker()
    push(tracker, BOTH)
    policy = replace(POLICY, source=source) if source else POLICY
    other_maps = OtherMaps(lambda _: False, file_of=lambda _id, _path: there, listed_ids=listed)
    found = observe(tracker, [], policy)
    return decided([], found, tracker.capabilities, policy, other_maps).missing


def test_a_map_whose_file_is_gone_is_named_with_the_way_to_retire_it() -> None:
    (only,) = missing(set())
    assert (only.changes.map_id, only.changes.path, only.changes.approved) == (MAP, "docs/login.md", False)
    assert [f"--retire {MAP}" in reason for reason in only.changes.reasons] == [True]
    assert only.file_elsewhere == ""
    assert only.tickets.desired.lost
    assert only.tickets.desired.reasons == only.changes.reasons
    assert only.tickets.holdings.tickets.keys() == {STORE.key, TESTS.key}


def test_a_map_whose_file_may_be_elsewhere_is_named_with_the_way_to_read_it() -> None:
    (only,) = missing(set(), "plans/login.md")
    assert (only.changes.path, only.file_elsewhere) == ("plans/login.md", "plans/login.md")
    assert only.tickets.desired.origin.path == "plans/login.md"
    (reason,) = only.changes.reasons
    assert "plans/login.md" in reason
    assert "setting maps" in reason
    assert "--retire" not in reason


@pytest.mark.parametrize(("listed", "source"), [(None, ""), ({MAP}, ""), (set(), "example.org/team/other")])
def test_only_a_map_of_this_repository_that_no_run_reads_is_missing(listed: set[str] | None, source: str) -> None:
    assert missing(listed, source=source) == ()
