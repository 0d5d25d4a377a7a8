"""Search all short histories of a small world: ``make explore``.

Prints how many states there are, and each broken promise as a story.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tests.explore import one_document, two_documents
from tests.explore.kept import remembering
from tests.explore.search import Event, Found, search


@dataclass(frozen=True, slots=True)
class Subject:
    """What is searched: a world as it begins, and what may happen there."""

    start: Callable[[], Any]
    events: Callable[[Any], Iterable[Event[Any]]]


WORLDS = {
    "two documents": Subject(two_documents.TwoDocuments.pushed, two_documents.all_events),
    "one document, not pushed yet": Subject(one_document.OneDocument.empty, one_document.all_events),
    "one document": Subject(one_document.OneDocument.pushed, one_document.all_events),
    "one document, nothing fails": Subject(one_document.OneDocument.pushed, one_document.undisturbed_events),
}
"""The cheapest first. Only in the last one is no push killed, refused, left without an answer or overtaken."""
SHOWN = 20
"""Stories that are printed."""


def explored(world: str, depth: int, processes: int = 1, progress: Callable[[str], None] = lambda _: None) -> Found:
    """Search one of the worlds.

    :param depth: the number of events in the longest history.
    """
    subject = WORLDS[world]
    with remembering():
        return search(subject.start(), subject.events, depth, progress, processes)


def first_story(depth: int) -> int:
    """Print the story of the first broken promise, the shortest histories of all worlds first."""
    for length in range(1, depth + 1):
        for subject in WORLDS.values():
            try:
                with remembering():
                    found = search(subject.start(), subject.events, length, stop_at_first=True, last_is_run=False)
            except AssertionError as error:
                print(f"0. the first push\n=> {error}")
                return 1
            if found.stories:
                print(found.stories[0])
                return 1
    return 0


def main() -> int:
    """Search, and fail when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--depth", type=int, default=3)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--world", choices=WORLDS, action="append")
    parser.add_argument("--first", action="store_true", help="end with the first broken promise, whatever the world")
    asked = parser.parse_args()
    # Nothing here is a circle that is worth the time to look for it.
    gc.disable()
    if asked.first:
        return first_story(asked.depth)
    broken = 0
    for world in asked.world or WORLDS:
        print(f"{world}:", flush=True)
        begin = time.monotonic()
        found = explored(world, asked.depth, asked.processes, lambda line: print(f"  {line}", flush=True))
        for story in found.stories[:SHOWN]:
            print(f"\n{story}")
        broken += len(found.stories)
        print(f"  {sum(found.states)} states, {found.steps} steps, {time.monotonic() - begin:.0f} s\n", flush=True)
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
