"""The document of ``status``, and the numbers that every form of it shows."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from techmap_sync.reports.status_report import attention, doctor_text, share, status_markdown, status_text
from techmap_sync.sync.tracker import Finding
from tests.reports.standings import hostile, many


def numbers(**counts: int) -> dict[str, Any]:
    return {"done": 0, "total": 0, "blocked": 0, "drifted": 0, "conflicts": 0, **counts}


@pytest.mark.parametrize(("done", "total", "said"), [(0, 0, "no tasks"), (199, 200, "99 %"), (3, 3, "100 %")])
def test_a_share_is_100_only_when_nothing_is_left(done: int, total: int, said: str) -> None:
    assert share(numbers(done=done, total=total)) == said


def test_what_needs_a_person_is_counted() -> None:
    assert attention(numbers()) == ""
    assert attention(numbers(blocked=2, conflicts=1)) == "2 blocked, 1 conflict"


def test_the_counts_of_all_maps_are_those_of_each_together() -> None:
    document = many(4, 10)
    assert document["counts"]["maps"] == 4
    for name in ("total", "done", "blocked", "drifted", "conflicts"):
        assert document["counts"][name] == sum(each["counts"][name] for each in document["maps"])


def test_each_map_is_one_row_in_markdown() -> None:
    rows = [line for line in status_markdown(many(4, 10)).split("\n") if line.startswith("| Feature")]
    assert len(rows) == 4


def test_no_text_from_outside_reaches_the_terminal_as_a_control() -> None:
    console = Console(width=200, record=True, color_system=None, file=None)
    with console.capture() as captured:
        console.print(status_text(hostile()))
    assert not {"\x1b", "\u202e", "\u2028"} & set(captured.get())


def test_a_check_of_a_tracker_is_one_line_without_its_secret() -> None:
    said = doctor_text("memory", [Finding("token", True, "works"), Finding("rights", False, "ghp_" + "a" * 36)]).plain
    assert len(said.split("\n")) == 3
    assert "ghp_" + "a" * 36 not in said
