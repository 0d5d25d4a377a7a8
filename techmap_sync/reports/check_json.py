"""Diagnostics as one versioned JSON object."""

from __future__ import annotations

from collections.abc import Sequence

from techmap_sync.diagnostics import CheckedFile, Diagnostic, counted_by_severity
from techmap_sync.reports.harmless import json_text

SCHEMA = 1


def check_json(files: Sequence[CheckedFile]) -> str:
    """Render what was found in some maps."""
    data = {
        "schema": SCHEMA,
        "maps": [file.path for file in files],
        "diagnostics": [diagnostic_json(file.path, found) for file in files for found in file.diagnostics],
        "counts": {severity.value: number for severity, number in counted_by_severity(files).items()},
    }
    return json_text(data)


def diagnostic_json(path: str, found: Diagnostic) -> dict[str, object]:
    """Return one diagnostic as JSON values; lines and columns count from 1, the end column is exclusive."""
    return {
        "rule": found.rule.id,
        "severity": found.severity.value,
        "message": found.message,
        "path": path,
        "line": found.span.line,
        "column": found.span.column,
        "end_line": found.span.end_line or found.span.line,
        "end_column": found.span.end_column or None,
        "help": found.rule.help,
    }
