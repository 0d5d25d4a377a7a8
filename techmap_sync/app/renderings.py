"""The result of one run in every format. Loaded when another one than text is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from techmap_sync.app.formats import Format
from techmap_sync.app.results import Result, as_text
from techmap_sync.app.survey import document_of
from techmap_sync.reports.check_results import code_quality, workflow_commands
from techmap_sync.reports.github_actions import problem_command, refusal_commands, remark_commands
from techmap_sync.reports.html.status_page import status_html
from techmap_sync.reports.messages import Commands
from techmap_sync.reports.plan_json import plan_json, push_json
from techmap_sync.reports.plan_markdown import SUMMARY_LIMIT, plan_markdown, push_markdown

if TYPE_CHECKING:
    from rich.console import RenderableType


def rendered(result: Result, form: Format) -> RenderableType:
    """Return the result of a run in one format."""
    match form:
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
        case Format.TEXT:
            return as_text(result)
        case _:
            assert_never(form)


def markdown(result: Result, limit: int | None = None) -> str:
    """Return the result of a run as Markdown.

    :param limit: bytes; None for the limit of a job summary.
    """
    most, pushed = limit or SUMMARY_LIMIT, result.pushed
    if pushed is None:
        return plan_markdown(result.change_set, _remarks(result), most, result.pages)
    return push_markdown(result.change_set, pushed.outcomes, pushed.problem, result.remarks, most, result.pages)


def _annotations(result: Result) -> RenderableType:
    problem, found = result.problem, result.files
    of_run = [*remark_commands(result.remarks), *refusal_commands(result.change_set)]
    of_run += [problem_command(problem)] if problem else []
    of_maps = workflow_commands(found.checked_in_repository, found.unreadable_in_repository)
    return Commands("\n".join(filter(None, [*of_run, of_maps])))


def _json(result: Result) -> str:
    if result.pushed is None:
        return plan_json(result.change_set, _remarks(result), result.problems)
    pushed = result.pushed
    about = result.circumstances, _remarks(result), result.problems
    return push_json(result.change_set, pushed.outcomes, pushed.complete, *about)


def _html(result: Result) -> str:
    document = document_of(result.compared, result.files, result.change_set.tracker, "plan")
    return status_html(document, _remarks(result))


def _remarks(result: Result) -> tuple[str, ...]:
    """Return the remarks, with what could not be read."""
    return (*result.remarks, *result.unread)
