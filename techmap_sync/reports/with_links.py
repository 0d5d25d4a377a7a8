"""The order in which reports show changes: links stand below what happens to their ticket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from techmap_sync.syncing.changes import Change


def with_links(changes: Iterable[Change]) -> Iterator[tuple[Change | None, Sequence[Change]]]:
    """Yield each change of a ticket with the changes of its links; links of untouched tickets come last, with None."""
    listed = tuple(changes)
    links: dict[str, list[Change]] = {}
    for change in listed:
        if change.edge is not None:
            links.setdefault(change.key, []).append(change)
    for change in listed:
        if change.edge is None:
            yield change, links.pop(change.key, ())
    yield from ((None, rest) for rest in links.values())
