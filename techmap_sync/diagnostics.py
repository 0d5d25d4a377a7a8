"""What is wrong or worth knowing in a map: rules, and the places that break them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from techmap_sync.model import Span


class Severity(StrEnum):
    """How much a diagnostic weighs. An error keeps the map from being pushed."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Rule(NamedTuple):
    """Something that a map is checked for."""

    id: str
    """``placeholder-left``; what an ignore comment and the configuration name."""
    summary: str
    """One line, lower case, without a full stop."""
    severity: Severity
    help: str
    """What to write instead, with an example of the good form."""


class Diagnostic(NamedTuple):
    """One place that breaks a rule."""

    rule: Rule
    severity: Severity
    """The rule's own, or what the configuration made of it."""
    message: str
    span: Span
    path: str = ""
    """The file as the user knows it, with ``/``."""


class CheckedFile(NamedTuple):
    """A file and everything that was found in it."""

    path: str
    """As the user knows it, with ``/``."""
    text: str
    diagnostics: tuple[Diagnostic, ...] = ()

    def line(self, number: int) -> str:
        """Return one line of the file, counted from 1; empty behind its end."""
        lines = self.text.split("\n")
        return lines[number - 1] if 0 < number <= len(lines) else ""


def counted_by_severity(files: Iterable[CheckedFile]) -> dict[Severity, int]:
    """Return how many diagnostics of each severity some files have, every severity named."""
    found = Counter(diagnostic.severity for file in files for diagnostic in file.diagnostics)
    return {severity: found[severity] for severity in Severity}
