"""What a unit of specs says, as frozen values that are the same for every family, and the titles of units and
tickets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from techmap_sync.documents.units.grammar import Grammar, alternatives, folded
from techmap_sync.documents.units.unit_notices import Notice
from techmap_sync.patterns import lazy

_NUMBER_OR_DATE = lazy(r"(?:\d{4}-\d{2}-\d{2}|\d{8}-\d{6}|\d+)[-_.](?=.)")
_PARENTHESES = lazy(r"\s*[(（][^()（）]*[)）]")
_NUMBERED_NAME = lazy(r"(?P<name>(?:user story|us)\s*\d+|(?:final\s+)?checkpoint(?:\s+\d+)?)\s*[-–—:]\s*(?=\S)", re.I)
_COUNTED_NAME = lazy(r"(?:user story|us|epic)\s*\d+\s*[-–—:]\s*(?=\S)", re.I)


def unit_id(name: str, said: str = "") -> str:
    """Return the id of a unit: what the file says, else the name without leading number or date."""
    return said or _NUMBER_OR_DATE.sub("", name, count=1)


def unit_heading(headings: Iterable[str], grammar: Grammar) -> str:
    """Return the first heading that names the feature, without the words of the family; empty where none does."""
    return next(filter(None, (without_family_words(heading, grammar) for heading in headings)), "")


def title_of_name(name: str) -> str:
    """Return the name of a unit in words."""
    words = " ".join(re.split(r"[-_\s]+", unit_id(name))).strip() or name
    return words[:1].upper() + words[1:]


def without_family_words(heading: str, grammar: Grammar) -> str:
    """Return a heading without "Tasks:", "- Design" and the like; nothing where that is all it says."""
    words = alternatives(grammar.title_words)
    heading = " ".join(heading.split())
    if re.fullmatch(rf"(?:{words})", heading, re.I):
        return ""
    before = re.match(rf"(?:{words})\s*(?:[:：]|\s[-–—])\s*(?=\S)|(?:{words})\s+for\s+(?=\S)", heading, re.I)
    if before:
        return without_family_words(heading[before.end() :], grammar)
    phrases = alternatives(word for word in grammar.title_words if " " in word)  # "Rota Implementation Plan"
    behind = re.search(rf"(?:\s*[:：]\s*|\s+[-–—]\s+)(?:{words})$|\s+(?:{phrases})$", heading, re.I)
    return heading[: behind.start()].strip() if behind else heading


def ticket_title(title: str, grammar: Grammar, unit: str) -> str:
    """Return the title of a ticket: the author's words, and the unit's after words that say nothing alone."""
    bare = _PARENTHESES.sub("", title).strip()
    if folded(bare) in grammar.generic_titles:
        return f"{bare}: {unit}"
    if not title:
        return unit
    return _NUMBERED_NAME.sub(r"\g<name>: ", title, count=1) if _NUMBERED_NAME.match(title) else title


def ticket_subject(title: str, grammar: Grammar) -> str:
    """Return what the key of a ticket is made of: the author's words without any number, and no name of the unit."""
    bare = _PARENTHESES.sub("", title).strip()
    words = bare if folded(bare) in grammar.generic_titles else title
    return _COUNTED_NAME.sub("", words, count=1).strip() or words


def name_of(path: str) -> str:
    """Return the name by which a unit goes on disk: its folder."""
    return PurePosixPath(path).parent.name


NOT_PLANNED = frozenset({"skipped", "deferred", "removed"})
"""States of a task that becomes no ticket and no item."""


class Requirement(NamedTuple):
    """A requirement or a user story that a unit defines, to be quoted in tickets."""

    id: str
    text: str
    path: str
    line: int
    scenarios: tuple[str, ...] = ()
    """When a user story is accepted, in the author's order."""


class Step(NamedTuple):
    """A step of a task: a box, or a line such as "Step 2: Run it"."""

    title: str
    line: int
    done: bool = False
    code: tuple[str, ...] = ()
    """Code spans in it."""


@dataclass(frozen=True, slots=True)
class Task:
    """One task as it is written."""

    title: str
    """Plain text, without id, marks and status words."""
    line: int
    id: str | None = None
    done: bool = False
    """Its own box, whatever its children and its state say."""
    state: str | None = None
    """Where it is more than open or done: ``skipped``, ``deferred``, ``removed``, ``in progress``, ``queued``."""
    kind: str | None = None
    """``checkpoint`` or ``story``; None for plain work."""
    optional: bool = False
    parallel: bool = False
    phase: str | None = None
    parent: str | None = None
    """The id of its parent, or its title where the parent has no id."""
    depends_on: tuple[str, ...] = ()
    """Ids and ``phase:N``, as the document says."""
    requirements: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    """What is written below it, as Markdown."""
    locations: tuple[str, ...] = ()
    """Paths that it names."""
    steps: tuple[Step, ...] = ()
    """Steps of a task whose boxes are no tasks of their own."""
    location_lines: tuple[int, ...] = ()
    """The lines that only name its paths."""
    above: int | None = None
    """The place of its parent in the unit's tasks."""
    path: str = ""
    """The file it is in; empty where that is the unit's."""
    code: tuple[str, ...] = ()
    """Code spans in its title and below it."""

    @property
    def planned(self) -> bool:
        """Whether it is to be done at all."""
        return self.state not in NOT_PLANNED


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket to be, at the chosen granularity."""

    title: str
    line: int
    id: str | None = None
    items: tuple[str, ...] = ()
    """Its leaves by id, by title where the id is missing or there twice."""
    tasks: tuple[int, ...] = ()
    """The places of the same leaves in the unit's tasks."""
    done: bool = False
    optional_items: tuple[str, ...] = ()
    priority: str | None = None
    """``high``, ``medium``, ``low``; None where the document says nothing."""
    waits_for: tuple[str, ...] = ()
    """Titles of other tickets."""
    requirements: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    optional: bool = False
    not_planned: bool = False
    approved: bool = True
    own: int | None = None
    """The place of the task that is the ticket itself; None where it is a section."""
    subject: str = ""
    """What its key is made of: the title without numbers and without the unit's name."""
    section: str = ""
    """The subject of the section that a single task is in."""
    after: tuple[int, ...] = ()
    """The places of the tickets in ``waits_for``."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of a family, such as a folder with its tasks.md."""

    family: str
    unit: str
    """Its id: survives renumbering and archiving."""
    title: str
    path: str
    """The file that holds the tasks."""
    approved: bool
    reasons: tuple[str, ...]
    finished: bool
    tasks: tuple[Task, ...]
    tickets: tuple[Ticket, ...]
    diagnostics: tuple[Notice, ...] = ()
    not_tasks: tuple[str, ...] = ()
    """Boxes that are no task, in order."""
    requirements: tuple[Requirement, ...] = ()
    archived: bool = False
    headings: tuple[tuple[int, int], ...] = ()
    """Line and level of each heading of the file that holds the tasks."""
    untitled: bool = False
    """No file says its title, so that it is the name of its folder."""
