"""The change set counts, compares and withholds its changes as reports and ``apply`` rely on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.sync.change_set import (
    APPROVED,
    APPROVED_WITH_ERRORS,
    NOT_APPROVED,
    ChangeSet,
    MapChanges,
    seconds_to_apply,
)
from techmap_sync.sync.changes import Action, Change, Create, Link, Skip, Update
from techmap_sync.sync.ticket_fields import FieldEdit
from techmap_sync.sync.tracker import Capabilities, EdgeKind
from tests.sync.build import MAP, TRACKING, task

SPEC, MAP_SPEC = task("Store"), replace(task("map"), key=TRACKING)
CREATE = Create(SPEC.key, SPEC.title, spec=SPEC)
TRACK = Create(TRACKING, "Implement Login", spec=MAP_SPEC)
NOTE = Skip(SPEC.key, SPEC.title, reason="this server has no sub-issues", lasting=True)
CHANGES = MapChanges(MAP, "docs/login.md", True, changes=(TRACK, CREATE, NOTE), tracking_key=TRACKING)


def test_a_refused_map_writes_nothing_and_still_shows_its_changes() -> None:
    refused = replace(CHANGES, refusals=("too many",))
    assert CHANGES.writes == (TRACK, CREATE)
    assert (refused.writes, refused.steps) == ((), 0)
    assert refused.changes == CHANGES.changes


def test_a_new_tracking_ticket_is_written_again_for_its_ledger() -> None:
    assert CHANGES.steps == len(CHANGES.writes) + 1
    assert replace(CHANGES, changes=(CREATE,)).steps == 1


def test_what_a_tracker_cannot_hold_is_no_drift() -> None:
    assert NOTE not in ChangeSet("memory", (CHANGES,)).drift
    assert (
        replace(NOTE, lasting=False)
        in ChangeSet("memory", (replace(CHANGES, changes=(replace(NOTE, lasting=False),)),)).drift
    )


def test_counts_name_every_action() -> None:
    counts = ChangeSet("memory", (CHANGES,)).counts()
    assert counts.keys() == set(Action)
    assert (counts["create"], counts["skip"], counts["close"]) == (2, 1, 0)


def test_the_digest_tells_plans_apart_by_what_they_write() -> None:
    def digest(after: str) -> str:
        update = Update(SPEC.key, SPEC.title, "2", spec=SPEC, edits=(FieldEdit("title", "before", after),))
        return ChangeSet("memory", (replace(CHANGES, changes=(update,)),)).digest()

    assert digest("after") == digest("after")
    assert digest("after") != digest("other")


def test_a_map_says_how_far_its_approval_is() -> None:
    says = [replace(CHANGES, approved=approved, ready=ready).standing for approved, ready in ALL]
    assert says == [APPROVED, APPROVED, APPROVED_WITH_ERRORS, NOT_APPROVED]


ALL = [(True, True), (True, False), (False, True), (False, False)]

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
