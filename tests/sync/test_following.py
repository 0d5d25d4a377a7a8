"""Which change closed a ticket, which open tickets need somebody, and about how few of them the tracker is asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import cast

import pytest

from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.block import Held
from techmap_sync.sync.change_set import MapChanges
from techmap_sync.sync.following import Patience, followed
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.observe import observe
from techmap_sync.sync.progress import Cause, Gate, MapProgress, Standstill, Subject, TaskProgress, take_stock
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import Capabilities, CloseReason, History, MergedChange, State, Tracker
from tests.fakes.memory import MemoryTracker, Request, refused
from tests.sync.build import MAP, POLICY, held, marked, plan, task, tracking_ticket
from tests.sync.drive import planned, push

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DATED = Capabilities(dates_events=True)
MERGED = MergedChange("#41", "Add the store", "https://tracker.example/41")
MADE = plan(task("Store"), task("Page", blocked_by=("Store",)))


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


@dataclass
class Scene:
    """Tickets of which each was made, and last changed, a hundred days ago."""

    tracker: MemoryTracker = field(default_factory=lambda: MemoryTracker(DATED))
    made: TaskPlan = MADE

    def __post_init__(self) -> None:
        push(self.tracker, self.made)
        for number in self.tracker.tickets:
            self.tracker.edit(number, created=ago(100), changed=ago(100), assignees=frozenset({"ann"}))

    def number(self, name: str) -> str:
        return next(number for number, each in self.tracker.tickets.items() if each.title == f"Create {name}")

    def edit(self, name: str, **changes: object) -> None:
        self.tracker.edit(self.number(name), **changes)

    def close(self, name: str, reason: CloseReason = CloseReason.COMPLETED) -> None:
        self.edit(name, state=State.CLOSED, reason=reason)

    def look(self, days: int = 0) -> dict[str, TaskProgress]:
        """Return the tasks by name, as status sees them."""
        changes = planned(self.tracker, self.made).maps[0]
        holdings = observe(self.tracker, [self.made], POLICY, all_edges=True).of(MAP)
        maps: Sequence[MapProgress] = take_stock([Subject("Map", Gate.APPROVED, changes, holdings, self.made)])
        self.tracker.requests.clear()
        (found,) = followed(maps, holdings.all, self.tracker, Patience(days, NOW))
        return {each.key.rpartition("/")[2]: each for each in found.tasks}

    @property
    def asked(self) -> list[Request]:
        return [request for request in self.tracker.requests if request.verb == "history"]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_ticket_that_a_change_closed_names_it(scene: Scene) -> None:
    scene.close("Store")
    scene.tracker.past[scene.number("Store")] = History(closed_by=MERGED)
    found = scene.look()
    assert found["Store"].closed_by == MERGED
    assert found["Page"].closed_by is None
    assert [request.subject for request in scene.asked] == [scene.number("Store")]


def test_open_tickets_and_those_that_no_change_can_have_closed_are_not_asked_about(scene: Scene) -> None:
    scene.look()
    assert scene.asked == []
    scene.close("Store", CloseReason.NOT_PLANNED)
    scene.look()
    assert scene.asked == []


def test_what_we_closed_ourselves_is_not_asked_about(scene: Scene) -> None:
    scene.made = replace(MADE, tasks=tuple(replace(each, done=each.title == "Create Store") for each in MADE.tasks))
    push(scene.tracker, scene.made)
    assert scene.tracker.tickets[scene.number("Store")].state is State.CLOSED
    scene.look()
    assert scene.asked == []


@pytest.mark.parametrize(("days", "found"), [(13, ()), (14, ()), (15, (Standstill(Cause.UNASSIGNED, 15),))])
def test_nobody_owns_it_for_as_long_as_the_setting_says(scene: Scene, days: int, found: object) -> None:
    scene.edit("Store", assignees=frozenset())
    scene.tracker.past[scene.number("Store")] = History(unassigned=ago(days))
    assert scene.look(days=15)["Store"].stale == found
    assert scene.look(days=0)["Store"].stale == ()


def test_one_that_never_had_anybody_counts_from_its_first_day(scene: Scene) -> None:
    scene.edit("Store", assignees=frozenset(), changed=NOW)
    assert scene.look(days=14)["Store"].stale == (Standstill(Cause.UNASSIGNED, 100),)


def test_it_is_blocked_since_the_link_and_as_long_as_the_other_is_open(scene: Scene) -> None:
    store = scene.number("Store")
    scene.tracker.past[scene.number("Page")] = History(blocked={store: ago(20)})
    assert scene.look(days=14)["Page"].stale == (Standstill(Cause.BLOCKED, 20),)
    scene.edit("Store", reopened=True)
    scene.tracker.past[store] = History(reopened=ago(3))
    found = scene.look(days=14)
    assert (found["Page"].stale, found["Store"].stale) == ((), ())
    scene.close("Store")
    assert scene.look(days=14)["Page"].stale == ()


def test_several_causes_come_with_the_longest_first(scene: Scene) -> None:
    scene.edit("Page", assignees=frozenset(), reopened=True)
    past = History(reopened=ago(30), unassigned=ago(20), blocked={scene.number("Store"): ago(60)})
    scene.tracker.past[scene.number("Page")] = past
    causes = [(each.cause, each.days) for each in scene.look(days=14)["Page"].stale]
    assert causes == [(Cause.BLOCKED, 60), (Cause.REOPENED, 30), (Cause.UNASSIGNED, 20)]


def test_without_dated_events_the_last_change_counts_and_only_unclear_tickets_are_asked_about() -> None:
    scene = Scene(MemoryTracker(Capabilities()))
    for name in ("Store", "Page"):
        scene.edit(name, reopened=None, changed=ago(20))
    found = scene.look(days=14)
    assert found["Page"].stale == (Standstill(Cause.BLOCKED, 20),)
    assert [request.subject for request in scene.asked] == [scene.number("Store")]
    scene.tracker.past[scene.number("Store")] = History(reopened=ago(50))
    assert scene.look(days=14)["Store"].stale == (Standstill(Cause.REOPENED, 50),)
    scene.edit("Store", changed=ago(2))
    found = scene.look(days=14)
    assert (found["Store"].stale, found["Page"].stale) == ((), ()), "something happened to the other"
    assert scene.asked == []


def test_a_tracker_without_people_has_no_unassigned_tickets() -> None:
    scene = Scene(MemoryTracker(Capabilities(assignees=False)))
    scene.edit("Store", assignees=frozenset())
    assert scene.look(days=14)["Store"].stale == ()


def test_one_request_is_made_for_all_tickets(scene: Scene) -> None:
    scene.close("Store")
    scene.edit("Page", assignees=frozenset())
    scene.look(days=14)
    assert len(scene.asked) == 1


def test_a_tracker_that_does_not_say_is_an_error(scene: Scene) -> None:
    scene.close("Store")
    scene.tracker.refuses = lambda request: request.verb == "history"
    with pytest.raises(type(refused().error)):
        scene.look()


# Each rule by itself: whole values.

UNDATED = Capabilities()
LONELY: frozenset[str] = frozenset()


@dataclass
class Asked(MemoryTracker):
    """Remembers about which tickets it was asked, closed and open ones."""

    asked: list[tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)

    def history(self, closed: Collection[str], opened: Collection[str]) -> Mapping[str, History]:
        self.asked.append((tuple(closed), tuple(opened)))
        return MemoryTracker.history(self, closed, opened)


def seen(name: str, number: str, **changed: object) -> Held:
    """A ticket of ann, made and last changed a hundred days ago."""
    usual = {"created": ago(100), "changed": ago(100), "assignees": frozenset({"ann"})}
    return held(task(name), number, **(usual | changed))


def holding(*tickets: Held, tracking: Held | None = None) -> Holdings:
    return Holdings(tracking, {each.marker.key: each for each in tickets})


def stock(*holdings: Holdings, wanted: TaskPlan | None = None) -> tuple[MapProgress, ...]:
    changes = MapChanges(MAP, "docs/login.md", True)
    return take_stock([Subject("Map", Gate.APPROVED, changes, each, wanted) for each in holdings])


def stale_of(tracker: MemoryTracker, *tickets: Held, days: int = 14) -> dict[str, tuple[Standstill, ...]]:
    holdings = holding(*tickets)
    (found,) = followed(stock(holdings), holdings.all, tracker, Patience(days, NOW))
    return {each.number: each.stale for each in found.tasks}


@pytest.mark.parametrize(
    ("days", "since", "is_over"),
    [
        (0, ago(1000), False),
        (1, None, False),
        (1, ago(1), True),
        (2, ago(2) + timedelta(microseconds=1), False),
        (2, ago(2), True),
    ],
)
def test_patience_ends_with_the_last_of_its_days(days: int, since: datetime | None, is_over: bool) -> None:
    assert Patience(days, NOW).is_over(since) is is_over


UNPLANNED = seen("Store", "2", state=State.CLOSED, reason=CloseReason.NOT_PLANNED, assignees=LONELY)


def test_a_tracker_is_asked_nothing_at_all_where_no_answer_counts() -> None:
    dropped = tracking_ticket(Ledger(), state=State.CLOSED, reason=CloseReason.NOT_PLANNED)
    closed, waiting = holding(UNPLANNED, tracking=dropped), holding(UNPLANNED, seen("Page", "3", assignees=LONELY))
    nowhere = cast("Tracker", None)
    for holdings, known, days in ((waiting, waiting, 0), (closed, closed, 14), (waiting, closed, 14)):
        maps = stock(holdings, wanted=MADE)
        assert followed(maps, known.all, nowhere, Patience(days, NOW)) == maps


def test_the_change_that_closed_a_ticket_is_named_by_it_and_by_the_tracking_ticket_but_by_no_open_one() -> None:
    closed = {"state": State.CLOSED, "reason": CloseReason.COMPLETED}
    page = seen("Page", "3", assignees=LONELY)
    ours = marked(seen("Ours", "4", **closed), state="closed")
    holdings = holding(seen("Store", "2", **closed), page, ours, tracking=tracking_ticket(Ledger(), **closed))
    tracker = Asked(DATED, past={number: History(closed_by=MERGED, unassigned=ago(20)) for number in "1234"})
    progress, other = stock(holdings, Holdings(), wanted=plan(*MADE.tasks, task("Done", done=True)))
    store, waiting, done, shut = progress.tasks
    assert progress.tracking
    assert followed([progress, other], holdings.all, tracker, Patience(14, NOW)) == (
        replace(
            progress,
            tracking=replace(progress.tracking, closed_by=MERGED),
            tasks=(
                replace(store, closed_by=MERGED),
                replace(waiting, stale=(Standstill(Cause.UNASSIGNED, 20),)),
                done,
                shut,
            ),
        ),
        other,
    )
    assert tracker.asked == [(("1", "2"), ("3",))]


def test_a_closed_ticket_needs_nobody() -> None:
    tracker = Asked(DATED)
    stale = stale_of(tracker, UNPLANNED, seen("Page", "3", assignees=LONELY))
    assert stale == {"2": (), "3": (Standstill(Cause.UNASSIGNED, 100),)}
    assert tracker.asked == [((), ("3",))]


def test_a_ticket_that_we_closed_and_that_is_open_was_reopened() -> None:
    ours, theirs = marked(seen("Store", "2"), state="closed"), seen("Page", "3", reopened=True)
    tracker = Asked(DATED, past={"3": History(reopened=ago(20))})
    stale = stale_of(tracker, ours, theirs)
    assert stale == {"2": (Standstill(Cause.REOPENED, 100),), "3": (Standstill(Cause.REOPENED, 20),)}
    assert tracker.asked == [((), ("2", "3"))]


@pytest.mark.parametrize("dates", [*permutations((60, 40, 20))])
def test_causes_come_in_the_order_in_which_they_began(dates: tuple[int, int, int]) -> None:
    reopened, unassigned, blocked = map(ago, dates)
    waiting = seen("Page", "3", assignees=LONELY, reopened=True, blocked_by=frozenset({"2"}))
    tracker = Asked(DATED, past={"3": History(None, reopened, unassigned, {"2": blocked})})
    days = dict(zip((Cause.REOPENED, Cause.UNASSIGNED, Cause.BLOCKED), dates, strict=True))
    expected = tuple(Standstill(cause, days[cause]) for cause in sorted(days, key=days.__getitem__, reverse=True))
    assert stale_of(tracker, seen("Store", "2"), waiting) == {"2": (), "3": expected}


def test_of_several_blockers_the_one_that_was_first_open_and_linked_counts() -> None:
    waiting = seen("Page", "9", blocked_by=frozenset({"2", "3", "4"}))
    blockers = (seen("Store", "2", reopened=True), seen("Service", "3"), seen("Late", "4", created=ago(15)))
    linked = {"2": ago(60), "3": ago(20), "4": ago(70)}
    tracker = Asked(DATED, past={"9": History(blocked=linked), "2": History(reopened=ago(30))})
    assert stale_of(tracker, *blockers, waiting) == {
        "2": (Standstill(Cause.REOPENED, 30),),
        "3": (),
        "4": (),
        "9": (Standstill(Cause.BLOCKED, 30),),
    }


def test_without_a_date_a_ticket_waits_for_nothing_and_a_blocker_counts_from_the_link() -> None:
    undated = seen("Page", "3", created=None, blocked_by=frozenset({"2"}))
    assert stale_of(Asked(DATED), seen("Store", "2"), undated) == {"2": (), "3": ()}
    waiting, blocker = seen("Page", "3", blocked_by=frozenset({"2"})), seen("Store", "2", created=None)
    tracker = Asked(DATED, past={"3": History(blocked={"2": ago(20)})})
    assert stale_of(tracker, blocker, waiting) == {"2": (), "3": (Standstill(Cause.BLOCKED, 20),)}


def test_a_ticket_that_waits_for_one_of_a_map_that_is_not_looked_at_does_so_since_the_link() -> None:
    own = holding(seen("Page", "3", blocked_by=frozenset({"2"})))
    progress, _ = stock(own, holding(seen("Store", "2")))
    tracker = Asked(DATED, past={"3": History(blocked={"2": ago(20)})})
    (found,) = followed([progress], own.all, tracker, Patience(14, NOW))
    assert [each.stale for each in found.tasks] == [(Standstill(Cause.BLOCKED, 20),)]


@pytest.mark.parametrize(
    ("able", "changed", "is_asked"),
    [
        (UNDATED, {"reopened": None}, True),
        (UNDATED, {"reopened": None, "changed": ago(13)}, False),
        (UNDATED, {"reopened": None, "assignees": LONELY}, False),
        (UNDATED, {"reopened": False}, False),
        (UNDATED, {"reopened": True}, False),
        (DATED, {"reopened": None}, False),
        (DATED, {"assignees": LONELY}, True),
        (DATED, {"assignees": LONELY, "changed": NOW}, True),
        (DATED, {"assignees": LONELY, "created": ago(13)}, False),
    ],
)
def test_a_tracker_is_asked_about_an_open_ticket_where_only_it_knows(
    able: Capabilities, changed: dict[str, object], is_asked: bool
) -> None:
    tracker = Asked(able)
    stale_of(tracker, seen("Store", "2", **changed))
    assert tracker.asked == ([((), ("2",))] if is_asked else [])
