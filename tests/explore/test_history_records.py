"""What every history of two events makes the next push do is recorded: a change of behaviour shows there, line by line.

The promises are checked as well (``test_worlds.py``); the record also holds what no promise is about, and the words in
which the pushes say why. UPDATE_GOLDEN=1 records what happens now, after it was changed on purpose.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from itertools import zip_longest
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.sync.change_set import ChangeSet
from tests.explore.__main__ import WORLDS
from tests.explore.fingerprints import NUMBER, unnumbered
from tests.explore.kept import forget_everything
from tests.explore.side_by_side import ALL
from tests.explore.tracker import OneTracker
from tests.explore.two_documents import TwoDocuments
from tests.sampling import sampling
from tests.sync.scene import FREE

TEXT = re.compile(r'"text":"\w*"')
"""Digest of a document that these tests make from what has no order."""
RECORDS = Path(__file__).with_name("records")
REASONS = "the reasons that these pushes give"
"""What stands above them in a record."""
NAMES = {
    NUMBER: "NUMBER",
    re.compile(r"\b[\w-]+/(component|task|tracking)/[\w-]+"): "KEY",
    re.compile(r'(map|ticket|child of|blocked by|blocked by #NUMBER) "[^"]+"'): r'\1 "NAME"',
}
"""What differs between reasons of the same kind."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A world whose histories are recorded."""

    shown: Callable[[Any], ChangeSet]
    """What its next push would do."""
    push: Callable[[Any], object]
    tracker: Callable[[Any], OneTracker] = attrgetter("tracker")

    def tickets(self, world: Any) -> str:
        """Return what all tickets say, without numbers."""
        return TEXT.sub("", "".join(map(unnumbered, self.tracker(world).tickets.values())))


RECORDED = {
    "one document": Recorded(lambda world: world.planned(FREE), lambda world: world.push(FREE)),
    "two documents": Recorded(TwoDocuments.shown, TwoDocuments.push),
    "families side by side": Recorded(
        lambda world: world.together.planned(world.edits, FREE, ALL),
        lambda world: world.together.push(world.edits, FREE),
        attrgetter("together.tracker"),
    ),
}


def file_of(world: str) -> Path:
    return RECORDS / f"{world.replace(' ', '-')}.txt"


@cache
def recorded(world: str) -> dict[str, str]:
    """Return what is recorded, by the first event of the histories."""
    if not file_of(world).exists():
        return {}
    sections = file_of(world).read_text("utf-8").split("\n\n")
    return {each.partition("\n")[0]: each.strip("\n") for each in sections}


CASES = [(world, first) for world in RECORDED for first in recorded(world) if first != REASONS]


@dataclass(frozen=True, slots=True)
class History:
    """What the push after two events does."""

    line: str
    """The second event, what is done, and a digest of all tickets."""
    reasons: frozenset[str]
    """Why, without names."""


def histories(world: str, first: str, chosen: slice = slice(None)) -> Iterator[History]:
    """Yield each history that begins with an event.

    :param chosen: which of them
    """
    forget_everything()
    subject, how = WORLDS[world], RECORDED[world]
    start = subject.start()
    event = next(each for each in subject.events(start) if each.name == first)
    event.act(start)
    for second in [*subject.events(start)][chosen]:
        after = start.copy()
        second.act(after)
        shown = how.shown(after)
        how.push(after)
        tickets = blake2b(how.tickets(after).encode(), digest_size=4).hexdigest()
        yield History(f"  {second.name}: {'; '.join(said(shown)) or '-'} = {tickets}", frozenset(reasons_of(shown)))


def differs(world: str, first: str, chosen: slice = slice(None)) -> str:
    """Return the first history that does not what is recorded, or nothing."""
    known, reasons = (recorded(world)[each].splitlines()[1:] for each in (first, REASONS))
    for now, before in zip_longest(histories(world, first, chosen), known[chosen]):
        if now is None or now.line != before:
            return f"{now and now.line}\n{before}"
        if new := now.reasons.difference(reasons):
            return f"{now.line}: {new}"
    return ""


def said(shown: ChangeSet) -> Iterator[str]:
    """Yield what a push would do, without what people read."""
    for of_map in shown.maps:
        if of_map.refusals:
            yield f"{of_map.map_id} is refused"
        for change in of_map.changes:
            target = getattr(change, "target", "")
            reason = getattr(change, "close_reason", None)
            words = (change.action, change.key, target, *change.fields, reason.value if reason else "")
            yield " ".join(str(word) for word in words if word)


def reasons_of(shown: ChangeSet) -> Iterator[str]:
    """Yield why a push would do it, without numbers and names."""
    for of_map in shown.maps:
        for reason in (*of_map.refusals, *of_map.notes, *(change.reason for change in of_map.changes)):
            if reason:
                yield f"  {without_names(reason)}"


def without_names(reason: str) -> str:
    for name, instead in NAMES.items():
        reason = name.sub(instead, reason)
    return reason


@pytest.mark.parametrize(("world", "first"), sampling.spread("beginnings of recorded histories", CASES, 9))
def test_a_history_does_what_is_recorded(world: str, first: str) -> None:
    assert not differs(world, first), "what was changed on purpose: UPDATE_GOLDEN=1"


@pytest.mark.parametrize("world", RECORDED)
def test_every_history_is_recorded(world: str) -> None:
    firsts = [each.name for each in WORLDS[world].events(WORLDS[world].start())]
    if os.environ.get("UPDATE_GOLDEN"):
        RECORDS.mkdir(exist_ok=True)
        record(world, firsts)
    assert list(recorded(world)) == [*firsts, REASONS]


def record(world: str, firsts: list[str]) -> None:
    found = {first: [*histories(world, first)] for first in firsts}
    sections = {first: [each.line for each in those] for first, those in found.items()}
    sections[REASONS] = sorted({reason for those in found.values() for each in those for reason in each.reasons})
    text = "\n\n".join("\n".join([first, *lines]) for first, lines in sections.items())
    file_of(world).write_text(text + "\n", "utf-8")
    recorded.cache_clear()
