"""``sprint-status.yaml`` says more than the files of stories, and releases nothing where it cannot be read."""

from __future__ import annotations

import pytest

from tests.documents.story.epics import SPRINT, V6, only, written


def test_statuses_of_the_sprint_come_before_those_of_files() -> None:
    files = {
        f"{V6}/1-1-weigh.md": written("- [ ] Do it\n", "# Story 1.1: Weigh it\n\nStatus: done\n"),
        SPRINT: "development_status:\n  epic-1: in-progress\n"
        "  '1-1-weigh': backlog   # soon\n  1-2-print-it: {status: review}\n"
        "  epic-1-retrospective: optional\n",
    }
    unit = only(files)
    assert [(t.id, t.title, t.approved, t.done) for t in unit.tickets] == [
        ("1.1", "Weigh it", False, False),
        ("1.2", "Print it", True, False),
    ]
    assert unit.reasons == ("stories past backlog: 1.2",)


@pytest.mark.parametrize(
    "yaml", ["development_status: [", "- a", "", "x: 1", "a: &a [*a]\n" * 3, "development_status: 3"]
)
def test_statuses_that_cannot_be_read_release_nothing(yaml: str) -> None:
    files = {f"{V6}/1-1-weigh.md": written("- [ ] Do it\n"), SPRINT: yaml}
    unit = only(files)
    assert not unit.approved and not unit.tickets[0].approved
    assert ("unreadable-status", SPRINT) in [(n.rule, n.subject) for n in unit.diagnostics]
