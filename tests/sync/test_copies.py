"""A copy that a person made takes no task, whatever name or map its original gets; a ticket of ours still does."""

from __future__ import annotations

from dataclasses import replace
from string import ascii_lowercase, ascii_uppercase

import pytest

from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.sync.apply import apply
from techmap_sync.sync.block import Held
from techmap_sync.sync.changes import Action
from techmap_sync.sync.copies import without_copies_of_renamed
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.tickets import Holdings, Sorted
from techmap_sync.sync.tracker import Standing, State
from tests.fakes.memory import MemoryTracker
from tests.faults import AS_SEEN
from tests.sync.build import MAP, held, holdings_of, key, plan, task, under_another_id
from tests.sync.drive import key_of, planned, push, reasons, several, struck
from tests.sync.people import MemoryHands
from tests.sync.scene import FREE

TOKENS, MAILS, LOGINS = (
    "Keeps tokens until they expire and forgets them then",
    "Sends a mail when a second factor was removed from an account",
    "Counts failed logins by address and locks after ten of them",
)
TOKENS_TODAY = f"{TOKENS}, today"


def about(name: str, text: str) -> TaskSpec:
    return task(name, sections={"purpose": f"{text}."})


SENDER, STORE, VAULT = about("Sender", MAILS), about("Store", TOKENS), about("Vault", TOKENS)
BEFORE, RENAMED = plan(STORE, SENDER), plan(VAULT, SENDER)
ANOTHER_STORE = plan(VAULT, SENDER, about("Store", LOGINS))


def copied(*written: TaskPlan) -> tuple[MemoryTracker, str]:
    """A map whose first ticket a person copied before its task got another name; and the number of the copy."""
    tracker = MemoryTracker()
    push(tracker, BEFORE)
    number = MemoryHands(tracker).copy(tracker.tickets["2"])
    for each in written:
        push(tracker, each, FREE)
    tracker.requests.clear()
    return tracker, number


def keys_of(tracker: MemoryTracker) -> dict[str, str]:
    """The names of the tasks of all open tickets, by number."""
    tickets = (ticket for ticket in tracker.tickets.values() if ticket.state is State.OPEN)
    return {ticket.number: key_of(ticket).rpartition("/")[2] for ticket in tickets}


def test_a_task_that_gets_its_former_name_back_keeps_its_ticket_beside_a_copy() -> None:
    tracker, copy = copied(RENAMED)
    before = tracker.tickets[copy]
    assert "a copy of ticket 2" in reasons(planned(tracker, BEFORE, FREE))
    push(tracker, BEFORE, FREE)
    assert keys_of(tracker) == {"1": "map", "2": "Store", "3": "Sender", copy: "Store"}
    assert tracker.tickets[copy] == before
    assert not planned(tracker, BEFORE, FREE).writes


def test_a_task_that_gets_its_former_name_back_with_other_words_keeps_its_ticket_beside_a_copy() -> None:
    tracker, copy = copied(plan(about("Vault", TOKENS_TODAY), SENDER))
    before = tracker.tickets[copy]
    push(tracker, BEFORE, FREE)
    assert keys_of(tracker) == {"1": "map", "2": "Store", "3": "Sender", copy: "Store"}
    assert tracker.tickets[copy] == before


@pytest.mark.parametrize("last", [BEFORE, ANOTHER_STORE], ids=["the name is taken back", "another task gets it"])
@pytest.mark.parametrize("fault", AS_SEEN)
def test_struck_at_any_request_a_renaming_leaves_the_copy_alone(fault: str, last: TaskPlan) -> None:
    start, copy = copied()
    renaming = RENAMED if last is BEFORE else last
    for where, tracker in struck(start, lambda each: push(each, renaming, FREE), fault):
        push(tracker, last, FREE)
        assert tracker.tickets[copy] == start.tickets[copy], where
        names = sorted(name for number, name in keys_of(tracker).items() if number != copy)
        assert names == sorted(["map", *(spec.title.removeprefix("Create ") for spec in last.tasks)]), where
        assert not planned(tracker, last, FREE).writes, where


def test_a_new_task_with_the_name_of_a_copy_gets_a_ticket_of_its_own() -> None:
    tracker, copy = copied(RENAMED)
    before = tracker.tickets[copy]
    assert [c.key for c in planned(tracker, ANOTHER_STORE, FREE).writes if c.action is Action.CREATE] == [key("Store")]
    push(tracker, ANOTHER_STORE, FREE)
    assert tracker.tickets[copy] == before
    assert not planned(tracker, ANOTHER_STORE, FREE).writes


def test_a_copy_of_a_ticket_that_moved_to_another_map_takes_no_new_task() -> None:
    alpha, beta = BEFORE, under_another_id(plan(about("Report", "Prints the sums of a month")), "beta")
    tracker = MemoryTracker()
    for each in (alpha, beta):
        push(tracker, each)
    copy = MemoryHands(tracker).copy(tracker.tickets["2"])
    moved = plan(SENDER), replace(beta, tasks=(*beta.tasks, *under_another_id(plan(STORE), "beta").tasks))
    for last in (moved[0], plan(SENDER, about("Store", LOGINS))):
        before = tracker.tickets[copy]
        list(apply(several(tracker, last, moved[1], policy=FREE), tracker, FREE))
        assert tracker.tickets[copy] == before
    names = [key_of(ticket) for number, ticket in tracker.tickets.items() if number != copy]
    assert {"beta/component/Store", key("Store")} <= {*names}


def test_a_ticket_that_another_account_made_in_a_killed_push_is_no_copy() -> None:
    start = MemoryTracker()
    push(start, BEFORE)
    wanted = plan(*BEFORE.tasks, about("Vault", TOKENS_TODAY))
    for where, tracker in struck(start, lambda each: push(each, wanted), "killed"):
        for number in tracker.tickets.keys() - start.tickets.keys():
            tracker.edit(number, author="former-bot", standing=Standing.MEMBER)
        push(tracker, wanted)
        assert sorted(keys_of(tracker).values()) == ["Sender", "Store", "Vault", "map"], where


# --- of single tickets ---


def theirs(spec: TaskSpec, number: str = "9") -> Held:
    return held(spec, number, author="ada", standing=Standing.MEMBER)


def kept(*wanted: TaskSpec, copy: Held, original: Held, ledger: Ledger | None = None, **more: object) -> Holdings:
    """What is left of the tickets of a map."""
    known = Ledger({original.marker.key: original.ticket.number}) if ledger is None else ledger
    holdings = holdings_of(known, original, copy, **more)
    return without_copies_of_renamed(plan(*wanted), holdings, Sorted({MAP: holdings}, ()))


CLOSE_BY = about("Store", f"{LOGINS} and forgets them then")
"""About something else, and in part like the tokens."""


@pytest.mark.parametrize(
    ("copy", "original", "wanted", "is_copy"),
    [
        (theirs(STORE), held(VAULT, "2"), (VAULT, about("Store", LOGINS)), True),
        (theirs(STORE), held(VAULT, "2"), (VAULT, CLOSE_BY), True),
        (theirs(STORE), held(VAULT, "2"), (VAULT, STORE), False),
        (theirs(STORE), held(about("Vault", TOKENS_TODAY), "2"), (STORE,), True),
        (theirs(STORE), held(about("Vault", TOKENS_TODAY), "2"), (about("Vault", TOKENS_TODAY), STORE), False),
        (theirs(STORE), held(about("Vault", LOGINS), "2"), (STORE,), False),
        (theirs(STORE, "1"), held(VAULT, "2"), (VAULT, about("Store", LOGINS)), False),
        (held(STORE, "9"), held(VAULT, "2"), (VAULT, about("Store", LOGINS)), False),
        (theirs(STORE), theirs(VAULT, "2"), (VAULT, about("Store", LOGINS)), True),
        (theirs(STORE), held(SENDER, "2"), (SENDER, about("Store", LOGINS)), False),
        (theirs(task("Store", sections={})), held(task("Vault", sections={}), "2"), (task("Vault"), STORE), False),
    ],
    ids=[
        "the task is about something else",
        "the task is a little like it",
        "both tasks say the same",
        "the original gets its name back with other words",
        "the task says the same and the original is another one",
        "the original says something else by now",
        "it is older",
        "our account wrote it",
        "the original is listed, whoever wrote it",
        "no ticket of ours says the same",
        "neither says anything",
    ],
)
def test_a_ticket_is_a_copy_by_what_it_says(
    copy: Held, original: Held, wanted: tuple[TaskSpec, ...], is_copy: bool
) -> None:
    left = kept(*wanted, copy=copy, original=original)
    assert left.copies == (((copy, "2"),) if is_copy else ())
    assert (STORE.key in left.tickets) is not is_copy


def test_a_ticket_that_is_listed_is_no_copy() -> None:
    ledger = Ledger({VAULT.key: "2", STORE.key: "9"})
    wanted = VAULT, about("Store", LOGINS)
    assert not kept(*wanted, copy=theirs(STORE), original=held(VAULT, "2"), ledger=ledger).copies


DELETED = {
    "listed": Ledger({VAULT.key: "2", STORE.key: "4"}),
    "accepted": Ledger({VAULT.key: "2"}, gone=frozenset({STORE.key})),
}


@pytest.mark.parametrize("ledger", DELETED.values(), ids=DELETED)
def test_a_copy_takes_the_place_of_its_deleted_original_and_of_no_other_ticket(ledger: Ledger) -> None:
    copy, other = theirs(STORE), held(VAULT, "2")
    left = kept(VAULT, STORE, copy=copy, original=other, ledger=ledger, renewed=frozenset({STORE.key, VAULT.key}))
    assert (left.copies, left.renewed) == ((), {STORE.key, VAULT.key})
    wanted = VAULT, about("Store", LOGINS)
    left = kept(*wanted, copy=copy, original=other, ledger=ledger, renewed=frozenset({STORE.key, VAULT.key}))
    assert (left.copies, left.renewed) == (((copy, "2"),), {VAULT.key})


@pytest.mark.parametrize(("shared", "is_copy"), [(18, True), (19, False)])
def test_an_original_says_clearly_more_of_the_same_than_the_task(shared: int, is_copy: bool) -> None:
    """Two words in twenty."""
    copy, wanted = theirs(letters("Store", 0, 20)), letters("Store", 20 - shared, 40 - shared)
    left = kept(letters("Vault", 0, 20), wanted, copy=copy, original=held(letters("Vault", 0, 20), "2"))
    assert left.copies == (((copy, "2"),) if is_copy else ())


def test_what_no_task_wants_is_judged_later() -> None:
    assert not kept(VAULT, copy=theirs(STORE), original=held(VAULT, "2")).copies


def test_the_next_ticket_with_the_key_takes_the_place_of_a_copy() -> None:
    wanted = about("Store", LOGINS)
    made, again = (theirs(wanted, number) for number in ("10", "11"))
    copies = ((made, "9"), (again, "9"), (held(SENDER, "12"), "3"))
    again_made = frozenset({wanted.key})
    left = kept(VAULT, wanted, copy=theirs(STORE), original=held(VAULT, "2"), copies=copies, renewed=again_made)
    assert (left.tickets[wanted.key], left.renewed) == (made, again_made)
    assert {(each.ticket.number, of) for each, of in left.copies} == {("9", "2"), ("11", "10"), ("12", "3")}


def letters(name: str, first: int, last: int, kind: Kind = Kind.COMPONENT) -> TaskSpec:
    """A task whose text is some of a row of words."""
    row = " ".join(f"{letter}{letter}" for letter in ascii_lowercase + ascii_uppercase)
    words = row.split()[first:last]
    return task(name, sections={"purpose": f"{' '.join(words)}."}, kind=kind)


def test_from_three_words_in_five_on_two_texts_may_be_a_copy_and_its_original() -> None:
    copy, said = theirs(letters("Store", 0, 5)), letters("Store", 0, 6)
    assert kept(said, copy=copy, original=held(letters("Vault", 2, 7), "2")).copies == ((copy, "2"),)
    assert not kept(said, copy=copy, original=held(letters("Vault", 3, 8), "2")).copies


@pytest.mark.parametrize(("shared", "is_copy"), [(7, False), (6, True)])
def test_an_original_in_another_map_counts_below_seven_words_in_twenty(shared: int, is_copy: bool) -> None:
    copy = theirs(letters("Store", 0, 20))
    own, (moved,) = holdings_of(Ledger(), copy), under_another_id(plan(letters("Vault", 0, 20)), "beta").tasks
    other = Holdings(tickets={moved.key: held(moved, "2")})
    wanted = letters("Store", 20 - shared, 40 - shared)
    left = without_copies_of_renamed(plan(wanted), own, Sorted({MAP: own, "beta": other}, ()))
    assert left.copies == (((copy, "2"),) if is_copy else ())


@pytest.mark.parametrize(("first", "is_copy"), [(8, True), (9, False)])
def test_an_original_in_another_map_says_three_words_in_five_of_the_same(first: int, is_copy: bool) -> None:
    copy = theirs(letters("Store", 0, 20))
    own, (moved,) = (
        holdings_of(Ledger(), copy),
        under_another_id(plan(letters("Vault", first, first + 20)), "beta").tasks,
    )
    other = Holdings(tickets={moved.key: held(moved, "2")})
    left = without_copies_of_renamed(plan(letters("Store", 30, 50)), own, Sorted({MAP: own, "beta": other}, ()))
    assert left.copies == (((copy, "2"),) if is_copy else ())


def test_a_copy_does_not_compete_with_its_original_for_a_name() -> None:
    original, today = held(about("Vault", f"{TOKENS}, but only for a day"), "2"), about("Other", LOGINS)
    first, second = theirs(STORE), theirs(about("Other", TOKENS), "10")
    holdings = holdings_of(Ledger({VAULT.key: "2"}), original, first, second)
    left = without_copies_of_renamed(plan(STORE, today), holdings, Sorted({MAP: holdings}, ()))
    assert left.copies == ((second, "2"), (first, "2"))


def test_a_ticket_of_another_kind_is_no_original() -> None:
    original = held(letters("Vault", 0, 9, Kind.TEST), "2")
    assert not kept(letters("Store", 20, 29), copy=theirs(letters("Store", 0, 9)), original=original).copies


@pytest.mark.parametrize("name", ["Vault", "Safe", "Chest"])
def test_of_several_originals_that_say_the_same_the_first_by_key_counts(name: str) -> None:
    names = [f"{name}{number}" for number in range(9)]
    originals = [held(about(name, TOKENS), str(number)) for number, name in enumerate(names, 2)]
    ledger, copy = Ledger({each.marker.key: each.ticket.number for each in originals}), theirs(STORE, "20")
    holdings = holdings_of(ledger, *originals, copy)
    left = without_copies_of_renamed(plan(about("Store", LOGINS)), holdings, Sorted({MAP: holdings}, ()))
    assert left.copies == ((copy, "2"),)


def test_copies_that_originals_turn_out_to_have_are_in_order() -> None:
    names, rows = [f"Part{number}" for number in range(6)], [(8 * number, 8 * number + 8) for number in range(6)]
    originals = [
        held(letters(f"Former{name}", first, last - 1), str(number))
        for number, (name, (first, last)) in enumerate(zip(names, rows, strict=True), 2)
    ]
    wanted = [letters(name, *row) for name, row in reversed([*zip(names, rows, strict=True)])]
    copies = [theirs(spec, str(number)) for number, spec in enumerate(wanted, 20)]
    ledger = Ledger({each.marker.key: each.ticket.number for each in originals})
    holdings = holdings_of(ledger, *originals, *copies)
    left = without_copies_of_renamed(plan(*wanted), holdings, Sorted({MAP: holdings}, ()))
    assert [(each.ticket.number, original) for each, original in left.copies] == [
        (str(25 - place), str(place + 2)) for place in range(6)
    ]


@pytest.mark.parametrize(
    ("text", "there", "is_copy"),
    [
        (LOGINS, VAULT, True),
        (TOKENS, VAULT, False),
        (f"{LOGINS} until they expire and forgets them then", VAULT, False),
        (LOGINS, about("Vault", f"{TOKENS}, but only if a person said that it may be done that way"), False),
    ],
    ids=["another task", "the same task", "a task somewhat like it", "the other one is only alike"],
)
def test_an_original_in_another_map_counts_where_the_task_is_about_something_else(
    text: str, there: TaskSpec, is_copy: bool
) -> None:
    copy = theirs(STORE)
    own, (moved,) = holdings_of(Ledger(), copy), under_another_id(plan(there), "beta").tasks
    other = Holdings(tickets={moved.key: held(moved, "2")})
    left = without_copies_of_renamed(plan(about("Store", text)), own, Sorted({MAP: own, "beta": other}, ()))
    assert left.copies == (((copy, "2"),) if is_copy else ())
