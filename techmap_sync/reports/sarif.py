"""Diagnostics as SARIF 2.1.0, which code scanning services read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from techmap_sync.diagnostics import CheckedFile, Diagnostic, Rule
from techmap_sync.reports.fingerprints import fingerprints
from techmap_sync.reports.harmless import json_text

SCHEMA_URI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/techmap-sync/techmap-sync"


def sarif(files: Sequence[CheckedFile], version: str) -> str:
    """Render what was found in some maps.

    :param version: of this program.
    """
    rules = {found.rule.id: found.rule for file in files for found in file.diagnostics}
    driver = {
        "name": "techmap-sync",
        "version": version,
        "informationUri": HOME,
        "rules": [_rule(rule) for rule in rules.values()],
    }
    results = [_result(file, found, mark) for file, found, mark in fingerprints(files)]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json_text({"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "help": {"text": rule.help},
        "defaultConfiguration": {"level": rule.severity.value},
    }


def _result(file: CheckedFile, found: Diagnostic, fingerprint: str) -> dict[str, object]:
    region: dict[str, int] = {"startLine": found.span.line, "startColumn": found.span.column}
    if found.span.end_line:
        region["endLine"] = found.span.end_line
    if found.span.end_column:
        region["endColumn"] = found.span.end_column
    place = {"artifactLocation": {"uri": quote(file.path, errors="surrogateescape")}, "region": region}
    return {
        "ruleId": found.rule.id,
        "level": found.severity.value,
        "message": {"text": found.message},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"techmapSync/v1": fingerprint},
    }
