"""Boxes that move to another ticket or become longer take their ticks along, where only one can be meant."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.planning.task import TaskSpec
from techmap_sync.sync import editions
from techmap_sync.sync.changes import Skip
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import State
from tests.sync.build import TRACKING, held, holdings_of, key, open_boxes, plan, task, with_ticks

LONG, TWELVE, ELEVEN = "Forget old tokens", "Keep a token", "Keep tokens"
WRITTEN_TOGETHER = "トークンを十二文字以上で保存する"
Moving = tuple[list[TaskSpec], list[TaskSpec], dict[str, set[str]]]
"""The tickets as they are, the tasks of today, and which of their boxes get a tick."""
MOVES: dict[str, Moving] = {
    "to another ticket": ([with_ticks("A", "Go")], [task("A"), open_boxes("B", "Go")], {"B": {"Go"}}),
    "in other letters and signs": (
        [with_ticks("A", "Ask `Ada` first")],
        [task("A"), open_boxes("B", "*ask* Ada_first!")],
        {"B": {"*ask* Ada_first!"}},
    ),
    "to a longer text": ([with_ticks("A", "G")], [open_boxes("A", "G: but late")], {"A": {"G: but late"}}),
    "to a longer text of another ticket": (
        [with_ticks("A", TWELVE)],
        [task("A"), open_boxes("B", f"{TWELVE} for a day")],
        {"B": {f"{TWELVE} for a day"}},
    ),
    "not to another ticket if it was short": (
        [with_ticks("A", ELEVEN)],
        [task("A"), open_boxes("B", f"{ELEVEN} for a day")],
        {},
    ),
    "not to a longer word": ([with_ticks("A", LONG)], [open_boxes("A", f"{LONG}mith")], {}),
    "not to two longer texts": ([with_ticks("A", LONG)], [open_boxes("A", f"{LONG} now", f"{LONG} later")], {}),
    "not to three": ([with_ticks("A", LONG)], [open_boxes("A", *(f"{LONG} {each}" for each in "abc"))], {}),
    "not to two tickets": ([with_ticks("A", LONG)], [open_boxes("B", LONG), open_boxes("C", LONG)], {}),
    "to the very text though longer ones are there": (
        [with_ticks("A", LONG)],
        [open_boxes("B", LONG, f"{LONG} now")],
        {"B": {LONG}},
    ),
    "where words are written together": (
        [with_ticks("A", WRITTEN_TOGETHER)],
        [open_boxes("A", f"{WRITTEN_TOGETHER}こと")],
        {"A": {f"{WRITTEN_TOGETHER}こと"}},
    ),
    "not where only the end has spaces": (
        [with_ticks("A", "トークンを保存 ab")],
        [open_boxes("A", "トークンを保存 abc")],
        {},
    ),
    "not where the last letter has": ([with_ticks("A", "トークンa")], [open_boxes("A", "トークンab")], {}),
    "first in the same ticket": (
        [with_ticks("A", LONG)],
        [open_boxes("A", f"{LONG} now"), open_boxes("B", LONG)],
        {"A": {f"{LONG} now"}},
    ),
    "many at once": (
        [with_ticks("A", *(f"{each} is ready" for each in "hgfedcba"))],
        [open_boxes("A", *(f"{each} is ready now" for each in "cahgdbfe"))],
        {"A": {f"{each} is ready now" for each in "abcdefgh"}},
    ),
    "but an open one has no tick": ([open_boxes("A", LONG)], [task("A"), open_boxes("B", LONG)], {}),
    "but one that stays ticks no other": (
        [with_ticks("A", LONG)],
        [with_ticks("A", LONG), open_boxes("B", LONG)],
        {"A": {LONG}},
    ),
    "but one that was there before stays open": (
        [with_ticks("A", LONG), open_boxes("B", LONG)],
        [task("A"), open_boxes("B", LONG)],
        {},
    ),
}


@pytest.mark.parametrize("case", MOVES)
def test_a_tick_moves_with_its_box_where_only_one_can_be_meant(case: str) -> None:
    before, today, done = MOVES[case]
    holdings = holdings_of(Ledger(), *(held(spec, str(number)) for number, spec in enumerate(before, 2)))
    wanted = plan(*today)
    made = editions.with_moved_ticks(wanted, holdings)
    assert made == replace(wanted, tasks=tuple(_ticking(spec, done) for spec in today))


def _ticking(spec: TaskSpec, done: dict[str, set[str]]) -> TaskSpec:
    (part,) = spec.sections
    texts = done.get(spec.key.rpartition("/")[2], set())
    lines = (line.replace("[ ]", "[x]") if line.partition("] ")[2] in texts else line for line in part.text.split("\n"))
    return replace(spec, sections=(replace(part, text="\n".join(lines)),))


def test_a_tick_of_the_tracking_ticket_moves_too() -> None:
    tracking = replace(plan().tracking, sections=with_ticks("A", LONG).sections)
    holdings = Holdings(held(tracking, "1"))
    wanted = plan(open_boxes("A", LONG))
    assert editions.with_moved_ticks(wanted, holdings).tasks == (
        replace(wanted.tasks[0], sections=(replace(wanted.tasks[0].sections[0], text=f"- [x] {LONG}"),)),
    )
    assert editions.tick_receivers(wanted, holdings) == {TRACKING: {key("A")}}


def test_a_tick_moves_to_the_tracking_ticket_too() -> None:
    tracking = replace(plan().tracking, sections=open_boxes("A", LONG).sections)
    wanted = replace(plan(task("A")), tracking=tracking)
    holdings = holdings_of(Ledger(), held(with_ticks("A", LONG)))
    assert editions.with_moved_ticks(wanted, holdings).tracking.sections[0].text == f"- [x] {LONG}"
    assert editions.tick_receivers(wanted, holdings) == {key("A"): {TRACKING}}


def test_the_tickets_that_take_over_ticks_are_known_by_the_one_that_loses_them() -> None:
    before = with_ticks("A", "One", "Two", "Three", LONG)
    today = plan(open_boxes("A", f"{LONG} now"), open_boxes("B", "One", "Two"), open_boxes("C", "Three"))
    holdings = holdings_of(Ledger(), held(before))
    assert editions.tick_receivers(today, holdings) == {key("A"): {key("B"), key("C")}}
    assert editions.with_moved_ticks(replace(today, tasks=()), holdings) == replace(today, tasks=())


def test_ticks_of_orphans_that_are_open_elsewhere_are_named_in_order() -> None:
    texts = ("Echo is kept", "Alpha is kept", "Delta is kept", "Bravo is kept", "Charlie is kept")
    gone, other = held(with_ticks("Gone", *texts, LONG), "2"), held(open_boxes("Other", LONG), "3")
    there, closed = held(open_boxes("There", *texts[2:]), "4"), held(open_boxes("Closed", LONG), "5")
    more = held(open_boxes("More", *texts[:2]), "6")
    done = held(with_ticks("Done", "Foxtrot is kept"), "7"), held(open_boxes("Last", "Foxtrot is kept"), "8")
    closed = replace(closed, ticket=replace(closed.ticket, state=State.CLOSED))
    holdings = holdings_of(Ledger(), gone, other, there, closed, more, *done)
    wanted = plan(*(task(name) for name in ("There", "Closed", "More", "New", "Done", "Last")))
    assert editions.ticked_here_alone(wanted, holdings) == {
        key("Gone"): tuple((text, "6" if text in texts[:2] else "4") for text in sorted(texts))
    }
    assert editions.ticked_here_alone(plan(*wanted.tasks, task("Gone"), task("Other")), holdings) == {}


def test_ticks_of_an_orphan_count_where_a_ticket_of_a_task_has_or_gets_them() -> None:
    texts = tuple(f"Number {number} is kept" for number in "975318642")
    gone = held(with_ticks("Gone", *texts, LONG, TWELVE, "Lost"), "2")
    there, other = held(with_ticks("There", *texts[:6]), "3"), held(with_ticks("Orphan", "Lost"), "4")
    tracked = replace(plan().tracking, sections=with_ticks("map", TWELVE).sections)
    holdings = holdings_of(Ledger(), gone, there, other)
    wanted = plan(task("There"), open_boxes("Open", LONG, texts[8]), with_ticks("New", f"{LONG} now", *texts[6:8]))
    assert editions.ticked_elsewhere(gone, wanted, holdings) == {*texts[:8], LONG}
    everywhere = replace(wanted, tracking=tracked)
    assert editions.ticked_elsewhere(gone, everywhere, replace(holdings, tracking=None)) == {*texts[:8], LONG, TWELVE}
    assert editions.ticked_elsewhere(gone, wanted, replace(holdings, tracking=held(tracked, "1"))) == {
        *texts[:8],
        LONG,
        TWELVE,
    }


ORDERS: dict[str, tuple[str, dict[str, str], str]] = {
    "as given": ("CABAC", {}, "CABAC"),
    "together where one waits": ("CABAC", {"A": "B"}, "CCBAA"),
    "the receiver first": ("ABC", {"A": "C"}, "CAB"),
    "theirs before": ("ABCD", {"A": "C", "C": "D"}, "DCAB"),
    "several in order": ("AFDECB", {"A": "BCDEF"}, "BCDEFA"),
    "one that does not change": ("AB", {"A": "X"}, "AB"),
    "one that changes, too": ("AB", {"A": "XB"}, "BA"),
    "each other's": ("ABC", {"A": "B", "B": "A"}, "BAC"),
    "in a ring": ("ABC", {"A": "B", "B": "C", "C": "A"}, "CBA"),
    "of two": ("ABC", {"A": "C", "B": "C"}, "CAB"),
}


@pytest.mark.parametrize("case", ORDERS)
def test_who_takes_over_a_tick_is_written_before_who_loses_it(case: str) -> None:
    given, receivers, expected = ORDERS[case]
    changes = [Skip(each, str(place)) for place, each in enumerate(given)]
    found = editions.receivers_first(changes, {former: frozenset(keys) for former, keys in receivers.items()})
    assert "".join(change.key for change in found) == expected
    assert sorted(change.title for change in found) == [change.title for change in changes]
    assert [c for c in found if c.key == given[0]] == [c for c in changes if c.key == given[0]]


OF_SPECS = (("1", "Build it"),)
TWICE = [open_boxes("A", "Run the tests"), open_boxes("B", "Run the tests", LONG)]


@pytest.mark.parametrize(
    ("boxes", "leaves", "gone", "have_moved"),
    [
        ([LONG], (), "", True),
        ([LONG], OF_SPECS, "", True),
        (["Run the tests"], (), "", True),
        (["Run the tests"], OF_SPECS, "", False),
        ([LONG, "Lost"], (), "", False),
        ([LONG, "Lost"], (), "Lost", True),
        (["Lost"], (), "Lost", False),
        ([], (), "", False),
        (["Forget old"], (), "", False),  # it goes on, and is too short
        (["Forget older"], (), "", False),
    ],
)
def test_a_ticket_has_moved_when_each_of_its_boxes_is_elsewhere_or_gone_and_one_is_elsewhere(
    boxes: list[str], leaves: tuple[tuple[str, str], ...], gone: str, have_moved: bool
) -> None:
    wanted = replace(plan(*TWICE), leaves=leaves)
    assert editions.moved_boxes(wanted, held(open_boxes("Gone", *boxes)), lambda text: text == gone) is have_moved
