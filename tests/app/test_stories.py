"""Epics and their stories through the commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.run import Program, on_github, on_gitlab
from tests.app.test_specs import copied, with_families
from tests.families.gold import golds
from tests.simulators.github import GitHub
from tests.simulators.gitlab import Simulator as GitLab

V6 = "_bmad-output/implementation-artifacts"


@pytest.fixture
def visits(program: Program) -> Program:
    """A repository with two epics."""
    copied(program, golds("bmad")[0].repository)
    with_families(program, "bmad")
    return program


def tickets(program: Program) -> dict[str, str]:
    return {
        path.stem.partition(" - ")[2]: path.read_text("utf-8") for path in (program.folder / "backlog/tasks").glob("*")
    }


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_stories_that_are_released_become_tickets_once(visits: Program) -> None:
    assert visits("push").code == 0
    assert sorted(tickets(visits)) == [
        "Implement-Booking-a-visit",
        "Implement-Guides-and-rooms",
        "Plan-the-guides-week",
        "Remind-the-class",
        "Reserve-a-slot",
    ]
    before = tickets(visits)
    assert visits("plan", "--exit-code").code == 0
    assert visits("push").code == 0 and tickets(visits) == before
    reserve = before["Reserve-a-slot"]
    assert f"`{V6}/1-2-reserve-a-slot.md`" in reserve and "1-3-remind" not in reserve
    assert "**AC2**: A reservation holds" in reserve


def test_a_story_that_is_released_later_gets_its_ticket_then(visits: Program) -> None:
    assert visits("push").code == 0
    edited(
        visits.folder / V6 / "sprint-status.yaml",
        "1-4-cancel-and-refill: backlog",
        "1-4-cancel-and-refill: ready-for-dev",
    )
    assert visits("push").code == 0
    assert "Cancel-and-refill" in tickets(visits)


def test_a_story_that_goes_back_keeps_its_ticket_as_it_is(visits: Program) -> None:
    assert visits("push").code == 0
    before = tickets(visits)["Remind-the-class"]
    edited(
        visits.folder / V6 / "sprint-status.yaml",
        "1-3-remind-the-class: ready-for-dev",
        "1-3-remind-the-class: backlog",
    )
    edited(visits.folder / V6 / "1-3-remind-the-class.md", "Never remind twice", "Never remind three times")
    ended = visits("push", "--format", "json")
    assert ended.code == 0 and tickets(visits)["Remind-the-class"] == before


def test_a_story_that_is_done_closes_its_ticket_whatever_its_boxes_say(visits: Program) -> None:
    assert visits("push").code == 0
    edited(visits.folder / V6 / "sprint-status.yaml", "1-2-reserve-a-slot: in-progress", "1-2-reserve-a-slot: done")
    assert visits("push").code == 0
    assert "status: Done" in tickets(visits)["Reserve-a-slot"]
    assert visits("plan", "--exit-code").code == 0


def test_statuses_that_cannot_be_read_write_nothing(visits: Program) -> None:
    (visits.folder / V6 / "sprint-status.yaml").write_text("development_status: [", encoding="utf-8")
    assert visits("push").code == 0
    assert not (visits.folder / "backlog" / "tasks").exists() or not tickets(visits)


def test_completed_stories_tick_their_own_files(visits: Program) -> None:
    assert visits("push").code == 0
    before = {path: path.read_bytes() for path in (visits.folder / V6).glob("*")}
    (ticket,) = (visits.folder / "backlog/tasks").glob("*Reserve-a-slot*")
    edited(ticket, "status: To Do", "status: Done")
    assert visits("pull", "--write").code == 0
    changed = {path.name: path.read_bytes() for path, content in before.items() if path.read_bytes() != content}
    assert list(changed) == ["1-2-reserve-a-slot.md"]
    story = before[visits.folder / V6 / "1-2-reserve-a-slot.md"]
    tasks, rest = story[: story.index(b"## Dev Notes")], story[story.index(b"## Dev Notes") :]
    assert changed["1-2-reserve-a-slot.md"] == tasks.replace(b"[ ]", b"[x]") + rest
    assert visits("push").code == 0 and visits("plan", "--exit-code").code == 0


def test_epics_go_to_both_servers(visits: Program, github: GitHub, gitlab: GitLab) -> None:
    for flags in (on_github(github), on_gitlab(gitlab)):
        assert visits("push", *flags).code == 0
        assert visits("plan", "--exit-code", *flags).code == 0
    assert len(github.repository.issues) == len(gitlab.world.issues) == 5
