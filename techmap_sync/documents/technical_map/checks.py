"""What is wrong or worth knowing in a map, as diagnostics: one small function per rule.

What only the parser can see it finds while it reads (``notices.py``);
everything else is decided here from the values of the map. ``docs/rules.md`` lists all rules.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from techmap_sync.diagnostics import Diagnostic, Finding, Severity, Span, apply_severities, is_silenced, silenced_lines
from techmap_sync.documents.base import Lifecycle
from techmap_sync.documents.likeness import NearNames
from techmap_sync.documents.technical_map.map_rules import RULES
from techmap_sync.documents.technical_map.model import ComponentKind, Readiness
from techmap_sync.documents.technical_map.wording import name_key
from techmap_sync.text_forms import TITLE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from techmap_sync.diagnostics import Ignore
    from techmap_sync.documents.technical_map.model import Component, Reading, TechnicalMap

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
