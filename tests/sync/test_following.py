"""Which change closed a ticket, which open tickets need somebody, and about how few of them the tracker is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.following import Patience, followed
from techmap_sync.sync.observe import observe
from techmap_sync.sync.progress import Cause, Gate, MapProgress, Standstill, Subject, TaskProgress, take_stock
from techmap_sync.sync.tracker import Capabilities, CloseReason, History, MergedChange, State
from tests.fakes.memory import MemoryTracker, Request, refused
from tests.sync.build import MAP, POLICY, plan, task
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
