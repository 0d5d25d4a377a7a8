"""The stories of an epic and what is in them -> its tasks and its tickets: one for each story, or one for each leaf."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from techmap_sync.documents.story.story_pages import PlannedStory, Record, Story
from techmap_sync.documents.story.story_words import ALL_CRITERIA, Status
from techmap_sync.documents.units.grammar import Grammar
from techmap_sync.documents.units.phrases import Phrases, paths_in
from techmap_sync.documents.units.unit import NOT_PLANNED, Task, Ticket, ticket_subject, ticket_title
from techmap_sync.documents.units.unit_notices import Notice
from techmap_sync.documents.work import reduced, without_circles


@dataclass
class Told:
    """A story with what ``epics.md``, its own file and ``sprint-status.yaml`` say."""

    id: str
    story: Story | None = None
    planned: PlannedStory | None = None
    status: Status | None = None
    title: str = ""
    path: str = ""
    line: int = 1


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


@dataclass(frozen=True, slots=True)
class Made:
    """The tickets of an epic."""

    tickets: tuple[Ticket, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class _Draft:
    own: int
    leaves: tuple[int, ...] = ()


class StoryTickets:
    """Makes the tickets of one epic.

    :param released: which of its stories, counted from 0, are past backlog and draft.
    """

    def __init__(self, found: StoryTasks, grammar: Grammar, unit: str, released: frozenset[int]) -> None:
        self.found, self.tasks = found, found.tasks
        self.grammar, self.unit = grammar, unit
        self.released = {found.stories[n] for n in released}
        counts = Counter(task.id for task in self.tasks if task.id)
        self.names = [task.id if task.id and counts[task.id] == 1 else task.title for task in self.tasks]

    def make(self, granularity: str = "") -> Made:
        """Return the tickets, at the family's own granularity or one for each leaf ("task")."""
        drafts = tuple(self._of_leaves() if granularity == "task" else self._of_stories())
        made = [self._ticket(draft) for draft in drafts]
        dead = {number for number, ticket in enumerate(made) if ticket.not_planned}
        covered = tuple(map(self._covered, drafts))
        edges = {n: self._edges(n, covered) - dead - {n} if n not in dead else set() for n in range(len(drafts))}
        safe, closing = without_circles(edges)
        short = reduced(safe)
        notices = tuple(Notice("circle-of-dependencies", made[a].title, made[a].line) for a, _ in closing)
        waiting = (
            replace(t, waits_for=tuple(made[n].title for n in sorted(short[i])), after=tuple(sorted(short[i])))
            for i, t in enumerate(made)
        )
        return Made(tuple(waiting), notices)

    def _of_stories(self) -> Iterator[_Draft]:
        leaves: dict[int, list[int]] = {}
        for leaf in self.found.leaves():
            leaves.setdefault(self.found.story_of(leaf), []).append(leaf)
        yield from (_Draft(story, tuple(leaves.get(story, ()))) for story in self.found.stories)

    def _of_leaves(self) -> Iterator[_Draft]:
        for draft in self._of_stories():
            yield from (_Draft(leaf) for leaf in draft.leaves or (draft.own,))

    def _ticket(self, draft: _Draft) -> Ticket:
        own, story = self.tasks[draft.own], self.found.story_of(draft.own)
        items = tuple(n for n in draft.leaves if self.tasks[n].planned)
        return Ticket(
            ticket_title(own.title, self.grammar, self.unit),
            own.line,
            id=own.id,
            items=tuple(self.names[n] for n in items),
            tasks=items,
            done=own.planned and (own.done or self.tasks[story].done),
            optional_items=tuple(self.names[n] for n in items if self.tasks[n].optional),
            requirements=self._requirements(draft.own, items),
            left_out=tuple(self.names[n] for n in draft.leaves if not self.tasks[n].planned),
            optional=own.optional,
            not_planned=not own.planned,
            approved=story in self.released,
            own=draft.own,
            subject=ticket_subject(own.title, self.grammar),
            section=self.tasks[story].title if story != draft.own else "",
        )

    def _requirements(self, own: int, items: Sequence[int]) -> tuple[str, ...]:
        """Return those that the ticket and everything in it name, lines above its leaves included."""
        wanted = {own}.union(*(self.found.up(item) for item in items))
        return tuple(dict.fromkeys(r for n in sorted(wanted) for r in self.tasks[n].requirements))

    def _edges(self, number: int, covered: Sequence[set[int]]) -> set[int]:
        """Return the tickets that one waits for: what its story says, and what is in it.

        :param covered: the places of what each ticket is about.
        """
        ids = {one for n in covered[number] if self.tasks[n].planned for one in self.tasks[n].depends_on}
        if not ids:
            return set()
        return {place for place, other in enumerate(covered) if any(self.tasks[n].id in ids for n in other)}

    def _covered(self, draft: _Draft) -> set[int]:
        return set().union(*(self.found.up(n) for n in (draft.own, *draft.leaves)))
