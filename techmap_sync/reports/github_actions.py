"""Diagnostics as GitHub Actions annotations.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from techmap_sync.diagnostics import CheckedFile, Diagnostic, Severity
from techmap_sync.errors import Problem, UnreadableMap
from techmap_sync.reports.harmless import Commands
from techmap_sync.reports.messages import hint, sentence
from techmap_sync.sync.changes import Action, ChangeSet, counted
from techmap_sync.sync.outcomes import Outcome, Status

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
MOST = 10
"""Annotations of each kind that GitHub shows of one step."""


def workflow_commands(files: Sequence[CheckedFile], unreadable: Sequence[UnreadableMap] = ()) -> Commands:
    """Render what was found in some maps, one workflow command a line.

    GitHub drops without a word what is too much; here the last of a kind says how many there are besides.

    :param unreadable: files that had to be maps and are none.
    """
    lines = [(Severity.ERROR, _about_file(problem)) for problem in unreadable]
    lines += [(found.severity, _command(file, found)) for file in files for found in file.diagnostics]
    return Commands("\n".join(_most_important(lines)))


def problem_command(problem: Problem) -> str:
    """Render what ended a run, as one workflow command."""
    advice = f" ({hint(problem)})" if hint(problem) else ""
    return f"::error title=techmap-sync::{escape_data(sentence(problem) + advice)}"


def remark_commands(remarks: Sequence[str]) -> list[str]:
    """Render what else a reader has to know, one workflow command each."""
    return [f"::warning title=techmap-sync::{escape_data(remark)}" for remark in remarks]


def refusal_commands(change_set: ChangeSet) -> list[str]:
    """Render why nothing of some maps was written, one workflow command each."""
    return [
        f"::error file={escape_property(each.file)},line=1,title=techmap-sync refused::{escape_data(reason)}"
        for each in change_set.maps
        for reason in each.refusals
    ]


def escape_data(text: str) -> str:
    """Escape the message of a workflow command, so that no text ends it or begins another one."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """Escape the value of a property of a workflow command."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


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
    return f"::{COMMANDS[found.severity]} {said}::{escape_data(found.message)}"


def _about_file(problem: UnreadableMap) -> str:
    return f"::error file={escape_property(problem.path)},line=1,title=techmap-sync::{escape_data(problem.what)}"


def _most_important(lines: Sequence[tuple[Severity, str]]) -> Iterator[str]:
    total, shown = Counter(severity for severity, _ in lines), Counter[Severity]()
    for severity, line in lines:
        if total[severity] <= MOST or shown[severity] < MOST - 1:
            shown[severity] += 1
            yield line
    for severity, number in total.items():
        if left_out := number - shown[severity]:
            more = f"{left_out} more of this kind: techmap-sync check names them all"
            yield f"::{COMMANDS[severity]} title=techmap-sync::{more}"


def step_outputs(change_set: ChangeSet, outcomes: Sequence[Outcome] | None, report: str) -> dict[str, str]:
    """Return the outputs by name.

    :param outcomes: what was written; None for a plan, whose numbers are what a push would write.
    :param report: path of the JSON report, empty when there is none.
    """
    allowed = [change for each in change_set.maps if not each.refusals for change in each.changes]
    planned = counted(change for change in allowed if not change.is_bookkeeping)
    applied = [o.change for o in outcomes or () if o.status is Status.APPLIED]
    done = counted(change for change in applied if not change.is_bookkeeping)
    numbers = planned if outcomes is None else done
    skipped = planned[Action.SKIP] + sum(o.status is Status.SKIPPED for o in outcomes or ())
    values = {
        "created": numbers[Action.CREATE],
        "updated": numbers[Action.UPDATE],
        "closed": numbers[Action.CLOSE],
        "skipped": skipped,
        "conflicts": planned[Action.CONFLICT],
        "plan-digest": change_set.digest(),
        "report": report,
    }
    return {name: str(value) for name, value in values.items()}


def output_lines(values: Mapping[str, str], delimiter: str) -> str:
    """Render outputs for the file that GitHub reads them from.

    :param delimiter: a line that no value has, drawn by chance.
    """
    return "".join(f"{name}<<{delimiter}\n{value}\n{delimiter}\n" for name, value in values.items())
