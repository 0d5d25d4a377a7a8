"""What ``check`` says about the task graph of a map, and all rules together."""

from __future__ import annotations

from collections.abc import Mapping

from techmap_sync.diagnostics import Rule, Severity
from techmap_sync.parsing import rules as parsing_rules

DEPENDENCY_CYCLE = Rule(
    "dependency-cycle",
    "components that wait for each other",
    Severity.ERROR,
    "take one name out of a 'Depends on' field, so that somebody can start:\n\n  **Depends on**: TokenStore",
)
UNKNOWN_DEPENDENCY = Rule(
    "unknown-dependency",
    "a 'Depends on' field names something that is nearly a component of the map",
    Severity.ERROR,
    "write the name as it stands in the components overview, or name what is meant as something external:\n\n"
    "  **Depends on**: TokenStore\n  **External**: TokenStorm",
)
OUTSIDE_NEED = Rule(
    "outside-need",
    "a component depends on something that the map does not hold; its ticket says so",
    Severity.NOTE,
    "nothing, if it is a library, a service or a person; else list it as a component:\n\n"
    "  ### New Components\n  - `TokenStore`",
)
DUPLICATE_KEY = Rule(
    "duplicate-key",
    "two entries of one group have the same name, so that nothing tells their tickets apart",
    Severity.ERROR,
    "reword one of them, or give it an identity of its own:\n\n  - Restart the workers <!-- id: restart-eu -->",
)

RULES: Mapping[str, Rule] = {
    rule.id: rule for rule in (DEPENDENCY_CYCLE, UNKNOWN_DEPENDENCY, OUTSIDE_NEED, DUPLICATE_KEY)
}

EVERY_RULE: Mapping[str, Rule] = {**parsing_rules.RULES, **RULES}
"""The rules about what a map says, then those about its tasks."""
