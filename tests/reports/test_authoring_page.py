"""The page about writing maps says what is so: its example gets no note, and each habit that it warns of gets one."""

from __future__ import annotations

import re

import pytest

from techmap_sync.app.author_notes import author_notes
from techmap_sync.app.documents_found import read_maps
from techmap_sync.config import load_settings, shipped
from techmap_sync.documents.technical_map.detect import looks_like_map
from techmap_sync.planning.rules import ADVICE, EVERY_RULE
from techmap_sync.reports.authoring_page import HABITS, Habit, authoring_page
from tests.app.run import Program
from tests.documents.shipped import VOCABULARY

EXAMPLE = shipped("authoring-example.md").read_text(encoding="utf-8")
SETTINGS = load_settings(None, {})
PAGE = authoring_page(EXAMPLE, EVERY_RULE, SETTINGS.vocabulary)


def found(program: Program, text: str) -> set[str]:
    (program.folder / "map.md").write_text(text, encoding="utf-8")
    files = read_maps(["map.md"], SETTINGS, then=author_notes(SETTINGS))
    return {diagnostic.rule.id for file in files.maps for diagnostic in file.diagnostics}


def test_the_example_waits_for_a_person_and_gets_no_other_note(program: Program) -> None:
    assert found(program, EXAMPLE) == {"not-ready"}
    assert found(program, EXAMPLE.replace(": No, it waits for a review", ": Yes")) == set()


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.rule)
def test_each_habit_is_noticed_and_what_to_write_is_not(program: Program, habit: Habit) -> None:
    assert EXAMPLE.count(habit.write) == 1
    assert habit.rule not in found(program, EXAMPLE)
    assert habit.rule in found(program, EXAMPLE.replace(habit.write, habit.instead_of))


def test_the_page_shows_the_example_and_both_sides_of_each_habit() -> None:
    assert EXAMPLE.strip() in PAGE
    for habit in HABITS:
        assert habit.write.strip() in PAGE
        assert habit.instead_of.strip() in PAGE
        assert f"`{habit.rule}`" in PAGE


def test_every_rule_that_the_page_names_exists() -> None:
    named = set(re.findall(r"\(`([a-z-]+)`\)", PAGE))
    assert named == {habit.rule for habit in HABITS}
    assert named <= set(EVERY_RULE)


def test_most_advice_has_a_habit() -> None:
    """The others are about words that are known, which the page lists."""
    assert set(ADVICE) - {habit.rule for habit in HABITS} == {"unknown-status", "unknown-table", "nothing-waits"}


def test_the_words_that_it_lists_are_known() -> None:
    rows = re.findall(r"^\| (?:status|field): [\w -]+ \| (.+) \|$", PAGE, re.MULTILINE)
    assert len(rows) == 10
    known = {**VOCABULARY.statuses, **VOCABULARY.fields}
    for word in (word for row in rows for word in row.removesuffix(", …").split(", ")):
        assert word.casefold() in known


def test_it_is_a_page_and_no_map() -> None:
    assert not looks_like_map(PAGE, VOCABULARY)
    assert PAGE.count("\n") < 300
    assert max(map(len, PAGE.split("\n"))) <= 200
