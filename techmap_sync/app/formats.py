"""The formats of results, by the names that the command line takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from techmap_sync.errors import UsageProblem
from techmap_sync.nearest import did_you_mean

STDOUT = "-"
"""The name of stdout among files."""


class Format(StrEnum):
    """Formats of the result of a run."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    """A page with the plan and the state of the work before it."""
    GITHUB = "github"
    """Annotations of GitHub Actions: problems of maps, refusals, and why a run stopped early."""
    GITLAB = "gitlab"
    """A Code Quality report of the problems of maps."""


class CheckFormat(StrEnum):
    """Formats of diagnostics."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    """Annotations of GitHub Actions."""
    GITLAB = "gitlab"
    """A Code Quality report."""


class ShowFormat(StrEnum):
    """Formats of one map."""

    TEXT = "text"
    JSON = "json"


class PullFormat(StrEnum):
    """Formats of the boxes that completed tickets tick."""

    TEXT = "text"
    JSON = "json"


class StatusFormat(StrEnum):
    """Formats of the state of maps."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Report:
    """A requested format of the result, and where it goes."""

    form: Format
    file: str
    """A path, or ``-`` for stdout."""


def asked_reports(texts: Iterable[str]) -> tuple[Report, ...]:
    """Read the values of ``--report``: ``FORMAT=FILE``.

    :raises UsageProblem: the format is unknown, or no file is named.
    """
    reports = []
    for text in texts:
        form, _, file = text.partition("=")
        if form not in list(Format) or not file:
            known = f"write FORMAT=FILE; formats: {', '.join(Format)}"
            near = did_you_mean(form, Format, "") if form not in list(Format) else ""
            raise UsageProblem(f"not understood: --report {text}", f"{near} {known}".strip())
        reports.append(Report(Format(form), file))
    return tuple(reports)
