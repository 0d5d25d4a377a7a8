"""``reconcile``: bring all maps and their tickets back in sync."""

from __future__ import annotations

from typing import Annotated

import typer

from techmap_sync.app.applying import carry_out, codes_of, deliver
from techmap_sync.app.exit_codes import Exit
from techmap_sync.app.formats import Format, asked_reports
from techmap_sync.app.parallel import shard_of
from techmap_sync.app.results import Result, rendered
from techmap_sync.app.run import make_plan
from techmap_sync.app.run_guards import allowances, refuse_side_branch
from techmap_sync.app.run_options import RunOptions, read_named
from techmap_sync.app.targets import checkout_here
from techmap_sync.cli import options
from techmap_sync.cli.console import Screen
from techmap_sync.programs import environment

EXAMPLE = "techmap-sync reconcile --report-only --to backlog:./backlog"

ReportOnly = Annotated[bool, typer.Option("--report-only", help="Write nothing; exit 3 when something drifted.")]
Retire = Annotated[
    list[str] | None,
    typer.Option(metavar="MAP-ID", help="Retire a map whose file was deleted; closes its tickets. May be repeated."),
]


def reconcile(
    to: options.To = None,
    api_url: options.ApiUrl = None,
    config_file: options.ConfigFile = None,
    adopted: options.Adopted = None,
    output: options.FormatOption = Format.TEXT,
    report: options.Reports = None,
    report_only: ReportOnly = False,
    retire: Retire = None,
    resolve: options.Resolve = None,
    recreate: options.Recreate = None,
    rebind: options.Rebind = None,
    max_writes: options.MaxWrites = None,
    yes: options.Yes = False,
    allow: options.Allow = None,
    accept_settings: options.AcceptSettings = False,
    shard: options.ShardOption = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
) -> None:
    """Bring all maps and their tickets back in sync: links, copies, orphans, finished maps."""
    screen, reports = Screen(quiet, verbose, no_color, leads=output is Format.TEXT), asked_reports(report or ())
    run_options = RunOptions(
        named=read_named(resolve or (), recreate or (), rebind or ()),
        allowed=allowances(allow or ()),
        accept_settings=accept_settings,
        shard=shard_of(shard, environment()),
        reconcile=True,
        retired=frozenset(retire or ()),
    )
    settings = options.settings_of(config_file, to=to, api_url=api_url, adopted=adopted)
    checkout = checkout_here(settings)
    planned = make_plan([], settings, checkout, run_options)
    screen.note_shard(run_options.shard, planned.files)
    if report_only:
        result = Result.of(planned)
        screen.result(rendered(result, output))
        pending = [Exit.PENDING] if planned.change_set.drift else []
    else:
        refuse_side_branch(planned.tracker, planned.files.maps, checkout, run_options.allowed)
        result, pending = carry_out(planned, screen, output, max_writes, agreed=yes), []
    codes = [*pending, *codes_of(result, screen)]
    deliver(result, screen, reports)
    raise typer.Exit(screen.ended(planned.files, codes, False))
