"""Keys: the identity of a task, which survives rewording of everything but its name.

A key is ``<map id>/<kind>/<slug>``. Neither order nor position goes into it, so that shuffling a map changes no ticket.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from itertools import takewhile
from operator import eq

from techmap_sync.documents.words import Words
from techmap_sync.documents.work import Kind, Work
from techmap_sync.planning.escape_inline import neutralize_title
from techmap_sync.text_forms import TITLE_LIMIT, composed, place_to_cut, slug

TRACKING_SLUG = "map"


def tracking_key(map_id: str) -> str:
    """Return the key of the tracking ticket of a map."""
    return f"{map_id}/{Kind.TRACKING}/{TRACKING_SLUG}"


def keys_of(map_id: str, works: Sequence[Work]) -> tuple[str, ...]:
    """Return one key per work, in the same order.

    Namesakes get a suffix made of what distinguishes them (group, then location), never a number that we count:
    it would move when one of them goes. Where the author counts them, their order is the last resort. Works that
    nothing distinguishes keep the same key; the planner reports them.
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


_SECOND_HALF = 40
"""Characters for what distinguishes a title from another one that begins like it."""
_BEFORE_DIFFERENCE = 10


def tracking_title(map_title: str, words: Words) -> str:
    """Return the title of a map's tracking ticket."""
    return shortened(composed(neutralize_title(words.titled("tracking", map_title))), TITLE_LIMIT)


def short_name(title: str, work: Work) -> str:
    """Return what a ticket is called in the graph: what it is about comes after the first colon."""
    if work.kind is Kind.COMPONENT and work.names:
        names = ", ".join(name.replace("`", "") for name in work.names)
        return shortened(composed(neutralize_title(names)), _SHORT_NAME)
    return shortened(title if work.is_item else title.partition(": ")[0], _SHORT_NAME)


_SHORT_NAME = 60
"""Characters of a node in the graph."""


def titles_of(works: Sequence[Work]) -> tuple[str, ...]:
    """Return the titles of the tickets of one map. What is cut is cut so that different titles stay different."""
    whole = [composed(neutralize_title(work.title)) for work in works]
    titles = [shortened(title, TITLE_LIMIT) for title in whole]
    for apart in (_with_difference, _with_digest):
        for positions in _alike(titles, whole):
            ordered = sorted({whole[position] for position in positions})
            for position in positions:
                place = bisect_left(ordered, whole[position])
                titles[position] = apart(
                    whole[position], (*ordered[max(place - 1, 0) : place], *ordered[place + 1 : place + 2])
                )
    return tuple(titles)


def _alike(titles: Sequence[str], whole: Sequence[str]) -> list[list[int]]:
    """Return the positions of those titles that were different before they were cut."""
    found: dict[str, list[int]] = {}
    for position, title in enumerate(titles):
        found.setdefault(title, []).append(position)
    return [positions for positions in found.values() if len({whole[position] for position in positions}) > 1]


def shortened(text: str, limit: int) -> str:
    """Cut a text so that it holds at most ``limit`` characters: at the end of a word, unless half of it were lost."""
    if len(text) <= limit:
        return text
    end = place_to_cut(text, limit - 1)
    word = text.rfind(" ", 0, limit)
    cut = text[: word if word >= limit // 2 else end or limit - 1]
    return cut.rstrip(" ,;:-–—") + "…"


def _with_difference(text: str, neighbours: Sequence[str]) -> str:
    """Cut a text so that its beginning stays, and the place where it differs from texts that begin like it.

    :param neighbours: those next to it in alphabetical order.
    """
    place = max(_length_in_common(text, other) for other in neighbours)
    start = max(0, place_to_cut(text, max(0, place - _BEFORE_DIFFERENCE)))
    if len(text) - start < _SECOND_HALF:
        start = place_to_cut(text, len(text) - _SECOND_HALF)
    return shortened(text, TITLE_LIMIT - _SECOND_HALF) + shortened(text[start:].lstrip(), _SECOND_HALF)


def _with_digest(text: str, neighbours: Sequence[str]) -> str:
    """Cut a text whose differences from others are too far apart to be shown."""
    mark = f" ({sha256(text.encode('utf-8', 'replace')).hexdigest()[:6]})"
    return shortened(text, TITLE_LIMIT - len(mark)) + mark


def _length_in_common(text: str, other: str) -> int:
    return sum(1 for _ in takewhile(bool, map(eq, text, other)))
