"""The forms in which results are written, by the names that the command line takes."""

from __future__ import annotations

from enum import StrEnum

SCREEN = "-"
"""The name of stdout among files."""


class Format(StrEnum):
    """How the result of a run is written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    """A page with what was planned and where the work stood before."""
    GITHUB = "github"
    """Annotations of GitHub Actions: problems of maps, refusals, and why a run stopped early."""
    GITLAB = "gitlab"
    """A Code Quality report of the problems of maps."""


class StatusFormat(StrEnum):
    """How the standing of maps is written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
