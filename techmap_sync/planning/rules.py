"""All rules of ``check``: about what documents say, about their tasks, and about the tickets these would become."""

from __future__ import annotations

from collections.abc import Mapping

from techmap_sync.diagnostics import Rule, Severity
from techmap_sync.documents.families import rules as document_rules
from techmap_sync.planning.task_graph import RULES as OF_TASKS

WITHOUT_CRITERIA = Rule(
    "component-without-criteria",
    "nothing says when a component is done: it has no method, and no test or requirement names it",
    Severity.NOTE,
    "list its methods, or name it in a test or a requirement:\n\n"
    "  ### Unit Tests\n  - `TokenStore` refuses an expired code",
    is_advice=True,
)
NAMES_NOTHING = Rule(
    "names-nothing",
    "a test or requirement names no task of the map, so no other ticket shows it",
    Severity.NOTE,
    "name the component, method or table that it is about:\n\n"
    "  ### Unit Tests\n  - `TokenStore` refuses an expired code",
    is_advice=True,
)
NOTHING_WAITS = Rule(
    "nothing-waits",
    "nothing in the map names a task, so no other task waits for it by itself",
    Severity.NOTE,
    "name it where it is used or tested, or say what needs it:\n\n  **Depends on**: TokenStore",
    is_advice=True,
)
LINE_LOST = Rule(
    "line-lost",
    "a line of the map would be in no ticket",
    Severity.WARNING,
    "your own template leaves out the section that says it; put its block back:\n\n"
    "  {% block summary %}\n  …\n  {% endblock %}",
)

EVERY_RULE: Mapping[str, Rule] = {
    **document_rules(),
    **OF_TASKS,
    **{rule.id: rule for rule in (LINE_LOST, WITHOUT_CRITERIA, NAMES_NOTHING, NOTHING_WAITS)},
}
ADVICE: Mapping[str, Rule] = {name: rule for name, rule in EVERY_RULE.items() if rule.is_advice}
"""What the setting ``author_notes`` turns off."""
