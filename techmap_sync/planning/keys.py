"""Keys: the identity of a task, which survives rewording of everything but its name.

A key is ``<map id>/<kind>/<slug>``. Neither order nor position goes into it, so that shuffling a map changes no ticket.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from techmap_sync.model import TechnicalMap
from techmap_sync.planning.kinds import Kind
from techmap_sync.planning.work import Work
from techmap_sync.unicode_forms import compatible

_NOT_IN_A_SLUG = re.compile(r"[^\w]+", re.UNICODE)
TRACKING_SLUG = "map"


def slug(text: str) -> str:
    """Return the stable, readable form of a name: NFKC, case folded, words joined by ``-``; any script stays."""
    folded = compatible(compatible(text).casefold())
    return _NOT_IN_A_SLUG.sub("-", folded).strip("-_") or "unnamed"


def map_id_of(technical_map: TechnicalMap) -> str:
    """Return the identity of a map: what its author gave it, else the slug of its title."""
    return slug(technical_map.map_id or technical_map.title)


def tracking_key(map_id: str) -> str:
    """Return the key of the tracking ticket of a map."""
    return f"{map_id}/{Kind.TRACKING}/{TRACKING_SLUG}"


def keys_of(map_id: str, works: Sequence[Work]) -> tuple[str, ...]:
    """Return one key per work, in the same order.

    Namesakes get a suffix made of what tells them apart (group, then location), never a number of ours: numbers would
    move when one of them goes. Where the author counts them, their order is the last resort. Works that nothing tells
    apart keep the same key; the planner reports them.
    """
    slugs = _of_group_and_place(works, [slug(work.slug or work.subject) for work in works])
    slugs = _counted(works, slugs)
    return _keys(map_id, works, slugs)


def earlier_keys(map_id: str, works: Sequence[Work]) -> tuple[str, ...]:
    """Return the keys as earlier releases made them, which took more of a text for its name."""
    names = [slug(work.slug or work.earlier or work.subject) for work in works]
    return _keys(map_id, works, _of_group_and_place(works, names))


def _of_group_and_place(works: Sequence[Work], slugs: Sequence[str]) -> list[str]:
    slugs = _told_apart(works, slugs, lambda work: work.group)
    return _told_apart(works, slugs, lambda work: " ".join(work.locations))


def _keys(map_id: str, works: Sequence[Work], slugs: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{map_id}/{work.kind}/{name}" for work, name in zip(works, slugs, strict=True))


def former_keys(map_id: str, work: Work) -> tuple[str, ...]:
    """Return the keys that the author says a work had earlier (``<!-- was: ... -->``).

    A name may say map, kind and slug, for a work that comes from another map: ``was: login/component/store``.
    """
    return tuple(_key_elsewhere(name) or f"{map_id}/{work.kind}/{slug(name)}" for name in work.was)


def _key_elsewhere(name: str) -> str:
    parts = name.split("/")
    if len(parts) != 3 or parts[1].strip() not in list(Kind) or not all(part.strip() for part in parts):
        return ""
    return "/".join((slug(parts[0]), parts[1].strip(), slug(parts[2])))


def _told_apart(works: Sequence[Work], slugs: Sequence[str], trait: Callable[[Work], str]) -> list[str]:
    shared = Counter(_pairs(works, slugs))
    traits: dict[tuple[Kind, str], set[str]] = {}
    for work, name in zip(works, slugs, strict=True):
        traits.setdefault((work.kind, name), set()).add(trait(work))
    return [
        f"{name}-{slug(trait(work))}"
        if shared[work.kind, name] > 1 and len(traits[work.kind, name]) > 1 and trait(work)
        else name
        for work, name in zip(works, slugs, strict=True)
    ]


def _counted(works: Sequence[Work], slugs: Sequence[str]) -> list[str]:
    """Tell namesakes apart by their order where each has another number in front of it."""
    numbers: dict[tuple[Kind, str], list[str]] = {}
    for work, name in zip(works, slugs, strict=True):
        numbers.setdefault((work.kind, name), []).append(work.number)
    counted = []
    for work, name in zip(works, slugs, strict=True):
        those = numbers[work.kind, name]
        distinct = len(those) > 1 and all(those) and len(set(those)) == len(those)
        counted.append(f"{name}-{those.index(work.number) + 1}" if distinct else name)
    return counted


def _pairs(works: Iterable[Work], slugs: Iterable[str]) -> list[tuple[Kind, str]]:
    return [(work.kind, name) for work, name in zip(works, slugs, strict=True)]
