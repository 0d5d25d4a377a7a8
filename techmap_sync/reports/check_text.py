"""Diagnostics for people, in the manner of ruff and rustc.

error[placeholder-left]: the template's own text is still there
  --> docs/maps/login.md:12:1
   |
12 | [Classes/modules that need to be created]
   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = help: write what is needed, or "None"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.text import Text

from techmap_sync.diagnostics import CheckedFile, Diagnostic, Rule, Severity, counted_by_severity
from techmap_sync.reports.messages import clean, count

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}
LONGEST_LINE = 160
"""Columns of a source line that are shown."""


def check_text(files: Sequence[CheckedFile]) -> Text:
    """Render what was found in some maps, and one closing line of counts."""
    lines = [line for file in files for found in file.diagnostics for line in _diagnostic(file, found)]
    return Text("\n").join([*lines, _closing_line(files)])


def rule_text(rule: Rule) -> Text:
    """Render what a rule is about and how to keep it."""
    head = Text.assemble((rule.id, "bold"), f" ({rule.severity}): {rule.summary}")
    return Text("\n\n").join([head, Text(rule.help)])


def _closing_line(files: Sequence[CheckedFile]) -> Text:
    numbers = [count(number, severity) for severity, number in counted_by_severity(files).items() if number]
    if not files:
        return Text("checked 0 maps: there was none to check", "bold")
    return Text(f"checked {count(len(files), 'map')}: {', '.join(numbers) or 'nothing to mend'}", "bold")


def _diagnostic(file: CheckedFile, found: Diagnostic) -> Iterator[Text]:
    style, span = STYLES[found.severity], found.span
    gutter = " " * len(str(span.line))
    yield Text.assemble((f"{found.severity}[{found.rule.id}]", style), (f": {clean(found.message)}", "bold"))
    yield Text(f"{gutter}--> {clean(file.path)}:{span.line}:{span.column}", "blue")
    source = file.line(span.line)
    if source.strip():
        shown, marks = _underlined(source, found)
        yield Text(f"{gutter} |", "blue")
        yield Text.assemble((f"{span.line} | ", "blue"), shown)
        yield Text.assemble((f"{gutter} | ", "blue"), (marks, style))
    advice, *example = found.rule.help.splitlines()
    yield Text.assemble((f"{gutter} = help: ", "blue"), advice)
    yield from (Text(f"{gutter}         {line}".rstrip()) for line in example)
    yield Text()


def _underlined(source: str, found: Diagnostic) -> tuple[str, str]:
    """Return the source line and the marks below it; wide characters take two columns."""
    span = found.span
    start = min(span.column, LONGEST_LINE) - 1
    same_line = span.end_line in (0, span.line)
    end = span.end_column - 1 if same_line and span.end_column > span.column else len(source.rstrip())
    text = clean(source)
    shown = text[:LONGEST_LINE].rstrip() + ("…" if len(text) > LONGEST_LINE else "")
    width = cell_len(clean(source[start : min(end, LONGEST_LINE)]).rstrip())
    return shown, " " * cell_len(clean(source[:start])) + "^" * max(width, 1)
