"""What waits for what: blocked-by edges between the works of one map.

Edges come from an explicit ``Depends on`` first, then from mentions, then from the phases, and are reduced to the ones
that say something new. See ``docs/how-it-decides.md``, "What waits for what".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import NamedTuple

from techmap_sync.documents.technical_map.wording import NearNames, squeezed
from techmap_sync.documents.work import ROLLBACK, Kind, NeedKind, Rank, Work

_WORD = re.compile(r"\w+")
_BACKTICKS = re.compile("`+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PLAIN_WORD = re.compile(r"[^\W\d_A-Z]+")
"""A name such as ``store`` that is also a word of the language: it counts only where it is written as code."""

LONGEST_NAME = 40
"""Words. Each of them may be compared at each word of a text."""

Words = tuple[str, ...]


class Node(NamedTuple):
    """A place in a tree of names: the words that lead here are the beginning of a name."""

    following: dict[str, Node]
    works: list[int]
    """What has the name that ends here."""


class Names(NamedTuple):
    """All names of a map, by their words."""

    exact: Node
    """Compared letter by letter."""
    spoken: Node
    """Compared without regard to case: a name split into words."""
    code: dict[str, set[int]]
    """Counted only where a code span names just that."""


def names_of(works: Sequence[Work]) -> Names:
    """Index the names by which the works of one map can be mentioned.

    :param works: the numbers in the result are positions in this sequence.
    """
    exact: list[tuple[Words, int]] = []
    spoken: list[tuple[Words, int]] = []
    code: dict[str, set[int]] = {}
    for name, position in _names(works):
        words = tuple(_WORD.findall(name))
        split = tuple(word.casefold() for part in words for word in _HUMP.split(part) if word)
        if _PLAIN_WORD.fullmatch(name):
            code.setdefault(name, set()).add(position)
        else:
            exact.append((words, position))
        if len(split) > 1 and works[position].kind is Kind.COMPONENT:
            spoken.append((split, position))
    return Names(_by_words(exact), _by_words(spoken), code)


def mentioned(names: Names, markdown: str, code: Sequence[str] = ()) -> frozenset[int]:
    """Return the positions of the works that a text names.

    :param markdown: the text to look through.
    :param code: code spans that belong to it but have lost their backticks.
    """
    words = tuple(_WORD.findall(markdown))
    spans = (*_code_spans(markdown), *code)
    return frozenset(
        (
            *_hits(names.exact, words),
            *_hits(names.spoken, tuple(word.casefold() for word in words)),
            *(position for span in spans for position in names.code.get(_called(span), ())),
        )
    )


def _code_spans(markdown: str) -> Iterator[str]:
    """Yield the contents of code spans: between two runs of as many backticks (CommonMark 0.31 section 6.1).

    The runs are looked up by their length: searching for each end from scratch would take quadratic time.
    """
    runs = [match.span() for match in _BACKTICKS.finditer(markdown)]
    by_length: dict[int, list[int]] = {}
    for number, (start, end) in enumerate(runs):
        by_length.setdefault(end - start, []).append(number)
    number = 0
    while number < len(runs):
        start, end = runs[number]
        alike = by_length[end - start]
        following = bisect_right(alike, number)
        if following < len(alike):
            number = alike[following]
            yield markdown[end : runs[number][0]]
        number += 1


def _called(span: str) -> str:
    """What a code span names: ``store`` in ``store``, ``store(x)`` and ``a.store(x)``, but not in ``POST /store``."""
    return span.partition("(")[0].strip().rpartition(".")[2]


def _names(works: Sequence[Work]) -> Iterator[tuple[str, int]]:
    methods = Counter(name for work in works for name in work.method_names)
    for position, work in enumerate(works):
        yield from ((name, position) for name in work.names)
        yield from ((name, position) for name in work.method_names if methods[name] == 1)
        if work.kind is Kind.CHANGE:
            yield from ((item.code[0], position) for item in work.items if item.code)


def _by_words(names: Iterable[tuple[Words, int]]) -> Node:
    """Return the names as a tree of their words; longer ones than anybody repeats are left out."""
    tree = Node({}, [])
    for words, position in dict.fromkeys(names):
        if 0 < len(words) <= LONGEST_NAME:
            node = tree
            for word in words:
                node = node.following.setdefault(word, Node({}, []))
            node.works.append(position)
    return tree


def _hits(tree: Node, words: Words) -> Iterator[int]:
    """Yield the works that the text names; of several names that begin at a word only the longest counts."""
    for start, word in enumerate(words):
        node = tree.following.get(word)
        longest: list[int] = []
        end = start + 1
        while node:
            longest = node.works or longest
            node = node.following.get(words[end]) if end < len(words) else None
            end += 1
        yield from longest


Edges = dict[int, set[int]]
"""Position of a work -> positions of the works it waits for."""


class Needs(NamedTuple):
    """What the works of one map need, by what their authors say."""

    edges: Edges
    asked_by: tuple[tuple[int, set[int]], ...]
    """(work, those that it waits for) by the ``Inbound`` fields of these: who asks waits for who is asked."""
    unknown: tuple[tuple[int, str, str], ...]
    """(work, name, name of the map that it nearly is)."""
    outside: tuple[tuple[str, ...], ...]
    """For each work what it needs from outside, as Markdown."""


def needs_of(works: Sequence[Work], names: Names) -> Needs:
    """Look up what the works of one map need.

    :param names: the names of the same works.
    """
    index = _Index(works, names)
    edges: Edges = {position: set() for position in range(len(works))}
    asked_by, unknown, outside = [], [], []
    for position, work in enumerate(works):
        missing: dict[str, None] = {}
        for need in work.needs:
            found = index.named(need.name)
            is_inbound = need.kind is NeedKind.INBOUND
            if is_inbound and not work.done:
                asked_by += [(other, {position}) for other in found - {position}]
            elif not is_inbound:
                edges[position] |= {other for other in found - {position} if not works[other].done}
            said = "Inbound: " if is_inbound else ""
            meant = "" if found or need.kind is NeedKind.EXTERNAL else index.nearly(need.name)
            if meant:
                unknown.append((position, f"{said}{need.name}", meant))
            elif not found:
                missing[f"{said}{need.markdown}"] = None
        outside.append(tuple(missing))
    return Needs(edges, tuple(asked_by), tuple(unknown), tuple(outside))


class _Index:
    """Finds works by the names that fields give them."""

    def __init__(self, works: Sequence[Work], names: Names) -> None:
        self._names = names
        self._called = NearNames(name for work in works for name in work.names)
        self._by_letters = _by_letters(works)

    def named(self, name: str) -> Set[int]:
        """Return the works that a name refers to; case, spaces and hyphens do not count."""
        return mentioned(self._names, name, [name]) or self._by_letters.get(squeezed(name), frozenset())

    def nearly(self, name: str) -> str:
        """Return the component that a name is nearly."""
        return self._called.nearest(name)


def _by_letters(works: Sequence[Work]) -> Mapping[str, Set[int]]:
    found: dict[str, set[int]] = {}
    for position, work in enumerate(works):
        for name in work.names:
            found.setdefault(squeezed(name), set()).add(position)
    return found


TEST_LEVELS = ("unit", "integration", "end-to-end")
DEPLOYMENT_ORDER = ("environment", "configuration", "migration")


class Dependencies(NamedTuple):
    """The blocked-by edges of one map, or why there are none."""

    blocked_by: tuple[tuple[int, ...], ...]
    """For each work the positions of those it waits for; empty everywhere when there is a cycle."""
    cycle: tuple[int, ...] = ()
    """Works that wait for each other, first and last the same; empty when there is no cycle."""
    unknown: tuple[tuple[int, str, str], ...] = ()
    """(work that waits, name in ``Depends on``, name of the map that it nearly is)."""
    outside: tuple[tuple[str, ...], ...] = ()
    """For each work what it needs that is not in the map, as Markdown."""


def dependencies_of(works: Sequence[Work]) -> Dependencies:
    """Return what each work waits for.

    Where an explicit ``Depends on`` contradicts what mentions or phases say, the author's word wins.
    """
    names = names_of(works)
    needs = needs_of(works, names)
    explicit = needs.edges
    edges = {position: set(targets) for position, targets in explicit.items()}
    for position, targets in (*needs.asked_by, *_mention_edges(works, names), *_phase_edges(works, names)):
        edges[position] |= targets - {position}
    while cycle := _cycle(edges):
        doubtful = [(a, b) for a, b in pairwise(cycle) if b not in explicit[a]]
        if not doubtful:
            return Dependencies(tuple(() for _ in works), cycle, needs.unknown, needs.outside)
        for waiting, target in doubtful:
            edges[waiting].discard(target)
    return Dependencies(_reduced(edges), (), needs.unknown, needs.outside)


def _mention_edges(works: Sequence[Work], names: Names) -> Iterator[tuple[int, set[int]]]:
    for position, work in enumerate(works):
        found = mentioned(names, work.text, work.code)
        yield position, {other for other in found if works[other].rank < work.rank and not works[other].done}


def _phase_edges(works: Sequence[Work], names: Names) -> Iterator[tuple[int, set[int]]]:
    """Yield the edges that keep a phase from floating."""
    levels = _positions(works, Kind.TEST)
    groups = _positions(works, Kind.DEPLOYMENT)
    changes = {p for p, work in enumerate(works) if work.kind is Kind.CHANGE and not work.done}
    components = {p for p, work in enumerate(works) if work.rank is Rank.COMPONENT and not work.done}
    for level, positions in levels.items():
        before = _before_level(level, levels, changes)
        for position in positions:
            if level == "unit":
                named = mentioned(names, works[position].text, works[position].code)
                yield position, set(named & components) or components
            else:
                yield position, before
    last_level = next((levels[level] for level in reversed(TEST_LEVELS) if level in levels), set())
    for group, positions in groups.items():
        if group != ROLLBACK:
            yield from ((p, last_level | groups.get(ROLLBACK, set()) | _earlier(group, groups)) for p in positions)
    yield from _chains(works)


def _before_level(level: str, levels: Mapping[str, set[int]], changes: set[int]) -> set[int]:
    """What the tests of a level wait for beside the components that they name: those of the level below it."""
    earlier = TEST_LEVELS[: TEST_LEVELS.index(level)] if level in TEST_LEVELS else TEST_LEVELS[:2]
    below: set[int] = next((levels[name] for name in reversed(earlier) if name in levels), set())
    return below | changes if level == "integration" or not below else set(below)


def _earlier(group: str, groups: Mapping[str, set[int]]) -> set[int]:
    if group not in DEPLOYMENT_ORDER:
        return set()
    before = DEPLOYMENT_ORDER[: DEPLOYMENT_ORDER.index(group)]
    return {position for name in before for position in groups.get(name, ())}


def _chains(works: Sequence[Work]) -> Iterator[tuple[int, set[int]]]:
    """Numbered items that are tickets of their own follow each other."""
    last: dict[tuple[Kind, str], int] = {}
    for position, work in enumerate(works):
        if not work.is_item or not work.items[0].ordered or work.done:
            continue
        if (work.kind, work.group) in last:
            yield position, {last[work.kind, work.group]}
        last[work.kind, work.group] = position


def _positions(works: Sequence[Work], kind: Kind) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for position, work in enumerate(works):
        if work.kind is kind and not work.done:
            found.setdefault(work.group, set()).add(position)
    return found


def _cycle(edges: Edges) -> tuple[int, ...]:
    """Return one cycle as a path in which each waits for the next, first and last the same, or nothing."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1]))
    return ()


def _reduced(edges: Edges) -> tuple[tuple[int, ...], ...]:
    """Leave out every edge that a longer path says already. The edges hold no cycle."""
    reach: dict[int, int] = {}
    reduced: dict[int, tuple[int, ...]] = {}
    for position in TopologicalSorter(edges).static_order():
        beyond = 0
        for target in edges[position]:
            beyond |= reach[target]
        reduced[position] = tuple(sorted(t for t in edges[position] if not beyond >> t & 1))
        reach[position] = beyond | sum(1 << target for target in edges[position])
    return tuple(reduced[position] for position in sorted(reduced))
