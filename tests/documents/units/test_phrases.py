"""What the text of one task says besides its title."""

from __future__ import annotations

import pytest

from techmap_sync.documents.units.phrases import Phrases, paths_in
from tests.families.gold import grammar

SPEC_KIT, KIRO = Phrases(grammar("spec-kit")), Phrases(grammar("kiro"))


def test_number_marks_and_brackets_are_no_part_of_the_title() -> None:
    said = SPEC_KIT.read("T012 [P] [US1] Paint the hull (FR-001) (depends on T010, T011)")
    assert (said.title, said.id, said.parallel, said.stories) == ("Paint the hull", "T012", True, ("US1",))
    assert (said.depends_on, said.requirements) == (("T010", "T011"), ("FR-001",))


@pytest.mark.parametrize("text", ["Paint (the hull)", "404 pages", "Paint FR-001's hull", "Ask about version 2.1"])
def test_words_of_the_sentence_stay(text: str) -> None:
    assert SPEC_KIT.read(text).title == text
    assert SPEC_KIT.read(text).id is None


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("T001, T003", ("T001", "T003")),
        ("T008-T010", ("T008", "T009", "T010")),
        ("T010 to T008", ()),
        ("T001 and T001", ("T001",)),
        ("T001.5", ()),
    ],
)
def test_ranges_of_ids_are_written_out(text: str, ids: tuple[str, ...]) -> None:
    assert SPEC_KIT.ids_in(text) == ids


def test_a_huge_range_ends_somewhere() -> None:
    assert len(SPEC_KIT.ids_in("T1-T999999999")) < 1000


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Sail, after T001 is done", ("T001",)),
        ("Sail, which needs T001 and T002", ("T001", "T002")),
        ("Sail like T001", ()),
        ("Sail after T099", ()),
    ],
)
def test_a_sentence_names_the_tasks_that_it_waits_for(text: str, ids: tuple[str, ...]) -> None:
    assert SPEC_KIT.prose_dependencies(text, {"T001", "T002"}) == ids


def test_a_line_below_a_task_names_requirements_or_tasks() -> None:
    assert KIRO.detail("Requirements: 1.2, 3.4") == ("requires", ("1.2", "3.4"))
    assert KIRO.detail("Paint the hull twice") == ("requires", ())


@pytest.mark.parametrize(
    ("heading", "priority"),
    [("US1 (P1)", "high"), ("US2 (Priority: P2) MVP", "medium"), ("US3 [P3]", "low"), ("US4", None)],
)
def test_a_heading_says_how_urgent_it_is(heading: str, priority: str | None) -> None:
    assert SPEC_KIT.priority(heading) == priority


def test_paths_are_told_from_other_code() -> None:
    assert paths_in(["src/hull.py", "paint()", "tasks.md", "src/hull.py", "true"]) == ("src/hull.py", "tasks.md")
