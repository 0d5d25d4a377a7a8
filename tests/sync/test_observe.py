"""A listing that is incomplete is found before anything is created a second time, and only what matters is read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import pytest

from techmap_sync.sync.block import write_block
from techmap_sync.sync.comparison import digest
from techmap_sync.sync.marker import Ledger, Marker
from techmap_sync.sync.observe import (
    foreign_twins,
    observe,
    short_listing,
    unlisted_tickets,
    with_edges_of,
    with_standing,
    with_standings,
)
from techmap_sync.sync.policy import Side, SyncPolicy
from techmap_sync.sync.tickets import Sorted, Stray, sort_tickets
from techmap_sync.sync.tracker import Capabilities, Ends, Snapshot, Standing, State, Ticket
from tests.fakes.memory import MemoryTracker, Request
from tests.sync.build import MAP, POLICY, SERVICE, STORE, TESTS, THREE, plan, task, under_another_id
from tests.sync.drive import planned, push, reasons


def test_the_same_map_from_another_source_is_refused(tracker: MemoryTracker) -> None:
    change_set = planned(tracker, THREE, replace(POLICY, source="example.org/other/repo"))
    assert not change_set.writes
    assert 'set source = "example.org/team/app"' in reasons(change_set)


def test_an_empty_listing_is_refused_by_the_servers_own_count(tracker: MemoryTracker) -> None:
    tracker.unlisted = set(tracker.tickets)
    assert not planned(tracker, THREE).writes
    assert "the listing holds 0 tickets, the server counts 4" in reasons(planned(tracker, THREE))


def test_an_empty_listing_without_a_count_is_refused_by_our_own_tickets(tracker: MemoryTracker) -> None:
    tracker.unlisted, tracker.counts = set(tracker.tickets), False
    assert not planned(tracker, THREE).writes
    (refusal,) = planned(tracker, THREE).maps[0].refusals
    assert "4 of our account's tickets are missing from the listing" in refusal
    assert "label" not in refusal, "they have it"


def test_a_ticket_of_another_run_that_came_after_the_listing_is_no_lost_label() -> None:
    tracker = MemoryTracker()
    push(tracker, THREE)
    tracker.unlisted, tracker.counts = set(tracker.tickets), False
    tracker.tickets = {"1": tracker.tickets["1"]}
    (refusal,) = planned(tracker, THREE).maps[0].refusals
    assert "missing from the listing (1)" in refusal
    assert "run again" in refusal
    tracker.edit("1", labels=frozenset())
    (refusal,) = planned(tracker, THREE).maps[0].refusals
    assert "was the label renamed?" in refusal


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
    assert "was the label renamed?" in reasons(planned(tracker, under_another_id(THREE)))


def test_a_managed_label_that_a_human_took_off_one_ticket_loses_nothing(tracker: MemoryTracker) -> None:
    tracker.edit("2", labels=tracker.tickets["2"].labels - {"techmap"})
    assert not planned(tracker, THREE).writes
    assert f"kept: labels -techmap; push --resolve map {STORE.key}" in reasons(planned(tracker, THREE))
    push(tracker, THREE, replace(POLICY, resolve={STORE.key: Side.MAP}))
    assert "techmap" in tracker.tickets["2"].labels
    assert not planned(tracker, THREE).changes


# Each rule by itself.

ELSEWHERE = "example.org/other/repo"


def ticket(
    name: str,
    number: str,
    map_id: str = MAP,
    source: str = POLICY.source,
    tracking: str = "1",
    ledger: Ledger | None = None,
    **fields: object,
) -> Ticket:
    """A ticket of which only the marker matters."""
    marker = Marker(source, map_id, "docs/login.md", f"{map_id}/component/{name}", tracking, ledger=ledger)
    fields = {"labels": frozenset({POLICY.managed_label})} | fields
    return Ticket(number, name, write_block((), marker), **fields)  # type: ignore[arg-type]


def keyed(map_id: str = MAP, **numbers: str) -> dict[str, str]:
    """What a ledger lists."""
    return {f"{map_id}/component/{name}": number for name, number in numbers.items()}


def tracking(number: str, listed: Mapping[str, str], map_id: str = MAP, **fields: object) -> Ticket:
    """A tracking ticket, and what its ledger lists."""
    return ticket("map", number, map_id, tracking=number, ledger=Ledger(listed), **fields)  # type: ignore[arg-type]


def tracker_of(*tickets: Ticket, capabilities: Capabilities | None = None, **fields: object) -> MemoryTracker:
    """A tracker with some tickets."""
    there = {each.number: each for each in tickets}
    return MemoryTracker(capabilities or Capabilities(), tickets=there, **fields)  # type: ignore[arg-type]


def requests(tracker: MemoryTracker, verb: str) -> list[str]:
    """What it was asked by a verb."""
    return [request.subject for request in tracker.requests if request.verb == verb]


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (None, ""),
        (1, ""),
        (2, ""),
        (3, "the listing holds 2 tickets, the server counts 3; run again"),
    ],
)
def test_a_listing_is_short_of_what_the_server_counts(total: int | None, expected: str) -> None:
    assert short_listing(Snapshot((ticket("A", "2"), ticket("B", "3")), total)) == expected


A, B, C, D = (ticket(name, number) for name, number in zip("ABCD", "2345", strict=True))
OTHER_MAP = ticket("Cart", "6", "orders")
FOREIGN = ticket("Cart", "7", source=ELSEWHERE)
BY_HAND = Ticket("8", "A note", "Without a marker.", labels=frozenset({POLICY.managed_label}))
WITHOUT_LABEL = ticket("E", "9", labels=frozenset())
AGAIN = "run again when no other run is pushing"
RENAMED = "was the label renamed? give it back, or set managed_label"
WHERE = f"exist without the label {POLICY.managed_label}"


@pytest.mark.parametrize(
    ("listed", "own", "known", "expected"),
    [
        ([], [], None, ""),
        ([A, B], [A, B, BY_HAND, OTHER_MAP, FOREIGN], None, ""),
        ([A], [A, B], None, f"1 of this map's tickets are missing from the listing (3); {AGAIN}"),
        ([A], [A, B], [A], f"1 of this map's tickets are missing from the listing (3); {AGAIN}"),
        ([A], [A, B], [A, B], ""),
        ([A], [A, WITHOUT_LABEL], None, f"1 of this map's tickets {WHERE} (9); {RENAMED}"),
        ([A], [A, B, WITHOUT_LABEL], None, f"2 of this map's tickets {WHERE} (3, 9); {RENAMED}"),
        (
            [A],
            [A, B, C, D, OTHER_MAP],
            None,
            f"3 of this map's tickets are missing from the listing (3, 4, 5); {AGAIN}",
        ),
        ([], [FOREIGN, BY_HAND], None, ""),
        (
            [],
            [OTHER_MAP, FOREIGN, BY_HAND],
            None,
            f"1 of our account's tickets are missing from the listing (6); {AGAIN}",
        ),
        ([], [A, B], [A, B], f"2 of our account's tickets are missing from the listing (2, 3); {AGAIN}"),
        (
            [],
            [A, B, C, D],
            None,
            f"4 of our account's tickets are missing from the listing (2, 3, 4); {AGAIN}",
        ),
    ],
)
def test_our_tickets_that_a_listing_lacks(
    listed: list[Ticket], own: list[Ticket], known: list[Ticket] | None, expected: str
) -> None:
    more = None if known is None else Snapshot(tuple(known))
    assert unlisted_tickets(Snapshot(tuple(listed)), Snapshot(tuple(own)), MAP, POLICY, more) == expected


def stray(source: str, map_id: str = MAP, standing: Standing = Standing.MEMBER) -> Stray:
    return Stray(Ticket("9", "Cart", "", author="ada", standing=standing), "of another source", "", map_id, source)


@pytest.mark.parametrize(
    ("source", "shown", "advice"),
    [
        (ELSEWHERE, ELSEWHERE, f'set source = "{ELSEWHERE}" or give'),
        (
            "example.org/team/caf\u00e9",
            "example.org/team/caf\u00e9",
            'set source = "example.org/team/caf\u00e9" or give',
        ),
        ("example.org/a b\u202ec", "example.org/a b\ufffdc", "give"),
        ("x" * 200, "x" * 200, f'set source = "{"x" * 200}" or give'),
        ("x" * 201, "x" * 200, "give"),
    ],
)
def test_the_source_of_a_twin_is_shown_and_only_whole_advised(source: str, shown: str, advice: str) -> None:
    said = f"the tickets of a map with this id come from {shown}; {advice} the map a Map ID"
    assert list(foreign_twins([stray(source)], MAP, POLICY)) == [said]


def test_each_source_of_twins_is_named_once_in_order_and_only_by_those_who_are_trusted() -> None:
    names = [f"example.org/team/{name}" for name in ("f", "e", "d", "c", "b", "a")]
    others = (stray(""), stray(f"{ELSEWHERE}/x", "orders"), stray(f"{ELSEWHERE}/y", standing=Standing.STRANGER))
    said = list(foreign_twins([*map(stray, names), stray(names[0]), *others], MAP, POLICY))
    assert said == [
        f'the tickets of a map with this id come from {name}; set source = "{name}" or give the map a Map ID'
        for name in sorted(names)
    ]


STRANGER = Standing.STRANGER


def by(author: str, found: Ticket, standing: Standing = STRANGER) -> Ticket:
    return replace(found, author=author, standing=standing)


LEADER = tracking("1", keyed(Store="2", Old="15", Gone="50"))
"""Its ledger lists a ticket that has another key by now, and one that is not there."""
LISTED = ticket("Store", "2"), ticket("New", "15")
CARTS = tracking("1", keyed("carts", Cart="22"), "carts")
SECOND = [tracking("20", keyed(Cart="21")), ticket("Cart", "21", tracking="20")]
"""Another map that has a ticket of that name."""


@pytest.mark.parametrize(
    ("tickets", "expected"),
    [
        pytest.param([LEADER, *LISTED], [], id="all are ours"),
        pytest.param([by("ada", LEADER), *LISTED], ["ada"], id="its ledger decides"),
        pytest.param([LEADER, *(by("ada", each) for each in LISTED)], [], id="a trusted ledger lists them"),
        pytest.param(
            [by("ada", LEADER), by("bob", LISTED[0]), by("eve", ticket("More", "30"))],
            ["ada", "eve"],
            id="in two steps",
        ),
        pytest.param([LEADER, LISTED[0], by("eve", ticket("Store", "30"))], [], id="a copy of what the ledger lists"),
        pytest.param(
            [LEADER, *LISTED, ticket("More", "30"), by("eve", ticket("More", "31"))],
            ["eve"],
            id="a copy of what no ledger lists",
        ),
        pytest.param([LEADER, by("eve", ticket("Gone", "30"))], ["eve"], id="in place of one that is not there"),
        pytest.param(
            [LEADER, *LISTED, tracking("40", keyed(Cart="41")), by("eve", ticket("Cart", "41", tracking="40"))],
            ["eve"],
            id="only a copy of the tracking ticket lists it",
        ),
        pytest.param(
            [CARTS, *SECOND, by("eve", ticket("Cart", "22", "carts", tracking="20"))],
            ["eve"],
            id="the map it came from lists a copy",
        ),
        pytest.param([by("eve", ticket("Cart", "6", source=ELSEWHERE))], ["eve"], id="a twin of a map of this run"),
        pytest.param([by("eve", ticket("Cart", "6", "orders", ELSEWHERE))], [], id="a twin of another map"),
        pytest.param([by("eve", BY_HAND)], [], id="no marker"),
        pytest.param([by("", A)], [], id="no author"),
        pytest.param([by("eve", A, Standing.GONE)], [], id="an account that is gone"),
        pytest.param([by("old-bot", A)], [], id="trusted by name"),
        pytest.param([by("eve", replace(A, number="77"))], [], id="adopted"),
        pytest.param([by("eve", A), by("eve", B), by("bob", C), by("ada", D)], ["eve bob ada"], id="each once"),
    ],
)
def test_authors_are_asked_about_only_where_they_decide(tickets: list[Ticket], expected: list[str]) -> None:
    policy = replace(POLICY, trusted_authors=frozenset({"old-bot"}), adopted=frozenset({"77"}))
    tracker = MemoryTracker(roles={"ada": Standing.MEMBER})
    with_standings(tracker, Snapshot(tuple(tickets)), policy, {MAP})
    assert tracker.requests == [Request("standings", author) for author in expected]


def test_what_is_said_of_an_author_holds_for_all_tickets_in_question() -> None:
    tracker = MemoryTracker(roles={"ada": Standing.MEMBER, "eve": STRANGER})
    gone, quiet = by("ada", ticket("E", "6"), Standing.GONE), by("bob", ticket("F", "7"), Standing.MEMBER)
    listing = Snapshot((by("ada", A), by("eve", B), by("ada", BY_HAND), gone, quiet), 9)
    member = Standing.MEMBER
    expected = Snapshot((by("ada", A, member), by("eve", B), by("ada", BY_HAND, member), gone, quiet), 9)
    assert with_standings(tracker, listing, POLICY) == expected
    assert with_standing(tracker, by("ada", A), POLICY) == by("ada", A, member)


def test_about_the_authors_of_a_hundred_tickets_the_tracker_is_asked_and_the_others_are_strangers() -> None:
    crowd = [by(f"author-{n}", ticket(f"T{n}", str(n)), Standing.MEMBER) for n in range(2, 103)]
    tracker = MemoryTracker(roles={each.author: Standing.MEMBER for each in crowd})
    asking = Snapshot(tuple(replace(each, standing=STRANGER) for each in crowd))
    assert with_standings(tracker, asking, POLICY).tickets == (*crowd[:100], replace(crowd[100], standing=STRANGER))
    assert tracker.requests == [Request("standings", " ".join(each.author for each in crowd[:100]))]


# What is fetched by number.

ONE = plan(task("Store"))
KNOWN = [tracking("1", keyed(Store="2")), ticket("Store", "2")]
EMPTY = ticket("map", "1", ledger=Ledger())
ORDERS = tracking("6", keyed("orders", Cart="7"), "orders")
LEFT_ALONE = ticket("Cart", "7", "orders", tracking="6")
"""It has lost its tracking ticket."""
STORES = tracking("6", keyed("stores", Store="7"), "stores")
"""A map with a task of the same name, whose ticket is not listed."""


@pytest.mark.parametrize(
    ("tickets", "retired", "expected"),
    [
        pytest.param(KNOWN[:1], "", ["2"], id="the ledger names it"),
        pytest.param(KNOWN[1:], "", ["1"], id="others name the tracking ticket"),
        pytest.param([*KNOWN, ORDERS], "", [], id="of another map"),
        pytest.param([*KNOWN, ORDERS], "orders", ["7"], id="retired"),
        pytest.param([ORDERS], "", [], id="this map is new and the other one whole"),
        pytest.param([LEFT_ALONE], "", ["6"], id="it may have had another id"),
        pytest.param([*KNOWN, LEFT_ALONE], "", [], id="it has not had another id"),
        pytest.param([EMPTY, STORES], "", ["7"], id="a task may have moved"),
        pytest.param([EMPTY, ORDERS], "", [], id="no task may have moved"),
        pytest.param([EMPTY, KNOWN[1], STORES], "", [], id="the task has a ticket"),
        pytest.param([KNOWN[0], STORES], "", ["2"], id="the ledger names a ticket of the task"),
        pytest.param(
            [ticket("map", "1", ledger=Ledger(gone=frozenset({STORE.key}))), STORES], "", [], id="its ticket is gone"
        ),
    ],
)
def test_tickets_are_fetched_by_number_only_where_this_run_needs_them(
    tickets: list[Ticket], retired: str, expected: list[str]
) -> None:
    tracker = tracker_of(*tickets, counts=False)
    observe(tracker, [ONE], POLICY, retired=frozenset({retired}))
    assert requests(tracker, "get") == expected


def test_a_ticket_that_the_tracker_does_not_show_is_there_all_the_same() -> None:
    tracker = tracker_of(tracking("1", keyed(Store="2")), refuses=lambda request: request.verb == "get")
    found = observe(tracker, [ONE], POLICY)
    hidden = Stray(Ticket("2", "", "", withheld="get refused"), "the tracker does not show it: get refused")
    assert found.strays == (hidden,)
    assert found.of(MAP).unreadable == {STORE.key: hidden}
    assert found.unread == ("ticket 2 could not be read: get refused",)


MINE = [replace(each, author="techmap-bot") for each in (A, B, C, D)]
MISSING = f"tickets are missing from the listing (3, 4, 5); {AGAIN}"


@pytest.mark.parametrize(
    ("listed", "finished", "expected"),
    [
        pytest.param([OTHER_MAP], False, {MAP: (f"3 of our account's {MISSING}",)}, id="new"),
        pytest.param([OTHER_MAP], True, {}, id="finished before it had a ticket"),
        pytest.param([MINE[0]], True, {MAP: (f"3 of this map's {MISSING}",)}, id="finished without a tracking ticket"),
        pytest.param([MINE[0], EMPTY], True, {MAP: ()}, id="finished"),
        pytest.param([MINE[0], EMPTY], False, {MAP: ()}, id="known"),
    ],
)
def test_our_tickets_are_asked_for_where_a_map_has_no_tracking_ticket(
    listed: list[Ticket], finished: bool, expected: dict[str, tuple[str, ...]]
) -> None:
    tracker = tracker_of(*MINE[1:], *listed, unlisted={"3", "4", "5"}, counts=False)
    found = observe(tracker, [replace(ONE, finished=finished)], POLICY)
    assert found.doubts == expected
    assert found.unread == ()


def test_a_map_with_a_tracking_ticket_is_not_doubted_for_what_another_map_asks() -> None:
    lost = ticket("Tests", "3", labels=frozenset(), author="techmap-bot")
    tracker = tracker_of(KNOWN[0], MINE[0], lost)
    found = observe(tracker, [ONE, under_another_id(ONE)], POLICY)
    assert requests(tracker, "own_tickets") == [""]
    assert found.doubts == {MAP: (), "signin": ()}


# Which edges are read.

CHAIN = plan(STORE, replace(SERVICE, blocked_by=(STORE.key,)), TESTS)
"""What its ledger does not know yet is that one waits."""
UNREAD = [ticket(name, number, blocked_by=None) for name, number in (("Store", "2"), ("Service", "3"), ("Tests", "4"))]
PUSHED = [tracking("1", keyed(Store="2", Service="3", Tests="4", Mailer="5")), *UNREAD, ticket("Mailer", "5")]
CLOSED = [replace(each, state=State.CLOSED) for each in PUSHED]
RELATED = Capabilities(native_blocking=False, parents_listed=False)
NO_EDGES = Capabilities(blocking_links=False, native_blocking=False, parents_listed=False)


@pytest.mark.parametrize(
    ("capabilities", "all_edges", "finished", "tickets", "expected"),
    [
        pytest.param(Capabilities(), False, False, PUSHED, ["3"], id="where plan and ledger differ"),
        pytest.param(Capabilities(), True, False, PUSHED, ["2 3 4"], id="all that the listing lacks"),
        pytest.param(Capabilities(), False, False, CLOSED, ["3"], id="closed"),
        pytest.param(Capabilities(), False, True, PUSHED, ["3"], id="finished and open"),
        pytest.param(Capabilities(), False, True, CLOSED, [], id="finished and closed"),
        pytest.param(RELATED, True, False, PUSHED, ["1"], id="who is the parent"),
        pytest.param(RELATED, True, False, PUSHED[1:], [], id="no tracking ticket"),
        pytest.param(RELATED, False, False, PUSHED, [], id="links do not say who waits"),
        pytest.param(replace(RELATED, parents_listed=True), True, False, PUSHED, [], id="parents are listed"),
        pytest.param(NO_EDGES, True, False, PUSHED, [], id="no links"),
        pytest.param(Capabilities(), True, False, [], [], id="no tickets"),
    ],
)
def test_edges_are_read_where_they_matter(
    capabilities: Capabilities, all_edges: bool, finished: bool, tickets: list[Ticket], expected: list[str]
) -> None:
    tracker = tracker_of(*tickets, capabilities=capabilities)
    observe(tracker, [replace(CHAIN, finished=finished)], POLICY, all_edges)
    assert requests(tracker, "ends") == expected


TEXT = "the text of the map"


@pytest.mark.parametrize(
    ("ledger", "text", "policy", "all_edges", "is_left"),
    [
        pytest.param({}, TEXT, POLICY, False, True, id="left"),
        pytest.param({}, TEXT, replace(POLICY, refresh=True), False, False, id="to be refreshed"),
        pytest.param({}, TEXT, POLICY, True, False, id="all are asked for"),
        pytest.param({}, "another text", POLICY, False, False, id="changed"),
        pytest.param({}, None, POLICY, False, False, id="text unknown"),
        pytest.param({"tickets": {}}, TEXT, POLICY, False, False, id="never pushed to its end"),
        pytest.param({"edition": CHAIN.edition}, TEXT, POLICY, False, False, id="of this edition"),
    ],
)
def test_of_tickets_that_stay_in_an_earlier_form_no_edges_are_read(
    ledger: Mapping[str, object], text: str | None, policy: SyncPolicy, all_edges: bool, is_left: bool
) -> None:
    written = Ledger(keyed(Store="2", Service="3", Tests="4"), text=digest(TEXT))
    first = ticket("map", "1", ledger=replace(written, **ledger))  # type: ignore[arg-type]
    tracker = tracker_of(first, *UNREAD)
    observe(tracker, [CHAIN], policy, all_edges, texts=None if text is None else {MAP: text})
    assert bool(requests(tracker, "ends")) is not is_left


@dataclass
class Showing(MemoryTracker):
    """A tracker that shows what a test says of edges."""

    shown: dict[str, Ends] = field(default_factory=dict)

    def ends(self, numbers: Collection[str]) -> Mapping[str, Ends]:
        return {number: self.shown[number] for number in super().ends(numbers)}


def test_edges_that_the_tracker_does_not_show_are_said_and_stay_unknown() -> None:
    tickets = {each.number: each for each in PUSHED}
    shown = {"2": Ends("1", frozenset()), "3": Ends(withheld="403"), "4": Ends("1", frozenset("2"))}
    tickets["3"] = replace(tickets["3"], parent="9")
    found = observe(Showing(tickets=tickets, shown=shown), [CHAIN], POLICY, all_edges=True)
    edges = {each.ticket.number: (each.ticket.parent, each.ticket.blocked_by) for each in found.of(MAP).all}
    assert edges == {
        "1": (None, frozenset()),
        "2": ("1", frozenset()),
        "3": ("9", None),
        "4": ("1", frozenset("2")),
        "5": (None, frozenset()),
    }
    assert found.unread == ("the links of ticket 3 could not be read: 403",)


def test_what_ends_show_of_withheld_links_alone_changes_nothing() -> None:
    found = sort_tickets(Snapshot(tuple(PUSHED)), POLICY)
    tracker = Showing(tickets={"3": PUSHED[2]}, shown={"3": Ends(withheld="403")})
    assert with_edges_of(found, tracker, {SERVICE.key}) == found


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({STORE.key}, ["2"]),
        ({"signin/component/Store"}, ["2"]),
        ({f"{MAP}/component/Mailer"}, []),
        ({f"{MAP}/component/Nothing"}, []),
        (set(), []),
    ],
)
def test_edges_are_read_of_named_tasks_under_any_id_of_their_map(keys: set[str], expected: list[str]) -> None:
    tracker = tracker_of(*(replace(each, parent="1", blocked_by=frozenset("4")) for each in PUSHED))
    found = sort_tickets(Snapshot(tuple(PUSHED)), POLICY)
    held = with_edges_of(found, tracker, keys).of(MAP).tickets
    assert requests(tracker, "ends") == expected
    read = replace(PUSHED[1], parent="1", blocked_by=frozenset("4"))
    assert [each.ticket for each in held.values()] == [read if expected else PUSHED[1], *PUSHED[2:]]


LEADERS = [tracking(number, {}, f"map-{number}") for number in ("10", "20", "30")]
LOST = [ticket(f"D{number}", number, "lost", tracking="99") for number in ("44", "45", "46", "47", "48")]
"""They name a tracking ticket that is not there."""
FAMILY = [
    *LEADERS,
    ticket("A", "41", "map-10", tracking="10", blocked_by=None),
    ticket("B", "42", "map-10", tracking="10", blocked_by=None),
    ticket("C", "43", "map-20", tracking="20", blocked_by=None),
    *LOST,
]


def linked(found: Sorted) -> dict[str, tuple[str | None, frozenset[str] | None]]:
    """What is known of the edges of each ticket beside the tracking tickets."""
    held = (each for holdings in found.maps.values() for each in holdings.tickets.values())
    return {each.ticket.number: (each.ticket.parent, each.ticket.blocked_by) for each in held}


def test_what_a_tracking_ticket_is_linked_with_is_its_child() -> None:
    """Where several are linked with a ticket, the one that its marker names is the parent, else the first."""
    lost = {each.number for each in LOST}
    shown = {
        "10": Ends(related=frozenset({"41", "43", "20", "77"} | lost)),
        "20": Ends(related=frozenset({"43", "10"} | lost)),
        "30": Ends(related=frozenset(lost)),
    }
    plans = [replace(ONE, map_id=f"map-{number}") for number in shown]
    tracker = Showing(RELATED, tickets={each.number: each for each in FAMILY}, shown=shown)
    assert linked(observe(tracker, plans, POLICY, all_edges=True)) == {
        "41": ("10", None),
        "42": (None, None),
        "43": ("20", None),
        **{number: ("10", frozenset()) for number in lost},
    }


def test_a_tracking_ticket_that_a_ticket_is_linked_with_is_its_parent_unless_it_has_one() -> None:
    shown = {
        "41": Ends(related=frozenset({"10", "42"})),
        "42": Ends(None, frozenset("9"), frozenset({"41"})),
        "43": Ends("8", None, frozenset({"20"})),
    }
    tracker = Showing(RELATED, tickets={each.number: each for each in FAMILY}, shown=shown)
    found = sort_tickets(Snapshot(tuple(FAMILY)), POLICY)
    keys = {f"{MAP}/component/{name}" for name in "ABC"}
    assert linked(with_edges_of(found, tracker, keys)) == {
        "41": ("10", None),
        "42": (None, frozenset("9")),
        "43": ("8", None),
        **{each.number: (None, frozenset()) for each in LOST},
    }
