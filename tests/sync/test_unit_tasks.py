"""Units of specs through long random histories: no ticket is made twice, and none is given to another task.

The default is a few steps of each family; ``EVERYTHING=1`` takes 5,000.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from techmap_sync.config import load_settings, shipped
from techmap_sync.documents.base import Sources
from techmap_sync.documents.checklist.checklist_family import Checklists
from techmap_sync.documents.statements import words_of
from techmap_sync.planning.body import TicketTexts
from techmap_sync.planning.link_targets import MapSource
from techmap_sync.planning.planner import plan_tasks
from techmap_sync.planning.task import SectionName, TaskPlan
from techmap_sync.planning.task_graph import task_graph
from techmap_sync.planning.templates import TicketTemplates
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.comparison import boxes
from techmap_sync.sync.policy import Guard
from techmap_sync.sync.tracker import State
from tests.fakes.memory import MemoryTracker
from tests.families.gold import TABLES, grammar
from tests.sampling import sampling
from tests.sync.build import POLICY
from tests.sync.drive import push

STEPS = 5_000 if sampling.everything else 12
ALL_GUARDS = replace(POLICY, allowed=frozenset(Guard))
EDITED = replace(POLICY, allowed=frozenset(Guard) - {Guard.REGENERATED})
"""Single edits, however many, never look like a file that was generated again."""
WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in ("ana", "eki", "ilo", "oru", "usa") for c in "dklnrt"]
PLACES = {
    "spec-kit": "specs/001-harbour/tasks.md",
    "openspec": "openspec/changes/harbour/tasks.md",
    "kiro": ".kiro/specs/harbour/tasks.md",
}
TEMPLATES = TicketTemplates(shipped(""))
OPTIONS = load_settings(None, {}).plan_options()


@dataclass
class Task:
    """A task of the imagined team: its words change, and it stays the same task."""

    words: list[str]
    done: bool = False
    number: int = 0

    @property
    def text(self) -> str:
        return " ".join(self.words).capitalize()


@dataclass
class Team:
    """Edits a unit as teams and their assistants do."""

    family: str
    random: random.Random
    sections: list[list[Task]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sections = [[self.new_task() for _ in range(3)] for _ in range(3)]

    def new_task(self) -> Task:
        return Task(self.random.sample(WORDS, 7))

    @property
    def tasks(self) -> list[Task]:
        return [task for section in self.sections for task in section]

    def insert(self) -> None:
        section = self.random.choice(self.sections)
        section.insert(self.random.randint(0, len(section)), self.new_task())

    def reword(self) -> None:
        task = self.random.choice(self.tasks)
        task.words[self.random.randrange(7)] = self.random.choice(WORDS)

    def move(self) -> None:
        task = self.random.choice(self.tasks)
        for section in self.sections:
            if any(each is task for each in section) and len(section) > 1:
                section[:] = [each for each in section if each is not task]
                self.random.choice(self.sections).append(task)
                return

    def remove(self) -> None:
        section = self.random.choice(self.sections)
        if len(section) > 1:
            section.pop(self.random.randrange(len(section)))

    def tick(self) -> None:
        self.random.choice(self.tasks).done = True

    def untick(self) -> None:
        self.random.choice(self.tasks).done = False

    def shuffle(self) -> None:
        self.random.shuffle(self.random.choice(self.sections))

    def regenerate(self) -> None:
        self.sections = [[self.new_task() for _ in range(3)] for _ in range(3)]

    def edit(self) -> str:
        """Change something; every edit renumbers what follows."""
        names = ["insert", "reword", "move", "remove", "tick", "untick", "shuffle", "regenerate"]
        more = 6 if len(self.tasks) < 12 else 1
        (name,) = self.random.choices(names, [more, 6, 3, 3, 3, 1, 2, 0.2])
        getattr(self, name)()
        return name

    def written(self) -> str:
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        count = 0
        for number, section in enumerate(self.sections, 1):
            yield from {
                "spec-kit": ["", f"## Phase {number}: Part {'abc'[number - 1]}", ""],
                "openspec": ["", f"## {number}. Part {'abc'[number - 1]}"],
                "kiro": [f"- [ ] {number}. Part {'abc'[number - 1]}"],
            }[self.family]
            for place, task in enumerate(section, 1):
                count += 1
                box = f"- [{'x' if task.done else ' '}]"
                if self.family == "spec-kit":
                    yield f"{box} T{count:03} {task.text}"
                else:
                    yield f"{'  ' if self.family == 'kiro' else ''}{box} {number}.{place} {task.text}"


def plan_of(team: Team, each_task: bool) -> TaskPlan:
    family = Checklists(replace(grammar(team.family), each_task=each_task))
    place = PLACES[team.family]
    document = family.read(Sources(team.written(), place, place))
    graph = task_graph(document)
    return plan_tasks(graph, OPTIONS, TicketTexts(graph, MapSource(place), TEMPLATES))


def texts_in(body: str) -> list[str]:
    """The tasks that a ticket holds."""
    block = read_block(body)
    assert isinstance(block, Block)
    lines = boxes(block.texts().get(SectionName.ITEMS, ""))
    return [" ".join(words_of(text)) for _, text, _ in lines]


def name(task: Task) -> str:
    return " ".join(words_of(task.text))


def test_the_families_of_the_histories_are_checklists() -> None:
    assert {family for family, table in TABLES.items() if table.get("reader") == "checklist"} == set(PLACES)


@pytest.mark.parametrize("family", PLACES)
def test_a_ticket_stays_with_its_task_whatever_a_team_edits(family: str) -> None:
    """Each task a ticket: the hardest case, because nothing but its text and its number tells a task."""
    team, tracker = Team(family, random.Random(family)), MemoryTracker()
    owner: dict[str, Task] = {}
    for step in range(STEPS):
        edit = team.edit() if step else "start"
        policy = ALL_GUARDS if edit == "regenerate" else EDITED
        push(tracker, plan_of(team, each_task=True), policy, team.written())
        by_text = {name(task): task for task in team.tasks}
        numbers: dict[int, list[str]] = {}
        for ticket in tracker.tickets.values():
            (text, *_) = texts_in(ticket.body) or [""]
            if ticket.state is State.OPEN and (task := by_text.get(text)):
                assert owner.setdefault(ticket.number, task) is task, f"{step} {edit}: {ticket.title}"
                numbers.setdefault(id(task), []).append(ticket.number)
        assert all(len(each) == 1 for each in numbers.values()), f"{step} {edit}: a task has two tickets"
        missing = [task.text for task in team.tasks if id(task) not in numbers and not task.done]
        known = {id(task) for task in owner.values()}
        assert not [task for task in team.tasks if task.text in missing and id(task) not in known], f"{step} {edit}"
        written = len(tracker.writes)
        push(tracker, plan_of(team, each_task=True), policy, team.written())
        assert len(tracker.writes) == written, f"{step} {edit}: a second push writes"
