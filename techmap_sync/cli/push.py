"""``push``: show the plan and apply it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from techmap_sync.app.applying import carry_out, codes_of, deliver
from techmap_sync.app.formats import Format, asked_reports
from techmap_sync.app.parallel import shard_of
from techmap_sync.app.run import make_plan
from techmap_sync.app.run_guards import allowances, refuse_conflicts, refuse_side_branch, refuse_unreviewed
from techmap_sync.app.run_options import RunOptions, read_named
from techmap_sync.app.targets import checkout_here
from techmap_sync.cli import options
from techmap_sync.cli.console import Screen
from techmap_sync.programs import environment

EXAMPLE = "techmap-sync push docs/maps --to backlog:./backlog"

PlanFile = Annotated[Path | None, typer.Option("--plan", help="Apply only what this reviewed plan contains.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 4 when there is a conflict, and write nothing.")]


def push(
    paths: options.Paths = None,
    to: options.To = None,
    api_url: options.ApiUrl = None,
    config_file: options.ConfigFile = None,
    adopted: options.Adopted = None,
    output: options.FormatOption = Format.TEXT,
    report: options.Reports = None,
    plan_file: PlanFile = None,
    max_writes: options.MaxWrites = None,
    yes: options.Yes = False,
    strict: Strict = False,
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
) -> None:
    """Show the plan and apply it, and nothing else."""
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
    planned = make_plan(paths or [], settings, checkout, run_options)
    screen.note_shard(run_options.shard, planned.files)
    refuse_side_branch(planned.tracker, planned.files.maps, checkout, run_options.allowed)
    if plan_file is not None:
        refuse_unreviewed(planned.change_set, plan_file)
    if strict:
        refuse_conflicts(planned.change_set)
    result = carry_out(planned, screen, output, max_writes, agreed=yes or plan_file is not None)
    codes = codes_of(result, screen)
    deliver(result, screen, reports)
    raise typer.Exit(screen.ended(planned.files, codes, require_approved))
