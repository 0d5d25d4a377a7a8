"""Random histories of owners, dates, types and boards: people change them as they like, and none of that is undone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.sync.tracker import Capabilities
from tests.fakes.memory import MemoryTracker
from tests.sync.author import Author
from tests.sync.drive import key_of
from tests.sync.people import MemoryHands
from tests.sync.scene import FREE, Scene
from tests.sync.test_state_machine import LENGTH, QUIET, STEPS, Histories

OWNERS = ["ann", "bob", "cleo"]
DATES = ["", "2026-12-01", "2026-12-24"]
ABLE = Capabilities(due_dates=True, ticket_type="Task", board="octo/7", most_assignees=2)


@dataclass
class Team(Author):
    """An author whose files have owners."""

    owners: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By the name of a task."""
    due: str = ""

    def plan(self) -> TaskPlan:
        made = super().plan()
        tasks = tuple(map(self._owned, made.tasks))
        return replace(made, tracking=replace(made.tracking, due=self.due), tasks=tasks)

    def _owned(self, spec: TaskSpec) -> TaskSpec:
        people = self.owners.get(spec.key.rpartition("/")[2], ())
        return replace(spec, assignees=people, follows_assignees=True, due=self.due)


class TeamHistories(Histories):
    """The same promises, with people who own, date, sort and plan tickets."""

    def __init__(self) -> None:
        super().__init__()
        self.by_hand: dict[str, dict[str, str]] = {}
        """What people set, by number and field."""
        self.taken_off: set[str] = set()
        self.taken_away: dict[str, set[str]] = {}
        """Whom people took away, by number, until the owners change."""

    def first_scene(self) -> Scene:
        tracker = MemoryTracker(ABLE, edges_listed=False)
        return Scene(tracker, MemoryHands(tracker), Team())

    @property
    def memory(self) -> MemoryTracker:
        assert isinstance(self.scene.tracker, MemoryTracker)
        return self.scene.tracker

    @property
    def team(self) -> Team:
        assert isinstance(self.author, Team)
        return self.author

    @rule(data=st.data(), people=st.lists(st.sampled_from(OWNERS), max_size=3, unique=True))
    def owners_change(self, data: st.DataObject, people: list[str]) -> None:
        if self.author.parts:
            self.team.owners[self.name(data)] = tuple(people)
            self.taken_away.clear()

    @rule(date=st.sampled_from(DATES))
    def author_sets_a_date(self, date: str) -> None:
        self.team.due = date

    @rule(data=st.data())
    def human_takes_a_person_away(self, data: st.DataObject) -> None:
        ticket = self.choose(data)
        if ticket and ticket.assignees - {"ada"}:
            gone = data.draw(st.sampled_from(sorted(ticket.assignees - {"ada"})))
            self.memory.edit(ticket.number, assignees=ticket.assignees - {gone})
            self.taken_away.setdefault(ticket.number, set()).add(gone)

    @rule(data=st.data())
    def human_sets_a_type(self, data: st.DataObject) -> None:
        if ticket := self.choose(data):
            self.memory.edit(ticket.number, type="Bug")
            self.by_hand.setdefault(ticket.number, {})["type"] = "Bug"

    @rule(data=st.data())
    def human_takes_a_ticket_off_the_board(self, data: st.DataObject) -> None:
        ticket = self.choose(data)
        if ticket and ticket.number in self.memory.board and ticket.number in self.scene.listed():
            del self.memory.board[ticket.number]
            self.taken_off.add(ticket.number)

    @rule()
    def new_tickets_are_on_the_board(self) -> None:
        before = set(self.memory.tickets)
        self.scene.push(FREE)
        assert set(self.memory.tickets) - before <= self.memory.board.keys()

    @invariant()
    def what_people_set_is_still_there(self) -> None:
        there = self.memory.tickets
        for number, fields in self.by_hand.items():
            for name, value in fields.items():
                assert number not in there or getattr(there[number], name) == value

    @invariant()
    def nobody_whom_a_person_took_away_is_back(self) -> None:
        for number, people in self.taken_away.items():
            if number in self.memory.tickets:
                assert people.isdisjoint(self.memory.tickets[number].assignees), key_of(self.memory.tickets[number])

    @invariant()
    def nothing_that_people_took_off_the_board_is_back(self) -> None:
        assert self.taken_off.isdisjoint(self.memory.board)


TestTeamHistories = TeamHistories.TestCase
TestTeamHistories.settings = settings(
    max_examples=max(1, STEPS // LENGTH // 8), stateful_step_count=LENGTH, deadline=None, suppress_health_check=QUIET
)
