"""What goes wrong in public, one named test each: nothing is made, closed or rewritten wrongly, and it is said why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.planning.task import Section
from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import ChangeSet
from techmap_sync.sync.changes import Action
from techmap_sync.sync.match import Origin
from techmap_sync.sync.observe import observe
from techmap_sync.sync.policy import Side, SyncPolicy
from techmap_sync.sync.tracker import Standing, State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, TRACKING, key, origin, plan, section, task, under_another_id
from tests.sync.drive import planned, push, retired, shown

STORE, SERVICE, TESTS = task("Store"), task("Service"), task("Tests")
THREE = plan(STORE, SERVICE, TESTS)
FOUR = plan(STORE, SERVICE, TESTS, task("Mailer"))


@pytest.fixture
def tracker() -> MemoryTracker:
    tracker = MemoryTracker()
    push(tracker, THREE)
    tracker.requests.clear()
    return tracker


def reasons(change_set: ChangeSet) -> str:
    refusals = [refusal for each in change_set.maps for refusal in each.refusals]
    return "\n".join([*refusals, *(change.reason for change in change_set.changes)])


def allowing(guard: str) -> SyncPolicy:
    return replace(POLICY, allowed=frozenset({guard}))


def test_a_stranger_who_forges_a_marker_is_neither_adopted_nor_doubled(tracker: MemoryTracker) -> None:
    forged = tracker.tickets["2"].body.replace("component/Store", "component/New")
    tracker.tickets["9"] = replace(
        tracker.tickets["2"], number="9", body=forged, author="mallory", standing=Standing.STRANGER
    )
    change_set = planned(tracker, plan(STORE, SERVICE, TESTS, task("New")))
    assert (Action.SKIP, key("New")) in shown(change_set.changes)
    assert "mallory" in reasons(change_set)
    assert "trusted_authors" in reasons(change_set)


def test_tickets_that_another_account_of_ours_wrote_are_found_through_the_trusted_name(tracker: MemoryTracker) -> None:
    for number in tracker.tickets:
        tracker.edit(number, author="old-bot", standing=Standing.STRANGER)
    assert Action.CREATE not in {
        c.action for c in planned(tracker, THREE, replace(POLICY, trusted_authors=frozenset({"old-bot"}))).changes
    }


def test_the_same_map_from_another_source_is_refused(tracker: MemoryTracker) -> None:
    change_set = planned(tracker, THREE, replace(POLICY, source="example.org/other/repo"))
    assert not change_set.writes
    assert 'set source = "example.org/team/app"' in reasons(change_set)


def test_two_sources_in_one_tracker_do_not_touch_each_other(tracker: MemoryTracker) -> None:
    """Two repositories, one project with all their tickets: each sees its own, and the other's as a stranger's."""
    before, other = dict(tracker.tickets), replace(POLICY, source="example.org/team/shop")
    orders = under_another_id(plan(task("Cart", sections={"purpose": "Holds goods."})), "orders")
    push(tracker, orders, other)
    assert {number: tracker.tickets[number] for number in before} == before
    assert len(tracker.tickets) == len(before) + 2
    assert not planned(tracker, THREE).changes
    assert not planned(tracker, orders, other).changes


def test_tickets_that_an_older_template_wrote_are_not_rewritten(tracker: MemoryTracker) -> None:
    newer = plan(*(replace(t, sections=tuple(reworded(s) for s in t.sections)) for t in THREE.tasks))
    change_set = planned(tracker, newer, text=repr(THREE))
    assert not change_set.changes
    assert planned(tracker, newer, replace(POLICY, refresh=True), text=repr(THREE)).writes, "--refresh writes it"


def reworded(section: Section) -> Section:
    return replace(section, text=f"In short: {section.text}")


def test_a_broken_marker_releases_the_ticket_and_says_so(tracker: MemoryTracker) -> None:
    tracker.edit("2", body=tracker.tickets["2"].body.replace('"schema":1', '"schema":'))
    change_set = planned(tracker, THREE)
    assert not change_set.writes
    assert "ticket 2 was released: its marker is damaged" in reasons(change_set)
    assert "--rebind login/component/Store=2 binds it again" in reasons(change_set)
    assert "--recreate login/component/Store makes a new one" in reasons(change_set)


def test_a_doubled_block_is_human_owned(tracker: MemoryTracker) -> None:
    tracker.edit("2", body=f"{tracker.tickets['2'].body}\n{tracker.tickets['2'].body}")
    assert "its block is not intact" in reasons(planned(tracker, THREE))
    assert not planned(tracker, THREE).writes


def test_an_empty_listing_is_refused_by_the_servers_own_count(tracker: MemoryTracker) -> None:
    tracker.unlisted = set(tracker.tickets)
    assert not planned(tracker, THREE).writes
    assert "the listing holds 0 tickets, the server counts 4" in reasons(planned(tracker, THREE))


def test_an_empty_listing_without_a_count_is_refused_by_our_own_tickets(tracker: MemoryTracker) -> None:
    tracker.unlisted, tracker.counts = set(tracker.tickets), False
    assert not planned(tracker, THREE).writes
    assert "4 tickets of ours exist without the label techmap" in reasons(planned(tracker, THREE))


def test_a_page_that_is_missing_is_filled_by_number(tracker: MemoryTracker) -> None:
    tracker.unlisted, tracker.counts = {"3", "4"}, False
    assert not planned(tracker, THREE).changes


def test_a_managed_label_that_was_renamed_is_refused(tracker: MemoryTracker) -> None:
    for number, ticket in tracker.tickets.items():
        tracker.edit(number, labels=ticket.labels - {"techmap"} | {"tech-map"})
    assert not planned(tracker, THREE).writes
    assert "was the label renamed?" in reasons(planned(tracker, THREE))


def test_a_map_that_is_renamed_while_the_label_is_gone_is_refused_too(tracker: MemoryTracker) -> None:
    copy = replace(tracker.tickets["2"], number="9", author="ada", standing=Standing.MEMBER)
    for number, ticket in tracker.tickets.items():
        tracker.edit(number, labels=ticket.labels - {"techmap"})
    tracker.tickets["9"] = copy
    assert not planned(tracker, under_another_id(THREE)).writes
    assert "4 tickets of ours exist without the label techmap (1, 2, 3); was the label renamed?" in reasons(
        planned(tracker, under_another_id(THREE))
    )


def test_a_managed_label_that_a_human_took_off_one_ticket_loses_nothing(tracker: MemoryTracker) -> None:
    tracker.edit("2", labels=tracker.tickets["2"].labels - {"techmap"})
    assert not planned(tracker, THREE).writes
    assert f"kept: labels -techmap; push --resolve map {STORE.key}" in reasons(planned(tracker, THREE))
    push(tracker, THREE, replace(POLICY, resolve={STORE.key: Side.MAP}))
    assert "techmap" in tracker.tickets["2"].labels
    assert not planned(tracker, THREE).changes


def test_a_deleted_ticket_is_not_made_again_but_on_purpose(tracker: MemoryTracker) -> None:
    del tracker.tickets["2"]
    assert shown(planned(tracker, THREE).writes) == [(Action.UPDATE, TRACKING)]
    push(tracker, THREE)
    assert not planned(tracker, THREE).writes
    assert f"push --recreate {STORE.key} makes a new one" in reasons(planned(tracker, THREE))
    on_purpose = replace(POLICY, recreate=frozenset({STORE.key}))
    assert (Action.CREATE, STORE.key) in shown(planned(tracker, THREE, on_purpose).writes)
    push(tracker, THREE, on_purpose)
    assert not planned(tracker, THREE).changes


def test_a_ticket_that_is_made_anew_gets_its_links_anew(tracker: MemoryTracker) -> None:
    linked = plan(STORE, replace(SERVICE, blocked_by=(STORE.key,)), TESTS)
    push(tracker, linked)
    del tracker.tickets["2"]
    push(tracker, linked, replace(POLICY, recreate=frozenset({STORE.key})))
    assert tracker.tickets["5"].parent == "1"
    assert tracker.tickets["3"].blocked_by is not None
    assert "5" in tracker.tickets["3"].blocked_by


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


def test_the_path_of_a_map_that_the_next_feature_uses_again_takes_no_ticket_from_it(tracker: MemoryTracker) -> None:
    """Same file, same place, another feature: its tickets are new, and those of the first map stay as they are."""
    before = dict(tracker.tickets)
    works = (task("Invoice", sections={"purpose": "Bills."}), task("Sum", sections={"purpose": "Adds."}))
    billing = under_another_id(plan(*works), "billing")
    push(tracker, billing)
    assert {number: tracker.tickets[number] for number in before} == before
    assert len(tracker.tickets) == len(before) + 3


def test_a_tracking_ticket_without_its_label_or_with_a_broken_marker_is_not_doubled(tracker: MemoryTracker) -> None:
    whole = tracker.tickets["1"]
    tracker.edit("1", labels=whole.labels - {"techmap"})
    assert not planned(tracker, THREE).writes
    assert "changed by a human, kept: labels" in reasons(planned(tracker, THREE))
    tracker.edit("1", labels=whole.labels, body=whole.body.replace('"schema":1', '"schema":'))
    assert not planned(tracker, THREE).writes
    assert "the tracking ticket 1 was released: its marker is damaged" in reasons(planned(tracker, THREE))


def test_a_copy_of_the_tracking_ticket_does_not_take_over_when_the_original_is_closed(tracker: MemoryTracker) -> None:
    tracker.tickets["9"] = replace(tracker.tickets["1"], number="9")
    tracker.edit("1", state=State.CLOSED)
    change_set = planned(tracker, THREE)
    assert not change_set.writes
    assert "a copy of ticket 1" in reasons(change_set)


@pytest.fixture
def only_a_copy_is_listed(tracker: MemoryTracker) -> MemoryTracker:
    """A human copied the tracking ticket, the map was pushed again, and every other ticket lost the label."""
    copied = replace(tracker.tickets["1"], number="9", author="ada", standing=Standing.MEMBER)
    tracker.tickets["9"], tracker.created = copied, 9
    push(tracker, FOUR)
    for number in tracker.tickets.keys() - {"9"}:
        tracker.edit(number, labels=tracker.tickets[number].labels - {"techmap"})
    return tracker


def test_a_copied_ledger_is_not_believed_when_only_the_copy_is_listed(only_a_copy_is_listed: MemoryTracker) -> None:
    change_set = planned(only_a_copy_is_listed, FOUR)
    assert not change_set.writes
    assert "a copy of ticket 1; close it, or take the marker out of its text" in reasons(change_set)


def test_a_copied_ledger_is_not_believed_when_its_original_was_deleted(only_a_copy_is_listed: MemoryTracker) -> None:
    del only_a_copy_is_listed.tickets["1"]
    assert not planned(only_a_copy_is_listed, FOUR).writes
    assert "the tracking ticket 1 was deleted; push --recreate login/tracking/map" in reasons(
        planned(only_a_copy_is_listed, FOUR)
    )


def test_a_tracking_ticket_that_does_not_name_itself_yet_is_believed(tracker: MemoryTracker) -> None:
    """Earlier versions left that empty, and so does a first push that was killed before it wrote the ledger."""
    held = tracker.tickets["1"]
    tracker.edit("1", body=held.body.replace('"tracking":"1"', '"tracking":""'))
    assert tracker.tickets["1"].body != held.body
    assert not planned(tracker, THREE).changes
    push(tracker, FOUR)
    assert '"tracking":"1"' in tracker.tickets["1"].body


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


def test_an_old_ticket_is_not_taken_for_that_of_a_new_map_whose_tracking_ticket_has_a_number_again(
    tracker: MemoryTracker,
) -> None:
    """A folder gives the number of a deleted file again."""
    del tracker.tickets["1"]
    push(tracker, THREE, replace(POLICY, recreate=frozenset({TRACKING})))
    push(tracker, plan(replace(STORE, title="Create TokenStore"), SERVICE, TESTS))
    assert '"tracking":"5"' in tracker.tickets["2"].body
    del tracker.tickets["5"]
    tracker.created = 4
    orders = under_another_id(plan(task("Cart", sections={"purpose": "Holds goods."})), "orders")
    push(tracker, orders)
    assert tracker.tickets["5"].title == "Implement Login"
    push(tracker, under_another_id(plan(task("Cart", sections={"purpose": "Holds other goods."})), "orders"))
    assert {number for number, ticket in tracker.tickets.items() if ticket.state is State.OPEN} == {*"23456"}


def test_a_retired_map_is_known_by_its_own_tickets_where_only_copies_are_listed(tracker: MemoryTracker) -> None:
    for number in "89":
        tracker.tickets[number] = replace(tracker.tickets["2"], number=number, author="ada", standing=Standing.MEMBER)
    for number in "1234":
        tracker.edit(number, labels=tracker.tickets[number].labels - {"techmap"})
    found = observe(tracker, [], POLICY, retired={THREE.map_id})
    going = retired(tracker, found)
    list(apply(ChangeSet(tracker.name, (going,)), tracker, POLICY))
    assert {number for number, ticket in tracker.tickets.items() if ticket.state is State.OPEN} == {"8", "9"}


def test_copies_of_our_own_account_are_not_closed_one_by_one_by_every_run_that_retires_a_map(
    tracker: MemoryTracker,
) -> None:
    """In a folder all tickets are our own."""
    for number in "89":
        tracker.tickets[number] = replace(tracker.tickets["2"], number=number)
    del tracker.tickets["1"]
    for _ in range(3):
        found = observe(tracker, [], POLICY, retired={THREE.map_id})
        going = retired(tracker, found)
        list(apply(ChangeSet(tracker.name, (going,)), tracker, POLICY))
        assert {number for number, ticket in tracker.tickets.items() if ticket.state is State.OPEN} == {"8", "9"}


@pytest.mark.parametrize("deleted", ["12", "1", "2", ""], ids=["tracking and original", "tracking", "original", "none"])
def test_copies_in_somebodys_name_outlive_a_retired_map(tracker: MemoryTracker, deleted: str) -> None:
    for number in "89":
        tracker.tickets[number] = replace(tracker.tickets["2"], number=number, author="ada", standing=Standing.MEMBER)
    for number in deleted:
        del tracker.tickets[number]
    for _ in range(2):
        found = observe(tracker, [THREE], POLICY)
        going = retired(tracker, found)
        list(apply(ChangeSet(tracker.name, (going,)), tracker, POLICY))
        assert {number for number, ticket in tracker.tickets.items() if ticket.state is State.OPEN} == {"8", "9"}
        assert {change.ticket for change in going.changes if "a copy of" in change.reason} == {"8", "9"}


def test_items_that_vanish_by_a_vocabulary_change_are_kept(tracker: MemoryTracker) -> None:
    change_set = planned(tracker, plan(STORE, SERVICE), text=repr(THREE))
    assert Action.CLOSE not in {change.action for change in change_set.changes}
    assert "push --accept-settings" in reasons(change_set)
    accepted = planned(tracker, plan(STORE, SERVICE), replace(POLICY, accept_settings=True), text=repr(THREE))
    assert (Action.CLOSE, TESTS.key) in shown(accepted.changes)


def test_a_task_whose_words_the_map_still_holds_is_no_orphan(tracker: MemoryTracker) -> None:
    change_set = planned(tracker, plan(STORE, SERVICE), text="Somewhere else now: What Tests is for.")
    assert "the map still holds its words" in reasons(change_set)
    assert Action.CLOSE not in {change.action for change in change_set.changes}


def test_a_copy_that_a_human_made_is_reported_and_left(tracker: MemoryTracker) -> None:
    tracker.tickets["9"] = replace(tracker.tickets["2"], number="9")
    change_set = planned(tracker, THREE)
    assert not change_set.writes
    assert "a copy of ticket 2; close it, or take the marker out of its text" in reasons(change_set)


COPIED = {
    Standing.SELF: "push --accept-settings",
    Standing.MEMBER: "a copy of a ticket that was renamed since; close it, or take the marker out of its text",
}


@pytest.mark.parametrize("standing", COPIED)
def test_a_copy_stays_and_is_told_when_the_ticket_is_renamed(tracker: MemoryTracker, standing: Standing) -> None:
    tracker.tickets["9"] = replace(tracker.tickets["2"], number="9", standing=standing)
    renamed = plan(task("Vault", sections={"purpose": "What Store is for."}), SERVICE, TESTS)
    push(tracker, renamed)
    assert tracker.tickets["2"].title == "Create Vault"
    assert tracker.tickets["9"].state is State.OPEN
    assert not planned(tracker, renamed).writes
    assert COPIED[standing] in reasons(planned(tracker, renamed))


def test_a_conflict_is_settled_for_the_map_or_for_the_tracker(tracker: MemoryTracker) -> None:
    tracker.edit("2", title="My own words")
    changed = plan(replace(STORE, title="Create TokenStore"), SERVICE, TESTS)
    assert (Action.CONFLICT, STORE.key) in shown(planned(tracker, changed).changes)
    mine = replace(POLICY, resolve={STORE.key: Side.TRACKER})
    push(tracker, changed, mine)
    assert tracker.tickets["2"].title == "My own words"
    assert not planned(tracker, changed).changes
    push(tracker, changed, replace(POLICY, resolve={STORE.key: Side.MAP}))
    assert tracker.tickets["2"].title == "My own words", "settled is settled"


def test_a_conflict_taken_from_the_map_is_overwritten(tracker: MemoryTracker) -> None:
    tracker.edit("2", title="My own words")
    changed = plan(replace(STORE, title="Create TokenStore"), SERVICE, TESTS)
    push(tracker, changed, replace(POLICY, resolve={STORE.key: Side.MAP}))
    assert tracker.tickets["2"].title == "Create TokenStore"
    assert not planned(tracker, changed).changes


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
