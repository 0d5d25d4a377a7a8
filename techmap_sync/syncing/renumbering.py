"""Tasks whose key differs from that of their ticket by a number in front of the name alone.

Earlier releases took the number into the key; "2. Restart" was another task than "1. Restart".
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from techmap_sync.numbering import counted, renumbered
from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.syncing.matching import Holdings


def renumberings(plan: TaskPlan, holdings: Holdings) -> Mapping[str, str]:
    """Return old key -> new key of the tasks whose ticket has a number in its key; deleted tickets count too."""
    ledger = holdings.ledger
    known = {*holdings.tickets, *holdings.unreadable, *ledger.tickets, *ledger.gone}
    wanted = {spec.key for spec in plan.tasks}
    lone = [spec for spec in plan.tasks if spec.key not in known]
    free = known - wanted
    found: dict[str, str] = {}
    for look in (_exactly, _alike, _in_order):
        rest = [spec for spec in lone if spec.key not in found.values()]
        found |= look(rest, sorted(free - found.keys()))
    return found


def _exactly(specs: Sequence[TaskSpec], keys: Sequence[str]) -> Mapping[str, str]:
    there = frozenset(keys)
    return {spec.earlier: spec.key for spec in specs if spec.earlier in there}


def _alike(specs: Sequence[TaskSpec], keys: Sequence[str]) -> Mapping[str, str]:
    """Pair what differs by the number alone, and is the only one that does."""
    by_place = defaultdict(list)
    for key in keys:
        by_place[key.rpartition("/")[0]].append(key.rpartition("/")[2])
    pairs = []
    for spec in specs:
        place, _, name = spec.key.rpartition("/")
        earlier = spec.earlier.rpartition("/")[2] or name
        pairs += [(f"{place}/{slug}", spec.key) for slug in by_place[place] if renumbered(slug, name, earlier)]
    olds, news = Counter(old for old, _ in pairs), Counter(new for _, new in pairs)
    return {old: new for old, new in pairs if olds[old] == news[new] == 1}


def _in_order(specs: Sequence[TaskSpec], keys: Sequence[str]) -> Mapping[str, str]:
    """Pair namesakes that only numbers tell apart, in the order of these, where none is too many."""
    olds, news = defaultdict(list), defaultdict(list)
    for key in keys:
        name, number = _counted(key)
        olds[name].append((number, key))
    for spec in specs:
        name, number = _counted(spec.earlier)
        news[name].append((number, spec.key))
    return {
        old: new
        for name in news
        if name and len(olds[name]) == len(news[name])
        for (number, old), (_, new) in zip(sorted(olds[name]), sorted(news[name]), strict=True)
        if number
    }


def _counted(key: str) -> tuple[str, tuple[int, ...]]:
    """Return a key without the number in its name, and the number."""
    place, _, slug = key.rpartition("/")
    name, number = counted(slug)
    return f"{place}/{name}" if number else key, number
