"""Whose word counts: tickets by accounts that are trusted, by strangers, and by accounts that are gone."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from techmap_sync.sync import claims
from techmap_sync.sync.apply import apply
from techmap_sync.sync.block import Block, Held
from techmap_sync.sync.change_set import ChangeSet, Status
from techmap_sync.sync.changes import Action
from techmap_sync.sync.claims import Claims
from techmap_sync.sync.marker import Ledger, Marker
from techmap_sync.sync.observe import MOST_ASKED
from techmap_sync.sync.tracker import Standing, State, Ticket
from tests.fakes.memory import MemoryTracker
from tests.sync.build import MAP, POLICY, TRACKING, key, plan, task
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


def test_a_copy_by_a_member_stays_one_although_a_stranger_claims_its_task_too(tracker: MemoryTracker) -> None:
    """Store's ticket becomes Vault's, and the map has another Store. Were that one skipped for the stranger's sake, the
    next push would write it over the member's copy."""
    copied = tracker.tickets["2"].body
    add(tracker, "8", copied, "ann", Standing.MEMBER)
    add(tracker, "9", copied)
    vault, service = replace(THREE.tasks[0], key=key("Vault"), title="Create Vault"), task("Service")
    after = plan(vault, task("Store", sections={"purpose": "Counts what the shop has."}), service, THREE.tasks[2])
    change_set = planned(tracker, after)
    assert (Action.CREATE, key("Store")) in shown(change_set.changes)
    assert "9 by mallory" in said(change_set)
    push(tracker, after)
    assert tracker.tickets["2"].title == "Create Vault"
    assert (tracker.tickets["8"].body, tracker.tickets["9"].body) == (copied, copied)
    assert not planned(tracker, after).writes


def test_a_stranger_makes_no_map_known(tracker: MemoryTracker) -> None:
    """A map that only a stranger's tickets name is as new as one that nobody names: it may be another one renamed."""
    add(tracker, "9", tracker.tickets["2"].body.replace("login", "signin"))
    from tests.sync.build import under_another_id

    assert Action.CREATE not in {change.action for change in planned(tracker, under_another_id(THREE)).changes}


# Each rule by itself.


def marked(
    number: str, map_id: str, tracking: str = "", *, lists: str | None = None, standing: Standing = Standing.SELF
) -> Held:
    """A ticket whose marker names a map and a tracking ticket.

    :param lists: numbers in its ledger; None without a ledger.
    """
    ledger = None if lists is None else Ledger({f"{map_id}/component/{each}": each for each in lists.split()})
    marker = Marker(POLICY.source, map_id, "", f"{map_id}/component/{number}", tracking, ledger=ledger)
    return Held(Ticket(number, "", "", author="ann", standing=standing), Block("", (), marker, ""))


OLDEST = (marked("1", "alpha", "1", lists="2"), marked("2", "older"), marked("4", "beta", "4", lists="2"))
MAPS: dict[str, tuple[tuple[Held, ...], dict[str, str]]] = {
    "the map got another id": (
        (marked("1", "signin", "1", lists=""), marked("2", "login", "1"), marked("3", "signin", "1")),
        {"signin": "1 2 3"},
    ),
    "a tracking ticket of its own wish names none": (
        (marked("1", "signin", lists=""), marked("2", "login", "1")),
        {"signin": "1 2"},
    ),
    "the number of its tracking ticket was used again": (
        (marked("3", "alpha", "5"), marked("5", "beta", "5", lists="")),
        {"alpha": "3", "beta": "5"},
    ),
    "it came from another map, as its marker says": (
        (marked("3", "beta", "5"), marked("5", "beta", "5", lists=""), marked("7", "alpha", "7", lists="3")),
        {"beta": "3 5", "alpha": "7"},
    ),
    "it came from another map, which got another id since": (
        (marked("2", "alpha", "2", lists="3"), marked("3", "older", "5"), marked("5", "beta", "5", lists="3")),
        {"alpha": "2", "beta": "3 5"},
    ),
    "a ledger lists it": ((marked("1", "signin", "1", lists="2"), marked("2", "login")), {"signin": "1 2"}),
    "of two ledgers the older one counts": (OLDEST, {"alpha": "1 2", "beta": "4"}),
    "of two ledgers the older one counts in any order": (OLDEST[::-1], {"alpha": "2 1", "beta": "4"}),
    "it names a later tracking ticket than the one that lists it": (
        (marked("10", "alpha", "10", lists="12"), marked("12", "beta", "20")),
        {"alpha": "10", "beta": "12"},
    ),
    "it names an earlier one": (
        (marked("10", "alpha", "10", lists="12"), marked("12", "beta", "9")),
        {"alpha": "10 12"},
    ),
    "it has the number of the one it names, with another word in front": (
        (marked("TASK-5", "beta", "TASK-5", lists=""), marked("DRAFT-5", "alpha", "TASK-5")),
        {"beta": "TASK-5 DRAFT-5"},
    ),
    "it names the one that lists it with another word in front": (
        (marked("TASK-5", "beta", "TASK-5", lists="TASK-6"), marked("TASK-6", "alpha", "BACK-5")),
        {"beta": "TASK-5 TASK-6"},
    ),
    "what it names is a stranger's": (
        (marked("1", "evil", "1", lists="2", standing=Standing.STRANGER), marked("2", "login", "1")),
        {"evil": "1", "login": "2"},
    ),
    "what it names is a copy": (
        (marked("1", "evil", "9", lists="2"), marked("2", "login", "1")),
        {"evil": "1", "login": "2"},
    ),
    "what it names has no ledger": (
        (marked("1", "alpha", "1"), marked("2", "login", "1")),
        {"alpha": "1", "login": "2"},
    ),
}


@pytest.mark.parametrize("case", MAPS)
def test_a_ticket_is_of_the_map_that_its_tracking_ticket_says(case: str) -> None:
    tickets, expected = MAPS[case]
    found = claims.by_map(tickets, POLICY)
    assert {map_id: " ".join(each.ticket.number for each in held) for map_id, held in found.items()} == expected


@pytest.mark.parametrize(
    ("number", "age"),
    [
        ("9", ((1, "9"),)),
        ("10", ((2, "10"),)),
        ("0", ((1, "0"),)),
        ("007", ((1, "7"),)),
        ("TASK-1.40", ((1, "1"), (2, "40"))),
        ("", ()),
    ],
)
def test_a_ticket_is_as_old_as_the_numbers_in_its_number(number: str, age: tuple[tuple[int, str], ...]) -> None:
    assert claims.age(marked(number, MAP)) == age


def written(number: str, author: str = "gus", standing: Standing = Standing.STRANGER) -> Ticket:
    return Ticket(number, "Obey", "", author=author, standing=standing)


FIVE = tuple(written(str(number), f"gus{number}") for number in range(11, 16))


def test_claims_of_a_map_are_those_of_its_keys_and_its_twins_that_were_not_reported() -> None:
    found = Claims(
        {key("Store"): FIVE[:2], key("Said"): FIVE[2:3], "login2/component/Store": FIVE[3:4]},
        {MAP: FIVE[4:], "login2": FIVE[:1]},
    )
    assert [each.number for each in found.of_map(MAP, {key("Said")})] == ["11", "12", "15"]
    assert list(found.of_map("beta", set())) == []
    assert Claims() == Claims({}, {})


def test_a_refusal_names_the_first_claims_and_counts_the_others() -> None:
    def refusals(count: int) -> tuple[str, ...]:
        return claims.refusals(Claims({TRACKING: FIVE[:count]}), TRACKING, POLICY)

    each = [
        f"gus{n} wrote ticket {n}, which claims to be this map's tracking ticket; {claims.way_out(ticket, POLICY)}"
        for n, ticket in enumerate(FIVE, 11)
    ]
    assert refusals(0) == ()
    assert refusals(3) == tuple(each[:3])
    assert refusals(4) == (*each[:3], "1 more tickets claim that too; doctor names them")
    assert refusals(5) == (*each[:3], "2 more tickets claim that too; doctor names them")


def test_a_task_whose_key_is_claimed_gets_no_ticket_and_the_way_out_is_said_once() -> None:
    what = "gus11 wrote ticket 11, which claims this task"
    whole = f"{what}; {claims.way_out(FIVE[0], POLICY)}"
    alone, both = Claims({key("Store"): FIVE[:1]}), Claims({key("Store"): FIVE[:1], TRACKING: FIVE[1:2]})
    assert claims.reason(alone, key("Store"), POLICY, is_tracked=True) == whole
    assert claims.reason(alone, key("Store"), POLICY, is_tracked=False) == whole
    assert claims.reason(both, key("Store"), POLICY, is_tracked=True) == whole
    assert claims.reason(both, key("Store"), POLICY, is_tracked=False) == what
    assert claims.reason(both, key("Free"), POLICY, is_tracked=True) == ""
    two = claims.reason(Claims({key("Store"): FIVE[:2]}), key("Store"), POLICY, is_tracked=True)
    assert two == whole.replace(";", " (so do 12 by gus12);", 1)
    three = claims.reason(Claims({key("Store"): FIVE[:3]}), key("Store"), POLICY, is_tracked=True)
    assert three == whole.replace(";", " (so do 12 by gus12, 13 by gus13);", 1)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "11 by gus11"),
        (3, "11 by gus11, 12 by gus12, 13 by gus13"),
        (4, "11 by gus11, 12 by gus12, 13 by gus13 and 1 more"),
        (5, "11 by gus11, 12 by gus12, 13 by gus13 and 2 more"),
    ],
)
def test_the_first_few_of_many_are_named(count: int, said: str) -> None:
    assert claims.named(FIVE[:count]) == said
    assert claims.remark(iter(FIVE[:count])) == f"left alone because their authors are not trusted: {said}"
    assert claims.remark(()) == ""


ADOPT = 'adopted = [7, 12, "TASK-1"]'
TRUSTED = ("ann", "bob", "dora", "eve", "fay", "jörg", "kim")
REPLACED = f"if it is yours, its token having been replaced or its account removed, set {ADOPT}"


def trusting(*names: str) -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    return f"if it is yours, set trusted_authors = [{listed}] or {ADOPT}"


@pytest.mark.parametrize(
    ("author", "standing", "who", "way_out"),
    [
        ("gus", Standing.STRANGER, "gus", trusting("gus", *TRUSTED)),
        ("maps-app[bot]", Standing.MEMBER, "maps-app[bot]", trusting("maps-app[bot]", *TRUSTED)),
        ("fay", Standing.STRANGER, "fay", trusting("fay", *(name for name in TRUSTED if name != "fay"))),
        ("Gus Meyer", Standing.STRANGER, "Gus Meyer", f"if it is yours, set {ADOPT}"),
        ("jörg", Standing.STRANGER, "jörg", f"if it is yours, set {ADOPT}"),
        ("ghost", Standing.GONE, "a deleted account", REPLACED),
        ("", Standing.STRANGER, "a deleted account", REPLACED),
        ("", Standing.GONE, "a deleted account", REPLACED),
    ],
)
def test_the_way_out_is_what_to_set_or_to_take_off(author: str, standing: Standing, who: str, way_out: str) -> None:
    policy = replace(POLICY, trusted_authors=frozenset(TRUSTED), adopted=frozenset({"TASK-1", "12"}))
    ticket = written("7", author, standing)
    assert claims.author(ticket) == who
    assert claims.way_out(ticket, policy) == f"{way_out}; else take the label techmap off it"
