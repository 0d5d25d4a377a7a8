"""Diagnostics as GitHub Actions annotations.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from techmap_sync.diagnostics import CheckedFile, Diagnostic, Severity

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def workflow_commands(files: Sequence[CheckedFile]) -> str:
    """Render what was found in some maps, one workflow command a line."""
    return "\n".join(_command(file, found) for file in files for found in file.diagnostics)


def escape_data(text: str) -> str:
    """Escape the message of a workflow command, so that no text ends it or begins another one."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """Escape the value of a property of a workflow command."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def _command(file: CheckedFile, found: Diagnostic) -> str:
    span = found.span
    same_line = span.end_line in (0, span.line)
    properties: Mapping[str, object] = {
        "file": file.path,
        "line": span.line,
        "col": span.column,
        **({"endColumn": span.end_column} if same_line and span.end_column else {}),
        "title": f"techmap-sync {found.rule.id}",
    }
    said = ",".join(f"{name}={escape_property(str(value))}" for name, value in properties.items())
    return f"::{COMMANDS[found.severity]} {said}::{escape_data(found.message)}"
