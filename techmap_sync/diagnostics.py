"""What is wrong or worth knowing in a map: rules, and the places that break them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from techmap_sync.model import Span


class Severity(StrEnum):
    """How much a diagnostic weighs. An error keeps the map from being pushed."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that a map is checked for."""

    id: str
    """``placeholder-left``; what an ignore comment and the configuration name."""
    summary: str
    """One line, lower case, without a full stop."""
    severity: Severity
    help: str
    """What to write instead, with an example of the good form."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One place that breaks a rule."""

    rule: Rule
    severity: Severity
    """The rule's own, or what the configuration made of it."""
    message: str
    span: Span
    path: str = ""
    """The file as the user knows it, with ``/``."""
