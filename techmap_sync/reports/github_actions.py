"""What a run reports to GitHub Actions: annotations about the run, and the outputs of its step.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from techmap_sync.errors import Problem
from techmap_sync.reports.messages import escape_data, escape_property, hint, sentence
from techmap_sync.sync.change_set import ChangeSet, Outcome, Status, counted
from techmap_sync.sync.changes import Action


def problem_command(problem: Problem) -> str:
    """Render what ended a run, as one workflow command."""
    advice = f" ({hint(problem)})" if hint(problem) else ""
    return f"::error title=techmap-sync::{escape_data(sentence(problem) + advice)}"


def remark_commands(remarks: Sequence[str]) -> list[str]:
    """Render remarks about the run, one workflow command each."""
    return [f"::warning title=techmap-sync::{escape_data(remark)}" for remark in remarks]


def refusal_commands(change_set: ChangeSet) -> list[str]:
    """Render why some maps were refused, one workflow command each."""
    return [
        f"::error file={escape_property(each.file)},line=1,title=techmap-sync refused::{escape_data(reason)}"
        for each in change_set.maps
        for reason in each.refusals
    ]


def step_outputs(change_set: ChangeSet, outcomes: Sequence[Outcome] | None, report: str) -> dict[str, str]:
    """Return the outputs by name.

    :param outcomes: what was written; None for a plan, whose numbers are what a push would write.
    :param report: path of the JSON report, or an empty text.
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

    :param delimiter: a random line that no value contains.
    """
    return "".join(f"{name}<<{delimiter}\n{value}\n{delimiter}\n" for name, value in values.items())
