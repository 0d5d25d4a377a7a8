"""``pull``: completed tickets tick their boxes in the documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from techmap_sync.app.exit_codes import Exit
from techmap_sync.app.formats import PullFormat
from techmap_sync.app.pull_ticks import plan_pull, write_pulled
from techmap_sync.app.targets import checkout_here
from techmap_sync.cli import options
from techmap_sync.cli.console import Screen
from techmap_sync.errors import UsageProblem
from techmap_sync.reports.pull_report import pull_json, pull_text

if TYPE_CHECKING:
    from rich.console import RenderableType

EXAMPLE = "techmap-sync pull docs/maps --to backlog:./backlog --write"

Write = Annotated[bool, typer.Option("--write", help="Tick the boxes in the files; without it they are only shown.")]
Check = Annotated[bool, typer.Option("--check", help="Exit 3 when a box would be ticked.")]
FormatOption = Annotated[PullFormat, typer.Option("--format", help="How the result is written.")]


def pull(
    paths: options.Paths = None,
    to: options.To = None,
    api_url: options.ApiUrl = None,
    config_file: options.ConfigFile = None,
    adopted: options.Adopted = None,
    write: Write = False,
    check: Check = False,
    form: FormatOption = PullFormat.TEXT,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
) -> None:
    """Show which boxes completed tickets tick in the documents, and tick them with --write. Commits nothing."""
    if write and check:
        raise UsageProblem("--write and --check exclude each other", "use --check to ask, then --write")
    screen = Screen(quiet, verbose, no_color, leads=form is PullFormat.TEXT)
    settings = options.settings_of(config_file, to=to, api_url=api_url, adopted=adopted)
    planned = plan_pull(paths or [], settings, checkout_here(settings))
    if write:
        write_pulled(planned.pulled)
    rendered: RenderableType
    if form is PullFormat.JSON:
        problems = [*([planned.problem] if planned.problem else []), *planned.files.unreadable_in_repository]
        rendered = pull_json(planned.pulled, written=write, problems=problems)
    else:
        rendered = pull_text(planned.pulled, written=write)
    screen.result(rendered)
    codes = [Exit.PENDING] if check and planned.pulled.ticks else []
    codes += [screen.failed(planned.problem)] if planned.problem else []
    raise typer.Exit(screen.ended(planned.files, codes, require_approved=False))
