"""Where a map comes from, and how its text points back there."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from techmap_sync.planning.neutralize import neutralize
from techmap_sync.planning.templates import code_span


@dataclass(frozen=True, slots=True)
class WebFiles:
    """How the files of one commit are reached on the web."""

    page: str
    """What stands before a path on the address of a file's page, ``https://github.com/o/r/blob/<commit>/``."""
    raw: str
    """The same for the file itself, which images need."""
    lines: str
    """How a range of lines is named behind the address: ``#L{first}-L{last}``."""


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

    def describe(self, first: int = 0, last: int = 0) -> str:
        """Return a line of Markdown that says where a text comes from.

        :param first: first line in the file, counted from 1; 0 for the whole file.
        :param last: last line.
        """
        name = code_span(neutralize(self.path))
        lines = f", line {first}" if first and last <= first else f", lines {first} to {last}" if first else ""
        if self.web is None or self.is_pending:
            return f"{name}{lines}"
        anchor = self.web.lines.format(first=first, last=max(first, last)) if first else ""
        commit = f", commit {code_span(self.commit[:12])}" if self.commit else ""
        return f"[{name}{lines}]({self.web.page}{quote(self._stored)}{anchor}){commit}"

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
