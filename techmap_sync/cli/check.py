"""``check``: report what is wrong with some maps, for people and for services."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, assert_never

import typer

from techmap_sync import __version__
from techmap_sync.app.author_notes import author_notes, planned, with_lost_lines
from techmap_sync.app.documents_found import MapFiles, read_maps
from techmap_sync.app.formats import CheckFormat
from techmap_sync.app.parallel import shard_of
from techmap_sync.app.specs_found import said_of, specs_left_out
from techmap_sync.cli import options
from techmap_sync.cli.console import Screen, after_check
from techmap_sync.errors import UsageProblem
from techmap_sync.files import repository_around
from techmap_sync.nearest import did_you_mean
from techmap_sync.planning.rules import EVERY_RULE
from techmap_sync.programs import environment
from techmap_sync.reports.check_results import check_json, check_text, code_quality, rule_text, sarif, workflow_commands
from techmap_sync.reports.messages import count
from techmap_sync.sync.policy import NOT_YET_MERGED

if TYPE_CHECKING:
    from techmap_sync.reports.styled import Styled
    from techmap_sync.settings import Settings

EXAMPLE = "techmap-sync check docs/maps"

Explain = Annotated[str | None, typer.Option(metavar="RULE", help="Explain a rule, and check nothing.")]
FormatOption = Annotated[CheckFormat, typer.Option("--format", help="How the result is written.")]
FixOption = Annotated[
    bool, typer.Option("--fix", help="Correct in the files what has one certain correction, and show it as a diff.")
]
Jobs = Annotated[int | None, typer.Option(help="Worker processes for reading maps; 0: one per core, 1: no workers.")]


def check(
    paths: options.Paths = None,
    explain: Explain = None,
    fix: FixOption = False,
    config_file: options.ConfigFile = None,
    output: FormatOption = CheckFormat.TEXT,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
    require_approved: options.RequireApproved = False,
    shard: options.ShardOption = None,
    jobs: Jobs = None,
) -> None:
    """Read maps and report what is wrong with them."""
    screen = Screen(quiet, verbose, no_color, leads=output is CheckFormat.TEXT)
    if explain is not None:
        screen.result(explanation(explain))
        return
    part = shard_of(shard, environment())
    settings = options.settings_of(config_file, jobs=jobs)
    read = partial(read_maps, paths or [], settings, part, allowed=NOT_YET_MERGED, then=author_notes(settings))
    files = read()
    if fix and _fix(files, settings, screen):
        files = read()
    if settings.templates:  # those that are shipped lose nothing, and loading them takes longer than reading a map
        files = _with_lost_lines(files, settings)
    screen.note_shard(part, files)
    screen.result(rendered(files, output))
    screen.list_skipped(files)
    if more := said_of(specs_left_out(repository_around(Path.cwd()), settings), settings):
        screen.note(more)
    screen.next(after_check(files, paths, config_file))
    raise typer.Exit(screen.ended(files, [], require_approved))


def _fix(files: MapFiles, settings: Settings, screen: Screen) -> bool:
    """Correct what is certain and show it; return whether any file changed."""
    from techmap_sync.app.fixing import fixes_of, write_fixes
    from techmap_sync.reports.pull_report import diff_text

    fixes = fixes_of(files, settings)
    write_fixes(fixes)
    for fixed in fixes:
        screen.shown_to_people(diff_text(fixed.path, fixed.before, fixed.after))
    screen.note(f"fixed {count(len(fixes), 'file')}" if fixes else "nothing to fix")
    return bool(fixes)


def _with_lost_lines(files: MapFiles, settings: Settings) -> MapFiles:
    from techmap_sync.app.targets import checkout_here
    from techmap_sync.app.without_tracker import homes_of_lines

    maps = planned(files)
    homes = homes_of_lines(maps, settings, checkout_here(settings))
    return with_lost_lines(files, settings, dict(zip((file.path for file in maps), homes, strict=True)))


def rendered(maps: MapFiles, form: CheckFormat) -> Styled | str:
    """Return what was found in some maps, in one of the formats.

    A person reads paths as they were typed, a service those from the root of the repository.
    """
    files = maps.checked if form is CheckFormat.TEXT else maps.checked_in_repository
    match form:
        case CheckFormat.TEXT:
            return check_text(files, offers_fixes=True)
        case CheckFormat.JSON:
            return check_json(files, maps.unreadable_in_repository)
        case CheckFormat.SARIF:
            return sarif(files, __version__)
        case CheckFormat.GITHUB:
            return workflow_commands(files)
        case CheckFormat.GITLAB:
            return code_quality(files)
        case _:
            assert_never(form)


def explanation(rule: str) -> Styled | str:
    """Return what a rule is about and how to follow it.

    :raises UsageProblem: there is no such rule; names the nearest.
    """
    if rule not in EVERY_RULE:
        raise UsageProblem(f"no such rule: {rule}", did_you_mean(rule, EVERY_RULE))
    return rule_text(EVERY_RULE[rule])
