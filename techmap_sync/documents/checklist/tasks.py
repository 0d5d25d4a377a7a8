"""Records of a checklist -> tasks: state, options, waves and edges as the whole document says them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from techmap_sync.documents.checklist.phases import PhaseOrder
from techmap_sync.documents.checklist.records import Head, Record, is_checkpoint
from techmap_sync.documents.units.grammar import Grammar, alternatives
from techmap_sync.documents.units.page import Entry, Kind
from techmap_sync.documents.units.phrases import Phrases, paths_in
from techmap_sync.documents.units.unit import NOT_PLANNED, Task
from techmap_sync.documents.units.unit_notices import Notice


@dataclass(frozen=True, slots=True)
class Waves:
    """The ids of each wave, in order."""

    ids: tuple[tuple[str, ...], ...] = ()
    unknown: tuple[str, ...] = ()
    line: int = 0
    unreadable: bool = False

    def before(self, ident: str) -> tuple[str, ...]:
        """Return everything in the wave before that of a task."""
        wave = self.of(ident)
        return self.ids[wave - 1] if wave else ()

    def of(self, ident: str | None) -> int | None:
        """Return the number of the wave that names an id, None where none does."""
        return next((number for number, ids in enumerate(self.ids) if ident in ids), None)


def waves_in(entries: Sequence[Entry], grammar: Grammar, known: Set[str]) -> Waves:
    """Return the waves of a page; none where it has no readable graph."""
    heading = re.compile(alternatives(grammar.graph_headings), re.I)
    below = False
    unreadable = 0
    for entry in entries:
        if entry.kind is Kind.HEADING:
            below = bool(heading.search(entry.text))
        elif below and entry.kind is Kind.FENCE:
            ids = tuple(_ids(entry.text))
            if ids:
                named = dict.fromkeys(one for wave in ids for one in wave)
                return Waves(ids, tuple(one for one in named if one not in known), entry.line)
            unreadable = unreadable or (entry.line if entry.language.casefold() == "json" else 0)
    return Waves(line=unreadable, unreadable=bool(unreadable))


def _ids(code: str) -> Iterator[tuple[str, ...]]:
    try:
        graph: Any = json.loads(code)
    except (ValueError, RecursionError):
        return
    waves = graph.get("waves") if isinstance(graph, dict) else graph
    for wave in waves if isinstance(waves, list) else ():
        tasks = wave.get("tasks") if isinstance(wave, dict) else wave
        if isinstance(tasks, list):
            yield tuple(dict.fromkeys(str(one) for one in tasks if isinstance(one, str | int | float)))


@dataclass(frozen=True, slots=True)
class Context:
    """What a record is judged by besides its own text."""

    grammar: Grammar
    phrases: Phrases
    records: Sequence[Record]
    known: frozenset[str]
    waves: Waves
    order: PhaseOrder


def tasks_of(context: Context) -> tuple[Task, ...]:
    """Return one task for each record, in the same order."""
    return tuple(_task(number, record, context) for number, record in enumerate(context.records))


def _task(number: int, record: Record, context: Context) -> Task:
    said = record.said
    done = said.done if record.heading else record.entry.sign in "xX"
    depends, requires = _named(record, context)
    return Task(
        said.title,
        record.entry.line,
        id=said.id,
        done=done,
        state=_state(record, context),
        kind=_kind(number, record, context),
        optional=any(each.said.optional for each in _line_up(record, context))
        or any(h.said.optional for h in _heads(record)),
        parallel=said.parallel,
        phase=_phase(record, context),
        parent=_parent(record, context),
        depends_on=depends,
        requirements=requires,
        details=record.entry.markdown,
        locations=paths_in(record.entry.code),
        above=record.parent,
        code=record.entry.code,
    )


def _line_up(record: Record, context: Context) -> Iterator[Record]:
    """Yield a record and those that it is in."""
    yield record
    while record.parent is not None:
        record = context.records[record.parent]
        yield record


def _heads(record: Record) -> Iterator[Head]:
    yield from (head for head in (record.place.section, record.place.group, record.place.task) if head)


def _state(record: Record, context: Context) -> str | None:
    own = record.said.state or (None if record.heading else context.grammar.boxes.get(record.entry.sign))
    if own:
        return own
    above = [each.said.state or context.grammar.boxes.get(each.entry.sign) for each in _line_up(record, context)]
    states = (*above, *(head.said.state for head in _heads(record)))
    return next((state for state in states if state in NOT_PLANNED), None)


def _kind(number: int, record: Record, context: Context) -> str | None:
    if context.grammar.ticket != "box" or any(each.parent == number for each in context.records):
        return None
    return "checkpoint" if is_checkpoint(record.said.title, context.grammar) else None


def _phase(record: Record, context: Context) -> str | None:
    head = record.place.section
    if head is None:
        return None
    if context.grammar.order == "phases":
        return head.number or head.phase
    return head.phase if context.grammar.ticket == "section" or head.level > 1 else None


def _parent(record: Record, context: Context) -> str | None:
    if record.parent is not None:
        above = context.records[record.parent].said
        return above.id or above.title
    if record.place.group:
        return record.place.group.number
    return context.order.story_of(record.place.section) if record.place.section else None


def _named(record: Record, context: Context) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what a record waits for, and the requirements that it names."""
    said, phrases = record.said, context.phrases
    depends = [*said.depends_on, *phrases.prose_dependencies(said.title, context.known)]
    requires = [*said.stories, *said.requirements]
    for text in record.texts:
        label, ids = phrases.detail(text)
        (depends if label == "depends" else requires).extend(ids)
    depends += context.waves.before(said.id) if said.id else ()
    depends += context.order.said_about_task(said.id) if said.id else ()
    if record.place.section:
        depends += [f"phase:{number}" for number in context.order.said_about(record.place.section)]
    return tuple(dict.fromkeys(one for one in depends if one != said.id)), tuple(dict.fromkeys(requires))


def notices_of(tasks: Sequence[Task], context: Context) -> Iterator[Notice]:
    """Yield what is wrong among the tasks: ids, parents and dependencies that do not fit."""
    counts = Counter(task.id for task in tasks if task.id)
    first: Mapping[str, int] = {}
    for number, task in enumerate(tasks):
        if task.id and counts[task.id] > 1 and task.id not in first:
            first = {**first, task.id: number}
            yield Notice("duplicate-id", task.id, task.line)
        unknown = [one for one in task.depends_on if not one.startswith("phase:") and one not in context.known]
        yield from (
            Notice("unknown-id-in-dependencies", one, task.line) for one in unknown if one not in context.waves.unknown
        )
        if task.id and "." in task.id and task.above is None and context.grammar.ticket == "box":
            yield Notice("leaf-without-parent", task.id, task.line)
    if context.grammar.nested == "lines":
        yield from _against_children(tasks, context)
    yield from (Notice("unknown-id-in-waves", one, context.waves.line) for one in context.waves.unknown)


def _against_children(tasks: Sequence[Task], context: Context) -> Iterator[Notice]:
    """Yield a notice for each box that says something else than the required boxes in it."""
    for number, task in enumerate(tasks):
        children = [each for each in tasks if each.above == number and each.planned and each.kind is None]
        required = [each for each in children if not each.optional]
        if required and not context.records[number].heading and task.done != all(each.done for each in required):
            yield Notice("parent-against-children", task.id or task.title, task.line)
