"""Which tickets each map has once tasks moved between maps: what one drops, and what another one inherits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.planning.titles import tracking_key
from techmap_sync.sync.arrivals import after_moves
from techmap_sync.sync.block import Block, Held
from techmap_sync.sync.marker import Ledger, Marker
from techmap_sync.sync.moves import Moves, Side
from techmap_sync.sync.tickets import Departed, Former, Holdings, Stray
from techmap_sync.sync.tracker import Ticket
from tests.sync.build import POLICY, plan, under_another_id
from tests.sync.test_moves import key

A, B = key("alpha", "Sender"), key("beta", "Sender")
MOVE = Moves(found={A: B})


def ticket(key: str, number: str, tracking: str = "", parent: str | None = None, map_id: str = "") -> Held:
    """A ticket whose marker says so, under the id of its key's map unless a test names another one."""
    marker = Marker(POLICY.source, map_id or key.partition("/")[0], "", key, tracking)
    return Held(Ticket(number, "", "", parent=parent), Block("", (), marker, ""))


def side(map_id: str, tracking: str, ledger: Ledger, *tickets: Held, **more: object) -> Side:
    """A map that this run writes.

    :param tracking: number of its tracking ticket; empty when there is none.
    """
    own = ticket(tracking_key(map_id), tracking)
    own = replace(own, block=replace(own.block, marker=own.marker.with_ledger(ledger)))
    holdings = Holdings(own if tracking else None, {each.marker.key: each for each in tickets}, **more)  # type: ignore[arg-type]
    return Side(map_id, holdings, under_another_id(plan(), map_id))


def wanting(side: Side, *keys: str) -> Side:
    """The same map with tasks of these keys."""
    assert side.plan
    tasks = tuple(replace(side.plan.tracking, key=each) for each in keys)
    return replace(side, plan=replace(side.plan, tasks=tasks))


def edges(map_id: str, *names: tuple[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset((key(map_id, a), key(map_id, b)) for a, b in names)


def keys(map_id: str, *names: str) -> frozenset[str]:
    return frozenset(key(map_id, name) for name in names)


def test_tickets_that_move_take_along_what_the_ledger_knows_of_them_alone() -> None:
    going = {name: ticket(key("alpha", name), str(number)) for number, name in enumerate("STU", 12)}
    store, cache = ticket(key("alpha", "Store"), "11"), ticket(key("beta", "Cache"), "21")
    ledger = Ledger(
        tickets={key("alpha", "Store"): "11", **{each.marker.key: each.ticket.number for each in going.values()}},
        edges=edges("alpha", ("S", "T"), ("Store", "T")),
        children=keys("alpha", "S", "Store"),
        gone=keys("alpha", "Gone"),
        refused=edges("alpha", ("T", "U"), ("T", "Store")),
        declined=edges("alpha", ("U", "S"), ("Store", "U")),
        accepted=keys("alpha", "U", "Store"),
        text="the text of alpha",
    )
    alpha = side("alpha", "10", ledger, store, *going.values())
    beta = side("beta", "20", Ledger({key("beta", "Cache"): "21"}), cache, renewed=keys("beta", "Cache"))
    beta = wanting(beta, *keys("beta", *going))
    gamma = side("gamma", "30", Ledger({key("gamma", "S"): "31"}), ticket(key("gamma", "S"), "31"))
    moves = Moves(found={key("alpha", name): key("beta", name) for name in going})
    number = {name: each.ticket.number for name, each in going.items()}
    there = {key("beta", name): each for name, each in going.items()}
    assert after_moves([alpha, beta, gamma], moves) == {
        "alpha": replace(
            alpha.holdings,
            tickets={key("alpha", "Store"): store},
            departed={
                key("alpha", name): Departed("beta", key("beta", name), number[name], each, False, True)
                for name, each in going.items()
            },
        ),
        "beta": replace(
            beta.holdings,
            tickets={key("beta", "Cache"): cache, **there},
            arrived={
                key("beta", name): Former(
                    "alpha",
                    key("alpha", name),
                    "alpha/tracking/map",
                    "10",
                    was_child=name == "S",
                    is_written_there=True,
                )
                for name in going
            },
            inherited=Ledger(
                tickets={key("beta", name): number[name] for name in going},
                edges=edges("beta", ("S", "T")),
                refused=edges("beta", ("T", "U")),
                declined=edges("beta", ("U", "S")),
                accepted=keys("beta", "U"),
            ),
            renewed=keys("beta", "Cache", *going),
        ),
        "gamma": gamma.holdings,
    }


def test_tasks_without_a_ticket_that_move_stay_without_one() -> None:
    """One was deleted, one released, one given up earlier, and one of those has a copy that stands in for it."""
    stray, copy = Stray(Ticket("12", "", "mine now"), "its marker is gone"), ticket(key("alpha", "Copied"), "19")
    ledger = Ledger(
        {key("alpha", "Deleted"): "11", key("alpha", "Released"): "12", key("alpha", "Stays"): "13"},
        gone=keys("alpha", "GivenUp", "Copied"),
        accepted=keys("alpha", "GivenUp"),
    )
    stays = {key("alpha", "Stays"): Stray(Ticket("13", "", "mine, too"), "its marker is gone")}
    alpha = side("alpha", "10", ledger, copy, unreadable={key("alpha", "Released"): stray, **stays})
    names = ("Deleted", "Released", "GivenUp", "Copied")
    beta = wanting(side("beta", "20", Ledger()), *keys("beta", *names))
    moves = Moves(heirs={key("alpha", name): key("beta", name) for name in names})
    assert after_moves([alpha, beta], moves) == {
        "alpha": replace(
            alpha.holdings,
            tickets={},
            unreadable=stays,
            departed={
                key("alpha", name): Departed(
                    "beta", key("beta", name), "12" if name == "Released" else "", None, False, True
                )
                for name in names
            },
        ),
        "beta": replace(
            beta.holdings,
            tickets={key("beta", "Copied"): copy},
            unreadable={key("beta", "Released"): stray},
            arrived={
                key("beta", "Copied"): Former("alpha", key("alpha", "Copied"), "alpha/tracking/map", "10", False, False)
            },
            inherited=Ledger(
                {key("beta", "Released"): "12"},
                gone=keys("beta", "Deleted", "GivenUp", "Copied"),
                accepted=keys("beta", "GivenUp"),
            ),
            renewed=keys("beta", *names),
        ),
    }


YES, NO = True, False


@pytest.mark.parametrize(
    ("parent", "child_there", "child_here", "is_listed", "is_done"),
    [
        ("10", YES, NO, YES, NO),
        ("10", NO, YES, YES, NO),
        ("20", YES, NO, YES, YES),
        ("20", YES, NO, NO, NO),
        (None, YES, NO, YES, NO),
        (None, YES, YES, YES, YES),
        (None, NO, NO, YES, YES),
        (None, NO, YES, YES, YES),
        (None, NO, NO, NO, NO),
    ],
)
def test_a_move_that_an_earlier_run_began_is_done_once_it_is_listed_there_and_has_no_former_parent(
    parent: str | None, child_there: bool, child_here: bool, is_listed: bool, is_done: bool
) -> None:
    """Where no parent is read, the ledgers say whose child the ticket is."""
    sender = ticket(B, "12", "20", parent)
    alpha = side("alpha", "10", Ledger({A: "12"}, children=frozenset({A}) if child_there else frozenset()))
    here = Ledger({B: "12"} if is_listed else {}, children=frozenset({B}) if child_here else frozenset())
    beta = side("beta", "20", here, sender)
    assert after_moves([alpha, beta], Moves()) == {
        "alpha": replace(alpha.holdings, departed={A: Departed("beta", B, "12", sender, is_done, True)}),
        "beta": replace(
            beta.holdings,
            arrived={B: Former("alpha", A, "alpha/tracking/map", "10", child_there, False)},
            inherited=None if is_listed else Ledger({B: "12"}),
            renewed=frozenset({B} if parent == "10" else ()),
        ),
    }


@pytest.mark.parametrize(("parent", "is_done"), [("10", False), (None, True)])
def test_a_ticket_that_comes_back_is_done_when_it_is_still_listed_and_no_child_of_the_other_map(
    parent: str | None, is_done: bool
) -> None:
    sender = ticket(A, "12", "10", parent)
    alpha = side("alpha", "10", Ledger({A: "12"}), sender)
    beta = wanting(side("beta", "20", Ledger({B: "12"}, children=frozenset({B}))), B)
    assert after_moves([alpha, beta], MOVE)["alpha"].departed == {A: Departed("beta", B, "12", sender, is_done, True)}


@pytest.mark.parametrize(
    ("more", "is_written"), [({}, True), ({"held_back": "it is refused"}, False), ({"plan": None}, False)]
)
def test_a_ticket_waits_where_this_run_does_not_write_the_map_it_goes_to(
    more: dict[str, object], is_written: bool
) -> None:
    sender = ticket(B, "12", "20", "20")
    alpha, beta = side("alpha", "10", Ledger({A: "12"})), side("beta", "20", Ledger({B: "12"}), sender)
    beta = replace(beta, **more)  # type: ignore[arg-type]
    (departed,) = after_moves([alpha, beta], Moves())["alpha"].departed.values()
    assert departed == Departed("beta", B, "12", sender, True, is_written)


def test_a_copy_under_the_former_key_does_not_take_the_place_of_a_ticket_that_moved_earlier() -> None:
    sender, copy = ticket(B, "12", "20", "20"), ticket(A, "19", "10")
    alpha = side("alpha", "10", Ledger({A: "12"}), copy)
    beta = side("beta", "20", Ledger({B: "12"}), sender)
    today = after_moves([alpha, beta], Moves())
    assert today["alpha"].departed == {A: Departed("beta", B, "12", sender, True, True)}
    assert today["beta"] == replace(
        beta.holdings, arrived={B: Former("alpha", A, "alpha/tracking/map", "10", False, False)}
    )


@pytest.mark.parametrize(("parent", "former"), [("10", "alpha"), ("30", "gamma"), ("20", "gamma"), (None, "gamma")])
def test_of_several_maps_that_still_list_a_ticket_it_comes_from_the_one_whose_child_it_is(
    parent: str | None, former: str
) -> None:
    sender, former_key = ticket(B, "12", "20", parent), {"alpha": A, "gamma": key("gamma", "S")}
    alpha = side("alpha", "10", Ledger({A: "12"}, accepted=frozenset({A})))
    gamma = side("gamma", "30", Ledger({key("gamma", "S"): "12"}))
    beta = side("beta", "20", Ledger(), sender)
    today = after_moves([alpha, gamma, beta], Moves())
    number = {"alpha": "10", "gamma": "30"}[former]
    assert today["beta"] == replace(
        beta.holdings,
        arrived={B: Former(former, former_key[former], f"{former}/tracking/map", number, False, False)},
        inherited=Ledger({B: "12"}, accepted=frozenset({B} if former == "alpha" else ())),
        renewed=frozenset({B} if parent in ("10", "30") else ()),
    )
    assert {each: today[each].departed.keys() for each in ("alpha", "gamma")} == {
        "alpha": {A},
        "gamma": {key("gamma", "S")},
    }


def test_a_released_ticket_that_the_other_map_lists_is_listed_there() -> None:
    stray = Stray(Ticket("12", "", "mine now"), "its marker is gone")
    alpha = side("alpha", "10", Ledger({A: "12"}), unreadable={A: stray})
    beta = wanting(side("beta", "20", Ledger({B: "12"})), B)
    today = after_moves([alpha, beta], Moves(heirs={A: B}))
    assert today["alpha"].departed == {A: Departed("beta", B, "12", None, True, True)}


def test_a_ticket_that_moves_on_from_a_killed_run_comes_from_the_map_whose_child_it_is() -> None:
    """It came from alpha to gamma in a run that was killed, is still a child of alpha, and goes on to beta."""
    there = key("gamma", "Sender")
    sender = ticket(there, "12", "30", "10")
    alpha, gamma = side("alpha", "10", Ledger({A: "12"})), side("gamma", "30", Ledger(), sender)
    beta = wanting(side("beta", "20", Ledger()), B)
    assert after_moves([alpha, gamma, beta], Moves(found={there: B})) == {
        "alpha": replace(alpha.holdings, departed={A: Departed("beta", B, "12", sender, False, True)}),
        "gamma": replace(gamma.holdings, tickets={}, departed={there: Departed("beta", B, "12", sender, False, True)}),
        "beta": replace(
            beta.holdings,
            tickets={B: sender},
            arrived={B: Former("alpha", A, "alpha/tracking/map", "10", False, True)},
            inherited=Ledger({B: "12"}),
            renewed=frozenset({B}),
        ),
    }


OLDER = key("older", "Sender")


@pytest.mark.parametrize(
    ("map_id", "tracking", "moved", "is_written_there"),
    [
        ("alpha", "", {}, True),
        ("older", "", {OLDER: A}, True),
        ("older", "10", {}, True),
        ("older", "9", {}, False),
        ("beta", "9", {OLDER: A}, False),
    ],
)
def test_a_marker_is_still_that_of_the_map_it_leaves_under_any_of_its_ids(
    map_id: str, tracking: str, moved: dict[str, str], is_written_there: bool
) -> None:
    sender = ticket(A, "12", tracking, map_id=map_id)
    alpha = side("alpha", "10", Ledger({OLDER if moved else A: "12"}, children=frozenset({OLDER})), sender, moved=moved)
    beta = wanting(side("beta", "20", Ledger()), B)
    arrived = after_moves([alpha, beta], MOVE)["beta"].arrived
    assert arrived == {B: Former("alpha", A, "alpha/tracking/map", "10", bool(moved), is_written_there)}


def test_a_map_without_a_tracking_ticket_has_no_children() -> None:
    sender = ticket(A, "12", "9", parent="9")
    alpha, beta = side("alpha", "", Ledger(), sender), wanting(side("beta", "", Ledger()), B)
    assert after_moves([alpha, beta], MOVE) == {
        "alpha": Holdings(departed={A: Departed("beta", B, "12", sender, False, True)}),
        "beta": Holdings(
            tickets={B: sender},
            arrived={B: Former("alpha", A, "alpha/tracking/map", "", False, True)},
            inherited=Ledger({B: "12"}),
            renewed=frozenset({B}),
        ),
    }
