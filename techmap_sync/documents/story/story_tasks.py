"""Stories and what is in them -> the tasks of an epic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from techmap_sync.documents.story.story_pages import Record, Story
from techmap_sync.documents.story.story_words import ALL_CRITERIA
from techmap_sync.documents.story.told import Told
from techmap_sync.documents.units.locations import paths_in
from techmap_sync.documents.units.phrases import Phrases
from techmap_sync.documents.units.unit import NOT_PLANNED, Notice, Task


class StoryTasks:
    """The tasks of one epic: each story, with its own tasks below it."""

    def __init__(self, told: Sequence[Told], epic: str, phrases: Phrases) -> None:
        self.told, self.epic, self.phrases = told, epic, phrases
        self.stories: list[int] = []
        """The places of the stories among the tasks."""
        found: list[Task] = []
        for one in told:
            self.stories.append(len(found))
            found.append(self._story(one))
            if one.story:
                found += self._records(one.story, len(found) - 1, found[-1])
        self.tasks = tuple(found)

    def _story(self, one: Told) -> Task:
        status, story, planned = one.status, one.story, one.planned
        depends = (*(planned.depends_on if planned else ()), *(story.depends_on if story else ()))
        word = self.phrases.grammar.state_of.get(status.text) if status else None
        said = (story.said.state if story else None) or (planned.state if planned else None)
        return Task(
            one.title or f"Story {one.id}",
            one.line,
            id=one.id,
            done=bool(status and status.done),
            state=word or said or (status.text if status else None),
            kind="story",
            optional=bool((story and story.said.optional) or (planned and planned.optional)),
            phase=self.epic,
            parent=self.epic,
            depends_on=tuple(dict.fromkeys(each for each in depends if each != one.id)),
            requirements=tuple(criterion.id for criterion in story.criteria) if story else (),
            details=tuple(story.details if story else planned.details if planned else ()),
            path=one.path,
        )

    def _records(self, story: Story, place: int, above: Task) -> Iterator[Task]:
        made: list[Task] = []
        for record in story.records:
            made.append(self._task(record, story, made, place))
        if not above.planned:
            made = [replace(task, state=task.state or above.state) for task in made]
        yield from made

    def _task(self, record: Record, story: Story, made: Sequence[Task], place: int) -> Task:
        said = record.said
        up = made[record.above] if record.above is not None else None
        depends, requires = self._named(record, story)
        parent = story.id if up is None else up.id or up.title
        return Task(
            said.title,
            record.entry.line,
            id=f"{story.id}/{said.id}" if said.id else None,
            done=said.done if record.heading else record.entry.sign in "xX",
            state=said.state or (self.phrases.grammar.boxes.get(record.entry.sign)) or _inherited(up),
            optional=said.optional or bool(up and up.optional),
            parallel=said.parallel,
            parent=parent,
            depends_on=depends,
            requirements=requires,
            details=record.entry.markdown,
            locations=paths_in(record.entry.code),
            code=record.entry.code,
            above=place if record.above is None else place + 1 + record.above,
            path=story.page.path,
        )

    def _named(self, record: Record, story: Story) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the tasks of the same story that a task waits for, and the criteria that it names."""
        known = frozenset(each.said.id for each in story.records if each.said.id)
        depends = [*record.said.depends_on, *self.phrases.prose_dependencies(record.said.title, known)]
        requires = list(record.criteria)
        for text in record.entry.details:
            label, ids = self.phrases.detail(text)
            (depends if label == "depends" else requires).extend(ids)
        if ALL_CRITERIA in requires:
            requires = [*(criterion.id for criterion in story.criteria), *requires]
            requires = [one for one in requires if one != ALL_CRITERIA]
        inside = (f"{story.id}/{one}" for one in depends if one in known and one != record.said.id)
        return tuple(dict.fromkeys(inside)), tuple(dict.fromkeys(requires))

    def leaves(self) -> Iterator[int]:
        """Yield the places of the tasks that are items: those in a story that have nothing below them."""
        parents = {task.above for task in self.tasks}
        yield from (n for n, task in enumerate(self.tasks) if n not in parents and task.kind is None)

    def story_of(self, number: int) -> int:
        """Return the place of the story that a task is in."""
        return list(self.up(number))[-1]

    def up(self, number: int) -> Iterator[int]:
        """Yield a task and everything that it is in."""
        place: int | None = number
        while place is not None:
            yield place
            place = self.tasks[place].above

    def notices(self, known: set[str], main: str) -> Iterator[Notice]:
        """Yield what does not fit together.

        :param known: the stories of all epics.
        :param main: the file that stands for the epic.
        """
        for notice, task in self._notices(known):
            yield notice._replace(path=task.path if task.path != main else "")

    def _notices(self, known: set[str]) -> Iterator[tuple[Notice, Task]]:
        here = {self.tasks[n].id for n in self.stories}
        for number, task in enumerate(self.tasks):
            if task.kind == "story":
                yield from ((_dependency(one, task, known), task) for one in task.depends_on if one not in here)
            if self._is_against_children(number):
                yield Notice("parent-against-children", task.id or task.title, task.line), task

    def _is_against_children(self, number: int) -> bool:
        """Whether a task says other than what is required below it; a story with everything ticked may be in review."""
        task = self.tasks[number]
        below = [each for each in self.tasks if each.above == number and each.planned and not each.optional]
        if task.kind == "story":
            inside = (n for n in self.leaves() if self.story_of(n) == number)
            required = [self.tasks[n] for n in inside if self.tasks[n].planned and not self.tasks[n].optional]
            return task.done and not all(each.done for each in required)
        return bool(below) and task.done != all(each.done for each in below)


def _inherited(up: Task | None) -> str | None:
    return up.state if up and up.state in NOT_PLANNED else None


def _dependency(one: str, task: Task, known: set[str]) -> Notice:
    rule = "dependency-on-another-unit" if one in known else "unknown-id-in-dependencies"
    return Notice(rule, one, task.line)
