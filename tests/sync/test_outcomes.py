"""How long a push takes is told beforehand by the pace that the server allows."""

from __future__ import annotations

import pytest

from techmap_sync.sync.change_set import ChangeSet, MapChanges, seconds_to_apply
from techmap_sync.sync.changes import Change, Create, Link, Update
from techmap_sync.sync.tracker import Capabilities, EdgeKind
from tests.sync.build import task

GITHUB = Capabilities(seconds_per_write=1.0, creations_per_hour=500)


def changes(creates: int, updates: int = 0) -> ChangeSet:
    spec = task("Store")
    made: list[Change] = [
        *(Create(str(n), "", spec=spec) for n in range(creates)),
        *[Update("u", "", spec=spec)] * updates,
    ]
    return ChangeSet("memory", (MapChanges("login", "login.md", True, changes=tuple(made)),))


@pytest.mark.parametrize(
    ("creates", "updates", "seconds"),
    [(0, 0, 0), (20, 5, 25), (500, 0, 500), (501, 0, 3601), (500, 4000, 4500), (1200, 0, 2 * 3600 + 200)],
)
def test_an_hours_creations_are_waited_for(creates: int, updates: int, seconds: float) -> None:
    assert seconds_to_apply(changes(creates, updates), GITHUB) == seconds


def test_links_that_share_a_request_share_its_time() -> None:
    links = tuple(Link(str(n), "", edge=EdgeKind.BLOCKED_BY, target="t") for n in range(25))
    wanted = ChangeSet("memory", (MapChanges("login", "login.md", True, changes=links),))
    assert seconds_to_apply(wanted, Capabilities(seconds_per_write=1.0)) == 25
    assert seconds_to_apply(wanted, Capabilities(seconds_per_write=1.0, links_at_once=10)) == 3


def test_a_folder_takes_no_time() -> None:
    assert seconds_to_apply(changes(1200), Capabilities()) == 0
