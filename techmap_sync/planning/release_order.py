"""What waits for what on the way from built to released: test levels, deployment steps, numbered items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set

from techmap_sync.documents.work import ROLLBACK, Kind, Phase, Work
from techmap_sync.planning.needs import Edges

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


_CHECKLIST = re.compile(
    r"^(?!.*post)(?:.*\b)?(?:checklist|checkliste|liste de contrôle|lista de (?:verificación|control))\b"
    r"|清单|チェックリスト",
    re.I,
)
_LATE = re.compile(
    r"\b(?:shadow|trials?|pilot|training|acceptance|abnahme\w*|schulung\w*|pilot\w*|probebetrieb|schattenbetrieb"
    r"|recette|formation|pilote|aceptación|capacitación|formación|piloto)\b|验收|培训|试点|试运行|受け入れ|研修|試行",
    re.I,
)
_ASKED_FOR = re.compile(
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
