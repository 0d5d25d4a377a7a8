"""What the author of a map is told about words that nobody can follow; `None` where nothing is to be said."""

from __future__ import annotations

import pytest

from techmap_sync.diagnostics import Diagnostic
from techmap_sync.documents.base import Sources
from techmap_sync.documents.technical_map.checks import RULES
from techmap_sync.documents.technical_map.technical_map_family import TechnicalMaps
from tests.documents.maps import GOOD, TEST
from tests.planning.maps import SECTIONS, vocabulary

FAMILY = TechnicalMaps(vocabulary(), SECTIONS)
PURPOSE = "**Purpose**: Shows the reset link"
OVERVIEW = "- `ResetTokens`: one-time tokens"


def advice(text: str) -> tuple[Diagnostic, ...]:
    sources = Sources(text, "map.md")
    return FAMILY.advice(FAMILY.read(sources), sources)


def notes(old: str, new: str) -> list[tuple[str, str]]:
    """Rule and line of each note, after a piece of the good map was replaced."""
    assert GOOD.count(old) == 1
    text = GOOD.replace(old, new)
    return [(found.rule.id, text.split("\n")[found.span.line - 1]) for found in advice(text)]


def test_nothing_is_said_of_a_good_map() -> None:
    assert advice(GOOD) == ()


VAGUE = [
    "The four new classes are covered",
    "All the new modules log in JSON",
    "Both services start",
    "These components are covered",
    "the 4 new endpoints answer",
    "Four new classes are covered",
    "The classes above are covered",
    "As above, with an expired link",
    "See above",
    "Die vier neuen Klassen sind abgedeckt",
    "Beide Dienste starten",
    "Wie oben, mit abgelaufenem Link",
    "Les quatre nouvelles classes sont couvertes",
    "Les quatre classes nouvelles sont couvertes",
    "Comme ci-dessus, avec un lien expiré",
    "Ces composants démarrent",
    "Las cuatro clases nuevas están cubiertas",
    "Los nuevos componentes arrancan",
    "Como arriba, con un enlace caducado",
    "覆盖四个新类",
    "这些组件都能启动",
    "同上，链接过期",
]
CLEAR = [
    "The four new classes `ResetTokens` and `LoginPage` are covered",
    "Both services, Login Page and Reset Tokens, start",
    "Four retries are made",
    "The other user is asked",
    "All users of the two regions see it",
    "The answer takes 18 ms and is above zero",
    "Beide Nutzer sehen es",
    "18岁以上可以登录",
    "The newest service account may log in",
]


@pytest.mark.parametrize("said", VAGUE)
def test_a_test_that_refers_to_something_without_its_name_is_noted(said: str) -> None:
    assert notes(TEST, f"- {said}") == [("vague-reference", f"- {said}")]


@pytest.mark.parametrize("said", CLEAR)
def test_a_test_that_names_what_it_means_is_not(said: str) -> None:
    assert notes(TEST, f"- {said}") == []


@pytest.mark.parametrize("said", VAGUE[:3])
@pytest.mark.parametrize("heading", ["## Error Handling", "## Deployment\n\n### Rollback Plan", "### API Changes"])
def test_so_are_requirements_changes_and_steps(heading: str, said: str) -> None:
    assert notes("## Testing", f"{heading}\n- {said}\n\n## Testing") == [("vague-reference", f"- {said}")]


def test_so_is_the_purpose_of_a_component_and_what_it_depends_on() -> None:
    assert notes(PURPOSE, "**Purpose**: As above") == [("vague-reference", "**Purpose**: As above")]
    needs = "**Depends on**: the two new classes"
    assert notes(PURPOSE, f"{PURPOSE}\n{needs}") == [("vague-reference", needs)]


def test_context_code_and_what_is_done_may_be_vague() -> None:
    assert notes("## Components", "## Background\nThe four new classes replace a script.\n\n## Components") == []
    assert notes(TEST, f"{TEST}\n\n  ```\n  as above\n  ```") == []
    assert notes(TEST, "- [x] The four new classes are covered") == []


def test_an_item_is_noted_once() -> None:
    assert len(notes(TEST, "- The four new classes\n  - start\n  - stop as above")) == 1


ROWS = "| Component | File | Action |\n|---|---|---|\n| ResetTokens | `a/t.py` | {} |\n| LoginPage | `a/l.py` | new |"


@pytest.mark.parametrize("action", ["create", "new file", "modified", "unchanged", "-", "", "done", "Update the form"])
def test_a_status_that_is_known_is_not_noted(action: str) -> None:
    assert notes(OVERVIEW, ROWS.format(action)) == []


@pytest.mark.parametrize("action", ["tweak", "wip", "to discuss", "modifyed"])
def test_a_status_that_nobody_knows_is_noted(action: str) -> None:
    row = ROWS.format(action).split("\n")[2]
    assert notes(OVERVIEW, ROWS.format(action)) == [("unknown-status", row)]
    field = f"**Status**: {action}"
    assert notes(PURPOSE, f"{PURPOSE}\n{field}") == [("unknown-status", field)]


@pytest.mark.parametrize(
    "field", ["**Status**: modified", "**Type**: Singleton", "**Status**: None", "**Status**: `x`"]
)
def test_a_field_is_noted_only_where_it_asks_for_a_status(field: str) -> None:
    assert notes(PURPOSE, f"{PURPOSE}\n{field}") == []


def test_a_slip_in_a_tag_is_noted_with_what_is_meant() -> None:
    text = GOOD.replace("### LoginPage", "### LoginPage (modifed)")
    (found,) = advice(text)
    assert found.rule.id == "unknown-status"
    assert "modified" in found.message


def test_a_tag_counts_as_a_status_where_nothing_else_says_one() -> None:
    unlisted = GOOD.replace("- `LoginPage`: a link to the reset", "None")
    assert [found.rule.id for found in advice(unlisted.replace("### LoginPage", "### LoginPage (tweaked)"))] == [
        "unknown-status"
    ]
    assert advice(GOOD.replace("### LoginPage", "### LoginPage (web)")) == ()


@pytest.mark.parametrize(
    "line", ["**Blocked by**: ResetTokens", "- Upstream: `ResetTokens`", "**Relies on:** Reset Tokens."]
)
def test_a_dependency_word_that_nobody_knows_is_noted(line: str) -> None:
    assert notes(PURPOSE, f"{PURPOSE}\n{line}") == [("unknown-direction", line)]


def test_a_direction_below_the_dependencies_that_nobody_knows_is_noted() -> None:
    line = "- Upstream: ResetTokens"
    assert notes(PURPOSE, f"{PURPOSE}\n\n**Dependencies**:\n{line}") == [("unknown-direction", line)]


@pytest.mark.parametrize(
    "line",
    [
        "**Depends on**: ResetTokens",
        "**Used by**: ResetTokens",
        "- Inbound: ResetTokens",
        "**Key Methods**:\n- `tokens: ResetTokens`",
        "**Note**: ResetTokens is old",
        "**Blocked by**: the works council",
        "- store: ResetTokens",
    ],
)
def test_a_label_that_is_known_or_says_something_else_is_not(line: str) -> None:
    assert notes(PURPOSE, f"{PURPOSE}\n{line}") == []


UNKNOWN_HEADS = "| Thing | Whereabouts |\n|---|---|\n| ResetTokens | cellar |"


def test_a_table_of_components_with_unknown_columns_is_noted() -> None:
    assert notes(OVERVIEW, UNKNOWN_HEADS) == [("unknown-table", "| Thing | Whereabouts |")]


@pytest.mark.parametrize(
    ("heads", "cells"), [("File | What happens", "`a/t.py` | create"), ("Source | Action", "`a/t.py` | modify")]
)
def test_so_is_one_that_says_what_happens_to_files_below_unknown_words(heads: str, cells: str) -> None:
    table = f"| {heads} |\n|---|---|\n| {cells} |"
    found = notes("## Testing", f"## Architecture\n{table}\n\n## Testing")
    assert found == [("unknown-table", f"| {heads} |")]


def test_tables_of_anything_else_may_have_any_columns() -> None:
    table = "| Case | Expected |\n|---|---|\n| `ResetTokens` twice | refused |"
    assert notes(TEST, table) == []
    assert notes("## Testing", f"## Architecture\n{table}\n\n## Testing") == []


def test_every_rule_for_authors_is_tried_here() -> None:
    tried = {"vague-reference", "unknown-status", "unknown-direction", "unknown-table"}
    assert {name for name, rule in RULES.items() if rule.is_advice} == tried
