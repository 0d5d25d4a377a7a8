"""Stories as teams really write them: other forms of numbers, statuses, criteria and task lists."""

from __future__ import annotations

import pytest

from techmap_sync.documents.story.story_family import artifacts_in, read_stories
from tests.documents.story.epics import V6, WORDS, only, story, written


def test_a_status_that_nobody_knows_or_that_is_missing_is_said_and_releases_nothing() -> None:
    unknown = story(written("- [ ] Do it\n", "# Story 1.1: Weigh it\n\nStatus: at the pier\n"))
    missing = story(written("- [ ] Do it\n", "# Story 1.1: Weigh it\n"))
    assert "unknown-story-status" in {notice.rule for notice in unknown.diagnostics}
    assert "story-without-status" in {notice.rule for notice in missing.diagnostics}
    assert not unknown.approved and not missing.approved


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_mark_at_the_beginning_change_nothing(ends: str, mark: str) -> None:
    text = written("- [x] Task 1: Weigh it (AC: 1)\n  - [ ] 1.1: Read", "# Story 1.1: Weigh it\n\nStatus: Approved\n")
    assert story(mark + text.replace("\n", ends)) == story(text)


def test_numbers_with_two_digits_are_in_the_order_of_numbers() -> None:
    files = {
        f"docs/stories/{n}.x.md": written("", f"# Story {n}: T{n}\n\nStatus: Approved\n")
        for n in ("2.10", "2.9", "10.1", "2.1")
    }
    units = read_stories(files, WORDS)
    assert [[ticket.id for ticket in unit.tickets] for unit in units] == [["2.1", "2.9", "2.10"], ["10.1"]]


def test_one_number_twice_is_two_stories_and_said() -> None:
    text = written("- [ ] Do it\n")
    unit = only({"docs/stories/1.1.a.md": text, "docs/stories/1.1.b.md": text.replace("Weigh", "Ship")})
    assert [ticket.title for ticket in unit.tickets] == ["Weigh the parcel", "Ship the parcel"]
    assert "duplicate-id" in {notice.rule for notice in unit.diagnostics}


@pytest.mark.parametrize(
    "name",
    [
        "docs/stories/README.md",
        "docs/stories/2026-01-15-weekly.md",
        f"{V6}/epic-1-retro-2026-02-01.md",
        f"{V6}/tech-spec-parcels.md",
        "docs/stories/index.md",
        f"{V6}/1-1-validation-report.md",
        "docs/story/1.1.x.md",
        "stories/1.1.x.md",
    ],
)
def test_other_files_of_the_folder_are_no_stories(name: str) -> None:
    text = "# Report of the week\n\nStatus: done\n\n## Checklist\n\n- [ ] Task 1: Weigh it\n"
    assert read_stories({name: text}, WORDS) == ()
    assert not artifacts_in(["docs/story/1.1.x.md"], WORDS).paths


def test_all_stories_done_is_finished_whatever_their_boxes_say() -> None:
    unit = story(written("- [ ] Do it\n", "# Story 1.1: Weigh it\n\nStatus: done\n"))
    assert unit.finished and unit.tickets[0].done
    assert ("parent-against-children", "1.1") in [(n.rule, n.subject) for n in unit.diagnostics]
