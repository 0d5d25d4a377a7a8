"""Diagnostics as a GitLab Code Quality report.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from techmap_sync.diagnostics import CheckedFile, Severity
from techmap_sync.errors import UnreadableMap
from techmap_sync.reports.fingerprints import fingerprints
from techmap_sync.reports.harmless import json_text

SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def code_quality(files: Sequence[CheckedFile], unreadable: Sequence[UnreadableMap] = ()) -> str:
    """Render what was found in some maps.

    :param unreadable: files that had to be maps and are none.
    """
    issues = [_about_file(problem) for problem in unreadable]
    issues += [
        {
            "description": found.message,
            "check_name": found.rule.id,
            "fingerprint": fingerprint,
            "severity": SEVERITIES[found.severity],
            "location": {"path": file.path, "lines": {"begin": found.span.line}},
        }
        for file, found, fingerprint in fingerprints(files)
    ]
    return json_text(issues)


def _about_file(problem: UnreadableMap) -> dict[str, object]:
    return {
        "description": problem.what,
        "check_name": "unreadable-map",
        "fingerprint": hashlib.sha256(f"{problem.path}\0{problem.what}".encode(errors="surrogateescape")).hexdigest(),
        "severity": "blocker",
        "location": {"path": problem.path, "lines": {"begin": 1}},
    }
