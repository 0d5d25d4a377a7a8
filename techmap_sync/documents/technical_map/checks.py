"""The rules of technical maps: what ``check`` looks for, how much it weighs, what to write instead, and what breaks
them.

What only the parser can see it finds while it reads (``map_notices.py``), and notes for authors are in
``map_advice.py``; everything else is decided here from the values of the map, by one small function per rule.
``docs/rules.md`` lists all rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from techmap_sync.diagnostics import (
    Diagnostic,
    Finding,
    Rule,
    Severity,
    Span,
    apply_severities,
    is_silenced,
    silenced_lines,
)
from techmap_sync.documents.base import Lifecycle
from techmap_sync.documents.technical_map.model import ComponentKind, Readiness
from techmap_sync.documents.technical_map.wording import name_key
from techmap_sync.nearest import NearNames
from techmap_sync.text_forms import TITLE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from techmap_sync.diagnostics import Ignore
    from techmap_sync.documents.technical_map.model import Component, Reading, TechnicalMap


_PROBLEMS = (
    Rule(
        "no-title",
        "the map has no title",
        Severity.ERROR,
        "start with a heading that names the feature:\n\n  # TECHNICAL MAP: Two-Factor Login",
    ),
    Rule(
        "not-ready",
        "the map is not approved yet, so it gets no tickets",
        Severity.NOTE,
        "answer the field in the footer once implementation may start:\n\n  **Implementation Ready**: Yes",
    ),
    Rule(
        "nothing-to-do",
        "the map is approved but yields no tickets",
        Severity.WARNING,
        "see what `techmap-sync show` reads; put the work below a heading of the template:\n\n"
        "  ### New Components\n  - `TokenStore`: keeps the recovery codes",
    ),
    Rule(
        "unrecognised-readiness",
        "the answer whether implementation may start is neither yes nor no",
        Severity.WARNING,
        "begin the answer with yes or no:\n\n  **Implementation Ready**: No, the schema is under review",
    ),
    Rule(
        "placeholder-left",
        "the template's own text is still there",
        Severity.ERROR,
        'write what is needed, or "None"; this is an error only once the map is approved:\n\n'
        "  ### Database Changes\n  - Add the column `users.totp_secret`",
    ),
    Rule(
        "component-without-spec",
        "a new or modified component is listed but not specified",
        Severity.WARNING,
        "give it a heading below the detailed specifications:\n\n"
        "  ### Component 1: TokenStore\n  **Location**: `src/auth/tokens.py`\n  **Purpose**: Keeps the recovery codes",
    ),
    Rule(
        "spec-not-listed",
        "a component is specified but the overview does not list it",
        Severity.WARNING,
        "list it in the overview, which says whether it is new or modified:\n\n  ### New Components\n  - `TokenStore`",
    ),
    Rule(
        "misspelt-component",
        "a specified component has nearly the name of a listed one",
        Severity.WARNING,
        "use the same name in both places:\n\n  ### New Components\n  - `TokenStore`\n\n  ### Component 1: TokenStore",
    ),
    Rule(
        "duplicate-component",
        "a component appears twice",
        Severity.WARNING,
        "merge the two, or give them different names:\n\n  ### SessionTokenStore\n  ### RecoveryTokenStore",
    ),
    Rule(
        "component-without-location",
        "a component is specified without a location in the code",
        Severity.WARNING,
        "say which file it is in, or will be:\n\n  **Location**: `src/auth/tokens.py`",
    ),
    Rule(
        "component-without-purpose",
        "a component is specified without a purpose",
        Severity.WARNING,
        "say in a sentence what it does:\n\n  **Purpose**: Keeps the recovery codes of an account",
    ),
    Rule(
        "kind-assumed",
        "nothing says whether a component is new or modified, so it is taken as new",
        Severity.NOTE,
        "list it below New, Modified or Integration Components, or tag it:\n\n  ### TokenStore (modified)",
    ),
    Rule(
        "listed-twice",
        "a component is listed under two different headings",
        Severity.NOTE,
        "list it once; modified counts before new, and new before integration:\n\n"
        "  ### Modified Components\n  - `TokenStore`",
    ),
    Rule(
        "empty-section",
        "a section has no text",
        Severity.WARNING,
        'write what is needed, or "None":\n\n  ### Database Changes\n  None',
    ),
    Rule(
        "unknown-section",
        "the heading of a section is not known, so its text gets no ticket",
        Severity.WARNING,
        "use a heading of the template, or add yours to the words in techmap-sync.toml:\n\n"
        '  [vocabulary.ours.sections]\n  context = ["Hardware Constraints"]',
    ),
    Rule(
        "item-without-text",
        "a bullet is empty",
        Severity.WARNING,
        "say what to do, or remove the bullet:\n\n  - Expired codes are refused",
    ),
    Rule(
        "title-too-long",
        "a line is too long for the title of a ticket",
        Severity.WARNING,
        "begin with a short sentence, and continue below it:\n\n"
        "  - Expired codes are refused\n    The server's clock counts, and half a minute is tolerated.",
    ),
    Rule(
        "nesting-too-deep",
        "text that is nested too deeply, or a table that is too wide, is read as plain text",
        Severity.WARNING,
        "turn the inner lists into headings or separate lists:\n\n  ### Unit Tests\n  - Expired codes are refused",
    ),
    Rule(
        "odd-space",
        "a bullet, number or heading is followed by a space that Markdown does not know",
        Severity.NOTE,
        "it is read as meant; use a plain space, so that other tools read it too:\n\n  - Expired codes are refused",
        is_fixable=True,
    ),
    Rule(
        "too-long",
        "the map is too long to be read, so nothing is known of what its lines say",
        Severity.ERROR,
        "split it into several maps, each with its own title:\n\n  # TECHNICAL MAP: Two-Factor Login, Recovery Codes",
    ),
)

_ADVICE = (
    Rule(
        "vague-reference",
        'a text says "the four new classes" or "as above" where names are needed',
        Severity.NOTE,
        "name what is meant, so that the right tickets quote it and wait for it:\n\n"
        "  - Unit tests cover `TokenStore`, `RecoveryCodes` and `LoginPage`",
        is_advice=True,
    ),
    Rule(
        "unknown-status",
        "a status of a component is not known, so it decides nothing",
        Severity.NOTE,
        "say new, modified, removed, integration, unchanged or done, or add your word in techmap-sync.toml:\n\n"
        '  [vocabulary.ours.statuses]\n  modified = ["tweaked"]',
        is_advice=True,
    ),
    Rule(
        "unknown-direction",
        "a word in front of a component's name seems to say a dependency and is not known",
        Severity.NOTE,
        "say what waits for what, or add your word in techmap-sync.toml:\n\n"
        "  **Depends on**: TokenStore\n  **Used by**: LoginPage",
        is_advice=True,
    ),
    Rule(
        "unknown-table",
        "a table about components has no column that is known",
        Severity.NOTE,
        "use columns that say the name, the path and what happens to it:\n\n"
        "  | Component | File | Action |\n  |---|---|---|\n  | TokenStore | `src/auth/tokens.py` | create |",
        is_advice=True,
    ),
)

RULES: Mapping[str, Rule] = {rule.id: rule for rule in (*_PROBLEMS, *_ADVICE)}


FEW_PLACEHOLDERS = 5
"""As many are reported one by one while a map is not ready."""


def check(reading: Reading, path: str = "") -> tuple[Diagnostic, ...]:
    """Return everything that breaks a rule in one map, with the rules' own severities, in the order of the text.

    :param path: the file as the user knows it.
    """
    if reading.map is None:
        return ()
    of_values = [finding for look in _CHECKS for finding in look(reading.map)]
    visible = _not_ignored([*reading.findings, *of_values], reading.ignores)
    findings = visible if reading.map.ready else list(_of_draft(visible))
    return apply_severities([_diagnostic(finding, path) for finding in findings], {}, reading.ignores)


def _diagnostic(finding: Finding, path: str) -> Diagnostic:
    rule = RULES[finding.rule]
    return Diagnostic(rule, finding.severity or rule.severity, finding.message, finding.span, path)


def _not_ignored(findings: Iterable[Finding], ignores: Iterable[Ignore]) -> list[Finding]:
    silenced = silenced_lines(ignores)
    return [finding for finding in findings if not is_silenced(finding.rule, finding.span, silenced)]


def _of_draft(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield the findings of a map that is not ready: a draft is not flooded with everything still to be written.

    Placeholders weigh one step less there, and many of them are one note.
    """
    left = [finding for finding in findings if finding.rule == "placeholder-left"]
    yield from (finding for finding in findings if finding.rule != "placeholder-left")
    if len(left) > FEW_PLACEHOLDERS:
        first = min(left, key=lambda finding: finding.span)
        message = f"{first.message}, as are {len(left) - 1} more unfilled places"
        yield first._replace(message=message, severity=Severity.NOTE)
        return
    for finding in left:
        weighs = Severity.WARNING if finding.severity in (None, Severity.ERROR) else Severity.NOTE
        yield finding._replace(severity=weighs)


def _not_ready(found: TechnicalMap) -> Iterator[Finding]:
    answer = found.field("implementation ready")
    if found.readiness is Readiness.NOT_APPROVED and answer:
        yield Finding("not-ready", f'"{answer.label}" says "{answer.value}"', answer.span)
    elif found.readiness is Readiness.MISSING and answer:
        yield Finding("not-ready", f'"{answer.label}" is empty', answer.span)
    elif found.readiness is Readiness.MISSING:
        yield Finding("not-ready", "no field says whether implementation may start", found.span)


def _nothing_to_do(found: TechnicalMap) -> Iterator[Finding]:
    """An approved map with nothing in it was misread, or is not finished; one whose work is done is neither."""
    groups = (*found.changes, *found.tests, *found.deployment, *(g for area in found.constraints for g in area.groups))
    asks = found.components or found.done or any(group.items for group in groups)
    if found.ready and found.lifecycle is Lifecycle.ACTIVE and not asks:
        yield Finding("nothing-to-do", "the map is approved, and nothing in it becomes a ticket", found.span)


def _misspelt_component(found: TechnicalMap) -> Iterator[Finding]:
    listed = {component.name: component for component in found.components}
    for name, meant in _misspelt(found.components).items():
        line = listed[meant].span.line
        message = f"the overview does not list {name}: did you mean {meant}, line {line}?"
        yield Finding("misspelt-component", message, _heading(listed[name]))


@lru_cache(maxsize=1)
def _misspelt(components: Sequence[Component]) -> Mapping[str, str]:
    """Return specified components that are not listed -> listed ones, not specified, whose names they nearly have."""
    near = NearNames(component.name for component in components if component.listed and not component.specified)
    alone = (component.name for component in components if component.specified and not component.listed)
    return {name: meant for name in alone if (meant := near.nearest(name))}


def _component_without_spec(found: TechnicalMap) -> Iterator[Finding]:
    meant = set(_misspelt(found.components).values())
    for component in found.components:
        if component.specified or component.name in meant:
            continue
        if component.kind is not ComponentKind.INTEGRATION:
            yield Finding("component-without-spec", f"nothing specifies {component.name}", _heading(component))


def _spec_not_listed(found: TechnicalMap) -> Iterator[Finding]:
    """An overview that lists nothing at all is one finding, not one per component."""
    misspelt = _misspelt(found.components)
    alone = (component for component in found.components if component.specified and not component.listed)
    missing = [component for component in alone if component.name not in misspelt]
    if len(missing) > 1 and not any(component.listed for component in found.components):
        yield Finding("spec-not-listed", f"the overview lists none of {len(missing)} components", _heading(missing[0]))
        return
    for component in missing:
        yield Finding("spec-not-listed", f"the overview does not list {component.name}", _heading(component))


def _duplicate_component(found: TechnicalMap) -> Iterator[Finding]:
    first: dict[str, Component] = {}
    for component in found.components:
        earlier = first.setdefault(name_key(component.name), component)
        if earlier is not component:
            message = f"{component.name} appears twice, first in line {earlier.span.line}"
            yield Finding("duplicate-component", message, _heading(component))


def _component_without_location(found: TechnicalMap) -> Iterator[Finding]:
    for component in found.components:
        if component.specified and not component.locations:
            yield Finding("component-without-location", f"{component.name} has no location", _heading(component))


def _component_without_purpose(found: TechnicalMap) -> Iterator[Finding]:
    for component in found.components:
        if component.specified and not (component.purpose or component.summary):
            yield Finding("component-without-purpose", f"{component.name} has no purpose", _heading(component))


def _title_too_long(found: TechnicalMap) -> Iterator[Finding]:
    """A ticket title is cut, which is a warning; an item is usually a line of a checklist, which is only a note."""
    yield from _too_long(found.title, found.span)
    for component in found.components:
        yield from _too_long(component.name, _heading(component))
    for group in (*found.changes, *found.tests, *found.deployment):
        for item in group.items:
            if not item.done:
                yield from _too_long(item.title, item.span, Severity.NOTE)


def _too_long(title: str, span: Span, severity: Severity | None = None) -> Iterator[Finding]:
    if len(title) > TITLE_LIMIT:
        message = f"{len(title)} characters are too many for a title"
        yield Finding("title-too-long", message, _first_line(span), severity)


def _heading(component: Component) -> Span:
    return _first_line(component.span)


def _first_line(span: Span) -> Span:
    return span if span.end_line == span.line else Span(span.line, span.column)


_CHECKS: tuple[Callable[[TechnicalMap], Iterable[Finding]], ...] = (
    _not_ready,
    _nothing_to_do,
    _misspelt_component,
    _component_without_spec,
    _spec_not_listed,
    _duplicate_component,
    _component_without_location,
    _component_without_purpose,
    _title_too_long,
)
