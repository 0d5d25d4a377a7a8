"""Links and images of a map, made absolute: a ticket is not in the folder of the files that the map points to."""

from __future__ import annotations

import html
import posixpath
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from techmap_sync.documents.words import Words
from techmap_sync.patterns import lazy
from techmap_sync.planning.escape import code_span, neutralize
from techmap_sync.planning.escape_fences import read_fence
from techmap_sync.planning.escape_inline import DEFINITION, TARGET, Kind, cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Resolve = Callable[[str, bool], str | None]

_BRACKET = lazy(r"\\.|!?\[|\]")
_IMAGE_LABEL = lazy(r"!\[(?:[^\[\]\\]|\\.)*+\]\[([^\[\]]+)\]|!\[([^\[\]]+)\](?![\[(])")
_LABEL = lazy(r"\[(.+)\]")
_TAG_LINK = lazy(r"""(?i)(?<=\s)(href|src)(\s*+=\s*+)("[^"]*"|'[^']*'|[^\s"'>]++)""")
_ESCAPE = lazy(r"\\([!-/:-@\[-`{-~])")
_SCHEME = lazy(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SCRIPT = lazy(r"(?:javascript|vbscript|data):", re.IGNORECASE)
# What browsers drop from an address before they look at its scheme (WHATWG URL, "basic URL parser").
_DROPPED = lazy(r"[\x00-\x20]")
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
        """Yield the pieces of the next line, with the targets of its links rewritten."""
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


@dataclass(frozen=True, slots=True)
class WebFiles:
    """How the files of one commit are reached on the web."""

    page: str
    """The address of a file's page up to its path, ``https://github.com/o/r/blob/<commit>/``."""
    raw: str
    """The same for the file itself, which images need."""
    lines: str
    """How a range of lines is named after the address: ``#L{first}-L{last}``."""


@dataclass(frozen=True, slots=True)
class MapSource:
    """The file that a map was read from."""

    path: str
    """Path within the repository, with ``/``."""
    commit: str = ""
    """Full hash; empty outside a repository."""
    web: WebFiles | None = None
    """None where the repository has no address on the web."""
    path_in_commit: str = ""
    """The same path as the commit spells it, where that is another Unicode form."""
    is_pending: bool = False
    """The commit lacks this text, so that links to its lines have to wait for the next one."""

    def describe(self, words: Words, first: int = 0, last: int = 0) -> str:
        """Return a sentence of Markdown that says where a text comes from.

        :param words: of its language.
        :param first: first line in the file, counted from 1; 0 for the whole file.
        :param last: last line.
        """
        said = self._named(words, first, last)
        name, stop = said[:-1], said[-1:]
        is_linked = self.web is not None and not self.is_pending
        commit = words.phrase("commit", text=code_span(self.commit[:12])) if self.commit and is_linked else ""
        return f"{self._linked(name, first, last)}{commit}{stop}"

    def beside(self, path: str) -> MapSource:
        """Return the source of another file of the same commit."""
        return replace(self, path=path, path_in_commit="")

    def link(self, words: Words, first: int = 0, last: int = 0) -> str:
        """Return the same without the commit and the full stop."""
        return self._linked(self._named(words, first, last)[:-1], first, last)

    def _named(self, words: Words, first: int, last: int) -> str:
        pattern = "whole source" if not first else "source line" if last <= first else "source lines"
        return words.phrase(pattern, text=_shown(self.path), a=first, b=last)

    def _linked(self, name: str, first: int, last: int) -> str:
        if self.web is None or self.is_pending:
            return name
        anchor = self.web.lines.format(first=first, last=max(first, last)) if first else ""
        return f"[{name}]({self.web.page}{quote(self._stored)}{anchor})"

    def resolve(self, destination: str, image: bool = False) -> str | None:
        """Return the absolute address of a link in the map, or None when there is none.

        :param destination: as written: relative to the map, or from the root of the repository with a leading ``/``.
        :param image: the address of the file itself is wanted, not of its page.
        """
        if self.web is None:
            return None
        parts = urlsplit(destination)
        start = "" if parts.path.startswith("/") else posixpath.dirname(self._stored)
        path = posixpath.normpath(posixpath.join(start, unquote(parts.path).lstrip("/")))
        if path.startswith("..") or (self.is_pending and path == self._stored):
            return None
        fragment = f"#{parts.fragment}" if parts.fragment else ""
        return f"{self.web.raw if image else self.web.page}{quote(path)}{fragment}"

    @property
    def _stored(self) -> str:
        return self.path_in_commit or self.path


@lru_cache(maxsize=64)
def _shown(path: str) -> str:
    """Return how a text names a file; a ticket may link to thousands of lines of the same one."""
    return code_span(neutralize(path))
