"""Work that a document asks for: one ``Work`` per ticket to be, before keys, links and text; and the edges between
works, without circles, and without those that a longer path says already.

Edges are given as node -> the nodes that it waits for. They are found in linear time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from graphlib import TopologicalSorter
from typing import NamedTuple

from techmap_sync.diagnostics import Span


class Kind(StrEnum):
    """What a task is about; the middle part of its key."""

    COMPONENT = "component"
    CHANGE = "change"
    TEST = "test"
    DEPLOYMENT = "deployment"
    CONSTRAINT = "constraint"
    TRACKING = "tracking"
    TASK = "task"
    """A part of a unit of specs, of whatever kind."""


class Phase(StrEnum):
    """When a task is due."""

    BUILD = "build"
    TEST = "test"
    DEPLOY = "deploy"


def phase_of(kind: Kind) -> Phase:
    """Return when work of a kind is due."""
    return {Kind.TEST: Phase.TEST, Kind.DEPLOYMENT: Phase.DEPLOY}.get(kind, Phase.BUILD)


class Rank(IntEnum):
    """The order in which a lead lets things happen; a task waits only for tasks of an earlier rank."""

    FOUNDATION = 0
    """Database and configuration changes."""
    COMPONENT = 1
    INTEGRATION = 2
    """Integration components and every other change."""
    CONSTRAINT = 3
    TEST = 4
    DEPLOYMENT = 5


class Form(StrEnum):
    """How an item is written in its ticket."""

    BOX = "box"
    """Work, with a box to tick."""
    LINE = "line"
    """A bullet without a box: it asks for nothing."""
    BLOCK = "block"
    """A heading in bold, with what is below it as it is: a fence, a matrix."""


ROLLBACK = "rollback"
"""The group of what is prepared before a deployment, so that it can be undone."""


class Item(NamedTuple):
    """One thing to do: a bullet, a row, a group label, a heading, a paragraph or a fence."""

    title: str
    """Plain text without Markdown, on one line."""
    span: Span
    markdown: str = ""
    """The item's own text with its Markdown, on one line; prose goes on after the sentence that is its title."""
    code: tuple[str, ...] = ()
    """The code spans of the title, in order: names rather than words."""
    done: bool = False
    """Ticked, struck through or said to exist already."""
    detail: str = ""
    """Everything below the title, as Markdown."""
    fields: tuple[tuple[str, str], ...] = ()
    """The other columns of a table row: (column heading, cell as Markdown)."""
    column: str = ""
    """Heading of the column that the title of a table row is from."""
    form: Form = Form.BOX
    below: tuple[Item, ...] = ()
    """What a label or a heading groups: these are the work then, and the title only names them."""
    ordered: bool = False
    """True for an item of a numbered list, whose order matters."""
    number: str = ""
    """A number in front of the title, as written: ``1.``, ``Step 3:``. It is not part of the name."""
    slug: str = ""
    """Identity given by hand, ``<!-- id: x -->`` or ``{#x}``."""
    was: tuple[str, ...] = ()
    """Earlier identities, ``<!-- was: x -->``."""
    optional: bool = False
    """It keeps nothing open, and a finished ticket does not say that it was done."""
    above: str = ""
    """What groups it with its neighbours in the checklist, as Markdown."""


class Checklist(NamedTuple):
    """Items below one heading."""

    heading: str
    items: tuple[Item, ...]
    notes: str = ""
    """Markdown between the heading and the items."""


class Method(NamedTuple):
    """A method, function or endpoint that the work offers."""

    name: str
    """Identifier (``verify``) or endpoint (``POST /auth/login``)."""
    signature: str
    """As written, without Markdown: ``verify(code: str) -> bool``."""
    description: str
    """Markdown after the signature, empty when there is none."""
    span: Span


class NeedKind(StrEnum):
    """Which way a need goes."""

    DEPENDS = "depends"
    """The work waits for what is named."""
    EXTERNAL = "external"
    """The same, and its author says that it is outside the document."""
    INBOUND = "inbound"
    """What is named waits for the work."""


class Need(NamedTuple):
    """A name in a field such as ``Depends on``."""

    name: str
    markdown: str
    """The entry of the name, as written."""
    kind: NeedKind = NeedKind.DEPENDS


class Part(NamedTuple):
    """One of several things that a single ticket is about."""

    name: str
    markdown: str
    """What the document says of it."""
    written: str = ""
    """The name with its Markdown, as the document writes it."""
    methods: tuple[Method, ...] = ()
    detail: str = ""
    """Whatever else is said of it, as Markdown."""


@dataclass(frozen=True, slots=True)
class Work:
    """One ticket to be, and what the document says about it."""

    kind: Kind
    subject: str
    """Its slug is made of this: a component's name, a group's name, an item's title."""
    title: str
    """The title of its ticket, before it is shortened and made safe."""
    rank: Rank
    group: str
    """Name of its group, or the component's kind: ``unit``, ``rollback``, ``modified``."""
    span: Span

    names: tuple[str, ...] = ()
    """Texts mention the work by these names."""
    method_names: tuple[str, ...] = ()
    """They mention it too, where no other work has a method of the same name."""
    text: str = ""
    """Everything that the document says about it, as Markdown: the names of others are looked for here."""
    locations: tuple[str, ...] = ()
    """Files that it is about."""
    needs: tuple[Need, ...] = ()
    """What its author says it waits for."""
    priority: str = ""
    """As its author wrote it."""
    estimate_minutes: int | None = None
    """Of work, at most, as the document's estimate says of it."""

    tagline: str = ""
    """What it is, in a line of Markdown: it is added to the title, and opens the text where the title has no room."""
    purpose: str = ""
    """Markdown."""
    parts: tuple[Part, ...] = ()
    methods: tuple[Method, ...] = ()
    interface: str = ""
    """A code fence, as Markdown."""
    detail: str = ""
    """Whatever else is said of it, as Markdown."""
    of_group: str = ""
    """What is said of it together with others, as Markdown: names in it make no dependency."""
    heading: str = ""
    """Heading above its items, as written."""
    context: str = ""
    """Markdown between heading and items."""
    items: tuple[Item, ...] = ()
    """Its checklist."""
    checklists: tuple[Checklist, ...] = ()
    """What else is asked of it, below headings of the document: tests, requirements."""

    path: str = ""
    """The file that says it, from the root of the repository, where that is not the document's."""
    requirements: tuple[str, ...] = ()
    """Requirements that it names, quoted or linked, as Markdown."""
    links: tuple[str, ...] = ()
    """Files to read first, as Markdown."""

    is_item: bool = False
    """A ticket that is a single item of its group."""
    named_by_document: bool = False
    """Its title only repeats the document's title."""
    done: bool = False
    own_lines: tuple[int, ...] = ()
    """Lines that name it alone; a box there says whether all of it is done."""
    slug: str = ""
    """Identity given by hand."""
    was: tuple[str, ...] = ()
    """Earlier identities, as the author says."""
    number: str = ""
    """A number in front of the subject, as written."""
    earlier: str = ""
    """What earlier releases took for the subject; empty where it is the same."""

    @property
    def phase(self) -> Phase:
        """When it is due."""
        return phase_of(self.kind)

    @property
    def code(self) -> tuple[str, ...]:
        """The code spans in the titles of its items."""
        return tuple(span for item in self.all_items for span in item.code)

    @property
    def all_items(self) -> tuple[Item, ...]:
        """Everything that is asked of it besides methods."""
        return (*self.items, *(item for checklist in self.checklists for item in checklist.items))


def without_circles(edges: Mapping[int, Iterable[int]]) -> tuple[dict[int, set[int]], list[tuple[int, int]]]:
    """Return the edges that close no circle, and those that do, all of them."""
    given = {node: frozenset(there) for node, there in edges.items()}
    knot = knots(given)
    kept = {node: {target for target in there if knot[target] != knot[node]} for node, there in given.items()}
    return kept, [(node, target) for node, there in given.items() for target in sorted(there - kept[node])]


def knots(edges: Mapping[int, AbstractSet[int]]) -> Mapping[int, int]:
    """Return a number for each node that those share which wait for each other, directly or not (Tarjan 1972)."""
    order: dict[int, int] = {}
    lowest: dict[int, int] = {}
    knot: dict[int, int] = {}
    open_nodes: list[int] = []
    path: list[tuple[int, Iterator[int]]] = []

    def visit(node: int) -> None:
        """Number a node, and go on with those that it waits for."""
        order[node] = lowest[node] = len(order)
        open_nodes.append(node)
        path.append((node, iter(edges.get(node, ()))))

    for root in edges:
        if root not in order:
            visit(root)
        while path:
            node, targets = path[-1]
            for target in targets:
                if target not in order:
                    visit(target)
                    break
                if target not in knot:
                    lowest[node] = min(lowest[node], order[target])
            else:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[node])
                if lowest[node] == order[node]:
                    _close(node, open_nodes, knot)
    return knot


def _close(first: int, open_nodes: list[int], knot: dict[int, int]) -> None:
    while True:
        node = open_nodes.pop()
        knot[node] = first
        if node == first:
            return


def reduced(edges: Mapping[int, AbstractSet[int]]) -> dict[int, set[int]]:
    """Return the edges of a graph without circles, but for those that a longer path says already."""
    beyond: dict[int, int] = {}
    """What each node leads to, as bits: much faster than sets."""
    short: dict[int, set[int]] = {}
    for node in TopologicalSorter(edges).static_order():
        targets, further = edges.get(node, frozenset()), 0
        for target in targets:
            further |= beyond[target]
        short[node] = {target for target in targets if not further >> target & 1}
        beyond[node] = further | sum(1 << target for target in targets)
    return {node: short[node] for node in edges}
