"""A text that is too long for the tracker is cut, never the marker, and says where the rest stands."""

from __future__ import annotations

from dataclasses import replace

from techmap_sync.planning.task import TaskSpec
from techmap_sync.sync.fallback import NOTICE, fitted
from techmap_sync.sync.tracker import Capabilities
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, plan, task
from tests.sync.drive import planned, push

SMALL = Capabilities(body_limit=6_000)
LONG = task("Store", sections={"purpose": "Keeps tokens.", "detail": "A line of detail.\n" * 2_000})


def texts(spec: TaskSpec) -> dict[str, str]:
    return {section.name: section.text for section in spec.sections}


def test_the_longest_section_is_cut_at_a_line_and_the_others_stay() -> None:
    cut = texts(fitted(LONG, SMALL))
    assert cut["purpose"] == "Keeps tokens."
    assert cut["detail"].endswith(f"A line of detail.\n\n{NOTICE}")
    assert 4_000 < len(cut["detail"]) < 6_000


def test_what_fits_stays_as_it_is() -> None:
    assert fitted(LONG, Capabilities()) == LONG


def test_a_fence_that_is_cut_is_closed() -> None:
    code = "````python\n" + "print(1)\n```\n" * 2_000 + "````"
    cut = texts(fitted(task("Store", sections={"detail": code}), SMALL))["detail"]
    assert cut.endswith(f"\n````\n\n{NOTICE}")


def test_a_push_finds_room_beside_what_people_wrote_and_a_second_one_changes_nothing() -> None:
    tracker = MemoryTracker(SMALL)
    push(tracker, plan(LONG))
    body = tracker.tickets["2"].body
    assert len(body) <= SMALL.body_limit
    assert NOTICE in body
    assert not planned(tracker, plan(LONG)).changes
    assert not planned(tracker, plan(LONG), replace(POLICY, refresh=True)).writes
    tracker.edit("2", body=f"{body}\n" + "Mine. " * 50)
    changed = task("Store", sections={**texts(LONG), "purpose": "Keeps tokens for long."})
    push(tracker, plan(changed))
    assert "Keeps tokens for long." in tracker.tickets["2"].body
    assert tracker.tickets["2"].body.endswith("Mine. " * 50)
