"""What units of specs are checked for, and the diagnostics that the notices of a reader become."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from techmap_sync.diagnostics import Diagnostic, Rule, Severity, Span


class Notice(NamedTuple):
    """Something in a unit that its author should know."""

    rule: str
    """``duplicate-id``, ``unknown-id-in-waves``, ``box-outside-a-task-list`` and so on."""
    subject: str = ""
    """The id or the text that it is about; empty where it is the file."""
    line: int = 0
    path: str = ""
    """The file it is in; empty where that is the unit's."""


_ALL = (
    Rule(
        "unit-gate",
        "whether a unit of specs may be pushed, and why",
        Severity.NOTE,
        "nothing, if that is right; specs are approved by merging them, and Kiro's by spec.json beside the tasks:\n\n"
        '  {"approvals": {"tasks": {"approved": true}}}',
    ),
    Rule(
        "unit-without-title",
        "no file of a unit says what it is called, so that its folder names it",
        Severity.NOTE,
        "name the feature in the first heading:\n\n  # Tasks: Canoe Checkout",
    ),
    Rule(
        "unit-without-tasks",
        "a unit holds no task",
        Severity.WARNING,
        "write tasks as the family does, such as:\n\n  - [ ] T001 Create the project",
    ),
    Rule(
        "duplicate-id",
        "two tasks of a unit have the same number",
        Severity.WARNING,
        "give each task its own number; until then the text tells them apart:\n\n  - [ ] 3.3 Write the unit tests",
    ),
    Rule(
        "leaf-without-parent",
        "a task's number names a parent that the unit does not hold",
        Severity.WARNING,
        "add the parent, or number the task by itself:\n\n  - [ ] 4. Print tickets\n    - [ ] 4.1 Choose the paper",
    ),
    Rule(
        "parent-against-children",
        "the box of a task says something else than the boxes below it, which decide",
        Severity.NOTE,
        "tick the parent when all required ones below it are:\n\n  - [x] 2. Forecasts\n    - [x] 2.1 Fetch them",
    ),
    Rule(
        "unknown-id-in-dependencies",
        "a task waits for a number that the unit does not hold",
        Severity.WARNING,
        "name a task of the same file:\n\n  - [ ] T004 Check the hull (depends on T003)",
    ),
    Rule(
        "unknown-id-in-waves",
        "the dependency graph names a task that the unit does not hold",
        Severity.WARNING,
        'name tasks of the same file:\n\n  {"waves": [["1"], ["2.1", "3.1"]]}',
    ),
    Rule(
        "unreadable-waves",
        "the JSON of a dependency graph cannot be read",
        Severity.WARNING,
        'write it as lists of numbers:\n\n  {"waves": [["1"], ["2.1", "3.1"]]}',
    ),
    Rule(
        "circle-of-dependencies",
        "tasks wait for each other; none of these dependencies counts",
        Severity.WARNING,
        "take one of them out, so that one of the tasks can start",
    ),
    Rule(
        "file-wrapped-in-a-fence",
        "a fence is around the whole file; it is read as if there were none",
        Severity.WARNING,
        "remove its first and its last line",
    ),
    Rule(
        "file-too-long",
        "the file is too long to be read",
        Severity.ERROR,
        "split it into several units",
    ),
    Rule(
        "box-outside-a-task-list",
        "a box is not a task, because of where it is or because it has no number",
        Severity.NOTE,
        "nothing, if it is not a task; else put it among them with a number:\n\n  - [ ] T031 Tell the members",
    ),
    Rule(
        "open-box-in-an-archived-unit",
        "an archived unit has an open box; it counts as finished all the same",
        Severity.NOTE,
        "nothing, if the work is done; else move the unit back",
    ),
    Rule(
        "story-without-status",
        "a story says nothing of its status, so that it is not released",
        Severity.WARNING,
        "write below its title how far it is:\n\n  Status: ready-for-dev",
    ),
    Rule(
        "unknown-story-status",
        "the status of a story is not a known word, so that the story is not released",
        Severity.WARNING,
        "write one of draft, approved, in progress, review and done, or add yours to the settings:\n\n"
        '  [family.bmad]\n  open_statuses = ["approved", "in progress", "in the lab"]',
    ),
    Rule(
        "unreadable-status",
        "a file of statuses cannot be read, so that no story is released",
        Severity.WARNING,
        "write it as YAML with one line for each story:\n\n  development_status:\n    1-2-reserve-a-slot: in-progress",
    ),
    Rule(
        "dependency-on-another-unit",
        "a story waits for one of another epic; no ticket is blocked by it",
        Severity.NOTE,
        "nothing; block the ticket by hand where that matters",
    ),
    Rule(
        "archived-namesake",
        "an archived unit has the same id and is left out",
        Severity.NOTE,
        "nothing, or give one of them its own id:\n\n  <!-- id: add-expiry-alerts-2 -->",
    ),
)

RULES: Mapping[str, Rule] = {rule.id: rule for rule in _ALL}


def diagnostics_of(notices: Iterable[Notice], path: str, last_line: int) -> Iterator[Diagnostic]:
    """Yield what readers noticed as diagnostics of a file.

    :param last_line: of the file; a notice about something in another file points to the first one.
    """
    for notice in notices:
        rule = RULES[notice.rule]
        about = f": {notice.subject}" if notice.subject else ""
        where = f" ({notice.path}:{notice.line})" if notice.path else ""
        line = notice.line if 0 < notice.line <= last_line and not notice.path else 1
        yield Diagnostic(rule, rule.severity, f"{rule.summary}{about}{where}", Span(line), path)
