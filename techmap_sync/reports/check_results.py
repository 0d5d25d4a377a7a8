"""What ``check`` found, in every format, and the rules it knows. The text looks like that of ruff and rustc.

error[placeholder-left]: the template's own text is still there
  --> docs/maps/login.md:12:1
   |
12 | [Classes/modules that need to be created]
   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = help: write what is needed, or "None"
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import dedent
from urllib.parse import quote

from techmap_sync.diagnostics import CheckedFile, Diagnostic, Rule, Severity, counted_by_severity
from techmap_sync.errors import UnreadableMap
from techmap_sync.reports.messages import Commands, clean, count, error_values, escape_data, escape_property, json_text
from techmap_sync.reports.styled import Styled, joined, styled

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}
_MAPS = "technical-map"
"""The family whose documents are called maps."""
LONGEST_LINE = 160
"""Maximum number of columns shown of a source line."""


def check_text(files: Sequence[CheckedFile], *, offers_fixes: bool = False) -> Styled:
    """Render the diagnostics of some maps, and one closing line of counts.

    :param offers_fixes: the command takes ``--fix``.
    """
    lines = [line for file in files for found in file.diagnostics for line in _diagnostic(file, found)]
    fixable = sum(found.rule.is_fixable for file in files for found in file.diagnostics)
    offer = f" ({fixable} fixable with --fix)" if offers_fixes and fixable else ""
    return joined([*lines, styled((_closing_line(files), "bold"), (offer, "bold"))])


def rule_text(rule: Rule) -> Styled:
    """Render what a rule is about, why it weighs what it does, how to follow it and how to do without it."""
    head = styled((rule.id, "bold"), f" ({rule.severity}): {rule.summary}")
    why = _WHY_ADVICE if rule.is_advice else _WHY[rule.severity]
    fix = [styled("`check --fix` corrects it.")] if rule.is_fixable else []
    without = styled(
        f"To do without it, write <!-- techmap-sync: ignore {rule.id} --> above the line, or in techmap-sync.toml:\n\n"
        f'  [severity]\n  {rule.id} = "off"'
    )
    return joined([head, styled(f"Why: {why}"), styled(rule.help), *fix, without], "\n\n")


_WHY = {
    Severity.ERROR: "the tickets would be wrong, so the document gets none until it is corrected.",
    Severity.WARNING: "the document is pushed, but part of it may not become the ticket that its author means.",
    Severity.NOTE: "nothing is held up by it; it says how the document was read, so that a surprise comes early.",
}
_WHY_ADVICE = "nothing is wrong; tickets of a document without it say more, and wait for the right ones."


def _closing_line(files: Sequence[CheckedFile]) -> str:
    numbers = [count(number, severity) for severity, number in counted_by_severity(files).items() if number]
    if not files:
        return "checked 0 documents: none found"
    return f"checked {_counted(files)}: {', '.join(numbers) or 'no problems'}"


def _counted(files: Sequence[CheckedFile]) -> str:
    """Return ``2 maps``, or where there are specs ``3 documents (1 technical-map, 2 spec-kit)``."""
    families = Counter(file.family for file in files)
    if families.keys() <= {_MAPS, ""}:
        return count(len(files), "map")
    return f"{count(len(files), 'document')} ({', '.join(f'{number} {name}' for name, number in families.items())})"


def _diagnostic(file: CheckedFile, found: Diagnostic) -> Iterator[Styled]:
    style, span = STYLES[found.severity], found.span
    gutter = " " * len(str(span.line))
    yield styled((f"{found.severity}[{found.rule.id}]", style), (f": {clean(found.message)}", "bold"))
    yield styled((f"{gutter}--> {clean(file.path)}:{span.line}:{span.column}", "blue"))
    source = file.line(span.line)
    if source.strip():
        shown, marks = _underlined(source, found)
        yield styled((f"{gutter} |", "blue"))
        yield styled((f"{span.line} | ", "blue"), shown)
        yield styled((f"{gutter} | ", "blue"), (marks, style))
    advice, *example = found.rule.help.splitlines()
    yield styled((f"{gutter} = help: ", "blue"), advice)
    yield from (styled(f"{gutter}         {line}".rstrip()) for line in example)
    yield styled()


def _underlined(source: str, found: Diagnostic) -> tuple[str, str]:
    """Return the source line and the marks below it; wide characters take two columns."""
    span = found.span
    start = min(span.column, LONGEST_LINE) - 1
    same_line = span.end_line in (0, span.line)
    end = span.end_column - 1 if same_line and span.end_column > span.column else len(source.rstrip())
    text = clean(source)
    shown = text[:LONGEST_LINE].rstrip() + ("…" if len(text) > LONGEST_LINE else "")
    width = _columns(clean(source[start : min(end, LONGEST_LINE)]).rstrip())
    return shown, " " * _columns(clean(source[:start])) + "^" * max(width, 1)


def _columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # Rich knows the wide characters; most lines have none

    return cell_len(text)


SCHEMA = 1


def check_json(files: Sequence[CheckedFile], unreadable: Sequence[UnreadableMap] = ()) -> str:
    """Render the diagnostics of some maps as JSON.

    :param unreadable: files that were named as maps and cannot be read as such.
    """
    data = {
        "schema": SCHEMA,
        "maps": [file.path for file in files],
        "families": {file.path: file.family for file in files},
        "diagnostics": [diagnostic_json(file.path, found) for file in files for found in file.diagnostics],
        "counts": {severity.value: number for severity, number in counted_by_severity(files).items()},
        "errors": error_values(unreadable),
    }
    return json_text(data)


def diagnostic_json(path: str, found: Diagnostic) -> dict[str, object]:
    """Return one diagnostic as JSON values; lines and columns count from 1, the end column is exclusive."""
    return {
        "rule": found.rule.id,
        "severity": found.severity.value,
        "message": found.message,
        "path": path,
        "line": found.span.line,
        "column": found.span.column,
        "end_line": found.span.end_line or found.span.line,
        "end_column": found.span.end_column or None,
        "help": found.rule.help,
    }


def fingerprints(files: Sequence[CheckedFile]) -> Iterator[tuple[CheckedFile, Diagnostic, str]]:
    """Yield every diagnostic with a unique fingerprint.

    It is made of rule, path, message and source line, and for equal ones of their order.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    for file in files:
        for found in file.diagnostics:
            said = (found.rule.id, file.path, found.message, file.line(found.span.line).strip())
            seen[said] += 1
            text = "\0".join((*said, str(seen[said])))
            yield file, found, hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()


SCHEMA_URI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/techmap-sync/techmap-sync"


def sarif(files: Sequence[CheckedFile], version: str) -> str:
    """Render the diagnostics of some maps as SARIF.

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


SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def code_quality(files: Sequence[CheckedFile], unreadable: Sequence[UnreadableMap] = ()) -> str:
    """Render the diagnostics of some maps as a Code Quality report of GitLab.

    :param unreadable: files that were named as maps and cannot be read as such.
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


_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_MOST_SHOWN = 10
"""Annotations of each kind that GitHub shows for one step."""


def workflow_commands(files: Sequence[CheckedFile], unreadable: Sequence[UnreadableMap] = ()) -> Commands:
    """Render the diagnostics of some maps as annotations of GitHub Actions, one workflow command per line.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions

    GitHub drops further ones silently, so the last annotation of a kind says how many there are.

    :param unreadable: files that were named as maps and cannot be read as such.
    """
    lines = [(Severity.ERROR, _unreadable_command(problem)) for problem in unreadable]
    lines += [(found.severity, _command(file, found)) for file in files for found in file.diagnostics]
    return Commands("\n".join(_most_important(lines)))


def _command(file: CheckedFile, found: Diagnostic) -> str:
    span = found.span
    same_line = span.end_line in (0, span.line)
    properties: Mapping[str, object] = {
        "file": file.path,
        "line": span.line,
        "col": span.column,
        **({"endColumn": span.end_column} if same_line and span.end_column else {}),
        "title": f"techmap-sync {found.rule.id}",
    }
    said = ",".join(f"{name}={escape_property(str(value))}" for name, value in properties.items())
    return f"::{_COMMANDS[found.severity]} {said}::{escape_data(found.message)}"


def _unreadable_command(problem: UnreadableMap) -> str:
    return f"::error file={escape_property(problem.path)},line=1,title=techmap-sync::{escape_data(problem.what)}"


def _most_important(lines: Sequence[tuple[Severity, str]]) -> Iterator[str]:
    total, shown = Counter(severity for severity, _ in lines), Counter[Severity]()
    for severity, line in lines:
        if total[severity] <= _MOST_SHOWN or shown[severity] < _MOST_SHOWN - 1:
            shown[severity] += 1
            yield line
    for severity, number in total.items():
        if left_out := number - shown[severity]:
            more = f"{left_out} more of this kind: techmap-sync check names them all"
            yield f"::{_COMMANDS[severity]} title=techmap-sync::{more}"


_INTRODUCTION = """\
# Rules

*For authors of maps and specs, and for anyone who reads what `check` says.* Made from the code by `make docs`.

This is what `techmap-sync check` looks for; `check --explain RULE` says the same about one rule.

An error stops a map from being pushed. `placeholder-left` is an error where the placeholder would end up in a
ticket, and a warning elsewhere; in a map that is not approved yet it weighs one step less, and more than five of
them are one note.

A "note for authors" means that nothing is wrong, but the tickets could be better. Only `check` shows them, at most
three of a kind per map, and none about a line that another rule names already. `author_notes = false` turns all of
them off.

The severity of a rule is a setting, `"error"`, `"warning"`, `"note"` or `"off"`. It also decides about a single
note for authors, whatever `author_notes` says:

```toml
# techmap-sync.toml
[severity]
component-without-spec = "off"
```

A comment in the map silences a rule on its own line or in the block below it; without a name it silences all rules:

```markdown
<!-- techmap-sync: ignore unknown-section -->
## Hardware Constraints
```
"""


def rules_page(rules: Iterable[Rule]) -> str:
    """Render all rules as the page ``docs/rules.md``, in their order."""
    listed = list(rules)
    rows = [f"| [`{rule.id}`](#{rule.id}) | {_weight(rule)} | {rule.summary} |" for rule in listed]
    table = "\n".join(["| rule | severity | what it finds |", "|---|---|---|", *rows]) + "\n"
    return "\n".join([_INTRODUCTION, table, *map(_rule_section, listed)])


def _weight(rule: Rule) -> str:
    return f"{rule.severity} for authors" if rule.is_advice else rule.severity


def _rule_section(rule: Rule) -> str:
    advice, _, example = rule.help.partition("\n\n")
    sentence = advice[:1].upper() + advice[1:]
    fenced = f"\n```\n{dedent(example)}\n```\n" if example else ""
    fix = "\n`check --fix` corrects it.\n" if rule.is_fixable else ""
    return f"## {rule.id}\n\n{sentence}\n{fenced}{fix}"
