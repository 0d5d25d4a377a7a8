"""What should exist in the tracker: the desired state, one ``TaskSpec`` per ticket.

The rules that make these values are described in ``docs/how-it-decides.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from functools import cache
from typing import Self

from techmap_sync.documents.words import ENGLISH
from techmap_sync.documents.work import Kind, Phase


class Priority(StrEnum):
    """How urgent a task is, by what waits for it."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class SectionTrait(Enum):
    """What the sync core may conclude from a section, or do with it."""

    IDENTIFIES = auto()
    """It says what a task is, so that a renamed task is recognised by it; the others follow from the surroundings."""
    NEVER_CUT = auto()
    """It stays whole in a ticket that has no room for everything."""
    RIDES_ALONG = auto()
    """It is rewritten together with others and never causes a write of its own: another commit is not a change."""


class SectionName(StrEnum):
    """The sections of tickets by their stable names, in the order in which they identify a task.

    A template opens each in the block of its name, with whatever heading. A section that a team adds has a name of its
    own and no traits.
    """

    PURPOSE = "purpose", SectionTrait.IDENTIFIES
    WHERE = "where", SectionTrait.IDENTIFIES
    METHODS = "methods", SectionTrait.IDENTIFIES
    """Now among the items, as parts, tests and constraints are; a team's template may still open it."""
    INTERFACE = "interface", SectionTrait.IDENTIFIES
    DETAIL = "detail", SectionTrait.IDENTIFIES
    PARTS = "parts", SectionTrait.IDENTIFIES
    ITEMS = "items", SectionTrait.IDENTIFIES
    """What is done when the ticket is: all boxes."""
    CONTEXT = "context"
    NEEDS = "needs"
    OWNERS = "owners"
    """Whose the files are, as far as a ticket cannot be assigned to them."""
    TESTS = "tests"
    CONSTRAINTS = "constraints"
    REQUIREMENTS = "requirements"
    LINKS = "links"
    """What to read first."""
    SUMMARY = "summary"
    GRAPH = "graph"
    UNCHANGED = "unchanged"
    REMAINING = "remaining"
    """What no other ticket says of the document."""
    NOT_UNDERSTOOD = "not understood"
    LEAD = "", SectionTrait.NEVER_CUT
    """Above the first heading, where earlier releases said where to edit."""
    TICKETS = "tickets", SectionTrait.NEVER_CUT
    """The list of tickets, where the tracker has no sub-tickets."""
    WAITS_FOR = "waits for", SectionTrait.NEVER_CUT
    SOURCE = "source", SectionTrait.NEVER_CUT, SectionTrait.RIDES_ALONG
    STATUS = "status"
    """Why a ticket was closed or labelled."""

    traits: frozenset[SectionTrait]

    def __new__(cls, value: str, *traits: SectionTrait) -> Self:
        """Make a name with its traits."""
        name = str.__new__(cls, value)
        name._value_ = value
        name.traits = frozenset(traits)
        return name


@cache
def sections_with(trait: SectionTrait) -> tuple[SectionName, ...]:
    """Return the names of the sections that have a trait."""
    return tuple(name for name in SectionName if trait in name.traits)


@dataclass(frozen=True, slots=True)
class Section:
    """One headed part of a ticket's text."""

    name: str
    """A ``SectionName``, or the name of a section that a team added."""
    heading: str
    """The heading's text; empty for the lead."""
    text: str
    """Markdown as it is written to the tracker, without the heading."""
    values: str
    """Canonical JSON of the map's values that the text is made of. Two sections with the same values say the same,
    however a template words it. Empty for a section that never causes a write of its own and is rewritten along with
    others: another line number or commit is not a change."""
    is_pending: bool = False
    """It lacks what the next commit brings; that is then written by itself."""


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """One ticket that should exist."""

    key: str
    """Stable identity within a source: ``<map id>/<kind>/<slug>``."""
    kind: Kind
    title: str
    sections: tuple[Section, ...]
    phase: Phase | None = None
    """None for the tracking ticket, which spans all phases."""
    priority: Priority | None = None
    """None for the tracking ticket."""
    labels: frozenset[str] = frozenset()
    blocked_by: tuple[str, ...] = ()
    """Keys of the tasks that must be finished first, transitively reduced."""
    blocked_because: tuple[str, ...] = ()
    """The rules that explain these, in the same order: ``type``, ``name``."""
    done: bool = False
    """The map says that this is finished: desired state closed as completed."""
    milestone: str = ""
    assignees: tuple[str, ...] = ()
    follows_assignees: bool = False
    """The ticket gets and loses people as these change; otherwise only a new ticket gets them."""
    due: str | None = None
    """``2026-12-01``, empty for no date; None where it is left alone."""
    type: str | None = None
    """The tracker's own type of ticket; None where it is left alone."""
    priority_field: str | None = None
    """The priority as the tracker's own field gets it beside the label; None where there is no such field."""
    estimate_minutes: int | None = None
    named_by_map: bool = False
    """Its title has no words of its own: it is made of the map's title."""
    was: tuple[str, ...] = ()
    """Keys that this task had earlier, as the author says."""
    earlier: str = ""
    """Its key as earlier releases made it, where they took more into it: a number in front of its name; else empty."""
    short_name: str = ""
    """What the graph calls it, and lines about links; empty where its title is short."""
    keeps_text: bool = False
    """Its ticket keeps the title, priority and sections that an earlier release wrote; the task has no sections."""


EDITION = 2
"""Of the rules by which documents become tickets: one more where the same text becomes other tickets.

1: up to the first release. 2: unit tests and requirements in the tickets of the components that they name, edges that
a rule explains, priorities by what waits.
"""


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """All tasks of one document."""

    map_id: str
    tracking: TaskSpec
    tasks: tuple[TaskSpec, ...]
    """In the order in which they can be started; the tracking ticket is not among them."""
    dropped: frozenset[str] = frozenset()
    """Keys of what the document says is not to be done after all."""
    withheld: frozenset[str] = frozenset()
    """Keys of what is not approved yet though the rest is: their tickets stay as they are."""
    leaves: tuple[tuple[str, str], ...] = ()
    """(number, text) of every task in a unit of specs, whatever becomes of it; empty for other documents."""
    finished: bool = False
    """Everything in the document is done: it makes no ticket at first sight."""
    linked_lines: frozenset[int] = frozenset()
    """Lines of the document that the tracking ticket links to instead of quoting them."""
    edition: int = EDITION
    is_left: bool = False
    """Its tickets stay in the form of an earlier release, whose edition this is."""
    in_order: tuple[str, ...] = ()
    """Keys of the tasks in the order of the document, as the graph counts them."""
    language: str = ENGLISH
    """Of the fixed words in the tickets."""


def without_map(key: str) -> str:
    """Return what a key says within its map: kind and name, which stay when the map gets another id."""
    return key.partition("/")[2]
