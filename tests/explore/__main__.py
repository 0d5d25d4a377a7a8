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
from pathlib import Path
from typing import Any

from benchmarks import histories
from tests.explore import earlier_edition, everywhere, one_document, other_runners, side_by_side, two_documents
from tests.explore.kept import remembering
from tests.explore.search import Event, Found, Story, Ways, lengthening, search


@dataclass(frozen=True, slots=True)
class Subject:
    """What is searched: a world as it begins, and what may happen there."""

    start: Callable[[], Any]
    events: Callable[[Any], Iterable[Event[Any]]]
    first_length: int = 1
    """When worlds are searched in turn for one finding: how long the histories of the others are when this one begins;
    0 for a world that is a part of another one."""
    runs: Callable[[Any], Iterable[Event[Any]]] | None = None
    """Which of that may happen last, where that is cheaper than to look at all of it."""


WORLDS = {
    "one document": Subject(one_document.OneDocument.pushed, one_document.all_events, runs=one_document.run_events),
    "two documents": Subject(two_documents.TwoDocuments.pushed, two_documents.all_events),
    "one document, not pushed yet": Subject(
        one_document.OneDocument.empty, one_document.all_events, 2, one_document.run_events
    ),
    "earlier edition": Subject(
        earlier_edition.EarlierEdition.recorded, earlier_edition.all_events, 3, one_document.run_events
    ),
    "families side by side": Subject(
        side_by_side.SideBySide.pushed, side_by_side.all_events, 4, side_by_side.run_events
    ),
    "one document, other runners": Subject(
        other_runners.OtherRunners.pushed, other_runners.all_events, 4, one_document.run_events
    ),
    "one document, nothing fails": Subject(
        one_document.OneDocument.pushed, one_document.undisturbed_events, 0, one_document.run_events
    ),
}
"""Only in the last one is no push killed, refused, left without an answer or overtaken."""
SHOWN = 20
"""Stories that are printed."""
STORIES = Path("build/explore")
"""Where all of them are, each from the moment when it is found: a search may take an hour."""


def explored(
    world: str,
    depth: int,
    processes: int = 1,
    progress: Callable[[str], None] = lambda _: None,
    told: Callable[[Story], object] = lambda _: None,
    before_last: Ways = list,
    containing: str = "",
) -> Found:
    """Search one of the worlds.

    :param depth: the number of events in the longest history.
    :param told: takes each story of a broken promise as soon as it is found.
    :param before_last: chooses the states after which the last event is tried.
    :param containing: as for ``search``.
    """
    subject = WORLDS[world]
    with remembering():
        start, runs = subject.start(), subject.runs
        return search(
            start,
            subject.events,
            depth,
            progress,
            processes,
            runs=runs,
            told=told,
            before_last=before_last,
            containing=containing,
        )


def first_story(depth: int) -> int:
    """Print the story of the first broken promise, the shortest histories of all worlds first."""
    subjects = [each for each in WORLDS.values() if each.first_length]
    with remembering():
        try:
            searches = [lengthening(each.start(), each.events, portion=5) for each in subjects]
        except AssertionError as error:
            print(f"0. the first push\n=> {error}")
            return 1
        for length in range(1, depth + 1):
            for each, lengths in zip(subjects, searches, strict=True):
                if length >= each.first_length and (stories := next(lengths).stories):
                    print(stories[0])
                    return 1
    return 0


def same_everywhere(most: int) -> int:
    """Play short histories on every tracker, over HTTP where it has a server, and print which end differently."""
    begin, number = time.monotonic(), 0
    for story in everywhere.differing(most):
        print(f"{story}\n", flush=True)
        number += 1
    seconds = round(time.monotonic() - begin)
    print(f"{most} of {len(everywhere.CASES)} histories, {number} end differently, {seconds} s")
    histories.record(
        "everywhere", "two events", tried=most, all=len(everywhere.CASES), differing=number, seconds=seconds
    )
    return bool(number)


def main() -> int:
    """Search, and fail when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--depth", type=int, default=3)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--world", choices=WORLDS, action="append")
    parser.add_argument("--containing", default="", metavar="EVENT", help="search only histories in which this happens")
    parser.add_argument("--first", action="store_true", help="end with the first broken promise, whatever the world")
    parser.add_argument("--everywhere", type=int, metavar="N", help="play N histories on every tracker instead")
    asked = parser.parse_args()
    if asked.everywhere:
        return same_everywhere(asked.everywhere)
    # Nothing here is a circle that is worth the time to look for it.
    gc.disable()
    if asked.first:
        return first_story(asked.depth)
    broken = 0
    for world in asked.world or WORLDS:
        print(f"{world}:", flush=True)
        begin = time.monotonic()
        told = STORIES / f"{world.replace(' ', '-')}.txt"
        told.parent.mkdir(parents=True, exist_ok=True)
        with told.open("w", encoding="utf-8", buffering=1) as file:
            try:
                found = explored(
                    world,
                    asked.depth,
                    asked.processes,
                    lambda line: print(f"  {line}", flush=True),
                    lambda story, file=file: file.write(f"{story}\n\n"),  # type: ignore[misc]
                    containing=asked.containing,
                )
            except ValueError as error:
                parser.error(str(error))
        seconds = round(time.monotonic() - begin)
        for story in found.stories[:SHOWN]:
            print(f"\n{story}")
        if len(found.stories) > SHOWN:
            print(f"\nall {len(found.stories)} stories are in {told}\n")
        broken += len(found.stories)
        print(f"  {sum(found.states)} states, {found.steps} steps, {seconds} s\n", flush=True)
        which = f", {asked.containing}" if asked.containing else ""
        name = f"{world}{which}: up to {asked.depth} events"
        counts = {"states": sum(found.states), "steps": found.steps, "broken": len(found.stories)}
        histories.record("searched", name, **counts, seconds=seconds)
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
