"""What an author is told about tasks that say too little, or that nothing is connected to."""

from __future__ import annotations

import pytest

from techmap_sync.diagnostics import Diagnostic, Span
from techmap_sync.documents.base import Sources
from techmap_sync.documents.technical_map.technical_map_family import TechnicalMaps
from techmap_sync.planning.rules import ADVICE, WITHOUT_CRITERIA, advice_on
from techmap_sync.planning.task_graph import TaskGraph, task_graph
from tests.documents.maps import GOOD, TEST
from tests.planning.maps import SECTIONS, vocabulary

SHOWS = "**Purpose**: Shows the reset link"


def graph(text: str) -> TaskGraph:
    return task_graph(TechnicalMaps(vocabulary(), SECTIONS).read(Sources(text, "map.md")))


def notes(*edits: tuple[str, str]) -> list[tuple[str, str]]:
    """Rule and line of each note, after pieces of the good map were replaced."""
    text = GOOD
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return [(found.rule.id, text.split("\n")[found.span.line - 1]) for found in advice_on(graph(text))]


def test_nothing_is_said_of_a_good_map() -> None:
    assert notes() == []


THIN = ("component-without-criteria", "### LoginPage")
WITHOUT = (TEST, "- A token of `ResetTokens` works once")


def test_a_component_without_method_test_or_requirement_is_noted() -> None:
    assert notes(WITHOUT) == [THIN]


@pytest.mark.parametrize(
    "edit",
    [
        (SHOWS, f"{SHOWS}\n**Key Methods**:\n- `show() -> None`"),
        (SHOWS, f"{SHOWS}\n**Key Methods**:\n```ts\nshow(): void\n```"),
        ("## Testing", "## Security\n- `LoginPage` never shows the token\n\n## Testing"),
        ("- A token of", "- The login page offers a reset\n- A token of"),
        ("- `LoginPage`: a", "- ~~`LoginPage`~~: a"),
    ],
    ids=["method", "interface", "requirement", "named in words", "done"],
)
def test_one_of_them_is_enough(edit: tuple[str, str]) -> None:
    assert THIN not in notes(*([edit, WITHOUT] if edit[0] != "- A token of" else [edit]))


def test_what_is_only_wired_in_needs_none() -> None:
    assert "`MailQueue`" in GOOD
    assert notes() == []


def test_a_test_that_names_nothing_is_noted() -> None:
    assert notes((TEST, f"{TEST}\n- Links expire")) == [("names-nothing", "- Links expire")]


def test_all_tests_are_one_note_and_so_are_all_requirements() -> None:
    more = "\n".join(f"- Case {word} passes" for word in ("one", "two", "three", "four", "five"))
    rules = "## Security\n- Tokens are hashed\n- Logs hold none\n\n## Performance\n- 20 ms at most\n\n## Testing"
    assert notes((TEST, f"{TEST}\n{more}"), ("## Testing", rules)) == [
        ("names-nothing", "- Case one passes"),
        ("names-nothing", "- Tokens are hashed"),
    ]


def test_a_test_that_is_done_or_that_the_author_silenced_is_not_noted() -> None:
    silenced = "<!-- techmap-sync: ignore names-nothing -->\n- Links expire"
    assert notes((TEST, f"{TEST}\n- [x] Links expire")) == []
    assert notes((TEST, f"{TEST}\n\n{silenced}")) == []


def test_names_in_a_cell_or_below_an_item_count() -> None:
    table = "| Case | About |\n|---|---|\n| expired | `ResetTokens` |\n| shown | `LoginPage` |"
    assert notes((TEST, table)) == []
    assert notes((TEST, f"{TEST}\n- Links expire\n  - checked in `ResetTokens`")) == []


def test_a_task_that_nothing_waits_for_is_noted() -> None:
    """That the last tests wait for everything that nothing else waits for makes no difference."""
    assert notes((", kept in `reset_tokens`", "")) == [("nothing-waits", "### Database Changes")]


@pytest.mark.parametrize(
    "edit",
    [
        (SHOWS, f"{SHOWS}, once `reset_tokens` is there"),
        (TEST, f"{TEST} and is kept in `reset_tokens`"),
        ("## Testing", "## Security\n- `reset_tokens` holds hashes\n\n## Testing"),
    ],
    ids=["component", "test", "requirement"],
)
def test_what_something_names_is_waited_for(edit: tuple[str, str]) -> None:
    assert notes((", kept in `reset_tokens`", ""), edit) == []


@pytest.mark.parametrize(("field", "noted"), [("", True), ("\n\n**Used by**: ResetTokens", False)])
def test_the_author_may_say_what_needs_it(field: str, noted: bool) -> None:
    drawn = f"{SHOWS}\n**Key Methods**:\n- `draw() -> None`{field}"
    found = notes((TEST, "- A token of `ResetTokens` works once"), (SHOWS, drawn))
    assert (("nothing-waits", "### LoginPage") in found) is noted


def test_a_map_with_one_task_has_nothing_that_could_wait() -> None:
    text = "# TECHNICAL MAP: T\n\n## Database Changes\n- Add `x`\n\n**Implementation Ready**: Yes\n"
    assert advice_on(graph(text)) == ()


def test_a_map_in_which_nothing_is_built_needs_no_names() -> None:
    text = "# TECHNICAL MAP: T\n\n## Unit Tests\n- Links expire\n\n**Implementation Ready**: Yes\n"
    assert advice_on(graph(text)) == ()


def test_nothing_more_is_said_of_a_line_that_something_is_wrong_with() -> None:
    text = GOOD.replace(*WITHOUT)
    line = text[: text.index("### LoginPage")].count("\n") + 1
    known = Diagnostic(WITHOUT_CRITERIA, WITHOUT_CRITERIA.severity, "", Span(line))
    assert advice_on(graph(text))
    assert advice_on(graph(text), [known]) == ()


def test_a_retired_map_gets_no_advice() -> None:
    assert notes(WITHOUT, ("**Status**: TECHNICAL MAP", "**Status**: ABANDONED")) == []


def test_no_note_holds_the_number_of_a_line() -> None:
    """A note that only moved is the same note to services that compare them by their text."""
    thin = GOOD.replace(TEST, "- Links expire\n- Links are short").replace(", kept in `reset_tokens`", "")
    moved = thin.replace("## Components", "\n\n\n## Components", 1)
    assert [found.message for found in advice_on(graph(thin))] == [found.message for found in advice_on(graph(moved))]


def test_every_rule_about_tasks_is_tried_here() -> None:
    words = {"vague-reference", "unknown-status", "unknown-direction", "unknown-table"}
    assert set(ADVICE) - words == {"component-without-criteria", "names-nothing", "nothing-waits"}
