"""What happens to the tickets of maps that are retired, that lost all tickets to others, or that have no file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.sync import orphans
from techmap_sync.sync.block import Held
from techmap_sync.sync.change_set import Leaving, MapChanges
from techmap_sync.sync.changes import Change, Close, LabelOrphan, Skip
from techmap_sync.sync.decide import DecidedMap
from techmap_sync.sync.endings import Ending, Why
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.match import DesiredMap, Matched, Origin, OtherMaps
from techmap_sync.sync.observe import observe
from techmap_sync.sync.policy import OrphanPolicy, SyncPolicy
from techmap_sync.sync.tickets import Departed, Holdings, Sorted, Stray
from techmap_sync.sync.tracker import Capabilities, CloseReason, State, Ticket
from tests.fakes.memory import MemoryTracker
from tests.sync.build import MAP, POLICY, TRACKING, held, holdings_of, key, marked, origin, plan, task
from tests.sync.drive import decided, push

STORE, TESTS = task("Store"), task("Tests")
BOTH = plan(STORE, TESTS)
WITH_LABELS = Capabilities(close_reasons=False)
REMOVED, DUPLICATE = POLICY.removed_label, POLICY.duplicate_label
RETIRED = "its document is retired"
LEDGER = Ledger({STORE.key: "2", TESTS.key: "3"}, text="then", commit="0", commit_time="2025-01-01T00:00:00+00:00")
OPEN_STORE, OPEN_TESTS = held(STORE, "2"), held(TESTS, "3")


def with_ticket(of: Held, **changed: object) -> Held:
    """A ticket after it was changed."""
    return replace(of, ticket=replace(of.ticket, **changed))  # type: ignore[arg-type]


def closed(
    of: Held,
    why: Why,
    reason: str,
    original: str = "",
    label: str = "",
    close_reason: CloseReason = CloseReason.NOT_PLANNED,
) -> Close:
    key, title, number, ending = of.marker.key, of.ticket.title, of.ticket.number, Ending(why, original)
    return Close(key, title, number, reason, close_reason=close_reason, ending=ending, label=label)


def changes_of(holdings: Holdings, doubtful: dict[str, str]) -> tuple[Change, ...]:
    return tuple(orphans.retirement_changes(holdings, POLICY, doubtful))


def test_all_open_tickets_of_a_retired_map_go_and_its_tracking_ticket_last() -> None:
    holdings = holdings_of(LEDGER, OPEN_STORE, with_ticket(OPEN_TESTS, state=State.CLOSED))
    tracking = holdings.tracking
    assert tracking is not None
    going = closed(OPEN_STORE, Why.RETIRED, RETIRED), closed(tracking, Why.RETIRED, RETIRED)
    assert changes_of(holdings, {}) == going
    kept = Skip(STORE.key, STORE.title, "2", "it may be a renamed task")
    assert changes_of(holdings, {STORE.key: kept.reason}) == (kept, going[1])
    done = replace(holdings, tracking=with_ticket(tracking, state=State.CLOSED))
    assert changes_of(done, {}) == changes_of(replace(holdings, tracking=None), {}) == going[:1]


def retired(holdings: Holdings, there: str = "", policy: SyncPolicy = POLICY, **more: object) -> MapChanges:
    desired = DesiredMap(MAP, replace(origin(), commit_time="2024-01-01T00:00:00+00:00"), retired=True)
    matched = Matched(desired, holdings=holdings, **more)  # type: ignore[arg-type]
    return orphans.retire(matched, there, WITH_LABELS, policy)


def test_a_map_is_retired_with_its_copies_and_keeps_its_ledger() -> None:
    copy = with_ticket(OPEN_STORE, number="9")
    departed = {key("Left"): Departed("beta", "beta/component/Left", "5", written_there=True)}
    listed = replace(LEDGER, tickets={**LEDGER.tickets, key("Left"): "5"})
    holdings = holdings_of(listed, OPEN_STORE, OPEN_TESTS, copies=((copy, "2"),), departed=departed)
    assert holdings.tracking is not None
    closing = replace(POLICY, close_copies=True)
    held_tests = Skip(TESTS.key, TESTS.title, "3", "it may be a renamed task")
    found = retired(
        holdings, "plans/login.md", closing, held={TESTS.key: held_tests.reason}, doubts=("it was cut short",)
    )
    assert found == MapChanges(
        MAP,
        "docs/login.md",
        approved=True,
        changes=(
            closed(OPEN_STORE, Why.RETIRED, RETIRED, label=REMOVED),
            held_tests,
            closed(holdings.tracking, Why.RETIRED, RETIRED, label=REMOVED),
            closed(copy, Why.COPY, "a copy of ticket 2", "2", DUPLICATE, CloseReason.DUPLICATE),
        ),
        refusals=(
            "it was cut short",
            "plans/login.md may still be this map's file; reconcile --allow exists retires the map anyway",
            "the tickets were written from commit 0 of 2025-01-01T00:00:00+00:00, "
            "this one is of 2024-01-01T00:00:00+00:00; push --allow older goes ahead anyway",
        ),
        tracking_key=TRACKING,
        tracking_number="1",
        base=listed,
        ledger=replace(LEDGER, commit="c0ffee", commit_time="2024-01-01T00:00:00+00:00"),
        commit="c0ffee",
        leaving={key("Left"): Leaving("beta/component/Left", "5")},
        claimed={"1": TRACKING, "2": STORE.key, "3": TESTS.key, "9": STORE.key},
    )


def test_a_map_without_a_tracking_ticket_is_retired_too() -> None:
    found = retired(Holdings(tickets={STORE.key: OPEN_STORE}))
    assert (found.tracking_key, found.tracking_number) == ("", "")
    assert found.changes == (closed(OPEN_STORE, Why.RETIRED, RETIRED, label=REMOVED),)


# --- maps whose tickets all went to others ---


DEPARTED = {
    key(name): Departed(name.lower(), f"{name.lower()}/component/{name}", str(number))
    for number, name in enumerate(("Zeta", "Beta", "Delta", "Alpha", "Gamma"), 11)
}
GONE_TO = 'all its tickets went to map "alpha", "beta", "delta", "gamma", "zeta"'
TO = GONE_TO.partition("map ")[2]


def emptied(holdings: Holdings, policy: SyncPolicy = POLICY) -> MapChanges | None:
    return orphans.empty(
        Matched(DesiredMap(MAP, origin(), retired=True, lost=True), holdings=holdings), WITH_LABELS, policy
    )


def with_tracking(holdings: Holdings, **changed: object) -> Holdings:
    assert holdings.tracking is not None
    return replace(holdings, tracking=with_ticket(holdings.tracking, **changed))


def test_a_map_whose_tickets_all_went_to_others_is_closed_and_names_them() -> None:
    holdings = holdings_of(Ledger(), departed=DEPARTED)
    assert holdings.tracking is not None
    closing = replace(closed(holdings.tracking, Why.EMPTIED, GONE_TO, TO), label=REMOVED)
    wanted = replace(
        retired(holdings),
        changes=(closing,),
        ledger=replace(Ledger(), commit="c0ffee", commit_time=origin().commit_time),
    )
    assert emptied(holdings) == wanted
    used = with_tracking(holdings, comments=1)
    labelling = LabelOrphan(TRACKING, "Implement Login", "1", GONE_TO, label=REMOVED, ending=Ending(Why.EMPTIED, TO))
    assert emptied(used) == replace(wanted, changes=(labelling,))


def test_an_emptied_map_whose_tracking_ticket_stays_is_not_named() -> None:
    holdings = holdings_of(Ledger(), departed=DEPARTED)
    assert emptied(holdings, replace(POLICY, orphans=OrphanPolicy.KEEP)) is None
    assert emptied(with_tracking(holdings, state=State.CLOSED)) is None


LISTED = Ledger({key("Zeta"): "11"})
SOME_STRAY = Stray(Ticket("7", "mine", ""), "its marker is gone")
MAPS_WITHOUT_FILE: dict[str, tuple[Holdings, bool]] = {
    "all departed": (holdings_of(LISTED, departed=DEPARTED), True),
    "one departed from its former key": (holdings_of(Ledger({key("Former"): "11"}), departed=DEPARTED), True),
    "one departed without its ticket": (
        holdings_of(LISTED, departed={key("Zeta"): replace(DEPARTED[key("Zeta")], number="")}),
        True,
    ),
    "another one is listed": (holdings_of(Ledger({key("Lost"): "21"}), departed=DEPARTED), False),
    "another one is there": (holdings_of(Ledger(), OPEN_STORE, departed=DEPARTED), False),
    "another one is unreadable": (
        holdings_of(Ledger(), departed=DEPARTED, unreadable={key("Mine"): SOME_STRAY}),
        False,
    ),
    "a copy is left": (holdings_of(Ledger(), departed=DEPARTED, copies=((OPEN_STORE, "11"),)), False),
    "none departed": (holdings_of(Ledger()), False),
    "no tracking ticket": (Holdings(departed=DEPARTED), False),
}


@pytest.mark.parametrize("case", MAPS_WITHOUT_FILE)
def test_a_map_is_empty_when_only_its_tracking_ticket_is_left(case: str) -> None:
    holdings, is_empty = MAPS_WITHOUT_FILE[case]
    assert (emptied(holdings) is not None) is is_empty


# --- maps without a file ---


def missing(listed: set[str] | None, there: str = "", source: str = "") -> tuple[DecidedMap, ...]:
    """What a run that reads no map says of one that has tickets; its file may be there under another path."""
    tracker = MemoryTracker()
    push(tracker, BOTH)
    policy = replace(POLICY, source=source) if source else POLICY
    other_maps = OtherMaps(lambda _: False, file_of=lambda _id, _path: there, listed_ids=listed)
    found = observe(tracker, [], policy)
    return decided([], found, tracker.capabilities, policy, other_maps).missing


def test_a_map_whose_file_is_gone_is_named_with_the_way_to_retire_it() -> None:
    (only,) = missing(set())
    assert (only.changes.map_id, only.changes.path, only.changes.approved) == (MAP, "docs/login.md", False)
    assert [f"--retire {MAP}" in reason for reason in only.changes.reasons] == [True]
    assert only.file_elsewhere == ""
    assert only.tickets.desired.lost
    assert only.tickets.desired.reasons == only.changes.reasons
    assert only.tickets.holdings.tickets.keys() == {STORE.key, TESTS.key}


def test_a_map_whose_file_may_be_elsewhere_is_named_with_the_way_to_read_it() -> None:
    (only,) = missing(set(), "plans/login.md")
    assert (only.changes.path, only.file_elsewhere) == ("plans/login.md", "plans/login.md")
    assert only.tickets.desired.origin.path == "plans/login.md"
    (reason,) = only.changes.reasons
    assert "plans/login.md" in reason
    assert "setting maps" in reason
    assert "--retire" not in reason


@pytest.mark.parametrize(("listed", "source"), [(None, ""), ({MAP}, ""), (set(), "example.org/team/other")])
def test_only_a_map_of_this_repository_that_no_run_reads_is_missing(listed: set[str] | None, source: str) -> None:
    assert missing(listed, source=source) == ()


ELSEWHERE = "example.org/team/other"
ONE, OTHERS = Holdings(tickets={STORE.key: OPEN_STORE}), marked(OPEN_STORE, source=ELSEWHERE)
PARTS: dict[str, tuple[Holdings, set[str], bool]] = {
    "its tickets are from here": (ONE, set(), True),
    "this run reads it": (ONE, {MAP}, False),
    "one of its tickets is from here": (Holdings(tickets={TESTS.key: OTHERS, STORE.key: OPEN_STORE}), set(), True),
    "its tickets are from elsewhere": (Holdings(tickets={STORE.key: OTHERS}), set(), False),
    "its tickets name no file": (Holdings(tickets={STORE.key: marked(OPEN_STORE, path="")}), set(), False),
    "only copies are left": (Holdings(copies=((OPEN_STORE, "1"),)), set(), False),
}


@pytest.mark.parametrize("case", PARTS)
def test_a_map_is_missing_when_tickets_from_here_name_its_file_and_no_run_reads_it(case: str) -> None:
    holdings, known, is_missing = PARTS[case]
    other_maps = OtherMaps(lambda _: False, listed_ids={"another"})
    reasons = (f"its file is missing; reconcile --retire {MAP} closes its tickets",)
    desired = DesiredMap(MAP, Origin("docs/login.md"), reasons=reasons, lost=True)
    changes = MapChanges(MAP, "docs/login.md", approved=False, reasons=reasons)
    found = orphans.missing(known, Sorted({MAP: holdings}, ()), other_maps, POLICY)
    assert list(found) == ([(changes, Matched(desired, holdings=holdings), "")] if is_missing else [])
