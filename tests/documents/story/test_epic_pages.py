"""``epics.md``: which epics and stories there are, and what each of them waits for."""

from __future__ import annotations

import pytest

from techmap_sync.documents.story.story_family import read_stories
from tests.documents.story.epics import EPICS, WORDS, only


@pytest.mark.parametrize(
    ("said", "edges"),
    [
        ("**Prerequisites:** Story 1.1", ["1.1"]),
        ("Prerequisites: Stories 1.1 and 1.3", ["1.1", "1.3"]),
        ("**Prerequisites:** None", []),
        ("**Dependencies:** 1.1, 1.3", ["1.1", "1.3"]),
        ("**Prerequisites:** Epic 1, version 2.10.1", []),
        ("Depends on Story 1.1.", ["1.1"]),
        ("This is like Story 1.1", []),
        ("- Blocked by: Story 1.1", ["1.1"]),
        ("**Prerequisites:** Story 1.2", []),
    ],
)
def test_epics_say_what_a_story_waits_for(said: str, edges: list[str]) -> None:
    epics = f"# Epics\n\n## Epic 1: Parcels\n\n### Story 1.1: A\n\n### Story 1.2: B\n\n{said}\n\n### Story 1.3: C\n"
    assert list(only({EPICS: epics}).tasks[1].depends_on) == edges


def test_an_id_in_a_comment_is_that_of_the_epic_above_it() -> None:
    epics = (
        "# Epics\n\n```\n## Epic 1\n<!-- id: no -->\n```\n\n"
        "## Epic 1: A\n<!-- id: parcels -->\n### Story 1.1: A\n\n## Epic 2: B\n### Story 2.1: B\n"
    )
    assert [unit.unit for unit in read_stories({EPICS: epics}, WORDS)] == ["parcels", "epic-2"]
    assert only({"docs/epics/epic-3.md": "<!-- id: boats -->\n# Epic 3: A\n## Story 3.1: A\n"}).unit == "boats"


def test_a_plan_of_epics_alone_releases_nothing() -> None:
    unit = only({EPICS: "## Epic 1: Parcels\n### Story 1.1: Weigh\n### Story 1.2: Print\n"})
    assert (unit.title, unit.approved, unit.finished) == ("Parcels", False, False)
    assert [ticket.approved for ticket in unit.tickets] == [False, False]
