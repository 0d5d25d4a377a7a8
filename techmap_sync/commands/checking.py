"""``check``: what is wrong with some maps, in the form that a person or a service reads."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from techmap_sync import __version__
from techmap_sync.errors import UsageProblem

if TYPE_CHECKING:
    from rich.console import RenderableType

    from techmap_sync.commands.maps import MapFiles


class CheckFormat(StrEnum):
    """How diagnostics are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    """Annotations of GitHub Actions."""
    GITLAB = "gitlab"
    """A Code Quality report."""


def report(maps: MapFiles, form: CheckFormat) -> RenderableType:
    """Return what was found in some maps, in one of the forms.

    A person reads the names that were typed, a service those of the repository.
    """
    files = maps.checked if form is CheckFormat.TEXT else maps.checked_in_repository
    match form:
        case CheckFormat.TEXT:
            from techmap_sync.reports.check_text import check_text

            return check_text(files)
        case CheckFormat.JSON:
            from techmap_sync.reports.check_json import check_json

            return check_json(files)
        case CheckFormat.SARIF:
            from techmap_sync.reports.sarif import sarif

            return sarif(files, __version__)
        case CheckFormat.GITHUB:
            from techmap_sync.reports.annotations import workflow_commands

            return workflow_commands(files)
        case CheckFormat.GITLAB:
            from techmap_sync.reports.code_quality import code_quality

            return code_quality(files)
        case _:
            assert_never(form)


def explanation(rule: str) -> RenderableType:
    """Return what a rule is about and how to keep it.

    :raises UsageProblem: there is no such rule; names the nearest.
    """
    from difflib import get_close_matches

    from techmap_sync.planning.rules import EVERY_RULE
    from techmap_sync.reports.check_text import rule_text

    if rule not in EVERY_RULE:
        near = get_close_matches(rule, EVERY_RULE, n=1)
        raise UsageProblem(
            f"no such rule: {rule}", f"did you mean {near[0]}?" if near else f"known are {', '.join(EVERY_RULE)}"
        )
    return rule_text(EVERY_RULE[rule])
