"""The change set counts, compares and withholds its changes as reports and ``apply`` rely on."""

from __future__ import annotations

from dataclasses import replace

from techmap_sync.sync.change_set import APPROVED, APPROVED_WITH_ERRORS, NOT_APPROVED, ChangeSet, MapChanges
from techmap_sync.sync.changes import Action, Create, Skip, Update
from techmap_sync.sync.ticket_fields import FieldEdit
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
