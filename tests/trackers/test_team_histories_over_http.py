"""Random histories on both servers: people change owners, types, dates, fields and boards as they like.

None of that is undone, whatever the server drops without a word, and a push after a push writes nothing. The same in
memory, with all else that may happen to a map: ``tests/sync/test_team_histories.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from techmap_sync.planning.task import Priority, TaskPlan, TaskSpec
from techmap_sync.sync.tracker import Tracker
from tests.sampling import sampling
from tests.simulators.github import Account
from tests.simulators.github.boards import BoardOfOwner
from tests.simulators.github.clock import SimulatedClock
from tests.simulators.github.server import TOKEN
from tests.simulators.gitlab.world import SARA, TOM
from tests.sync.build import plan, task
from tests.trackers.faulty_runs import push
from tests.trackers.in_process import Line, on_github, on_gitlab
from tests.trackers.servers import Server

PEOPLE = ["sara", "tom"]
NAMES = ["Store", "Page", "Mail", "Feed"]
ACCOUNTS = {"sara": SARA, "tom": TOM}
Planned = dict[str, object]


class Team(Protocol):
    """People at one server; issues are named by their numbers."""

    server: Server
    settings: dict[str, str]
    choices: dict[str, list[Any]]
    """What people may set a field to."""

    def numbers(self) -> list[int]: ...
    def people(self, number: int) -> set[str]: ...
    def assign(self, number: int, people: set[str]) -> None: ...
    def value(self, number: int, name: str) -> object: ...
    def set(self, number: int, name: str, value: Any) -> None: ...
    def drops(self, *, everything: bool) -> None: ...


@dataclass
class OnGitHubs:
    """An organization with types, a field for priorities and a board."""

    server: Any = field(default_factory=on_github)
    settings: dict[str, str] = field(
        default_factory=lambda: {"type": "Task", "priority_field": "Priority", "project": "octo/7"}
    )
    choices: dict[str, list[Any]] = field(
        default_factory=lambda: {"type": ["Bug", None], "priority": ["Urgent", None], "board": ["Done", None]}
    )

    def __post_init__(self) -> None:
        repository = self.server.server.repository
        repository.issue_types, repository.priority_options = ["Bug", "Task"], ["Urgent", "High", "Medium", "Low"]
        self.server.server.world.board = BoardOfOwner("octo", 7)

    def numbers(self) -> list[int]:
        return list(self.server.server.repository.issues)

    def people(self, number: int) -> set[str]:
        return set(self.server.server.repository.issues[number].assignees)

    def assign(self, number: int, people: set[str]) -> None:
        self.server.server.repository.issues[number].assignees = sorted(people)

    def value(self, number: int, name: str) -> object:
        if name == "board":
            item = self.server.server.world.board.items.get(number)
            return item and item.get("Priority")
        return getattr(self.server.server.repository.issues[number], name)

    def set(self, number: int, name: str, value: Any) -> None:
        items = self.server.server.world.board.items
        if name != "board":
            setattr(self.server.server.repository.issues[number], name, value)
        elif value:
            items[number] = {"Priority": value}
        else:
            items.pop(number, None)

    def drops(self, *, everything: bool) -> None:
        self.server.server.accounts[TOKEN] = Account("octo", may_push=not everything)
        self.server.server.repository.dropped = ["tom"] if everything else []


@dataclass
class OnGitLabs:
    """A project of Premium with iterations and epics."""

    server: Any = field(default_factory=on_gitlab)
    settings: dict[str, str] = field(default_factory=lambda: {"iteration": "Sprint 7", "epic": "Payments"})
    choices: dict[str, list[Any]] = field(
        default_factory=lambda: {"due": ["2027-01-01", None], "iteration": [4, None], "epic": [81, None]}
    )

    def __post_init__(self) -> None:
        world = self.server.server.world
        world.iterations, world.epics = {3: "Sprint 7", 4: "Sprint 8"}, {80: "Payments", 81: "Later"}

    def numbers(self) -> list[int]:
        return list(self.server.server.world.issues)

    def people(self, number: int) -> set[str]:
        return {user.username for user in self.server.server.world.issues[number].assignees}

    def assign(self, number: int, people: set[str]) -> None:
        self.server.server.world.issues[number].assignees = [ACCOUNTS[name] for name in sorted(people)]

    def value(self, number: int, name: str) -> object:
        return getattr(self.server.server.world.issues[number], name)

    def set(self, number: int, name: str, value: Any) -> None:
        setattr(self.server.server.world.issues[number], name, value)

    def drops(self, *, everything: bool) -> None:
        self.server.server.world.drops_plans = everything


class Histories(RuleBasedStateMachine):
    """One map, one server, its people, and the program."""

    kind: Any

    def __init__(self) -> None:
        super().__init__()
        self.team: Team = self.kind()
        self.names = NAMES[:2]
        self.priorities: dict[str, Priority] = {}
        self.owners: dict[str, tuple[str, ...]] = {"Store": ("sara", "tom"), "Page": ("tom",)}
        self.due = ""
        self.fields_we_left: dict[int, Planned] = {}
        """What a field had after a push that found nothing of people in it. Who puts that back has changed nothing."""
        self.people_we_left: dict[int, set[str]] = {}
        """Whom the program assigned, and did not take away again; likewise."""
        self.by_hand: dict[int, Planned] = {}
        self.added: dict[int, set[str]] = {}
        self.taken_away: dict[int, set[str]] = {}

    def plan(self) -> TaskPlan:
        made = plan(*(task(name, priority=self.priorities.get(name, Priority.HIGH)) for name in self.names))
        tasks = tuple(self._owned(spec) for spec in made.tasks)
        return replace(made, tracking=replace(made.tracking, due=self.due), tasks=tasks)

    def _owned(self, spec: TaskSpec) -> TaskSpec:
        people = self.owners.get(spec.key.rpartition("/")[2], ())
        return replace(spec, assignees=people, follows_assignees=True, due=self.due)

    def tracker(self) -> Tracker:
        clock = SimulatedClock()
        return self.team.server.tracker(settings=self.team.settings, now=clock, sleep=clock.sleep)

    @initialize()
    def first_push(self) -> None:
        self.push()

    @rule()
    def push(self) -> None:
        before = {number: self.team.people(number) for number in self.team.numbers()}
        with Line(self.team.server).open():
            push(self.tracker(), self.plan())
        for number in self.team.numbers():
            absent = self.people_we_left.get(number, set()) - before.get(number, set())
            self.people_we_left[number] = absent | (self.team.people(number) - self.added.get(number, set()))
            self._settle_fields(number)

    def _settle_fields(self, number: int) -> None:
        by_hand = self.by_hand.get(number, {})
        if by_hand.get("due", self) == (self.due or None):
            del by_hand["due"]  # the document says the same by now
        there = {name: self.team.value(number, name) for name in self.team.choices if name not in by_hand}
        self.fields_we_left.setdefault(number, {}).update(there)

    @rule()
    def a_push_after_a_push_writes_nothing(self) -> None:
        self.push()
        self.team.server.forget()
        with Line(self.team.server).open():
            push(self.tracker(), self.plan())
        assert self.team.server.writes == []

    @rule(name=st.sampled_from(NAMES), people=st.lists(st.sampled_from([*PEOPLE, "nobody"]), max_size=3, unique=True))
    def owners_change(self, name: str, people: list[str]) -> None:
        self.owners[name] = tuple(people)
        self.taken_away.clear()

    @rule(name=st.sampled_from(NAMES), priority=st.sampled_from(Priority))
    def author_sets_a_priority(self, name: str, priority: Priority) -> None:
        self.priorities[name] = priority

    @rule(date=st.sampled_from(["", "2026-12-01", "2026-12-24"]))
    def author_sets_a_date(self, date: str) -> None:
        self.due = date

    @rule(count=st.integers(2, 4))
    def author_adds_a_task(self, count: int) -> None:
        self.names = NAMES[: max(count, len(self.names))]

    @rule(everything=st.booleans())
    def rights_change(self, everything: bool) -> None:
        self.team.drops(everything=everything)

    @rule(data=st.data())
    def human_takes_a_person_away(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.team.numbers()))
        if there := self.team.people(number):
            gone = data.draw(st.sampled_from(sorted(there)))
            self.team.assign(number, there - {gone})
            self.added.get(number, set()).discard(gone)
            if gone in self.people_we_left[number]:
                self.taken_away.setdefault(number, set()).add(gone)

    @rule(data=st.data(), person=st.sampled_from(PEOPLE))
    def human_assigns_a_person(self, data: st.DataObject, person: str) -> None:
        number = data.draw(st.sampled_from(self.team.numbers()))
        if person not in self.team.people(number):
            self.team.assign(number, self.team.people(number) | {person})
            self.taken_away.get(number, set()).discard(person)
            if person not in self.people_we_left[number]:
                self.added.setdefault(number, set()).add(person)

    @rule(data=st.data())
    def human_sets_a_field(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.team.numbers()))
        name = data.draw(st.sampled_from(sorted(self.team.choices)))
        value = data.draw(st.sampled_from(self.team.choices[name]))
        self.team.set(number, name, value)
        by_hand = self.by_hand.setdefault(number, {})
        by_hand[name] = value
        if value == self.fields_we_left[number][name]:
            del by_hand[name]

    def teardown(self) -> None:
        if self.team.numbers():
            self.a_push_after_a_push_writes_nothing()
            self.what_people_set_is_still_there()
            self.whom_people_assigned_is_still_there_and_whom_they_took_away_is_not()

    @invariant()
    def what_people_set_is_still_there(self) -> None:
        for number, fields in self.by_hand.items():
            assert {name: self.team.value(number, name) for name in fields} == fields, number

    @invariant()
    def whom_people_assigned_is_still_there_and_whom_they_took_away_is_not(self) -> None:
        for number, people in self.added.items():
            assert people <= self.team.people(number), number
        for number, people in self.taken_away.items():
            assert people.isdisjoint(self.team.people(number)), number


@pytest.mark.parametrize("kind", [OnGitHubs, OnGitLabs])
def test_nothing_that_people_do_is_undone(kind: type) -> None:
    examples = sampling.times("histories of teams on servers", 20, 200)
    run_state_machine_as_test(
        type(f"Histories{kind.__name__}", (Histories,), {"kind": kind}),
        settings=settings(
            max_examples=examples,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
