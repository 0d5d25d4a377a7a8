"""Links and images of a map, made absolute: a ticket does not stand beside the files that the map points to."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from techmap_sync.planning.neutralize_fences import read_fence
from techmap_sync.planning.neutralize_tokens import DEFINITION, TARGET, Kind, cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Resolve = Callable[[str, bool], str | None]

_BRACKET = re.compile(r"\\.|!?\[|\]")
_IMAGE_LABEL = re.compile(r"!\[(?:[^\[\]\\]|\\.)*+\]\[([^\[\]]+)\]|!\[([^\[\]]+)\](?![\[(])")
_LABEL = re.compile(r"\[(.+)\]")
_TAG_LINK = re.compile(r"""(?i)(?<=\s)(href|src)(\s*+=\s*+)("[^"]*"|'[^']*'|[^\s"'>]++)""")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SCRIPT = re.compile(r"(?:javascript|vbscript|data):", re.IGNORECASE)
# What browsers drop from an address before they look at its scheme (WHATWG URL, "basic URL parser").
_DROPPED = re.compile(r"[\x00-\x20]")
_KEPT = "/:?#@!$&'*+,;=%~[]"
NOWHERE = "#"


def absolute_links(markdown: str, resolve: Resolve) -> str:
    """Return Markdown whose relative links and images are absolute.

    Anchors, absolute and protocol-relative addresses stay, code too. What a link with ``javascript:``, ``vbscript:`` or
    ``data:`` would run is taken out (both trackers drop such links; a mail client may not). Applying it twice changes
    nothing more.

    :param resolve: gets a destination and whether an image is wanted; returns the address, or None to leave the link.
    """
    labels = {(a or b).strip().casefold() for a, b in _IMAGE_LABEL.findall(markdown)}
    return "\n".join(_lines(markdown.split("\n"), _Links(resolve, labels)))


def _lines(lines: list[str], links: _Links) -> Iterator[str]:
    position = 0
    while position < len(lines):
        if fence := read_fence(lines, position, settled=True, in_list=True):
            yield from lines[position : fence.end]
            position = fence.end
        else:
            yield "".join(links.written(lines[position]))
            position += 1


class _Links:
    """Rewrites the links of one text."""

    def __init__(self, resolve: Resolve, image_labels: set[str]) -> None:
        self.resolve = resolve
        self.image_labels = image_labels
        self.brackets: list[bool] = []
        """The open brackets of the paragraph; each remembers whether it began an image."""

    def written(self, line: str) -> Iterator[str]:
        if not line.strip("> \t"):
            self.brackets.clear()
        for token in cut(line).tokens:
            match token.kind:
                case Kind.TEXT:
                    self._count(token.text)
                    yield token.text
                case Kind.TARGET if token.text[0] != "]":
                    yield self._target(token.text, image=False)
                case Kind.TARGET:
                    yield self._target(token.text, image=self.brackets.pop()) if self.brackets else token.text
                case Kind.TAG:
                    yield _TAG_LINK.sub(self._attribute, token.text)
                case Kind.AUTOLINK:
                    yield f"&lt;{token.text[1:]}" if _runs(token.text[1:]) else token.text
                case _:
                    yield token.text

    def _count(self, text: str) -> None:
        for found in _BRACKET.findall(text):
            if found in ("[", "!["):
                self.brackets.append(found == "![")
            elif found == "]" and self.brackets:
                self.brackets.pop()

    def _target(self, text: str, *, image: bool) -> str:
        parts = TARGET.fullmatch(text) or DEFINITION.fullmatch(text)
        if parts is None:
            return text
        label = _LABEL.search(parts["open"])
        image = image or (label is not None and label[1].strip().casefold() in self.image_labels)
        where = parts["destination"]
        plain = _ESCAPE.sub(r"\1", html.unescape(where[1:-1] if where.startswith("<") else where))
        found = self._absolute(plain, image=image)
        return text if found is None else f"{parts['open']}{found}{parts['rest']}"

    def _attribute(self, match: re.Match[str]) -> str:
        name, equals, value = match.groups()
        found = self._absolute(html.unescape(value.strip("\"'")), image=name.lower() == "src")
        return match[0] if found is None else f'{name}{equals}"{html.escape(found)}"'

    def _absolute(self, destination: str, *, image: bool) -> str | None:
        """Return what to write instead of a destination; None to leave it."""
        if _runs(destination):
            return NOWHERE
        if not destination or destination.startswith(("#", "//")) or _SCHEME.match(destination):
            return None
        found = self.resolve(destination, image)
        return None if found is None else quote(found, safe=_KEPT)


def _runs(destination: str) -> bool:
    return _SCRIPT.match(_DROPPED.sub("", destination)) is not None
