"""The tickets of an epic: one for each story, or one for each leaf."""

from __future__ import annotations

import pytest

from techmap_sync.documents.story.story_family import read_stories
from tests.documents.story.epics import EPICS, WORDS, leaves, story, written


@pytest.mark.parametrize("said", ["skipped", "cancelled", "deferred"])
def test_a_story_that_is_given_up_is_not_planned(said: str) -> None:
    unit = story(written("- [ ] Do it\n", f"# Story 1.1: Weigh it\n\nStatus: {said}\n"))
    (ticket,) = unit.tickets
    assert ticket.not_planned and not ticket.items and not ticket.approved


def test_a_box_that_is_not_indented_is_below_its_number() -> None:
    unit = story(written("- [ ] Task 1: Weigh it\n- [ ] 1.1: Read the scale\n- [ ] Task 2: Print it\n"))
    assert [(task.id, task.parent) for task in leaves(unit)][1] == ("1.1/1.1", "1.1/1")
    assert unit.tickets[0].items == ("1.1/1.1", "1.1/2")


def test_an_edge_to_another_epic_and_a_circle_are_said() -> None:
    epics = (
        "## Epic 1: A\n### Story 1.1: A\nPrerequisites: Story 1.2\n"
        "### Story 1.2: B\nPrerequisites: Story 1.1, Story 2.1\n## Epic 2: B\n### Story 2.1: C\n"
    )
    one, _ = read_stories({EPICS: epics}, WORDS)
    rules = [notice.rule for notice in one.diagnostics]
    assert rules.count("circle-of-dependencies") == 2 and "dependency-on-another-unit" in rules
    assert all(not ticket.waits_for for ticket in one.tickets)


def test_leaves_can_be_tickets() -> None:
    text = written(
        "- [x] Task 1: Weigh it\n  - [x] 1.1: Read\n  - [ ] 1.2: Store (depends on 1.1)\n"
        "- [ ] Task 2: Print (depends on Task 1)\n"
    )
    (unit,) = read_stories({"docs/stories/1.1.x.md": text}, WORDS, "task")
    assert [(t.title, t.done, t.waits_for) for t in unit.tickets] == [
        ("Read", True, ()),
        ("Store", False, ("Read",)),
        ("Print", False, ("Store",)),
    ]
