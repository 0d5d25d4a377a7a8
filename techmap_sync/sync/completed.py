"""Which items of a task are done, because a ticket that names them was closed as completed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from techmap_sync.patterns import lazy
from techmap_sync.planning.task import SectionName, SectionTrait, TaskPlan, TaskSpec, sections_with
from techmap_sync.sync.block import Held
from techmap_sync.sync.comparison import boxes, ticked, unticked
from techmap_sync.sync.merge import TITLE, revise
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.progress import is_completed
from techmap_sync.sync.task_changes import FOLLOW_UP
from techmap_sync.sync.ticket_fields import Decision
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import State
from techmap_sync.text_forms import composed

_NO_LETTER = lazy(r"[\W_]+")


class Match(Enum):
    """Whether a completed ticket names an item."""

    NAMED = auto()
    OTHER_TEXT = auto()
    """Document and ticket word it differently, so something else may have been done."""


@dataclass(frozen=True, slots=True)
class CompletedTask:
    """A task whose ticket a person closed as completed."""

    spec: TaskSpec
    number: str
    """The number of its ticket."""
    items: tuple[Match, ...]
    """One for each item of the task, in order."""
    ticked: tuple[bool, ...]
    """Whether the box of each item is ticked in the ticket."""
    is_whole: bool
    """It is the task's own ticket and says the same as the document, apart from the items."""


def completed_tasks(
    plan: TaskPlan, holdings: Holdings, titles: Mapping[str, Sequence[str]], policy: SyncPolicy
) -> Iterator[CompletedTask]:
    """Yield the tasks that have a completed ticket; a follow-up counts for its task.

    :param titles: the titles of the items of each task, by key.
    """
    specs = {spec.key: spec for spec in plan.tasks}
    for spec in plan.tasks:
        base = specs.get(spec.key.removesuffix(FOLLOW_UP), spec)
        held = holdings.tickets.get(spec.key)
        if held and is_finished(held):
            found = tuple(_matches(base, held, titles.get(base.key, ()), policy))
            is_whole = base is spec and _says_the_same(spec, held, policy)
            yield CompletedTask(
                base, held.ticket.number, found, _ticked(base, held, titles.get(base.key, ())), is_whole
            )


def is_finished(held: Held) -> bool:
    """Whether a person closed a ticket as completed: what we closed says nothing that the document does not say."""
    by_person = held.ticket.state is State.CLOSED and held.marker.state != State.CLOSED
    return by_person and is_completed(held)


def _says_the_same(spec: TaskSpec, held: Held, policy: SyncPolicy) -> bool:
    """Whether neither side changed what identifies the task since the ticket was written."""
    names = {TITLE, *sections_with(SectionTrait.IDENTIFIES)} - {SectionName.ITEMS}
    fields = (field for field in revise(spec, held, policy).fields if field.name in names)
    return all(field.decision in (Decision.NOTHING, Decision.ADOPT) for field in fields)


def _matches(spec: TaskSpec, held: Held, titles: Sequence[str], policy: SyncPolicy) -> Iterator[Match]:
    if _is_as_written(spec, held, policy):
        yield from [Match.NAMED] * len(titles)
        return
    there = [held.block.texts().get(SectionName.ITEMS, "")]
    named = {text.casefold() for text in (*ticked(there), *unticked(there))}
    for line in _lines_of_items(spec, titles):
        yield Match.NAMED if line and line.casefold() in named else Match.OTHER_TEXT


def _ticked(spec: TaskSpec, held: Held, titles: Sequence[str]) -> tuple[bool, ...]:
    done = {text.casefold() for text in ticked([held.block.texts().get(SectionName.ITEMS, "")])}
    return tuple(bool(line) and line.casefold() in done for line in _lines_of_items(spec, titles))


def _is_as_written(spec: TaskSpec, held: Held, policy: SyncPolicy) -> bool:
    """Whether neither the document nor a person changed the list of items since it was written."""
    fields = revise(spec, held, policy).fields
    return any(field.name == SectionName.ITEMS and field.decision is Decision.NOTHING for field in fields)


def _lines_of_items(spec: TaskSpec, titles: Sequence[str]) -> Iterator[str]:
    """Yield what the ticket of a task would say about each item now, nothing where no line is about it; boxes in the
    text below an item are skipped.

    A team's own template may write them in any way, so an item is looked for by its letters and digits, in order.
    """
    text = next((section.text for section in spec.sections if section.name == SectionName.ITEMS), "")
    lines = iter([named for _, named, _ in boxes(text)])
    for title in titles:
        yield next((line for line in lines if _letters(title) in _letters(line)), "")


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", composed(text)).casefold()
