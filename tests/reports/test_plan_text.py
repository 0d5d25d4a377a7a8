"""A plan as text, with one of everything that it has to show."""

from __future__ import annotations

from techmap_sync.reports.plan_text import plan_text
from tests.reports.changes import assigned, change_set, golden


def test_a_plan_shows_everything_and_what_is_left_alone() -> None:
    shown = plan_text(change_set()).plain
    assert shown == golden("plan.txt", shown)
    assert "skip     17  Alone: " in shown


def test_the_first_plan_explains_its_signs_in_one_line() -> None:
    shown = plan_text(change_set(), is_first=True).plain
    assert shown == golden("first-plan.txt", shown)
    assert len(shown.splitlines()) == len(plan_text(change_set()).plain.splitlines()) + 1


def test_a_graph_takes_one_line_whose_numbers_are_those_of_the_graph() -> None:
    shown = plan_text(change_set()).plain
    (line,) = (line for line in shown.splitlines() if "graph" in line)
    assert line.split()[-6:] == ["arrows", "->", "2", "tasks,", "1", "arrow"]
    assert "-->" not in shown


def test_a_new_ticket_names_its_people() -> None:
    assert "assigned to sara, tom" in plan_text(assigned("@sara", "tom")).plain
    assert "assigned" not in plan_text(assigned()).plain
