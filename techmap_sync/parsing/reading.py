"""What reading a map gives: the map, and what was noticed on the way."""

from __future__ import annotations

from typing import NamedTuple

from techmap_sync.diagnostics import Severity
from techmap_sync.model import Span, TechnicalMap


class Finding(NamedTuple):
    """A place that breaks a rule, before severities and ignore comments are applied."""

    rule: str
    """The id of the rule."""
    message: str
    span: Span
    severity: Severity | None = None
    """Where it depends on the place and is not the rule's own."""


class Ignore(NamedTuple):
    """``<!-- techmap-sync: ignore RULE -->`` and the lines that it covers. An empty rule stands for all."""

    rule: str
    first_line: int
    last_line: int


class Reading(NamedTuple):
    """The map, or None where the text is no map; ``findings`` is what only the parser can see."""

    map: TechnicalMap | None
    findings: tuple[Finding, ...] = ()
    ignores: tuple[Ignore, ...] = ()
