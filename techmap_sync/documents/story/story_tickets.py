"""The tasks of an epic -> its tickets: one for each story, or one for each leaf."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from techmap_sync.documents.story.story_tasks import StoryTasks
from techmap_sync.documents.units.edges import reduced, without_circles
from techmap_sync.documents.units.grammar import Grammar
from techmap_sync.documents.units.unit import Notice, Ticket
from techmap_sync.documents.units.unit_titles import ticket_subject, ticket_title


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
