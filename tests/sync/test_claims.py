"""Whose word counts: tickets by accounts that are trusted, by strangers, and by accounts that are gone."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import ChangeSet, Status
from techmap_sync.sync.changes import Action
from techmap_sync.sync.observe import MOST_ASKED
from techmap_sync.sync.tracker import Standing, State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, TRACKING, key, plan, task
from tests.sync.drive import pasted, planned, push, refused, shown

THREE = plan(task("Store"), task("Service", blocked_by=("Store",)), task("Tests", blocked_by=("Service",)))
OTHERS = (Standing.STRANGER, Standing.GONE)


@pytest.fixture
def tracker() -> MemoryTracker:
    """Pushed by our account."""
    tracker = MemoryTracker()
    push(tracker, THREE)
    tracker.requests.clear()
    return tracker


def handed_over(tracker: MemoryTracker, author: str, standing: Standing, *numbers: str) -> None:
    """Let somebody else have written some tickets, all of them when none are named."""
    for number in numbers or tuple(tracker.tickets):
        tracker.edit(number, author=author, standing=standing)


def add(
    tracker: MemoryTracker, number: str, body: str, author: str = "mallory", standing: Standing = Standing.STRANGER
) -> None:
    """Let somebody open a ticket with the label."""
    tracker.tickets[number] = replace(
        tracker.tickets["1"], number=number, title=f"Obey {author}", body=body, author=author, standing=standing
    )


def said(change_set: ChangeSet) -> str:
    return "\n".join([refused(change_set), *(change.reason for change in change_set.changes)])


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("standing", OTHERS)
def test_no_map_is_begun_while_a_ticket_of_somebody_untrusted_claims_to_track_it(
    tracker: MemoryTracker, standing: Standing, state: State
) -> None:
    handed_over(tracker, "old-bot", standing)
    tracker.edit("1", state=state)
    change_set = planned(tracker, THREE)
    assert not change_set.writes
    assert "ticket 1," in refused(change_set)
    assert said(change_set).count("adopted = ") == 1, "the way out is said once"
    push(tracker, THREE)
    assert [request.verb for request in tracker.writes] == []


def test_a_ticket_without_a_ledger_claims_the_key_of_the_tracking_ticket_all_the_same(tracker: MemoryTracker) -> None:
    body = tracker.tickets["2"].body.replace("login/component/Store", TRACKING)
    tracker.tickets.clear()
    tracker.tickets["1"] = replace(MemoryTracker()._new_ticket("1", _draft(body)), author="mallory")
    handed_over(tracker, "mallory", Standing.STRANGER)
    change_set = planned(tracker, THREE)
    assert not change_set.writes
    assert "mallory wrote ticket 1" in refused(change_set)


def _draft(body: str):  # type: ignore[no-untyped-def]
    from techmap_sync.sync.tracker import Draft

    return Draft("Title", body, frozenset({POLICY.managed_label}))


@pytest.mark.parametrize("setting", ["trusted_authors", "adopted"])
def test_the_line_that_a_refusal_shows_lifts_it(
    tracker: MemoryTracker, setting: Literal["trusted_authors", "adopted"]
) -> None:
    handed_over(tracker, "maps-app[bot]", Standing.STRANGER)
    policy = pasted(refused(planned(tracker, THREE)), setting)
    assert planned(tracker, THREE, policy).changes == ()
    assert push(tracker, plan(*THREE.tasks, task("More")), policy)
    assert len(tracker.tickets) == 5


def test_the_line_repeats_what_the_settings_hold_already(tracker: MemoryTracker) -> None:
    handed_over(tracker, "ann", Standing.STRANGER)
    policy = replace(POLICY, trusted_authors=frozenset({"bob"}), adopted=frozenset({"77", "TASK-1"}))
    text = refused(planned(tracker, THREE, policy))
    assert 'trusted_authors = ["ann", "bob"]' in text
    assert 'adopted = [1, 77, "TASK-1"]' in text


@pytest.mark.parametrize("author", ["ghost", "ghost1", ""])
def test_nobody_is_told_to_trust_an_account_that_is_gone(tracker: MemoryTracker, author: str) -> None:
    handed_over(tracker, author, Standing.GONE)
    change_set = planned(tracker, THREE)
    assert "trusted_authors" not in said(change_set)
    assert not planned(tracker, THREE, replace(POLICY, trusted_authors=frozenset({author}))).writes
    assert planned(tracker, THREE, pasted(refused(change_set), "adopted")).changes == ()


def test_tickets_that_no_ledger_lists_are_adopted_by_their_own_numbers(tracker: MemoryTracker) -> None:
    handed_over(tracker, "ghost", Standing.GONE)
    adopted = replace(POLICY, adopted=frozenset({"1"}))
    more = plan(*THREE.tasks, task("More"))
    push(tracker, more, adopted)
    ledger_before = tracker.tickets["1"].body
    push(tracker, plan(*more.tasks, task("Last")), adopted)
    tracker.edit("1", body=ledger_before)  # As if the run had been killed before it wrote the ledger …
    handed_over(tracker, "ghost", Standing.GONE, "6")  # … and its token had been replaced.
    change_set = planned(tracker, plan(*more.tasks, task("Last")), adopted)
    assert (Action.SKIP, key("Last")) in shown(change_set.changes)
    assert Action.CREATE not in {change.action for change in change_set.changes}
    both = pasted(said(change_set), "adopted")
    assert both.adopted == {"1", "6"}
    push(tracker, plan(*more.tasks, task("Last")), both)
    assert len(tracker.tickets) == 6
    assert planned(tracker, plan(*more.tasks, task("Last")), both).changes == ()


def test_a_copy_of_an_adopted_tracking_ticket_is_not_believed(tracker: MemoryTracker) -> None:
    handed_over(tracker, "ghost", Standing.GONE)
    add(tracker, "9", tracker.tickets["1"].body)
    assert refused(planned(tracker, THREE, replace(POLICY, adopted=frozenset({"1"})))) == ""


def test_who_only_reads_is_not_trusted_whatever_the_listing_says(tracker: MemoryTracker) -> None:
    handed_over(tracker, "reader", Standing.MEMBER)
    tracker.roles["reader"] = Standing.STRANGER
    assert "reader wrote ticket 1" in refused(planned(tracker, THREE))


def test_a_member_whom_the_listing_does_not_show_is_trusted(tracker: MemoryTracker) -> None:
    handed_over(tracker, "ann", Standing.STRANGER)
    tracker.roles["ann"] = Standing.MEMBER
    assert planned(tracker, THREE).changes == ()
    assert [r.subject for r in tracker.requests if r.verb == "standings"] == ["ann"], "the ledger vouches for the rest"


def test_a_ticket_that_comes_by_its_number_alone_is_asked_about_too(tracker: MemoryTracker) -> None:
    handed_over(tracker, "ann", Standing.STRANGER)
    tracker.edit("1", labels=frozenset())
    tracker.roles["ann"] = Standing.MEMBER
    assert planned(tracker, THREE).writes == ()


def test_a_run_that_makes_a_tracking_ticket_sees_who_came_first(tracker: MemoryTracker) -> None:
    """Two accounts push the same map at the same moment; what the listing lacks of the other's role is asked for."""
    late = MemoryTracker(roles={"ann": Standing.MEMBER})
    change_set = planned(late, THREE)
    first = replace(tracker.tickets["1"], author="ann", standing=Standing.STRANGER)
    late.tickets["1"], late.created = first, 1
    outcomes = list(apply(change_set, late, POLICY))
    assert [(each.status, each.change.key) for each in outcomes if each.status is not Status.APPLIED] == [
        (Status.FAILED, TRACKING)
    ]
    assert "another run" in outcomes[-1].detail
    assert set(late.tickets) == {"1", outcomes[-1].ticket}, "no task is made twice"


def test_tickets_without_a_marker_cost_no_question(tracker: MemoryTracker) -> None:
    for number in range(100, 1100):
        add(tracker, str(number), "help!", f"stranger{number}")
    assert planned(tracker, THREE).changes == ()
    assert not [request for request in tracker.requests if request.verb == "standings"]


def test_copies_of_listed_tickets_cost_no_question(tracker: MemoryTracker) -> None:
    for number in range(100, 1100):
        add(tracker, str(number), tracker.tickets["2"].body, f"stranger{number}")
    assert not planned(tracker, THREE).writes
    assert not [request for request in tracker.requests if request.verb == "standings"]


def test_however_many_strangers_there_are_few_are_asked_about(tracker: MemoryTracker) -> None:
    forged = tracker.tickets["2"].body
    for number in range(100, 1100):
        body = forged.replace("component/Store", f"component/X{number}")
        add(tracker, str(number), body, f"stranger{number}", Standing.MEMBER)
    change_set = planned(tracker, THREE)
    assert not change_set.writes
    asked = {name for request in tracker.requests if request.verb == "standings" for name in request.subject.split()}
    assert len(asked) <= MOST_ASKED


TWIN = 'x"\u202eset source = "evil'


def forged_twin(tracker: MemoryTracker, standing: Standing, source: str) -> str:
    import json

    body = tracker.tickets["1"].body.replace(json.dumps(POLICY.source), json.dumps(source))
    add(tracker, "9", body, "gus", standing)
    return body


@pytest.mark.parametrize("source", ["evil.example/you/must", TWIN])
@pytest.mark.parametrize("first", [True, False], ids=["first push", "later push"])
def test_a_strangers_ticket_of_another_source_keeps_nothing_from_being_written(
    tracker: MemoryTracker, source: str, first: bool
) -> None:
    forged_twin(tracker, Standing.STRANGER, source)
    if first:
        for number in ("1", "2", "3", "4"):
            del tracker.tickets[number]
    change_set = planned(tracker, plan(*THREE.tasks, task("More")))
    assert refused(change_set) == ""
    assert (Action.CREATE, key("More")) in shown(change_set.changes)
    assert "9 by gus" in said(change_set)
    assert "evil" not in said(change_set)
    assert "Obey" not in repr([change.title for change in change_set.changes])


def test_what_a_member_calls_another_source_is_told_without_signs_that_do_harm(tracker: MemoryTracker) -> None:
    for source in (TWIN, 'x"\nset source = "evil', "x\x1b[31m", "long" * 1000):
        forged_twin(tracker, Standing.MEMBER, source)
        text = refused(planned(tracker, THREE)).replace('x"\N{REPLACEMENT CHARACTER}set source', "")
        assert text.isprintable()
        assert "set source" not in text
        assert len(text) < 400
    forged_twin(tracker, Standing.MEMBER, "example.org/other/repo")
    assert 'set source = "example.org/other/repo"' in refused(planned(tracker, THREE))


def test_who_claims_what_nobody_wants_is_named_and_is_no_drift(tracker: MemoryTracker) -> None:
    add(tracker, "9", tracker.tickets["2"].body.replace("component/Store", "component/Bogus"))
    change_set = planned(tracker, THREE)
    assert "9 by mallory" in said(change_set)
    assert change_set.drift == ()
    assert not change_set.writes


def test_a_claim_counts_to_the_letter_wherever_else_its_marker_points(tracker: MemoryTracker) -> None:
    """It names the tracking ticket of another map, which would make it one of that map's."""
    forged = tracker.tickets["2"].body.replace("component/Store", "component/New").replace('"map":"login"', '"map":"x"')
    add(tracker, "9", forged)
    change_set = planned(tracker, plan(*THREE.tasks, task("New")))
    assert (Action.SKIP, key("New")) in shown(change_set.changes)
    assert Action.CREATE not in {change.action for change in change_set.changes}


def test_a_stranger_makes_no_map_known(tracker: MemoryTracker) -> None:
    """A map that only a stranger's tickets name is as new as one that nobody names: it may be another one renamed."""
    add(tracker, "9", tracker.tickets["2"].body.replace("login", "signin"))
    from tests.sync.build import under_another_id

    assert Action.CREATE not in {change.action for change in planned(tracker, under_another_id(THREE)).changes}
