"""The rules of technical maps: what ``check`` looks for, how much it weighs, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping

from techmap_sync.diagnostics import Rule, Severity

_PROBLEMS = (
    Rule(
        "no-title",
        "the map has no title",
        Severity.ERROR,
        "start with a heading that names the feature:\n\n  # TECHNICAL MAP: Two-Factor Login",
    ),
    Rule(
        "not-ready",
        "the map is not approved yet, so it gets no tickets",
        Severity.NOTE,
        "answer the field in the footer once implementation may start:\n\n  **Implementation Ready**: Yes",
    ),
    Rule(
        "nothing-to-do",
        "the map is approved but yields no tickets",
        Severity.WARNING,
        "see what `techmap-sync show` reads; put the work below a heading of the template:\n\n"
        "  ### New Components\n  - `TokenStore`: keeps the recovery codes",
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
        'write what is needed, or "None"; this is an error only once the map is approved:\n\n'
        "  ### Database Changes\n  - Add the column `users.totp_secret`",
    ),
    Rule(
        "component-without-spec",
        "a new or modified component is listed but not specified",
        Severity.WARNING,
        "give it a heading below the detailed specifications:\n\n"
        "  ### Component 1: TokenStore\n  **Location**: `src/auth/tokens.py`\n  **Purpose**: Keeps the recovery codes",
    ),
    Rule(
        "spec-not-listed",
        "a component is specified but the overview does not list it",
        Severity.WARNING,
        "list it in the overview, which says whether it is new or modified:\n\n  ### New Components\n  - `TokenStore`",
    ),
    Rule(
        "misspelt-component",
        "a specified component has nearly the name of a listed one",
        Severity.WARNING,
        "use the same name in both places:\n\n  ### New Components\n  - `TokenStore`\n\n  ### Component 1: TokenStore",
    ),
    Rule(
        "duplicate-component",
        "a component appears twice",
        Severity.WARNING,
        "merge the two, or give them different names:\n\n  ### SessionTokenStore\n  ### RecoveryTokenStore",
    ),
    Rule(
        "component-without-location",
        "a component is specified without a location in the code",
        Severity.WARNING,
        "say which file it is in, or will be:\n\n  **Location**: `src/auth/tokens.py`",
    ),
    Rule(
        "component-without-purpose",
        "a component is specified without a purpose",
        Severity.WARNING,
        "say in a sentence what it does:\n\n  **Purpose**: Keeps the recovery codes of an account",
    ),
    Rule(
        "kind-assumed",
        "nothing says whether a component is new or modified, so it is taken as new",
        Severity.NOTE,
        "list it below New, Modified or Integration Components, or tag it:\n\n  ### TokenStore (modified)",
    ),
    Rule(
        "listed-twice",
        "a component is listed under two different headings",
        Severity.NOTE,
        "list it once; modified counts before new, and new before integration:\n\n"
        "  ### Modified Components\n  - `TokenStore`",
    ),
    Rule(
        "empty-section",
        "a section has no text",
        Severity.WARNING,
        'write what is needed, or "None":\n\n  ### Database Changes\n  None',
    ),
    Rule(
        "unknown-section",
        "the heading of a section is not known, so its text gets no ticket",
        Severity.WARNING,
        "use a heading of the template, or add yours to the words in techmap-sync.toml:\n\n"
        '  [vocabulary.ours.sections]\n  context = ["Hardware Constraints"]',
    ),
    Rule(
        "item-without-text",
        "a bullet is empty",
        Severity.WARNING,
        "say what to do, or remove the bullet:\n\n  - Expired codes are refused",
    ),
    Rule(
        "title-too-long",
        "a line is too long for the title of a ticket",
        Severity.WARNING,
        "begin with a short sentence, and continue below it:\n\n"
        "  - Expired codes are refused\n    The server's clock counts, and half a minute is tolerated.",
    ),
    Rule(
        "nesting-too-deep",
        "text that is nested too deeply, or a table that is too wide, is read as plain text",
        Severity.WARNING,
        "turn the inner lists into headings or separate lists:\n\n  ### Unit Tests\n  - Expired codes are refused",
    ),
    Rule(
        "odd-space",
        "a bullet, number or heading is followed by a space that Markdown does not know",
        Severity.NOTE,
        "it is read as meant; use a plain space, so that other tools read it too:\n\n  - Expired codes are refused",
        is_fixable=True,
    ),
    Rule(
        "too-long",
        "the map is too long to be read, so nothing is known of what its lines say",
        Severity.ERROR,
        "split it into several maps, each with its own title:\n\n  # TECHNICAL MAP: Two-Factor Login, Recovery Codes",
    ),
)

_ADVICE = (
    Rule(
        "vague-reference",
        'a text says "the four new classes" or "as above" where names are needed',
        Severity.NOTE,
        "name what is meant, so that the right tickets quote it and wait for it:\n\n"
        "  - Unit tests cover `TokenStore`, `RecoveryCodes` and `LoginPage`",
        is_advice=True,
    ),
    Rule(
        "unknown-status",
        "a status of a component is not known, so it decides nothing",
        Severity.NOTE,
        "say new, modified, removed, integration, unchanged or done, or add your word in techmap-sync.toml:\n\n"
        '  [vocabulary.ours.statuses]\n  modified = ["tweaked"]',
        is_advice=True,
    ),
    Rule(
        "unknown-direction",
        "a word in front of a component's name seems to say a dependency and is not known",
        Severity.NOTE,
        "say what waits for what, or add your word in techmap-sync.toml:\n\n"
        "  **Depends on**: TokenStore\n  **Used by**: LoginPage",
        is_advice=True,
    ),
    Rule(
        "unknown-table",
        "a table about components has no column that is known",
        Severity.NOTE,
        "use columns that say the name, the path and what happens to it:\n\n"
        "  | Component | File | Action |\n  |---|---|---|\n  | TokenStore | `src/auth/tokens.py` | create |",
        is_advice=True,
    ),
)

RULES: Mapping[str, Rule] = {rule.id: rule for rule in (*_PROBLEMS, *_ADVICE)}
