"""Tasks of a checklist -> tickets: which leaves they hold, whether they are done, and what they wait for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from techmap_sync.documents.checklist.records import Head, is_checkpoint, leaves_of
from techmap_sync.documents.checklist.tasks import Context
from techmap_sync.documents.units.unit import Task, Ticket, ticket_subject, ticket_title
from techmap_sync.documents.units.unit_notices import Notice
from techmap_sync.documents.work import reduced, without_circles


@dataclass(frozen=True, slots=True)
class Draft:
    """A ticket before its edges: the head or the task that it is, and the places of its leaves."""

    leaves: tuple[int, ...]
    head: Head | None = None
    own: int | None = None


@dataclass(frozen=True, slots=True)
class Tickets:
    """The tickets of a unit."""

    tickets: tuple[Ticket, ...]
    notices: tuple[Notice, ...]


class TicketMaker:
    """Makes the tickets of one unit."""

    def __init__(
        self, tasks: Sequence[Task], context: Context, unit: str, priorities: Mapping[str, str | None]
    ) -> None:
        self.tasks, self.context, self.unit = tasks, context, unit
        self.grammar, self.priorities = context.grammar, priorities
        self.leaves = tuple(leaves_of(context.records, context.grammar))
        counts = Counter(task.id for task in tasks if task.id)
        self.names = [task.id if task.id and counts[task.id] == 1 else task.title for task in tasks]

    def make(self, granularity: str = "") -> Tickets:
        """Return the tickets, at the family's own granularity or one for each leaf ("task")."""
        drafts = tuple(self._of_tasks() if granularity == "task" else self._drafts())
        made = [self._ticket(draft) for draft in drafts]
        edges = {number: self._edges(number, drafts) for number in range(len(drafts))}
        dead = {number for number, ticket in enumerate(made) if ticket.not_planned}
        kept = {number: there - dead if number not in dead else set() for number, there in edges.items()}
        safe, closing = without_circles(kept)
        notices = tuple(Notice("circle-of-dependencies", made[a].title, made[a].line) for a, _ in closing)
        short = reduced(safe)
        waiting = (
            replace(t, waits_for=tuple(made[n].title for n in sorted(short[i])), after=tuple(sorted(short[i])))
            for i, t in enumerate(made)
        )
        return Tickets(tuple(waiting), notices)

    def _of_tasks(self) -> Iterator[Draft]:
        for leaf in self.leaves:
            yield Draft((), self.context.records[leaf].place.section, leaf)
        if self.grammar.ticket == "box":
            parents = {task.above for task in self.tasks}
            for number, task in enumerate(self.tasks):
                if task.above is None and number not in parents and task.kind is None:
                    yield Draft((), None, number)

    def _drafts(self) -> Iterator[Draft]:
        if self.grammar.ticket == "box":
            tops = [n for n, task in enumerate(self.tasks) if task.above is None and task.kind is None]
            yield from (Draft(tuple(leaf for leaf in self.leaves if self._top(leaf) == top), None, top) for top in tops)
            return
        places: dict[int, list[int]] = {}
        heads: dict[int, Head | None] = {}
        for leaf in self.leaves:
            head = self.context.records[leaf].place.section
            key = head.place if head else -1
            heads[key] = head
            places.setdefault(key, []).append(leaf)
        yield from (Draft(tuple(places[key]), heads[key]) for key in places)

    def _top(self, number: int) -> int:
        while (above := self.tasks[number].above) is not None:
            number = above
        return number

    def _ticket(self, draft: Draft) -> Ticket:
        own = self.tasks[draft.own] if draft.own is not None else None
        work = [n for n in draft.leaves if self.tasks[n].kind is None]
        items = [n for n in work if self.tasks[n].planned]
        out = [n for n in work if not self.tasks[n].planned]
        title = own.title if own else draft.head.said.title if draft.head else self.unit
        dead = not items and bool(out or (own and not own.planned))
        return Ticket(
            ticket_title(title, self.grammar, self.unit),
            own.line if own else draft.head.line if draft.head else 1,
            id=own.id if own else draft.head.number if draft.head else None,
            items=tuple(self.names[n] for n in items),
            tasks=tuple(items),
            done=not dead and self._is_done(items, own),
            optional_items=tuple(self.names[n] for n in items if self.tasks[n].optional),
            priority=self.context.order.priority(draft.head, self.priorities, self.context.phrases)
            if draft.head and self.context.order.heads
            else None,
            requirements=self._requirements(draft, items),
            left_out=tuple(self.names[n] for n in out),
            optional=bool(own and own.optional),
            not_planned=dead,
            own=draft.own,
            subject=ticket_subject(title, self.grammar),
            section=ticket_subject(draft.head.said.title, self.grammar) if own and draft.head else "",
        )

    def _is_done(self, items: Sequence[int], own: Task | None) -> bool:
        required = [n for n in items if not self.tasks[n].optional] or items
        return all(self.tasks[n].done for n in required) if required else bool(own and own.done)

    def _requirements(self, draft: Draft, items: Sequence[int]) -> tuple[str, ...]:
        """Return those that the ticket and everything in it name, lines above its leaves included."""
        wanted = set(items) | ({draft.own} if draft.own is not None else set())
        for item in items:
            number: int | None = item
            while number is not None:
                wanted.add(number)
                number = self.tasks[number].above
        return tuple(dict.fromkeys(r for n in sorted(wanted) for r in self.tasks[n].requirements))

    def _edges(self, number: int, drafts: Sequence[Draft]) -> set[int]:
        draft = drafts[number]
        if self.context.waves.ids:
            there = set(self._by_waves(draft, drafts))
            if self._waves_of(draft) is None:
                there |= self._by_checkpoints(number, drafts)
        else:
            there = self._explicit(draft, drafts) | self._by_checkpoints(number, drafts)
        if draft.head and self.context.order.heads:
            before = self.context.order.waits_for(draft.head)
            there |= {n for n, other in enumerate(drafts) if other.head in before}
        return there - {number}

    def _explicit(self, draft: Draft, drafts: Sequence[Draft]) -> set[int]:
        """Return the tickets of the tasks that the ticket's tasks wait for: an edge of a leaf is one of its ticket."""
        holder = {n: place for place, other in enumerate(drafts) for n in self._own_tasks(other)}
        named: dict[str, list[int]] = {}
        for number, task in enumerate(self.tasks):
            named.setdefault(task.id or "", []).append(number)
        waiting = [n for n in self._own_tasks(draft) if self.tasks[n].planned]
        ids = [one for n in waiting for one in self.tasks[n].depends_on]
        return {holder[n] for one in ids if one for n in named.get(one, ()) if n in holder}

    def _own_tasks(self, draft: Draft) -> Iterator[int]:
        """Yield the leaves of a ticket, itself, and what is between them."""
        if draft.own is not None:
            yield draft.own
        for leaf in draft.leaves:
            number: int | None = leaf
            while number is not None:
                yield number
                number = self.tasks[number].above

    def _waves_of(self, draft: Draft) -> tuple[int, int | None] | None:
        """Return the first wave of a ticket and the last of its required tasks; None where no wave names it."""
        numbers = set(self._own_tasks(draft))
        of = {n: wave for n in numbers if (wave := self.context.waves.of(self.tasks[n].id)) is not None}
        if not of:
            return None
        required = [wave for n, wave in of.items() if not self.tasks[n].optional and self.tasks[n].planned]
        return min(of.values()), max(required) if required else None

    def _by_waves(self, draft: Draft, drafts: Sequence[Draft]) -> Iterator[int]:
        mine = self._waves_of(draft)
        for number, other in enumerate(drafts):
            theirs = self._waves_of(other)
            if mine and theirs and theirs[1] is not None and theirs[1] < mine[0]:
                yield number

    def _by_checkpoints(self, number: int, drafts: Sequence[Draft]) -> set[int]:
        """Return the tickets between the last checkpoint before a ticket and the one before that."""
        if self.grammar.ticket != "box" or drafts[number].own is None:
            return set()
        own = self._top(drafts[number].own or 0)
        stops = [
            n for n, task in enumerate(self.tasks) if task.above is None and is_checkpoint(task.title, self.grammar)
        ]
        before = [n for n in stops if n < own]
        if own not in stops:
            if not before:
                return set()
            own = before.pop()
            if self.tasks[own].kind is None:
                return {place for place, other in enumerate(drafts) if self._place(other) == own}
        found: set[int] = set()
        while not found and own >= 0:
            first = before.pop() if before else -1
            found = {
                n
                for n, other in enumerate(drafts)
                if first <= self._place(other) < own and not self._is_optional(other)
            }
            own = first
        return found

    def _place(self, draft: Draft) -> int:
        return self._top(draft.own) if draft.own is not None else -1

    def _is_optional(self, draft: Draft) -> bool:
        return draft.own is not None and self.tasks[draft.own].optional


def finished(tasks: Sequence[Task], tickets: Iterable[Ticket], *, archived: bool) -> bool:
    """Whether a unit makes no ticket at first sight: archived, or everything that is required is done."""
    planned = [ticket for ticket in tickets if not ticket.not_planned]
    if archived:
        return True
    required = [
        t for t in planned if not t.optional and (not t.items or len(t.optional_items) < len(t.items))
    ] or planned
    return bool(required) and all(ticket.done for ticket in required)
