"""What waits for what: blocked-by edges between the works of one map.

Each edge follows from one rule, and rules are trusted in the order of ``EdgeRule``: where edges make a circle, the less
trusted ones go. See ``docs/how-it-decides.md``, "What waits for what".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from techmap_sync.documents.work import ROLLBACK, Kind, Phase, Work, knots, reduced
from techmap_sync.patterns import lazy
from techmap_sync.planning.mentions import Edges, names_of, needs_of
from techmap_sync.planning.wiring import entry_points, named_edges, type_edges, wired_edges

Found = tuple[int, Set[int]]
"""A work and those that it waits for."""

TEST_LEVELS = ("unit", "integration", "end-to-end")
"""From the lowest up; an author's own levels come after integration tests."""


def dead_ends(works: Sequence[Work], edges: Edges) -> Iterator[Found]:
    """Yield edges to what is built and what nothing waits for, neither to build nor to test.

    The first tests above unit tests wait for it; else unit tests; else every deployment step but the rollback.
    """
    awaited = {
        target for position, targets in edges.items() if _is_before_release(works[position]) for target in targets
    }
    ends = {p for p, work in enumerate(works) if work.phase is Phase.BUILD and not work.done and p not in awaited}
    if not ends:
        return
    levels = _groups(works, Kind.TEST)
    ordered = [
        *(level for level in TEST_LEVELS[1:] if level in levels),
        *_own(levels),
        *(["unit"] if "unit" in levels else []),
    ]
    if ordered:
        yield min(levels[ordered[0]]), ends
        return
    for group, positions in _groups(works, Kind.DEPLOYMENT).items():
        if group != ROLLBACK:
            yield from ((position, ends) for position in positions)


def _is_before_release(work: Work) -> bool:
    return work.phase is not Phase.DEPLOY and not work.done


def release_order(works: Sequence[Work]) -> Iterator[Found]:
    """Yield the edges between test levels, from deployment to tests and rollback, and along numbered items."""
    levels, groups = _groups(works, Kind.TEST), _groups(works, Kind.DEPLOYMENT)
    yield from _test_order(works, levels)
    tests = _last_tests(works, levels)
    rollback = groups.get(ROLLBACK, set())
    checklist = {p for group in groups.values() for p in group if _has_word(works[p], _CHECKLIST)}
    late = [p for group in groups.values() for p in sorted(group) if _has_word(works[p], _LATE)]
    steps = {p for name, group in groups.items() if name != ROLLBACK for p in group} - {*late}
    for position in sorted(steps):
        if not _is_asked_for(works[position]):
            yield position, tests | rollback | (checklist if position not in checklist else set())
    for number, position in enumerate(late):
        before = {late[number - 1]} if number and works[late[number - 1]].group != works[position].group else set()
        yield position, steps | tests | rollback | before
    yield from _chains(works)


def _test_order(works: Sequence[Work], levels: Mapping[str, set[int]]) -> Iterator[Found]:
    own = _own(levels)
    trials = [level for level in own if _has_word(works[min(levels[level])], _LATE)]
    for level, positions in levels.items():
        if level == "unit":
            continue
        lower = TEST_LEVELS[: TEST_LEVELS.index(level)] if level in TEST_LEVELS else TEST_LEVELS[:2]
        below: set[int] = next((levels[name] for name in reversed(lower) if name in levels), set())
        if level in trials:
            below = {
                p for name, group in levels.items() if name not in trials for p in group if name != "unit"
            } or below
        yield from ((position, below) for position in positions)


def _last_tests(works: Sequence[Work], levels: Mapping[str, set[int]]) -> set[int]:
    """Return the tests that no other tests wait for."""
    awaited = {target for _, targets in _test_order(works, levels) for target in targets}
    return {p for positions in levels.values() for p in positions} - awaited


def _own(levels: Mapping[str, set[int]]) -> list[str]:
    return [level for level in levels if level not in TEST_LEVELS]


_CHECKLIST = lazy(
    r"^(?!.*post)(?:.*\b)?(?:checklist|checkliste|liste de contrôle|lista de (?:verificación|control))\b"
    r"|清单|チェックリスト",
    re.I,
)
_LATE = lazy(
    r"\b(?:shadow|trials?|pilot|training|acceptance|abnahme\w*|schulung\w*|pilot\w*|probebetrieb|schattenbetrieb"
    r"|recette|formation|pilote|aceptación|capacitación|formación|piloto)\b|验收|培训|试点|试运行|受け入れ|研修|試行",
    re.I,
)
_ASKED_FOR = lazy(
    r"(?:order|buy|purchase|procure|request|ask|apply for|bestelle|beantrage|commander|pedir|comprar)\b|采购|申请", re.I
)


def _has_word(work: Work, words: re.Pattern[str]) -> bool:
    """Whether the heading of a test level or deployment group says what it is: a team's own have no other sign."""
    return work.group not in TEST_LEVELS and bool(words.search(work.heading))


def _is_asked_for(work: Work) -> bool:
    """Whether all of a work is ordered or asked for, which can be done at once."""
    return bool(work.items) and all(_ASKED_FOR.match(item.title) for item in work.items if not item.done)


def _chains(works: Sequence[Work]) -> Iterator[Found]:
    """Numbered items that are tickets of their own follow each other."""
    last: dict[tuple[Kind, str], int] = {}
    for position, work in enumerate(works):
        if not work.is_item or not work.items[0].ordered or work.done:
            continue
        if (work.kind, work.group) in last:
            yield position, {last[work.kind, work.group]}
        last[work.kind, work.group] = position


def _groups(works: Sequence[Work], kind: Kind) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for position, work in enumerate(works):
        if work.kind is kind and not work.done:
            found.setdefault(work.group, set()).add(position)
    return found


class EdgeRule(StrEnum):
    """What makes one work wait for another; the most trusted comes first."""

    EXPLICIT = "explicit"
    """Its author says so."""
    TYPE = "type"
    """It takes a type that the other returns."""
    NAME = "name"
    """Its text names the other."""
    INTEGRATION = "integration"
    """It wires in what is new, and names none of it."""
    ENTRY_POINT = "entry point"
    """A program is entered there, and it names nothing that is new."""
    DEAD_END = "dead end"
    """Nothing else would wait for the other before it is tested or deployed."""
    ORDER = "order"
    """Of test levels, deployment steps and numbered items."""


class Dependencies(NamedTuple):
    """The blocked-by edges of one map, or why there are none."""

    blocked_by: tuple[tuple[int, ...], ...]
    """For each work the positions of those it waits for; empty everywhere when there is a cycle."""
    rules: tuple[tuple[EdgeRule, ...], ...] = ()
    """For each work the rules that explain its edges, in the same order."""
    cycle: tuple[int, ...] = ()
    """Works that wait for each other, first and last the same; empty when there is no cycle."""
    unknown: tuple[tuple[int, str, str], ...] = ()
    """(work that waits, name in ``Depends on``, name of the map that it nearly is)."""
    outside: tuple[tuple[str, ...], ...] = ()
    """For each work what it needs that is not in the map, as Markdown."""


def dependencies_of(works: Sequence[Work]) -> Dependencies:
    """Return what each work waits for.

    Where an explicit ``Depends on`` contradicts what other rules say, the author's word wins.
    """
    names = names_of(works)
    needs = needs_of(works, names)
    nothing: tuple[tuple[()], ...] = tuple(() for _ in works)
    if cycle := _cycle(needs.edges):
        return Dependencies(nothing, nothing, cycle, needs.unknown, needs.outside)
    graph = _Graph(needs.edges)
    graph.add(EdgeRule.EXPLICIT, needs.asked_by)
    graph.add(EdgeRule.TYPE, type_edges(works))
    mentions = named_edges(works, names)
    graph.add(EdgeRule.NAME, mentions.earlier)
    graph.add(EdgeRule.NAME, mentions.beside)
    graph.add(EdgeRule.INTEGRATION, wired_edges(works, mentions))
    graph.add(EdgeRule.ENTRY_POINT, entry_points(works, mentions, needs.edges))
    graph.add(EdgeRule.DEAD_END, dead_ends(works, graph.edges))
    graph.add(EdgeRule.ORDER, release_order(works))
    blocked_by = _reduced(graph.edges)
    rules = tuple(tuple(graph.rules[position, t] for t in targets) for position, targets in enumerate(blocked_by))
    return Dependencies(blocked_by, rules, (), needs.unknown, needs.outside)


def said_by_the_document(edges: Sequence[Sequence[int]]) -> Dependencies:
    """Return the edges of a document that says all of them; they hold no cycle."""
    blocked_by = _reduced({position: set(targets) for position, targets in enumerate(edges)})
    rules = tuple(tuple(EdgeRule.EXPLICIT for _ in targets) for targets in blocked_by)
    return Dependencies(blocked_by, rules, outside=tuple(() for _ in edges))


class _Graph:
    """Edges that grow rule by rule, the most trusted first, and never hold a circle."""

    def __init__(self, explicit: Edges) -> None:
        self.edges: Edges = {position: set(targets) for position, targets in explicit.items()}
        self.rules = {(work, target): EdgeRule.EXPLICIT for work, targets in explicit.items() for target in targets}

    def add(self, rule: EdgeRule, edges: Iterable[tuple[int, Iterable[int]]]) -> None:
        """Add the edges of a rule, but for those that would be part of a circle."""
        new = {(work, t) for work, targets in edges for t in targets if t != work and t not in self.edges[work]}
        if not new:
            return
        for work, target in new:
            self.edges[work].add(target)
        part = knots(self.edges)
        for work, target in new:
            if part[work] == part[target]:
                self.edges[work].discard(target)
            else:
                self.rules[work, target] = rule


def _cycle(edges: Edges) -> tuple[int, ...]:
    """Return one cycle as a path in which each waits for the next, first and last the same, or nothing."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1]))
    return ()


def _reduced(edges: Edges) -> tuple[tuple[int, ...], ...]:
    short = reduced(edges)
    return tuple(tuple(sorted(short[position])) for position in sorted(short))
