"""What every family of planning documents has in common: a ``Document``, and the ``DocumentFamily`` that reads it.

A family answers three questions: is this file mine, what is its identity, and what does it say? Everything after that
(keys, dependencies, texts, comparing, writing, reports) is the same for all families. A family is a folder or file
beside ``technical_map/`` and one entry in ``families.py``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, Self

from techmap_sync.diagnostics import Diagnostic, Ignore, Rule, Span
from techmap_sync.documents.statements import Statement, plain_statements
from techmap_sync.documents.work import Item, Work


class Lifecycle(StrEnum):
    """What a document says of itself as a whole."""

    ACTIVE = "active"
    RETIRED = "retired"
    """Abandoned or superseded: its tickets are closed."""


class Reason(NamedTuple):
    """Why a document is not approved, or what retired it."""

    text: str
    line: int = 0
    """Where the document says so; 0 where it says nothing."""


class Checklist(NamedTuple):
    """Items below one heading."""

    heading: str
    items: tuple[Item, ...]
    notes: str = ""
    """Markdown between the heading and the items."""


class Area(NamedTuple):
    """Checklists below one heading."""

    heading: str
    checklists: tuple[Checklist, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """All items, in order."""
        return tuple(item for checklist in self.checklists for item in checklist.items)


@dataclass(frozen=True, slots=True)
class Context:
    """What a document says besides its works; it is shown in the tracking ticket."""

    summary: tuple[tuple[str, str], ...] = ()
    """(label, Markdown) of what a reader wants to know first: author, date, estimate."""
    constraints: tuple[Area, ...] = ()
    """Rules that all works keep. What names a work is quoted in its ticket too."""
    tests: tuple[Item, ...] = ()
    """Tests, quoted in the tickets of the works that they name."""
    unchanged: tuple[tuple[str, str], ...] = ()
    """(heading, Markdown) of what the document says stays as it is."""
    not_understood: tuple[Span, ...] = ()
    """Sections that nobody understood; what they say is quoted or linked."""


@dataclass(frozen=True, slots=True)
class Document:
    """Everything that one planning document says."""

    id: str
    """Its identity, in the form of a slug; the first part of every key."""
    title: str
    path: str
    """The file as the user knows it, with ``/``."""
    span: Span
    """The place of its title."""
    works: tuple[Work, ...] = ()
    """What it asks for, in the order of the document."""
    context: Context = field(default_factory=Context)
    not_ready: tuple[Reason, ...] = ()
    """Why its authors have not approved it; empty when they have."""
    lifecycle: Lifecycle = Lifecycle.ACTIVE
    lifecycle_reason: Reason | None = None
    """The line that says so."""
    estimate_minutes: tuple[int, int] | None = None
    """Estimated work as (least, most) minutes; None when it is not understood."""
    has_identity: bool = True
    """False while it has no name of its own: it still has the title of a template."""
    diagnostics: tuple[Diagnostic, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    """The comments in it that silence diagnostics."""

    @property
    def is_ready(self) -> bool:
        """Whether its authors say that the work may start."""
        return not self.not_ready

    @property
    def is_retired(self) -> bool:
        """Whether its authors abandoned or superseded it."""
        return self.lifecycle is Lifecycle.RETIRED


class Branch(NamedTuple):
    """One line of a description, and the lines below it."""

    text: str
    below: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class Description:
    """What ``show`` prints about a document: as a tree to read, and as values for programs."""

    tree: Branch
    values: Mapping[str, object]


class Granularity(StrEnum):
    """How many tickets a part of a document becomes."""

    SECTION = "section"
    """One ticket per sub-section, its items a checklist."""
    ITEM = "item"
    """One ticket per item."""
    NONE = "none"
    """No ticket."""


@dataclass(frozen=True, slots=True)
class GranularityChoice:
    """One granularity for each part of a technical map that has items."""

    changes: Granularity
    tests: Granularity
    deployment: Granularity
    constraints: Granularity
    """Constraints are always in the tracking ticket; this adds tickets of their own."""


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """Settings that decide how documents are read."""

    vocabulary: Mapping[str, Mapping[str, Any]]
    """The tables of words, by language."""
    granularity: GranularityChoice


class DocumentFamily(ABC):
    """Documents of one kind. A value that can be sent to a worker process."""

    name: ClassVar[str]
    """As settings name it: ``technical-map``."""
    endings: ClassVar[tuple[str, ...]] = (".md", ".markdown")
    """Files with other endings are not looked at unless the user names them."""
    rules: ClassVar[Mapping[str, Rule]] = {}
    """What its documents are checked for, by rule id."""

    @classmethod
    @abstractmethod
    def configured(cls, options: ReadingOptions) -> Self:
        """Return the family as a team's settings want it.

        :raises SettingsProblem: a setting of the family has a bad value.
        """

    @abstractmethod
    def recognises(self, text: str, path: str) -> bool:
        """Return whether a file is a document of this family; thousands of other files must cost next to nothing."""

    @abstractmethod
    def read(self, text: str, path: str) -> Document:
        """Read a document that the family recognises. No text makes this raise."""

    def identity(self, text: str, path: str) -> str:
        """Return the id of a document that the family recognises, empty while it has no name of its own.

        A family overrides this where the identity is cheaper to find than everything else.
        """
        document = self.read(text, path)
        return document.id if document.has_identity else ""

    def statements(self, text: str, path: str) -> tuple[Statement, ...]:
        """Return what each line of a document says that the family recognises: nothing of it may be lost.

        A family overrides this where lines hold more than words: headings and labels of its own, placeholders.
        """
        return plain_statements(text)

    def describe(self, text: str, path: str) -> Description:
        """Return what was understood of a document that the family recognises."""
        document = self.read(text, path)
        approval = "approved" if document.is_ready else "not approved"
        tree = Branch(f"{document.title} ({document.id}), {approval}", tuple(map(_described, document.works)))
        works = [{"title": work.title, "done": work.done, "line": work.span.line} for work in document.works]
        return Description(tree, {"title": document.title, "id": document.id, "works": works})


def _described(work: Work) -> Branch:
    items = tuple(Branch(f"{'[x]' if item.done else '[ ]'} {item.title}, line {item.span.line}") for item in work.items)
    return Branch(f"{work.title}, line {work.span.line}", items)


def family_of(text: str, path: str, families: Iterable[DocumentFamily]) -> DocumentFamily | None:
    """Return the first family that recognises a file, or None."""
    return next((family for family in families if family.recognises(text, path)), None)
