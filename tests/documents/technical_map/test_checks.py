"""Every rule has a map that breaks it, and one map breaks none."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from techmap_sync.diagnostics import Diagnostic, Severity, Span, apply_severities
from techmap_sync.documents import technical_map
from techmap_sync.documents.marko_patches import MAX_DEPTH, MAX_LINES
from techmap_sync.documents.technical_map.checks import RULES, check
from techmap_sync.documents.technical_map.parser import parse
from techmap_sync.documents.text import decode
from techmap_sync.text_forms import TITLE_LIMIT
from tests.documents.maps import GOOD, TEST
from tests.documents.shipped import CORPUS, ROOT, VOCABULARY

LONG = " ".join(["word"] * (TITLE_LIMIT // 4))
DEEP = "> " * (MAX_DEPTH + 1)

# rule -> (what is replaced in the good map, by what, the text that is underlined, its severity)
BROKEN: Mapping[str, tuple[str, str, str, str]] = {
    "no-title": ("MAP: Password Reset", "MAP:", "# TECHNICAL MAP:", "error"),
    "not-ready": ("Ready**: Yes", "Ready**: Not yet", "**Implementation Ready**: Not yet", "note"),
    "nothing-to-do": ("MAP: Password Reset", "MAP: Password Reset", "# TECHNICAL MAP: Password Reset", "warning"),
    "unrecognised-readiness": ("Ready**: Yes", "Ready**: Perhaps", "**Implementation Ready**: Perhaps", "warning"),
    "placeholder-left": (
        "the table `reset_tokens`", "[Schema modifications needed]", "[Schema modifications needed]", "error"
    ),
    "component-without-spec": (
        "- `LoginPage`: a", "- `ResetPage`: a form\n- `LoginPage`: a", "- `ResetPage`: a form", "warning"
    ),
    "misspelt-component": ("- `LoginPage`: a", "- `LogimPage`: a", "### LoginPage", "warning"),
    "spec-not-listed": ("- `LoginPage`: a link to the reset", "None", "### LoginPage", "warning"),
    "duplicate-component": ("### LoginPage", "### Reset Tokens", "### Reset Tokens", "warning"),
    "component-without-location": ("**Location**: `web/login.tsx`\n", "", "### LoginPage", "warning"),
    "component-without-purpose": ("**Purpose**: Shows the reset link\n", "", "### LoginPage", "warning"),
    "kind-assumed": ("- `LoginPage`: a link to the reset", "None", "### LoginPage", "note"),
    "listed-twice": ("- `MailQueue`: sends", "- `LoginPage`: sends", "- `LoginPage`: sends the letter", "note"),
    "empty-section": ("- Add the table `reset_tokens`\n", "", "### Database Changes", "warning"),
    "unknown-section": ("## Testing", "## Hardware\nTwo racks.\n\n## Testing", "## Hardware", "warning"),
    "item-without-text": ("- Add the table", "-\n- Add the table", "-", "warning"),
    "title-too-long": (TEST, f"- {LONG}", f"- {LONG}", "note"),
    "nesting-too-deep": ("- A token", f"{DEEP}deep\n\n- A token", f"{DEEP}deep", "warning"),
    "odd-space": ("- A token", "-\u00a0A token", "\u00a0", "note"),
    "too-long": ("---\n", "\n" * MAX_LINES, "# TECHNICAL MAP: Password Reset", "error"),
}  # fmt: skip


def checked(text: str, severities: Mapping[str, str] | None = None) -> tuple[Diagnostic, ...]:
    reading = parse(text, VOCABULARY)
    return apply_severities(check(reading, "map.md"), severities or {}, reading.ignores)


def edited(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


def broken(rule: str) -> str:
    old, new, _, _ = BROKEN[rule]
    text = edited(old, new)
    if rule == "nothing-to-do":
        return text[: text.index("## ")] + text[text.index("---\n\n**Status**") :]
    return text.replace(": a link to the reset", "") if rule == "component-without-purpose" else text


def underlined(text: str, span: Span) -> str:
    """The text that a span covers of its first line; a span without an end goes to the end of the line."""
    line = text.split("\n")[span.line - 1]
    return line[span.column - 1 : span.end_column - 1 if span.end_column > span.column else None]


def rules_of(text: str) -> Counter[str]:
    return Counter(found.rule.id for found in checked(text))


def test_a_good_map_breaks_no_rule() -> None:
    assert checked(GOOD) == ()


@pytest.mark.parametrize("rule", BROKEN)
def test_each_rule_is_found_where_it_is_broken(rule: str) -> None:
    _, _, expected, severity = BROKEN[rule]
    found = next(found for found in checked(broken(rule)) if found.rule.id == rule)
    assert underlined(broken(rule), found.span) == expected
    assert found.severity == severity
    assert found.path == "map.md"


@pytest.mark.parametrize("answer", ["Not yet", "Yes\n**Status**: SUPERSEDED"])
def test_a_map_that_nobody_approved_or_that_is_retired_may_be_empty(answer: str) -> None:
    assert "nothing-to-do" not in rules_of(broken("nothing-to-do").replace("Ready**: Yes", f"Ready**: {answer}"))


def test_a_map_whose_work_is_done_is_not_empty() -> None:
    text = broken("nothing-to-do").replace("---\n\n**Status**", "## Unit Tests\n- [x] a\n\n---\n\n**Status**")
    assert "nothing-to-do" not in rules_of(text)


def test_a_map_in_which_every_section_says_none_asks_for_nothing() -> None:
    text = broken("nothing-to-do").replace("---\n\n**Status**", "## Unit Tests\nNone\n\n---\n\n**Status**")
    assert "nothing-to-do" in rules_of(text)


def test_every_rule_has_a_map_that_breaks_it() -> None:
    assert set(BROKEN) == {name for name, rule in RULES.items() if not rule.is_advice}


def test_everything_that_is_found_has_a_rule() -> None:
    """The parser names rules by their ids."""
    place = {"Finding": 0, "_note": 1}
    arguments = [
        node.args[place[node.func.id]]
        for path in Path(next(iter(technical_map.__path__))).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in place
    ]
    named = {argument.value for argument in arguments if isinstance(argument, ast.Constant)}
    assert named == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_says_what_to_write_instead(rule: object) -> None:
    summary, advice = getattr(rule, "summary", ""), getattr(rule, "help", "")
    assert summary[:1] == summary[:1].lower()
    assert not summary.endswith(".")
    sentence, _, example = advice.partition(":\n\n")
    assert "\n" not in sentence
    assert example.startswith("  ")


def test_what_is_found_comes_in_the_order_of_the_text() -> None:
    text = edited("`web/login.tsx`", "").replace(TEST, "-").replace("Mira Novak", "[Your Name]")
    found = checked(text)
    assert len(found) >= 3
    assert [f.span.line for f in found] == sorted(f.span.line for f in found)


@pytest.mark.parametrize("name", sorted(path.stem for path in CORPUS.glob("*.md")))
def test_what_is_found_in_the_corpus(name: str) -> None:
    assert rules_of(decode((CORPUS / f"{name}.md").read_bytes())) == IN_CORPUS[name]


IN_CORPUS = {
    # One modified component that the overview describes and nothing specifies.
    "01-two-factor-login": {"component-without-spec": 1},
    "02-plan-change-proration": {"component-without-spec": 1},
    "03-burn-rate-alerts": {"component-without-spec": 1, "listed-twice": 1},
    "04-faceted-search": {},
    "05-late-event-dedup": {"component-without-spec": 2},
    "06-model-registry": {},
    "07-bulk-user-actions": {"component-without-spec": 1},
    # The compact form has no place for specifications.
    "08-cli-profiles": {"component-without-spec": 4},
    "09-webhook-ingestion": {"component-without-spec": 2},
    # Its overview is a tree in a fence, it waits for a review, and has a section of its own.
    "10-gateway-store-and-forward": {"spec-not-listed": 1, "unknown-section": 1, "not-ready": 1},
    "11-mobile-offline-sync": {"component-without-spec": 1},
    # A scaffold.
    "12-ledger-id-widening": {"placeholder-left": 1, "not-ready": 1},
}


def test_a_placeholder_is_an_error_where_tickets_are_made_of_it_and_else_a_warning() -> None:
    assert severities(edited(TEST, "[What individual components need testing]")) == ["error"]
    assert severities(edited("Mira Novak", "[Your Name]")) == ["warning"]


def test_a_placeholder_weighs_less_while_the_map_is_not_ready() -> None:
    draft = GOOD.replace("Ready**: Yes", "Ready**: No").replace("Mira Novak", "[Your Name]")
    draft = draft.replace(TEST, "[What individual components need testing]")
    found = {(f.rule.id, f.severity.value) for f in checked(draft)}
    assert found == {("placeholder-left", "note"), ("placeholder-left", "warning"), ("not-ready", "note")}


def test_a_scaffold_is_not_drowned_in_its_own_placeholders() -> None:
    scaffold = (ROOT / "config" / "technical-map.md").read_text(encoding="utf-8")
    assert sorted(f.rule.id for f in checked(scaffold)) == ["not-ready", "placeholder-left"]
    assert {f.severity for f in checked(scaffold)} == {Severity.NOTE}
    claimed = scaffold.replace("[Yes/No]", "Yes")
    assert len([f for f in checked(claimed) if f.severity is Severity.ERROR]) > 20


def severities(text: str) -> list[str]:
    return [found.severity.value for found in checked(text)]


@pytest.mark.parametrize("level", ["error", "warning", "note"])
def test_the_configuration_decides_how_much_a_rule_weighs(level: str) -> None:
    found = checked(broken("unknown-section"), {"unknown-section": level})
    assert [f.severity.value for f in found] == [level]


def test_a_rule_that_is_off_finds_nothing() -> None:
    assert checked(broken("unknown-section"), {"unknown-section": "off"}) == ()


IGNORED = {
    "on the line above": "<!-- techmap-sync: ignore unknown-section -->\n## Hardware\nTwo racks.",
    "on the same line": "## Hardware <!-- techmap-sync: ignore unknown-section -->\nTwo racks.",
    "with others": "<!-- techmap-sync: ignore empty-section, unknown-section -->\n## Hardware\nTwo racks.",
    "with a blank line below": "<!-- techmap-sync: ignore unknown-section -->\n\n## Hardware\nTwo racks.",
    "without a name, for all": "<!-- techmap-sync: ignore -->\n## Hardware\nTwo racks.",
}
NOT_IGNORED = {
    "another rule": "<!-- techmap-sync: ignore empty-section -->\n## Hardware\nTwo racks.",
    "below": "## Hardware\nTwo racks.\n<!-- techmap-sync: ignore unknown-section -->",
    "beside the text above": "Beside. <!-- techmap-sync: ignore unknown-section -->\n## Hardware\nTwo racks.",
    "in a fence": "```\n<!-- techmap-sync: ignore unknown-section -->\n```\n## Hardware\nTwo racks.",
    "another block": "<!-- techmap-sync: ignore unknown-section -->\nText.\n\n## Hardware\nTwo racks.",
}


@pytest.mark.parametrize("where", IGNORED)
def test_a_comment_silences_a_rule(where: str) -> None:
    assert checked(edited("## Testing", f"{IGNORED[where]}\n\n## Testing")) == ()


@pytest.mark.parametrize("where", NOT_IGNORED)
def test_a_comment_silences_nothing_else(where: str) -> None:
    text = edited("## Testing", f"{NOT_IGNORED[where]}\n\n## Testing")
    assert rules_of(text) == {"unknown-section": 1}


def test_a_comment_silences_the_whole_block_below_it() -> None:
    rows = "| `[File path]` | [Description] |\n"
    text = edited("- Add the table `reset_tokens`", f"| table | change |\n|---|---|\n{rows}{rows}")
    assert rules_of(text) == {"placeholder-left": 4}
    silenced = text.replace("| table |", "<!-- techmap-sync: ignore placeholder-left -->\n| table |")
    assert checked(silenced) == ()


def test_a_component_that_is_listed_twice_is_found() -> None:
    assert rules_of(edited("- `LoginPage`: a", "- `LoginPage`: a button\n- `LoginPage`: a")) == {
        "duplicate-component": 1
    }


def test_an_integration_component_needs_no_specification() -> None:
    assert "component-without-spec" not in rules_of(GOOD)


def test_the_answer_that_counts_is_the_one_that_is_quoted() -> None:
    text = edited("Ready**: Yes\n", "Ready**: No, wait\n**Implementation Ready**: Yes\n")
    assert '"No, wait"' in checked(text)[0].message


def test_a_map_that_is_no_map_has_no_diagnostics() -> None:
    assert checked("# Notes\n") == ()
