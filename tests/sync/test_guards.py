"""Guards refuse before the first write, and name the number, the limit and the flag."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import ChangeSet, edit_digests
from techmap_sync.sync.changes import Action, Change, Create
from techmap_sync.sync.guards import (
    audience_refusals,
    conflict_refusal,
    read_reviewed,
    side_branch_refusal,
    stale_plan_refusal,
)
from techmap_sync.sync.match import Audience, Origin
from techmap_sync.sync.observe import observe
from techmap_sync.sync.policy import Descent, OnConflict, SideBranch
from techmap_sync.sync.tracker import State, Visibility
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, STORE, THREE, origin, plan, task
from tests.sync.drive import allowing, planned, push, reasons, retired, several
from tests.sync.test_moves import some_map

LIMITS = replace(POLICY.limits, max_creates=2, max_updates=2, max_few=1)


STRICT = replace(POLICY, limits=LIMITS)


MORE = plan(*(task(f"Part{n}", sections={"purpose": f"{n}" * 30}) for n in range(3)))


GUARDS = {
    "creates": (None, MORE, "4 tickets to create, the limit is 2; push --allow creates"),
    "updates": (
        THREE,
        plan(*(replace(t, title=f"{t.title}!") for t in THREE.tasks)),
        "4 tickets to update, the limit is 2",
    ),
    "retitles": (
        THREE,
        plan(*(replace(t, title=f"{t.title}!") for t in THREE.tasks)),
        "3 of 3 tickets to retitle, the limit is 1",
    ),
    "closes": (THREE, plan(STORE), "2 of 3 open tickets to close, the limit is 1; push --allow closes"),
}


def test_several_tickets_gone_at_once_are_refused(tracker: MemoryTracker) -> None:
    del tracker.tickets["2"], tracker.tickets["3"]
    assert not planned(tracker, THREE).writes
    assert "2 tickets of the ledger are gone at once" in reasons(planned(tracker, THREE))
    assert planned(tracker, THREE, allowing("gone")).writes


def test_an_old_commit_run_again_is_refused(tracker: MemoryTracker) -> None:
    older = replace(origin("older text"), commit="0ld", commit_time="2025-01-01T00:00:00+00:00")
    change_set = planned(tracker, plan(STORE), where=older)
    assert not change_set.writes
    assert "push --allow older" in reasons(change_set)


def test_an_old_commit_does_not_retire_a_map_that_was_written_from_a_newer_one(tracker: MemoryTracker) -> None:
    found = observe(tracker, [THREE], POLICY)
    older = Origin("docs/login.md", commit="0ld", commit_time="2025-01-01T00:00:00+00:00")
    going = retired(tracker, found, older)
    assert not going.writes
    assert going.refusals[0].partition("; ")[0].endswith("this one is of 2025-01-01T00:00:00+00:00")


def test_an_old_commit_does_not_bring_back_a_map_that_was_retired_since(tracker: MemoryTracker) -> None:
    found = observe(tracker, [THREE], POLICY)
    newer = Origin("docs/login.md", commit="new", commit_time="2026-06-01T00:00:00+00:00")
    going = retired(tracker, found, newer)
    list(apply(ChangeSet(tracker.name, (going,)), tracker, POLICY))
    assert {ticket.state for ticket in tracker.tickets.values()} == {State.CLOSED}
    assert not planned(tracker, THREE).writes
    assert "push --allow older" in reasons(planned(tracker, THREE))


@pytest.mark.parametrize("guard", GUARDS)
def test_each_guard_refuses_before_the_first_write_and_names_number_limit_and_flag(guard: str) -> None:
    before, after, said = GUARDS[guard]
    tracker = MemoryTracker()
    if before is not None:
        push(tracker, before)
    tracker.requests.clear()
    assert said in reasons(planned(tracker, after, STRICT))
    push(tracker, after, STRICT)
    assert not tracker.writes
    lifted = replace(STRICT, allowed=frozenset(GUARDS))
    assert planned(tracker, after, lifted).writes


CONFLICT = plan(task("Store", sections={"purpose": "The map says this now."}), task("Sender", title="Send it all"))


def conflict() -> MemoryTracker:
    tracker = MemoryTracker()
    push(tracker, plan(task("Store"), task("Sender")))
    tracker.edit("2", body=tracker.tickets["2"].body.replace("What Store is for.", "My own words."))
    tracker.requests.clear()
    return tracker


def test_on_conflict_keep_keeps_the_humans_value_and_writes_the_rest() -> None:
    tracker = conflict()
    push(tracker, CONFLICT, replace(POLICY, on_conflict=OnConflict.KEEP))
    assert "My own words." in tracker.tickets["2"].body
    assert tracker.tickets["3"].title == "Send it all"


def test_on_conflict_overwrite_writes_the_maps_value() -> None:
    tracker = conflict()
    push(tracker, CONFLICT, replace(POLICY, on_conflict=OnConflict.OVERWRITE))
    assert "The map says this now." in tracker.tickets["2"].body
    assert tracker.tickets["3"].title == "Send it all"


def test_on_conflict_fail_writes_nothing_and_says_so_in_the_plan() -> None:
    tracker, policy = conflict(), replace(POLICY, on_conflict=OnConflict.FAIL)
    shown = planned(tracker, CONFLICT, policy)
    assert "1 field was" in shown.maps[0].refusals[0]
    assert not list(apply(shown, tracker, policy))
    assert not tracker.writes


def test_on_conflict_fail_stops_the_other_maps_too() -> None:
    tracker, policy = conflict(), replace(POLICY, on_conflict=OnConflict.FAIL)
    shown = several(tracker, CONFLICT, some_map("beta", "Report"), policy=policy)
    assert not shown.writes
    assert all(each.refusals for each in shown.maps)


def test_on_conflict_fail_lets_pass_what_is_no_conflict() -> None:
    tracker, policy = conflict(), replace(POLICY, on_conflict=OnConflict.FAIL)
    assert planned(tracker, plan(task("Store"), task("Sender", title="Send it all")), policy).writes


BRANCH = SideBranch("the branch fix", "main")


@pytest.mark.parametrize(("default", "next_step"), [("main", "plan shows"), ("", "git remote set-head")])
def test_a_side_branch_is_refused_with_the_way_out(default: str, next_step: str) -> None:
    refused = side_branch_refusal(replace(BRANCH, default_branch=default))
    assert refused is not None
    assert next_step in refused.hint
    assert "--allow branch" in refused.hint
    assert ("follow main" in refused.what) is bool(default)


def test_the_default_branch_is_not_refused() -> None:
    assert side_branch_refusal(None) is None


PUBLIC, INTERNAL, PRIVATE = Visibility.PUBLIC, Visibility.INTERNAL, Visibility.PRIVATE


@pytest.mark.parametrize(
    ("maps", "tickets", "is_refused"),
    [
        (PRIVATE, PUBLIC, True),
        (PRIVATE, INTERNAL, True),
        (INTERNAL, PUBLIC, True),
        (None, PUBLIC, True),
        (PUBLIC, PUBLIC, False),
        (INTERNAL, INTERNAL, False),
        (PUBLIC, INTERNAL, False),
        (None, PRIVATE, False),
        (PRIVATE, None, False),
    ],
)
def test_tickets_that_more_people_can_read_than_the_map_are_refused(
    maps: Visibility | None, tickets: Visibility | None, is_refused: bool
) -> None:
    reasons = audience_refusals(Audience("team/tickets", tickets, "team/maps", maps))
    assert bool(reasons) is is_refused
    for reason in reasons:
        assert reason.startswith("team/tickets is ")
        assert ("cannot be seen there" in reason) is (maps is None)
        assert "allow_public = true" in reason


def test_where_nothing_is_known_of_readers_nothing_is_refused() -> None:
    assert audience_refusals(None) == ()


def rows(change_set: ChangeSet) -> list[dict[str, object]]:
    """The changes as a plan file holds them."""
    found = []
    for change in change_set.changes:
        row: dict[str, object] = {"action": change.action.value, "key": change.key, "target": change.target}
        if isinstance(change, Create):
            row["assignees"] = list(change.assignees)
        found.append(row | {"edits": edit_digests(change)} if change.action is Action.UPDATE else row)
    return found


def stale(change_set: ChangeSet, shown: list[dict[str, object]]) -> str:
    plan = read_reviewed({"tracker": "memory", "changes": shown})
    refused = stale_plan_refusal(change_set, plan, "plan.json")
    return refused.what if refused else ""


ANNS = plan(replace(STORE, assignees=("Ann", "ben")))


def test_a_plan_allows_just_what_it_shows() -> None:
    change_set = planned(MemoryTracker(), ANNS)
    shown = rows(change_set)
    assert stale(change_set, shown) == ""
    for number, row in enumerate(shown):
        if row["action"] == "create":
            assert "does not show 1 change (create " in stale(change_set, shown[:number] + shown[number + 1 :])


def test_a_plan_that_shows_nothing_names_three_changes() -> None:
    reason = stale(planned(MemoryTracker(), THREE), [])
    assert f"does not show {len(planned(MemoryTracker(), THREE).writes)} changes" in reason
    assert reason.count("create ") == 3


def test_whom_a_plan_does_not_name_nobody_assigns() -> None:
    change_set = planned(MemoryTracker(), ANNS)
    shown = rows(change_set)
    create = next(row for row in shown if row["key"] == STORE.key)
    assert stale(change_set, [row | {"assignees": ["ANN", "Ben"]} if row is create else row for row in shown]) == ""
    for others in ([], None, ["Ann"], ["Ann", "cy"]):
        changed = [row | {"assignees": others} if row is create else row for row in shown]
        assert "does not show 1 change" in stale(change_set, changed)


def test_each_field_of_an_update_must_be_shown_as_it_will_be(tracker: MemoryTracker) -> None:
    change_set = planned(tracker, plan(replace(STORE, title="Build Store"), *THREE.tasks[1:]))
    shown = rows(change_set)
    assert stale(change_set, shown) == ""
    update = next(row for row in shown if row["key"] == STORE.key)
    name, before, after = next(edit for edit in edit_digests(update_of(change_set)) if edit[0] == "title")
    for edit in ((name, before, "another"), (name, "another", after), ("purpose", before, after)):
        changed = [row | {"edits": [edit]} if row is update else row for row in shown]
        assert "does not show 1 change" in stale(change_set, changed)
    assert "does not show 1 change" in stale(change_set, [row | {"key": "other"} for row in shown if row is update])


def test_a_ledger_needs_no_review_of_its_own(tracker: MemoryTracker) -> None:
    change_set = planned(tracker, plan(replace(STORE, title="Build Store"), *THREE.tasks[1:]))
    without = [
        row | {"edits": [edit for edit in row["edits"] if edit[0] != "ledger"]}  # type: ignore[attr-defined]
        for row in rows(change_set)
    ]
    ledger = ("ledger", "", "")
    assert stale(change_set, without) == ""
    assert read_reviewed({"tracker": "memory", "changes": [without[0] | {"edits": [ledger]}]}).allowed == frozenset()


@pytest.mark.parametrize("document", [{}, {"changes": []}, {"tracker": "memory", "changes": [{}]}])
def test_what_is_no_plan_file_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(LookupError):
        read_reviewed(document)


def update_of(change_set: ChangeSet) -> Change:
    return next(change for change in change_set.changes if change.key == STORE.key)


def test_a_conflict_is_an_error_where_it_is_asked_for(tracker: MemoryTracker) -> None:
    changed = plan(replace(STORE, title="Build Store"), *THREE.tasks[1:])
    assert conflict_refusal(planned(tracker, changed)) is None
    tracker.edit("2", title="My own words")
    refused = conflict_refusal(planned(tracker, changed))
    assert refused is not None
    assert refused.what.startswith("1 field changed")
    assert "--resolve tracker KEY" in refused.hint
    tracker.edit("3", title="My words too")
    both = plan(replace(STORE, title="Build Store"), replace(THREE.tasks[1], title="Build it"), THREE.tasks[2])
    refused = conflict_refusal(planned(tracker, both))
    assert refused is not None
    assert refused.what.startswith("2 fields changed")


@pytest.mark.parametrize(
    ("descent", "is_refused"),
    [(Descent.BEFORE, True), (Descent.AFTER, False), (Descent.UNKNOWN, False)],
)
def test_what_git_says_of_a_commit_comes_before_its_time(
    tracker: MemoryTracker, descent: Descent, is_refused: bool
) -> None:
    newer = replace(
        origin("other text"),
        commit="f00d",
        commit_time="2027-01-01T00:00:00+00:00",
        descent_from=lambda _: descent,
    )
    changed = planned(tracker, plan(replace(STORE, title="Build Store"), *THREE.tasks[1:]), where=newer)
    assert (not changed.writes) is is_refused
    assert ("which came after this one" in reasons(changed)) is is_refused


def test_a_title_that_changes_only_with_the_name_of_the_map_is_not_retitled(tracker: MemoryTracker) -> None:
    limits = replace(POLICY, limits=replace(POLICY.limits, max_few=1))
    for named_by_map in (True, False):
        retitled = plan(*(replace(t, title=f"{t.title}: Login", named_by_map=named_by_map) for t in THREE.tasks))
        assert bool(planned(tracker, retitled, limits).writes) is named_by_map
