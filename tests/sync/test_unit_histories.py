"""Units of specs through long random histories: no ticket is made twice, and none is given to another task.

The default is a few steps of each family; ``EVERYTHING=1`` takes 5,000, ``STEPS=300`` as many as it says.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from techmap_sync.config import load_settings, shipped
from techmap_sync.documents.base import Sources
from techmap_sync.documents.checklist.checklist_family import Checklists
from techmap_sync.documents.families import READERS
from techmap_sync.documents.headings.headings_family import Plans
from techmap_sync.documents.statements import words_of
from techmap_sync.documents.story.story_family import Stories
from techmap_sync.documents.units.unit_family import UnitFamily
from techmap_sync.planning.body import TicketTexts
from techmap_sync.planning.link_targets import MapSource
from techmap_sync.planning.planner import plan_tasks
from techmap_sync.planning.task import SectionName, TaskPlan
from techmap_sync.planning.task_graph import task_graph
from techmap_sync.planning.templates import TicketTemplates
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.comparison import boxes
from techmap_sync.sync.policy import Guard
from techmap_sync.sync.tracker import CloseReason, State, Ticket
from tests.fakes.memory import MemoryTracker
from tests.families.gold import TABLES, grammar
from tests.sampling import sampling
from tests.sync.build import POLICY
from tests.sync.drive import key_of, push

STEPS = int(os.environ.get("STEPS", "5000" if sampling.everything else "12"))
LONGEST_LIFE = 250
"""Steps of one unit, about 70 tickets; then another team starts. Closed tickets stay, so each step takes longer."""
ALL_GUARDS = replace(POLICY, allowed=frozenset(Guard))
EDITED = replace(POLICY, allowed=frozenset(Guard) - {Guard.REGENERATED})
"""Single edits, however many, never look like a file that was generated again."""
WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in ("ana", "eki", "ilo", "oru", "usa") for c in "dklnrt"]
PLACES = {
    "spec-kit": "specs/001-harbour/tasks.md",
    "openspec": "openspec/changes/harbour/tasks.md",
    "kiro": ".kiro/specs/harbour/tasks.md",
    "plans": "docs/plans/2026-03-14-harbour.md",
    "bmad": "docs/epics.md",
}
ARCHIVE = "openspec/changes/archive/2026-11-02-harbour/tasks.md"
ONE_TICKET_EACH = ("plans", "bmad")
"""Their tasks are tickets at the default granularity."""
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
    archived: bool = False

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

    def archive(self) -> None:
        """Put the unit aside, where its family can, or take it back."""
        self.archived = self.family == "openspec" and not self.archived

    def edit(self) -> str:
        """Change something; every edit renumbers what follows."""
        names = ["insert", "reword", "move", "remove", "tick", "untick", "shuffle", "regenerate", "archive"]
        more = 6 if len(self.tasks) < 12 else 1
        (name,) = self.random.choices(names, [more, 6, 3, 3, 3, 1, 2, 0.2, 5 if self.archived else 0.5])
        getattr(self, name)()
        return name

    def files(self) -> dict[str, str]:
        """The files of the unit, the one that stands for it first."""
        if self.family == "bmad":
            return dict(self._stories())
        return {ARCHIVE if self.archived else PLACES[self.family]: self.written()}

    def _stories(self) -> Iterator[tuple[str, str]]:
        """An epic whose stories are numbered in order, each with a file of its own."""
        titles = "\n\n".join(f"### Story 1.{n}: {task.text}" for n, task in enumerate(self.tasks, 1))
        yield PLACES["bmad"], f"# Epics\n\n## Epic 1: Harbour\n\n{titles}\n"
        for n, task in enumerate(self.tasks, 1):
            status = "Done" if task.done else "Approved"
            parts = (
                f"# Story 1.{n}: {task.text}",
                f"## Status\n\n{status}",
                "## Tasks / Subtasks\n\n- [ ] Task 1: Do it",
            )
            yield f"docs/stories/1.{n}.{'-'.join(task.words[:2])}.md", "\n\n".join(parts) + "\n"

    def written(self) -> str:
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        count = 0
        for number, section in enumerate(self.sections, 1):
            yield from {
                "spec-kit": ["", f"## Phase {number}: Part {'abc'[number - 1]}", ""],
                "openspec": ["", f"## {number}. Part {'abc'[number - 1]}"],
                "kiro": [f"- [ ] {number}. Part {'abc'[number - 1]}"],
                "plans": ["", f"## Phase {number}: Part {'abc'[number - 1]}", ""],
            }[self.family]
            for place, task in enumerate(section, 1):
                count += 1
                box = f"- [{'x' if task.done else ' '}]"
                if self.family == "plans":
                    yield f"### Task {count}: {task.text}{' ✅ DONE' if task.done else ''}\n\n- [ ] **Step 1: Do it**\n"
                elif self.family == "spec-kit":
                    yield f"{box} T{count:03} {task.text}"
                else:
                    yield f"{'  ' if self.family == 'kiro' else ''}{box} {number}.{place} {task.text}"


def plan_of(team: Team) -> TaskPlan:
    words = replace(grammar(team.family), each_task=team.family not in ONE_TICKET_EACH)
    readers: dict[str, type[UnitFamily]] = {"checklist": Checklists, "headings": Plans, "story": Stories}
    family = readers[words.reader](words)
    (place, text), *beside = team.files().items()
    part = "epic-1" if team.family == "bmad" else ""
    document = family.read(Sources(text, place, place, dict(beside), part=part))
    graph = task_graph(document)
    return plan_tasks(graph, OPTIONS, TicketTexts(graph, MapSource(place), TEMPLATES))


def texts_in(body: str) -> list[str]:
    """The tasks that a ticket holds."""
    block = read_block(body)
    assert isinstance(block, Block)
    lines = boxes(block.texts().get(SectionName.ITEMS, ""))
    return [" ".join(words_of(text)) for _, text, _ in lines]


def text_of(team: Team, ticket: Ticket) -> str:
    """The words by which a ticket names its task; empty for the tracking ticket."""
    block = read_block(ticket.body)
    assert isinstance(block, Block)
    if team.family in ONE_TICKET_EACH:
        return "" if block.marker.ledger is not None else " ".join(words_of(ticket.title))
    (text, *_) = texts_in(ticket.body) or [""]
    return text


def name(task: Task) -> str:
    return " ".join(words_of(task.text))


def test_every_family_has_its_histories() -> None:
    assert {family for family, table in TABLES.items() if table.get("reader", "") in READERS} == set(PLACES)


class Life:
    """One team's unit and its tickets, from the first push on."""

    def __init__(self, family: str, number: int) -> None:
        self.seed = f"{family} {number}"
        self.team, self.tracker = Team(family, random.Random(self.seed)), MemoryTracker()
        self.owner: dict[str, Task] = {}
        """Whose ticket each number has been."""

    def go_on(self, steps: int) -> None:
        """Edit, push and look, step by step."""
        for step in range(steps):
            edit = self.team.edit() if step else "start"
            self._step(edit, f"{self.seed}, step {step}, {edit}")

    def _step(self, edit: str, where: str) -> None:
        policy = ALL_GUARDS if edit == "regenerate" else EDITED
        plan, text = plan_of(self.team), "\n".join(self.team.files().values())
        push(self.tracker, plan, policy, text)
        numbers = self._numbers(where)
        assert all(len(each) == 1 for each in numbers.values()), f"{where}: a task has two tickets"
        known = {id(task) for task in self.owner.values()}
        open_tasks = [] if self.team.archived else [task for task in self.team.tasks if not task.done]
        missing = [task.text for task in open_tasks if id(task) not in numbers and id(task) not in known]
        assert not missing, where
        assert not (self.team.archived and numbers), f"{where}: an archived unit has open tickets"
        written = len(self.tracker.writes)
        push(self.tracker, plan, policy, text)
        assert len(self.tracker.writes) == written, f"{where}: a second push writes"

    def _numbers(self, where: str) -> dict[int, list[str]]:
        """Return the open tickets of each task, none of which was another task's before."""
        by_text = {name(task): task for task in self.team.tasks}
        numbers: dict[int, list[str]] = {}
        for ticket in self.tracker.tickets.values():
            if ticket.state is State.OPEN and (task := by_text.get(text_of(self.team, ticket))):
                assert self.owner.setdefault(ticket.number, task) is task, f"{where}: {ticket.title}"
                numbers.setdefault(id(task), []).append(ticket.number)
        return numbers


@pytest.mark.parametrize("family", PLACES)
def test_a_ticket_stays_with_its_task_whatever_a_team_edits(family: str) -> None:
    """Each task a ticket: the hardest case, because nothing but its text and its number tells a task."""
    for number, begun in enumerate(range(0, STEPS, LONGEST_LIFE)):
        Life(family, number).go_on(min(LONGEST_LIFE, STEPS - begun))


@pytest.mark.parametrize("family", PLACES)
def test_a_unit_that_is_generated_again_is_refused_also_where_all_tasks_have_the_same_steps(family: str) -> None:
    team, tracker = Team(family, random.Random(family)), MemoryTracker()
    push(tracker, plan_of(team), EDITED, "one")
    before = {number: ticket.title for number, ticket in tracker.tickets.items()}
    team.regenerate()
    push(tracker, plan_of(team), EDITED, "other")
    assert {number: ticket.title for number, ticket in tracker.tickets.items()} == before
    assert all(ticket.state is State.OPEN for ticket in tracker.tickets.values())
    push(tracker, plan_of(team), ALL_GUARDS, "other")
    assert len(tracker.tickets) == 2 * len(before) - 1, "all but the tracking ticket"


@dataclass
class Completed:
    """A unit whose first task was completed by a person, and what else happens to it."""

    family: str

    def __post_init__(self) -> None:
        self.team, self.tracker = Team(self.family, random.Random(self.family)), MemoryTracker()
        self.push()
        (self.number,) = (n for n, t in self.tracker.tickets.items() if self.names(t, self.team.tasks[0]))
        self.tracker.edit(self.number, state=State.CLOSED, reason=CloseReason.COMPLETED)

    def names(self, ticket: Ticket, task: Task) -> bool:
        """Whether a ticket is that of a task, by its words of today."""
        return text_of(self.team, ticket) == name(task)

    def push(self) -> None:
        plan, text = plan_of(self.team), "\n".join(self.team.files().values())
        push(self.tracker, plan, EDITED, text)
        before = len(self.tracker.writes)
        push(self.tracker, plan, EDITED, text)
        assert len(self.tracker.writes) == before, "a second push writes"

    @property
    def is_completed(self) -> bool:
        """Whether its ticket is still as the person left it."""
        ticket = self.tracker.tickets[self.number]
        return (ticket.state, ticket.reason) == (State.CLOSED, CloseReason.COMPLETED)

    def reword(self, place: int) -> None:
        self.team.tasks[0].words[place] = WORDS[place]
        self.push()


@pytest.mark.parametrize("family", PLACES)
def test_a_completed_task_that_is_reworded_keeps_its_ticket_and_one_follow_up(family: str) -> None:
    unit = Completed(family)
    for place in (1, 2):
        unit.reword(place)
    follow_ups = [ticket for ticket in unit.tracker.tickets.values() if key_of(ticket).endswith("~2")]
    assert len(follow_ups) == (0 if family in ONE_TICKET_EACH else 1), "steps that are the same are no news"
    assert all(unit.names(each, unit.team.tasks[0]) for each in follow_ups)
    assert unit.is_completed


@pytest.mark.parametrize("family", PLACES)
def test_a_follow_up_becomes_the_ticket_of_a_task_that_no_longer_resembles_the_completed_one(family: str) -> None:
    unit = Completed(family)
    before = len(unit.tracker.tickets)
    for place in range(7):
        unit.reword(place)
    assert len(unit.tracker.tickets) == before + 1, "only one more ticket, however often it is reworded"
    assert unit.is_completed
