"""What reading a map gives: the map, and what was noticed on the way."""

from __future__ import annotations

from dataclasses import dataclass

from techmap_sync.diagnostics import Severity
from techmap_sync.model import Span, TechnicalMap


@dataclass(frozen=True, slots=True)
class Finding:
    """A place that breaks a rule, before severities and ignore comments are applied."""

    rule: str
    """The id of the rule."""
    message: str
    span: Span
    severity: Severity | None = None
    """Where it depends on the place and is not the rule's own."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """``<!-- techmap-sync: ignore RULE -->`` and the lines that it covers. An empty rule stands for all."""

    rule: str
    first_line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The map, or None where the text is no map; ``findings`` is what only the parser can see."""

    map: TechnicalMap | None
    findings: tuple[Finding, ...] = ()
    ignores: tuple[Ignore, ...] = ()
