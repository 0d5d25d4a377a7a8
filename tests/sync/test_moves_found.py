"""Which tasks moved to another map: found, held and remarked from the tasks and tickets of all maps alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import TaskSpec
from techmap_sync.sync.block import Held
from techmap_sync.sync.claims import Claims
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.moves import Moves, Side, find_moves, has_open_ends, tickets_that_may_be_anywhere
from techmap_sync.sync.tickets import Holdings, Stray
from techmap_sync.sync.tracker import Standing, State
from tests.sync.build import held, marked, plan, task


def said(first: int, count: int = 10) -> str:
    """A text of some words; texts have in common the words with the same numbers."""
    return " ".join(f"w{number}" for number in range(first, first + count))


def key(short: str) -> str:
    """`alpha/Store` for a component, `alpha/test/unit` for anything else."""
    return short if short.count("/") == 2 else short.replace("/", "/component/")


def spec(short: str, text: str = "", title: str = "A", **more: object) -> TaskSpec:
    """A task; with the same title, two are alike by 0.4 and 0.06 for each of ten words, else by the words alone."""
    _, kind, name = key(short).split("/")
    made = task(name, title, {"purpose": text}, kind=Kind(kind))
    return replace(made, key=key(short), **more)  # type: ignore[arg-type]


def ticket(short: str, text: str = "", number: str = "2", title: str = "A", **changed: object) -> Held:
    return held(spec(short, text, title), number, **changed)


def let_go(short: str, text: str = "", number: str = "2") -> Held:
    return marked(ticket(short, text, number, state=State.CLOSED), state=str(State.CLOSED))


def holdings(map_id: str, *has: Held, ledger: Ledger | None = None, **more: object) -> Holdings:
    of_map = {"map_id": map_id, "key": f"{map_id}/tracking/map", "ledger": ledger or Ledger()}
    tracking = marked(held(plan().tracking, "1"), **of_map)
    return Holdings(tracking, {each.marker.key: each for each in has}, **more)  # type: ignore[arg-type]


def side(
    map_id: str, *tasks: TaskSpec, has: tuple[Held, ...] = (), held_back: str = "", opaque: bool = False, **more: object
) -> Side:
    """A map with a file, in which are these tasks."""
    there = holdings(map_id, *has, **more)  # type: ignore[arg-type]
    return Side(map_id, there, replace(plan(*tasks), map_id=map_id), held_back, opaque)


def keys(pairs: dict[str, str]) -> dict[str, str]:
    return {key(old): key(new) for old, new in pairs.items()}


def moves(found: dict[str, str] | None = None, heirs: dict[str, str] | None = None, **more: dict[str, str]) -> Moves:
    return Moves(keys(found or {}), keys(heirs or {}), **{name: _by_key(each) for name, each in more.items()})


def _by_key(reasons: dict[str, str]) -> dict[str, str]:
    return {key(short): reason for short, reason in reasons.items()}


def may_be(new: str, old: str, number: str = "2", title: str = "A", but: str = "") -> str:
    """Why a task and a ticket are held."""
    maps, name = (new.partition("/")[0], old.partition("/")[0]), key(new).rpartition("/")[2]
    known = f'"{title}" in map "{maps[0]}" may be ticket {number} of map "{maps[1]}", moved'
    way_out = f"If it moved, add <!-- was: {key(old)} --> after its name, else <!-- was: {name} -->"
    return f"{known}, but {but}. {way_out}" if but else f"{known}; {way_out}"


LEFT = ticket("alpha/Sender", said(0))
ALPHA = side("alpha", has=(LEFT,))
SENDER = spec("beta/Sender", said(20))
GONE = side("delta", ledger=Ledger({key("delta/Sender"): "9"}))
"""A map whose ticket of that name was deleted: it has an heir in each task of the name that no ticket was found for."""


def test_the_same_name_in_another_map_is_the_same_task_whatever_it_says() -> None:
    assert find_moves([ALPHA, side("beta", SENDER), GONE]) == moves({"alpha/Sender": "beta/Sender"})


@pytest.mark.parametrize(
    "beta",
    [
        side("beta", SENDER, ledger=Ledger({SENDER.key: "9"})),
        side("beta", SENDER, has=(ticket("beta/Sender", number="5"),)),
        side("beta", SENDER, claims=Claims({SENDER.key: (LEFT.ticket,)})),
        side("beta", SENDER, unreadable={SENDER.key: Stray(LEFT.ticket, "broken")}),
        side("beta", SENDER, ledger=Ledger(gone=frozenset({SENDER.key}))),
    ],
    ids=["listed", "held", "claimed", "unreadable", "gone"],
)
def test_a_task_whose_ticket_is_known_was_in_no_other_map(beta: Side) -> None:
    assert find_moves([ALPHA, beta]) == Moves()


def test_a_task_that_gets_a_new_ticket_in_any_case_takes_no_other() -> None:
    assert find_moves([ALPHA, side("beta", SENDER)], frozenset({SENDER.key})) == Moves()


def test_a_task_of_a_unit_of_specs_stays_in_it_even_by_its_authors_word() -> None:
    named = spec("beta/task/send", said(0), was=(LEFT.marker.key,))
    assert find_moves([ALPHA, side("beta", named)]) == Moves()


def test_a_ticket_that_its_own_ledger_lists_under_a_former_name_is_in_no_other_map() -> None:
    alpha = side("alpha", spec("alpha/Store"), has=(LEFT,), ledger=Ledger({key("alpha/Store"): "2"}))
    assert find_moves([alpha]) == Moves()


CLOSED_EARLIER = "ticket 2 was closed when its task was gone; if this is it, add <!-- was: {} --> first"


@pytest.mark.parametrize(
    ("alpha", "expected"),
    [
        (side("alpha", has=(LEFT,), opaque=True), moves()),
        (side("alpha", spec("alpha/Sender"), has=(LEFT,)), moves()),
        (side("alpha", has=(LEFT,), ledger=Ledger({LEFT.marker.key: "7"})), moves()),
        (
            side("alpha", has=(LEFT,), ledger=Ledger(gone=frozenset({LEFT.marker.key}))),
            moves(heirs={"alpha/Sender": "beta/Sender"}),
        ),
        (
            side("alpha", has=(let_go("alpha/Sender"),)),
            moves(remarks={"beta/Sender": CLOSED_EARLIER.format(LEFT.marker.key)}),
        ),
        (side("alpha", spec("alpha/Sender"), has=(let_go("alpha/Sender"),)), moves()),
        (side("alpha", has=(let_go("alpha/Other"),)), moves()),
    ],
    ids=["opaque", "has its task", "not the listed one", "instead of a deleted one", "let go", "back", "another"],
)
def test_a_ticket_that_may_have_its_task_or_was_let_go_moves_nowhere(alpha: Side, expected: Moves) -> None:
    assert find_moves([alpha, side("beta", SENDER)]) == expected


def test_of_names_that_no_author_chose_an_earlier_ticket_is_not_remarked() -> None:
    alpha = side("alpha", has=(let_go("alpha/test/unit"), let_go("alpha/integration", number="3")))
    tasks = spec("beta/test/unit"), spec("beta/integration")
    assert find_moves([alpha, side("beta", *tasks)]) == Moves()


def test_a_task_that_its_author_calls_its_own_is_neither_found_nor_remarked() -> None:
    own = replace(SENDER, sections=LEFT_AGAIN.sections, was=(SENDER.key,))
    lost = side("gamma", has=(let_go("gamma/Sender", number="3"),))
    assert find_moves([ALPHA, lost, side("beta", own), GONE]) == Moves()


LEFT_AGAIN = spec("beta/Sender", said(0))

# What ledgers and authors say.


@pytest.mark.parametrize(
    ("alpha", "beta", "found"),
    [
        ((), (spec("beta/Mailer", said(20)),), {"alpha/Sender": "beta/Mailer"}),
        ((spec("alpha/Sender"),), (spec("beta/Mailer", said(20)),), {}),
        ((), (), {}),
    ],
    ids=["unfinished", "its task is there again", "its task is in neither"],
)
def test_what_the_ledger_of_a_map_lists_comes_back_where_only_that_map_has_the_task(
    alpha: tuple[TaskSpec, ...], beta: tuple[TaskSpec, ...], found: dict[str, str]
) -> None:
    sides = side("alpha", *alpha, has=(LEFT,)), side("beta", *beta, ledger=Ledger({key("beta/Mailer"): "2"}))
    assert find_moves([*sides, side("gamma", spec("gamma/Other", said(40)))]) == moves(found)


def was(short: str, *others: str, text: str = "") -> TaskSpec:
    return spec(short, text or said(20), was=tuple(map(key, others)))


STILL = f'it was said to be {key("alpha/Sender")}, but map "alpha" still has that task'


@pytest.mark.parametrize(
    ("beta", "expected"),
    [
        ((was("beta/Mailer", "alpha/Sender"),), moves({"alpha/Sender": "beta/Mailer"})),
        ((was("beta/Mailer", "nowhere/Sender"),), moves()),
        (
            (was("beta/Mailer", "alpha/Sender"), was("beta/Post", "alpha/Sender")),
            moves(
                {"alpha/Sender": "beta/Mailer"},
                held={"beta/Post": f"{key('beta/Mailer')} was said to be {key('alpha/Sender')}, too"},
            ),
        ),
        ((was("beta/Mailer", "alpha/Sender", "gamma/Sender"),), moves({"alpha/Sender": "beta/Mailer"})),
    ],
    ids=["one", "unknown", "two tasks", "two tickets"],
)
def test_the_author_names_one_ticket_of_another_map(beta: tuple[TaskSpec, ...], expected: Moves) -> None:
    gamma = side("gamma", has=(ticket("gamma/Sender", said(40), "3"),))
    assert find_moves([ALPHA, gamma, side("beta", *beta)]) == expected


def test_what_its_author_says_of_a_task_leaves_it_no_other_ticket() -> None:
    gamma = side("gamma", has=(ticket("gamma/Sender", said(20), "3"),))
    named = was("beta/Sender", "alpha/Other")
    alpha = side("alpha", has=(ticket("alpha/Other", said(60)),))
    assert find_moves([alpha, gamma, side("beta", named), GONE]) == moves({"alpha/Other": "beta/Sender"})
    alpha = side("alpha", spec("alpha/Other"))
    reason = STILL.replace("Sender", "Other")
    assert find_moves([alpha, gamma, side("beta", named), GONE]) == moves(held={"beta/Sender": reason})


def test_a_ticket_that_was_let_go_comes_back_by_its_authors_word() -> None:
    alpha, named = side("alpha", has=(let_go("alpha/Sender"),)), was("beta/Mailer", "alpha/Sender")
    assert find_moves([alpha, side("beta", named)]) == moves({"alpha/Sender": "beta/Mailer"})
    reason = may_be("beta/Mailer", "alpha/Sender", but="it waits")
    beta = side("beta", named, held_back="it waits")
    assert find_moves([alpha, beta]) == moves(held={"beta/Mailer": reason, "alpha/Sender": reason})


@pytest.mark.parametrize("side_id", ["alpha", "beta"])
def test_a_move_from_or_to_a_map_that_is_not_written_is_held_on_both_sides(side_id: str) -> None:
    sides = [
        replace(each, held_back="it waits") if each.map_id == side_id else each
        for each in (ALPHA, side("beta", SENDER))
    ]
    reason = may_be("beta/Sender", "alpha/Sender", but="it waits")
    assert find_moves(sides) == moves(held={"beta/Sender": reason, "alpha/Sender": reason})


# Tickets that were deleted or released.


@pytest.mark.parametrize(
    ("task_of_beta", "heirs"),
    [
        (spec("beta/Sender"), {"alpha/Sender": "beta/Sender"}),
        (was("beta/Sender", "gamma/Sender"), {"gamma/Sender": "beta/Sender"}),
        (was("beta/Sender", "alpha/Other"), {"alpha/Sender": "beta/Sender"}),
        (was("beta/Sender", "beta/Sender"), {}),
        (was("beta/Mailer", "alpha/Sender"), {"alpha/Sender": "beta/Mailer"}),
        (spec("beta/test/unit"), {}),
        (was("beta/test/unit", "alpha/test/unit"), {"alpha/test/unit": "beta/test/unit"}),
        (spec("beta/integration"), {}),
        (was("beta/Sender", "beta/Sender", "alpha/Sender"), {"alpha/Sender": "beta/Sender"}),
    ],
)
def test_a_deleted_ticket_has_an_heir_of_its_name(task_of_beta: TaskSpec, heirs: dict[str, str]) -> None:
    sides = [
        side(map_id, ledger=Ledger({key(f"{map_id}/{name}"): "9" for name in ("Sender", "test/unit", "integration")}))
        for map_id in ("alpha", "gamma")
    ]
    assert find_moves([*sides, side("beta", task_of_beta)]) == moves(heirs=heirs)


SENDER_OF_ALPHA = LEFT.marker.key


@pytest.mark.parametrize(
    ("alpha", "is_given_up"),
    [
        (side("alpha", ledger=Ledger({SENDER_OF_ALPHA: "9"})), True),
        (side("alpha", ledger=Ledger(gone=frozenset({SENDER_OF_ALPHA}))), True),
        (side("alpha", unreadable={SENDER_OF_ALPHA: Stray(LEFT.ticket, "broken")}), True),
        (side("alpha", spec("alpha/Sender"), ledger=Ledger({SENDER_OF_ALPHA: "9"})), False),
        (side("alpha", ledger=Ledger({SENDER_OF_ALPHA: "3"})), False),
    ],
    ids=["deleted", "gone", "released", "its task stays", "moved on"],
)
def test_only_a_ticket_that_was_given_up_has_an_heir(alpha: Side, is_given_up: bool) -> None:
    gamma = side("gamma", spec("gamma/Sender"), has=(ticket("gamma/Sender", number="3"),))
    heirs = {"alpha/Sender": "beta/Sender"} if is_given_up else {}
    assert find_moves([alpha, gamma, side("beta", SENDER)]) == moves(heirs=heirs)


def test_a_ticket_that_was_deleted_has_no_heir_in_its_own_map() -> None:
    alpha = side("alpha", was("alpha/test/load", "alpha/test/unit"), ledger=Ledger({key("alpha/test/unit"): "9"}))
    assert find_moves([alpha, side("beta", spec("beta/Store"))]) == Moves()


# Likeness.


def test_two_tasks_that_may_be_one_ticket_are_held_unless_one_is_clearly_more_like_it() -> None:
    beta, delta = side("beta", spec("beta/Sender", said(2))), side("delta", spec("delta/Sender", said(9)))
    gone = side("omega", ledger=Ledger({key("omega/Sender"): "9"}))
    clear = moves({"alpha/Sender": "beta/Sender"}, {"omega/Sender": "delta/Sender"})
    assert find_moves([ALPHA, beta, delta, gone]) == clear
    delta = side("delta", spec("delta/Sender", said(3)))
    first, second = (may_be(f"{map_id}/Sender", "alpha/Sender") for map_id in ("beta", "delta"))
    held_back = {"beta/Sender": first, "alpha/Sender": first, "delta/Sender": second}
    assert find_moves([ALPHA, beta, delta, gone]) == moves(held=held_back)


EXACTLY = said(0)
"""With another title, this text is alike by 0.6, the least that may be the same task."""


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (ticket("alpha/Sender", said(0)), spec("beta/Mailer", EXACTLY, "Z"), True),
        (ticket("alpha/Sender", said(0)), spec("beta/Mailer", said(1), "Z"), False),
        (ticket("alpha/Sender", said(0)), spec("beta/test/unit", EXACTLY), False),
        (ticket("alpha/Sender", said(0), state=State.CLOSED), spec("beta/Mailer", EXACTLY), False),
        (ticket("alpha/Sender", said(0), standing=Standing.MEMBER), spec("beta/Mailer", EXACTLY), False),
        (ticket("alpha/Sender", said(0)), spec("beta/Mailer", EXACTLY, done=True), False),
        (ticket("alpha/test/unit", said(0), state=State.CLOSED), spec("beta/test/unit", EXACTLY, "Z"), True),
        (ticket("alpha/test/unit", said(0), state=State.CLOSED), spec("beta/test/unit", said(1), "Z"), False),
        (ticket("alpha/integration", said(0), state=State.CLOSED), spec("beta/integration", said(1), "Z"), False),
        (ticket("alpha/Sender", said(0), state=State.CLOSED), spec("beta/Sender", said(1), "Z"), True),
    ],
    ids=["alike", "unlike", "kind", "closed", "a copy?", "done", "name", "name alone", "shared name", "authors name"],
)
def test_an_open_ticket_of_another_name_and_any_of_the_same_move_where_they_are_alike(
    old: Held, new: TaskSpec, found: bool
) -> None:
    expected = moves({old.marker.key: new.key} if found else {})
    assert find_moves([side("alpha", has=(old,)), side("beta", new)]) == expected


def test_a_task_of_specs_that_has_another_name_in_its_own_map_did_not_move() -> None:
    alpha = side("alpha", spec("alpha/Mailer", EXACTLY, "Z"), has=(LEFT,))
    assert alpha.plan
    alpha = replace(alpha, plan=replace(alpha.plan, leaves=(("1", "Send it"),)))
    assert find_moves([alpha, side("beta", spec("beta/Other", said(40)))]) == Moves()


# Moves and renames.


def renamed(*tickets: Held) -> Side:
    """The map beta, in whose tickets the task may have another name."""
    return side("beta", spec("beta/Sender", said(20), "Z"), has=tickets)


MOVES_BY_NAME = moves({"alpha/Sender": "beta/Sender"})


@pytest.mark.parametrize(
    ("rivals", "expected"),
    [
        ((ticket("beta/Mail", said(20), "3", "A"),), moves()),
        ((ticket("beta/Mail", said(21), "3", "A"),), MOVES_BY_NAME),
        ((ticket("beta/Mail", said(20), "3", "Z", state=State.CLOSED),), MOVES_BY_NAME),
        ((ticket("beta/Mail", said(20), "3", "Z"), ticket("beta/Post", said(60), "4")), moves()),
        ((ticket("beta/test/unit", said(20), "3", "Z"),), MOVES_BY_NAME),
    ],
    ids=["just alike", "unlike", "closed", "one of two", "another kind"],
)
def test_a_task_that_is_clearly_more_like_another_ticket_of_its_map_was_renamed(
    rivals: tuple[Held, ...], expected: Moves
) -> None:
    assert find_moves([ALPHA, renamed(*rivals)]) == expected


@pytest.mark.parametrize(
    ("rival", "expected"),
    [
        (spec("alpha/Mail", said(0), "Z"), moves()),
        (spec("alpha/Mail", said(1), "Z"), MOVES_BY_NAME),
        (spec("alpha/test/unit", said(0)), MOVES_BY_NAME),
    ],
)
def test_a_ticket_that_is_clearly_more_like_another_task_of_its_map_was_renamed(
    rival: TaskSpec, expected: Moves
) -> None:
    alpha = side("alpha", rival, has=(LEFT,))
    assert find_moves([alpha, renamed()]) == expected


def test_a_rename_that_is_hardly_likelier_does_not_keep_a_name_from_moving() -> None:
    alpha = side("alpha", spec("alpha/Mail", said(4)), has=(LEFT,))
    assert find_moves([alpha, side("beta", spec("beta/Sender", said(5)))]) == MOVES_BY_NAME


def test_what_is_more_like_it_in_a_third_map_does_not_keep_a_name_from_moving() -> None:
    others = (
        side("gamma", has=(ticket("gamma/Mail", said(20), "3", "Z"),)),
        side("omega", spec("omega/Box", said(0))),
    )
    assert find_moves([ALPHA, renamed(), *others]) == MOVES_BY_NAME


CHAIN = side("alpha", spec("alpha/Mailer", said(3)), has=(LEFT, ticket("alpha/Post", said(3), "5")))
"""Its task looks like a ticket that moved, and more like another one, which it keeps."""


def test_a_name_that_is_left_when_renames_are_settled_moves() -> None:
    assert find_moves([CHAIN, renamed()]) == MOVES_BY_NAME
    gamma = side("gamma", has=(ticket("gamma/Mail", said(22), "3", "Z"),))
    assert find_moves([CHAIN, renamed(), gamma]) == MOVES_BY_NAME, "the name counts for more than some likeness"


def test_a_name_that_is_left_and_a_ticket_that_is_wholly_alike_are_both_held() -> None:
    gamma = side("gamma", has=(ticket("gamma/Mail", said(20), "3", "Z"),))
    alike, by_name = (may_be("beta/Sender", *old, title="Z") for old in (("gamma/Mail", "3"), ("alpha/Sender", "2")))
    reasons = {"beta/Sender": alike, "gamma/Mail": alike, "alpha/Sender": by_name}
    assert find_moves([CHAIN, renamed(), gamma, GONE]) == moves(held=reasons)


def test_a_task_that_was_found_by_likeness_inherits_nothing() -> None:
    beta = side("beta", spec("beta/Sender", said(0)))
    alpha = side("alpha", has=(ticket("alpha/Mailer", said(0)),))
    assert find_moves([alpha, beta, GONE]) == moves({"alpha/Mailer": "beta/Sender"})


def test_names_that_were_swapped_when_the_map_got_another_id_are_not_followed() -> None:
    alpha = side("alpha", has=(ticket("alpha/Store", said(20), "3"), LEFT))
    beta = side("beta", spec("beta/Store", said(0)), spec("beta/Sender", said(20)))
    assert find_moves([alpha, beta]) == moves({"alpha/Store": "beta/Sender", "alpha/Sender": "beta/Store"})


@pytest.mark.parametrize(
    ("text", "rival", "expected"),
    [
        (said(13, 20), ticket("alpha/Mail", said(13, 20), "3"), MOVES_BY_NAME),
        (said(14, 20), ticket("alpha/Mail", said(14, 20), "3"), moves({"alpha/Mail": "beta/Sender"})),
        (said(14, 20), ticket("alpha/Mail", said(14, 20), "3", state=State.CLOSED), MOVES_BY_NAME),
        (said(14, 20), ticket("alpha/Mail", said(50, 20), "3"), MOVES_BY_NAME),
    ],
    ids=["something in common", "only its name", "the other is closed", "nothing better"],
)
def test_a_name_alone_counts_only_where_no_open_ticket_is_alike(text: str, rival: Held, expected: Moves) -> None:
    alpha = side("alpha", has=(ticket("alpha/Sender", said(0, 20)), rival))
    assert find_moves([alpha, side("beta", spec("beta/Sender", text))]) == expected


@pytest.mark.parametrize("other", ["gamma/Mail", "alpha/test/unit"])
def test_a_name_alone_counts_where_what_is_alike_is_in_a_third_map_or_of_another_kind(other: str) -> None:
    there = ticket(other, said(20), "3")
    maps = {"alpha": (LEFT,)}
    maps[other.partition("/")[0]] = (*maps.get(other.partition("/")[0], ()), there)
    sides = [side(map_id, has=has) for map_id, has in maps.items()]
    assert find_moves([*sides, side("beta", SENDER)]) == MOVES_BY_NAME


# Renames take no part in what moved, and leave the rest.

X = ticket("gamma/X", said(40), "9")
GAMMA = side("gamma", has=(X,))


def test_a_ticket_that_moved_is_not_taken_for_a_renamed_one() -> None:
    alpha = side("alpha", spec("alpha/Mailer", said(4)), has=(LEFT, ticket("alpha/Lone", said(80), "3")))
    beta = side("beta", spec("beta/Sender", said(0)))
    gamma = side("gamma", has=(ticket("gamma/Post", said(4), "9"),))
    expected = moves({"alpha/Sender": "beta/Sender", "gamma/Post": "alpha/Mailer"})
    assert find_moves([alpha, beta, gamma]) == expected


def test_a_task_that_moved_is_not_taken_for_a_renamed_one() -> None:
    lone = ticket("alpha/Lone", said(44), "3")
    alpha = side("alpha", spec("alpha/X", said(40)), spec("alpha/New", said(70)), has=(lone,))
    beta = side("beta", spec("beta/Other", said(44)))
    assert find_moves([alpha, beta, GAMMA]) == moves({"gamma/X": "alpha/X", "alpha/Lone": "beta/Other"})


def test_a_task_that_exchanged_its_name_in_its_map_is_in_no_other() -> None:
    lone = ticket("alpha/Lone", said(80), "3")
    store = ticket("alpha/Store", said(40), "4")
    alpha = side("alpha", spec("alpha/Store", said(60)), spec("alpha/New", said(40)), has=(store, lone))
    assert find_moves([alpha, GAMMA]) == Moves()


def test_a_task_that_looks_like_a_ticket_with_a_task_is_free_to_come_from_another_map() -> None:
    lone = ticket("alpha/Lone", said(80), "3")
    store = ticket("alpha/Store", said(40), "4")
    alpha = side("alpha", spec("alpha/Store", said(40)), spec("alpha/New", said(40)), has=(store, lone))
    assert find_moves([alpha, GAMMA]) == moves({"gamma/X": "alpha/New"})


def test_a_ticket_leaves_a_map_whose_tasks_all_have_tickets_of_their_own() -> None:
    """Its tasks exchanged their names, so that more than one of them is like the ticket."""
    has = ticket("alpha/Store", said(0), "3"), ticket("alpha/Sender", said(40), "4"), ticket("alpha/X", said(40), "9")
    alpha = side("alpha", spec("alpha/Store", said(40)), spec("alpha/Sender", said(0)), has=has)
    assert find_moves([alpha, side("beta", spec("beta/New", said(40)))]) == moves({"alpha/X": "beta/New"})


# What a run has to ask for.

MANY = (
    ticket("alpha/Store", number="3"),
    LEFT,
    let_go("alpha/Report", number="4"),
    ticket("alpha/Cache", number="5"),
    ticket("alpha/Router", number="6"),
    ticket("alpha/task/send", number="7"),
)
EVERY_KIND = side(
    "alpha",
    spec("alpha/Store"),
    has=MANY,
    ledger=Ledger({key("alpha/Router"): "16", SENDER_OF_ALPHA: "2"}, gone=frozenset({key("alpha/Cache")})),
)


def test_only_tickets_that_lost_their_task_may_be_in_a_file_that_cannot_be_read() -> None:
    opaque = side("beta", has=(ticket("beta/Mailer", number="8"),), opaque=True)
    reason = "its task may be in docs/gamma.md, which cannot be read"
    assert tickets_that_may_be_anywhere([EVERY_KIND, opaque], "docs/gamma.md") == {SENDER_OF_ALPHA: reason}


FULL = side("beta", spec("beta/Store"), has=(ticket("beta/Store"),))
GROWN = side("beta", spec("beta/Store"), spec("beta/Report"), has=(ticket("beta/Store"),))
SPECS = side("beta", spec("beta/task/send"), spec("beta/Store"), has=(ticket("beta/Store"),))
EMPTY = side("gamma")


@pytest.mark.parametrize(
    ("sides", "listed", "expected"),
    [
        ([ALPHA], (), True),
        ([FULL], (), False),
        ([GROWN], (), False),
        ([GROWN, EMPTY], (), True),
        ([FULL, EMPTY], (), False),
        ([SPECS, EMPTY], (), False),
        ([GROWN], ("9",), True),
        ([FULL], ("9",), False),
        ([FULL], ("9", "2"), True),
        ([SPECS], ("9",), False),
    ],
)
def test_other_maps_matter_where_a_task_or_a_ticket_is_alone(
    sides: list[Side], listed: tuple[str, ...], expected: bool
) -> None:
    ledger = Ledger({key(f"omega/Part{number}"): number for number in listed})
    assert has_open_ends(sides, {"omega": holdings("omega", ledger=ledger)} if listed else {}) is expected
