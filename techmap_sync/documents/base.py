"""What every family of planning documents has in common: a ``Document``, and the ``DocumentFamily`` that reads it.

A family answers three questions: is this mine, what is its identity, and what does it say? Everything after that
(keys, dependencies, texts, comparing, writing, reports) is the same for all families. A document is one file, or a unit
of several. A family is a folder or file beside ``technical_map/`` and one entry in ``families.py``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, Self

from techmap_sync.diagnostics import Diagnostic, Ignore, Rule, Span
from techmap_sync.documents.frontmatter import TicketFields
from techmap_sync.documents.statements import Statement, plain_statements
from techmap_sync.documents.words import ENGLISH
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


@dataclass(frozen=True, slots=True)
class Context:
    """What a document says besides its works; it is shown in the tracking ticket."""

    introduction: str = ""
    """Markdown above the first section."""
    summary: tuple[tuple[str, str], ...] = ()
    """(label, Markdown) of what a reader wants to know first: readiness, estimate, author."""
    tests: tuple[Item, ...] = ()
    """All tests that it asks for, whoever's ticket they are in."""
    requirements: tuple[Item, ...] = ()
    """The same of error handling, security and performance."""
    unchanged: tuple[tuple[str, str], ...] = ()
    """(heading, Markdown) of what the document says stays as it is."""
    told_whole: tuple[Span, ...] = ()
    """Places that the tracking ticket quotes whole, also where a ticket says the same."""
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
    language: str = ENGLISH
    """Of the fixed words in its tickets."""
    has_identity: bool = True
    """False while it has no name of its own: it still has the title of a template."""
    edges: tuple[tuple[int, ...], ...] | None = None
    """For each work the positions of those it waits for, where the document says all of it; None where names,
    mentions and phases tell."""
    approved_by: str = ""
    """What approves it where nothing in it does: ``merged``."""
    dropped: tuple[Work, ...] = ()
    """What it says is not to be done after all: their tickets are closed as not planned."""
    leaves: tuple[tuple[str, str], ...] = ()
    """(number, text) of every task in a unit of specs, whatever becomes of it."""
    withheld: tuple[Work, ...] = ()
    """What its authors have not approved yet though the rest is: their tickets stay as they are."""
    finished: bool = False
    """Everything it asks for is done: it makes no ticket at first sight."""
    archived: bool = False
    """Its authors have put it aside; another document with the same id takes its place."""
    fields: TicketFields = field(default_factory=TicketFields)
    """What it asks for its tickets in place of the settings."""
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
    """Of data flow and performance, which are in the tracking ticket where they get no tickets of their own."""


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """Settings that decide how documents are read."""

    vocabulary: Mapping[str, Mapping[str, Any]]
    """The tables of words, by language."""
    granularity: GranularityChoice
    families: tuple[str, ...] = ()
    """The families that a team has, by their names."""
    grammars: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The tables of words of spec families, by their names."""
    language: str = ""
    """Of the fixed words in all tickets; empty for that of each document."""


class DocumentPlace(NamedTuple):
    """Where a document is, before any of it is read; paths are from the root of the repository."""

    path: str
    """The file that holds its tasks; it stands for the document in reports and links."""
    beside: tuple[str, ...] = ()
    """Its other files that are read."""
    linked: tuple[str, ...] = ()
    """Its other files to which its tickets only link."""
    archived: bool = False
    """Its authors have put it aside; another document with the same id takes its place."""
    shared: tuple[str, ...] = ()
    """Files that are read as well and belong to other documents too."""
    part: str = ""
    """Which of several documents in these files it is."""


MERGED = "merged"
"""What approves a document that says nothing about its approval itself."""


class Merge(NamedTuple):
    """Whether a document is on the default branch, as far as git says."""

    approves: bool = True
    said: str = MERGED
    """What approves the document, or why nothing does."""


IS_MERGED = Merge()


@dataclass(frozen=True, slots=True)
class Sources:
    """The texts that a document is read from."""

    text: str
    """Of the file that holds its tasks, as decoded."""
    path: str
    """The same file as the user knows it."""
    place: str = ""
    """The same file from the root of the repository."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """The texts of its other files, by their paths from the root."""
    linked: tuple[str, ...] = ()
    """Its other files to which its tickets only link."""
    part: str = ""
    """Which of several documents in these files it is."""
    merge: Merge = IS_MERGED
    """For families whose documents are approved by being merged."""

    @property
    def whole(self) -> str:
        """All texts together: a change in any of them is one of the document."""
        return "\n".join((self.text, *self.beside.values()))


class DocumentFamily(ABC):
    """Documents of one kind. A value that can be sent to a worker process."""

    name: str
    """As settings name it: ``technical-map``."""
    anywhere: ClassVar[bool] = True
    """Whether its documents may be anywhere; else ``units_in`` knows the places."""
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

    def units_in(self, paths: Iterable[str], read: Callable[[str], str]) -> Iterator[DocumentPlace]:
        """Yield the places of documents that are told by where they are.

        A family whose documents are single files anywhere has none.

        :param paths: files below the family's ``folders``, from the root of the repository; sorted.
        :param read: returns the text of one of them, for families whose paths do not say enough; may raise
            ``UnreadableMap``.
        """
        return iter(())

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders whose files ``units_in`` wants to see, from the root; hidden ones are looked into as well."""
        return ()

    @abstractmethod
    def recognises(self, sources: Sources) -> bool:
        """Return whether a file is a document of this family; thousands of other files must cost next to nothing."""

    @abstractmethod
    def read(self, sources: Sources) -> Document:
        """Read a document that the family recognises. No text makes this raise."""

    def finished_at_sight(self, sources: Sources) -> Document | None:
        """Return a finished document without its works, where a glance is enough to know that it is finished.

        Hundreds of finished documents must cost next to nothing, because a run does nothing about them.
        """
        return None

    def identity(self, sources: Sources) -> str:
        """Return the id of a document that the family recognises, empty while it has no name of its own.

        A family overrides this where the identity is cheaper to find than everything else.
        """
        document = self.read(sources)
        return document.id if document.has_identity else ""

    def statements(self, sources: Sources) -> tuple[Statement, ...]:
        """Return what each line of a document says that the family recognises: nothing of it may be lost.

        A family overrides this where lines hold more than words: headings and labels of its own, placeholders.
        """
        return plain_statements(sources.text)

    def advice(self, document: Document, sources: Sources) -> tuple[Diagnostic, ...]:
        """Return notes for the author of a document: what would make better tickets, though nothing is wrong.

        A family overrides this where it knows the words of its documents; only ``check`` asks for it.

        :param document: what was read of the same sources.
        """
        return ()

    def odd_spaces(self, sources: Sources) -> tuple[Span, ...]:
        """Return where other spaces are read as plain ones; a family overrides this where it reads any so."""
        return ()

    def describe(self, sources: Sources) -> Description:
        """Return what was understood of a document that the family recognises."""
        document = self.read(sources)
        approval = "approved" if document.is_ready else "not approved"
        tree = Branch(f"{document.title} ({document.id}), {approval}", tuple(map(_described, document.works)))
        works = [{"title": work.title, "done": work.done, "line": work.span.line} for work in document.works]
        return Description(tree, {"title": document.title, "id": document.id, "works": works})


def _described(work: Work) -> Branch:
    items = tuple(Branch(f"{'[x]' if item.done else '[ ]'} {item.title}, line {item.span.line}") for item in work.items)
    return Branch(f"{work.title}, line {work.span.line}", items)


def family_of(sources: Sources, families: Iterable[DocumentFamily]) -> DocumentFamily | None:
    """Return the first family that recognises a document, or None."""
    return next((family for family in families if family.recognises(sources)), None)
