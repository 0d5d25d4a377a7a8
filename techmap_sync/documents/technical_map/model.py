"""What a technical map says, as frozen values. Only this folder knows them; the others know a ``Document``.

Every value knows its place in its file, so that a diagnostic can underline it and a ticket can link to it.
Values of which a map holds many are named tuples, here and where it is read: Python takes longer to make a frozen
dataclass, the class as well as each of its values.
How text becomes these values is described in ``docs/map-format.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from techmap_sync.diagnostics import Finding, Ignore, Span
from techmap_sync.documents.base import Lifecycle
from techmap_sync.documents.frontmatter import TicketFields
from techmap_sync.documents.work import Item, Method


class ComponentKind(StrEnum):
    """What a map asks to be done with a component."""

    NEW = "new"
    MODIFIED = "modified"
    INTEGRATION = "integration"


@dataclass(frozen=True, slots=True)
class Component:
    """A class, module or table that is created, modified or wired in."""

    name: str
    kind: ComponentKind
    span: Span
    locations: tuple[str, ...] = ()
    """Paths as written, in order."""
    purpose: str = ""
    """Markdown of the purpose field."""
    summary: str = ""
    """Markdown of the entry in the overview, without the name."""
    methods: tuple[Method, ...] = ()
    work: tuple[ItemGroup, ...] = ()
    """What the entry itself lists as things to do, or to be true in the end: "Changes", "Acceptance Criteria"."""
    interface: str = ""
    """The code fence of the methods field as Markdown, quoted as it is."""
    detail: str = ""
    """Every other field and the prose below the heading, as Markdown."""
    of_group: str = ""
    """What the heading that groups it with others says of all of them, as Markdown."""
    depends_on: tuple[str, ...] = ()
    """Names in an explicit ``Depends on`` field."""
    needed_by: tuple[str, ...] = ()
    """Names in an ``Inbound`` field: who asks this component for something."""
    outside: tuple[str, ...] = ()
    """What an ``External`` field says that it needs, which is in no map. A name of the map is one all the same."""
    written: tuple[tuple[str, str], ...] = ()
    """(name, Markdown of its entry) of what these fields name."""
    priority: str = ""
    """An explicit ``Priority`` field, as written."""
    earlier: str = ""
    """What earlier releases took for its name; empty where it is the same."""
    slug: str = ""
    """Identity given by hand, ``<!-- id: x -->`` or ``{#x}``."""
    was: tuple[str, ...] = ()
    """Earlier identities, ``<!-- was: x -->``."""
    specified: bool = False
    """True when it has a heading below the detailed specifications."""
    listed: bool = False
    """True when the overview lists it."""
    lines: tuple[int, ...] = ()
    """Where the overview lists it."""
    lead: str = ""
    """The name with its Markdown, as the overview writes it."""


class Passage(NamedTuple):
    """Markdown that belongs to no item: context, or a section whose heading is not recognised."""

    heading: str
    markdown: str
    span: Span


class ItemGroup(NamedTuple):
    """A sub-section and its items: "Unit Tests", "Database Changes", "Rollback Plan"."""

    name: str
    """Stable name: ``unit``, ``database``, ``rollback``; for a group of the author's own its heading in lower case."""
    heading: str
    """The heading as plain text, as written."""
    span: Span
    items: tuple[Item, ...] = ()
    context: str = ""
    """Markdown of what is not an item: lead-ins, context paragraphs, statements that say that nothing is to be done."""
    nothing: tuple[Passage, ...] = ()
    """What was passed over because it says that there is nothing to do."""


class ConstraintArea(NamedTuple):
    """A section that every component has to respect: data flow, error handling, security, performance."""

    name: str
    heading: str
    span: Span
    groups: tuple[ItemGroup, ...] = ()


class MetadataField(NamedTuple):
    """A header or footer field such as Author or Status."""

    name: str
    """Stable name: ``date``, ``author``, ``status``, ``implementation ready``."""
    label: str
    """The label as written."""
    value: str
    span: Span
    shown: str = ""
    """The value without unfilled placeholders."""


class Readiness(StrEnum):
    """The answer of the field ``Implementation Ready``."""

    APPROVED = "approved"
    NOT_APPROVED = "not approved"
    MISSING = "missing"
    """No such field, or an empty one."""
    UNRECOGNISED = "unrecognised"
    """A word that no language of the vocabulary knows; read as not approved."""


_NO_FIELDS = TicketFields()


@dataclass(frozen=True, slots=True)
class TechnicalMap:
    """Everything that one map says."""

    title: str
    span: Span
    """The place of the title."""
    map_id: str = ""
    """The ``Map ID`` field or front matter ``id`` as written, empty when there is none."""
    metadata: tuple[MetadataField, ...] = ()
    fields: TicketFields = _NO_FIELDS
    """What the metadata, or front matter where they say nothing, asks for the tickets."""
    readiness: Readiness = Readiness.MISSING
    lifecycle: Lifecycle = Lifecycle.ACTIVE
    estimate_minutes: tuple[int, int] | None = None
    estimates: Mapping[str, int] = field(default_factory=dict)
    """Working minutes of what the estimate names, by folded names."""
    """Estimated implementation time as (least, most) working minutes; None when it is not understood."""
    components: tuple[Component, ...] = ()
    changes: tuple[ItemGroup, ...] = ()
    tests: tuple[ItemGroup, ...] = ()
    deployment: tuple[ItemGroup, ...] = ()
    constraints: tuple[ConstraintArea, ...] = ()
    context: tuple[Passage, ...] = ()
    """Sections that are read but ask for nothing."""
    unrecognised: tuple[Passage, ...] = ()
    """Sections whose heading is not in the vocabulary."""
    done: tuple[Item, ...] = ()
    """Components that the map says are finished already."""
    nothing: tuple[Passage, ...] = ()
    """What was passed over because it says that there is nothing to do, in the order of the text."""
    unchanged: tuple[Passage, ...] = ()
    """What the map says stays as it is: existing systems, components without work."""
    introduction: str = ""
    """Markdown above the first section."""
    language: str = "en"
    """The one whose headings it has most of."""
    abbreviations: frozenset[str] = frozenset()
    """Words whose full stop ends no sentence."""

    def field(self, name: str) -> MetadataField | None:
        """Return the metadata field with this stable name, or None."""
        return next((field for field in self.metadata if field.name == name), None)

    @property
    def ready(self) -> bool:
        """Whether the author says that implementation may start."""
        return self.readiness is Readiness.APPROVED


class Reading(NamedTuple):
    """The map, or None where the text is not a map; ``findings`` is what only the parser can see."""

    map: TechnicalMap | None
    findings: tuple[Finding, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    odd_spaces: tuple[Span, ...] = ()
    """Where other spaces than a plain one are read as plain ones."""
