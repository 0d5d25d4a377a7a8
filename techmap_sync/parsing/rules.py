"""What ``check`` says about a map: the rules, each with what to write instead."""

from __future__ import annotations

from collections.abc import Mapping

from techmap_sync.diagnostics import Rule, Severity

_ALL = (
    Rule(
        "no-title",
        "the map has no title",
        Severity.ERROR,
        "start with a heading that names the feature:\n\n  # TECHNICAL MAP: Two-Factor Login",
    ),
    Rule(
        "duplicate-map-id",
        "two maps have the same identity, so that nothing tells their tickets apart",
        Severity.ERROR,
        "give one of them another title, or an identity of its own:\n\n  **Map ID**: two-factor-login",
    ),
    Rule(
        "not-ready",
        "the map is not approved yet, so that no ticket is made of it",
        Severity.NOTE,
        "answer the field in the footer once implementation may start:\n\n  **Implementation Ready**: Yes",
    ),
    Rule(
        "unrecognised-readiness",
        "the answer whether implementation may start is neither yes nor no",
        Severity.WARNING,
        "begin the answer with yes or no:\n\n  **Implementation Ready**: No, the schema is under review",
    ),
    Rule(
        "placeholder-left",
        "the template's own text is still there",
        Severity.ERROR,
        'write what is needed, or "None"; before the map is ready, this is no error:\n\n'
        "  ### Database Changes\n  - Add the column `users.totp_secret`",
    ),
    Rule(
        "component-without-spec",
        "a new or modified component is listed, and nothing specifies it",
        Severity.WARNING,
        "give it a heading below the detailed specifications:\n\n"
        "  ### Component 1: TokenStore\n  **Location**: `src/auth/tokens.py`\n  **Purpose**: Keeps the recovery codes",
    ),
    Rule(
        "spec-not-listed",
        "a component is specified that the overview does not list",
        Severity.WARNING,
        "list it in the overview, which says whether it is new or modified:\n\n  ### New Components\n  - `TokenStore`",
    ),
    Rule(
        "misspelt-component",
        "a specified component has nearly the name of a listed one",
        Severity.WARNING,
        "write the name in both places alike:\n\n"
        "  ### New Components\n  - `TokenStore`\n\n  ### Component 1: TokenStore",
    ),
    Rule(
        "duplicate-component",
        "a component stands in the map twice",
        Severity.WARNING,
        "make one of the two, or tell them apart by their names:\n\n  ### SessionTokenStore\n  ### RecoveryTokenStore",
    ),
    Rule(
        "component-without-location",
        "a component is specified without a place in the code",
        Severity.WARNING,
        "say in which file it is or will be:\n\n  **Location**: `src/auth/tokens.py`",
    ),
    Rule(
        "component-without-purpose",
        "nothing says what a component is for",
        Severity.WARNING,
        "say in a sentence what it does:\n\n  **Purpose**: Keeps the recovery codes of an account",
    ),
    Rule(
        "kind-assumed",
        "nothing says whether a component is new or modified, and it is taken for new",
        Severity.NOTE,
        "list it below New, Modified or Integration Components, or tag it:\n\n  ### TokenStore (modified)",
    ),
    Rule(
        "listed-twice",
        "a component is listed as two different things",
        Severity.NOTE,
        "list it once; modified counts before new, and new before integration:\n\n"
        "  ### Modified Components\n  - `TokenStore`",
    ),
    Rule(
        "empty-section",
        "a section says nothing",
        Severity.WARNING,
        'write what is needed, or "None":\n\n  ### Database Changes\n  None',
    ),
    Rule(
        "unknown-section",
        "no section has this heading, so that its text becomes no ticket",
        Severity.WARNING,
        "use a heading of the template, or add yours to the words in techmap-sync.toml:\n\n"
        '  [vocabulary.ours.sections]\n  context = ["Hardware Constraints"]',
    ),
    Rule(
        "item-without-text",
        "a bullet is empty",
        Severity.WARNING,
        "write what is to be done, or take the bullet out:\n\n  - Expired codes are refused",
    ),
    Rule(
        "title-too-long",
        "a line is too long to be the title of a ticket",
        Severity.WARNING,
        "begin with a short sentence, and go on below it:\n\n"
        "  - Expired codes are refused\n    The clock of the server counts, and half a minute is tolerated.",
    ),
    Rule(
        "nesting-too-deep",
        "text that is nested too deep or a table that is too wide is read as plain text",
        Severity.WARNING,
        "make the inner lists headings or lists of their own:\n\n  ### Unit Tests\n  - Expired codes are refused",
    ),
    Rule(
        "odd-space",
        "a bullet, number or heading is followed by a space that Markdown does not know",
        Severity.NOTE,
        "it is read as meant; write a plain space, so that other tools read it too:\n\n  - Expired codes are refused",
    ),
    Rule(
        "too-long",
        "the map is too long to be read",
        Severity.ERROR,
        "make several maps of it, each with a title of its own:\n\n  # TECHNICAL MAP: Two-Factor Login, Recovery Codes",
    ),
)

RULES: Mapping[str, Rule] = {rule.id: rule for rule in _ALL}
