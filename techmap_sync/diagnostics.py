"""What is wrong or worth knowing in a document: rules, and the places that break them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from enum import StrEnum
from typing import NamedTuple

OFF = "off"
"""The severity, in the settings, of a rule that is not checked."""


class Span(NamedTuple):
    """A piece of a file. Lines and columns count from 1; ``end_column`` is the first column after the piece."""

    line: int
    column: int = 1
    end_line: int = 0
    end_column: int = 0


class Severity(StrEnum):
    """How much a diagnostic weighs. An error keeps the document from being pushed."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Rule(NamedTuple):
    """Something that a document is checked for."""

    id: str
    """``placeholder-left``; what an ignore comment and the configuration name."""
    summary: str
    """One line, lower case, without a full stop."""
    severity: Severity
    help: str
    """What to write instead, with an example of the good form."""
    is_advice: bool = False
    """Nothing is wrong without it: a note for the author, which only ``check`` shows."""
    is_fixable: bool = False
    """There is one certain correction, which ``check --fix`` makes."""


class Finding(NamedTuple):
    """A place that breaks a rule, before severities and ignore comments are applied."""

    rule: str
    """The id of the rule."""
    message: str
    span: Span
    severity: Severity | None = None
    """Where it depends on the place and is not the rule's own."""


class Ignore(NamedTuple):
    """``<!-- techmap-sync: ignore RULE -->`` and the lines that it covers. An empty rule covers all rules."""

    rule: str
    first_line: int
    last_line: int


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
    family: str = ""
    """The family of the document."""

    def line(self, number: int) -> str:
        """Return one line of the file, counted from 1; empty after its end."""
        lines = self.text.split("\n")
        return lines[number - 1] if 0 < number <= len(lines) else ""


def counted_by_severity(files: Iterable[CheckedFile]) -> dict[Severity, int]:
    """Return how many diagnostics of each severity some files have, every severity named."""
    found = Counter(diagnostic.severity for file in files for diagnostic in file.diagnostics)
    return {severity: found[severity] for severity in Severity}


def apply_severities(
    diagnostics: Iterable[Diagnostic], severities: Mapping[str, str], ignores: Iterable[Ignore] = ()
) -> tuple[Diagnostic, ...]:
    """Return diagnostics as configuration and ignore comments want them, in the order of the text.

    :param severities: rule id -> ``error``, ``warning``, ``note`` or ``off``, where it shall not be the rule's own.
    :param ignores: the ignore comments of the document.
    """
    silenced = silenced_lines(ignores)
    kept = []
    for diagnostic in diagnostics:
        severity = severities.get(diagnostic.rule.id, diagnostic.severity)
        if severity != OFF and not is_silenced(diagnostic.rule.id, diagnostic.span, silenced):
            kept.append(diagnostic._replace(severity=Severity(severity)))
    return tuple(sorted(kept, key=lambda found: (found.span.line, found.span.column, found.rule.id)))


def condensed(diagnostics: Iterable[Diagnostic], most: int) -> tuple[Diagnostic, ...]:
    """Return diagnostics with at most so many of each rule; the last of them says how many more there are.

    No line number is said: it would make another diagnostic of one that only moved.
    """
    by_rule: dict[str, list[Diagnostic]] = {}
    for found in sorted(diagnostics, key=lambda found: found.span):
        by_rule.setdefault(found.rule.id, []).append(found)
    kept = []
    for alike in by_rule.values():
        kept += alike[:most]
        if (more := len(alike) - most) > 0:
            kept[-1] = kept[-1]._replace(message=f"{kept[-1].message}; {more} more like this")
    return tuple(kept)


def silenced_lines(ignores: Iterable[Ignore]) -> set[tuple[str, int]]:
    """Return (rule, line) of everything that ignore comments silence; an empty rule covers all rules."""
    return {(ignore.rule, line) for ignore in ignores for line in range(ignore.first_line, ignore.last_line + 1)}


def is_silenced(rule: str, span: Span, silenced: Set[tuple[str, int]]) -> bool:
    """Return whether a rule is silenced where it is broken."""
    return (rule, span.line) in silenced or ("", span.line) in silenced
