"""What every history of two events makes the next push do is recorded: a change of behaviour shows there, line by line.

The promises are checked as well (``test_worlds.py``); the record also holds what no promise is about. UPDATE_GOLDEN=1
records what happens now, after it was changed on purpose.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.sync.change_set import ChangeSet
from tests.explore.__main__ import WORLDS
from tests.explore.fingerprints import unnumbered
from tests.explore.kept import forget_everything
from tests.explore.side_by_side import ALL
from tests.explore.tracker import OneTracker
from tests.explore.two_documents import TwoDocuments
from tests.sampling import sampling
from tests.sync.scene import FREE

TEXT = re.compile(r'"text":"\w*"')
"""Digest of a document that these tests make from what has no order."""
RECORDS = Path(__file__).with_name("records")


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


def recorded(world: str) -> dict[str, str]:
    """Return what is recorded, by the first event of the histories."""
    if not file_of(world).exists():
        return {}
    sections = file_of(world).read_text("utf-8").split("\n\n")
    return {each.partition("\n")[0]: each.strip("\n") for each in sections}


CASES = [(world, first) for world in RECORDED for first in recorded(world)]


def section(world: str, first: str) -> str:
    """Return what the histories do that begin with an event: a line for each, and a digest of all their tickets."""
    forget_everything()
    subject, how = WORLDS[world], RECORDED[world]
    start = subject.start()
    event = next(each for each in subject.events(start) if each.name == first)
    event.act(start)
    lines, tickets = [first], blake2b(digest_size=6)
    for second in subject.events(start):
        after = start.copy()
        second.act(after)
        lines.append(f"  {second.name}: {'; '.join(said(how.shown(after))) or '-'}")
        how.push(after)
        tickets.update(how.tickets(after).encode())
    return "\n".join([*lines, f"  = {tickets.hexdigest()}"])


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


@pytest.mark.parametrize(("world", "first"), sampling.spread("beginnings of recorded histories", CASES, 9))
def test_a_history_does_what_is_recorded(world: str, first: str) -> None:
    assert section(world, first) == recorded(world)[first], "what was changed on purpose: UPDATE_GOLDEN=1"


@pytest.mark.parametrize("world", RECORDED)
def test_every_history_is_recorded(world: str) -> None:
    firsts = [each.name for each in WORLDS[world].events(WORLDS[world].start())]
    if os.environ.get("UPDATE_GOLDEN"):
        RECORDS.mkdir(exist_ok=True)
        file_of(world).write_text("\n\n".join(section(world, each) for each in firsts) + "\n", "utf-8")
    assert list(recorded(world)) == firsts
