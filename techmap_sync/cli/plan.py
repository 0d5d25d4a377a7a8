"""``plan``: show what a push would write."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from techmap_sync.app.applying import codes_of, deliver, note_duration
from techmap_sync.app.exit_codes import Exit
from techmap_sync.app.formats import Format, asked_reports
from techmap_sync.app.parallel import shard_of
from techmap_sync.app.plan_comment import commented, review_of_this_run
from techmap_sync.app.results import Result, rendered
from techmap_sync.app.run import make_plan
from techmap_sync.app.run_guards import allowances
from techmap_sync.app.run_options import RunOptions, read_named
from techmap_sync.app.targets import checkout_here
from techmap_sync.cli import options
from techmap_sync.cli.console import Screen, after_plan, write_file
from techmap_sync.programs import environment
from techmap_sync.reports.plan_json import plan_json

EXAMPLE = "techmap-sync plan docs/maps --to backlog:./backlog"

Out = Annotated[Path | None, typer.Option("--out", help="Also write the plan to this file, for push --plan.")]
Comment = Annotated[
    bool,
    typer.Option("--comment", help="In a CI run about a pull or merge request, keep the plan as one comment there."),
]
ExitCode = Annotated[bool, typer.Option("--exit-code", help="Exit 3 when changes are pending.")]


def plan(
    paths: options.Paths = None,
    to: options.To = None,
    api_url: options.ApiUrl = None,
    config_file: options.ConfigFile = None,
    adopted: options.Adopted = None,
    output: options.FormatOption = Format.TEXT,
    report: options.Reports = None,
    out: Out = None,
    comment: Comment = False,
    resolve: options.Resolve = None,
    recreate: options.Recreate = None,
    rebind: options.Rebind = None,
    allow: options.Allow = None,
    refresh: options.Refresh = False,
    accept_settings: options.AcceptSettings = False,
    shard: options.ShardOption = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
    require_approved: options.RequireApproved = False,
    exit_code: ExitCode = False,
) -> None:
    """Show what a push would write, and write nothing."""
    screen, reports = Screen(quiet, verbose, no_color, leads=output is Format.TEXT), asked_reports(report or ())
    run_options = RunOptions(
        named=read_named(resolve or (), recreate or (), rebind or ()),
        allowed=allowances(allow or ()),
        refresh=refresh,
        accept_settings=accept_settings,
        shard=shard_of(shard, environment()),
    )
    settings = options.settings_of(config_file, to=to, api_url=api_url, adopted=adopted)
    checkout = checkout_here(settings)
    place = review_of_this_run() if comment else None
    planned = make_plan(paths or [], settings, checkout, run_options)
    screen.note_shard(run_options.shard, planned.files)
    if out is not None:
        write_file(str(out), plan_json(planned.change_set), flag="--out")
    result = Result.of(planned)
    result = commented(place, result, settings, checkout) if place else result
    screen.result(rendered(result, output))
    note_duration(planned, screen)
    deliver(result, screen, reports)
    screen.list_skipped(planned.files)
    screen.next(after_plan(planned, out, paths, to=to, api_url=api_url, config=config_file))
    pending = [Exit.PENDING] if exit_code and planned.change_set.writes else []
    raise typer.Exit(screen.ended(planned.files, [*pending, *codes_of(result, screen)], require_approved))
