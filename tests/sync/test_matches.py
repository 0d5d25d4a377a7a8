"""Which ticket belongs to which task, over all maps of a run: the whole answer for small maps."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pytest

from techmap_sync.planning.task import TaskSpec
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.match import (
    DesiredMap,
    Matched,
    Matches,
    Origin,
    OtherMaps,
    UnwrittenMap,
    match,
)
from techmap_sync.sync.task_changes import with_follow_ups
from techmap_sync.sync.tickets import Departed, Former, Holdings, Sorted
from techmap_sync.sync.tracker import CloseReason, Standing, State
from tests.sync.build import POLICY, held, open_boxes, origin, plan, with_ticks
from tests.sync.test_moves_found import holdings, key, let_go, may_be, said, spec, ticket

NOW = origin("now")
ALONE: frozenset[str] = frozenset()
"""No map has another id, and no ticket moves."""


def of_map(map_id: str, *tasks: TaskSpec, **more: object) -> DesiredMap:
    """An approved map of this run."""
    made = replace(plan(*tasks), map_id=map_id)
    return DesiredMap(map_id, replace(NOW, path=f"docs/{map_id}.md"), made, **more)  # type: ignore[arg-type]


def unwritten(map_id: str, *tasks: TaskSpec) -> UnwrittenMap:
    """A map that has a file and is not written."""
    return UnwrittenMap(replace(plan(*tasks), map_id=map_id), f"docs/{map_id}.md", f"{map_id} is not read")


def without_plan(map_id: str, **more: object) -> DesiredMap:
    return replace(of_map(map_id), plan=None, **more)  # type: ignore[arg-type]


def besides(*maps: UnwrittenMap, files: Collection[str] = (), unreadable: Sequence[str] = ()) -> OtherMaps:
    """What exists besides the maps of a run.

    :param files: ids of maps that have a file.
    """
    return OtherMaps(files.__contains__, lambda: maps, lambda: unreadable)


def matches(
    *desired: DesiredMap,
    found: Sequence[tuple[str, Holdings]],
    others: OtherMaps | None = None,
    refused: Collection[str] = (),
    doubts: Mapping[str, tuple[str, ...]] | None = None,
) -> Matches:
    listed = Sorted(dict(found), (), doubts=doubts or {})
    return match(desired, listed, others or besides(), POLICY, frozenset(refused))


def settled(desired: DesiredMap, there: Holdings, **more: object) -> Matched:
    return Matched(desired, desired.plan, there, **more)  # type: ignore[arg-type]


SENDER = ticket("alpha/Sender", said(0))
"""Number 2, of map alpha, if nothing else is said."""
HAS_SENDER = holdings("alpha", SENDER, ledger=Ledger({SENDER.marker.key: "2"}))
EMPTY = holdings("beta")
TAKING = spec("beta/Sender", said(0))


def _not_asked(*_: object) -> Sequence[UnwrittenMap]:
    raise AssertionError("nothing depends on it")


def test_of_a_map_nothing_is_assumed_that_is_not_said() -> None:
    assert DesiredMap("alpha", NOW) == DesiredMap("alpha", NOW, None, False, False, (), False, None, "", (), ())
    assert besides().file_of("alpha", "docs/alpha.md") == ""
    way_back = "its file b.md is not among the maps: add it to the setting maps"
    assert besides().way_back("alpha", "b.md") == way_back


def test_nothing_is_asked_about_other_maps_where_every_task_has_its_ticket() -> None:
    alpha, others = of_map("alpha", spec("alpha/Sender")), OtherMaps(_not_asked, _not_asked, _not_asked)  # type: ignore[arg-type]
    found = ("alpha", HAS_SENDER), ("gamma", holdings("gamma", ticket("gamma/Lone", said(20), "3")))
    doubts = {"alpha": ("it was cut short",)}
    expected = settled(alpha, HAS_SENDER, doubts=("it was cut short",))
    assert matches(alpha, found=found, others=others, doubts=doubts) == Matches((expected,), (), ALONE, ALONE)


def test_a_map_that_is_not_approved_has_its_tickets_as_they_are_listed() -> None:
    alpha, beta = without_plan("alpha", reasons=("not ready",)), of_map("beta", TAKING)
    expected = settled(alpha, HAS_SENDER), settled(beta, EMPTY)
    assert matches(alpha, beta, found=[("alpha", HAS_SENDER), ("beta", EMPTY)]) == Matches(expected, (), ALONE, ALONE)
    assert matches(alpha, found=[]) == Matches((settled(alpha, Holdings()),), (), ALONE, ALONE)


def moved(written_there: bool = True) -> tuple[Holdings, Holdings]:
    """The tickets of alpha and beta once the ticket is in beta."""
    left = Departed("beta", TAKING.key, "2", SENDER, written_there=written_there)
    came = Former("alpha", SENDER.marker.key, "alpha/tracking/map", "1", was_child=False, is_written_there=True)
    return replace(HAS_SENDER, tickets={}, departed={SENDER.marker.key: left}), replace(
        EMPTY,
        tickets={TAKING.key: SENDER},
        arrived={TAKING.key: came},
        inherited=Ledger({TAKING.key: "2"}),
        renewed=frozenset({TAKING.key}),
    )


BOTH = [("alpha", HAS_SENDER), ("beta", EMPTY)]


@pytest.mark.parametrize("alpha", [of_map("alpha"), without_plan("alpha", retired=True)], ids=["written", "retired"])
def test_a_ticket_moves_with_its_task_out_of_a_map_of_this_run(alpha: DesiredMap) -> None:
    beta, (left, came) = of_map("beta", TAKING), moved()
    expected = settled(alpha, left), settled(beta, came)
    assert matches(alpha, beta, found=BOTH) == Matches(expected, (), ALONE, frozenset({"alpha", "beta"}))


def test_a_ticket_moves_out_of_a_map_without_a_file() -> None:
    beta, (left, came) = of_map("beta", TAKING), moved()
    lost = DesiredMap("alpha", Origin("docs/login.md"), retired=True, lost=True)
    expected = Matches((settled(beta, came),), (settled(lost, left),), ALONE, frozenset({"alpha", "beta"}))
    assert matches(beta, found=BOTH) == expected
    untracked = replace(HAS_SENDER, tracking=None)
    (without_file,) = matches(beta, found=[("alpha", untracked), ("beta", EMPTY)]).without_file
    assert without_file.desired == replace(lost, origin=Origin(""))


def test_a_ticket_stays_in_a_map_whose_file_this_run_does_not_know() -> None:
    beta = of_map("beta", TAKING)
    expected = Matches((settled(beta, EMPTY),), (), ALONE, ALONE)
    assert matches(beta, found=BOTH, others=besides(files={"alpha"})) == expected
    known = unwritten("alpha", spec("alpha/Sender", said(0)))
    assert matches(beta, found=BOTH, others=besides(known, files={"alpha"})) == expected


def one_sided(but: str) -> tuple[dict[str, str], dict[str, str]]:
    """Why the ticket and the task are held, in alpha and in beta."""
    reason = may_be("beta/Sender", "alpha/Sender", but=but)
    return {SENDER.marker.key: reason}, {TAKING.key: reason}


@pytest.mark.parametrize("refused", ["alpha", "beta"])
def test_nothing_moves_to_or_from_a_map_that_is_refused_and_what_may_have_moved_is_not_renamed(refused: str) -> None:
    first, second = ticket("alpha/First", said(20), "3"), spec("alpha/Second", said(20))
    alpha, beta = of_map("alpha", spec("alpha/Post", said(0)), second), of_map("beta", TAKING)
    ours, theirs = one_sided("its changes are refused")
    there, moved_keys = holdings("alpha", SENDER, first), {first.marker.key: second.key}
    today = replace(there, tickets={SENDER.marker.key: SENDER, second.key: first}, moved=moved_keys)
    expected = settled(alpha, today, held=ours), settled(beta, EMPTY, held=theirs)
    found = [("alpha", there), ("beta", EMPTY)]
    assert matches(alpha, beta, found=found, refused={refused}) == Matches(expected, (), ALONE, ALONE)
    retired = without_plan("alpha", retired=True)
    expected = settled(retired, HAS_SENDER, held=ours | theirs), expected[1]
    assert matches(retired, beta, found=BOTH, refused={refused}) == Matches(expected, (), ALONE, ALONE)


def test_nothing_moves_to_or_from_a_map_with_a_file_that_is_not_written() -> None:
    alpha, beta = of_map("alpha"), of_map("beta", TAKING)
    ours, theirs = one_sided("beta is not read")
    expected = Matches((settled(alpha, HAS_SENDER, held=ours),), (), ALONE, ALONE)
    assert matches(alpha, found=BOTH, others=besides(unwritten("beta", TAKING))) == expected
    assert matches(alpha, found=BOTH[:1], others=besides(unwritten("beta", TAKING))) == expected
    ours, theirs = one_sided("alpha is not read")
    expected = Matches((settled(beta, EMPTY, held=theirs),), (), ALONE, ALONE)
    assert matches(beta, found=BOTH, others=besides(unwritten("alpha"))) == expected


@pytest.mark.parametrize("alpha", [of_map("alpha"), without_plan("alpha", retired=True)], ids=["written", "retired"])
def test_a_file_that_is_said_not_to_be_written_counts_for_nothing_where_this_run_writes_it(alpha: DesiredMap) -> None:
    beta, (left, came) = of_map("beta", TAKING), moved()
    expected = Matches((settled(alpha, left), settled(beta, came)), (), ALONE, frozenset({"alpha", "beta"}))
    assert matches(alpha, beta, found=BOTH, others=besides(unwritten("alpha"), unwritten("beta"))) == expected


def test_of_a_map_that_is_not_approved_its_file_says_which_tasks_it_has() -> None:
    alpha, beta = without_plan("alpha"), of_map("beta", TAKING)
    _, theirs = one_sided("alpha is not read")
    expected = settled(alpha, HAS_SENDER), settled(beta, EMPTY, held=theirs)
    found = matches(alpha, beta, found=BOTH, others=besides(unwritten("alpha")))
    assert found == Matches(expected, (), ALONE, ALONE)


def test_tickets_without_a_task_wait_for_unreadable_files_and_a_task_that_its_author_misnames_for_its_author() -> None:
    named = replace(spec("alpha/Post", said(0)), was=(key("beta/Other"),))
    alpha, beta = of_map("alpha", named), of_map("beta", spec("beta/Other", said(20)))
    other = holdings("beta", ticket("beta/Other", said(20), "3"), ticket("beta/Lone", said(40), "4"))
    why = f'it was said to be {key("beta/Other")}, but map "beta" still has that task'
    found = [("alpha", HAS_SENDER), ("beta", other)]
    held = {named.key: why}
    expected = Matches((settled(alpha, HAS_SENDER, held=held), settled(beta, other)), (), ALONE, ALONE)
    assert matches(alpha, beta, found=found) == expected
    wait = "its task may be in a.md, which cannot be read"
    ours = settled(alpha, HAS_SENDER, held={SENDER.marker.key: wait, **held})
    theirs = settled(beta, other, held={key("beta/Lone"): wait})
    unreadable = besides(unreadable=("a.md", "b.md"))
    assert matches(alpha, beta, found=found, others=unreadable) == Matches((ours, theirs), (), ALONE, ALONE)


def test_why_a_move_is_held_says_more_than_that_a_file_cannot_be_read() -> None:
    alpha, beta = of_map("alpha"), of_map("beta", TAKING)
    ours, theirs = one_sided("its changes are refused")
    expected = settled(alpha, HAS_SENDER, held=ours), settled(beta, EMPTY, held=theirs)
    unreadable = besides(unreadable=("a.md",))
    assert matches(alpha, beta, found=BOTH, others=unreadable, refused={"beta"}) == Matches(expected, (), ALONE, ALONE)


def test_a_task_is_told_which_ticket_of_its_name_was_closed_earlier() -> None:
    beta, closed = of_map("beta", TAKING), holdings("alpha", let_go("alpha/Sender", said(0)))
    (taking,) = matches(beta, found=[("alpha", closed), ("beta", EMPTY)]).maps
    why = "ticket 2 was closed when its task was gone; if this is it, add <!-- was: alpha/component/Sender --> first"
    assert taking == settled(beta, EMPTY, remarks={TAKING.key: why})


def test_a_task_that_is_renamed_keeps_its_ticket_and_what_is_withheld_stays() -> None:
    alpha = of_map("alpha", spec("alpha/Post", said(0)))
    withheld = frozenset({key("alpha/Store"), key("alpha/Never")})
    assert alpha.plan is not None
    alpha = replace(alpha, plan=replace(alpha.plan, withheld=withheld))
    store = ticket("alpha/Store", said(20), "3")
    there = holdings("alpha", SENDER, store)
    today = replace(
        there,
        tickets={key("alpha/Post"): SENDER, store.marker.key: store},
        moved={SENDER.marker.key: key("alpha/Post")},
    )
    expected = settled(alpha, today, held={store.marker.key: "the document does not approve it any more"})
    assert matches(alpha, found=[("alpha", there)]) == Matches((expected,), (), ALONE, ALONE)


OLD, MIDDLE, THIRD = (spec(f"alpha/{name}", said(first)) for name, first in (("Old", 20), ("New", 40), ("Third", 60)))
RENAMED_BEFORE = ticket("alpha/New", said(0))


@pytest.mark.parametrize(
    ("wanted", "has_old", "is_back"),
    [
        ((OLD,), False, True),
        ((OLD, MIDDLE), False, False),
        ((OLD,), True, False),
        ((THIRD,), False, False),
    ],
    ids=["only the former", "both", "the former has a ticket", "neither"],
)
def test_a_name_that_the_tracker_refused_goes_back_to_the_one_that_the_ledger_lists(
    wanted: tuple[TaskSpec, ...], has_old: bool, is_back: bool
) -> None:
    other = (ticket("alpha/Old", said(80), "3"),) if has_old else ()
    ledger = Ledger({OLD.key: "2"})
    there = holdings("alpha", RENAMED_BEFORE, *other, ledger=ledger, moved={OLD.key: MIDDLE.key})
    back = replace(there, tickets={OLD.key: RENAMED_BEFORE}, moved={MIDDLE.key: OLD.key, OLD.key: OLD.key})
    alpha = of_map("alpha", *wanted)
    (found,) = matches(alpha, found=[("alpha", there)]).maps
    assert found == settled(alpha, back if is_back else there)


GROWN = replace(open_boxes("Store", "One", "Two"), key=key("alpha/Store"))


@pytest.mark.parametrize(
    ("edition", "text", "is_followed"),
    [(2, "now", True), (1, "now", False), (1, "before", True), (2, "before", True)],
)
def test_a_completed_task_is_followed_up_unless_only_a_newer_release_gives_it_more_boxes(
    edition: int, text: str, is_followed: bool
) -> None:
    before = replace(with_ticks("Store", "One"), key=GROWN.key)
    ledger = Ledger({GROWN.key: "2"}, text=origin(text).text_digest, edition=edition)
    there = holdings("alpha", held(before, state=State.CLOSED, reason=CloseReason.COMPLETED), ledger=ledger)
    alpha = of_map("alpha", GROWN)
    assert alpha.plan is not None
    followed = with_follow_ups(alpha.plan, there)
    assert [each.key for each in followed.tasks] == [GROWN.key, f"{GROWN.key}~2"]
    expected = replace(settled(alpha, there), plan=followed if is_followed else alpha.plan)
    assert matches(alpha, found=[("alpha", there)]).maps == (expected,)


def test_a_departed_ticket_is_known_by_the_key_that_its_task_has_today() -> None:
    left = holdings("alpha", ledger=Ledger({key("alpha/Old"): "2", key("alpha/Gone"): "9"}))
    old = ticket("beta/Old", said(0))
    there = holdings("beta", old)
    alpha, beta = of_map("alpha"), of_map("beta", spec("beta/New", said(0)))

    def departed(name: str, *, written: bool) -> Holdings:
        gone = Departed("beta", key(f"beta/{name}"), "2", old, written_there=written)
        return replace(left, departed={key("alpha/Old"): gone})

    found = [("alpha", left), ("beta", there)]
    assert matches(alpha, beta, found=found).maps[0] == settled(alpha, departed("New", written=True))
    assert matches(alpha, found=found).maps[0] == settled(alpha, departed("Old", written=False))
    assert matches(beta, found=found).without_file[0].holdings == departed("New", written=True)


# --- maps under another id ---


def test_a_map_under_another_id_takes_all_that_is_known_of_it_along() -> None:
    store = ticket("alpha/Store", said(0), standing=Standing.MEMBER)
    listed = {store.marker.key: "2", key("alpha/Lost"): "3"}
    late = ticket("alpha/Late", said(20), "5")
    alpha = holdings("alpha", store, late, ledger=Ledger(listed, gone=frozenset({key("alpha/Gone")})))
    beta = of_map("beta", spec("beta/Store", said(0)), spec("beta/Lost"), spec("beta/Late", said(20)))
    moved_keys = {key(f"alpha/{name}"): key(f"beta/{name}") for name in ("Store", "Late", "Lost", "Gone")}
    today = replace(alpha, tickets={key("beta/Store"): store, key("beta/Late"): late}, moved=moved_keys)
    expected = Matches((settled(beta, today),), (), frozenset({"alpha"}), ALONE)
    assert matches(beta, found=[("alpha", alpha)]) == expected
    lost = without_plan("alpha", retired=True, lost=True)
    assert matches(lost, beta, found=[("alpha", alpha)]) == expected
    for kept in (without_plan("alpha"), without_plan("alpha", retired=True)):
        assert matches(kept, beta, found=[("alpha", alpha)]).renamed == frozenset()
    assert matches(beta, found=[("alpha", alpha)], others=besides(files={"alpha"})).renamed == frozenset()
    assert matches(beta, found=[("alpha", alpha), ("beta", EMPTY)]).renamed == frozenset()
    assert matches(without_plan("beta"), found=[("alpha", alpha)]).renamed == frozenset()


def test_what_the_ledger_of_such_a_map_lists_under_a_third_id_stays_there() -> None:
    store = ticket("alpha/Store", said(0))
    there = holdings("other", store, ledger=Ledger({key("other/Left"): "9"}))
    beta = of_map("beta", spec("beta/Store", said(0)))
    (found,) = matches(beta, found=[("alpha", there)]).maps
    assert found.holdings.moved == {store.marker.key: key("beta/Store")}


def shared_by(map_id: str, *names: str, first: int = 2) -> Holdings:
    """The tickets of a map of which each says what its name says."""
    numbered = enumerate(names, first)
    tickets = [ticket(f"{map_id}/{name}", said(ord(name)), str(number)) for number, name in numbered]
    return holdings(map_id, *tickets, ledger=Ledger({each.marker.key: each.ticket.number for each in tickets}))


def tasks_of(map_id: str, names: str) -> DesiredMap:
    return of_map(map_id, *(spec(f"{map_id}/{name}", said(ord(name))) for name in names))


@pytest.mark.parametrize(
    ("former", "today", "successors"),
    [
        ({"old": "ABC"}, {"beta": "A", "alpha": "BC"}, {"alpha": "old"}),
        ({"old": "ABC"}, {"alpha": "A", "beta": "BC"}, {"beta": "old"}),
        ({"old": "ABCD"}, {"alpha": "AB", "beta": "ABC"}, {"beta": "old"}),
        ({"y": "AB", "z": "ABC"}, {"alpha": "ABCD"}, {"alpha": "z"}),
        ({"old": "AB"}, {"beta": "A", "alpha": "B"}, {"alpha": "old"}),
        ({"older": "AC", "old": "AB"}, {"alpha": "ABC"}, {"alpha": "old"}),
        ({"z": "AB", "y": "CDE"}, {"alpha": "ABCDE"}, {"alpha": "y"}),
        ({"z": "AB", "y": "CD"}, {"beta": "AB", "alpha": "CD"}, {"beta": "z", "alpha": "y"}),
    ],
)
def test_the_map_that_shares_most_is_the_one_under_another_id(
    former: dict[str, str], today: dict[str, str], successors: dict[str, str]
) -> None:
    found = [(each, shared_by(each, *names, first=10 * place)) for place, (each, names) in enumerate(former.items(), 1)]
    made = matches(*(tasks_of(map_id, names) for map_id, names in today.items()), found=found)
    taken = {each.desired.map_id: {old.partition("/")[0] for old in each.holdings.moved} for each in made.maps}
    assert {new: old for new, old in taken.items() if old} == {new: {old} for new, old in successors.items()}
    assert made.renamed == frozenset(successors.values())


def test_what_went_to_another_map_says_nothing_about_the_id_of_the_one_it_left() -> None:
    alpha = holdings("alpha", ledger=Ledger({key("alpha/Sender"): "3", key("alpha/Deleted"): "9"}))
    gamma, beta = holdings("gamma", ticket("gamma/Sender", said(0), "3")), of_map("beta", spec("beta/Sender", said(0)))
    there = of_map("gamma", spec("gamma/Sender", said(0)))
    assert matches(beta, there, found=[("alpha", alpha), ("gamma", gamma)]).renamed == frozenset()
    assert matches(beta, there, found=[("alpha", alpha)]).renamed == frozenset({"alpha"})
