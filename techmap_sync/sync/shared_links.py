"""Links of all maps of a run, as many in one request as the tracker accepts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from techmap_sync.sync.change_set import Outcome
from techmap_sync.sync.changes import Link, LinkWrite, Unlink
from techmap_sync.sync.map_writer import MapWriter
from techmap_sync.sync.tracker import EdgeKind, Tracker


class SharedLinks:
    """Links that wait until a request is full."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._waiting: dict[EdgeKind, list[tuple[MapWriter, Link]]] = {}

    def write(self, writer: MapWriter, links: Iterable[LinkWrite]) -> Iterator[Outcome]:
        """Remove links of a map, and add those that fill a request; the others wait for more."""
        for link in links:
            match link:
                case Unlink():
                    yield from writer.unlink(link)
                case Link(edge=kind):
                    self._waiting.setdefault(kind, []).append((writer, link))
                    if len(self._waiting[kind]) >= self._tracker.capabilities.links_at_once:
                        yield from self._send(kind)
                case _:
                    assert_never(link)

    def finish(self) -> Iterator[Outcome]:
        """Add the links that still wait."""
        for kind in tuple(self._waiting):
            yield from self._send(kind)

    def has_links_of(self, writer: MapWriter) -> bool:
        """Return whether links of a map still wait."""
        return any(each is writer for some in self._waiting.values() for each, _ in some)

    def _send(self, kind: EdgeKind) -> Iterator[Outcome]:
        """Add links of one kind; what a request for several does not confirm is added by itself."""
        some = self._waiting.pop(kind)
        edges = [edge for writer, link in some if (edge := writer.edge_of(link))]
        at_once = len(edges) > 1 and self._tracker.capabilities.links_at_once > 1
        done = self._tracker.link_many(edges) if at_once else frozenset()
        for writer, link in some:
            yield from writer.link_unless(done, link)
