"""Commands that compare maps and tickets: ``plan``, ``push`` and ``reconcile``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from techmap_sync.app.formats import Exit, Format
from techmap_sync.app.naming import Named, read_named
from techmap_sync.app.parallel import shard_of
from techmap_sync.app.results import Result, asked_reports, rendered, write_file
from techmap_sync.cli import options
from techmap_sync.cli.app import commands, settings_of
from techmap_sync.cli.console import Screen
from techmap_sync.cli.runs import carry_out, deliver, ended, refused

if TYPE_CHECKING:
    from techmap_sync.app.run import Wishes


app = commands()


@app.command(epilog="Example: techmap-sync plan docs/maps --to backlog:./backlog")
def plan(
    paths: options.Paths = None,
    to: options.To = None,
    api_url: options.ApiUrl = None,
    config_file: options.ConfigFile = None,
    adopted: options.Adopted = None,
    output: options.FormatOption = Format.TEXT,
    report: options.Reports = None,
    out: options.Out = None,
    comment: options.Comment = False,
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
    exit_code: options.ExitCode = False,
) -> None:
    """Show what a push would write, and write nothing."""
    from techmap_sync.app.results import commented, review_of_this_run
    from techmap_sync.app.run import make_plan
    from techmap_sync.app.targets import checkout_here
    from techmap_sync.reports import plan_json

    screen, reports = Screen(quiet, verbose, no_color), asked_reports(report or ())
    wishes = _wishes(read_named(resolve or (), recreate or (), rebind or ()), allow, refresh, accept_settings, shard)
    settings = settings_of(config_file, to=to, api_url=api_url, adopted=adopted)
    checkout = checkout_here(settings)
    place = review_of_this_run() if comment else None
    planned = make_plan(paths or [], settings, checkout, wishes)
    screen.shared(wishes.shard, planned.files)
    if out is not None:
        write_file(str(out), plan_json.plan_json(planned.change_set), flag="--out")
    result = Result(planned.files, planned.change_set, compared=planned.compared, remarks=planned.remarks)
    result = commented(place, result, settings, checkout) if place else result
    screen.result(rendered(result, output))
    deliver(result, screen, reports)
    screen.passed_over(planned.files)
    pending = [Exit.PENDING] if exit_code and planned.change_set.writes else []
    raise typer.Exit(screen.ended(planned.files, [*pending, *refused(planned)], require_approved))


@app.command(epilog="Example: techmap-sync push docs/maps --to backlog:./backlog")
def push(
    paths: options.Paths = None,
    to: options.To = None,
    api_url: options.ApiUrl = None,
    config_file: options.ConfigFile = None,
    adopted: options.Adopted = None,
    output: options.FormatOption = Format.TEXT,
    report: options.Reports = None,
    plan_file: options.PlanFile = None,
    max_writes: options.MaxWrites = None,
    strict: options.Strict = False,
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
    """Show what will be written, and write just that."""
    from techmap_sync.app.applying import hold_to, refuse_conflicts, refuse_side_branch
    from techmap_sync.app.run import make_plan
    from techmap_sync.app.targets import checkout_here

    screen, reports = Screen(quiet, verbose, no_color), asked_reports(report or ())
    wishes = _wishes(read_named(resolve or (), recreate or (), rebind or ()), allow, refresh, accept_settings, shard)
    settings = settings_of(config_file, to=to, api_url=api_url, adopted=adopted)
    checkout = checkout_here(settings)
    planned = make_plan(paths or [], settings, checkout, wishes)
    screen.shared(wishes.shard, planned.files)
    refuse_side_branch(planned, checkout)
    if plan_file is not None:
        hold_to(planned, plan_file)
    if strict:
        refuse_conflicts(planned)
    result = carry_out(planned, screen, output, max_writes)
    deliver(result, screen, reports)
    raise typer.Exit(screen.ended(planned.files, [ended(result, screen), *refused(planned)], require_approved))


@app.command(epilog="Example: techmap-sync reconcile --report-only --to backlog:./backlog")
def reconcile(
    to: options.To = None,
    api_url: options.ApiUrl = None,
    config_file: options.ConfigFile = None,
    adopted: options.Adopted = None,
    output: options.FormatOption = Format.TEXT,
    report: options.Reports = None,
    report_only: options.ReportOnly = False,
    retire: options.Retire = None,
    resolve: options.Resolve = None,
    recreate: options.Recreate = None,
    rebind: options.Rebind = None,
    max_writes: options.MaxWrites = None,
    allow: options.Allow = None,
    accept_settings: options.AcceptSettings = False,
    shard: options.ShardOption = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
) -> None:
    """Bring all maps and their tickets back in step: links, copies, orphans, finished maps."""
    from techmap_sync.app.applying import refuse_side_branch
    from techmap_sync.app.run import make_plan
    from techmap_sync.app.targets import checkout_here

    screen, reports = Screen(quiet, verbose, no_color), asked_reports(report or ())
    asked = _wishes(read_named(resolve or (), recreate or (), rebind or ()), allow, False, accept_settings, shard)
    wishes = replace(asked, reconcile=True, retired=frozenset(retire or ()))
    settings = settings_of(config_file, to=to, api_url=api_url, adopted=adopted)
    checkout = checkout_here(settings)
    planned = make_plan([], settings, checkout, wishes)
    screen.shared(wishes.shard, planned.files)
    if report_only:
        result = Result(planned.files, planned.change_set, compared=planned.compared, remarks=planned.remarks)
        screen.result(rendered(result, output))
        code = Exit.PENDING if planned.change_set.drift else Exit.DONE
    else:
        refuse_side_branch(planned, checkout)
        result = carry_out(planned, screen, output, max_writes)
        code = ended(result, screen)
    deliver(result, screen, reports)
    raise typer.Exit(screen.ended(planned.files, [code, *refused(planned)], False))


def _wishes(
    named: Named,
    allow: Sequence[str] | None,
    refresh: bool,
    accept_settings: bool,
    shard: str | None,
) -> Wishes:
    from techmap_sync.app.applying import allowances
    from techmap_sync.app.run import Wishes
    from techmap_sync.config import environment

    return Wishes(
        named=named,
        allowed=allowances(allow or ()),
        refresh=refresh,
        accept_settings=accept_settings,
        shard=shard_of(shard, environment()),
    )
