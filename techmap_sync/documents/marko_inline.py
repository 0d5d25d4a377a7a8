"""A text with markup -> Marko's inline elements, the same as Marko's own parser finds.

Marko tries two patterns at every character of a text, and each kind of markup on every text. Here both are tried only
where a sign of them is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from marko import inline, inline_parser
from marko.ext.gfm import elements as gfm

from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from marko.source import Source

_SIGN = lazy(r"[\\`\[\]!*_]")
_OPENER = lazy(r"!?\[|\*+|_+")
_KINDS: Sequence[tuple[str, type[inline.InlineElement]]] = (
    ("<", inline.AutoLink),
    ("`", inline.CodeSpan),
    ("<", inline.InlineHTML),
    ("\n", inline.LineBreak),
    ("\\", inline.Literal),
    ("~", gfm.Strikethrough),
)
"""With a sign that each has, in Marko's order, which decides between those that begin at the same place."""


def inline_elements(text: str, source: Source, positions: Sequence[int] | None) -> list[inline.InlineElement]:
    """Return the elements of a text.

    :param positions: where each of its characters is in the source.
    """
    places = _as_range(positions)
    tokens = sorted(
        inline_parser.Token(kind, match, text, inline.RawText, places) for kind, match in _matches(text, source)
    )
    apart = inline_parser._resolve_overlap(tokens)
    return inline_parser.make_elements(apart, text, fallback=inline.RawText, positions=places)


def _as_range(positions: Sequence[int] | None) -> Sequence[int] | None:
    """Return positions on one line as a range, which is quicker to look into than what Marko has for any."""
    if not positions:
        return positions
    first, last = positions[0], positions[-1]
    return range(first, last + 1) if last - first == len(positions) - 1 else positions


def _matches(text: str, source: Source) -> Iterator[tuple[type[inline.InlineElement], inline_parser._Match]]:
    """Yield everything that can be an element, though it may overlap with others."""
    for linked in _links_and_emphasis(text, source.root.link_ref_defs):
        yield source.parser.inline_elements[linked.etype], linked
    for sign, kind in _KINDS:
        if sign in text:
            for match in kind.find(text, source=source):
                yield kind, match


def _links_and_emphasis(text: str, definitions: dict[str, tuple[str, str]]) -> list[inline_parser.MatchObj]:
    """Return links, images and emphasis, which may overlap with code but do not begin in it."""
    openers: list[inline_parser.Delimiter] = []
    found: list[inline_parser.MatchObj] = []
    place = 0
    while sign := _SIGN.search(text, place):
        place = sign.start()
        if sign[0] == "\\":
            place += 2
        elif code := inline.CodeSpan.pattern.match(text, place):
            place = code.end()
        elif sign[0] == "]":
            link = inline_parser.look_for_image_or_link(text, openers, place, definitions, found)
            found += [link] if link else []
            place = link.end() if link else place + 1
        elif opener := _OPENER.match(text, place):
            openers.append(inline_parser.Delimiter(opener, text))
            place = opener.end()
        else:
            place += 1
    inline_parser.process_emphasis(text, openers, None, found)
    return found
