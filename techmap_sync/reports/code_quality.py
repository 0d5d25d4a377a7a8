"""Diagnostics as a GitLab Code Quality report.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from techmap_sync.diagnostics import CheckedFile, Severity
from techmap_sync.reports.fingerprints import fingerprints

SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def code_quality(files: Sequence[CheckedFile]) -> str:
    """Render what was found in some maps."""
    issues = [
        {
            "description": found.message,
            "check_name": found.rule.id,
            "fingerprint": fingerprint,
            "severity": SEVERITIES[found.severity],
            "location": {"path": file.path, "lines": {"begin": found.span.line}},
        }
        for file, found, fingerprint in fingerprints(files)
    ]
    return json.dumps(issues, ensure_ascii=False, indent=2)
