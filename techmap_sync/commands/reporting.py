"""One run, several readers: its result in every form, on the screen and in files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from techmap_sync.commands.formats import Format
from techmap_sync.errors import UsageProblem
from techmap_sync.secrecy import hidden

if TYPE_CHECKING:
    from rich.console import RenderableType

    from techmap_sync.commands.maps import MapFiles
    from techmap_sync.commands.planning import Compared
    from techmap_sync.commands.pushing import Pushed
    from techmap_sync.syncing.changes import ChangeSet


@dataclass(frozen=True, slots=True)
class Report:
    """A form of the result that somebody asked for, and where it goes."""

    form: Format
    file: str
    """A path, or ``-`` for stdout."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a run planned, and what became of it."""

    files: MapFiles
    change_set: ChangeSet
    pushed: Pushed | None = None
    """None when nothing was to be written."""
    circumstances: Mapping[str, str] = field(default_factory=dict)
    """Who pushed, from which commit, in which run."""
    remarks: tuple[str, ...] = ()
    """What else a reader has to know."""
    compared: tuple[Compared, ...] = ()
    """What the change set was worked out from."""


def asked_reports(texts: Iterable[str]) -> tuple[Report, ...]:
    """Read what stands behind ``--report``: ``FORMAT=FILE``.

    :raises UsageProblem: there is no such format, or no file is named.
    """
    reports = []
    for text in texts:
        form, _, file = text.partition("=")
        if form not in list(Format) or not file:
            raise UsageProblem(f"not understood: --report {text}", f"write FORMAT=FILE; formats: {', '.join(Format)}")
        reports.append(Report(Format(form), file))
    return tuple(reports)


def rendered(result: Result, form: Format) -> RenderableType:
    """Return the result of a run in one form."""
    from techmap_sync.reports.code_quality import code_quality

    match form:
        case Format.TEXT:
            return _text(result)
        case Format.JSON:
            return _json(result)
        case Format.MARKDOWN:
            return markdown(result)
        case Format.HTML:
            return _html(result)
        case Format.GITHUB:
            return _annotations(result)
        case Format.GITLAB:
            return code_quality(result.files.checked_in_repository, result.files.unreadable_in_repository)
        case _:
            assert_never(form)


def markdown(result: Result, limit: int | None = None) -> str:
    """Return the result of a run as Markdown.

    :param limit: bytes; as many as a job summary takes when it is None.
    """
    from techmap_sync.reports.plan_markdown import SUMMARY_LIMIT, plan_markdown, push_markdown

    most, pushed = limit or SUMMARY_LIMIT, result.pushed
    if pushed is None:
        return plan_markdown(result.change_set, result.remarks, most)
    return push_markdown(result.change_set, pushed.outcomes, pushed.problem, result.remarks, most)


def write_report(file: str, text: str, added_to: str) -> None:
    """Write a report to a file.

    :param added_to: the file that others write to as well, the summary of a CI step; any other file is overwritten.
    :raises UsageProblem: it cannot be written.
    """
    write_file(file, text, flag="--report", append=file == added_to)


def write_file(file: str, text: str, *, flag: str, append: bool = False) -> None:
    """Write a text, with a final line end, to a file that the user named.

    :param flag: the option that named it, for the message.
    :raises UsageProblem: it cannot be written.
    """
    try:
        with Path(file).open(
            "a" if append else "w", encoding="utf-8", errors="backslashreplace", newline="\n"
        ) as stream:
            stream.write(hidden(text) + "\n")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a valid file name"
        raise UsageProblem(f"cannot write {file}: {why}", f"name another file with {flag}") from error


def _text(result: Result) -> RenderableType:
    from rich.text import Text

    from techmap_sync.reports.plan_text import done_line, outcome_line, plan_text

    parts = [plan_text(result.change_set)]
    if result.pushed is not None:
        parts += map(outcome_line, result.pushed.outcomes)
        parts.append(done_line(result.change_set, result.pushed.outcomes))
    return Text("\n").join([*parts, *map(Text, result.remarks)])


def _annotations(result: Result) -> RenderableType:
    from techmap_sync.reports.annotations import problem_command, refusal_commands, remark_commands, workflow_commands
    from techmap_sync.reports.harmless import Commands

    problem, found = result.pushed.problem if result.pushed else None, result.files
    of_run = [*remark_commands(result.remarks), *refusal_commands(result.change_set)]
    of_run += [problem_command(problem)] if problem else []
    of_maps = workflow_commands(found.checked_in_repository, found.unreadable_in_repository)
    return Commands("\n".join(filter(None, [*of_run, of_maps])))


def _json(result: Result) -> str:
    from techmap_sync.reports.plan_json import plan_json, push_json

    if result.pushed is None:
        return plan_json(result.change_set, result.remarks)
    pushed = result.pushed
    return push_json(result.change_set, pushed.outcomes, pushed.complete, result.circumstances, result.remarks)


def _html(result: Result) -> str:
    from techmap_sync.commands.taking_stock import document_of
    from techmap_sync.reports.html.page import status_html

    document = document_of(result.compared, result.files, result.change_set.tracker, "plan")
    return status_html(document, result.remarks)
