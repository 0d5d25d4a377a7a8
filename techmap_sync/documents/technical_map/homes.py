"""Where each statement of a map belongs: into the ticket of the component that it names, into a ticket of its own, or
into the tracking ticket. Every statement has one home (docs/how-it-decides.md, "Homes").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from techmap_sync.diagnostics import Span
from techmap_sync.documents.base import Granularity, GranularityChoice
from techmap_sync.documents.rows import on_one_line, row_text
from techmap_sync.documents.technical_map.model import (
    Component,
    ComponentKind,
    ConstraintArea,
    ItemGroup,
    Passage,
    TechnicalMap,
)
from techmap_sync.documents.technical_map.shapes import names_endpoint
from techmap_sync.documents.technical_map.ticket_titles import requirements_in
from techmap_sync.documents.technical_map.wording import code_spans, fold
from techmap_sync.documents.words import Words
from techmap_sync.documents.work import Checklist, Form, Item
from techmap_sync.patterns import lazy
from techmap_sync.text_forms import HAN_KANA_AND_HANGUL, word_pattern

_word = word_pattern(HAN_KANA_AND_HANGUL)
_PART = lazy(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+")
_PLAIN_WORD = lazy(r"[^\W\d_A-Z]+")
_LONGEST_NAME = 40
"""Words; each of them may be compared at each word of a text."""


class _Node(NamedTuple):
    following: dict[str, _Node]
    owners: set[int]


class Owners:
    """The components of a map by what they are called.

    A component is named by its name, by the words in that in any case, by its last word where no other component
    has it, and by a method in code that only it has. One that is merely wired in is named by its whole name alone:
    "the lock table" is not about ``PartitionLock``.
    """

    def __init__(self, components: Sequence[Component]) -> None:
        self._exact, self._spoken = _Node({}, set()), _Node({}, set())
        self._code: dict[str, set[int]] = {}
        last = Counter(_words(component.name)[-1:] for component in components)
        methods = Counter(name for component in components for name in _methods(component))
        for position, component in enumerate(components):
            words = _words(component.name)
            if _PLAIN_WORD.fullmatch(component.name):
                self._code.setdefault(component.name, set()).add(position)
            else:
                _put(self._exact, _word(component.name).findall(component.name), position)
            if component.kind is ComponentKind.INTEGRATION and not component.specified:
                continue
            if len(words) > 1:
                _put(self._spoken, words, position)
            if last[words[-1:]] == 1 and not _PLAIN_WORD.fullmatch(component.name):
                _put(self._spoken, words[-1:], position)
            for name in _methods(component):
                if methods[name] == 1:
                    self._code.setdefault(name, set()).add(position)

    def named_in(self, markdown: str) -> frozenset[int]:
        """Return the positions of the components that a text names."""
        words = _word(markdown).findall(markdown)
        return frozenset(
            (
                *_hits(self._exact, words),
                *_hits(self._spoken, [part.casefold() for part in words]),
                *(owner for span in code_spans(markdown) for owner in self._code.get(_called(span.code), ())),
            )
        )

    def owner_of(self, markdown: str) -> int | None:
        """Return the position of the only component that a text names, or None where it names none or several."""
        named = self.named_in(markdown)
        return next(iter(named)) if len(named) == 1 else None


def _words(name: str) -> tuple[str, ...]:
    return tuple(part.casefold() for word in _word(name).findall(name) for part in _PART.split(word) if part)


def _methods(component: Component) -> frozenset[str]:
    return frozenset(method.name for method in component.methods)


def _called(span: str) -> str:
    """What a code span names: ``store`` in ``store``, ``store(x)`` and ``a.store(x)``, but not in ``POST /store``."""
    return span.partition("(")[0].strip().rpartition(".")[2]


def _put(tree: _Node, words: Sequence[str], owner: int) -> None:
    if not 0 < len(words) <= _LONGEST_NAME:
        return
    node = tree
    for word in words:
        node = node.following.setdefault(word, _Node({}, set()))
    node.owners.add(owner)


def _hits(tree: _Node, words: Sequence[str]) -> Iterator[int]:
    """Yield the owners of the names in a text; of several that begin at a word only the longest counts."""
    for start, word in enumerate(words):
        node = tree.following.get(word)
        if node is None:
            continue  # no name begins with it, as nearly always
        longest: Iterable[int] = ()
        end = start + 1
        while node:
            longest = node.owners or longest
            node = node.following.get(words[end]) if end < len(words) else None
            end += 1
        yield from longest


UNIT = "unit"
REQUIRED = ("error handling", "security", "questions")
"""Areas with a ticket of their own; the others are described in the tracking ticket."""


class Area(NamedTuple):
    """What becomes one ticket of requirements or questions."""

    name: str
    heading: str
    span: Span
    checklists: tuple[Checklist, ...]


@dataclass(frozen=True, slots=True)
class Homes:
    """A map, with every statement where it belongs."""

    owned: Mapping[int, tuple[Checklist, ...]]
    """What is asked of each component besides its own entry, by its position."""
    changes: tuple[ItemGroup, ...]
    tests: tuple[ItemGroup, ...]
    areas: tuple[Area, ...]
    unchanged: tuple[Passage, ...]
    """What the map says stays as it is, in its order."""
    told_whole: tuple[Span, ...]
    """What the tracking ticket quotes whole."""


def homes_of(found: TechnicalMap, choice: GranularityChoice, words: Words) -> Homes:
    """Find the home of every statement.

    :param choice: items that are to be tickets of their own belong to no component.
    :param words: of the map's language: they tell what is no work.
    """
    sorter = _Sorter(found, words)
    changes = tuple(map(sorter.without_endpoints, found.changes))
    tests = found.tests
    if choice.tests is not Granularity.ITEM:
        tests = tuple(sorter.without_owned(group) if group.name == UNIT else group for group in tests)
    apart = choice.constraints is Granularity.ITEM
    for area in found.constraints:
        if area.name in REQUIRED:
            sorter.require(area, apart=apart)
        elif choice.constraints is Granularity.NONE:
            sorter.tell(area)
        else:
            sorter.keep(area)
    owned = {position: _checklists(by_heading) for position, by_heading in sorter.owned.items() if by_heading}
    groups = (*found.changes, *found.tests, *found.deployment)
    nothing = (
        Passage(group.heading, group.context, group.span) for group in groups if group.context and not group.items
    )
    unchanged = sorted((*found.unchanged, *nothing, *sorter.unchanged), key=lambda passage: passage.span)
    return Homes(owned, changes, tests, tuple(sorter.areas), tuple(unchanged), tuple(sorter.told))


def _checklists(by_heading: Mapping[str, Sequence[Item]]) -> tuple[Checklist, ...]:
    return tuple(Checklist(heading, tuple(items)) for heading, items in by_heading.items())


@dataclass(slots=True)
class _Sorter:
    """Goes through a map and puts each statement into its home."""

    found: TechnicalMap
    words: Words
    owners: Owners = field(init=False)
    endpoints: Mapping[str, int] = field(init=False)
    owned: dict[int, dict[str, list[Item]]] = field(default_factory=dict)
    areas: list[Area] = field(default_factory=list)
    unchanged: list[Passage] = field(default_factory=list)
    told: list[Span] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.owners = Owners(self.found.components)
        self.endpoints = _endpoints(self.found)

    # --- changes and tests ---

    def without_endpoints(self, group: ItemGroup) -> ItemGroup:
        """Give each endpoint to the component that offers it: the two are one piece of work."""
        if group.name != "api" or not self.endpoints:
            return group
        left = []
        for item in group.items:
            owner = next((self.endpoints[name] for name in _endpoints_in(item) if name in self.endpoints), None)
            if owner is None:
                left.append(item)
            else:
                self._give(owner, group.heading, item)
        return group._replace(items=tuple(left))

    def without_owned(self, group: ItemGroup) -> ItemGroup:
        """Give each item to the component that it names."""
        return group._replace(items=tuple(self._left(group.heading, group.items)))

    def _left(self, heading: str, items: Iterable[Item]) -> Iterator[Item]:
        """Yield what names no component or several; what a label groups goes where the label goes, or all of it."""
        for item in items:
            owner = self.owners.owner_of(item.markdown or item.title) if item.below else None
            owner = self.owners.owner_of(_text_of(item)) if owner is None else owner
            if owner is None:
                yield item
            else:
                self._give(owner, heading, item)

    def _give(self, owner: int, heading: str, item: Item) -> None:
        lists = self.owned.setdefault(owner, {})
        lists.setdefault(heading, []).append(item._replace(column=""))

    # --- error handling, security, questions ---

    def require(self, area: ConstraintArea, *, apart: bool) -> None:
        """Make a ticket of what an area asks for and no component is named in.

        :param apart: each item is to be a ticket of its own: it is not cut into sentences.
        """
        checklists = []
        for group in area.groups:
            heading = "" if fold(group.heading) == fold(area.heading) else group.heading
            left = group.items if apart or area.name == "questions" else tuple(self._requirements(area, group))
            if any(_asks(item) for item in left):
                checklists.append(Checklist(heading, left, group.context))
            else:
                self._keep_as_is(group, left)
        if checklists:
            self.areas.append(Area(area.name, area.heading, area.span, tuple(checklists)))

    def _requirements(self, area: ConstraintArea, group: ItemGroup) -> Iterator[Item]:
        """Yield what nobody owns."""
        heading = group.heading or area.heading
        said = [one for item in group.items for one in requirements_in(item, self.found.abbreviations)]
        formed = [self._formed(item) for item in said]
        before = {owner: len(lists.get(heading, ())) for owner, lists in self.owned.items()}
        yield from self._left(heading, formed)
        for owner, lists in self.owned.items():
            self._without_remarks(lists, heading, before.get(owner, 0), group)

    def _without_remarks(self, lists: dict[str, list[Item]], heading: str, start: int, group: ItemGroup) -> None:
        """Take back what asks for nothing, where nothing else of its sub-section is asked of the component."""
        given = lists.get(heading, [])[start:]
        if given and not any(_asks(item) for item in given):
            lists[heading] = lists[heading][:start]
            if not lists[heading]:
                del lists[heading]
            self._keep_as_is(group._replace(context=""), given)

    def _formed(self, item: Item) -> Item:
        if item.below:
            return item._replace(below=tuple(self._formed(one) for one in item.below))
        is_work = item.form is not Form.BOX or item.done or not self.words.is_negative(_text_of(item))
        return item if is_work else item._replace(form=Form.LINE)

    def _keep_as_is(self, group: ItemGroup, items: Sequence[Item]) -> None:
        texts = [text for text in (group.context, " ".join(map(_line_of, items))) if text]
        if texts:
            self.unchanged.append(Passage(group.heading, on_one_line("\n\n".join(texts)), group.span))

    # --- data flow, performance ---

    def tell(self, area: ConstraintArea) -> None:
        """Leave an area to the tracking ticket, without what a component owns or what stays as it is."""
        taken: list[Span] = []
        if area.name == "performance":
            for group in area.groups:
                if self._describes_loads(group):
                    continue
                for item in group.items:
                    if self._is_taken(group, item):
                        taken.append(item.span)
        self.told += _without(area.span, taken)

    def keep(self, area: ConstraintArea) -> None:
        """Make a ticket of an area, because the settings ask for it."""
        checklists = tuple(
            Checklist("" if fold(group.heading) == fold(area.heading) else group.heading, group.items, group.context)
            for group in area.groups
            if group.items
        )
        if checklists:
            self.areas.append(Area(area.name, area.heading, area.span, checklists))

    def _describes_loads(self, group: ItemGroup) -> bool:
        return any(fold(group.heading) == fold(name) for name in self.words.signs["loads"])

    def _is_taken(self, group: ItemGroup, item: Item) -> bool:
        owner = self.owners.owner_of(_text_of(item))
        if self.words.is_negative(_text_of(item)) and not item.column:
            self.unchanged.append(Passage(group.heading, _line_of(item), item.span))
            return True
        if owner is not None:
            self._give(owner, group.heading, item)
        return owner is not None


def _asks(item: Item) -> bool:
    return any(map(_asks, item.below)) if item.below else item.form is not Form.LINE


def _text_of(item: Item) -> str:
    below = (_text_of(one) for one in item.below)
    cells = (cell for _, cell in item.fields)
    return "\n\n".join((item.markdown or item.title, *cells, item.detail if not item.below else "", *below))


def _line_of(item: Item) -> str:
    said = row_text(item.markdown or item.title, (cell for _, cell in item.fields))
    if item.below:
        return f"{said}: {' '.join(map(_line_of, item.below))}"
    return f"{said}\n\n{item.detail}" if item.detail else said


def _endpoints(found: TechnicalMap) -> Mapping[str, int]:
    """Return which component offers an endpoint, where only one does."""
    offered: dict[str, set[int]] = {}
    for position, component in enumerate(found.components):
        for name in (component.name, *(method.name for method in component.methods)):
            if names_endpoint(name):
                offered.setdefault(" ".join(name.split()), set()).add(position)
    return {name: next(iter(owners)) for name, owners in offered.items() if len(owners) == 1}


def _endpoints_in(item: Item) -> Iterator[str]:
    for said in (*item.code, item.title):
        yield " ".join(said.split()[:2])


def _without(span: Span, taken: Sequence[Span]) -> Iterator[Span]:
    """Yield what is left of some lines."""
    first = span.line
    for other in sorted(taken):
        if other.line > first:
            yield Span(first, 1, other.line - 1)
        first = max(first, other.end_line + 1)
    if first <= span.end_line:
        yield Span(first, 1, span.end_line)
