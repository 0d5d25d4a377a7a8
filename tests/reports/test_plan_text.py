"""A plan as text, with one of everything that it has to show."""

from __future__ import annotations

from techmap_sync.reports.plan_text import plan_text
from tests.reports.changes import change_set, golden


def test_a_plan_shows_everything_and_what_is_left_alone() -> None:
    shown = plan_text(change_set()).plain
    assert shown == golden("plan.txt", shown)
    assert "skip     17  Alone: " in shown
