"""Which ticket belongs to which task of a unit of specs, and when a unit was generated again: a case for each rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.planning.task import TaskSpec
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import State
from techmap_sync.sync.unit_tasks import regenerated, unit_renames
from tests.sync.build import THREE, held, key, plan, task


def leaf(name: str, text: str, number: str = "", title: str = "") -> TaskSpec:
    """A single task, which its only box says."""
    return steps(name, title or text, f"**{number}** {text}" if number else text)


def steps(name: str, title: str, *texts: str) -> TaskSpec:
    """A task of a plan: its boxes say how it is done."""
    return task(name, title, {"items": "\n".join(f"- [ ] {text}" for text in texts)})


def tickets_of(*specs: TaskSpec, listed: tuple[str, ...] = (), gone: tuple[str, ...] = ()) -> Holdings:
    """The tickets of tasks, as they are right after a push.

    :param listed: names of further tasks that the ledger lists.
    :param gone: names of tasks whose tickets were deleted.
    """
    tracking = held(THREE.tracking, "1")
    ledger = Ledger({key(name): "9" for name in listed}, gone=frozenset(map(key, gone)))
    block = replace(tracking.block, marker=replace(tracking.marker, ledger=ledger))
    tickets = {spec.key: held(spec, str(number)) for number, spec in enumerate(specs, 2)}
    return Holdings(replace(tracking, block=block), tickets)


def renamed(holdings: Holdings, *specs: TaskSpec, **changed: frozenset[str]) -> dict[str, str]:
    found = unit_renames(replace(plan(*specs), **changed), holdings)  # type: ignore[arg-type]
    return {old.rpartition("/")[2]: new.rpartition("/")[2] for old, new in found.items()}


FIVE, THREE_OF_FIVE, TWO_OF_FIVE = "ab cd ef gh ij", "ab cd ef xx yy", "ab cd xx yy zz"
FOUR_OF_FIVE = "ab cd ef gh zz"
TWENTY = " ".join(f"word{letter}" for letter in "abcdefghijklmnopqrst")
ELEVEN_OF_TWENTY = " ".join([*TWENTY.split()[:11], *(f"other{letter}" for letter in "abcdefghi")])
TEN_OF_TWENTY = " ".join([*TWENTY.split()[:10], *(f"other{letter}" for letter in "abcdefghij")])
OTHER = "kl mn op qr st"
SAME_TITLE = steps("b", FIVE, "one", "two", "three")

IDENTITIES: dict[str, tuple[list[TaskSpec], list[TaskSpec], dict[str, str]]] = {
    "the same text is the same task": ([leaf("a", FIVE)], [leaf("b", FIVE)], {"a": "b"}),
    "its own key is no rename": ([leaf("a", FIVE)], [leaf("a", FIVE)], {}),
    "a key with one name keeps it, however it is worded": ([leaf("a", FIVE)], [leaf("a", OTHER)], {}),
    "it keeps it where another task has its words": ([leaf("a", FIVE)], [leaf("a", OTHER), leaf("b", FIVE)], {}),
    "no ticket takes a task that keeps its own": (
        [leaf("a", FIVE), leaf("b", OTHER)],
        [leaf("b", FIVE)],
        {},
    ),
    "three fifths of the words are enough": ([leaf("a", FIVE)], [leaf("b", THREE_OF_FIVE)], {"a": "b"}),
    "two fifths are not": ([leaf("a", FIVE)], [leaf("b", TWO_OF_FIVE)], {}),
    "with the same number 55 % are enough": (
        [leaf("a", TWENTY, "T1")],
        [leaf("b", ELEVEN_OF_TWENTY, "T1")],
        {"a": "b"},
    ),
    "with the same number half is not": ([leaf("a", TWENTY, "T1")], [leaf("b", TEN_OF_TWENTY, "T1")], {}),
    "with another number 55 % are not": ([leaf("a", TWENTY, "T1")], [leaf("b", ELEVEN_OF_TWENTY, "T2")], {}),
    "without numbers 55 % are not": ([leaf("a", TWENTY)], [leaf("b", ELEVEN_OF_TWENTY)], {}),
    "the same number counts for more than likeness": (
        [leaf("a", FOUR_OF_FIVE, "T2"), leaf("b", THREE_OF_FIVE, "T1")],
        [leaf("c", FIVE, "T1")],
        {"b": "c"},
    ),
    "of two with the same number the one that is more alike comes first": (
        [leaf("a", THREE_OF_FIVE, "T1"), leaf("b", FOUR_OF_FIVE, "T1")],
        [leaf("c", FIVE, "T1")],
        {"b": "c"},
    ),
    "the same text counts for more than the same number": (
        [leaf("a", FOUR_OF_FIVE, "T1"), leaf("b", FIVE, "T2")],
        [leaf("c", FIVE, "T1")],
        {"b": "c"},
    ),
    "of two with the same text the one with the number is it": (
        [leaf("a", FIVE, "T1"), leaf("b", FIVE, "T2")],
        [leaf("c", FIVE, "T2")],
        {"b": "c"},
    ),
    "of two with the same text the one with the key is it": (
        [leaf("a", FIVE), leaf("b", FIVE)],
        [leaf("b", FIVE)],
        {},
    ),
    "of two with the same text each keeps its key": (
        [leaf("a", FIVE), leaf("b", FIVE)],
        [leaf("b", FIVE), leaf("c", FIVE)],
        {"a": "c"},
    ),
    "of two with the same text one is it": ([leaf("a", FIVE), leaf("b", FIVE)], [leaf("c", FIVE)], {"a": "c"}),
    "one ticket serves one of two tasks": ([leaf("a", FIVE)], [leaf("c", FIVE), leaf("d", FIVE)], {"a": "c"}),
    "no ticket gets the key that another one keeps": (
        [leaf("a", FIVE), leaf("b", OTHER), leaf("c", OTHER)],
        [leaf("b", FIVE)],
        {},
    ),
    "nor one that follows from it": (
        [leaf("a", FIVE), leaf("b", OTHER), leaf("c", "uv wx"), leaf("d", "uv wx")],
        [leaf("b", FIVE), leaf("c", OTHER)],
        {},
    ),
    "two namesakes exchange their keys with two others": (
        [leaf("a", FIVE), leaf("b", OTHER), leaf("c", FIVE), leaf("d", OTHER)],
        [leaf("a", OTHER), leaf("b", FIVE), leaf("c", OTHER), leaf("d", FIVE)],
        {"a": "b", "b": "a", "c": "d", "d": "c"},
    ),
    "a title that says more than the box is still a single task": (
        [leaf("a", FIVE)],
        [leaf("b", FOUR_OF_FIVE, title=f"{FOUR_OF_FIVE} and more words")],
        {"a": "b"},
    ),
    "so is one that says less": ([leaf("a", FIVE)], [leaf("b", FOUR_OF_FIVE, title="ab cd")], {"a": "b"}),
    "a single step below another title is none": ([leaf("a", FIVE)], [leaf("b", THREE_OF_FIVE, title="uv wx")], {}),
    "a single task is not the first step of a plan": (
        [steps("a", "uv wx", FIVE, "two", "three")],
        [leaf("b", FIVE)],
        {},
    ),
    "a task whose only step is one of two now is the same": (
        [leaf("a", FIVE)],
        [steps("b", "uv wx", OTHER, FIVE)],
        {"a": "b"},
    ),
    "the same title is the same plan": ([steps("a", FIVE, "four", "five")], [SAME_TITLE], {"a": "b"}),
    "two of three steps are enough": ([steps("a", OTHER, "one", "two", "four")], [SAME_TITLE], {"a": "b"}),
    "one of two steps is not": ([steps("a", OTHER, "one", "four")], [SAME_TITLE], {}),
    "one of three steps is with an alike title": (
        [steps("a", THREE_OF_FIVE, "one", "four", "five")],
        [SAME_TITLE],
        {"a": "b"},
    ),
    "an alike title without a step in common is not": ([steps("a", THREE_OF_FIVE, "four", "five")], [SAME_TITLE], {}),
    "an alike title is enough without steps": ([steps("a", THREE_OF_FIVE)], [SAME_TITLE], {"a": "b"}),
    "another title without steps is not": ([steps("a", TWO_OF_FIVE)], [SAME_TITLE], {}),
    "the same title counts for more than the same steps": (
        [steps("a", OTHER, "one", "two", "four"), steps("c", FIVE, "five", "six")],
        [SAME_TITLE],
        {"c": "b"},
    ),
    "of two with the same title the one with the steps is it": (
        [steps("a", FIVE, "five", "six"), steps("c", FIVE, "one", "four")],
        [SAME_TITLE],
        {"c": "b"},
    ),
    "the same steps count for more than an alike title": (
        [steps("a", FOUR_OF_FIVE, "one", "four", "five"), steps("c", OTHER, "two", "three", "six")],
        [SAME_TITLE],
        {"c": "b"},
    ),
    "more of the same steps count for more": (
        [steps("a", OTHER, "one", "two", "four"), steps("c", "uv wx", "three")],
        [SAME_TITLE],
        {"c": "b"},
    ),
    "steps that several tickets have tell none from another": (
        [steps("a", OTHER, "one", "two", "three"), steps("c", "uv wx", "one", "two", "three")],
        [SAME_TITLE],
        {},
    ),
    "nor do steps that several tasks have": (
        [steps("a", OTHER, "one", "two", "three")],
        [SAME_TITLE, steps("c", "uv wx", "one", "two", "three")],
        {},
    ),
    "namesakes whose steps were exchanged exchange their keys": (
        [steps("a", FIVE, "one", "two"), steps("b", FIVE, "three", "four")],
        [steps("a", FIVE, "three", "four"), steps("b", FIVE, "one", "two")],
        {"a": "b", "b": "a"},
    ),
    "single tasks with one text are namesakes under any title": (
        [leaf("a", FIVE, "T1", f"{FIVE} first"), leaf("b", FIVE, "T2", f"{FIVE} second")],
        [leaf("a", FIVE, "T2", f"{FIVE} first"), leaf("b", FIVE, "T1", f"{FIVE} second")],
        {"a": "b", "b": "a"},
    ),
    "a name that two tasks have settles no key": (
        [leaf("a", FIVE, "T1")],
        [leaf("a", FIVE, "T2"), leaf("c", FIVE, "T1")],
        {"a": "c"},
    ),
    "a name that two tickets have settles no key": (
        [leaf("a", FIVE, "T1"), leaf("c", FIVE, "T2")],
        [leaf("a", FIVE, "T2"), leaf("d", FOUR_OF_FIVE, "T1")],
        {"a": "d", "c": "a"},
    ),
    "words that several tasks have tell little": (
        [leaf("a", FIVE)],
        [leaf("b", THREE_OF_FIVE), leaf("c", "ab cd ef zz ww")],
        {},
    ),
    "the same title counts for more than the same key": (
        [steps("a", FIVE, "one", "two", "four"), steps("b", FIVE, "five", "six")],
        [steps("a", OTHER, "one", "two", "three"), steps("c", FIVE, "seven")],
        {"a": "c"},
    ),
    "55 % of a title are not enough, whatever step is the same": (
        [steps("a", TWENTY, "one", "four", "five")],
        [steps("b", ELEVEN_OF_TWENTY, "one", "two", "three")],
        {},
    ),
    "boxes of other sections are no tasks": (
        [leaf("a", FIVE)],
        [task("b", THREE_OF_FIVE, {"items": f"- [ ] {THREE_OF_FIVE}", "where": f"- [ ] {OTHER}"})],
        {"a": "b"},
    ),
    "a ticket without steps is known by its title": (
        [task("a", FIVE, {"purpose": "What for."})],
        [task("b", FIVE, {"purpose": "What for."})],
        {"a": "b"},
    ),
    "a follow-up goes to another task where its own is gone": (
        [leaf("a", OTHER), leaf("a~2", FIVE)],
        [leaf("b", FIVE)],
        {"a~2": "b"},
    ),
    "the same text counts for more than the same words and number": (
        [leaf("a", "cd ab ef gh ij", "T1"), leaf("b", FIVE, "T2")],
        [leaf("c", FIVE, "T1")],
        {"b": "c"},
    ),
    "a single task with the text counts for more than a plan with the title": (
        [steps("a", FIVE, FIVE, "two"), leaf("b", FIVE)],
        [leaf("c", FIVE)],
        {"b": "c"},
    ),
    "a follow-up stays with its task": (
        [leaf("a", FIVE), leaf("a~2", FOUR_OF_FIVE)],
        [leaf("a", FIVE), leaf("b", FOUR_OF_FIVE)],
        {},
    ),
    "a follow-up goes with its task": (
        [leaf("a", FIVE), leaf("a~2", FOUR_OF_FIVE)],
        [leaf("b", FIVE)],
        {"a": "b", "a~2": "b~2"},
    ),
    "a follow-up goes with its task though another one has the key now": (
        [leaf("a", FIVE), leaf("c", FIVE), leaf("a~2", FOUR_OF_FIVE)],
        [leaf("a", OTHER), leaf("d", FIVE)],
        {"a": "d", "a~2": "d~2"},
    ),
    "a follow-up is the ticket of its task where the other is gone": (
        [leaf("a~2", FIVE)],
        [leaf("b", FIVE)],
        {"a~2": "b"},
    ),
    "a task that has a follow-up gets no other one": (
        [leaf("b", FIVE), leaf("a~2", FOUR_OF_FIVE), leaf("b~2", OTHER)],
        [leaf("b", FIVE)],
        {},
    ),
    "a follow-up of something else stays alone": ([leaf("a~2", OTHER)], [leaf("b", FIVE)], {}),
}
"""Tickets, the tasks of today, and the new names of tickets."""


@pytest.mark.parametrize("rule", IDENTITIES)
def test_which_ticket_belongs_to_which_task(rule: str) -> None:
    tickets, tasks, expected = IDENTITIES[rule]
    assert renamed(tickets_of(*tickets), *tasks) == expected


def test_a_task_whose_ticket_was_deleted_takes_none_of_another_task() -> None:
    for holdings in (tickets_of(leaf("a", FIVE), gone=("b",)), tickets_of(leaf("a", FIVE), listed=("b",))):
        assert not renamed(holdings, leaf("b", FIVE))
    for holdings in (tickets_of(leaf("a~2", FIVE), gone=("b",)), tickets_of(leaf("a~2", FIVE), listed=("b",))):
        assert not renamed(holdings, leaf("b", FIVE))
    assert renamed(tickets_of(leaf("a", FIVE), gone=("c",), listed=("d",)), leaf("b", FIVE)) == {"a": "b"}


def test_tickets_that_the_ledger_lists_are_there() -> None:
    tickets, tasks, expected = IDENTITIES["two namesakes exchange their keys with two others"]
    assert renamed(tickets_of(*tickets, listed=("a", "b", "c", "d")), *tasks) == expected


def test_what_is_not_to_be_done_or_not_approved_keeps_its_ticket() -> None:
    holdings = tickets_of(leaf("a", FIVE))
    assert not renamed(holdings, leaf("b", FIVE), dropped=frozenset({key("a")}))
    assert not renamed(holdings, leaf("b", FIVE), withheld=frozenset({key("a")}))
    assert not renamed(holdings, leaf("b", FIVE), dropped=frozenset({key("a")}), withheld=frozenset({key("c")}))


def test_a_ticket_that_we_closed_because_its_task_was_gone_is_no_other_tasks() -> None:
    (only,) = (held(leaf("a", FIVE), "2", state=State.CLOSED),)
    closed_by_us = replace(only, block=replace(only.block, marker=replace(only.marker, state=State.CLOSED)))
    by_a_person = Holdings(tickets={key("a"): only})
    assert renamed(by_a_person, leaf("b", FIVE)) == {"a": "b"}
    assert not renamed(Holdings(tickets={key("a"): closed_by_us}), leaf("b", FIVE))
    namesakes = {key("a"): closed_by_us, key("b"): held(leaf("b", FIVE), "3")}
    assert renamed(Holdings(tickets=namesakes), leaf("a", FIVE), leaf("c", FIVE)) == {"b": "c"}


def gone_of(holdings: Holdings, *specs: TaskSpec, leaves: tuple[tuple[str, str], ...] = ()) -> tuple[int, int]:
    return regenerated(replace(plan(*specs), leaves=leaves), holdings)


A, B, C, D = leaf("a", FIVE, "T1"), leaf("b", OTHER, "T2"), leaf("c", "uv wx", "T3"), leaf("d", "one two", "T4")
GENERATED: dict[str, tuple[list[TaskSpec], list[TaskSpec], tuple[int, int]]] = {
    "nothing is gone": ([A, B], [A, B], (0, 2)),
    "half is gone": ([A, B], [A, D], (0, 2)),
    "two of three are gone": ([A, B, C], [A, D], (2, 3)),
    "all are gone": ([A, B], [C, D], (2, 2)),
    "all are reworded": ([A, B], [leaf("a", THREE_OF_FIVE), leaf("b", "kl mn op xx yy")], (0, 2)),
    "all are reworded beyond recognition": ([A, B], [leaf("a", TWO_OF_FIVE), leaf("b", "kl mn xx yy zz")], (2, 2)),
    "two are reworded alike, and one text takes one of them": (
        [leaf("a", THREE_OF_FIVE), leaf("b", FOUR_OF_FIVE)],
        [leaf("c", FIVE)],
        (0, 2),
    ),
    "of three with one text two are gone": (
        [A, leaf("b", FIVE), leaf("c", FIVE)],
        [leaf("a", FIVE, title="x")],
        (2, 3),
    ),
    "steps that all have count for nothing": (
        [steps("a", "ab cd", "one", "two"), steps("b", "ef gh", "one", "two")],
        [steps("a", "uv wx", "one", "two"), steps("b", "yy zz", "one", "two")],
        (2, 2),
    ),
    "the titles above steps that all have count": (
        [steps("a", "ab cd", "one", "two"), steps("b", "ef gh", "one", "two")],
        [steps("c", "ab cd", "one", "two"), steps("d", "ef gh", "one", "two")],
        (0, 2),
    ),
    "each step counts where others do not have it": (
        [steps("a", "ab cd", "one", "two", "three"), steps("b", "ef gh", "four")],
        [steps("a", "ab cd", "five", "six", "seven"), steps("b", "ef gh", "four")],
        (3, 4),
    ),
}
"""Tickets, the tasks of today, and how many of how many are gone, where it is more than half."""


@pytest.mark.parametrize("what", GENERATED)
def test_a_unit_was_generated_again_where_more_than_half_of_its_tasks_are_gone(what: str) -> None:
    tickets, tasks, expected = GENERATED[what]
    assert gone_of(tickets_of(*tickets), *tasks) == expected


def test_tasks_that_get_no_ticket_count_as_there() -> None:
    assert gone_of(tickets_of(A, B), leaves=(("T1", FIVE), ("T2", OTHER))) == (0, 2)
    assert gone_of(tickets_of(A, B), leaves=(("T7", FIVE),)) == (0, 2)
    assert gone_of(tickets_of(A, B, C), leaves=(("T7", FIVE),)) == (2, 3)


def test_a_text_stands_for_one_task_that_is_worded_alike() -> None:
    assert gone_of(tickets_of(A), leaves=(("T7", FOUR_OF_FIVE),)) == (0, 1)
    alike = tickets_of(leaf("a", THREE_OF_FIVE), leaf("b", FOUR_OF_FIVE), C)
    assert gone_of(alike, leaves=(("T7", FIVE),)) == (2, 3)


SIX = "ab cd ef gh ij kl"
FIVE_OF_SIX, FIVE_OF_SIX_TOO = "ab cd ef gh ij yy", "ab cd ef gh ij zz"


def test_of_two_that_are_alike_one_text_stands_for_one() -> None:
    alike = tickets_of(leaf("a", FIVE_OF_SIX), leaf("b", FIVE_OF_SIX_TOO), C)
    assert gone_of(alike, leaves=(("T7", SIX),)) == (2, 3)


def test_the_most_alike_texts_are_matched_first_and_once() -> None:
    alike = tickets_of(leaf("a", "ab cd kl yy zz"), leaf("b", "ab ij kl mn zz"), C)
    assert gone_of(alike, leaves=(("T7", "ab kl mn yy"), ("T8", "cd mn yy zz"))) == (0, 3)


def test_the_lists_of_a_task_count_together() -> None:
    both = replace(
        steps("a", FIVE, "one", "two"), sections=(*steps("a", FIVE, "one").sections, *steps("a", FIVE, "two").sections)
    )
    assert renamed(tickets_of(steps("b", OTHER, "one", "two")), both) == {"b": "a"}


def test_a_closed_ticket_counts_while_its_task_is_there() -> None:
    closed = Holdings(tickets={key("a"): held(A, "2", state=State.CLOSED), key("b"): held(B, "3")})
    assert gone_of(closed, C) == (1, 1)
    assert gone_of(closed, leaf("a", "uv wx"), C) == (2, 2)


@pytest.mark.parametrize(("count", "gone"), [(400, 399), (401, 401)])
def test_in_a_very_large_unit_only_equal_texts_match(count: int, gone: int) -> None:
    many = [leaf(f"a{number}", f"u{number} v{number}") for number in range(count - 1)]
    assert gone_of(tickets_of(A, *many), leaf("b", FOUR_OF_FIVE)) == (gone, count)
    assert gone_of(tickets_of(A, *many), A, *many) == (0, count)
