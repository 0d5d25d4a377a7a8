"""``check``: what is wrong with some maps, in the form that a person or a service reads."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from techmap_sync import __version__
from techmap_sync.app.documents_found import MapFile, read_maps
from techmap_sync.config import Settings
from techmap_sync.errors import UsageProblem

if TYPE_CHECKING:
    from rich.console import RenderableType

    from techmap_sync.app.documents_found import MapFiles


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
            from techmap_sync.reports.check_results import check_text

            return check_text(files)
        case CheckFormat.JSON:
            from techmap_sync.reports.check_results import check_json

            return check_json(files)
        case CheckFormat.SARIF:
            from techmap_sync.reports.check_results import sarif

            return sarif(files, __version__)
        case CheckFormat.GITHUB:
            from techmap_sync.reports.github_actions import workflow_commands

            return workflow_commands(files)
        case CheckFormat.GITLAB:
            from techmap_sync.reports.check_results import code_quality

            return code_quality(files)
        case _:
            assert_never(form)


def explanation(rule: str) -> RenderableType:
    """Return what a rule is about and how to keep it.

    :raises UsageProblem: there is no such rule; names the nearest.
    """
    from difflib import get_close_matches

    from techmap_sync.planning.task_graph import EVERY_RULE
    from techmap_sync.reports.check_results import rule_text

    if rule not in EVERY_RULE:
        near = get_close_matches(rule, EVERY_RULE, n=1)
        raise UsageProblem(
            f"no such rule: {rule}", f"did you mean {near[0]}?" if near else f"known are {', '.join(EVERY_RULE)}"
        )
    return rule_text(EVERY_RULE[rule])


def read_one(path: str, settings: Settings) -> MapFile:
    """Read one map.

    :raises UsageProblem: the path stands for no map or for several.
    :raises UnreadableMap: the file is no map.
    """
    files = read_maps([path], settings)
    for problem in files.unreadable:
        raise problem
    if len(files.maps) != 1:
        raise UsageProblem(f"{path} holds {len(files.maps)} maps", "show takes the path of one map")
    return files.maps[0]
